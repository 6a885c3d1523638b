"""Requirements 8 and 19: every role, every deed on a listing, nearby and far away; one tap takes it down."""

from collections.abc import Mapping

import pytest
from sqlalchemy import delete, update

from bot.console.building import ROUTES
from bot.console.layout import Route
from bot.staff import ROLES
from bot.tables import capacity, staff_province
from directory import catalogue
from directory.tables import place_of_service
from tests.bot.console.conftest import Browser, Desk

NEAR, FAR = "01", "79"
EVERYWHERE, NEARBY, NOWHERE = (True, True), (True, False), (False, False)
KEEPS = {"maintainer": NEARBY}
VERIFIES = {"maintainer": NEARBY, "peer": NEARBY}
NOTES = {"maintainer": NEARBY, "peer": NEARBY, "worker": NEARBY, "supervisor": NEARBY}
ROOMS = ("worker", "peer", "supervisor")
READS = dict.fromkeys(ROLES, EVERYWHERE)
# Written down by hand, not taken from the table that the pages obey: (nearby, far away); a role not named may not.
WANTED: Mapping[tuple[str, str], Mapping[str, tuple[bool, bool]]] = {
    ("GET", "/listings/{listing}"): READS,
    ("POST", "/listings/{listing}"): KEEPS,
    ("POST", "/listings/{listing}/publish"): KEEPS,
    ("POST", "/listings/{listing}/withdraw"): VERIFIES,
    ("POST", "/listings/{listing}/restore"): KEEPS,
    ("POST", "/listings/{listing}/verify"): VERIFIES,
    ("POST", "/listings/{listing}/friendly"): VERIFIES,
    ("POST", "/listings/{listing}/unfriendly"): KEEPS,
    ("POST", "/listings/{listing}/agreed"): VERIFIES,
    ("POST", "/listings/{listing}/agrees-no-more"): VERIFIES,
    ("POST", "/listings/{listing}/unmerge"): KEEPS,
    ("POST", "/listings/{listing}/revert"): KEEPS,
    ("POST", "/listings/{listing}/ask-unseal"): KEEPS,
    ("POST", "/listings/{listing}/unseal"): VERIFIES,
    ("POST", "/listings/{listing}/keep-sealed"): VERIFIES,
    ("POST", "/listings/{listing}/notice"): NOTES,
    ("POST", "/listings/{listing}/usual-notice"): NOTES,
    ("POST", "/listings/{listing}/end-notices"): NOTES,
    ("GET", "/listings/{listing}/one-more"): KEEPS,  # a far colleague's draft would hold the owner of the service up
    ("POST", "/listings/{listing}/one-more"): KEEPS,
    ("POST", "/to-do/{listing}/decide"): KEEPS,
    ("POST", "/to-do/{listing}/merge"): KEEPS,
}


def test_no_deed_on_a_listing_is_left_out() -> None:
    routes = {(one.method, one.path) for one in ROUTES if isinstance(one, Route) and "{listing}" in one.path}
    assert routes == {*WANTED, ("POST", "/tonight/rooms/{listing}")}, "rooms have a test of their own below"


async def provinces(desk: Desk) -> dict[str, list[str]]:
    """Listings by their province; enough of them are in both."""
    found: dict[str, list[str]] = {}
    for row in await desk.db.read(catalogue.rows):
        found.setdefault(row.province, []).append(row.id)
    return found


async def stay_in(desk: Desk, name: str, province: str) -> None:
    """The colleague keeps this one province only."""
    member = await desk.member(name)
    others = (staff_province.c.staff_id == member.id, staff_province.c.province != province)
    await desk.db.write(lambda tx: tx.execute(delete(staff_province).where(*others)))


async def is_let(browser: Browser, csrf: str, method: str, path: str) -> bool:
    data = {"csrf": csrf} if method == "POST" else None
    answer = await browser.request(method, path, data=data, allow_redirects=False)
    assert answer.status in (200, 303, 400, 403, 404, 409), (path, answer.status)
    return answer.status != 403


@pytest.mark.parametrize("role", ROLES)
async def test_every_role_does_to_a_listing_what_it_may_where_it_may(desk: Desk, role: str) -> None:
    await stay_in(desk, f"{role}-1", NEAR)
    places = await provinces(desk)
    browser = await desk.as_(f"{role}-1")
    page = await (await browser.get("/console/listings")).text()
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    wrong = []
    for (method, path), allowed in WANTED.items():
        for where, wanted in zip((NEAR, FAR), allowed.get(role, NOWHERE), strict=True):
            at = "/console" + path.replace("{listing}", places[where][0])
            if await is_let(browser, csrf, method, at) is not wanted:
                wrong.append((method, path, where))
    assert not wrong


async def test_a_far_listing_stays_as_it_is_and_a_near_one_is_taken_down_from_the_list(desk: Desk) -> None:
    await stay_in(desk, "maintainer-1", NEAR)
    places = await provinces(desk)
    near, far = places[NEAR][0], places[FAR][0]
    some = place_of_service.c.id.in_([near, far])
    await desk.db.write(lambda tx: tx.execute(update(place_of_service).where(some).values(state="published")))
    thu = await desk.as_("maintainer-1")
    page = await (await thu.get("/console/listings", params={"province": NEAR})).text()
    assert f'action="/console/listings/{near}/withdraw"' in page
    page = await (await thu.get("/console/listings", params={"province": FAR})).text()
    assert f"/console/listings/{far}" in page and "/withdraw" not in page
    await desk.press(thu, f"/console/listings/{far}/withdraw", back="list")
    path, page = await desk.press(thu, f"/console/listings/{near}/withdraw", back="list")
    assert path == "/console/listings?said=withdrawn" and 'class="said"' in page
    states = {row.id: row.state for row in await desk.db.read(catalogue.rows)}
    assert states[near] == "withdrawn" and states[far] == "published"
    await desk.db.read(desk.keeper.refresh)
    shown = {one.id for one in desk.keeper.shelf}
    assert near not in shown and far in shown, "gone from what persons are shown, at once"


@pytest.mark.parametrize("role", ROLES)
async def test_rooms_are_told_by_casework_roles_of_the_province_only(desk: Desk, role: str) -> None:
    await stay_in(desk, f"{role}-1", NEAR)
    await desk.db.read(desk.keeper.refresh)
    shelters = [one for one in desk.keeper.shelf if one.kind == "shelter"]
    shown = {where: next(one.id for one in shelters if one.province == where) for where in (NEAR, FAR)}
    clinic = next(one.id for one in desk.keeper.shelf if one.kind == "hiv_clinic" and one.province == NEAR)
    browser = await desk.as_(f"{role}-1")
    for other in (shown[FAR], clinic):  # only a shelter has rooms
        await desk.press(browser, f"/console/tonight/rooms/{other}", state="full", hours="24")
    assert await desk.count(capacity) == 0
    await desk.press(browser, f"/console/tonight/rooms/{shown[NEAR]}", state="full", hours="24")
    assert await desk.count(capacity) == (1 if role in ROOMS else 0)
