"""Requirement 18: the printed handbook holds every name and phone whole, and its cover says nothing."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import Connection

from directory.exchange import handbook, leaving, press
from directory.exchange.handbook import NotPrinted
from directory.listings import Listing
from tests.directory.exchange.samples import BARE, OPEN, SEALED, three

TODAY = date(2026, 12, 7)
LONG = "Trung tâm Kiểm soát bệnh tật và Phòng khám chuyên khoa hỗ trợ sức khoẻ cộng đồng các phường phía tây thành phố"


def listings(connection: Connection, count: int = 40) -> tuple[Listing, ...]:
    """Listings with long names and texts, a number of their own in each name and phone."""
    three(connection)
    base = leaving.shown(connection)
    return tuple(
        replace(
            base[at % 3],
            id=f"{at:08}-0000-4000-8000-000000000000",
            service=f"{LONG} {at}" if at % 2 else f"{base[at % 3].service} {at}",
            phones=(f"0000 000 {at:03}", f"+84 24 0000 {at:04}"),
            reception={"vi": f"{LONG}. " * (1 + at % 5)},
        )
        for at in range(count)
    )


def read(made: bytes) -> tuple[PdfReader, str]:
    """The whole text, with one space between words."""
    reader = PdfReader(io.BytesIO(made))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).replace("\u200b", "").split())


@pytest.mark.parametrize("form", handbook.FORMS)
def test_every_name_and_phone_is_found_whole(connection: Connection, form: str) -> None:
    many = listings(connection)
    reader, text = read(handbook.make(many, on=TODAY, form=form, chat="https://example.org/"))
    missing = [one.service for one in many if one.service not in text]
    missing += [number for one in many for number in one.phones if number not in text]
    assert missing == []
    assert "Hỏi thêm tại đây" in text and "https://example.org/" in text, "beside the code stands what it leads to"
    assert text.count("Kiểm tra ngày 7/12/2026") == len(many), "the day of the check stands on every entry"
    width, height = {"a5": (420, 595), "a6": (298, 420), "large": (595, 842)}[form]
    sizes = {(float(page.mediabox.width), float(page.mediabox.height)) for page in reader.pages}
    assert {(round(wide), round(high)) for wide, high in sizes} == {(width, height)}
    assert outside(reader) == [], "no text stands beyond the edge of its page"


def outside(reader: PdfReader) -> list[str]:
    found: list[str] = []
    for page in reader.pages:
        width, height = float(page.mediabox.width), float(page.mediabox.height)

        def look(
            text: str, cm: Any, tm: Any, font: Any, size: Any, width: float = width, height: float = height
        ) -> None:
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            if text.strip() and not (-1 <= x <= width and -1 <= y <= height + 1):
                found.append(text)

        page.extract_text(visitor_text=look)
    return found


def test_the_cover_is_silent_and_the_contents_are_by_place_and_by_need(connection: Connection) -> None:
    many = listings(connection, 6)
    reader, text = read(handbook.make(many, on=TODAY))
    assert " ".join(reader.pages[0].extract_text().split()) == "Sổ liên hệ Bản ngày 7/12/2026"
    assert reader.metadata is not None and reader.metadata.title == "Sổ liên hệ" and not reader.metadata.author
    contents = " ".join(reader.pages[2].extract_text().split())
    assert contents.startswith("Theo nơi Hà Nội 2 Quận Cầu Giấy 2 Khánh Hoà 4 Theo việc cần")
    assert "https://" not in text, "without an address of the chat there is no code"
    assert "Hoàng Mai" not in text and "Địa chỉ giữ kín" in text


def test_the_contents_by_need_say_where_each_is_and_no_more_of_a_sealed_one(connection: Connection) -> None:
    """A handbook of several provinces: who looks up a need sees which of the pages is near."""
    three(connection)
    reader, _ = read(handbook.make(leaving.shown(connection), on=TODAY))
    contents = " ".join(" ".join(page.extract_text() for page in reader.pages[2:4]).split())
    assert f"{OPEN.service} · quận Cầu Giấy, Hà Nội" in contents and f"{SEALED.service} · Hà Nội" in contents


def test_fonts_are_inside_and_headings_are_tagged(connection: Connection) -> None:
    reader, _ = read(handbook.make(listings(connection, 3), on=TODAY))
    fonts = {str(font["/BaseFont"]) for page in reader.pages for font in descriptors(page)}
    assert fonts and all("LibertinusSerif" in name for name in fonts)
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or bool(root["/MarkInfo"]["/Marked"])
    kinds = set(tags(root["/StructTreeRoot"]))
    assert {"/H1", "/H2"} <= kinds and root["/Lang"] == "vi"


def descriptors(page: Any) -> Iterator[Any]:
    for font in page["/Resources"].get("/Font", {}).values():
        for inner in font.get_object().get("/DescendantFonts", [font]):
            described = inner.get_object()
            assert any(key.startswith("/FontFile") for key in described["/FontDescriptor"].get_object())
            yield described


def tags(node: Any) -> Iterator[str]:
    node = node.get_object()
    if not isinstance(node, dict):
        return
    yield str(node.get("/S", ""))
    below = node.get("/K", [])
    below = below.get_object() if hasattr(below, "get_object") else below
    for one in below if isinstance(below, list) else [below]:
        yield from tags(one) if hasattr(one, "get_object") else ()


def test_only_what_is_wanted_is_printed(connection: Connection) -> None:
    three(connection)
    shown = leaving.shown(connection)
    _, text = read(handbook.make(shown, on=TODAY, need="shelter.refuge"))
    assert SEALED.service in text and OPEN.service not in text and BARE.service not in text
    _, text = read(handbook.make(shown, on=TODAY, province="56", language="en"))
    assert BARE.service in text and OPEN.service not in text and text.startswith("Contacts")
    with pytest.raises(NotPrinted):
        handbook.make(shown, on=TODAY, province="01", need="work.training")


def test_a_word_without_end_and_signs_of_the_setter_are_printed_as_they_stand(connection: Connection) -> None:
    base = listings(connection, 1)[0]
    evil = replace(base, service="#panic() $x$ *y* \\ @label <a> " + "w" * 120)
    reader, text = read(handbook.make([evil], on=TODAY, form="a6"))
    assert "#panic() $x$ *y* \\ @label <a>" in text and outside(reader) == []


def test_whatever_goes_wrong_in_the_press_stays_in_it(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    for body, says in (("raise MemoryError", "ended with 1"), ("import os; os.abort()", "ended with -6")):
        broken = tmp_path / "press.py"
        broken.write_text(body)
        monkeypatch.setattr(press, "__file__", str(broken))
        with pytest.raises(NotPrinted, match=says):
            handbook.make(listings(connection, 1) if body.startswith("raise") else leaving.shown(connection), on=TODAY)
