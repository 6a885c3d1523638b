"""`donghanh directory import` and `export`: the directory in and out of files, in every form we know."""

import argparse
import io
import os
import sys
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from bot import audit, policy, staff
from bot.app import MachineClock
from bot.commands.opening import Opened, opened
from bot.db import Tx
from bot.keeping.signing import signed, signed_by_hand
from bot.policy import Policy, PolicyProblem
from bot.staff import StaffMember
from directory import adding, catalogue, duplicates, editing, merging, needs, overlay, places
from directory.demonstration import DemoRefused, refuse_demo
from directory.drafts import LANGUAGES, DraftProblem
from directory.exchange import (
    cards,
    handbook,
    hsds,
    hsds_changes,
    hsds_files,
    hsds_reading,
    leaving,
    offline,
    own_lines,
    spreadsheet,
    tables,
)
from directory.exchange.rows import Row, Trouble
from directory.exchange.sheets import as_csv
from directory.wording import HCMC

FORMATS = ("csv", "hsds", "hsds-csv", "hsds-ndjson", "ndjson", "tables", "xlsx")
AT_ONCE = 20  # rows in one transaction
Files = Mapping[str, bytes]  # one file under "", or several by their names


def add(deeds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bring = deeds.add_parser("import", help="bring in listings from a table or HSDS; new ones are hidden drafts")
    bring.add_argument("file", type=Path, metavar="FILE", help="CSV, XLSX, HSDS as .json, .ndjson, .zip or a folder")
    bring.add_argument("--dry-run", action="store_true", help="say what would be done, cell by cell, and do nothing")
    bring.add_argument("--partial", action="store_true", help="take the good rows although others are wrong")
    bring.add_argument("--by", default="", metavar="NAME", help="the colleague whose import it is, for the history")
    bring.add_argument("--report", type=Path, metavar="FILE", help="write mistakes and changes into this CSV table")
    bring.set_defaults(run=run_import)
    give = deeds.add_parser("export", help="write listings to a file")
    what = "HSDS forms hold what persons are shown only; tables: of understanding, with what was added in the console"
    give.add_argument("--format", choices=FORMATS, required=True, help=what)
    give.add_argument("--headers", choices=("vi", "en"), default="", help="headers of csv and xlsx in this language")
    give.add_argument("--with-changes", action="store_true", help="hsds-csv with the history of changes, by role")
    give.add_argument("-o", dest="path", type=Path, required=True, metavar="PATH")
    give.set_defaults(run=run_export)
    carry = deeds.add_parser("offline", help="one page with all listings, for a phone without a network")
    carry.add_argument("--language", choices=LANGUAGES, default="vi")
    carry.add_argument("-o", dest="path", type=Path, required=True, metavar="FILE.html")
    carry.set_defaults(run=run_offline)
    book = deeds.add_parser("handbook", help="the printed handbook")
    book.add_argument("--province", default="", metavar="CODE", help="one of the 34 provinces")
    book.add_argument("--need", default="", metavar="CODE", help="a need, such as health.prep")
    book.add_argument("--format", choices=handbook.FORMS, default="a5")
    book.add_argument("--language", choices=LANGUAGES, default="vi")
    book.add_argument("-o", dest="path", type=Path, required=True, metavar="FILE.pdf")
    book.set_defaults(run=run_handbook)

    texts = deeds.add_parser("articles", help="what was published in the console, as article files")
    texts.add_argument("-o", dest="path", type=Path, required=True, metavar="FOLDER", help="like locales/")
    texts.set_defaults(run=run_articles)

    card = deeds.add_parser("cards", help="small cards to share: articles and numbers, A6 with a silent face, or text")
    card.add_argument("--article", default="", metavar="ID", help=f"one article, or “{cards.NUMBERS}”; without it all")
    card.add_argument("--format", choices=("a6", "text"), default="a6")
    card.add_argument("--language", choices=LANGUAGES, default="vi")
    card.add_argument("-o", dest="path", type=Path, required=True, metavar="FILE")
    card.set_defaults(run=run_cards)


def run_import(arguments: argparse.Namespace) -> int:
    """All or nothing, unless --partial. Never publishes, never mixes with the demonstration."""
    try:
        rows, wrong, kept_out = _read(arguments.file)
    except OSError as problem:
        print(f"{arguments.file} cannot be read ({problem.strerror}).", file=sys.stderr)
        return 1
    except spreadsheet.NotATable as problem:
        print(problem, file=sys.stderr)
        return 1
    try:
        with opened() as house:
            house.read(refuse_demo)
            member = house.read(lambda connection: staff.by_name(connection, arguments.by)) if arguments.by else None
            if arguments.by and member is None:
                print(f"--by {arguments.by} is no colleague: see donghanh staff list.", file=sys.stderr)
                return 2
            kinds = _policy(house, house.now()).consent_kinds
            plan = house.read(lambda connection: spreadsheet.plan(connection, rows, consent_kinds=kinds))
            wrong = (*wrong, *plan.wrong)
            is_refused = bool(wrong) and not arguments.partial
            if not is_refused and not arguments.dry_run:
                _bring(house, plan, kinds, member)
            alike = house.read(lambda connection: _alike(connection, rows))
    except (DemoRefused, DraftProblem) as problem:
        print(problem, file=sys.stderr)
        return 1
    except editing.EditedMeanwhile:
        print("Somebody changed one of these listings meanwhile: run the import again.", file=sys.stderr)
        return 1
    if arguments.report and not put(arguments.report, _report(wrong, plan.differences, kept_out).encode()):
        return 1
    for said in (*kept_out, *(() if arguments.report else wrong)):
        print(said, file=sys.stderr)
    if is_refused:
        print(f"Nothing was brought in: mend {len(wrong)} mistakes, or use --partial.", file=sys.stderr)
        return 1
    if arguments.dry_run and not arguments.report:
        print("".join(f"{change}\n" for change in plan.differences), end="")
    for said in alike:
        print(said, file=sys.stderr)
    bad, done = len({trouble.row for trouble in wrong}), plan.outcome
    would = "would be " if arguments.dry_run else ""
    print(f"{would}new {done.new}, changed {done.changed}, same {done.same}, wrong {bad}")
    return 1 if wrong else 0


def _alike(connection: Connection, rows: Sequence[Row]) -> tuple[str, ...]:
    """Which of the rows, known or not yet, look like another listing: said, and put on the work list; never stopped."""
    entries = {one.id: one for one in catalogue.entries_of(connection)}
    brought = {row.id: _entry(row) for row in rows if row.id not in entries and row.draft.place is not None}
    everything = {**entries, **brought}
    mine, apart = {row.id for row in rows}, merging.pairs_apart(connection)
    names = {id: one.service for id, one in everything.items()}
    pairs = duplicates.find(tuple(everything.values()), apart=apart)
    return tuple(
        f"may stand twice: “{names[two.first]}” and “{names[two.second]}” ({two.why})"
        for two in pairs
        if mine & {two.first, two.second}
    )


def _entry(row: Row) -> duplicates.Entry:
    """A row as the finder of duplicates looks at it."""
    one = row.draft
    assert one.place is not None
    names, where = (one.service, one.organisation, one.kind), (one.place, places.province_of(one.place) or "")
    return duplicates.Entry(row.id, *names, *where, one.phones, row.service_id)


def _bring(house: Opened, plan: spreadsheet.Plan, kinds: Collection[str], member: StaffMember | None) -> None:
    """A few at a time, so that nobody who writes meanwhile has to wait. Everything that could fail was looked at.

    Raises EditedMeanwhile where a listing is not what the plan was made for.
    """
    now, revisions = house.now(), dict(plan.revisions)
    for start in range(0, len(plan.rows), AT_ONCE):
        take = partial(_take_over, plan.rows[start : start + AT_ONCE], revisions, now, kinds, member)
        moved = house.write(signed(member, take, source="import") if member else signed_by_hand(take))
        revisions |= {id: revisions[id] + moved.count(id) for id in moved if id in revisions}


def _take_over(
    some: Sequence[Row], revisions: Mapping[str, int], now: datetime, kinds: Collection[str],
    member: StaffMember | None, tx: Tx,
) -> tuple[str, ...]:  # fmt: skip
    """Write some rows; returns the other places that changed with them."""
    me = member.id if member else None
    told = spreadsheet.take_over(tx.connection, some, now=now, consent_kinds=kinds, staff_id=me, revisions=revisions)
    audit.write(tx, me, "import_taken", "listings", f"rows:{len(some)}", now=now)
    return told.moved


def _read(path: Path) -> tuple[tuple[Row, ...], tuple[Trouble, ...], tuple[str, ...]]:
    """(rows, mistakes, what was kept out). Raises NotATable, OSError."""
    if not hsds_files.is_hsds(path):
        left_out: list[str] = []
        rows, wrong = spreadsheet.parse_file(path, left_out=left_out)
        return rows, wrong, tuple(f"not read (no header we know): {name}" for name in left_out)
    if path.suffix.lower() in (".ndjson", ".jsonl") and own_lines.is_ours(path):
        return (*own_lines.read(path), ())
    astray: list[str] = []
    brought = hsds_reading.read_all(hsds_files.services_in(path, astray))
    return tuple(brought.rows), tuple(brought.wrong), (*astray, *brought.report())


def _report(wrong: Iterable[Trouble], changes: Iterable[spreadsheet.Difference], kept_out: Iterable[str]) -> str:
    """Everything that was found, one thing a line, in one table."""
    mistakes = (["mistake", str(one.row), one.column, "", one.says] for one in wrong)
    changed = (["change", str(one.row), one.column, one.before, one.after] for one in changes)
    out = (["kept out", "", "", "", said] for said in kept_out)
    return as_csv(("what", "row", "column", "before", "after or why"), (*mistakes, *changed, *out))


def run_export(arguments: argparse.Namespace) -> int:
    """Written beside the file first, so that a full disk leaves the old one whole."""
    today = MachineClock().now().astimezone(HCMC).date()
    with opened() as house:
        made = house.read(lambda connection: _made(connection, arguments, today))
    if set(made) == {""}:
        return 0 if put(arguments.path, made[""]) else 1
    if arguments.path.suffix.lower() == ".zip":
        return 0 if put(arguments.path, _packed(made)) else 1
    try:
        arguments.path.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        print(f"{arguments.path} cannot be made ({problem.strerror}).", file=sys.stderr)
        return 1
    return 0 if all(put(arguments.path / name, content) for name, content in made.items()) else 1


def run_offline(arguments: argparse.Namespace) -> int:
    """Everything that persons are shown, in one file."""
    today = MachineClock().now().astimezone(HCMC).date()
    with opened() as house:
        listings = house.read(leaving.shown)
    page = offline.page(listings, on=today, language=arguments.language)
    return 0 if put(arguments.path, page.encode()) else 1


def run_handbook(arguments: argparse.Namespace) -> int:
    """2 for a province or need that does not exist, 1 if there is nothing to print or no setter."""
    known = {"province": places.provinces(), "need": needs.NEEDS}
    for name, codes in known.items():
        if (given := getattr(arguments, name)) and given not in codes:
            print(f"--{name} {given} does not exist. Choose from {', '.join(sorted(codes))}.", file=sys.stderr)
            return 2
    now = MachineClock().now().astimezone(HCMC)
    today = now.date()
    with opened() as house:
        small, is_current = _cards(house, now, arguments.language), False
        while not is_current:  # a place that is taken down while the pages are set is on none of them
            listings, chat = house.read(leaving.shown), house.settings.public_url
            try:
                made = handbook.make(
                    listings, on=today, form=arguments.format, province=arguments.province, need=arguments.need,
                    chat=chat, language=arguments.language, cards=small,
                )  # fmt: skip
            except handbook.NotPrinted as problem:
                print(problem, file=sys.stderr)
                return 1
            is_current = house.read(partial(leaving.is_current, listings=listings))
    return 0 if put(arguments.path, made) else 1


def run_articles(arguments: argparse.Namespace) -> int:
    """One file for each article that the console has changed, where it belongs below the folder."""
    with opened() as house:
        made = house.read(overlay.shown)
    for (id, language), entry in sorted(made.items()):
        path = arguments.path / language / "articles" / f"{id}.md"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            print(f"{path.parent} cannot be made ({problem.strerror}).", file=sys.stderr)
            return 1
        if not put(path, entry.body.encode()):
            return 1
        print(path, flush=True)
    return 0


def run_cards(arguments: argparse.Namespace) -> int:
    """2 for an article that does not exist, 1 if there is nothing to print or no setter."""
    now = MachineClock().now().astimezone(HCMC)
    with opened() as house:
        made = _cards(house, now, arguments.language)
    if arguments.article and arguments.article not in {one.id for one in made}:
        print(f"--article {arguments.article} is no article that persons are shown.", file=sys.stderr)
        return 2
    chosen = [one for one in made if arguments.article in ("", one.id)]
    if arguments.format == "text":
        return 0 if put(arguments.path, "\n\n---\n\n".join(map(cards.as_text, chosen)).encode()) else 1
    try:
        printed = cards.make(chosen, language=arguments.language)
    except cards.NotPrinted as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0 if put(arguments.path, printed) else 1


def _cards(house: Opened, now: datetime, language: str) -> tuple[cards.Card, ...]:
    """Every card as persons would be told it now; numbers that nobody of the organisation has tried are left out."""
    decided = _policy(house, now)
    return cards.everything(
        house.read(overlay.library), now=now, days=decided.law_shown_days, recorded=decided.recorded_lines,
        language=language,
    )  # fmt: skip


def _policy(house: Opened, now: datetime) -> Policy:
    try:
        return policy.load(house.settings.policy_file, today=now.date())
    except PolicyProblem:
        return Policy()  # no number that nobody has tried


def _made(connection: Connection, arguments: argparse.Namespace, today: date) -> Files:
    language = arguments.headers
    forms: Mapping[str, Callable[[], str | bytes]] = {
        "csv": lambda: spreadsheet.as_csv(spreadsheet.everything(connection), language=language),
        "xlsx": lambda: spreadsheet.as_xlsx(spreadsheet.everything(connection), language=language),
        "ndjson": lambda: spreadsheet.as_ndjson(spreadsheet.everything(connection)),
        "hsds": lambda: hsds_files.as_json(_services(connection, today)),
        "hsds-ndjson": lambda: hsds_files.as_ndjson(_services(connection, today)),
    }
    if arguments.format in forms:
        told = forms[arguments.format]()
        return {"": told.encode() if isinstance(told, str) else told}
    if arguments.format == "tables":
        return {name: text.encode() for name, text in tables.files(adding.added(connection)).items()}
    changes = hsds_changes.changes(connection) if arguments.with_changes else iter(())
    files = hsds_files.as_package(_services(connection, today), changes)
    return {name: text.encode() for name, text in files.items()}


def _services(connection: Connection, today: date) -> Iterator[hsds.Object]:
    return hsds.services(leaving.shown(connection), on=today)


def _packed(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def put(path: Path, content: bytes) -> bool:
    """Write a file whole or not at all; False, with a sentence on standard error, if it cannot be written."""
    beside = path.with_name(f"{path.name}.part")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError as problem:
        beside.unlink(missing_ok=True)
        print(f"{path} cannot be written ({problem.strerror}).", file=sys.stderr)
        return False
    return True
