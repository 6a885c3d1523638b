"""Keeps what was worked out from shipped tables beside the compiled code, so that the next start need not do it again.

As Python keeps a module's byte code: in `__pycache__`, made anew when a file of either package has changed, left alone
where nothing may be written. Whoever could change such a file could change the code beside it as well.
"""

import importlib.util
import mmap
import os
import pickle
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent
PARTS = ("directory", "bot/understanding")  # the code and the tables that everything kept is worked out from


class _IsOld(Exception):
    """It was made of other files, or is not whole."""


def kept(name: str, make: Callable[[], T], *sources: Path, of: str = "") -> T:
    """What `make` returns, from the last process that made it of the same files.

    `sources`: folders it is made of beside `PARTS`. Where one of them is not the product's own, nothing is kept.
    `of`: what it is made of that stands in no file.
    """
    folders = {*(ROOT / part for part in PARTS), *(one.resolve() for one in sources)}
    if not all(one.is_relative_to(ROOT) for one in folders):
        return make()
    outer = sorted(one for one in folders if folders.isdisjoint(one.parents))
    own = _sum(of.encode())
    state = own + b"".join(map(_known_state, outer))
    file = Path(importlib.util.cache_from_source(str(ROOT / "directory" / f"{name}.py"))).with_suffix(".tables")
    with suppress(OSError, _IsOld), file.open("rb") as there:
        return _read(there.fileno(), state)  # type: ignore[no-any-return]
    made = make()
    if state == own + b"".join(map(_state, outer)):  # no file was changed meanwhile
        _write(file, state, pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
    return made


def _state(folder: Path) -> bytes:
    """Differs whenever a file of this folder does: by what stands in it, since its time is another one in a container
    or a new checkout. One line."""
    files = sorted(_files(folder, bytearray(1 << 16)))
    return f"{sys.version} {files}".replace("\n", " ").encode() + b"\n"


_known_state = cache(_state)


def _files(folder: Path, part: bytearray) -> Iterator[tuple[str, int]]:
    """Every file with a sum of its content; read in parts, for the reason given in `_read`."""
    with os.scandir(folder) as there:
        for one in there:
            if one.is_dir():
                if one.name != "__pycache__":
                    yield from _files(Path(one.path), part)
            else:
                found = 0
                with open(one.path, "rb", buffering=0) as file:
                    while length := file.readinto(part):
                        found = zlib.crc32(memoryview(part)[:length], found)
                yield os.path.relpath(one.path, ROOT), found


def _read(file: int, state: bytes) -> Any:
    """What was kept. Raises _IsOld."""
    begin = len(state) + 4
    if os.fstat(file).st_size <= begin:
        raise _IsOld
    # Mapped, not read: what is read at once and thrown away would stay with the process.
    with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as content, memoryview(content) as whole, whole[begin:] as rest:
        if whole[:begin] != state + _sum(rest):
            raise _IsOld
        return pickle.loads(rest)


def _sum(content: bytes | memoryview) -> bytes:
    """Tells a file that is not whole; whoever wants to deceive could change the code as well."""
    return zlib.crc32(content).to_bytes(4, "big")


def _write(file: Path, state: bytes, content: bytes) -> None:
    """All or nothing; where it cannot be written, the next process works it out again."""
    part = file.with_suffix(f".{os.getpid()}-part")
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        try:
            part.write_bytes(state + _sum(content) + content)
            os.replace(part, file)
        finally:
            part.unlink(missing_ok=True)
