"""A listing keeps that its place agreed to be listed; a change keeps in which role and by which way it was made."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("place_of_service", sa.Column("consent_how", sa.String(20), nullable=True))
    op.add_column("place_of_service", sa.Column("consent_on", sa.Date(), nullable=True))
    op.add_column("directory_audit", sa.Column("role", sa.String(20), nullable=True))
    op.add_column("directory_audit", sa.Column("source", sa.String(20), nullable=True))
