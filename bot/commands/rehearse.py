"""`donghanh rehearse`: plays scripted conversations in a throw-away house, one JSON object a line, or journeys."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from bot.journeys import JourneyBroken, walk
from bot.rehearsal import START, LineProblem, Rehearsal, parse


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("rehearse", help="play scripted conversations")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="journeys (.txt); none: JSON lines")
    parser.add_argument("--at", type=datetime.fromisoformat, default=START, help="where the clock starts (ISO)")
    parser.add_argument("--database-url", help="an empty database to use instead of a throw-away one")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 if everything could be played and every journey came back as written."""
    if arguments.at.tzinfo is None:
        print("--at needs a time zone, for example 2026-12-07T09:00+07:00.", file=sys.stderr)
        return 2
    if arguments.files:
        return asyncio.run(_journeys(arguments.files, arguments.at, arguments.database_url))
    return asyncio.run(_lines(sys.stdin, arguments.at, arguments.database_url))


async def _lines(lines: Iterable[str], at: datetime, url: str | None) -> int:
    async with Rehearsal(at=at, database_url=url) as rehearsal:
        for number, line in enumerate((line for line in lines if line.strip()), 1):
            try:
                said = await rehearsal.play(parse(line))
            except LineProblem as problem:
                print(f"line {number}: {problem}", file=sys.stderr)
                return 1
            for one in (*said, {"done": number}):
                print(json.dumps(one, ensure_ascii=False), flush=True)
    return 0


async def _journeys(files: Iterable[Path], at: datetime, url: str | None) -> int:
    failed = 0
    for path in files:
        try:
            await walk(path.read_text("utf-8"), at=at, database_url=url)
            print(f"{path.name}: ok")
        except (JourneyBroken, LineProblem, OSError) as problem:
            failed = 1
            print(f"{path.name}: {problem}", file=sys.stderr)
    return failed
