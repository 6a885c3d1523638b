"""`donghanh bench exchange`: tables, the public API and the handbook against the clock, each beside a plain peer."""

import asyncio
import csv
import io
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web
from openpyxl import Workbook, load_workbook
from sqlalchemy import create_engine

from bot.commands import bench_search, bench_takedowns
from bot.commands.bench_serving import read, seen_from, served
from bot.web import hsds
from directory import editing, listing_index
from directory.drafts import Draft
from directory.exchange import handbook, setting, spreadsheet
from directory.listings import Hours, Listing
from directory.shelf import Shelf, ShelfKeeper
from directory.tables import make_tables

AT = datetime(2026, 12, 7, 3, tzinfo=UTC)
LISTINGS = 5_000
TAKEDOWNS = 100
PRINTED = 300
_HOURS = ("mon-fri 08:00-11:30", "mon-fri 13:30-17:00", "sat 20:00-02:00")
_TEXTS = {"reception": "Gọi bằng số thứ tự", "price": "Miễn phí", "papers": "Không cần giấy tờ"}
Row = dict[str, Any]


def measure(seconds: float) -> list[Row]:
    """One row for each promise of requirements 8, 15, 17 and 18; `ratio` above 1: faster than the peer."""
    many = max(20, round(seconds * 100))
    rows: list[Row] = []
    # The API first: memory that tables have used and given back would hide what a stream takes.
    for part in (lambda: asyncio.run(_api(many)), _tables, _handbooks, _takedowns):
        rows += part()
    return rows


def _row(requirement: int, what: str, spent: float, wanted: float, peer: str, peer_spent: float, **more: Any) -> Row:
    told = {"bench": "exchange", "requirement": requirement, "what": what, "seconds": round(spent, 4)}
    told |= {"wanted": wanted, "peer": peer, "peer_seconds": round(peer_spent, 4)}
    return {**told, "ratio": round(peer_spent / spent, 3), **more}


def _timed(deed: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    result = deed()
    return time.perf_counter() - begun, result


def _say(what: str) -> None:
    print(f"exchange: {what} …", file=sys.stderr, flush=True)


# --- 8: takedowns ----------------------------------------------------------------------------------------------------


def _takedowns() -> Iterator[Row]:
    """Until the API of another process tells a place no more, the slowest of a hundred but one."""
    _say(f"{TAKEDOWNS} takedowns")
    spent, beside = bench_takedowns.measure(LISTINGS, TAKEDOWNS)
    told = {"listings": LISTINGS, "takedowns": len(spent), "median": round(statistics.median(spent), 3)}
    slow, plain = (sorted(many)[int(len(many) * 0.99) - 1] for many in (spent, beside))
    yield _row(8, "takedown in another process, p99", slow, 5.0, "sqlite3, asking the row itself", plain, **told)


# --- 15: tables -------------------------------------------------------------------------------------------------------


def _tables() -> Iterator[Row]:
    """Out, in again and held against what we know: beside the same cells through the library alone."""
    engine = create_engine("sqlite://")
    make_tables(engine)
    with engine.begin() as connection:
        _say(f"{LISTINGS} listings are written down")
        for number, draft in enumerate(_drafts(LISTINGS)):
            place_id = f"{number:08}-0000-4000-8000-000000000000"
            editing.propose(connection, draft, staff_id=None, now=AT, is_demo=True, place_id=place_id)

        def out_and_in(form: str) -> tuple[bytes, spreadsheet.Plan]:
            known = spreadsheet.everything(connection)
            raw = spreadsheet.as_xlsx(known) if form == "xlsx" else spreadsheet.as_csv(known).encode()
            rows, wrong = spreadsheet.parse_bytes(raw, is_demo=True)
            assert not wrong, wrong[0]
            return raw, spreadsheet.plan(connection, rows)

        for form, plain, peer in (("csv", _plain_csv, "csv module"), ("xlsx", _plain_xlsx, "openpyxl")):
            _say(f"{form} out and in")
            spent, (raw, plan) = _timed(lambda form=form: out_and_in(form))  # type: ignore[misc]
            beside, _ = _timed(lambda plain=plain, raw=raw: plain(raw))  # type: ignore[misc]
            changed = plan.outcome.new + plan.outcome.changed + len(plan.wrong)
            told = {"listings": LISTINGS, "changed": changed, "bytes": len(raw)}
            yield _row(15, f"{form} out and in", spent, 30.0, f"{peer}, the same cells", beside, **told)
    engine.dispose()


def _drafts(count: int) -> Iterator[Draft]:
    for number, one in enumerate(bench_search.listings_for(count).values()):
        yield Draft(
            organisation=one.organisation, service=f"{one.service} (mẫu)", kind=one.kind, needs=one.needs,
            place=one.place, street=f"Số {number} đường Thử", hours=_HOURS, phones=(f"0000 000 {number % 1000:03}",),
            audience=("women", "trans"), attributes=("free",), **_texts(),
        )  # fmt: skip


def _texts() -> dict[str, Any]:
    return {name: {"vi": text} for name, text in _TEXTS.items()}


def _plain_csv(raw: bytes) -> None:
    rows = list(csv.reader(io.StringIO(raw.decode(), newline="")))
    csv.writer(io.StringIO()).writerows(rows)


def _plain_xlsx(raw: bytes) -> None:
    rows = list(load_workbook(io.BytesIO(raw), read_only=True).worksheets[0].iter_rows(values_only=True))
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(io.BytesIO())


# --- 17: the API ------------------------------------------------------------------------------------------------------


class _StandingClock:
    """The API asks for the day only."""

    def now(self) -> datetime:
        return AT


async def _api(many: int) -> list[Row]:
    """Lists, single services and the whole stream, beside answers of the same length that were made before."""
    keeper = ShelfKeeper()
    keeper.shelf = Shelf(listing_index.build(_shown(LISTINGS)))
    plain: dict[str, bytes] = {}

    async def ready_made(request: web.Request) -> web.Response:
        return web.Response(body=plain[request.path], content_type="application/json")

    api = hsds.routes(_StandingClock(), keeper, base_url="http://127.0.0.1", trusted_proxies=("127.0.0.1",))
    async with served([*api, web.get("/plain/{kind}", ready_made)]) as (client, base):
        ids = [one.service_id for one in keeper.shelf][:: max(1, LISTINGS // many)][:many]
        lists = [f"/hsds/services?per_page=50&page={1 + number % (LISTINGS // 50)}" for number in range(many)]
        rows = [await _stream(client, base, plain)]
        plain["/plain/list"] = await read(client, f"{base}{lists[0]}")
        plain["/plain/one"] = await read(client, f"{base}/hsds/services/{ids[0]}")
        for what, paths, wanted in (
            ("list", lists, 0.030),
            ("one", [f"/hsds/services/{id}" for id in ids], 0.015),
        ):
            _say(f"{many} times {what}")
            spent = await _p95(client, [f"{base}{path}" for path in paths])
            beside = await _p95(client, [f"{base}/plain/{what}"] * many)
            told = {"listings": LISTINGS, "bytes": len(plain[f"/plain/{what}"])}
            rows.append(_row(17, f"{what}, p95", spent, wanted, "aiohttp, the same bytes ready", beside, **told))
        return rows


async def _stream(client: ClientSession, base: str, plain: dict[str, bytes]) -> Row:
    """All services in full; how much memory it takes, the reader's included."""
    _say("everything as a stream")
    await read(client, f"{base}/hsds/services?per_page=200&full=true")  # what is kept for every answer
    idle, most, got = _resident(), 0, 0
    begun = time.perf_counter()
    async with client.get(f"{base}/hsds/services?format=ndjson&full=true", headers=seen_from(1_000)) as answer:
        async for chunk in answer.content.iter_any():
            got, most = got + len(chunk), max(most, _resident())
    spent, plain["/plain/stream"] = time.perf_counter() - begun, b" " * got
    begun = time.perf_counter()
    await read(client, f"{base}/plain/stream")
    beside = time.perf_counter() - begun
    told = {"listings": LISTINGS, "bytes": got, "wanted_mb": 50, "grown_mb": round((most - idle) / 1e6, 1)}
    return _row(17, "stream", spent, 3.0, "aiohttp, as many bytes ready", beside, **told)


def _shown(count: int) -> list[Listing]:
    """Listings with all that an answer tells, each of a service of its own."""
    hours = Hours.parse(list(_HOURS))
    checked = dict.fromkeys(("contact", "hours", "services", "reception", "price"), AT.date())
    return [
        replace(
            one, id=f"{number:08}-0000-4000-8000-000000000000", service_id=f"{number:08}-0000-4000-9000-000000000000",
            hours=hours, phones=(f"0000 000 {number % 1000:03}",), verified_on=checked, street=f"Số {number} đường Thử",
            audience=("women", "trans"), attributes=("free",), modified_at=AT, **_texts(),
        )
        for number, one in enumerate(bench_search.listings_for(count).values())
    ]  # fmt: skip


async def _p95(client: ClientSession, addresses: list[str]) -> float:
    spent = []
    for number, address in enumerate(addresses):
        begun = time.perf_counter()
        await read(client, address, number)
        spent.append(time.perf_counter() - begun)
    return sorted(spent)[int(len(spent) * 0.95)]


def _resident() -> int:
    """Bytes of this process that are in memory, the client's included; 0 where nobody says."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * 4096 if statm.exists() else 0


# --- 18: the handbook -------------------------------------------------------------------------------------------------


def _handbooks() -> Iterator[Row]:
    """Printed in each form, beside the same words set as plain paragraphs; nothing where the setter is missing."""
    listings = _shown(PRINTED)
    for form in handbook.FORMS:
        _say(f"handbook {form}")
        try:
            spent, made = _timed(lambda form=form: handbook.make(listings, on=AT.date(), form=form))  # type: ignore[misc]
            beside, _ = _timed(lambda: _plain_pages(listings))
        except handbook.NotPrinted as problem:
            print(problem, file=sys.stderr)
            return
        told = {"listings": PRINTED, "bytes": len(made)}
        yield _row(18, f"handbook {form}", spent, 20.0, "typst, the same words as paragraphs", beside, **told)


def _plain_pages(listings: list[Listing]) -> bytes:
    words: Mapping[str, Any] = {"lines": [_words(one) for one in listings]}
    page = '#for line in json("plain.json").lines { par(line) }'
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "plain.typ").write_text(page, "utf-8")
        return setting.make("plain", {"plain.json": json.dumps(words)}, templates=Path(folder))


def _words(one: Listing) -> str:
    return " ".join((one.service, one.organisation, *_HOURS, *one.phones, *_TEXTS.values()))
