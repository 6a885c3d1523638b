"""Opening hours as people write them into a sheet, "Sáng 7h30-11h30, chiều 13h-17h (T2-T6)", as the lines we keep.

Only what can be read in one way: with a word left over, hours without days, or times that could be of the morning or of
the evening, nothing is read, and a person has to write it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from directory.hours import DAYS
from directory.reading import fold

_LONGEST = 400
_DAY = "day"
_TIME, _CLOSED, _PART = "time", "closed", "part"
_NOON, _EVENING, _SMALL = 720, 1020, 300  # minutes of the day
_NAMES = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5} | {str(at + 2): at for at in range(6)}
_ENGLISH = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_ENDS = r"(?!\d| ?(?:h\b|h\d|g\b|g\d|gio|:\d|\.\d|/))"  # a bare figure that no time begins with
_LIST = r"(?: ?[,&+] ?| va )"
_NAMED = (
    r"(?:(?:t ?\.? ?|thu ?)(?:[2-7]|hai|ba|tu|nam|sau|bay)\b|cn\b|chu nhat\b"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b)"
)
_TO = r" ?(?:-+>?|den het|den|toi|to) ?"
_CLOCK = (
    r"(\d{1,2}) ?(?:(gio|h|g|:|\.(?=\d\d)) ?(\d\d)?(?!\d))?(?: ?p(?:hut)?\b)?"
    r" ?(am\b|pm\b|sang\b|trua\b|chieu\b|toi\b)?"
)
_ISO = r"\d{4}-\d\d-\d\d"
_WRITTEN = r"(?:\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)|\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2}-\d{1,2}-\d{4})(?!\d)"
_TOKENS = re.compile(
    "|".join(
        (
            r"(?P<always>24 ?(?:h|gio)? ?/ ?7\b)",
            r"(?P<round>24 ?(?:h|gio)? ?/ ?24(?: ?(?:h|gio)\b)?)",
            r"(?P<every>hang ngay|moi ngay|tat ca cac ngay(?: trong tuan)?|ca tuan|every ?day|daily|7/7)",
            rf"(?P<date>(?:{_ISO}|{_WRITTEN})(?:{_TO}(?:{_ISO}|{_WRITTEN}))?)",
            rf"(?P<days>{_NAMED}(?:{_TO}(?:{_NAMED}|[2-7]{_ENDS})|{_LIST}(?:{_NAMED}|[2-7]{_ENDS}(?! ?-)))*)",
            rf"(?P<time>{_CLOCK}{_TO}{_CLOCK})",
            r"(?P<holiday>(?:ngay |dip )?(?:le(?: ?[,/&-] ?| va | )tet|tet|le)\b)",
            r"(?P<closed>nghi|dong cua|khong lam viec|closed)\b",
            r"(?P<part>(?:buoi )?(?:sang|trua|chieu|toi)\b)",
            r"(?P<filler>gio lam viec|gio mo cua|thoi gian|mo cua|lam viec|tu|vao|cac|ngay|va|and|from|open"
            r"|\.(?!\.)|[,:()&|/+-]|\s)",
        )
    )
)


@dataclass(frozen=True, slots=True)
class _Token:
    """A day, a time, "closed", or a part of the day; days are weekdays, or the days of one of our lines."""

    kind: str
    days: tuple[int, ...] = ()
    line: str = ""
    begins: int = 0
    ends: int = 0
    part: str = ""


class _NotPlain(Exception):
    """It could be read in several ways, or in none."""


def lines_of(cell: str) -> tuple[str, ...] | None:
    """The lines, or None where they are not plain. Each line of the cell by itself, or all of them together."""
    if len(cell) > _LONGEST:
        return None
    pieces = [piece for piece in re.split(r"[;\n]", cell) if piece.strip()]
    for each in (pieces, [" , ".join(pieces)]):
        try:
            return tuple(dict.fromkeys(line for piece in each for line in _lines(piece)))
        except _NotPlain:
            continue
    return None


def _lines(piece: str) -> list[str]:
    tokens = list(_timed(_tokens(fold(piece.replace("–", "-").replace("—", "-").replace("→", "->").replace("~", "-")))))
    tokens, closed = _without_closed(tokens)
    found = [line for days, times in _groups(tokens) for line in _written(days, times)]
    open_days = {day for days, _ in _groups(tokens) for one in days for day in one.days}
    if open_days & {day for one in closed for day in one.days}:
        raise _NotPlain
    found += [f"{name} closed" for one in closed for name in one.line.split()]
    if not found:
        raise _NotPlain
    return found


def _tokens(plain: str) -> Iterator[_Token]:
    at = 0
    while at < len(plain):
        found = _TOKENS.match(plain, at)
        if found is None or found.end() == at:
            raise _NotPlain
        at, told = found.end(), found[0]
        match found.lastgroup:
            case "always":
                yield _Token(_DAY, days=tuple(range(7)))
                yield _Token(_TIME, ends=1440)
            case "round":
                yield _Token(_TIME, ends=1440)
            case "every":
                yield _Token(_DAY, days=tuple(range(7)))
            case "days":
                yield _Token(_DAY, days=_weekdays(told))
            case "date":
                yield _Token(_DAY, line=_dates(told))
            case "holiday":
                words = (("le", "holidays"), ("tet", "tet"))
                yield _Token(_DAY, line=" ".join(name for word, name in words if re.search(rf"\b{word}\b", told)))
            case "time":
                yield _time(found)
            case "closed":
                yield _Token(_CLOSED)
            case "part":
                yield _Token(_PART, part=told.split()[-1])


def _weekdays(told: str) -> tuple[int, ...]:
    """`t2-t6`, `t2, 4, 6 va cn`."""
    found: list[int] = []
    for piece in re.split(r" ?[,&+] ?| va ", told):
        ends = [_weekday(one) for one in re.split(r" ?(?:-+>?|den het|den|toi|to) ?", piece)]
        if len(ends) > 2 or (len(ends) == 2 and ends[0] >= ends[1]):
            raise _NotPlain
        found += range(ends[0], ends[-1] + 1)
    return tuple(sorted(set(found)))


def _weekday(told: str) -> int:
    if told in ("cn", "chu nhat"):
        return 6
    if (english := told.strip()[:3]) in _ENGLISH and not re.search(r"\d", told) and told[:4] != "thu ":
        return _ENGLISH[english]
    return _NAMES[re.sub(r"^(?:thu|t) ?\.? ?", "", told.strip())]


def _dates(told: str) -> str:
    """`2026-12-24` or `2026-12-24..2026-12-26`; days are written before months."""
    days = []
    for one in re.findall(rf"{_ISO}|{_WRITTEN}", told):
        parts = [int(part) for part in re.split(r"[/.-]", one)]
        year, month, day = parts if len(one.partition("-")[0]) == 4 else reversed(parts)
        try:
            days.append(date(year + 2000 if year < 100 else year, month, day))
        except ValueError:
            raise _NotPlain from None
    if days != sorted(days):
        raise _NotPlain
    return "..".join(day.isoformat() for day in days)


def _time(found: "re.Match[str]") -> _Token:
    """Two times of one day; at least one of them says that it is a time."""
    told = [found[at] for at in range(1, found.re.groups + 1)]
    at = found.re.groupindex["time"]
    first, second = told[at : at + 4], told[at + 4 : at + 8]
    if not (first[1] or second[1] or first[3] or second[3]):
        raise _NotPlain
    begins, ends = _minutes(*first), _minutes(*second)
    part = first[3] if first[3] in ("sang", "trua", "chieu", "toi") else ""
    if part and second[3] and second[3] != part:  # "7h sáng đến 5h chiều"
        return _Token(_TIME, begins=_shifted(begins, part), ends=_shifted(ends, second[3]), part="both")
    if not part and second[3] in ("sang", "trua", "chieu", "toi"):
        raise _NotPlain
    both = "both" if first[3] in ("am", "pm") and second[3] in ("am", "pm") else part
    if not both and (first[3] or second[3]):
        raise _NotPlain
    return _Token(_TIME, begins=begins, ends=ends, part=both or "")


def _minutes(hour: str, sign: str | None, minute: str | None, half: str | None) -> int:
    whole = int(hour) * 60 + int(minute or 0)
    if int(hour) > 24 or int(minute or 0) > 59 or whole > 1440:
        raise _NotPlain
    if half in ("am", "pm"):
        if not 1 <= int(hour) <= 12:
            raise _NotPlain
        whole = whole % _NOON + (_NOON if half == "pm" else 0)
    return whole


def _shifted(minute: int, part: str) -> int:
    return minute + _NOON if part in ("chieu", "toi") and minute < _NOON else minute


def _timed(tokens: Iterator[_Token]) -> Iterator[_Token]:
    """Times with the part of the day that stands before them; each looked at whether it can be meant."""
    part = ""
    for one in tokens:
        if one.kind == _PART:
            if part:
                raise _NotPlain
            part = one.part
            continue
        if one.kind == _TIME:
            if part and one.part not in ("", part):
                raise _NotPlain
            one = _meant(replace(one, part=one.part or part))
        elif part:
            raise _NotPlain
        part = ""
        yield one
    if part:
        raise _NotPlain


def _meant(one: _Token) -> _Token:
    begins, ends = one.begins, one.ends
    if one.part in ("chieu", "toi"):
        was_late = begins >= _NOON
        begins = _shifted(begins, one.part)
        ends = ends if was_late and one.part == "toi" else _shifted(ends, one.part)
    is_told = {
        "sang": begins < _NOON and begins < ends <= 780,
        "trua": 600 <= begins < ends <= 870,
        "chieu": _NOON <= begins < ends <= 1320 and begins <= 1140,
        "toi": begins >= _EVENING and (ends > begins or ends <= 360),
        "both": begins < ends,
        "": begins >= _SMALL and (begins < ends or (begins >= _EVENING and ends <= 480)),
    }[one.part] or (begins, ends) == (0, 1440)
    if not is_told:
        raise _NotPlain
    return replace(one, begins=begins, ends=ends)


def _without_closed(tokens: Sequence[_Token]) -> tuple[list[_Token], list[_Token]]:
    """The tokens without "closed" and the days it is said of: those before it, else those that follow."""
    kept: list[_Token] = []
    closed: list[_Token] = []
    left = list(tokens)
    while left:
        one = left.pop(0)
        if one.kind != _CLOSED:
            kept.append(one)
            continue
        days: list[_Token] = []
        while kept and kept[-1].kind == _DAY:
            days.append(kept.pop())
        while not days and left and left[0].kind == _DAY:
            days += [left.pop(0)]
            while left and left[0].kind == _DAY:
                days.append(left.pop(0))
        if not days:
            raise _NotPlain
        closed += days
    return kept, closed


def _groups(tokens: Sequence[_Token]) -> list[tuple[list[_Token], list[_Token]]]:
    """Days with their times: the days stand before their times all through, or behind them all through."""
    runs: list[tuple[str, list[_Token]]] = []
    for one in tokens:
        if runs and runs[-1][0] == one.kind:
            runs[-1][1].append(one)
        else:
            runs.append((one.kind, [one]))
    if len(runs) % 2:
        raise _NotPlain
    pairs = [(runs[at][1], runs[at + 1][1]) for at in range(0, len(runs), 2)]
    found = [(a, b) if a[0].kind == _DAY else (b, a) for a, b in pairs]
    if any(len({bool(one.line) for one in days}) > 1 for days, _ in found):
        raise _NotPlain  # "from the 1st to the 31st, on Mondays"
    return found


def _written(days: Sequence[_Token], times: Sequence[_Token]) -> Iterator[str]:
    for one in days:
        if one.line and not one.line[0].isdigit():  # "on holidays 8h-12h": hardly at the new year too
            raise _NotPlain
        for name in one.line.split() or _runs(one.days):
            for each in times:
                yield f"{name} {_clock(each.begins)}-{_clock(each.ends)}"


def _runs(days: Sequence[int]) -> list[str]:
    found: list[list[int]] = []
    for day in days:
        if found and found[-1][-1] == day - 1:
            found[-1].append(day)
        else:
            found.append([day])
    return [DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in found]


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
