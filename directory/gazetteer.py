"""The lists of provinces, districts and communes, before July 2025 and after, and where each of them lies.

The lists come with the product (`seed/places/`). A newer list is put beside the database, in `DATA_DIR/places/`, under
the same name (or with a later year in the name), and is read from there after the next start: no release is needed.
"""

import csv
import math
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple, TypeVar

from directory import ended
from directory.compiled import kept
from directory.reading import SEED, fold

T = TypeVar("T")

BOUNDARY_KM = 1.5  # a point nearer than this to the middle between two units may lie in either


class Tier(StrEnum):
    """Which list a code belongs to: before July 2025 (old) or after (new)."""

    OLD_PROVINCE = "old_province"
    OLD_DISTRICT = "old_district"
    OLD_WARD = "old_ward"
    NEW_PROVINCE = "new_province"
    NEW_COMMUNE = "new_commune"

    __hash__ = str.__hash__  # an Enum's own is many times as slow, and every look for a place takes several


class PlaceKey(NamedTuple):
    """The only name of a place in the house: its tier and its code."""

    tier: Tier
    code: str


class Unit(NamedTuple):
    """One administrative unit as the lists have it; `province` is one of the 34, `parent` a ward's old district."""

    key: PlaceKey
    kind: str
    name: str
    province: str
    communes: frozenset[str]
    spot: complex | None  # `point` in a quarter of the memory
    old_province: str = ""
    parent: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether a newer list has this commune no more: `communes` are those that it became, where that is known."""
        return self.key.tier is Tier.NEW_COMMUNE and self.key.code not in self.communes

    @property
    def point(self) -> tuple[float, float] | None:
        """Degrees north and east of its middle, where the lists tell it."""
        return None if self.spot is None else (self.spot.real, self.spot.imag)


@dataclass(frozen=True, slots=True)
class Change:
    """What changed about a unit that kept its code, and from which day."""

    effective: date
    key: PlaceKey
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Located:
    """The unit a point lies in, about: `near` are units whose middle is nearly as close. The point is not kept."""

    key: PlaceKey
    km: float
    near: tuple[PlaceKey, ...] = ()

    @property
    def is_close_call(self) -> bool:
        """Whether a careful person would ask which one it is."""
        return bool(self.near)


_OLD_TIERS = {"province": Tier.OLD_PROVINCE, "district": Tier.OLD_DISTRICT, "ward": Tier.OLD_WARD}
_folders: list[Path] = [SEED / "places"]


def use_folder(folder: Path) -> None:
    """Read lists that lie in `folder` instead of the shipped ones of the same name."""
    wanted = [folder, SEED / "places"] if folder.is_dir() else [SEED / "places"]
    if wanted == _folders:
        return
    _folders[:] = wanted
    read_again()


def read_again() -> None:
    """Lists may have changed: whatever was computed from them is computed anew."""
    for known in _CACHED:
        known.cache_clear()


def list_file(pattern: str) -> Path:
    """The list to read: of several the one with the last name, in the house's own folder before the shipped one."""
    for folder in _folders:
        if found := sorted(folder.glob(pattern)):
            return found[-1]
    raise FileNotFoundError(pattern)


def rows_of(pattern: str) -> Iterator[dict[str, str]]:
    """The rows of a list."""
    return ended.rows(list_file(pattern))


def kept_of_lists(name: str, make: Callable[[], T]) -> T:
    """What was worked out from the lists: the shipped ones' is kept between starts, a house's own is made each time."""
    return kept(name, make, *_folders)


def _spot(lat: str, lon: str) -> complex | None:
    return complex(float(lat), float(lon)) if lat and lon else None


Row = tuple[str, str, str, str, str, frozenset[str], complex | None, str, str]


@cache
def units() -> Mapping[PlaceKey, Unit]:
    """Every unit. Sources: statistics office lists of 2025, units in force on 30 April 2026 (`seed/places/`)."""
    tiers, codes, *others = kept_of_lists("units", lambda: [*zip(*_read_units(), strict=True)])
    keys = [*map(PlaceKey, map({tier.value: tier for tier in Tier}.__getitem__, tiers), codes)]
    return dict(zip(keys, map(Unit, keys, *others), strict=True))


def _read_units() -> Iterable[Row]:
    """Units as plain rows: tier, code, and what else a unit has in the order of its fields."""
    found: dict[tuple[str, str], Row] = {}
    sets: dict[str, frozenset[str]] = {}  # wards that went to the same commune share what they became
    with list_file("new_units_*.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for level, code, kind, name, _, province, lat, lon, *_ in map(_shared, rows):
            if level == "province":
                tier, own, of = Tier.NEW_PROVINCE.value, frozenset[str](), code
            else:
                tier, own, of = Tier.NEW_COMMUNE.value, sets.setdefault(code, frozenset({code})), province
            found[tier, code] = (tier, code, kind, name, of, own, _spot(lat, lon), "", "")
    with list_file("old_units_*.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for level, code, kind, name, _, district, old_province, became, lat, lon in map(_shared, rows):
            tier = _OLD_TIERS[level].value
            codes = [one for one in became.split(";") if one]
            if level == "province":
                # One row of Tiền Giang went to Tây Ninh: the province that took nearly all of it comes last.
                of, own = (codes[-1] if codes else ""), frozenset[str]()
            else:
                own = sets.setdefault(became, frozenset(codes))
                of = _province_of(found, Tier.NEW_COMMUNE, codes[0] if codes else "")
            of = of or _province_of(found, Tier.OLD_PROVINCE, old_province)
            row = (tier, code, kind, name, of, own, _spot(lat, lon), old_province or code, district)
            found[tier, code] = row
    for one in ended.communes(found, _earlier_lists("new_units_*.csv"), _earlier_lists("old_units_*.csv")):
        of = _province_of(found, Tier.NEW_COMMUNE, min(one.became, default="")) or one.province
        row = (Tier.NEW_COMMUNE.value, one.code, one.kind, one.name, of, one.became, _spot(one.lat, one.lon), "", "")
        found[row[0], row[1]] = row
    return found.values()


def _earlier_lists(pattern: str) -> list[Path]:
    return [file for folder in _folders for file in sorted(folder.glob(pattern)) if file != list_file(pattern)]


def _province_of(found: Mapping[tuple[str, str], Row], tier: Tier, code: str) -> str:
    row = found.get((tier.value, code))
    return row[4] if row else ""


def _shared(row: list[str]) -> list[str]:
    """The same words as one object each: names, kinds and codes come thousands of times."""
    return [sys.intern(one) for one in row]


@cache
def words_of(name: str) -> tuple[str, ...]:
    """A name as folded words: `Phan Rang-Tháp Chàm` has four."""
    return tuple(re.findall(r"[^\W_]+", fold(name)))


@cache
def by_name() -> Mapping[str, tuple[PlaceKey, ...]]:
    """Units by their folded name, words parted by one space."""
    keys = tuple(units())
    return {name: tuple(keys[at] for at in found) for name, found in kept_of_lists("unit-names", _number_names).items()}


def _number_names() -> dict[str, tuple[int, ...]]:
    """Folded names, and where the units called so stand among all."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for at, unit in enumerate(units().values()):
        later = unit.communes if unit.has_ended else ()
        if all(units()[PlaceKey(Tier.NEW_COMMUNE, code)].name != unit.name for code in later):  # else that is meant
            found[" ".join(words_of(unit.name))].append(at)
    return {name: tuple(many) for name, many in found.items()}


@cache
def changes() -> tuple[Change, ...]:
    """What changed since July 2025 without a new code, in order of time. Source: `seed/places/changes.csv`."""
    found = [
        Change(
            date.fromisoformat(row["effective"]),
            PlaceKey(Tier(row["tier"]), row["code"]),
            row["field"],
            row["before"],
            row["after"],
        )
        for row in rows_of("changes*.csv")
    ]
    return tuple(sorted(found, key=lambda one: (one.effective, one.key)))


def kind_on(key: PlaceKey, day: date) -> str:
    """`Xã`, `Phường`, …: what kind of unit it was on a day."""
    later = (one for one in changes() if one.key == key and one.field == "type" and one.effective > day)
    first = next(later, None)
    return first.before if first else units()[key].kind


def is_province(key: PlaceKey) -> bool:
    return key.tier in (Tier.NEW_PROVINCE, Tier.OLD_PROVINCE)


@lru_cache(maxsize=5_000)
def name_of(key: PlaceKey, language: str = "vi") -> str:
    """`quận Cầu Giấy, Hà Nội`, as people say it; English leaves the type word out."""
    unit = units()[key]
    kind = "" if unit.name.isdigit() is False and language != "vi" else f"{unit.kind.lower()} "
    if is_province(key):
        return unit.name if unit.name != "Hồ Chí Minh" or language != "vi" else "TP Hồ Chí Minh"
    province = units().get(PlaceKey(Tier.NEW_PROVINCE, unit.province))
    name = unit.name if unit.name.lower().startswith(unit.kind.lower()) else f"{kind}{unit.name}"
    if key in _of_one_name():
        name += _told_apart(key, is_typed=bool(kind))
    return f"{name}, {province.name}" if province else name


def _told_apart(key: PlaceKey, *, is_typed: bool) -> str:
    """What a ward is told from another of its name by: its district; a district by the province it was in."""
    unit = units()[key]
    if key.tier is Tier.OLD_DISTRICT:
        before = units().get(PlaceKey(Tier.OLD_PROVINCE, unit.old_province or ""))
        return f" ({before.name})" if before else ""
    district = units().get(PlaceKey(Tier.OLD_DISTRICT, unit.parent or ""))
    if district is None:
        return ""
    return f", {district.kind.lower()} {district.name}" if is_typed else f", {district.name}"


@cache
def _of_one_name() -> frozenset[PlaceKey]:
    """Old wards and districts that share type, name and province of today with another of their tier."""
    found: defaultdict[tuple[Tier, str, str, str], list[PlaceKey]] = defaultdict(list)
    for key, unit in units().items():
        if key.tier in (Tier.OLD_WARD, Tier.OLD_DISTRICT):
            found[key.tier, unit.kind, unit.name, unit.province].append(key)
    return frozenset(key for keys in found.values() if len(keys) > 1 for key in keys)


def province_of(key: PlaceKey) -> str | None:
    """One of the 34 codes, or None if the list leaves it open."""
    unit = units().get(key)
    return (unit.province or None) if unit else None


@cache
def _communes_by_province() -> Mapping[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for key, unit in units().items():
        if key.tier is Tier.NEW_COMMUNE and not unit.has_ended:
            found[unit.province].add(key.code)
    return {code: frozenset(own) for code, own in found.items()}


def communes_of(key: PlaceKey) -> frozenset[str]:
    """The communes of today that lie in this place, whole or in part; of a province that is no more, its own."""
    unit = units()[key]
    if not is_province(key):
        return unit.communes
    own = _communes_by_old_province().get(key.code) if key.tier is Tier.OLD_PROVINCE else None
    return own or _communes_by_province().get(unit.province, frozenset())


@cache
def _communes_by_old_province() -> Mapping[str, frozenset[str]]:
    """By the code of a province of June 2025: who looks in Bình Dương does not mean anywhere in what it joined."""
    found: dict[str, set[str]] = {}
    for unit in districts():
        found.setdefault(unit.old_province, set()).update(unit.communes)
    return {code: frozenset(communes) for code, communes in found.items()}


@cache
def districts() -> tuple[Unit, ...]:
    """The old districts, in the order of the list."""
    return tuple(unit for key, unit in units().items() if key.tier is Tier.OLD_DISTRICT)


def coarse(key: PlaceKey) -> PlaceKey:
    """Never finer than an old district or a commune's province: what may stand in an alarm."""
    if key.tier in (Tier.OLD_DISTRICT, Tier.OLD_PROVINCE, Tier.NEW_PROVINCE):
        return key
    unit = units()[key]
    if unit.parent and (parent := PlaceKey(Tier.OLD_DISTRICT, unit.parent)) in units():
        return parent
    own = communes_of(key)
    for other in districts():
        if own and own <= other.communes:
            return other.key
    return PlaceKey(Tier.NEW_PROVINCE, unit.province)


def located(lat: float, lon: float, tier: Tier = Tier.OLD_DISTRICT) -> Located | None:
    """About where a point lies: the unit whose middle is nearest, within 40 km; None elsewhere.

    The lists have points, not borders: say "khoảng", and ask where `is_close_call`."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    of_tier = (one for one in units().values() if one.key.tier is tier and not one.has_ended)
    pool = districts() if tier is Tier.OLD_DISTRICT else of_tier
    found = [(distance_km((lat, lon), unit.point), unit.key) for unit in pool if unit.point]
    found = sorted(pair for pair in found if pair[0] <= 40)
    if not found:
        return None
    km, key = found[0]
    return Located(key, km, tuple(other for away, other in found[1:4] if (away - km) / 2 < BOUNDARY_KM))


def locate(lat: float, lon: float) -> PlaceKey | None:
    """The old district whose middle is nearest, within 40 km; None elsewhere. The point itself is not kept."""
    found = located(lat, lon)
    return found.key if found else None


def centre_of(key: PlaceKey) -> tuple[float, float] | None:
    """A representative point (degrees), for distances only."""
    unit = units().get(key)
    if unit is not None and unit.point is None and key.tier is Tier.OLD_PROVINCE:
        return _middles().get(key.code)
    return unit.point if unit else None


@cache
def _middles() -> Mapping[str, tuple[float, float]]:
    """The middle of the districts of each province before the reform, of which the lists tell no point. Far islands do
    not move it."""
    from statistics import median  # here, because whoever only understands messages needs none of it

    points: dict[str, list[tuple[float, float]]] = {}
    for key, unit in units().items():
        if key.tier is Tier.OLD_DISTRICT and unit.point is not None:
            points.setdefault(unit.old_province or "", []).append(unit.point)
    return {code: (median(lat for lat, _ in many), median(lon for _, lon in many)) for code, many in points.items()}


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance in kilometres."""
    lat1, lon1, lat2, lon2 = (math.radians(value) for value in (*a, *b))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * math.asin(min(1, math.sqrt(half)))


@cache
def provinces() -> Mapping[str, str]:
    """The 34 provinces by code."""
    return {key.code: unit.name for key, unit in units().items() if key.tier is Tier.NEW_PROVINCE}


_CACHED = [
    units, _middles, by_name, changes, districts, provinces, _communes_by_province, _communes_by_old_province,
    _of_one_name, name_of,
]  # fmt: skip


def forget_with_lists(known: object) -> None:
    """Something computed from the lists is computed anew when other lists are used."""
    _CACHED.append(known)  # type: ignore[arg-type]
