"""A maintainer on a small phone, without JavaScript: brings in a table, takes a place down, takes files along."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Service, phone
from tests.browser.test_around_a_case import become, check
from tests.browser.test_two_windows import sign_in

pytestmark = pytest.mark.timeout(115)
TABLE = """service,organisation,kind,needs,place,phones
Phòng khám Bảng (mẫu),Tổ chức Bảng (mẫu),hiv_clinic,health.hiv_test,"quận Cầu Giấy, Hà Nội",0000 000 991
Phòng khám Sai (mẫu),Tổ chức Bảng (mẫu),hiv_clinic,health.no_such,"quận Cầu Giấy, Hà Nội",12
"""


async def test_a_table_is_looked_at_and_its_good_rows_are_taken(browser: Browser, service: Service) -> None:
    opened = await phone(browser, locale="vi-VN")
    base = service.chat.rstrip("/")
    await sign_in(opened, service, "chị Lan")
    await become(opened, service, "chị Thu")
    state = await opened.context.storage_state()
    page = await phone(browser, locale="vi-VN", java_script_enabled=False, storage_state=state)
    await page.goto(f"{base}/console/listings")
    await page.get_by_role("link", name="Nhập từ bảng").focus()
    await page.keyboard.press("Enter")
    table = {"name": "b.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    await page.get_by_label("Tệp XLSX hoặc CSV").set_input_files(files=[table])  # type: ignore[list-item]
    await page.get_by_role("button", name="Xem thử").press("Enter")
    await expect(page.get_by_text("Không có mã “health.no_such”.")).to_be_visible()
    await expect(page.get_by_role("button", name="Nhận tất cả")).to_have_count(0)
    async with page.expect_download() as report:
        await page.get_by_role("button", name="Tải mọi lỗi và thay đổi").press("Enter")
    assert (await report.value).suggested_filename == "import.csv"
    looked = await page.content()
    await page.get_by_role("button", name="Chỉ nhận dòng đúng").press("Enter")
    await expect(page.get_by_text("Đã nhận 1 dòng")).to_be_visible()
    await page.goto(f"{base}/console/listings?text=phong+kham+bang")
    await page.get_by_role("button", name="Gỡ ngay: Phòng khám Bảng (mẫu)").press("Enter")
    await expect(page.get_by_text("Đã gỡ, không ai thấy nữa.")).to_be_visible()
    await page.goto(f"{base}/console/exports")
    async with page.expect_download() as carried:
        await page.get_by_role("button", name="Tải XLSX").press("Enter")
    assert (await carried.value).suggested_filename == "listings.xlsx"
    for path in ("listings", "import", "exports"):  # axe needs a window in which scripts run
        await opened.goto(f"{base}/console/{path}")
        await check(opened)
    await opened.goto(f"{base}/console/import")
    await opened.get_by_label("Tệp XLSX hoặc CSV").set_input_files(files=[table])  # type: ignore[list-item]
    await opened.get_by_role("button", name="Xem thử").click()
    await expect(opened.get_by_text("Không có mã “health.no_such”.")).to_be_visible()
    await check(opened)
    assert "Chưa lưu gì." in looked
