"""Fetches the updates of one Telegram account: in one process at a time, each kept before the next is asked for."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot import claims
from bot.channels.telegram_client import Client, TwoPollers
from bot.db import Database, DatabaseAway, Tx
from bot.ports import Clock, HeldUp, NotOurs, SendError
from bot.tables import poller

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=10)  # what waits at the network may be a cry: with the look below, less than fifteen
HOLD_SECONDS = 3.0  # a question to the network lasts longer than the lease, which is held on meanwhile
LOOK_SECONDS = 3.0
BACKOFF = (1.0, 2.0, 5.0, 15.0, 30.0)
REFUSED_SECONDS = 60.0
MOST_TRIES = 3

Handle = Callable[[Any], Coroutine[Any, Any, None]]
Nap = Callable[[float], Awaitable[object]]


class Poller:
    """Runs until it is stopped; nothing that the network answers ends it."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        client: Client,
        *,
        kind: str,
        updates: list[str],
        handle: Handle,
        nap: Nap = asyncio.sleep,
        hold_seconds: float = HOLD_SECONDS,
    ) -> None:
        self._db = db
        self._clock = clock
        self._client = client
        self._kind = kind
        self._post = f"{kind}:{client.account}"
        self._updates = updates
        self._handle = handle
        self._nap = nap
        self._hold_seconds = hold_seconds
        self._held_until = 0.0  # by the loop's own time
        self._offset = 0
        self._troubles = 0
        self._is_ready = False
        self._is_shut: bool | None = None  # not yet known
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        if not self.is_running:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """What was fetched and not kept comes again: it was never acknowledged."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        try:
            await self._db.write(lambda tx: give_back(tx, self._post))
        except DatabaseAway:
            return  # the lease runs out by itself

    async def _run(self) -> None:
        while True:
            try:
                await self._nap(await self._round())
            except DatabaseAway:
                await self._nap(LOOK_SECONDS)
            except Exception as problem:
                log.error("poll_failed", extra={"kind": type(problem).__name__})
                await self._nap(LOOK_SECONDS)

    async def _round(self) -> float:
        """One question to the network; returns how long to wait before the next."""
        if not await self._hold():
            self._is_ready, self._is_shut = False, None
            return LOOK_SECONDS
        try:
            await self._while_ours(self._fetch())
        except NotOurs:
            log.warning("poll_taken_over", extra={"channel": self._kind})
            self._is_ready, self._is_shut = False, None
            return LOOK_SECONDS
        except SendError as problem:
            wait = self._trouble(problem)
            await self._say_how_it_is(is_shut=True)
            return wait
        self._troubles = 0
        await self._say_how_it_is(is_shut=False)
        return 0.0

    async def _fetch(self) -> None:
        if not self._is_ready:
            await self._prepare()
        held_up: HeldUp | None = None
        for told in await self._client.fetch(self._offset, self._updates):
            try:
                await self._keep(told, is_acknowledged=held_up is None)
            except HeldUp as problem:  # nobody else waits for what one person's row is locked by; it comes again
                held_up = problem
        if held_up is not None:
            raise held_up

    async def _hold(self) -> bool:
        """Take the post or hold it longer. What is being written is written to the end, also while we close."""
        begun, now = asyncio.get_running_loop().time(), self._clock.now()
        if not await asyncio.shield(self._db.write(lambda tx: take(tx, self._post, now=now))):
            return False
        self._held_until = begun + LEASE.total_seconds()
        return True

    async def _while_ours(self, work: Coroutine[Any, Any, None]) -> None:
        """Hold the post while this goes on. Raises NotOurs once another may have it: two questions at once would be
        refused, both."""
        loop = asyncio.get_running_loop()
        doing = loop.create_task(work)
        try:
            while not (await asyncio.wait({doing}, timeout=self._hold_seconds))[0]:
                try:
                    async with asyncio.timeout_at(self._held_until):
                        is_ours = await self._hold()
                except (DatabaseAway, TimeoutError):
                    is_ours = loop.time() < self._held_until  # nobody else can take it without the database either
                if not is_ours:
                    raise NotOurs
            doing.result()
        finally:
            doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)

    async def _say_how_it_is(self, *, is_shut: bool) -> None:
        """For whoever watches over the house; written down only when it changes."""
        if is_shut is self._is_shut:
            return
        account, now = self._post, self._clock.now()
        deed = partial(claims.shut, account=account, now=now) if is_shut else partial(claims.opened, account=account)
        await asyncio.shield(self._db.write(deed, urgent=False))
        self._is_shut = is_shut

    async def _prepare(self) -> None:
        """A webhook left from another way of running would keep everything from us."""
        me = await self._client.call(self._client.bot.get_me())
        await self._client.call(self._client.bot.delete_webhook(drop_pending_updates=False))
        await asyncio.shield(self._db.write(lambda tx: call_it(tx, self._post, me.username or ""), urgent=False))
        self._is_ready = True

    def _trouble(self, problem: SendError) -> float:
        """Another installation that polls with the same token (409) is waited out, as is everything else."""
        wait = BACKOFF[min(self._troubles, len(BACKOFF) - 1)]
        self._troubles += 1
        event = "poll_conflict" if isinstance(problem, TwoPollers) else "poll_refused"
        log.warning(event, extra={"kind": problem.kind, "n": self._troubles, "channel": self._kind})
        return max(problem.retry_after or 0.0, REFUSED_SECONDS if problem.kind == "auth" else wait)

    async def _keep(self, told: Any, *, is_acknowledged: bool) -> None:
        """Kept, and only then acknowledged, with all before it. What breaks three times is left out, so that others are
        not lost."""
        for tries in range(MOST_TRIES):
            try:
                await asyncio.shield(self._handle(told))
                break
            except DatabaseAway:
                raise
            except Exception as problem:
                log.error("update_failed", extra={"kind": type(problem).__name__, "attempts": tries + 1})
        if is_acknowledged and isinstance(told, dict) and isinstance(told.get("update_id"), int):
            # Not the greatest so far: after a week without messages the network begins to count somewhere else.
            self._offset = told["update_id"] + 1


def take(tx: Tx, account: str, *, now: datetime) -> bool:
    """Take or keep the post for this process. An SQLite house has one process: it always gets it."""
    make = pg_insert if tx.is_postgresql else sqlite_insert
    tx.execute(make(poller).values(account=account).on_conflict_do_nothing())
    mine = poller.c.account == account
    is_over = or_(poller.c.lease_until <= now, poller.c.lease_until > now + LEASE + claims.FAST_CLOCK)
    is_free = or_(poller.c.lease_owner.is_(None), poller.c.lease_owner == tx.owner, is_over)
    wanted = update(poller).where(mine, is_free) if tx.is_postgresql else update(poller).where(mine)
    return tx.execute(wanted.values(lease_owner=tx.owner, lease_until=now + LEASE)).rowcount == 1


def give_back(tx: Tx, account: str) -> None:
    """Let another process fetch from now on."""
    mine = (poller.c.account == account, poller.c.lease_owner == tx.owner)
    tx.execute(update(poller).where(*mine).values(lease_owner=None, lease_until=None))


def call_it(tx: Tx, account: str, name: str) -> None:
    """Our own account's public name, for the links the console shows."""
    changed = (poller.c.account == account, poller.c.name != name)
    tx.execute(update(poller).where(*changed).values(name=name[:80]))
