"""Those who write: a lane, what waits in it, and where the talk stands. Words and addresses are sealed."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from directory.tables import UtcDateTime, metadata

person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("language", String(10), nullable=False, server_default="vi"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

lane = Table(
    "lane",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False, index=True),
    Column("channel", String(20), nullable=False),
    Column("account", String(64), nullable=False),
    Column("handle", String(64), nullable=False),  # HMAC with a key outside the database
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("erasing_at", UtcDateTime, nullable=True),
    Column("stopped_at", UtcDateTime, nullable=True),  # the person left or blocked: nothing is pushed
    Column("lease_owner", String(40), nullable=True),  # the process that answers just now
    Column("lease_until", UtcDateTime, nullable=True),
    Column("last_at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
    UniqueConstraint("channel", "account", "handle"),
)
for _few in (lane.c.lease_owner, lane.c.erasing_at):  # of a million lanes only a handful: the others are not listed
    Index(f"ix_lane_{_few.name}", _few, sqlite_where=_few.is_not(None), postgresql_where=_few.is_not(None))

contact = Table(  # read through bot.vault only
    "contact",
    metadata,
    Column("lane_id", Integer, ForeignKey("lane.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

seen_event = Table(  # keyed hash of (channel, account, event): the same event five times has one effect
    "seen_event",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("lane_id", Integer, ForeignKey("lane.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("set_aside_at", UtcDateTime, nullable=True),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
    sqlite_autoincrement=True,  # a number is used once: what is on its way is known by it
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("lane_id", Integer, ForeignKey("lane.id"), nullable=False, unique=True),
    Column("key_id", String(32), nullable=False),
    Column("sealed", LargeBinary, nullable=True),  # standing: dialogue, step, notes
    Column("last_at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

offered = Table(  # the choices of the last few messages, so that "1", a label or an old button finds its meaning
    "offered",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("lane_id", Integer, ForeignKey("lane.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

message_ref = Table(
    "message_ref",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("lane_id", Integer, ForeignKey("lane.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

return_code = Table(  # four words that bring a person back to the same conversation; only a slow hash is kept
    "return_code",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("lane_id", Integer, ForeignKey("lane.id"), nullable=False, unique=True),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)
