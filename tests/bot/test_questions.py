"""What nobody could answer is learnt from, and nothing of who asked is: not a word before the third person."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot import questions
from bot.db import Database, Tx
from bot.helpline import retention
from bot.policy import Policy
from bot.rehearsal import Rehearsal
from bot.seals import KeyDestroyed, KeyId
from bot.tables import conversation, lane, person, unanswered, unanswered_token
from directory import publishing
from directory.cleaning import clean
from tests.conftest import MovableClock

WHO = (  # the same question, as three people write it with what could point at them
    "kể chuyện cười đi, em tên Hồng Hạc",
    "ke chuyen cuoi di 0000 000 777",
    "Kể em chuyện cười đi chị Hạc ơi",
)
ENGINES = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)


async def people(db: Database, clock: MovableClock, many: int) -> None:
    def write(tx: Tx) -> None:
        until = clock.now() + timedelta(days=400)
        for number in range(1, many + 1):
            tx.execute(insert(person).values(id=number, created_at=clock.now(), forget_at=until))
            row = {"person_id": number, "channel": "fake", "account": "1", "handle": str(number)}
            tx.execute(insert(lane).values(id=number, last_at=clock.now(), forget_at=until, **row))

    await db.write(write)


async def ask(db: Database, clock: MovableClock, number: int, text: str = "xam hinh o dau") -> None:
    await db.write(lambda tx: questions.asked(tx, number, text, now=clock.now()))


async def told(db: Database, clock: MovableClock) -> list[str]:
    found = await db.read(lambda connection: questions.waiting(connection, db.seals, clock.now()))
    return [one.words for one in found]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("em muốn hỏi xăm hình ở Cầu Giấy chỗ nào rẻ, em tên Hương 23 tuổi", "xam hinh o re"),
        ("ten minh la Thao, ban ve so dao co phai xin giay phep khong", "ve so dao phai giay phep khong"),
        ("Mình hỏi chị Nguyệt bán vé số dạo", "ban ve so dao"),
        ("xkcd qwerty zzz", ""),
        ("alo", ""),
        ("⟦phone⟧ ⟦name⟧", ""),
        ("xam hinh " + "roi hom qua em ra cho gap may dua hay la ca mua ao quan doi dep xinh vang do xanh " * 4, ""),
    ],
)
def test_names_numbers_places_and_rare_words_are_gone(text: str, left: str) -> None:
    words = " ".join(clean(text))
    if not left:
        assert words == ""
        return
    for gone in ("huong", "thao", "nguyet", "cau", "giay 23", "23"):
        assert gone not in words or gone in left
    assert set(words.split()) <= set(left.split()) | {"ve", "so", "dao"}
    assert len(words.split()) >= 3


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("em la nguyen thi huong lam quan lan anh co bi phat khong", "nguyen huong lan anh"),
        ("chi huong quan lan anh co tot khong", "huong lan anh"),
        ("anh tuan chu quan giu the cua em", "tuan"),
        ("co giao mai day o truong le quy don co tot khong", "mai le quy don"),
        ("o nha nghi hoang hon phong mot linh hai co mo cua khong", "hoang hon mot linh hai"),
        ("so khong chin mot hai ba bon nam sau bay tam goi duoc khong", "mot nam sau chin"),
        ("CHI HUONG QUAN LAN ANH CO TOT KHONG", "huong lan anh"),
        ("tuấn hay đòi tiền em", "tuan"),
        ("tuan doi tien em hoai", "tuan"),
        ("lan oi co bi phat khong", "lan"),
        ("linh voi em bi bat", "linh"),
        ("hỏi ngọc lấy thuốc ở đâu", "ngoc"),
        ("bạn trai em là hùng hay đánh em", "hung"),
        ("luat su ha tu van tot khong", "ha"),
        ("cường bảo kê thu tiền", "cuong"),
    ],
)
def test_names_written_small_and_numbers_said_one_by_one_are_gone(text: str, gone: str) -> None:
    words = clean(text)
    assert len(words) >= 2 and not set(words) & set(gone.split())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("quán có bị phạt không", "quan bi phat khong"),
        ("bệnh viện nào nhổ răng không đau", "benh vien nho rang khong dau"),
        ("đi khách quen có sao không", "di khach quen sao khong"),
        ("em lần đầu đi khám", "dau di kham"),
        ("lan dau di kham", "lan dau di kham"),
        ("huong dan lam the moi", "huong dan lam moi"),
        ("tư vấn giang mai ở đâu", "giang mai o dau"),
        ("dung thuoc nao tot", "dung thuoc tot"),
    ],
)
def test_everyday_words_behind_a_house_or_a_title_stay(text: str, left: str) -> None:
    assert " ".join(clean(text)).endswith(left)


@ENGINES
async def test_before_the_third_person_only_a_hash_and_tokens_are_kept(engine: Database, clock: MovableClock) -> None:
    await people(engine, clock, 3)
    await ask(engine, clock, 1)
    for _ in range(5):
        await ask(engine, clock, 2, "hinh xam o dau vay chi")
    row = (await engine.read(lambda connection: connection.execute(select(unanswered)).all()))[0]
    tokens = await engine.read(lambda connection: connection.execute(select(unanswered_token)).all())
    assert row.sealed is None and row.state == "counting" and len(tokens) == 2, "one who asks often is one person"
    assert await told(engine, clock) == []
    await ask(engine, clock, 3)
    assert await told(engine, clock) == ["xam hinh o dau"]
    assert not await engine.read(lambda connection: connection.execute(select(unanswered_token)).all())
    with pytest.raises(KeyDestroyed):
        engine.seals.token_with(KeyId(row.key_id), "1")


@ENGINES
async def test_after_thirty_days_nothing_is_left_and_counting_begins_anew(
    engine: Database, clock: MovableClock
) -> None:
    await people(engine, clock, 4)
    await ask(engine, clock, 1)
    await ask(engine, clock, 2)
    key = await engine.read(lambda connection: connection.execute(select(unanswered.c.key_id)).scalar_one())
    clock.pass_(days=31)
    await ask(engine, clock, 3)
    assert await told(engine, clock) == [], "the two of last month count no more"
    with pytest.raises(KeyDestroyed):
        engine.seals.token_with(KeyId(key), "1")
    await ask(engine, clock, 1)
    await ask(engine, clock, 2)
    assert await told(engine, clock) == ["xam hinh o dau"]
    clock.pass_(days=31)
    assert await told(engine, clock) == []
    swept = await engine.write(lambda tx: retention.sweep(tx, now=clock.now(), policy=Policy()))
    assert len(swept.keys) == 1
    assert not await engine.read(lambda connection: connection.execute(select(unanswered)).all())


async def test_what_was_dropped_does_not_come_back_and_holds_no_words(db: Database, clock: MovableClock) -> None:
    await people(db, clock, 6)
    for number in (1, 2, 3):
        await ask(db, clock, number)
    (one,) = await db.read(lambda connection: questions.waiting(connection, db.seals, clock.now()))
    assert await db.write(lambda tx: questions.settle(tx, one.id, is_used=False))
    assert not await db.write(lambda tx: questions.settle(tx, one.id, is_used=False)), "somebody was first"
    for number in (4, 5, 6):
        await ask(db, clock, number)
    assert await told(db, clock) == []
    row = (await db.read(lambda connection: connection.execute(select(unanswered)).all()))[0]
    assert row.sealed is None and row.state == "dropped"


@pytest.fixture
async def rehearsal(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    async with Rehearsal(database_url=f"sqlite:///{tmp_path / 'rehearsal.db'}") as made:
        yield made


async def test_nothing_of_those_who_asked_stands_in_what_is_kept(rehearsal: Rehearsal, tmp_path: Path) -> None:
    db, clock = rehearsal.house.db, rehearsal.house.clock
    for number, text in enumerate(WHO):
        before = await db.read(lambda connection: questions.waiting(connection, db.seals, clock.now()))
        assert before == (), "not before the third"
        await rehearsal.play({"as": f"person:{number}", "text": text})
    (one,) = await db.read(lambda connection: questions.waiting(connection, db.seals, clock.now()))
    assert set(one.words.split()) == {"ke", "chuyen", "cuoi", "di"}
    await db.scrub()
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    for canary in ("Hồng Hạc", "hong hac", "ke chuyen", "chuyện cười", "0000 000 777", "Hạc"):
        assert canary.encode() not in raw


async def test_danger_and_choices_are_nobodys_reading(rehearsal: Rehearsal) -> None:
    db = rehearsal.house.db
    for number in range(4):
        await rehearsal.play({"as": f"person:{number}", "text": "no dang danh em cuu voi"})
        await rehearsal.play({"as": f"person:{number}", "text": "xoá"})
    assert not await db.read(lambda connection: connection.execute(select(unanswered)).all())


async def test_a_question_is_counted_wherever_the_talk_could_not_answer_it(rehearsal: Rehearsal) -> None:
    db, clock = rehearsal.house.db, rehearsal.house.clock
    for text in ("xăm hình ở đâu rẻ", "cách nuôi cá cảnh", "kể chuyện cười đi"):
        for number in range(3):
            await rehearsal.play({"as": f"person:{text[:3]}{number}", "text": text})
    words = [one.words for one in await db.read(lambda c: questions.waiting(c, db.seals, clock.now()))]
    assert len(words) == 3 and "xam hinh o dau re" in words, words


WHICH = "bầu bệnh xét mấy lần, em tên Hồng Hạc"


async def _notes(rehearsal: Rehearsal, person: int) -> dict[str, str]:
    """What is noted in the talk of the person who wrote as number so and so."""
    db = rehearsal.house.db
    rows = await db.read(lambda connection: connection.execute(select(conversation)).all())
    row = sorted(rows, key=lambda one: int(one.lane_id))[person]
    told = json.loads(db.seals.open_with(KeyId(row.key_id), row.sealed, about=f"conversation:{row.lane_id}"))
    return dict(told["notes"])


async def test_none_of_these_counts_as_unanswered_and_the_words_wait_cleaned_and_only_until_the_answer(
    rehearsal: Rehearsal, tmp_path: Path
) -> None:
    db, clock = rehearsal.house.db, rehearsal.house.clock
    for number in range(3):
        said = await rehearsal.play({"as": f"person:{number}", "text": WHICH})
        assert any(one["label"] == "Không phải các việc này" for told in said for one in told.get("choices", ()))
        asked = (await _notes(rehearsal, number))["asked"]
        assert "hac" not in asked.lower() and "xet" in asked
        rows = await db.read(lambda connection: connection.execute(select(unanswered)).all())
        assert len(rows) == min(number, 1) and all(row.sealed is None for row in rows), "a hash, nothing else"
        await rehearsal.play({"as": f"person:{number}", "choice": "Không phải các việc này"})
        assert "asked" not in await _notes(rehearsal, number)
    (one,) = await db.read(lambda connection: questions.waiting(connection, db.seals, clock.now()))
    assert set(one.words.split()) <= set(clean(WHICH)) and "hac" not in one.words
    await db.scrub()
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"bau benh xet" not in raw and "Hồng Hạc".encode() not in raw


async def test_whoever_finds_the_right_one_among_them_leaves_nothing(rehearsal: Rehearsal) -> None:
    db = rehearsal.house.db
    said = await rehearsal.play({"as": "person:0", "text": WHICH})
    label = next(one["label"] for told in said for one in told.get("choices", ()) if "choices" in told)
    await rehearsal.play({"as": "person:0", "choice": label})
    assert "asked" not in await _notes(rehearsal, 0)
    assert not await db.read(lambda connection: connection.execute(select(unanswered)).all())


async def test_what_a_maintainer_added_is_answered_in_the_chat(rehearsal: Rehearsal) -> None:
    house, text = rehearsal.house, "xăm hình ở đâu rẻ"
    before = await rehearsal.play({"as": "person:a", "text": text})
    assert not any("Đây là điều bọn mình biết" in one.get("text", "") for one in before)

    def add(tx: Tx) -> None:
        desk = publishing.look_up(tx.connection, "vocational-training", "vi")
        publishing.add_phrasing(tx.connection, desk, "xam hinh o dau re", staff_id=None, now=house.clock.now())

    await house.db.write(add)
    await house.db.read(house.keeper.refresh)
    after = await rehearsal.play({"as": "person:b", "text": text})
    assert any("Đây là điều bọn mình biết" in one.get("text", "") for one in after)
