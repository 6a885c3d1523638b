"""From the counters of single days to what a manager is told: nothing lost, nothing of a running quarter, one table."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import bot.figures
from bot.db import Database
from bot.events import happened
from bot.figures import asking, counting, telling
from bot.figures.quarters import NoQuarter, Quarter, between, parse
from bot.figures.subjects import SUBJECTS
from bot.helpline.outcomes import Barrier, Outcome
from bot.helpline.referrals import ATTENDED_LAST, Way

JANUARY = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
YEAR = tuple(between(Quarter(2026, 1), Quarter(2026, 4)))


async def counted(db: Database, *many: tuple[int, str, str | None, str | None, int]) -> None:
    """Each: (month, kind, province, need, how often)."""
    for month, kind, province, need, n in many:
        now = JANUARY.replace(month=month)
        for _ in range(n):
            await db.write(lambda tx: happened(tx, kind, now=now, province=province, need=need))  # noqa: B023


async def told(
    db: Database, quarters: tuple[Quarter, ...] = YEAR, *, below: int = 5, places: str = ""
) -> dict[str, int | None]:
    asked = await db.read(lambda connection: asking.ask(connection, quarters))
    figures = asked.figures(below=below, places=frozenset(places.split()) or None)
    return {f"{one.time} {one.place} {one.subject} {one.line}": one.n for one in figures}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
async def test_days_become_quarters_provinces_lines_and_groups_of_needs(engine: Database) -> None:
    await counted(
        engine,
        (1, "case_now", "22", "violence.physical", 6),
        (3, "case_now", "22", "health.pep", 5),
        (4, "case_request", "79", "health.pep", 7),
        (4, "case_request", None, None, 8),
        (4, "turn", "79", "health.pep", 90),
    )
    found = await told(engine)
    assert found == {
        "2026Q1 all case all": 11, "2026Q1 all case now": 11, "2026Q1 all case need:violence": 6,
        "2026Q1 all case need:health": 5, "2026Q1 22 case all": 11, "2026Q1 22 case now": 11,
        "2026Q1 22 case need:violence": 6, "2026Q1 22 case need:health": 5,
        "2026Q2 all case all": 15, "2026Q2 all case request": 15, "2026Q2 all case need:health": 7,
        "2026Q2 all case need:unknown": 8, "2026Q2 79 case all": 7, "2026Q2 79 case request": 7,
        "2026Q2 79 case need:health": 7, "2026Q2 unknown case all": 8, "2026Q2 unknown case request": 8,
        "2026Q2 unknown case need:unknown": 8,
        "2026 all case all": 26, "2026 all case now": 11, "2026 all case request": 15,
        "2026 all case need:violence": 6, "2026 all case need:health": 12, "2026 all case need:unknown": 8,
        "2026 22 case all": 11, "2026 22 case now": 11, "2026 22 case need:violence": 6, "2026 22 case need:health": 5,
        "2026 79 case all": 7, "2026 79 case request": 7, "2026 79 case need:health": 7,
        "2026 unknown case all": 8, "2026 unknown case request": 8, "2026 unknown case need:unknown": 8,
    }  # fmt: skip


async def test_one_person_in_a_province_is_seen_in_no_table_and_does_not_follow_from_the_others(db: Database) -> None:
    await counted(db, (1, "case_now", "12", "violence.physical", 1), (1, "case_now", "22", "violence.physical", 40))
    found = await told(db)
    assert found["2026Q1 12 case now"] is None and found["2026Q1 12 case all"] is None
    assert found["2026Q1 all case now"] is None or found["2026Q1 22 case now"] is None
    assert found["2026 all case now"] is None or found["2026 22 case now"] is None


async def test_whoever_asks_for_less_sees_a_part_of_the_same_table(db: Database) -> None:
    await counted(
        db,
        (1, "outcome.safe", "12", "mind.talk", 3), (2, "outcome.listened", "12", "mind.talk", 9),
        (2, "outcome.safe", "22", "mind.talk", 12), (5, "outcome.safe", "12", "mind.talk", 6),
        (8, "outcome.listened", "22", "legal.aid", 2), (11, "outcome.safe", "22", "legal.aid", 30),
    )  # fmt: skip
    for below in (telling.INSIDE, telling.PUBLIC):
        whole = await told(db, below=below)
        for first, last in ((1, 1), (1, 3), (2, 4), (3, 3)):
            part = await told(db, YEAR[first - 1 : last], below=below)
            assert part and part.items() <= whole.items()
        mine = await told(db, below=below, places="12")
        assert mine and mine == {key: n for key, n in whole.items() if key.split()[1] == "12"}


async def test_hidden_and_shown_together_are_all_that_was_counted(db: Database) -> None:
    await counted(db, (1, "referred", "12", "legal.aid", 2), (1, "referred", "22", "legal.aid", 9))
    asked = await db.read(lambda connection: asking.ask(connection, YEAR))
    (subject,) = (one for one in SUBJECTS if one.name == "referred")
    cells = counting.values(subject, counting.shape_of(subject), asked.counted[2026], YEAR[0])
    assert cells["all", "all"] == 11 == sum(n for (place, line), n in cells.items() if place != "all" and line == "all")


def test_a_quarter_is_told_when_it_has_ended_in_vietnam() -> None:
    midnight = datetime(2026, 3, 31, 17, 0, tzinfo=UTC)
    assert telling.ended(Quarter(2025, 4), Quarter(2026, 2), midnight) == (Quarter(2025, 4), Quarter(2026, 1))
    assert telling.ended(Quarter(2026, 1), Quarter(2026, 2), midnight - timedelta(seconds=1)) == ()


def test_a_quarter_is_read_as_people_write_it() -> None:
    assert parse("2026q3") == Quarter(2026, 3) and str(parse("2027Q1")) == "2027Q1"
    for written in ("2026", "2026Q5", "Q1", "1999Q1", "2026-Q1"):
        with pytest.raises(NoQuarter):
            parse(written)


def test_every_outcome_barrier_and_end_of_a_referral_has_its_line() -> None:
    lines = {one.name: set(one.lines) for one in SUBJECTS}
    assert lines["outcome"] == set(Outcome) and lines["barrier"] == set(Barrier)
    ends = {Way.DONE, Way.DECLINED, Way.LOST, ATTENDED_LAST}
    assert lines["referral"] == ends | {f"training_{end}" for end in ends}


def test_no_sum_is_told_of_what_one_person_may_fill_alone() -> None:
    """Five barriers of one case are one person; so are twenty messages, which are no subject at all."""
    (barrier,) = (one for one in SUBJECTS if one.name == "barrier")
    assert not barrier.adds_up and not any(line == "all" for _, line in counting.shape_of(barrier).cells())
    assert not {"turn", "alarm"} & {kind for one in SUBJECTS for kind in one.kinds}


def test_figures_read_one_table_of_numbers_and_no_other() -> None:
    """The sealed rows are tables too; which modules may be imported, `lint-imports` says."""
    taken = set()
    for path in Path(bot.figures.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bot.tables"):
                taken |= {one.name for one in node.names}
    assert taken == {"event"}
