"""`donghanh staff`: who answers: inviting, listing, and saying goodbye."""

import argparse
import sys

from bot import policy, staff
from bot.commands.opening import Opened, opened
from bot.helpline import leaving
from bot.policy import PolicyProblem
from bot.staff import ROLES, NameTaken
from directory import places, spoken


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("staff", help="colleagues: invite, list, remove")
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    invite = deeds.add_parser("invite", help="invite a colleague; prints a link that works once, for 72 hours")
    invite.add_argument("name", metavar="NAME", help="the sign-in name; persons see it as the alias too")
    invite.add_argument("--role", required=True, choices=ROLES)
    invite.add_argument("--organisation", required=True)
    invite.add_argument("--centre", required=True)
    invite.add_argument("--province", action="append", default=[], metavar="CODE", help="two digits; may be repeated")
    invite.add_argument(
        "--speaks", action="append", default=[], metavar="CODE", choices=list(spoken.table()), help="beside Vietnamese"
    )
    invite.set_defaults(run=run_invite)
    listing = deeds.add_parser("list", help="all colleagues")
    listing.set_defaults(run=run_list)
    speaks = deeds.add_parser("speaks", help="which languages a colleague speaks beside Vietnamese; none: only that")
    speaks.add_argument("name", metavar="NAME")
    speaks.add_argument("codes", nargs="*", metavar="CODE", help=", ".join(spoken.table()))
    speaks.set_defaults(run=run_speaks)
    remove = deeds.add_parser("remove", help="a colleague leaves: out at once, forgotten after 30 days")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=run_remove)


def run_invite(arguments: argparse.Namespace) -> int:
    """The link goes to standard output; it is kept nowhere."""
    name, known = arguments.name.strip(), places.provinces()
    wrong = next((code for code in arguments.province if code not in known), None)
    if wrong is not None or not name or len(name) > 40:
        what = f"--province {wrong} is none of the 34 codes (01 is Hà Nội, 79 TP Hồ Chí Minh)." if wrong else ""
        print(what or "NAME must have 1 to 40 characters.", file=sys.stderr)
        return 2
    with opened() as house:
        now = house.now()
        try:
            token = house.write(
                lambda tx: staff.invite(
                    tx,
                    name,
                    role=arguments.role,
                    organisation=arguments.organisation,
                    centre=arguments.centre,
                    provinces=frozenset(arguments.province),
                    speaks=arguments.speaks,
                    now=now,
                )
            )
        except NameTaken:
            print(f"There is a colleague called {name} already: choose another name.", file=sys.stderr)
            return 1
        print(f"{house.settings.base_url}/console/invite/{token}")
    print("The link works once, for 72 hours. Send it on a way that only this colleague reads.", file=sys.stderr)
    return 0


def _named(house: Opened, name: str) -> staff.StaffMember | None:
    """The colleague of this name; without one this is said."""
    member = house.read(lambda connection: staff.by_name(connection, name))
    if member is None:
        print(f"There is no colleague called {name}: see donghanh staff list.", file=sys.stderr)
    return member


def run_list(arguments: argparse.Namespace) -> int:
    with opened() as house:
        for one in house.read(staff.everyone):
            provinces = ",".join(sorted(one.provinces)) or "-"
            speaks = ",".join(sorted(one.speaks)) or "-"
            demo = " (demonstration)" if one.is_demo else ""
            print(f"{one.name}\t{one.role}\t{provinces}\t{one.state}{demo}\t{speaks}")
    return 0


def run_speaks(arguments: argparse.Namespace) -> int:
    """The languages given take the place of those marked before."""
    with opened() as house:
        if (member := _named(house, arguments.name)) is None:
            return 1
        try:
            house.write(lambda tx: staff.mark_languages(tx, member.id, arguments.codes))
        except staff.UnknownLanguage:
            print(f"CODE is one of {', '.join(spoken.table())}.", file=sys.stderr)
            return 2
    return 0


def run_remove(arguments: argparse.Namespace) -> int:
    with opened() as house:
        if (member := _named(house, arguments.name)) is None:
            return 1
        now = house.now()

        try:
            decided = policy.load(house.settings.policy_file, today=now.date())
        except PolicyProblem:
            decided = policy.Policy()
        back = house.write(lambda tx: leaving.leave(tx, member.id, now=now, policy=decided))
    if back:
        print(f"{back} open cases went back to the queue; everybody on duty is called.", file=sys.stderr)
    return 0
