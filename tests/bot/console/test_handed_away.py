"""A case that went to another organisation is not there any more for the first: no page, no name, no ring."""

import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy import insert, select

from bot.db import Tx
from bot.helpline import alarms, cases, check_ins, consents, sharing, taken_back
from bot.helpline.consents import ConsentTo
from bot.outbox import unpack
from bot.policy import demonstration as demo_policy
from bot.tables import centre, check_in, outbox, staff, staff_organisation, staff_province
from tests.bot.console.conftest import Browser, Desk

OTHER, AN = 77, 771


@dataclass
class Handed:
    """A case of Lan's that An of another organisation has taken."""

    case_id: int
    lan: Browser
    an: Browser

    @property
    def page(self) -> str:
        return f"/console/cases/{self.case_id}"


@pytest.fixture
async def other(desk: Desk) -> Desk:
    """Another organisation of the same province, with two colleagues."""

    def build(tx: Tx) -> None:
        tx.execute(insert(staff_organisation).values(id=OTHER, name="Nhóm Hai (mẫu)"))
        tx.execute(insert(centre).values(id=OTHER, organisation_id=OTHER, name="Hai (mẫu)", province="01"))
        for number, name, alias, role in ((AN, "an", "chị An", "worker"), (772, "ba", "anh Ba", "supervisor")):
            row = {"id": number, "name": name, "alias": alias, "role": role, "centre_id": OTHER, "state": "active"}
            tx.execute(insert(staff).values(**row, is_demo=True, created_at=desk.clock.now()))
            tx.execute(insert(staff_province).values(staff_id=number, province="01"))

    await desk.db.write(build)
    return desk


@pytest.fixture
async def handed(other: Desk) -> Handed:
    case_id, lan, an = await other.report(), await other.as_("worker-1"), await other.as_("an")
    here = f"/console/cases/{case_id}"
    await other.press(lan, f"{here}/take")
    where, _ = await other.press(lan, f"{here}/organisation", organisation=str(OTHER))
    assert where.endswith("said=asked"), "she is asked first"

    def agree(tx: Tx) -> None:
        consents.give(tx, case_id, ConsentTo.SHARE, sharing.VERSION, now=other.clock.now(), partner_id=f"org:{OTHER}")

    await other.db.write(agree)
    where, _ = await other.press(lan, f"{here}/organisation", organisation=str(OTHER))
    assert where.endswith("said=handed_over")
    return Handed(case_id, lan, an)


async def heard(desk: Desk, staff_name: str) -> list[str]:
    member = await desk.member(staff_name)
    wanted = select(outbox).where(outbox.c.staff_id == member.id).order_by(outbox.c.id)
    rows = await desk.db.read(lambda c: c.execute(wanted).all())
    return [unpack(desk.db.seals.open(row.sealed, about=f"outbox:{row.key}")).text for row in rows]


@pytest.mark.parametrize("is_taken", [False, True])
async def test_the_first_organisation_is_told_neither_who_has_it_nor_that_it_is_there(
    other: Desk, handed: Handed, is_taken: bool
) -> None:
    if is_taken:
        await other.press(handed.an, f"{handed.page}/take")
        assert "nó đánh em" in await (await handed.an.get(handed.page)).text()
    minh = await other.as_("supervisor-1")
    for browser in (handed.lan, minh):
        nowhere = await (await browser.get("/console/cases/999")).text()
        answer = await browser.get(handed.page)
        page = await answer.text()
        assert answer.status == 404 and "chị An" not in page and page.count("\n") == nowhere.count("\n")
        for deed in ("take", "reply", "close", "note", "hand-back", "refer", "organisation", "hold"):
            _, page = await other.press(browser, f"{handed.page}/{deed}", text="x", outcome="safe")
            assert "Không có trang này" in page and "chị An" not in page, deed
        for path in ("/console/cases", "/console/tonight", "/console/peers", "/console/news"):
            assert f'{handed.page}"' not in await (await browser.get(path)).text(), path


async def test_an_open_page_hears_once_that_it_is_over_and_then_no_ring_of_the_case(
    other: Desk, handed: Handed
) -> None:
    case_id = await other.report(number=2)
    await other.press(handed.lan, f"/console/cases/{case_id}/take")
    async with handed.lan.get("/console/live", params={"topic": f"case:{case_id}"}) as stream:
        await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 50)

        def hand(tx: Tx) -> None:
            now, lan = other.clock.now(), 1
            consents.give(tx, case_id, ConsentTo.SHARE, "t", now=now, partner_id=f"org:{OTHER}")
            sharing.hand_to_organisation(tx, case_id, lan, OTHER, now=now, policy=demo_policy())

        assert (await other.member("worker-1")).id == 1
        await other.db.write(hand)
        rest = b""
        while b"event: changed" not in rest:
            rest = await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 50)
        assert await asyncio.wait_for(stream.content.read(), 50) == b"", "it looks once more, finds nothing, is let go"
    async with handed.lan.get("/console/live", params={"topic": f"case:{case_id}"}) as stream:
        await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 50)
        other.bells.ring(f"case:{case_id}")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 0.3)


async def test_nothing_that_comes_later_is_told_to_the_first_organisation(other: Desk, handed: Handed) -> None:
    await other.press(handed.an, f"{handed.page}/take")
    before = {name: len(await heard(other, name)) for name in ("worker-1", "supervisor-1")}

    def later(tx: Tx) -> None:
        now = other.clock.now()
        consents.give(tx, handed.case_id, ConsentTo.FOLLOW_UP, "t", now=now)
        check_ins.plan(tx, 1, "tea", now=now, policy=demo_policy())
        first = tx.execute(select(check_in.c.id).order_by(check_in.c.id).limit(1)).scalar_one()
        tx.execute(check_in.update().where(check_in.c.id == first).values(state="sent"))
        check_ins.unanswered(tx, first, now=now, policy=demo_policy())
        taken_back.take_back(tx, 1, ConsentTo.SHARE, now=now, partner_id=f"org:{OTHER}")

    await other.db.write(later)
    assert any("hỏi thăm" in one for one in await heard(other, "ba")), "those in charge of whoever has it"
    for name, n in before.items():
        assert not any("hỏi thăm" in one or "rút lại" in one for one in (await heard(other, name))[n:]), name


async def test_an_old_link_of_an_alarm_does_not_tell_who_has_it(other: Desk) -> None:
    case_id, lan = await other.report(), await other.as_("worker-1")
    wanted = select(outbox).where(outbox.c.staff_id == (await other.member("worker-1")).id)
    row = (await other.db.read(lambda c: c.execute(wanted).all()))[0]
    url = unpack(other.db.seals.open(row.sealed, about=f"outbox:{row.key}")).choices[0].url or ""
    token = url.removeprefix("/t/")
    await other.press(lan, f"/console/cases/{case_id}/take")

    def go(tx: Tx) -> object:
        now, policy = other.clock.now(), demo_policy()
        consents.give(tx, case_id, ConsentTo.SHARE, "t", now=now, partner_id=f"org:{OTHER}")
        sharing.hand_to_organisation(tx, case_id, 1, OTHER, now=now, policy=policy)
        cases.take(tx, case_id, AN, now=now, policy=policy)
        return alarms.use_token(tx, token, now=now, policy=policy)

    done = await other.db.write(go)
    assert isinstance(done, cases.TakenMeanwhile) and done.alias_of_first is None
