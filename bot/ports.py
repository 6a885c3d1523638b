"""The vocabulary of the rim: what comes in, what goes out, and what a channel, a sender and a clock promise."""

import enum
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, NewType, Protocol

ChoiceToken = NewType("ChoiceToken", str)
RichText = NewType("RichText", str)
Address = NewType("Address", str)
"""A routable account address in the clear. Only the channel that made it, the vault and the mailroom hold one."""

InboundKind = Literal[
    "text", "choice", "location", "media", "start", "stopped", "back", "unsupported", "delivered", "seen", "echo",
    "erased",
]
MediaKind = Literal["photo", "voice", "video", "sticker", "file", "contact"]
Purpose = Literal["answer", "relay", "alarm", "reminder"]
SendKind = Literal[
    "throttled",
    "transient",
    "unknown_outcome",
    "window_closed",
    "contact_gone",
    "quota",
    "auth",
    "content_rejected",
    "bad_request",
    "unsupported",
]
Signal = Literal["typing", "seen"]


class Cap(enum.Flag):
    """What a network can do beyond carrying plain text."""

    NONE = 0
    BUTTONS = enum.auto()
    BUTTON_EDIT = enum.auto()
    EDIT = enum.auto()
    DELETE_OWN = enum.auto()
    DELETE_USER = enum.auto()
    TYPING = enum.auto()
    LOCATION_REQ = enum.auto()
    LINK_BTN = enum.auto()
    PHONE_BTN = enum.auto()
    PROTECT = enum.auto()
    REACT = enum.auto()
    PUSH_ANYTIME = enum.auto()
    FILES = enum.auto()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The measured limits of one account on one network; `render` obeys them."""

    flags: Cap
    max_text: int
    text_unit: Literal["utf16", "chars"]
    max_buttons: int
    max_button_title: int
    max_payload_bytes: int
    reply_window: timedelta | None = None
    free_window: timedelta | None = None
    delete_window: timedelta | None = None
    monthly_quota: int | None = None


@dataclass(frozen=True, slots=True)
class ContactRef:
    """A person's account as the house keeps it: a keyed handle for look-up and a sealed address for the mailroom."""

    handle: str
    sealed: bytes = field(repr=False)
    former: tuple[str, ...] = field(default=(), repr=False)  # its names under older keys, while keys are rotated


@dataclass(frozen=True, slots=True)
class MsgRef:
    """A network's own reference to one message, in the clear only between a channel and the mailroom."""

    native: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Geo:
    """A point as a phone gives it (degrees, WGS 84). It becomes a place at once and is dropped."""

    lat: float = field(repr=False)
    lon: float = field(repr=False)


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event from a network, already stripped of names, media and raw bodies. Made only by a channel's `parse`."""

    channel: str
    account: str
    event_id: str = field(repr=False)
    contact: ContactRef
    at: datetime
    kind: InboundKind
    text: str | None = field(default=None, repr=False)
    choice: ChoiceToken | None = field(default=None, repr=False)
    geo: Geo | None = field(default=None, repr=False)
    media: MediaKind | None = None
    start_param: str | None = field(default=None, repr=False)
    lang: str | None = None
    msg_ref: MsgRef | None = None
    album: str | None = field(default=None, repr=False)  # several pictures sent as one: one answer is enough

    @property
    def lane(self) -> str:
        """Order is kept per lane: HMAC(channel, account, chat), the same value as the contact's handle."""
        return self.contact.handle


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a person can tap, or type as its number or its label."""

    token: ChoiceToken
    label: str
    kind: Literal["reply", "url", "phone", "location"] = "reply"
    url: str | None = None


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One message on its way to one contact; `idempotency_key` stays the same over every attempt."""

    to: ContactRef
    text: RichText = field(repr=False)
    choices: tuple[Choice, ...] = field(default=(), repr=False)
    protect: bool = True
    replace: MsgRef | None = None
    ttl: timedelta | None = None
    idempotency_key: str
    purpose: Purpose
    case: str | None = None
    is_repeat: bool = False
    attempt: int = 0  # counted over all processes
    urgent: bool = False
    wakes: bool = False  # danger now: a sleeping colleague must hear it
    audio: str = ""  # a recording of the same words; a network that carries none sends the words alone
    is_ours: Callable[[], bool] = field(default=_always, repr=False, compare=False)  # asked again after any waiting


@dataclass(frozen=True, slots=True)
class Sent:
    """What a network accepted; one outbound may become several messages."""

    refs: tuple[MsgRef, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What could be erased at the network, and what could not, with the reason."""

    erased: tuple[MsgRef, ...] = ()
    kept: tuple[tuple[MsgRef, str], ...] = ()
    is_whole: bool = False  # nothing of the chat is shown any more, however old


class DatabaseAway(Exception):
    """The database or the key store cannot be used just now (locked, full, or gone); nothing was half written."""


class HeldUp(DatabaseAway):
    """Another program holds a lock on what this deed needs; others may go on, and nothing was half written."""


class KeysChanged(DatabaseAway):
    """The master key was changed meanwhile; the same again, sealed with the new one, will do."""


class SendError(Exception):
    """The network did not take the message; `kind` says what the mailroom does next."""

    def __init__(self, kind: SendKind, retry_after: float | None = None) -> None:
        super().__init__(kind)
        self.kind: SendKind = kind
        self.retry_after = retry_after


class NotOurs(Exception):
    """Another process has taken this message over meanwhile: nothing more of it is sent from here."""


class Clock(Protocol):
    """Where the time comes from. The only thing in the house that may ask the machine."""

    def now(self) -> datetime: ...


Intake = Callable[[Sequence[Inbound]], Awaitable[None]]
"""What a channel calls with parsed events. When it returns, they are kept; only then is the network answered."""


class Channel(Protocol):
    """A network on which persons write. One file in `bot/channels/`, one line in `bot.app.CHANNELS`."""

    name: str
    account: str

    def capabilities(self) -> Capabilities: ...

    def routes(self) -> Iterable[Any]:
        """The aiohttp routes of its webhook or page; none for a channel that polls."""
        ...

    def authenticate(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Constant time, on the raw bytes, before anything is parsed."""
        ...

    def parse(self, raw: bytes) -> Sequence[Inbound]:
        """Pure. Never raises on an event it does not know."""
        ...

    async def send(self, message: Outbound, address: Address) -> Sent:
        """Hand one message to the network. Raises SendError."""
        ...

    async def signal(self, address: Address, what: Signal) -> None:
        """A typing or seen mark; does nothing where the network has none."""
        ...

    async def erase(self, address: Address, refs: Sequence[MsgRef]) -> ErasureReport:
        """Delete what the network still lets us delete. Never raises for a single unknown message."""
        ...

    async def forget(self, address: Address) -> None:
        """Drop whatever the channel itself keeps for this contact: sessions, frames, tokens."""
        ...

    async def start(self, intake: Intake) -> None: ...

    async def stop(self) -> None: ...

    async def health(self) -> bool: ...

    def redactions(self) -> set[str]:
        """Secrets that must never reach a log."""
        ...


class Sender(Protocol):
    """A way to reach a member of staff. Carries alias, place, urgency and a link, never a person's words."""

    kind: str

    def capabilities(self) -> Capabilities: ...

    async def send(self, message: Outbound, address: Address) -> Sent: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...
