"""The hour somebody speaks of is read as they say it, in Vietnam whatever the server's zone."""

import inspect
import random
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from directory import named_days, times
from directory.gazetteer import units, words_of
from directory.places import read as read_places
from directory.reading import read
from directory.times import asked_for
from directory.times import read as read_when

MONDAY = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)  # nine in the morning in Vietnam


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("chỗ nào đang mở ở quận 1", "2026-12-07T09:00"),
        ("xet nghiem hiv buoi toi", "2026-12-07T19:00"),
        ("tối nay 8h có chỗ nào không", "2026-12-07T20:00"),
        ("20h con mo khong", "2026-12-07T20:00"),
        ("sáng mai khám ở đâu", "2026-12-08T09:00"),
        ("chu nhat co kham khong", "2026-12-13T09:00"),
        ("7g30 toi thu 5", "2026-12-10T19:30"),
        ("2h đêm nay", "2026-12-08T02:00"),
    ],
)
def test_the_moment_is_understood(text: str, when: str) -> None:
    found = asked_for(read(text), MONDAY)
    assert found is not None
    assert found.isoformat(timespec="minutes").startswith(when)


@pytest.mark.parametrize("text", ["toi can xet nghiem", "em toi 18 tuoi", "xet nghiem o cau giay", "phong 302", ""])
def test_no_hour_is_invented(text: str) -> None:
    assert asked_for(read(text), MONDAY) is None


FRIDAY = datetime(2026, 12, 11, 12, 30, tzinfo=UTC)  # half past seven in the evening in Vietnam


def moment(text: str, now: datetime) -> str | None:
    reading = read(text)
    named = read_places(reading).places[:1]
    place = frozenset(at for guess in named for at in range(guess.start, guess.end))
    found = asked_for(reading, now, place=place)
    return found.isoformat(timespec="minutes")[:16] if found else None


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("xét nghiệm HIV ở quận Hoàng Mai tối nay", "2026-12-11T19:00"),
        ("khám ở phường Mai Dịch lúc 20h", "2026-12-11T20:00"),
        ("tìm cho em một chỗ mở lúc 20h", "2026-12-11T20:00"),
        ("một mình em đi, 21h", "2026-12-11T21:00"),
        ("8h mai có mở không", "2026-12-12T08:00"),
        ("mai 8h có mở không", "2026-12-12T08:00"),
        ("ngày mốt 9h", "2026-12-13T09:00"),
        ("mở lúc 8h sáng", "2026-12-12T08:00"),
        ("thứ sáu 8h sáng", "2026-12-18T08:00"),
        ("2h sáng còn chỗ nào mở", "2026-12-12T02:00"),
    ],
)
def test_a_name_is_no_day_and_what_is_over_comes_again(text: str, when: str) -> None:
    assert moment(text, FRIDAY) == when


@pytest.mark.parametrize(
    "text",
    [
        "PEP trong 24h ở Cầu Giấy", "nhà thuốc mở 24h", "nhà thuốc 24/24", "rách bao lúc 2h sáng, cần PEP",
        "12 giờ trước bị rách bao", "tối qua 22h em quan hệ", "chị Mai ơi", "em là Mai",
    ],
)  # fmt: skip
def test_how_long_and_what_has_been_is_no_wish_for_an_hour(text: str) -> None:
    assert moment(text, FRIDAY) is None


def test_every_unit_with_a_day_in_its_name_is_only_a_place() -> None:
    names = {unit.name for unit in units().values() if {"mai", "mot", "nay", "cn"} & set(words_of(unit.name))}
    assert len(names) > 20
    for name in sorted(names)[:60]:
        found = moment(f"xét nghiệm hiv ở {name} tối nay", FRIDAY)
        assert found is None or found == "2026-12-11T19:00", name


TUESDAY = datetime(2026, 12, 8, 3, 0, tzinfo=UTC)  # ten in the morning in Vietnam


def told(text: str, now: datetime = TUESDAY) -> str | None:
    """The hour, else the days, and the doubt, in short."""
    when = read_when(read(text), now)
    if when is None:
        return None
    said = when.at.isoformat(timespec="minutes")[:16] if when.at else ",".join(map(str, when.days))
    return f"{said} {when.doubt}".strip()


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("mai", "2026-12-09"), ("mốt", "2026-12-10"), ("thứ 7 này", "2026-12-12"), ("t7", "2026-12-12"),
        ("chủ nhật", "2026-12-13"), ("cn co mo ko", "2026-12-13"), ("chu nhat tuan sau", "2026-12-20"),
        ("thu bay tuan toi", "2026-12-19"), ("20/12", "2026-12-20"), ("ngày 20", "2026-12-20"),
        ("ngày 5", "2027-01-05"),
        ("ngay 20 thang 12", "2026-12-20"), ("cuối tuần", "2026-12-12,2026-12-13"), ("mùng 2 tết", "2027-02-07"),
        ("giao thua", "2027-02-05"), ("2/9 co mo ko", "2027-09-02"), ("hai hom nua", "2026-12-10"),
        ("chỗ đó mai còn mở không", "2026-12-09"), ("mai co lam viec ko", "2026-12-09"), ("noel", "2026-12-25"),
        ("is it open on sunday", "2026-12-13"), ("t7 cn", "2026-12-12,2026-12-13"),
        ("open tomorrow", "2026-12-09"), ("hom nay co mo ko", "2026-12-08"),
    ],
)  # fmt: skip
def test_a_day_without_an_hour_is_the_whole_day(text: str, when: str) -> None:
    assert told(text) == when


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("8h tối", "2026-12-08T20:00"), ("sáng mai 8h", "2026-12-09T08:00"), ("nửa đêm", "2026-12-09T00:00"),
        ("12h dem", "2026-12-09T00:00"), ("12h trua", "2026-12-08T12:00"), ("7h kém 15 tối", "2026-12-08T18:45"),
        ("tam gio toi", "2026-12-08T20:00"), ("trưa nay", "2026-12-08T12:00"), ("toi t7", "2026-12-12T19:00"),
        ("2h sang", "2026-12-09T02:00"), ("9:30 sáng mai", "2026-12-09T09:30"), ("open at 8pm", "2026-12-08T20:00"),
        ("tomorrow morning at 8", "2026-12-09T08:00"), ("khoang 20h", "2026-12-08T20:00"),
        ("1h trua", "2026-12-08T13:00"), ("tối thứ 6 tuần sau 7h rưỡi", "2026-12-18T19:30"),
    ],
)  # fmt: skip
def test_an_hour_is_read_as_it_is_said(text: str, when: str) -> None:
    assert told(text) == when


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("8h", "2026-12-09T08:00 hour"), ("7h kém 15", "2026-12-09T06:45 hour"), ("lúc 9 giờ", "2026-12-09T09:00 hour"),
        ("5/12 co mo khong", "2026-12-05 past"), ("ngày 30/2", "no_day"), ("sau tết", "after_tet"),
        ("tuần sau", "which"),
        ("le co mo khong", "holiday"), ("mùng 3 thì sao", "which"),
    ],
)  # fmt: skip
def test_what_may_mean_two_things_or_nothing_is_marked(text: str, when: str) -> None:
    assert told(text) == when


@pytest.mark.parametrize(
    "text",
    [
        "uong 2 vien luc 8h toi", "em 20 tuoi", "gia 200k", "20/12 vien", "uống 1/2 viên", "sau 72h", "thai 12 tuan",
        "tre kinh 5 ngay", "ngày 2 viên", "ngay 3 lan", "so nha 12/5 duong le loi", "hẻm 20/12", "chỗ thứ 2",
        "mũi thứ 3",
        "ngày thứ 5 sau khi uống", "8h-17h", "em ten mai", "chị Mai có ở đó không", "24/7", "hôm qua", "last night",
        "mat 300 nghin", "quận 7", "q7",
    ],
)  # fmt: skip
def test_doses_ages_prices_houses_and_names_are_no_times(text: str) -> None:
    assert told(text) is None


def test_this_evening_said_in_the_evening_is_now() -> None:
    late = datetime(2026, 12, 8, 14, 30, tzinfo=UTC)  # half past nine in Vietnam
    assert told("tối nay còn chỗ nào mở", late) == "2026-12-08T21:30"


AUTHORS = Path(__file__).resolve().parents[1] / "examples" / "authors"
_FEW = 7  # one message of so many


def _said_without_a_look(text: str) -> object:
    """What would be read in a message that is not looked at, because no word of it tells a time."""
    reading = read(text)
    return None if times._may_tell(reading) else times._read(reading, MONDAY, frozenset())


def test_no_hour_is_lost_of_what_persons_write() -> None:
    lines = [line for file in sorted(AUTHORS.glob("*.tsv")) for line in file.read_text("utf-8").splitlines()[::_FEW]]
    messages = [line.rpartition("\t")[2] for line in lines]
    assert sum(not times._may_tell(read(text)) for text in messages) > 1000, "many cost little"
    assert [text for text in messages if _said_without_a_look(text) is not None] == []


def test_no_hour_is_lost_of_words_that_tell_one_together() -> None:
    """Any few of the words that stand in the rules, without those that are looked for."""
    rules = [inspect.getsource(module) for module in (times, named_days)]
    words = sorted({word for rule in rules for word in re.findall(r"[a-z]{1,8}", re.sub(r"\\[bwd]", " ", rule))})
    rest, chance = [word for word in words if not times._may_tell(read(word))], random.Random(5)
    messages = [" ".join(chance.choices(rest, k=chance.randint(2, 4))) for _ in range(3000)]
    assert [text for text in messages if _said_without_a_look(text) is not None] == []
