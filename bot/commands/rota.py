"""`donghanh rota`: who is on duty, where nobody is, and bringing in a plan."""

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot import policy as policies
from bot import staff
from bot.commands.opening import Opened, opened
from bot.db import Tx
from bot.helpline import shifts, summoning
from bot.policy import Policy, PolicyProblem
from bot.rota import ahead, brought, stored, taken_over
from bot.rota.calendar import days_off
from bot.rota.icalendar_in import read_events
from bot.rota.moments import FARTHEST
from bot.rota.plan import Shift
from directory.wording import HCMC


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("rota", help="who is on duty")
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    show = deeds.add_parser("show", help="the shifts ahead, and the hours in which nobody is on duty")
    show.add_argument("--days", type=int, default=14, metavar="N")
    show.set_defaults(run=run_show)
    bring = deeds.add_parser("import", help="bring in a plan: CSV (see docs/rota.md) or iCalendar (.ics)")
    bring.add_argument("file", type=Path, metavar="FILE")
    forced = "also rows that are over, more than a year ahead, or longer than eight days"
    bring.add_argument("--force", action="store_true", help=forced)
    bring.set_defaults(run=run_import)


def run_show(arguments: argparse.Namespace) -> int:
    """Times are those of Vietnam. Hours without anybody are named on standard error too."""
    if not 1 <= arguments.days <= 366:
        print("--days must be from 1 to 366.", file=sys.stderr)
        return 2
    with opened() as house:
        now = house.now()
        until = now + timedelta(days=arguments.days)
        plan = house.read(lambda connection: stored.load(connection, now, until))
        names = {one.id: one.name for one in house.read(staff.everyone)}
        days = days_off(decided(house, now))
    for one in ahead.spans(plan, days, now, until):
        post = f"{one.post.province or 'all'}\t{one.post.rung}\t{names.get(one.staff_id, '?')}"
        print(f"{_local(one.starts_at)}\t{_local(one.ends_at)}\t{post}\t{one.post.kind}")
    for gap in ahead.gaps(plan, days, now, until):
        where = f"in {gap.province}" if gap.province else "on the national rota"
        print(f"Nobody {where}: {_local(gap.starts_at)} to {_local(gap.ends_at)}", file=sys.stderr)
    if plan.broken:
        print(f"{plan.broken} entries make no sense and count as nobody.", file=sys.stderr)
    return 0


def decided(house: Opened, now: datetime) -> Policy:
    """The organisation's days off, or the default ones while the policy is not complete."""
    try:
        return policies.load(house.settings.policy_file, today=now.date())
    except PolicyProblem:
        return Policy()


def run_import(arguments: argparse.Namespace) -> int:
    """All or nothing. Shifts already planned for the same days and posts give way."""
    with opened() as house:
        now = house.now()
        try:
            rows, left_out = _rows(arguments.file, now, is_forced=arguments.force)
            likely_at = None if arguments.force else now
            entries = house.read(lambda connection: brought.read_plan(connection, rows, likely_at=likely_at))
        except brought.PlanProblem as problem:
            print("\n".join(problem.lines), file=sys.stderr)
            print("Nothing was brought in.", file=sys.stderr)
            return 1
        except (OSError, UnicodeDecodeError, csv.Error) as problem:
            print(f"{arguments.file} cannot be read as CSV ({type(problem).__name__}).", file=sys.stderr)
            return 1
        policy = decided(house, now)
        gone = house.write(lambda tx: _take_over(tx, entries, now, policy))
        names = {one.id: one.name for one in house.read(staff.everyone)}
    print(f"{len(entries)} {_named(entries[0])}")
    if left_out:
        print(f"{left_out} events are over, or more than a year ahead, and were left out.", file=sys.stderr)
    if gone:
        whose = ", ".join(f"{names.get(one, '?')} {n}" for one, n in sorted(gone.items()))
        print(f"{sum(gone.values())} shifts planned before gave way: {whose}", file=sys.stderr)
    return 0


def _take_over(tx: Tx, entries: Sequence[brought.Entry], now: datetime, policy: Policy) -> Mapping[int, int]:
    """With what hangs on it: who comes on duty is called for what waits, cases leave who goes off duty."""
    gone = taken_over.take_over(tx, entries, now=now)
    for staff_id in {one.staff_id for one in entries if isinstance(one, Shift) and one.starts_at <= now < one.ends_at}:
        summoning.came_on(tx, staff_id, now, now=now, policy=policy)
    shifts.changed(tx, now=now, policy=policy)
    return gone


def _rows(path: Path, now: datetime, *, is_forced: bool) -> tuple[Sequence[brought.Row], int]:
    """The rows, and how many events of a calendar were left out: it goes on for years, behind us and ahead."""
    if path.suffix.lower() not in (".ics", ".ical", ".icalendar"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file)), 0
    events = read_events(path.read_bytes(), since=None if is_forced else now)
    latest = now + FARTHEST
    near = [one for one in events if is_forced or (_at(one, "ends") > now and _at(one, "starts") <= latest)]
    return near, len(events) - len(near)


def _at(row: brought.Row, name: str) -> datetime:
    return datetime.fromisoformat(row[name] or "")


def _named(entry: brought.Entry) -> str:
    names = {"Shift": "shifts", "Rotation": "rotations", "Away": "changes", "Hours": "hours", "Fallback": "fall-backs"}
    return names[type(entry).__name__]


def _local(moment: datetime) -> str:
    return moment.astimezone(HCMC).strftime("%Y-%m-%d %H:%M")
