"""Another organisation gets a case only after a yes to its own name; before that its colleagues are on no list."""

from sqlalchemy import insert

from bot.db import Tx
from bot.tables import centre, staff, staff_organisation
from tests.bot.console.conftest import Desk
from tests.bot.console.test_around_a_case import taken
from tests.bot.helpline.conftest import letters


def _other(tx: Tx, desk: Desk) -> None:
    tx.execute(insert(staff_organisation).values(id=77, name="Tổ chức khác (mẫu)"))
    tx.execute(insert(centre).values(id=77, organisation_id=77, name="Trung tâm khác (mẫu)", province="01"))
    row = {"id": 770, "name": "s770", "alias": "Tường Vi", "role": "worker", "centre_id": 77, "state": "active"}
    tx.execute(insert(staff).values(**row, created_at=desk.clock.now()))


async def test_she_is_asked_about_the_organisation_by_its_own_name(desk: Desk) -> None:
    await desk.db.write(lambda tx: _other(tx, desk))
    case_id, lan = await taken(desk)
    here = f"/console/cases/{case_id}"
    _, page = await desk.press(lan, f"{here}/organisation", organisation="77", name="bác sĩ Hoa")
    assert "Chưa trả lời thì coi như không" in page
    asked = (await desk.db.write(lambda tx: letters(tx, lane_id=1)))[-1].text
    assert "Tổ chức khác (mẫu)" in asked and "bác sĩ Hoa" not in asked


async def test_the_list_of_colleagues_names_nobody_of_another_organisation(desk: Desk) -> None:
    await desk.db.write(lambda tx: _other(tx, desk))
    case_id, lan = await taken(desk)
    page = await (await lan.get(f"/console/cases/{case_id}")).text()
    assert 'name="to"' in page and "Tường Vi" not in page and "Tổ chức khác (mẫu)" in page
    path, _ = await desk.press(lan, f"/console/cases/{case_id}/hand-over", to="770")
    assert "said=not_yours" in path
