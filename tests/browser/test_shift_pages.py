"""The pages of a shift as they are used: by keyboard alone, on a small phone, with something on them."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from directory.wording import HCMC
from tests.browser.conftest import Service, phone
from tests.browser.test_around_a_case import become, check
from tests.browser.test_two_windows import say, sign_in

pytestmark = pytest.mark.timeout(115)
FOCUSED = """() => {
  const one = document.activeElement, label = one.labels && one.labels[0];
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  return {name: one.getAttribute("aria-label") || (label && label.innerText) || one.innerText || "",
          isSeen: box.width > 0 && box.height > 0 && (style.outlineStyle !== "none" || style.boxShadow !== "none")};
}"""


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until this is focused; whoever has no mouse sees where they are."""
    for _ in range(120):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(FOCUSED)
        if focused["name"].strip().startswith(name):
            assert focused["isSeen"], f"the focus on {name} cannot be seen"
            return
    raise AssertionError(f"no way to “{name}” by keyboard on {page.url}")


async def press(page: Page, name: str) -> None:
    await tab_to(page, name)
    await page.keyboard.press("Enter")


async def test_tonight_by_keyboard_contacts_room_note_and_the_second_person(browser: Browser, service: Service) -> None:
    person, page = await phone(browser), await phone(browser, locale="vi-VN")
    base = service.chat.rstrip("/")
    await person.goto(service.chat)
    await say(person, "cuu em voi no danh em")
    await expect(person.get_by_role("log")).to_contain_text("Mình đã báo")
    await sign_in(page, service, "chị Lan")
    await press(page, "Tôi nhận")
    await expect(page.get_by_text("Bạn đã nhận ca")).to_be_visible()
    case = page.url.partition("?")[0]
    await press(page, "Ghi chú cho ca sau")
    await tab_to(page, "Bị thương")
    await page.keyboard.press("Space")
    await press(page, "Lưu")
    await expect(page.get_by_text("Đã lưu ghi chú.")).to_be_visible()

    await page.goto(base + "/console/tonight")
    await expect(page.get_by_text("Bị thương")).to_be_visible()
    await press(page, "Thêm")
    await tab_to(page, "Ai, số nào")
    await page.keyboard.type("tiền xe: chị Hai (mẫu)")
    await press(page, "Lưu")
    await expect(page.get_by_text("tiền xe: chị Hai (mẫu)")).to_be_visible()
    await expect(page.locator("section[aria-labelledby='h-contacts'] .card")).to_contain_text("Hà Nội")
    await check(page)
    rooms = page.locator("form[action*='/tonight/rooms/']")
    await rooms.first.locator("select[name='state']").focus()
    await page.keyboard.type("Hết")
    await press(page, "Lưu")
    await expect(page.get_by_text("Đã lưu.")).to_be_visible()
    await expect(page.locator("section[aria-labelledby='h-rooms'] .card p").first).to_contain_text("Hết chỗ")
    await check(page)

    await page.goto(case)
    await press(page, "Tạm ngăn")
    await page.locator("#block").select_option("720")
    await page.locator("#block").focus()
    await press(page, "Lưu")
    await expect(page.get_by_role("status").first).to_contain_text("người thứ hai")
    await become(page, service, "anh Minh")
    await page.goto(base + "/console/tonight")
    second = page.locator("section[aria-labelledby='h-second']")
    await expect(second.get_by_role("button")).to_be_visible()
    await check(page)
    await second.get_by_role("button").focus()
    await page.keyboard.press("Enter")
    await expect(second.get_by_role("button")).to_have_count(0)
    await check(page)


async def test_going_along_from_the_wish_to_the_peer_who_did(browser: Browser, service: Service) -> None:
    person, lan, sen = await phone(browser), await phone(browser, locale="vi-VN"), await phone(browser, locale="vi-VN")
    await person.goto(service.chat)
    log = person.get_by_role("log")
    await say(person, "cuu em voi no danh em")
    await expect(log).to_contain_text("Mình đã báo")
    await sign_in(lan, service, "chị Lan")
    await lan.get_by_role("button", name=re.compile("^Tôi nhận")).first.click()
    case = lan.url.partition("?")[0]
    await lan.get_by_text("Giới thiệu một nơi giúp").click()
    await lan.get_by_label("Cần gì, ở đâu").fill("trợ giúp pháp lý hà nội")
    await lan.get_by_role("button", name="Tìm").click()
    await lan.get_by_role("button", name=re.compile("^Gửi nơi này")).first.click()
    await lan.locator("summary", has_text="Đồng ý, chia sẻ").click()
    await lan.locator("#purpose").select_option("accompany")
    await lan.locator("form[action$='/ask']").first.get_by_role("button").click()
    await expect(log).to_contain_text("Bạn có muốn một người đi cùng bạn không?")
    await person.get_by_role("button", name="Đồng ý", exact=True).last.click()
    await expect(lan.get_by_text("đồng ý điều bạn hỏi").first).to_be_visible()
    await lan.locator("summary", has_text="Đồng ý, chia sẻ").click()
    soon = (datetime.now(HCMC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    await lan.locator("input[name='when']").first.fill(soon)
    await lan.get_by_role("button", name=re.compile("^Cần người đi cùng tới")).first.click()
    await expect(lan.get_by_text("Chưa ai nhận.")).to_be_visible()
    await check(lan)

    await sen.goto(service.chat.rstrip("/") + "/console/sign-in")
    await sen.context.add_cookies(await lan.context.cookies())
    await become(sen, service, "bạn Sen")
    await sen.goto(service.chat.rstrip("/") + "/console/peers")
    assert "no danh em" not in await sen.content()
    await check(sen)
    await press(sen, "Tôi đi cùng")
    await expect(sen.get_by_text("Cảm ơn, người ấy đã được báo.")).to_be_visible()
    await expect(log).to_contain_text("bạn Sen (mẫu) sẽ đi cùng bạn lúc")
    await check(sen)
    number = case.rpartition("/")[2]
    answer = await sen.request.get(case)
    assert answer.status in (200, 404) and "no danh em" not in await answer.text(), f"case {number} stays Lan's"
    await press(sen, "Đã đi")
    await expect(sen.get_by_text("Đã lưu.")).to_be_visible()
    await become(sen, service, "chị Lan")
    await sen.goto(case)
    await expect(sen.get_by_text("bạn Sen (mẫu) đã đi cùng.")).to_be_visible()


async def test_the_page_of_a_place_that_rests_says_until_when(browser: Browser, service: Service) -> None:
    page = await phone(browser, locale="vi-VN")
    await page.goto(service.chat.rstrip("/") + "/r/?q=b%E1%BB%87nh+vi%E1%BB%87n")
    async with page.expect_navigation():
        await press(page, "Bệnh viện")
    for number in range(6):
        await tab_to(page, "Mã bốn số")
        await page.keyboard.type(f"{number:04}")
        async with page.expect_navigation():
            await press(page, "Đã tới")
    await expect(page.get_by_role("status")).to_contain_text("thử lại từ")
    await expect(page.get_by_label("Mã bốn số")).to_be_visible()
    await check(page)


async def test_a_manager_calls_everybody_and_changes_nothing_else(browser: Browser, service: Service) -> None:
    person, page = await phone(browser), await phone(browser, locale="vi-VN")
    base = service.chat.rstrip("/")
    await person.goto(service.chat)
    log = person.get_by_role("log")
    await say(person, "cuu em voi no danh em")
    await expect(log).to_contain_text("Mình đã báo")
    await sign_in(page, service, "chị Lan")
    await become(page, service, "anh Bình")
    await page.goto(base + "/console/rota")
    await expect(page.get_by_text("Đang chờ người nhận: 1 việc khẩn cấp")).to_be_visible()
    await check(page)
    await press(page, "Gọi tất cả")
    await expect(page.get_by_text("đã gọi tất cả: 4 người")).to_be_visible()
    await expect(log).to_contain_text("Mình vừa gọi cùng lúc 4 người")
    await check(page)
    assert "no danh em" not in await page.content()
