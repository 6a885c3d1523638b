"""Rotations, changes and hours of the rota; own channels with a code; the self-audit"""

import sqlalchemy as sa
from alembic import op

from directory.tables import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shift", sa.Column("kind", sa.String(10), nullable=False, server_default="any"))
    op.add_column("alarm", sa.Column("unreached_at", UtcDateTime(), nullable=True))
    op.add_column("staff_channel", sa.Column("code_hash", sa.String(64), nullable=True))
    op.add_column("staff_channel", sa.Column("code_until", UtcDateTime(), nullable=True))
    op.add_column("staff_channel", sa.Column("code_tries", sa.Integer(), nullable=False, server_default="0"))
    _rotations()
    _changes()
    _centres()
    op.create_table(
        "calendar_feed",
        sa.Column("staff_id", sa.Integer(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_table(
        "self_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("broken", sa.String(400), nullable=False, server_default=""),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("alarmed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def _rotations() -> None:
    op.create_table(
        "rotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), nullable=False),
        sa.Column("province", sa.String(2), nullable=True),
        sa.Column("kind", sa.String(10), nullable=False, server_default="any"),
        sa.Column("rung", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("turn_days", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("weekdays", sa.String(7), nullable=False, server_default="1234567"),
        sa.Column("days_off", sa.String(10), nullable=False, server_default="as_usual"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "rotation_member",
        sa.Column("rotation_id", sa.Integer(), sa.ForeignKey("rotation.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), sa.ForeignKey("staff.id"), nullable=False),
        sa.PrimaryKeyConstraint("rotation_id", "position"),
    )


def _changes() -> None:
    op.create_table(
        "rota_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("staff_id", sa.Integer(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("cover_id", sa.Integer(), sa.ForeignKey("staff.id"), nullable=True),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("pair", sa.String(32), nullable=True),
        sa.Column("made_by", sa.Integer(), sa.ForeignKey("staff.id"), nullable=True),
        sa.Column("agreed_at", UtcDateTime(), nullable=True),
        sa.Column("forget_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_rota_change_change_ends_after_start")),
    )
    op.create_index("ix_rota_change_when", "rota_change", ["starts_at", "ends_at"])


def _centres() -> None:
    op.create_table(
        "centre_hours",
        sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "day", "begins"),
    )
    op.create_table(
        "centre_fallback",
        sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), nullable=False),
        sa.Column("fallback_id", sa.Integer(), sa.ForeignKey("centre.id"), nullable=False),
        sa.PrimaryKeyConstraint("centre_id"),
    )


def downgrade() -> None:
    for name in ("self_audit", "calendar_feed", "centre_fallback", "centre_hours", "rota_change", "rotation_member"):
        op.drop_table(name)
    op.drop_table("rotation")
