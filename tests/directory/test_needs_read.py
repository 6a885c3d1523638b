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
        ("trợ giúp pháp lí", "legal.aid"),
        ("bác sỹ tâm lí", "mind.distress"),
        ("abortion clinic hue", "health.abortion"),
        ("std clinic", "health.sti"),
        ("que thử thai phát miễn phí", "health.contraception"),
        ("luật sư miễn phí", "legal.aid"),
        ("hoc nghe lam banh", "livelihood.training"),
    ],
)
def test_the_need_is_recognised(text: str, code: str) -> None:
    assert needs.read(read(text))[0].code == code


def test_no_need_is_invented() -> None:
    for text in ("xin chào", "cảm ơn nhé", "", "từ từ em trả lời"):
        assert needs.read(read(text)) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("bao lau moi co ket qua", "health.sti"),
        ("em cho con an roi", "shelter.refuge"),
        ("dieu kien the nao", "legal.aid"),
        ("giat do xong phoi o dau", "violence.robbery"),
        ("bi phat bao nhieu", "health.supplies"),
    ],
)
def test_words_that_are_mostly_others_without_marks_count_with_them_only(text: str, code: str) -> None:
    assert code not in [guess.code for guess in needs.read(read(text), by_likeness=False)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("chữa lậu ở đâu", "health.sti"),
        ("bi lau roi phai lam sao", "health.sti"),
        ("em cần chỗ ẩn", "shelter.refuge"),
        ("em muon kien no", "legal.aid"),
        ("bị giật đồ tối qua", "violence.robbery"),
        ("hết gạo rồi", "relief.emergency"),
        ("gui be o dau di lam dem", "relief.child"),
        ("em chưa biết tối nay ngủ đâu", "shelter.refuge"),
        ("tieu buot may hom nay", "health.sti"),
    ],
)
def test_everyday_words_that_say_a_need(text: str, code: str) -> None:
    assert code in [guess.code for guess in needs.read(read(text), by_likeness=False)]


def test_a_word_that_many_needs_share_stands_behind_one_that_names_a_need() -> None:
    assert needs.read(read("có giấy tờ đầy đủ rồi, giờ học may"))[0].code == "livelihood.training"
    assert needs.read(read("có giấy tờ đầy đủ rồi"))[0].code == "papers.id"


def test_every_need_has_a_label_and_a_group() -> None:
    for code, need in needs.NEEDS.items():
        assert needs.label(code, "vi") and needs.label(code, "en")
        assert needs.group_of(code) == need.group


def test_wishes_beside_the_need_are_heard() -> None:
    assert needs.wishes(read("xn hiv mien phi buoi toi")) == {"free", "evening"}


@pytest.mark.parametrize(
    "text",
    [
        "prep không cần giấy tờ ở cầu giấy",
        "xet nghiem hiv khong can giay to o ha noi",
        "xét nghiệm không hỏi giấy tờ",
        "không cần bảo hiểm, không đòi giấy tờ",
        "chỗ nào ko bị hỏi cccd",
        "kham khoi can trinh can cuoc",
        "em không có giấy tờ muốn xét nghiệm HIV",
        "em chưa có căn cước, xin bao cao su",
        "khám không cần CCCD",
        "hiv test, no id needed",
    ],
)
def test_a_place_that_asks_for_no_papers_is_wished_for(text: str) -> None:
    assert "no_papers" in needs.wishes(read(text))


@pytest.mark.parametrize(
    "text",
    ["có cần giấy tờ không", "xét nghiệm có hỏi giấy tờ không ạ", "ko biết có cần căn cước không", "làm giấy tờ ở đâu"],
)
def test_asking_whether_papers_are_needed_is_no_wish(text: str) -> None:
    assert "no_papers" not in needs.wishes(read(text))


def test_outside_of_office_hours_is_a_wish() -> None:
    for text in ("khám phụ khoa ngoài giờ", "kham ngoai gio hanh chinh o cau giay", "hiv test after hours"):
        assert "after_hours" in needs.wishes(read(text))
