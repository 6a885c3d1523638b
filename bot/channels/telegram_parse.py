"""Reads one Telegram update: what a person said, touched or shared. Names, pictures and what is unknown are dropped."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from telegram import CallbackQuery, Chat, InlineKeyboardMarkup, Message, Update

from bot.ports import ChoiceToken, ContactRef, Geo, Inbound, InboundKind, MediaKind, MsgRef

KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]
NAME = "telegram"
_START = re.compile(r"^/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*$")
_COMMAND = re.compile(r"^/([A-Za-z0-9_]{1,32})(?:@\w+)?(?=\s|$)")
_REFERENCE = re.compile(r"^([0-9]{1,19}):([0-9]{1,11})$")
_FAR = 1 << 35  # seconds: a thousand years from now
_GONE = frozenset({"kicked", "left"})
_MEDIA: tuple[tuple[str, MediaKind], ...] = (
    ("photo", "photo"),
    ("voice", "voice"),
    ("audio", "voice"),
    ("video_note", "video"),
    ("video", "video"),
    ("animation", "video"),
    ("sticker", "sticker"),
    ("document", "file"),
    ("contact", "contact"),
)
_PLAIN = {"message_id", "from", "chat", "date", "text"}  # a text without anything besides, as almost all are
_UNKNOWN = ("dice", "game", "invoice", "paid_media", "poll", "story", "checklist", "passport_data")


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was touched: it has to be answered, and its message can show what was chosen."""

    query_id: str = field(repr=False)
    address: str = field(repr=False)
    message_id: int = field(default=0, repr=False)
    token: str = field(default="", repr=False)
    keyboard: InlineKeyboardMarkup | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one update comes to."""

    events: tuple[Inbound, ...] = ()
    press: Press | None = None
    address: str = field(default="", repr=False)
    group: int | None = field(default=None, repr=False)  # a group somebody has put the line into


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes the house's events of one account. Pure; never raises."""

    account: str
    refer: Callable[[str], ContactRef]
    now: Callable[[], datetime]

    def raw(self, body: bytes) -> Parsed:
        """The body of a webhook."""
        try:
            return self.update(json.loads(body))
        except (ValueError, RecursionError):
            return Parsed()

    def update(self, told: Any) -> Parsed:
        """One update as the network wrote it."""
        if not isinstance(told, dict) or not isinstance(told.get("update_id"), int):
            return Parsed()
        if (plain := self._plain(told)) is not None:
            return plain
        try:
            return self._of(Update.de_json(told))
        except Exception:  # a form this library does not know; of nobody can more be said
            return Parsed()

    def _plain(self, told: dict[str, Any]) -> Parsed | None:
        """A private text and nothing besides, read as the library reads it and without its objects, which cost ten
        times as much; None: not as plain as that."""
        message = told.get("message")
        if len(told) != 2 or type(message) is not dict or message.keys() != _PLAIN:
            return None
        sender, chat, at, text, number = (message[name] for name in ("from", "chat", "date", "text", "message_id"))
        if type(sender) is not dict or type(chat) is not dict or type(text) is not str or chat.get("type") != "private":
            return None
        lang, is_known = sender.get("language_code"), sender.get("is_bot") is False and "first_name" in sender
        if not is_known or not all(type(one) is int for one in (sender.get("id"), chat.get("id"), at, number)):
            return None
        if not 0 <= at < _FAR or not (lang is None or type(lang) is str):
            return None
        kind, more = _words(text)
        moment = datetime.fromtimestamp(at, UTC)
        ref = reference(number, moment)
        event = self._event(told["update_id"], chat["id"], kind, at=moment, lang=lang, ref=ref, **more)
        return Parsed((event,), address=str(chat["id"]))

    def _of(self, update: Update) -> Parsed:
        if update.callback_query is not None:
            return self._pressed(update, update.callback_query)
        if update.my_chat_member is not None:
            return self._member(update)
        if update.message is not None:
            return self._said(update, update.message)
        if update.edited_message is not None and update.edited_message.location is None:
            return self._said(update, update.edited_message)  # a moving place is edited every few seconds
        return Parsed()

    def _said(self, update: Update, message: Message) -> Parsed:
        sender = message.from_user
        if message.chat.type != Chat.PRIVATE or sender is None or sender.is_bot:
            return Parsed()
        kind, more = _content(message)
        if kind is None:
            return Parsed()
        ref = reference(message.message_id, message.date)
        event = self._event(
            update.update_id, message.chat.id, kind, at=message.date, lang=sender.language_code, ref=ref, **more
        )
        return Parsed((event,), address=str(message.chat.id))

    def _pressed(self, update: Update, query: CallbackQuery) -> Parsed:
        """The person is who touched; in a private chat that is also the chat."""
        shown = query.message
        address, token = str(query.from_user.id), query.data or ""
        keyboard = shown.reply_markup if isinstance(shown, Message) else None
        message_id = shown.message_id if isinstance(shown, Message) else 0
        press = Press(query.id, address, message_id, token, keyboard)
        if not token or (shown is not None and shown.chat.id != query.from_user.id):
            return Parsed(press=press)
        lang = query.from_user.language_code
        event = self._event(update.update_id, query.from_user.id, "choice", lang=lang, choice=ChoiceToken(token))
        return Parsed((event,), press, address)

    def _member(self, update: Update) -> Parsed:
        """Blocked, and back again: between them nothing is sent. Put into a group: the line goes out of it."""
        changed = update.my_chat_member
        assert changed is not None
        is_gone = changed.new_chat_member.status in _GONE
        if changed.chat.type != Chat.PRIVATE:
            return Parsed() if is_gone else Parsed(group=changed.chat.id)
        kind: InboundKind = "stopped" if is_gone else "back"
        return Parsed((self._event(update.update_id, changed.chat.id, kind, at=changed.date),))

    def _event(
        self,
        update_id: int,
        chat: int,
        kind: InboundKind,
        *,
        at: datetime | None = None,
        lang: str | None = None,
        ref: MsgRef | None = None,
        **more: Any,
    ) -> Inbound:
        return Inbound(
            channel=NAME,
            account=self.account,
            event_id=str(update_id),
            contact=self.refer(str(chat)),
            at=at or self.now(),
            kind=kind,
            lang=lang[:2].lower() if lang else None,
            msg_ref=ref,
            **more,
        )


def _content(message: Message) -> tuple[InboundKind | None, dict[str, Any]]:
    """(kind, what of it is kept); (None, …) for notes of the network itself."""
    if message.text is not None:
        return _words(message.text)
    if message.location is not None:  # a venue carries one too
        geo = Geo(message.location.latitude, message.location.longitude)
        return ("location", {"geo": geo}) if _is_on_earth(geo) else ("unsupported", {})
    for name, media in _MEDIA:
        if getattr(message, name):
            return "media", {"media": media, "text": message.caption, "album": message.media_group_id}
    is_content = message.api_kwargs or any(getattr(message, name, None) for name in _UNKNOWN)
    return ("unsupported", {}) if is_content else (None, {})  # `api_kwargs`: younger than this library


def _words(text: str) -> tuple[InboundKind, dict[str, Any]]:
    if (start := _START.match(text)) is not None:
        return "start", {"start_param": start[1]}
    return "text", {"text": _COMMAND.sub(r"\1", text)}


def _is_on_earth(geo: Geo) -> bool:
    """The library takes whatever stands there, also text and what is no number."""
    is_number = all(isinstance(one, int | float) for one in (geo.lat, geo.lon))
    return is_number and abs(geo.lat) <= 90 and abs(geo.lon) <= 180


def reference(message_id: int, at: datetime) -> MsgRef:
    """A message as it can be deleted later: its number and when it was written."""
    return MsgRef(f"{message_id}:{int(at.timestamp())}")


def read_reference(ref: MsgRef) -> tuple[int, int] | None:
    """(number, seconds since 1970), or None if this is no reference of ours."""
    found = _REFERENCE.match(ref.native)
    return (int(found[1]), int(found[2])) if found else None
