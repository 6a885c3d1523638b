"""Recordings of articles, for people who do not read: files beside the texts, named `vi/pep-72h.ogg`."""

import re
from pathlib import Path

from directory import wording
from directory.articles import Article

KINDS = {".ogg": "audio/ogg", ".mp3": "audio/mpeg", ".m4a": "audio/mp4"}
_NAME = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?/[a-z0-9-]{1,60}\.(ogg|mp3|m4a)")


def of(article: Article) -> str:
    """The name of an article's recording; empty where nobody has made one."""
    name = f"{article.language}/{article.audio}" if article.audio else ""
    return name if name and find(name) else ""


def everything() -> tuple[str, ...]:
    """The names of all recordings there are."""
    paths = wording.LOCALES.glob("*/audio/*.*")
    names = (f"{path.parent.parent.name}/{path.name}" for path in paths)
    return tuple(sorted(name for name in names if find(name)))


def find(name: str) -> Path | None:
    """The file of a recording; None for anything that is none, whatever a stranger asks for."""
    if not _NAME.fullmatch(name):
        return None
    language, _, file = name.partition("/")
    path = wording.LOCALES / language / "audio" / file
    return path if path.is_file() else None
