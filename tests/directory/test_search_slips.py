"""Requirements 1, 4 and 5: slips, glued words and other marks are forgiven, and nothing is invented from them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from directory import needs, places, search
from directory.near_places import read as nearly_named
from directory.reading import read

NOT_HERE = Path(__file__).resolve().parents[1] / "examples" / "not_here.tsv"
AT = datetime(2026, 12, 7, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "need", "place"),
    [
        ("boa cao su ở Quảng Yên", "health.supplies", "thị xã Quảng Yên"),
        ("khám giang mi huyện Thường Tín", "health.sti", "huyện Thường Tín"),
        ("bo hiểm y tế huyện Long Phú", "health.insurance", "huyện Long Phú"),
        ("thuốc AVR huyện Hiả Hà", "health.arv", "huyện Hải Hà"),
        ("nhóm đng đẳng ở Quảng Ynê", "peers.group", "thị xã Quảng Yên"),
        ("hcọ nghề huyện Kến Thuỵ", "livelihood.training", "huyện Kiến Thuỵ"),
        ("làm căn cước hyuện Nnh Hải", "papers.id", "huyện Ninh Hải"),
        ("methadonehuyen vi thuy", "health.drugs", "huyện Vị Thuỷ"),
        ("hoc ngheo gia lam", "livelihood.training", "huyện Gia Lâm"),
        ("thuoc tranh thai o quocoai", "health.contraception", "huyện Quốc Oai"),
        ("hóc nghề huyện Thưởng Tín", "livelihood.training", "huyện Thường Tín"),
        ("hormone chuyển giới ở Bcắ Tân Uyên", "health.trans", "huyện Bắc Tân Uyên"),
        ("thuốc PrEP quấn 7", "health.prep", "quận 7"),
        ("xét nghiệm HIV quận Thanh Xâun", "health.hiv_test", "quận Thanh Xuân"),
        ("methadone ở Ct Hải", "health.drugs", "huyện Cát Hải"),
        ("methadone ở ct", "health.drugs", "Cần Thơ"),
        ("thuốc PrEP ở Sn Trrà", "health.prep", "quận Sơn Trà"),
        ("xét nghiệm HIV ở Điện Bnnà", "health.hiv_test", "thị xã Điện Bàn"),
        ("methadone huuyện Kánh Vĩnh", "health.drugs", "huyện Khánh Vĩnh"),
        ("khám phụ khhoa huyện Bình Liêu", "health.general", "huyện Bình Liêu"),
        ("thuốc ARV thành phố Nãg Bảy", "health.arv", "thành phố Ngã Bảy"),
        ("bo co su ở Cờ Đỏ", "health.supplies", "huyện Cờ Đỏ"),
        ("trợ giúp páp lý quận Hải An", "legal.aid", "quận Hải An"),
        ("trợ giúp pháp lý hyện Tiên Lng", "legal.aid", "huyện Tiên Lãng"),
        ("điều tịr si đa quận Hà Đông", "health.arv", "quận Hà Đông"),
        ("dính hiv rooi quận 7", "health.arv", "quận 7"),
        ("phá thi ở Ninh Phước", "health.abortion", "huyện Ninh Phước"),
        ("cho o tmạ quan ha dong", "shelter.refuge", "quận Hà Đông"),
        ("thuốc ngừa hvi ở Ba Vì", "health.prep", "huyện Ba Vì"),
        ("thử hvi ở Ba Vì", "health.hiv_test", "huyện Ba Vì"),
        ("khám tai ở Ba Vì", "health.general", "huyện Ba Vì"),
    ],
)
def test_need_and_place_are_found_in_spite_of_slips(text: str, need: str, place: str) -> None:
    asked = search.question(text, at=AT)
    assert asked.needs[0] == need
    assert places.name_of(asked.places[0]).startswith(place)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("le chan uong methadone", "quận Lê Chân"),  # nearly Chân Mộng
        ("nha trang khanh hoa pha thai", "thành phố Nha Trang"),  # nearly Trùng Khánh
        ("vị thanh hậu giang thử hiv", "thành phố Vị Thanh"),
    ],
)
def test_a_district_that_stands_there_whole_is_no_end_of_another_name(text: str, place: str) -> None:
    asked = search.question(text, at=AT)
    assert places.name_of(asked.places[0]).startswith(place)


@pytest.mark.parametrize(
    ("text", "need"), [("methadone ở Cát Hải", "health.drugs"), ("nhóm đồng đẳng ở Cái Răng", "peers.group")]
)
def test_words_of_a_place_are_no_need_and_words_of_a_need_no_place(text: str, need: str) -> None:
    asked = search.question(text, at=AT)
    assert asked.needs == (need,)
    assert places.units()[asked.places[0]].name in text


@pytest.mark.parametrize(
    "text",
    [
        "bán xe máy cũ",
        "con mèo nhà em đẻ ba con",
        "hôm nay trời đẹp quá",
        "giá vàng bao nhiêu",
        "xem bóng đá ở đâu",
        "cảm ơn nha",
    ],
)
def test_a_search_for_something_else_finds_no_need(text: str) -> None:
    assert search.question(text, at=AT).needs == ()


def _not_here(part: str) -> list[str]:
    lines = [line.split("\t") for line in NOT_HERE.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [text for one, text in lines if one == part]


@pytest.mark.parametrize(
    ("part", "count", "most"), [("tune", 160, 0.02), ("judge", 50, 0.04), ("open", 50, 0.02), ("frozen", 50, 0.02)]
)
def test_searches_for_what_the_directory_does_not_have_find_no_need(part: str, count: int, most: float) -> None:
    texts = _not_here(part)
    assert len(texts) == count
    found = [text for text in texts if search.question(text, at=AT).needs]
    assert len(found) / len(texts) <= most, found


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("xin việc", "livelihood.training"),
        ("cần xe về quê", "relief.emergency"),
        ("mã số thuế", "papers.tax"),
        ("đóng thuế", "papers.tax"),
        ("bị lậu", "health.sti"),
        ("bảo hiểm y tế", "health.insurance"),
        ("thuê phòng trọ", "shelter.room"),
        ("xin đồ ăn", "relief.emergency"),
    ],
)
def test_what_stands_in_the_taxonomy_is_still_found(text: str, need: str) -> None:
    assert search.question(text, at=AT).needs[0] == need


@pytest.mark.parametrize(
    ("text", "need"),
    [("nhà tạm lánh thành pố Tuhận An", "shelter.refuge"), ("hoc nghe otien yen", "livelihood.training")],
)
def test_beside_a_need_that_is_named_nothing_else_is_guessed(text: str, need: str) -> None:
    assert search.question(text, at=AT).needs == (need,)


def test_outside_of_a_search_words_that_are_right_mean_themselves() -> None:
    assert needs.read(read("nó cất hải sản rồi")) == ()
    assert [guess.code for guess in needs.read(read("em uong hormoone roi"))] == ["health.trans"]


def test_letters_that_are_near_no_name_are_no_place() -> None:
    assert nearly_named(read("o xyzq")) is None
    assert nearly_named(read("em dang o nha")) is None


def test_of_very_many_the_nearest_come_first_wherever_they_stand_on_the_shelf() -> None:
    from dataclasses import replace

    from bot.commands.bench_search import listings_for
    from directory.listing_index import build
    from directory.shelf import Shelf

    far, near = (places.PlaceKey(places.Tier.OLD_DISTRICT, code) for code in ("016", "274"))
    shown = list(listings_for(200).values())
    where = [replace(one, needs=("health.prep",), place=far, province="01") for one in shown]
    shelf = Shelf(build([*where[:-1], replace(where[-1], place=near)]))
    asked = search.Question(("health.prep",), near=places.centre_of(places.PlaceKey(places.Tier.OLD_DISTRICT, "002")))
    assert search.search(shelf, asked).results[0].listing.place == near


def test_what_lies_in_the_place_comes_before_what_only_shares_a_commune_with_it() -> None:
    from bot.commands.bench_search import listings_for
    from directory.listing_index import build
    from directory.shelf import Shelf

    shelf = Shelf(build(listings_for(5000).values()))
    asked = search.question("thuốc ARV quận Hoàn Kiếm", at=AT)
    assert {hit.listing.place for hit in search.search(shelf, asked).results} == {asked.places[0]}
