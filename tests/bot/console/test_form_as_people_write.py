"""The form of a listing takes hours and places as people write them, and guesses at neither."""

from typing import Any

import pytest

from directory import editing
from directory.places import PlaceKey, Tier
from tests.bot.console.conftest import Desk
from tests.bot.console.test_listing_pages import NEW


async def saved(desk: Desk, **more: Any) -> tuple[str, str]:
    thu = await desk.as_("maintainer-1")
    return await desk.press(thu, "/console/new-listing", **{**NEW, **more})


async def found(desk: Desk, path: str) -> editing.Known | None:
    return await desk.db.read(lambda connection: editing.look_up(connection, path.partition("?")[0].rpartition("/")[2]))


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("T2-T6: 8h-17h", ("mon-fri 08:00-17:00",)),
        ("thứ 2 đến thứ 6 7h30-11h30, 13h-17h\nnghỉ tết", ("mon-fri 07:30-11:30", "mon-fri 13:00-17:00", "tet closed")),
        ("mon-fri 08:00-17:00\nT7 8h-11h", ("mon-fri 08:00-17:00", "sat 08:00-11:00")),
    ],
)
async def test_hours_in_plain_words_are_taken_and_shown_as_they_were_read(
    desk: Desk, typed: str, lines: tuple[str, ...]
) -> None:
    path, page = await saved(desk, hours=typed)
    assert path.endswith("said=proposed") and lines[0] in page
    known = await found(desk, path)
    assert known is not None and known.draft.hours == lines


async def test_hours_that_may_mean_two_things_are_named(desk: Desk) -> None:
    path, page = await saved(desk, hours="8h-5h")
    assert path.endswith("/new-listing") and "“8h-5h”" in page and "T2-T6: 8h-17h" in page


async def test_a_ward_nobody_knows_is_named_and_not_taken_for_its_district(desk: Desk) -> None:
    path, page = await saved(desk, place="phường Không Có, quận Cầu Giấy, Hà Nội")
    assert path.endswith("/new-listing") and "Không biết phường, xã này" in page and "phường Không Có" in page


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("p. Dịch Vọng, Cầu Giấy, HN", PlaceKey(Tier.OLD_WARD, "00166")),
        ("phường 5, quận 3, TP.HCM", PlaceKey(Tier.OLD_WARD, "27151")),
        ("quận Cầu Giấy, Hà Nội", PlaceKey(Tier.OLD_DISTRICT, "005")),
        ("Cầu Giấy", PlaceKey(Tier.OLD_DISTRICT, "005")),
    ],
)
async def test_a_place_as_people_write_it(desk: Desk, typed: str, key: PlaceKey) -> None:
    path, _ = await saved(desk, place=typed)
    known = await found(desk, path)
    assert known is not None and known.draft.place == key


async def test_a_new_place_has_no_kind_until_somebody_chooses_one(desk: Desk) -> None:
    """The kind decides how often a place is checked and whether it has to agree: the first of a list is no choice."""
    thu = await desk.as_("maintainer-1")
    page = await (await thu.get("/console/new-listing")).text()
    assert '<option value="" selected>' in page
    path, page = await saved(desk, kind="")
    assert path.endswith("/new-listing") and "Chỗ này còn trống" in page
    path, page = await saved(desk)
    assert path.endswith("said=proposed") and '<option value="" selected>' not in page
