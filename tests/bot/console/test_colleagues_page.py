"""Languages are marked by oneself, by the supervisor of the centre and the admin; a case says what she writes."""

from sqlalchemy import update

from bot import staff
from bot.tables import person
from tests.bot.console.conftest import Desk


async def test_a_colleague_marks_the_own_languages_and_not_those_of_others(desk: Desk) -> None:
    lan, mai = await desk.as_("worker-1"), await desk.member("worker-2")
    me = await desk.member("worker-1")
    where, page = await desk.press(lan, f"/console/colleagues/{me.id}/languages", speaks=["en", "km", "klingon"])
    assert where == "/console/colleagues?said=kept" and "tiếng Anh, tiếng Khmer" in page
    assert (await desk.member("worker-1")).speaks == {"en", "km"}
    _, page = await desk.press(lan, f"/console/colleagues/{mai.id}/languages", speaks=["en"])
    assert (await desk.member("worker-2")).speaks == frozenset()
    _, page = await desk.press(lan, f"/console/colleagues/{me.id}/languages")
    assert (await desk.member("worker-1")).speaks == frozenset(), "no box ticked: Vietnamese alone"


async def test_a_supervisor_marks_colleagues_of_the_centre(desk: Desk) -> None:
    boss, mai = await desk.as_("supervisor-1"), await desk.member("worker-2")
    await desk.press(boss, f"/console/colleagues/{mai.id}/languages", speaks=["en"])
    assert (await desk.member("worker-2")).speaks == {"en"}


async def test_board_and_case_say_what_is_written_and_name_speakers_first_when_it_is_handed_over(desk: Desk) -> None:
    case_id = await desk.report()
    await desk.db.write(lambda tx: tx.execute(update(person).values(language="en")))
    lan, mai = await desk.as_("worker-1"), await desk.member("worker-2")
    assert "Viết tiếng Anh" in await (await lan.get("/console/cases")).text()
    await desk.press(lan, f"/console/cases/{case_id}/take")
    await desk.db.write(lambda tx: staff.mark_languages(tx, mai.id, ["en"]))
    page = await (await lan.get(f"/console/cases/{case_id}")).text()
    options = page.partition('<select id="to"')[2].partition("</select>")[0].split("<option")
    assert "nói tiếng Anh" in options[1] and f'value="{mai.id}"' in options[1]
    assert "Viết tiếng Anh" in page and "bạn nói được" not in page
    me = await desk.member("worker-1")
    await desk.db.write(lambda tx: staff.mark_languages(tx, me.id, ["en"]))
    assert "bạn nói được tiếng này" in await (await lan.get(f"/console/cases/{case_id}")).text()
