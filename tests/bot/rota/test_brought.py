"""A plan comes in as a table or as a calendar, whole or not at all; leave and swaps; the calendar that goes out."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from icalendar import Calendar
from sqlalchemy import select, update

from bot import staff
from bot.db import Database, Tx
from bot.policy import demonstration as demo_policy
from bot.rota import ahead, brought, changes, duty, feed, stored, taken_over
from bot.rota.calendar import DaysOff
from bot.rota.icalendar_in import read_events
from bot.tables import rotation, shift, timer
from bot.web import build, calendar
from directory.wording import HCMC
from tests.conftest import MovableClock

DAYS = DaysOff()
ROTATION = {
    "rotation": "đêm",
    "centre": "Hà Nội",
    "province": "",
    "rung": "0",
    "first_day": "2026-12-07",
    "begins": "20:00",
    "hours": "12",
    "members": "hoa; mai",
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HCMC)


async def bring(house: Database, clock: MovableClock, rows: Sequence[brought.Row]) -> None:
    def deed(tx: Tx) -> None:
        taken_over.take_over(tx, brought.read_plan(tx.connection, rows), now=clock.now())

    await house.write(deed)


async def called(house: Database, text: str, *, any_hour: bool = True, province: str | None = None) -> duty.Rungs:
    plan = await house.read(lambda connection: stored.at_once(connection, at(text)))
    return duty.on_call(plan, DAYS, province, at(text), any_hour=any_hour)


async def test_a_rotation_a_cover_and_hours_come_in_as_tables(house: Database, clock: MovableClock) -> None:
    await bring(house, clock, [ROTATION])
    assert await called(house, "2026-12-08 07:59") == ((1,),) and await called(house, "2026-12-08 20:00") == ((2,),)
    cover = {"name": "hoa", "cover": "lan", "starts": "2026-12-07 22:00", "ends": "2026-12-08 01:00"}
    await bring(house, clock, [cover, {**cover, "name": "mai", "cover": "", "ends": "2026-12-09 01:00"}])
    assert await called(house, "2026-12-07 23:00") == ((3,),) and await called(house, "2026-12-08 21:00") == ()
    hours = [{"centre": "Hà Nội", "day": str(day), "begins": "20:00", "ends": "26:00"} for day in range(1, 8)]
    await bring(house, clock, [*hours, {"centre": "Hà Nội", "day": "off", "begins": "0:00", "ends": "0:00"}])
    assert await called(house, "2026-12-10 01:59", any_hour=False) == ((1,),)
    assert await called(house, "2026-12-10 02:00", any_hour=False) == () != await called(house, "2026-12-10 02:00")
    await bring(
        house, clock, [{"centre": "Hà Nội", "falls_back_to": "Huế"}, {"centre": "Huế", "falls_back_to": "Hà Nội"}]
    )
    plan = await house.read(lambda connection: stored.load(connection, clock.now()))
    assert plan.fallbacks == {1: 2, 2: 1}


async def test_a_rotation_of_the_same_name_is_replaced(house: Database, clock: MovableClock) -> None:
    await bring(house, clock, [ROTATION])
    await bring(
        house, clock, [{**ROTATION, "members": "lan", "turn_days": "7", "days_off": "rest", "weekdays": "1234567"}]
    )
    rows = await house.read(lambda connection: connection.execute(select(rotation)).all())
    assert len(rows) == 1 and await called(house, "2026-12-09 21:00") == ((3,),)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("centre", "Mỹ Tho"),
        ("members", "hoa;ai đó"),
        ("members", ""),
        ("members", "binh"),
        ("begins", "24:00"),
        ("hours", "25"),
        ("first_day", "mai"),
        ("weekdays", "18"),
        ("turn_days", "0"),
        ("days_off", "perhaps"),
        ("kind", "tea"),
        ("province", "99"),
        ("rung", "10"),
    ],
)
async def test_every_wrong_cell_of_a_rotation_is_named(
    house: Database, clock: MovableClock, column: str, value: str
) -> None:
    with pytest.raises(brought.PlanProblem) as problem:
        await bring(house, clock, [ROTATION, {**ROTATION, column: value}])
    assert problem.value.lines[0].startswith(f"row 3: column {column}") and len(problem.value.lines) == 1
    assert await house.read(lambda connection: connection.execute(select(rotation)).all()) == []


async def test_a_table_nobody_knows_is_refused(house: Database, clock: MovableClock) -> None:
    for rows in ([], [{"tên": "hoa"}]):
        with pytest.raises(brought.PlanProblem):
            await bring(house, clock, rows)


EVENT = """BEGIN:VEVENT
UID:{uid}
SUMMARY:{title}
DTSTART;TZID=Asia/Ho_Chi_Minh:20261207T200000
DTEND;TZID=Asia/Ho_Chi_Minh:20261208T080000
{more}
END:VEVENT
"""


def ics(*events: str) -> bytes:
    body = "".join(event.replace("\n\n", "\n") for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


async def test_a_calendar_comes_in_with_repetitions_exceptions_and_moved_events(
    house: Database, clock: MovableClock
) -> None:
    again = "RRULE:FREQ=DAILY;UNTIL=20261210\nEXDATE;TZID=Asia/Ho_Chi_Minh:20261208T200000\nCATEGORIES:01"
    moved = "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20261209T200000"
    raw = ics(
        EVENT.format(uid="1", title="hoa (2)", more=again),
        EVENT.format(uid="1", title="mai", more=moved)
        .replace("20261207T20", "20261209T21")
        .replace("20261208T", "20261210T"),
        EVENT.format(uid="2", title="ai đó", more="STATUS:CANCELLED"),
    )
    rows = read_events(raw)
    assert [(row["name"], row["rung"], row["province"], (row["starts"] or "")[:16]) for row in rows] == [
        ("hoa", "2", "01", "2026-12-07T20:00"),
        ("hoa", "2", "01", "2026-12-10T20:00"),
        ("mai", "0", "", "2026-12-09T21:00"),
    ]
    await bring(house, clock, rows)
    assert len(await house.read(lambda connection: connection.execute(select(shift)).all())) == 3
    whole_day = ics("BEGIN:VEVENT\nSUMMARY:hoa\nDTSTART;VALUE=DATE:20261207\nEND:VEVENT\n")
    assert read_events(whole_day)[0]["ends"] == "2026-12-08T00:00:00+07:00"
    for broken in (b"", b"PK\x03\x04", ics("BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n")):
        with pytest.raises(brought.PlanProblem):
            brought.read_plan(None, read_events(broken))  # type: ignore[arg-type]


@pytest.mark.parametrize("until", ["20261209", "20261209T030000", "20261208T190000Z"])
def test_an_early_shift_does_not_come_once_too_often(until: str) -> None:
    early = EVENT.replace("20261207T200000", "20261207T020000").replace("20261208T080000", "20261207T060000")
    rows = read_events(ics(early.format(uid="1", title="hoa", more=f"RRULE:FREQ=DAILY;UNTIL={until}")))
    assert [(row["starts"] or "")[8:16] for row in rows] == ["07T02:00", "08T02:00", "09T02:00"]


@pytest.mark.parametrize(
    ("zone", "starts"),
    [
        ("Asia/Tokyo", "2026-12-07T18:00"), ("America/Los_Angeles", "2026-12-08T11:00"),
        ("SE Asia Standard Time", "2026-12-07T20:00"), ("Romance Standard Time", "2026-12-08T02:00"),
    ],
)  # fmt: skip
def test_a_calendar_of_another_zone_stands_at_the_same_moment(zone: str, starts: str) -> None:
    (row,) = read_events(ics(EVENT.format(uid="1", title="hoa", more="").replace("Asia/Ho_Chi_Minh", zone)))
    assert datetime.fromisoformat(row["starts"] or "").astimezone(HCMC).isoformat()[:16] == starts


def test_a_zone_nobody_knows_is_refused_and_not_taken_for_vietnam() -> None:
    raw = ics(EVENT.format(uid="1", title="hoa", more="").replace("Asia/Ho_Chi_Minh", "Mars/Phobos"))
    with pytest.raises(brought.PlanProblem, match="Mars/Phobos"):
        read_events(raw)


def test_what_is_repeated_since_years_goes_on_for_a_year_from_today(clock: MovableClock) -> None:
    begun = EVENT.replace("20261207T200000", "20240108T200000").replace("20261208T080000", "20240109T080000")
    raw = ics(begun.format(uid="1", title="hoa", more="RRULE:FREQ=WEEKLY;BYDAY=MO"))
    rows = read_events(raw, since=datetime.fromisoformat("2026-12-08T02:00+07:00"))
    assert rows[0]["starts"] == "2026-12-07T20:00:00+07:00", "the shift that still lasts"
    assert rows[-1]["starts"] == "2027-12-06T20:00:00+07:00" and len(rows) == 53
    daily = ics(
        begun.format(uid="1", title="hoa", more="RRULE:FREQ=DAILY")
        .replace("20240108", "20150105")
        .replace("20240109", "20150106")
    )
    assert read_events(daily, since=clock.now())[0]["starts"] == "2026-12-07T20:00:00+07:00"
    often = begun.format(uid="1", title="hoa", more="RRULE:FREQ=SECONDLY")
    assert read_events(ics(often), since=clock.now()) == []


async def test_further_dates_of_an_event_come_in_too(house: Database, clock: MovableClock) -> None:
    dates = "20261212T200000,20261214T200000,20261207T200000"
    more = f"RDATE;TZID=Asia/Ho_Chi_Minh:{dates}\nEXDATE;TZID=Asia/Ho_Chi_Minh:20261214T200000"
    rows = read_events(ics(EVENT.format(uid="1", title="hoa", more=more)))
    assert [(row["starts"] or "")[:16] for row in rows] == ["2026-12-07T20:00", "2026-12-12T20:00"]
    assert (rows[1]["ends"] or "")[:16] == "2026-12-13T08:00"
    period = "RDATE;VALUE=PERIOD:20261220T130000Z/PT4H"
    assert len(read_events(ics(EVENT.format(uid="1", title="hoa", more=period)))) == 2


async def test_shifts_of_one_centre_leave_those_of_another_alone(house: Database, clock: MovableClock) -> None:
    there = {"name": "lan", "province": "46", "rung": "0", "starts": "2026-12-07 00:00", "ends": "2026-12-21 00:00"}
    here = {**there, "name": "hoa", "province": "01"}
    await bring(house, clock, [there])
    await bring(house, clock, [here])
    noon = "2026-12-10 12:00"
    assert await called(house, noon, province="46") == ((3,),)
    assert await called(house, noon, province="01") == ((1,),)
    later = {**here, "name": "mai", "starts": "2026-12-10 00:00"}

    def deed(tx: Tx) -> dict[int, int]:
        return dict(taken_over.take_over(tx, brought.read_plan(tx.connection, [later]), now=clock.now()))

    assert await house.write(deed) == {1: 1}, "of hoa one shift gave way"
    assert await house.write(deed) == {}, "the same once more takes nothing from anybody"
    assert await called(house, noon, province="01") == ((2,),)
    assert await called(house, "2026-12-09 12:00", province="01") == ((1,),)


@pytest.mark.parametrize(
    ("starts", "ends", "column"),
    [
        ("2062-12-09 00:00", "2062-12-10 00:00", "column starts"),
        ("2025-12-09 00:00", "2025-12-10 00:00", "column ends"),
    ],
)
async def test_a_mistyped_year_takes_nothing_from_anybody(
    house: Database, clock: MovableClock, starts: str, ends: str, column: str
) -> None:
    good = {"name": "hoa", "province": "", "rung": "0", "starts": "2026-12-08 00:00", "ends": "2026-12-09 00:00"}
    wrong = {**good, "starts": starts, "ends": ends}
    read = partial(brought.read_plan, rows=[good, wrong], likely_at=clock.now())
    with pytest.raises(brought.PlanProblem) as problem:
        await house.read(lambda connection: read(connection))
    assert len(problem.value.lines) == 1 and problem.value.lines[0].startswith(f"row 3: {column}")
    away = [{"name": "hoa", "cover": "", "starts": starts, "ends": ends}]
    with pytest.raises(brought.PlanProblem):
        await house.read(lambda connection: brought.read_plan(connection, away, likely_at=clock.now()))
    assert len(await house.read(lambda connection: brought.read_plan(connection, [good, wrong]))) == 2, "--force"


async def test_a_swap_counts_when_the_other_agrees_and_goes_as_a_whole(house: Database, clock: MovableClock) -> None:
    await bring(house, clock, [ROTATION])
    mine, theirs = (at("2026-12-07 20:00"), at("2026-12-08 08:00")), (at("2026-12-08 20:00"), at("2026-12-09 08:00"))
    now = at("2026-12-07 09:00")
    pair = await house.write(lambda tx: changes.ask_swap(tx, 1, 2, mine, theirs, now=now))
    assert await called(house, "2026-12-07 21:00") == ((1,),), "only asked"
    assert not await house.write(lambda tx: changes.agree(tx, pair, 1, now=now)), "who asked cannot agree"
    assert not await house.write(lambda tx: changes.agree(tx, pair, 3, now=now))
    assert await house.write(lambda tx: changes.agree(tx, pair, 2, now=now))
    assert await called(house, "2026-12-07 21:00") == ((2,),) and await called(house, "2026-12-08 21:00") == ((1,),)
    first = (await house.read(lambda connection: changes.ahead(connection, now, staff_id=1)))[0]
    assert not await house.write(lambda tx: changes.take_back(tx, first.id, 3, is_supervisor=False, now=now))
    assert await house.write(lambda tx: changes.take_back(tx, first.id, 2, is_supervisor=False, now=now))
    assert await called(house, "2026-12-08 21:00") == ((2,),)
    assert await house.read(lambda connection: changes.ahead(connection, now)) == ()
    kinds = await house.read(lambda connection: connection.execute(select(timer.c.kind)).scalars().all())
    assert kinds == [changes.WATCH], "what changed is looked at again soon"


async def test_a_change_that_makes_no_sense_is_refused(house: Database) -> None:
    now, begins, ends = at("2026-12-07 09:00"), at("2026-12-07 20:00"), at("2026-12-08 08:00")
    wrong: list[tuple[int, int | None, datetime, datetime]] = [
        (1, 1, begins, ends), (1, 4, begins, ends), (1, None, ends, begins), (9, None, begins, ends),
        (1, None, begins - timedelta(days=2), ends - timedelta(days=2)),
    ]  # fmt: skip
    for who, cover, starts, finish in wrong:
        with pytest.raises(changes.ChangeRefused):
            await house.write(
                lambda tx, who=who, cover=cover, starts=starts, finish=finish: changes.cover(
                    tx, who, cover, starts, finish, by=3, now=now
                )
            )


@pytest.fixture
async def phone(house: Database, clock: MovableClock) -> AsyncIterator[TestClient[Any, Any]]:
    async def ready() -> bool:
        return True

    app = build(calendar.routes(house, clock, demo_policy()), is_ready=ready)
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_the_calendar_that_goes_out_holds_times_only_and_ends_with_its_address(
    house: Database, clock: MovableClock, phone: TestClient[Any, Any]
) -> None:
    await bring(house, clock, [ROTATION])
    token = await house.write(lambda tx: feed.new_address(tx, 1, now=clock.now()))
    answer = await phone.get(f"/calendar/{token}.ics")
    raw = await answer.read()
    assert answer.content_type == "text/calendar"
    shifts = Calendar.from_ical(raw).walk("VEVENT")
    plan = await house.read(lambda connection: stored.load(connection, clock.now(), clock.now() + timedelta(days=28)))
    mine = [one for one in ahead.spans(plan, DAYS, clock.now(), clock.now() + timedelta(days=28)) if one.staff_id == 1]
    assert [event["DTSTART"].dt for event in shifts] == [one.starts_at for one in mine] and len(mine) == 14
    for canary in ("hoa", "mai", "Hà Nội", "Thử", "chị"):
        assert canary not in raw.decode()
    assert await (await phone.get(f"/calendar/{token}.ics")).read() == raw, "the same shifts keep their names"
    assert (await phone.get("/calendar/not-a-token.ics")).status == 404
    newer = await house.write(lambda tx: feed.new_address(tx, 1, now=clock.now()))
    assert (await phone.get(f"/calendar/{token}.ics")).status == 404
    assert (await phone.get(f"/calendar/{newer}.ics")).status == 200
    await house.write(lambda tx: staff.remove(tx, 1, now=clock.now()))
    assert (await phone.get(f"/calendar/{newer}.ics")).status == 404


async def test_broken_entries_of_the_database_count_as_nobody_and_are_counted(
    house: Database, clock: MovableClock
) -> None:
    await bring(house, clock, [ROTATION])
    for column, value in (("weekdays", "x"), ("kind", "tea"), ("days_off", "never"), ("minutes", 0)):
        await house.write(lambda tx, column=column, value=value: tx.execute(update(rotation).values({column: value})))
        plan = await house.read(lambda connection: stored.load(connection, clock.now()))
        assert plan.broken == 1 and plan.rotations == ()
        await bring(house, clock, [ROTATION])
