"""The public tables: what we know about places that help, and one MetaData for the whole house."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    URL,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_mock_engine,
    inspect,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be stored.")
    return value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    there = value if value.tzinfo is UTC else _in_utc(value)
    return datetime.combine(there, there.time()).isoformat(" ", "microseconds")  # an offset takes as long again


def _as_iso(value: datetime | None) -> str | None:
    if value is None:
        return None
    return (value if value.tzinfo is UTC else _in_utc(value)).isoformat()


def _as_utc(value: datetime | None) -> datetime | None:
    return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


def _as_moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment. SQLite keeps it as naive UTC; a naive value is refused, so that no hour is ever guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else _in_utc(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """As text, made at once: a deed says up to fifty moments, and a driver takes three times as long for each."""
        return _as_text if dialect.name == "sqlite" else _as_iso

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        return _as_moment if dialect.name == "sqlite" else _as_utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(UTC)


organisation = Table(
    "organisation",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("is_demo", Boolean, nullable=False, server_default="0"),
    # What its lasting id in other programs is made of, where that is not its name: the name it had first. No person.
    Column("known_by", String(200), nullable=True),
    Column("came_from", String(36), nullable=True),  # the organisation whose service was the first to bear this name
)

service = Table(
    "service",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("organisation_id", String(36), ForeignKey("organisation.id"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(40), nullable=False),  # the listing kinds of needs.yaml: clinic, shelter, legal_aid, …
    Column("description", Text, nullable=False, server_default=""),
)

service_need = Table(
    "service_need",
    metadata,
    Column("service_id", String(36), ForeignKey("service.id"), primary_key=True),
    Column("need", String(40), primary_key=True),
    Column("position", Integer, nullable=False, server_default="0"),
)

place_of_service = Table(
    "place_of_service",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("service_id", String(36), ForeignKey("service.id"), nullable=False, index=True),
    Column("place_tier", String(20), nullable=False),
    Column("place_code", String(10), nullable=False),
    Column("province", String(2), nullable=False, index=True),  # one of the 34
    Column("street", String(300), nullable=True),  # never for a sealed place
    Column("directions", Text, nullable=False, server_default=""),
    Column("lat", String(12), nullable=True),  # decimal degrees as text; never for a sealed place
    Column("lon", String(12), nullable=True),
    Column("is_sealed", Boolean, nullable=False, server_default="0"),
    # public | staff | sealed; whether it is sealed is read from is_sealed, which the version before this one writes too
    Column("visibility", String(8), nullable=False, server_default="public"),
    Column("hours", JSON, nullable=True),  # None: unknown; see directory.listings.Hours
    Column("reception", JSON, nullable=False),  # how people are received, by language
    Column("price", JSON, nullable=False),
    Column("papers", JSON, nullable=False),
    Column("audience", JSON, nullable=False),  # codes: women, men, trans, minors, foreigners …; empty = everyone
    Column("languages", JSON, nullable=False),
    Column("attributes", JSON, nullable=False),  # codes: free, no_papers, evening, weekend …
    Column("state", String(12), nullable=False, index=True),  # draft | published | stale | withdrawn
    Column("under_review_at", UtcDateTime, nullable=True),
    Column("hidden_at", UtcDateTime, nullable=True),  # unchecked for far too long: not shown until somebody checks it
    Column("merged_into", String(36), nullable=True),  # the listing that took over from this one
    Column("friendly_why", String(20), nullable=True),  # peer_visit | good_reports; None: not friendly
    Column("friendly_on", Date, nullable=True),
    Column("consent_how", String(20), nullable=True),  # call | visit | letter | demo; None: not asked, or it said no
    Column("consent_on", Date, nullable=True),
    Column("source", Text, nullable=False, server_default=""),
    Column("is_demo", Boolean, nullable=False, server_default="0"),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("changed_seq", Integer, nullable=False, server_default="0"),  # the shelf reads what changed since
    Column("modified_at", UtcDateTime, nullable=False),
    Index("ix_place_of_service_changed", "changed_seq"),
)

phone = Table(
    "phone",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("place_id", String(36), ForeignKey("place_of_service.id"), nullable=False, index=True),
    Column("number", String(40), nullable=False),
    Column("label", String(80), nullable=False, server_default=""),
    Column("position", Integer, nullable=False, server_default="0"),
)

notice = Table(  # "đóng cửa đến 5/1": shown with the listing until its end date
    "notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("place_id", String(36), ForeignKey("place_of_service.id"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("language", String(10), nullable=False, server_default="vi"),
    Column("code", String(20), nullable=True),  # one of the usual sentences; `text` is then its Vietnamese wording
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
)

verification = Table(  # when each group of fields was last checked, and how; not the same as modified
    "verification",
    metadata,
    Column("place_id", String(36), ForeignKey("place_of_service.id"), primary_key=True),
    Column("field_group", String(20), primary_key=True),  # see directory.verification
    Column("verified_on", Date, nullable=False),
    Column("method", String(20), nullable=False),  # call | visit | peer | document | demo
    Column("staff_id", Integer, nullable=True),  # who checked; None: nobody of ours
)

directory_audit = Table(  # every change of what we know, with what stood there before; `seq` drives the shelf
    "directory_audit",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("staff_id", Integer, nullable=True),  # None: an import
    Column("deed", String(20), nullable=False),
    Column("place_id", String(36), nullable=False, index=True),
    Column("before", JSON, nullable=True),
    Column("after", JSON, nullable=True),
    Column("role", String(20), nullable=True),  # of whoever did it; None: nobody of ours, or from before it was kept
    Column("source", String(20), nullable=True),  # console | import | persons | clock; None: from before it was kept
)

not_same = Table(  # two listings that look alike and were found to be two; `first` is the smaller id
    "not_same",
    metadata,
    Column("first", String(36), primary_key=True),
    Column("second", String(36), primary_key=True),
    Column("staff_id", Integer, nullable=True),
    Column("at", UtcDateTime, nullable=False),
)

overlay = Table(  # what people edit in the console over the seed files: articles, phrases, teencode, danger examples
    "overlay",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("key", String(120), nullable=False),
    Column("language", String(10), nullable=False, server_default="vi"),
    Column("revision", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("staff_id", Integer, nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("base", String(16), nullable=True),  # a print of the shipped file it was written over
    UniqueConstraint("kind", "key", "language", "revision"),
)


_STEPS: dict[tuple[str, int], str] = {}  # by the dialect, and how many tables there are in this process


def make_tables(engine: Engine) -> None:
    """Make every table that is missing, as `metadata.create_all` does; an installation migrates instead.

    In an empty database in one go: to put a hundred steps into words takes longer than to take them.
    """
    known = {*inspect(engine).get_table_names()}
    if known:
        if not known.issuperset(metadata.tables):
            metadata.create_all(engine)
        return
    key = engine.dialect.name, len(metadata.tables)
    if key not in _STEPS:
        _STEPS[key] = _in_words(engine.url)
    driver: Any = engine.raw_connection()
    try:
        if engine.dialect.name == "sqlite":
            driver.executescript(f"BEGIN IMMEDIATE; {_STEPS[key]} COMMIT;")
        else:
            driver.cursor().execute(_STEPS[key])
            driver.commit()
    finally:
        driver.close()


def _in_words(url: URL) -> str:
    said: list[str] = []

    def note(step: Any, *_: Any, **__: Any) -> None:
        said.append(f"{str(step.compile(dialect=noting.dialect)).strip()};\n")

    noting = create_mock_engine(url, note)
    metadata.create_all(noting, checkfirst=False)
    return "".join(said)
