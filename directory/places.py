"""Which place is meant: the names people say, from before and after the reforms, with or without marks."""

import csv
import math
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise

from directory.reading import SEED, Reading, fold
from directory.reading.spelling import mark_of, marks_agree


class Tier(StrEnum):
    """Which list a code belongs to: before July 2025 (old) or after (new)."""

    OLD_PROVINCE = "old_province"
    OLD_DISTRICT = "old_district"
    OLD_WARD = "old_ward"
    NEW_PROVINCE = "new_province"
    NEW_COMMUNE = "new_commune"


@dataclass(frozen=True, slots=True, order=True)
class PlaceKey:
    """The only name of a place in the house: its tier and its code."""

    tier: Tier
    code: str


@dataclass(frozen=True, slots=True)
class PlaceGuess:
    """A place a message names, how sure we are (0 to 1), and which words (token positions) say so."""

    key: PlaceKey
    name: str
    score: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PlaceReading:
    """The places a message names, best first. `is_ambiguous`: a careful person would ask back."""

    places: tuple[PlaceGuess, ...] = ()
    is_ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """One administrative unit as the lists have it; `province` is one of the 34."""

    key: PlaceKey
    kind: str
    name: str
    province: str
    communes: frozenset[str]
    point: tuple[float, float] | None


_OLD_TIERS = {"province": Tier.OLD_PROVINCE, "district": Tier.OLD_DISTRICT, "ward": Tier.OLD_WARD}
_RANK = {
    Tier.OLD_DISTRICT: 0.94,
    Tier.NEW_PROVINCE: 0.92,
    Tier.OLD_PROVINCE: 0.9,
    Tier.NEW_COMMUNE: 0.8,
    Tier.OLD_WARD: 0.7,
}
_ALIASES = {
    "sai gon": PlaceKey(Tier.NEW_PROVINCE, "79"),
    "tp ho chi minh": PlaceKey(Tier.NEW_PROVINCE, "79"),
    "thanh pho ho chi minh": PlaceKey(Tier.NEW_PROVINCE, "79"),
    "ho chi minh": PlaceKey(Tier.NEW_PROVINCE, "79"),
}
_TYPES = {"quan": "Quận", "huyen": "Huyện", "thi xa": "Thị xã", "phuong": "Phường", "xa": "Xã", "tinh": "Tỉnh"}
# Names that are also everyday words without marks: they count only after a type word or beside their province.
_EVERYDAY = re.compile(r"^(an|tan|hoa|con|ba|phu|vinh|binh|xuan|long|dong|tay|nam|bac|cam|van|my|yen|ha|kim) ?\w{0,4}$")
# Words that lead to a place.
_LEADS = frozenset(["o", "tai", "gan", "quanh", "khu", "ve", "qua", "den", "toi", "ra", "vo", "vao", "tren", "duoi"])
_PLAIN_ANYWAY = {"ba dinh", "dong da", "ha long", "ha noi", "hoa binh", "vinh phuc", "an giang", "phu tho", "phu yen"}


def _point(lat: str, lon: str) -> tuple[float, float] | None:
    return (float(lat), float(lon)) if lat and lon else None


@cache
def units() -> Mapping[PlaceKey, Unit]:
    """Every unit. Sources: statistics office lists of 2025, units in force on 30 April 2026 (`seed/places/`)."""
    found: dict[PlaceKey, Unit] = {}
    with (SEED / "places" / "new_units_2026.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            is_province = row["level"] == "province"
            key = PlaceKey(Tier.NEW_PROVINCE if is_province else Tier.NEW_COMMUNE, row["code"])
            province = row["code"] if is_province else row["province_code"]
            own = frozenset[str]() if is_province else frozenset({row["code"]})
            found[key] = Unit(key, row["type"], row["name"], province, own, _point(row["lat"], row["lon"]))
    with (SEED / "places" / "old_units_2025-06.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = PlaceKey(_OLD_TIERS[row["level"]], row["code"])
            codes = [code for code in row["new_codes"].split(";") if code]
            if key.tier is Tier.OLD_PROVINCE:
                province, communes = (codes[0] if codes else ""), frozenset[str]()
            else:
                communes = frozenset(codes)
                first = found.get(PlaceKey(Tier.NEW_COMMUNE, codes[0])) if codes else None
                province = first.province if first else ""
            point = _point(row["lat_approx"], row["lon_approx"])
            found[key] = Unit(key, row["type"], row["name"], province, communes, point)
    return found


@cache
def _by_name() -> Mapping[str, tuple[PlaceKey, ...]]:
    found: defaultdict[str, list[PlaceKey]] = defaultdict(list)
    for key, unit in units().items():
        found[fold(unit.name)].append(key)
    for alias, key in _ALIASES.items():
        found[alias] = [key]
    return {name: tuple(keys) for name, keys in found.items()}


def read(reading: Reading, province: str | None = None) -> PlaceReading:
    """The places a message names. `province` (one of the 34) is where we already know the person to be."""
    if (whole := _written_out(reading)) is not None:
        return PlaceReading((whole,))
    tokens = _numbered(reading.tokens[:400])
    spans = _spans(tokens)
    if len(tokens) == len(reading.tokens[:400]):
        kept = ((start, end, typed, [key for key in keys if _marks_agree(reading, start, end, key)])
                for start, end, typed, keys in spans)  # fmt: skip
        spans = [(start, end, typed, tuple(keys)) for start, end, typed, keys in kept if keys]
    # Where somebody comes from is not where help is sought.
    spans = [span for span in spans if len(spans) == 1 or span[2] != "que"]
    provinces = {units()[key].province for _, _, _, keys in spans for key in keys if _is_province(key)}
    known = provinces or ({province} if province else set())
    guesses: list[PlaceGuess] = []
    is_ambiguous = False
    for start, end, typed, keys in spans:
        if _is_province(keys[0]) and len(spans) > 1:
            continue
        chosen = [key for key in keys if units()[key].province in known] or list(keys)
        chosen = _narrow(chosen, typed)
        best = [key for key in chosen if key.tier == chosen[0].tier]
        is_ambiguous = is_ambiguous or len({units()[key].province for key in best}) > 1
        guesses.extend(PlaceGuess(key, name_of(key), _RANK[key.tier], start, end) for key in chosen[:10])
    if not guesses and spans:
        start, end, _, keys = spans[0]
        guesses = [PlaceGuess(key, name_of(key), _RANK[key.tier], start, end) for key in keys]
    return PlaceReading(tuple(guesses), is_ambiguous)


@cache
def _whole_names() -> Mapping[tuple[str, ...], PlaceKey]:
    """Districts by their whole name, type and province included; names that two districts share are left out."""
    found: defaultdict[tuple[str, ...], set[PlaceKey]] = defaultdict(set)
    for key in units():
        if key.tier is Tier.OLD_DISTRICT:
            found[tuple(re.findall(r"\w+", fold(name_of(key))))].add(key)
    return {words: next(iter(keys)) for words, keys in found.items() if len(keys) == 1}


def _written_out(reading: Reading) -> PlaceGuess | None:
    """A district written out in full, as forms and tables do: no guessing needed."""
    words = re.findall(r"\w+", fold(reading.text[:2000]))
    for start in range(len(words)):
        for length in range(min(9, len(words) - start), 3, -1):
            key = _whole_names().get(tuple(words[start : start + length]))
            if key is not None:
                return PlaceGuess(key, name_of(key), 0.97, start, start + length)
    return None


def _numbered(tokens: tuple[str, ...]) -> list[str]:
    """`q1`, `q.1`, `quận 1` alike."""
    joined = re.sub(r"\b(?:q|quan) ?(\d{1,2})\b", r"quan \1", " ".join(tokens))
    joined = re.sub(r"\bq (?=[a-z]{2,})", "quan ", joined)
    return joined.split()


def _is_province(key: PlaceKey) -> bool:
    return key.tier in (Tier.NEW_PROVINCE, Tier.OLD_PROVINCE)


def _spans(tokens: list[str]) -> list[tuple[int, int, str, tuple[PlaceKey, ...]]]:
    """(start, end, type word before it, keys in order of likelihood) of every name, longest first, none overlapping."""
    found = []
    position = 0
    names = _by_name()
    while position < len(tokens):
        for length in range(min(5, len(tokens) - position), 0, -1):
            name = " ".join(tokens[position : position + length])
            typed = tokens[position - 1] if position else ""
            if length > 1 and tokens[position] in _TYPES and _goes_further(tokens, position + 1, position + length):
                continue  # "quan ba dinh" is quận Ba Đình, not Quản Bạ
            keys = names.get(name) or (names.get(f"quan {name}") if typed == "quan" else None)
            if keys and _counts(name, length, typed, tokens):
                ranked = tuple(sorted(_narrow(list(keys), typed), key=lambda key: -_RANK[key.tier]))
                found.append((position, position + length, typed, ranked))
                position += length
                break
        else:
            position += 1
    return found


def _goes_further(tokens: list[str], start: int, end: int) -> bool:
    """Whether a name that begins behind the type word reaches beyond `end`."""
    return any(" ".join(tokens[start:stop]) in _by_name() for stop in range(end + 1, min(start + 5, len(tokens)) + 1))


# Place names that are ordinary words when typed without marks: là gì, con dao, chu kỳ, đa nang.
_TRAPS = frozenset(
    [
        "la gi",
        "con dao",
        "chu ky",
        "da nang buong trung",
        "tan tien",
        "dan tien",
        "an lao",
        "cai be",
        "cai nuoc",
        "cho moi",
    ]
)


def _counts(name: str, length: int, typed: str, tokens: list[str]) -> bool:
    """Whether words that are a place name mean the place here."""
    if name in _ALIASES or name in _PLAIN_ANYWAY:
        return True
    if length == 1:
        return typed in _TYPES
    if name in _TRAPS:
        return typed in _TYPES or typed in ("o", "tai", "ra", "den", "toi")
    tiers = {key.tier for key in _by_name().get(name, ())}
    if not tiers or tiers <= {Tier.OLD_WARD} or tiers <= {Tier.OLD_WARD, Tier.NEW_COMMUNE}:
        return typed in ("phuong", "xa", "thi tran")
    is_led = typed in _TYPES or typed in _LEADS
    return not _EVERYDAY.match(name) or is_led or len(tokens) <= 6 or _names_a_province(tokens)


def _names_a_province(tokens: list[str]) -> bool:
    pairs = {" ".join(pair) for pair in pairwise(tokens)}
    return any(_is_province(key) for pair in pairs for key in _by_name().get(pair, ()))


_KINDS = {
    "quan": ("Quận",), "huyen": ("Huyện",), "xa": ("Xã",), "phuong": ("Phường",), "tinh": ("Tỉnh",),
    "tp": ("Thành phố",), "pho": ("Thành phố",), "tran": ("Thị trấn",),
}  # fmt: skip


def _narrow(keys: list[PlaceKey], typed: str) -> list[PlaceKey]:
    """A type word narrows: "quận X" is only a quận, "phường X" only a phường; nothing fits: all stay."""
    kinds = _KINDS.get(typed)
    return [key for key in keys if units()[key].kind in kinds] or keys if kinds else keys


def _marks_agree(reading: Reading, start: int, end: int, key: PlaceKey) -> bool:
    """Whether the marks that were typed are those of the name: "là gì" is not La Gi."""
    name = [mark_of(part.lower()) for part in units()[key].name.split()]
    words = reading.words[start:end]
    if len(name) != len(words):
        return True
    return all(marks_agree(word, part) for word, part in zip(words, name, strict=True))


def name_of(key: PlaceKey, language: str = "vi") -> str:
    """`quận Cầu Giấy, Hà Nội`, as people say it; English leaves the type word out."""
    unit = units()[key]
    kind = "" if unit.name.isdigit() is False and language != "vi" else f"{unit.kind.lower()} "
    if _is_province(key):
        return unit.name if unit.name != "Hồ Chí Minh" or language != "vi" else "TP Hồ Chí Minh"
    province = units().get(PlaceKey(Tier.NEW_PROVINCE, unit.province))
    name = unit.name if unit.name.lower().startswith(unit.kind.lower()) else f"{kind}{unit.name}"
    return f"{name}, {province.name}" if province else name


def province_of(key: PlaceKey) -> str | None:
    """One of the 34 codes, or None if the list leaves it open."""
    unit = units().get(key)
    return (unit.province or None) if unit else None


def communes_of(key: PlaceKey) -> frozenset[str]:
    """The communes of today that lie in this place, whole or in part; for a province all of them."""
    unit = units()[key]
    if not _is_province(key):
        return unit.communes
    return frozenset(
        one.code for one, other in units().items() if one.tier is Tier.NEW_COMMUNE and other.province == unit.province
    )


def coarse(key: PlaceKey) -> PlaceKey:
    """Never finer than an old district or a commune's province: what may stand in an alarm."""
    if key.tier in (Tier.OLD_DISTRICT, Tier.OLD_PROVINCE, Tier.NEW_PROVINCE):
        return key
    own = communes_of(key)
    for other, unit in units().items():
        if other.tier is Tier.OLD_DISTRICT and own <= unit.communes:
            return other
    return PlaceKey(Tier.NEW_PROVINCE, units()[key].province)


def locate(lat: float, lon: float) -> PlaceKey | None:
    """The old district whose middle is nearest, within 40 km; None elsewhere. The point itself is not kept."""
    near = [
        (distance, key)
        for key, unit in units().items()
        if key.tier is Tier.OLD_DISTRICT and unit.point and (distance := distance_km((lat, lon), unit.point)) <= 40
    ]
    return min(near)[1] if near else None


def centre_of(key: PlaceKey) -> tuple[float, float] | None:
    """A representative point (degrees), for distances only."""
    unit = units().get(key)
    return unit.point if unit else None


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance in kilometres."""
    lat1, lon1, lat2, lon2 = (math.radians(value) for value in (*a, *b))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * math.asin(min(1, math.sqrt(half)))


def provinces() -> Mapping[str, str]:
    """The 34 provinces by code."""
    return {key.code: unit.name for key, unit in units().items() if key.tier is Tier.NEW_PROVINCE}
