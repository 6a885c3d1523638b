"""The plan of who is on call: shifts, rotations, changes, hours of a centre; own calendars; the self-audit."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
)

from directory.tables import UtcDateTime, metadata

shift = Table(
    "shift",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False, index=True),
    Column("centre_id", Integer, ForeignKey("centre.id"), nullable=False),
    Column("province", String(2), nullable=True),  # None: the national rota
    Column("kind", String(10), nullable=False, server_default="any"),  # any | danger | daytime
    Column("rung", Integer, nullable=False, server_default="0"),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    Index("ix_shift_when", "starts_at", "ends_at"),
)

rotation = Table(  # a shift that comes again and again, its colleagues taking turns
    "rotation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("centre_id", Integer, ForeignKey("centre.id"), nullable=False),
    Column("province", String(2), nullable=True),
    Column("kind", String(10), nullable=False, server_default="any"),
    Column("rung", Integer, nullable=False, server_default="0"),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=True),
    Column("begins", Integer, nullable=False),  # minute of the day in Vietnam
    Column("minutes", Integer, nullable=False),  # may run over midnight
    Column("turn_days", Integer, nullable=False, server_default="1"),
    Column("weekdays", String(7), nullable=False, server_default="1234567"),  # 1 is Monday
    Column("days_off", String(10), nullable=False, server_default="as_usual"),  # as_usual | rest | only
)

rotation_member = Table(
    "rotation_member",
    metadata,
    Column("rotation_id", Integer, ForeignKey("rotation.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False),
)

rota_change = Table(  # leave (nobody in place), or a colleague in place of another; a swap is two of them
    "rota_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(10), nullable=False),  # leave | cover | swap
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False),
    Column("cover_id", Integer, ForeignKey("staff.id"), nullable=True),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("pair", String(32), nullable=True),  # the two halves of a swap
    Column("made_by", Integer, ForeignKey("staff.id"), nullable=True),
    Column("agreed_at", UtcDateTime, nullable=True),  # None: asked for, not in force
    Column("forget_at", UtcDateTime, nullable=False),
    CheckConstraint("ends_at > starts_at", name="change_ends_after_start"),
    Index("ix_rota_change_when", "starts_at", "ends_at"),
)

centre_hours = Table(  # when a centre serves; a centre without rows serves at any hour
    "centre_hours",
    metadata,
    Column("centre_id", Integer, ForeignKey("centre.id"), primary_key=True),
    Column("day", Integer, primary_key=True),  # 1 Monday … 7 Sunday, 8 a day off
    Column("begins", Integer, primary_key=True),  # minute of the day in Vietnam
    Column("ends", Integer, nullable=False),  # may be after midnight
)

centre_fallback = Table(
    "centre_fallback",
    metadata,
    Column("centre_id", Integer, ForeignKey("centre.id"), primary_key=True),
    Column("fallback_id", Integer, ForeignKey("centre.id"), nullable=False),
)

calendar_feed = Table(  # the address of a colleague's own calendar, as a hash
    "calendar_feed",
    metadata,
    Column("staff_id", Integer, ForeignKey("staff.id"), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
)

self_audit = Table(  # how the last look at the house's own promises ended: one row
    "self_audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("broken", String(400), nullable=False, server_default=""),  # codes and counts: `outbox_late:3 …`
    Column("since", UtcDateTime, nullable=True),  # when the promises now broken were first seen broken
    Column("alarmed_at", UtcDateTime, nullable=True),
)
