"""What the card and the answers about it say: how to come in unnoticed, which papers, and in whose language."""

from datetime import UTC, datetime
from typing import Any

import pytest

from directory import followup
from directory.listing_text import describe
from directory.listings import Listing
from directory.places import PlaceKey, Tier
from directory.reading import read
from directory.search import hit_now

NOW = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)
WAY = "Cửa bên hông, hỏi bàn số hai"


def listing(**told: Any) -> Listing:
    base: dict[str, Any] = {"organisation": "Tổ chức", "service": "Phòng khám", "kind": "hiv_clinic"}
    base |= {"needs": ("health.hiv_test",), "place": PlaceKey(Tier.OLD_DISTRICT, "005"), "province": "01"}
    base |= {"phones": ("024 3000 0000",), "reception": {}, "price": {}, "papers": {}, "audience": (), "hours": None}
    base |= {"languages": ("vi",), "attributes": (), "verified_on": {}, "state": "published", "revision": 1}
    base |= dict.fromkeys(("is_sealed", "is_demo", "is_under_review"), False)
    return Listing(**{"id": "p", "service_id": "s", **base, **told})


def said(one: Listing, language: str = "vi") -> str:
    return describe(hit_now(one, NOW), language)


def test_the_card_says_how_to_come_in_and_which_papers_are_asked_for() -> None:
    text = said(listing(directions=WAY, papers={"vi": "Cần thẻ bảo hiểm"}))
    assert f"Đường vào: {WAY}" in text and "Giấy tờ: Cần thẻ bảo hiểm" in text


def test_no_papers_is_said_where_nobody_wrote_a_sentence() -> None:
    assert "Giấy tờ: không cần" in said(listing(attributes=("no_papers",)))
    assert "Giấy tờ" not in said(listing())


@pytest.mark.parametrize("text", ["chỗ đó ở đâu", "chỗ này đi vào cửa nào", "cho do loi vao the nao"])
def test_asked_where_it_is_the_answer_says_how_to_come_in(text: str) -> None:
    one = listing(directions=WAY)
    asked = followup.read(read(text), [one])
    assert asked is not None and WAY in followup.answer(asked, now=NOW)


def test_a_sealed_place_says_which_papers_and_never_the_way() -> None:
    text = said(listing(is_sealed=True, papers={"vi": "Không cần giấy tờ"}))
    assert "Giấy tờ: Không cần giấy tờ" in text and "Đường vào" not in text
