"""Takes phone numbers, cards, mail addresses and links out of a message before it is first stored.

Names after "tên em là" and street addresses are masked as well as a rule can. What remains is `Masked`, the only text
that inbox, relay and notes accept. Help-line numbers (three digits, 1800…, 1900…) stay: they point at nobody.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import NewType

Masked = NewType("Masked", str)
MOST_FRAGMENTS = 6


class Hidden(StrEnum):
    """What was taken out."""

    PHONE = "phone"
    CARD = "card"
    MAIL = "mail"
    LINK = "link"
    NAME = "name"
    STREET = "street"
    PLACE = "place"


WHERE = frozenset({Hidden.STREET, Hidden.PLACE})


@dataclass(frozen=True, slots=True)
class Masking:
    """The text that may be kept, and what kinds of things were taken out of it."""

    text: Masked
    hidden: frozenset[Hidden]
    # What she may hand over with one yes: ("phone" | "place", the words). Never a card, a mail, a link (but one
    # that shows a place on a map) or a name.
    fragments: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def mark(kind: Hidden) -> str:
    """What stands in the text instead; `wording` turns it into words where a worker reads it."""
    return f"⟦{kind}⟧"


_MAIL = re.compile(r"[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\.[\w-]{2,24}){1,4}", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S{1,2000}|\b(?:fb|facebook|zalo|t|m)\.(?:me|com)/\S{1,200}", re.IGNORECASE)
# A link that shows where she is: she may hand it over like an address. Also without "https://", as a phone shares it.
_MAP = re.compile(
    r"(?:https?://)?(?:www\.)?(?:maps\.app\.goo\.gl|goo\.gl/maps|maps\.google\.[a-z.]{2,6}|google\.[a-z.]{2,6}/maps|"
    r"maps\.apple\.com|openstreetmap\.org|osm\.org)(?:[/?#]\S{0,2000})?|\bgeo:\S{3,200}",
    re.IGNORECASE,
)
_POINT = re.compile(r"(?<![\w.])[+-]?\d{1,2}\.\d{3,15}\s{0,2}[,;\s]\s{0,2}[+-]?\d{2,3}\.\d{3,15}(?![\w.])")
_DIGITS = re.compile(r"(?<![\w])\+?\(?\d(?:[ .\-()_/]{0,3}\d){7,21}(?!\w)")
_WORDS = (
    "không|khong|ko|hông|một|mot|mốt|hai|ba|bốn|bon|tư|tu|năm|nam|lăm|lam|sáu|sau|bảy|bẩy|bay|tám|tam|chín|chin|"
    "zero|oh|linh|lẻ"
)
_SPELLED = re.compile(rf"(?<!\w)(?:(?:{_WORDS}|\d)[\s,.\-]{{1,3}}){{7,14}}(?:{_WORDS}|\d)(?!\w)", re.IGNORECASE)
_NAME = re.compile(
    r"(?P<lead>\b(?:tên(?:\s+(?:thật|đầy đủ))?(?:\s+(?:của\s+)?(?:em|e|mình|minh|tôi|toi|tui|cháu|con))?|"
    r"(?:em|e|mình|minh|tôi|toi|tui|cháu|con)\s+(?:tên|ten)|ten(?:\s+(?:em|e|minh|toi|tui))?)"
    r"\s+(?:là|la|:)\s+|\b(?:em|e|mình|minh|tôi|toi|tui|cháu|con)\s+(?:tên|ten)\s+)"
    r"(?!gì\b|gi\b|j\b)(?P<name>[^\W\d_]+(?:\s+[^\W\d_]+){0,3}?)(?=\s*(?:[,.;!?\n]|$)|\s+(?:ở|o|ơ|năm|nam|sinh|bị|bi|đang|dang|"
    r"muốn|muon|cần|can|và|va|hiện|hien)\b)",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b(?:số(?:\s+nhà)?|so(?:\s+nha)?|ngõ|ngo|ngách|ngach|hẻm|hem|kiệt|kiet)\s*\d{1,4}[a-z]?(?:[/-]\d{1,4}[a-z]?){0,4}"
    r"(?:[\s,]+(?:(?:ngõ|ngo|ngách|ngach|hẻm|hem|kiệt|kiet)\s*\d{1,4}[a-z]?(?:/\d{1,4})*|"
    r"(?:đường|duong|phố|pho)\s+[^\W\d_]+(?:\s+[^\W\d_]+){0,3}?(?=\s*(?:[,.;!?\n]|$)|\s+(?:quận|quan|q|phường|phuong|p|tp|"
    r"huyện|huyen|xã|xa)\b)))*",
    re.IGNORECASE,
)
_LODGING = (
    "nhà nghỉ|nha nghi|khách sạn|khach san|nhà trọ|nha tro|phòng trọ|phong tro|chung cư|chung cu|karaoke|motel|hotel|"
    "guesthouse|spa|massage|hớt tóc|hot toc|quán|nn|ks"
)
_ROOM = r"(?:(?:phòng|phong|tầng|tang|lầu|lau|p|room)\s?(?:số\s|so\s)?\d{1,4}[a-z]?)"
# With a room; or after "ở", "tại" where the name ends with the clause. "quán karaoke ở đâu" names no house.
_PLACE = re.compile(
    rf"\b(?:{_LODGING})(?:\s+(?!{_ROOM})[^\W_]+){{0,5}}?[\s,]+{_ROOM}(?:[\s,]+{_ROOM})?(?!\w)|"
    rf"\b(?:phòng|phong|room)\s?(?:số\s|so\s)?\d{{3,4}}(?!\w)|"
    rf"(?P<at>\b(?:ở|o|tại|tai|trong)\s+)(?P<house>(?:nhà nghỉ|nha nghi|khách sạn|khach san|karaoke|motel|hotel)"
    r"(?:\s+(?!ở\b|o\b|nào|nao\b|bị|bi\b|đang|dang\b|gần|gan\b|không|khong\b|của|cua\b|với|voi\b|và|va\b|nó|no\b)[^\W\d_]+){1,3})"
    r"(?=\s*(?:[,.;!?\n]|$))",
    re.IGNORECASE,
)


def _is_public_line(digits: str) -> bool:
    return digits.startswith(("1800", "1900")) and len(digits) <= 10


def _number(match: "re.Match[str]") -> str | None:
    digits = re.sub(r"\D", "", match.group())
    if _is_public_line(digits):
        return None
    return mark(Hidden.CARD) if len(digits) >= 12 else mark(Hidden.PHONE)


_LINE = re.compile(r"(?:số|so)\s*(?:11[1-5]|1[89]00)", re.IGNORECASE)
_AT_A_HOUSE = re.compile(r"(?:nhà|nha|ở|o|tại|tai|địa chỉ|dia chi)[\s:,]+$", re.IGNORECASE)


def _street(match: "re.Match[str]") -> str | None:
    """ "Gọi số 111", "số 1900 …" name a line, which points at nobody; "ở số 111" a house."""
    before = match.string[max(0, match.start() - 10) : match.start()]
    is_line = _LINE.fullmatch(match.group()) is not None and not _AT_A_HOUSE.search(before)
    return None if is_line else mark(Hidden.STREET)


def _spelled(match: "re.Match[str]") -> str | None:
    return mark(Hidden.PHONE)


def _at_place(match: "re.Match[str]") -> str | None:
    return (match.group("at") or "") + mark(Hidden.PLACE)


def _after_lead(match: "re.Match[str]") -> str | None:
    return match.group("lead") + mark(Hidden.NAME)


_RULES: tuple[tuple[Hidden, "re.Pattern[str]", Callable[["re.Match[str]"], str | None]], ...] = (
    (Hidden.MAIL, _MAIL, lambda _: mark(Hidden.MAIL)),
    (Hidden.PLACE, _MAP, lambda _: mark(Hidden.PLACE)),
    (Hidden.PLACE, _POINT, lambda _: mark(Hidden.PLACE)),
    (Hidden.LINK, _LINK, lambda _: mark(Hidden.LINK)),
    (Hidden.PHONE, _DIGITS, _number),
    (Hidden.PHONE, _SPELLED, _spelled),
    (Hidden.NAME, _NAME, _after_lead),
    (Hidden.STREET, _STREET, _street),
    (Hidden.PLACE, _PLACE, _at_place),
)

# Digits of other scripts and full-width digits are made plain before looking, so that they cannot hide a number.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def mask(text: str) -> Masking:
    """Mask one message of any length. Pure; time linear in the length of the text."""
    text = _plain_digits(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    hidden: set[Hidden] = set()
    fragments: list[tuple[str, str]] = []

    def replace(rule: Hidden, make: Callable[["re.Match[str]"], str | None], match: "re.Match[str]") -> str:
        made = make(match)
        if made is None:
            return match.group()
        kind = Hidden.CARD if made == mark(Hidden.CARD) else rule
        hidden.add(kind)
        if kind is Hidden.PHONE or kind in WHERE:
            fragments.append(("phone" if kind is Hidden.PHONE else "place", match.group()))
        return made

    for rule, pattern, make in _RULES:
        text = pattern.sub(partial(replace, rule, make), text)
    return Masking(Masked(text), frozenset(hidden), tuple(fragments[:MOST_FRAGMENTS]))


def _plain_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(letter)) if not letter.isascii() and letter.isdecimal() else letter for letter in text
    )
