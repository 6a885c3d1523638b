"""Which text of the shipped file an edit of the console was made over, as a short print of it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("overlay", sa.Column("base", sa.String(16), nullable=True))
