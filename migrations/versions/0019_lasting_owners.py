"""An organisation keeps the id by which other programs know it when it is called otherwise."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisation", sa.Column("known_by", sa.String(200), nullable=True))
    op.add_column("organisation", sa.Column("came_from", sa.String(36), nullable=True))
