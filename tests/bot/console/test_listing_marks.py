"""The list of listings by what there is to look after, and a form that says what belongs into each field."""

import re

from sqlalchemy import delete, update

from directory.tables import place_of_service, verification
from tests.bot.console.conftest import Browser, Desk
from tests.bot.console.test_listing_pages import NEW


async def found(browser: Browser, **asked: str) -> set[str]:
    page = await (await browser.get("/console/listings", params=asked)).text()
    return set(re.findall(r'href="/console/listings/([0-9a-f-]{36})"', page))


async def ids(desk: Desk, *names: str) -> list[str]:
    """Made-up listings of these names, as a maintainer writes them down."""
    thu, made = await desk.as_("maintainer-1"), []
    for number, name in enumerate(names):
        told = {**NEW, "service": name, "phones": f"0000 000 {980 + number // 2}"}
        path, _ = await desk.press(thu, "/console/new-listing", **told)
        made.append(path.partition("?")[0].rpartition("/")[2])
    return made


async def test_each_mark_finds_its_listings_and_no_others(desk: Desk) -> None:
    one, same, sealed, wrong = await ids(
        desk, "Phòng khám Thử Một (mẫu)", "PK Thử Một (mẫu)", "Nhà Kín Thử (mẫu)", "Trạm Sai Thử (mẫu)"
    )
    thu = await desk.as_("maintainer-1")
    for id in (one, same, sealed, wrong):
        await desk.press(thu, f"/console/listings/{id}/verify", method="call")
    at = place_of_service.c

    def mark(tx) -> None:  # type: ignore[no-untyped-def]
        tx.execute(update(place_of_service).values(is_sealed=at.id == sealed))
        tx.execute(update(place_of_service).where(at.id == wrong).values(under_review_at=desk.clock.now()))
        tx.execute(delete(verification).where(verification.c.place_id == same))

    await desk.db.write(mark)
    assert await found(thu, mark="unverified") == {same}
    assert await found(thu, mark="sealed") == {sealed}
    assert await found(thu, mark="under_review") == {wrong}
    assert await found(thu, mark="twice", text="Thử Một") == {one, same}
    assert await found(thu, mark="twice", text="Kín Thử") == set()
    assert await found(thu, mark="twice", state="published", text="Thử Một") == set(), "filters add up"
    assert len(await found(thu, mark="no-such")) > 4


async def test_what_is_found_to_be_two_is_no_longer_among_the_doubtful(desk: Desk) -> None:
    one, same = await ids(desk, "Phòng khám Thử Một (mẫu)", "PK Thử Một (mẫu)")
    thu = await desk.as_("maintainer-1")
    assert await found(thu, mark="twice", text="Thử Một") == {one, same}
    await desk.press(thu, f"/console/to-do/{one}/merge", other=same, verdict="apart")
    assert await found(thu, mark="twice", text="Thử Một") == set()


async def test_every_field_of_the_form_has_a_word_of_help(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    page = await (await thu.get("/console/new-listing")).text()
    fields = set(re.findall(r'<(?:input|select|textarea)[^>]* name="([a-z_.]+)"', page))
    fields -= {"csrf", "revision", "seen", "next", "language"}
    helped = set(re.findall(r'<small id="hint-([a-z_.]+)"', page))
    assert fields <= helped, fields - helped
    described = re.findall(r'aria-describedby="([^"]+)"', page)
    assert all(f'id="{one}"' in page for many in described for one in many.split())
