"""Numbers, addresses and links never reach the first insert."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.masking import Hidden, mask


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sđt e 0000 000 123 nha", Hidden.PHONE),
        ("0000.000.123", Hidden.PHONE),
        ("+84 000-000-123", Hidden.PHONE),
        ("0 0 0 0 0 0 0 1 2 3", Hidden.PHONE),
        ("không không ba bốn năm sáu bảy tám chín một", Hidden.PHONE),
        ("００００ ０００ １２３", Hidden.PHONE),
        ("0000\u200b000\u200b123", Hidden.PHONE),
        ("cccd 000000000123", Hidden.CARD),
        ("mail em ten.em@example.org nhé", Hidden.MAIL),
        ("https://example.org/a?b=c", Hidden.LINK),
        ("tên em là Hoa Mai, em cần giúp", Hidden.NAME),
        ("số nhà 12/3 ngõ 45", Hidden.STREET),
        ("em ở số 111", Hidden.STREET),
        ("số 111 đường Láng", Hidden.STREET),
    ],
)
def test_what_points_at_a_person_is_taken_out(text: str, kind: Hidden) -> None:
    masking = mask(text)
    assert kind in masking.hidden
    assert f"⟦{kind}⟧" in masking.text
    assert "123" not in masking.text and "Hoa Mai" not in masking.text and "ten.em" not in masking.text


PUBLIC = [
    "gọi 115 nha", "gọi số 111 được không", "so 115", "1800 1768 có phải không", "tên em là gì", "14t", "5tr2",
    "q1 tphcm", "9h30",
]  # fmt: skip


@pytest.mark.parametrize("text", PUBLIC)
def test_what_points_at_nobody_stays(text: str) -> None:
    assert mask(text).text == text


@given(st.text(max_size=300))
def test_any_text_can_be_masked_and_masking_twice_changes_nothing(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once


@given(st.lists(st.integers(0, 9), min_size=9, max_size=11), st.sampled_from(["", " ", ".", "-"]))
def test_no_phone_of_any_form_survives(digits: list[int], between: str) -> None:
    number = between.join(map(str, digits))
    if not number.replace(between, "").startswith(("1800", "1900")):
        assert number not in mask(f"gọi {number} nhé").text


def test_a_hundred_thousand_characters_are_read_to_the_end() -> None:
    assert mask("a b " * 25_000 + "0000 000 123").hidden == {Hidden.PHONE}


@pytest.mark.parametrize(
    "text",
    [
        "https://maps.app.goo.gl/AbC123", "maps.app.goo.gl/AbC123", "https://maps.google.com/?q=21.03,105.85",
        "https://www.google.com/maps/@21.03,105.85,15z", "https://goo.gl/maps/xyz", "21.0285, 105.8542",
        "em ở 10.762622,106.660172 nè",
    ],
)  # fmt: skip
def test_a_map_link_and_a_point_are_taken_out_as_a_place_that_she_may_hand_over(text: str) -> None:
    found = mask(text)
    assert found.hidden == {Hidden.PLACE}
    assert [kind for kind, _ in found.fragments] == ["place"]
    assert "21.0" not in found.text and "10.7" not in found.text and "goo" not in found.text


def test_other_links_and_numbers_with_a_point_are_no_place() -> None:
    assert mask("https://example.org/maps").fragments == ()
    assert mask("sốt 38.5, uống 2.5 viên").hidden == frozenset()
