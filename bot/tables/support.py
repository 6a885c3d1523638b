"""Around a case: who may hold the phone, what was entrusted, whom it was shared with, what follows, who is kept out."""

from sqlalchemy import (
    DDL,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    event,
)

from directory.tables import UtcDateTime, metadata

guard = Table(  # whether her own words may be shown on this phone just now
    "guard",
    metadata,
    Column("lane_id", Integer, ForeignKey("lane.id"), primary_key=True),
    Column("state", String(10), nullable=False),  # open | asking | neutral
    Column("word_hash", String(64), nullable=True),  # keyed; the agreed word itself is kept nowhere
    Column("word_of", Integer, nullable=True),  # the lane its fingerprint was made with; None: this one
    Column("since", UtcDateTime, nullable=True),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

entrusted = Table(  # a place or a phone handed over with one yes, sealed with a key of its own
    "entrusted",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),  # place | phone
    Column("key_id", String(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("agreed_at", UtcDateTime, nullable=True),  # None: asked, not answered yet; nobody sees it
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=True, index=True),
)

legal_duty = Table(  # the only way past a missing yes, if the organisation's policy has it: two people and a reason
    "legal_duty",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False, index=True),
    Column("reason", String(20), nullable=False),  # life | child
    Column("partner_id", String(36), nullable=False),
    Column("asked_by", Integer, ForeignKey("staff.id"), nullable=False),
    Column("confirmed_by", Integer, ForeignKey("staff.id"), nullable=True),
    Column("is_told", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime, nullable=True),
    Column("forget_at", UtcDateTime, nullable=True, index=True),
    CheckConstraint("confirmed_by IS NULL OR confirmed_by <> asked_by", name="two_people"),
    UniqueConstraint("id", "case_id", "partner_id"),
)

sharing = Table(  # that a person's case was made known to one named partner; without a yes the row cannot exist
    "sharing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False, index=True),
    Column("partner_id", String(36), nullable=False),
    Column("purpose", String(20), nullable=False, server_default="share"),
    Column("consent_id", Integer, nullable=True),
    Column("duty_id", Integer, nullable=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=True, index=True),
    CheckConstraint("(consent_id IS NULL) <> (duty_id IS NULL)", name="one_ground"),
    CheckConstraint("purpose IN ('share', 'police')", name="purpose_of_sharing"),
    ForeignKeyConstraint(
        ["consent_id", "case_id", "partner_id", "purpose"],
        ["consent.id", "consent.case_id", "consent.partner_id", "consent.purpose"],
        name="fk_sharing_consent",
    ),
    ForeignKeyConstraint(
        ["duty_id", "case_id", "partner_id"],
        ["legal_duty.id", "legal_duty.case_id", "legal_duty.partner_id"],
        name="fk_sharing_duty",
    ),
)

check_in = Table(  # a question she agreed to be asked some days later, in words she chose
    "check_in",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False, index=True),
    Column("lane_id", Integer, ForeignKey("lane.id"), nullable=True, index=True),
    Column("words", String(12), nullable=False),  # which of the neutral sentences
    Column("due_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),  # planned | sent | well | unwell | silent | stopped
    Column("sent_at", UtcDateTime, nullable=True),
    Column("forget_at", UtcDateTime, nullable=True, index=True),
    UniqueConstraint("case_id", "due_at"),
)

accompaniment = Table(  # she wants somebody to go with her
    "accompaniment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False, index=True),
    Column("place_id", String(36), nullable=True),
    Column("when_at", UtcDateTime, nullable=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=True),
    Column("state", String(10), nullable=False),  # wanted | agreed | done | dropped
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=True, index=True),
)

handover_note = Table(  # codes always; words only where the person agreed that notes are kept
    "handover_note",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False, index=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False),
    Column("codes", String(200), nullable=False),
    Column("sealed", LargeBinary, nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=True, index=True),
)

block = Table(  # a pseudonym that is kept out for a while; danger and the safety card get through all the same
    "block",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("lane_id", Integer, ForeignKey("lane.id"), nullable=False, index=True),
    Column("hours", Integer, nullable=False),
    Column("asked_by", Integer, ForeignKey("staff.id"), nullable=False),
    Column("confirmed_by", Integer, ForeignKey("staff.id"), nullable=True),
    Column("until", UtcDateTime, nullable=True),  # None: waits for the second person
    Column("card_at", UtcDateTime, nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
    CheckConstraint("hours <= 168 OR until IS NULL OR confirmed_by IS NOT NULL", name="long_ones_need_two"),
    CheckConstraint("confirmed_by IS NULL OR confirmed_by <> asked_by", name="two_block"),
)

kept_out = Table(  # a block that outlives "xoá hết": it tells nobody's name, and knows the account when it writes again
    "kept_out",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("key_id", String(32), nullable=False),  # of this row alone: without it nobody makes the token
    Column("hours", Integer, nullable=False),
    Column("asked_by", Integer, ForeignKey("staff.id"), nullable=False),
    Column("confirmed_by", Integer, ForeignKey("staff.id"), nullable=True),
    Column("until", UtcDateTime, nullable=False),
    Column("card_at", UtcDateTime, nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

tonight_contact = Table(  # for colleagues only: who opens the shelter, whom to ring at the hospital, taxi money
    "tonight_contact",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("province", String(2), nullable=False, index=True),
    Column("kind", String(12), nullable=False),  # shelter | hospital | transport | legal | other
    Column("sealed", LargeBinary, nullable=False),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=True, index=True),
)

capacity = Table(  # whether a shelter can take somebody tonight
    "capacity",
    metadata,
    Column("place_id", String(36), primary_key=True),
    Column("state", String(10), nullable=False),  # free | full
    Column("until", UtcDateTime, nullable=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

wrong_code = Table(  # codes that were not right, for each place and hour: the more there are, the slower it goes
    "wrong_code",
    metadata,
    Column("place_id", String(36), primary_key=True),
    Column("hour", UtcDateTime, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=True),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

canned_reply = Table(  # sentences of the house: proposed by one colleague, approved by another, picked by all
    "canned_reply",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sentence", String(400), nullable=False),
    Column("state", String(10), nullable=False),  # proposed | approved | withdrawn
    Column("proposed_by", Integer, ForeignKey("staff.id"), nullable=False),
    Column("approved_by", Integer, ForeignKey("staff.id"), nullable=True),
    Column("at", UtcDateTime, nullable=False),
    CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_reply"),
    CheckConstraint("state <> 'approved' OR approved_by IS NOT NULL", name="approved_reply"),
)

_STANDS = (
    "EXISTS (SELECT 1 FROM consent WHERE consent.id = NEW.consent_id AND consent.withdrawn_at IS NULL) "
    "OR EXISTS (SELECT 1 FROM legal_duty WHERE legal_duty.id = NEW.duty_id AND legal_duty.confirmed_by IS NOT NULL)"
)
# A yes that was taken back opens nothing: a foreign key cannot say that, so the database is told in its own words.
GUARDS_SQLITE = (
    "CREATE TRIGGER sharing_needs_a_yes BEFORE INSERT ON sharing "
    f"WHEN NOT ({_STANDS}) BEGIN SELECT RAISE(ABORT, 'sharing without a yes'); END",
)
GUARDS_POSTGRESQL = (
    "CREATE FUNCTION sharing_needs_a_yes() RETURNS trigger AS $body$ BEGIN "
    f"IF NOT ({_STANDS}) THEN RAISE EXCEPTION 'sharing without a yes' USING ERRCODE = 'check_violation'; END IF; "
    "RETURN NEW; END $body$ LANGUAGE plpgsql",
    "CREATE TRIGGER sharing_needs_a_yes BEFORE INSERT ON sharing "
    "FOR EACH ROW EXECUTE FUNCTION sharing_needs_a_yes()",
)
_AGREED = (
    "EXISTS (SELECT 1 FROM sharing WHERE sharing.case_id = NEW.id "
    "AND sharing.partner_id = 'org:' || NEW.organisation_id)"
)
ORGANISATION_SQLITE = (
    'CREATE TRIGGER organisation_needs_a_yes BEFORE UPDATE OF organisation_id ON "case" '
    "WHEN NEW.organisation_id IS NOT NULL AND NEW.organisation_id IS NOT OLD.organisation_id "
    f"AND NOT {_AGREED} BEGIN SELECT RAISE(ABORT, 'another organisation without a yes'); END",
)
ORGANISATION_POSTGRESQL = (
    "CREATE FUNCTION organisation_needs_a_yes() RETURNS trigger AS $body$ BEGIN "
    "IF NEW.organisation_id IS NOT NULL AND NEW.organisation_id IS DISTINCT FROM OLD.organisation_id "
    f"AND NOT {_AGREED} THEN RAISE EXCEPTION 'another organisation without a yes' "
    "USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $body$ LANGUAGE plpgsql",
    'CREATE TRIGGER organisation_needs_a_yes BEFORE UPDATE OF organisation_id ON "case" '
    "FOR EACH ROW EXECUTE FUNCTION organisation_needs_a_yes()",
)
for _words in (*GUARDS_SQLITE, *ORGANISATION_SQLITE):
    _ddl: DDL = DDL(_words)  # type: ignore[no-untyped-call]
    event.listen(sharing, "after_create", _ddl.execute_if(dialect="sqlite"))
for _words in (*GUARDS_POSTGRESQL, *ORGANISATION_POSTGRESQL):
    _ddl = DDL(_words)  # type: ignore[no-untyped-call]
    event.listen(sharing, "after_create", _ddl.execute_if(dialect="postgresql"))
