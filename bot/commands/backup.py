"""`donghanh backup FILE`: a copy of the line in one file, without what persons wrote."""

import argparse
import sys
from pathlib import Path

from bot import backups
from bot.commands.opening import opened


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("backup", help="a copy of the line in one file; without words and without keys")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """The service may go on meanwhile. 1 if the file is there already or cannot be written."""
    with opened() as house:
        try:
            rows = backups.write(house.reader, house.seals, arguments.file, now=house.now())
        except backups.BackupProblem as problem:
            print(problem, file=sys.stderr)
            return 1
    print(f"{arguments.file}: {rows} rows", flush=True)
    print("It needs the key file to be restored: keep the two apart.", file=sys.stderr)
    return 0
