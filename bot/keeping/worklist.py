"""What those who keep the directory have to do: said to be wrong, unchecked for long, never checked, written twice."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from directory import catalogue, freshness
from directory.catalogue import Row
from directory.freshness import Age
from directory.wording import HCMC

KINDS = ("wrong", "overdue", "due", "unverified")
_BY_AGE = {Age.DUE: "due", Age.OVERDUE: "overdue", Age.OLD: "overdue", Age.HIDDEN: "overdue"}
_DAILY = frozenset({"overdue", "due"})


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
    revision: int = 0


def items(
    connection: Connection, *, fresh_days: Callable[[str], int], now: datetime, most: int, language: str = "vi"
) -> tuple[Item, ...]:
    """Everything to do, by kind and by how long it waits; of the checks at most `most` a province are for today."""
    today = now.astimezone(HCMC).date()
    found: list[Item] = []
    for row in catalogue.rows(connection, language=language):
        found += _of_row(row, fresh_days(row.kind), today)
    return _spread(sorted(found, key=_rank), most)


def _of_row(row: Row, limit: int, today: date) -> Iterable[Item]:
    if row.is_under_review:
        yield _item("wrong", row)
    if row.state == "draft" and row.checked_on is None:
        yield _item("unverified", row)
    if row.state in ("published", "stale"):
        age = freshness.age(row.checked_on, limit, today)
        due = freshness.due_on(row.checked_on, limit) if row.checked_on else None
        if kind := _BY_AGE.get(age):
            yield replace(_item(kind, row), on=due, is_hidden=age is Age.HIDDEN)


def _item(kind: str, row: Row) -> Item:
    return Item(kind, row.id, row.service, row.place, row.province, row.phones)


def _rank(one: Item) -> tuple[int, date, str]:
    return KINDS.index(one.kind), one.on or date.max, one.service


def _spread(ordered: Iterable[Item], most: int) -> tuple[Item, ...]:
    """Checks beyond what a day can hold are for the days after; nothing that harms somebody waits."""
    given: defaultdict[str, int] = defaultdict(int)
    spread = []
    for one in ordered:
        if one.kind in _DAILY:
            given[one.province] += 1
            one = replace(one, is_today=given[one.province] <= most)
        spread.append(one)
    return tuple(spread)


def counts(found: Iterable[Item]) -> Mapping[str, int]:
    """How many of each kind."""
    told = dict.fromkeys(KINDS, 0)
    for one in found:
        told[one.kind] += 1
    return told


def within(found: Iterable[Item], provinces: Collection[str] | None) -> tuple[Item, ...]:
    """Those of these provinces; None: of all."""
    return tuple(one for one in found if provinces is None or one.province in provinces)


def percent_fresh(connection: Connection, *, fresh_days: Callable[[str], int], now: datetime) -> int:
    """How many of a hundred listings that persons could be shown were checked in time."""
    today = now.astimezone(HCMC).date()
    shown = [one for one in catalogue.rows(connection) if one.state in ("published", "stale")]
    in_time = (Age.FRESH, Age.DUE)
    good = sum(freshness.age(one.checked_on, fresh_days(one.kind), today) in in_time for one in shown)
    return round(100 * good / len(shown)) if shown else 100
