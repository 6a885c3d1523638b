"""Requirement 1: a listing is found by its organisation's name, also with a slip; nothing else is taken for a name."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.commands.bench_search import listings_for
from directory import naming, search
from directory.listing_index import build, sound_of
from directory.places import PlaceKey, Tier
from directory.reading import read
from directory.shelf import Shelf
from tests.directory.test_listing_text import listing

AT = datetime(2026, 12, 7, 3, tzinfo=UTC)


NAMES = """Nhóm Hoa Sen|Nhóm Nắng Mai|Nhóm Nắng Xuân|Trung tâm Hải Âu|Văn phòng Cầu Vồng|Nhóm Cỏ Lau|Quán Đồi Gió
Trung tâm Bồ Câu|Nhóm Hạt Mầm|Tổ Mưa Nhỏ|Nhóm Con Đường|Trung tâm Sông Xanh"""


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    names = NAMES.replace("\n", "|").split("|")
    listings = list(listings_for(len(names)).values())
    own = [replace(one, organisation=f"{name} (mẫu)") for one, name in zip(listings, names, strict=True)]
    return Shelf(build(own))


@pytest.mark.parametrize(
    ("text", "id"),
    [("nhóm hoa sen", "l0"), ("nhom hoa sne", "l0"), ("hoa sen", "l0"), ("nhom nang mia", "l1"), ("song xnah", "l11")],
)
def test_a_name_is_found_with_a_slip_in_it(shelf: Shelf, text: str, id: str) -> None:
    found = search.search(shelf, search.question(text, at=AT)).results
    assert [hit.listing.id for hit in found][:1] == [id]


@pytest.mark.parametrize("text", ["hoa hồng", "cảm ơn nhóm", "sen", "nắng quá trời", "xin chào"])
def test_a_word_of_a_name_or_two_of_different_names_are_no_name(shelf: Shelf, text: str) -> None:
    assert naming.called(shelf, read(text)) == ()


NEARLY_SOMETHING_ELSE = """Nhóm Lau Sậy|Nhóm Bền Hưng|Nhóm Khâu Buông|Nhóm Kia Tia|Nhóm Kia Thua|Nhóm Bát Ngô
Xét nghiệm HIV|Nhóm Chuyển Mùa"""


@pytest.fixture(scope="module")
def crowded() -> Shelf:
    names = NEARLY_SOMETHING_ELSE.replace("\n", "|").split("|")
    listings = list(listings_for(3000).values())
    own = [replace(one, organisation=f"{name} (mẫu)") for one, name in zip(listings, names, strict=False)]
    return Shelf(build([*own, *listings[len(own) :]]))


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("nhóm lau say", "l0"),  # "lau" alone is a sickness
        ("nhom lau sya", "l0"),
        ("nhom ben hung", "l1"),  # nearly Bình Hưng
        ("nhom khau buong", "l2"),  # nearly "bị ép buộc"
        ("nhom kia tua", "l4"),  # a letter lost, before another letter
        ("nhom kai tia", "l3"),
        ("nhom bt ngo", "l5"),  # "bt" is short for biết, bình thường
    ],
)
def test_a_whole_name_goes_before_what_a_need_or_a_place_nearly_says(crowded: Shelf, text: str, id: str) -> None:
    found = search.search(crowded, search.question(text, at=AT)).results
    assert [hit.listing.id for hit in found][:1] == [id]


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("nhom nau say", "l0"),  # n for l, as many say it in the north
        ("nhom kia tia nằm ở đâu", "l3"),
        ("nhóm trâu buông", None),
        ("nhom chuyen mua", "l7"),
        ("nhom truyen mua", "l7"),
    ],
)
def test_a_name_written_by_ear_is_found(crowded: Shelf, text: str, id: str | None) -> None:
    found = search.search(crowded, search.question(text, at=AT)).results
    assert [hit.listing.id for hit in found][:1] == ([id] if id else [])


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("trai", "chai", True), ("xich", "sit", True), ("ruong", "duon", True), ("nong", "long", True),
        ("giay", "dai", True), ("kon", "con", True), ("nghe", "nge", True), ("khoc", "hoc", False),
        ("cho", "co", False), ("nha", "na", False), ("hiv", "hi", False), ("tan", "tam", False),
    ],
)  # fmt: skip
def test_syllables_that_some_regions_say_alike(one: str, other: str, is_alike: bool) -> None:
    assert (sound_of(one) == sound_of(other)) is is_alike


def test_a_name_from_its_first_word_to_its_last_goes_before_a_need_beside_it(crowded: Shelf) -> None:
    asked = search.question("nhom lau say co methadone khong", at=AT)
    assert asked.needs == ("health.drugs",)
    assert search.search(crowded, asked).results[0].listing.id == "l0"
    half = search.question("nhom say co methadone khong", at=AT)
    assert all(hit.listing.id != "l0" for hit in search.search(crowded, half).results)


TURNED = "Nhóm Tóc Theo|Nhóm Theo Top|Nhóm Vừa Thiêu|Tổ chức Phai Thieu|Nhóm Hay Xuc|Nhóm Hay Cun|Nhóm Toe Thieu"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("nhóm theo toc", ["l0", "l1"]),  # all its words, turned; before a name in this order with a slip in it
        ("cho em hỏi nhóm theo toc ở đâu", ["l0", "l1"]),
        ("nhóm theo top", ["l1"]),  # as it stands
        ("toe thieu phai khong", ["l6"]),  # "phải không" is no name
        ("vua thieu ha noi", ["l2"]),  # elsewhere; what is called after a word of the place is not meant
    ],
)
def test_words_as_they_are_go_before_what_others_are_like_by_chance(text: str, ids: list[str]) -> None:
    listings = [replace(one, organisation="Tổ chức mẫu") for one in listings_for(3000).values()]
    da_nang, hanoi = (PlaceKey(Tier.NEW_PROVINCE, code) for code in ("48", "01"))
    named = zip(listings, TURNED.split("|"), strict=False)
    own = [replace(one, organisation=name, place=da_nang, province="48") for one, name in named]
    near = replace(listings[7], organisation="Nhóm Vua Hay", place=hanoi, province="01")
    shelf = Shelf(build([*own, near, *listings[8:]]))
    found = search.search(shelf, search.question(text, at=AT)).results
    assert [hit.listing.id for hit in found][: len(ids)] == ids


def test_words_of_a_name_that_are_a_place_elsewhere_are_the_name() -> None:
    shelf = Shelf(build([listing(id="a", service="Nhóm Tân Hồng", organisation="Tổ chức Sơn Trà Xanh")]))
    for text in ("to chuc son tra xanh", "nhom tan hong", "to chuc son ta xanh"):
        found = search.search(shelf, search.question(text, at=AT))
        assert [hit.listing.id for hit in found.results] == ["a"], text


@pytest.mark.parametrize(
    ("text", "need"), [("lau", "health.sti"), ("lậu", "health.sti"), ("xét nghiệm HIV", "health.hiv_test")]
)
def test_a_need_that_says_all_that_was_typed_goes_before_a_name(crowded: Shelf, text: str, need: str) -> None:
    found = search.search(crowded, search.question(text, at=AT)).results
    assert len(found) == 3
    assert all(need in hit.listing.needs for hit in found)


def test_what_is_called_so_elsewhere_is_shown_as_elsewhere(crowded: Shelf) -> None:
    asked = search.question("nhom lau say o hoan kiem", at=AT)
    found = search.search(crowded, asked)
    assert found.results[0].listing.id == "l0" and found.widened is not None
    assert found.widened["from"] == search.as_key(asked.places[0]) and found.widened["why"] == "none_in_place"
    assert found.widened["to"] == search.as_key(found.results[0].listing.place)


def test_where_a_need_is_named_beside_it_a_name_elsewhere_does_not_push_the_place_aside(crowded: Shelf) -> None:
    found = search.search(crowded, search.question("lau say xet nghiem hiv o hoan kiem", at=AT))
    assert all(hit.listing.id != "l0" for hit in found.results)


def test_the_type_of_a_place_is_no_word_of_a_name() -> None:
    reading = read("nhom lau say thanh pho vinh")
    said = naming.name_words(reading, [(5, 6)])
    assert [one.plain for one in said] == ["nhom", "lau", "say"]


def test_a_sentence_about_something_else_names_no_place_by_chance() -> None:
    of_two = Shelf(build([listing(id="a", service="Trung tâm Sao Mai"), listing(id="b", service="Phòng khám Hoa Sen")]))

    def called(text: str) -> list[str]:
        return [one.service for one in naming.plainly_called(of_two, read(text))]

    assert called("phong kham hoa sen mai may gio mo") == ["Phòng khám Hoa Sen"]
    assert called("trung tâm sao mai có mất tiền không") == ["Trung tâm Sao Mai"]
    assert called("mất căn cước thì làm sao, mai em đi làm lại được không") == []
    assert called("phải làm sao mai em mới có giấy tờ") == []
