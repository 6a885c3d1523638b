"""Leases of the whole house, and the indexes that keep a turn as fast with a million persons as with a thousand"""

import sqlalchemy as sa
from alembic import op

from directory.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FORGOTTEN = ("person", "lane", "case_event", "alarm", "consent", "referral", "staff_notice", "audit")


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.add_column("audit", sa.Column("witness", sa.String(length=64), nullable=True))
    for table in FORGOTTEN:
        op.create_index(op.f(f"ix_{table}_forget_at"), table, ["forget_at"])
    op.create_index(op.f("ix_case_state"), "case", ["state"])
    op.create_index(op.f("ix_outbox_alarm_id"), "outbox", ["alarm_id"])
    for column in ("lease_owner", "erasing_at"):
        few = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_lane_{column}", "lane", [column], sqlite_where=few, postgresql_where=few)
