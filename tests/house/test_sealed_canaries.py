"""Requirement 7: what is sealed of a place is in nothing that leaves the house, even where it should not stand."""

import io
import json
import logging
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pypdf import PdfReader
from sqlalchemy import Connection, select, update

from bot import logs
from bot.rehearsal import Rehearsal
from bot.web import build, hsds
from directory import editing, search, search_json, verification
from directory.exchange import handbook, hsds_changes, hsds_files, leaving, offline, spreadsheet
from directory.exchange import hsds as hsds_objects
from directory.listing_text import describe
from directory.places import PlaceKey, Tier
from directory.shelf import ShelfKeeper
from directory.tables import notice, organisation, place_of_service, service
from directory.tables import verification as checks
from tests.bot.console.conftest import Desk, desk  # noqa: F401
from tests.directory.exchange.samples import SEALED

TODAY = date(2026, 12, 7)
DISTRICT = "Hoàng Mai"


def plant(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Ten sealed places whose rows hold 50 strings that may never be seen. Their state is written past all rules."""
    place = PlaceKey(Tier.OLD_DISTRICT, "008")
    draft = replace(SEALED, place=place, source="")
    for number in range(10):
        named: dict[str, Any] = {"service": f"Nhà Kín {number} (mẫu)", "phones": (f"0000 000 90{number}",)}
        named["organisation"] = f"Nhóm {number} (mẫu)"
        id = editing.propose(connection, replace(draft, **named), staff_id=1, now=now, is_demo=True)
        verification.verify(connection, id, verification.GROUPS, method="call", staff_id=1, now=now)
        editing.publish(connection, id, staff_id=1, now=now)
    ids = connection.execute(select(place_of_service.c.id).where(place_of_service.c.is_sealed)).scalars().all()
    planted: list[str] = []
    for number, id in enumerate(sorted(ids)[:10]):
        row = {
            "street": f"Canary street {number} qx",
            "directions": f"Canary door {number} qx",
            "lat": f"20.9{number}713",
            "lon": f"105.8{number}319",
            "source": f"Canary source {number} qx",
        }
        connection.execute(update(place_of_service).where(place_of_service.c.id == id).values(**row))
        planted += row.values()
        planted += plant_words(connection, id, number)
        after = {**row, "attributes": ["free"], "place": ["old_district", "008"], "is_sealed": True}
        after["reception"] = {"vi": f"Đón ở {number}1 ngõ Canary qx"}
        verification.note(connection, "save", id, staff_id=1, now=now, before={"is_sealed": True}, after=after)
    assert len(set(planted)) == 50 + 80
    return tuple(planted)


def plant_words(connection: Connection, id: str, number: int) -> tuple[str, ...]:
    """Words that tell where it is, in every text that persons read, and in a sentence of these days."""
    told = (
        f"{number}1 ngõ Canary qx", f"{number}2 Canary Street qx", f"https://canary{number}.example.vn/qx",
        f"20.9{number}77, 105.8{number}55 qx", f"phố Canary {number} qx", f"quận Canary {number} qx",
        f"{number}3 ngõ Canary qx", f"{number}4 hẻm Canary qx",
    )  # fmt: skip
    texts = {
        "reception": {"vi": f"Đón ở {told[0]}", "en": f"Come to {told[1]}"},
        "price": {"vi": told[2], "en": "Free"},
        "papers": {"vi": f"Xem {told[3]}", "en": f"At {told[4]}"},
    }
    mine = place_of_service.c.id == id
    of = connection.execute(select(place_of_service.c.service_id).where(mine)).scalar_one()
    owner = connection.execute(select(service.c.organisation_id).where(service.c.id == of)).scalar_one()
    connection.execute(update(place_of_service).where(mine).values(**texts))
    named = service.update().where(service.c.id == of).values(name=service.c.name + f", {told[6]}")
    connection.execute(named)
    whose = organisation.update().where(organisation.c.id == owner).values(name=f"Nhóm {number} (mẫu), {told[7]}")
    connection.execute(whose)
    days = {"starts_on": date(2026, 12, 1), "ends_on": date(2027, 2, 28)}
    connection.execute(notice.insert().values(place_id=id, text=f"Chuyển sang {told[5]}", **days))
    return told


# Where people say that a shelter is, when they name neither street nor ward.
AROUND = (
    "KĐT Linh Đàm", "khu đô thị Định Công", "chung cư Kim Văn Kim Lũ", "tòa nhà HH2", "ngã tư Vọng", "bến xe Giáp Bát",
    "Dưới chân cầu Thanh Trì", "lầu 3 tòa A", "xóm 3", "Trần Khát Chân", "Hoàng Mai", "hoàng mai",
)  # fmt: skip


def plant_around(connection: Connection, now: datetime) -> tuple[str, ...]:
    """More sealed places, whose names, texts and notices name their neighbourhood or their own district."""
    place, planted = PlaceKey(Tier.OLD_DISTRICT, "008"), []
    for number, around in enumerate(AROUND):
        names: dict[str, Any] = {"service": f"Nhà Lặng {number} (mẫu)", "phones": (f"0000 000 8{number:02}",)}
        names["organisation"] = f"Nhóm Lặng {number} (mẫu)"
        draft = replace(SEALED, place=place, source="", **names)
        id = editing.propose(connection, draft, staff_id=1, now=now, is_demo=True)
        verification.verify(connection, id, verification.GROUPS, method="call", staff_id=1, now=now)
        editing.publish(connection, id, staff_id=1, now=now)
        told = [f"{around} cnr{at}-{number}" for at in range(6)]
        row = connection.execute(select(place_of_service).where(place_of_service.c.id == id)).one()
        owner = connection.execute(select(service.c.organisation_id).where(service.c.id == row.service_id)).scalar_one()
        texts = {"reception": {"vi": f"Tới {told[0]} thì gọi", "en": f"Come to {told[1]}"}}
        texts["price"] = {"vi": told[2]}
        connection.execute(update(place_of_service).where(place_of_service.c.id == id).values(**texts))
        named = {"name": f"{names['service']} {told[3]}"}
        connection.execute(service.update().where(service.c.id == row.service_id).values(**named))
        whose = {"name": f"{names['organisation']} {told[4]}"}
        connection.execute(organisation.update().where(organisation.c.id == owner).values(**whose))
        days = {"starts_on": date(2026, 12, 1), "ends_on": date(2027, 2, 28)}
        connection.execute(notice.insert().values(place_id=id, text=f"Đón ở {told[5]}", **days))
        after: dict[str, object] = {"service": named["name"], "organisation": whose["name"], **texts, "is_sealed": True}
        verification.note(connection, "save", id, staff_id=1, now=now, before={"is_sealed": True}, after=after)
        planted += told
    return tuple(planted)


def told_by_files(connection: Connection) -> dict[str, str]:
    """Everything that can be written to a file, as text."""
    known, shown = spreadsheet.everything(connection), leaving.shown(connection)
    services = list(hsds_objects.services(shown, on=TODAY))
    made = {
        "csv": spreadsheet.as_csv(known),
        "ndjson": spreadsheet.as_ndjson(known),
        "hsds": hsds_files.as_json(services),
        "hsds-ndjson": hsds_files.as_ndjson(services),
        "offline": offline.page(shown, on=TODAY),
        "index": repr(loaded(connection).shelf.index),
    }
    made |= {f"hsds-csv {name}": text for name, text in hsds_files.as_package(
        services, hsds_changes.changes(connection)).items()}  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(spreadsheet.as_xlsx(known))) as packed:
        made |= {f"xlsx {name}": packed.read(name).decode() for name in packed.namelist()}
    for form in handbook.FORMS:
        pages = PdfReader(io.BytesIO(handbook.make(shown, on=TODAY, form=form))).pages
        made[f"handbook {form}"] = "\n".join(page.extract_text() for page in pages)
    return made


def loaded(connection: Connection) -> ShelfKeeper:
    keeper = ShelfKeeper()
    keeper.load(connection)
    return keeper


def seen(text: str, planted: tuple[str, ...]) -> list[str]:
    plain = " ".join(text.split())
    return [one for one in planted if one in plain]


async def test_what_is_sealed_is_in_no_file_answer_page_or_log(
    desk: Desk, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]  # noqa: F811
) -> None:
    caplog.set_level(logging.DEBUG)
    now = desk.clock.now()
    planted = await desk.db.write(lambda tx: plant(tx.connection, now))
    planted += await desk.db.write(lambda tx: plant_around(tx.connection, now))
    await desk.db.read(desk.keeper.refresh)
    made = await desk.db.read(told_by_files)
    made |= await told_by_api(desk)
    names = ("nhà kín 3", "nhà lặng 1")
    for text in ("nha tam lanh o ha noi", "Canary street 3 qx", *names, "tạm lánh gần quận Hoàng Mai"):
        asked = search.question(text, at=now, limit=50)
        found = search.search(desk.keeper.shelf, asked)
        made[f"search {text}"] = json.dumps(search_json.as_json(replace(asked, text=""), found), ensure_ascii=False)
        made[f"chat {text}"] = "\n".join(describe(hit) for hit in found.results)
    maintainer = await desk.as_("maintainer-1")
    made["console list"] = await (await maintainer.get("/console/listings", params={"text": "nha kin"})).text()
    assert "Nhà Kín 3 (mẫu)" in made["console list"]
    made["console list 2"] = await (await maintainer.get("/console/listings", params={"text": "nha lang"})).text()
    assert "Nhà Lặng 3 (mẫu)" in made["console list 2"]
    long_ago = TODAY - timedelta(days=45)  # overdue for shelters, for nothing else
    await desk.db.write(lambda tx: tx.execute(update(checks).values(verified_on=long_ago)))
    made["console work"] = await (await maintainer.get("/console/to-do", params={"kind": "overdue"})).text()
    assert "Nhà Kín 3 (mẫu)" in made["console work"]
    assert DISTRICT not in made["console work"] and DISTRICT not in made["console list"]
    door, out = logs.OneDoor(), capfd.readouterr()
    made["logs"] = "\n".join([caplog.text, out.out, out.err, *(door.format(one) for one in caplog.records)])
    wrong = {where: found for where, text in made.items() if (found := seen(text, planted))}
    assert not wrong
    phones = [where for where, text in made.items() if "0000 000 903" in text]
    assert {"csv", "hsds", "offline", "handbook a6", "api /services?full"} <= set(phones), "the front gate is told"
    for where in ("csv", "ndjson", "hsds-ndjson", "hsds-csv locations.csv", "hsds-csv services.csv"):
        assert not [line for line in made[where].splitlines() if "Nhà Kín" in line and DISTRICT in line]
    assert "attributes" in made["hsds-csv metadata.csv"] and "old_district" not in made["hsds-csv metadata.csv"]
    assert seen(f"… {planted[7]} …", planted) == [planted[7]], "the search itself finds what it is for"


async def told_by_api(desk: Desk) -> dict[str, str]:  # noqa: F811
    async def ready() -> bool:
        return True

    made = {}
    routes = hsds.routes(desk.clock, desk.keeper, base_url="http://127.0.0.1")
    async with TestClient(TestServer(build(routes, is_ready=ready))) as client:
        for path in ("services", "service_at_locations", "organizations"):
            for more in ({}, {"full": True, "per_page": 200}, {"format": "ndjson", "full": True}):
                answer = await client.post(f"/hsds/{path}", json=more)
                assert answer.status == 200
                made[f"api /{path}?{'&'.join(key for key in more if key != 'per_page')}"] = await answer.text()
        for listing in desk.keeper.shelf:
            if listing.is_sealed:
                answer = await client.get(f"/hsds/service_at_locations/{listing.id}")
                made[f"api {listing.id}"] = await answer.text()
                assert DISTRICT not in made[f"api {listing.id}"]
    return made


async def test_what_is_sealed_is_in_no_talk(tmp_path: Path) -> None:
    told: list[str] = []
    async with Rehearsal() as rehearsal:
        house = rehearsal.house
        planted = await house.db.write(lambda tx: plant(tx.connection, house.clock.now()))
        planted += await house.db.write(lambda tx: plant_around(tx.connection, house.clock.now()))
        await house.db.read(house.keeper.refresh)
        names = ("Nhà Kín 3", "Nhà Lặng 1")
        for text in ("em can nha tam lanh o ha noi", "xem thêm", "nhà tạm lánh ở quận Hoàng Mai", *names):
            said = await rehearsal.play({"as": "person:a", "text": text})
            told += [json.dumps(one, ensure_ascii=False) for one in said]
    assert any("0000 000 9" in one or "(mẫu)" in one for one in told)
    assert seen("\n".join(told), planted) == []
