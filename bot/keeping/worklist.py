"""What those who keep the directory have to do: said to be wrong, unchecked for long, never checked, written twice."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Connection

from bot.keeping import corrections, remarks
from bot.seals import Seals
from directory import catalogue, duplicates, editing, freshness, merging, verification
from directory.catalogue import Row, entries_of
from directory.freshness import Age
from directory.wording import HCMC

KINDS = ("wrong", "told", "overdue", "due", "new", "twice", "ready", "unverified")
_BY_AGE = {Age.DUE: "due", Age.OVERDUE: "overdue", Age.OLD: "overdue", Age.HIDDEN: "overdue"}
_CHECKS = frozenset({"overdue", "due", "unverified"})  # each is a call or a way there


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do about one place. `on`: the day it is due."""

    kind: str
    place_id: str
    service: str
    place: str
    province: str
    phones: tuple[str, ...] = ()
    on: date | None = None
    is_hidden: bool = False
    is_today: bool = True
    what: str = ""  # of a complaint: which part; of two alike: why
    n: int = 0
    apart: int = 0  # how many of them are surely of different persons
    words: str = field(default="", repr=False)
    number: int = 0  # of a suggestion or correction
    before: str = ""  # of a correction: what stands there now
    other: str = ""  # the listing that may be the same
    other_service: str = ""


def items(
    connection: Connection,
    seals: Seals,
    *,
    fresh_days: Callable[[str], int],
    now: datetime,
    most: int,
    language: str = "vi",
    provinces: Collection[str] | None = None,
    staff_id: int | None = None,
) -> tuple[Item, ...]:
    """Everything to do, by kind and by how long it waits; of the checks at most `most` are for today.

    `provinces`: only of these, and what belongs to none. `staff_id`: what she checked today is part of `most`.
    """
    today = now.astimezone(HCMC).date()
    rows = {row.id: row for row in catalogue.rows(connection, language=language) if _is_of(row.province, provinces)}
    told = remarks.waiting(connection)
    complained = {one.place_id for one in told}
    found: list[Item] = []
    for row in rows.values():
        found += _of_row(row, fresh_days(row.kind), today, is_told=row.id in complained)
    found += [
        replace(_item("wrong", rows[one.place_id]), what=one.what, n=one.n, apart=one.apart)
        for one in told
        if one.place_id in rows
    ]
    found += [
        Item("new", "", "", "", one.province or "", number=one.id, words=one.words)
        for one in remarks.suggestions(connection, seals)
        if _is_of(one.province or "", provinces)
    ]
    found += _told(connection, seals, rows)
    found += _alike(connection, rows)
    done = verification.checked_by(connection, staff_id, today) if staff_id is not None else 0
    return _spread(sorted(found, key=_rank), most - done)


def _told(connection: Connection, seals: Seals, rows: Mapping[str, Row]) -> Iterable[Item]:
    """What somebody in the chat says is right, beside what stands there."""
    for one in corrections.waiting(connection, seals):
        known = editing.look_up(connection, one.place_id) if one.place_id in rows else None
        if known is not None:
            item = _item("told", rows[one.place_id])
            stands = ", ".join(corrections.stands(one.part, known.draft))
            yield replace(item, what=one.part, words=one.words, number=one.id, before=stands)


def _alike(connection: Connection, rows: Mapping[str, Row]) -> Iterable[Item]:
    """Pairs of which one could be merged into the other: the one that is shown, or was checked, stays."""
    entries = [one for one in entries_of(connection) if one.id in rows and rows[one.id].state != "withdrawn"]
    for pair in duplicates.find(entries, apart=merging.pairs_apart(connection)):
        stays, goes = sorted((rows[pair.first], rows[pair.second]), key=_worth, reverse=True)
        yield replace(_item("twice", goes), what=pair.why, other=stays.id, other_service=stays.service)


def _is_of(province: str, provinces: Collection[str] | None) -> bool:
    return provinces is None or not province or province in provinces


def _worth(row: Row) -> tuple[bool, date, str]:
    return row.state == "published", row.checked_on or date.min, row.id


def _of_row(row: Row, limit: int, today: date, *, is_told: bool) -> Iterable[Item]:
    if row.is_under_review and not is_told:
        yield _item("wrong", row)
    if row.state == "draft":
        yield _item("unverified" if row.checked_on is None or row.is_changed else "ready", row)
    if row.state in ("published", "stale"):
        age = freshness.age(row.checked_on, limit, today)
        due = freshness.due_on(row.checked_on, limit) if row.checked_on else None
        if kind := _BY_AGE.get(age):
            yield replace(_item(kind, row), on=due, is_hidden=age is Age.HIDDEN)
        elif row.is_changed:
            yield _item("unverified", row)


def _item(kind: str, row: Row) -> Item:
    return Item(kind, row.id, row.service, row.place, row.province, row.phones)


def _rank(one: Item) -> tuple[int, int, date, str]:
    return KINDS.index(one.kind), -one.apart, one.on or date.max, one.service


def _spread(ordered: Iterable[Item], most: int) -> tuple[Item, ...]:
    """Checks beyond what a day can hold are for the days after; nothing that harms somebody waits."""
    spread, given = [], 0
    for one in ordered:
        if one.kind in _CHECKS:
            given += 1
            one = replace(one, is_today=given <= most)
        spread.append(one)
    return tuple(spread)


def counts(found: Iterable[Item]) -> Mapping[str, int]:
    """How many of each kind."""
    told = dict.fromkeys(KINDS, 0)
    for one in found:
        told[one.kind] += 1
    return told


def percent_fresh(connection: Connection, *, fresh_days: Callable[[str], int], now: datetime) -> int:
    """How many of a hundred listings that persons could be shown were checked in time."""
    today = now.astimezone(HCMC).date()
    shown = [one for one in catalogue.rows(connection) if one.state in ("published", "stale")]
    in_time = (Age.FRESH, Age.DUE)
    good = sum(freshness.age(one.checked_on, fresh_days(one.kind), today) in in_time for one in shown)
    return round(100 * good / len(shown)) if shown else 100
