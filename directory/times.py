"""At what hour or on what day somebody wants a place to be open: "tối nay", "8h tối", "chủ nhật", "bây giờ"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from directory import named_days
from directory.reading import Reading, fold
from directory.wording import HCMC

Doubt = Literal["", "hour", "which", "past", "no_day", "tet", "after_tet", "holiday"]

_NOW = re.compile(
    r"\b(?:bay gio|gio nay|luc nay|ngay bay gio|dang mo|con mo|mo cua khong|open now|right now|still open)\b"
)
_PARTS = "sang|trua|chieu|toi|dem|khuya"
_CLOCK = re.compile(
    rf"\b(\d{{1,2}}) ?(?:h|g|gio|:)(?: ?(\d{{2}})\b(?!/))?(?![\d/])(?: ?(ruoi))?(?: kem (\d{{1,2}}))?(?: ({_PARTS}))?\b"
)
_ENGLISH_CLOCK = re.compile(
    r"\b(\d{1,2})(?::(\d{2}))? ?(am|pm)\b|\b(?:at|after|before) (\d{1,2})(?::(\d{2}))?(?! ?(?:am|pm))\b"
)
# A part of the day counts only as one: "buổi tối", "tối nay", "sáng mai"; "toi" alone is mostly "tôi" or "tới".
_TELLING = re.compile(
    rf"\bbuoi ({_PARTS})\b|\b({_PARTS}) (?:nay|mai|mot|kia|hom nay|chu nhat|cuoi tuan|thu \w+|ngay|\d{{1,2}}/)"
    r"|\b(?:ban (dem)|ngoai (gio)|nua (dem)|(tonight))\b|\b(?:tomorrow|this|day) (morning|afternoon|evening|night)\b"
)
_USUAL: Mapping[str, int] = {
    "sang": 9, "trua": 12, "chieu": 15, "toi": 19, "dem": 22, "khuya": 23, "gio": 19, "tonight": 19, "morning": 9,
    "afternoon": 15, "evening": 19, "night": 22,
}  # fmt: skip
# What tells how long, or what has been, or how a medicine is taken, names no hour of opening.
_SPAN = re.compile(
    r"\b(?:trong|(?<!thu )(?<!tuan )sau|duoi|duoc|moi|qua|het|suot|hon) (?:vong )?\d{1,3} ?(?:h|gio|tieng)\b"
    r"(?! (?:sang|trua|chieu|toi|dem))|\bkhoang \d{1,3} ?tieng\b"
    r"|\b\d{1,3} ?(?:h|gio|tieng) (?:truoc|qua|roi|dong ho|lien)\b|\b24 ?(?:h|gio|/)"
    r"|\b\d{1,2} ?(?:h|:)\d* ?-+ ?\d+"
    r"|\b(?:uong|quen|lieu)\b(?: \w+){0,5} \d{1,2} ?(?:h|gio)(?:\d\d)?\b"
)
_PAST = re.compile(
    r"\b(?:toi|dem|hom|sang|chieu|trua|khuya|bua) (?:qua|kia|truoc)\b|\bhoi (?:nay|sang|chieu|toi|khuya|hom)\b"
    r"|\b(?:vua|ban) nay\b|\b(?:rach|tuot|bi|xay ra|quan he|dinh) (?:\w+ )?(?:luc|hoi|hom|ngay)\b"
    r"|\b(?:yesterday|last night|ago)\b"
)
_NUMBERS = ("mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi")
_IN_WORDS = re.compile(rf"\b({'|'.join(_NUMBERS)}|muoi mot|muoi hai) gio(?= (?:{_PARTS}|ruoi|kem))")
_TYPED = {"cn": "chu nhat", **{f"t{n}": f"thu {n}" for n in range(2, 8)}}
_ENGLISH_WORDS = (
    "today tonight tomorrow morning afternoon evening night weekend monday tuesday wednesday thursday friday saturday"
    " sunday this next day after open now right still at am pm before on yesterday last ago holiday holidays"
)
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
# Without a digit or one of these words no hour and no day is named: nothing further is looked at.
_TELLING_WORDS = """
gio buoi nay mai mot kia hom chu nhat cn cuoi tuan thu ngay dem nua mo ngoai
tet noel giang christmas quoc giao le holiday holidays
tonight today tomorrow morning afternoon evening night weekend next open now
monday tuesday wednesday thursday friday saturday sunday
"""
_TELLS = frozenset(_TELLING_WORDS.split())
_DIGIT, _WORD = re.compile(r"\d"), re.compile(r"[^\W_]+")
JUST = timedelta(minutes=30)
_DIGIT = re.compile(r"\d")
# One of these, or a number, stands in whatever speaks of a time: most messages have neither, and are not looked at.
_CUE_WORDS = (
    "nay qua kia truoc luc hoi hom ngay sang chieu toi khuya gio mo buoi dem trua tonight tomorrow today yesterday ago"
    " last this day now still tet noel giang christmas khanh thua le holiday holidays thu nhat tuan weekend week mot"
    " nua mai monday tuesday wednesday thursday friday saturday sunday"
)
_CUES = frozenset(_CUE_WORDS.split())


@dataclass(frozen=True, slots=True)
class When:
    """What is asked about: an hour (`at`), or the whole of some days.

    `doubt`: "hour" morning or evening was not said, `at` is the morning; "which" no day is named ("tuần sau"); "past"
    the day is over; "no_day" it does not exist; "tet", "after_tet", "holiday": days nobody can name from this alone.
    """

    days: tuple[date, ...]
    at: datetime | None = None
    doubt: Doubt = ""

    @property
    def moment(self) -> datetime | None:
        """One moment that stands for it: the hour, or nine o'clock of the first day."""
        if self.at is not None or not self.days or self.doubt in ("past", "no_day", "after_tet", "holiday", "which"):
            return self.at
        return datetime.combine(self.days[0], time(9), HCMC)


def asked_for(reading: Reading, now: datetime, *, place: frozenset[int] = frozenset()) -> datetime | None:
    """The moment a message speaks of, in Vietnam, not before now; None where it speaks of none.

    `place`: the words that name a place; "Hoàng Mai tối nay" says nothing of tomorrow.
    """
    when = read(reading, now, place=place)
    return when.moment if when else None


def read(reading: Reading, now: datetime, *, place: frozenset[int] = frozenset()) -> When | None:
    """The hour or the days a message speaks of; None where it speaks of none."""
    return _read(reading, now, place) if _may_tell(reading) else None


def _may_tell(reading: Reading) -> bool:
    """Most messages tell no time, and cost little."""
    said = f"{reading.plain} {fold(reading.text)}"
    return _DIGIT.search(said) is not None or not _TELLS.isdisjoint(_WORD.findall(said))


def _read(reading: Reading, now: datetime, place: frozenset[int]) -> When | None:
    plain, here = _line(reading, place)[:400], now.astimezone(HCMC)
    if _CUES.isdisjoint(plain.split()) and not _DIGIT.search(plain):
        return None
    if _PAST.search(plain):
        return None
    plain = _IN_WORDS.sub(lambda found: f"{_number(found[1])} gio", _SPAN.sub("¦", plain))
    found = named_days.read(plain, here.date())
    clock, telling = _clock(plain), _TELLING.search(plain)
    if clock is None and telling is None:
        if found is not None:
            return When(found.days, None, doubt(found.doubt))
        return When((here.date(),), here) if _NOW.search(plain) else None
    if found is not None and found.doubt:
        return When(found.days, None, doubt(found.doubt))
    if clock is None and telling is not None and telling[5]:
        clock = (24, 0, "dem")  # "nửa đêm"
    return _at(clock, next(filter(None, telling.groups()), "") if telling else "", found, here)


def _at(
    clock: tuple[int, int, str] | None, telling: str, found: "named_days.Days | None", here: datetime
) -> When | None:
    """An hour of the day that is named, or of the next day on which it is still to come."""
    hour, minute, part = clock or (_USUAL.get(telling, 9), 0, telling)
    part = part or telling
    hour = _hour(hour, part) if clock else hour
    if hour > 24 or minute > 59:
        return None
    is_unsure = clock is not None and not part and 1 <= hour <= 11
    first = found.days[0] if found else here.date()
    at = datetime.combine(first, time(), HCMC) + timedelta(hours=hour, minutes=minute)
    if part in ("dem", "khuya", "toi", "night") and clock and hour <= 5:
        at += timedelta(days=1)  # "2h đêm nay" is after midnight
    if clock is None and first == here.date() and at < here - JUST:
        return When((first,), here)  # "tối nay" in the evening is now
    if at < here - JUST and found is None:
        at += timedelta(days=1)
    elif at < here - JUST and found and found.comes_again:
        at += timedelta(days=7)  # "thứ sáu 8h sáng", said on a Friday evening
    return When((at.date(),), at, "hour" if is_unsure else "")


def whole_days(when: When | None) -> tuple[date, ...]:
    """The days that are asked about as a whole; none where an hour is, or no day that can be looked up."""
    return when.days if when and when.at is None and when.doubt in ("", "tet") else ()


def other_reading(when: When) -> When:
    """The same hour of the other half of the day, where neither was said."""
    return replace(when, at=when.at + timedelta(hours=12), doubt="") if when.at else when


def _hour(hour: int, part: str) -> int:
    if part in ("am", "sang", "morning"):
        return 0 if hour == 12 else hour
    if part in ("dem", "khuya", "toi", "night", "evening", "tonight") and hour == 12:
        return 24
    if part == "trua":
        return hour + 12 if hour <= 3 else hour
    if part in ("pm", "chieu", "afternoon", "evening", "tonight") and hour < 12:
        return hour + 12
    if part in ("toi", "dem", "khuya", "night") and 5 < hour < 12:
        return hour + 12
    return 24 if hour == 0 and not part else hour


def _clock(plain: str) -> tuple[int, int, str] | None:
    """Hour, minute, and the part of the day that stands beside it."""
    if found := _CLOCK.search(plain):
        hour, minute = int(found[1]), 30 if found[3] else int(found[2] or 0)
        if found[4]:
            hour, minute = hour - 1, 60 - int(found[4])
        return hour, minute, found[5] or ""
    if found := _ENGLISH_CLOCK.search(plain):
        return int(found[1] or found[4]), int(found[2] or found[5] or 0), found[3] or ""
    return None


def _number(words: str) -> int:
    return sum(_NUMBERS.index(word) + 1 for word in words.split())


def doubt(told: str) -> Doubt:
    """The doubt of this name."""
    known: tuple[Doubt, ...] = ("which", "past", "no_day", "tet", "after_tet", "holiday")
    return next((one for one in known if one == told), "")


def _line(reading: Reading, place: frozenset[int]) -> str:
    """The words, with ":", "/" and "-" kept between numbers, and what is short for a day written out."""
    parts: list[str] = []
    for at, word in enumerate(reading.words):
        typed = fold(reading.text[word.start : word.end])
        token = typed if typed in _ENGLISH else _TYPED.get(typed, word.plain)
        if word.marked == "môt1":
            token = "ngay mot"  # "mốt": the day after tomorrow; folded it is "một"
        token = "¦" if at in place else token
        may_go_on = at > 0 and token[:1].isdigit() and (parts[-1][-1:].isdigit() or parts[-1][-1:] in ("h", "g"))
        gap = reading.text[reading.words[at - 1].end : word.start].strip() if may_go_on else ""
        if gap in (":", "/", "-", "–"):
            parts[-1] = f"{parts[-1]}{'-' if gap == '–' else gap}{token}"
        else:
            parts.append(token)
    return " ".join(parts)
