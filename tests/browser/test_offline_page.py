"""Requirement 20: the page for a phone without a network, opened from a file by a real browser."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page
from sqlalchemy import create_engine

from directory.drafts import Draft
from directory.exchange import leaving, offline
from directory.places import PlaceKey, Tier
from directory.tables import make_tables
from tests.browser.conftest import phone
from tests.directory.exchange.samples import BARE, OPEN, SEALED, shown, three


def written(folder: Path, on: date, *more: Draft) -> str:
    engine = create_engine(f"sqlite:///{folder / 'directory.db'}")
    make_tables(engine)
    with engine.begin() as connection:
        three(connection)
        for draft in more:
            shown(connection, draft)
        page = offline.page(leaving.shown(connection), on=on)
    engine.dispose()
    (folder / "page.html").write_text(page, "utf-8")
    return (folder / "page.html").as_uri()


async def names(page: Page) -> list[str]:
    return [await one.inner_text() for one in await page.locator("article:visible h3").all()]


async def test_it_is_searched_without_accents_and_asks_nobody(browser: Browser, tmp_path: Path) -> None:
    address = written(tmp_path, date.today())
    page = await phone(browser)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    await page.goto(address)
    assert set(await names(page)) == {OPEN.service, SEALED.service, BARE.service}
    for typed, found in (
        ("kham trung tam", [OPEN.service]),
        ("TAM LÁNH ha noi", [SEALED.service]),
        ("tt thu", [OPEN.service]),
        ("Kham o TT THU hn", [OPEN.service]),
        ("xn hiv", [OPEN.service]),
        ("hoang mai", []),
    ):
        await page.fill("#words", typed)
        assert await names(page) == found
    assert await page.locator("#none").is_visible()
    await page.fill("#words", "")
    await page.select_option("#province", "01")
    await page.select_option("#need", "health.prep")
    assert await names(page) == [OPEN.service]
    assert await page.locator("#over").is_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    assert asked == [address] and said == []
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    await page.click("#leave")
    await page.wait_for_url("about:blank")


async def test_words_of_a_place_are_its_name_and_not_any_words(browser: Browser, tmp_path: Path) -> None:
    """ "Câu lạc bộ" and "Giấy tờ" together are no Cầu Giấy."""
    far = replace(
        BARE, place=PlaceKey(Tier.OLD_DISTRICT, "770"), service="Câu lạc bộ Xa", papers={"vi": "Giấy tờ gì cũng được"}
    )
    page = await phone(browser)
    await page.goto(written(tmp_path, date.today(), far))
    for typed, found in (
        ("cau giay", {OPEN.service}),
        ("cau giay ha noi", {OPEN.service}),
        ("cau gi", {OPEN.service}),
        ("giay to", {OPEN.service, far.service} if OPEN.papers else {far.service}),
        ("cau lac bo", {far.service}),
        ("cau lac bo q3", {far.service}),
    ):
        await page.fill("#words", typed)
        assert set(await names(page)) == found, typed


async def test_a_page_past_its_day_says_so(browser: Browser, tmp_path: Path) -> None:
    page = await phone(browser)
    await page.goto(written(tmp_path, date.today() - offline.LASTS - timedelta(days=2)))
    assert await page.locator("#over").is_visible()


async def test_without_scripts_everything_is_there_to_read_and_print(browser: Browser, tmp_path: Path) -> None:
    page = await phone(browser, java_script_enabled=False)
    await page.goto(written(tmp_path, date.today()))
    assert len(await names(page)) == 3 and await page.locator("#find").is_hidden()
