"""A house whose process may die between any two steps: what was called kept is answered once, or again and marked.

Persons with an open case write numbered lines, their colleague writes numbered lines back, some erase themselves and
some of these cry again in the same breath or later, the network fails in every way it can, time passes. A fuse kills
the process before or after any read, write or send.
"""

import asyncio
import re
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import func, select

from bot import demonstration
from bot.app import House, build
from bot.db import Tx, open_engine
from bot.helpline import relay, turns
from bot.policy import demonstration as demo_policy
from bot.ports import Address, Cap, Capabilities, MsgRef, Outbound, SendKind, Sent
from bot.seals import Seals, create_key_file
from bot.settings import Settings
from bot.tables import case, inbox, lane, outbox, staff
from directory.tables import make_tables
from tests.conftest import MovableClock
from tests.fakes import FakeChannel

PERSONS = ("anna", "binh")
PASSING: tuple[SendKind, ...] = ("throttled", "transient", "unknown_outcome")


def letters(number: int) -> str:
    """A number that no mask takes for a house or a phone."""
    return "x" + "".join("bcdfghklmn"[int(digit)] for digit in str(number)) + "x"


@dataclass
class Fuse:
    """Burns down one step at a time; at its end the process stops for good, before or after that step."""

    left: int | None = None
    after: bool = False
    is_dead: bool = False
    died: asyncio.Event = field(default_factory=asyncio.Event)

    def wrap(self, step: Callable[..., Awaitable[Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def mortal(*arguments: Any, **named: Any) -> Any:
            if self.left == 0 and not self.is_dead:
                self.is_dead = True
                try:
                    if self.after:
                        await step(*arguments, **named)
                except Exception:
                    self.died.set()  # nobody hears of it any more
                self.died.set()
            if self.is_dead:
                await asyncio.Event().wait()
            if self.left is not None:
                self.left -= 1
            return await step(*arguments, **named)

        return mortal


@dataclass
class Desk:
    """Stands for the colleagues' own channels; what it is told is not looked at here."""

    clock: MovableClock
    kind: str = "console"

    def capabilities(self) -> Capabilities:
        return Capabilities(Cap.PUSH_ANYTIME, 10_000, "chars", 9, 99, 99)

    async def send(self, message: Outbound, address: Address) -> Sent:
        return Sent((MsgRef(message.idempotency_key),), self.clock.now())

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None


class Network:
    """What persons really see, beyond the life of any process: every message, also the second copy."""

    def __init__(self) -> None:
        self.seen: defaultdict[str, list[tuple[str, str, bool]]] = defaultdict(list)  # key, text, marked as repetition

    def show(self, address: str, message: Outbound) -> None:
        self.seen[address].append((message.idempotency_key, message.text, message.is_repeat))


class Door(FakeChannel):
    """A network that shows everything it is given: it does not know repetitions by their key."""

    network: Network

    async def send(self, message: Outbound, address: Address) -> Sent:
        self._keys.pop(message.idempotency_key, None)
        before = len(self.shown)
        try:
            return await super().send(message, address)
        finally:
            if len(self.shown) > before:
                self.network.show(address, message)


_LINE = re.compile(r"\bdap x[a-z]*x\b")  # what the colleague writes; "dap xay" may be words of a return code


class HouseMachine(RuleBasedStateMachine):
    """The rules; subclasses name the database."""

    def url(self, folder: Path) -> str:
        return f"sqlite:///{folder / 'house.db'}"

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(prefix="machine-")
        self.place = Path(self.folder.name)
        self.clock = MovableClock(datetime(2026, 12, 7, 2, 0, tzinfo=UTC))
        self.network = Network()
        self.count = 0
        self.said: defaultdict[str, list[str]] = defaultdict(list)
        self.answered: defaultdict[str, list[str]] = defaultdict(list)
        self.erased: set[str] = set()
        self.cried: defaultdict[str, list[str]] = defaultdict(list)
        self.crashes = 0
        self.house: House
        self.fuse = Fuse()
        self.address = self.url(self.place)
        create_key_file(self.place / "key.json")
        engine = open_engine(self.address)
        make_tables(engine)
        engine.dispose()

    def run_now(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    # --- life and death -----------------------------------------------------------------------------------------------

    @initialize()
    def open(self) -> None:
        self.run_now(self._begin())

    async def _begin(self) -> None:
        await self._live()
        await self.house.db.write(lambda tx: demonstration.seed(tx, self.clock.now()))
        workers = select(staff.c.id).where(staff.c.role == "worker")
        self.worker = await self.house.db.read(lambda c: c.execute(workers).scalars().first())
        self.cases: dict[str, int] = {}
        for who in PERSONS:
            await self._door().say(who, "cứu", event_id=f"{who}:cry")
            await self.house.settle()
            self.cases[who] = await self.house.db.write(self._take_newest)
            await self.house.settle()

    def _take_newest(self, tx: Tx) -> int:
        case_id: int = tx.execute(select(func.max(case.c.id))).scalar_one()
        turns.take(tx, case_id, self.worker, now=self.clock.now(), policy=self.house.policy)
        return case_id

    async def _live(self) -> None:
        seals = Seals.from_files(self.place / "key.json", str(self.place / "keys.db"))

        def door(seals: Seals) -> Door:
            made = Door(seals, self.clock)
            made.network = self.network
            return made

        self.house = build(
            Settings(database_url=self.address, data_dir=self.place),
            demo_policy(),
            seals=seals,
            clock=self.clock,
            channels={("fake", "1"): lambda db, seals, clock, bells, settings, refer: door(seals)},
            senders={"console": lambda db, clock, bells, settings: Desk(self.clock)},
            routes=lambda connection, staff_id: [("console", Address(str(staff_id)))],
        )
        self.fuse = Fuse()
        db, channel = self.house.db, self._door()
        for target, name in (*((db, one) for one in ("write", "read", "look_up", "glance")), (channel, "send")):
            setattr(target, name, self.fuse.wrap(getattr(target, name)))
        await self.house.start(ticks=False)

    async def _die(self) -> None:
        """No goodbye: tasks stop where they stand, leases stay as they are."""
        self.crashes += 1
        self.fuse.is_dead = True
        self.house.db.on_told = lambda keys: None
        while others := [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]:
            for task in others:
                task.cancel()  # again, if an answer of the network came in the same moment and swallowed it
            await asyncio.wait(others, timeout=0.05)
        await self.house.db.stop()
        self.house.seals.stop()

    async def _try(self, work: Coroutine[Any, Any, Any]) -> bool:
        """True if it was done, False if the process died over it; then a new one stands in its place."""
        task = asyncio.ensure_future(work)
        died = asyncio.ensure_future(self.fuse.died.wait())
        await asyncio.wait({task, died}, return_when=asyncio.FIRST_COMPLETED)
        if not self.fuse.is_dead:
            died.cancel()
            await task
            return True
        await self._die()
        await self._live()
        return False

    def _door(self) -> Door:
        (channel,) = self.house.channels
        assert isinstance(channel, Door)
        return channel

    # --- what happens -------------------------------------------------------------------------------------------------

    @rule(who=st.sampled_from(PERSONS))
    def a_person_writes(self, who: str) -> None:
        if who in self.erased:
            return
        self.count += 1
        text = f"tin {letters(self.count)}"
        self.said[who].append(text)
        self.run_now(self._say(who, text))

    async def _say(self, who: str, *texts: str) -> None:
        """The network delivers again until it is told that what it brought is kept."""
        for _ in range(3):
            if await self._try(self._door().bring([(who, f"{who}:{text}", text) for text in texts])):
                return
        raise AssertionError("a new process keeps what it is given")

    @rule(who=st.sampled_from(PERSONS))
    def a_person_writes_two_lines_that_come_together(self, who: str) -> None:
        """As a network that is asked brings them: they are kept first, and have their turns."""
        if who in self.erased:
            return
        texts = [f"tin {letters(self.count + more)}" for more in (1, 2)]
        self.count += 2
        self.said[who] += texts
        self.run_now(self._say(who, *texts))

    @rule(who=st.sampled_from(PERSONS))
    def the_colleague_writes(self, who: str) -> None:
        if who in self.erased:
            return
        self.count += 1
        self.run_now(self._answer(who, f"dap {letters(self.count)}"))

    async def _answer(self, who: str, text: str) -> None:
        case_id, now = self.cases[who], self.clock.now()

        def deed(tx: Any) -> None:
            relay.from_worker(tx, case_id, self.worker, text, now=now)

        if await self._try(self.house.db.write(deed)):
            self.answered[who].append(text)

    @rule(who=st.sampled_from(PERSONS))
    def a_person_erases(self, who: str) -> None:
        if who in self.erased or len(self.erased) + 1 == len(PERSONS):
            return
        self.erased.add(who)
        for text in ("xoá", "xoa het"):
            self.run_now(self._say(who, text))

    @rule(who=st.sampled_from(PERSONS))
    def who_has_erased_cries_again(self, who: str) -> None:
        """Whether the erasure is done, half done, or has not even been read."""
        if who not in self.erased:
            return
        self.count += 1
        text = f"cứu em, nó đang đánh em {letters(self.count)}"
        self.cried[who].append(text)
        self.run_now(self._say(who, text))

    @rule(steps=st.integers(0, 25), after=st.booleans())
    def a_fuse_is_lit(self, steps: int, after: bool) -> None:
        self.fuse.left, self.fuse.after = steps, after

    @precondition(lambda self: self.crashes < 12)
    @rule()
    def the_power_fails(self) -> None:
        self.run_now(self._power())

    async def _power(self) -> None:
        await self._die()
        await self._live()

    @rule(kind=st.sampled_from(PASSING))
    def the_network_refuses(self, kind: SendKind) -> None:
        self._door().fail_next(kind)

    @rule()
    def a_response_is_lost(self) -> None:
        self._door().doubt_next()

    @rule(seconds=st.sampled_from((1, 5, 11, 31, 61)))
    def time_passes(self, seconds: int) -> None:
        self.clock.pass_(seconds=seconds)
        self.run_now(self._try(self._round()))

    async def _round(self) -> None:
        await self.house.reception.look()
        await self.house.reception.finish_erasures()
        await self.house.clockwork.tick()
        await self.house.mailroom.collect()
        await self.house.reception.settle()
        await self.house.mailroom.settle()

    # --- what must hold -----------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        try:
            if hasattr(self, "house"):
                self.run_now(self._check())
        finally:
            self.loop.close()
            self.folder.cleanup()

    async def _check(self) -> None:
        self.fuse.left = None
        self._door()._faults.clear()
        for _ in range(8):
            self.clock.pass_(seconds=31)
            if not await self._try(self._round()):
                continue
        try:
            await self._holds()
        finally:
            await self.house.stop()

    async def _holds(self) -> None:
        waiting = await self.house.db.read(lambda c: [c.execute(select(t)).all() for t in (inbox, outbox)])
        assert waiting == [[], []], "everything kept is answered, everything told is sent"
        for who in PERSONS:
            seen = self.network.seen[who]
            self._marked(seen)
            if self.cried[who]:
                await self._heard(who, seen)
            elif who in self.erased:
                self._silent(seen)
            else:
                await self._whole(who, seen)
        lanes = await self.house.db.read(lambda c: c.execute(select(func.count()).select_from(lane)).scalar_one())
        back = sum(bool(self.cried[who]) for who in self.erased)
        assert lanes == len(PERSONS) - len(self.erased) + back, "who has erased is gone, or somebody new"
        held = select(func.count()).select_from(lane).where(lane.c.lease_owner.is_not(None))
        assert await self.house.db.read(lambda c: c.execute(held).scalar_one()) == 0

    def _marked(self, seen: list[tuple[str, str, bool]]) -> None:
        first: set[str] = set()
        for key, text, is_repeat in seen:
            assert key not in first or is_repeat, f"a second copy that does not say so: {text}"
            first.add(key)

    def _silent(self, seen: list[tuple[str, str, bool]]) -> None:
        texts = [text for _, text, _ in seen]
        assert any("Đã xoá" in text for text in texts), texts
        (last, *_), farewell = [at for at, text in enumerate(texts) if "Đã xoá" in text], texts[-1]
        assert "Đã xoá" in farewell and all("Đã xoá" in text for text in texts[last:]), "nothing after the farewell"

    async def _heard(self, who: str, seen: list[tuple[str, str, bool]]) -> None:
        """A cry behind "xoá hết" has a case of its own, with every word; nothing says afterwards that all is erased."""
        newest = select(func.max(case.c.id)).where(case.c.state != "closed", case.c.id.not_in(self.cases.values()))
        anew = await self.house.db.read(lambda c: c.execute(newest).scalar_one())
        assert anew is not None and self.cases[who] != anew
        lines = await self.house.db.read(lambda c: relay.words(c, self.house.seals, anew))
        assert [line.text for line in lines if line.direction == "person"] == self.cried[who]
        texts = [text for _, text, _ in seen]
        farewells = [at for at, text in enumerate(texts) if "Đã xoá" in text]
        answers = [at for at, text in enumerate(texts) if "Mình đã báo" in text and at > min(farewells, default=-1)]
        assert answers, texts
        if farewells:
            assert max(farewells) < max(answers), texts

    async def _whole(self, who: str, seen: list[tuple[str, str, bool]]) -> None:
        lines = await self.house.db.read(lambda c: relay.words(c, self.house.seals, self.cases[who]))
        told = [line.text for line in lines if line.direction == "person" and line.text and line.text[:3] == "tin"]
        assert told == self.said[who], f"every line of hers, once, in her order: {told} {self.said[who]}"
        written = [line.text for line in lines if line.direction == "worker"]
        assert [text for text in written if text in self.answered[who]] == self.answered[who]
        shown: dict[str, str] = {}
        for key, text, _ in seen:
            shown.setdefault(key, text)
        came = [text for text in shown.values() if _LINE.search(text)]
        assert len(came) == len(written) and all(one in two for one, two in zip(written, came, strict=True)), (
            f"every line of the colleague, in order: {written} {came}"
        )
