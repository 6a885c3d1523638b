"""The page of understanding on a small phone, with the keyboard, without a script, and passing axe."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Service, phone
from tests.browser.test_around_a_case import become
from tests.browser.test_two_windows import sign_in
from tests.browser.test_waking_pages import passes_axe

pytestmark = pytest.mark.timeout(110)


async def test_a_maintainer_tries_adds_and_takes_back_with_the_keyboard_and_no_script(
    browser: Browser, service: Service
) -> None:
    checked = await phone(browser, locale="vi-VN")
    await sign_in(checked, service, "chị Lan")
    await become(checked, service, "chị Thu")
    base = service.chat.rstrip("/")
    await expect(checked.get_by_text("chị Thu").first).to_be_visible()
    await checked.goto(f"{base}/console/understood")
    for closed in await checked.locator("main summary").all():
        await closed.click()
    await passes_axe(checked)
    await checked.get_by_label("Gõ thử một tin nhắn").fill("khach ddanhs e o hoang mai")
    await checked.get_by_role("button", name="Xem hiểu thế nào").click()
    await expect(checked.get_by_text("quận Hoàng Mai, Hà Nội").first).to_be_visible()
    assert checked.url == f"{base}/console/understood"
    await passes_axe(checked)

    cookies = await checked.context.storage_state()
    page = await phone(browser, java_script_enabled=False, storage_state=cookies)
    await page.goto(f"{base}/console/understood")
    await page.get_by_label("Gõ thử một tin nhắn").focus()
    await page.keyboard.type("zqz o cau giay")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Hiểu được")).to_be_visible()
    await page.get_by_text("Thêm một từ viết tắt hay teencode").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.type("zqz")
    await page.keyboard.press("Tab")
    await page.keyboard.type("xét nghiệm hiv")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Nếu thêm")).to_be_visible()
    assert "zqz" not in page.url
    await page.get_by_role("button", name="Thêm", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Đã thêm.", exact=False).first).to_be_visible()
    await page.get_by_role("button", name="Gỡ: zqz").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Đã gỡ.", exact=False).first).to_be_visible()
