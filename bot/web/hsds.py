"""The public directory for other programs, `/hsds/`: read only, from the shelf, no need in an address, none sealed."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from aiohttp import web

from bot.ports import Clock
from bot.web.gate import STREAM_COSTS, Crowded, Gate
from bot.web.hsds_asking import Asked, NotAsked, from_body, from_query
from directory import needs
from directory.exchange import hsds
from directory.exchange.hsds_catalogue import Catalogue
from directory.exchange.hsds_files import page
from directory.exchange.hsds_lines import line
from directory.exchange.hsds_names import TAXONOMIES, by_id, name, taxonomy_object, term_object, terms
from directory.exchange.hsds_shapes import HSDS
from directory.places import provinces
from directory.shelf import ShelfKeeper
from directory.wording import HCMC

_written = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_LINES = 50  # services written at a time
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Tell = Callable[[Any], hsds.Object | None]


def routes(
    clock: Clock,
    keeper: ShelfKeeper,
    *,
    base_url: str,
    get_by_need: bool = False,
    trusted_proxies: Sequence[str] = (),
) -> Iterable[Any]:
    """Every address of the API, with the answers of HSDS 3.1."""
    gate = Gate(clock, trusted_proxies)
    api = _Api(clock, keeper, gate, base=f"{base_url}/hsds", get_by_need=get_by_need)

    def let_in(show: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                gate.take(request)
                return await show(request)
            except Crowded as problem:
                return _refused(429, "Too many questions: wait, then ask again.", {"Retry-After": str(problem.wait)})
            except NotAsked as problem:
                return _refused(problem.status, str(problem))

        return answer

    lists = {
        "services": api.services,
        "service_at_locations": api.places,
        "organizations": api.organizations,
        "taxonomies": api.taxonomies,
        "taxonomy_terms": api.terms,
    }
    ones = {
        "services": api.service,
        "service_at_locations": api.place,
        "organizations": api.organization,
        "taxonomies": api.taxonomy,
        "taxonomy_terms": api.term,
    }
    yield web.get("/hsds", let_in(api.about))
    yield web.get("/hsds/", let_in(api.about))
    yield web.get("/hsds/openapi.json", let_in(api.openapi))
    yield web.get("/hsds/profile/", let_in(api.profile))
    yield web.get("/hsds/profile/openapi.json", let_in(api.patch))
    for path, show in lists.items():
        yield web.get(f"/hsds/{path}", let_in(show))
        yield web.post(f"/hsds/{path}", let_in(show))
    for path, show in ones.items():
        yield web.get(f"/hsds/{path}/{{id}}", let_in(show))


class _Api:
    """The answers. Each is made from one shelf, also if a newer one comes meanwhile."""

    def __init__(self, clock: Clock, keeper: ShelfKeeper, gate: Gate, *, base: str, get_by_need: bool) -> None:
        self.clock, self.keeper, self.gate, self.base, self.get_by_need = clock, keeper, gate, base, get_by_need
        self.made = Catalogue(keeper.shelf)

    def catalogue(self) -> Catalogue:
        if self.made.shelf is not self.keeper.shelf:
            self.made = Catalogue(self.keeper.shelf)
        return self.made

    def today(self) -> date:
        return self.clock.now().astimezone(HCMC).date()

    async def asked(self, request: web.Request, kind: str) -> Asked:
        is_post = request.method == "POST"
        asked = await from_body(request, kind) if is_post else from_query(request, kind, self.get_by_need)
        if asked.is_stream:
            self.gate.take(request, STREAM_COSTS)
        return asked

    async def about(self, request: web.Request) -> web.Response:
        told = {"profile": f"{self.base}/profile/", "openapi_url": f"{self.base}/openapi.json"}
        return _answer(request, {"version": hsds.VERSION, **told})

    async def openapi(self, request: web.Request) -> web.Response:
        return _answer(request, {**description(), "servers": [{"url": self.base}]})

    async def profile(self, request: web.Request) -> web.Response:
        told = {"version": "1.0.0", "hsds": hsds.VERSION, "files": ["openapi.json"]}
        return _answer(request, {"name": "hsds-vn-profile", **told})

    async def patch(self, request: web.Request) -> web.Response:
        return _answer(request, _read("profile/openapi.json"))

    async def services(self, request: web.Request) -> web.StreamResponse:
        asked, shelf, today = await self.asked(request, "services"), self.catalogue(), self.today()

        def tell(id: str) -> hsds.Object | None:
            show = hsds.service if asked.full else hsds.minimal if asked.minimal else hsds.flat
            now = self.catalogue()  # a long stream tells what is so now, not what was when it was asked for
            return now.service(id, show, on=today) if asked.follows or id in now.services else None

        return await _listed(request, asked, shelf.services_fitting(asked.wanted, on=today), tell)

    async def places(self, request: web.Request) -> web.StreamResponse:
        asked, shelf, today = await self.asked(request, "service_at_locations"), self.catalogue(), self.today()

        def tell(id: str) -> hsds.Object | None:
            now = self.catalogue()
            is_told = asked.follows or id in now.shelf.index.by_id
            return now.place(id, on=today, is_full=asked.full) if is_told else None

        return await _listed(request, asked, shelf.places_fitting(asked.wanted, on=today), tell)

    async def organizations(self, request: web.Request) -> web.StreamResponse:
        asked, shelf, today = await self.asked(request, "organizations"), self.catalogue(), self.today()

        def tell(own: str) -> hsds.Object | None:
            is_nested = asked.full or asked.full_service
            return self.catalogue().organization(own, on=today, with_services=is_nested, is_full=is_nested)

        return await _listed(request, asked, shelf.organizations_fitting(asked.wanted, on=today), tell)

    async def taxonomies(self, request: web.Request) -> web.StreamResponse:
        asked = await self.asked(request, "taxonomies")
        chosen = [taxonomy_object(code) for code in TAXONOMIES]
        return await _listed(request, asked, [one for one in chosen if asked.says(one)], lambda one: one)

    async def terms(self, request: web.Request) -> web.StreamResponse:
        asked = await self.asked(request, "taxonomy_terms")
        chosen = [term_object(term) for term in terms().values() if not (asked.top_only and term.parent)]
        if asked.wanted.taxonomy:
            chosen = [one for one in chosen if one["taxonomy_id"] == asked.wanted.taxonomy]
        if asked.parent_id:
            chosen = [one for one in chosen if one.get("parent_id") == asked.parent_id]
        return await _listed(request, asked, [one for one in chosen if asked.says(one)], lambda one: one)

    async def service(self, request: web.Request) -> web.Response:
        shelf, own = self.catalogue(), _id(request)
        if own in shelf.merged:  # merged: the old address leads to the service that stays
            raise web.HTTPMovedPermanently(f"{self.base}/services/{shelf.merged[own]}")
        is_told = own in shelf.services
        return _one(request, shelf.service(own, hsds.service, on=self.today()) if is_told else None)

    async def place(self, request: web.Request) -> web.Response:
        own = _id(request)
        known = self.keeper.shelf.get(own)
        if known is not None and known.id != own:  # merged: the old address leads to the listing that stays
            raise web.HTTPMovedPermanently(f"{self.base}/service_at_locations/{known.id}")
        return _one(request, self.catalogue().place(own, on=self.today()) if known is not None else None)

    async def organization(self, request: web.Request) -> web.Response:
        is_full = from_query(request, "organization", True).full_service
        own = _id(request)
        return _one(request, self.catalogue().organization(own, on=self.today(), with_services=True, is_full=is_full))

    async def taxonomy(self, request: web.Request) -> web.Response:
        codes = {name("taxonomy", code): code for code in TAXONOMIES}
        code = codes.get(_id(request))
        return _one(request, taxonomy_object(code) if code else None)

    async def term(self, request: web.Request) -> web.Response:
        found = by_id().get(_id(request))
        return _one(request, term_object(found) if found else None)


async def _listed(request: web.Request, asked: Asked, chosen: Sequence[Any], tell: Tell) -> web.StreamResponse:
    """One page of what was chosen, or, as ndjson, all of it, line by line without holding it."""
    if asked.is_stream:
        return await _streamed(request, (told for one in chosen if (told := tell(one)) is not None))
    start = (asked.page - 1) * asked.per_page
    contents = [told for one in chosen[start : start + asked.per_page] if (told := tell(one)) is not None]
    return _answer(request, page(contents, number=asked.page, total=len(chosen), per_page=asked.per_page))


async def _streamed(request: web.Request, told: Iterator[hsds.Object]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson; charset=utf-8"})
    await response.prepare(request)
    lines: list[str] = []
    for told_one in told:
        lines.append(line(told_one))
        if len(lines) == _LINES:
            await response.write("".join(f"{one}\n" for one in lines).encode())
            lines.clear()
            await asyncio.sleep(0)  # who asks for help meanwhile goes between
    await response.write("".join(f"{one}\n" for one in lines).encode())
    await response.write_eof()
    return response


def _id(request: web.Request) -> str:
    """The id that is asked for; UUIDs are the same in capitals."""
    return request.match_info["id"].lower()


def _one(request: web.Request, told: Mapping[str, Any] | None) -> web.Response:
    return _refused(404, "There is nothing under this id.") if told is None else _answer(request, told)


def _answer(request: web.Request, told: Mapping[str, Any]) -> web.Response:
    body = _written(told).encode()
    mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    given = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
    if request.method in ("GET", "HEAD") and (mark in given or "*" in given):
        return web.Response(status=304, headers={"ETag": mark})
    return web.Response(body=body, content_type="application/json", charset="utf-8", headers={"ETag": mark})


def _refused(status: int, says: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": says}, status=status, headers=headers)


@cache
def description() -> Mapping[str, Any]:
    """The API's own description: that of HSDS, with what our profile changes."""
    told: Mapping[str, Any] = merged(_read("openapi_bundled.json"), _read("profile/openapi.json"))
    may = {"need": list(needs.NEEDS), "province": list(provinces())}
    for path in told["paths"].values():
        body = path.get("post", {}).get("requestBody")
        fields = body["content"]["application/json"]["schema"]["properties"] if body else {}
        for key in may.keys() & fields.keys():
            fields[key]["enum"] = may[key]
    return told


def _read(path: str) -> Any:
    return json.loads((HSDS / path).read_text("utf-8"))


def merged(told: Any, patch: Any) -> Any:
    """A JSON Merge Patch (RFC 7386): null takes away."""
    if not isinstance(patch, dict):
        return patch
    found = dict(told) if isinstance(told, dict) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), value)
    return found
