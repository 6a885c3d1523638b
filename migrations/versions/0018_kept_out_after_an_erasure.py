"""A block outlives an erasure, what a fast clock wrote is found at once, wrong codes slow down a page."""

import sqlalchemy as sa
from alembic import op

from directory.tables import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_out",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), sa.ForeignKey("staff.id"), nullable=True),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("card_at", UtcDateTime(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("forget_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_kept_out_forget_at", "kept_out", ["forget_at"])
    op.add_column("wrong_code", sa.Column("last_at", UtcDateTime(), nullable=True))
    op.create_index("ix_case_event_at", "case_event", ["at"])
    op.create_index("ix_transcript_at", "transcript", ["at"])
