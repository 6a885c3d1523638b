"""Requirement 15: a table is looked at, then taken whole, in its good rows only, or not at all."""

import html
import io
import re
import zipfile
from typing import Any

import pytest
from aiohttp import FormData
from sqlalchemy import delete, select, update

from bot.console import bringing
from bot.tables import audit, staff_province
from directory import editing
from directory.exchange import spreadsheet
from directory.tables import place_of_service
from tests.bot.console.conftest import Browser, Desk

HEAD = "service,organisation,kind,needs,place,phones"
GOOD = "Phòng khám Bảng (mẫu),Tổ chức Bảng (mẫu),hiv_clinic,health.hiv_test,\"quận Cầu Giấy, Hà Nội\",0000 000 991"
BAD = "Phòng khám Sai (mẫu),Tổ chức Bảng (mẫu),hiv_clinic,health.no_such,\"quận Cầu Giấy, Hà Nội\",12"


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


async def send(browser: Browser, raw: bytes) -> tuple[int, str]:
    page = await (await browser.get("/console/import")).text()
    form = FormData()
    form.add_field("csrf", field(page, "csrf"))
    form.add_field("file", raw, filename="bảng.csv", content_type="application/octet-stream")
    answer = await browser.post("/console/import", data=form)
    return answer.status, html.unescape(await answer.text())


async def post(browser: Browser, path: str, page: str, **more: str) -> tuple[int, str]:
    data = {"csrf": field(page, "csrf"), "carried": field(page, "carried"), **more}
    answer = await browser.post(path, data=data)
    return answer.status, html.unescape(await answer.text())


async def deeds(desk: Desk) -> list[tuple[str, str]]:
    wanted = select(audit.c.deed, audit.c.detail).where(audit.c.subject == "listings").order_by(audit.c.seq)
    rows = await desk.db.read(lambda connection: connection.execute(wanted).all())
    return [(row.deed, row.detail) for row in rows]


async def table(desk: Desk) -> list[tuple[Any, ...]]:
    wanted = select(place_of_service.c.id, place_of_service.c.revision, place_of_service.c.state)
    return sorted(tuple(row) for row in await desk.db.read(lambda connection: connection.execute(wanted).all()))


async def test_nothing_is_stored_before_the_yes_and_good_rows_alone_only_when_asked(desk: Desk) -> None:
    thu, before = await desk.as_("maintainer-1"), await table(desk)
    status, page = await send(thu, f"{HEAD}\n{GOOD}\n{BAD}\n".encode())
    assert status == 200 and "Mới: 1. Thay đổi: 0. Giữ nguyên: 0. Dòng có lỗi: 1." in page
    for told in ("Dòng 3, cột", "Không có mã “health.no_such”.", "“12” không phải số gọi được ở Việt Nam."):
        assert told in page
    assert "Nhận tất cả" not in page and await table(desk) == before
    status, told = await post(thu, "/console/import/report", page)
    assert status == 200 and "health.no_such" in told and "Phòng khám Bảng (mẫu)" in told
    status, _ = await post(thu, "/console/import/take", page, mark=field(page, "mark"), which="all")
    assert status == 409 and await table(desk) == before, "a yes to all is no yes to a part"
    status, told = await post(thu, "/console/import/take", page, mark=field(page, "mark"), which="good")
    assert status == 200 and "Đã nhận 1 dòng" in told
    new = [row for row in await table(desk) if row not in before]
    assert [row[2] for row in new] == ["draft"] and len(await table(desk)) == len(before) + 1
    me = (await desk.member("maintainer-1")).id
    changes = await desk.db.read(lambda connection: editing.history(connection, new[0][0]))
    assert {one.staff_id for one in changes} == {me}
    assert await deeds(desk) == [
        ("import_looked", "good:1 wrong:1"), ("import_report", "good:1 wrong:1"), ("import_taken", "rows:1")
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_our_own_export_changes_nothing_and_one_changed_cell_is_shown(desk: Desk, form: str) -> None:
    thu = await desk.as_("maintainer-1")
    page = await (await thu.get("/console/exports")).text()
    answer = await thu.post("/console/exports/table", data={"csrf": field(page, "csrf"), "form": form})
    raw = await answer.read()
    status, page = await send(thu, raw)
    assert status == 200 and "Mới: 0. Thay đổi: 0." in page and "Dòng có lỗi: 0." in page and "import/take" not in page
    if form == "csv":
        known = next(one for one in await desk.db.read(spreadsheet.everything) if not one.draft.is_sealed)
        row = next(line for line in raw.decode().splitlines() if known.id in line)
        changed = row.replace(known.draft.service, "Tên Đổi (mẫu)", 1)
        status, page = await send(thu, raw.decode().replace(row, changed).encode())
        assert f"<del>{known.draft.service}</del> <ins>Tên Đổi (mẫu)</ins>" in page
        status, page = await post(thu, "/console/import/take", page, mark="0" * 64, which="all")
        assert status == 409, "a yes to something else is not taken"
        status, told = await post(thu, "/console/import/take", page, mark=field(page, "mark"), which="all")
        assert status == 200 and "Đã nhận 1 dòng" in told
        now = await desk.db.read(lambda connection: editing.look_up(connection, known.id))
        assert now is not None and now.draft.service == "Tên Đổi (mẫu)"


async def test_what_a_colleague_changes_between_the_look_and_the_yes_is_not_overwritten(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    known = next(one for one in await desk.db.read(spreadsheet.everything) if not one.draft.is_sealed)
    csv = spreadsheet.as_csv([known]).replace(known.draft.service, "Tên Đổi (mẫu)", 1)
    _, page = await send(thu, csv.encode())
    theirs = spreadsheet.as_csv([known]).replace(known.draft.service, "Tên Khác (mẫu)", 1)
    rows, _ = spreadsheet.parse(theirs, is_demo=True)
    await desk.db.write(lambda tx: spreadsheet.take_over(tx.connection, rows, now=desk.clock.now()))
    status, told = await post(thu, "/console/import/take", page, mark=field(page, "mark"), which="all")
    assert status == 409 and "Danh bạ đã khác" in told and "<del>Tên Khác (mẫu)</del>" in told
    now = await desk.db.read(lambda connection: editing.look_up(connection, known.id))
    assert now is not None and now.draft.service == "Tên Khác (mẫu)"


async def test_a_maintainer_brings_nothing_into_or_out_of_another_region(desk: Desk) -> None:
    member = await desk.member("maintainer-1")
    others = (staff_province.c.staff_id == member.id, staff_province.c.province != "79")
    await desk.db.write(lambda tx: tx.execute(delete(staff_province).where(*others)))
    everything = await desk.db.read(spreadsheet.everything)
    far = next(one for one in everything if one.province == "01" and not one.draft.is_sealed)
    thu, before = await desk.as_("maintainer-1"), await table(desk)
    moved = spreadsheet.as_csv([far]).replace(far.draft.service, "Tên Đổi (mẫu)", 1)
    for raw in (f"{HEAD}\n{GOOD}\n", moved):
        _, page = await send(thu, raw.encode())
        assert "Nơi này ngoài các tỉnh của bạn." in page and "import/take" not in page
        found = re.search(r'name="carried" value="([^"]*)"', page)
        assert found
        _, told = await post(thu, "/console/import/take", page, mark="", which="good")
        assert "Danh bạ đã khác" in told and await table(desk) == before


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (bringing.MOST_UNPACKED + 1))
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "status", "says"),
    [
        (b"PK\x03\x04 spoilt", 400, "Không đọc được tệp"),
        (b"name,phone\nA,1\n", 400, "Bảng thiếu cột: "),
        (b"\xff\xfa\x00", 400, "không phải UTF-8"),
        (bomb(), 400, "mở ra sẽ quá lớn"),
        (f"{HEAD}\n{f'{GOOD}{chr(10)}' * 2_001}".encode(), 400, "dài quá 2000 dòng"),
        (b"x" * (bringing.MOST_BYTES + 1), 400, "lớn quá 1 MB"),
        (b"x" * (bringing.MOST_CARRIED + 1), 413, "Nhiều quá, nên chưa lưu gì"),
        (b"", 400, "chọn một tệp"),
    ],
    ids=["broken", "columns", "letters", "bomb", "rows", "large", "larger", "nothing"],
)
async def test_a_file_that_cannot_be_taken_is_refused_with_a_sentence(
    desk: Desk, raw: bytes, status: int, says: str
) -> None:
    thu, before = await desk.as_("maintainer-1"), await table(desk)
    told, page = await send(thu, raw)
    assert told == status and says in page and await table(desk) == before


async def test_a_spoilt_form_is_refused(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    for carried in ("", "!!!", "eJw="):
        _, page = await desk.press(thu, "/console/import/take", carried=carried, mark="", which="good")
        assert 'role="alert"' in page


async def test_a_listing_that_is_another_than_the_one_looked_at_is_not_written_over(desk: Desk) -> None:
    known = next(one for one in await desk.db.read(spreadsheet.everything) if not one.draft.is_sealed)
    changed = spreadsheet.as_csv([known]).replace(known.draft.service, "Tên Đổi (mẫu)", 1)
    rows, _ = spreadsheet.parse(changed, is_demo=True)
    now, before = desk.clock.now(), await table(desk)
    for revisions in ({known.id: known.revision - 1}, {}):
        with pytest.raises(editing.EditedMeanwhile):
            await desk.db.write(
                lambda tx, told=revisions: spreadsheet.take_over(tx.connection, rows, now=now, revisions=told)  # type: ignore[misc]
            )
        assert await table(desk) == before


async def test_a_table_makes_no_shown_listing_a_private_place_without_its_yes(desk: Desk) -> None:
    known = next(
        one for one in await desk.db.read(spreadsheet.everything)
        if one.state == "published" and one.draft.kind == "hospital" and one.province == "01"
    )  # fmt: skip
    none = update(place_of_service).where(place_of_service.c.id == known.id).values(consent_how=None, consent_on=None)
    await desk.db.write(lambda tx: tx.execute(none))
    thu, text = await desk.as_("maintainer-1"), spreadsheet.as_csv([known]).replace("hospital", "private_clinic")
    status, page = await send(thu, text.encode())
    assert status == 200 and "Dòng có lỗi: 1." in page and "import/take" not in page


async def test_what_is_not_read_and_what_is_missing_is_said_in_the_words_over_the_table(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    heads = "DANH SÁCH\n\nDịch vụ,Tổ chức,Loại nơi,Nhu cầu,Nơi,SĐT,Ghi chú\n"
    status, page = await send(thu, f"{heads}{GOOD},<b>tốt</b>\n".encode())
    assert status == 200 and "Mới: 1." in page and "Ghi chú (G)" in page and "<b>" not in page
    status, told = await post(thu, "/console/import/report", page)
    assert status == 200 and "Ghi chú (G)" in told
    status, page = await send(thu, "Dịch vụ,Tổ chức,SĐT\na,b,c\n".encode())
    assert status == 400 and "Bảng thiếu cột" in page and "“Loại nơi”, “Nhu cầu”" in page
    status, page = await send(thu, f"{HEAD},is_sealed\n{GOOD},kín\n".encode())
    assert "“kín” không rõ là có hay không" in page and "Mới: 0." in page
    told = f"{HEAD},hours\n{GOOD},\"Sáng 7h30-11h30, chiều 13h-17h (T2-T6)\"\n"
    _, page = await send(thu, told.encode())
    assert "<ins>mon-fri 07:30-11:30; mon-fri 13:00-17:00</ins>" in page, "how it was read is shown before the yes"


async def test_a_row_adds_no_place_to_a_service_of_another_province(desk: Desk) -> None:
    member = await desk.member("maintainer-1")
    others = (staff_province.c.staff_id == member.id, staff_province.c.province != "79")
    await desk.db.write(lambda tx: tx.execute(delete(staff_province).where(*others)))
    thu = await desk.as_("maintainer-1")
    far = next(one for one in desk.keeper.shelf if one.province == "01" and not one.is_sealed)
    head = "service_id,service,organisation,kind,needs,place,phones"
    row = f'"{far.service}","{far.organisation}",{far.kind},{";".join(far.needs)},"quận 3, TP.HCM",0000 000 991'
    for of, is_taken in ((far.service_id, False), ("", True)):
        status, page = await send(thu, f"{head}\n{of},{row}\n".encode())
        assert status == 200 and ("import/take" in page) is is_taken
        assert ("Nơi này ngoài các tỉnh của bạn." in page) is not is_taken
