"""Cases: who has one, what happened to it, the sealed words, consents and referrals."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from directory.tables import UtcDateTime, metadata

case = Table(
    "case",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alias", String(40), nullable=False, unique=True),
    Column("lane_id", Integer, ForeignKey("lane.id"), nullable=True, index=True),  # None once the person has erased
    Column("key_id", String(32), nullable=True),  # None once the words are gone
    Column("urgency", String(10), nullable=False),  # now | violence | request
    Column("need", String(40), nullable=True),
    Column("place_tier", String(20), nullable=True),
    Column("place_code", String(10), nullable=True),  # old district or province, never finer
    Column("province", String(2), nullable=True),
    Column("state", String(10), nullable=False, index=True),  # waiting | taken | held | handed | closed
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=True),
    Column("centre_id", Integer, ForeignKey("centre.id"), nullable=True),
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
    Column("away_from", String(2), nullable=True),  # her wish: nobody of this province
    Column("organisation_id", Integer, nullable=True),  # handed to this organisation alone
    Column("forget_at", UtcDateTime, nullable=True, index=True),
)

case_event = Table(
    "case_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=True),
    Column("detail", String(60), nullable=False, server_default=""),  # a code, never words
    Column("forget_at", UtcDateTime, nullable=True, index=True),
    Index("ix_case_event_of_colleague", "staff_id", "at"),
    Index("ix_case_event_at", "at"),
)

transcript = Table(
    "transcript",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("direction", String(10), nullable=False),  # person | worker | house
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("is_readable", Boolean, nullable=False, server_default="1"),  # by colleagues: from a cry on, or after a yes
    Column("outbox_key", String(40), nullable=True),  # of a colleague's line: by which its way to her is followed
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=True, index=True),
    UniqueConstraint("case_id", "seq"),
    Index("ix_transcript_at", "at"),
)

alarm = Table(  # one row a colleague alarmed for a case; the one-time link is kept as a hash
    "alarm",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False, index=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False),
    Column("rung", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=True),
    Column("declined_at", UtcDateTime, nullable=True),
    Column("recalled_at", UtcDateTime, nullable=True),
    Column("unreached_at", UtcDateTime, nullable=True),  # no own channel of the colleague took it
    Column("is_notice", Boolean, nullable=False, server_default="0"),  # who may not take it only hears of it: no link
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=True, index=True),
)

consent = Table(
    "consent",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False, index=True),
    Column("purpose", String(20), nullable=False),  # talk | notes | share | police | hand_over
    Column("partner_id", String(36), nullable=True),
    Column("version", String(20), nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime, nullable=True),
    Column("forget_at", UtcDateTime, nullable=True, index=True),
    Index("uq_consent_whole", "id", "case_id", "partner_id", "purpose", unique=True),  # `sharing` points at it
)

referral = Table(
    "referral",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False, index=True),
    Column("place_id", String(36), ForeignKey("place_of_service.id"), nullable=False),
    Column("code", String(4), nullable=False),
    Column("state", String(12), nullable=False),  # offered | sent | accepted | attended | done | declined | lost
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=True, index=True),
    UniqueConstraint("place_id", "code"),
)
