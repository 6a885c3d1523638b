"""Telegram for colleagues: alarms with the link that takes the case; one-time codes tell whose account it is."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot import linking, staff
from bot.bells import Bells
from bot.channels.telegram_client import Client
from bot.channels.telegram_parse import NAME, Reader, reference
from bot.channels.telegram_poll import Poller
from bot.channels.telegram_render import ABLE, Native, native
from bot.db import Database, Tx
from bot.outbox import tell_staff
from bot.ports import Address, Capabilities, Clock, ContactRef, Inbound, MsgRef, Outbound, Sender, SendError, Sent
from bot.settings import Settings
from directory.wording import t

log = logging.getLogger(__name__)

KIND = "telegram"
POST = "staff_telegram"  # whose updates are fetched; another account than the public one
UPDATES = ["message", "my_chat_member"]
KEYS_KEPT = 1_000


class StaffTelegram:
    """The sender of kind `telegram`: an address is the number of the colleague's private chat with this account."""

    kind = KIND

    def __init__(self, db: Database, clock: Clock, client: Client, *, public_url: str) -> None:
        self._db = db
        self._clock = clock
        self._client = client
        self._public_url = public_url
        self._reader = Reader(client.account, lambda address: ContactRef(address, b""), clock.now)
        self._poller = Poller(db, clock, client, kind=POST, updates=UPDATES, handle=self._handle)
        self._sent: OrderedDict[str, list[MsgRef]] = OrderedDict()
        self._answering: dict[str, asyncio.Task[None]] = {}

    def capabilities(self) -> Capabilities:
        return ABLE

    async def send(self, message: Outbound, address: Address) -> Sent:
        """An alarm makes a sound; every part in its turn, none that is surely out twice."""
        key = message.idempotency_key
        out = self._sent.get(key, [])
        mark = f"{t('telegram.again')} " if message.is_repeat and not out else ""
        for part in native(message, mark=mark)[len(out) :]:
            urgent = message.urgent or message.purpose == "alarm"
            made = await self._client.say(
                address, part, urgent=urgent, is_ours=message.is_ours, protect_content=True
            )
            out = [*out, reference(made.message_id, made.date)]
            self._sent[key] = out
        while len(self._sent) > KEYS_KEPT:
            self._sent.popitem(last=False)
        return Sent(tuple(out), self._clock.now())

    async def start(self) -> None:
        self._poller.start()

    async def stop(self) -> None:
        await self._poller.stop()
        for answer in list(self._answering.values()):
            answer.cancel()
        self._client.pace.stop()
        await self._client.stop()

    def redactions(self) -> set[str]:
        return self._client.secrets

    # --- what colleagues write ----------------------------------------------------------------------------------------

    async def _handle(self, told: Any) -> None:
        parsed = self._reader.update(told)
        for event in parsed.events:
            await self._heard(event)
        if parsed.press is not None:
            await self._try(self._client.bot.answer_callback_query(parsed.press.query_id))
        if parsed.group is not None:
            await self._try(self._client.bot.leave_chat(parsed.group))

    async def _heard(self, event: Inbound) -> None:
        """A code links; who is linked learns where to answer; others are shown the right door. Nothing is kept."""
        address, now = event.contact.handle, self._clock.now()
        if event.kind == "stopped":
            await self._db.write(lambda tx: linking.mark(tx, KIND, address, dead_at=now), urgent=False)
            return
        if event.kind == "start" and (code := event.start_param):
            if not await self._db.write(lambda tx: _link(tx, code, address, now)):
                self._say(address, t("telegram.staff.bad_code", _spoken(event.lang)))
            return
        self._say(address, await self._db.read(lambda connection: self._answer(connection, event)))
        await self._db.write(lambda tx: linking.mark(tx, KIND, address, dead_at=None), urgent=False)

    def _answer(self, connection: Connection, event: Inbound) -> str:
        owner = linking.owners(connection, self._db.seals, KIND).get(event.contact.handle)
        member = staff.get(connection, owner) if owner is not None else None
        if member is not None:
            return t("telegram.staff.hello", member.language, url=f"{self._public_url}/console/")
        name = linking.door_of(connection, NAME)
        door = f"https://t.me/{name}" if name else self._public_url
        return t("telegram.staff.stranger", _spoken(event.lang), url=door)

    def _say(self, address: str, text: str) -> None:
        """Beside what else is fetched: one who writes a hundred times, or whose chat must wait, holds up nobody's code.
        While an answer is on its way to a chat, it gets no second one."""
        if address not in self._answering:
            answer = asyncio.get_running_loop().create_task(self._try(self._client.say(address, Native(text))))
            self._answering[address] = answer
            answer.add_done_callback(lambda done: self._answering.pop(address, None))

    async def _try(self, doing: Awaitable[Any]) -> None:
        try:
            await self._client.call(doing)
        except SendError as problem:
            log.info("courtesy_failed", extra={"kind": problem.kind, "channel": POST})


def _spoken(language: str | None) -> str:
    return "en" if language == "en" else "vi"


def _link(tx: Tx, code: str, address: str, now: datetime) -> bool:
    """The sentence that says so goes the way an alarm would go: the colleague sees that it works."""
    staff_id = linking.redeem(tx, code, KIND, address, now=now)
    member = staff.get(tx.connection, staff_id) if staff_id is not None else None
    if member is None:
        return False
    tell_staff(tx, member.id, t("telegram.staff.linked", member.language), now=now, purpose="reminder")
    return True


class Colleagues:
    """Whether an account is a colleague's own; looked up at most once a minute."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._known: frozenset[str] = frozenset()
        self._until: datetime | None = None

    async def __call__(self, address: str) -> bool:
        now = self._clock.now()
        if self._until is None or now >= self._until:
            found = await self._db.read(lambda connection: linking.owners(connection, self._db.seals, KIND))
            self._known, self._until = frozenset(found), now + timedelta(minutes=1)
        return address in self._known


def ways(settings: Settings) -> Mapping[str, Callable[[Database, Clock, Bells, Settings], Sender]]:
    """The sender, if the settings name an account for colleagues."""
    if not settings.staff_telegram_token:
        return {}

    def make(db: Database, clock: Clock, bells: Bells, settings: Settings) -> StaffTelegram:
        token, root, proxy = settings.staff_telegram_token, settings.telegram_api_root, settings.telegram_proxy
        return StaffTelegram(db, clock, Client(token, api_root=root, proxy=proxy), public_url=settings.base_url)

    return {KIND: make}
