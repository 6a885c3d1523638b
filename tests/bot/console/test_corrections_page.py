"""Requirement 13: what was told of a place stands beside what is written: two taps fill the field or leave it."""

import re

import pytest
from sqlalchemy import delete

from bot.db import Tx
from bot.keeping import corrections
from bot.tables import audit, lane, person, remark, staff_province
from directory import editing
from tests.bot.console.conftest import Desk

NEW = "0000 000 987"


async def tell(desk: Desk, part: str, words: str) -> str:
    one = next(one for one in desk.keeper.shelf if one.province == "01" and not one.is_sealed and one.phones)
    now = desk.clock.now()

    def deed(tx: Tx) -> None:
        tx.execute(person.insert().values(id=900, created_at=now, forget_at=now))
        row = {"id": 900, "person_id": 900, "channel": "fake", "account": "1", "handle": "handle-900"}
        tx.execute(lane.insert().values(**row, last_at=now, forget_at=now))
        assert corrections.tell(tx, 900, one.id, part, words, now=now)

    await desk.db.write(deed)
    return one.id


async def link(desk: Desk) -> str:
    (one,) = await desk.db.read(lambda connection: corrections.waiting(connection, desk.db.seals))
    return f"/console/to-do/corrections/{one.id}"


async def test_two_taps_write_a_new_number_into_its_field(desk: Desk) -> None:
    id = await tell(desk, "phone", NEW)
    before = desk.keeper.shelf.get(id)
    thu = await desk.as_("maintainer-1")
    here = await link(desk)
    page = await (await thu.get("/console/to-do", params={"kind": "told"})).text()
    assert before is not None and f"<del>{before.phones[0]}</del> <ins>{NEW}</ins>" in page and here in page
    page = await (await thu.get(here)).text()
    written = re.search(r'<textarea id="value"[^>]*>([^<]*)', page)
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert written and revision and written[1] == NEW
    path, page = await desk.press(thu, f"{here}/fill", value=written[1], revision=revision[1])
    assert path == "/console/to-do?said=decided" and here not in page
    page = await (await thu.get("/console/to-do", params={"kind": "told"})).text()
    assert NEW not in page
    page = await (await thu.get("/console/to-do", params={"kind": "unverified"})).text()
    assert NEW in page and f"/console/listings/{id}/verify" in page, "nobody has rung it yet"
    known = await desk.db.read(lambda connection: editing.look_up(connection, id))
    assert known is not None and known.draft.phones == (NEW,)
    assert await desk.count(remark, remark.c.sealed.is_not(None)) == 0, "the words are gone"
    path, _ = await desk.press(thu, f"{here}/fill", value=NEW, revision="1")
    assert path == "/console/to-do?said=first"


async def test_what_does_not_pass_the_checks_is_said_beside_the_field_and_stays(desk: Desk) -> None:
    await tell(desk, "hours", "sáng tới chiều")
    thu, here = await desk.as_("maintainer-1"), await link(desk)
    page = await (await thu.get(here)).text()
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision and "sáng tới chiều</textarea>" in page
    _, page = await desk.press(thu, f"{here}/fill", value="sáng tới chiều", revision=revision[1])
    assert "Giờ viết như" in page and 'aria-invalid="true"' in page
    _, page = await desk.press(thu, f"{here}/fill", value="mon-fri 08:00-17:00", revision="99")
    assert 'role="alert"' in page
    path, _ = await desk.press(thu, f"{here}/fill", value="mon-fri 08:00-17:00", revision=revision[1])
    assert path.endswith("said=decided")


async def test_plain_hours_stand_in_the_field_as_lines(desk: Desk) -> None:
    await tell(desk, "hours", "T2-T6 8h-17h")
    thu = await desk.as_("maintainer-1")
    assert "mon-fri 08:00-17:00</textarea>" in await (await thu.get(await link(desk))).text()


async def test_refusing_is_one_tap_on_the_list_and_changes_nothing(desk: Desk) -> None:
    id = await tell(desk, "phone", NEW)
    thu, here = await desk.as_("maintainer-1"), await link(desk)
    before = await desk.db.read(lambda connection: editing.look_up(connection, id))
    path, page = await desk.press(thu, f"{here}/refuse")
    assert path == "/console/to-do?said=decided" and NEW not in page
    assert await desk.db.read(lambda connection: editing.look_up(connection, id)) == before
    assert await desk.count(remark, remark.c.sealed.is_not(None)) == 0


@pytest.mark.parametrize("name", ["peer-1", "manager-1"])
async def test_the_words_are_for_those_who_decide_alone(desk: Desk, name: str) -> None:
    await tell(desk, "phone", NEW)
    here = await link(desk)
    browser = await desk.as_(name)
    page = await (await browser.get("/console/to-do", params={"kind": "told"})).text()
    assert NEW not in page and here not in page
    assert (await browser.get(here)).status == 403


async def test_another_province_is_not_hers(desk: Desk) -> None:
    await tell(desk, "phone", NEW)
    thu, here, me = await desk.as_("maintainer-1"), await link(desk), (await desk.member("maintainer-1")).id
    own = (staff_province.c.staff_id == me, staff_province.c.province == "01")
    await desk.db.write(lambda tx: tx.execute(delete(staff_province).where(*own)))
    assert NEW not in await (await thu.get("/console/to-do")).text()
    assert (await thu.get(here)).status == 403
    assert await desk.count(audit, audit.c.detail.contains(NEW)) == 0
