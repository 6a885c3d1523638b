"""What helps to keep the directory true: what persons said of a place, without who, and reminders to check places."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table

from directory.tables import UtcDateTime, metadata

remark = Table(  # what somebody said about a place; nothing here tells who
    "remark",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("place_id", String(36), nullable=True, index=True),  # None: a place we do not know yet
    Column("province", String(2), nullable=True, index=True),
    Column("what", String(12), nullable=False),  # phone | hours | closed | … | good | new | new_phone …
    Column("sealed", LargeBinary, nullable=True),  # words of a new place (masked), or of a new phone, hours, address
    Column("is_apart", Boolean, nullable=False),  # told apart from the earlier ones of the same kind
    Column("day", Date, nullable=False),  # not the hour: that would tell who was writing then
    Column("state", String(10), nullable=False),  # open | confirmed | dismissed
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=True),  # who decided
    Column("decided_at", UtcDateTime, nullable=True),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
    Index("ix_remark_open", "state", "day"),
)

remark_key = Table(  # a key for the remarks of thirty days; with it goes the last way to tell two of them apart
    "remark_key",
    metadata,
    Column("window", Integer, primary_key=True),
    Column("key_id", String(32), nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

remark_token = Table(
    "remark_token",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

listing_reminder = Table(  # which reminders of which due day were given
    "listing_reminder",
    metadata,
    Column("place_id", String(36), primary_key=True),
    Column("step", String(8), primary_key=True),  # soon | due | late | manager
    Column("due_on", Date, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)
