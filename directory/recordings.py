"""Recordings of articles, for people who do not read: files beside the texts, named `vi/pep-72h.ogg`."""

import re
from pathlib import Path

from directory import wording
from directory.articles import Article, Library

KINDS = {".ogg": "audio/ogg", ".mp3": "audio/mpeg", ".m4a": "audio/mp4"}
# How a file of each kind begins: (from which byte, with what).
_SIGNS = {
    ".ogg": ((0, b"OggS"),),
    ".mp3": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2")),
    ".m4a": ((4, b"ftyp"),),
}
LARGEST = 5_000_000  # bytes: more is dear where every megabyte is paid for
_NAME = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?/[a-z0-9-]{1,60}\.(ogg|mp3|m4a)")


def of(article: Article) -> str:
    """The name of an article's recording; empty where nobody has made one."""
    name = f"{article.language}/{article.audio}" if article.audio else ""
    return name if name and find(name) else ""


def everything(library: Library) -> tuple[str, ...]:
    """The recordings of all articles that are shown: what was taken back is not to be heard either."""
    return tuple(sorted(filter(None, map(of, library))))


def fault(article: Article) -> str:
    """What is wrong with the recording that an article names, as the code of a finding; empty where nothing is."""
    name = of(article)
    path = find(name) if name else None
    if path is None:
        return "no_recording" if article.audio else ""
    if path.stat().st_size > LARGEST:
        return "recording_large"
    with path.open("rb") as file:
        head = file.read(12)
    return "" if any(head[at : at + len(sign)] == sign for at, sign in _SIGNS[path.suffix]) else "recording_kind"


def find(name: str) -> Path | None:
    """The file of a recording; None for anything that is none, whatever a stranger asks for."""
    if not _NAME.fullmatch(name):
        return None
    language, _, file = name.partition("/")
    path = wording.LOCALES / language / "audio" / file
    return path if path.is_file() and not path.is_symlink() else None
