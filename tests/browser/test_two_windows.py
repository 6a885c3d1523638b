"""A person and a worker, each at a window: from the first message to the closing of the case."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Service, phone

pytestmark = pytest.mark.timeout(110)


async def say(page: Page, words: str) -> None:
    await page.get_by_label("Gõ điều bạn cần").fill(words)
    await page.keyboard.press("Enter")


async def sign_in(page: Page, service: Service, alias: str) -> None:
    await page.goto(service.console)
    await page.get_by_role("button", name=re.compile(alias)).click()
    await expect(page.get_by_role("heading", name="Ca", exact=True)).to_be_visible()


async def test_a_report_reaches_the_worker_and_an_answer_comes_back(browser: Browser, service: Service) -> None:
    person, worker = await phone(browser), await phone(browser)
    await sign_in(worker, service, "chị Lan")
    await expect(worker.get_by_text("Không có ai đang chờ.")).to_be_visible()

    await person.goto(service.chat)
    await say(person, "xet nghiem hiv o cau giay")
    log = person.get_by_role("log")
    await expect(log).to_contain_text("0000 000")
    await expect(log).to_contain_text("(mẫu)")
    await expect(person.get_by_role("button", name="Xem thêm")).to_be_visible()

    await say(person, "e bi danh")
    await person.get_by_role("button", name=re.compile("^Có, ngay")).last.click()
    await expect(log).to_contain_text("Mình đã báo người trực")

    # The open board hears of it without being reloaded.
    await expect(worker.get_by_text("Khẩn cấp").first).to_be_visible()
    await worker.get_by_role("button", name=re.compile("^Tôi nhận")).first.click()
    await expect(worker.get_by_text("Bạn đã nhận ca")).to_be_visible()
    await expect(worker.get_by_role("log")).to_contain_text("e bi danh")
    await expect(log).to_contain_text("chị Lan (mẫu) đã nhận")

    await worker.get_by_role("textbox", name="Trả lời").fill("Chị đây, em ở đâu rồi?")
    await expect(person.locator("#typing")).to_have_text("Đang viết…")
    await worker.keyboard.press("Control+Enter")
    await expect(log).to_contain_text("Chị đây, em ở đâu rồi?")
    await expect(person.locator("#typing")).to_have_text("")
    mark = worker.locator("#typing")
    for letters in range(1, 12):  # a page says it once in a few seconds
        await person.get_by_label("Gõ điều bạn cần").fill("em ra ngoai roi"[:letters])
        if await mark.inner_text():
            break
        await person.wait_for_timeout(500)
    await expect(mark).to_have_text("Người ấy đang viết…")
    await expect(worker.get_by_role("textbox", name="Trả lời")).to_have_value("")
    await worker.get_by_role("textbox", name="Trả lời").fill("đang gõ dở")
    await say(person, "em ra ngoai roi")
    await expect(worker.get_by_role("log")).to_contain_text("em ra ngoai roi")
    await expect(worker.get_by_role("textbox", name="Trả lời")).to_have_value("đang gõ dở")

    await worker.get_by_text("Giới thiệu một nơi giúp").click()
    await worker.get_by_label("Cần gì, ở đâu").fill("trợ giúp pháp lý hà nội")
    await worker.get_by_role("button", name="Tìm").click()
    await worker.get_by_role("button", name=re.compile("^Gửi nơi này")).first.click()
    await expect(worker.get_by_text("Đã gửi nơi giúp và mã.")).to_be_visible()
    await expect(log).to_contain_text("Mã của bạn")

    await worker.get_by_text("Khép ca", exact=True).first.click()
    await worker.get_by_label("Hiện đã an toàn").check()
    await worker.get_by_role("button", name="Khép ca").click()
    await expect(worker.get_by_text("Ca đã khép.")).to_be_visible()
    await expect(log).to_contain_text("đã khép lại")


async def test_a_lost_connection_loses_no_words(browser: Browser, service: Service) -> None:
    person = await phone(browser)
    await person.goto(service.chat)
    log = person.get_by_role("log")
    await say(person, "xin chao")
    await expect(log).to_contain_text("Đồng Hành")
    await person.context.set_offline(True)
    await say(person, "xet nghiem hiv o cau giay")
    await person.context.set_offline(False)
    await expect(log).to_contain_text("0000 000", timeout=30_000)
    assert (await log.inner_text()).count("xet nghiem hiv o cau giay") == 1


async def test_leaving_quickly_leaves_nothing_on_the_screen(browser: Browser, service: Service) -> None:
    person = await phone(browser)
    await person.goto(service.chat)
    await say(person, "e bi danh")
    await expect(person.get_by_role("log")).to_contain_text("nguy hiểm")
    await person.get_by_role("button", name="Thoát nhanh").click()
    await person.wait_for_url("about:blank")
    await person.goto(service.chat)
    await expect(person.get_by_label("Gõ điều bạn cần")).to_be_visible()
    await person.wait_for_timeout(1_000)
    assert "nguy hiểm" not in await person.get_by_role("log").inner_text()


NAMELESS = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href]")]
  .filter(one => !(one.labels?.length || one.getAttribute("aria-label") || one.textContent.trim() || one.title))
  .map(one => one.outerHTML)"""


async def test_every_page_fits_a_small_phone_and_names_what_can_be_used(browser: Browser, service: Service) -> None:
    page = await phone(browser, locale="vi-VN")
    await sign_in(page, service, "chị Lan")
    places = ["/", "/console/cases", "/console/listings", "/console/other-colleague", "/console/sign-in"]
    places += ["/console/rota", "/console/channels"]
    base = service.chat.rstrip("/")
    for path in places:
        await page.goto(base + path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert await page.evaluate(NAMELESS) == [], path
        assert await page.evaluate("document.documentElement.lang") == "vi"
        assert await page.locator("h1").count() == 1, path


async def test_the_console_works_without_scripts(browser: Browser, service: Service) -> None:
    person, worker = await phone(browser), await phone(browser, java_script_enabled=False)
    await sign_in(worker, service, "chị Lan")
    await person.goto(service.chat)
    await say(person, "nó đang đánh em")
    await expect(person.get_by_role("log")).to_contain_text("Mình đã báo người trực")
    await worker.reload()
    await worker.get_by_role("button", name=re.compile("^Tôi nhận")).first.click()
    await worker.get_by_role("textbox", name="Trả lời").fill("Chị đây")
    await worker.get_by_role("button", name="Gửi", exact=True).click()
    await expect(person.get_by_role("log")).to_contain_text("Chị đây")
