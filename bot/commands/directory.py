"""`donghanh directory`, `search` and `ask`: the directory in and out, and what a person would be shown of it."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, create_engine

from bot import policy
from bot.app import MachineClock
from bot.commands.opening import is_there, opened
from bot.db import Tx
from bot.policy import PolicyProblem
from bot.settings import load
from directory import answers, care, search
from directory.demonstration import DemoRefused, import_demo, refuse_demo
from directory.drafts import DraftProblem
from directory.exchange import spreadsheet
from directory.listing_text import describe
from directory.shelf import Shelf, ShelfKeeper
from directory.tables import metadata

FORMATS = {"csv": spreadsheet.as_csv, "ndjson": spreadsheet.as_ndjson}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    find = commands.add_parser("search", help="what a person would be shown")
    find.add_argument("text", metavar="TEXT")
    find.add_argument("--json", action="store_true")
    find.add_argument("--limit", type=int, default=3)
    find.add_argument("--near", type=_point, metavar="LAT,LON")
    find.add_argument("--at", type=datetime.fromisoformat, metavar="ISO-TIME")
    find.set_defaults(run=run_search)
    ask = commands.add_parser("ask", help="which article answers")
    ask.add_argument("text", metavar="TEXT")
    ask.add_argument("--json", action="store_true")
    ask.set_defaults(run=run_ask)
    parser = commands.add_parser("directory", help="the directory in and out")
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    bring = deeds.add_parser("import", help="bring in listings from a CSV table; new ones are hidden drafts")
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    bring.add_argument("--partial", action="store_true", help="take the good rows although others are wrong")
    bring.set_defaults(run=run_import)
    give = deeds.add_parser("export", help="write all listings to a file")
    give.add_argument("--format", choices=sorted(FORMATS), required=True)
    give.add_argument("-o", dest="path", type=Path, required=True, metavar="PATH")
    give.set_defaults(run=run_export)
    look = deeds.add_parser("check", help="what in the directory needs care; exit 1 if anything does")
    look.set_defaults(run=run_check)


def run_search(arguments: argparse.Namespace) -> int:
    """Found or honestly nothing: both are a success."""
    at = arguments.at or datetime.now(UTC)
    if at.tzinfo is None or arguments.limit < 1:
        print("--at needs a time zone and --limit must be at least 1.", file=sys.stderr)
        return 2
    asked = search.question(arguments.text, at=at, near=arguments.near, limit=arguments.limit)
    found = search.search(_shelf(at), asked)
    if arguments.json:
        print(json.dumps(search.as_json(asked, found), ensure_ascii=False))
    else:
        print("\n\n".join(describe(hit, "vi", position=number) for number, hit in enumerate(found.results, 1)))
    return 0


def run_ask(arguments: argparse.Namespace) -> int:
    """The best article, or an honest none."""
    answered = answers.answer(arguments.text, "vi")
    if arguments.json:
        print(json.dumps(answers.as_json(arguments.text, answered), ensure_ascii=False))
    else:
        print("\n\n".join(hit.answer for hit in answered.articles))
    return 0


def run_import(arguments: argparse.Namespace) -> int:
    """All or nothing, unless --partial. Never publishes, never mixes with the demonstration."""
    try:
        text = arguments.file.read_text("utf-8-sig")
        rows, wrong = spreadsheet.parse(text)
    except (OSError, UnicodeDecodeError):
        print(f"{arguments.file} cannot be read as a UTF-8 text file.", file=sys.stderr)
        return 1
    except spreadsheet.NotATable as problem:
        print(problem, file=sys.stderr)
        return 1
    for trouble in wrong:
        print(trouble, file=sys.stderr)
    if wrong and not arguments.partial:
        print(f"Nothing was brought in: mend {len(wrong)} mistakes, or use --partial.", file=sys.stderr)
        return 1
    now = MachineClock().now()

    def bring(tx: Tx) -> spreadsheet.Outcome:
        refuse_demo(tx.connection)
        return spreadsheet.take_over(tx.connection, rows, now=now, is_dry=arguments.dry_run)

    with opened() as house:
        try:
            done = house.write(bring)
        except (DemoRefused, DraftProblem) as problem:
            print(problem, file=sys.stderr)
            return 1
    bad = len({trouble.row for trouble in wrong})
    would = "would be " if arguments.dry_run else ""
    print(f"{would}new {done.new}, changed {done.changed}, same {done.same}, wrong {bad}")
    return 1 if wrong else 0


def run_export(arguments: argparse.Namespace) -> int:
    """Written beside the file first, so that a full disk leaves the old one whole."""
    with opened() as house:
        text = FORMATS[arguments.format](house.read(spreadsheet.everything))
    beside = arguments.path.with_name(f"{arguments.path.name}.part")
    try:
        beside.write_text(text, "utf-8", newline="")
        os.replace(beside, arguments.path)
    except OSError as problem:
        beside.unlink(missing_ok=True)
        print(f"{arguments.path} cannot be written ({problem.strerror}).", file=sys.stderr)
        return 1
    return 0


def run_check(arguments: argparse.Namespace) -> int:
    """One line for each thing that needs care."""
    now = MachineClock().now()
    with opened() as house:
        try:
            decided = policy.load(house.settings.policy_file, today=now.date())
        except PolicyProblem:
            decided = policy.Policy()
        found = house.read(lambda connection: care.needed(connection, fresh_days=decided.fresh_days_of, now=now))
    for one in found:
        print(f"{one.place_id}\t{one.what}\t{one.service}")
    return 1 if found else 0


def _point(written: str) -> tuple[float, float]:
    lat, _, lon = written.partition(",")
    return float(lat), float(lon)


def _shelf(at: datetime) -> Shelf:
    """The shelf of the configured database; before there is one, that of the demonstration."""
    keeper = ShelfKeeper()
    if is_there(load()):
        with opened() as house:
            house.read(keeper.load)
        return keeper.shelf
    print("There is no database yet: searching the made-up directory of the demonstration.", file=sys.stderr)
    for connection in _throw_away():
        import_demo(connection, at)
        keeper.load(connection)
    return keeper.shelf


def _throw_away() -> Iterator[Connection]:
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'directory.db'}")
        metadata.create_all(engine)
        with engine.begin() as connection:
            yield connection
        engine.dispose()
