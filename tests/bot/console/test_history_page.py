"""Requirement 12: the history of a listing is read to its beginning, and for one field alone."""

from dataclasses import replace

from bot.db import Tx
from directory import editing
from tests.bot.console.conftest import Desk
from tests.bot.console.test_one_more import first
from tests.bot.console.test_own_group import known_at


async def test_who_changed_the_phone_is_found_after_many_other_changes(desk: Desk) -> None:
    here, thu = await first(desk), await desk.as_("maintainer-1")
    known, now = await known_at(desk, here), desk.clock.now()

    def busy(tx: Tx) -> None:
        draft = replace(known.draft, phones=("0000 000 977",))
        editing.save(tx.connection, known.id, draft, expected=1, staff_id=1, now=now)
        for number in range(40):
            draft = replace(draft, price={"vi": f"{number}.000 đồng"})
            editing.save(tx.connection, known.id, draft, expected=2 + number, staff_id=1, now=now)

    await desk.db.write(busy)
    told = "<ins>0000 000 977</ins>"
    page = await (await thu.get(here)).text()
    assert told not in page and page.count('class="diff"') == 30
    older = page.partition(f'href="{here}?before=')[2].partition("#")[0]
    page = await (await thu.get(f"{here}?before={older}")).text()
    assert told in page and ">Cũ hơn</a>" not in page
    page = await (await thu.get(here, params={"field": "phones"})).text()
    assert told in page and page.count('class="diff"') == 1
    assert 'value="phones" selected' in page and "Lịch sử" in page
    for odd in ({"before": "x"}, {"before": "9" * 20}, {"field": "nothing"}, {"field": "source"}):
        assert (await thu.get(here, params=odd)).status == 200
