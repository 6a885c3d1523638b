"""A manager on a small phone reads the figures, keeps to the own provinces, and takes a file along."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Service, phone
from tests.browser.test_around_a_case import become, check
from tests.browser.test_two_windows import sign_in

pytestmark = pytest.mark.timeout(115)


def count(service: Service) -> None:
    """Counters of the quarter that ended last, as a year of work would leave them."""
    today = datetime.now(UTC)
    day = (today.replace(month=3 * ((today.month + 2) // 3) - 2, day=1) - timedelta(days=10)).date().isoformat()
    kinds = {"case_now": 321, "case_violence": 45, "taken_within_5": 300, "taken_later": 21, "outcome.listened": 3}
    kinds |= {f"outcome.{one}": 40 for one in ("safe", "referred_legal", "person_silent", "handed_elsewhere")}
    kinds |= {"referred": 31, "training_sent": 17, "training_done": 12, "search_found:health.hiv_test": 25}
    kinds |= {"search_far:health.hiv_test": 8, "search_none:health.hiv_test": 14}
    rows = [(day, place, "violence", "community", kind, n) for place in ("22", "12") for kind, n in kinds.items()]
    with closing(sqlite3.connect(service.data / "donghanh.db", timeout=10)) as made, made:
        columns = "day, province, need_group, model, kind, n"
        made.executemany(f"INSERT INTO event ({columns}) VALUES (?, ?, ?, ?, ?, ?)", rows)


async def test_a_manager_reads_the_figures_and_takes_them_along(browser: Browser, service: Service) -> None:
    count(service)
    page = await phone(browser, locale="vi-VN")
    base = service.chat.rstrip("/")
    await sign_in(page, service, "chị Lan")
    assert (await page.goto(f"{base}/console/figures")).status == 403  # type: ignore[union-attr]
    await become(page, service, "anh Bình")
    await page.get_by_role("link", name="Số liệu").click()
    await expect(page.get_by_text("Quảng Ninh", exact=True)).to_be_visible()
    await expect(page.get_by_text("Lai Châu")).to_have_count(0)
    await expect(page.get_by_role("row", name=re.compile("^Khẩn cấp")).get_by_text("321")).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile("^Nhận trong 5 phút")).get_by_text("93 %")).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile("^Đã lắng nghe")).get_by_text("·")).to_be_visible()
    trained = page.get_by_role("row", name=re.compile("^Đến nơi dạy nghề, tìm việc"))
    await expect(trained.get_by_text("17")).to_be_visible()
    models = page.get_by_role("row", name=re.compile("^Mô hình: Dịch vụ tại cộng đồng"))
    await expect(models.first.get_by_text("48")).to_be_visible()
    searched = page.get_by_role("table", name=re.compile("^Điều người ta tìm"))
    await expect(searched.get_by_role("row", name=re.compile(": không có chỗ nào")).get_by_text("14")).to_be_visible()
    await expect(searched.get_by_role("row").nth(1).get_by_text("47")).to_be_visible()
    await check(page)
    state = await page.context.storage_state()  # without JavaScript too; with it, three seconds lie between two forms
    plain = await phone(browser, locale="vi-VN", java_script_enabled=False, storage_state=state)
    await plain.goto(page.url)
    for form in ("XLSX", "CSV", "JSON", "PDF"):
        async with plain.expect_download() as carried:
            await plain.get_by_role("button", name=form).click()
        assert (await carried.value).suggested_filename.endswith(f".{form.lower()}")
