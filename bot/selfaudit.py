"""Each minute the house looks whether it keeps its promises; if not, those in charge hear it past the outbox."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from bot import audit, waking
from bot.db import Database, DatabaseAway
from bot.helpline import invariants, standing
from bot.policy import Policy
from bot.ports import Clock, ContactRef, Outbound, RichText, Sender
from bot.tables import staff
from directory.wording import t

log = logging.getLogger(__name__)

ORDER = ("mail", "push", "voice")  # not the order of alarms: what they may have broken is not tried first
CHAIN_EVERY = timedelta(hours=1)
IN_CHARGE = ("admin", "supervisor", "manager")

Routes = Callable[[Connection, int], Sequence[waking.Way]]


@dataclass(frozen=True, slots=True)
class _InCharge:
    language: str
    ways: tuple[waking.Way, ...] = field(repr=False)


class SelfAudit:
    """`look` is a round of the clockwork. It sends by itself: a stuck outbox must not hide that it is stuck."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        policy: Policy,
        *,
        senders: Mapping[str, Sender],
        routes: Routes,
        beat: Callable[[], Awaitable[None]],
        here: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        self._db = db
        self._clock = clock
        self._policy = policy
        self._senders = senders
        self._routes = routes
        self._beat = beat
        self._here = here  # what is wrong with this process alone: the others would not find it
        self._here_told_at: datetime | None = None
        self._in_charge: tuple[_InCharge, ...] = ()  # kept for the minute in which the database is away
        self._away_told_at: datetime | None = None
        self._chain_looked_at: datetime | None = None
        self._newest, self._is_chain_whole = 0, True

    async def look(self) -> Mapping[str, int]:
        """Returns what is broken; all well means that the world outside is told so."""
        now = self._clock.now()
        try:
            found, self._in_charge = await self._db.read(lambda connection: self._read(connection, now))
            await self._look_at_chain(now)
            found |= {} if self._is_chain_whole else {"audit_altered": 1}
            is_news = await self._db.write(lambda tx: standing.keep(tx, found, now=now))
            self._away_told_at = None
        except DatabaseAway:
            found = {"database_away": 1}
            is_news = self._away_told_at is None or not standing.is_lately(self._away_told_at, now)
            self._away_told_at = now if is_news else self._away_told_at
        is_news = self._is_news_here(here := self._here(), now) or is_news
        found |= here
        if not found:
            await self._beat()
        elif is_news:
            log.error("promise_broken", extra={"n": sum(found.values()), "kind": min(found)})
            await self._alarm(found)
        return found

    def _is_news_here(self, found: Mapping[str, int], now: datetime) -> bool:
        is_due = self._here_told_at is None or now - self._here_told_at >= standing.AGAIN
        is_news = bool(found) and is_due
        self._here_told_at = now if is_news else self._here_told_at if found else None
        return is_news

    async def _look_at_chain(self, now: datetime) -> None:
        """Once an hour the whole audit: whether a row was changed or taken away, the newest ones too.

        A known end that was put back with an older copy of itself is seen by the number it had an hour ago.
        """
        if self._chain_looked_at is not None and standing.is_lately(self._chain_looked_at, now, within=CHAIN_EVERY):
            return
        altered = await self._db.read(lambda connection: audit.verify(connection, self._db.seals))
        newest = await self._db.read(audit.newest)
        self._is_chain_whole = altered is None and newest >= self._newest
        self._newest, self._chain_looked_at = max(newest, self._newest), now
        log.info("audit_looked_at", extra={"n": newest})

    def _read(self, connection: Connection, now: datetime) -> tuple[dict[str, int], tuple[_InCharge, ...]]:
        found = invariants.broken(connection, now=now, policy=self._policy)
        wanted = select(staff.c.id, staff.c.language).where(staff.c.role.in_(IN_CHARGE), staff.c.state == "active")
        people = connection.execute(wanted.order_by(staff.c.id)).all()
        return found, tuple(_InCharge(one.language, tuple(self._routes(connection, one.id))) for one in people)

    async def _alarm(self, found: Mapping[str, int]) -> None:
        key = secrets.token_hex(16)
        results = await asyncio.gather(
            *(self._tell(one, found, f"{key}{number}") for number, one in enumerate(self._in_charge))
        )
        if not any(results):
            log.critical("nobody_in_charge_reached", extra={"n": len(results)})

    async def _tell(self, one: _InCharge, found: Mapping[str, int], key: str) -> bool:
        what = " ".join(f"{code}:{n}" for code, n in sorted(found.items()))
        said = t("staff.promise_broken", one.language, what=what)
        message = Outbound(
            to=ContactRef("", b""), text=RichText(said), idempotency_key=key, purpose="alarm", urgent=True, wakes=True
        )
        try:
            reached = await waking.reach(self._senders, one.ways, lambda kind: message, order=ORDER, wakes=True)
        except DatabaseAway:  # the console cannot be written; the other ways were tried as well, but not counted
            away = [way for way in one.ways if way[0] not in waking.PAGES]
            reached = await waking.reach(self._senders, away, lambda kind: message, order=ORDER, wakes=True)
        return reached.own is not None or reached.page is not None
