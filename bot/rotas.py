"""The plan of shifts: reading it, finding the hours in which nobody is on duty, and taking over a new one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from bot import staff
from bot.db import Tx
from bot.tables import shift
from bot.tables import staff as staff_table
from directory import places
from directory.wording import HCMC

COLUMNS = ("name", "province", "rung", "starts", "ends")
_ON_CALL = ("worker", "peer", "supervisor")
LONGEST = timedelta(days=62)


class PlanProblem(Exception):
    """A plan cannot be taken over; `lines` names every row that must be mended."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(lines[0])
        self.lines = tuple(lines)


@dataclass(frozen=True, slots=True)
class Planned:
    """One shift; `province` None is the national rota."""

    staff_id: int
    centre_id: int
    name: str
    province: str | None
    rung: int
    starts_at: datetime
    ends_at: datetime


def between(connection: Connection, begins: datetime, ends: datetime) -> tuple[Planned, ...]:
    """The shifts of colleagues who can be called, touching this time, in order."""
    wanted = (
        select(shift, staff_table.c.name)
        .join(staff_table, staff_table.c.id == shift.c.staff_id)
        .where(shift.c.starts_at < ends, shift.c.ends_at > begins, staff_table.c.state == "active")
        .order_by(shift.c.starts_at, shift.c.rung, staff_table.c.name)
    )
    return tuple(
        Planned(row.staff_id, row.centre_id, row.name, row.province, row.rung, row.starts_at, row.ends_at)
        for row in connection.execute(wanted)
    )


def gaps(shifts: Sequence[Planned], begins: datetime, ends: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """When nobody of the national rota is on duty."""
    found, reached = [], begins
    national = sorted((one for one in shifts if one.province is None), key=lambda one: one.starts_at)
    for one in national:
        if one.starts_at > reached:
            found.append((reached, min(one.starts_at, ends)))
        reached = max(reached, one.ends_at)
        if reached >= ends:
            break
    if reached < ends:
        found.append((reached, ends))
    return tuple(found)


def read_plan(connection: Connection, rows: Sequence[Mapping[str, str | None]]) -> tuple[Planned, ...]:
    """The shifts that a table describes. Raises PlanProblem with every row that is wrong."""
    if not rows:
        raise PlanProblem([f"The plan has no rows: its columns are {','.join(COLUMNS)}."])
    members = {one.name: one for one in staff.everyone(connection)}
    planned: list[Planned] = []
    wrong: list[str] = []
    for number, row in enumerate(rows, 2):
        try:
            planned.append(_read(row, members))
        except ValueError as problem:
            wrong.append(f"row {number}: {problem}")
    if wrong:
        raise PlanProblem(wrong)
    return tuple(planned)


def _read(row: Mapping[str, str | None], members: Mapping[str, staff.StaffMember]) -> Planned:
    told = {name: (row.get(name) or "").strip() for name in COLUMNS}
    member = members.get(told["name"])
    if member is None:
        raise ValueError(f"column name: there is no colleague “{told['name'][:40]}”; see donghanh staff list")
    if member.role not in _ON_CALL:
        raise ValueError(f"column name: a {member.role} is not called out; use a worker, peer or supervisor")
    if told["province"] and told["province"] not in places.provinces():
        raise ValueError(f"column province: “{told['province'][:10]}” is none of the 34 codes; empty means everywhere")
    if not told["rung"].isdigit() or int(told["rung"]) > 9:
        raise ValueError("column rung: a number from 0 (called first) to 9")
    starts, ends = _moment("starts", told["starts"]), _moment("ends", told["ends"])
    if not timedelta(0) < ends - starts <= LONGEST:
        raise ValueError("column ends: must be after starts, at most 62 days")
    return Planned(
        member.id, member.centre_id, member.name, told["province"] or None, int(told["rung"]), starts, ends
    )


def _moment(column: str, written: str) -> datetime:
    """A time without a zone is Vietnam's."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"column {column}: “{written[:30]}” is no time such as 2026-12-07 08:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=HCMC)


def replace(tx: Tx, planned: Sequence[Planned]) -> None:
    """Take the plan over: from its first to its last hour only its shifts are left; those around it are cut."""
    begins, ends = min(one.starts_at for one in planned), max(one.ends_at for one in planned)
    touching = (shift.c.starts_at < ends, shift.c.ends_at > begins)
    for row in tx.execute(select(shift).where(*touching)).all():
        mine = shift.c.id == row.id
        if row.ends_at > ends:
            rest = {"staff_id": row.staff_id, "centre_id": row.centre_id, "province": row.province, "rung": row.rung}
            tx.execute(insert(shift).values(**rest, starts_at=ends, ends_at=row.ends_at))
        if row.starts_at < begins:
            tx.execute(update(shift).where(mine).values(ends_at=begins))
        else:
            tx.execute(delete(shift).where(mine))
    for one in planned:
        values = {"staff_id": one.staff_id, "centre_id": one.centre_id, "province": one.province, "rung": one.rung}
        tx.execute(insert(shift).values(**values, starts_at=one.starts_at, ends_at=one.ends_at))
