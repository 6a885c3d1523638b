"""The command line: `donghanh`, also `python -m bot`."""

import argparse
import sys
from collections.abc import Sequence

from bot import logs
from bot.commands import (
    backup,
    bench,
    chat,
    check,
    directory,
    keys,
    migrate,
    rehearse,
    restore,
    rota,
    serve,
    staff,
    understand,
)
from bot.db import DatabaseAway
from bot.policy import PolicyProblem
from bot.seals import KeyMissing, KeyOpenToOthers
from bot.settings import SettingsProblem, load
from directory.gazetteer import use_folder

COMMANDS = (serve, chat, rehearse, understand, directory, staff, rota, migrate, check, backup, restore, keys, bench)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. 0 done, 1 the work failed, 2 wrong usage or settings, each with one line on standard error."""
    parser = argparse.ArgumentParser(prog="donghanh", description="Đồng Hành: an anonymous help line and directory.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add(commands)
    arguments = parser.parse_args(argv)
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


if __name__ == "__main__":
    sys.exit(main())
