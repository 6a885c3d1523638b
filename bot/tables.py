"""The private tables: what has to be kept for a while so that nobody who writes is lost, and when it is forgotten.

Every row that belongs to a person carries `forget_at`; `tests/house/test_privacy.py` names, for each column, who can
see it and when it goes. Text of persons and routable addresses are always sealed bytes.
"""

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
    Text,
    UniqueConstraint,
)

from directory.tables import UtcDateTime, metadata

ID = Integer

# --- staff ------------------------------------------------------------------------------------------------------------

staff_organisation = Table(
    "staff_organisation",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
)

centre = Table(
    "centre",
    metadata,
    Column("id", ID, primary_key=True),
    Column("organisation_id", ID, ForeignKey("staff_organisation.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("province", String(2), nullable=True),
    UniqueConstraint("organisation_id", "name"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),  # the sign-in name; never shown to persons
    Column("alias", String(40), nullable=False),  # how persons see this colleague
    Column("role", String(20), nullable=False),
    Column("centre_id", ID, ForeignKey("centre.id"), nullable=False),
    Column("language", String(10), nullable=False, server_default="vi"),
    Column("state", String(10), nullable=False, server_default="invited"),  # invited | active | left
    Column("passphrase_hash", Text, nullable=True),
    Column("totp_sealed", LargeBinary, nullable=True),
    Column("totp_last_step", Integer, nullable=True),  # a code is accepted once
    Column("failed_signs", Integer, nullable=False, server_default="0"),
    Column("locked_until", UtcDateTime, nullable=True),
    Column("is_demo", Boolean, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=True),
)

staff_province = Table(
    "staff_province",
    metadata,
    Column("staff_id", ID, ForeignKey("staff.id"), primary_key=True),
    Column("province", String(2), primary_key=True),  # one of the 34 codes
)

staff_channel = Table(
    "staff_channel",
    metadata,
    Column("id", ID, primary_key=True),
    Column("staff_id", ID, ForeignKey("staff.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),  # console | mail | ntfy | telegram | zalo_bot | sms | voice
    Column("sealed", LargeBinary, nullable=False),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("verified_at", UtcDateTime, nullable=True),
    Column("dead_at", UtcDateTime, nullable=True),
    Column("forget_at", UtcDateTime, nullable=True),
)

invitation = Table(
    "invitation",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", ID, ForeignKey("staff.id"), nullable=False),
    Column("kind", String(12), nullable=False),  # invite | demo
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=True),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("staff_id", ID, ForeignKey("staff.id"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

staff_notice = Table(  # what the console's live page shows; "sending" to the console writes one
    "staff_notice",
    metadata,
    Column("id", ID, primary_key=True),
    Column("staff_id", ID, ForeignKey("staff.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("key", String(80), nullable=False, unique=True),  # idempotency key of the outbox row
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False),
)

shift = Table(
    "shift",
    metadata,
    Column("id", ID, primary_key=True),
    Column("staff_id", ID, ForeignKey("staff.id"), nullable=False, index=True),
    Column("centre_id", ID, ForeignKey("centre.id"), nullable=False),
    Column("province", String(2), nullable=True),  # None: the national rota
    Column("rung", Integer, nullable=False, server_default="0"),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    Index("ix_shift_when", "starts_at", "ends_at"),
)

# --- persons ----------------------------------------------------------------------------------------------------------

person = Table(
    "person",
    metadata,
    Column("id", ID, primary_key=True),
    Column("language", String(10), nullable=False, server_default="vi"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False),
)

lane = Table(
    "lane",
    metadata,
    Column("id", ID, primary_key=True),
    Column("person_id", ID, ForeignKey("person.id"), nullable=False, index=True),
    Column("channel", String(20), nullable=False),
    Column("account", String(64), nullable=False),
    Column("handle", String(64), nullable=False),  # HMAC with a key outside the database
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("erasing_at", UtcDateTime, nullable=True),
    Column("stopped_at", UtcDateTime, nullable=True),  # the person left or blocked: nothing is pushed
    Column("lease_owner", String(40), nullable=True),
    Column("lease_until", UtcDateTime, nullable=True),
    Column("last_at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel", "account", "handle"),
)

contact = Table(  # read through bot.vault only
    "contact",
    metadata,
    Column("lane_id", ID, ForeignKey("lane.id"), primary_key=True),
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
    Column("id", ID, primary_key=True),
    Column("lane_id", ID, ForeignKey("lane.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("set_aside_at", UtcDateTime, nullable=True),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", ID, primary_key=True),
    Column("lane_id", ID, ForeignKey("lane.id"), nullable=False, unique=True),
    Column("key_id", String(32), nullable=False),
    Column("sealed", LargeBinary, nullable=True),  # standing: dialogue, step, notes
    Column("last_at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

offered = Table(  # the choices of the last few messages, so that "1", a label or an old button finds its meaning
    "offered",
    metadata,
    Column("id", ID, primary_key=True),
    Column("lane_id", ID, ForeignKey("lane.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

message_ref = Table(
    "message_ref",
    metadata,
    Column("id", ID, primary_key=True),
    Column("lane_id", ID, ForeignKey("lane.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

return_code = Table(  # four words that bring a person back to the same conversation; only a slow hash is kept
    "return_code",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("lane_id", ID, ForeignKey("lane.id"), nullable=False, unique=True),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

# --- cases ------------------------------------------------------------------------------------------------------------

case = Table(
    "case",
    metadata,
    Column("id", ID, primary_key=True),
    Column("alias", String(40), nullable=False, unique=True),
    Column("lane_id", ID, ForeignKey("lane.id"), nullable=True, index=True),  # None once the person has erased
    Column("key_id", String(32), nullable=True),  # None once the words are gone
    Column("urgency", String(10), nullable=False),  # now | violence | request
    Column("need", String(40), nullable=True),
    Column("place_tier", String(20), nullable=True),
    Column("place_code", String(10), nullable=True),  # old district or province, never finer
    Column("province", String(2), nullable=True),
    Column("state", String(10), nullable=False),  # waiting | taken | held | handed | closed
    Column("staff_id", ID, ForeignKey("staff.id"), nullable=True),
    Column("centre_id", ID, ForeignKey("centre.id"), nullable=True),
    Column("talk_agreed", Boolean, nullable=False, server_default="0"),
    Column("erased_at", UtcDateTime, nullable=True),
    Column("rung", Integer, nullable=False, server_default="0"),
    Column("round", Integer, nullable=False, server_default="0"),
    Column("alarmed", Integer, nullable=False, server_default="0"),  # colleagues alarmed so far
    Column("next_step_at", UtcDateTime, nullable=True, index=True),
    Column("held_until", UtcDateTime, nullable=True),
    Column("outcome", String(40), nullable=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("alarmed_at", UtcDateTime, nullable=True),
    Column("taken_at", UtcDateTime, nullable=True),
    Column("closed_at", UtcDateTime, nullable=True),
    Column("forget_at", UtcDateTime, nullable=True, index=True),
)

case_event = Table(
    "case_event",
    metadata,
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("case.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("staff_id", ID, ForeignKey("staff.id"), nullable=True),
    Column("detail", String(60), nullable=False, server_default=""),  # a code, never words
    Column("forget_at", UtcDateTime, nullable=True),
)

transcript = Table(
    "transcript",
    metadata,
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("case.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("direction", String(10), nullable=False),  # person | worker | house
    Column("staff_id", ID, ForeignKey("staff.id"), nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=True, index=True),
    UniqueConstraint("case_id", "seq"),
)

alarm = Table(  # one row a colleague alarmed for a case; the one-time link is kept as a hash
    "alarm",
    metadata,
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("case.id"), nullable=False, index=True),
    Column("staff_id", ID, ForeignKey("staff.id"), nullable=False),
    Column("rung", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=True),
    Column("declined_at", UtcDateTime, nullable=True),
    Column("recalled_at", UtcDateTime, nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=True),
)

consent = Table(
    "consent",
    metadata,
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("case.id"), nullable=False, index=True),
    Column("purpose", String(20), nullable=False),  # talk | notes | share | police | hand_over
    Column("partner_id", String(36), nullable=True),
    Column("version", String(20), nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime, nullable=True),
    Column("forget_at", UtcDateTime, nullable=True),
)

referral = Table(
    "referral",
    metadata,
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("case.id"), nullable=False, index=True),
    Column("place_id", String(36), ForeignKey("place_of_service.id"), nullable=False),
    Column("code", String(4), nullable=False),
    Column("state", String(12), nullable=False),  # offered | sent | accepted | attended | done | declined | lost
    Column("staff_id", ID, ForeignKey("staff.id"), nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=True),
    UniqueConstraint("place_id", "code"),
)

# --- engine room ------------------------------------------------------------------------------------------------------

timer = Table(
    "timer",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(30), nullable=False),
    Column("subject_id", ID, nullable=False),
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
    Column("id", ID, primary_key=True),
    Column("lane_id", ID, ForeignKey("lane.id"), nullable=True, index=True),
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("staff_id", ID, ForeignKey("staff.id"), nullable=True, index=True),
    Column("case_id", ID, ForeignKey("case.id"), nullable=True, index=True),
    Column("alarm_id", ID, ForeignKey("alarm.id"), nullable=True),
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
    Column("seq", ID, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("staff_id", ID, nullable=True),
    Column("deed", String(40), nullable=False),
    Column("subject", String(60), nullable=False),
    Column("detail", String(60), nullable=False, server_default=""),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("forget_at", UtcDateTime, nullable=False),
)
