"""Asked which of those shown: those that fit, from what is known of them; nobody is called open or free who is not."""

from datetime import datetime
from typing import Any

import pytest

from directory import among, followup
from directory.hours import Hours
from directory.listings import Listing
from directory.places import PlaceKey, Tier
from directory.reading import read
from tests.directory.test_listing_text import listing

NOW = datetime.fromisoformat("2026-12-08T18:00+07:00")
CAU_GIAY = PlaceKey(Tier.OLD_DISTRICT, "005")


def one(id: str, hours: str | None, **told: Any) -> Listing:
    told = {"id": id, "place": CAU_GIAY, "price": {}, "papers": {}, "attributes": ()} | told
    return listing(hours=Hours.parse([hours]) if hours else None, **told)


SHOWN = [
    one("A", "mon-fri 08:00-17:00", price={"vi": "Miễn phí."}, papers={"vi": "Nên mang giấy tờ"}),
    one("B", "mon-sun 08:00-20:00", price={"vi": "Khám miễn phí, thuốc 50.000 đồng"}, attributes=("no_papers",)),
    one("C", None, papers={"vi": "Không cần giấy tờ"}),
]


def ids(text: str, shown: list[Listing] = SHOWN) -> str | None:
    asked = followup.read(read(text), shown, now=NOW)
    return "".join(found.id for found in asked.listings if found) if asked and asked.among else None


@pytest.mark.parametrize(
    ("text", "fitting"),
    [
        ("chỗ nào còn mở", "B"), ("cho nao dang mo cua vay", "B"), ("chỗ nào miễn phí", "A"),
        ("rẻ nhất là chỗ nào", "A"),
        ("cái nào không cần giấy tờ", "BC"), ("chỗ nào mở thứ bảy", "B"), ("which one is free", "A"),
        ("chỗ nào mở mai 8h sáng", "ABC"), ("chỗ nào mở muộn nhất", "ABC"), ("chỗ nào gần nhất", "ABC"),
        ("có chỗ nào miễn phí không", None), ("chỗ nào khác còn mở", None), ("chỗ nào xét nghiệm lậu miễn phí", None),
        ("chỗ nào thân thiện", None), ("ở chỗ nào vậy", None), ("chỗ nào nhận người chuyển giới", None),
    ],
)  # fmt: skip
def test_those_that_fit_are_named(text: str, fitting: str | None) -> None:
    assert ids(text) == fitting


def test_prices_that_cannot_be_compared_are_told_of_each() -> None:
    asked = followup.read(read("chỗ nào rẻ hơn"), SHOWN[1:], now=NOW)
    assert asked is not None
    assert "Mình không so giá được" in followup.answer(asked, now=NOW)


def test_none_open_is_no_answer_from_the_list() -> None:
    assert ids("chỗ nào còn mở", [SHOWN[0], SHOWN[2]]) is None


def test_the_nearest_is_told_only_where_something_tells_them_apart() -> None:
    near, far = one("N", None, point=(21.03, 105.79)), one("F", None, point=(21.10, 105.79))
    sealed = one("S", None, is_sealed=True)
    assert [found.id for found in among.by_distance([far, near, sealed], CAU_GIAY)] == ["N", "F"]
    assert among.by_distance(SHOWN, CAU_GIAY) == ()
    assert among.by_distance([near, far], None) == ()
    assert among.by_distance([near, far], PlaceKey(Tier.NEW_PROVINCE, "01")) == (), "its middle is nobody's place"
