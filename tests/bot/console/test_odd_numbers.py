"""A number that is none, or longer than any of ours, is answered like any other mistake."""

import pytest
from aiohttp.web import HTTPNotFound

from tests.bot.console.conftest import Desk
from tests.bot.console.test_corrections_page import link, tell
from tests.bot.console.test_listing_pages import NEW

ODD = ("²", "①", "9" * 30)


@pytest.mark.parametrize("odd", ODD)
async def test_in_an_address_it_is_a_page_that_does_not_exist(desk: Desk, odd: str) -> None:
    thu = await desk.as_("maintainer-1")
    answer = await thu.get(f"/console/to-do/corrections/{odd}")
    assert answer.status == HTTPNotFound.status_code


@pytest.mark.parametrize("odd", ODD)
async def test_in_a_form_nothing_is_written(desk: Desk, odd: str) -> None:
    thu = await desk.as_("maintainer-1")
    path, _ = await desk.press(thu, "/console/new-listing", **NEW)
    here = path.partition("?")[0]
    revision = (await (await thu.get(here)).text()).partition('name="revision" value="')[2].partition('"')[0]
    for to, form in (
        (here, {**NEW, "service": "Tên khác (mẫu)", "revision": odd}),
        (f"{here}/revert", {"seq": odd, "revision": revision}),
        (f"{here}/revert", {"seq": "1", "revision": odd}),
    ):
        _, page = await desk.press(thu, to, **form)
        assert 'role="alert"' in page, to
    await tell(desk, "phone", "0000 000 987")
    _, page = await desk.press(thu, f"{await link(desk)}/fill", value="0000 000 987", revision=odd)
    assert 'role="alert"' in page
    assert "Tên khác (mẫu)" not in await (await thu.get(here)).text()
