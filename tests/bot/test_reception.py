"""What happens to a message that is one of two hundred, that breaks its dialogue, or that was left at an old step."""

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from bot import understanding
from bot.db import Tx
from bot.dialogues.find import Find
from bot.dialogues.report import Report
from bot.helpline import cases, coming_back, consents, relay
from bot.helpline.casebook import view
from bot.helpline.flags import flags
from bot.helpline.spares import Spares
from bot.intake import unpack
from bot.outbox import tell_person
from bot.rehearsal import Rehearsal
from bot.seals import KeyId, Seals
from bot.tables import case, case_event, consent, conversation, inbox, lane, outbox, return_code, transcript
from bot.turns import tell_code


@pytest.fixture
async def rehearsal() -> AsyncIterator[Rehearsal]:
    async with Rehearsal() as made:
        yield made


async def rows(rehearsal: Rehearsal, table: Any) -> list[Any]:
    found: list[Any] = await rehearsal.house.db.read(lambda connection: list(connection.execute(select(table))))
    return found


def to_person(said: list[Mapping[str, Any]]) -> list[str]:
    return [one["text"] for one in said if one["to"] == "person:a"]


async def test_in_two_hundred_messages_the_one_cry_is_heard_once_and_the_pace_is_told_once(
    rehearsal: Rehearsal,
) -> None:
    said: list[Mapping[str, Any]] = []
    for number in range(200):
        text = "nó đang đánh em" if number == 137 else f"alo alo {number}"
        await rehearsal._terminal.say("person:a", text=text)
    said = await rehearsal.play({"pass": "0s"})
    assert sum("trả lời chậm lại" in text for text in to_person(said)) == 1
    alarms = [one for one in said if one["to"] == "worker:1" and one["purpose"] == "alarm"]
    assert len([one for one in alarms if "Khẩn cấp" in one["text"]]) == 1
    assert any("115" in text for text in to_person(said))
    assert await rows(rehearsal, inbox) == []
    assert len(await rows(rehearsal, case)) == 1


async def test_others_are_served_as_usual_beside_a_flood(rehearsal: Rehearsal) -> None:
    for number in range(60):
        await rehearsal._terminal.say("person:a", text=f"alo {number}")
    said = await rehearsal.play({"as": "person:b", "text": "xet nghiem hiv o cau giay"})
    assert any("Cầu Giấy" in one["text"] for one in said if one["to"] == "person:b")


async def test_a_message_that_breaks_three_times_is_set_aside_with_an_apology_and_an_alarm(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Find, turn: Any) -> Any:
        raise RuntimeError(turn.text)

    monkeypatch.setattr(Find, "start", broken)
    said = await rehearsal.play({"as": "person:a", "text": "xet nghiem hiv o cau giay"})
    assert any("Xin lỗi" in text for text in to_person(said))
    told = [one for one in said if one["to"] == "worker:1"]
    assert len(told) == 1 and "chưa xử lý được" in told[0]["text"] and "cau giay" not in told[0]["text"]
    assert [row.attempts for row in await rows(rehearsal, inbox)] == [3]
    monkeypatch.undo()
    said = await rehearsal.play({"as": "person:a", "text": "xet nghiem hiv o cau giay"})
    assert any("Cầu Giấy" in text for text in to_person(said)), "the lane goes on behind it"


async def test_a_message_set_aside_keeps_no_place_and_no_phone(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Find, turn: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(Find, "start", broken)
    await rehearsal.play({"as": "person:a", "text": "xet nghiem hiv o cau giay, goi em 0912 345 678"})
    (row,) = await rows(rehearsal, inbox)
    (talk,) = await rows(rehearsal, conversation)
    house = rehearsal.house
    body = house.seals.open_with(KeyId(talk.key_id), row.sealed, about=f"inbox:{row.lane_id}")
    kept = unpack(body)
    assert kept.hidden and kept.fragments == () and "345" not in body


async def test_danger_opens_a_case_even_when_its_dialogue_is_broken(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Report, turn: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(Report, "now", broken)
    said = await rehearsal.play({"as": "person:a", "text": "nó đang đánh em"})
    assert [row.urgency for row in await rows(rehearsal, case)] == ["now"]
    assert any("Khẩn cấp" in one["text"] for one in said if one["to"] == "worker:1")


def breaks(*_: object, **__: object) -> Any:
    raise RuntimeError


async def test_whoever_wrote_what_cannot_be_read_is_asked_about_danger_and_alarms_with_a_tap(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(understanding, "read", breaks)
    said = await rehearsal.play({"as": "person:a", "text": "nó khoá cửa rồi"})
    assert any("nguy hiểm" in text for text in to_person(said))
    said = await rehearsal.play({"as": "person:a", "choice": "Có, ngay lúc này"})
    assert [row.urgency for row in await rows(rehearsal, case)] == ["now"]
    assert any("Khẩn cấp" in one["text"] for one in said if one["to"] == "worker:1")


async def test_words_that_break_everything_wait_for_a_colleague_as_a_report(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coming_back, "looks_like", breaks)
    said = await rehearsal.play({"as": "person:a", "text": "xet nghiem hiv o cau giay"})
    assert any("Xin lỗi" in text for text in to_person(said))
    every, readable = await _words(rehearsal)
    assert [line.text for line in every] == ["xet nghiem hiv o cau giay"] and readable == ()


@pytest.fixture
def broken_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Report, turn: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(Report, "start", broken)
    monkeypatch.setattr(Report, "now", broken)


async def _words(rehearsal: Rehearsal) -> tuple[tuple[relay.Line, ...], tuple[relay.Line, ...]]:
    """All lines of the only case, and those that a colleague may read."""
    (known,) = await rows(rehearsal, case)
    db = rehearsal.house.db
    every = await db.read(lambda connection: relay.words(connection, db.seals, known.id))
    return every, await db.read(lambda connection: relay.readable(connection, db.seals, known.id))


async def test_a_cry_whose_dialogue_is_broken_reaches_the_colleague_with_its_words_masked_and_sealed(
    rehearsal: Rehearsal, broken_report: None
) -> None:
    await rehearsal.play({"as": "person:a", "text": "cuu em, no dang danh em o phong sau, so em 0912 345 678"})
    every, readable = await _words(rehearsal)
    assert [line.text for line in readable] == [line.text for line in every]
    assert len(every) == 1 and "no dang danh em o phong sau" in str(every[0].text)
    assert "345" not in str(every[0].text)
    for table in (transcript, inbox, case, case_event, outbox):
        assert not any(b"phong sau" in bytes(str(tuple(row)), "utf-8") for row in await rows(rehearsal, table))


async def test_violence_set_aside_keeps_her_words_and_shows_them_to_nobody_before_a_yes(
    rehearsal: Rehearsal, broken_report: None
) -> None:
    await rehearsal.play({"as": "person:a", "text": "tuan truoc em bi khach danh"})
    every, readable = await _words(rehearsal)
    assert [line.text for line in every] == ["tuan truoc em bi khach danh"] and readable == ()


async def test_when_even_the_words_cannot_be_kept_the_colleague_sees_that_they_are_missing(
    rehearsal: Rehearsal, broken_report: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(*_: object, **__: object) -> bool:
        raise ValueError

    monkeypatch.setattr(relay, "from_person", torn)
    await rehearsal.play({"as": "person:a", "text": "nó đang đánh em"})
    (known,) = await rows(rehearsal, case)
    shown = await rehearsal.house.db.read(lambda connection: flags(connection, view(known)))
    assert "console.flag.words_missing" in shown and known.urgency == "now"


async def test_a_cry_whose_case_the_database_refuses_is_set_aside_all_the_same_and_wakes(
    rehearsal: Rehearsal, broken_report: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def refused(tx: Tx, lane_id: int, **_: object) -> None:
        tries.append(lane_id)
        tell_person(tx, lane_id, "một câu không còn dòng nào", now=rehearsal._clock.now())
        tx.execute(insert(lane).values(id=lane_id, channel="x"))  # a constraint says no

    monkeypatch.setattr(cases, "open_case", refused)
    said = await rehearsal.play({"as": "person:a", "text": "nó đang đánh em"})
    assert len(tries) == 1 and [row.attempts for row in await rows(rehearsal, inbox)] == [3]
    assert any("Xin lỗi" in text for text in to_person(said)) and "một câu" not in str(said)
    [told] = [one for one in said if one["to"] == "worker:1"]
    assert "chưa xử lý được" in told["text"]
    assert rehearsal.house.db.counts.is_well


async def test_a_step_that_no_longer_exists_leads_back_to_the_start_with_an_apology(rehearsal: Rehearsal) -> None:
    await rehearsal.play({"as": "person:a", "text": "can xet nghiem hiv"})
    (talk,) = await rows(rehearsal, conversation)
    about, key = f"conversation:{talk.lane_id}", KeyId(talk.key_id)
    seals = rehearsal.house.db.seals
    stands = seals.open_with(key, talk.sealed, about=about)
    older = seals.close_with(key, stands.replace('"where"', '"gone_step"'), about=about)
    await rehearsal.house.db.write(lambda tx: tx.execute(update(conversation).values(sealed=older)))
    said = await rehearsal.play({"as": "person:a", "text": "cau giay"})
    assert any("bị lạc" in text for text in to_person(said))
    assert any("Bạn cần gì lúc này?" in text for text in to_person(said))


async def test_a_yes_to_talking_is_kept_with_its_wording_and_can_be_taken_back(rehearsal: Rehearsal) -> None:
    for text in ("minh muon gap nguoi that", "dong y"):
        await rehearsal.play({"as": "person:a", "text": text})
    (given,) = await rows(rehearsal, consent)
    assert (given.purpose, given.version, given.withdrawn_at) == ("talk", "T2-2026-11", None)
    await rehearsal.play({"as": "person:a", "text": "đừng nhắn cho em nữa"})
    db, case_id = rehearsal.house.db, given.case_id
    assert not await db.read(lambda connection: consents.has(connection, case_id, "talk"))


async def test_of_a_code_only_a_slow_hash_is_kept_and_it_works_once(rehearsal: Rehearsal) -> None:
    said = await rehearsal.play({"as": "person:a", "text": "nó đang đánh em"})
    told = next(text for text in to_person(said) if "bốn từ" in text)
    words = told.splitlines()[1]
    (kept,) = await rows(rehearsal, return_code)
    assert words not in kept.code_hash and kept.code_hash == rehearsal.house.db.seals.slow_hash(words)
    said = await rehearsal.play({"as": "person:b", "text": words.upper().replace(" ", " - ")})
    assert any("nhận ra mã" in one["text"] for one in said if one["to"] == "person:b")
    said = await rehearsal.play({"as": "person:c", "text": words})
    assert not any("nhận ra mã" in one["text"] for one in said)
    assert len(await rows(rehearsal, return_code)) == 1


async def test_four_words_that_sound_dangerous_are_still_a_code(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, known = random.Random(1), coming_back._words()
    drawn = (" ".join(chance.choice(known) for _ in range(4)) for _ in range(3_000))
    words = next(four for four in drawn if understanding.read(four).danger.source == "model")
    monkeypatch.setattr(coming_back, "make", lambda seals: coming_back.Spare(words, seals.slow_hash(words)))
    said = await rehearsal.play({"as": "person:a", "text": "nó đang đánh em"})
    assert any(words in text for text in to_person(said))
    said = await rehearsal.play({"as": "person:b", "text": words})
    assert any("nhận ra mã" in one["text"] for one in said if one["to"] == "person:b")


async def test_where_many_cry_at_once_no_alarm_waits_for_a_code_and_each_is_told_one(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go, make = threading.Event(), coming_back.make

    def slow(seals: Seals) -> coming_back.Spare:
        assert may_go.wait(10)
        return make(seals)

    await rehearsal.play({"as": "person:first", "text": "chào bạn"})
    house = rehearsal.house
    house.reception._spares = Spares(house.db.seals)
    monkeypatch.setattr(coming_back, "make", slow)
    people = [f"person:{one}" for one in range(6)]
    await asyncio.gather(*(rehearsal._terminal.say(who, text="nó đang đánh em") for who in people))
    while len(await rows(rehearsal, case)) < len(people) - 1:  # one waits: for the code that is being made
        await asyncio.sleep(0.01)
    may_go.set()
    await house.settle()
    told = [one for one in rehearsal._said if "bốn từ" in one["text"]]
    assert sorted(one["to"] for one in told) == people and len(await rows(rehearsal, return_code)) == len(people)
    assert len({one["text"] for one in told}) == len(people)


async def test_a_code_that_was_not_ready_is_not_told_to_whoever_else_may_hold_the_phone(rehearsal: Rehearsal) -> None:
    await rehearsal.play({"as": "person:a", "text": "nó đang đánh em"})
    await rehearsal.play({"as": "person:a", "text": "đừng nhắn nữa nó đang xem"})
    house, now = rehearsal.house, rehearsal.house.clock.now()
    (lane_id,) = [one.id for one in await rows(rehearsal, lane)]
    await house.db.write(lambda tx: tx.execute(delete(return_code)))
    spare = coming_back.make(house.db.seals)
    await house.db.write(lambda tx: tell_code(tx, lane_id, spare, house.reception._house, now=now))
    await house.settle()
    assert not await rows(rehearsal, return_code) and not any(spare.words in one["text"] for one in rehearsal._said)


async def test_an_alarm_does_not_fail_for_want_of_a_code(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def impossible(seals: Seals) -> coming_back.Spare:
        raise MemoryError

    rehearsal.house.reception._spares = Spares(rehearsal.house.db.seals)
    monkeypatch.setattr(coming_back, "make", impossible)
    said = await rehearsal.play({"as": "person:a", "text": "nó đang đánh em"})
    assert any("115" in text for text in to_person(said)) and not any("bốn từ" in text for text in to_person(said))
    assert any(one["purpose"] == "alarm" for one in said)
    assert len(await rows(rehearsal, case)) == 1 and await rows(rehearsal, return_code) == []
    assert "code_not_made" in caplog.messages
