"""Keeping the directory true: what persons say of a place, reminders, merged and hidden listings, friendliness"""

import sqlalchemy as sa
from alembic import op

from directory.tables import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("place_of_service", sa.Column("hidden_at", UtcDateTime(), nullable=True))
    op.add_column("place_of_service", sa.Column("merged_into", sa.String(length=36), nullable=True))
    op.add_column("place_of_service", sa.Column("friendly_why", sa.String(length=20), nullable=True))
    op.add_column("place_of_service", sa.Column("friendly_on", sa.Date(), nullable=True))
    op.add_column("notice", sa.Column("code", sa.String(length=20), nullable=True))
    op.add_column("verification", sa.Column("staff_id", sa.Integer(), nullable=True))
    op.create_table(
        "not_same",
        sa.Column("first", sa.String(length=36), nullable=False),
        sa.Column("second", sa.String(length=36), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("first", "second", name=op.f("pk_not_same")),
    )
    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.String(length=36), nullable=True),
        sa.Column("province", sa.String(length=2), nullable=True),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("is_apart", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("forget_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_remark_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    for column in ("place_id", "province", "forget_at"):
        op.create_index(op.f(f"ix_remark_{column}"), "remark", [column], unique=False)
    op.create_index("ix_remark_open", "remark", ["state", "day"], unique=False)
    op.create_table(
        "remark_key",
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("forget_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("window", name=op.f("pk_remark_key")),
    )
    op.create_index(op.f("ix_remark_key_forget_at"), "remark_key", ["forget_at"], unique=False)
    op.create_table(
        "remark_token",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("forget_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_remark_token")),
    )
    op.create_index(op.f("ix_remark_token_forget_at"), "remark_token", ["forget_at"], unique=False)
    op.create_table(
        "listing_reminder",
        sa.Column("place_id", sa.String(length=36), nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("forget_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("place_id", "step", "due_on", name=op.f("pk_listing_reminder")),
    )
    op.create_index(op.f("ix_listing_reminder_forget_at"), "listing_reminder", ["forget_at"], unique=False)
