"""`donghanh keys`: a new master key while the service runs; going on after the key store was lost."""

import argparse
import sys
from functools import partial

from bot import policy
from bot.commands.opening import opened
from bot.helpline import restoring
from bot.resealing import rotate


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("keys", help="the master key")
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    turn = what.add_parser("rotate", help="a new master key; goes on where it was if it was interrupted")
    turn.set_defaults(run=run)
    lost = what.add_parser("lost", help="the key store is lost: open cases are alarmed again, unreadable talks end")
    lost.set_defaults(run=go_on)


def run(arguments: argparse.Namespace) -> int:
    """0 when everything is sealed anew; 1 if something could not be opened (the old key then stays)."""
    with opened() as house:
        done = rotate(house.write, house.seals, house.settings.key_file, say=_say)
    print(f"{done.data_keys} data keys and {done.rows} rows sealed anew", flush=True)
    _say("Copy the new key file to its safe place, and destroy the old copies.")
    return 1 if done.unreadable else 0


def go_on(arguments: argparse.Namespace) -> int:
    """Nothing may run on this database meanwhile. What was written before can never be read again."""
    with opened() as house:
        now = house.now()
        decided = policy.load(house.settings.policy_file, today=now.date())
        cases = house.read(lambda connection: restoring.without_words(connection, house.seals))
        for case_id in cases:
            house.write(partial(restoring.call_again, case_id=case_id, knows_keys=False, now=now, policy=decided))
        talks = house.write(restoring.end_unreadable)
    print(f"{len(cases)} open cases are alarmed again; {talks} talks ended", flush=True)
    _say("Start the service now: the alarms go out with it.")
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
