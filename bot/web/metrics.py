"""Numbers about the service for those who watch over it: how many wait, how late anything is."""

import hmac
import ipaddress
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import Connection, func, select

from bot.db import Database
from bot.helpline import invariants, retention, standing
from bot.helpline.casebook import URGENCIES
from bot.helpline.moves import State
from bot.ports import Clock
from bot.shared_clock import SharedClock
from bot.tables import case, inbox, outbox, timer
from directory.shelf import ShelfKeeper


def routes(db: Database, clock: Clock, keeper: ShelfKeeper, *, token: str) -> Iterable[Any]:
    """`/metrics` for Prometheus: from this machine itself, or with the token."""

    async def show(request: web.Request) -> web.Response:
        if not _may_look(request, token):
            raise web.HTTPForbidden(text="403")
        begun, now = time.monotonic(), clock.now()
        registry = await db.read(lambda connection: collect(connection, now, keeper))
        _of_this_process(db, clock, registry)
        Gauge("donghanh_collect_seconds", "How long these numbers took", registry=registry).set(
            time.monotonic() - begun
        )
        return web.Response(body=generate_latest(registry), headers={"Content-Type": "text/plain; version=0.0.4"})

    return (web.get("/metrics", show),)


def _of_this_process(db: Database, clock: Clock, registry: CollectorRegistry) -> None:
    """How its writer is doing, since the start, and its clock."""
    counts = db.counts
    apart = clock.apart if isinstance(clock, SharedClock) else timedelta()
    told = (
        ("deeds", "Deeds written since the start", counts.deeds),
        ("deeds_waiting", "Deeds that wait for the writer", db.waiting),
        ("deeds_slow", "Deeds over 50 ms since the start; the log names them", counts.slow),
        ("deed_slowest_seconds", "The longest deed since the start", counts.slowest),
        ("deeds_held_up", "Deeds that ran into another program's lock since the start", counts.held_up),
        ("batches", "Commits since the start", counts.batches),
        ("batches_failed", "Commits that failed and were done again deed by deed", counts.batches_failed),
        ("writer_is_well", "1 if the last commit succeeded", int(counts.is_well)),
        ("clock_apart_seconds", "How far this machine is ahead of the database's clock", apart.total_seconds()),
        ("erased_in_log", "1 while a reader keeps erased rows in the write-ahead log", int(db.must_scrub)),
    )
    for name, says, value in told:
        Gauge(f"donghanh_{name}", says, registry=registry).set(value)


def _may_look(request: web.Request, token: str) -> bool:
    """A proxy on the same machine does not make its visitors local: with forwarded requests only the token counts."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode("utf-8", "surrogatepass")
    if token and hmac.compare_digest(given, token.encode()):
        return True
    is_forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    try:
        return not is_forwarded and ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


def collect(connection: Connection, now: datetime, keeper: ShelfKeeper) -> CollectorRegistry:
    """All numbers, in one short read."""
    registry = CollectorRegistry()

    def count(name: str, says: str, table: Any, *where: Any) -> None:
        counted = connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()
        Gauge(f"donghanh_{name}", says, registry=registry).set(counted)

    waiting = Gauge("donghanh_cases_waiting", "Cases nobody has taken", ["urgency"], registry=registry)
    oldest = Gauge("donghanh_oldest_waiting_seconds", "Since when the oldest waits", ["urgency"], registry=registry)
    for urgency in URGENCIES:
        mine = (case.c.state == State.WAITING, case.c.urgency == urgency)
        row = connection.execute(select(func.count(), func.min(case.c.opened_at)).where(*mine)).one()
        waiting.labels(urgency).set(row[0])
        oldest.labels(urgency).set((now - row[1]).total_seconds() if row[1] else 0)
    has_timer = select(timer.c.subject_id).where(timer.c.kind == "escalate")
    is_lost = (case.c.state == State.WAITING, case.c.id.not_in(has_timer))
    count("cases_without_timer", "Waiting cases nobody would be called for; the promise is 0", case, *is_lost)
    count("inbox_waiting", "Messages kept and not yet answered", inbox, inbox.c.set_aside_at.is_(None))
    count("inbox_set_aside", "Messages set aside after three failures", inbox, inbox.c.set_aside_at.is_not(None))
    count("outbox_waiting", "Messages to be sent", outbox, outbox.c.state != "failed")
    for name, urgent in (("alarms_late_seconds", True), ("messages_late_seconds", False)):
        oldest_due = select(func.min(outbox.c.next_at)).where(outbox.c.urgent.is_(urgent), outbox.c.state != "failed")
        due = connection.execute(oldest_due).scalar_one()
        says = "How late the oldest urgent message is" if urgent else "How late the oldest other message is"
        Gauge(f"donghanh_{name}", says, registry=registry).set(max(0.0, (now - due).total_seconds()) if due else 0)
    count("outbox_failed", "Messages given up", outbox, outbox.c.state == "failed")
    count("timers_overdue", "Timers that should have run", timer, timer.c.due_at < now)
    _promises(connection, now, registry)
    Gauge("donghanh_rows_overdue", "Rows that should be forgotten; the promise is 0", registry=registry).set(
        retention.overdue(connection, now)
    )
    Gauge("donghanh_listings_shown", "Listings on the shelf", registry=registry).set(len(keeper.shelf))
    Gauge("donghanh_listings_stale", "Shown, but unchecked for long", registry=registry).set(
        sum(one.state == "stale" for one in keeper.shelf)
    )
    return registry


def _promises(connection: Connection, now: datetime, registry: CollectorRegistry) -> None:
    """What the self-audit found, and how long ago it looked: an old look is as bad as a broken promise."""
    looked = standing.last(connection)
    found = looked.broken if looked else {}
    says = "Found by the self-audit; each should be 0"
    broken = Gauge("donghanh_promise_broken", says, ["promise"], registry=registry)
    for code in (*invariants.PROMISES, *(code for code in found if code not in invariants.PROMISES)):
        broken.labels(code).set(found.get(code, 0))
    age = (now - looked.at).total_seconds() if looked else -1
    Gauge("donghanh_self_audit_age_seconds", "Since the last look; -1 before the first", registry=registry).set(age)
