"""Requirement 8: a takedown lists the referrals it affects, without persons, and their colleagues are told."""

from sqlalchemy import select

from bot import audit
from bot.db import Tx
from bot.helpline import cases, referrals, taken_down
from bot.helpline.referrals import Way
from bot.outbox import unpack
from bot.policy import demonstration
from bot.tables import audit as chain
from bot.tables import outbox
from directory import merging
from tests.bot.console.conftest import Desk


async def sent_to(desk: Desk, worker: int) -> tuple[str, list[int], list[int]]:
    """A place, the cases of three persons who were sent there (one of them by its old id), and their referrals."""
    clinics = sorted(one.id for one in desk.keeper.shelf if one.kind == "hiv_clinic" and one.province == "01")
    place, old = clinics[:2]
    opened = [await desk.report(number=number) for number in (1, 2, 3)]

    def refer(tx: Tx) -> list[int]:
        now, made = desk.clock.now(), []
        for case_id, id in zip(opened, (place, place, old), strict=True):
            cases.take(tx, case_id, worker, now=now, policy=demonstration())
            made.append(referrals.refer(tx, case_id, worker, id, "nơi mẫu", now=now).id)
        assert referrals.mark(tx, made[1], worker, Way.DECLINED, now=now)
        merging.merge(tx.connection, old, place, staff_id=worker, now=now)
        return made

    return place, opened, await desk.db.write(refer)


async def test_a_takedown_lists_its_referrals_by_number_and_tells_the_colleagues_of_open_ones(desk: Desk) -> None:
    lan = await desk.member("worker-1")
    place, opened, made = await sent_to(desk, lan.id)

    def told(tx: Tx) -> list[str]:
        rows = tx.execute(select(outbox).where(outbox.c.staff_id == lan.id).order_by(outbox.c.id))
        return [unpack(tx.seals.open(row.sealed, about=f"outbox:{row.key}")).text for row in rows]

    before = len(await desk.db.write(told))
    sen = await desk.as_("peer-1")
    _, page = await desk.press(sen, f"/console/listings/{place}/withdraw")
    assert [f"Lần giới thiệu số {number}:" in page for number in made] == [True, True, True]
    aliases = [
        one.alias for id in opened if (one := await desk.db.read(lambda connection, id=id: cases.get(connection, id)))
    ]
    assert not any(alias in page for alias in aliases) and len(aliases) == 3
    news = (await desk.db.write(told))[before:]
    assert [any(alias in text for text in news) for alias in aliases] == [True, False, True], "the second is over"
    assert len(news) == 2

    def kept(tx: Tx) -> list[str]:
        assert audit.verify(tx.connection, tx.seals) is None
        mine = select(chain.c.subject).where(chain.c.deed == "place_down").order_by(chain.c.seq)
        return list(tx.execute(mine).scalars())

    assert await desk.db.write(kept) == [f"listing:{place}", *(f"referral:{number}" for number in made)]


async def test_only_who_may_take_down_sees_the_list_and_only_of_what_is_down(desk: Desk) -> None:
    lan = await desk.member("worker-1")
    place, _, made = await sent_to(desk, lan.id)
    assert [one.number for one in await desk.db.read(lambda connection: taken_down.affected(connection, place))] == made
    thu = await desk.as_("maintainer-1")
    assert "Lần giới thiệu số" not in await (await thu.get(f"/console/listings/{place}")).text()
    await desk.press(thu, f"/console/listings/{place}/withdraw")
    for name, sees in (("maintainer-1", True), ("admin-1", False), ("manager-1", False)):
        browser = await desk.as_(name)
        page = await (await browser.get(f"/console/listings/{place}")).text()
        assert ("Lần giới thiệu số" in page) is sees, name
