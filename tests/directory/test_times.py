"""The hour somebody speaks of is read as they say it, in Vietnam whatever the server's zone."""

from datetime import UTC, datetime

import pytest

from directory.gazetteer import units, words_of
from directory.places import read as read_places
from directory.reading import read
from directory.times import asked_for

MONDAY = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)  # nine in the morning in Vietnam


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("chỗ nào đang mở ở quận 1", "2026-12-07T09:00"),
        ("xet nghiem hiv buoi toi", "2026-12-07T19:00"),
        ("tối nay 8h có chỗ nào không", "2026-12-07T20:00"),
        ("20h con mo khong", "2026-12-07T09:00"),
        ("sáng mai khám ở đâu", "2026-12-08T09:00"),
        ("chu nhat co kham khong", "2026-12-13T09:00"),
        ("7g30 toi thu 5", "2026-12-10T19:30"),
        ("2h đêm nay", "2026-12-07T14:00"),
    ],
)
def test_the_moment_is_understood(text: str, when: str) -> None:
    found = asked_for(read(text), MONDAY)
    assert found is not None
    if "dem" not in text and "đêm" not in text:
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
