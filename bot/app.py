"""Puts the house together by hand: which channels, which senders, what ticks. No globals, no container."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection

from bot import audit as audit_chain
from bot import claims, cores, marks, memory, postbag, shared_clock, understanding, vault
from bot.bells import SHELF, Bells
from bot.clockwork import Clockwork
from bot.db import Database, DatabaseAway, Tx
from bot.dialogues.choosing import all_dialogues
from bot.hearing import Hearing
from bot.helpline import alarms, due, erasure, escalation, retention, rota_watch, set_back
from bot.keeping import reminders
from bot.mailroom import Mailroom
from bot.policy import Policy
from bot.ports import Address, Channel, Clock, ContactRef, Sender
from bot.reception import Reception
from bot.seals import Seals
from bot.selfaudit import SelfAudit
from bot.settings import Settings
from bot.turns import House as TurnHouse
from bot.understanding.apart import Apart
from directory import answers, places
from directory.reading import read
from directory.shelf import ShelfKeeper

EVERYTHING = frozenset({"web", "turns", "mailroom", "timers"})


class MachineClock:
    """The time of this machine, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class House:
    """Everything that runs, and how it starts and stops."""

    settings: Settings
    policy: Policy
    clock: Clock
    seals: Seals
    db: Database
    bells: Bells
    keeper: ShelfKeeper
    reception: Reception
    mailroom: Mailroom
    clockwork: Clockwork
    together: cores.Together
    channels: tuple[Channel, ...]
    senders: Mapping[str, Sender] = field(default_factory=dict)
    hearing: Hearing | None = None
    apart: Apart | None = None  # who understands messages beside this process

    async def start(self, *, parts: frozenset[str] = EVERYTHING, ticks: bool = True) -> None:
        """Open for everybody: first what was left unfinished, then the doors. `parts`: only these of EVERYTHING."""
        await self.db.read(self.keeper.load)
        await self.mailroom.free_leases()
        if self.hearing is not None:
            self.hearing.start()
        for sender in self.senders.values():
            await sender.start()
        if "mailroom" not in parts:
            self.mailroom.leave_it()
        if "turns" in parts:
            if ticks:  # nobody who writes first waits until rules, places and articles are read
                await self._get_ready()
                if (library := self.keeper.shelf.library) is not None:
                    await asyncio.to_thread(answers.get_ready, library)
            await self.reception.catch_up()
        else:
            self.reception.only_keep()
        await self.db.scrub()  # the process before this one may have died between an erasure and this
        if "web" in parts:
            for channel in self.channels:
                await channel.start(self.reception.keep)
        if ticks:
            asyncio.get_running_loop().set_default_executor(cores.threads(None, "aside"))
            self.clockwork.start(_rounds(parts))
            memory.settle()

    async def _get_ready(self) -> None:
        if self.apart is None:
            await asyncio.to_thread(understanding.read, "cần giúp ở Hà Nội")
        else:
            await asyncio.gather(self.apart.start(), asyncio.to_thread(_look_up, "cần giúp ở Hà Nội"))

    async def stop(self) -> None:
        """Close the doors, finish what is inside, give back the rest."""
        self.clockwork.stop()
        self.together.let_go()
        for channel in self.channels:
            await channel.stop()
        await self.reception.settle()
        await self.mailroom.stop()
        for channel in self.channels:
            await channel.stop()  # closes what the last messages have opened again
        await self.reception.let_go()
        if self.apart is not None:
            await self.apart.stop()
        if self.hearing is not None:
            await self.hearing.stop()
        for sender in self.senders.values():
            await sender.stop()
        await self.db.stop()
        self.seals.stop()

    async def settle(self) -> None:
        """Until nothing due is left to do: used by rehearsals, which move the clock themselves."""
        for _ in range(200):
            await self.reception.settle()
            await self.mailroom.settle()
            done = await self.clockwork.tick() + await self.mailroom.collect() + await self.reception.finish_erasures()
            await self.mailroom.settle()
            await self.db.scrub_again()
            if not done:
                return


def _rounds(parts: frozenset[str]) -> frozenset[str]:
    """What ticks in a process that runs only these parts; the shelf is fresh in each."""
    timers = {"timers", "mending", "forgetting", "selfaudit"}
    named = {"turns": {"reception", "erasures"}, "mailroom": {"mailroom"}, "timers": timers}
    return frozenset({"shelf", "scrub", "keys", "clock", "cores"}).union(*(named.get(part, set()) for part in parts))


def _look_up(text: str) -> None:
    """Read what dialogues look up themselves; what danger looks like is known beside this process."""
    reading = read(text)
    places.read(reading)
    answers.said(reading)


ChannelMaker = Callable[[Database, Seals, Clock, Bells, Settings, Callable[[str], ContactRef]], Channel]
SenderMaker = Callable[[Database, Clock, Bells, Settings], Sender]


async def _unheard() -> None:
    """Nobody outside listens whether the house is well."""


def build(
    settings: Settings,
    policy: Policy,
    *,
    seals: Seals,
    clock: Clock,
    channels: Mapping[tuple[str, str], ChannelMaker],
    senders: Mapping[str, SenderMaker],
    routes: Callable[[Connection, int], Sequence[tuple[str, Address]]],
    beat: Callable[[], Awaitable[None]] = _unheard,
) -> House:
    """The house, built and not yet started; the writer thread runs from here on. Call on the running event loop."""
    db = Database(settings.database_url, seals)
    bells = Bells() if db.is_sqlite else Bells(look_every=1.0, name=db.bell_name)
    db.on_rung = bells.ring
    keeper = ShelfKeeper()
    made = {door: make(db, seals, clock, bells, settings, _refer(seals, *door)) for door, make in channels.items()}
    ways = {kind: make_sender(db, clock, bells, settings) for kind, make_sender in senders.items()}
    room = Mailroom(
        db,
        clock,
        channels=made,
        senders=ways,
        routes=routes,
        base_url=settings.base_url,
        forget_lane=partial(forget_lane, db),
        pass_by=alarms.pass_by,
        wake_order=policy.wake_order,
        pages_suffice=policy.is_demo,
    )
    db.on_told = room.hand_over
    turns = TurnHouse(all_dialogues(), lambda: keeper.shelf, policy, settings.service_name)
    apart = Apart() if settings.understand_apart and cores.count() > 1 else None
    reception = Reception(db, clock, turns, apart=apart)
    here = partial(shared_clock.apart_too_far, clock)
    audit = SelfAudit(db, clock, policy, senders=ways, routes=routes, beat=beat, here=here)
    together = cores.Together(db.threads)
    rounds = {
        "reception": (1, reception.look),
        "erasures": (5, reception.finish_erasures),
        "mailroom": (1, room.collect),
        "shelf": (0.5, lambda: refresh_shelf(db, keeper)),  # seen within a second, also where no bell is heard
        "scrub": (1, db.scrub_again),
        "keys": (2, lambda: asyncio.to_thread(seals.reload)),
        "mending": (60, lambda: _mend(db, clock)),
        "selfaudit": (60, audit.look),
        "forgetting": (60, lambda: forget_what_is_due(db, clock, policy)),
        "clock": (5, lambda: set_clock(db, clock)),
        "cores": (1, together.look),
    }
    bells.call(claims.LANES, reception.look_soon)
    bells.call(postbag.OUTBOX, room.collect_soon)
    bells.call(SHELF, _soon(lambda: refresh_shelf(db, keeper)))
    hearing = None if db.is_sqlite else Hearing(settings.database_url, db.owner, bells)
    clockwork = Clockwork(db, clock, policy, due=due.DUE, rounds=rounds)
    db.start()
    return House(
        settings, policy, clock, seals, db, bells, keeper, reception, room, clockwork, together,
        tuple(made.values()), ways, hearing, apart,
    )  # fmt: skip


async def set_clock(db: Database, clock: Clock) -> None:
    """Several processes go by the time of the database they share; one alone, and a test, by its own."""
    if isinstance(clock, shared_clock.SharedClock):
        await db.read(clock.set_by)


def _soon(wanted: Callable[[], Awaitable[object]]) -> Callable[[], None]:
    """Do it now besides everything else; what fails is done at the next tick anyway."""
    running: set[asyncio.Task[None]] = set()

    async def quietly() -> None:
        with suppress(DatabaseAway):
            await wanted()

    def begin() -> None:
        task = asyncio.get_running_loop().create_task(quietly())
        running.add(task)
        task.add_done_callback(running.discard)

    return begin


async def refresh_shelf(db: Database, keeper: ShelfKeeper) -> bool:
    """Take over what changed in the directory; the new shelf is put out of the collector's sight.

    What new articles are compared with is made before anybody asks, in a thread, and not while a read is open.
    """
    newer = await db.read(keeper.look)
    if newer is None:
        return False
    if newer.library is not None and newer.library is not keeper.shelf.library:
        await asyncio.to_thread(answers.get_ready, newer.library)
    is_new = keeper.put(newer)
    if is_new:
        memory.settle_again()
    return is_new


async def _mend(db: Database, clock: Clock) -> None:
    """What must always have a next moment gets it back, and no wait is longer because a clock was wrong."""
    while await db.write(lambda tx: set_back.put_right(tx, now=clock.now())) == set_back.CHUNK:
        pass
    await db.write(lambda tx: _ensure(tx, clock.now()))


def _ensure(tx: Tx, now: datetime) -> None:
    escalation.mend(tx, now=now)
    audit_chain.adopt(tx, now=now)
    rota_watch.ensure(tx, now=now)
    reminders.ensure(tx, now=now)
    marks.sweep(tx.connection)


async def forget_what_is_due(db: Database, clock: Clock, policy: Policy) -> int:
    """Delete what has reached its `forget_at`, then destroy the keys. Returns the number of rows."""
    now = clock.now()

    if not db.is_sqlite and not await db.write(lambda tx: claims.hold(tx, "forgetting", now=now, seconds=90)):
        return 0  # another process does it
    gone = 0
    idle = await db.read(partial(retention.idle, now=now))
    for name in retention.parts():
        if name in idle:
            continue
        part = partial(retention.sweep_part, name=name, now=now, policy=policy)
        while (swept := await db.write(part, urgent=False)).rows or swept.kept:
            gone += swept.rows
            db.seals.keys.destroy(swept.keys)
    if gone:
        await db.scrub()
    return gone


def forget_lane(db: Database, tx: Tx, lane_id: int) -> None:
    """The last message is out: rows now, their keys once that is durable, and then what the log still holds of them."""
    keys = erasure.forget_lane(tx, lane_id)

    def destroy() -> None:
        tx.seals.keys.destroy(keys)
        db.must_scrub = db.is_sqlite

    tx.after_commit(destroy)


def _refer(seals: Seals, channel: str, account: str) -> Callable[[str], ContactRef]:
    return lambda address: vault.refer(seals, channel, account, address)
