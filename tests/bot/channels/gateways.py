"""A push server, a voice gateway and a mail server on this machine, with every fault on demand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.controller import Controller

from bot.ports import Choice, ChoiceToken, ContactRef, Outbound, RichText

NOW = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)


class Clock:
    def now(self) -> datetime:
        return NOW


@dataclass
class Gateway:
    """Keeps what it was asked; `answers` are given first, then the usual one."""

    usual: dict[str, Any]
    asked: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    answers: list[web.Response | float] = field(default_factory=list)
    root: str = ""

    async def take(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, dict(request.headers), await request.json()))
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            answer = None
        return answer or web.json_response(self.usual)


@asynccontextmanager
async def gateway(usual: dict[str, Any]) -> AsyncIterator[Gateway]:
    made = Gateway(usual)
    app = web.Application()
    app.router.add_post("/{tail:.*}", made.take)
    server = TestServer(app)
    await server.start_server()
    made.root = str(server.make_url("")).rstrip("/")
    yield made
    await server.close()


@dataclass
class Postbox:
    """Takes mail; `refuse` is what it says to the next recipient, or to the next mail."""

    mails: list[Message] = field(default_factory=list)
    refuse_recipient: str = ""
    refuse_mail: str = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuse_mail:
            return self.refuse_mail
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


class _Office(Controller):
    """Asks the system for a free port."""

    def _trigger_server(self) -> None:
        self.port = port_of(self)
        super()._trigger_server()


def post_office(box: Postbox) -> Controller:
    """Started; stop it afterwards."""
    made = _Office(box, hostname="127.0.0.1", port=0)
    made.start()
    return made


def port_of(office: Controller) -> int:
    assert office.server is not None
    return int(office.server.sockets[0].getsockname()[1])


def alarm(**more: Any) -> Outbound:
    link = Choice(ChoiceToken(""), "Tôi nhận", kind="url", url="https://help.test/t/once")
    told: dict[str, Any] = {
        "to": ContactRef("", b""),
        "text": RichText("Khẩn cấp ngay bây giờ: Sen, Hà Nội. Nhận thì bấm nút bên dưới."),
        "choices": (link,),
        "idempotency_key": "key1",
        "purpose": "alarm",
        "case": "Sen",
        "urgent": True,
        "wakes": True,
        **more,
    }
    return Outbound(**told)
