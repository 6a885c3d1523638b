"""Tables as offices keep them: the place in several columns, and needs and kinds in everyday words."""

import pytest

from directory.exchange import spreadsheet
from directory.exchange.rows import understand
from directory.places import PlaceKey, Tier

HEAD = "Tên cơ sở;Tổ chức;Loại nơi;Nhu cầu;Phường/Xã;Quận/Huyện;Tỉnh/TP;SĐT\n"


def read(*lines: str) -> tuple[tuple[spreadsheet.Row, ...], tuple[spreadsheet.Trouble, ...]]:
    return spreadsheet.parse(HEAD + "".join(f"{line};024 3123 4567\n" for line in lines))


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ("Dịch Vọng;Cầu Giấy;Hà Nội", PlaceKey(Tier.OLD_WARD, "00166")),
        ("5;3;TP.HCM", PlaceKey(Tier.OLD_WARD, "27151")),
        ("xã Phú Cát;huyện Quốc Oai;Hà Nội", PlaceKey(Tier.OLD_WARD, "09922")),
        (";quận Cầu Giấy;Hà Nội", PlaceKey(Tier.OLD_DISTRICT, "005")),
        (";;Huế", PlaceKey(Tier.NEW_PROVINCE, "46")),
    ],
)
def test_ward_district_and_province_in_columns_of_their_own_are_one_place(cells: str, key: PlaceKey) -> None:
    (row,), wrong = read(f"Phòng khám A;Tổ chức A;phòng khám HIV;PrEP;{cells}")
    assert wrong == () and row.draft.place == key
    if key.tier is Tier.OLD_WARD:
        assert "place" in {column for column, _, _ in row.read_as}, "a dry run says how it was read"


def test_an_unknown_ward_in_its_own_column_is_named() -> None:
    rows, (wrong,) = read("Phòng khám A;Tổ chức A;phòng khám HIV;PrEP;Không Có;Cầu Giấy;Hà Nội")
    assert rows == () and wrong.column == "place" and wrong.what == "phường Không Có"


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("Xét nghiệm HIV, PrEP", ("health.hiv_test", "health.prep")),
        ("bao cao su; nhóm đồng đẳng", ("health.supplies", "peers.group")),
        ("trợ giúp pháp lý", ("legal.aid",)),
        ("tạm lánh, tư vấn tâm lý", ("shelter.refuge", "mind.distress")),
        ("methadone", ("health.drugs",)),
    ],
)
def test_needs_in_everyday_words_are_read_and_shown_as_read(cell: str, codes: tuple[str, ...]) -> None:
    (row,), wrong = read(f"Phòng khám A;Tổ chức A;phòng khám HIV;{cell.replace(';', ',')};;quận Cầu Giấy;Hà Nội")
    assert wrong == () and row.draft.needs == codes
    assert ("needs", cell.replace(";", ","), "; ".join(codes)) in row.read_as


@pytest.mark.parametrize("cell", ["đánh cờ", "khám chó", "xét nghiệm nước, PrEP"])
def test_words_that_name_no_need_are_named(cell: str) -> None:
    rows, wrong = read(f"Phòng khám A;Tổ chức A;phòng khám HIV;{cell};;quận Cầu Giấy;Hà Nội")
    assert rows == () and {one.column for one in wrong} == {"needs"}


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("Trạm y tế", "commune_health_station"), ("trạm y tế phường", "commune_health_station"), ("CDC", "cdc"),
        ("Hiệu thuốc", "pharmacy"), ("văn phòng luật sư", "legal_firm"), ("BV", "hospital"),
        ("Phòng khám tư nhân", "private_clinic"), ("Mái ấm", "shelter"), ("OPC", "hiv_clinic"),
        ("trung tâm dạy nghề", "vocational_school"), ("CLB", "peer_club"),
    ],
)  # fmt: skip
def test_kinds_in_everyday_words(cell: str, kind: str) -> None:
    (row,), wrong = read(f"Phòng khám A;Tổ chức A;{cell};PrEP;;quận Cầu Giấy;Hà Nội")
    assert wrong == () and row.draft.kind == kind


def test_a_row_without_a_kind_says_that_it_is_empty() -> None:
    rows, wrong = read("Phòng khám A;Tổ chức A;;PrEP;;quận Cầu Giấy;Hà Nội")
    assert rows == () and [(one.column, one.says) for one in wrong] == [("kind", "is empty")]


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("Nữ", ("women",)), ("nam; nữ", ("men", "women")), ("phụ nữ, người chuyển giới", ("women", "trans")),
        ("chị em, dưới 18", ("women", "minors")), ("MSM", ("men",)), ("người nước ngoài", ("foreigners",)),
    ],
)  # fmt: skip
def test_whom_a_place_receives_in_everyday_words(cell: str, codes: tuple[str, ...]) -> None:
    told = {"service": "A", "organisation": "B", "kind": "cdc", "needs": "PrEP", "place": "quận Cầu Giấy, Hà Nội"}
    row, wrong = understand(2, {**told, "audience": cell})
    assert wrong == () and row.draft.audience == codes


def test_a_number_of_one_person_is_named_as_such() -> None:
    told = {"service": "A", "organisation": "B", "kind": "cdc", "needs": "PrEP", "place": "quận Cầu Giấy, Hà Nội"}
    _, wrong = understand(2, {**told, "price.vi": "Gọi anh Tuấn 0912345678"})
    says = "“0912345678” is one person's own: leave it out, the place's number belongs under phones"
    assert [str(one) for one in wrong] == [f"row 2, column price.vi: {says}"]
