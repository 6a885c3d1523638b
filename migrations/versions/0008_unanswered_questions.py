"""Questions that no article answered, without who asked"""

import sqlalchemy as sa
from alembic import op

from directory.tables import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unanswered",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words_hash", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("forget_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered")),
        sa.UniqueConstraint("words_hash", name=op.f("uq_unanswered_words_hash")),
    )
    op.create_index(op.f("ix_unanswered_forget_at"), "unanswered", ["forget_at"], unique=False)
    op.create_table(
        "unanswered_token",
        sa.Column("unanswered_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("forget_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unanswered_id"], ["unanswered.id"], name=op.f("fk_unanswered_token_unanswered_id")
        ),
        sa.PrimaryKeyConstraint("unanswered_id", "token", name=op.f("pk_unanswered_token")),
    )
    op.create_index(op.f("ix_unanswered_token_forget_at"), "unanswered_token", ["forget_at"], unique=False)
