"""The questions of the weeks that follow: on their days, also after the words of the case are gone; none after a no."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import delete, select

from bot.db import Database, Tx
from bot.helpline import cases, check_ins, consents, erasure, retention, taken_back
from bot.helpline.consents import ConsentTo
from bot.helpline.due import DUE
from bot.policy import Policy
from bot.tables import check_in, outbox, timer, transcript
from tests.bot.helpline.conftest import HOA, LAN, letters
from tests.bot.helpline.test_around_a_case import taken
from tests.conftest import MovableClock

pytestmark = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def db(engine: Database) -> Database:
    """Every test here runs on both engines."""
    return engine


def begin(tx: Tx, clock: MovableClock, policy: Policy) -> int:
    """She agrees to be asked, and the case is closed."""
    clock.pass_(hours=3)  # noon: at nine nobody is asked anything
    case_id = taken(tx, clock, policy)
    consents.give(tx, case_id, ConsentTo.FOLLOW_UP, "t", now=clock.now())
    check_ins.plan(tx, 1, "tea", now=clock.now(), policy=policy)
    cases.close(tx, case_id, LAN, "listened", now=clock.now(), policy=policy)
    return case_id


def a_day(tx: Tx, clock: MovableClock, policy: Policy) -> list[str]:
    """A day passes, with all that is due and all that is to be forgotten; returns what she is sent."""
    tx.execute(delete(outbox))
    clock.pass_(days=1)
    due = select(timer).where(timer.c.due_at <= clock.now()).order_by(timer.c.due_at)
    for row in tx.execute(due).all():
        tx.execute(delete(timer).where(timer.c.id == row.id))
        DUE[row.kind](tx, row.subject_id, clock.now(), policy)
    said = [one.text for one in letters(tx, lane_id=1)]
    while retention.sweep(tx, now=clock.now(), policy=policy).rows:
        pass
    return said


def asked_on(tx: Tx, clock: MovableClock, policy: Policy, begun: datetime, *, days: int) -> list[int]:
    found = []
    for _ in range(days):
        if any("uống trà" in one for one in a_day(tx, clock, policy)):
            found.append((clock.now() - begun).days)
    return found


@pytest.mark.parametrize(("routing", "wanted"), [(40, [3, 7, 30]), (90, [3, 7, 30, 84])])
async def test_each_comes_on_its_day_as_long_as_the_way_to_her_is_kept(
    line: Database, clock: MovableClock, policy: Policy, routing: int, wanted: list[int]
) -> None:
    def story(tx: Tx) -> None:
        decided = replace(policy, routing_days=routing)
        begin(tx, clock, decided)
        begun = clock.now()
        assert asked_on(tx, clock, decided, begun, days=95) == wanted
        assert tx.execute(select(transcript)).first() is None, "the words went long before"
        counted = Counter[str]()
        for one, n in tx.tally.items():
            counted[one.kind] += n
        assert counted["check_in_sent"] == counted["check_in_silent"] == len(wanted)

    await line.write(story)


@pytest.mark.parametrize("how", ["stop", "withdrawn", "erased"])
async def test_after_a_no_in_any_form_nothing_more_is_asked(
    line: Database, clock: MovableClock, policy: Policy, how: str
) -> None:
    def story(tx: Tx) -> None:
        begin(tx, clock, policy)
        begun = clock.now()
        assert asked_on(tx, clock, policy, begun, days=5) == [3]
        first = tx.execute(select(check_in.c.id).order_by(check_in.c.due_at).limit(1)).scalar_one()
        match how:
            case "stop":
                check_ins.answer(tx, 1, first, "stop", now=clock.now())
            case "withdrawn":
                taken_back.take_back(tx, 1, ConsentTo.FOLLOW_UP, now=clock.now())
            case "erased":
                erasure.begin(tx, 1, now=clock.now())
                erasure.finish(tx, 1, now=clock.now())
                assert tx.execute(select(check_in)).first() is None
        assert asked_on(tx, clock, policy, begun, days=40) == []

    await line.write(story)


async def test_who_answers_late_is_no_longer_silent_and_each_question_has_one_end(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        begin(tx, clock, policy)
        begun = clock.now()
        assert asked_on(tx, clock, policy, begun, days=3) == [3]
        first = tx.execute(select(check_in.c.id).order_by(check_in.c.due_at).limit(1)).scalar_one()
        clock.pass_(hours=25)
        DUE["check_in_silent"](tx, first, clock.now(), policy)
        assert any("chưa có trả lời" in one.text for one in letters(tx, staff_id=HOA))
        check_ins.answer(tx, 1, first, "well", now=clock.now())
        check_ins.answer(tx, 1, first, "unwell", now=clock.now())  # the same buttons again
        state = tx.execute(select(check_in.c.state).where(check_in.c.id == first)).scalar_one()
        assert state == "well"
        told = len(letters(tx, staff_id=HOA))
        DUE["check_in_silent"](tx, first, clock.now(), policy)
        assert len(letters(tx, staff_id=HOA)) == told

    await line.write(story)
