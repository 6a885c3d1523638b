"""What a place is like besides: no name is asked, a ramp, somebody for the children. It is said wherever shown."""

from datetime import UTC, date, datetime

import pytest

from directory import drafts, followup, search
from directory.exchange.entries import entry
from directory.listing_index import build
from directory.listing_text import describe
from directory.listings import Listing
from directory.reading import read
from directory.search import hit_now
from directory.shelf import Shelf
from tests.directory.test_listing_text import listing

NOW = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)


def told(one: Listing, language: str = "vi") -> str:
    return describe(hit_now(one, NOW), language)


@pytest.mark.parametrize(
    ("code", "vi", "en"),
    [
        ("anonymous", "không hỏi tên", "no name asked"),
        ("childcare", "có trông trẻ", "childcare"),
        ("accessible", "lối đi cho xe lăn", "wheelchair"),
        ("trained", "nhân viên đã tập huấn", "staff"),
    ],
)
def test_the_card_the_page_and_the_handbook_say_it(code: str, vi: str, en: str) -> None:
    assert code in drafts.ATTRIBUTES
    one = listing(attributes=(code,))
    assert vi in told(one) and en in told(one, "en")
    assert vi in " ".join(entry(one, on=date(2026, 12, 7)).texts)
    assert vi not in told(listing())


def test_the_page_and_the_handbook_say_whom_it_receives_and_that_it_asks_for_no_papers() -> None:
    said = " ".join(entry(listing(audience=("women",), attributes=("no_papers",)), on=date(2026, 12, 7)).texts)
    assert "Nhận: phụ nữ" in said and "không cần" in said


def test_what_hours_and_price_say_already_is_not_said_twice() -> None:
    assert "miễn phí" in told(listing(attributes=("free",)))
    assert told(listing(attributes=("free",), price={"vi": "Miễn phí"})).lower().count("miễn phí") == 1


@pytest.mark.parametrize(
    "text",
    [
        "xét nghiệm hiv không cần tên ở cầu giấy", "xn hiv an danh cau giay", "xet nghiem hiv khong hoi ten o cau giay",
        "xét nghiệm hiv cầu giấy mà không phải khai tên", "anonymous hiv test cau giay",
    ],
)  # fmt: skip
def test_whoever_wants_to_give_no_name_is_shown_where_none_is_asked(text: str) -> None:
    shelf = Shelf(build([listing(id="a"), listing(id="b", attributes=("anonymous",)), listing(id="c")]))
    found = search.search(shelf, search.question(text, at=NOW))
    assert [hit.listing.id for hit in found.results] == ["b"] and not found.dropped


def test_a_reception_that_says_so_counts_and_where_none_does_that_is_said() -> None:
    says = listing(id="b", reception={"vi": "Chị em đồng đẳng tiếp, không ghi tên"})
    question = search.question("xét nghiệm hiv ẩn danh ở cầu giấy", at=NOW)
    found = search.search(Shelf(build([listing(id="a"), says])), question)
    assert [hit.listing.id for hit in found.results] == ["b"]
    found = search.search(Shelf(build([listing(id="a")])), question)
    assert [hit.listing.id for hit in found.results] == ["a"] and found.dropped == {"anonymous"}


@pytest.mark.parametrize(
    ("text", "code", "vi"),
    [
        ("chỗ đó có hỏi tên không", "anonymous", "không hỏi tên"),
        ("cho do xe lan vao duoc khong", "accessible", "lối đi cho xe lăn"),
        ("chỗ này có trông trẻ không", "childcare", "có trông trẻ"),
    ],
)
def test_asked_about_it_the_answer_is_what_is_kept(text: str, code: str, vi: str) -> None:
    asked = followup.read(read(text), [listing(attributes=(code,))], now=NOW)
    assert asked is not None and vi in followup.answer(asked, now=NOW)
    asked = followup.read(read(text), [listing()], now=NOW)
    assert asked is not None and "danh bạ không ghi" in followup.answer(asked, now=NOW)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("thuốc tránh thai ở nhà thuốc nào cầu giấy", "pharmacy"),
        ("hieu thuoc ban thuoc tranh thai cau giay", "pharmacy"),
        ("phòng khám tư có thuốc tránh thai ở cầu giấy", "private_clinic"),
    ],
)
def test_a_kind_of_place_that_is_named_is_shown_before_others_and_said_where_there_is_none(
    text: str, kind: str
) -> None:
    told = {"needs": ("health.contraception",)}
    clinic, other = listing(id="a", **told), listing(id="b", kind=kind, **told)
    question = search.question(text, at=NOW)
    found = search.search(Shelf(build([clinic, other])), question)
    assert [hit.listing.id for hit in found.results] == ["b"] and not found.dropped
    found = search.search(Shelf(build([clinic])), question)
    assert [hit.listing.id for hit in found.results] == ["a"] and found.dropped == {kind}


def test_advice_for_the_mind_is_not_only_from_a_psychologist() -> None:
    assert "psychologist" not in search.question("tư vấn tâm lý ở cầu giấy", at=NOW).wishes
    assert "psychologist" in search.question("bác sĩ tâm lý ở cầu giấy", at=NOW).wishes
    assert "private_clinic" not in search.question("phòng khám tư vấn hiv cầu giấy", at=NOW).wishes
