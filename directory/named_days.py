"""Which day somebody names: "mai", "thứ 7 này", "20/12", "mùng 2 Tết"; what is no date ("1/2 viên") is left alone."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from directory.holidays import TET

_ONE, _WEEK = timedelta(days=1), timedelta(days=7)
_BEFORE, _AFTER = 1, 3  # days around the new year that "Tết" means
_NUMBERS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7}
_EVERY_YEAR = frozenset({(1, 1), (4, 30), (5, 1), (9, 2), (12, 25)})
_WEEKDAYS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5} | {str(n + 2): n for n in range(6)}
_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_TET_AFTER = re.compile(r"\b(?:sau|ra|qua|het|an) tet\b(?! tay| duong)|\bafter tet\b")
_TET = re.compile(r"\btet\b(?! (?:tay|duong|trung thu|doan ngo))")
_LUNAR = re.compile(r"\b(?:mung|mong|m) ?(\d{1,2})\b")
_HOLIDAY = re.compile(r"\b(?:ngay|dip|nghi|cac ngay|luc) le\b|\ble (?:co|mo|lam|nghi)\b|\bgio to\b|\bholidays?\b")
_FIXED = (
    (re.compile(r"\b(?:noel|giang sinh|christmas)\b"), (12, 25)),
    (re.compile(r"\btet (?:tay|duong)(?: lich)?\b"), (1, 1)),
    (re.compile(r"\bquoc khanh\b"), (9, 2)),
)
_DATE = re.compile(
    r"(?:\b(\w+) )?\b(\d{1,2})(?:/| thang | ?- ?(?=\d{1,2}/))(\d{1,2})(?:/(\d{4}|\d{2}))?\b(?!/)(?: (\w+))?"
)
_DIGIT = re.compile(r"\d")
_ISO_LIKE = re.compile(r"\bngay (\d{1,2})-(\d{1,2})(?:-(\d{4}))?\b")
_DAY_OF_MONTH = re.compile(
    r"\b(?:ngay|hom) (\d{1,2})\b(?!/|-|:| (?:thang|lan|vien|bua|lieu|goi|hop|tieng|gio|k|nghin|ngan|trieu|dong|khach|"
    r"nguoi|con|cu|nua|roi|truoc|sau|ca|dem|nam|tuan|chai|ly)\b)"
)
# Before a number with a slash: a house, a dose, a share; behind it: what it is a share of.
_NO_DATE_BEFORE_WORDS = "so hem ngo nha duong uong duoc tam ap to khu kiet quan moi cat chia ti ty"
_NO_DATE_BEFORE = frozenset(_NO_DATE_BEFORE_WORDS.split())
_NO_DATE_AFTER_WORDS = "vien lieu gio hop ly coc chai lan muong nguoi ngay tieng kg so goi phan"
_NO_DATE_AFTER = frozenset(_NO_DATE_AFTER_WORDS.split())
_SHARES = frozenset({(1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (1, 5)})
_WEEKDAY = re.compile(
    r"(?:\b(\w+) )?\b(?:thu (hai|ba|tu|nam|sau|bay|[2-7])|(chu nhat))\b(?: (tuan (?:nay|sau|toi)|nay))?(?=(?: (\w+))?)"
)
# "Chỗ thứ hai", "mũi thứ 2", "ngày thứ 5 sau khi …": an order, and no day of the week.
_ORDERS_WORDS = "cho cai noi lan mui lieu nguoi thang tuan vien con dua dia so kham tram nhom bai cau dong muc dieu"
_ORDERS = frozenset(_ORDERS_WORDS.split())
_OF_A_DAY_WORDS = "co mo lam kham nghi nay tuan dong con thi"
_OF_A_DAY = frozenset(_OF_A_DAY_WORDS.split())
_RELATIVE: tuple[tuple[re.Pattern[str], Callable[["re.Match[str]"], int]], ...] = (
    (re.compile(r"\bday after tomorrow\b"), lambda found: 2),
    (re.compile(r"\b(?:ngay|bua|sang|trua|chieu|toi) (?:kia|mot)\b"), lambda found: 2),
    (re.compile(r"^mot(?= (?:co|con|mo|lam|kham)\b)"), lambda found: 2),
    (re.compile(r"\b(\d{1,2}|mot|hai|ba|bon|nam|sau|bay) (?:hom|ngay|bua) nua\b"), lambda found: _number(found[1])),
    (re.compile(r"\bngay mai\b|\b(?:sang|trua|chieu|toi|dem) mai\b|\btomorrow\b"), lambda found: 1),
    (re.compile(r"(?:(?<=\dh)|(?<=\dg)|(?<=gio)|(?<=\d\d)) mai\b"), lambda found: 1),
    (re.compile(r"\bmai (?=luc |sang|trua|chieu|toi|\d{1,2} ?(?:h|g|gio|:))"), lambda found: 1),
    (re.compile(r"\b(?:hom|bua|sang|trua|chieu|toi|dem|khuya) nay\b|\b(?:today|tonight)\b"), lambda found: 0),
)
# "mai" alone is mostly a name: a day only before or behind what one asks of a place.
_MAI = re.compile(
    r"(?:\b(\w+) )?\bmai(?: (?:co|con|mo|lam|kham|nghi|dong|di|ben|cho|ho|phong|may|thi|the|ban|is|ok)\b|$)"
    r"|\b(?:mo|lam|lam viec|kham|nghi|di|hen) mai\b|^mai\b"
)
_NAMED_SO_WORDS = "chi ten be ba co anh em ban bac di hoang quynh la a c e sao nang dao"
_NAMED_SO = frozenset(_NAMED_SO_WORDS.split())


@dataclass(frozen=True, slots=True)
class Days:
    """The day or days. `comes_again`: a day of the week. `doubt`: as in `times.When`."""

    days: tuple[date, ...]
    comes_again: bool = False
    doubt: str = ""


def read(plain: str, today: date) -> Days | None:
    """The days a folded message names; None where it names none."""
    for look in (_of_tet, _of_dates, _of_the_week, _near):
        if (found := look(plain, today)) is not None:
            return found
    return None


def _of_tet(plain: str, today: date) -> Days | None:
    is_named = "tet" in plain
    if is_named and _TET_AFTER.search(plain):
        return Days((), doubt="after_tet")
    for words, (month, day) in _FIXED:
        if words.search(plain):
            return Days((_coming(month, day, today),))
    first = next((one for one in TET if one + timedelta(days=9) >= today), None)
    is_tet = is_named and _TET.search(plain) is not None
    lunar = _LUNAR.search(plain)
    if first is not None and lunar and 1 <= int(lunar[1]) <= 10 and (is_tet or first - today <= timedelta(days=40)):
        return _not_past(first + timedelta(days=int(lunar[1]) - 1), today)
    if lunar and not is_tet and lunar[0].startswith(("mung", "mong")):
        return Days((), doubt="which")  # of which month by the moon, nobody knows
    if first is not None and re.search(r"\bgiao thua\b", plain):
        return _not_past(first - _ONE, today)
    if is_tet:
        around = range(-_BEFORE, _AFTER + 1) if first else ()
        return Days(tuple(first + timedelta(days=n) for n in around) if first else (), doubt="tet")
    return Days((), doubt="holiday") if _HOLIDAY.search(plain) else None


def _of_dates(plain: str, today: date) -> Days | None:
    if not _DIGIT.search(plain):
        return None
    for found in (*_ISO_LIKE.finditer(plain), *_DATE.finditer(plain)):
        is_iso = found.re is _ISO_LIKE
        day, month, year = (found[1], found[2], found[3]) if is_iso else (found[2], found[3], found[4])
        is_told = is_iso or found[1] in ("ngay", "hom") or " thang " in found[0]
        if not is_told and not _may_be_date(int(day), int(month), found[1] or "", found[5] or ""):
            continue
        return _date(int(day), int(month), int(year) if year else None, today)
    if found_day := _DAY_OF_MONTH.search(plain):
        day_of_month = int(found_day[1])
        if 1 <= day_of_month <= 31:
            return _next_with(day_of_month, today)
    return None


def _may_be_date(day: int, month: int, before: str, after: str) -> bool:
    if before in _NO_DATE_BEFORE or after in _NO_DATE_AFTER or (day, month) in _SHARES:
        return False
    return 1 <= day <= 31 and 1 <= month <= 12


def _date(day: int, month: int, year: int | None, today: date) -> Days:
    """The day that is meant: of this year, or of the next where that is nearer; half a year ago is over."""
    if year is not None:
        made = _made(year + 2000 if year < 100 else year, month, day)
        return _not_past(made, today) if made else Days((), doubt="no_day")
    made, later = _made(today.year, month, day), _made(today.year + 1, month, day)
    if made is None:
        return Days((later,)) if later else Days((), doubt="no_day")
    if (month, day) in _EVERY_YEAR and made < today and later is not None:
        return Days((later,))  # "2/9 có mở không" looks ahead
    if made >= today or later is None or today - made <= timedelta(days=183):
        return _not_past(made, today)
    return Days((later,))


def _next_with(day: int, today: date) -> Days:
    year, month = today.year, today.month
    for _ in range(3):
        made = _made(year, month, day)
        if made is not None and made >= today:
            return Days((made,))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return Days((), doubt="no_day")


def _of_the_week(plain: str, today: date) -> Days | None:
    monday = today - timedelta(days=today.weekday())
    found: list[Days] = []
    for said in _WEEKDAY.finditer(plain):
        before, after, week = said[1] or "", said[5] or "", said[4] or ""
        is_order = before in _ORDERS or (before == "ngay" and after and after not in _OF_A_DAY)
        if not is_order or said[3]:
            found.append(_weekday(6 if said[3] else _WEEKDAYS[said[2]], week, monday, today))
    for weekday, name in enumerate(_ENGLISH if "day" in plain else ()):
        if english := re.search(rf"\b(?:(next) )?{name}\b", plain):
            found.append(_weekday(weekday, "tuan sau" if english[1] else "", monday, today))
    if len(found) == 1:
        return found[0]
    if found:  # "t7 cn"
        return Days(tuple(sorted({day for one in found for day in one.days})))
    if re.search(r"\bcuoi tuan\b|\bweekend\b", plain):
        saturday = monday + timedelta(days=5) + (_WEEK if re.search(r"\bcuoi tuan (?:sau|toi)\b", plain) else _ONE * 0)
        return Days(tuple(one for one in (saturday, saturday + _ONE) if one >= today))
    return None


def _weekday(weekday: int, week: str, monday: date, today: date) -> Days:
    this = monday + timedelta(days=weekday)
    if week.startswith("tuan") and week != "tuan nay":
        return Days((this + _WEEK,))
    if week == "tuan nay":
        return _not_past(this, today)
    return Days((this if this >= today else this + _WEEK,), comes_again=True)


def _near(plain: str, today: date) -> Days | None:
    for words, ahead in _RELATIVE:
        if found := words.search(plain):
            return Days((today + timedelta(days=ahead(found)),))
    if re.search(r"\btuan (?:sau|toi)\b|\bnext week\b", plain):
        return Days((), doubt="which")
    mai = _MAI.search(plain)
    return Days((today + _ONE,)) if mai and (mai[1] or "") not in _NAMED_SO else None


def _number(words: str) -> int:
    return int(words) if words.isdigit() else _NUMBERS[words]


def _coming(month: int, day: int, today: date) -> date:
    this = date(today.year, month, day)
    return this if this >= today else date(today.year + 1, month, day)


def _not_past(day: date | None, today: date) -> Days:
    assert day is not None
    return Days((day,), doubt="past" if day < today else "")


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
