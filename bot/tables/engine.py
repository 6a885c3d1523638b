"""What keeps the house going: timers, the outbox, the chat page's frames, counts without persons, the audit."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from directory.tables import UtcDateTime, metadata

timer = Table(
    "timer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(30), nullable=False),
    Column("subject_id", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease_owner", String(40), nullable=True),
    Column("lease_until", UtcDateTime, nullable=True),
    Column("forget_at", UtcDateTime, nullable=True),
    UniqueConstraint("kind", "subject_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("lane_id", Integer, ForeignKey("lane.id"), nullable=True, index=True),
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=True, index=True),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=True, index=True),
    Column("alarm_id", Integer, ForeignKey("alarm.id"), nullable=True, index=True),
    Column("purpose", String(10), nullable=False),
    Column("urgent", Boolean, nullable=False, server_default="0"),
    Column("key_id", String(32), nullable=True),  # None: sealed with the house key (to staff)
    Column("sealed", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),  # pending | leased | failed
    Column("lease_owner", String(40), nullable=True),
    Column("lease_until", UtcDateTime, nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", UtcDateTime, nullable=False),
    Column("key", String(40), nullable=False, unique=True),  # idempotency key
    Column("last", Boolean, nullable=False, server_default="0"),  # after this one the contact is forgotten
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
    CheckConstraint("(lane_id IS NULL) <> (staff_id IS NULL)", name="one_recipient"),
    Index("ix_outbox_due", "state", "next_at"),
    sqlite_autoincrement=True,  # a number is used once: what is on its way is known by it
)

lease = Table(  # a task of the whole house that one process does at a time: polling an account, forgetting
    "lease",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("owner", String(40), nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

webchat_session = Table(  # written by the web chat channel only: its own connection state
    "webchat_session",
    metadata,
    Column("id", String(32), primary_key=True),  # the routable address; sealed wherever else it is kept
    Column("browser_hash", String(64), nullable=False, unique=True),
    Column("key_id", String(32), nullable=False),
    Column("next_seq", Integer, nullable=False, server_default="1"),
    Column("acked_seq", Integer, nullable=False, server_default="0"),
    Column("last_at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

webchat_frame = Table(
    "webchat_frame",
    metadata,
    Column("session_id", String(32), ForeignKey("webchat_session.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("key", String(40), nullable=False),  # idempotency key: one frame however often it is sent
    Column("sealed", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
    UniqueConstraint("session_id", "key"),
)

event = Table(  # what happened, without persons
    "event",
    metadata,
    Column("day", Date, primary_key=True),
    Column("province", String(2), primary_key=True),  # "" when unknown
    Column("need_group", String(20), primary_key=True),
    Column("model", String(12), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("n", Integer, nullable=False),
)

audit = Table(  # deeds and reads of staff, hash-chained: a changed byte is noticed
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("staff_id", Integer, nullable=True),
    Column("deed", String(40), nullable=False),
    Column("subject", String(60), nullable=False),
    Column("detail", String(60), nullable=False, server_default=""),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("witness", String(64), nullable=True),  # of the hash, keyed: nobody without the key file can make one
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

audit_head = Table(  # where the chain ends: one row, keyed, so that the newest deeds cannot be cut off unnoticed
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("witness", String(64), nullable=False),
)
