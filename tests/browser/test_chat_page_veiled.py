"""The chat page when somebody else looks at it: what stood there goes, a page loaded anew shows nothing of it."""

import re

from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Service, phone

CARD = "115 – cấp cứu y tế"


async def test_what_she_wrote_goes_from_the_page_when_he_looks_and_comes_back_when_she_asks(
    service: Service, browser: Browser
) -> None:
    page = await phone(browser)
    await page.goto(service.chat)
    log = page.locator("#log")

    async def says(words: str) -> None:
        await page.fill("#text", words)
        await page.press("#text", "Enter")

    await says("chong em dang danh em")
    await expect(log).to_contain_text(CARD)
    await expect(log).to_contain_text("Bạn ở khu nào?")
    await page.reload()
    await expect(log).to_contain_text(CARD)  # in the middle of the talk it goes on as it stood
    await says("đừng nhắn nữa nó đang xem")
    await expect(log).to_contain_text("Vâng, mình im lặng")
    await expect(log).not_to_contain_text(CARD)
    await expect(log).not_to_contain_text("nó đang xem")
    await expect(page.locator("#earlier")).to_be_hidden()
    await page.reload()
    await expect(log).to_contain_text("Vâng, mình im lặng")
    await expect(log).not_to_contain_text(CARD)
    await says("em đây")
    await page.get_by_role("button", name="Được", exact=True).click()
    await expect(log).to_contain_text("Chào bạn trở lại")
    await expect(log).not_to_contain_text(CARD)
    await page.get_by_role("button", name="Xem các dòng trước").click()
    await expect(log).to_contain_text(CARD)
    await expect(page.locator("#earlier")).to_be_hidden()
    lines = await log.locator(".message").all_inner_texts()
    cards = [at for at, text in enumerate(lines) if CARD in text]
    quiet = next(at for at, text in enumerate(lines) if text.startswith("Vâng, mình im lặng"))
    assert len(cards) == 1 and cards[0] < quiet


async def test_the_quick_exit_leaves_nothing_for_whoever_comes_next(service: Service, browser: Browser) -> None:
    page = await phone(browser)
    await page.goto(service.chat)
    await page.fill("#text", "chong em dang danh em")
    await page.press("#text", "Enter")
    await expect(page.locator("#log")).to_contain_text(CARD)
    await page.click("#exit")
    await page.goto(service.chat)
    await expect(page.locator("#state")).to_have_text("")
    await expect(page.locator("#log")).to_be_empty()
    await expect(page.locator("#earlier")).to_be_hidden()


async def test_the_page_of_a_phone_in_other_hands_shows_nothing_once_she_goes_on_elsewhere(
    service: Service, browser: Browser
) -> None:
    his = await phone(browser)
    await his.goto(service.chat)
    log = his.locator("#log")

    async def says(page: Page, words: str) -> None:
        await page.fill("#text", words)
        await page.press("#text", "Enter")

    await says(his, "chong em dang danh em")
    await expect(log).to_contain_text("gõ bốn từ sau")
    found = re.search(r"^[a-z]+(?: [a-z]+){3}$", await log.inner_text(), re.MULTILINE)
    assert found is not None
    await says(his, "đừng nhắn nữa nó đang xem")
    await expect(log).to_contain_text("Vâng, mình im lặng")
    hers = await phone(browser)
    await hers.goto(service.chat)
    await says(hers, found[0])
    await expect(hers.locator("#log")).to_contain_text("Bốn từ mới")
    await his.reload()
    await says(his, "alo")
    await expect(log).to_contain_text("Chào bạn")
    for word in (CARD, "bốn từ", "Bạn ở khu nào?"):
        await expect(log).not_to_contain_text(word)
    answer = await his.request.get(service.chat + "/chat/poll?before=999")
    assert CARD not in await answer.text()
