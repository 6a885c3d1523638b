"""After "this number is wrong" a number alone is the new one; whatever speaks of herself or asks is no correction."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.db import Tx
from bot.keeping import corrections
from bot.rehearsal import Rehearsal
from bot.tables import remark
from directory import editing, verification
from directory.drafts import Draft
from directory.places import PlaceKey, Tier
from tests.directory.exchange.samples import OPEN, SEALED


def _place(base: Draft, service: str, organisation: str, phone: str, code: str) -> Draft:
    key = PlaceKey(Tier.OLD_DISTRICT, code)
    return replace(
        base, service=f"{service} (mẫu)", organisation=f"{organisation} (mẫu)", phones=(phone,), place=key, source=""
    )


LISTINGS = (
    _place(OPEN, "Phòng khám Tường Vân", "Hội Khuê Các", "0000 000 901", "005"),
    _place(OPEN, "Phòng khám Thuỵ Khanh", "Hội Diễm Uyên", "0000 000 902", "005"),
    _place(OPEN, "Phòng khám Quỳnh Giao", "Hội Tú Anh", "0000 000 903", "006"),
    _place(OPEN, "Phòng khám Quỳnh Giao", "Hội Tú Anh", "0000 000 904", "008"),
    _place(SEALED, "Mái Ấm Nghi Dung", "Hội Bội Ngọc", "0000 000 905", "008"),
)
LIST = "xet nghiem hiv o quan hoang mai ha noi"
NAME = "phòng khám Tường Vân hội Khuê Các"
WRONG = {part: [LIST, f"{NAME} {said}"] for part, said in (
    ("phone", "sai số điện thoại rồi"), ("hours", "sai giờ mở cửa rồi"), ("address", "sai địa chỉ rồi")
)}  # fmt: skip


async def play(*messages: str) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]], str]:
    """(remarks, corrections, the last answer); places by their phone."""
    async with Rehearsal() as rehearsal:
        house, phones = rehearsal.house, dict[str, str]()

        def plant(tx: Tx) -> None:
            now = house.clock.now()
            for draft in LISTINGS:
                id = editing.propose(tx.connection, draft, staff_id=1, now=now, is_demo=True)
                verification.verify(tx.connection, id, verification.GROUPS, method="call", staff_id=1, now=now)
                editing.publish(tx.connection, id, staff_id=1, now=now)
                phones[id] = draft.phones[0][-3:]

        await house.db.write(plant)
        await house.db.read(house.keeper.refresh)
        for text in messages:
            said = await rehearsal.play({"as": "person:a", "text": text})
        rows = await house.db.read(lambda connection: connection.execute(select(remark)).all())
        told = await house.db.read(lambda connection: corrections.waiting(connection, house.db.seals))
    noted = [(phones.get(row.place_id, ""), row.what) for row in rows if row.what in ("phone", "rude")]
    last = "\n".join(str(one.get("text", "")) + str(one.get("choices", "")) for one in said)
    return noted, [(phones.get(one.place_id, ""), one.part, one.words) for one in told], last


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("phone", "gọi lại cho mình số 0912 345 678"),
        ("phone", "số mình 0912345678"),
        ("phone", "zalo em 0912345678 ạ"),
        ("phone", "so em la 0912345678 co gi nhan em"),
        ("phone", "0912345678 có phải số mới không"),
        ("phone", "số của phòng khám Thuỵ Khanh là 0000 000 777"),
        ("hours", "quên uống thuốc lúc 8h tới 22h mới nhớ thì sao"),
        ("hours", "8h tới 9h sáng mai có ai không"),
        ("hours", "phòng khám Thuỵ Khanh mở 8h tới 17h"),
        ("hours", "mình làm từ 8h tới 17h nên không đi được"),
        ("address", "mình ở số 12 đường Láng"),
        ("address", "tìm giúp em chỗ gần số 12 đường Láng"),
    ],
)
async def test_what_is_her_own_or_a_question_is_never_kept(part: str, text: str) -> None:
    _, told, last = await play(*WRONG[part], text)
    assert told == [] and "sẽ kiểm tra trước khi sửa" not in last


@pytest.mark.parametrize(
    ("part", "text", "kept"),
    [
        ("phone", "0000 000 777", "0000 000 777"),
        ("phone", "số mới là 0000 000 777 nha bạn", "0000 000 777"),
        ("phone", "nghe người ta nói số mới là 0000 000 777", "0000 000 777"),
        ("hours", "8h tới 17h", "8h tới 17h"),
        ("hours", "chỗ đó mở 8h tới 17h", "chỗ đó mở 8h tới 17h"),
        ("phone", "số chỗ đó là 0000 000 777", "0000 000 777"),
        ("hours", "chỗ đó đổi thành 7h - 16h30 rồi", "chỗ đó đổi thành 7h - 16h30 rồi"),
        ("address", "số 12 ngõ 7 phố Tân Mai", "số 12 ngõ 7 phố Tân Mai"),
    ],
)
async def test_the_value_alone_or_said_to_be_new_is_kept(part: str, text: str, kept: str) -> None:
    _, told, _ = await play(*WRONG[part], text)
    assert told == [("901", part, kept)]


ONE = f"{NAME} ở Cầu Giấy"  # shows one listing alone
TWICE = "phòng khám Quỳnh Giao Hội Tú Anh"


async def test_where_two_bear_the_name_neither_they_nor_the_one_shown_are_noted_before_it_is_clear() -> None:
    said = f"{TWICE} sai số điện thoại rồi, số mới là 0000 000 777"
    noted, told, last = await play(ONE, said)
    assert noted == [] and told == [] and last.count("Quỳnh Giao") >= 2
    noted, told, _ = await play(ONE, said, "2")
    assert len(noted) == 1 and noted[0][1] == "phone" and noted[0][0] in ("903", "904")
    assert told == [(noted[0][0], "phone", "0000 000 777")]


async def test_where_two_bear_the_name_and_she_was_treated_badly_it_is_asked_which() -> None:
    noted, _, last = await play(ONE, f"{TWICE} thái độ tệ quá")
    assert noted == [] and last.count("Quỳnh Giao") >= 2
    noted, _, _ = await play(ONE, f"{TWICE} thái độ tệ quá", "1")
    assert [what for _, what in noted] == ["rude"] and noted[0][0] in ("903", "904")


async def test_nobody_is_told_that_the_address_of_a_sealed_place_will_be_looked_at() -> None:
    home = "Mái Ấm Nghi Dung Hội Bội Ngọc"
    _, told, last = await play(home, f"{home} sai địa chỉ rồi, địa chỉ mới là số 12 ngõ 7 phố Tân Mai")
    assert told == [] and "sẽ kiểm tra trước khi sửa" not in last and "Mình đã ghi lại" in last
