"""What somebody looks for is recognised in her own spelling."""

import pytest

from directory import needs
from directory.reading import read


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("xet nghiem hiv o cau giay", "health.hiv_test"),
        ("xn hiv", "health.hiv_test"),
        ("can cho tron", "shelter.refuge"),
        ("xin bao cao su", "health.supplies"),
        ("tham van tam ly", "mind.distress"),
        ("luật sư miễn phí", "legal.aid"),
        ("hoc nghe lam banh", "livelihood.training"),
    ],
)
def test_the_need_is_recognised(text: str, code: str) -> None:
    assert needs.read(read(text))[0].code == code


def test_no_need_is_invented() -> None:
    for text in ("xin chào", "cảm ơn nhé", "", "từ từ em trả lời"):
        assert needs.read(read(text)) == ()


def test_every_need_has_a_label_and_a_group() -> None:
    for code, need in needs.NEEDS.items():
        assert needs.label(code, "vi") and needs.label(code, "en")
        assert needs.group_of(code) == need.group


def test_wishes_beside_the_need_are_heard() -> None:
    assert needs.wishes(read("xn hiv mien phi buoi toi")) == {"free", "evening"}
