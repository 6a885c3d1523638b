"""Sends what the outbox holds: in order for each recipient, again after a failure, never to somebody who has erased."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from bot import own_channels, references, vault, waking
from bot.db import Database, DatabaseAway, Tx
from bot.outbox import LEASE, LEASE_URGENT, Letter, fitting, unpack
from bot.ports import Address, Channel, Clock, ContactRef, Outbound, Purpose, RichText, Sender, SendError, Sent
from bot.seals import KeyDestroyed, KeyId, SealBroken
from bot.tables import lane, outbox

log = logging.getLogger(__name__)

T = TypeVar("T")

Recipient = tuple[str, int]  # ("lane", id) or ("staff", id)
Routes = Callable[[Connection, int], Sequence[tuple[str, Address]]]

BACKOFF_SECONDS = (1, 2, 5, 15, 30, 60)
SEND_SECONDS = 20
AT_ONCE = 64
OWN_TRIES = 6  # so often a colleague's own channels are tried again when the console alone took it
_AGAIN = {"throttled", "transient", "unknown_outcome"}


@dataclass(frozen=True, slots=True)
class Item:
    """One outbox row, claimed by this process."""

    id: int
    key: str
    recipient: Recipient
    generation: int
    case_id: int | None
    purpose: Purpose
    urgent: bool
    attempts: int
    is_last: bool
    key_id: str | None
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is needed to send one item: whom to, through which channel, and what it says."""

    channel: Channel
    to: ContactRef
    address: Address
    letter: Letter


class Mailroom:
    """Claims rows, sends them, settles them. One task for each recipient, so that answers keep their order."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        channels: Mapping[tuple[str, str], Channel],
        senders: Mapping[str, Sender],
        routes: Routes,
        base_url: str,
        forget_lane: Callable[[Tx, int], None],
        pass_by: Callable[[Tx, int, datetime], None] = lambda tx, outbox_id, now: None,
        wake_order: Sequence[str] = ("voice", "push", "mail"),
    ) -> None:
        self._db = db
        self._clock = clock
        self._channels = channels
        self._senders = senders
        self._routes = routes
        self._base_url = base_url.rstrip("/")
        self._forget_lane = forget_lane
        self._pass_by = pass_by
        self._wake_order = tuple(wake_order)
        self._waiting: defaultdict[Recipient, deque[Item]] = defaultdict(deque)
        self._tasks: dict[Recipient, asyncio.Task[None]] = {}
        self._handed: list[str] = []
        self._fetching: asyncio.Task[None] | None = None
        self._limit = asyncio.Semaphore(AT_ONCE)
        self._is_open = True
        self._is_left = False

    def hand_over(self, keys: list[str]) -> None:
        """Rows just committed and already leased to this process; called on the event loop after the commit."""
        if self._is_left:
            self._fetching = asyncio.get_running_loop().create_task(self._pass_on())
        if not self._is_open:
            return
        self._handed.extend(keys)
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.get_running_loop().create_task(self._fetch())

    def leave_it(self) -> None:
        """This process sends nothing: what it writes is put back at once for one that does."""
        self._is_open, self._is_left = False, True

    async def collect(self) -> int:
        """Claim what is due or whose lease ran out, and send it. Returns how many rows were claimed."""
        now = self._clock.now()
        items = await self._db.write(lambda tx: claim(tx, now=now))
        self._queue(items)
        return len(items)

    async def free_leases(self) -> None:
        """At the start of the only process of an SQLite house: leases of the process before it are void."""
        if self._db.is_sqlite:
            await self._db.write(lambda tx: _release(tx, None))

    async def settle(self) -> None:
        """Wait until everything handed over so far is sent or put back."""
        while open_ := self._open_tasks():
            await asyncio.gather(*open_, return_exceptions=True)

    async def stop(self, *, seconds: float = 5) -> None:
        """Finish what is on its way, at most `seconds`; the rest goes back for whoever starts next."""
        try:
            await asyncio.wait_for(self.settle(), seconds)
        except TimeoutError:
            for task in self._open_tasks():
                task.cancel()
        self._is_open = False
        await self._db.write(lambda tx: _release(tx, tx.owner))

    # --- from here on: one recipient at a time ------------------------------------------------------------------------

    def _open_tasks(self) -> list[asyncio.Task[None]]:
        fetching = [self._fetching] if self._fetching is not None and not self._fetching.done() else []
        return [*fetching, *self._tasks.values()]

    async def _fetch(self) -> None:
        """One fetch at a time: two at once could end in the other order, and answers would arrive mixed up."""
        while self._handed:
            keys, self._handed = self._handed, []
            await self._fetch_some(keys)

    async def _pass_on(self) -> None:
        await self._db.write(lambda tx: _release(tx, tx.owner))

    async def _fetch_some(self, keys: list[str]) -> None:
        items, behind = await self._db.read(lambda connection: _by_key(connection, keys, self._db.owner))
        self._queue(items)
        if behind:
            now = self._clock.now()
            await self._db.write(lambda tx: _postpone(tx, behind, now, counts=False))

    def _queue(self, items: Sequence[Item]) -> None:
        for item in items:
            line = self._waiting[item.recipient]
            if all(item.id != other.id for other in line):
                line.append(item)
            if item.recipient not in self._tasks:
                task = asyncio.get_running_loop().create_task(self._serve(item.recipient))
                self._tasks[item.recipient] = task

    async def _serve(self, recipient: Recipient) -> None:
        line = self._waiting[recipient]
        try:
            while line:
                item = min(line, key=lambda one: one.id)
                async with self._limit:
                    is_settled = await self._deliver(item)
                line.remove(item)
                if not is_settled:
                    await self._put_back(list(line))
                    line.clear()
        except DatabaseAway:
            line.clear()  # the leases run out and the rows are claimed again
        finally:
            del self._tasks[recipient]
            if not line:
                self._waiting.pop(recipient, None)

    async def _deliver(self, item: Item) -> bool:
        """True if the item is done with (sent, outdated or given up), False if it has to wait for another attempt."""
        kind, subject = item.recipient
        try:
            sent = await (self._to_person(item, subject) if kind == "lane" else self._to_staff(item, subject))
        except SendError as problem:
            return await self._failed(item, problem)
        except (KeyDestroyed, SealBroken):
            await self._db.write(lambda tx: _drop(tx, item.id))
            return True
        now = self._clock.now()
        await self._db.write(lambda tx: self._settled(tx, item, sent, now))
        return True

    async def _to_person(self, item: Item, lane_id: int) -> Sent | None:
        envelope = await self._db.read(lambda connection: self._envelope(connection, item, lane_id))
        if envelope is None:
            return None
        message = _outbound(item, fitting(envelope.letter, envelope.channel), envelope.to)
        if item.is_last:
            await self._erase_at(envelope, lane_id)
        sent = await _in_time(envelope.channel.send(message, envelope.address))
        if item.is_last:
            await envelope.channel.forget(envelope.address)
        return sent

    async def _erase_at(self, envelope: Envelope, lane_id: int) -> None:
        """Before the last message: take back at the network what it still lets us take back, in both directions."""
        refs = await self._db.read(lambda connection: references.of_lane(connection, self._db.seals, lane_id))
        if refs:
            report = await _in_time(envelope.channel.erase(envelope.address, refs))
            log.info("erased_at_network", extra={"n": len(report.erased), "channel": envelope.channel.name})
            if report.kept:
                log.info("not_erased_at_network", extra={"n": len(report.kept), "channel": envelope.channel.name})

    def _envelope(self, connection: Connection, item: Item, lane_id: int) -> Envelope | None:
        """None if the person has erased or left meanwhile: then nothing more is sent."""
        row = connection.execute(select(lane).where(lane.c.id == lane_id)).one_or_none()
        to = vault.look_up(connection, lane_id)
        if row is None or to is None or row.generation != item.generation or row.stopped_at is not None:
            return None
        channel = self._channels.get((row.channel, row.account))
        if channel is None:
            raise SendError("auth")  # this door is closed in this installation just now
        return Envelope(channel, to, vault.open_address(self._db.seals, to), self._open(item))

    async def _to_staff(self, item: Item, staff_id: int) -> Sent | None:
        """The console always, and besides the first of the colleague's own channels that takes it."""
        letter = self._open(item)
        ways = await self._db.read(lambda connection: self._ways(connection, staff_id, letter.via))
        nobody = ContactRef("", b"")
        plain, whole = _outbound(item, letter, nobody), _outbound(item, _absolute(letter, self._base_url), nobody)
        reached = await waking.reach(
            self._senders,
            ways,
            lambda kind: plain if kind == "console" else whole,
            order=self._wake_order,
            wakes=letter.wakes,
        )
        if reached.gone or reached.is_unreached:
            now = self._clock.now()
            await self._db.write(lambda tx: self._not_reached(tx, item, staff_id, reached, now))
        if reached.own is not None or (letter.via is not None and not reached.may_work_later):
            return reached.own
        if reached.page is not None and not (reached.may_work_later and item.attempts < OWN_TRIES):
            return reached.page
        raise SendError(reached.failures[-1] if reached.failures else "contact_gone")

    def _ways(self, connection: Connection, staff_id: int, via: int | None) -> Sequence[waking.Way]:
        if via is None:
            return self._routes(connection, staff_id)
        only = own_channels.one(connection, self._db.seals, via)
        return (only,) if only is not None else ()

    def _not_reached(self, tx: Tx, item: Item, staff_id: int, reached: waking.Reached, now: datetime) -> None:
        """Dead channels are not tried again; if none took an alarm, the next colleague is called at once."""
        for kind, address in reached.gone:
            own_channels.mark_dead(tx, staff_id, kind, address, now=now)
        if reached.is_unreached:
            self._pass_by(tx, item.id, now)

    def _open(self, item: Item) -> Letter:
        about = f"outbox:{item.key}"
        if item.key_id is None:
            return unpack(self._db.seals.open(item.sealed, about=about))
        return unpack(self._db.seals.open_with(KeyId(item.key_id), item.sealed, about=about))

    def _settled(self, tx: Tx, item: Item, sent: Sent | None, now: datetime) -> None:
        _drop(tx, item.id)
        kind, subject = item.recipient
        if kind != "lane":
            return
        if item.is_last:
            self._forget_lane(tx, subject)
            return
        references.keep(tx, subject, sent.refs if sent else (), now=now)

    async def _failed(self, item: Item, problem: SendError) -> bool:
        now = self._clock.now()
        log.warning("not_sent", extra={"kind": problem.kind, "attempts": item.attempts + 1, "purpose": item.purpose})
        if problem.kind in _AGAIN or item.recipient[0] == "staff":
            wait = problem.retry_after or BACKOFF_SECONDS[min(item.attempts, len(BACKOFF_SECONDS) - 1)]
            await self._db.write(lambda tx: _postpone(tx, [item.id], now + timedelta(seconds=wait)))
            return False
        await self._db.write(lambda tx: self._give_up(tx, item, problem, now))
        return True

    def _give_up(self, tx: Tx, item: Item, problem: SendError, now: datetime) -> None:
        if item.is_last:
            _drop(tx, item.id)
            self._forget_lane(tx, item.recipient[1])
            return
        tx.execute(update(outbox).where(outbox.c.id == item.id).values(state="failed", lease_owner=None))
        if problem.kind == "contact_gone":
            tx.execute(update(lane).where(lane.c.id == item.recipient[1]).values(stopped_at=now))

    async def _put_back(self, items: Sequence[Item]) -> None:
        """What stands behind a message that must wait, waits too: order is kept for each recipient."""
        if items:
            later = self._clock.now() + timedelta(seconds=BACKOFF_SECONDS[0])
            await self._db.write(lambda tx: _postpone(tx, [item.id for item in items], later, counts=False))


async def _in_time(sending: Awaitable[T]) -> T:
    """A network that does not answer has perhaps taken the message: the outcome is unknown, and it is marked so."""
    try:
        return await asyncio.wait_for(sending, SEND_SECONDS)
    except TimeoutError:
        raise SendError("unknown_outcome") from None


def _outbound(item: Item, letter: Letter, to: ContactRef) -> Outbound:
    return Outbound(
        to=to,
        text=RichText(letter.text),
        choices=letter.choices,
        idempotency_key=item.key,
        purpose=item.purpose,
        case=letter.case,
        is_repeat=item.attempts > 0,
        urgent=item.urgent,
        wakes=letter.wakes,
    )


def _absolute(letter: Letter, base_url: str) -> Letter:
    choices = tuple(
        replace(choice, url=base_url + choice.url) if choice.url and choice.url.startswith("/") else choice
        for choice in letter.choices
    )
    return replace(letter, choices=choices)


def _item(row: object) -> Item:
    recipient = ("lane", row.lane_id) if row.lane_id is not None else ("staff", row.staff_id)  # type: ignore[attr-defined]
    names = ("id", "key", "generation", "case_id", "purpose", "urgent", "attempts", "key_id", "sealed")
    return Item(recipient=recipient, is_last=row.last, **{name: getattr(row, name) for name in names})  # type: ignore[attr-defined]


def _is_behind(*, after: datetime | None = None) -> ColumnElement[bool]:
    """An older message to the same lane waits for its next attempt (due `after`): this one must not overtake it."""
    older = outbox.alias("older")
    waits = select(older.c.id).where(
        older.c.lane_id == outbox.c.lane_id, older.c.id < outbox.c.id, older.c.state == "pending"
    )
    return (waits if after is None else waits.where(older.c.next_at > after)).exists()


def _by_key(connection: Connection, keys: list[str], owner: str) -> tuple[list[Item], list[int]]:
    """The rows handed over that may go now, and the ids of those that stand behind an older one."""
    mine = select(outbox).where(outbox.c.key.in_(keys), outbox.c.lease_owner == owner).order_by(outbox.c.id)
    behind = connection.execute(mine.with_only_columns(outbox.c.id).where(_is_behind())).scalars().all()
    return [_item(row) for row in connection.execute(mine) if row.id not in behind], list(behind)


def claim(tx: Tx, *, now: datetime, limit: int = 200) -> list[Item]:
    """Lease what is due or abandoned to this process: alarms first, then by age, only the head of each line."""
    is_due = or_(
        and_(outbox.c.state == "pending", outbox.c.next_at <= now),
        and_(outbox.c.state == "leased", outbox.c.lease_until <= now),
    )
    ready = select(outbox).where(is_due, ~_is_behind(after=now))
    wanted = ready.order_by(outbox.c.urgent.desc(), outbox.c.id).limit(limit)
    rows = tx.execute(wanted.with_for_update(skip_locked=True) if tx.is_postgresql else wanted).all()
    for urgent, lease in ((True, LEASE_URGENT), (False, LEASE)):
        if ids := [row.id for row in rows if row.urgent is urgent]:
            leased = {"state": "leased", "lease_owner": tx.owner, "lease_until": now + lease}
            tx.execute(update(outbox).where(outbox.c.id.in_(ids)).values(leased))
    return [_item(row) for row in rows]


def _postpone(tx: Tx, ids: list[int], until: datetime, *, counts: bool = True) -> None:
    values: dict[str, object] = {"state": "pending", "lease_owner": None, "lease_until": None, "next_at": until}
    if counts:
        values["attempts"] = outbox.c.attempts + 1
    tx.execute(update(outbox).where(outbox.c.id.in_(ids)).values(values))


def _release(tx: Tx, owner: str | None) -> None:
    wanted = outbox.c.state == "leased"
    if owner is not None:
        wanted = and_(wanted, outbox.c.lease_owner == owner)
    tx.execute(update(outbox).where(wanted).values(state="pending", lease_owner=None, lease_until=None))


def _drop(tx: Tx, row_id: int) -> None:
    tx.execute(delete(outbox).where(outbox.c.id == row_id))
