"""Markets, coach stations and streets that people name instead of a district: `seed/landmarks.yaml`, for editing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from directory.added import Added, AddedLandmark
from directory.gazetteer import PlaceKey, Tier, forget_with_lists, kept_of_lists, list_file, units, words_of
from directory.reading import SEED
from directory.seedfiles import load_table


@dataclass(frozen=True, slots=True)
class Landmark:
    """A place everybody knows. `spots`: for each town that has one, its district, then ward and commune where known.

    `is_led`: its words are ordinary ones, so they count only where a place is expected; `ways`: how it is written."""

    name: str
    spots: tuple[tuple[PlaceKey, ...], ...]
    is_led: bool
    ways: tuple[str, ...]


class LandmarkIsNowhere(ValueError):
    """The district or ward that a landmark names is in no list: check its spelling."""


@cache
def by_words() -> Mapping[str, Landmark]:
    """Landmarks of the file by every folded way to say them."""
    return kept_of_lists("landmarks", lambda: _by_words(_content()))


@lru_cache(maxsize=4)
def added_by_words(own: Added) -> Mapping[str, Landmark]:
    """The same of what maintainers have added. A row whose district is in no list any more is left out."""
    found: dict[str, Landmark] = {}
    for one in own.landmarks:
        with suppress(LandmarkIsNowhere):
            found |= _by_words([as_row(one)])
    return found


def as_row(one: AddedLandmark) -> dict[str, object]:
    """An added landmark as a row of the file."""
    row: dict[str, object] = {"name": one.name, "in": [one.town]}
    if one.ward:
        row["ward"] = one.ward
    if one.also:
        row["also"] = list(one.also)
    return {**row, "led": True} if one.is_led else row


def check(one: AddedLandmark) -> tuple[PlaceKey, ...]:
    """Where it stands. Raises LandmarkIsNowhere."""
    return _spots(as_row(one))[0]


def _by_words(rows: Iterable[Mapping[str, object]]) -> dict[str, Landmark]:
    found: dict[str, Landmark] = {}
    for one in rows:
        also = one.get("also", ())
        ways = tuple(str(said) for said in (one["name"], *(also if isinstance(also, list) else ())))
        spots = _spots(one)
        for said in ways:
            name = " ".join(words_of(said))
            found[name] = Landmark(ways[0], _named_alike(name, spots), bool(one.get("led")), ways)
    return found


def _named_alike(name: str, spots: tuple[tuple[PlaceKey, ...], ...]) -> tuple[tuple[PlaceKey, ...], ...]:
    """With the ward that is called just so: Núi Sam, Cái Rồng, Hàng Buồm."""
    if len(spots) != 1 or len(spots[0]) != 1:
        return spots
    ward = _wards()[spots[0][0].code].get(name)
    return spots if ward is None else ((spots[0][0], ward, *_whole_commune(ward)),)


def file() -> Path:
    """The table that is read: one of the house's own, else the shipped one."""
    try:
        return list_file("landmarks*.yaml")
    except FileNotFoundError:
        return SEED / "landmarks.yaml"


def _content() -> list[dict[str, object]]:
    content: list[dict[str, object]] = load_table(file())["landmarks"]
    return content


@cache
def _districts() -> Mapping[tuple[str, str], PlaceKey]:
    """Old districts by (type and name, old province), as the file writes them."""
    found = {}
    for key, unit in units().items():
        if key.tier is Tier.OLD_DISTRICT:
            province = units()[PlaceKey(Tier.OLD_PROVINCE, unit.old_province)].name
            found[" ".join(words_of(f"{unit.kind} {unit.name}")), " ".join(words_of(province))] = key
    return found


@cache
def _wards() -> Mapping[str, Mapping[str, PlaceKey]]:
    """Old wards by district and folded name."""
    found: defaultdict[str, dict[str, PlaceKey]] = defaultdict(dict)
    for key, unit in units().items():
        if key.tier is Tier.OLD_WARD:
            found[unit.parent][" ".join(words_of(unit.name))] = key
    return found


def _spots(one: Mapping[str, object]) -> tuple[tuple[PlaceKey, ...], ...]:
    spots = []
    towns = one["in"]
    wards = one.get("wards", {})
    assert isinstance(towns, list) and isinstance(wards, dict)
    for town in towns:
        district, province = (" ".join(words_of(part)) for part in str(town).split("/"))
        key = _districts().get((district, province))
        if key is None:
            raise LandmarkIsNowhere(f"{one['name']}: no district {town}")
        ward = wards.get(town, one.get("ward") if len(towns) == 1 else None)
        spots.append((key, *_inside(str(one["name"]), key, str(ward)))) if ward else spots.append((key,))
    return tuple(spots)


def _inside(name: str, district: PlaceKey, ward: str) -> tuple[PlaceKey, ...]:
    """The ward, and the one commune it went to as a whole."""
    key = _wards()[district.code].get(" ".join(words_of(ward)))
    if key is None:
        raise LandmarkIsNowhere(f"{name}: no ward {ward} in that district")
    return (key, *_whole_commune(key))


def _whole_commune(ward: PlaceKey) -> tuple[PlaceKey, ...]:
    communes = units()[ward].communes
    return tuple(PlaceKey(Tier.NEW_COMMUNE, code) for code in communes if len(communes) == 1)


for _known in (by_words, added_by_words, _districts, _wards):
    forget_with_lists(_known)
