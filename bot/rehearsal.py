"""Plays scripted conversations in a throw-away house: persons and colleagues act, the clock is moved by hand."""

import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from bot import demonstration, staff
from bot.app import House, build, forget_what_is_due
from bot.channels.terminal import Terminal
from bot.db import Tx, open_engine
from bot.helpline import blocks, casebook, entrusting, referrals, relay, sharing, turns
from bot.helpline.outcomes import Outcome
from bot.policy import demonstration as demo_policy
from bot.ports import Address, Cap, Capabilities, Geo, MsgRef, Outbound, Sent
from bot.seals import Seals, create_key_file
from bot.settings import Settings
from bot.tables import outbox, timer
from directory.exchange import spreadsheet
from directory.listing_text import describe
from directory.listings import Listing
from directory.search import hit_now
from directory.tables import make_tables
from directory.wording import t

START = datetime.fromisoformat("2026-12-07T09:00+07:00")
_STEP = re.compile(r"^(\d+)([smhd])$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class LineProblem(Exception):
    """A line of the script cannot be played; the message says which and how to mend it."""


@dataclass(slots=True)
class RehearsalClock:
    """A clock that stands still until the script moves it."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


@dataclass(slots=True)
class StaffDesk:
    """Stands for the colleagues' own channels: shows what they are told."""

    clock: RehearsalClock
    names: dict[str, str]
    said: list[dict[str, Any]]
    kind: str = "console"
    seen: set[str] = field(default_factory=set)

    def capabilities(self) -> Capabilities:
        return Capabilities(Cap.BUTTONS | Cap.PUSH_ANYTIME, 100_000, "chars", 20, 200, 200)

    async def send(self, message: Outbound, address: Address) -> Sent:
        if message.idempotency_key not in self.seen:
            self.seen.add(message.idempotency_key)
            self.said.append(_shown(self.names[address], message))
        return Sent((MsgRef(message.idempotency_key),), self.clock.now())

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None


class Rehearsal:
    """`await play(line)` for each line of the script; returns what came back. Use as an async context manager."""

    def __init__(self, *, at: datetime = START, database_url: str | None = None) -> None:
        self._clock = RehearsalClock(at)
        self._folder = tempfile.TemporaryDirectory(prefix="rehearsal-")
        self._url = database_url or f"sqlite:///{Path(self._folder.name) / 'rehearsal.db'}"
        self._said: list[dict[str, Any]] = []
        self._cases: dict[str, int] = {}
        self.house: House
        self._terminal: Terminal

    async def __aenter__(self) -> "Rehearsal":
        folder = Path(self._folder.name)
        create_key_file(folder / "key.json")
        seals = Seals.from_files(folder / "key.json", str(folder / "keys.db"))
        engine = open_engine(self._url)
        make_tables(engine)
        engine.dispose()
        settings = Settings(database_url=self._url, data_dir=folder)
        names: dict[str, str] = {}
        self.house = build(
            settings,
            demo_policy(),
            seals=seals,
            clock=self._clock,
            channels={("terminal", "local"): lambda db, seals, clock, bells, settings, refer: self._door(refer)},
            senders={"console": lambda db, clock, bells, settings: StaffDesk(self._clock, names, self._said)},
            routes=lambda connection, staff_id: [("console", Address(str(staff_id)))],
        )
        await self.house.db.write(lambda tx: demonstration.seed(tx, self._clock.now()))
        members = await self.house.db.read(staff.everyone)
        names.update({str(member.id): member.name.replace("-", ":") for member in members})
        self._members = {member.name.replace("-", ":"): member for member in members}
        await self.house.start(ticks=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.house.stop()
        self._folder.cleanup()

    async def play(self, line: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Play one line to its end. Raises LineProblem."""
        if "pass" in line:
            await self._pass(str(line["pass"]))
        elif "directory" in line:
            await self._bring_in(Path(str(line["directory"])))
        elif "set" in line:
            names = [str(name).replace(":", "-") for name in line["set"].get("on_duty", ())]
            await self.house.db.write(lambda tx: demonstration.set_on_duty(tx, names, self._clock.now()))
        elif str(line.get("as", "")).startswith("person:"):
            await self._person(line)
        elif line.get("as") in self._members:
            await self._colleague(self._members[line["as"]], line)
        else:
            raise LineProblem("A line needs “as”, “pass”, “set” or “directory”.")
        await self.house.settle()
        said, self._said[:] = list(self._said), []
        return said

    async def _bring_in(self, path: Path) -> None:
        """Listings of a table join the demonstration of this throw-away house, as if a maintainer had checked them."""
        try:
            text = path.read_text("utf-8-sig")
            rows, wrong = spreadsheet.parse(text, is_demo="(mẫu)" in text)
        except (OSError, UnicodeDecodeError):
            raise LineProblem(f"{path} cannot be read as a UTF-8 text file.") from None
        except spreadsheet.NotATable as problem:
            raise LineProblem(str(problem)) from None
        if wrong:
            raise LineProblem(f"{path}: {wrong[0]}")
        maintainer, now = self._members["maintainer:1"].id, self._clock.now()
        await self.house.db.write(
            lambda tx: spreadsheet.put_on_the_shelf(tx.connection, rows, staff_id=maintainer, now=now)
        )
        await self.house.db.read(self.house.keeper.refresh)

    def _door(self, refer: Any) -> Terminal:
        self._terminal = Terminal(
            self._clock, refer, lambda address, message: self._said.append(_shown(address, message))
        )
        return self._terminal

    async def _person(self, line: Mapping[str, Any]) -> None:
        who = str(line["as"])
        if "location" in line:
            lat, lon = line["location"]
            await self._terminal.say(who, geo=Geo(float(lat), float(lon)))
        elif "choice" in line:
            wanted = str(line["choice"])
            if _is_token(wanted):
                await self._terminal.say(who, choice=wanted)
            else:
                await self._terminal.say(who, text=wanted)
        elif "kind" in line:
            await self._terminal.say(who, media=line["kind"])
        else:
            await self._terminal.say(who, text=str(line.get("text", "")))

    async def _pass(self, wanted: str) -> None:
        """Move the clock to each moment at which something is due, so that nothing happens late or is kept too long."""
        match = _STEP.match(wanted)
        if match is None:
            raise LineProblem(f"A span is written like 6m, 2h or 3d, not “{wanted}”.")
        end = self._clock.moment + timedelta(**{_UNITS[match[2]]: int(match[1])})
        house = self.house
        while self._clock.moment < end:
            due = await house.db.read(_next_due)
            latest = min(end, self._clock.moment + timedelta(hours=6))
            soon = self._clock.moment + timedelta(seconds=1)
            self._clock.moment = min(latest, max(due, soon)) if due else latest
            await house.settle()
            await forget_what_is_due(house.db, house.clock, house.policy)

    async def _colleague(self, member: staff.StaffMember, line: Mapping[str, Any]) -> None:
        alias = line.get("case")
        if alias is not None:
            known = await self.house.db.read(lambda connection: casebook.by_alias(connection, str(alias)))
            if known is None:
                raise LineProblem(f"There is no case “{alias}”.")
            self._cases[member.name] = known.id
        case_id = self._cases.get(member.name)
        if case_id is None:
            raise LineProblem("Say which case with “case”: the alias from the alarm.")
        do, value, now = line.get("do"), str(line.get("value", "")), self._clock.now()
        policy = self.house.policy
        match do:
            case None:
                await self.house.db.write(
                    lambda tx: relay.from_worker(
                        tx, case_id, member.id, str(line.get("text", "")), now=now, with_taps=bool(line.get("taps"))
                    )
                )
            case "take":
                await self._take(member, case_id)
            case "hand_back":
                await self.house.db.write(lambda tx: turns.hand_back(tx, case_id, member.id, now=now, policy=policy))
            case "hold":
                until = now + timedelta(hours=int(value or "1"))
                await self.house.db.write(lambda tx: turns.hold(tx, case_id, member.id, until, now=now, policy=policy))
            case "close":
                outcome = Outcome(value or "listened")
                await self.house.db.write(
                    lambda tx: turns.close(tx, case_id, member.id, outcome, (), now=now, policy=policy)
                )
            case "read" | "see":
                await self._look(member, case_id, str(do))
            case "ask":
                await self.house.db.write(lambda tx: sharing.ask(tx, case_id, member.id, value, now=now))
            case "keep_out":
                await self.house.db.write(
                    lambda tx: blocks.keep_out(tx, case_id, member.id, int(value or "24"), now=now)
                )
            case "refer" | "offer":
                await self.house.db.write(lambda tx: self._refer(tx, case_id, member.id, value, now, str(do)))
            case _:
                raise LineProblem(f"“{do}” is not something a colleague does here.")

    async def _look(self, member: staff.StaffMember, case_id: int, what: str) -> None:
        """What the colleague sees on the page of the case: her words, or what she handed over."""

        def look(connection: Connection) -> list[str]:
            known, seals = casebook.get(connection, case_id), self.house.db.seals
            if known is None or known.staff_id != member.id:
                return []
            if what == "see":
                return [one.text for one in entrusting.seen(connection, seals, case_id)]
            return [line.text or "" for line in relay.readable(connection, seals, case_id)]

        found = await self.house.db.read(look)
        to = member.name.replace("-", ":")
        self._said.append({"to": to, "text": "\n".join(found), "choices": [], "purpose": "relay"})

    async def _take(self, member: staff.StaffMember, case_id: int) -> None:
        now, policy = self._clock.now(), self.house.policy
        result = await self.house.db.write(lambda tx: turns.take(tx, case_id, member.id, now=now, policy=policy))
        if isinstance(result, turns.TakenMeanwhile):
            text = t("command.taken_by", member.language, worker=result.alias_of_first or "–")
            to = member.name.replace("-", ":")
            self._said.append({"to": to, "text": text, "choices": [], "purpose": "reminder"})

    def _refer(self, tx: Tx, case_id: int, staff_id: int, wanted: str, now: datetime, do: str) -> None:
        listing = _listing(tx.connection, self.house, wanted)
        card = describe(hit_now(listing, now), "vi")
        send = referrals.offer if do == "offer" else referrals.refer
        send(tx, case_id, staff_id, listing.id, card, now=now)


_NEXT_TIMER = select(func.min(timer.c.due_at))
_NEXT_ATTEMPT = select(func.min(outbox.c.next_at)).where(outbox.c.state == "pending")


def _next_due(connection: Connection) -> datetime | None:
    """When the next timer runs or the next message is tried again."""
    moments = (connection.execute(_NEXT_TIMER).scalar_one(), connection.execute(_NEXT_ATTEMPT).scalar_one())
    return min((moment for moment in moments if moment is not None), default=None)


def _listing(connection: Connection, house: House, wanted: str) -> Listing:
    found = [one for one in house.keeper.shelf if wanted in (one.id, one.service)]
    if not found:
        raise LineProblem(f"There is no listing “{wanted}”.")
    return found[0]


def _is_token(wanted: str) -> bool:
    """A token is long and has no space; everything else is a label or a number, as typed."""
    return len(wanted) >= 12 and " " not in wanted and wanted.isascii()


def _shown(to: str, message: Outbound) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "to": to,
        "text": message.text,
        "choices": [{"token": choice.token, "label": choice.label} for choice in message.choices],
        "purpose": message.purpose,
    }
    if message.case:
        shown["case"] = message.case
    return shown


def parse(line: str) -> Mapping[str, Any]:
    """One JSON line of a script. Raises LineProblem."""
    try:
        told = json.loads(line)
    except ValueError:
        raise LineProblem(f"This line is not JSON: {line[:40]}") from None
    if not isinstance(told, dict):
        raise LineProblem("A line is one JSON object.")
    return told
