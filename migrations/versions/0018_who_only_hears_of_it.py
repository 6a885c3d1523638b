"""An alarm may be a notice: whoever may not take the case hears of it and gets no link that takes it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alarm", sa.Column("is_notice", sa.Boolean(), nullable=False, server_default="0"))
