"""A place that is only mentioned is not where help is sought; letters, cut names and twins are read as meant."""

import pytest

from bot import understanding
from directory import landmarks, place_words, places
from directory.place_cues import lay_out
from directory.place_spans import Span, find
from directory.reading import read


def _spans(text: str) -> list[Span]:
    return find(lay_out(read(text)))


def _named(text: str) -> list[str]:
    return [guess.name.partition(",")[0] for guess in places.read(read(text)).places]


@pytest.mark.parametrize(
    "text",
    [
        "ong khach dan vinh yen hay ru hit", "bac si nguoi lang son kham cho em",  # where others come from
        "khach hom qua bao lam o quang ninh",
        "Trên báo viết vụ sốc thuốc ở Hải Phòng", "moi doc bao vu chay o nha trang", "nghe bai hat ha noi mua thu",
        "tran hai phong da voi nam dinh ai thang", "ngan hang vib chi nhanh da nang",
        "tung hoc lop trang diem o long xuyen", "thuoc mua hồi đi phan thiet con mot vien",
        "thuoc mua hoi di phan thiet con mot vien",
        "tuan truoc ve yen bai an cuoi", "thang truoc len da lat choi", "phú quốc hồi đó đẹp lắm",
        "Bác sĩ ở Cần Thơ ngày trước nói vậy", "bac si o thai binh ngay xua noi em kho dau thai",
        "me em o ben tre ma biet chac me chet", "ba me o bac giang khong biet con nhan o day",
        "ca nha trong bac kan goi dien bao ve",
        "em khong o hue, chi nho nguoi cu", "dung nham ha long", "chu khong phai ha noi",
        "kham ban dau o thai nguyen ma em không còn ở đó",
    ],
)  # fmt: skip
def test_what_is_only_mentioned_is_seen_as_such(text: str) -> None:
    asides = [span for span in _spans(text) if span.is_aside]
    assert any(span.has_province or place_words.has_district(span.name) for span in asides)
    named = {guess.key for guess in places.read(read(text)).places}
    assert not any(named.intersection(span.keys) for span in asides)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("em la nguoi vinh yen, kham o dau", "thành phố Vĩnh Yên"),
        ("khach o quang ninh danh em", "Quảng Ninh"),
        ("em lam o quang ninh", "Quảng Ninh"),
        ("bao em ra hai phong xet nghiem o dau", "Hải Phòng"),
        ("cho em hoi di phan thiet test o dau", "thành phố Phan Thiết"),
        ("quan 5 ngay truoc benh vien co cho nao phat bcs", "quận 5"),
        ("sa dec hoi xua co chi phat que thu, gio chi dau roi", "thành phố Sa Đéc"),
        ("co cho nao phat bcs khong o da nang", "Đà Nẵng"),
        ("me em o ben tre bi danh, ai giup", "Bến Tre"),
        ("nha em o ben tre, khong biet kham o dau", "Bến Tre"),
        ("Vị Thanh hồi xưa Hậu Giang giờ Cần Thơ, xét nghiệm HIV ở đâu", "thành phố Vị Thanh"),
        ("chi nhanh len, em o da nang", "Đà Nẵng"),
        ("em dang o da lat choi ma bi rat, kham o dau", "thành phố Đà Lạt"),
    ],
)
def test_where_somebody_is_stays_a_place(text: str, place: str) -> None:
    assert _named(text)[:1] == [place]


@pytest.mark.parametrize(
    ("text", "among"),
    [
        ("nhom chuyen gioi o hd co hok ta", {"Hải Dương", "quận Hà Đông"}),
        ("e ở BT cơ sở có prep chưa", {"Bến Tre", "quận Bình Thạnh"}),
        ("nha e o tn, gao het", {"Thái Nguyên", "Tây Ninh"}),
        ("mat cccd o hg do lu", {"Hà Giang", "Hậu Giang"}),
        ("nt, test H kin dao giup e", {"thành phố Nha Trang", "Ninh Thuận"}),
        ("lc, bs nu kham phu khoa", {"Lào Cai", "Lai Châu"}),
        ("pt co cho test hiv ko", {"thành phố Phan Thiết", "Phú Thọ"}),
    ],
)
def test_letters_of_several_towns_are_all_named_and_asked_back(text: str, among: set[str]) -> None:
    told = places.read(read(text))
    assert told.is_ambiguous
    assert among <= {guess.name.partition(",")[0] for guess in told.places}


@pytest.mark.parametrize(("text", "place"), [("mo duc qng", "huyện Mộ Đức"), ("o go cong tg", "thành phố Gò Công")])
def test_letters_behind_their_own_town_settle_it(text: str, place: str) -> None:
    assert _named(text)[:1] == [place]


@pytest.mark.parametrize(
    "text",
    [
        "em bt, ko sao dau", "hd em cach dung voi", "tn em nha", "nt cho em nhe", "no hg cho e ve",
        "tiêm t bn lâu thì được",
        "vl", "cmt full duoi avatar t, t kh lam gi", "cg co duoc kham ko",
    ],
)  # fmt: skip
def test_the_same_letters_elsewhere_are_no_town(text: str) -> None:
    assert not places.read(read(text)).places


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("o dao ly son co tiem nao de bcs", "huyện Lý Sơn"),
        ("no keo nguoi toi tan phong tro binh xuyen vinh phuc", "huyện Bình Xuyên"),
        ("Chủ karaoke bên quận bảy thu căn cước", "quận 7"),
        ("nha tren lau 3 go cong tien giang", "thành phố Gò Công"),
        ("m drak lu ve nha em", "huyện M'Đrắk"),
        ("tram tau khong co ngan hang", "huyện Trạm Tấu"),
        ("huyen quang ninh o quang binh, dung nham ha long", "huyện Quảng Ninh"),
        ("o ban xa tam duong lai chau", "huyện Tam Đường"),
        ("gan tan dinh q1", "phường Tân Định"),
        ("o tan thanh son la", "Sơn La"),
    ],
)
def test_a_name_ends_where_another_begins(text: str, place: str) -> None:
    assert place in _named(text)


def test_what_begins_a_message_may_be_named_and_is_asked_back() -> None:
    told = understanding.read("dao ly son co tiem nao de bcs, gel khong, toan het hang")
    assert told.place_is_ambiguous
    assert told.places[0].name == "huyện Lý Sơn, Quảng Ngãi"


def test_a_ward_that_is_meant_is_not_cut() -> None:
    assert _spans("o tan phong phong kham nao")[0].name == "tan phong"
    assert _spans("phường Đạo Lý sơn móng")[0].name == "dao ly"


def test_a_town_and_the_district_around_it_are_told_apart_by_asking() -> None:
    assert places.read(read("cai lay mua bhyt o dau")).is_ambiguous
    assert not places.read(read("thi xa cai lay mua bhyt o dau")).is_ambiguous
    assert not places.read(read("huyen cao lanh test hiv")).is_ambiguous
    assert places.read(read("o ham thuan, bac hay nam khong nho")).is_ambiguous
    assert not places.read(read("o ham thuan nam")).is_ambiguous


def test_a_landmark_has_the_ward_that_bears_its_name_and_only_that() -> None:
    marks = landmarks.by_words()
    assert [places.name_of(key) for key in marks["cai rong"].spots[0]][:2] == [
        "huyện Vân Đồn, Quảng Ninh",
        "thị trấn Cái Rồng, Quảng Ninh",
    ]
    assert [key.tier for key in marks["kcn tan tao"].spots[0]] == [places.Tier.OLD_DISTRICT]


def test_a_landmark_of_another_town_is_not_meant() -> None:
    assert "Biên Hòa" in _named("gan bv thong nhat (dong nai)")[0]
    assert _named("ben xe mien tay soc trang")[:1] == ["Sóc Trăng"]
    assert _named("gan ga da nang")[:1] == ["quận Thanh Khê"]


def test_whoever_thanks_looks_for_nothing() -> None:
    assert not understanding.read("cam on c da chi cho phong kham o bac giang nha, lay thuoc xong r e khoe").places


def test_a_doubtful_name_where_nothing_is_sought_is_none() -> None:
    assert not understanding.read("Bác sĩ Cần Thơ nói K bằng K nghĩa là gì vậy chị, em không hiểu?").places
    assert understanding.read("Em ở Cần Thơ, xét nghiệm HIV chỗ nào?").places
