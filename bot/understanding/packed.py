"""Model files: a first line of JSON and one feature a line, packed; unpacked they are several times as large."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any


def lines(path: Path) -> Iterator[str]:
    """One by one: what is read at once and thrown away would stay with the process."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n")


def head(path: Path) -> dict[str, Any]:
    """The first line: what the model was made from, and what is true of all features."""
    return dict(json.loads(next(lines(path))))


def write(path: Path, first: Mapping[str, Any], rest: Iterable[str]) -> None:
    """The same lines always make the same file."""
    text = "".join(f"{line}\n" for line in (json.dumps(first), *rest))
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
