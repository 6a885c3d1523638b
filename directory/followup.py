"""Questions about a place just shown: "chỗ thứ hai tới mấy giờ", "có lấy tiền không", answered without asking again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from directory.languages import text_in
from directory.listing_text import checked, opening, papers, way_in, where
from directory.listings import Listing, is_open
from directory.reading import Reading, fold
from directory.wording import HCMC, t

About = Literal["hours", "price", "phone", "place", "papers", "received"]

_ABOUT: tuple[tuple[About, tuple[str, ...]], ...] = (
    ("hours", ("may gio", "mo cua", "gio mo", "con mo", "dong cua", "toi may", "opening", "open", "until when")),
    (
        "price",
        ("lay tien", "mat tien", "bao nhieu tien", "mien phi", "gia", "ton tien", "mat phi", "ton phi", "thu phi",
         "tinh phi", "phi khong", "cost", "free", "how much"),
    ),
    ("phone", ("so dien thoai", "so may", "goi so nao", "phone")),
    ("place", ("o dau", "duong nao", "dia chi", "loi vao", "cua nao", "vao the nao", "di vao", "where", "which door")),
    ("papers", ("giay to", "can cuoc", "papers")),
    ("received", ("co kin", "co ky thi", "tiep the nao", "co hoi ten", "received")),
)
_WHICH = (
    (0, ("thu nhat", "dau tien", "so 1", "cho 1", "cho dau", "cai dau", "noi dau", "first")),
    (1, ("thu hai", "thu 2", "so 2", "cho 2", "second")),
    (2, ("thu ba", "thu 3", "so 3", "cho 3", "cuoi", "third", "last")),
)


_ANYWHERE = frozenset({"price", "papers", "hours"})
_MOST = 3
# Words beside a bare question about a part, "số điện thoại là gì ạ": then it is about what was just shown.
_BESIDE = frozenset(
    ("la", "gi", "vay", "the", "a", "ha", "day", "do", "o", "so", "em", "minh", "toi", "chi", "anh", "ban", "oi", "cho",
     "xin", "hoi", "biet", "voi", "nhe", "di", "may", "bao", "nhieu", "ho", "ben", "what", "time", "does", "is", "the",
     "there", "do", "they", "number", "please", "address", "their", "need", "any")
)  # fmt: skip
_ONE = ("cho do", "cho nay", "co", "toi", "it", "the")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Which of the listings shown (None: taken down meanwhile), and what is asked about them."""

    listings: tuple[Listing | None, ...]
    about: About


def read(reading: Reading, shown: Sequence[Listing | None]) -> FollowUp | None:
    """The question, or None if the message is about something else. `shown`: as they were numbered."""
    ways = _ways(reading)
    if not shown or len(reading.tokens) > 14:
        return None
    about = next((about for about, cues in _ABOUT if _stands(cues, ways)), None)
    which = next((at for at, cues in _WHICH if _stands(cues, ways)), None)
    if about is None or (which is not None and which >= len(shown)):
        return None
    if which is not None:
        return FollowUp((shown[which],), about)
    if _stands(_ONE, ways):
        return FollowUp((shown[0],), about)
    if any(_is_bare(way, about) for way in ways):
        return FollowUp(tuple(one for one in shown if one is not None)[:_MOST], about)
    return None


def depends(reading: Reading) -> About | None:
    """What a short question asks that each place answers in its own way, "mất bao nhiêu tiền", before any was shown."""
    ways = _ways(reading)
    if not 2 <= len(reading.tokens) <= 8:
        return None
    asked = (about for about, cues in _ABOUT if _stands(cues, ways))
    return next((about for about in asked if about in _ANYWHERE), None)


def _ways(reading: Reading) -> tuple[str, str]:
    """The words as they are read, and as they were typed: read as Vietnamese, "open" is something else."""
    typed = " ".join(re.findall(r"[^\W_]+", fold(reading.text)))
    return f" {reading.plain} ", f" {typed} "


def _stands(cues: Sequence[str], ways: Sequence[str]) -> bool:
    return any(f" {cue} " in way for cue in cues for way in ways)


def _is_bare(plain: str, about: About) -> bool:
    for cue in (cue for which, cues in _ABOUT if which == about for cue in cues):
        plain = plain.replace(f" {cue} ", " ")
    return _BESIDE.issuperset(plain.split())


def answer(asked: FollowUp, *, now: datetime, language: str = "vi") -> str:
    """What we know of each, under the name of the place; what we do not know is said."""
    return "\n\n".join(_answer(one, asked.about, now, language) for one in asked.listings)


def _answer(one: Listing | None, about: About, now: datetime, language: str) -> str:
    if one is None:
        return t("find.taken_down", language)
    match about:
        case "hours":
            today = now.astimezone(HCMC).date()
            notices = (t("listing.notice", language, text=text) for text in one.notices_on(today, language))
            said = "\n".join((opening(is_open(one.hours, now), language), *notices))
        case "price":
            said = text_in(one.price, language) or t("listing.not_known", language)
        case "papers":
            said = papers(one, language) or t("listing.not_known", language)
        case "received":
            said = text_in(one.reception, language) or t("listing.not_known", language)
        case "phone":
            said = "\n".join(t("listing.phone", language, number=number) for number in one.phones)
        case "place":
            said = "\n".join(filter(None, (where(one, language), way_in(one, language))))
    return f"{one.service}\n{said or t('listing.not_known', language)}\n{checked(one, language)}"
