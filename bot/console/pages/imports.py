"""Bring in a table: send it, see every change and every mistake, and only then say yes to all or to the good rows."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from bot import audit
from bot.console import bringing
from bot.console.bringing import Look
from bot.console.layout import Console, Route, Visit, render
from bot.console.permissions import Deed
from bot.db import Tx
from bot.keeping.signing import signed
from directory.drafts import DraftProblem
from directory.editing import EditedMeanwhile, NotNow
from directory.exchange import spreadsheet
from directory.exchange.rows import Row
from directory.exchange.sheets import NotATable

SHOWN = 100  # of the changes and of the mistakes; all of them stand in the report
AT_ONCE = 10  # rows in one transaction: nobody who writes meanwhile has to wait
_STALE = (EditedMeanwhile, DraftProblem, NotNow)


async def page(console: Console, visit: Visit) -> web.Response:
    """Choose a file."""
    return _page(visit)


def _page(visit: Visit, *, key: str = "", status: int = 200, **values: Any) -> web.Response:
    language = visit.language
    shown = {"found": None, "file": "", "done": 0, "problem": "", "what": "", "most": SHOWN, **values}
    return render(
        visit.request, "import.html", visit.seat, status=status, key=key, **shown,
        most_rows=bringing.MOST_ROWS, most_mb=bringing.MOST_BYTES // 1_000_000,
        said_of=partial(bringing.said, language=language), column=partial(bringing.column, language=language),
    )  # fmt: skip


async def look(console: Console, visit: Visit) -> web.StreamResponse:
    """What the file would do. Only that somebody looked is written down."""
    sent = visit.form.get("file")
    raw = await asyncio.to_thread(sent.file.read) if isinstance(sent, FileField) else b""
    if not raw:
        return _page(visit, key="console.import.no_file", status=400)
    try:
        found = await _found(console, visit, raw)
    except NotATable as problem:
        return await _refused(console, visit, problem)
    await _note(console, visit, "import_looked", f"good:{len(found.rows)} wrong:{found.wrong_rows}")
    return _page(visit, found=found, file=bringing.carried(raw))


async def report(console: Console, visit: Visit) -> web.StreamResponse:
    """All mistakes and changes as one file."""
    try:
        found = await _found(console, visit, _raw(visit))
    except NotATable as problem:
        return await _refused(console, visit, problem)
    await _note(console, visit, "import_report", f"good:{len(found.rows)} wrong:{found.wrong_rows}")
    told = bringing.report(found, visit.language).encode()
    headers = {"Content-Disposition": 'attachment; filename="import.csv"', "Cache-Control": "no-store"}
    return web.Response(body=told, content_type="text/csv", charset="utf-8", headers=headers)


async def take(console: Console, visit: Visit) -> web.StreamResponse:
    """The yes: to what was shown and nothing else."""
    is_good_only = visit.given("which") == "good"
    try:
        raw = _raw(visit)
        found = await _found(console, visit, raw)
    except NotATable as problem:
        return await _refused(console, visit, problem)
    file = bringing.carried(raw)
    if found.mark != visit.given("mark"):
        return _page(visit, key="console.import.meanwhile", status=409, found=found, file=file)
    if found.wrong and not is_good_only:
        return _page(visit, key="console.import.only_good", status=409, found=found, file=file)
    done, revisions = 0, dict(found.revisions)
    try:
        for start in range(0, len(found.rows), AT_ONCE):
            some = found.rows[start : start + AT_ONCE]
            deed = partial(_take_over, console, visit, revisions, some)
            moved = await console.db.write(signed(visit.seat.member, deed, source="import"), urgent=False)
            revisions |= {id: revisions[id] + moved.count(id) for id in moved if id in revisions}
            done += len(some)
    except _STALE:
        now_found = await _found(console, visit, raw)
        return _page(visit, key="console.import.broke_off", status=409, found=now_found, file=file, done=done)
    return _page(visit, key="console.import.done", done=done)


def _take_over(
    console: Console, visit: Visit, revisions: Mapping[str, int], some: tuple[Row, ...], tx: Tx
) -> tuple[str, ...]:
    """Write some rows; returns the other places that changed with them."""
    me, now, is_demo = visit.seat.member.id, console.clock.now(), console.policy.is_demo
    told = spreadsheet.take_over(
        tx.connection, some, now=now, is_demo=is_demo, staff_id=me, revisions=revisions,
        consent_kinds=console.policy.consent_kinds,
    )  # fmt: skip
    audit.write(tx, me, "import_taken", "listings", f"rows:{len(some)}", now=now)
    return told.moved


async def _found(console: Console, visit: Visit, raw: bytes) -> Look:
    rows, wrong, left_out = await asyncio.to_thread(bringing.understood, raw, is_demo=console.policy.is_demo)
    member, kinds = visit.seat.member, console.policy.consent_kinds
    return await console.db.read(
        lambda connection: bringing.look(
            connection, member, rows, wrong, consent_kinds=kinds, left_out=left_out
        )
    )


def _raw(visit: Visit) -> bytes:
    return bringing.brought_back(visit.given("carried", most=bringing.MOST_CARRIED))


async def _refused(console: Console, visit: Visit, problem: NotATable) -> web.Response:
    await _note(console, visit, "import_refused", problem.why)
    what = problem.what
    if problem.why in ("lacks", "twice"):  # our columns, as they stand over a table
        what = ", ".join(f"“{bringing.column(name, visit.language)}”" for name in what.split(", "))
    return _page(visit, status=400, problem=f"console.import.refused.{problem.why}", what=what)


async def _note(console: Console, visit: Visit, deed: str, detail: str) -> None:
    me, now = visit.seat.member.id, console.clock.now()
    await console.db.write(lambda tx: audit.write(tx, me, deed, "listings", detail, now=now), urgent=False)


ROUTES = (
    Route("GET", "/import", Deed.IMPORT_LISTINGS, page),
    Route("POST", "/import", Deed.IMPORT_LISTINGS, look, bringing.MOST_CARRIED),
    Route("POST", "/import/report", Deed.IMPORT_LISTINGS, report, bringing.MOST_CARRIED),
    Route("POST", "/import/take", Deed.IMPORT_LISTINGS, take, bringing.MOST_CARRIED),
)
