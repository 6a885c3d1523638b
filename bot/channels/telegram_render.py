"""A message as Telegram shows it: texts of 4,096 units, buttons below the last one, or a key to share a place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.render import Part, render
from bot.ports import Cap, Capabilities, Choice, Outbound
from directory import recordings

DELETE_WINDOW = timedelta(hours=48)
CHOSEN = "✓ "
ABLE = Capabilities(
    Cap.BUTTONS | Cap.BUTTON_EDIT | Cap.EDIT | Cap.DELETE_OWN | Cap.DELETE_USER | Cap.TYPING | Cap.LOCATION_REQ
    | Cap.LINK_BTN | Cap.PROTECT | Cap.PUSH_ANYTIME,
    max_text=4096,
    text_unit="utf16",
    max_buttons=100,
    max_button_title=64,
    max_payload_bytes=64,
    delete_window=DELETE_WINDOW,
)  # fmt: skip
Markup = Mapping[str, Any]  # as the network reads it; the library's objects, made and taken apart, cost 3 % of a turn
BUTTONS = "inline_keyboard"


@dataclass(frozen=True, slots=True)
class Native:
    """One message in Telegram's own words."""

    text: str = field(repr=False)
    markup: Markup | None = field(default=None, repr=False)
    voice: Path | None = None  # a recording, sent as a voice message


def native(message: Outbound, able: Capabilities = ABLE, *, mark: str = "") -> tuple[Native, ...]:
    """The messages in order; `mark` goes before the first. Raises SendError if a token is too long for a button."""
    places = [choice for choice in message.choices if choice.kind == "location"]
    shown = [choice for choice in message.choices if choice.kind == "reply" or (_is_link(choice) and not places)]
    written = [choice for choice in message.choices if choice not in places and choice not in shown and choice.url]
    lines = [f"{mark}{message.text}", *(f"{choice.label}: {choice.url}" for choice in written)]
    *before, last = render("\n".join(lines), shown, able)
    heard = recordings.find(message.audio) if message.audio else None
    voice = (Native("", voice=heard),) if heard is not None else ()
    return (*(Native(part.text) for part in before), *voice, Native(last.text, _markup(last, places)))


def _markup(part: Part, places: list[Choice]) -> Markup:
    """One kind of keyboard a message; a message without any takes an old key for sharing a place away."""
    if places:
        keys = [[{"text": places[0].label, "request_location": True}], *([{"text": one.label}] for one in part.choices)]
        return {"keyboard": keys, "resize_keyboard": True, "one_time_keyboard": True}
    if not part.choices:
        return {"remove_keyboard": True}
    return {BUTTONS: [[_button(choice)] for choice in part.choices]}


def _button(choice: Choice) -> dict[str, Any]:
    if choice.kind == "url":
        return {"text": choice.label, "url": choice.url}
    return {"text": choice.label, "callback_data": choice.token}


def _is_link(choice: Choice) -> bool:
    """The network refuses buttons to addresses of one machine, and to phone numbers; these are written out."""
    if choice.kind != "url" or not choice.url:
        return False
    parts = urlsplit(choice.url)
    host = parts.hostname or ""
    return parts.scheme in ("http", "https") and "." in host and not host.startswith("127.")


def marked(keyboard: InlineKeyboardMarkup, token: str) -> InlineKeyboardMarkup | None:
    """The same buttons with a tick before the one that was chosen; None if nothing would change.

    The others stay: whoever touched the wrong one, above all in danger, can touch the right one.
    """
    rows = [[_ticked(button, token) for button in row] for row in keyboard.inline_keyboard]
    made = InlineKeyboardMarkup(rows)
    return None if made == keyboard else made


def _ticked(button: InlineKeyboardButton, token: str) -> InlineKeyboardButton:
    if button.callback_data is None:
        return button
    label = button.text.removeprefix(CHOSEN)
    tick = CHOSEN if button.callback_data == token else ""
    return InlineKeyboardButton(f"{tick}{label}", callback_data=button.callback_data)
