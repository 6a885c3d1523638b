"""Requirement 17: other programs read what is shown, by any filters together; no need stands in an address."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.db import Database
from bot.web import build, gate, hsds
from directory import editing, merging, needs
from directory.exchange.hsds_names import name, terms
from directory.places import provinces
from directory.shelf import ShelfKeeper
from tests.conftest import MovableClock
from tests.directory.exchange.conftest import answer_errors, errors
from tests.directory.exchange.samples import BARE, NOW, OPEN, SEALED, many, three

LISTS = ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms")


@dataclass
class Api:
    """A client and what it may find."""

    client: TestClient[Any, Any]
    keeper: ShelfKeeper
    ids: tuple[str, str, str]
    db: Database

    async def get(self, path: str, **query: str) -> Any:
        answer = await self.client.get(f"/hsds{path}", params=query)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        answer = await self.client.post(f"/hsds{path}", json=body)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def found(self, path: str = "/services", **body: Any) -> set[str]:
        return {one["name"] for one in (await self.post(path, **body))["contents"]}


async def opened(db: Database, clock: MovableClock, keeper: ShelfKeeper, **more: Any) -> TestClient[Any, Any]:
    async def ready() -> bool:
        return True

    made = hsds.routes(clock, keeper, base_url="http://127.0.0.1", **more)
    return TestClient(TestServer(build(made, is_ready=ready)))


@pytest.fixture
async def api(db: Database, clock: MovableClock) -> AsyncIterator[Api]:
    ids = await db.write(lambda tx: three(tx.connection))
    keeper = ShelfKeeper()
    await db.read(keeper.load)
    async with await opened(db, clock, keeper) as client:
        yield Api(client, keeper, ids, db)


async def test_every_answer_is_as_hsds_describes_it(api: Api) -> None:
    told = await api.get("/")
    assert answer_errors("/", told) == [] and told["version"] == "3.1"
    for path in LISTS:
        for query in ({}, {"full": "true"}) if "tax" not in path else ({},):
            page = await api.get(f"/{path}", **query)
            assert answer_errors(f"/{path}", page) == [] and page["empty"] is False
            assert answer_errors(f"/{path}", await api.post(f"/{path}"), "post") == []
            one = await api.get(f"/{path}/{page['contents'][0]['id']}")
            assert answer_errors(f"/{path}/{{id}}", one) == []
        kind = {"taxonomies": "taxonomy"}.get(path, path.removesuffix("s"))
        assert errors(kind, one) == [], "strictly: no field that HSDS does not know"
    assert answer_errors("/services", {"contents": []}), "a page without `empty` is wrong"


async def test_what_describes_us_leads_where_it_says(api: Api) -> None:
    told = await api.get("/")
    for key in ("profile", "openapi_url"):
        assert (await api.client.get(told[key].removeprefix("http://127.0.0.1"))).status == 200
    described = await api.get("/openapi.json")
    assert "requestBody" in described["paths"]["/services"]["post"]
    assert "parameters" not in described["paths"]["/services"]["post"]


async def test_filters_work_and_add_up(api: Api) -> None:
    prep, free = terms()["need.health.prep"].id, terms()["quality.free"].id
    health = terms()["need.health"].id
    whole = {OPEN.service, SEALED.service, BARE.service}
    assert await api.found() == whole
    assert await api.found(taxonomy_term_id=prep) == {OPEN.service} == await api.found(need="health.prep")
    assert await api.found(taxonomy_term_id=health) == {OPEN.service} == await api.found(taxonomy_term_id=free)
    assert await api.found(taxonomy_id=name("taxonomy", "quality")) == {OPEN.service}
    assert await api.found(taxonomy_id=name("taxonomy", "need")) == whole
    assert await api.found(organization_id=name("organization", BARE.organisation)) == {BARE.service}
    assert await api.found(search="KHAM trung tam") == {OPEN.service}
    assert await api.found(search="ha noi") == {OPEN.service, SEALED.service}
    assert await api.found(search="hoang mai") == set(), "the district of a sealed place finds nothing"
    assert await api.found(province="01", need="shelter.refuge") == {SEALED.service}
    assert await api.found(need="health.prep", organization_id=name("organization", BARE.organisation)) == set()
    assert await api.found(modified_after="2026-12-07T02:00:00Z") == whole
    assert await api.found(modified_after="2026-12-08T00:00:00Z") == set()
    assert await api.found(taxonomy_term_id=prep.upper()) == {OPEN.service}
    assert await api.found(organization_id=name("organization", "nobody")) == set()
    at = await api.post("/service_at_locations", postcode="00001")
    assert {one["id"] for one in at["contents"]} == set(api.ids[:2])
    assert len((await api.post("/organizations", need="health.prep"))["contents"]) == 1


async def test_how_far_is_reckoned_from_the_middle_of_the_postcode(api: Api) -> None:
    clinic, shelter, far = api.ids

    async def at(metres: int | str) -> set[str]:
        found = await api.post("/service_at_locations", postcode="00001", proximity=metres)
        assert await api.get("/service_at_locations", postcode="00001", proximity=str(metres)) == found
        return {one["id"] for one in found["contents"]}

    assert await at(60_000) == {clinic, shelter} and await at("2000000") == {clinic, shelter, far}
    assert await at(1) == {shelter}, "of a sealed place its province is all there is"
    for wrong in ({"proximity": 5000}, {"postcode": "00001", "proximity": 0}, {"postcode": "00001", "proximity": "x"}):
        answer = await api.client.post("/hsds/service_at_locations", json=wrong)
        assert answer.status == 400 and (await answer.json())["error"].startswith("proximity ")


async def test_an_id_is_the_same_in_capitals_and_what_is_none_is_nothing(api: Api) -> None:
    told = await api.get(f"/service_at_locations/{api.ids[0].upper()}")
    assert told["id"] == api.ids[0]
    for own in ("x", "%00", "..%2f..%2fetc", "a" * 4000, "%F0%9F%98%80"):
        for path in LISTS:
            assert (await api.client.get(f"/hsds/{path}/{own}")).status == 404


async def test_pages_come_one_after_the_other(api: Api) -> None:
    pages = [await api.get("/services", page=str(number), per_page="2") for number in (1, 2, 3)]
    assert [page["size"] for page in pages] == [2, 1, 0] and pages[0]["total_items"] == 3
    assert [page["last_page"] for page in pages] == [False, True, True] and pages[2]["empty"]
    assert len({one["id"] for page in pages for one in page["contents"]}) == 3
    assert set((await api.get("/services", minimal="true"))["contents"][0]) == {"id", "name", "status", "last_modified"}
    assert "service_at_locations" not in pages[0]["contents"][0]
    assert all(one["service_at_locations"] for one in (await api.get("/services", full="true"))["contents"])
    top = await api.get("/taxonomy_terms", top_only="true", taxonomy_id=name("taxonomy", "need"))
    below = await api.get("/taxonomy_terms", parent_id=top["contents"][0]["id"])
    assert below["contents"] and all(one["parent_id"] == top["contents"][0]["id"] for one in below["contents"])


async def test_a_need_does_not_belong_in_an_address(api: Api, db: Database, clock: MovableClock) -> None:
    for query in ({"search": "hiv"}, {"taxonomy_term_id": terms()["need.health.prep"].id}):
        answer = await api.client.get("/hsds/services", params=query)
        assert answer.status == 403 and "POST" in (await answer.json())["error"]
    answer = await api.client.post("/hsds/services?search=hiv", json={})
    assert answer.status == 400
    async with await opened(db, clock, api.keeper, get_by_need=True) as client:
        answer = await client.get("/hsds/services", params={"search": "kham"})
        assert {one["name"] for one in (await answer.json())["contents"]} == {OPEN.service}


@pytest.mark.parametrize(
    "body",
    [
        {"page": 0}, {"page": "two"}, {"per_page": 100000}, {"format": "xml"}, {"full": "perhaps"}, {"colour": "red"},
        {"modified_after": "yesterday"}, {"search": ["x"]}, {"page": True}, {"search": "x" * 400}, {"proximity": "5"},
        {"modified_after": "9999-12-31T23:59:59-14:00"}, {"modified_after": "0001-01-01T00:00:00+14:00"},
        {"page": None}, {"page": 1.0}, {"page": 10**30}, {"per_page": "²"}, {"full": []}, {"need": 5},
        {"province": None},
    ],
)  # fmt: skip
async def test_what_cannot_be_answered_is_said_in_one_sentence(api: Api, body: dict[str, Any]) -> None:
    answer = await api.client.post("/hsds/services", json=body)
    assert answer.status == 400 and len((await answer.json())["error"]) < 300


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("services", {"need": "health.prp"}, "need must be one of violence.physical, "),
        ("services", {"province": "Hà Nội"}, "province must be one of 01, 04, "),
        (
            "services",
            {"taxonomy_term_id": name("none")},
            "taxonomy_term_id must be the id of a term at /taxonomy_terms.",
        ),
        ("organizations", {"taxonomy_id": "need"}, "taxonomy_id must be an id of a list at /taxonomies, such as "),
        ("organizations", {"taxonomy_id": name("x")}, "taxonomy_id must be the id of a list at /taxonomies."),
        ("services", {"organization_id": "x"}, "organization_id must be an id, such as "),
        ("taxonomy_terms", {"parent_id": name("none")}, "parent_id must be the id of a term at /taxonomy_terms."),
        ("service_at_locations", {"postcode": "10000"}, "postcode must be 000 and then one of 01, 04, "),
        ("services", {"page": "0"}, "page must be a whole number from 1 to 1000000."),
        ("services", {"per_page": "201"}, "per_page must be a whole number from 1 to 200."),
        ("services", {"format": "xml"}, "format must be json or ndjson."),
        ("services", {"full": "perhaps"}, "full must be true or false."),
        ("services", {"modified_after": "hôm qua"}, "modified_after must be a moment such as 2026-12-07T00:00:00Z."),
        ("services", {"language": "vi"}, "language is not known here. Known: "),
    ],
)
async def test_an_unknown_value_is_refused_with_the_values_that_may_be_asked(
    api: Api, path: str, body: dict[str, Any], says: str
) -> None:
    answer = await api.client.post(f"/hsds/{path}", json=body)
    assert answer.status == 400
    told = (await answer.json())["error"]
    assert told.startswith(says) and told.endswith(".")
    assert "prp" not in told and "hôm qua" not in told, "what was asked is not repeated"


async def test_what_stands_in_an_address_is_read_as_strictly(api: Api) -> None:
    for path, query in (
        ("services", {"taxonomy_id": name("none")}),
        ("taxonomy_terms", {"parent_id": "x"}),
        ("service_at_locations", {"postcode": "99"}),
        ("services", {"state": "stale"}),
    ):
        answer = await api.client.get(f"/hsds/{path}", params=query)
        assert answer.status == 400 and next(iter(query)) in (await answer.json())["error"]


async def test_every_province_and_need_may_be_asked_for(api: Api) -> None:
    described = await api.get("/openapi.json")
    body = described["paths"]["/services"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert body["need"]["enum"] == list(needs.NEEDS) and body["province"]["enum"] == list(provinces())
    for code in provinces():
        await api.found(province=code)
    for need in needs.NEEDS:
        await api.found(need=need)


@pytest.mark.parametrize("raw", [b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'"x"'])
async def test_a_body_that_is_no_object_is_refused(api: Api, raw: bytes) -> None:
    answer = await api.client.post("/hsds/services", data=raw)
    assert answer.status == 400 and (await answer.json())["error"].startswith("The body")


async def test_what_has_not_changed_is_not_sent_again(api: Api) -> None:
    first = await api.client.get("/hsds/services")
    mark = first.headers["ETag"]
    assert (await api.client.get("/hsds/services", headers={"If-None-Match": mark})).status == 304
    await api.db.write(lambda tx: editing.withdraw(tx.connection, api.ids[0], staff_id=1, now=NOW))
    await api.db.read(api.keeper.refresh)
    again = await api.client.get("/hsds/services", headers={"If-None-Match": mark})
    assert again.status == 200 and again.headers["ETag"] != mark
    assert OPEN.service not in await again.text(), "what was taken down is gone"
    assert (await api.client.get(f"/hsds/service_at_locations/{api.ids[0]}")).status == 404


async def test_a_stream_holds_every_service_in_full_or_by_itself(api: Api) -> None:
    await api.db.write(lambda tx: [*many(tx.connection, 120)])
    await api.db.read(api.keeper.refresh)
    answer = await api.client.post("/hsds/services", json={"format": "ndjson", "full": True})
    lines = [json.loads(line) for line in (await answer.text()).splitlines()]
    assert len(lines) == 123 and answer.headers["Content-Type"].startswith("application/x-ndjson")
    assert all(errors("service", one) == [] for one in lines[:10])


@pytest.mark.parametrize("path", LISTS[:3])
async def test_what_is_taken_down_or_sealed_while_it_is_streamed_is_told_no_more(
    api: Api, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads slowly is told what is so now, and not what was when the question came."""
    ids = await api.db.write(lambda tx: [*many(tx.connection, 130)])
    await api.db.read(api.keeper.refresh)
    done = False

    async def meanwhile(_: float) -> None:
        nonlocal done
        if not done:
            done = True
            await api.db.write(lambda tx: [editing.withdraw(tx.connection, id, staff_id=1, now=NOW) for id in ids])
            await api.db.read(api.keeper.refresh)

    monkeypatch.setattr(hsds, "asyncio", SimpleNamespace(sleep=meanwhile))
    monkeypatch.setattr(hsds, "_LINES", 5)
    answer = await api.client.post(f"/hsds/{path}", json={"format": "ndjson", "full": True})
    lines = [json.loads(line) for line in (await answer.text()).splitlines()]
    assert done and sum("Số 5 đường Thử" in json.dumps(line, ensure_ascii=False) for line in lines[5:]) <= 1


async def test_nobody_may_ask_without_end_and_no_page_of_others_may_ask_at_all(api: Api, clock: MovableClock) -> None:
    statuses = [(await api.client.get("/hsds/")).status for _ in range(int(gate.BURST) + 5)]
    assert statuses.count(200) == gate.BURST and statuses[-1] == 429
    refused = await api.client.get("/hsds/", headers={"Origin": "https://example.org", "X-Forwarded-For": "192.0.2.1"})
    assert refused.status == 429 and int(refused.headers["Retry-After"]) >= 1
    clock.pass_(seconds=30)
    answer = await api.client.get("/hsds/", headers={"Origin": "https://example.org"})
    assert answer.status == 200 and not [key for key in answer.headers if key.startswith("Access-Control")]
    assert (await api.client.delete("/hsds/services")).status == 405


async def test_behind_a_proxy_of_ours_each_visitor_has_an_own_count(
    db: Database, clock: MovableClock, api: Api
) -> None:
    async with await opened(db, clock, api.keeper, trusted_proxies=("127.0.0.1",)) as client:
        for _ in range(int(gate.BURST)):
            await client.get("/hsds/", headers={"X-Forwarded-For": "192.0.2.1"})
        assert (await client.get("/hsds/", headers={"X-Forwarded-For": "192.0.2.1"})).status == 429
        assert (await client.get("/hsds/", headers={"X-Forwarded-For": "192.0.2.1, 192.0.2.2"})).status == 200


async def test_the_address_of_a_merged_listing_leads_to_the_one_that_stays(api: Api) -> None:
    old, _, stays = api.ids
    await api.db.write(lambda tx: merging.merge(tx.connection, old, stays, staff_id=1, now=NOW))
    await api.db.read(api.keeper.refresh)
    answer = await api.client.get(f"/hsds/service_at_locations/{old}", allow_redirects=False)
    assert answer.status == 301 and answer.headers["Location"].endswith(f"/hsds/service_at_locations/{stays}")
    assert old not in {one["id"] for one in (await api.post("/service_at_locations"))["contents"]}
    await api.db.write(lambda tx: merging.undo(tx.connection, old, staff_id=1, fresh_days=lambda kind: 180, now=NOW))
    await api.db.read(api.keeper.refresh)
    assert (await api.client.get(f"/hsds/service_at_locations/{old}")).status == 200
