"""Sends what the outbox holds: in order for each person, again after a failure, never to somebody who has erased."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, update

from bot import own_channels, postbag, references, vault, waking
from bot.db import Database, DatabaseAway, Tx
from bot.envelopes import BACKOFF_SECONDS, Again, Envelope, NoDoor, absolute, at_hand, in_time, outbound, wait_of
from bot.gate import Gate
from bot.outbox import Item, Letter, Line, fitting, lease_of, unpack, worded
from bot.ports import Address, Channel, Clock, ContactRef, NotOurs, Sender, SendError, Sent
from bot.seals import KeyDestroyed, KeyId, SealBroken
from bot.settling import Settling
from bot.tables import lane

log = logging.getLogger(__name__)

Routes = Callable[[Connection, int], Sequence[tuple[str, Address]]]

OWN_FAULTS = 3  # so often a message to a person is tried that breaks our own code; then it is given up, and told
OWN_TRIES = 6  # so often a colleague's own channels are tried again when the console alone took it
_AGAIN = {"throttled", "transient", "unknown_outcome"}


class Mailroom:
    """Claims rows, sends them, settles them. One task for each line, so that answers keep their order.

    A hundred alarms to one colleague are a hundred lines: none waits until the network has taken the one before.
    """

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
        pages_suffice: bool = False,
    ) -> None:
        self._db = db
        self._clock = clock
        self._channels = channels
        self._senders = senders
        self._routes = routes
        self._base_url = base_url.rstrip("/")
        self._forget_lane = forget_lane
        self._pass_by = pass_by
        self._wake_order, self._pages_suffice = tuple(wake_order), pages_suffice
        self._waiting: defaultdict[Line, deque[Item]] = defaultdict(deque)
        self._tasks: dict[Line, asyncio.Task[None]] = {}
        self._handed: list[Item] = []
        self._fetching: asyncio.Task[None] | None = None
        self._gate, self._settling = Gate(), Settling(db)
        self._on_the_way: dict[int, Item] = {}
        self._lost: set[int] = set()  # claimed here and out of hand because the database was away
        self._collecting: asyncio.Task[None] | None = None
        self._is_open = True
        self._is_left = False

    def hand_over(self, items: list[Item]) -> None:
        """Rows just committed and already leased to this process; called on the event loop after the commit."""
        if self._is_left:
            self._fetching = asyncio.get_running_loop().create_task(self._pass_on())
        if not self._is_open:
            return
        if self._is_fetching() or self._lost:  # nothing new may overtake what is out of hand
            self._handed.extend(items)
            if not self._is_fetching():
                self._fetching = asyncio.get_running_loop().create_task(self._fetch())
            return
        self._queue(items)

    def leave_it(self) -> None:
        """This process sends nothing: what it writes is put back at once for one that does."""
        self._is_open, self._is_left = False, True

    async def collect(self) -> int:
        """Claim what is due or whose lease ran out, and send it. Returns how many rows were claimed."""
        now = self._clock.now()
        held = [one for one in self._in_hand() if not 0.7 <= (one.leased_until - now) / lease_of(one.urgent) <= 1]
        lost = sorted(self._lost)

        def deed(tx: Tx) -> tuple[frozenset[int], list[Item]]:
            ours = postbag.renew(tx, held, now=now)
            postbag.postpone(tx, lost, now)  # perhaps sent, perhaps not: again, and marked so
            return ours, postbag.claim(tx, now=now, doors=self._channels)

        ours, items = await self._db.write(deed)
        self._lost.difference_update(lost)
        for one in [one for one in held if one.id in ours]:
            self._swap(replace(one, leased_until=now + lease_of(one.urgent)))
        self._queue(items)
        return len(items)

    def collect_soon(self) -> None:  # a bell rang: somebody wrote what this process may send
        if self._is_open and (self._collecting is None or self._collecting.done()):
            self._collecting = asyncio.get_running_loop().create_task(self._collect_quietly())

    async def free_leases(self) -> None:
        """At the start of the only process of an SQLite house: leases of the process before it are void.

        What it had in its hands may have been sent: it goes out marked as a repetition.
        """
        if self._db.is_sqlite:
            await self._db.write(lambda tx: postbag.release(tx, counts=True))

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
        now, doubtful = self._clock.now(), sorted({*self._on_the_way, *self._lost})

        def give_back(tx: Tx) -> None:
            postbag.postpone(tx, doubtful, now)
            postbag.release(tx, owner=tx.owner)

        await self._db.write(give_back)

    # --- from here on: one recipient at a time ------------------------------------------------------------------------

    async def _collect_quietly(self) -> None:
        try:
            await self.collect()
        except DatabaseAway:
            return  # the next tick tries again

    def _in_hand(self) -> list[Item]:
        return [*self._on_the_way.values(), *(one for line in self._waiting.values() for one in line)]

    def _swap(self, renewed: Item) -> None:
        if renewed.id in self._on_the_way:
            self._on_the_way[renewed.id] = renewed
        line = self._waiting.get(renewed.line, deque())
        for place, one in enumerate(line):
            if one.id == renewed.id:
                line[place] = renewed

    def _open_tasks(self) -> list[asyncio.Task[None]]:
        fetching = [self._fetching] if self._fetching is not None and not self._fetching.done() else []
        return [*fetching, *self._tasks.values()]

    def _is_fetching(self) -> bool:
        return self._fetching is not None and not self._fetching.done()

    async def _fetch(self) -> None:
        """What is out of hand first, then what was handed over meanwhile, in its order."""
        if self._lost:
            await self.collect()
        items, self._handed = self._handed, []
        self._queue(items)

    async def _pass_on(self) -> None:
        await self._db.write(lambda tx: postbag.release(tx, owner=tx.owner))

    def _queue(self, items: Sequence[Item]) -> None:
        for item in sorted(items, key=lambda one: one.recipient[0] == "lane"):  # what goes to colleagues sets out first
            line = self._waiting[item.line]
            if all(item.id != other.id for other in line):
                line.append(item)
            if item.line not in self._tasks:
                self._tasks[item.line] = asyncio.get_running_loop().create_task(self._serve(item.line))

    async def _serve(self, key: Line) -> None:
        """One line, oldest first. What is on its way is out of the line: it may be claimed anew."""
        line = self._waiting[key]
        item: Item | None = None
        try:
            while line:
                item = min(line, key=lambda one: one.id)
                line.remove(item)
                self._on_the_way[item.id] = item
                again = await self._deliver(item)
                if again is not None:
                    await self._put_back(item, again, line)
                self._on_the_way.pop(item.id, None)
        except DatabaseAway:
            self._lost.update(one.id for one in line)
            line.clear()
        finally:
            if item is not None and self._on_the_way.pop(item.id, None) is not None:
                self._lost.add(item.id)
            del self._tasks[key]
            if not line:
                self._waiting.pop(key, None)

    async def _deliver(self, item: Item) -> Again | None:
        """None if the item is done with (sent, outdated or given up), else when it has its next attempt."""
        try:
            await self._attempt(item)
            return None
        except NotOurs:  # this process slept, or was cut off, for longer than its lease
            log.warning("taken_over", extra={"purpose": item.purpose, "attempts": item.attempts})
            return Again(self._clock.now())
        except NoDoor:
            return Again(self._clock.now(), counts=False, elsewhere=True)
        except SendError as problem:
            return await self._failed(item, problem)
        except (KeyDestroyed, SealBroken):
            await self._over(item, None)
            return None
        except DatabaseAway:
            raise
        except Exception as problem:  # a fault of our own: it must not hold up the line, nor be tried for ever
            log.error("sending_broke", extra={"kind": type(problem).__name__, "attempts": item.attempts + 1})
            is_over = item.attempts + 1 >= OWN_FAULTS
            return await self._failed(item, SendError("bad_request" if is_over else "unknown_outcome"))

    async def _attempt(self, item: Item) -> None:
        kind, subject = item.recipient
        if kind == "lane":
            async with self._gate.to_person(urgent=item.urgent):
                sent = await self._to_person(item, subject)
            return await self._over(item, sent)
        async with self._gate.to_colleague(subject, urgent=item.urgent):
            await self._to_staff(item, subject)
            await self._settling.done(item.id)  # the next alarm takes this place once this one cannot come twice

    async def _over(self, item: Item, sent: Sent | None) -> None:
        """Sent, or there is nobody any more to send it to: the row goes."""
        now = self._clock.now()
        if item.is_last:
            await self._db.write(lambda tx: self._parted(tx, item))
        else:
            await self._settling.done(item.id, lambda tx: self._note(tx, item, sent, now))

    async def _to_person(self, item: Item, lane_id: int) -> Sent | None:
        look = partial(self._envelope, item=item, lane_id=lane_id)
        envelope = self._addressed(item, way) if (way := at_hand(item)) is not None else await self._db.glance(look)
        if envelope is None:
            return None
        letter = fitting(envelope.letter, envelope.channel)
        if item.is_last or letter.takes_back is not None:
            letter = worded(letter, await self._erase_at(item, envelope, lane_id))
        if item.is_last and await self._db.look_up(lambda c: vault.has_case(c, self._db.seals, lane_id)):
            return None  # she has cried for help since: "we keep nothing of you" would be untrue
        message = outbound(item, letter, envelope.to, lambda: self._is_ours(item))
        if not message.is_ours():
            raise NotOurs
        sent = await in_time(envelope.channel.send(message, envelope.address))
        if item.is_last:
            await envelope.channel.forget(envelope.address)
        return sent

    async def _erase_at(self, item: Item, envelope: Envelope, lane_id: int) -> references.Left:
        """First take back at the network what it still lets us take back, in both directions."""
        until = None if item.is_last else envelope.letter.takes_back
        return await references.erase(
            self._db, lane_id, lambda refs: in_time(envelope.channel.erase(envelope.address, refs)),
            channel=envelope.channel, up_to=until, tries=item.attempts)  # fmt: skip

    def _envelope(self, connection: Connection, item: Item, lane_id: int) -> Callable[[], Envelope | None]:
        """None if the person has erased or left meanwhile: then nothing more is sent. Raises NotOurs."""
        way = vault.way_for(connection, lane_id, item.id)
        return lambda: self._addressed(item, way())

    def _addressed(self, item: Item, way: vault.Way | None) -> Envelope | None:
        if way is None or way.generation != item.generation or (way.is_left and item.purpose != "relay"):
            return None
        if not self._is_held(way.held_by, way.held_until):
            raise NotOurs
        if way.is_left:
            raise SendError("window_closed")  # a colleague sees that it has not arrived; it goes out when she is back
        if (channel := self._channels.get(way.door)) is None:
            raise NoDoor
        return Envelope(channel, way.to, vault.open_address(self._db.seals, way.to), self._open(item))

    async def _to_staff(self, item: Item, staff_id: int) -> Sent | None:
        """The console always, and besides the first of the colleague's own channels that takes it."""
        letter = self._open(item)
        ways = await self._db.look_up(lambda connection: self._ways(connection, item, staff_id, letter.via))
        nobody, is_ours = ContactRef("", b""), lambda: self._is_ours(item)
        plain = outbound(item, letter, nobody, is_ours)
        whole = outbound(item, absolute(letter, self._base_url), nobody, is_ours)
        reached = await waking.reach(
            self._senders,
            ways,
            lambda kind: plain if kind == "console" else whole,
            order=self._wake_order,
            wakes=letter.wakes,
        )
        if reached.gone or reached.is_unreached(is_page_enough=self._pages_suffice or not item.urgent):
            now = self._clock.now()
            await self._db.write(lambda tx: self._not_reached(tx, item, staff_id, reached, now))
        if reached.own is not None or (letter.via is not None and not reached.may_work_later):
            return reached.own
        if reached.page is not None and not (reached.may_work_later and item.attempts < OWN_TRIES):
            return reached.page
        raise SendError(reached.failures[-1] if reached.failures else "contact_gone")

    def _ways(self, connection: Connection, item: Item, staff_id: int, via: int | None) -> Sequence[waking.Way]:
        if not self._is_held(*postbag.holder(connection, item.id)):
            raise NotOurs
        if via is None:
            return self._routes(connection, staff_id)
        only = own_channels.one(connection, self._db.seals, via)
        return (only,) if only is not None else ()

    def _not_reached(self, tx: Tx, item: Item, staff_id: int, reached: waking.Reached, now: datetime) -> None:
        """Dead channels are not tried again; if none took an alarm, the next colleague is called at once."""
        for kind, address in reached.gone:
            own_channels.mark_dead(tx, staff_id, kind, address, now=now)
        if reached.own is None:
            self._pass_by(tx, item.id, now)

    def _is_held(self, owner: str | None, until: datetime | None) -> bool:
        """Whether this process has it, as it stands in the database; of an SQLite house it is the only one."""
        is_mine = owner == self._db.owner
        return is_mine and (self._db.is_sqlite or (until is not None and until > self._clock.now()))

    def _is_ours(self, item: Item) -> bool:
        """The same by what is known in memory: whether the lease that was last kept still runs."""
        known = self._on_the_way.get(item.id)
        if known is None or self._db.is_sqlite:
            return known is not None
        left = known.leased_until - self._clock.now()
        return timedelta(0) < left <= lease_of(item.urgent) + timedelta(seconds=1)

    def _open(self, item: Item) -> Letter:
        about = f"outbox:{item.key}"
        if item.key_id is None:
            return unpack(self._db.seals.open(item.sealed, about=about))
        return unpack(self._db.seals.open_with(KeyId(item.key_id), item.sealed, about=about))

    def _parted(self, tx: Tx, item: Item) -> None:
        postbag.remove(tx, item.id)
        self._forget_lane(tx, item.recipient[1])

    def _note(self, tx: Tx, item: Item, sent: Sent | None, now: datetime) -> None:
        postbag.show_how_far(tx, item)
        references.keep_sent(tx, item.recipient[1], sent.refs if sent else (), tries=item.attempts, now=now)

    async def _failed(self, item: Item, problem: SendError) -> Again | None:
        now = self._clock.now()
        log.warning("not_sent", extra={"kind": problem.kind, "attempts": item.attempts + 1, "purpose": item.purpose})
        is_refused = problem.kind == "auth" and not item.is_last  # to forget does not wait for a farewell
        if problem.kind in _AGAIN or is_refused or item.recipient[0] == "staff":
            return Again(now + timedelta(seconds=wait_of(problem, item)))
        await self._db.write(lambda tx: self._give_up(tx, item, problem, now))
        return None

    def _give_up(self, tx: Tx, item: Item, problem: SendError, now: datetime) -> None:
        if item.is_last:
            return self._parted(tx, item)
        is_gone = problem.kind == "contact_gone"
        if is_gone and item.purpose != "relay":
            postbag.remove(tx, item.id)  # an answer to what she no longer waits for
        else:
            postbag.fail(tx, item.id, now)
            postbag.show_how_far(tx, item)
        if is_gone:
            tx.execute(update(lane).where(lane.c.id == item.recipient[1]).values(stopped_at=now))

    async def _put_back(self, item: Item, again: Again, line: deque[Item]) -> None:
        """What stands behind a message that must wait, waits too; also what is claimed while that is written."""
        soonest = self._clock.now() + timedelta(seconds=BACKOFF_SECONDS[0])
        later = again.at if again.elsewhere else max(again.at, soonest)
        waiting = _taken_from(line)

        def deed(tx: Tx) -> None:
            postbag.postpone(tx, [item.id], again.at, counts=again.counts)
            postbag.postpone(tx, waiting, later, counts=False)
            if again.elsewhere:
                tx.ring(postbag.OUTBOX)

        try:
            await self._db.write(deed)
            while line and all(one.id != item.id for one in line):
                waiting = _taken_from(line)
                await self._db.write(partial(postbag.postpone, ids=waiting, until=later, counts=False))
        except DatabaseAway:
            self._lost.update(waiting)
            raise


def _taken_from(line: deque[Item]) -> list[int]:
    """Empties the line, before anything is awaited: what comes meanwhile must stay."""
    ids = [one.id for one in line]
    line.clear()
    return ids
