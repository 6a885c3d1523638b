"""Requirement 19: what is for those who keep a listing is read by nobody else, whatever the role and the province."""

from dataclasses import replace

import pytest

from bot.db import Tx
from bot.staff import ROLES
from directory import editing, verification
from directory.drafts import Draft
from directory.places import PlaceKey, Tier
from tests.bot.console.conftest import Browser, Desk
from tests.bot.console.test_exports_page import opened, take
from tests.bot.console.test_listing_matrix import stay_in
from tests.directory.exchange.samples import OPEN, SEALED

NEAR, FAR = "01", "79"
PLACES = {
    NEAR: (PlaceKey(Tier.OLD_DISTRICT, "008"), "Hoàng Mai"),
    FAR: (PlaceKey(Tier.OLD_DISTRICT, "766"), "Tân Bình"),
}
# The letter between is none that a token of the page can hold by chance.
SOURCE, OLD_SOURCE = "sổ tay QẶX của chị Hà", "sổ cũ QẶX"


async def plant(desk: Desk) -> dict[tuple[str, str], str]:
    """A sealed and an open listing in each of two provinces, each with a note, and with another note before."""

    def write(tx: Tx) -> dict[tuple[str, str], str]:
        now, made = desk.clock.now(), {}
        for number, (province, (place, _)) in enumerate(PLACES.items()):
            for kind, draft in (("sealed", SEALED), ("open", OPEN)):
                named = f"Nơi {kind} {province} (mẫu)"
                phones = (f"0000 000 9{number}{'0' if kind == 'open' else '1'}",)
                mine: Draft = replace(draft, service=named, phones=phones, place=place, source=OLD_SOURCE)
                id = editing.propose(tx.connection, mine, staff_id=1, now=now, is_demo=True)
                verification.verify(tx.connection, id, verification.GROUPS, method="call", staff_id=1, now=now)
                editing.publish(tx.connection, id, staff_id=1, now=now)
                noted = replace(mine, source=SOURCE)
                editing.save(tx.connection, id, noted, expected=2, staff_id=1, now=now)
                made[province, kind] = id
        return made

    return await desk.db.write(write)


async def read(browser: Browser, id: str) -> str:
    answer = await browser.get(f"/console/listings/{id}")
    assert answer.status == 200
    return await answer.text()


@pytest.mark.parametrize("role", ROLES)
async def test_who_may_not_edit_there_reads_neither_the_notes_nor_where_a_sealed_place_is(
    desk: Desk, role: str
) -> None:
    await stay_in(desk, f"{role}-1", NEAR)
    made = await plant(desk)
    browser = await desk.as_(f"{role}-1")
    for (province, kind), id in made.items():
        page = await read(browser, id)
        is_keeper = role == "maintainer" and province == NEAR
        assert ("QẶX" in page) is is_keeper, (province, kind)
        assert (PLACES[province][1] in page) is (is_keeper or kind == "open"), (province, kind)
        assert f"Nơi {kind} {province} (mẫu)" in page


async def test_a_page_that_comes_back_with_a_mistake_is_veiled_too(desk: Desk) -> None:
    await stay_in(desk, "peer-1", NEAR)
    made = await plant(desk)
    sen = await desk.as_("peer-1")
    here = f"/console/listings/{made[NEAR, 'sealed']}"
    _, page = await desk.press(sen, f"{here}/notice", notice="x", starts_on="mai", ends_on="")
    assert "Ngày cuối phải sau ngày đầu" in page and "QẶX" not in page and "Hoàng Mai" not in page


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_the_table_holds_the_own_provinces_and_a_managers_no_notes(desk: Desk, form: str) -> None:
    await stay_in(desk, "maintainer-1", NEAR)
    await plant(desk)
    told = {}
    for name in ("maintainer-1", "manager-1"):
        status, raw = await take(await desk.as_(name), form, "table")
        assert status == 200
        told[name] = opened(raw).decode()
        assert "sealed 01 (mẫu)" in told[name] and "Hoàng Mai" not in sealed_rows(told[name])
    assert SOURCE in told["maintainer-1"] and "79 (mẫu)" not in told["maintainer-1"]
    assert "79 (mẫu)" in told["manager-1"] and "QẶX" not in told["manager-1"]


def sealed_rows(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if "Nơi sealed" in line and "Nơi open" not in line)
