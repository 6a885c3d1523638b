"""Requirement 11: hours agree with a look at every minute; on holidays nobody is told "open" from the weekday."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest

from directory.exchange.entries import hours_said
from directory.holidays import TET
from directory.hours import Hours, ListingProblem, is_open
from directory.listing_text import opening
from tests.directory import schedules
from tests.directory.schedules import ZONE


def disagreements(count: int, seed: int) -> list[str]:
    """What a look at every minute says otherwise than ours: state, next closing, next opening."""
    random, found = Random(seed), []
    for _ in range(count):
        at = schedules.some_moment(random)
        schedule = schedules.some_schedule(random, at.date())
        try:
            hours = Hours.parse(schedule.lines())
        except ListingProblem as problem:
            found.append(f"{schedule.lines()}: {problem}")
            continue
        minutes = schedules.timeline(schedule, at.date())
        now = 1440 + at.hour * 60 + at.minute
        told = is_open(hours, at.astimezone(UTC))
        state = ("closed", "open", "unknown")[minutes[now]]
        midnight = datetime.combine(at.date() - timedelta(days=1), time(), ZONE)
        change: datetime | None = None
        if state == "open":
            past = next((one for one in range(now, len(minutes)) if minutes[one] != schedules.OPEN), len(minutes))
            change = midnight + timedelta(minutes=past) if past < (schedules.AHEAD + 1) * 1440 else None
        elif state == "closed":
            coming = minutes.find(schedules.OPEN, now)
            change = midnight + timedelta(minutes=coming) if coming >= 0 else None
        mine = told.closes if told.state == "open" else told.opens
        if (told.state, mine) != (state, change):
            found.append(f"{at} {schedule.lines()}: {told} is not {state} until {change}")
    return found


def test_hours_are_what_a_look_at_every_minute_says() -> None:
    assert disagreements(250, 7) == []


@pytest.mark.parametrize(
    ("lines", "moment", "state"),
    [
        (["mon-fri 08:00-17:00"], "2027-02-05T10:00", "unknown"),  # the day before the new year, a Friday
        (["mon-fri 08:00-17:00", "tet closed"], "2027-02-05T10:00", "closed"),
        (["mon-fri 08:00-17:00", "holidays closed"], "2027-02-05T10:00", "closed"),
        (["mon-fri 08:00-17:00", "tet 09:00-11:00", "holidays closed"], "2027-02-05T10:00", "open"),
        (["mon-fri 08:00-17:00", "2027-02-05 13:00-15:00", "tet closed"], "2027-02-05T14:00", "open"),
        (["mon-fri 08:00-17:00", "holidays usual"], "2026-09-02T10:00", "open"),
        (["mon-fri 08:00-17:00"], "2026-09-01T10:00", "unknown"),  # the day beside the National Day: before or after it
        (["mon-fri 08:00-17:00"], "2026-09-03T10:00", "unknown"),
        (["mon-fri 08:00-17:00"], "2026-09-04T10:00", "open"),
        (["mon-fri 08:00-17:00", "holidays closed"], "2026-09-01T10:00", "unknown"),  # nobody is told "closed" either
        (["mon-fri 08:00-17:00", "holidays usual"], "2026-09-01T10:00", "open"),
        (["mon-fri 08:00-17:00", "2026-09-01 closed"], "2026-09-01T10:00", "closed"),
        (["mon-sun 00:00-24:00"], "2026-09-01T03:00", "open"),
        (["mon-fri 08:00-17:00"], "2031-01-23T10:00", "unknown"),  # a new year that is not in the list
        (["mon-fri 08:00-17:00", "tet closed"], "2031-01-23T10:00", "unknown"),
        (["mon-fri 08:00-17:00", "tet usual"], "2031-01-23T10:00", "open"),
        (["mon-fri 08:00-17:00"], "2031-03-05T10:00", "open"),
        (["mon-sun 00:00-24:00"], "2027-02-06T03:00", "open"),  # an emergency room does not close
        (["mon-sun 20:00-02:00"], "2027-04-30T01:00", "open"),  # the evening before reaches into the holiday
        (["mon-sun 20:00-02:00"], "2027-02-10T01:00", "unknown"),  # and the holiday's into the day after
        (["mon-fri 08:00-17:00", "2026-12-07..2026-12-09 closed"], "2026-12-08T10:00", "closed"),
    ],
)
def test_days_with_a_rule_of_their_own_and_days_without(lines: list[str], moment: str, state: str) -> None:
    assert is_open(Hours.parse(lines), datetime.fromisoformat(moment).replace(tzinfo=ZONE)).state == state


def test_after_the_new_year_the_next_opening_is_the_first_day_that_is_sure() -> None:
    told = is_open(Hours.parse(["mon-fri 08:00-17:00"]), datetime(2027, 2, 5, 18, tzinfo=ZONE))
    assert told.state == "closed" and told.opens == datetime(2027, 2, 15, 8, tzinfo=ZONE)
    assert told.is_holiday and "gọi trước" in opening(told, "vi")  # it may be earlier, and nobody here knows


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2027-05-03", "unknown"),  # Monday after a first of May on a Saturday
        ("2027-05-04", "open"),
        ("2026-04-27", "unknown"),  # the day of the Hung Kings was a Sunday
        ("2028-01-03", "unknown"),  # New Year's Day on a Saturday
        ("2027-02-03", "unknown"),  # three days before the new year by the moon
        ("2027-02-02", "open"),
        ("2027-02-12", "unknown"),  # the seventh day of it
        ("2027-02-15", "open"),
    ],
)
def test_days_that_are_free_in_some_places_are_not_told_as_usual(day: str, state: str) -> None:
    moment = datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=ZONE)
    assert is_open(Hours.parse(["mon-fri 08:00-17:00"]), moment).state == state


def test_on_the_eve_the_next_opening_is_said_with_the_doubt() -> None:
    told = is_open(Hours.parse(["mon-sun 08:00-17:00"]), datetime(2026, 12, 31, 22, tzinfo=ZONE))
    assert told.opens == datetime(2027, 1, 2, 8, tzinfo=ZONE) and told.is_holiday
    assert "gọi trước" in opening(told, "vi") and "call first" in opening(told, "en")
    assert not is_open(Hours.parse(["mon-sun 08:00-17:00"]), datetime(2026, 12, 20, 22, tzinfo=ZONE)).is_holiday


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_holiday_without_a_rule_is_said(language: str) -> None:
    told = opening(is_open(Hours.parse(["mon-fri 08:00-17:00"]), datetime(2027, 2, 5, 10, tzinfo=ZONE)), language)
    assert ("lễ" if language == "vi" else "holiday") in told and "17:00" not in told


@pytest.mark.parametrize(
    "line",
    ["tet", "tet 8-11", "2027-02-30 closed", "2027-02-05..2027-02-01 closed", "2026-01-01..2028-01-01 closed", "nghỉ"],
)
def test_a_rule_that_makes_no_sense_is_refused(line: str) -> None:
    with pytest.raises(ListingProblem):
        Hours.parse(["mon-fri 08:00-17:00", line])


def test_two_rules_for_the_same_days_contradict() -> None:
    with pytest.raises(ListingProblem):
        Hours.parse(["tet closed", "tet 08:00-11:00"])
    assert Hours.parse(["tet 08:00-11:00", "tet 13:00-15:00"]) is not None


def test_the_new_year_of_the_coming_years_is_known() -> None:
    assert [one.year for one in TET] == list(range(2026, 2031))
    assert all(date(one.year, 1, 21) <= one <= date(one.year, 2, 20) for one in TET)


def test_paper_says_what_holds_on_holidays_and_no_day_that_is_over() -> None:
    hours = Hours.parse(["mon-fri 08:00-17:00", "tet closed", "holidays 08:00-11:00", "2026-12-24 08:00-12:00"])
    said = hours_said(hours, "vi", on=date(2026, 12, 7))
    assert said == "T2–T6 08:00–17:00; 24/12/2026: 08:00–12:00; Tết: nghỉ; Ngày lễ: 08:00–11:00"
    assert "24/12" not in hours_said(hours, "vi", on=date(2026, 12, 25))
