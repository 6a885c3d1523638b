"""Times that make no sense in a form of the rota: what is wrong is said, nothing is written, the page still opens."""

import pytest

from bot.tables import audit, outbox, rota_change, shift
from tests.bot.console.conftest import Desk

UNREAD, BACKWARDS = "ngày giờ không đọc được", "giờ kết thúc phải sau giờ bắt đầu"
OVER, LONG, FAR = "khoảng giờ này đã qua", "dài quá", "xa quá"
ODD = (
    ("9999-12-31T00:00", "9999-12-31T23:59", UNREAD),
    ("0001-01-01T00:00", "0001-01-01T08:00", UNREAD),
    ("0001-01-01T00:00", "2026-12-08T08:00", UNREAD),
    ("2027-02-29T08:00", "2027-02-29T16:00", UNREAD),
    ("2026-12-08T24:00", "2026-12-09T02:00", UNREAD),
    ("", "", UNREAD),
    ("x" * 40, "y" * 400, UNREAD),
    ("2026-12-08T16:00", "2026-12-08T08:00", BACKWARDS),
    ("2026-12-08T08:00", "2026-12-08T08:00", BACKWARDS),
    ("2026-02-17T08:00", "2026-02-17T16:00", OVER),
    ("2026-12-08T08:00", "2027-12-08T08:00", LONG),
    ("2028-02-29T08:00", "2028-02-29T16:00", FAR),
)


async def written(desk: Desk) -> tuple[int, ...]:
    return tuple([await desk.count(table) for table in (shift, rota_change, audit, outbox)])


@pytest.mark.parametrize(("starts", "ends", "said"), ODD)
async def test_each_form_says_what_is_wrong_and_writes_nothing(desk: Desk, starts: str, ends: str, said: str) -> None:
    hoa, mai = await desk.as_("supervisor-1"), str((await desk.member("worker-2")).id)
    lan = str((await desk.member("worker-1")).id)
    times = {"starts": starts, "ends": ends}
    good = {"starts_back": "2026-12-09T08:00", "ends_back": "2026-12-09T16:00"}
    forms: tuple[tuple[str, dict[str, str]], ...] = (
        ("leave", {"who": mai, **times}),
        ("cover", {"who": lan, "cover": mai, **times}),
        ("shift", {"who": mai, "place": "", "rung": "0", **times}),
        ("swap", {"cover": mai, **times, **good}),
        (
            "swap",
            {
                "cover": mai,
                "starts": good["starts_back"],
                "ends": good["ends_back"],
                "starts_back": starts,
                "ends_back": ends,
            },
        ),
    )
    before = await written(desk)
    for form, fields in forms:
        _, page = await desk.press(hoa, f"/console/rota/{form}", **fields)
        assert said in page, form
    assert await written(desk) == before


async def test_a_shift_of_four_hundred_hours_is_refused(desk: Desk) -> None:
    hoa, mai = await desk.as_("supervisor-1"), str((await desk.member("worker-2")).id)
    before = await written(desk)
    times = {"starts": "2026-12-08T08:00", "ends": "2026-12-25T00:00"}
    _, page = await desk.press(hoa, "/console/rota/shift", who=mai, place="", rung="0", **times)
    assert LONG in page and "24 giờ" in page and await written(desk) == before
