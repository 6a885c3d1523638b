"""Which telephone numbers can be dialled in Vietnam: land lines, mobiles, service numbers and short official lines."""

import re
from functools import cache

from directory import lines

_WRITTEN = re.compile(r"^\(?\+?\(?\d(?:[ .()-]{0,2}\d)+$", re.ASCII)  # groups of digits, at most two signs between them
_WHOLE = tuple(
    re.compile(pattern)
    for pattern in (
        r"0[35789]\d{8}",  # mobile
        r"02\d{9}",  # land line
        r"069\d{6,7}|080\d{5}",  # offices of the state
        r"1[89]00\d{4,6}",  # service numbers
        r"10\d\d",  # short service lines
    )
)


def is_vietnamese(number: str) -> bool:
    """Whether a number can be dialled in Vietnam as it is written, with +84 or with its first zero."""
    if _WRITTEN.match(number) is None:
        return False
    bare = national(number)
    return bare in _official() or any(pattern.fullmatch(bare) for pattern in _WHOLE)


def national(number: str) -> str:
    """The digits as they are dialled within the country; a number of another country keeps its sign."""
    digits = re.sub(r"\D", "", number)
    if "+" in number or digits.startswith("00"):
        rest = digits.removeprefix("00")
        return f"0{rest.removeprefix('84').removeprefix('0')}" if rest.startswith("84") else f"+{rest}"
    return f"0{digits[2:]}" if digits.startswith("84") and len(digits) in (11, 12) else digits


@cache
def _official() -> frozenset[str]:
    """Lines of a few digits that a public source names, those of other countries left out."""
    abroad = {id for ids in lines.rules()["abroad_by_country"].values() for id in ids}
    return frozenset(row.number for id, row in lines.rows().items() if id not in abroad and len(row.number) < 5)
