"""A private text without anything besides is read without the library's objects, and exactly as with them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Update

from bot.channels.telegram_parse import Parsed, Reader
from bot.ports import ContactRef

READER = Reader(
    "4242", lambda address: ContactRef(f"handle {address}", b""), lambda: datetime(2026, 11, 27, tzinfo=UTC)
)
PERSON = {"id": 7, "is_bot": False, "first_name": "x", "last_name": "y", "language_code": "vi-VN", "is_premium": True}
CHAT = {"id": 7, "type": "private", "first_name": "x", "username": "z"}
MESSAGE = {"message_id": 11, "date": 1_790_000_000, "text": "em cần giúp", "from": PERSON, "chat": CHAT}
TEXTS = ("", " ", "em cần giúp\nở Huế", "/start", "/start mã-1", "/start@bot", "/stop em", "\udce1", "0" * 5_000)
STRANGE: tuple[Any, ...] = (None, True, 0, -1, 1 << 60, 1.5, "7", "", [], {}, [{}])
ELSEWHERE = ({"type": "group"}, {"type": "channel"}, {"type": None}, {"type": "private", "id": -5}, {"id": "7"})
MORE = ({"caption": "c"}, {"edit_date": 1_790_000_001}, {"entities": []}, {"photo": []}, {"from": {}}, {"unknown": 1})


def by_the_library(told: dict[str, Any]) -> Parsed:
    try:
        return READER._of(Update.de_json(told))
    except Exception:
        return Parsed()


def update(**changed: Any) -> dict[str, Any]:
    return {"update_id": 3, "message": {**MESSAGE, **changed}}


@pytest.mark.parametrize("text", TEXTS)
def test_a_plain_text_is_read_as_the_library_reads_it(text: str) -> None:
    told = update(text=text)
    assert READER._plain(told) is not None
    assert READER.update(told) == by_the_library(told) == READER.raw(json.dumps(told).encode())


@pytest.mark.parametrize("name", ["message_id", "date", "text", "from", "chat", "from.id", "from.is_bot", "chat.id",
                                  "from.first_name", "from.language_code", "chat.type"])  # fmt: skip
@pytest.mark.parametrize("value", STRANGE, ids=repr)
def test_whatever_else_stands_there_is_left_to_the_library(name: str, value: Any) -> None:
    first, _, second = name.partition(".")
    told = update(**{first: {**MESSAGE[first], second: value} if second else value})  # type: ignore[dict-item]
    assert READER.update(told) == by_the_library(told)


@pytest.mark.parametrize("more", [*({"chat": {**CHAT, **one}} for one in ELSEWHERE), *MORE], ids=repr)
def test_what_is_not_plain_is_left_to_the_library(more: dict[str, Any]) -> None:
    told = update(**more)
    assert READER.update(told) == by_the_library(told)


@pytest.mark.parametrize("missing", ["message_id", "date", "text", "from", "chat"])
def test_what_is_missing_is_left_to_the_library(missing: str) -> None:
    told = update()
    del told["message"][missing]
    assert READER._plain(told) is None and READER.update(told) == by_the_library(told)


def test_an_update_that_says_something_besides_is_left_to_the_library() -> None:
    assert READER._plain({**update(), "edited_message": MESSAGE}) is None
    assert READER._plain({"update_id": 3, "edited_message": MESSAGE}) is None
