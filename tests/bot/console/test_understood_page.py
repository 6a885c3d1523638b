"""A maintainer tries a message, sees why, adds a word after seeing what it changes, and takes it back again."""

import io
import logging
import re
import zipfile
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text

from bot import audit
from bot.tables import audit as audit_table
from directory import added
from directory.reading import read
from directory.seedfiles import load_yaml
from tests.bot.console.conftest import Browser, Desk

HERE = "/console/understood"
FORM = {"kind": "teencode", "words": "zqz", "means": "khám phụ khoa"}
SECRET = "zqz ơi câu này của riêng chị Mơ"


async def deeds(desk: Desk) -> list[tuple[str, str, str]]:
    wanted = select(audit_table.c.deed, audit_table.c.subject, audit_table.c.detail).order_by(audit_table.c.seq)
    rows = await desk.db.read(lambda connection: connection.execute(wanted).all())
    return [tuple(row) for row in rows if row.deed.startswith("word_")]


async def press(desk: Desk, browser: Browser, path: str, **fields: str) -> tuple[str, str]:
    where, page = await desk.press(browser, path, **fields)
    return where, unescape(page)


async def test_what_is_understood_and_why_stands_on_the_page(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    _, page = await press(desk, thu, HERE, message="khach ddanhs e o hoang mai, đánh son k đẹp")
    for told in (
        "khach danh em o hoang mai",  # the words as read
        "gõ Telex sót",
        "viết tắt, teencode",
        "quận Hoàng Mai, Hà Nội",
        "beaten-by",
        "Bị đánh, bị thương",
        "report",
        "đánh son",  # blotted out as harmless
        "Hỏi lại từ",
    ):
        assert told in page, told
    _, page = await press(desk, thu, HERE, message="em không bị đánh")
    assert "bị phủ định trong câu" in page and "không nguy hiểm" in page
    _, page = await press(desk, thu, HERE, message="prep là gì")
    assert "không có" in page and "PrEP" in page


async def test_a_word_is_added_after_its_changes_are_seen_and_taken_back(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    path, page = await press(desk, thu, f"{HERE}/look", **FORM, message="zqz ở đâu")
    assert path == f"{HERE}/look" and "<del>không có</del>" in page and "<ins>Khám" in page
    assert "0 câu mẫu được hiểu khác đi" in page and not await deeds(desk)
    path, page = await press(desk, thu, f"{HERE}/add", **FORM, message="zqz ở đâu")
    assert path == f"{HERE}?said=added" and "chị Thu" in page and "khám phụ khoa" in page
    assert await desk.db.read(desk.keeper.refresh)
    with added.using(desk.keeper.shelf.added):
        assert read("zqz").plain == "kham phu khoa"
    _, page = await press(desk, thu, HERE, message="zqz ở đâu")
    assert "thêm ở trang này" in page
    _, page = await press(desk, thu, f"{HERE}/add", **FORM)
    assert "Đã có rồi" in page
    answer = await thu.get(f"{HERE}/tables")
    with zipfile.ZipFile(io.BytesIO(await answer.read())) as packed:
        assert packed.namelist() == ["teencode.yaml"]
        assert load_yaml(packed.read("teencode.yaml").decode())["words"]["added"] == {"khám phụ khoa": "zqz"}
    path, page = await press(desk, thu, f"{HERE}/take-back", kind="teencode", key="zqz", revision="1")
    assert path == f"{HERE}?said=taken_back" and "gỡ lúc" in page
    assert await desk.db.read(desk.keeper.refresh) and not desk.keeper.shelf.added.shortenings
    path, _ = await press(desk, thu, f"{HERE}/take-back", kind="teencode", key="zqz", revision="1")
    assert path == f"{HERE}/take-back"
    assert await deeds(desk) == [("word_added", "overlay:1", "teencode"), ("word_taken_back", "overlay:2", "teencode")]
    assert await desk.db.read(lambda connection: audit.verify(connection, desk.db.seals)) is None


async def test_a_phrase_and_a_landmark_are_added_with_what_they_change(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    phrase = {"kind": "phrase", "words": "khách", "target": "legal.aid", "means": ""}
    _, page = await press(desk, thu, f"{HERE}/look", **phrase)
    changed = re.search(r"(\d+) câu mẫu được hiểu khác đi", page)
    assert changed and int(changed[1]) > 3
    path, _ = await press(desk, thu, f"{HERE}/add", **phrase)
    assert path.endswith("said=added")
    spot = {"kind": "landmark", "words": "quán Tư Xéo", "means": "Quận Hoàn Kiếm / Hà Nội", "also": "tư xéo cũ"}
    path, page = await press(desk, thu, f"{HERE}/add", **spot)
    assert path.endswith("said=added") and "Quận Hoàn Kiếm / Hà Nội" in page
    await desk.db.read(desk.keeper.refresh)
    own = desk.keeper.shelf.added
    assert own.needs == {"legal.aid": ("khách",)} and [one.name for one in own.landmarks] == ["quán Tư Xéo"]
    path, page = await press(desk, thu, f"{HERE}/add", **{**spot, "words": "quán Năm", "means": "đâu đó"})
    assert "Không rõ quận, huyện nào" in page and 'value="quán Năm"' in page


@pytest.mark.parametrize("step", ["look", "add"])
async def test_a_word_of_a_danger_rule_is_refused_by_the_name_of_the_rule(desk: Desk, step: str) -> None:
    thu = await desk.as_("maintainer-1")
    _, page = await press(desk, thu, f"{HERE}/{step}", kind="teencode", words="danh", means="đành")
    assert "Không thêm được" in page and "beaten-passive" in page
    assert not await deeds(desk)


async def test_what_is_tried_is_kept_nowhere(desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    thu = await desk.as_("maintainer-1")
    for path in ("", "/look", "/add"):
        where, page = await press(desk, thu, f"{HERE}{path}", **FORM, message=SECRET)
        assert "riêng" not in where
        assert path == "/add" or SECRET in page
    assert "riêng" not in caplog.text and "rieng" not in caplog.text
    assert (await thu.get(HERE, params={"message": SECRET})).status == 200
    assert SECRET not in await (await thu.get(HERE, params={"message": SECRET})).text(), "no address carries words"
    names = await desk.db.read(lambda connection: inspect(connection).get_table_names())
    assert len(names) > 20
    for name in names:
        rows = await desk.db.read(
            lambda connection, name=name: connection.execute(text(f'SELECT * FROM "{name}"')).all()  # type: ignore[misc]
        )
        assert "riêng" not in repr(rows), name


async def test_a_peer_may_try_and_not_add(desk: Desk) -> None:
    sen = await desk.as_("peer-1")
    _, page = await press(desk, sen, HERE, message="e bi danh")
    assert "beaten-passive" in page and "Thêm vào bảng" not in page
    _, page = await press(desk, sen, f"{HERE}/add", **FORM)
    assert "Vai của bạn không làm việc này" in page


async def test_the_page_speaks_english(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    await desk.press(thu, "/console/language", language="en", next=HERE)
    _, page = await press(desk, thu, HERE, message="e bi danh o hoang mai")
    assert "What was understood" in page and "left over" not in page and "shortening" in page
