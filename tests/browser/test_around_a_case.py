"""Pages of workers, peers and supervisors on a small phone: usable, named, and without a serious fault found by axe."""

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Service, phone
from tests.browser.test_two_windows import say, sign_in

pytestmark = pytest.mark.timeout(115)
GRAVE = ("serious", "critical")


async def check(page: Page) -> None:
    """No page wider than the phone, no grave fault."""
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360, page.url
    found = await Axe().run(page)
    grave = [
        (one["id"], [node["html"][:120] for node in one["nodes"][:3]])
        for one in found.response["violations"]
        if one["impact"] in GRAVE
    ]
    assert not grave, (page.url, grave)


async def become(page: Page, service: Service, alias: str) -> None:
    """The demonstration's way to sit in another chair."""
    await page.goto(service.chat.rstrip("/") + "/console/other-colleague")
    await page.get_by_role("button", name=re.compile(alias)).click()


async def test_a_person_who_only_taps_a_worker_and_a_peer(browser: Browser, service: Service) -> None:
    person, page = await phone(browser), await phone(browser, locale="vi-VN")
    base = service.chat.rstrip("/")
    await person.goto(service.chat)
    await say(person, "cuu em voi")
    log = person.get_by_role("log")
    await person.get_by_role("button", name="Không nói được, chỉ bấm").last.click()
    await expect(log).to_contain_text("Bạn có đau hay chảy máu nhiều không?")
    await person.get_by_role("button", name="Có", exact=True).last.click()
    await expect(log).to_contain_text("Người đó có đang ở gần bạn không?")

    await sign_in(page, service, "chị Lan")
    await page.get_by_role("button", name=re.compile("^Tôi nhận")).first.click()
    await expect(page.get_by_text("Không nói được, chỉ bấm nút")).to_be_visible()
    await page.get_by_label("Kèm nút Có · Không · Không rõ").check()
    await page.get_by_role("textbox", name="Trả lời").fill("Em khoá cửa được không?")
    await page.get_by_role("button", name="Gửi", exact=True).click()
    await expect(log).to_contain_text("Em khoá cửa được không?")
    await person.get_by_role("button", name="Không rõ").last.click()
    await expect(page.get_by_role("log")).to_contain_text("Không rõ")
    for summary in ("Ghi chú cho ca sau", "Đồng ý, chia sẻ, đi cùng", "Tạm ngăn"):
        await page.locator("summary", has_text=summary).click()
    await check(page)
    await page.get_by_label("Bị thương").check()
    await page.locator("form[action$='/note']").get_by_role("button", name="Lưu").click()
    await expect(page.get_by_text("Đã lưu ghi chú.")).to_be_visible()
    for path in ("/console/cases", "/console/tonight", "/console/peers"):
        await page.goto(base + path)
        await check(page)


async def test_the_pages_of_a_peer_and_a_supervisor(browser: Browser, service: Service) -> None:
    page = await phone(browser, locale="vi-VN")
    base = service.chat.rstrip("/")
    await sign_in(page, service, "chị Lan")
    await become(page, service, "bạn Sen")
    for path in ("/console/peers", "/console/cases"):
        await page.goto(base + path)
        await check(page)
    await page.goto(base + "/console/peers")
    await page.get_by_label("Số người").fill("4")
    await page.get_by_role("button", name="Lưu").click()
    await expect(page.get_by_text("Đã lưu.")).to_be_visible()
    await become(page, service, "anh Minh")
    await page.goto(base + "/console/tonight")
    await expect(page.get_by_role("heading", name="Chờ người thứ hai")).to_be_visible()
    await check(page)


async def test_the_page_of_a_place_asks_for_a_code_and_nothing_else(browser: Browser, service: Service) -> None:
    page = await phone(browser, locale="vi-VN")
    await page.goto(service.chat.rstrip("/") + "/r/")
    await page.get_by_label("Tên nơi của bạn").fill("bệnh viện")
    await page.get_by_role("button", name="Tìm").click()
    await check(page)
    await page.get_by_role("link").first.click()
    await page.get_by_label("Mã bốn số").fill("0000")
    await page.get_by_role("button", name="Đã tới").click()
    await expect(page.get_by_text("Mã chưa đúng")).to_be_visible()
    await check(page)
