"""`donghanh keys rotate`: a new master key; everything is sealed anew while the service runs."""

import argparse
import sys

from bot.commands.opening import opened
from bot.resealing import rotate


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("keys", help="the master key")
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    turn = what.add_parser("rotate", help="a new master key; goes on where it was if it was interrupted")
    turn.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when everything is sealed anew; 1 if something could not be opened (the old key then stays)."""
    with opened() as house:
        done = rotate(house.write, house.seals, house.settings.key_file, say=_say)
    print(f"{done.data_keys} data keys and {done.rows} rows sealed anew", flush=True)
    _say("Copy the new key file to its safe place, and destroy the old copies.")
    return 1 if done.unreadable else 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
