"""Telegram, the public account: polled or by webhook into one intake; sends, ticks buttons, deletes both ways."""

import asyncio
import hmac
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any

from aiohttp import ClientPayloadError, web

from bot.bells import Bells
from bot.channels.telegram_client import Client, account_of
from bot.channels.telegram_erase import erase
from bot.channels.telegram_parse import KINDS, NAME, Parsed, Press, Reader, read_reference, reference
from bot.channels.telegram_poll import Poller
from bot.channels.telegram_render import ABLE, Native, marked, native
from bot.channels.telegram_staff import Colleagues
from bot.db import Database
from bot.ports import (
    Address,
    Capabilities,
    Channel,
    Clock,
    ContactRef,
    ErasureReport,
    Inbound,
    Intake,
    MsgRef,
    NotOurs,
    Outbound,
    SendError,
    Sent,
    Signal,
)
from bot.seals import Seals
from bot.settings import Settings
from directory.wording import t

log = logging.getLogger(__name__)

PATH = "/channels/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
MOST_BYTES = 256 * 1024
KEYS_KEPT = 10_000
LONG_WAIT = 0.4  # seconds of pacing after which the person sees that something is being written
_QUIET = {"reminder"}  # begun by the house: no sound near somebody who must not hear it

IsColleague = Callable[[str], Awaitable[bool]]


class Telegram:
    """One public account. Holds no state that a restart could not lose: what it remembers only avoids duplicates."""

    name = NAME

    def __init__(
        self,
        db: Database,
        clock: Clock,
        client: Client,
        *,
        refer: Callable[[str], ContactRef],
        webhook_url: str = "",
        webhook_secret: str = "",
        is_colleague: IsColleague | None = None,
        console_url: str = "",
    ) -> None:
        self.account = client.account
        self._clock = clock
        self._client = client
        self._reader = Reader(client.account, refer, clock.now)
        self._url = webhook_url if webhook_secret else ""
        self._secret = webhook_secret
        self._is_colleague = is_colleague
        self._console_url = console_url
        self._intake: Intake | None = None
        self._poller = Poller(db, clock, client, kind=NAME, updates=KINDS, handle=self._handle)
        self._sent: OrderedDict[str, list[MsgRef]] = OrderedDict()  # parts that are surely out, by message
        self._refused: OrderedDict[str, int] = OrderedDict()  # which attempt surely was not taken, by message
        self._greeted: OrderedDict[str, bool] = OrderedDict()
        self._beside: set[asyncio.Task[None]] = set()

    def capabilities(self) -> Capabilities:
        return ABLE

    # --- coming in ----------------------------------------------------------------------------------------------------

    def routes(self) -> Iterable[Any]:
        return (web.post(PATH, self._hook),) if self._secret else ()

    def authenticate(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Bytes against bytes: a header that is not ASCII is wrong like any other."""
        given = headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        return bool(self._secret) and hmac.compare_digest(given, self._secret.encode())

    def parse(self, raw: bytes) -> Sequence[Inbound]:
        return self._reader.raw(raw).events

    async def _hook(self, request: web.Request) -> web.Response:
        """200 once it is kept; the network sends again what was answered otherwise."""
        if not self.authenticate(request.headers, b""):  # before a byte is read of what a stranger sends
            raise web.HTTPForbidden(text="403")
        raw = await _body(request)
        if self._intake is None:
            return web.Response(status=503, headers={"Retry-After": "5"})
        await self._take_in(self._reader.raw(raw), self._intake)
        return web.Response()

    async def _handle(self, told: Any) -> None:
        if self._intake is not None:
            await self._take_in(self._reader.update(told), self._intake)

    async def _take_in(self, parsed: Parsed, intake: Intake) -> None:
        """First kept; what is only polite is done beside it and may fail."""
        if parsed.events:
            await intake(parsed.events)
        if parsed.press is not None:
            self._aside(self._answer(parsed.press))
        if parsed.group is not None:
            self._aside(self._go_out(parsed.group))
        if parsed.address and self._is_colleague is not None:
            self._aside(self._show_the_door(parsed.address))

    def _aside(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(doing)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _answer(self, press: Press) -> None:
        """The app stops spinning, and the message shows what was chosen."""
        bot = self._client.bot
        await self._try(bot.answer_callback_query(press.query_id))
        changed = marked(press.keyboard, press.token) if press.keyboard and press.token else None
        if changed is not None:
            chat, number = int(press.address), press.message_id
            await self._try(bot.edit_message_reply_markup(chat_id=chat, message_id=number, reply_markup=changed))

    async def _go_out(self, group: int) -> None:
        """What is written in a group is not for us to read."""
        await self._try(self._client.bot.leave_chat(group))

    async def _show_the_door(self, address: str) -> None:
        """A colleague who writes here is told once a day where colleagues talk, and is answered like everybody."""
        day = f"{self._clock.now():%F} {address}"
        if self._is_colleague is None or day in self._greeted or not await self._is_colleague(address):
            return
        _remember(self._greeted, day, True)
        part = Native(t("telegram.for_colleagues", url=self._console_url))
        await self._try(self._client.say(address, part, disable_notification=True))

    async def _try(self, doing: Awaitable[Any]) -> None:
        try:
            await self._client.call(doing)
        except SendError as problem:
            log.info("courtesy_failed", extra={"kind": problem.kind, "channel": NAME})

    # --- going out ----------------------------------------------------------------------------------------------------

    async def send(self, message: Outbound, address: Address) -> Sent:
        """Every part in its turn; a part that is surely out is not sent again."""
        key = message.idempotency_key
        in_doubt = message.is_repeat and self._refused.pop(key, None) != message.attempt - 1
        out = self._sent.get(key, [])
        parts = native(message, mark=f"{t('telegram.again')} " if in_doubt and not out else "")
        try:
            replaced = None if out else await self._replace(message, parts, address)
            out = [replaced] if replaced else out
            for part in parts[len(out) :]:
                out = [*out, await self._send_part(part, message, address)]
                _remember(self._sent, key, out)
        except SendError as problem:
            if problem.kind != "unknown_outcome":
                _remember(self._refused, key, message.attempt)
            raise
        return Sent(tuple(out), self._clock.now())

    async def _send_part(self, part: Native, message: Outbound, address: Address) -> MsgRef:
        if self._client.pace.wait_for(address) > LONG_WAIT:
            await self.signal(address, "typing")
        made = await self._client.say(
            address,
            part,
            urgent=message.urgent,
            is_ours=message.is_ours,
            protect_content=message.protect,
            disable_notification=message.purpose in _QUIET,
        )
        return reference(made.message_id, made.date)

    async def _replace(self, message: Outbound, parts: Sequence[Native], address: Address) -> MsgRef | None:
        """Write over an earlier message; None if it cannot be (then it is sent as a new one)."""
        known = read_reference(message.replace) if message.replace is not None else None
        if known is None or len(parts) != 1:
            return None
        part = parts[0]
        await self._client.pace.turn(address)
        if not message.is_ours():
            raise NotOurs
        try:
            await self._client.edit(address, known[0], part)
        except SendError as problem:
            if problem.kind == "bad_request":
                return None
            raise
        return message.replace

    async def signal(self, address: Address, what: Signal) -> None:
        if what == "typing":
            await self._try(self._client.bot.send_chat_action(int(address), "typing"))

    async def erase(self, address: Address, refs: Sequence[MsgRef]) -> ErasureReport:
        """Ours and the person's own, if younger than 48 hours. Raises SendError if the network cannot be reached."""
        return await erase(self._client, address, refs, now=self._clock.now())

    async def forget(self, address: Address) -> None:
        self._client.pace.forget(address)
        for day in [one for one in self._greeted if one.endswith(f" {address}")]:
            del self._greeted[day]

    # --- opening and closing ------------------------------------------------------------------------------------------

    async def start(self, intake: Intake) -> None:
        self._intake = intake
        if self._url:
            self._aside(self._announce())
        else:
            self._poller.start()

    async def _announce(self) -> None:
        """Say where the webhook is, as often as it takes."""
        wait = 1.0
        while self._intake is not None:
            try:
                await self._client.call(
                    self._client.bot.set_webhook(self._url, secret_token=self._secret, allowed_updates=KINDS)
                )
            except SendError as problem:
                log.warning("webhook_refused", extra={"kind": problem.kind, "channel": NAME})
                await asyncio.sleep(problem.retry_after or wait)
                wait = min(wait * 2, 60.0)
            else:
                return

    async def stop(self) -> None:
        """No more comes in; what is on its way out may still be sent, and opens its connection anew."""
        self._intake = None
        await self._poller.stop()
        for task in list(self._beside):
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        await self._client.stop()

    async def health(self) -> bool:
        return self._intake is not None and (bool(self._url) or self._poller.is_running)

    def redactions(self) -> set[str]:
        return self._client.secrets | ({self._secret} if self._secret else set())


async def _body(request: web.Request) -> bytes:
    """The whole body, if it is not longer than any update can be."""
    raw = bytearray()
    if (request.content_length or 0) > MOST_BYTES:
        raise web.HTTPRequestEntityTooLarge(MOST_BYTES, request.content_length or 0)
    try:
        async for piece in request.content.iter_any():
            raw += piece
            if len(raw) > MOST_BYTES:
                raise web.HTTPRequestEntityTooLarge(MOST_BYTES, len(raw))
    except (web.RequestPayloadError, ClientPayloadError):  # not what its headers say, or broken off
        raise web.HTTPBadRequest(text="400") from None
    return bytes(raw)


def _remember(where: "OrderedDict[str, Any]", key: str, value: Any) -> None:
    where[key] = value
    where.move_to_end(key)
    if len(where) > KEYS_KEPT:
        where.popitem(last=False)


Refer = Callable[[str], ContactRef]


def doors(
    settings: Settings,
) -> Mapping[tuple[str, str], Callable[[Database, Seals, Clock, Bells, Settings, Refer], Channel]]:
    """The public account, if the settings name one: a webhook with PUBLIC_URL and a secret, else long polling."""
    if not settings.telegram_token:
        return {}

    def make(db: Database, seals: Seals, clock: Clock, bells: Bells, settings: Settings, refer: Refer) -> Telegram:
        root, proxy = settings.telegram_api_root, settings.telegram_proxy
        return Telegram(
            db,
            clock,
            Client(settings.telegram_token, api_root=root, proxy=proxy),
            refer=refer,
            webhook_url=f"{settings.base_url}{PATH}" if settings.public_url else "",
            webhook_secret=settings.telegram_webhook_secret if settings.public_url else "",
            is_colleague=Colleagues(db, clock),
            console_url=f"{settings.base_url}/console/",
        )

    return {(NAME, account_of(settings.telegram_token)): make}
