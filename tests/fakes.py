"""Networks in memory: every capability, and every fault on demand."""

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, get_args

from bot import vault
from bot.channels.render import Part, render
from bot.ports import (
    Address,
    Cap,
    Capabilities,
    ChoiceToken,
    Clock,
    ErasureReport,
    Geo,
    Inbound,
    InboundKind,
    Intake,
    MsgRef,
    Outbound,
    SendError,
    SendKind,
    Sent,
    Signal,
)
from bot.seals import Seals

EVERYTHING = Capabilities(
    Cap.BUTTONS | Cap.BUTTON_EDIT | Cap.EDIT | Cap.DELETE_OWN | Cap.DELETE_USER | Cap.TYPING | Cap.LOCATION_REQ
    | Cap.LINK_BTN | Cap.PHONE_BTN | Cap.PROTECT | Cap.REACT | Cap.PUSH_ANYTIME | Cap.FILES,
    4096, "utf16", 8, 64, 64, timedelta(days=7), timedelta(days=2), timedelta(hours=48), 500,
)  # fmt: skip
POOREST = Capabilities(Cap.NONE, 160, "chars", 0, 0, 0)
FAULTS: tuple[SendKind, ...] = get_args(SendKind)


@dataclass
class FakeChannel:
    """A network with one account. `fail_next` says what goes wrong; `shown` is what people see."""

    seals: Seals
    clock: Clock
    able: Capabilities = EVERYTHING
    name: str = "fake"
    account: str = "1"
    shown: list[tuple[str, Part]] = field(default_factory=list)
    signals: list[tuple[str, Signal]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    cannot_erase: set[str] = field(default_factory=set)
    _faults: deque[SendError | float | str] = field(default_factory=deque)
    _keys: dict[str, Sent] = field(default_factory=dict)
    _intake: Intake | None = None
    _count: int = 0

    def fail_next(self, kind: SendKind, *, retry_after: float | None = None) -> None:
        """The next send is refused."""
        self._faults.append(SendError(kind, retry_after))

    def doubt_next(self) -> None:
        """The next send is shown, and yet reported as of unknown outcome."""
        self._faults.append("doubt")

    def slow_next(self, seconds: float) -> None:
        """The next send takes this long."""
        self._faults.append(seconds)

    async def say(self, who: str, text: str | None = None, *, event_id: str | None = None, **more: Any) -> None:
        """A person writes; the same `event_id` again is the same event."""
        self._count += 1
        told = {"from": who, "id": event_id or f"e{self._count}", "text": text, **more}
        assert self._intake is not None, "the channel was not started"
        await self._intake(self.parse(json.dumps(told).encode()))

    async def bring(self, events: Sequence[tuple[str, str, str]]) -> None:
        """What several persons wrote, or one of them line by line, comes in one delivery: (who, event_id, text)."""
        told = [{"from": who, "id": event_id, "text": text} for who, event_id, text in events]
        assert self._intake is not None, "the channel was not started"
        await self._intake([event for one in told for event in self.parse(json.dumps(one).encode())])

    def capabilities(self) -> Capabilities:
        return self.able

    def routes(self) -> Iterable[Any]:
        return ()

    def authenticate(self, headers: Mapping[str, str], raw: bytes) -> bool:
        return headers.get("X-Secret") == "fake-secret"

    def parse(self, raw: bytes) -> Sequence[Inbound]:
        try:
            told = json.loads(raw)
            who, event_id = str(told["from"]), str(told["id"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return ()
        geo, kind = told.get("geo"), told.get("kind")
        if kind not in get_args(InboundKind):
            kind = "choice" if told.get("choice") else "location" if geo else "text"
        return (
            Inbound(
                channel=self.name,
                account=self.account,
                event_id=event_id,
                contact=vault.refer(self.seals, self.name, self.account, who),
                at=self.clock.now(),
                kind=kind,
                text=told.get("text") if isinstance(told.get("text"), str) else None,
                choice=ChoiceToken(str(told["choice"])) if told.get("choice") else None,
                geo=Geo(*geo) if isinstance(geo, list) and len(geo) == 2 else None,
                media=told.get("media"),
            ),
        )

    async def send(self, message: Outbound, address: Address) -> Sent:
        fault = self._faults.popleft() if self._faults else None
        if isinstance(fault, SendError):
            raise fault
        await asyncio.sleep(fault if isinstance(fault, float) else 0)
        if message.idempotency_key not in self._keys:
            parts = render(message.text, message.choices, self.able)
            self.shown += [(address, part) for part in parts]
            refs = tuple(MsgRef(f"{message.idempotency_key}:{at}") for at in range(len(parts)))
            self._keys[message.idempotency_key] = Sent(refs, self.clock.now())
        if fault == "doubt":
            raise SendError("unknown_outcome")
        return self._keys[message.idempotency_key]

    async def signal(self, address: Address, what: Signal) -> None:
        self.signals.append((address, what))

    async def erase(self, address: Address, refs: Sequence[MsgRef]) -> ErasureReport:
        kept = tuple((ref, "too_old") for ref in refs if ref.native in self.cannot_erase)
        return ErasureReport(tuple(ref for ref in refs if ref.native not in self.cannot_erase), kept)

    async def forget(self, address: Address) -> None:
        self.forgotten.append(address)

    async def start(self, intake: Intake) -> None:
        self._intake = intake

    async def stop(self) -> None:
        self._intake = None

    async def health(self) -> bool:
        return self._intake is not None

    def redactions(self) -> set[str]:
        return {"fake-secret"}

    def texts(self, address: str) -> list[str]:
        return [part.text for to, part in self.shown if to == address]
