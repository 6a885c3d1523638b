"""`donghanh check`: says whether the line is fit to open, one sentence a point."""

import argparse
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import audit, policy, rotas, staff
from bot.app import MachineClock
from bot.commands.opening import Opened, opened
from bot.helpline import retention
from bot.policy import Policy, PolicyProblem
from bot.schema import is_current
from directory import catalogue, wording

AHEAD = timedelta(days=7)

Point = tuple[bool, str]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("check", help="is the line fit to open? exit 1 if not")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """`ok` or `mend` for each point; 1 if anything has to be mended first."""
    now, is_fit = MachineClock().now(), True
    with opened(must_be_current=False) as house:
        for is_good, said in points(house, now):
            print(f"{'ok  ' if is_good else 'mend'}  {said}", flush=True)
            is_fit = is_fit and is_good
    return 0 if is_fit else 1


def points(house: Opened, now: datetime) -> Iterator[Point]:
    """Every point in the order in which one would mend them."""
    yield True, "settings and key file"
    decided = None
    try:
        decided = policy.load(house.settings.policy_file, today=now.date())
        missing = decided.problems()
        yield not missing, missing[0] if missing else f"policy signed on {decided.signed_on} by {decided.signed_role}"
    except PolicyProblem as problem:
        yield False, str(problem)
    is_new = house.read(is_current)
    yield is_new, "schema" if is_new else "schema is old: run donghanh migrate"
    if not is_new:
        return
    yield from house.read(lambda connection: list(_people(connection, now)))
    yield from house.read(lambda connection: list(_listings(connection, decided or Policy(), now)))
    yield from _doors(house)
    missing_keys = wording.keys("vi") ^ wording.keys("en")
    yield not missing_keys, f"{len(missing_keys)} sentences lack a language" if missing_keys else "translations"
    late = house.read(lambda connection: retention.overdue(connection, now))
    yield late == 0, f"{late} rows should be forgotten already: run the service" if late else "nothing kept too long"
    broken = house.read(lambda connection: audit.verify(connection, house.seals))
    yield broken is None, f"the audit was altered at row {broken}" if broken else "audit whole"


def _people(connection: Connection, now: datetime) -> Iterator[Point]:
    members = [one for one in staff.everyone(connection) if one.state == "active"]
    for role in ("worker", "supervisor", "maintainer"):
        found = any(one.role == role for one in members)
        yield found, f"a {role}" if found else f"no active {role}: donghanh staff invite NAME --role {role} …"
    shifts = rotas.between(connection, now, now + AHEAD)
    holes = rotas.gaps(shifts, now, now + AHEAD)
    if holes:
        first = holes[0][0].astimezone(wording.HCMC)
        yield False, f"nobody on duty from {first:%Y-%m-%d %H:%M} on: donghanh rota show, rota import"
    else:
        yield True, "somebody on duty for the next seven days"
    demo = sum(one.is_demo for one in members)
    yield demo == 0, f"{demo} made-up colleagues: use another database" if demo else "no made-up colleagues"


def _listings(connection: Connection, decided: Policy, now: datetime) -> Iterator[Point]:
    rows = catalogue.rows(connection)
    shown = [one for one in rows if one.state in ("published", "stale")]
    yield bool(shown), f"{len(shown)} listings shown" if shown else "no listing is shown yet"
    demo = sum(one.is_demo for one in rows)
    yield demo == 0, f"{demo} made-up listings: use another database" if demo else "no made-up listings"
    today = now.astimezone(wording.HCMC).date()
    old = [
        one
        for one in shown
        if one.checked_on is None or today - one.checked_on > timedelta(days=decided.fresh_days_of(one.kind))
    ]
    yield not old, f"{len(old)} listings unchecked for too long: see /console/listings" if old else "listings fresh"


def _doors(house: Opened) -> Iterator[Point]:
    public = house.settings.public_url
    is_safe = public.startswith("https://")
    yield is_safe, "public address" if is_safe else "DONGHANH_PUBLIC_URL must be the https address persons use"
    yield False, "no way to wake a colleague yet: this version tells the console only, keep it open and heard"
