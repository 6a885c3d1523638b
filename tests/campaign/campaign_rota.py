"""Ten thousand random rotas: around every change and all day long the ladder is what a count by hand says."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.rota import duty
from bot.rota.calendar import DaysOff
from bot.rota.plan import Kind, Plan
from tests.bot.rota import oracle, strategies
from tests.campaign.conftest import scaled


@settings(max_examples=scaled(10_000), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    strategies.plans(),
    strategies.days_off,
    st.sampled_from([None, "01", "79"]),
    st.sampled_from(list(Kind)),
    st.booleans(),
    st.integers(0, 60),
)
def test_every_minute_the_ladder_is_what_a_count_by_hand_says(
    plan: Plan, days: DaysOff, province: str | None, kind: Kind, any_hour: bool, offset: int
) -> None:
    expected = oracle.Oracle(plan, days, province, kind=kind, any_hour=any_hour)
    ends = oracle.FIRST + timedelta(minutes=oracle.MINUTES)
    turns = {oracle.minute_of(moment) for moment in duty.turning_points(plan, days, oracle.FIRST, ends)}
    around = {minute for turn in turns for minute in (turn - 1, turn, turn + 1) if 0 <= minute < oracle.MINUTES}
    for minute in sorted(around | set(range(offset, oracle.MINUTES, 61))):
        moment = oracle.FIRST + timedelta(minutes=minute)
        assert duty.on_call(plan, days, province, moment, kind=kind, any_hour=any_hour) == expected.at(minute), moment
