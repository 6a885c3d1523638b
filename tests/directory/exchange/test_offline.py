"""Requirement 20: one page for outreach workers: small, searchable, with an end, asking nothing of any other place."""

import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Connection, update

from directory import wording
from directory.exchange import leaving, offline
from directory.listings import Listing, Notice
from directory.tables import place_of_service
from tests.directory.exchange.samples import OPEN, SEALED, shown, three

TODAY = date(2026, 12, 7)


def listings(connection: Connection) -> tuple[Listing, ...]:
    three(connection)
    return leaving.shown(connection)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_thousand_listings_fit_into_one_and_a_half_megabytes(connection: Connection, language: str) -> None:
    base = listings(connection)
    many = [replace(base[at % 3], id=f"{at}", service=f"{base[at % 3].service} {at}") for at in range(1000)]
    page = offline.page(many, on=TODAY, language=language)
    assert page.count("<article") == 1000 and len(page.encode()) <= 1_500_000


def test_nothing_outside_of_the_page_is_asked_for(connection: Connection) -> None:
    page = offline.page(listings(connection), on=TODAY)
    assert not re.findall(r"(?:src|href|action|url\()\s*=?\s*[\"'(]?(?!tel:)(?:https?:)?//", page)
    assert set(re.findall(r'href="([a-z]+:)', page)) == {"tel:"}
    assert "<link" not in page and "@import" not in page and "fetch(" not in page
    assert "default-src 'none'" in page and "unsafe" not in page


def test_it_says_when_it_ends_and_when_each_place_was_checked(connection: Connection) -> None:
    page = offline.page(listings(connection), on=TODAY)
    assert 'data-until="2027-01-06"' in page and "Dùng tới 6/1/2027" in page
    assert page.count("Kiểm tra ngày 7/12/2026") == 3


def test_its_title_would_tell_nobody_anything(connection: Connection) -> None:
    page = offline.page(listings(connection), on=TODAY)
    words = (wording.LOCALES / "sensitive-words.txt").read_text("utf-8").splitlines()
    bad = [word for word in words if word and not word.startswith("#")]
    (title,) = re.findall(r"<title>(.*?)</title>", page)
    assert title == "Sổ liên hệ" and not [word for word in bad if word.lower() in title.lower()]


def test_a_sealed_place_has_its_province_and_front_gate_phone(connection: Connection) -> None:
    page = offline.page(listings(connection), on=TODAY)
    sealed = page.partition(SEALED.service)[2].partition("</article>")[0]
    assert "Hà Nội. Địa chỉ giữ kín" in sealed and "024 0000 0003" in sealed and "Hoàng Mai" not in page
    open_ = page.partition(OPEN.service)[2].partition("</article>")[0]
    assert "Số 5 đường Thử" in open_ and "T2–T6 08:00–11:30, T2–T6 13:30–17:00" in open_


def test_what_is_written_in_a_listing_is_never_run(connection: Connection) -> None:
    base = listings(connection)[0]
    evil = replace(base, service="<script>alert(1)</script>", phones=('1" onclick="x',), reception={"vi": "</script>"})
    page = offline.page([evil], on=TODAY)
    assert page.count("<script>") == 1 and 'onclick="x' not in page


def test_a_notice_is_shown_while_it_holds(connection: Connection) -> None:
    base = listings(connection)[0]
    told = replace(base, notices=(Notice("Đóng cửa tới 9/12", TODAY, date(2026, 12, 9)),))
    assert "Đóng cửa tới 9/12" in offline.page([told], on=TODAY)
    assert "Đóng cửa tới 9/12" not in offline.page([told], on=date(2026, 12, 10))


def test_what_was_sealed_meanwhile_is_not_current(connection: Connection) -> None:
    shown(connection, OPEN)
    listings = leaving.shown(connection)
    assert leaving.is_current(connection, listings)
    connection.execute(update(place_of_service).values(is_sealed=True))
    assert not leaving.is_current(connection, listings)
