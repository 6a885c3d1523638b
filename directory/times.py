"""At what hour somebody wants a place to be open: "tối nay", "8h tối", "chủ nhật", "sáng mai", "bây giờ"."""

import re
from datetime import datetime, time, timedelta

from directory.reading import Reading
from directory.wording import HCMC

_NOW = re.compile(r"\b(?:bay gio|gio nay|luc nay|ngay bay gio|dang mo|con mo|mo cua khong|open now|right now)\b")
_CLOCK = re.compile(r"\b(\d{1,2}) ?(?:h|g|gio)(?: ?(\d{2}))?(?: ?(ruoi))?(?: (sang|trua|chieu|toi|dem|khuya))?\b")
_PART = re.compile(r"\b(sang|trua|chieu|toi|dem|khuya)\b")
# "mai" alone is mostly a name (Hoàng Mai): a day only beside a part of the day, an hour or "ngày", or first of all.
_DAY = re.compile(
    r"\b(?:(hom nay|nay)"
    r"|(ngay mai|(?<=sang )mai|(?<=trua )mai|(?<=chieu )mai|(?<=toi )mai|(?<=dem )mai|(?<=\dh )mai|(?<=gio )mai"
    r"|mai(?= (?:luc|sang|trua|chieu|toi|\d{1,2} ?(?:h|gio)))|(?<!.)mai(?= ))"
    r"|((?:ngay|sang|trua|chieu|toi) (?:kia|mot))|(chu nhat|cn)|thu (hai|ba|tu|nam|sau|bay|[2-7]))\b"
)
# What tells how long, or what has been, names no hour of opening: "trong 24h", "12 giờ trước", "rách lúc 2h".
_SPAN = re.compile(
    r"\b(?:trong|(?<!thu )sau|duoi|duoc|moi|qua|khoang|het|suot|hon) (?:vong )?\d{1,3} ?(?:h|gio|tieng)\b"
    r"|\b\d{1,3} ?(?:h|gio|tieng) (?:truoc|qua|roi|dong ho|lien)\b|\b24 ?(?:h|gio|/)"
)
_PAST = re.compile(
    r"\b(?:toi|dem|hom|sang|chieu|trua|khuya) qua\b|\bhoi (?:nay|sang|chieu|toi|khuya|hom)\b"
    r"|\b(?:vua|ban) nay\b|\b(?:rach|tuot|bi|xay ra|quan he|dinh) (?:\w+ )?(?:luc|hoi)\b"
)
_JUST = timedelta(minutes=30)
_WEEKDAYS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5} | {str(n + 2): n for n in range(6)}
_USUAL = {"sang": 9, "trua": 12, "chieu": 15, "toi": 19, "dem": 22, "khuya": 23}
# A part of the day counts only as one: "buổi tối", "tối nay", "sáng mai"; "toi" alone is mostly "tôi" or "tới".
_TELLING = re.compile(
    r"\b(?:buoi (?:sang|trua|chieu|toi)|(?:sang|trua|chieu|toi|dem) (?:nay|mai|chu nhat|thu)|ban dem|ngoai gio)\b"
)


def asked_for(reading: Reading, now: datetime, *, place: frozenset[int] = frozenset()) -> datetime | None:
    """The moment a message speaks of, in Vietnam, not before now; None where it speaks of none.

    `place`: the words that name a place; "Hoàng Mai tối nay" says nothing of tomorrow.
    """
    said = " ".join("¦" if at in place else token for at, token in enumerate(reading.tokens))
    plain, here = said[:400], now.astimezone(HCMC)
    if _NOW.search(plain):
        return here
    if _PAST.search(plain):
        return None
    plain = _SPAN.sub("¦", plain)
    clock, telling, day = _CLOCK.search(plain), _TELLING.search(plain), _DAY.search(plain)
    is_day = day is not None and (day[4] or day[5] or telling or clock)
    if clock is None and telling is None and not is_day:
        return None
    moment = time(9)
    if clock is not None:
        found = _clock(clock)
        if found is None:
            return None
        is_late = telling is not None and re.search(r"\b(?:chieu|toi|dem)\b", telling.group()) and found.hour < 12
        moment = found.replace(hour=found.hour + 12) if is_late and clock[4] is None else found
    elif telling is not None:
        part = _PART.search(telling.group())
        moment = time(_USUAL[part[1]] if part else 22 if "dem" in telling.group() else 19)
    wanted = datetime.combine(here.date() + _days(day, here), moment, HCMC)
    if wanted >= here - _JUST or (day is not None and day[1]):
        return wanted
    return wanted + timedelta(days=7 if day is not None and (day[4] or day[5]) else 1)  # it comes again


def _clock(found: "re.Match[str]") -> time | None:
    hour, minute = int(found[1]), 30 if found[3] else int(found[2] or 0)
    if found[4] in ("chieu", "toi", "dem", "khuya") and hour < 12:
        hour += 12
    return time(hour % 24, minute) if hour <= 24 and minute < 60 else None


def _days(day: "re.Match[str] | None", here: datetime) -> timedelta:
    if day is None or day[1]:
        return timedelta()
    if day[2]:
        return timedelta(days=1)
    if day[3]:
        return timedelta(days=2)
    wanted = 6 if day[4] else _WEEKDAYS[day[5]]
    return timedelta(days=(wanted - here.weekday()) % 7)
