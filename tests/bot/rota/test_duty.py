"""Who is on call is what a count by hand, minute by minute, says; what is missing or broken means nobody."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy import Policy
from bot.rota import ahead, duty
from bot.rota.calendar import TET, DaysOff, days_off
from bot.rota.plan import Change, Hours, Kind, OnDaysOff, Plan, Post, Rotation, Shift
from directory.wording import HCMC
from tests.bot.rota import oracle, strategies

NATIONAL = Post(1, None)
DAYS = DaysOff()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HCMC)


def turns(*members: int, begins: int = 20 * 60, hours: int = 12, **more: object) -> Rotation:
    given_ = {"post": NATIONAL, "first_day": date(2026, 12, 1), **more}
    return Rotation(members=members, begins=begins, minutes=hours * 60, **given_)  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None)
@given(
    strategies.plans(),
    strategies.days_off,
    st.sampled_from([None, "01", "79"]),
    st.sampled_from(list(Kind)),
    st.booleans(),
)
def test_every_minute_the_ladder_is_what_a_count_by_hand_says(
    plan: Plan, days: DaysOff, province: str | None, kind: Kind, any_hour: bool
) -> None:
    expected = oracle.Oracle(plan, days, province, kind=kind, any_hour=any_hour)
    for minute in range(0, oracle.MINUTES, 13):
        moment = oracle.FIRST + timedelta(minutes=minute)
        found = duty.on_call(plan, days, province, moment, kind=kind, any_hour=any_hour)
        assert found == expected.at(minute), moment


@settings(max_examples=40, deadline=None)
@given(strategies.plans(), strategies.days_off, st.sampled_from([None, "01"]))
def test_between_turning_points_nothing_changes_and_gaps_are_exactly_the_empty_minutes(
    plan: Plan, days: DaysOff, province: str | None
) -> None:
    end = oracle.FIRST + timedelta(minutes=oracle.MINUTES)
    points = [oracle.FIRST, *duty.turning_points(plan, days, oracle.FIRST, end), end]
    for begins, ends in pairwise(points):
        middle = begins + (ends - begins) / 2
        assert set(duty.duties(plan, days, begins)) == set(duty.duties(plan, days, middle))
    holes = [gap for gap in ahead.gaps(plan, days, oracle.FIRST, end) if gap.province is None]
    for minute in range(0, oracle.MINUTES, 7):
        moment = oracle.FIRST + timedelta(minutes=minute)
        is_hole = any(gap.starts_at <= moment < gap.ends_at for gap in holes)
        assert is_hole is (duty.on_call(plan, days, None, moment) == ())


def test_a_night_shift_belongs_to_the_evening_on_which_it_begins() -> None:
    plan = Plan(rotations=(turns(1, 2),), active=frozenset({1, 2}))
    assert duty.on_call(plan, DAYS, None, at("2026-12-01 23:59")) == ((1,),)
    assert duty.on_call(plan, DAYS, None, at("2026-12-02 07:59")) == ((1,),)
    assert duty.on_call(plan, DAYS, None, at("2026-12-02 08:00")) == ()
    assert duty.on_call(plan, DAYS, None, at("2026-12-02 20:00")) == ((2,),)
    assert duty.on_call(plan, DAYS, None, at("2026-12-01 07:00")) == (), "before the first day"


@pytest.mark.parametrize("first", TET)
def test_around_the_new_year_only_those_who_said_so_are_on_call(first: date) -> None:
    days = days_off(Policy(tet_days_before=2, tet_days_after=3))
    usual = turns(1, days_off=OnDaysOff.REST, begins=0, hours=24, first_day=date(2026, 1, 1))
    special = turns(2, days_off=OnDaysOff.ONLY, begins=0, hours=24, first_day=date(2026, 1, 1))
    plan = Plan(rotations=(usual, special), active=frozenset({1, 2}))
    noon = datetime(first.year, first.month, first.day, 12, tzinfo=HCMC)
    for shift, who in ((-3, 1), (-2, 2), (0, 2), (3, 2), (4, 1)):
        assert duty.on_call(plan, days, None, noon + timedelta(days=shift)) == ((who,),), shift


def test_leave_a_swap_and_a_cover_who_is_away() -> None:
    night, morning = at("2026-12-07 00:00"), at("2026-12-08 00:00")
    shift = Shift(NATIONAL, 1, night, morning)
    everyone = frozenset({1, 2, 3})

    def found(*changes: Change) -> duty.Rungs:
        return duty.on_call(Plan((shift,), changes=changes, active=everyone), DAYS, None, at("2026-12-07 12:00"))

    leave, covered = Change(1, 1, None, night, morning), Change(2, 1, 2, night, morning)
    assert found(leave) == ()
    assert found(leave, covered) == ((2,),)
    assert found(covered, Change(3, 1, 3, night, morning)) == ((3,),), "the later word counts"
    assert found(covered, Change(3, 2, None, night, morning)) == (), "who covers is away too"
    assert found(Change(1, 1, None, morning, morning + timedelta(hours=1))) == ((1,),)


def test_who_stands_in_may_hand_the_shift_on_and_two_at_the_same_hour_change_places() -> None:
    night, morning = at("2026-12-07 00:00"), at("2026-12-08 00:00")
    shifts = (Shift(NATIONAL, 1, night, morning), Shift(Post(1, None, rung=1), 4, night, morning))

    def found(*changes: Change) -> duty.Rungs:
        plan = Plan(shifts, changes=changes, active=frozenset({1, 2, 3, 4}))
        return duty.on_call(plan, DAYS, None, at("2026-12-07 12:00"))

    first, second = Change(1, 1, 2, night, morning, "a"), Change(3, 2, 3, night, morning, "b")
    assert found(first, second) == ((3,), (4,)), "who said yes last is called, not who gave it away"
    assert found(first, second, Change(5, 3, None, night, morning)) == ((4,),), "and if she is away, nobody"
    assert found(first, second, Change(5, 3, 1, night, morning)) == ((1,), (4,)), "back where it began"
    assert found(Change(1, 2, 3, night, morning), Change(2, 1, 2, night, morning)) == ((2,), (4,)), "free that night"
    swap = (Change(1, 1, 4, night, morning, "a"), Change(2, 4, 1, night, morning, "a"))
    assert found(*swap) == ((4,), (1,)), "both halves of one swap are one deed"


def test_two_centres_stand_in_for_each_other_and_an_unknown_place_is_the_whole_country() -> None:
    begins, ends = at("2026-12-07 00:00"), at("2026-12-08 00:00")
    here = Shift(Post(1, "01", rung=0), 1, begins, begins + timedelta(hours=12))
    there = Shift(Post(2, "79"), 2, begins, ends)
    country = Shift(Post(3, None), 3, begins, ends)
    plan = Plan((here, there, country), fallbacks={1: 2, 2: 1}, active=frozenset({1, 2, 3}))
    morning, evening = at("2026-12-07 09:00"), at("2026-12-07 21:00")
    assert duty.on_call(plan, DAYS, "01", morning) == ((1,), (2,), (3,))
    assert duty.on_call(plan, DAYS, "01", evening) == ((2,), (3,))
    assert duty.on_call(plan, DAYS, "79", morning) == ((2,), (1,), (3,))
    assert duty.on_call(plan, DAYS, None, morning) == ((3,),)
    assert duty.on_call(plan, DAYS, "22", morning) == ((3,),), "no colleague there: the whole country's"


def test_outside_its_hours_a_centre_is_closed_and_says_when_it_opens() -> None:
    always = turns(1, begins=0, hours=24)
    week = tuple(Hours(1, day, 8 * 60, 17 * 60) for day in range(1, 6))
    plan = Plan(rotations=(always,), hours=(*week, Hours(1, 8, 0, 0)), active=frozenset({1}))
    friday = at("2026-12-11 17:00")
    assert duty.on_call(plan, DAYS, None, friday, any_hour=False) == ()
    assert duty.on_call(plan, DAYS, None, friday) == ((1,),), "danger at any hour"
    assert duty.opening(plan, DAYS, None, friday, until=friday + timedelta(days=14)) == at("2026-12-14 08:00")
    new_year = at("2027-02-06 10:00")
    assert not duty.is_open(plan, DAYS, 1, new_year), "a day off, though a Saturday in any case"
    assert not duty.is_open(plan, DAYS, 1, at("2027-02-08 10:00")), "a Monday, and a day off"
    assert duty.is_open(Plan(hours=(Hours(2, 1, 22 * 60, 26 * 60),)), DAYS, 2, at("2026-12-08 01:59"))


def test_a_missing_or_broken_rota_is_nobody() -> None:
    moment = at("2026-12-07 09:00")
    assert duty.on_call(Plan(), DAYS, "01", moment) == ()
    assert ahead.next_duty(Plan(), DAYS, "01", moment) is None
    broken = [turns(), turns(1, turn_days=0), turns(1, hours=0), turns(1, weekdays=frozenset({9})), turns(1, begins=-1)]
    for one in broken:
        plan = Plan(rotations=(one,), active=frozenset({1}))
        assert not one.is_sound and duty.on_call(plan, DAYS, None, at("2026-12-07 22:00")) == ()
    gone = Plan(rotations=(turns(1),), active=frozenset())
    assert duty.on_call(gone, DAYS, None, at("2026-12-07 22:00")) == ()


def test_the_next_shift_is_the_next_time_somebody_comes() -> None:
    plan = Plan(rotations=(turns(1, 2),), active=frozenset({1, 2}))
    assert ahead.next_duty(plan, DAYS, None, at("2026-12-07 09:00")) == at("2026-12-07 20:00")
    away = Change(1, 1, None, at("2026-12-07 00:00"), at("2026-12-08 06:00"))
    shortened = Plan(rotations=(turns(1),), changes=(away,), active=frozenset({1}))
    assert ahead.next_duty(shortened, DAYS, None, at("2026-12-07 09:00")) == at("2026-12-08 06:00")


def test_a_gap_of_a_province_is_told_though_the_country_could_be_called() -> None:
    begins, ends = at("2026-12-07 00:00"), at("2026-12-09 00:00")
    country = Shift(Post(2, None), 2, begins, ends)
    here = Shift(Post(1, "01"), 1, begins, begins + timedelta(hours=24))
    plan = Plan((country, here), active=frozenset({1, 2}))
    assert ahead.gaps(plan, DAYS, begins, ends) == (ahead.Gap("01", begins + timedelta(hours=24), ends),)
