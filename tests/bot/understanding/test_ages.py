"""Under 18 and harmed: her own age makes it graver; weeks of pregnancy and somebody else's age do not."""

import pytest

from bot import understanding

HERS = """
e 15t, anh chu quan bat e di khach/em moi 16 tuoi bi chu ep tiep khach/con 14 tuổi bị nhốt ở quán bắt tiếp khách
im 15 and my boss locks me in and forces me to see men
"""
NOT_HERS = """
anh chu quan bat e di khach/em 25t chu bat di khach/em bau 14t bi chong danh/em 30 tuoi bi khach danh
im 25 and my boss locks me in and forces me to see men
"""


def texts(many: str) -> list[str]:
    return [one.strip() for one in many.replace("\n", "/").split("/") if one.strip()]


@pytest.mark.parametrize("text", texts(HERS))
def test_her_own_age_is_heard(text: str) -> None:
    danger = understanding.read(text).danger
    assert danger.level != "none" and "minor" in danger.kinds


@pytest.mark.parametrize("text", texts(NOT_HERS))
def test_no_other_number_is_an_age(text: str) -> None:
    danger = understanding.read(text).danger
    assert danger.level != "none" and "minor" not in danger.kinds


def test_an_age_alone_is_no_danger() -> None:
    assert understanding.read("e 16t muon hoi bao cao su").danger.level == "none"
