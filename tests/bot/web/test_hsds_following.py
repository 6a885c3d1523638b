"""Who keeps a copy and asks what has changed learns of every withdrawal, and of nothing that was never told."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.db import Database
from directory import consent, editing, merging, notices, verification
from directory.exchange.hsds import ENDED
from directory.shelf import ShelfKeeper
from tests.bot.web.test_hsds import Api, opened
from tests.conftest import MovableClock
from tests.directory.exchange.conftest import answer_errors, errors
from tests.directory.exchange.samples import BARE, NOW, OPEN, SEALED, shown, three

LATER = NOW + timedelta(days=2)  # of the day of the checks nothing is left to find
AFTER = "2026-12-08T12:00:00Z"


@pytest.fixture
async def api(db: Database, clock: MovableClock) -> AsyncIterator[Api]:
    ids = await db.write(lambda tx: three(tx.connection))
    clock.pass_(days=2)
    keeper = ShelfKeeper()
    await db.read(keeper.load)
    async with await opened(db, clock, keeper) as client:
        yield Api(client, keeper, ids, db)


async def do(api: Api, deed: Callable[[Any], Any]) -> Any:
    done = await api.db.write(lambda tx: deed(tx.connection))
    await api.db.read(api.keeper.refresh)
    return done


async def news(api: Api, path: str = "/services", **more: Any) -> dict[str, Any]:
    page = await api.post(path, modified_after=AFTER, **more)
    assert answer_errors(path, page, "post") == []
    kind = path.removeprefix("/").removesuffix("s")
    assert [one for told in page["contents"] for one in errors(kind, told)] == []
    return {one["id"]: one for one in page["contents"]}


async def service_of(api: Api, id: str) -> str:
    return str((await api.get(f"/service_at_locations/{id}"))["service"]["id"])


async def test_a_notice_is_told_when_it_is_set_when_it_is_ended_and_when_its_days_are_over(
    api: Api, clock: MovableClock
) -> None:
    today = LATER.date()
    own = await service_of(api, api.ids[0])
    assert await news(api) == {}
    days = {"starts_on": today, "ends_on": today + timedelta(days=3)}
    await do(api, lambda c: notices.put(c, api.ids[0], code="no_prep", **days, staff_id=1, now=LATER))
    told = await news(api)
    assert set(told) == {own} and told[own]["alert"] and told[own]["last_modified"] == "2026-12-09T02:00:00Z"
    await do(api, lambda c: notices.end(c, api.ids[0], staff_id=1, now=LATER + timedelta(hours=1)))
    told = await news(api)
    assert "alert" not in told[own] and told[own]["last_modified"] == "2026-12-09T03:00:00Z"
    ahead = {"starts_on": today + timedelta(days=2), "ends_on": today + timedelta(days=3)}
    await do(api, lambda c: notices.put(c, api.ids[0], code="full", **ahead, staff_id=1, now=LATER))
    for days_on, alert, at in ((2, True, "2026-12-10T17:00:00Z"), (4, False, "2026-12-12T17:00:00Z")):
        clock.pass_(days=2)
        page = await api.post("/services", modified_after=at)
        assert [bool(one.get("alert")) for one in page["contents"]] == [alert], days_on
        assert page["contents"][0]["last_modified"] == at, "the midnight of that day in Vietnam"


WAYS: dict[str, Callable[[Any, tuple[str, str, str]], Any]] = {
    "taken down": lambda c, ids: editing.withdraw(c, ids[0], staff_id=1, now=LATER),
    "hidden for its age": lambda c, ids: verification.grow_old(c, fresh_days=lambda kind: 0, now=LATER),
    "for colleagues": lambda c, ids: editing.save(
        c, ids[0], replace(OPEN, is_staff_only=True), expected=2, staff_id=1, now=LATER
    ),
    "merged": lambda c, ids: merging.merge(c, ids[0], ids[2], staff_id=1, now=LATER),
    "agrees no more": lambda c, ids: (
        consent.give(c, ids[0], "call", staff_id=1, now=LATER), consent.end(c, ids[0], staff_id=1, now=LATER),
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_new_process", [False, True])
async def test_whatever_takes_a_listing_away_is_told_without_its_name_and_without_why(
    api: Api, way: str, is_new_process: bool
) -> None:
    own = await service_of(api, api.ids[0])
    await do(api, lambda c: WAYS[way](c, api.ids))
    if is_new_process:
        await api.db.read(api.keeper.load)
    gone = {"id": own, "name": ENDED, "status": "inactive", "last_modified": "2026-12-09T02:00:00Z"}
    for more in ({}, {"full": True}, {"minimal": True}, {"need": "legal.aid"}):
        assert (await news(api, **more))[own] == gone
    at = (await news(api, "/service_at_locations"))[api.ids[0]]
    assert at["service_id"] == own and at["metadata"][0]["last_action_type"] == "delete"
    assert OPEN.service not in str(at) and "shelter" not in str(at)
    assert own not in {one["id"] for one in (await api.get("/services"))["contents"]}, "whole lists stay as they are"
    later = await api.post("/services", modified_after="2026-12-09T02:00:01Z")
    assert own not in {one["id"] for one in later["contents"]}
    if way == "taken down":
        assert (await api.client.get(f"/hsds/services/{own}")).status == 404
        await do(api, lambda c: editing.restore(c, api.ids[0], staff_id=2, is_alone=False, fresh_days=_far, now=LATER))
        back = await news(api)
        assert back[own]["status"] == "active" and back[own]["name"] == OPEN.service


def _far(kind: str) -> int:
    return 180


async def test_a_sealed_place_taken_down_looks_like_any_other_and_what_was_never_told_is_not(api: Api) -> None:
    own = await service_of(api, api.ids[1])

    def deed(c: Any) -> None:
        editing.withdraw(c, api.ids[1], staff_id=1, now=LATER)
        never = editing.propose(c, replace(SEALED, service="Nhà Chưa Ai Thấy"), staff_id=1, now=LATER)
        editing.withdraw(c, never, staff_id=1, now=LATER)
        inner = shown(c, replace(BARE, service="Chỉ cho đồng nghiệp", is_staff_only=True))
        editing.withdraw(c, inner, staff_id=1, now=LATER)

    await do(api, deed)
    for load in (False, True):
        if load:
            await api.db.read(api.keeper.load)
        told, at = await news(api), await news(api, "/service_at_locations")
        assert set(told) == {own} and set(at) == {api.ids[1]}
        assert set(told[own]) == {"id", "name", "status", "last_modified"}
        assert set(at[api.ids[1]]) == {"id", "service_id", "metadata"}


async def test_a_service_that_loses_one_of_its_places_has_changed(api: Api) -> None:
    own = await service_of(api, api.ids[0])

    def second(c: Any) -> str:
        id = editing.propose(c, replace(OPEN, street="Số 9 đường Thử"), staff_id=1, now=NOW, service_id=own)
        verification.verify(c, id, verification.GROUPS, method="call", staff_id=1, now=NOW)
        editing.publish(c, id, staff_id=1, now=NOW)
        return id

    id = await do(api, second)
    assert await news(api) == {}
    await do(api, lambda c: editing.withdraw(c, id, staff_id=1, now=LATER))
    told = (await news(api, full=True))[own]
    assert [one["id"] for one in told["service_at_locations"]] == [api.ids[0]] and told["status"] == "active"
    assert told["last_modified"] == "2026-12-09T02:00:00Z"
    assert set(await news(api, "/service_at_locations")) == {api.ids[0], id}


async def test_the_address_of_a_service_whose_places_were_merged_leads_to_the_one_that_stays(api: Api) -> None:
    old, stays = await service_of(api, api.ids[0]), await service_of(api, api.ids[2])
    await do(api, lambda c: merging.merge(c, api.ids[0], api.ids[2], staff_id=1, now=LATER))
    for load in (False, True):
        if load:
            await api.db.read(api.keeper.load)
        answer = await api.client.get(f"/hsds/services/{old}", allow_redirects=False)
        assert answer.status == 301 and answer.headers["Location"].endswith(f"/hsds/services/{stays}")
    await do(api, lambda c: merging.undo(c, api.ids[0], staff_id=1, fresh_days=_far, now=LATER))
    assert (await api.get(f"/services/{old}"))["name"] == OPEN.service
