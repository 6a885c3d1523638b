"""Times that make no sense in a table or a calendar: each is named in plain words, and nothing of it is taken."""

import pytest
from sqlalchemy import select

from bot.db import Database, Tx
from bot.rota import brought, taken_over
from bot.rota.icalendar_in import read_events
from bot.tables import shift
from tests.bot.rota.test_brought import ROTATION
from tests.conftest import MovableClock

SHIFT = {"name": "hoa", "province": "", "rung": "0", "starts": "2026-12-08 08:00", "ends": "2026-12-08 16:00"}
LEAVE = {"name": "hoa", "cover": "", "starts": "2026-12-08 08:00", "ends": "2026-12-08 16:00"}


@pytest.mark.parametrize(
    ("row", "said", "is_forceable"),
    [
        ({**SHIFT, "starts": "9999-12-31 20:00", "ends": "9999-12-31 23:00"}, "is no time", False),
        ({**SHIFT, "starts": "0001-01-01 00:00"}, "is no time", False),
        ({**SHIFT, "starts": "2027-02-29 08:00", "ends": "2027-02-29 16:00"}, "is no time", False),
        ({**SHIFT, "ends": "2026-12-08 07:00"}, "after starts", False),
        ({**SHIFT, "starts": "2026-02-17 08:00", "ends": "2026-02-17 16:00"}, "over already", True),
        ({**SHIFT, "ends": "2026-12-25 00:00"}, "a shift of 400 hours", True),
        ({**SHIFT, "ends": "2027-12-08 08:00"}, "at most 62 days", False),
        ({**LEAVE, "starts": "9999-12-30 00:00", "ends": "9999-12-31 00:00"}, "is no time", False),
        ({**LEAVE, "ends": "2199-12-31 00:00"}, "at most 400 days", False),
        ({**LEAVE, "ends": "2026-12-08 08:00"}, "after starts", False),
        ({**ROTATION, "first_day": "0001-01-01"}, "is no day", False),
        ({**ROTATION, "first_day": "2027-02-29"}, "is no day", False),
        ({**ROTATION, "last_day": "9999-12-31"}, "is no day", False),
        ({**ROTATION, "hours": "400"}, "from 1 to 24", False),
    ],
)
async def test_a_row_with_odd_times_is_named_and_nothing_of_its_table_is_taken(
    house: Database, clock: MovableClock, row: brought.Row, said: str, is_forceable: bool
) -> None:
    good = next(one for one in (LEAVE, SHIFT, ROTATION) if set(one) <= set(row))
    with pytest.raises(brought.PlanProblem) as refused:
        await house.read(lambda connection: brought.read_plan(connection, [good, row], likely_at=clock.now()))
    assert [said in line and line.startswith("row 3") for line in refused.value.lines] == [True]
    if is_forceable:
        assert len(await house.read(lambda connection: brought.read_plan(connection, [good, row]))) == 2
    else:
        with pytest.raises(brought.PlanProblem):
            await house.read(lambda connection: brought.read_plan(connection, [good, row]))


def event(starts: str, ends: str, more: str = "") -> bytes:
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", "SUMMARY:hoa", f"DTSTART:{starts}",
        f"DTEND:{ends}", *more.split(), "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    "raw",
    [
        event("99991231T200000", "99991231T230000"),
        event("00010101T000000", "00010101T080000"),
        event("00010101T000000", "00010101T080000", "RRULE:FREQ=DAILY"),
        event("99990101T000000", "99990101T080000", "RRULE:FREQ=DAILY"),
        event("20270229T080000", "20270229T160000"),
        event("20261208T160000", "20261208T080000"),
        event("20261208T080000", "20261225T000000"),
        event("20261208T080000", "20261208T160000", "RRULE:FREQ=DAILY;UNTIL=00010101T000000Z"),
        event("20261208T080000", "99991231T230000"),
        event("20261208T080000", "20261208T160000", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"),
        event("20261208T080000", "20261208T160000", "EXDATE:00010101T000000 RRULE:FREQ=NONE"),
    ],
)
async def test_an_event_with_odd_times_is_refused_in_plain_words(
    house: Database, clock: MovableClock, raw: bytes
) -> None:
    now = clock.now()

    def bring_in(tx: Tx) -> None:
        entries = brought.read_plan(tx.connection, read_events(raw, since=now), likely_at=now)
        taken_over.take_over(tx, entries, now=now)

    with pytest.raises(brought.PlanProblem):
        await house.write(bring_in)
    assert await house.read(lambda connection: connection.execute(select(shift)).all()) == []
