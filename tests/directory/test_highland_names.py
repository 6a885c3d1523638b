"""Requirement 6: names of the highlands with an apostrophe, whichever sign a keyboard makes of it, or none."""

import unicodedata

import pytest

from bot import understanding
from bot.understanding.searching import question
from directory import places
from directory.exchange import said_places
from directory.reading import fold
from tests.directory.test_naming import AT

SIGNS = ("'", "’", "‘", "`", "´", "ʼ", "′", "ʹ", "''", "' ", " '", " ' ", "’ ", "-", " ", "")
NAMES = ("Ia H' Drai", "Ea H'leo", "Cư M'gar", "Đắk R'Lấp", "M'Đrắk")


def _district(name: str) -> places.PlaceKey:
    (key,) = (key for key, unit in places.units().items() if unit.name == name and key.tier == "old_district")
    return key


def _forms(name: str) -> list[str]:
    written = [name.replace("' ", "'").replace("'", sign) for sign in SIGNS]
    written += [fold(one) for one in written] + [one.upper() for one in written]
    return sorted({*written, *(unicodedata.normalize("NFD", one) for one in written)})


@pytest.mark.parametrize("name", NAMES)
def test_an_apostrophe_may_be_any_sign_or_none(name: str) -> None:
    key = _district(name)
    for form in _forms(name):
        for text in (f"xét nghiệm hiv ở {form}", f"em ở {form} cần xn hiv", f"xn hiv huyện {form}"):
            asked, meant = question(text, at=AT), understanding.read(text)
            assert asked.places == (key,), text
            assert key in [guess.key for guess in meant.places], text


@pytest.mark.parametrize("name", NAMES)
def test_a_table_has_it_with_any_sign_too(name: str) -> None:
    key = _district(name)
    province = places.name_of(key).partition(", ")[2]
    for form in _forms(name):
        for words in (f"huyện {form}", f"huyện {form}, {province}", f"{form}, {province}"):
            found = said_places.said(words, "", "").key
            assert found == key or (found and places.name_of(found).startswith("xã ") and "huyện" not in words), words


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Đắk Đoa", "Đăk Đoa"), ("Đak Đoa", "Đăk Đoa"), ("Đăk Tô", "Đắk Tô"), ("Đắk Pơ", "Đăk Pơ"),
        ("Đắk Glong", "Đăk Glong"), ("Đăk Mil", "Đắk Mil"), ("Chư Jút", "Cư Jút"), ("Chư Kuin", "Cư Kuin"),
        ("Chư M'gar", "Cư M'gar"), ("Krông Ana", "Krông A Na"), ("KBang", "KBang"), ("K'Bang", "KBang"),
        ("K’bang", "KBang"), ("EaH'leo", "Ea H'leo"), ("CưM’gar", "Cư M'gar"), ("Krông Nô", "Krông Nô"),
        ("krong no", "Krông Nô"), ("Krông Pách", "Krông Pắc"), ("Krông Buk", "Krông Búk"), ("Chư Pah", "Chư Păh"),
    ],
)  # fmt: skip
def test_names_that_are_written_in_two_ways(written: str, name: str) -> None:
    key = _district(name)
    for text in (f"xét nghiệm hiv ở {written}", f"xn hiv huyện {written}"):
        assert question(text, at=AT).places == (key,), text
        assert key in [guess.key for guess in understanding.read(text).places], text
    assert said_places.said(f"huyện {written}", "", "").key == key


@pytest.mark.parametrize(
    "text", ["h leo giá thuê phòng quá", "m gặp ở đâu", "sao k bằng người ta", "em h chưa có chỗ ở", "t m gap nhau di"]
)
def test_letters_of_chat_are_no_name(text: str) -> None:
    assert understanding.read(text).places == () and question(text, at=AT).places == ()
