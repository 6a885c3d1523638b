"""A maintainer makes a phrasing of what nobody could answer; the next who asks is answered."""

from datetime import timedelta

from sqlalchemy import insert

from bot import questions
from bot.db import Tx
from bot.tables import audit, lane, person
from bot.understanding.answering import answer
from tests.bot.console.conftest import Desk

ASKED = "xam hinh o dau re"


async def asked_by(desk: Desk, many: int, text: str = ASKED) -> None:
    def write(tx: Tx) -> None:
        now, until = desk.clock.now(), desk.clock.now() + timedelta(days=40)
        for number in range(900, 900 + many):
            if tx.execute(person.select().where(person.c.id == number)).first() is None:
                tx.execute(insert(person).values(id=number, created_at=now, forget_at=until))
                row = {"person_id": number, "channel": "fake", "account": "1", "handle": str(number)}
                tx.execute(insert(lane).values(id=number, last_at=now, forget_at=until, **row))
            questions.asked(tx, number, text, now=now)

    await desk.db.write(write)


async def test_three_people_make_a_question_and_a_maintainer_its_answer(desk: Desk) -> None:
    await asked_by(desk, 2)
    thu = await desk.as_("maintainer-1")
    assert ASKED not in await (await thu.get("/console/questions")).text()
    await asked_by(desk, 3)
    page = await (await thu.get("/console/questions")).text()
    assert ASKED in page
    number = page.partition("/console/questions/")[2].partition("/")[0]
    here = f"/console/questions/{number}"
    _, page = await desk.press(thu, f"{here}/use", phrase=ASKED, article="", language="vi")
    assert "Bạn chọn một bài" in page
    taken = {"phrase": "pep là thuốc gì, uống trong bao lâu", "article": "prep-what", "language": "vi"}
    _, page = await desk.press(thu, f"{here}/use", **taken)
    assert "cũng là cách hỏi của pep-72h" in page and ASKED in page, "nothing is lost"
    path, _ = await desk.press(thu, f"{here}/use", phrase=f"{ASKED} vậy", article="prep-what", language="vi")
    assert path.endswith("said=used")
    await desk.db.read(desk.keeper.refresh)
    found = answer(f"{ASKED} vậy", library=desk.keeper.shelf.library, today=desk.clock.now().date(), days=30)
    assert found.articles and found.articles[0].id == "prep-what"
    assert await desk.count(audit, audit.c.deed == "question_used", audit.c.detail == "article:prep-what") == 1
    assert (await thu.post(here)).status in (403, 404, 405)
    assert ASKED not in await (await thu.get("/console/questions")).text()


async def test_what_is_dropped_is_gone_and_only_maintainers_look(desk: Desk) -> None:
    await asked_by(desk, 3)
    thu = await desk.as_("maintainer-1")
    page = await (await thu.get("/console/questions")).text()
    number = page.partition("/console/questions/")[2].partition("/")[0]
    path, page = await desk.press(thu, f"/console/questions/{number}/drop")
    assert path.endswith("said=dropped") and ASKED not in page
    _, page = await desk.press(thu, f"/console/questions/{number}/drop")
    assert ASKED not in page
    lan = await desk.as_("worker-1")
    assert (await lan.get("/console/questions")).status == 403
