"""Telegram: what comes in by webhook, what goes out, what is taken back; every request is checked by a peer."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.telegram import HEADER, MOST_BYTES, PATH
from bot.channels.telegram_erase import AT_ONCE
from bot.channels.telegram_pace import Pace
from bot.channels.telegram_parse import reference
from bot.db import Database
from bot.ports import Choice, ChoiceToken, ContactRef, MsgRef, NotOurs, Outbound, Purpose, RichText, SendError
from tests.bot.channels.test_telegram_pace import Seconds
from tests.conftest import MovableClock
from tests.contracts.lines import CHAT, Line, open_line
from tests.fake_telegram import BLOCKED, DEACTIVATED, GATEWAY, LOST, NO_CHAT, RESET, SECRET, FakeTelegram, Fault

CHAT_OF_HERS = {"id": CHAT, "type": "private", "first_name": "Canary"}
GROUP = {"id": -5, "title": "g"}
HER = {"id": CHAT, "is_bot": False, "first_name": "Canary"}
FILE: dict[str, Any] = {"file_id": "f", "file_unique_id": "u"}


@pytest.fixture
async def line(db: Database, clock: MovableClock) -> AsyncIterator[Line]:
    async with open_line("telegram", db, clock) as made:
        yield made


def server_of(line: Line) -> FakeTelegram:
    assert line.server is not None
    return line.server


def said(
    text: str = "Chào bạn", key: str = "k1", *choices: Choice, purpose: Purpose = "answer", **more: Any
) -> Outbound:
    to = ContactRef("", b"")
    return Outbound(to=to, text=RichText(text), choices=choices, idempotency_key=key, purpose=purpose, **more)


async def post(line: Line, body: bytes | Any, secret: str | None = SECRET) -> int:
    assert line.web is not None
    headers = {HEADER: secret} if secret is not None else {}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = await line.web.post(PATH, data=data, headers=headers)
    return answer.status


async def settle(line: Line) -> None:
    while beside := line.channel._beside:  # type: ignore[attr-defined]
        await asyncio.gather(*beside)


# --- the webhook ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET.lower(), SECRET + "x", "Đồng", "\udcff\udcfe"])
async def test_a_forged_secret_is_turned_away_and_nothing_is_kept(line: Line, secret: str | None) -> None:
    update = server_of(line).message(CHAT, text="cứu")
    assert await post(line, update, secret) == 403
    assert line.kept == []


@pytest.mark.parametrize(("secret", "status"), [("wrong", 403), (SECRET, 400)])
async def test_a_body_that_is_not_what_its_headers_say_is_refused(line: Line, secret: str, status: int) -> None:
    assert line.web is not None
    headers = {HEADER: secret, "Content-Encoding": "gzip"}
    answer = await line.web.post(PATH, data=b"rubbish, and no gzip at all", headers=headers)
    assert answer.status == status and line.kept == []


@pytest.mark.parametrize("point", [("21.03", "105.85"), (None, 105.0), (float("nan"), 105.0), (200.0, 105.0)])
async def test_a_place_that_is_no_point_on_earth_is_no_place(line: Line, point: tuple[Any, Any]) -> None:
    told = {"message_id": 1, "date": 1, "chat": CHAT_OF_HERS, "from": HER}
    place = {"latitude": point[0], "longitude": point[1]}
    assert await post(line, {"update_id": 7, "message": {**told, "location": place}}) == 200
    assert [one.kind for one in line.kept] in ([], ["unsupported"])


async def test_a_body_longer_than_any_update_is_refused_before_it_is_read(line: Line) -> None:
    assert line.web is not None
    assert await post(line, b" " * (MOST_BYTES + 1)) == 413

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b" " * (MOST_BYTES // 8)

    answer = await line.web.post(PATH, data=pieces(), headers={HEADER: SECRET})
    assert answer.status == 413 and line.kept == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[1]", b"\xff\xfe", b'{"update_id": 1', b"[" * 50_000, b'{"update_id": NaN}']
)
async def test_a_body_that_is_no_update_is_answered_and_dropped(line: Line, body: bytes) -> None:
    assert await post(line, body) == 200
    assert line.kept == []


UNKNOWN: list[dict[str, Any]] = [
    {},
    {"something_new": {"id": 1}},
    {"message": {}},
    {"message": None},
    {"message": {"message_id": "x", "date": "y", "chat": 5}},
    {"message": {"message_id": 1, "date": 10**30, "chat": CHAT_OF_HERS, "from": HER, "text": "a"}},
    {"message": {"message_id": 1, "date": 1, "chat": CHAT_OF_HERS, "text": "nobody wrote it"}},
    {"message": {"message_id": 1, "date": 1, "chat": CHAT_OF_HERS, "from": {**HER, "is_bot": True}, "text": "ours"}},
    {"message": {"message_id": 1, "date": 1, "chat": CHAT_OF_HERS, "from": HER, "pinned_message": None}},
    {"message": {"message_id": 1, "date": 1, "chat": {**GROUP, "type": "group"}, "from": HER, "text": "a"}},
    {"channel_post": {"message_id": 1, "date": 1, "chat": {**GROUP, "type": "channel"}, "text": "a"}},
    {"edited_message": {"message_id": 1, "date": 1, "edit_date": 2, "chat": CHAT_OF_HERS, "from": HER,
                        "location": {"latitude": 1.0, "longitude": 1.0, "live_period": 60}}},
    {"poll": {"id": "1"}},
    {"callback_query": {"id": "1"}},
    {"my_chat_member": {"chat": CHAT_OF_HERS}},
]  # fmt: skip


@pytest.mark.parametrize("told", UNKNOWN, ids=lambda told: next(iter(told), "empty"))
async def test_what_is_not_known_is_answered_and_nothing_is_kept(line: Line, told: dict[str, Any]) -> None:
    assert await post(line, {"update_id": 7, **told}) == 200
    assert line.kept == []


async def test_unknown_fields_do_no_harm_and_large_numbers_survive(line: Line) -> None:
    update = server_of(line).message(CHAT, text="chào")
    update["message"]["from"]["new_in_2030"] = {"x": [1]}
    update["update_id"] = 2**62
    assert await post(line, update) == 200
    event = line.kept[-1]
    assert event.event_id == str(2**62) and event.text == "chào"
    await line.channel.send(said(), line.address)
    assert server_of(line).texts(CHAT) == ["Chào bạn"]


CONTENT: list[tuple[dict[str, Any], str, str | None, str | None]] = [
    ({"photo": [{**FILE, "width": 1, "height": 1}], "caption": "nó đánh em"}, "media", "photo", "nó đánh em"),
    ({"voice": {**FILE, "duration": 1}}, "media", "voice", None),
    ({"audio": {**FILE, "duration": 1}}, "media", "voice", None),
    ({"video": {**FILE, "width": 1, "height": 1, "duration": 1}}, "media", "video", None),
    ({"video_note": {**FILE, "length": 1, "duration": 1}}, "media", "video", None),
    ({"animation": {**FILE, "width": 1, "height": 1, "duration": 1}, "document": FILE}, "media", "video", None),
    ({"sticker": {**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}},
     "media", "sticker", None),
    ({"document": FILE}, "media", "file", None),
    ({"contact": {"phone_number": "0000 000 777", "first_name": "Canary"}}, "media", "contact", None),
    ({"dice": {"emoji": "🎲", "value": 3}}, "unsupported", None, None),
    ({"hologram_of_2030": {"file_id": "f"}}, "unsupported", None, None),
    ({"text": "/xoa"}, "text", None, "xoa"),
    ({"text": "/cuu@donghanh_test_bot em"}, "text", None, "cuu em"),
    ({"text": "/"}, "text", None, "/"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "kind", "media", "text"), CONTENT, ids=lambda one: str(one)[:20])
async def test_what_people_send_is_named_and_only_words_are_taken(
    line: Line, content: dict[str, Any], kind: str, media: str | None, text: str | None
) -> None:
    await line.say(**content)
    event = line.kept[-1]
    assert (event.kind, event.media, event.text) == (kind, media, text)
    assert "0000 000" not in repr(event) and "0000" not in (event.text or "") and event.msg_ref is not None


async def test_a_changed_message_is_read_again(line: Line) -> None:
    await line.say("cứu em", kind="edited_message")
    assert (line.kept[-1].kind, line.kept[-1].text) == ("text", "cứu em")


@pytest.mark.parametrize(
    ("text", "code"), [("/start", None), ("/start p01-HN_7", "p01-HN_7"), ("/start@donghanh_test_bot a", "a")]
)
async def test_the_code_of_a_link_comes_with_the_start(line: Line, text: str, code: str | None) -> None:
    await line.say(text)
    assert (line.kept[-1].kind, line.kept[-1].start_param) == ("start", code)


async def test_whoever_blocks_us_has_stopped_and_a_group_is_left(line: Line) -> None:
    assert await post(line, server_of(line).member(CHAT, "kicked")) == 200
    assert [event.kind for event in line.kept] == ["stopped"]
    assert await post(line, server_of(line).member(CHAT, "member")) == 200
    assert await post(line, server_of(line).member(-100123, "member", kind="supergroup")) == 200
    await settle(line)
    assert [event.kind for event in line.kept] == ["stopped", "back"]
    assert [body["chat_id"] for body in server_of(line).asked("leaveChat")] == [-100123]


async def test_the_network_is_told_where_the_webhook_is_and_its_secret(db: Database, clock: MovableClock) -> None:
    async with open_line("telegram", db, clock) as line:
        server = server_of(line)
        while not server.webhook:
            await asyncio.sleep(0)
        assert server.webhook == "https://help.example.org/channels/telegram" and server.webhook_secret == SECRET
        assert server.asked("setWebhook")[0]["allowed_updates"] == [
            "message", "edited_message", "callback_query", "my_chat_member"
        ]  # fmt: skip


# --- buttons ----------------------------------------------------------------------------------------------------------


async def test_every_touch_is_answered_and_the_message_shows_what_was_chosen(line: Line) -> None:
    server = server_of(line)
    choices = tuple(Choice(ChoiceToken(token), label) for token, label in (("t-yes", "Có"), ("t-no", "Không")))
    await line.channel.send(said("Bạn có đang gặp nguy hiểm không?", "k1", *choices), line.address)
    (shown,) = (one for one in server.shown.values() if one.is_ours)
    for token in ("t-no", "t-yes"):  # a touch on the wrong one can be put right
        assert await post(line, server.press(CHAT, token, on=shown)) == 200
        await settle(line)
    assert len(server.answered) == 2 and [event.choice for event in line.kept] == ["t-no", "t-yes"]
    rows = shown.body["reply_markup"]["inline_keyboard"]
    assert [row[0]["text"] for row in rows] == ["✓ Có", "Không"]


async def test_a_button_of_a_message_that_is_gone_is_answered_too(line: Line) -> None:
    server = server_of(line)
    assert await post(line, server.press(CHAT, "t-old")) == 200
    server.fail_next({"status": 400, "description": "Bad Request: query is too old"}, "answerCallbackQuery")
    assert await post(line, server.press(CHAT, "t-older")) == 200
    await settle(line)
    assert [event.choice for event in line.kept] == ["t-old", "t-older"]


# --- going out --------------------------------------------------------------------------------------------------------


async def test_messages_cannot_be_passed_on_show_no_previews_and_are_quiet_when_nobody_asked(line: Line) -> None:
    await line.channel.send(said(), line.address)
    await line.channel.send(said("Chưa ai nhận.", "k2", purpose="reminder"), line.address)
    answer, reminder = server_of(line).asked("sendMessage")
    for body in (answer, reminder):
        assert body["protect_content"] is True and body["link_preview_options"] == {"is_disabled": True}
        assert "parse_mode" not in body and "entities" not in body
    assert not answer.get("disable_notification") and reminder["disable_notification"] is True


async def test_a_question_for_a_place_has_a_key_that_shares_it_and_the_next_message_takes_it_away(line: Line) -> None:
    choices = (Choice(ChoiceToken("t1"), "Ở đâu cũng được"), Choice(ChoiceToken("t2"), "Gửi vị trí", "location"))
    await line.channel.send(said("Bạn ở đâu?", "k1", *choices), line.address)
    await line.channel.send(said("Đây nhé", "k2"), line.address)
    asked, plain = server_of(line).asked("sendMessage")
    keys = [row[0] for row in asked["reply_markup"]["keyboard"]]
    assert keys[0] == {"text": "Gửi vị trí", "request_location": True} and keys[1]["text"] == "Ở đâu cũng được"
    assert plain["reply_markup"] == {"remove_keyboard": True}


async def test_links_are_buttons_and_what_cannot_be_one_is_written(line: Line) -> None:
    choices = (
        Choice(ChoiceToken(""), "Nhận ca", "url", "https://help.example.org/t/abc"),
        Choice(ChoiceToken(""), "Gọi", "phone", "0000 000 111"),
        Choice(ChoiceToken(""), "Ở máy này", "url", "http://127.0.0.1:8080/t/abc"),
    )
    await line.channel.send(said("Ca mới", "k1", *choices), line.address)
    (body,) = server_of(line).asked("sendMessage")
    assert body["text"] == "Ca mới\nGọi: 0000 000 111\nỞ máy này: http://127.0.0.1:8080/t/abc"
    buttons = body["reply_markup"]["inline_keyboard"]
    assert buttons == [[{"text": "Nhận ca", "url": "https://help.example.org/t/abc"}]]


async def test_whoever_has_to_wait_for_the_next_message_sees_that_it_is_being_written(line: Line) -> None:
    seconds = Seconds()
    line.channel._client.pace = Pace(now=seconds, nap=seconds.nap)  # type: ignore[attr-defined]
    for key in ("k1", "k2"):
        await line.channel.send(said(key, key), line.address)
    order = [name for name, _ in server_of(line).requests if name.startswith("send")]
    assert order == ["sendmessage", "sendchataction", "sendmessage"] and seconds.now == 1001.0


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(BLOCKED, "contact_gone"), (DEACTIVATED, "contact_gone"), (NO_CHAT, "contact_gone"), (GATEWAY, "unknown_outcome"),
     (RESET, "unknown_outcome"), (LOST, "unknown_outcome"), ({"status": 429, "description": "x"}, "throttled"),
     ({"status": 404, "description": "Not Found"}, "auth"), ({"status": 200, "raw": b"{}"}, "unknown_outcome"),
     *(({"status": status, "raw": b"<html>of a proxy</html>"}, "unknown_outcome") for status in (400, 401, 403, 404)),
     ({"status": 403, "raw": b'{"error": "forbidden"}'}, "unknown_outcome"),
     ({"status": 302, "raw": b""}, "unknown_outcome")],
)  # fmt: skip
async def test_each_refusal_has_its_name(line: Line, fault: Fault, kind: str) -> None:
    server_of(line).fail_next(fault)
    with pytest.raises(SendError, match=kind):
        await line.channel.send(said(), line.address)


async def test_after_a_break_in_the_middle_only_the_rest_is_sent(line: Line) -> None:
    text = "".join(f"{number:04d}" for number in range(2600))  # three messages
    server = server_of(line)
    server.fail_next({})
    server.fail_next(RESET)
    with pytest.raises(SendError, match="unknown_outcome"):
        await line.channel.send(said(text), line.address)
    sent = await line.channel.send(said(text, is_repeat=True), line.address)
    assert "".join(server.texts(CHAT)) == text and len(sent.refs) == 3


async def test_a_message_that_may_have_arrived_is_marked_when_it_comes_again(line: Line) -> None:
    server = server_of(line)
    server.fail_next(LOST)
    with pytest.raises(SendError, match="unknown_outcome"):
        await line.channel.send(said(), line.address)
    await line.channel.send(said(is_repeat=True), line.address)
    assert server.texts(CHAT) == ["Chào bạn", "(gửi lại) Chào bạn"]


async def test_a_message_that_surely_was_not_taken_comes_without_a_mark(line: Line) -> None:
    server = server_of(line)
    server.fail_next({"status": 400, "description": "Bad Request: odd"})
    with pytest.raises(SendError, match="bad_request"):
        await line.channel.send(said(), line.address)
    await line.channel.send(said(is_repeat=True, attempt=1), line.address)
    assert server.texts(CHAT) == ["Chào bạn"]


async def test_it_is_marked_if_another_process_has_tried_it_since(line: Line) -> None:
    server = server_of(line)
    server.fail_next({"status": 400, "description": "Bad Request: odd"})
    with pytest.raises(SendError, match="bad_request"):
        await line.channel.send(said(), line.address)
    await line.channel.send(said(is_repeat=True, attempt=2), line.address)
    assert server.texts(CHAT) == ["(gửi lại) Chào bạn"]


async def test_what_another_process_took_over_while_it_waited_for_its_turn_is_not_sent(line: Line) -> None:
    with pytest.raises(NotOurs):
        await line.channel.send(said(is_ours=lambda: False), line.address)
    assert server_of(line).texts(CHAT) == [], "asked after the pace has let it go"
    await line.channel.send(said(is_repeat=True, attempt=1), line.address)
    assert server_of(line).texts(CHAT) == ["(gửi lại) Chào bạn"], "nobody knows what became of it there"


async def test_a_message_can_be_written_over_and_if_not_comes_as_a_new_one(line: Line) -> None:
    sent = await line.channel.send(said("một", "k1", Choice(ChoiceToken("t"), "Có")), line.address)
    again = await line.channel.send(said("hai", "k2", replace=sent.refs[0]), line.address)
    assert again.refs == sent.refs and server_of(line).texts(CHAT) == ["hai"]
    await line.channel.send(said("ba", "k3", replace=MsgRef("999999:1")), line.address)
    await line.channel.send(said("bốn", "k4", replace=MsgRef("odd")), line.address)
    assert server_of(line).texts(CHAT) == ["hai", "ba", "bốn"]


# --- taking back ------------------------------------------------------------------------------------------------------


async def test_two_hundred_and_fifty_messages_are_taken_back_in_three_requests(line: Line, clock: MovableClock) -> None:
    server = server_of(line)
    refs = [reference(server.message(CHAT, text="x")["message"]["message_id"], clock.now()) for _ in range(250)]
    report = await line.channel.erase(line.address, refs)
    assert set(report.erased) == set(refs) and not report.kept and len(server.deleted) == 250
    assert [len(body["message_ids"]) for body in server.asked("deleteMessages")] == [AT_ONCE, AT_ONCE, 50]


async def test_what_is_too_old_is_named_and_the_rest_goes(line: Line, clock: MovableClock) -> None:
    server = server_of(line)
    old = reference(server.message(CHAT, text="cũ")["message"]["message_id"], clock.now())
    clock.pass_(hours=48)
    new = reference(server.message(CHAT, text="mới")["message"]["message_id"], clock.now())
    odd = MsgRef("không phải số")
    report = await line.channel.erase(line.address, [old, odd, new])
    assert report.erased == (new,) and dict(report.kept) == {old: "too_old", odd: "unknown"}
    assert server.texts(CHAT, ours=False) == ["cũ"]


async def test_one_message_that_cannot_go_does_not_stop_the_others(line: Line, clock: MovableClock) -> None:
    server = server_of(line)
    refs = [reference(server.message(CHAT, text=f"{n}")["message"]["message_id"], clock.now()) for n in range(5)]
    unknown = MsgRef(f"77777:{int(clock.now().timestamp())}")
    server.too_old = {int(refs[2].native.partition(":")[0])}
    report = await line.channel.erase(line.address, [*refs, unknown])
    assert dict(report.kept) == {refs[2]: "refused"}
    assert server.texts(CHAT, ours=False) == ["2"]


async def test_erasing_waits_when_the_network_is_away(line: Line, clock: MovableClock) -> None:
    server = server_of(line)
    ref = reference(server.message(CHAT, text="x")["message"]["message_id"], clock.now())
    server.fail_next(GATEWAY, "deleteMessages")
    with pytest.raises(SendError, match="unknown_outcome"):
        await line.channel.erase(line.address, [ref])
    assert (await line.channel.erase(line.address, [ref])).erased == (ref,)
