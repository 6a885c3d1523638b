"""What people write into a cell where one thing is asked for: several numbers in their own way, and a yes or a no."""

import re

from directory import phones
from directory.reading import fold

_OR = re.compile(r"\s*(?:[;|\n]|(?<![\w/])(?:hoặc|hoac|hay|và|va|or|and)(?![\w/]))\s*", re.IGNORECASE)
_WEAK = re.compile(r"\s*[,/]\s*|\s+[-–—]\s+")  # between two numbers, or within one
_LABEL = re.compile(
    r"^(?:đt|dt|sđt|sdt|đtdđ|dtdd|tel|phone|hotline|điện thoại|dien thoai|di động|di dong|zalo)\s*[:.]?\s*(?=[\d+(])",
    re.IGNORECASE,
)
_YES = frozenset({"yes", "true", "1", "x", "co", "y", "v", "dung", "✓", "✔", "☑", "√"})
_NO = frozenset({"", "no", "false", "0", "khong", "n", "ko", "k", "sai", "-", "–", "☐"})


def numbers(cell: str) -> tuple[str, ...]:
    """The numbers of a cell, however they stand beside each other. What is no number stays, to be named."""
    pieces = [piece for piece in _OR.split(cell) if piece] or ([cell] if cell else [])
    found = [whole(one) for piece in pieces for one in _parts(piece)]
    return tuple(dict.fromkeys(found))


def _parts(piece: str) -> list[str]:
    """Cut at a sign that may also stand within a number, if each part is one by itself."""
    bare = _LABEL.sub("", piece)
    if phones.is_vietnamese(whole(bare)):
        return [bare]
    parts = [_LABEL.sub("", part) for part in _WEAK.split(piece) if part]
    return parts if all(phones.is_vietnamese(whole(part)) for part in parts) else [piece]


def whole(number: str) -> str:
    """Spreadsheets take the first zero from a number: nine or ten digits that begin like one of ours get it back."""
    bare = number.removesuffix(".0")
    is_short_of_one = bare.isascii() and bare.isdigit() and len(bare) in (9, 10) and bare[0] in "235789"
    return f"0{bare}" if is_short_of_one and bare[:4] not in ("1800", "1900") else number


def is_yes(cell: str) -> bool | None:
    """Yes or no; None where it is neither, so that nothing is guessed of what has to stay hidden."""
    said = fold(cell).strip(" .")
    return True if said in _YES else False if said in _NO else None
