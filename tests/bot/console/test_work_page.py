"""The work list: what is due comes by province and kind, and "still right" is one tap."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.keeping import reminders, worklist
from bot.policy import Policy
from directory import verification
from directory.exchange import hsds
from directory.listing_text import describe
from directory.search import hit_now
from directory.tables import notice
from directory.tables import verification as checked
from directory.wording import HCMC, day
from tests.bot.console.conftest import Desk
from tests.bot.console.test_listing_pages import NEW


async def make_old(desk: Desk, *, days: int) -> str:
    """One listing of province 01 whose stalest part was checked so many days ago."""
    one = next(one for one in desk.keeper.shelf if one.province == "01" and one.kind == "hiv_clinic")
    on = desk.clock.now().astimezone(HCMC).date() - timedelta(days=days)
    mine = (checked.c.place_id == one.id, checked.c.field_group == "price")
    await desk.db.write(lambda tx: tx.execute(update(checked).where(*mine).values(verified_on=on)))
    return one.id


async def test_what_is_overdue_stands_on_the_list_and_goes_with_one_tap(desk: Desk) -> None:
    id = await make_old(desk, days=181)
    thu = await desk.as_("maintainer-1")
    page = await (await thu.get("/console/work")).text()
    assert f"/console/listings/{id}/verify" in page and "quá hạn kiểm tra" in page
    path, page = await desk.press(thu, f"/console/listings/{id}/verify", method="call", back="work")
    assert path == "/console/work?said=verified" and f"/console/listings/{id}" not in page
    page = await (await thu.get(f"/console/listings/{id}")).text()
    assert "chị Thu (mẫu)" in page and "gọi điện" in page and "Ai kiểm tra" in page


async def test_the_list_is_cut_by_province_and_by_kind(desk: Desk) -> None:
    id = await make_old(desk, days=181)
    thu = await desk.as_("maintainer-1")
    there = await (await thu.get("/console/work", params={"province": "01", "kind": "overdue"})).text()
    elsewhere = await (await thu.get("/console/work", params={"province": "79"})).text()
    other = await (await thu.get("/console/work", params={"kind": "unverified"})).text()
    assert id in there and id not in elsewhere and id not in other


async def test_what_was_brought_in_waits_for_a_check(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    path, _ = await desk.press(thu, "/console/new-listing", **NEW)
    id = path.partition("?")[0].rpartition("/")[2]
    page = await (await thu.get("/console/work", params={"kind": "unverified"})).text()
    assert id in page and "chưa kiểm tra" in page


async def test_a_peer_who_has_rung_vouches_for_phone_and_hours_only(desk: Desk) -> None:
    id = await make_old(desk, days=181)
    sen = await desk.as_("peer-1")
    await desk.press(sen, f"/console/listings/{id}/verify", method="call", back="work")
    today = desk.clock.now().astimezone(HCMC).date()
    told = {one.group: one.on for one in await desk.db.read(lambda connection: verification.checks(connection, id))}
    assert told["contact"] == told["hours"] == today and told["price"] != today


async def test_no_day_asks_for_more_checks_than_one_can_do(desk: Desk) -> None:
    long_ago = desk.clock.now().date() - timedelta(days=300)
    await desk.db.write(lambda tx: tx.execute(update(checked).values(verified_on=long_ago)))
    now, policy = desk.clock.now(), Policy()
    found = await desk.db.read(
        lambda connection: worklist.items(connection, fresh_days=policy.fresh_days_of, now=now, most=3)
    )
    for province in {one.province for one in found}:
        assert sum(one.is_today for one in found if one.province == province) <= 3
    assert sum(not one.is_today for one in found) > 0
    assert await desk.db.read(
        lambda connection: worklist.percent_fresh(connection, fresh_days=policy.fresh_days_of, now=now)
    ) < 100


@pytest.mark.parametrize("name", ["worker-1", "admin-1"])
async def test_others_have_no_work_list(desk: Desk, name: str) -> None:
    browser = await desk.as_(name)
    assert (await browser.get("/console/work")).status == 403


@pytest.mark.parametrize("name", ["peer-1", "worker-1", "maintainer-1"])
async def test_a_usual_notice_is_two_taps_and_is_gone_after_its_last_day(desk: Desk, name: str) -> None:
    one = next(one for one in desk.keeper.shelf if one.province == "01" and "health.prep" in one.needs)
    moments = [desk.clock.now() + timedelta(days=step) for step in (0, 2, 3)]
    here = f"/console/listings/{one.id}"
    browser = await desk.as_(name)
    page = await (await browser.get(here)).text()
    assert "Hết PrEP" in page and 'name="days" value="3"' in page
    path, page = await desk.press(browser, f"{here}/usual-notice", code="no_prep", days="3")
    assert path.endswith("said=noticed")
    assert f"Tạm hết thuốc dự phòng hằng ngày, tới hết ngày {day(moments[1].date())}." in page
    await desk.db.read(desk.keeper.refresh)
    listing = desk.keeper.shelf.get(one.id)
    assert listing is not None
    assert ["hết thuốc" in describe(hit_now(listing, at)) for at in moments] == [True, True, False]
    assert ["until the end of" in describe(hit_now(listing, at), "en") for at in moments] == [True, True, False]
    told = [hsds.service((listing,), on=at.astimezone(HCMC).date()) for at in moments]
    assert ["hết thuốc" in str(one and one.get("alert")) for one in told] == [True, True, False]
    await desk.db.write(lambda tx: reminders.grow(tx, moments[2], Policy(is_demo=True)))
    assert await desk.count(notice, notice.c.place_id == one.id) == 0


async def test_a_notice_without_an_end_or_of_no_known_kind_is_refused(desk: Desk) -> None:
    one = next(one for one in desk.keeper.shelf if one.province == "01")
    sen = await desk.as_("peer-1")
    for told in ({"code": "closed", "days": "400"}, {"code": "x", "days": "3"}, {"code": "closed"}):
        _, page = await desk.press(sen, f"/console/listings/{one.id}/usual-notice", **told)
        assert "trouble" in page or "mistake" in page
    assert await desk.count(notice, notice.c.place_id == one.id) == 0
