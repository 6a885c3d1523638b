"""Searches that somebody wrote down for `donghanh bench search`, each with what it means; nothing is tuned on them."""

from collections.abc import Iterator
from pathlib import Path

from directory import needs, places
from directory.places import PlaceKey, Tier

NAME = "name"  # in place of a need: the organisation with this number is meant
Target = tuple[str, PlaceKey] | int  # a need in a place, or an organisation's number


def read(folder: Path) -> list[tuple[str, Target]]:
    """What is typed and what it means, of every file there. A line that is no such thing is named without its words."""
    return [one for file in sorted(folder.glob("*.tsv")) for one in _lines(file)]


def _lines(file: Path) -> Iterator[tuple[str, Target]]:
    for at, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        need, target, text = [*line.split("\t"), "", "", ""][:3]
        meant = _target(need, target)
        if meant is None or not text.strip() or line.count("\t") != 2:
            raise ValueError(f"{file.name}, line {at}: not a need, a place of ours and a search")
        yield text.strip(), meant


def _target(need: str, target: str) -> Target | None:
    if need == NAME:
        return int(target) if target.isdecimal() else None
    tier, _, code = target.partition(":")
    if need not in needs.all_needs() or tier.lower() not in list(Tier):
        return None
    key = PlaceKey(Tier(tier.lower()), code)
    return (need, key) if key in places.units() else None
