"""The work list: what is due comes by province and kind, and "still right" is one tap."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.db import Tx
from bot.keeping import remarks, reminders, worklist
from bot.masking import mask
from bot.policy import Policy
from bot.tables import lane, person
from directory import editing, verification
from directory.exchange import hsds
from directory.listing_text import describe
from directory.search import hit_now
from directory.tables import notice
from directory.tables import verification as checked
from directory.wording import HCMC, day
from tests.bot.console.conftest import Desk
from tests.bot.console.test_listing_pages import NEW
from tests.directory.exchange.samples import OPEN


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
    page = await (await thu.get("/console/to-do")).text()
    assert f"/console/listings/{id}/verify" in page and "quá hạn kiểm tra" in page
    path, page = await desk.press(thu, f"/console/listings/{id}/verify", method="call", back="work")
    assert path == "/console/to-do?said=verified" and f"/console/listings/{id}" not in page
    page = await (await thu.get(f"/console/listings/{id}")).text()
    assert "chị Thu (mẫu)" in page and "gọi điện" in page and "Ai kiểm tra" in page


async def test_the_list_is_cut_by_province_and_by_kind(desk: Desk) -> None:
    id = await make_old(desk, days=181)
    thu = await desk.as_("maintainer-1")
    there = await (await thu.get("/console/to-do", params={"province": "01", "kind": "overdue"})).text()
    elsewhere = await (await thu.get("/console/to-do", params={"province": "79"})).text()
    other = await (await thu.get("/console/to-do", params={"kind": "unverified"})).text()
    assert id in there and id not in elsewhere and id not in other


async def test_what_was_brought_in_waits_for_a_check(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    path, _ = await desk.press(thu, "/console/new-listing", **NEW)
    id = path.partition("?")[0].rpartition("/")[2]
    page = await (await thu.get("/console/to-do", params={"kind": "unverified"})).text()
    assert id in page and "chưa kiểm tra" in page
    await desk.press(thu, f"/console/listings/{id}/verify", method="call", back="work")
    page = await (await thu.get("/console/to-do", params={"kind": "ready"})).text()
    assert f"/console/listings/{id}/publish" in page, "checked, and still waiting to be shown"
    path, page = await desk.press(thu, f"/console/listings/{id}/publish", back="work")
    assert path == "/console/to-do?said=published" and f"/console/listings/{id}" not in page


async def test_a_peer_who_has_rung_vouches_for_phone_and_hours_only(desk: Desk) -> None:
    id = await make_old(desk, days=181)
    sen = await desk.as_("peer-1")
    await desk.press(sen, f"/console/listings/{id}/verify", method="call", back="work")
    today = desk.clock.now().astimezone(HCMC).date()
    told = {one.group: one.on for one in await desk.db.read(lambda connection: verification.checks(connection, id))}
    assert told["contact"] == told["hours"] == today and told["price"] != today


async def test_one_part_is_checked_by_itself_and_the_others_keep_their_day(desk: Desk) -> None:
    """Requirement 9: dates per group (phone, hours, address, who is received), with method and role."""
    id = await make_old(desk, days=20)
    thu, today = await desk.as_("maintainer-1"), desk.clock.now().astimezone(HCMC).date()
    page = await (await thu.get(f"/console/listings/{id}")).text()
    assert all(f'name="group" value="{one}"' in page for one in ("contact", "hours", "address", "audience"))
    before = {one.group: one for one in await desk.db.read(lambda connection: verification.checks(connection, id))}
    path, page = await desk.press(thu, f"/console/listings/{id}/verify", method="visit", group=["address", "audience"])
    assert path.endswith("said=verified") and "Địa chỉ: " in page and "Nhận ai: " in page
    after = {one.group: one for one in await desk.db.read(lambda connection: verification.checks(connection, id))}
    assert {one for one in after if after[one].method == "visit"} == {"address", "audience"}
    assert after["address"].on == after["audience"].on == today
    assert {one: after[one] for one in before if one not in ("address", "audience")} == {
        one: check for one, check in before.items() if one not in ("address", "audience")
    }


async def test_no_day_asks_for_more_checks_than_one_can_do(desk: Desk) -> None:
    long_ago = desk.clock.now().date() - timedelta(days=300)
    await desk.db.write(lambda tx: tx.execute(update(checked).values(verified_on=long_ago)))
    now, policy = desk.clock.now(), Policy()
    found = await desk.db.read(
        lambda connection: worklist.items(connection, desk.db.seals, fresh_days=policy.fresh_days_of, now=now, most=3)
    )
    checks = [one for one in found if one.kind in ("overdue", "due", "unverified")]
    assert len({one.province for one in checks}) > 1 and sum(one.is_today for one in checks) == 3
    assert sum(not one.is_today for one in found) > 0
    assert await desk.db.read(
        lambda connection: worklist.percent_fresh(connection, fresh_days=policy.fresh_days_of, now=now)
    ) < 100


async def test_a_day_does_not_fill_up_again_and_new_places_wait_their_turn(desk: Desk) -> None:
    """One day of one colleague, over all her provinces; an import of forty is not one day's work."""
    me, policy = await desk.member("maintainer-1"), Policy()

    def brought_in(tx: Tx) -> None:
        long_ago = desk.clock.now().date() - timedelta(days=800)
        tx.execute(update(checked).values(verified_on=desk.clock.now().date()))
        tx.execute(update(checked).where(checked.c.place_id.in_(old)).values(verified_on=long_ago))
        for number in range(40):
            draft = replace(OPEN, service=f"Nơi {number} (mẫu)", phones=(f"0000 000 {number + 500:03}",))
            editing.propose(tx.connection, draft, staff_id=None, now=desk.clock.now(), is_demo=True)

    async def today(staff_id: int) -> list[str]:
        found = await desk.db.read(
            lambda connection: worklist.items(
                connection, desk.db.seals, fresh_days=policy.fresh_days_of, now=desk.clock.now(), most=3,
                staff_id=staff_id,
            )
        )  # fmt: skip
        assert sum(one.kind == "unverified" for one in found) == 40
        return [one.place_id for one in found if one.is_today and one.kind in ("overdue", "due", "unverified")]

    old = sorted(one.id for one in desk.keeper.shelf)[:4]
    await desk.db.write(brought_in)
    first = await today(me.id)
    assert len(first) == 3 and set(first) < set(old)
    thu = await desk.as_("maintainer-1")
    for id in first[:2]:
        await desk.press(thu, f"/console/listings/{id}/verify", method="visit")
    assert len(await today(me.id)) == 1, "two of three are done"
    assert len(await today(me.id + 1000)) == 3, "somebody else's day is not shorter for that"
    await desk.press(thu, f"/console/listings/{first[2]}/verify", method="visit")
    await desk.press(thu, f"/console/listings/{first[2]}/verify", method="visit")
    assert await today(me.id) == []
    desk.clock.pass_(hours=24)
    assert len(await today(me.id)) == 3, "one that is overdue, and two of the new ones"


@pytest.mark.parametrize("name", ["worker-1", "admin-1"])
async def test_others_have_no_work_list(desk: Desk, name: str) -> None:
    browser = await desk.as_(name)
    assert (await browser.get("/console/to-do")).status == 403


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


async def complain(desk: Desk, what: str, *, voices: int = 1) -> str:
    """So many persons say this of one listing of province 01; returns its id."""
    one = next(one for one in desk.keeper.shelf if one.province == "01" and one.friendly is not None)
    later, now = desk.clock.now() + timedelta(days=90), desk.clock.now()

    def deed(tx: Tx) -> None:
        for n in range(900, 900 + voices):
            tx.execute(person.insert().values(id=n, created_at=now, forget_at=later))
            row = {"id": n, "person_id": n, "channel": "fake", "account": "1", "handle": f"h{n}"}
            tx.execute(lane.insert().values(**row, last_at=now, forget_at=later))
            remarks.note(tx, n, one.id, what, now=now, policy=Policy())

    await desk.db.write(deed)
    return one.id


async def test_a_complaint_stands_on_the_list_with_its_part_and_is_decided_in_one_tap(desk: Desk) -> None:
    id = await complain(desk, "rude", voices=3)
    thu = await desk.as_("maintainer-1")
    page = await (await thu.get("/console/to-do")).text()
    assert "Họ đối xử không tốt" in page and "3 người báo, 3 người khác nhau" in page
    path, page = await desk.press(thu, f"/console/to-do/{id}/decide", what="rude", verdict="confirmed")
    assert path == "/console/to-do?said=decided" and "3 người báo" not in page
    page = await (await thu.get(f"/console/listings/{id}")).text()
    assert "không còn ghi là thân thiện" in page and "lời phàn nàn đã xác nhận" in page
    await desk.db.read(desk.keeper.refresh)
    listing = desk.keeper.shelf.get(id)
    assert listing is not None and listing.friendly is None and "friendly" not in listing.attributes
    path, _ = await desk.press(thu, f"/console/to-do/{id}/decide", what="rude", verdict="dismissed")
    assert path == "/console/to-do?said=first"


async def test_a_peer_sees_complaints_and_leaves_the_decision_to_those_who_keep_the_place(desk: Desk) -> None:
    id = await complain(desk, "phone")
    sen = await desk.as_("peer-1")
    page = await (await sen.get("/console/to-do")).text()
    assert "Số điện thoại" in page and "/decide" not in page
    _, page = await desk.press(sen, f"/console/to-do/{id}/decide", what="phone", verdict="confirmed")
    assert "Vai của bạn không làm việc này" in page


async def test_a_place_that_was_named_stands_on_the_list_in_its_words_and_goes(desk: Desk) -> None:
    await complain(desk, "good")
    words = mask("Phòng khám Hoa Mai <b>quận 3</b> 0912345678").text
    await desk.db.write(lambda tx: remarks.suggest(tx, 900, words, province="01", now=desk.clock.now()))
    thu = await desk.as_("maintainer-1")
    page = await (await thu.get("/console/to-do", params={"kind": "new"})).text()
    assert "Hoa Mai &lt;b&gt;" in page and "0912345678" not in page
    number = page.partition("/console/to-do/suggestions/")[2].partition("/")[0]
    path, page = await desk.press(thu, f"/console/to-do/suggestions/{number}/done")
    assert path == "/console/to-do?said=decided" and "Hoa Mai" not in page


async def test_what_was_masked_in_a_named_place_is_said_in_words(desk: Desk) -> None:
    await complain(desk, "good")
    words = mask("Phòng khám Hoa Mai, số 12 ngõ 7, 0912345678").text
    assert "⟦street⟧" in words and "⟦phone⟧" in words
    await desk.db.write(lambda tx: remarks.suggest(tx, 900, words, province="01", now=desk.clock.now()))
    page = await (await (await desk.as_("maintainer-1")).get("/console/to-do", params={"kind": "new"})).text()
    assert "Hoa Mai, [" in page and "⟦" not in page


async def test_friendly_asks_for_consent_and_for_a_visit_or_good_reports(desk: Desk) -> None:
    one = next(one for one in desk.keeper.shelf if one.province == "01" and one.friendly is None)
    here = f"/console/listings/{one.id}"
    thu, sen = await desk.as_("maintainer-1"), await desk.as_("peer-1")
    _, page = await desk.press(thu, f"{here}/friendly", agrees="yes")
    assert "Chưa đủ lời khen" in page
    _, page = await desk.press(sen, f"{here}/friendly")
    assert "phải đồng ý được ghi là thân thiện" in page
    path, page = await desk.press(sen, f"{here}/friendly", agrees="yes")
    assert path.endswith("said=friendly") and "Thân thiện: đồng đẳng đã tới, ngày" in page
    await desk.db.read(desk.keeper.refresh)
    listing = desk.keeper.shelf.get(one.id)
    assert listing is not None and "Thân thiện: đồng đẳng đã tới" in describe(hit_now(listing, desk.clock.now()))
    path, _ = await desk.press(thu, f"{here}/unfriendly")
    assert path.endswith("said=unfriendly")


async def test_the_history_shows_what_changed_and_takes_back_one_field(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    path, page = await desk.press(thu, "/console/new-listing", **NEW)
    here = path.partition("?")[0]
    change = {**NEW, "phones": "0000 000 991", "service": "Phòng khám Khác (mẫu)", "revision": "1"}
    _, page = await desk.press(thu, here, **change)
    assert "<del>0000 000 990</del> <ins>0000 000 991</ins>" in page
    seq = page.partition('name="seq" value="')[2].partition('"')[0]
    path, page = await desk.press(thu, f"{here}/revert", seq=seq, revision="2", only="phones")
    assert path.endswith("said=reverted") and "Phòng khám Khác (mẫu)" in page
    assert "<del>0000 000 991</del> <ins>0000 000 990</ins>" in page, "taking back is a change like any other"


async def test_two_alike_are_merged_and_the_old_address_leads_on(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    path, _ = await desk.press(thu, "/console/new-listing", **NEW)
    old = path.partition("?")[0].rpartition("/")[2]
    other = {**NEW, "service": "PK Mới (mẫu)"}
    path, _ = await desk.press(thu, "/console/new-listing", **other)
    stays = path.partition("?")[0].rpartition("/")[2]
    page = await (await thu.get("/console/to-do", params={"kind": "twice"})).text()
    assert old in page and stays in page and "cùng số điện thoại" in page
    path, _ = await desk.press(thu, f"/console/to-do/{old}/merge", other=stays, verdict="merge")
    assert path == "/console/to-do?said=merged"
    answer = await thu.get(f"/console/listings/{old}")
    assert str(answer.url).endswith(f"{stays}?said=merged_here")
    path, _ = await desk.press(thu, f"/console/listings/{old}/unmerge")
    assert path.endswith("said=unmerged")
    path, _ = await desk.press(thu, f"/console/to-do/{old}/merge", other=stays, verdict="apart")
    page = await (await thu.get("/console/to-do", params={"kind": "twice"})).text()
    assert path == "/console/to-do?said=apart" and f"/console/to-do/{old}/merge" not in page


async def test_a_new_listing_that_looks_like_another_says_so_on_its_page(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    await desk.press(thu, "/console/new-listing", **NEW)
    _, page = await desk.press(thu, "/console/new-listing", **{**NEW, "service": "Phong kham Moi (mẫu)"})
    assert "Có thể nơi này đã có trong danh bạ" in page and "Phòng khám Mới (mẫu)" in page
    _, page = await desk.press(thu, "/console/new-listing", **{**NEW, "service": "Nhóm khác hẳn (mẫu)", "phones": ""})
    assert "Có thể nơi này đã có" not in page
