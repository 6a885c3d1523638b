"""Nobody is left with a colleague who is gone."""

from sqlalchemy import select

from bot.helpline import leaving, retention
from bot.policy import demonstration as demo_policy
from bot.tables import case, invitation, staff_session
from tests.bot.console.conftest import Desk, desk  # noqa: F401


async def test_the_cases_of_who_leaves_go_back_to_the_queue(desk: Desk) -> None:  # noqa: F811
    case_id = await desk.report()
    lan, member = await desk.as_("worker-1"), await desk.member("worker-1")
    await desk.press(lan, f"/console/cases/{case_id}/take")
    now, policy = desk.clock.now(), demo_policy()
    assert await desk.db.write(lambda tx: leaving.leave(tx, member.id, now=now, policy=policy)) == 1
    row = await desk.db.read(lambda connection: connection.execute(select(case)).one())
    assert (row.state, row.staff_id) == ("waiting", None)
    assert (await lan.get("/console/cases", allow_redirects=False)).status == 303


async def test_links_and_sessions_that_ran_out_are_swept(desk: Desk) -> None:  # noqa: F811
    await desk.as_("worker-1")
    desk.clock.pass_(hours=80)
    now, policy = desk.clock.now(), demo_policy()
    await desk.db.write(lambda tx: retention.sweep(tx, now=now, policy=policy))
    assert await desk.count(staff_session) == 0 and await desk.count(invitation) == 0
