"""A person on Telegram and the whole house behind it: from the first word to the last, on both ways in."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import linking, staff
from bot.channels.telegram_staff import KIND
from bot.seals import Seals
from bot.tables import alarm, case, inbox, lane, message_ref, outbox, person, staff_channel
from directory.reading import fold
from tests.conftest import MovableClock
from tests.fake_telegram import BLOCKED, GATEWAY, LOST, SECRET, TOKEN, flood
from tests.telegram_house import ANNA, LAN, STAFF_TOKEN, Street, street

HOAN_KIEM = {"latitude": 21.0285, "longitude": 105.8542}


@pytest.fixture
async def town(
    request: pytest.FixtureRequest, tmp_path: Path, seals: Seals, clock: MovableClock
) -> AsyncIterator[Street]:
    async with street(tmp_path, seals, clock, by_webhook=getattr(request, "param", "webhook") == "webhook") as made:
        yield made


on_both_ways = pytest.mark.parametrize("town", ["webhook", "polling"], indirect=True)


async def count(town: Street, table: object) -> int:
    wanted = select(func.count()).select_from(table)  # type: ignore[arg-type]
    return await town.house.db.read(lambda connection: connection.execute(wanted).scalar_one())


@on_both_ways
async def test_a_start_is_greeted_and_a_question_answered_by_button_number_and_label(town: Street) -> None:
    hello = await town.say("/start p01")
    assert hello[0].startswith("Chào bạn") and not any("chưa hiểu" in text for text in hello)
    await town.press(town.buttons()["Tìm chỗ giúp đỡ"])
    assert len(town.network.answered) == 1 and len(town.buttons()) == 10, "the needs are offered, and to pass over it"
    (where,) = await town.say("1")  # the first need, by its number
    keyboard = next(one for one in town.network.shown.values() if one.text == where).body["reply_markup"]["keyboard"]
    anywhere = keyboard[1][0]["text"]
    (found,) = await town.say(fold(anywhere))  # a label, typed without its marks
    assert "0000 000" in found and "Xem thêm" in town.buttons()


async def test_the_key_to_share_a_place_finds_places_and_the_point_is_kept_nowhere(
    town: Street, tmp_path: Path
) -> None:
    await town.say("/start")
    (asked,) = await town.say("xet nghiem hiv")
    keyboard = next(one for one in town.network.shown.values() if one.text == asked).body["reply_markup"]["keyboard"]
    assert keyboard[0][0]["request_location"] is True
    before = len(town.network.texts(ANNA))
    await town.bring(town.network.message(ANNA, location=HOAN_KIEM))
    (found,) = town.network.texts(ANNA)[before:]
    assert "Hoàn Kiếm" in found and "0000 000" in found
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("house.db*"))
    assert b"21.028" not in raw and b"105.85" not in raw


async def test_the_same_update_five_times_is_answered_once(tmp_path: Path, seals: Seals, clock: MovableClock) -> None:
    async with street(tmp_path, seals, clock) as town:
        await town.bring(town.network.message(ANNA, text="xet nghiem hiv o cau giay"), times=5)
        assert sum("\n1. " in text for text in town.network.texts(ANNA)) == 1


@on_both_ways
async def test_several_pictures_sent_as_one_get_one_answer_and_a_word_under_one_is_heard(town: Street) -> None:
    sizes = [{"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9}]
    await town.say("chào")
    before = len(town.network.texts(ANNA))
    for _ in range(4):
        await town.bring(town.network.message(ANNA, photo=sizes, media_group_id="album-1"))
    assert len(town.network.texts(ANNA)) == before + 1
    await town.bring(town.network.message(ANNA, photo=sizes, media_group_id="album-2"))
    assert len(town.network.texts(ANNA)) == before + 2, "another album, another answer"
    await town.bring(town.network.message(ANNA, photo=sizes, media_group_id="album-2", caption="nó đang đánh em"))
    assert await count(town, case) == 1


async def test_every_picture_of_an_album_is_deleted_with_the_rest(town: Street) -> None:
    sizes = [{"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9}]
    for _ in range(3):
        await town.bring(town.network.message(ANNA, photo=sizes, media_group_id="album-1"))
    await town.say("xoá")
    await town.press(next(token for label, token in town.buttons().items() if label == "Xoá hết"))
    assert town.network.texts(ANNA, ours=False) == [], "also those that got no answer"


async def test_the_network_is_answered_once_a_message_is_kept_however_long_reading_takes(town: Street) -> None:
    town.house.reception.only_keep()
    await town.bring(town.network.message(ANNA, text="cứu em"))
    assert await count(town, inbox) == 1 and town.network.texts(ANNA) == []


async def test_an_old_button_is_answered_kindly_and_the_open_question_stays_open(town: Street) -> None:
    await town.say("/start")
    await town.say("xet nghiem hiv")
    (said,) = await town.press("long-gone-12")
    assert said == "Nút đó cũ rồi. Bạn chọn lại giúp mình nhé."
    assert any("Cầu Giấy" in text for text in await town.say("cau giay"))


async def test_a_person_who_types_the_text_of_a_button_is_not_taken_for_it(town: Street) -> None:
    await town.say("/start")
    token = next(iter(town.buttons().values()))
    await town.say(token)
    assert len(town.buttons()) == 5, "still the first five, not the needs"


@on_both_ways
async def test_erasing_takes_the_chat_back_in_both_directions_and_then_forgets_the_way(
    town: Street, tmp_path: Path
) -> None:
    await town.say("/start")
    await town.say("xet nghiem hiv o cau giay")
    assert await count(town, message_ref) == 2 + len(town.network.texts(ANNA))
    old = town.buttons()
    await town.say("xoá")
    yes = next(token for label, token in town.buttons().items() if label == "Xoá hết")
    await town.press(yes)
    (last,) = town.network.texts(ANNA)
    assert last.startswith("Đã xoá xong.")
    assert town.network.texts(ANNA, ours=False) == []
    for table in (lane, person, message_ref, outbox, inbox):
        assert await count(town, table) == 0
    said = await town.press(next(iter(old.values())))  # a button of an erased talk
    assert "Nút đó cũ rồi. Bạn chọn lại giúp mình nhé." in said


@on_both_ways
async def test_erasing_the_words_alone_cleans_the_chat_and_keeps_help_on_its_way(
    town: Street, tmp_path: Path
) -> None:
    await town.say("cứu em nó đang đánh em ở nhà nghỉ Sen phòng 12")
    await town.say("xoá")
    await town.press(next(token for label, token in town.buttons().items() if label.startswith("Xoá lời")))
    (last,) = town.network.texts(ANNA)
    assert last.startswith("Đã xoá lời của bạn. Người giúp vẫn được gọi.")
    assert town.network.texts(ANNA, ours=False) == []
    assert await count(town, message_ref) == 1, "only of the last sentence"
    assert await count(town, lane) == 1 and await count(town, case) == 1
    await town.say("em sợ")
    assert len(town.network.texts(ANNA, ours=False)) == 1, "what follows stays"


async def test_a_network_that_takes_nothing_back_keeps_no_answer_from_her(town: Street) -> None:
    await town.say("cứu em nó đang đánh em")
    await town.say("xoá")
    town.network.fail_next(GATEWAY, "deleteMessages", times=9)
    await town.press(next(token for label, token in town.buttons().items() if label.startswith("Xoá lời")))
    for _ in range(5):
        town.clock.pass_(seconds=10)
        await town.settle()
    assert any("Đã xoá lời của bạn" in one for one in town.network.texts(ANNA))


async def test_erasing_waits_for_a_network_that_is_away_and_is_then_finished(town: Street) -> None:
    await town.say("/start")
    await town.say("xoá")
    town.network.fail_next(GATEWAY, "deleteMessages", times=2)
    await town.press(next(token for label, token in town.buttons().items() if label == "Xoá hết"))
    assert await count(town, lane) == 1 and len(town.network.texts(ANNA)) > 1
    for _ in range(3):
        town.clock.pass_(seconds=10)
        await town.settle()
    assert len(town.network.texts(ANNA)) == 1 and await count(town, lane) == 0


async def test_a_network_that_lets_nothing_be_deleted_for_minutes_is_waited_for_no_longer_and_she_is_told_so(
    town: Street,
) -> None:
    await town.say("/start")
    await town.say("xoá")
    town.network.fail_next(GATEWAY, "deleteMessages", times=99)
    await town.press(next(token for label, token in town.buttons().items() if label == "Xoá hết"))
    for _ in range(8):
        assert not any("Đã xoá xong" in one for one in town.network.texts(ANNA)) or await count(town, lane) == 0
        town.clock.pass_(seconds=61)
        await town.settle()
    last = town.network.texts(ANNA)[-1]
    assert "Đã xoá xong." in last and "Bạn tự xoá cuộc chat này nhé." in last and "48" not in last
    for table in (lane, person, message_ref, outbox, inbox):
        assert await count(town, table) == 0


async def test_of_a_copy_whose_number_was_lost_she_is_told_that_something_may_be_left(town: Street) -> None:
    await town.say("/start")
    town.network.fail_next(LOST)
    await town.say("hiv lây thế nào")
    for _ in range(3):
        town.clock.pass_(seconds=5)
        await town.settle()
    await town.say("xoá")
    await town.press(next(token for label, token in town.buttons().items() if label == "Xoá hết"))
    *copy, last = town.network.texts(ANNA)
    assert len(copy) == 1, "the network has shown it and did not say so"
    assert "Đã xoá xong." in last and "Bạn tự xoá cuộc chat này nhé." in last and "48" not in last


async def test_a_network_that_comes_back_after_an_hour_still_takes_everything_back(town: Street) -> None:
    await town.say("/start")
    await town.say("xoá")
    press = next(token for label, token in town.buttons().items() if label == "Xoá hết")
    town.network.fail_next(GATEWAY, "deleteMessages", times=12)
    town.network.fail_next(GATEWAY, "sendMessage", times=6)
    await town.press(press)
    for _ in range(20):
        town.clock.pass_(minutes=3)
        await town.settle()
    (last,) = town.network.texts(ANNA)
    assert "Tin cũ hơn 48 giờ, nếu có, còn trên máy" in last and await count(town, lane) == 0


@on_both_ways
async def test_whoever_blocks_us_is_left_in_peace_until_she_writes_again(town: Street) -> None:
    await town.say("nó đang đánh em")
    await town.bring(town.network.member(ANNA, "kicked"))
    before = len(town.network.asked("sendMessage"))
    town.clock.pass_(hours=2)
    await town.settle()
    assert len(town.network.asked("sendMessage")) == before
    assert await town.say("em đây") != []


async def test_a_chat_that_must_wait_gets_everything_later_in_order(town: Street) -> None:
    town.network.fail_next(flood(30))
    assert await town.say("/start") == []
    other = 3003
    assert await town.say("/start", other) != []
    town.clock.pass_(seconds=31)
    town.house.channels[0]._client.pace.forget(str(ANNA))  # type: ignore[attr-defined]
    await town.settle()
    assert town.network.texts(ANNA) == town.network.texts(other)


async def test_nothing_of_the_network_or_of_her_is_in_log_or_database(
    town: Street, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.INFO)
    town.network.fail_next(GATEWAY)
    await town.say("cứu em, tên em là Canarina", 987654321)
    town.network.fail_next(BLOCKED)
    await town.say("em o 12 ngo Canary", 987654321)
    town.clock.pass_(seconds=70)
    await town.settle()
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("house.db*"))
    ours = [one for one in caplog.records if not one.name.startswith(("aiohttp.access", "asyncio", "sqlalchemy"))]
    logged = "\n".join(f"{one.getMessage()} {vars(one)}" for one in ours)
    for canary in ("987654321", "Canary", "canary_user", TOKEN, TOKEN.partition(":")[2], STAFF_TOKEN, SECRET):
        assert canary not in logged and canary.encode() not in raw


# --- colleagues -------------------------------------------------------------------------------------------------------


async def link(town: Street, name: str = "worker-1", chat: int = LAN) -> int:
    now = town.clock.now()
    member = await town.house.db.read(lambda connection: staff.by_name(connection, name))
    assert member is not None
    code = await town.house.db.write(lambda tx: linking.begin(tx, member.id, KIND, now=now))
    await staff_says(town, f"/start {code}", chat)
    return member.id


async def staff_says(town: Street, text: str, chat: int = LAN) -> None:
    update = town.staff_network.message(chat, text=text)
    asked = town.staff_network.asked
    await town.until(lambda: any(body["offset"] > update["update_id"] for body in asked("getUpdates")))
    await town.settle()


async def test_a_colleague_links_an_account_and_is_woken_with_a_button_that_takes_the_case(town: Street) -> None:
    staff_id = await link(town)
    assert town.staff_network.texts(LAN) == ["Đã nối. Từ giờ ca mới sẽ báo ở đây."]
    await town.say("nó đang đánh em")
    told = [one for one in town.staff_network.shown.values() if one.is_ours][-1]
    assert "Khẩn cấp" in told.text and "đánh" not in told.text
    ((button,),) = told.body["reply_markup"]["inline_keyboard"]
    assert button["url"].startswith("https://help.example.org/t/") and button["text"] == "Tôi nhận"
    assert not told.body.get("disable_notification") and told.body["protect_content"] is True
    assert await count(town, alarm) >= 1 and await count(town, case) == 1
    wanted = select(staff_channel.c.sealed)
    sealed = await town.house.db.read(lambda connection: connection.execute(wanted).scalar_one())
    assert str(LAN).encode() not in sealed and staff_id > 0


async def test_a_code_links_once_and_not_after_its_time(town: Street) -> None:
    await link(town)
    await link(town, "worker-2", chat=2003)
    now = town.clock.now()
    member = await town.house.db.read(lambda connection: staff.by_name(connection, "worker-2"))
    assert member is not None
    code = await town.house.db.write(lambda tx: linking.begin(tx, member.id, KIND, now=now))
    town.clock.pass_(minutes=16)
    await staff_says(town, f"/start {code}", 2004)
    await staff_says(town, "/start made-up", 2005)
    for chat in (2004, 2005):
        (said,) = town.staff_network.texts(chat)
        assert said.startswith("Mã này đã dùng rồi hoặc hết hạn.")
    found = await town.house.db.read(lambda connection: linking.owners(connection, town.house.seals, KIND))
    assert set(found) == {str(LAN), "2003"}


async def test_a_chat_that_is_slow_to_answer_holds_up_nobody_s_code_nor_alarm(
    town: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, say = asyncio.Event(), town.staff_network._sendmessage

    async def slowly(body: dict[str, Any]) -> Any:
        if body["chat_id"] == 4004:
            await opened.wait()
        return await say(body)

    monkeypatch.setattr(town.staff_network, "_sendmessage", slowly)
    for _ in range(30):
        town.staff_network.message(4004, text="chào")
    await town.until(lambda: len(town.staff_network.asked("sendMessage")) == 1)
    code_at, now = await town.house.db.read(lambda connection: staff.by_name(connection, "worker-1")), town.clock.now()
    assert code_at is not None
    code = await town.house.db.write(lambda tx: linking.begin(tx, code_at.id, KIND, now=now))
    town.staff_network.message(LAN, text=f"/start {code}")
    await town.until(lambda: bool(town.staff_network.texts(LAN)))
    assert town.staff_network.texts(4004) == []
    opened.set()
    await town.settle()
    assert 1 <= len(town.staff_network.texts(4004)) <= 2, "one answer is enough for thirty words in a breath"


async def test_everybody_is_shown_the_right_door(town: Street) -> None:
    await link(town)
    await staff_says(town, "em cần giúp", 4004)
    (said,) = town.staff_network.texts(4004)
    assert "Nếu bạn cần giúp" in said
    await staff_says(town, "mình nhận ca nào?")
    assert town.staff_network.texts(LAN)[-1] == "Ở đây chỉ báo ca. Bạn đọc và trả lời ở: https://help.example.org/console/"
    town.clock.pass_(minutes=2)
    came = await town.say("chào", LAN)  # a colleague in the persons' room: answered like everybody, and told
    assert sum("Đồng nghiệp làm việc ở" in text for text in came) == 1 and len(came) > 1
    assert not any("Đồng nghiệp làm việc ở" in text for text in await town.say("chào", LAN))
    assert not any("Đồng nghiệp làm việc ở" in text for text in await town.say("chào"))


async def test_an_account_that_is_gone_is_known_to_be_dead_and_alive_again_after_a_word(town: Street) -> None:
    staff_id = await link(town)
    state = linking.state_of
    town.staff_network.member(LAN, "kicked")
    await staff_says(town, "em cần giúp", 4004)
    assert await town.house.db.read(lambda connection: state(connection, staff_id, KIND)) == "dead"
    await staff_says(town, "tôi đây")
    assert await town.house.db.read(lambda connection: state(connection, staff_id, KIND)) == "linked"
    now = town.clock.now()
    assert await town.house.db.write(lambda tx: linking.unlink(tx, staff_id, KIND, now=now))
    assert await town.house.db.read(lambda connection: state(connection, staff_id, KIND)) == "none"


async def test_the_whole_way_on_postgresql(
    tmp_path: Path, seals: Seals, clock: MovableClock, postgresql: str
) -> None:
    async with street(tmp_path, seals, clock, url=postgresql, by_webhook=False) as town:
        await link(town)
        await town.say("nó đang đánh em")
        assert "Khẩn cấp" in town.staff_network.texts(LAN)[-1]
        await town.say("xoá")
        await town.press(next(token for label, token in town.buttons().items() if label == "Xoá hết"))
        assert len(town.network.texts(ANNA)) == 1 and await count(town, lane) == 0
