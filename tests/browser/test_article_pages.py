"""The pages of the articles are usable by everybody on a small phone: list, form, preview, comparing."""

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Service, phone
from tests.browser.test_shift_pages import press, tab_to
from tests.browser.test_two_windows import say
from tests.browser.test_waking_pages import passes_axe

pytestmark = pytest.mark.timeout(110)
PICTURES = os.environ.get("PICTURES")  # a folder, for whoever wants to look


async def seen(page: Page, name: str) -> None:
    await passes_axe(page)
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


async def test_an_article_is_written_looked_at_and_shown_on_a_small_phone(browser: Browser, service: Service) -> None:
    thu = await phone(browser, locale="vi-VN")
    await thu.goto(service.console)
    await thu.get_by_role("button", name=re.compile("người giữ danh bạ")).first.click()
    await thu.get_by_role("link", name="Bài viết").click()
    await expect(thu.get_by_role("heading", name="Bài viết")).to_be_visible()
    await seen(thu, "articles")
    await thu.get_by_label("Chữ trong tên bài").fill("72 gio")
    await thu.get_by_role("button", name="Tìm").click()
    await thu.get_by_role("link", name="Thuốc chống phơi nhiễm trong 72 giờ").click()
    for closed in await thu.locator("summary").all():
        await closed.click()
    await seen(thu, "article")
    await thu.get_by_label("Trả lời ngắn").fill("Bạn đi ngay 96 giờ nhé.")
    await thu.get_by_role("button", name="Lưu bản nháp").click()
    await expect(thu.get_by_role("heading", name=re.compile("Cần sửa"))).to_be_visible()
    await seen(thu, "article-mend")
    await thu.get_by_role("link", name="Trả lời ngắn").first.click()
    await thu.get_by_label("Trả lời ngắn").fill("Bạn đi ngay trong 72 giờ, uống đủ 28 ngày nhé.")
    await thu.get_by_role("button", name="Lưu bản nháp").click()
    await thu.get_by_role("link", name="Xem như người hỏi thấy").click()
    await expect(thu.get_by_text("Bạn đi ngay trong 72 giờ, uống đủ 28 ngày nhé.")).to_be_visible()
    await seen(thu, "article-preview")
    await thu.go_back()
    await thu.get_by_role("button", name=re.compile("^Hiện ngay")).click()
    await thu.get_by_text("Lịch sử").click()
    await thu.get_by_role("link", name="đã đổi gì").last.click()
    await expect(thu.locator("ins").first).to_be_visible()
    await seen(thu, "article-compare")
    await thu.goto(f"{service.chat.rstrip('/')}/console/article-versions")
    await expect(thu.get_by_text("Có 1 bài khác")).to_be_visible()
    await seen(thu, "article-versions")


async def test_what_three_people_asked_becomes_a_phrasing_on_a_small_phone(browser: Browser, service: Service) -> None:
    thu = await phone(browser, locale="vi-VN")
    await thu.goto(service.console)
    await thu.get_by_role("button", name=re.compile("người giữ danh bạ")).first.click()
    for _ in range(3):
        person = await phone(browser)
        await person.goto(service.chat)
        await say(person, "kể chuyện cười đi")
        await expect(person.get_by_role("log")).to_contain_text("Mình chưa hiểu")
    await thu.goto(f"{service.chat.rstrip('/')}/console/questions")
    await expect(thu.get_by_text("ke chuyen cuoi di")).to_be_visible()
    await seen(thu, "questions")
    await thu.get_by_label("Như người ta sẽ gõ").fill("kể chuyện cười đi")
    await thu.get_by_label("Bài nào trả lời").select_option("vocational-training")
    await thu.get_by_role("button", name="Trả lời bằng bài này").click()
    await expect(thu.get_by_text("Chưa có câu nào.")).to_be_visible()
    person = await phone(browser)
    await person.goto(service.chat)
    answered = person.get_by_role("log").get_by_text("Đây là điều bọn mình biết.")
    for _ in range(10):  # every process makes the new set ready first: a second or two on a busy machine
        await say(person, "kể chuyện cười đi")
        await person.wait_for_timeout(1_000)
        if await answered.count():
            break
    await expect(answered.first).to_be_visible()


async def test_a_topic_is_begun_and_languages_are_marked_on_a_small_phone(browser: Browser, service: Service) -> None:
    thu = await phone(browser, locale="vi-VN")
    await thu.goto(service.console)
    await thu.get_by_role("button", name=re.compile("người giữ danh bạ")).first.click()
    await thu.get_by_role("link", name="Bài viết").click()
    await thu.get_by_role("link", name="Chủ đề mới").click()
    await thu.locator("#f-id").fill("Khám răng")
    await thu.locator("#f-title").fill("Khám răng kín đáo")
    await thu.locator("#f-sources").fill("Nhóm tự viết (mẫu)")
    await thu.get_by_label("Khám phụ khoa, khám chung").check()
    await thu.get_by_role("button", name="Tạo bản nháp").click()
    await expect(thu.locator("#mistake-id-1")).to_be_visible()
    await seen(thu, "article-new")
    await thu.locator("#f-id").fill("kham-rang")
    await thu.get_by_role("button", name="Tạo bản nháp").click()
    await expect(thu.get_by_role("heading", name="Khám răng kín đáo")).to_be_visible()
    await thu.locator("#f-body").fill("Bạn không phải kể làm nghề gì.")
    await thu.locator("#f-questions").fill("đau răng quá thì khám ở đâu\nnhổ răng có đau không\nvé số mua ở đâu")
    await thu.locator("#f-cues").fill("nha sĩ\nrăng")
    await thu.get_by_role("button", name="Lưu bản nháp").click()
    await expect(thu.locator("#mistake-cues-1")).to_contain_text("“răng” cũng có trong")
    await seen(thu, "article-cues")
    await thu.get_by_role("link", name="Ai hỏi gì thì gặp bài này").click()
    await expect(thu.get_by_role("heading", name="Ai hỏi gì thì gặp bài này")).to_be_visible()
    await expect(thu.get_by_text("vé số mua ở đâu")).to_be_visible()
    await seen(thu, "article-asked")
    await thu.get_by_role("link", name="Đồng nghiệp").click()
    await thu.locator("summary").first.click()
    await thu.get_by_label("tiếng Khmer").first.check()
    await seen(thu, "colleagues")
    await thu.get_by_role("button", name="Lưu").first.click()
    await expect(thu.get_by_text("Tiếng Việt, tiếng Khmer")).to_be_visible()


async def test_a_translation_is_put_right_and_shown_by_keyboard_alone(browser: Browser, service: Service) -> None:
    thu = await phone(browser, locale="vi-VN")
    await thu.goto(service.console)
    await thu.get_by_role("button", name=re.compile("người giữ danh bạ")).first.click()
    base = f"{service.chat.rstrip('/')}/console"
    await thu.goto(f"{base}/articles/pep-72h/en")
    await tab_to(thu, "Trả lời ngắn")
    await thu.keyboard.press("Control+End")
    await thu.keyboard.type("\n\nWe look for a place with you.")
    await press(thu, "Lưu bản nháp")
    await expect(thu.get_by_label("Trả lời ngắn")).to_have_value(re.compile("We look for a place with you"))
    await press(thu, "Xem như người hỏi thấy")
    await expect(thu.get_by_text("We look for a place with you.").first).to_be_visible()
    await thu.go_back()
    await press(thu, "Hiện ngay")
    await expect(thu.get_by_text("Bản en đã đổi mà bản tiếng Việt chưa đổi theo")).to_be_visible()
    await seen(thu, "article-ahead")
    await thu.goto(f"{base}/articles?language=en&text=72")
    await expect(thu.get_by_text("bản dịch đã đổi một mình").first).to_be_visible()
    await seen(thu, "articles-ahead")
