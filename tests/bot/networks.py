"""A network in memory for the mailroom's tests: fails as scripted, shows one message for one key."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.ports import Address, Capabilities, ErasureReport, MsgRef, Outbound, SendError, Sent
from tests.conftest import MovableClock
from tests.fakes import EVERYTHING


@dataclass
class Network:
    """What it was sent, what persons see of it, and what it will fail with next."""

    clock: MovableClock
    name: str = "fake"
    faults: list[SendError | str] = field(default_factory=list)
    shown: list[tuple[str, str]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    forgotten: list[str] = field(default_factory=list)
    sent: list[Outbound] = field(default_factory=list)

    async def send(self, message: Outbound, address: Address) -> Sent:
        await asyncio.sleep(0)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, SendError):
            raise fault
        if message.idempotency_key not in self.keys:
            self.keys.add(message.idempotency_key)
            self.shown.append((address, message.text))
        self.sent.append(message)
        if fault == "taken but not confirmed":
            raise SendError("unknown_outcome")
        return Sent((MsgRef("native"),), self.clock.now())

    def capabilities(self) -> Capabilities:
        return EVERYTHING

    async def erase(self, address: Address, refs: Sequence[MsgRef]) -> ErasureReport:
        return ErasureReport(tuple(refs))

    async def forget(self, address: Address) -> None:
        self.forgotten.append(address)

    def texts(self, address: str = "anna") -> list[str]:
        return [text for to, text in self.shown if to == address]
