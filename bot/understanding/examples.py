"""Messages that colleagues invented for practice, with what a careful reader makes of them: read from a folder."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COLUMNS = ("level", "kinds", "needs", "place", "intent", "topics", "style", "text")
LEVELS = ("now", "violence", "none")


class ExamplesUnreadable(Exception):
    """A line of the examples is not in the form that README.md beside them describes."""


@dataclass(frozen=True, slots=True)
class Example:
    """One invented message and its labels. Of `levels` the first is best, the others are right too."""

    author: str
    text: str
    levels: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    more_needs: tuple[str, ...] = ()
    place: str | None = None
    intent: str | None = None
    topics: tuple[str, ...] = ()
    style: str = ""
    region: str = ""

    @property
    def level(self) -> str:
        """What the message is, above all."""
        return self.levels[0]


def load(folder: Path) -> list[Example]:
    """Every example below a folder, file by file: `.tsv` with eight columns or `.jsonl`. Raises ExamplesUnreadable."""
    files = sorted([*folder.glob("*.tsv"), *folder.glob("*.jsonl")])
    return [example for file in files for example in (_table(file) if file.suffix == ".tsv" else _objects(file))]


def digest(*paths: Path) -> str:
    """A short print of these files and of the examples in these folders; changes with every letter in them."""
    made = hashlib.sha256()
    for path in paths:
        for file in sorted([*path.glob("*.tsv"), *path.glob("*.jsonl")]) if path.is_dir() else [path]:
            made.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return made.hexdigest()[:16]


def _table(file: Path) -> Iterator[Example]:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        parts = line.split("\t")
        if line.strip() and parts[0] != "level":
            if len(parts) != len(COLUMNS):
                raise ExamplesUnreadable(f"{file.name}, line {number}: {len(parts)} columns instead of {len(COLUMNS)}.")
            level, kinds, needs, place, intent, topics, style, text = parts
            best, *others = needs.split("|")
            yield Example(
                file.stem, text, _levels(_list(level), f"{file.name}, line {number}"), _list(kinds), _list(best),
                _list(",".join(others)), None if place in ("-", "") else place, None if intent in ("-", "") else intent,
                _list(topics), style,
            )  # fmt: skip


def _objects(file: Path) -> Iterator[Example]:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if line.strip():
            one = json.loads(line)
            levels = tuple(dict.fromkeys([one["level"], *one.get("accept", ())]))
            yield Example(
                file.stem, one["text"], _levels(levels, f"{file.name}, line {number}"), tuple(one.get("kinds", ())),
                tuple(one.get("needs", ())), tuple(one.get("accept_needs", ())), style=one.get("style", ""),
                region=one.get("region", ""),
            )  # fmt: skip


def _list(written: str) -> tuple[str, ...]:
    return tuple(part for one in written.split(",") if (part := one.strip()) not in ("", "-"))


def _levels(levels: tuple[str, ...], where: str) -> tuple[str, ...]:
    if not levels or not set(levels) <= set(LEVELS):
        raise ExamplesUnreadable(f"{where}: the level is none of {', '.join(LEVELS)}.")
    return levels
