"""The door for messages: keeps them, answers the network, then reads each lane in order and lets one deed answer."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, select, update

from bot import intake, understanding
from bot.db import Database, DatabaseAway, Tx
from bot.helpline import cases, coming_back, erasure, escalation
from bot.helpline.casebook import Urgency
from bot.helpline.coming_back import Spare
from bot.helpline.ringing import tell_of_failure
from bot.helpline.rota import on_duty
from bot.outbox import tell_person
from bot.policy import Policy
from bot.ports import Clock, Inbound
from bot.seals import KeyDestroyed, KeyId, SealBroken
from bot.tables import conversation, inbox, lane, person
from bot.turns import Erasing, House, Read, say_farewell, take_turn
from directory.wording import t

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
SPARES = 4  # return codes made in advance
MOST_A_MINUTE = 20
_LONG = 2_000  # characters: longer messages are read in a thread of their own


class Pace:
    """How fast each lane writes; forgets whoever has been quiet for a minute."""

    def __init__(self) -> None:
        self._seen: dict[int, deque[datetime]] = {}
        self._told: dict[int, datetime] = {}

    def count(self, lane_id: int, now: datetime) -> tuple[bool, bool]:
        """(more than anybody can answer, the first of these)."""
        begin = now - timedelta(minutes=1)
        for other in [one for one, times in self._seen.items() if times[-1] <= begin]:
            del self._seen[other]
            self._told.pop(other, None)
        times = self._seen.setdefault(lane_id, deque(maxlen=MOST_A_MINUTE + 1))
        times.append(now)
        is_flood = len(times) > MOST_A_MINUTE and times[0] > begin
        is_first = is_flood and lane_id not in self._told
        if is_flood:
            self._told[lane_id] = now
        return is_flood, is_first


class Reception:
    """`keep` for the channels, `receive` for each lane. One task a lane: a person's messages keep their order."""

    def __init__(self, db: Database, clock: Clock, house: House) -> None:
        self._db = db
        self._clock = clock
        self._house = house
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()
        self._only_keeps = False
        self._spares: list[Spare] = []
        self._filling: asyncio.Task[None] | None = None
        self._pace = Pace()

    def only_keep(self) -> None:
        """This process answers nobody: another one reads what is kept here."""
        self._only_keeps = True

    async def keep(self, events: Sequence[Inbound]) -> None:
        """When this returns, the events are safely kept; only then may the network be answered."""
        stripped = [(event, await self._strip(event)) for event in events]
        now, policy = self._clock.now(), self._house.policy
        lanes = await self._db.write(
            lambda tx: intake.keep(
                tx, stripped, now=now, conversation_hours=policy.conversation_hours, routing_days=policy.routing_days
            )
        )
        for lane_id in lanes:
            self._wake(lane_id)

    async def catch_up(self) -> None:
        """At the start: read what a process before us kept and did not answer, finish its erasures."""
        await self.look()
        for lane_id in await self._db.read(lambda connection: list(erasure.unfinished(connection))):
            await self._finish_erasing(lane_id)

    async def look(self) -> int:
        """Answer what another process kept, or what waited while the database was away."""
        waiting = await self._db.read(_lanes_waiting)
        for lane_id in waiting:
            self._wake(lane_id)
        return len(waiting)

    async def settle(self) -> None:
        """Wait until every message kept so far is answered."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _strip(self, event: Inbound) -> intake.Kept:
        if len(event.text or "") > _LONG:
            return await asyncio.to_thread(intake.strip, event)
        return intake.strip(event)

    def _wake(self, lane_id: int) -> None:
        if lane_id in self._tasks:
            self._again.add(lane_id)
            return
        if self._only_keeps:
            return
        self._tasks[lane_id] = asyncio.get_running_loop().create_task(self._receive(lane_id))

    async def _receive(self, lane_id: int) -> None:
        try:
            while True:
                self._again.discard(lane_id)
                read = await self._next(lane_id)
                if read is not None:
                    await self._answer(read)
                elif lane_id not in self._again:
                    return
        except DatabaseAway:
            log.warning("lane_left_waiting", extra={"kind": "database_away"})
        finally:
            del self._tasks[lane_id]

    async def _next(self, lane_id: int) -> Read | None:
        row = await self._db.read(lambda connection: _oldest(connection, lane_id))
        if row is None:
            return None
        row_id, key_id, sealed = row
        try:
            kept = intake.unpack(self._db.seals.open_with(KeyId(key_id), sealed, about=f"inbox:{lane_id}"))
        except (KeyDestroyed, SealBroken):
            kept = intake.Kept("unsupported")
        return await self._think(row_id, lane_id, kept)

    async def _think(self, row_id: int, lane_id: int, kept: intake.Kept) -> Read:
        """Understanding happens here, outside the transaction; deeds never classify again."""
        spare = await self._spare()
        is_flood, is_first = self._pace.count(lane_id, self._clock.now())
        if not kept.text:
            return Read(row_id, lane_id, kept, None, None, None, spare, is_flood, is_first)
        if len(kept.text) > _LONG:
            meaning = await asyncio.to_thread(understanding.read, kept.text)
        else:
            meaning = understanding.read(kept.text)
        words, code_hash = coming_back.looks_like(kept.text), None
        if words is not None:
            code_hash = await asyncio.to_thread(self._db.seals.slow_hash, words)
        word = understanding.whole_word(kept.text)
        return Read(row_id, lane_id, kept, meaning, word, code_hash, spare, is_flood, is_first)

    async def _spare(self) -> Spare | None:
        """A return code for this turn, should it need one; more are made in a thread meanwhile."""
        if not self._spares:
            self._spares.append(await asyncio.to_thread(coming_back.make, self._db.seals))
        if len(self._spares) < SPARES and (self._filling is None or self._filling.done()):
            self._filling = asyncio.get_running_loop().create_task(self._fill())
        return self._spares.pop()

    async def _fill(self) -> None:
        while len(self._spares) < SPARES:
            self._spares.append(await asyncio.to_thread(coming_back.make, self._db.seals))

    async def _answer(self, read: Read) -> None:
        now = self._clock.now()
        try:
            erasing = await self._db.write(lambda tx: take_turn(tx, read, self._house, now=now))
        except DatabaseAway:
            raise
        except Exception as problem:
            log.error("turn_failed", extra={"kind": type(problem).__name__})
            await self._db.write(lambda tx: _failed(tx, read, self._house.policy, now))
            return
        finally:
            if read.spare is not None and not read.spare.is_given:
                self._spares.append(read.spare)
        if erasing is not None:
            await self._erase(erasing)

    async def _erase(self, erasing: Erasing) -> None:
        """First the keys, then the rows: from the first step on the words are unreadable for good."""
        await asyncio.to_thread(self._db.seals.keys.destroy, erasing.keys)
        await self._finish_erasing(erasing.lane_id)

    async def _finish_erasing(self, lane_id: int) -> None:
        now = self._clock.now()

        def finish(tx: Tx) -> tuple[KeyId, ...]:
            mine = select(person.c.language).join(lane, lane.c.person_id == person.c.id).where(lane.c.id == lane_id)
            language = tx.execute(mine).scalar_one_or_none() or "vi"
            farewell = partial(say_farewell, lane_id=lane_id, language=language, now=now)
            return erasure.finish(tx, lane_id, now=now, farewell=farewell)

        self._db.seals.keys.destroy(await self._db.write(finish))
        await self._db.scrub()


def _lanes_waiting(connection: Connection) -> list[int]:
    wanted = select(inbox.c.lane_id).where(inbox.c.set_aside_at.is_(None)).distinct()
    return list(connection.execute(wanted).scalars())


def _oldest(connection: Connection, lane_id: int) -> tuple[int, str, bytes] | None:
    wanted = (
        select(inbox.c.id, conversation.c.key_id, inbox.c.sealed)
        .join(conversation, conversation.c.lane_id == inbox.c.lane_id)
        .where(inbox.c.lane_id == lane_id, inbox.c.set_aside_at.is_(None))
        .order_by(inbox.c.id)
        .limit(1)
    )
    row = connection.execute(wanted).one_or_none()
    return None if row is None else (row.id, row.key_id, row.sealed)


def _failed(tx: Tx, read: Read, policy: Policy, now: datetime) -> None:
    """Counted outside the deed that failed; after three it is set aside, the person gets an apology, staff an alarm."""
    mine = inbox.c.id == read.row_id
    tx.execute(update(inbox).where(mine).values(attempts=inbox.c.attempts + 1))
    attempts = tx.execute(select(inbox.c.attempts).where(mine)).scalar_one_or_none()
    if attempts is None or attempts < MOST_ATTEMPTS:
        return
    tx.execute(update(inbox).where(mine).values(set_aside_at=now, forget_at=now + timedelta(days=3)))
    level = read.meaning.danger.level if read.meaning else "none"
    if level != "none":  # danger is never dropped, whatever else fails
        urgency: Urgency = "now" if level == "now" else "violence"
        cases.open_case(tx, read.lane_id, urgency=urgency, need=None, place=None, now=now, policy=policy)
    tell_person(tx, read.lane_id, t("small.apology"), now=now)
    known = cases.of_lane(tx.connection, read.lane_id)
    if known is not None and known.staff_id is not None:
        whom = [known.staff_id]
    else:
        rungs = on_duty(tx.connection, None, now)
        whom = [one.staff_id for one in rungs[0]] if rungs else list(escalation.those_in_charge(tx))
    for staff_id in whom:
        tell_of_failure(tx, staff_id, now=now)
