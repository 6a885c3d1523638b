"""The pages of channels and rota, and the page behind an alarm's link, pass axe on a small phone."""

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Service, phone
from tests.browser.test_two_windows import say, sign_in

pytestmark = pytest.mark.timeout(110)


async def passes_axe(page: Page) -> None:
    found = await Axe().run(page)
    serious = [one["id"] for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
    assert serious == [], found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360, page.url


async def sit_down(page: Page, base: str, alias: str) -> None:
    """The demonstration's way to sit in another chair."""
    await page.goto(f"{base}/console/other-colleague")
    await page.get_by_role("button", name=re.compile(alias)).click()
    await page.wait_for_url(re.compile("/console/(cases|listings)"))


async def test_channels_rota_and_the_take_page_are_usable_by_everybody(browser: Browser, service: Service) -> None:
    person, worker = await phone(browser), await phone(browser, locale="vi-VN")
    await sign_in(worker, service, "chị Lan")
    base = service.chat.rstrip("/")
    await worker.goto(f"{base}/console/channels")
    await expect(worker.get_by_text("Chưa có gì gọi bạn dậy được")).to_be_visible()
    await passes_axe(worker)
    await worker.goto(f"{base}/console/rota")
    for closed in await worker.locator("summary").all():
        await closed.click()
    await passes_axe(worker)
    await worker.get_by_role("button", name="Tạo địa chỉ mới").click()
    await expect(worker.get_by_text(re.compile(r"/calendar/.+\.ics"))).to_be_visible()
    await passes_axe(worker)

    await person.goto(service.chat)
    await say(person, "nó đang đánh em")
    await expect(person.get_by_role("log")).to_contain_text("Mình đã báo người trực")
    await sit_down(worker, base, "anh Bình")  # the manager, who may not answer
    await worker.goto(f"{base}/console/rota")
    await expect(worker.get_by_role("heading", name="Đang chờ người nhận: 1 việc khẩn cấp")).to_be_visible()
    await expect(worker.get_by_label("Gọi thứ mấy")).to_be_visible()
    await passes_axe(worker)
    await worker.get_by_role("button", name="Gọi tất cả").click()
    await expect(worker.get_by_text(re.compile("đã gọi tất cả: 4 người"))).to_be_visible()
    await passes_axe(worker)
    await worker.get_by_role("button", name="Ghi vào lịch").click()
    await expect(worker.get_by_text("Đã thêm ca.")).to_be_visible()
    await sit_down(worker, base, "chị Lan")
    await worker.goto(f"{base}/console/news")
    link = await worker.locator("a[href^='/t/'], form[action^='/t/']").first.evaluate(
        "one => one.getAttribute('href') || one.getAttribute('action')"
    )
    stranger = await phone(browser)  # a locked phone: nobody is signed in
    await stranger.goto(base + link)
    await passes_axe(stranger)
    for name in ("Tôi nhận", "Không nhận được", re.compile("Đang gọi giúp")):
        await expect(stranger.get_by_role("button", name=name, exact=isinstance(name, str))).to_be_visible()
    await stranger.get_by_role("button", name=re.compile("Đang gọi giúp")).click()
    await expect(stranger.get_by_role("heading")).to_contain_text("30 phút")
    await passes_axe(stranger)
    await expect(person.get_by_role("log")).to_contain_text("đang gọi người giúp bạn")
    assert "nó đang đánh em" not in await stranger.content()
