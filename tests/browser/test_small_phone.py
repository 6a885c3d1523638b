"""How the pages of a shift look on a small phone: a mark is as wide as its word, a label stands above its field."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Service, phone
from tests.browser.test_around_a_case import become
from tests.browser.test_two_windows import say, sign_in

pytestmark = pytest.mark.timeout(115)
LABELS = """() => [...document.querySelectorAll("main label[for]")].filter(one => one.offsetParent).map(one => {
  const field = document.getElementById(one.htmlFor);
  const a = one.getBoundingClientRect(), b = field.getBoundingClientRect();
  const isBeside = Math.abs(a.top + a.height / 2 - b.top - b.height / 2) < 12 && a.right <= b.left + 1;
  return isBeside || (a.bottom <= b.top + 1 && a.left <= b.left + 1) ? "" : one.innerText;
}).filter(Boolean)"""


async def test_marks_and_labels_stand_where_they_belong(browser: Browser, service: Service) -> None:
    person, page = await phone(browser), await phone(browser, locale="vi-VN")
    base = service.chat.rstrip("/")
    await person.goto(service.chat)
    await say(person, "cuu em voi no danh em")
    await sign_in(page, service, "chị Lan")
    await page.get_by_role("button", name=re.compile("^Tôi nhận")).first.click()
    mark = page.locator("#state .tag")
    await expect(mark).to_have_text("Khẩn cấp")
    box = await mark.bounding_box()
    assert box is not None and box["width"] < 140
    for address in ("/console/tonight", "/console/rota"):
        await page.goto(base + address)
        for summary in await page.locator("main summary").all():
            await summary.click()
        assert await page.evaluate(LABELS) == [], address
    await become(page, service, "bạn Sen")
    await page.goto(base + "/console/peers")
    assert await page.evaluate(LABELS) == []
