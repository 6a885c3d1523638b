"""Rings a colleague's phone and speaks one plain sentence; nothing of a case leaves the house by this way."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.channels.alert_http import post
from bot.ports import Address, Cap, Capabilities, Clock, MsgRef, Outbound, SendError, SendKind, Sent
from directory.wording import t

LEASE_SECONDS = 300  # how long the pass for one call is good


@dataclass(frozen=True, slots=True)
class Gateway:
    """One account at a voice gateway."""

    key: str
    secret: str = field(repr=False)
    caller: str = ""
    root: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One call as this gateway wants to be asked for it."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Provider:
    """How to ask one kind of gateway for a call, and what its answer means (None: the phone rings)."""

    root: str
    ask: Callable[[Gateway, str, str, str, int], Request]
    judge: Callable[[Mapping[str, Any]], SendKind | None]


class Voice:
    """The sender of kind `voice`: an address is a phone number."""

    kind = "voice"

    def __init__(self, clock: Clock, provider: str, gateway: Gateway) -> None:
        self._clock = clock
        self._provider = PROVIDERS[provider]
        self._gateway = gateway
        self._session: aiohttp.ClientSession | None = None

    def capabilities(self) -> Capabilities:
        return Capabilities(Cap.PUSH_ANYTIME, 300, "chars", 0, 0, 0)

    async def send(self, message: Outbound, address: Address) -> Sent:
        """Ring once. An alarm says only that there is one; a test says its code. Raises SendError."""
        if self._session is None:
            raise SendError("transient")
        said = t("wake.voice") if message.purpose == "alarm" else message.text
        now = int(self._clock.now().timestamp())
        asked = self._provider.ask(self._gateway, address, said, message.idempotency_key, now)
        answer = await post(self._session, asked.url, asked.body, asked.headers)
        if (problem := self._provider.judge(answer)) is not None:
            raise SendError(problem)
        return Sent((MsgRef(message.idempotency_key),), self._clock.now())

    async def start(self) -> None:
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()


# --- Stringee: the shape comes from public client code; check it with a real account before relying on it -------------

def _stringee(gateway: Gateway, phone: str, said: str, key: str, now: int) -> Request:
    number = international(phone)
    caller = {"type": "external", "number": gateway.caller, "alias": gateway.caller}
    body = {
        "from": caller,
        "to": [{"type": "external", "number": number, "alias": number}],
        "actions": [{"action": "talk", "text": f"{said} {said}", "speed": -1}],
    }
    root = gateway.root or PROVIDERS["stringee"].root
    return Request(f"{root.rstrip('/')}/v1/call2/callout", {"X-STRINGEE-AUTH": _pass(gateway, key, now)}, body)


def _stringee_answer(answer: Mapping[str, Any]) -> SendKind | None:
    """`r` is 0 when the call was placed."""
    told = answer.get("r")
    if told == 0:
        return None
    return "unknown_outcome" if told is None else "bad_request"


def _pass(gateway: Gateway, key: str, now: int) -> str:
    """A signed pass for one call (JWT, HS256)."""
    head = {"typ": "JWT", "alg": "HS256", "cty": "stringee-api;v=1"}
    claims = {"jti": f"{gateway.key}-{key}", "iss": gateway.key, "exp": now + LEASE_SECONDS, "rest_api": True}
    signed = b".".join(_part(json.dumps(one, separators=(",", ":")).encode()) for one in (head, claims))
    mac = hmac.new(gateway.secret.encode(), signed, hashlib.sha256).digest()
    return b".".join((signed, _part(mac))).decode()


def _part(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def international(phone: str) -> str:
    """`0912…` and `+84912…` as `84912…`, the way gateways in Vietnam want numbers."""
    digits = phone.lstrip("+")
    return f"84{digits[1:]}" if digits.startswith("0") and not phone.startswith("+") else digits


PROVIDERS: Mapping[str, Provider] = {
    "stringee": Provider("https://api.stringee.com", _stringee, _stringee_answer),
}
