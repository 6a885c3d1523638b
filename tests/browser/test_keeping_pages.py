"""Requirements 13 and 20: who was treated badly says so; a maintainer on a small phone finds it and decides."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Service, phone
from tests.browser.test_around_a_case import become, check
from tests.browser.test_two_windows import say, sign_in

pytestmark = pytest.mark.timeout(115)


async def test_from_a_bad_word_at_a_place_to_the_decision_of_who_keeps_it(browser: Browser, service: Service) -> None:
    person, page = await phone(browser), await phone(browser, locale="vi-VN")
    base = service.chat.rstrip("/")
    await person.goto(service.chat)
    await say(person, "xet nghiem hiv o cau giay")
    log = person.get_by_role("log")
    await expect(log).to_contain_text("quận Cầu Giấy")
    await say(person, "bac si o do chui em")
    await expect(log).to_contain_text("Đó không phải lỗi của bạn.")
    await person.get_by_role("button", name=re.compile(r"\(mẫu\)")).last.click()
    await expect(log).to_contain_text("không ghi bạn là ai")

    await sign_in(page, service, "chị Lan")
    await become(page, service, "chị Thu")
    await page.goto(f"{base}/console/to-do")
    await expect(page.get_by_text("Họ đối xử không tốt: 1 người báo")).to_be_visible()
    await check(page)
    await page.get_by_role("button", name=re.compile("^Đúng vậy")).first.click()
    await expect(page.get_by_text("Đã ghi quyết định.")).to_be_visible()

    for name in ("Phòng khám Thử Một (mẫu)", "PK Thử Một (mẫu)"):
        await page.goto(f"{base}/console/new-listing")
        told = {"service": name, "organisation": "Tổ chức Thử (mẫu)", "place": "quận Cầu Giấy, Hà Nội"}
        for label, words in {**told, "phones": "0000 000 777"}.items():
            await page.locator(f"#f-{label}").fill(words)
        await page.locator("#f-kind").select_option("hiv_clinic")
        await page.locator("input[name=needs]").first.check()
        await page.get_by_role("button", name="Lưu", exact=True).click()
    await expect(page.get_by_text("Có thể nơi này đã có trong danh bạ")).to_be_visible()
    await page.locator("summary", has_text="Tạm đóng cửa").click()
    await page.get_by_role("button", name=re.compile("^Tạm đóng cửa")).nth(1).click()
    await expect(page.get_by_text("Đã đặt lưu ý.")).to_be_visible()
    for summary in ("Ghi là “thân thiện”", "Hết PrEP", "Lịch sử"):
        await page.locator("summary", has_text=summary).first.click()
    await check(page)
    await page.get_by_role("link", name="Một nơi nữa của dịch vụ này").click()
    await expect(page.get_by_text("chung cho mọi nơi")).to_be_visible()
    await check(page)
    await page.goto(f"{base}/console/listings?mark=twice")
    await expect(page.get_by_text("PK Thử Một (mẫu)")).to_be_visible()
    await check(page)
    await page.goto(f"{base}/console/to-do?kind=twice")
    await check(page)
    await page.get_by_role("button", name=re.compile("^Gộp vào nơi kia")).first.click()
    await expect(page.get_by_text("Mã cũ dẫn tới nơi còn lại")).to_be_visible()
    await become(page, service, "bạn Sen")
    await page.goto(f"{base}/console/to-do")
    await check(page)
