"""`donghanh directory`, `search` and `ask`: the directory in and out, and what a person would be shown of it."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection, create_engine

from bot import policy
from bot.commands import exchange
from bot.commands.opening import is_there, opened
from bot.policy import PolicyProblem
from bot.settings import load
from bot.understanding import answering, searching
from directory import added, care, search, search_json
from directory.demonstration import import_demo
from directory.exchange import place_lists
from directory.listing_text import describe
from directory.shelf import Shelf, ShelfKeeper
from directory.tables import make_tables
from directory.wording import HCMC, t


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    find = commands.add_parser("search", help="what a person would be shown")
    find.add_argument("text", metavar="TEXT")
    find.add_argument("--json", action="store_true")
    find.add_argument("--limit", type=int, default=3)
    find.add_argument("--near", type=_point, metavar="LAT,LON")
    find.add_argument("--at", type=_moment, metavar="ISO-TIME")
    find.set_defaults(run=run_search)
    ask = commands.add_parser("ask", help="which article answers")
    ask.add_argument("text", metavar="TEXT")
    ask.add_argument("--json", action="store_true")
    ask.set_defaults(run=run_ask)
    parser = commands.add_parser("directory", help="the directory in and out")
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    exchange.add(deeds)
    units = deeds.add_parser("places", help="take in newer lists of places, without a release")
    units.add_argument("files", type=Path, nargs="+", metavar="FILE", help="named as in directory/seed/places/")
    units.add_argument("--dry-run", action="store_true", help="say what would be different, and do nothing")
    units.set_defaults(run=run_places)
    look = deeds.add_parser("check", help="what in the directory needs care; exit 1 if anything does")
    look.set_defaults(run=run_check)


def run_search(arguments: argparse.Namespace) -> int:
    """Found or honestly nothing: both are a success."""
    at = arguments.at or datetime.now(UTC)
    if at.tzinfo is None or arguments.limit < 1:
        print("--at needs a time zone and --limit must be at least 1.", file=sys.stderr)
        return 2
    shelf = _shelf(at)
    with added.using(shelf.added):
        asked = searching.question(arguments.text, at=at, near=arguments.near, limit=arguments.limit)
    found = search.search(shelf, asked)
    if arguments.json:
        print(json.dumps(search_json.as_json(asked, found), ensure_ascii=False))
    elif found.results:
        print("\n\n".join(describe(hit, "vi", position=number) for number, hit in enumerate(found.results, 1)))
    elif found.nothing:
        nearest = ", ".join(one["place"] for one in found.nothing["nearest"])
        print(f"Nothing found: {found.nothing['reason']}{f'; nearest: {nearest}' if nearest else ''}.", file=sys.stderr)
    return 0


def run_ask(arguments: argparse.Namespace) -> int:
    """The article that is told, those that are asked about, or an honest none; as the chat would answer."""
    today, shelf = datetime.now(HCMC).date(), _shelf_of_the_house()
    days = _policy(today).law_shown_days
    with added.using(shelf.added):
        answered = answering.answer(arguments.text, library=shelf.library, today=today, days=days)
    if arguments.json:
        print(json.dumps(answering.as_json(arguments.text, answered), ensure_ascii=False))
    elif answered.is_told:
        print(answered.articles[0].answer)
    elif answered.abstained:
        print(t("answer.none", "vi"))
    else:
        print("\n".join([t("ask.which", "vi"), *(f"• {hit.title}" for hit in answered.articles)]))
    return 0


def run_places(arguments: argparse.Namespace) -> int:
    """All files or none; what is different on standard output."""
    try:
        done = place_lists.take_in(arguments.files, load().data_dir / "places", is_dry=arguments.dry_run)
    except place_lists.NotAList as problem:
        print(f"{problem} Nothing was taken in.", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"{problem.filename} cannot be read or written ({problem.strerror}).", file=sys.stderr)
        return 1
    for sign, many in (("+", done.new), ("-", done.gone), ("~", done.renamed)):
        print("".join(f"{sign} {one}\n" for one in many), end="")
    would = "would be " if arguments.dry_run else ""
    counts = f"new {len(done.new)}, gone {len(done.gone)}, renamed {len(done.renamed)}, histories {done.histories:+d}"
    print(f"{would}{counts}")
    if not arguments.dry_run:
        print("Running processes read the lists when they start again.", file=sys.stderr)
    return 0


def run_check(arguments: argparse.Namespace) -> int:
    """One line for each thing that needs care."""
    with opened() as house:
        now = house.now()
        decided = _policy(now.date())
        days, kinds = decided.fresh_days_of, decided.consent_kinds
        found = house.read(lambda connection: care.needed(connection, fresh_days=days, now=now, consent_kinds=kinds))
    for one in found:
        print(f"{one.place_id}\t{one.what}\t{one.service}")
    return 1 if found else 0


def _point(written: str) -> tuple[float, float]:
    north, _, east = written.partition(",")
    with suppress(ValueError):
        if -90 <= float(north) <= 90 and -180 <= float(east) <= 180:
            return float(north), float(east)
    raise argparse.ArgumentTypeError("write north and east in degrees, such as 21.03,105.85")


def _moment(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError("write a time such as 2026-12-07T09:00+07:00") from None


def _policy(today: date) -> policy.Policy:
    """What the organisation decided; where that cannot be read, what the product does by itself."""
    try:
        return policy.load(load().policy_file, today=today)
    except PolicyProblem:
        return policy.Policy()


def _shelf_of_the_house() -> Shelf:
    """The shelf of the configured database; without one, what comes with the product."""
    keeper = ShelfKeeper()
    if is_there(load()):
        with opened() as house:
            house.read(keeper.load)
    return keeper.shelf


def _shelf(at: datetime) -> Shelf:
    """The shelf of the configured database; before there is one, that of the demonstration."""
    if is_there(load()):
        return _shelf_of_the_house()
    keeper = ShelfKeeper()
    print("There is no database yet: searching the made-up directory of the demonstration.", file=sys.stderr)
    for connection in _throw_away():
        import_demo(connection, at)
        keeper.load(connection)
    return keeper.shelf


def _throw_away() -> Iterator[Connection]:
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'directory.db'}")
        make_tables(engine)
        with engine.begin() as connection:
            yield connection
        engine.dispose()
