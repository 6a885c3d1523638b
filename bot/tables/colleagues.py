"""Those who answer: their sign-in, their provinces, how to wake them, and the notes on their pages."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from directory.tables import UtcDateTime, metadata

staff_organisation = Table(
    "staff_organisation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
)

centre = Table(
    "centre",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organisation_id", Integer, ForeignKey("staff_organisation.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("province", String(2), nullable=True),
    UniqueConstraint("organisation_id", "name"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),  # the sign-in name; never shown to persons
    Column("alias", String(40), nullable=False),  # how persons see this colleague
    Column("role", String(20), nullable=False),
    Column("centre_id", Integer, ForeignKey("centre.id"), nullable=False),
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
    Column("staff_id", Integer, ForeignKey("staff.id"), primary_key=True),
    Column("province", String(2), primary_key=True),  # one of the 34 codes
)

staff_language = Table(  # spoken beside Vietnamese
    "staff_language",
    metadata,
    Column("staff_id", Integer, ForeignKey("staff.id"), primary_key=True),
    Column("code", String(10), primary_key=True),
)

staff_channel = Table(
    "staff_channel",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),  # console | mail | ntfy | telegram | zalo_bot | sms | voice
    Column("sealed", LargeBinary, nullable=False),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("verified_at", UtcDateTime, nullable=True),
    Column("dead_at", UtcDateTime, nullable=True),  # the network said that nobody is there any more
    Column("code_hash", String(64), nullable=True),  # the code of the test message, until it is typed in
    Column("code_until", UtcDateTime, nullable=True),
    Column("code_tries", Integer, nullable=False, server_default="0"),
    Column("forget_at", UtcDateTime, nullable=True),
)

invitation = Table(
    "invitation",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False),
    Column("kind", String(12), nullable=False),  # invite | demo | telegram (links an account)
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=True),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

staff_notice = Table(  # what the console's live page shows; "sending" to the console writes one
    "staff_notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("key", String(80), nullable=False, unique=True),  # idempotency key of the outbox row
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)
