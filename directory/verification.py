"""When each part of a listing was last checked, and what happens when somebody says that it is wrong."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from directory.freshness import CHANGED, OLD_AFTER, Age
from directory.freshness import age as age_for
from directory.tables import directory_audit, place_of_service, service, verification
from directory.wording import HCMC

GROUPS = ("contact", "hours", "address", "services", "audience", "reception", "price")
_SOURCES = {"hide": "clock", "grow_old": "clock", "notice_over": "clock", "report_wrong": "persons"}  # of nobody's
BY_RINGING = ("contact", "hours")  # what a peer who has just rung can vouch for


def verify(
    connection: Connection,
    place_id: str,
    groups: tuple[str, ...],
    *,
    method: str,
    staff_id: int | None,
    now: datetime,
    fresh_days: Callable[[str], int] = lambda kind: 0,
    keeps_review: bool = False,
) -> None:
    """Somebody has checked these parts: "still correct" in one tap. Ends a review, unless one waits.

    It counts as fresh again, or is shown again, only if its stalest part is young enough by then.
    """
    today = now.astimezone(HCMC).date()
    for group in groups:
        mine = (verification.c.place_id == place_id, verification.c.field_group == group)
        connection.execute(delete(verification).where(*mine))
        connection.execute(
            insert(verification).values(
                place_id=place_id, field_group=group, verified_on=today, method=method, staff_id=staff_id
            )
        )
    after: dict[str, object] = {"groups": list(groups), "method": method, "on": today.isoformat()}
    after |= _renew(connection, place_id, age_of(connection, place_id, fresh_days, today), keeps_review)
    note(connection, "verify", place_id, staff_id=staff_id, now=now, after=after)


def age_of(connection: Connection, place_id: str, fresh_days: Callable[[str], int], today: date) -> Age:
    """How old its stalest check is, by the days of its kind."""
    of = select(service.c.kind).join(place_of_service, place_of_service.c.service_id == service.c.id)
    kind = connection.execute(of.where(place_of_service.c.id == place_id)).scalar_one()
    return age_for(oldest_checks(connection, place_id).get(place_id), fresh_days(kind), today)


def oldest_checks(connection: Connection, *place_ids: str) -> Mapping[str, date]:
    """When the stalest part was checked, by listing: all, or these. A part never checked counts from the publishing."""
    oldest = _oldest()
    wanted = select(oldest.c.place_id, oldest.c.oldest, oldest.c.n, oldest.c.published)
    if place_ids:
        wanted = wanted.where(oldest.c.place_id.in_(place_ids))
    found = {row.place_id: _counted(row) for row in connection.execute(wanted)}
    return {id: on for id, on in found.items() if on is not None}


@cache
def _oldest() -> Subquery:
    """By listing: the day of its oldest check, how many parts were checked, when it was published."""
    log = directory_audit.c
    published = (
        select(log.place_id, func.max(log.at).label("published")).where(log.deed == "publish").group_by(log.place_id)
    ).subquery()
    return (
        select(
            verification.c.place_id,
            func.min(verification.c.verified_on).label("oldest"),
            func.count().label("n"),
            published.c.published,
        )
        .outerjoin(published, published.c.place_id == verification.c.place_id)
        .group_by(verification.c.place_id, published.c.published)
        .subquery()
    )


def _counted(row: Any) -> date | None:
    oldest: date | None = row.oldest
    if oldest is None or row.n >= len(GROUPS) or row.published is None:
        return oldest
    published: datetime = row.published
    return min(oldest, published.astimezone(HCMC).date())


def end_checks(
    connection: Connection, place_id: str, groups: Collection[str], *, staff_id: int | None, now: datetime
) -> None:
    """These parts were written anew: that they were checked once is kept as a day, and vouches for nothing."""
    mine = (
        verification.c.place_id == place_id,
        verification.c.field_group.in_(groups),
        verification.c.method != CHANGED,
    )
    ended = sorted(connection.execute(select(verification.c.field_group).where(*mine)).scalars())
    if ended:
        connection.execute(update(verification).where(*mine).values(method=CHANGED, staff_id=None))
        note(connection, "unchecked", place_id, staff_id=staff_id, now=now, after={"groups": ended})


def changed_since(connection: Connection, *place_ids: str) -> Mapping[str, frozenset[str]]:
    """The parts that were written anew and not checked since, by listing: of all, or of these."""
    wanted = select(verification.c.place_id, verification.c.field_group).where(verification.c.method == CHANGED)
    if place_ids:
        wanted = wanted.where(verification.c.place_id.in_(place_ids))
    found: dict[str, set[str]] = {}
    for row in connection.execute(wanted):
        found.setdefault(row.place_id, set()).add(row.field_group)
    return {id: frozenset(groups) for id, groups in found.items()}


def _renew(connection: Connection, place_id: str, age: Age, keeps_review: bool) -> dict[str, object]:
    """Mark what is shown as its age after a check allows, never as older than before. Returns what the audit keeps."""
    table = place_of_service.c
    mine = (table.id == place_id, table.state.in_(("published", "stale")))
    row = connection.execute(select(table.state, table.hidden_at).where(*mine)).one_or_none()
    if row is None:
        return {}
    state = row.state if age in (Age.OLD, Age.HIDDEN) else "published"
    hidden_at = row.hidden_at if age is Age.HIDDEN else None
    values: dict[str, object] = {"state": state, "hidden_at": hidden_at}
    if not keeps_review:
        values["under_review_at"] = None
    connection.execute(update(place_of_service).where(*mine).values(values))
    return {"state": state, "is_hidden": hidden_at is not None, "keeps_review": keeps_review}


@dataclass(frozen=True, slots=True)
class Checked:
    """What is shown, when its stalest part was checked, and whether it is marked or hidden for its age."""

    place_id: str
    kind: str
    province: str
    state: str
    is_hidden: bool
    checked_on: date | None


@dataclass(frozen=True, slots=True)
class Check:
    """Who checked a group of fields, when and how."""

    group: str
    on: date
    method: str
    staff_id: int | None


def checks(connection: Connection, place_id: str) -> tuple[Check, ...]:
    """The last check of each group, in the order of the groups."""
    rows = connection.execute(select(verification).where(verification.c.place_id == place_id)).all()
    found = {row.field_group: Check(row.field_group, row.verified_on, row.method, row.staff_id) for row in rows}
    return tuple(found[group] for group in GROUPS if group in found)


def checked_by(connection: Connection, staff_id: int, day: date) -> int:
    """How many listings this colleague checked on this day."""
    begins = datetime(day.year, day.month, day.day, tzinfo=HCMC)
    log = directory_audit.c
    mine = (log.staff_id == staff_id, log.deed == "verify", log.at >= begins, log.at < begins + timedelta(days=1))
    return int(connection.execute(select(func.count(log.place_id.distinct())).where(*mine)).scalar_one())


def checked_before(
    connection: Connection,
    days_of: Callable[[str], int],
    today: date,
    *more: ColumnElement[bool],
    most: int | None = None,
) -> tuple[Checked, ...]:
    """What is published and was last checked longer ago than its kind's days, or never; by province."""
    kinds = tuple(sorted(connection.execute(select(service.c.kind).distinct()).scalars()))
    told: dict[str, date | datetime] = {}
    for at, kind in enumerate(kinds):
        day = today - timedelta(days=days_of(kind))
        told |= {f"day_{at}": day, f"begins_{at}": datetime(day.year, day.month, day.day, tzinfo=HCMC)}
    return tuple(
        Checked(row.id, row.kind, row.province, row.state, row.hidden_at is not None, _counted(row))
        for row in connection.execute(_before(kinds, more).limit(most), told)
    )


@lru_cache(maxsize=16)
def _before(kinds: tuple[str, ...], more: tuple[ColumnElement[bool], ...]) -> Select[Any]:
    """Where the stalest part was checked before `day_0` if it is of the first kind, and so on."""
    oldest = _oldest()
    limits = [and_(service.c.kind == kind, _is_before(oldest, at)) for at, kind in enumerate(kinds)]
    return (
        select(
            place_of_service.c.id,
            service.c.kind,
            place_of_service.c.province,
            place_of_service.c.state,
            place_of_service.c.hidden_at,
            oldest.c.oldest,
            oldest.c.n,
            oldest.c.published,
        )
        .join(service, service.c.id == place_of_service.c.service_id)
        .outerjoin(oldest, oldest.c.place_id == place_of_service.c.id)
        .where(place_of_service.c.state.in_(("published", "stale")), or_(oldest.c.oldest.is_(None), *limits), *more)
        .order_by(place_of_service.c.province, place_of_service.c.id)
    )


def _is_before(oldest: Subquery, at: int) -> ColumnElement[bool]:
    day: BindParameter[Any] = bindparam(f"day_{at}")
    begins: BindParameter[Any] = bindparam(f"begins_{at}")
    return or_(oldest.c.oldest < day, and_(oldest.c.n < len(GROUPS), oldest.c.published < begins))


_IS_SHOWN, _IS_FRESH = place_of_service.c.hidden_at.is_(None), place_of_service.c.state == "published"


def grow_old(connection: Connection, *, fresh_days: Callable[[str], int], now: datetime, most: int = 50) -> int:
    """Mark what is unchecked for long, hide what is unchecked for twice its time. Returns how many, at most `most`."""
    today, table = now.astimezone(HCMC).date(), place_of_service.c
    far = checked_before(connection, lambda kind: 2 * fresh_days(kind), today, _IS_SHOWN, most=most)
    for one in far:
        values = {"state": "stale", "hidden_at": now}
        connection.execute(update(place_of_service).where(table.id == one.place_id).values(values))
        note(connection, "hide", one.place_id, staff_id=None, now=now)
    left = most - len(far)
    late = checked_before(connection, lambda kind: fresh_days(kind) + OLD_AFTER.days, today, _IS_FRESH, most=left)
    for one in late:
        connection.execute(update(place_of_service).where(table.id == one.place_id).values(state="stale"))
        note(connection, "grow_old", one.place_id, staff_id=None, now=now)
    return len(far) + len(late)


def report_wrong(connection: Connection, place_id: str, *, now: datetime) -> None:
    """Several persons say that it is wrong: shown last and with a word of caution until somebody has looked."""
    mine = place_of_service.c.id == place_id
    connection.execute(update(place_of_service).where(mine).values(under_review_at=now))
    note(connection, "report_wrong", place_id, staff_id=None, now=now)


def end_review(connection: Connection, place_id: str, *, staff_id: int, now: datetime) -> bool:
    """What was said of it did not prove true. False: it was under no review."""
    mine = (place_of_service.c.id == place_id, place_of_service.c.under_review_at.is_not(None))
    if connection.execute(update(place_of_service).where(*mine).values(under_review_at=None)).rowcount == 0:
        return False
    note(connection, "review_over", place_id, staff_id=staff_id, now=now)
    return True


def note(
    connection: Connection,
    deed: str,
    place_id: str,
    *,
    staff_id: int | None,
    now: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """One row of the directory's own audit; its number tells every shelf that something changed.

    By which way a colleague made it, and in which role, is signed by whoever lets her do it.
    """
    note_all(connection, deed, [place_id], staff_id=staff_id, now=now, before=before, after=after)


def note_all(
    connection: Connection, deed: str, place_ids: Iterable[str], *, staff_id: int | None, now: datetime, **what: object
) -> None:
    """A row for each of several listings with which the same was done, in this order."""
    source = _SOURCES.get(deed, "import") if staff_id is None else None
    same = {"at": now, "staff_id": staff_id, "deed": deed, "source": source, "before": None, "after": None, **what}
    rows = [{**same, "place_id": place_id} for place_id in place_ids]
    if rows:
        connection.execute(insert(directory_audit), rows if len(rows) > 1 else rows[0])
