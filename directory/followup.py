"""Questions about a place just shown: "chỗ thứ hai tới mấy giờ", "có lấy tiền không", answered without asking again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from directory.languages import text_in
from directory.listing_text import checked, opening, papers, way_in, where
from directory.listings import Listing, is_open
from directory.reading import Reading
from directory.wording import HCMC, t

About = Literal["hours", "price", "phone", "place", "papers", "received"]

_ABOUT: tuple[tuple[About, tuple[str, ...]], ...] = (
    ("hours", ("may gio", "mo cua", "gio mo", "con mo", "dong cua", "toi may", "opening", "open", "until when")),
    (
        "price",
        ("lay tien", "mat tien", "bao nhieu tien", "mien phi", "gia", "ton tien", "mat phi", "ton phi", "thu phi",
         "tinh phi", "phi khong", "cost", "free"),
    ),
    ("phone", ("so dien thoai", "so may", "goi so nao", "phone")),
    ("place", ("o dau", "duong nao", "dia chi", "loi vao", "cua nao", "vao the nao", "di vao", "where", "which door")),
    ("papers", ("giay to", "can cuoc", "papers")),
    ("received", ("co kin", "co ky thi", "tiep the nao", "co hoi ten", "received")),
)
_WHICH = (
    (0, ("thu nhat", "dau tien", "so 1", "cho 1", "dau", "first")),
    (1, ("thu hai", "thu 2", "so 2", "cho 2", "second")),
    (2, ("thu ba", "thu 3", "so 3", "cho 3", "cuoi", "third", "last")),
)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Which of the listings shown, and what is asked about it."""

    listing: Listing
    about: About


def read(reading: Reading, shown: Sequence[Listing]) -> FollowUp | None:
    """The question, or None if the message is about something else."""
    plain = f" {reading.plain} "
    if not shown or len(reading.tokens) > 14:
        return None
    about = next((about for about, cues in _ABOUT if any(f" {cue} " in plain for cue in cues)), None)
    which = next((at for at, cues in _WHICH if any(f" {cue} " in plain for cue in cues)), None)
    if about is None or (which is not None and which >= len(shown)):
        return None
    if which is None and not any(f" {word} " in plain for word in ("cho do", "cho nay", "co", "toi", "it", "the")):
        return None
    return FollowUp(shown[which or 0], about)


def answer(asked: FollowUp, *, now: datetime, language: str = "vi") -> str:
    """What we know of it, under the name of the place; what we do not know is said."""
    one = asked.listing
    match asked.about:
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
