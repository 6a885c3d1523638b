"""Which of the places just shown: "chỗ nào rẻ nhất", "cái nào còn mở", answered from those alone."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from directory import needs, places, times, wished
from directory.listings import FRIENDLY, Listing
from directory.places import PlaceKey, Tier
from directory.reading import Reading, fold
from directory.times import When

_MOST_WORDS = 12
_ONES = "cho|noi|cai|ben|dia chi|phong kham|pk|benh vien|bv|nhom"
# "Có chỗ nào … không", "chỗ nào khác" look for others too.
_ELSE = re.compile(rf"\bco (?:{_ONES}) nao\b|\b(?:khac|nua|them|tim|other|else|another|find)\b")
_WHICH = re.compile(rf"\b(?:{_ONES}) nao\b|\bdau (?=re|gan)|\bwhich\b")
_BEST = re.compile(r"\b(?:re|gan|it tien|tot|on|ok|tien) nhat\b|\b(?:cheapest|nearest|closest|best)\b")
_WORD = re.compile(r"[^\W_]+")
_OF_NAMES = "health.general"  # "phòng khám nào"
# What is compared, and the words that ask for it; the first that is found.
_KINDS: Sequence[tuple[str, "re.Pattern[str]"]] = (
    ("free", re.compile(r"\b(?:mien phi|khong (?:mat|ton|can|thu|lay) (?:tien|phi)|free)\b")),
    ("cheap", re.compile(r"\b(?:re|it tien|gia mem|mem hon|cheap|cheaper|cheapest)\b")),
    ("near", re.compile(r"\b(?:gan|tien duong|near|nearer|nearest|close|closer|closest)\b")),
    ("papers", re.compile(r"\b(?:giay to|can cuoc|cccd|cmnd|papers|id)\b")),
    ("late", re.compile(r"\b(?:muon|tre|khuya|late|latest)\b")),
    ("hours", re.compile(r"\b(?:mo|lam viec|con kham|dong cua|open|opens)\b")),
    ("good", re.compile(r"\b(?:tot|uy tin|on nhat|ok nhat|than thien|tu te|best|friendly|kind)\b")),
)
_WIDE = (Tier.NEW_PROVINCE, Tier.OLD_PROVINCE)
_WISHES = ("evening", "weekend", "after_hours")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Those that fit, what is said of each, and which sentence stands above them."""

    listings: tuple[Listing, ...]
    about: str
    heading: str


def read(reading: Reading, shown: Sequence[Listing | None], when: When | None, *, now: datetime) -> Chosen | None:
    """None where it asks for something else, or for others, or where none of those shown fits: then others are looked
    for."""
    typed = " ".join(_WORD.findall(fold(reading.text)))  # read as Vietnamese, "which one" is something else
    plain = f" {reading.plain} {typed} "
    there = tuple(one for one in shown if one is not None)
    if not there or len(reading.tokens) > _MOST_WORDS or _ELSE.search(plain):
        return None
    if not (_WHICH.search(plain) or _BEST.search(plain)):
        return None
    kind = next((name for name, cue in _KINDS if cue.search(plain)), None)
    wishes = needs.wishes(reading)
    if kind is None or _names_a_need(reading, kind) or wishes & {"trans", "men", "women"}:
        return None
    match kind:
        case "free" | "cheap":
            free = _kept(there, wished.is_free)
            if free:
                return Chosen(free, "price", "free")
            return Chosen(there, "price", "prices") if kind == "cheap" else None
        case "near":
            return Chosen(there, "distance", "near")
        case "papers":
            bare = _kept(there, wished.needs_no_papers)
            return Chosen(bare, "papers", "no_papers") if bare and "no_papers" in wishes else None
        case "late":
            return Chosen(there, "hours", "hours")
        case "good":
            kind_ones = _kept(there, lambda one: FRIENDLY in one.attributes)
            return Chosen(kind_ones, "received", "good") if kind_ones else None
    return _by_hours(there, when, sorted(wishes.intersection(_WISHES)), now)


def by_distance(listings: Sequence[Listing], place: PlaceKey | None) -> tuple[Listing, ...]:
    """The nearest first, from the middle of a place; empty where that tells none from another. No sealed ones."""
    middle = places.centre_of(place) if place and place.tier not in _WIDE else None
    if middle is None:  # the middle of a whole province is nobody's place
        return ()
    far = {}
    for one in listings:
        point = None if one.is_sealed else one.point or (places.centre_of(one.place) if one.place != place else None)
        if point is not None:
            far[one.id] = places.distance_km(point, middle)
    if len({round(km) for km in far.values()}) < 2:
        return ()
    return tuple(sorted((one for one in listings if one.id in far), key=lambda one: far[one.id]))


def _by_hours(there: tuple[Listing, ...], when: When | None, wishes: Sequence[str], now: datetime) -> Chosen | None:
    is_later = when is not None and (when.at is None or abs(when.at - now) > times.JUST)
    if is_later and not wishes:
        return Chosen(there, "hours", "hours")
    if wishes:
        kept, dropped = wished.fulfilling(there, wishes, lambda one: one.opening(now))
        return None if dropped else Chosen(tuple(kept), "hours", "hours")
    is_open = _kept(there, lambda one: one.opening(now).state == "open")
    return Chosen(is_open, "hours", "open") if is_open else None


def _kept(listings: Sequence[Listing], fits: Callable[[Listing], bool]) -> tuple[Listing, ...]:
    return tuple(one for one in listings if fits(one))


def _names_a_need(reading: Reading, kind: str) -> bool:
    codes = {guess.code for guess in needs.read(reading, by_likeness=False)} - {_OF_NAMES}
    return any(not (kind == "papers" and code.startswith("papers.")) for code in codes)
