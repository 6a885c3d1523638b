"""Requirement 12: every change is (field, before, after, role, time, source)."""

from datetime import timedelta

from sqlalchemy import select, update

from bot.db import Tx
from bot.tables import staff
from directory import editing, notices, verification
from directory.exchange import hsds_changes
from directory.tables import directory_audit
from tests.bot.console.conftest import Desk
from tests.bot.console.test_corrections_page import link, tell
from tests.bot.console.test_listing_pages import NEW
from tests.bot.console.test_one_more import HERE


async def test_a_change_keeps_the_role_and_the_way_in_which_it_was_made(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    path, _ = await desk.press(thu, "/console/new-listing", **NEW)
    here = path.partition("?")[0]
    id = here.rpartition("/")[2]
    await desk.press(thu, f"{here}/verify", method="visit")
    await desk.press(thu, f"{here}/publish")
    revision = (await (await thu.get(here)).text()).partition('name="revision" value="')[2].partition('"')[0]
    await desk.press(thu, here, **{**NEW, "phones": "0000 000 991", "revision": revision})
    await desk.press(await desk.as_("peer-1"), f"{here}/verify", method="call")
    await desk.press(await desk.as_("worker-1"), f"{here}/usual-notice", code="full", days="1")

    def later(tx: Tx) -> list[tuple[str, str | None, str | None]]:
        now = desk.clock.now() + timedelta(days=5)
        verification.report_wrong(tx.connection, id, now=now)
        notices.sweep(tx.connection, today=now.date(), now=now)
        mine = select(directory_audit).where(directory_audit.c.place_id == id)
        rows = tx.execute(mine.order_by(directory_audit.c.seq))
        return [(row.deed, row.role, row.source) for row in rows]

    assert await desk.db.write(later) == [
        ("propose", "maintainer", "console"),
        ("verify", "maintainer", "console"),
        ("publish", "maintainer", "console"),
        ("unchecked", "maintainer", "console"),
        ("save", "maintainer", "console"),
        ("verify", "peer", "console"),
        ("notice", "worker", "console"),
        ("report_wrong", None, "persons"),
        ("notice_over", None, "clock"),
    ]
    told = await desk.db.read(lambda connection: list(hsds_changes.changes(connection)))
    assert [(one["field_name"], one["updated_by"]) for one in told if one["resource_id"] == id] == [
        ("phones", "maintainer")
    ]
    page = await (await thu.get(here)).text()
    assert "do người tìm báo" in page and "tự động theo ngày" in page and "sửa trong trang làm việc" in page


async def test_the_role_is_that_of_the_day_and_nobody_elses_row_is_signed(desk: Desk) -> None:
    me = await desk.member("maintainer-1")
    one = next(one for one in desk.keeper.shelf if one.province == "01")
    told = {"method": "call", "staff_id": me.id, "now": desk.clock.now()}

    def unsigned(tx: Tx) -> None:  # as a version wrote it that kept no role
        verification.verify(tx.connection, one.id, ("price",), **told)  # type: ignore[arg-type]

    await desk.db.write(unsigned)
    await desk.press(await desk.as_("maintainer-1"), f"/console/listings/{one.id}/verify", method="visit")
    await desk.db.write(lambda tx: tx.execute(update(staff).where(staff.c.id == me.id).values(role="worker")))

    def roles(tx: Tx) -> list[str | None]:
        mine = (directory_audit.c.place_id == one.id, directory_audit.c.deed == "verify")
        return list(tx.execute(select(directory_audit.c.role).where(*mine).order_by(directory_audit.c.seq)).scalars())

    assert await desk.db.write(roles) == [None, "maintainer"]


async def last_signed(desk: Desk, id: str) -> tuple[str, str | None, str | None]:
    mine = select(directory_audit).where(directory_audit.c.place_id == id).order_by(directory_audit.c.seq.desc())
    row = await desk.db.read(lambda connection: connection.execute(mine.limit(1)).one())
    return row.deed, row.role, row.source


async def test_one_more_place_and_a_correction_that_is_filled_in_are_signed_too(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    path, _ = await desk.press(thu, "/console/new-listing", **NEW)
    path, _ = await desk.press(thu, f"{path.partition('?')[0]}/one-more", **HERE)
    assert path.endswith("said=proposed")
    new = path.partition("?")[0].rpartition("/")[2]
    assert await last_signed(desk, new) == ("propose", "maintainer", "console")
    id = await tell(desk, "phone", "0000 000 987")
    known = await desk.db.read(lambda connection: editing.look_up(connection, id))
    assert known is not None
    told = {"value": "0000 000 987", "revision": str(known.revision)}
    path, _ = await desk.press(thu, f"{await link(desk)}/fill", **told)
    assert path.endswith("said=decided")
    assert await last_signed(desk, id) == ("save", "maintainer", "console")
