"""The command line: `donghanh`, also `python -m bot`."""

import argparse
import sys
from collections.abc import Sequence

from bot.commands import bench, chat, check, directory, learn, migrate, rehearse, rota, serve, staff, understand
from bot.db import DatabaseAway
from bot.policy import PolicyProblem
from bot.seals import KeyMissing, KeyOpenToOthers
from bot.settings import SettingsProblem, load
from directory.gazetteer import use_folder

COMMANDS = (serve, chat, rehearse, understand, directory, staff, rota, migrate, check, bench, learn)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. 0 done, 1 the work failed, 2 wrong usage or settings, each with one line on standard error."""
    parser = argparse.ArgumentParser(prog="donghanh", description="Đồng Hành: an anonymous help line and directory.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add(commands)
    arguments = parser.parse_args(argv)
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


if __name__ == "__main__":
    sys.exit(main())
