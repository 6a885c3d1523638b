"""One Telegram account as a client: every call in its turn, every error as the house names it, the token in none."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.telegram_pace import Pace
from bot.channels.telegram_render import BUTTONS, Native
from bot.channels.telegram_transport import AiohttpRequest, NotSent
from bot.ports import NotOurs, SendError

T = TypeVar("T")
IsOurs = Callable[[], bool]

PUBLIC_ROOT = "https://api.telegram.org"
TOKEN = re.compile(r"^(\d{1,20}):[A-Za-z0-9_-]{3,100}$")
POLL_SECONDS = 15
POLL_SLACK_SECONDS = 5.0
_GONE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated", "input_user_deactivated")
_NO_PREVIEW = {"is_disabled": True}  # as the network reads it: the library would put its object into this each time


def account_of(token: str) -> str:
    """The number of the account: the part of the token before the colon, which is no secret."""
    return token.partition(":")[0]


class TwoPollers(SendError):
    """Another installation fetches the messages of this account, or has them delivered."""


class Said(NamedTuple):
    """A message as the network has numbered it."""

    message_id: int
    date: datetime


class Client:
    """The library's Bot on our own transport. Nothing is asked of the network until something is sent or fetched."""

    def __init__(self, token: str, *, api_root: str = "", proxy: str = "", pace: Pace | None = None) -> None:
        root = (api_root or PUBLIC_ROOT).rstrip("/")
        self.account = account_of(token)
        self.pace = pace or Pace()
        self._sending = AiohttpRequest(proxy=proxy)
        self._polling = AiohttpRequest(pool=2, proxy=proxy, read_seconds=POLL_SLACK_SECONDS)
        self.bot = Bot(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=self._sending,
            get_updates_request=self._polling,
        )
        self._secret = token.partition(":")[2]

    @property
    def secrets(self) -> set[str]:
        return {self._secret, self.bot.token}

    async def call(self, doing: Awaitable[T]) -> T:
        """The result, or a SendError without a word of the network's."""
        try:
            return await doing
        except Exception as problem:
            raise refusal(problem) from None

    async def say(
        self, chat: str, part: Native, *, urgent: bool = False, is_ours: IsOurs | None = None, **options: Any
    ) -> Said:
        """One message in its turn. Raises SendError; NotOurs if another process took it over before its turn came."""
        await self.pace.turn(chat, urgent=urgent)
        if is_ours is not None and not is_ours():
            raise NotOurs
        begun = self.pace.now
        try:
            made = await self.call(self._say(int(chat), part, options))
        except SendError as problem:
            if problem.kind == "throttled":
                self.pace.hold(chat, problem.retry_after or 1.0)
            raise
        self.pace.got_through(begun)
        return made

    async def _say(self, chat: int, part: Native, options: dict[str, Any]) -> Said:
        """Of the answer, which repeats the whole message, only its number and time are read."""
        if part.voice is not None:
            told = part.voice.read_bytes()  # under a name that says nothing of the article
            made = await self.bot.send_voice(chat, told, filename=f"voice{part.voice.suffix}", **options)
            return Said(made.message_id, made.date)
        asked: dict[str, Any] = {"chat_id": chat, "text": part.text, "link_preview_options": _NO_PREVIEW}
        if part.markup is not None:
            asked["reply_markup"] = part.markup
        found = await self._tell("sendMessage", asked | options)
        return Said(int(found["message_id"]), datetime.fromtimestamp(found["date"], UTC))

    async def edit(self, chat: str, message_id: int, part: Native) -> None:
        """Write over a message of our own: its words and its buttons. Raises SendError."""
        asked = {"chat_id": int(chat), "message_id": message_id, "text": part.text}
        buttons = part.markup if part.markup is not None and BUTTONS in part.markup else None
        await self.call(self._tell("editMessageText", asked | ({"reply_markup": buttons} if buttons else {})))

    async def _tell(self, method: str, asked: dict[str, Any]) -> Any:
        """What is JSON as it is goes the library's way from there on, where it has nothing left to take apart."""
        told = RequestData([RequestParameter(name, value, None) for name, value in asked.items()])
        return await self._sending.post(f"{self.bot.base_url}/{method}", told)

    async def fetch(self, offset: int, kinds: list[str], *, wait: int = POLL_SECONDS) -> list[Any]:
        """New updates as the network wrote them: one that cannot be read must not hide the others. Raises SendError."""
        asked = {"offset": offset, "timeout": wait, "allowed_updates": kinds}
        found = await self.call(self.bot._post("getUpdates", asked, read_timeout=wait + POLL_SLACK_SECONDS))
        return found if isinstance(found, list) else []

    async def stop(self) -> None:
        """Close the connections; a later call opens them again."""
        await self._polling.shutdown()
        await self._sending.shutdown()


def refusal(problem: Exception) -> SendError:
    """What the house does next about an error of the network."""
    match problem:
        case SendError():
            return problem
        case RetryAfter():
            return SendError("throttled", problem._retry_after.total_seconds())
        case Forbidden() | ChatMigrated():
            return SendError("contact_gone")
        case InvalidToken():
            return SendError("auth")
        case Conflict():
            return TwoPollers("transient")
        case BadRequest():
            told = problem.message.casefold()
            return SendError("contact_gone" if any(word in told for word in _GONE) else "bad_request")
        case NotSent():
            return SendError("transient")
        case TelegramError():
            return SendError("unknown_outcome")
    return SendError("unknown_outcome")
