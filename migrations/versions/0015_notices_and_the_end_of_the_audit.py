"""An alarm may be a notice, without a link that takes the case; and it is known where the audit ends."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("witness", sa.String(64), nullable=False),
    )
    op.add_column("alarm", sa.Column("is_notice", sa.Boolean(), nullable=False, server_default="0"))
