"""A filter with a value there is not, as in an old bookmark, is said, and the others still hold."""

import pytest

from tests.bot.console.conftest import Desk

PAGES = [
    ("/console/listings?state=published&mark=nonsense&province=01", "Dấu", '<option value="published" selected>'),
    ("/console/listings?state=gone&mark=sealed", "Tình trạng", '<option value="sealed" selected>'),
    ("/console/listings?province=999&mark=sealed", "Tỉnh, thành", '<option value="sealed" selected>'),
    ("/console/to-do?kind=nonsense&province=01", "Loại việc", '<option value="01" selected>'),
    ("/console/articles?state=gone&text=prep", "Tình trạng", 'value="prep"'),
    ("/console/articles?role=nobody&state=draft", "Ai phải xem lại", '<option value="draft" selected>'),
    ("/console/articles?language=xx&state=draft", "Tiếng", '<option value="draft" selected>'),
]


@pytest.mark.parametrize(("address", "name", "kept"), PAGES)
async def test_what_no_filter_has_is_said_and_the_other_filters_hold(
    desk: Desk, address: str, name: str, kept: str
) -> None:
    ha = await desk.as_("admin-1" if "articles" in address else "maintainer-1")
    answer = await ha.get(address)
    page = await answer.text()
    assert answer.status == 200
    said = page.partition('<p class="mistake" role="status">')[2].partition("</p>")[0]
    assert name in said and "nonsense" not in page
    assert kept in page


@pytest.mark.parametrize(
    "address",
    ["/console/listings?state=published&mark=", "/console/to-do?kind=", "/console/articles?role=&language=en"],
)
async def test_what_a_filter_has_is_not_remarked_on(desk: Desk, address: str) -> None:
    ha = await desk.as_("maintainer-1")
    assert '<p class="mistake" role="status">' not in await (await ha.get(address)).text()
