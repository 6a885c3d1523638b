"""Plans that are brought in as a table: shifts, rotations, leave and covers, hours of a centre, who stands in for whom.

Which of the five a table is, its columns say. It is taken over whole or not at all.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from bot import staff
from bot.rota.moments import FARTHEST, read_day, read_moment
from bot.rota.plan import A_DAY, DAY_OFF, LONGEST_AWAY, LONGEST_SHIFT, Hours, Kind, OnDaysOff, Post, Rotation, Shift
from bot.tables import centre
from directory import places

COLUMNS = ("name", "province", "rung", "starts", "ends")
ROTATION = ("rotation", "centre", "province", "rung", "first_day", "begins", "hours", "members")
CHANGE = ("name", "cover", "starts", "ends")
HOURS = ("centre", "day", "begins", "ends")
FALLBACK = ("centre", "falls_back_to")
LIKELY_SHIFT = timedelta(days=8)  # a week on call; longer ones are most often a mistyped day
_ON_CALL = ("worker", "peer", "supervisor")

Row = Mapping[str, str | None]


class PlanProblem(Exception):
    """A plan cannot be taken over; `lines` names every row that must be mended."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(lines[0])
        self.lines = tuple(lines)


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody is on leave, or somebody else stands in."""

    staff_id: int
    cover_id: int | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Fallback:
    """The centre that is called when this one has nobody."""

    centre_id: int
    fallback_id: int


Entry = Shift | Rotation | Away | Hours | Fallback


@dataclass(frozen=True, slots=True)
class _Known:
    """What the names in a table may stand for."""

    members: Mapping[str, staff.StaffMember]
    centres: Mapping[str, int]


def read_plan(connection: Connection, rows: Sequence[Row], *, likely_at: datetime | None = None) -> tuple[Entry, ...]:
    """What a table describes. Raises PlanProblem with every row that is wrong.

    `likely_at`: also with rows that are over by then, more than a year ahead or longer than a week on call, as a
    mistyped date makes them.
    """
    if not rows:
        raise PlanProblem([f"The plan has no rows: its columns are {','.join(COLUMNS)}."])
    read = _reader(rows[0])
    known = _Known(
        {one.name: one for one in staff.everyone(connection)},
        {row.name: row.id for row in connection.execute(select(centre))},
    )
    found: list[Entry] = []
    wrong: list[str] = []
    for number, row in enumerate(rows, 2):
        try:
            entry = read({name: (value or "").strip() for name, value in row.items() if name}, known)
            _check_likely(entry, likely_at)
            found.append(entry)
        except ValueError as problem:
            wrong.append(f"row {number}: {problem}")
    if wrong:
        raise PlanProblem(wrong)
    return tuple(found)


def _check_likely(entry: Entry, now: datetime | None) -> None:
    if now is None or not isinstance(entry, Shift | Away):
        return
    if entry.ends_at <= now:
        raise ValueError("column ends: this is over already; --force takes it all the same")
    if entry.starts_at > now + FARTHEST:
        raise ValueError(f"column starts: more than {FARTHEST.days} days ahead; --force takes it all the same")
    if isinstance(entry, Shift) and (lasts := entry.ends_at - entry.starts_at) > LIKELY_SHIFT:
        hours = int(lasts.total_seconds() // 3600)
        raise ValueError(f"column ends: a shift of {hours} hours; --force takes one of up to 62 days all the same")


def _reader(first: Row) -> Callable[[Mapping[str, str], _Known], Entry]:
    tables = ((ROTATION, _rotation), (HOURS, _hours), (FALLBACK, _fallback), (COLUMNS, _shift), (CHANGE, _change))
    for columns, reader in tables:
        if set(columns) <= set(first):
            return reader
    named = "; or ".join(",".join(columns) for columns, _ in tables)
    raise PlanProblem([f"The columns of this table are not known. They are {named}."])


def _shift(told: Mapping[str, str], known: _Known) -> Shift:
    member = _member("name", told["name"], known)
    post = Post(member.centre_id, _province(told), _kind(told), _rung(told))
    starts, ends = _moment("starts", told["starts"]), _moment("ends", told["ends"])
    if not timedelta(0) < ends - starts <= LONGEST_SHIFT:
        raise ValueError("column ends: must be after starts, at most 62 days")
    return Shift(post, member.id, starts, ends)


def _rotation(told: Mapping[str, str], known: _Known) -> Rotation:
    if not told["rotation"] or len(told["rotation"]) > 80:
        raise ValueError("column rotation: give it a name of at most 80 letters")
    members = [_member("members", name.strip(), known) for name in told["members"].split(";") if name.strip()]
    if not members:
        raise ValueError("column members: names of colleagues in turn, separated by ;")
    hours = _number("hours", told["hours"], 1, 24)
    weekdays = told.get("weekdays") or "1234567"
    if not re.fullmatch(r"[1-7]{1,7}", weekdays) or len(set(weekdays)) != len(weekdays):
        raise ValueError("column weekdays: digits from 1 (Monday) to 7, each once; empty means every day")
    last = told.get("last_day") or ""
    return Rotation(
        post=Post(_centre("centre", told["centre"], known), _province(told), _kind(told), _rung(told)),
        members=tuple(one.id for one in members),
        first_day=_day("first_day", told["first_day"]),
        begins=_minute("begins", told["begins"], A_DAY - 1),
        minutes=hours * 60,
        turn_days=_number("turn_days", told.get("turn_days") or "1", 1, 60),
        weekdays=frozenset(int(one) for one in weekdays),
        days_off=_days_off(told.get("days_off") or "as_usual"),
        last_day=_day("last_day", last) if last else None,
        name=told["rotation"],
    )


def _change(told: Mapping[str, str], known: _Known) -> Away:
    member = _member("name", told["name"], known)
    cover = _member("cover", told["cover"], known).id if told["cover"] else None
    starts, ends = _moment("starts", told["starts"]), _moment("ends", told["ends"])
    if not timedelta(0) < ends - starts <= LONGEST_AWAY:
        raise ValueError(f"column ends: must be after starts, at most {LONGEST_AWAY.days} days")
    if cover == member.id:
        raise ValueError("column cover: somebody else, or empty for leave")
    return Away(member.id, cover, starts, ends)


def _hours(told: Mapping[str, str], known: _Known) -> Hours:
    day = DAY_OFF if told["day"] == "off" else _number("day", told["day"], 1, 7)
    begins, ends = _minute("begins", told["begins"], A_DAY), _minute("ends", told["ends"], 2 * A_DAY)
    is_shut = day == DAY_OFF and begins == ends
    if not (begins < ends <= begins + A_DAY or is_shut):
        raise ValueError("column ends: after begins, at most 24 hours; 26:00 is two o'clock after midnight")
    return Hours(_centre("centre", told["centre"], known), day, begins, ends)


def _fallback(told: Mapping[str, str], known: _Known) -> Fallback:
    mine, other = _centre("centre", told["centre"], known), _centre("falls_back_to", told["falls_back_to"], known)
    if mine == other:
        raise ValueError("column falls_back_to: another centre")
    return Fallback(mine, other)


def _member(column: str, name: str, known: _Known) -> staff.StaffMember:
    member = known.members.get(name)
    if member is None:
        raise ValueError(f"column {column}: there is no colleague “{name[:40]}”; see donghanh staff list")
    if member.role not in _ON_CALL:
        raise ValueError(f"column {column}: a {member.role} is not called out; use a worker, peer or supervisor")
    return member


def _centre(column: str, name: str, known: _Known) -> int:
    if name not in known.centres:
        raise ValueError(f"column {column}: there is no centre “{name[:40]}”; it comes with its first colleague")
    return known.centres[name]


def _province(told: Mapping[str, str]) -> str | None:
    code = told.get("province") or ""
    if code and code not in places.provinces():
        raise ValueError(f"column province: “{code[:10]}” is none of the 34 codes; empty means everywhere")
    return code or None


def _kind(told: Mapping[str, str]) -> Kind:
    try:
        return Kind(told.get("kind") or "any")
    except ValueError:
        raise ValueError(f"column kind: one of {', '.join(Kind)}") from None


def _days_off(written: str) -> OnDaysOff:
    try:
        return OnDaysOff(written)
    except ValueError:
        raise ValueError(f"column days_off: one of {', '.join(OnDaysOff)}") from None


def _rung(told: Mapping[str, str]) -> int:
    written = told.get("rung") or ""
    if not re.fullmatch(r"[0-9]", written):
        raise ValueError("column rung: a number from 0 (called first) to 9")
    return int(written)


def _number(column: str, written: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", written) or not least <= int(written) <= most:
        raise ValueError(f"column {column}: a whole number from {least} to {most}")
    return int(written)


def _minute(column: str, written: str, most: int) -> int:
    found = re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])", written)
    minute = int(found[1]) * 60 + int(found[2]) if found else most + 1
    if minute > most:
        raise ValueError(f"column {column}: “{written[:10]}” is no hour such as 08:00")
    return minute


def _day(column: str, written: str) -> date:
    day = read_day(written)
    if day is None:
        raise ValueError(f"column {column}: “{written[:30]}” is no day such as 2026-12-07")
    return day


def _moment(column: str, written: str) -> datetime:
    moment = read_moment(written)
    if moment is None:
        raise ValueError(f"column {column}: “{written[:30]}” is no time such as 2026-12-07 08:00")
    return moment
