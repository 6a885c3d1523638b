"""Newer lists of places taken in without a release: tried whole before they count, histories added to the known."""

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from directory import gazetteer, landmarks, reforms
from directory.gazetteer import PlaceKey, Unit

LISTS = (
    "new_units_*.csv", "old_units_*.csv", "old_to_new_wards*.csv", "changes*.csv", "histories*.csv", "landmarks*.yaml",
)  # fmt: skip


class NotAList(Exception):
    """This file is no list of places, or the lists together cannot be read with it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is different with the new lists."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    renamed: tuple[str, ...]
    histories: int


def take_in(files: list[Path], folder: Path, *, is_dry: bool = False) -> Outcome:
    """Put lists into the house's folder, all or none, to be read at the next start. Raises NotAList, OSError."""
    before, known = dict(gazetteer.units()), len(reforms.earlier())
    with tempfile.TemporaryDirectory(prefix="places-") as name:
        trial = Path(name)
        if folder.is_dir():
            shutil.copytree(folder, trial, dirs_exist_ok=True)
        made = {file.name: _content(file) for file in files}
        for file, content in made.items():
            (trial / file).write_bytes(content)
        with _reading(trial, folder):
            after, histories = _read_all()
    if not is_dry:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in made.items():
            beside = folder / f".{file}.part"
            beside.write_bytes(content)
            os.replace(beside, folder / file)
        gazetteer.read_again()
    return _differences(before, after, histories - known)


def _content(file: Path) -> bytes:
    """The file, in UTF-8; rows of histories are added to the known ones: only one list is read."""
    if not any(fnmatch(file.name, pattern) for pattern in LISTS):
        raise NotAList(f"{file.name} is no list of places. Name it like one of: {', '.join(LISTS)}.")
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotAList(f"{file.name} is not written in UTF-8.") from None
    if not file.name.startswith("histories"):
        return text.encode()
    out = io.StringIO(newline="")
    both = (*gazetteer.rows_of("histories*.csv"), *csv.DictReader(io.StringIO(text)))
    rows = {tuple(row.items()): row for row in both}
    writer = csv.DictWriter(out, list(next(iter(rows.values()))), lineterminator="\n", extrasaction="raise")
    writer.writeheader()
    try:
        writer.writerows(rows.values())
    except ValueError:
        raise NotAList(f"{file.name} has other columns than: {', '.join(writer.fieldnames)}.") from None
    return out.getvalue().encode()


@contextmanager
def _reading(trial: Path, folder: Path) -> Iterator[None]:
    gazetteer.use_folder(trial)
    try:
        yield
    finally:
        gazetteer.use_folder(folder)


def _read_all() -> tuple[dict[PlaceKey, Unit], int]:
    """Everything that is computed from the lists. Raises NotAList."""
    try:
        units = dict(gazetteer.units())
        communes = (unit for unit in units.values() if unit.key.tier is gazetteer.Tier.NEW_COMMUNE)
        codes = {unit.key.code for unit in communes if not unit.has_ended}
        lost = sorted({code for unit in units.values() for code in unit.communes} - codes)
        lost += sorted({row.became.key.code for row in reforms.rows()} - codes)
        if lost:
            raise NotAList(f"Old units became communes that are in no list: {', '.join(lost[:5])}.")
        for change in gazetteer.changes():
            if change.key not in units:
                raise NotAList(f"A change names {change.key.tier} {change.key.code}, which is in no list.")
        landmarks.by_words()
        return units, len(reforms.earlier())
    except NotAList:
        raise
    except (ValueError, KeyError, TypeError, LookupError, csv.Error) as problem:
        raise NotAList(f"The lists cannot be read together: {type(problem).__name__}: {problem}") from None


def _differences(before: Mapping[PlaceKey, Unit], after: Mapping[PlaceKey, Unit], histories: int) -> Outcome:
    def named(keys: set[PlaceKey], units: Mapping[PlaceKey, Unit]) -> tuple[str, ...]:
        return tuple(f"{key.tier} {key.code} {units[key].kind} {units[key].name}" for key in sorted(keys))

    both = before.keys() & after.keys()
    other = [
        f"{key.tier} {key.code} {before[key].kind} {before[key].name} → {after[key].kind} {after[key].name}"
        for key in sorted(both)
        if (before[key].kind, before[key].name) != (after[key].kind, after[key].name)
    ]
    was, then = ({key for key, unit in units.items() if not unit.has_ended} for units in (before, after))
    new, gone = then - was, was - then
    return Outcome(named(new, after), named(gone, before), tuple(other), histories)
