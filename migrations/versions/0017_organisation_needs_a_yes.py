"""A case changes over to another organisation only where a sharing with it stands: the database refuses the rest."""

from alembic import op

from bot.tables.support import ORGANISATION_POSTGRESQL, ORGANISATION_SQLITE

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    words = ORGANISATION_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else ORGANISATION_SQLITE
    for one in words:
        op.execute(one)
