"""The command line: `donghanh`, also `python -m bot`."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from bot import logs
from bot.db import DatabaseAway
from bot.policy import PolicyProblem
from bot.seals import KeyMissing, KeyOpenToOthers
from bot.settings import SettingsProblem, load
from directory.gazetteer import use_folder

# The files of `bot.commands`, and which of them holds a command of another name.
COMMANDS = (
    "serve", "chat", "rehearse", "understand", "directory", "staff", "rota", "migrate", "check", "backup", "restore",
    "keys", "bench", "learn", "locale", "figures",
)  # fmt: skip
_ELSEWHERE = {"search": "directory", "ask": "directory"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. 0 done, 1 the work failed, 2 wrong usage or settings, each with one line on standard error."""
    parser = argparse.ArgumentParser(prog="donghanh", description="Đồng Hành: an anonymous help line and directory.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    given = list(sys.argv[1:] if argv is None else argv)
    for name in _wanted(given):
        import_module(f"bot.commands.{name}").add(commands)
    arguments = parser.parse_args(given)
    logs.guard()
    try:
        use_folder(load().data_dir / "places")
        code: int = arguments.run(arguments)
        return code
    except (SettingsProblem, PolicyProblem, KeyMissing, KeyOpenToOthers) as problem:
        print(problem, file=sys.stderr)
        return 2
    except DatabaseAway as problem:
        print(problem, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 1
    except Exception as problem:  # its text could quote a message or a row: only its kind and our line are told
        print(f"This went wrong inside: {logs.told(problem)}. Nothing was half written.", file=sys.stderr)
        return 1


def _wanted(given: Sequence[str]) -> Sequence[str]:
    """Only the file of the command that was named, so that it starts quickly; all of them for help and mistakes."""
    named = _ELSEWHERE.get(given[0], given[0]) if given else ""
    return (named,) if named in COMMANDS else COMMANDS


if __name__ == "__main__":
    sys.exit(main())
