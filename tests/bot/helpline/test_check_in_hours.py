"""A question some days later comes at a time of day that wakes nobody, or at the one she chose."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.db import Database, Tx
from bot.helpline import check_ins, consents, due
from bot.helpline.consents import ConsentTo
from bot.policy import Policy
from bot.tables import check_in, timer
from directory.wording import HCMC
from tests.bot.helpline.conftest import letters
from tests.bot.helpline.test_around_a_case import taken
from tests.conftest import MovableClock

pytestmark = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)

NIGHT = datetime(2026, 12, 8, 2, 30, tzinfo=HCMC)


@pytest.fixture
def db(engine: Database) -> Database:
    """Every test here runs on both engines."""
    return engine


def agree(tx: Tx, clock: MovableClock, policy: Policy, at: datetime) -> None:
    clock.pass_(seconds=(at - clock.now()).total_seconds())
    case_id = taken(tx, clock, policy)
    consents.give(tx, case_id, ConsentTo.FOLLOW_UP, "t", now=clock.now())
    check_ins.plan(tx, 1, "tea", now=clock.now(), policy=policy)


def hours(tx: Tx) -> list[str]:
    planned = select(check_in.c.due_at).where(check_in.c.state == "planned").order_by(check_in.c.due_at)
    of_rows = list(tx.execute(planned).scalars())
    of_timers = select(timer.c.due_at).where(timer.c.kind == "check_in").order_by(timer.c.due_at)
    assert of_rows == list(tx.execute(of_timers).scalars())
    return [one.astimezone(HCMC).strftime("%d %H:%M") for one in of_rows]


@pytest.mark.parametrize(
    ("at", "day", "hour"), [((2, 30), 11, "10:00"), ((14, 20), 11, "14:20"), ((23, 50), 11, "18:00")]
)
async def test_without_a_choice_it_comes_by_day(
    line: Database, clock: MovableClock, policy: Policy, at: tuple[int, int], day: int, hour: str
) -> None:
    def story(tx: Tx) -> None:
        agree(tx, clock, policy, NIGHT.replace(hour=at[0], minute=at[1]))
        assert hours(tx)[0] == f"{day} {hour}"
        assert {one[-5:] for one in hours(tx)} == {hour}

    await line.write(story)


async def test_she_chooses_the_part_of_the_day_and_may_choose_again(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        agree(tx, clock, policy, NIGHT)
        check_ins.choose_hour(tx, 1, "evening", now=clock.now(), policy=policy)
        assert hours(tx) == ["11 19:00", "15 19:00", "07 19:00"]
        check_ins.stop(tx, 1)
        check_ins.plan(tx, 1, "book", now=clock.now(), policy=policy)
        check_ins.stop(tx, 1)
        check_ins.plan(tx, 1, "tea", now=clock.now(), policy=policy)
        for part in ("evening", "morning", "morning"):
            check_ins.choose_hour(tx, 1, part, now=clock.now(), policy=policy)
        assert hours(tx) == ["11 10:00", "15 10:00", "07 10:00"]

    await line.write(story)


async def test_a_question_that_is_late_waits_for_the_day(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        agree(tx, clock, policy, NIGHT)
        number = tx.execute(select(check_in.c.id).order_by(check_in.c.due_at).limit(1)).scalar_one()
        clock.pass_(days=3, hours=20)  # the house was down until 22:30
        before = len(letters(tx, lane_id=1))
        due.DUE["check_in"](tx, number, clock.now(), policy)
        assert len(letters(tx, lane_id=1)) == before
        mine = (timer.c.kind == "check_in", timer.c.subject_id == number)
        again = tx.execute(select(timer.c.due_at).where(*mine)).scalar_one()
        assert again == NIGHT.replace(hour=10, minute=0) + timedelta(days=4)
        clock.pass_(seconds=(again - clock.now()).total_seconds())
        due.DUE["check_in"](tx, number, clock.now(), policy)
        assert "uống trà" in letters(tx, lane_id=1)[-1].text

    await line.write(story)
