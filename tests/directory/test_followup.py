"""A short question after a list is answered from what the listing says, for the one it points at or for all shown."""

from datetime import datetime
from typing import Any

import pytest

from directory import followup
from directory.hours import Hours
from directory.listings import Listing
from directory.places import PlaceKey, Tier
from directory.reading import read
from tests.directory.test_listing_text import listing

NOW = datetime.fromisoformat("2026-12-08T10:00+07:00")
CAU_GIAY, HOANG_MAI = PlaceKey(Tier.OLD_DISTRICT, "005"), PlaceKey(Tier.OLD_DISTRICT, "008")
WEEK = Hours.parse(["mon-fri 08:00-11:30", "mon-fri 13:30-17:00", "sat 08:00-12:00", "tet closed"])


def one(id: str, **told: Any) -> Listing:
    return listing(**{"id": id, "service": f"Phòng khám {id}", "hours": WEEK, "place": CAU_GIAY} | told)


SHOWN = [
    one("A", price={"vi": "Miễn phí"}),
    one("B", audience=("women", "trans"), reception={"vi": "Có bác sĩ nữ"}),
    one("C"),
]


def said(text: str, *, shown: list[Listing] | None = None, focus: Listing | None = None, **told: Any) -> str | None:
    asked = followup.read(read(text), shown or SHOWN, now=NOW, focus=focus)
    return followup.answer(asked, now=NOW, **told) if asked else None


@pytest.mark.parametrize(
    ("text", "ids", "about"),
    [
        ("cái thứ 2", "B", "card"), ("cho 3 thi sao", "C", "card"), ("chỗ cuối", "C", "card"), ("so 1", "A", "card"),
        ("chỗ đầu tiên ở đâu", "A", "place"), ("có mất tiền không", "ABC", "price"),
        ("cần giấy tờ không", "ABC", "papers"),
        ("gọi số nào", "ABC", "phone"), ("xa không", "ABC", "distance"), ("còn mở không", "ABC", "hours"),
        ("thứ 2 có mở không", "ABC", "hours"), ("chỗ thứ 2 có mở không", "B", "hours"), ("mai thi sao", "ABC", "hours"),
        ("cho 2 co bac si nu khong", "B", "unknown:woman_doctor"), ("co bao hiem khong", "ABC", "unknown:insurance"),
        ("cho do co nhan nguoi chuyen gioi khong", "ABC", "whom"), ("is it free", "ABC", "price"),
        ("what is the phone number of the second one", "B", "phone"), ("cho 1 co PrEP khong", "A", "need:health.prep"),
        ("e di cho 2 dc ko, may h mo", "B", "hours"),
    ],
)  # fmt: skip
def test_the_question_and_its_place_are_understood(text: str, ids: str, about: str) -> None:
    asked = followup.read(read(text), SHOWN, now=NOW)
    assert asked is not None and asked.about == about
    assert "".join(found.id for found in asked.listings if found) == ids


@pytest.mark.parametrize(
    "text",
    [
        "có chỗ nào mở tối không", "chỗ khác", "tìm chỗ xét nghiệm ở ba đình", "em bị đau bụng", "cảm ơn", "xin chao",
        "em muon hoi gia dinh em co biet khong", "co thai thi lam sao", "uong thuoc luc may gio moi dung lieu",
        "bị đánh hôm qua", "con em sot", "thứ 2 tuần trước em quan hệ không bao", "",
    ],
)  # fmt: skip
def test_what_is_about_something_else_is_left_alone(text: str) -> None:
    assert followup.read(read(text), SHOWN, now=NOW) is None


def test_that_place_is_the_one_last_asked_about() -> None:
    asked = followup.read(read("chỗ đó mấy giờ mở"), SHOWN, now=NOW, focus=SHOWN[1])
    assert asked is not None and asked.listings == (SHOWN[1],)


def test_what_the_listing_does_not_say_is_said_with_the_number_to_call() -> None:
    told = said("chỗ 1 có bác sĩ nữ không")
    assert told is not None and "danh bạ không ghi" in told and "024 3000 0000" in told
    assert "Có bác sĩ nữ" in str(said("chỗ 2 có bác sĩ nữ không"))
    assert "danh bạ không ghi" in str(said("chỗ 2 có giữ xe không, gửi xe ở đâu"))


def test_a_day_is_answered_with_its_hours_and_its_date() -> None:
    told = str(said("chỗ 1 mai mấy giờ mở"))
    assert "Giờ thứ tư 9/12/2026." in told and "Mở 08:00–11:30, 13:30–17:00" in told
    assert "Nghỉ chủ nhật 13/12/2026" in str(said("chỗ 1 chủ nhật có mở không"))
    assert "Lúc đó đóng, mở lại 13:30" in str(said("chỗ 1 12h trưa có mở không"))
    assert "Nghỉ dịp Tết" in str(said("tết có mở không"))
    assert "Dịp lễ" in str(said("chỗ 1 ngày 30/4/2027 mở không"))


def test_how_far_is_said_from_the_place_she_named_and_not_of_a_sealed_one() -> None:
    assert "Cách giữa quận Hoàng Mai, Hà Nội khoảng" in str(said("chỗ 1 xa không", place=HOANG_MAI))
    assert "Cũng ở quận Cầu Giấy" in str(said("chỗ 1 xa không", place=CAU_GIAY))
    assert "không biết bạn đang ở đâu" in str(said("chỗ 1 xa không"))
    sealed = one("S", is_sealed=True)
    assert "không cho biết địa chỉ" in str(said("xa không", shown=[sealed], place=CAU_GIAY))


def test_whom_it_receives_is_said_and_where_nothing_is_written_that_too() -> None:
    assert "Nhận: phụ nữ, người chuyển giới" in str(said("chỗ 2 có nhận người chuyển giới không"))
    assert "không ghi giới hạn" in str(said("chỗ 1 có nhận người chuyển giới không"))


def test_in_english_too() -> None:
    told = str(said("is the second place open on sunday", language="en"))
    assert "Closed on Sunday 13 Dec 2026" in told


def test_one_taken_down_meanwhile_is_said_to_be_gone() -> None:
    asked = followup.read(read("chỗ 2 mấy giờ mở"), [SHOWN[0], None, SHOWN[2]], now=NOW)
    assert asked is not None and asked.listings == (None,) and followup.answer(asked, now=NOW)


def test_a_number_beyond_the_list_is_said_to_be_beyond_it() -> None:
    told = said("chỗ thứ 3 ở đâu", shown=SHOWN[:1])
    assert told is not None and "chỉ có 1 chỗ" in told and "Phòng khám A" in told


def test_a_place_named_in_the_question_is_the_one_meant() -> None:
    asked = followup.read(read("phong kham A mai may gio mo cua"), (), now=NOW, named=[SHOWN[0]])
    assert asked is not None and asked.about == "hours" and asked.listings == (SHOWN[0],)
    assert followup.read(read("phong kham A"), (), now=NOW, named=[SHOWN[0]]) is None


@pytest.mark.parametrize(("text", "about"), [("co prep ko", "need:health.prep"), ("có thai không", None)])
def test_of_one_place_alone_a_bare_question_is_about_what_is_there(text: str, about: str | None) -> None:
    asked = followup.read(read(text), SHOWN[:1], now=NOW)
    assert (asked.about if asked else None) == about
    assert followup.read(read(text), SHOWN, now=NOW) is None, "of three it may be any"


def test_every_cue_is_found_by_its_first_word_and_the_first_question_goes_before() -> None:
    known = followup._questions()
    cues = [cue for many in known.values() for cue in many]
    for cue, other in zip(cues, (*cues[7:], *cues[:7]), strict=True):
        for plain in (f" {cue} ", f" x {cue} {other} ", f" {cue}x {other}  ", f" {other.partition(' ')[2]} {cue} y "):
            first = next((name for name, many in known.items() if any(f" {one} " in plain for one in many)), None)
            assert followup._first(followup._questions_by_word(), plain) == first
