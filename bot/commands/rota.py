"""`donghanh rota`: who is on duty, where nobody is, and bringing in a plan."""

import argparse
import csv
import sys
from datetime import datetime, timedelta
from pathlib import Path

from bot import rotas
from bot.app import MachineClock
from bot.commands.opening import opened
from directory.wording import HCMC


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("rota", help="who is on duty")
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    show = deeds.add_parser("show", help="the shifts ahead, and the hours in which nobody is on duty")
    show.add_argument("--days", type=int, default=7, metavar="N")
    show.set_defaults(run=run_show)
    bring = deeds.add_parser("import", help="bring in shifts: CSV with name,province,rung,starts,ends")
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.set_defaults(run=run_import)


def run_show(arguments: argparse.Namespace) -> int:
    """Times are those of Vietnam. Hours without anybody are named on standard error too."""
    if not 1 <= arguments.days <= 366:
        print("--days must be from 1 to 366.", file=sys.stderr)
        return 2
    with opened() as house:
        now = MachineClock().now()
        until = now + timedelta(days=arguments.days)
        shifts = house.read(lambda connection: rotas.between(connection, now, until))
    for one in shifts:
        print(f"{_local(one.starts_at)}\t{_local(one.ends_at)}\t{one.province or 'all'}\t{one.rung}\t{one.name}")
    for begins, ends in rotas.gaps(shifts, now, until):
        print(f"Nobody on the national rota: {_local(begins)} to {_local(ends)}", file=sys.stderr)
    return 0


def run_import(arguments: argparse.Namespace) -> int:
    """All or nothing. Shifts already planned for the same days give way."""
    try:
        with arguments.file.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        print(f"{arguments.file} cannot be read as CSV ({type(problem).__name__}).", file=sys.stderr)
        return 1
    with opened() as house:
        try:
            planned = house.read(lambda connection: rotas.read_plan(connection, rows))
        except rotas.PlanProblem as problem:
            print("\n".join(problem.lines), file=sys.stderr)
            print("Nothing was brought in.", file=sys.stderr)
            return 1
        house.write(lambda tx: rotas.replace(tx, planned))
    print(f"{len(planned)} shifts")
    return 0


def _local(moment: datetime) -> str:
    return moment.astimezone(HCMC).strftime("%Y-%m-%d %H:%M")
