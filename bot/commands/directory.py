"""`donghanh search` and `ask`: what a person would be shown, from the demonstration directory."""

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine

from directory import answers, search
from directory.demonstration import import_demo
from directory.listing_text import describe
from directory.shelf import Shelf, ShelfKeeper
from directory.tables import metadata


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    find = commands.add_parser("search", help="what a person would be shown (demonstration directory)")
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


def _point(written: str) -> tuple[float, float]:
    lat, _, lon = written.partition(",")
    return float(lat), float(lon)


def _shelf(at: datetime) -> Shelf:
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'directory.db'}")
        metadata.create_all(engine)
        keeper = ShelfKeeper()
        with engine.begin() as connection:
            import_demo(connection, at)
            keeper.load(connection)
        engine.dispose()
    return keeper.shelf
