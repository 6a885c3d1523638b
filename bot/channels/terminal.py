"""A person at the terminal: what is typed goes in, what is said comes out. Also the door of rehearsals."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.ports import (
    Address,
    Cap,
    Capabilities,
    ChoiceToken,
    Clock,
    ContactRef,
    ErasureReport,
    Geo,
    Inbound,
    Intake,
    MediaKind,
    MsgRef,
    Outbound,
    Sent,
    Signal,
)

Show = Callable[[Address, Outbound], None]


class Terminal:
    """One account for all who sit at this terminal; an address is the name they are called by here."""

    name = "terminal"
    account = "local"

    def __init__(self, clock: Clock, refer: Callable[[str], ContactRef], show: Show) -> None:
        self._clock = clock
        self._refer = refer
        self._show = show
        self._intake: Intake | None = None
        self._count = 0
        self._shown: set[str] = set()

    def capabilities(self) -> Capabilities:
        return Capabilities(Cap.BUTTONS | Cap.PUSH_ANYTIME, 100_000, "chars", 20, 200, 200, timedelta(days=365))

    async def say(
        self,
        address: str,
        *,
        text: str | None = None,
        choice: str | None = None,
        geo: Geo | None = None,
        media: MediaKind | None = None,
    ) -> None:
        """Bring in one message of the person called `address`; returns when it is kept."""
        self._count += 1
        kind = "choice" if choice else "location" if geo else "media" if media else "text"
        event = Inbound(
            channel=self.name,
            account=self.account,
            event_id=f"{address}:{self._clock.now().isoformat()}:{self._count}",
            contact=self._refer(address),
            at=self._clock.now(),
            kind=kind,  # type: ignore[arg-type]
            text=text,
            choice=ChoiceToken(choice) if choice else None,
            geo=geo,
            media=media,
        )
        if self._intake is not None:
            await self._intake([event])

    async def send(self, message: Outbound, address: Address) -> Sent:
        if message.idempotency_key not in self._shown:
            self._shown.add(message.idempotency_key)
            self._show(address, message)
        return Sent((MsgRef(message.idempotency_key),), self._clock.now())

    def routes(self) -> Iterable[Any]:
        return ()

    def authenticate(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Nothing comes in from outside."""
        return False

    def parse(self, raw: bytes) -> Sequence[Inbound]:
        return ()

    async def signal(self, address: Address, what: Signal) -> None:
        return None

    async def erase(self, address: Address, refs: Sequence[MsgRef]) -> ErasureReport:
        """What was printed cannot be taken back."""
        return ErasureReport(kept=tuple((ref, "printed") for ref in refs))

    async def forget(self, address: Address) -> None:
        return None

    async def start(self, intake: Intake) -> None:
        self._intake = intake

    async def stop(self) -> None:
        self._intake = None

    async def health(self) -> bool:
        return True

    def redactions(self) -> set[str]:
        return set()
