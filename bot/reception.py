"""The door for messages: keeps them, answers the network, then reads each lane in order and lets one deed answer."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, bindparam, select

from bot import aside, claims, intake, meeting, parting
from bot.connections import ask
from bot.db import Database, DatabaseAway, Deed, Tx
from bot.helpline import coming_back, erasure
from bot.helpline.coming_back import Spare
from bot.helpline.spares import Spares
from bot.ports import Clock, Inbound
from bot.seals import KeyDestroyed, KeyId, SealBroken
from bot.tables import conversation, inbox, lane, person
from bot.thinking import LONG, Pace, Thinking, Thought
from bot.turns import Erasing, House, Read, say_farewell, take_turn, tell_code
from bot.understanding.apart import Apart
from directory import added

log = logging.getLogger(__name__)

OVERDUE = timedelta(seconds=30)  # so long may an erasure take before somebody else goes on with it
AT_ONCE = 0.3  # seconds: what is not understood by then is kept first


@dataclass(frozen=True, slots=True)
class Answered:
    """What a deed that answered leaves to be done after it."""

    erasing: Erasing | None
    is_done: bool  # nothing more waits in the lane, and it is given back


class Reception:
    """`keep` for the channels, `receive` for each lane. One task a lane: a person's messages keep their order."""

    def __init__(self, db: Database, clock: Clock, house: House, *, apart: Apart | None = None) -> None:
        """`apart`: who understands messages; without it, or while it is away, they are read here."""
        self._db = db
        self._clock = clock
        self._house = house
        self._thinking = Thinking(db.seals, house, apart)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()
        self._unfinished: set[asyncio.Task[None]] = set()  # what is left to do after an answer
        self._coming: dict[str, asyncio.Future[None]] = {}  # handles whose messages are just being kept
        self._next: dict[int, intake.Arrived] = {}  # kept a moment ago, and the oldest in its lane: not read again
        self._only_keeps = False
        self._looking: asyncio.Task[None] | None = None
        self._spares = Spares(db.seals)
        self._pace = Pace()

    def only_keep(self) -> None:
        """This process answers nobody: another one reads what is kept here."""
        self._only_keeps = True

    async def keep(self, events: Sequence[Inbound]) -> None:
        """When this returns, the events are safely kept; only then may the network be answered."""
        async with self._in_order({event.lane for event in events}):
            stripped = [(event, await self._strip(event)) for event in events]
            if len(stripped) != 1 or self._only_keeps or not await self._keep_and_answer(stripped[0]):
                for one in await self._db.write(self._keeping(stripped, self._clock.now())):
                    self._hand_on(one)

    @asynccontextmanager
    async def _in_order(self, handles: set[str]) -> AsyncIterator[None]:
        """What somebody wrote first is kept first, however long it takes to understand it."""
        mine = asyncio.get_running_loop().create_future()
        before = [self._coming[one] for one in handles if one in self._coming]
        self._coming.update(dict.fromkeys(handles, mine))
        try:
            for one in before:
                await asyncio.shield(one)
            yield
        finally:
            mine.set_result(None)
            for handle in handles:
                if self._coming[handle] is mine:
                    del self._coming[handle]

    def _keeping(
        self, stripped: Sequence[tuple[Inbound, intake.Kept]], now: datetime, known: str | None = None
    ) -> Deed[list[intake.Arrived]]:
        reads, kept = not self._only_keeps, self._house.policy.kept
        return lambda tx: intake.keep(tx, stripped, now=now, reads=reads, known=known, **kept)

    def _hand_on(self, one: intake.Arrived) -> None:
        if one.is_next:
            self._next[one.lane_id] = one
        self._wake(one.lane_id)

    async def _keep_and_answer(self, stripped: tuple[Inbound, intake.Kept]) -> bool:
        """Understand it, then keep and answer it in one deed: one commit less before anybody is answered, or alarmed.

        False: it is not kept yet. Where it cannot be answered at once (an older message waits, understanding takes its
        time, the answer fails), it is kept like any other and has its turn.
        """
        kept = stripped[1]
        if len(kept.text) > LONG:
            return False
        try:
            if coming_back.looks_like(kept.text) is not None:
                return False
            async with asyncio.timeout(AT_ONCE):
                thought = await self._thinking.think(kept)
        except Exception as problem:  # it took too long, or broke: the message is kept all the same
            log.info("understood_later", extra={"kind": type(problem).__name__})
            return False
        event, now, spare = stripped[0], self._clock.now(), await self._spares.lend()
        counted: list[tuple[bool, bool]] = []  # a deed may run again, and a message is counted once

        def turn(tx: Tx, lane_id: int, row_id: int | None) -> tuple[int, Answered]:
            if not counted:
                counted.append(self._pace.count(lane_id, now))
            read = _read(row_id, lane_id, kept, thought, counted[0], spare)
            return lane_id, self._turn(tx, read, now)

        def deed(tx: Tx) -> tuple[list[intake.Arrived], tuple[int, Answered] | None]:
            met = meeting.meet(tx, event, kept, now=now, **self._house.policy.kept)
            if met.lane_id is not None:
                answered = turn(tx, met.lane_id, None)
                meeting.wrote(tx, met.lane_id, event, now=now)
                return [], answered
            if met.is_new is False:
                return [], None
            arrived = self._keeping([stripped], now, event.event_id if met.is_new else None)(tx)
            if len(arrived) != 1 or not arrived[0].is_next:
                return arrived, None
            return [], turn(tx, arrived[0].lane_id, arrived[0].row_id)

        try:
            arrived, answered = await self._db.write(deed)
        except asyncio.CancelledError:  # the network hung up: the deed may be running all the same
            self._spares.lose()
            raise
        except DatabaseAway:
            self._spares.give_back(spare)
            raise
        except Exception as problem:
            log.error("turn_failed", extra={"kind": type(problem).__name__})
            self._spares.give_back(spare)
            return False
        self._spares.give_back(spare)
        for one in arrived:
            self._hand_on(one)
        if answered is not None:
            self._go_on(answered[0], spare, answered[1])
        return True

    async def catch_up(self) -> None:
        """At the start: finish the erasures of a process before us, read what it kept and did not answer."""
        if self._db.is_sqlite:
            await self._db.write(claims.free_all)
        await self.finish_erasures(overdue=timedelta() if self._db.is_sqlite else OVERDUE)
        await self.look()

    async def look(self) -> int:
        """Claim and answer what another process kept, or left when it died, or what waited for the database."""
        now = self._clock.now()
        found = await self._db.read(lambda connection: claims.waiting(connection, self._db.owner, now))
        idle = [lane_id for lane_id in found if lane_id not in self._tasks]
        if not idle or self._only_keeps:
            return 0
        mine = await self._db.write(lambda tx: claims.claim_lanes(tx, idle, now=now))
        for lane_id in mine:
            self._wake(lane_id)
        return len(mine)

    async def finish_erasures(self, *, overdue: timedelta = OVERDUE) -> int:
        """Bring to an end what a dead process, or a moment without disk or database, left half erased."""
        before = self._clock.now() - overdue
        begun = await self._db.read(lambda connection: erasure.unfinished(connection, before))
        done = 0
        for lane_id in [] if self._only_keeps else begun:
            try:
                done += await self._go_on_erasing(lane_id)
            except Exception as problem:  # the others do not wait for this one
                log.error("erasure_left_waiting", extra={"kind": type(problem).__name__})
        return done

    def look_soon(self) -> None:
        """A bell rang: a process that only keeps has kept something."""
        if not self._only_keeps and (self._looking is None or self._looking.done()):
            self._looking = asyncio.get_running_loop().create_task(self._look_quietly())

    async def let_go(self) -> None:
        """At a clean end: what is still unread is free for others at once."""
        await self._spares.stop()
        if not self._only_keeps:
            await self._db.write(claims.free_mine)

    async def settle(self) -> None:
        """Wait until every message kept so far is answered."""
        while open_ := self._open_tasks():
            await asyncio.gather(*open_, return_exceptions=True)

    async def _strip(self, event: Inbound) -> intake.Kept:
        if len(event.text or "") > LONG:
            return await asyncio.to_thread(intake.strip, event)
        return intake.strip(event)

    def _open_tasks(self) -> list[asyncio.Task[None]]:
        looking = [self._looking] if self._looking is not None and not self._looking.done() else []
        return [*looking, *self._tasks.values(), *self._unfinished]

    async def _look_quietly(self) -> None:
        try:
            await self.look()
        except DatabaseAway:
            return  # the next tick tries again

    def _wake(self, lane_id: int) -> None:
        if lane_id in self._tasks:
            self._again.add(lane_id)
            return
        if self._only_keeps:
            return
        self._tasks[lane_id] = asyncio.get_running_loop().create_task(self._receive(lane_id))

    async def _receive(self, lane_id: int) -> None:
        """Until nothing is left in the lane; a message kept between the last look and the end starts it over."""
        try:
            is_done = False
            while not is_done or lane_id in self._again:
                self._again.discard(lane_id)
                is_done = await self._step(lane_id)
        except DatabaseAway:
            log.warning("lane_left_waiting", extra={"kind": "database_away"})
        finally:
            del self._tasks[lane_id]
            self._next.pop(lane_id, None)

    async def _step(self, lane_id: int) -> bool:
        """Answer the oldest message of the lane. True: nothing is left, and the lane is given back."""
        if (arrived := self._next.pop(lane_id, None)) is not None:
            row_id, kept = arrived.row_id, arrived.kept
        elif (found := await self._oldest(lane_id)) is not None:
            row_id, kept = found
        else:
            return await self._db.write(lambda tx: self._give_back(tx, lane_id))
        counted = self._pace.count(lane_id, self._clock.now())
        try:
            read = _read(row_id, lane_id, kept, await self._thinking.think(kept), counted)
        except DatabaseAway:
            raise
        except Exception as problem:
            log.error("reading_failed", extra={"kind": type(problem).__name__})
            await self._count_failure(Read(row_id, lane_id, kept, None, None))
            return False
        return await self._answer(read)

    async def _oldest(self, lane_id: int) -> tuple[int, intake.Kept] | None:
        row = await self._db.glance(lambda connection: _oldest(connection, lane_id))
        if row is None:
            return None
        row_id, key_id, sealed = row
        try:
            return row_id, intake.unpack(self._db.seals.open_with(KeyId(key_id), sealed, about=f"inbox:{lane_id}"))
        except (KeyDestroyed, SealBroken):
            return row_id, intake.Kept("unsupported")

    def _give_back(self, tx: Tx, lane_id: int) -> bool:
        claims.hold_lane(tx, lane_id)
        return claims.let_go(tx, lane_id, now=self._clock.now())

    async def _answer(self, read: Read) -> bool:
        """One deed answers, and gives the lane back if that was the last message in it (then True)."""
        spare = await self._spares.lend()
        if read.code_hash is not None and not spare.words:
            spare = await self._spares.make()  # whoever comes back is told her new code at once
        now = self._clock.now()
        try:
            answered = await self._db.write(lambda tx: self._turn(tx, replace(read, spare=spare), now))
        except DatabaseAway:
            raise
        except Exception as problem:
            log.error("turn_failed", extra={"kind": type(problem).__name__})
            await self._count_failure(read)
            return False
        finally:
            self._spares.give_back(spare)
        await self._after(read.lane_id, spare, answered)
        return answered.is_done

    def _turn(self, tx: Tx, read: Read, now: datetime) -> Answered:
        before = tx.written(inbox)
        with added.using(self._house.shelf().added):  # a dialogue looks at the same words
            erasing = take_turn(tx, read, self._house, now=now)
        if read.row_id is None:  # nobody had to claim the lane, as long as nothing has come into it
            if tx.written(inbox) == before:
                return Answered(erasing, is_done=True)
            claims.claim_lanes(tx, [read.lane_id], now=now)
        return Answered(erasing, claims.let_go(tx, read.lane_id, now=now))

    def _go_on(self, lane_id: int, spare: Spare, answered: Answered) -> None:
        """After an answer in the deed that kept the message: the network does not wait for the rest."""
        if spare.is_wanted or answered.erasing is not None:
            later = asyncio.get_running_loop().create_task(self._later(lane_id, spare, answered))
            self._unfinished.add(later)
            later.add_done_callback(self._unfinished.discard)
        if not answered.is_done:
            self._wake(lane_id)

    async def _later(self, lane_id: int, spare: Spare, answered: Answered) -> None:
        try:
            await self._after(lane_id, spare, answered)
        except DatabaseAway:
            log.warning("lane_left_waiting", extra={"kind": "database_away"})

    async def _after(self, lane_id: int, spare: Spare, answered: Answered) -> None:
        if spare.is_wanted:
            await self._tell_code(lane_id)
        if answered.erasing is not None:
            await self._erase(answered.erasing)

    async def _tell_code(self, lane_id: int) -> None:
        """None was ready when the alarm went out, and it did not wait for one."""
        spare, now = await self._spares.make(), self._clock.now()
        await self._db.write(lambda tx: tell_code(tx, lane_id, spare, self._house, now=now))

    async def _count_failure(self, read: Read) -> None:
        now, policy = self._clock.now(), self._house.policy
        await self._db.write(lambda tx: aside.count(tx, read, policy, now=now))

    async def _erase(self, erasing: Erasing) -> None:
        """First the keys, then the rows: from the first step on the words are unreadable for good."""
        await asyncio.to_thread(self._db.seals.keys.destroy, erasing.keys)
        await self._finish_erasing(erasing.lane_id)

    async def _go_on_erasing(self, lane_id: int) -> bool:
        """Begin again with the keys; True if this process did it."""
        now, policy = self._clock.now(), self._house.policy

        def take(tx: Tx) -> tuple[KeyId, ...] | None:
            if not claims.claim_lanes(tx, [lane_id], now=now) or not erasure.is_unfinished(tx, lane_id):
                return None
            parting.part(tx, lane_id, now=now, policy=policy)
            return erasure.keys_of(tx, lane_id)

        keys = await self._db.write(take)
        if keys is not None:
            await self._erase(Erasing(lane_id, keys))
        return keys is not None

    async def _finish_erasing(self, lane_id: int) -> None:
        now = self._clock.now()

        def finish(tx: Tx) -> tuple[KeyId, ...]:
            claims.hold_lane(tx, lane_id)
            if not erasure.is_unfinished(tx, lane_id):
                return ()  # finished meanwhile; on SQLite the number may already be somebody else's
            mine = select(person.c.language).join(lane, lane.c.person_id == person.c.id).where(lane.c.id == lane_id)
            language = tx.execute(mine).scalar_one()
            until = parting.keep_out(tx, lane_id, now=now)
            farewell = partial(say_farewell, lane_id=lane_id, language=language, now=now, kept_out_until=until)
            return erasure.finish(tx, lane_id, now=now, farewell=farewell)

        self._db.seals.keys.destroy(await self._db.write(finish))
        await self._db.scrub()


def _read(
    row_id: int | None, lane_id: int, kept: intake.Kept, thought: Thought, paced: tuple[bool, bool],
    spare: Spare | None = None,
) -> Read:  # fmt: skip
    """Of a tap or a picture there is nothing to understand."""
    return Read(row_id, lane_id, kept, thought.meaning, thought.word, thought.code_hash, spare, *paced)


def _oldest(connection: Connection, lane_id: int) -> Callable[[], tuple[int, str, bytes] | None]:
    asked = ask(connection, _OLDEST, {"whose": lane_id})

    def read() -> tuple[int, str, bytes] | None:
        row = asked.rows.one_or_none()
        return None if row is None else (row.id, row.key_id, row.sealed)

    return read


_OLDEST = (
    select(inbox.c.id, conversation.c.key_id, inbox.c.sealed)
    .join(conversation, conversation.c.lane_id == inbox.c.lane_id)
    .where(inbox.c.lane_id == bindparam("whose"), inbox.c.set_aside_at.is_(None))
    .order_by(inbox.c.id)
    .limit(1)
)
