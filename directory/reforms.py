"""What became of old wards: the conversion table of the statistics office, row by row, and histories before it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from directory.gazetteer import PlaceKey, Tier, forget_with_lists, rows_of, units, words_of

IN_FORCE = date(2025, 7, 1)  # the day the districts ended


@dataclass(frozen=True, slots=True)
class Became:
    """One part of an old unit: where it went, how much of it (`whole`, `part`, `all_population`), in whose words."""

    key: PlaceKey
    extent: str
    note: str
    effective: date = IN_FORCE


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the conversion table. `old_code` is empty or unknown to the list of wards in a few rows."""

    old_code: str
    old_name: str
    district: str
    became: Became


@dataclass(frozen=True, slots=True)
class Earlier:
    """A unit that was gone before the lists of 2025: its name, its district and what it became."""

    name: str
    kind: str
    district: str
    became: Became
    source: str


@cache
def rows() -> tuple[Row, ...]:
    """The 10,571 rows of the conversion table. Source: statistics office (`seed/places/old_to_new_wards.csv`)."""
    return tuple(
        Row(
            row["old_ward_code"],
            row["old_ward"],
            row["old_district_code"],
            Became(PlaceKey(Tier.NEW_COMMUNE, row["new_ward_code"]), row["extent"], row["note_vi"]),
        )
        for row in rows_of("old_to_new_wards*.csv")
    )


@cache
def _by_ward() -> Mapping[str, tuple[Became, ...]]:
    found: defaultdict[str, list[Became]] = defaultdict(list)
    for row in rows():
        if row.old_code:
            found[row.old_code].append(row.became)
    return {code: tuple(parts) for code, parts in found.items()}


def became(key: PlaceKey) -> tuple[Became, ...] | None:
    """What an old ward became on 1 July 2025, every part of it; None if the table does not say."""
    return _by_ward().get(key.code) if key.tier is Tier.OLD_WARD else None


def is_split(key: PlaceKey) -> bool:
    """Whether an old ward went to more than one commune: its name alone does not tell which."""
    return len(became(key) or ()) > 1


@cache
def rows_without_ward() -> tuple[Row, ...]:
    """Rows whose old code the list of wards does not have: known by name only."""
    return tuple(row for row in rows() if PlaceKey(Tier.OLD_WARD, row.old_code) not in units())


@cache
def wards_without_row() -> tuple[PlaceKey, ...]:
    """Old wards of which the table says nothing: what became of them is not known here."""
    return tuple(key for key in units() if key.tier is Tier.OLD_WARD and key.code not in _by_ward())


@cache
def earlier() -> tuple[Earlier, ...]:
    """Units gone before the lists of 2025. Source: `seed/places/histories.csv`, to which rows may be added.

    A row says: from this day, this old name (its type, its old district's code) is part of that unit (tier and code),
    whole or in part, and who says so. Two steps follow from one row and the conversion table."""
    found = []
    for row in rows_of("histories*.csv"):
        key = PlaceKey(Tier(row["became_tier"]), row["became_code"])
        if key not in units():
            raise ValueError(f"histories: {row['old_name']} became {key.tier} {key.code}, which is in no list.")
        part = Became(key, row["extent"], "", date.fromisoformat(row["effective"]))
        found.append(Earlier(row["old_name"], row["old_type"], row["district_code"], part, row["source"]))
    return tuple(found)


@cache
def earlier_by_name() -> Mapping[str, tuple[Earlier, ...]]:
    """The same by folded name."""
    found: defaultdict[str, list[Earlier]] = defaultdict(list)
    for one in earlier():
        found[" ".join(words_of(one.name))].append(one)
    return {name: tuple(many) for name, many in found.items()}


def steps(one: Earlier) -> tuple[Became, ...]:
    """Every step from an earlier unit to the communes of today: Phương Sơn, Phương Sài, Tây Nha Trang."""
    return (one.became, *(became(one.became.key) or ()))


for _known in (rows, _by_ward, rows_without_ward, wards_without_row, earlier, earlier_by_name):
    forget_with_lists(_known)
