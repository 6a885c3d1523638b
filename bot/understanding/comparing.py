"""What changes when tables change: the same messages read with the present tables and with earlier ones."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import bot
import directory

# A changed table is one of these, by its name; where it belongs is found by the name.
ROOTS = (Path(bot.__file__).resolve().parent, Path(directory.__file__).resolve().parent)
_COMPARED = ("danger", "needs", "places", "place_is_ambiguous", "intent", "articles")
_READ = """
import json, sys
from bot import understanding
for line in sys.stdin:
    print(json.dumps(understanding.as_json(understanding.read(json.loads(line)))), flush=True)
"""


class TablesUnreadable(Exception):
    """The folder of earlier tables holds nothing that belongs to understanding, or the product cannot read it."""


def compare(texts: Sequence[str], old: Path) -> Iterator[dict[str, object]]:
    """Each message that is understood otherwise, with both answers. Raises TablesUnreadable."""
    with tempfile.TemporaryDirectory(prefix="tables-") as folder:
        house = Path(folder)
        before = _read_all(texts, _with(old, house / "before"))
        after = _read_all(texts, _copy(house / "after"))
    for text, one, two in zip(texts, before, after, strict=True):
        changed = [name for name in _COMPARED if _plain(one[name]) != _plain(two[name])]
        if changed:
            yield {"text": text, **{name: {"before": one[name], "now": two[name]} for name in changed}}


def _plain(value: object) -> object:
    """Scores in tenths: a hair's breadth is no change."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return round(value, 1) if isinstance(value, float) else value


def _copy(house: Path) -> Path:
    """The product as it is, in a folder of its own."""
    for root in ROOTS:
        shutil.copytree(root, house / root.name, ignore=shutil.ignore_patterns("__pycache__"))
    locales = ROOTS[0].parent / "locales"
    if locales.is_dir():
        (house / "locales").symlink_to(locales)
    return house


def _with(old: Path, house: Path) -> Path:
    """The product with earlier tables: a file of the folder takes the place of the file with the same name."""
    _copy(house)
    places: dict[str, list[Path]] = {}
    for root in ROOTS:
        for file in (house / root.name).rglob("*"):
            if file.is_file() and file.suffix != ".py":
                places.setdefault(file.name, []).append(file)
    used = 0
    for file in sorted(old.rglob("*")):
        if file.is_file() and len(places.get(file.name, ())) == 1:
            shutil.copyfile(file, places[file.name][0])
            used += 1
    if not used:
        raise TablesUnreadable(f"{old} holds no table of understanding, such as danger.yaml.")
    return house


def _read_all(texts: Sequence[str], house: Path) -> list[Mapping[str, object]]:
    given = "".join(json.dumps(text) + "\n" for text in texts)
    told = subprocess.run(
        [sys.executable, "-c", _READ], cwd=house, input=given, capture_output=True, text=True, check=False
    )
    if told.returncode:
        last = (told.stderr.strip().splitlines() or ["no answer"])[-1]
        raise TablesUnreadable(f"These tables cannot be read: {last}")
    return [json.loads(line) for line in told.stdout.splitlines()]
