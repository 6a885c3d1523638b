"""A case goes to another organisation with a yes, and leaves it when the yes is taken back: open pages are emptied."""

import re
import sqlite3

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Service, phone
from tests.browser.test_around_a_case import become, check
from tests.browser.test_two_windows import say, sign_in

pytestmark = pytest.mark.timeout(115)


def add_organisation(service: Service) -> None:
    """Another organisation of the demonstration, with one colleague of the same provinces."""
    with sqlite3.connect(service.data / "donghanh.db", timeout=10) as database:
        database.execute("PRAGMA foreign_keys=ON")
        database.execute("INSERT INTO staff_organisation (id, name) VALUES (77, 'Nhóm Hai (mẫu)')")
        database.execute("INSERT INTO centre (id, organisation_id, name, province) VALUES (77, 77, 'Hai (mẫu)', '01')")
        columns = [row[1] for row in database.execute("PRAGMA table_info(staff)")]
        found = database.execute("SELECT * FROM staff WHERE name = 'worker-1'").fetchone()
        lan = dict(zip(columns, found, strict=True))
        an = {**lan, "id": 771, "name": "an", "alias": "chị An (mẫu)", "centre_id": 77}
        marks = ", ".join("?" * len(an))
        database.execute(f"INSERT INTO staff ({', '.join(an)}) VALUES ({marks})", list(an.values()))
        database.execute(
            "INSERT INTO staff_province (staff_id, province) SELECT 771, province FROM staff_province "
            "WHERE staff_id = ?",
            [lan["id"]],
        )
    database.close()


async def test_open_pages_are_emptied_when_a_case_goes_and_when_the_yes_is_taken_back(
    browser: Browser, service: Service
) -> None:
    add_organisation(service)
    person, lan, an = await phone(browser), await phone(browser, locale="vi-VN"), await phone(browser, locale="vi-VN")
    await person.goto(service.chat)
    log = person.get_by_role("log")
    await say(person, "cuu em voi no danh em")
    await expect(log).to_contain_text("Mình đã báo")
    await sign_in(lan, service, "chị Lan")
    await lan.get_by_role("button", name=re.compile("^Tôi nhận")).first.click()
    await expect(lan.get_by_role("log")).to_contain_text("no danh em")
    beside = await lan.context.new_page()
    await beside.goto(lan.url.partition("?")[0])
    await expect(beside.get_by_role("log")).to_contain_text("no danh em")

    pass_on = lan.get_by_role("button", name="Chuyển cho Nhóm Hai (mẫu)")
    await lan.locator("summary", has_text="Đồng ý, chia sẻ").click()
    await pass_on.click()
    await expect(log).to_contain_text("Chuyển chuyện của bạn sang Nhóm Hai (mẫu) nhé?")
    await person.get_by_role("button", name="Đồng ý", exact=True).last.click()
    await expect(lan.get_by_text("đồng ý điều bạn hỏi").first).to_be_visible()
    await lan.locator("summary", has_text="Đồng ý, chia sẻ").click()
    await check(lan)
    await pass_on.click()
    await expect(log).to_contain_text("đã sang nơi bạn chọn")
    await expect(beside.get_by_text("Không có trang này, hoặc trang này không dành cho bạn.")).to_be_visible()
    assert "no danh em" not in await beside.content()

    await an.goto(service.chat.rstrip("/") + "/console/sign-in")
    await an.context.add_cookies(await lan.context.cookies())
    await become(an, service, "chị An")
    await an.goto(service.chat.rstrip("/") + "/console/cases")
    await an.get_by_role("button", name=re.compile("^Tôi nhận")).first.click()
    await expect(an.get_by_role("log")).to_contain_text("no danh em")

    await say(person, "em rút lại đồng ý")
    await person.get_by_role("button", name="Chuyện ở nơi khác: Nhóm Hai (mẫu)").click()
    await expect(log).to_contain_text("Nơi đó không giữ chuyện của bạn nữa.")
    await expect(an.get_by_text("Không có trang này, hoặc trang này không dành cho bạn.")).to_be_visible()
    assert "no danh em" not in await an.content()


async def test_an_open_page_of_a_case_that_was_handed_to_a_colleague_holds_no_form_any_more(
    browser: Browser, service: Service
) -> None:
    person, lan = await phone(browser), await phone(browser, locale="vi-VN")
    await person.goto(service.chat)
    await say(person, "cuu em voi no danh em")
    await sign_in(lan, service, "chị Lan")
    await lan.get_by_role("button", name=re.compile("^Tôi nhận")).first.click()
    await expect(lan.get_by_role("log")).to_contain_text("no danh em")
    beside = await lan.context.new_page()
    await beside.goto(lan.url.partition("?")[0])
    await expect(beside.get_by_role("textbox", name="Trả lời")).to_be_visible()
    await lan.locator("summary", has_text="Tạm dừng hoặc chuyển").click()
    choice = lan.locator("form[action$='/hand-over'] select")
    mai = await choice.locator("option", has_text="chị Mai").get_attribute("value")
    await choice.select_option(mai)
    await lan.locator("form[action$='/hand-over'] button").click()
    await expect(beside.get_by_text("chị Mai (mẫu) đang được mời nhận ca này.")).to_be_visible()
    assert "no danh em" not in await beside.content()
    await expect(beside.locator("main")).to_have_count(1)
    await expect(beside.get_by_role("textbox")).to_have_count(0)
    await check(beside)
