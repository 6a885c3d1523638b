"""`donghanh figures`: what happened in a quarter or a year, for those who manage a line."""

import argparse
import sys
from pathlib import Path

from bot.app import MachineClock
from bot.commands.exchange import put
from bot.commands.opening import opened
from bot.figures import asking, telling, writing
from bot.figures.quarters import NoQuarter, Quarter, between, parse
from directory.drafts import LANGUAGES
from directory.exchange.setting import NotPrinted


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("figures", help="figures for managers, by quarter; small numbers are hidden")
    parser.add_argument("--from", dest="first", type=_quarter, required=True, metavar="2026Q1")
    parser.add_argument("--to", dest="last", type=_quarter, required=True, metavar="2026Q4")
    parser.add_argument("--format", choices=writing.FORMATS, required=True)
    parser.add_argument("--public", action="store_true", help="for publication: numbers below 11 are hidden, not 5")
    parser.add_argument("--language", choices=LANGUAGES, default="vi")
    parser.add_argument("-o", dest="path", type=Path, metavar="FILE", help="without it to standard output")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """2 for a period that runs backwards, 1 if none of it has ended or nothing could be written."""
    if arguments.last < arguments.first:
        print(f"--to {arguments.last} lies before --from {arguments.first}.", file=sys.stderr)
        return 2
    quarters = telling.ended(arguments.first, arguments.last, MachineClock().now())
    if running := [str(one) for one in between(arguments.first, arguments.last) if one not in quarters]:
        print(f"Left out, because a quarter is told when it has ended: {', '.join(running)}.", file=sys.stderr)
    if not quarters:
        return 1
    with opened() as house:
        asked = house.read(lambda connection: asking.ask(connection, quarters))
    below = telling.PUBLIC if arguments.public else telling.INSIDE
    told = asked.figures(below=below)
    try:
        made = writing.write(arguments.format, told, asked.times, below=below, language=arguments.language)
    except NotPrinted as problem:
        print(problem, file=sys.stderr)
        return 1
    if arguments.path:
        return 0 if put(arguments.path, made) else 1
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    return 0


def _quarter(written: str) -> Quarter:
    try:
        return parse(written)
    except NoQuarter:
        raise argparse.ArgumentTypeError(f"{written} is no quarter: write 2026Q1.") from None
