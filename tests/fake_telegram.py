"""A Bot API server of our own: polling, webhook, every fault; each request is checked by another library's models."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp
from aiogram import methods, types
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import ValidationError

ME = {"id": 4242, "is_bot": True, "first_name": "Đồng Hành", "username": "donghanh_test_bot"}
TOKEN = "4242:canary-SECRET_token"
SECRET = "canary-Secret_1"
METHODS: Mapping[str, Any] = {
    one.__api_method__.lower(): one
    for one in vars(methods).values()
    if isinstance(one, type) and isinstance(getattr(one, "__api_method__", None), str)
}
Fault = dict[str, Any]


def flood(seconds: int) -> Fault:
    return {"status": 429, "description": "Too Many Requests", "parameters": {"retry_after": seconds}}


BLOCKED: Fault = {"status": 403, "description": "Forbidden: bot was blocked by the user"}
DEACTIVATED: Fault = {"status": 403, "description": "Forbidden: user is deactivated"}
NO_CHAT: Fault = {"status": 400, "description": "Bad Request: chat not found"}
BROKEN: Fault = {"status": 500, "description": "Internal Server Error"}
GATEWAY: Fault = {"status": 502, "raw": b"<html>bad gateway</html>"}
UNAUTHORIZED: Fault = {"status": 401, "description": "Unauthorized"}
RESET: Fault = {"reset": True}
LOST: Fault = {"lost": True}  # taken, shown, and never confirmed


@dataclass
class Shown:
    """A message in a chat, as the person's phone has it."""

    id: int
    chat: int
    text: str
    body: dict[str, Any]
    is_ours: bool = True


@dataclass
class FakeTelegram:
    """`async with FakeTelegram(now) as server`: `server.root` is the API root; `problems` must stay empty."""

    now: Callable[[], datetime]
    token: str = TOKEN
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    shown: dict[tuple[int, int], Shown] = field(default_factory=dict)
    deleted: list[tuple[int, int]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    too_old: set[int] = field(default_factory=set)
    webhook: str = ""
    webhook_secret: str = ""
    _faults: defaultdict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    _updates: list[dict[str, Any]] = field(default_factory=list)
    _ids: int = 100
    _polling: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> "FakeTelegram":
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._serve)
        self._server = TestServer(app, host="127.0.0.1")
        await self._server.start_server(access_log=None)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._news.set()
        await self._server.close()

    @property
    def root(self) -> str:
        return str(self._server.make_url("")).rstrip("/")

    def fail_next(self, fault: Fault, method: str = "sendmessage", *, times: int = 1) -> None:
        self._faults[method.lower()].extend([fault] * times)

    def texts(self, chat: int, *, ours: bool = True) -> list[str]:
        return [one.text for one in self.shown.values() if one.chat == chat and one.is_ours is ours]

    def asked(self, method: str) -> list[dict[str, Any]]:
        return [body for name, body in self.requests if name == method.lower()]

    # --- what persons do ----------------------------------------------------------------------------------------------

    def update(self, kind: str, told: dict[str, Any], *, check: bool = True) -> dict[str, Any]:
        """An update as the network makes it, checked by the other library; it waits for whoever fetches."""
        self._ids += 1
        made = {"update_id": self._ids, kind: told}
        if check:
            types.Update.model_validate(made)
        self._updates.append(made)
        self._news.set()
        return made

    def message(self, chat: int, *, kind: str = "message", **content: Any) -> dict[str, Any]:
        self._ids += 1
        user = {"id": chat, "is_bot": False, "first_name": "Canary Name", "language_code": "vi"}
        told = {
            "message_id": self._ids,
            "date": int(self.now().timestamp()),
            "chat": {"id": chat, "type": "private", "first_name": "Canary Name", "username": "canary_user"},
            "from": user,
            **content,
        }
        if kind == "edited_message":
            told["edit_date"] = told["date"]
        self.shown[chat, self._ids] = Shown(self._ids, chat, content.get("text", ""), told, is_ours=False)
        return self.update(kind, told)

    def press(self, chat: int, token: str, *, on: Shown | None = None) -> dict[str, Any]:
        self._ids += 1
        message: dict[str, Any] = self._as_message(on) if on else {
            "message_id": 1, "date": 0, "chat": {"id": chat, "type": "private"}
        }  # fmt: skip
        user = {"id": chat, "is_bot": False, "first_name": "Canary Name"}
        told = {"id": f"q{self._ids}", "from": user, "message": message, "chat_instance": "1", "data": token}
        return self.update("callback_query", told)

    def member(self, chat: int, status: str, *, kind: str = "private") -> dict[str, Any]:
        me = {"id": ME["id"], "is_bot": True, "first_name": "Đồng Hành"}
        user = {"id": chat if kind == "private" else 77, "is_bot": False, "first_name": "Canary Name"}
        more = {"first_name": "Canary Name"} if kind == "private" else {"title": "nhóm"}
        new: dict[str, Any] = {"user": me, "status": status, **({"until_date": 0} if status == "kicked" else {})}
        told = {
            "chat": {"id": chat, "type": kind, **more},
            "from": user,
            "date": int(self.now().timestamp()),
            "old_chat_member": {"user": me, "status": "left"},
            "new_chat_member": new,
        }
        return self.update("my_chat_member", told)

    async def deliver(self, update: dict[str, Any], url: str, *, secret: str | None = SECRET) -> int:
        """Bring an update to a webhook the way the network does; returns the status."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
        async with aiohttp.ClientSession() as session, session.post(url, json=update, headers=headers) as answer:
            return answer.status

    # --- the server ---------------------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        if request.match_info["token"] != self.token:
            return _refuse(UNAUTHORIZED)
        body = await _body(request)
        self.requests.append((method, body))
        self._check(method, body, has_files=request.content_type.startswith("multipart"))
        fault = self._faults[method].popleft() if self._faults[method] else None
        if fault is not None and "status" in fault:
            return _refuse(fault)
        if fault is not None and "reset" in fault:
            return _cut(request)
        handler = getattr(self, f"_{method}", None)
        if handler is None:
            return _refuse({"status": 404, "description": "Not Found"})
        result = await handler(body)
        if fault is not None and "lost" in fault:
            return _cut(request)
        if isinstance(result, web.Response):
            return result
        return web.json_response({"ok": True, "result": result})

    def _check(self, method: str, body: dict[str, Any], *, has_files: bool) -> None:
        model = METHODS.get(method)
        if model is None:
            self.problems.append(f"{method} is not a method of the API")
            return
        if unknown := set(body) - set(model.model_fields):
            self.problems.append(f"{method} was sent {sorted(unknown)}")
        try:
            if not has_files:
                model.model_validate(body)
        except ValidationError as problem:
            self.problems.append(f"{method}: {[(one['loc'], one['type']) for one in problem.errors()]}")

    async def _getme(self, body: dict[str, Any]) -> Any:
        return ME

    async def _getupdates(self, body: dict[str, Any]) -> Any:
        if self.webhook or self._polling:
            return _refuse({"status": 409, "description": "Conflict: terminated by other getUpdates request"})
        self._polling += 1
        try:
            offset = body.get("offset", 0)
            if self._updates and offset > self._updates[-1]["update_id"] + 10:
                offset = 0  # as the real server: of a numbering that is over, everything is told again
            self._updates = [one for one in self._updates if one["update_id"] >= offset]
            if not self._updates and body.get("timeout"):
                self._news.clear()
                try:
                    await asyncio.wait_for(self._news.wait(), body["timeout"])
                except TimeoutError:
                    return []
            return self._updates[: body.get("limit", 100)]
        finally:
            self._polling -= 1

    async def _setwebhook(self, body: dict[str, Any]) -> Any:
        self.webhook, self.webhook_secret = body["url"], body.get("secret_token", "")
        return True

    async def _deletewebhook(self, body: dict[str, Any]) -> Any:
        self.webhook = ""
        return True

    async def _sendmessage(self, body: dict[str, Any]) -> Any:
        text = body["text"]
        if len(text.encode("utf-16-le")) // 2 > 4096:
            return _refuse({"status": 400, "description": "Bad Request: message is too long"})
        for row in body.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if len(button.get("callback_data", "").encode()) > 64:
                    return _refuse({"status": 400, "description": "Bad Request: BUTTON_DATA_INVALID"})
        self._ids += 1
        made = Shown(self._ids, int(body["chat_id"]), text, body)
        self.shown[made.chat, made.id] = made
        return self._as_message(made)

    async def _sendvoice(self, body: dict[str, Any]) -> Any:
        self._ids += 1
        made = Shown(self._ids, int(body["chat_id"]), "", body)
        return self._as_message(made)

    async def _senddocument(self, body: dict[str, Any]) -> Any:
        self._ids += 1
        made = Shown(self._ids, int(body["chat_id"]), "", body)
        return self._as_message(made)

    async def _editmessagetext(self, body: dict[str, Any]) -> Any:
        return self._edited(body, text=body["text"])

    async def _editmessagereplymarkup(self, body: dict[str, Any]) -> Any:
        return self._edited(body)

    def _edited(self, body: dict[str, Any], **more: Any) -> Any:
        known = self.shown.get((int(body["chat_id"]), body["message_id"]))
        if known is None or not known.is_ours:
            return _refuse({"status": 400, "description": "Bad Request: message to edit not found"})
        known.text = more.get("text", known.text)
        known.body = {**known.body, **body}
        return self._as_message(known)

    async def _deletemessages(self, body: dict[str, Any]) -> Any:
        chat, numbers = int(body["chat_id"]), body["message_ids"]
        if not 1 <= len(numbers) <= 100:
            return _refuse({"status": 400, "description": "Bad Request: too many messages"})
        if self.too_old & set(numbers):
            return _refuse({"status": 400, "description": "Bad Request: message can't be deleted"})
        for number in numbers:  # what cannot be found is skipped
            if self.shown.pop((chat, number), None) is not None:
                self.deleted.append((chat, number))
        return True

    async def _answercallbackquery(self, body: dict[str, Any]) -> Any:
        self.answered.append(body["callback_query_id"])
        return True

    async def _sendchataction(self, body: dict[str, Any]) -> Any:
        return True

    async def _leavechat(self, body: dict[str, Any]) -> Any:
        return True

    def _as_message(self, one: Shown) -> dict[str, Any]:
        made = {
            "message_id": one.id,
            "date": int(self.now().timestamp()),
            "chat": {"id": one.chat, "type": "private", "first_name": "Canary Name"},
            "from": ME,
            "text": one.text,
        }
        markup = one.body.get("reply_markup", {})
        if "inline_keyboard" in markup:
            made["reply_markup"] = markup
        return made


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        told: dict[str, Any] = json.loads(await request.read() or b"{}")
        return told
    form = await request.post()
    return {name: _part(form[name]) for name in form}


def _part(value: Any) -> Any:
    """A file is read at once: it is closed with the request."""
    if isinstance(value, web.FileField):
        return value.filename, value.content_type, value.file.read()
    return value


def _refuse(fault: Fault) -> web.Response:
    if "raw" in fault:
        return web.Response(status=fault["status"], body=fault["raw"], content_type="text/html")
    told = {"ok": False, "error_code": fault["status"], "description": fault["description"]}
    if "parameters" in fault:
        told["parameters"] = fault["parameters"]
    return web.json_response(told, status=fault["status"])


def _cut(request: web.Request) -> web.Response:
    """The connection breaks before an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
