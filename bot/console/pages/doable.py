"""What can be done at this minute in some provinces: places open for what does not wait, numbers that answer."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.helpline.tonight import Room
from directory import lines
from directory.listings import Listing

NEEDS = ("health.emergency", "health.pep", "violence.sexual", "shelter.refuge", "legal.detained")
MOST = 3  # places for each; the rest is one search away


@dataclass(frozen=True, slots=True)
class Doable:
    """For one need: the places with the hour until which they are open (None: at any hour), and the numbers."""

    need: str
    places: Sequence[tuple[Listing, datetime | None]]
    numbers: Sequence[lines.Line]


def now_in(
    shelf: Iterable[Listing],
    provinces: Collection[str],
    rooms: Mapping[str, Room],
    *,
    now: datetime,
    recorded: Collection[str] | None,
) -> tuple[Doable, ...]:
    """Those open longest first. A shelter that is known to be full is left out; unknown hours are not open."""
    near = [one for one in shelf if one.province in provinces and not _is_full(one, rooms)]
    return tuple(Doable(need, _open(near, need, now), _answering(need, provinces, now, recorded)) for need in NEEDS)


def _open(near: Iterable[Listing], need: str, now: datetime) -> Sequence[tuple[Listing, datetime | None]]:
    found = [(one, one.opening(now)) for one in near if need in one.needs]
    open_ = [(one, opening.closes) for one, opening in found if opening.state == "open"]
    return sorted(open_, key=lambda pair: (pair[1] is not None, -(pair[1] or now).timestamp(), pair[0].service))[:MOST]


def _answering(
    need: str, provinces: Collection[str], now: datetime, recorded: Collection[str] | None
) -> Sequence[lines.Line]:
    province = next(iter(provinces)) if len(provinces) == 1 else None
    fitting = lines.for_trouble(needs=(need,), province=province, now=now, recorded=recorded)
    return [one for one in fitting if one.is_open]


def _is_full(one: Listing, rooms: Mapping[str, Room]) -> bool:
    known = rooms.get(one.id)
    return known is not None and known.is_fresh and known.state == "full"
