"""Models of the programme, trainings, and what people looked for: counted where it belongs, told with a name."""

import pytest
from sqlalchemy import select

from bot.db import Database, Tx
from bot.events import happened
from bot.figures import asking, layout
from bot.figures.quarters import Quarter
from bot.figures.subjects import SUBJECTS
from bot.rehearsal import START, Rehearsal
from bot.tables import case, event
from directory import drafts, needs, programmes
from tests.conftest import MovableClock


def test_every_kind_of_listing_belongs_to_one_model_and_each_has_a_name_in_both_languages() -> None:
    every = programmes.models().values()
    assert sorted(kind for one in every for kind in one.kinds) == sorted(drafts.KINDS)
    assert [one.code for one in every] == ["community", "labour", "peer"]
    for one in every:
        assert programmes.label(one.code, "vi") != programmes.label(one.code, "en")
    assert programmes.model_of("peer_club") == "peer" and programmes.model_of("trade_union") == "labour"
    assert programmes.model_of("hospital") == "community" and programmes.model_of("not sorted") == ""


async def told(db: Database, subject: str) -> dict[str, int | None]:
    asked = await db.read(lambda connection: asking.ask(connection, (Quarter(2026, 1),)))
    figures = asked.figures(below=5)
    return {f"{one.place} {one.line}": one.n for one in figures if one.subject == subject}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
async def test_models_trainings_and_searches_become_lines_that_add_up(engine: Database, clock: MovableClock) -> None:
    now = clock.now().replace(year=2026, month=2)

    def write(tx: Tx) -> None:
        for kind, model, n in (("referred", "peer", 6), ("referred", "", 7), ("training_sent", "community", 8)):
            for _ in range(n):
                happened(tx, kind, now=now, province="22", need="livelihood.training", model=model)
        for what, n in (("found", 9), ("none", 5)):
            for _ in range(n):
                happened(tx, f"search_{what}:{programmes.TRAINING}", now=now, province="22", need=programmes.TRAINING)

    await engine.write(write)
    found = await told(engine, "referred")
    assert {line: n for line, n in found.items() if line.startswith("22")} == {
        "22 all": 21, "22 sent": 13, "22 training": 8, "22 need:livelihood": 21,
        "22 model:peer": 6, "22 model:unknown": 7, "22 model:community": 8,
    }  # fmt: skip
    found = await told(engine, "search")
    assert {line: n for line, n in found.items() if line.startswith("22")} == {
        "22 livelihood.training": 14, "22 found:livelihood.training": 9, "22 none:livelihood.training": 5,
    }  # fmt: skip


def test_every_need_has_its_lines_of_searches_and_they_have_names() -> None:
    (search,) = (one for one in SUBJECTS if one.name == "search")
    assert set(search.total_of.values()) == set(needs.NEEDS)
    names = {layout.line_name("search", line, "vi") for line in (*search.lines, *search.total_of.values())}
    assert len(names) == 4 * len(needs.NEEDS)
    assert layout.line_name("search", "none:health.pep", "en").endswith(": nothing")


async def _searched(rehearsal: Rehearsal) -> dict[tuple[str, str], int]:
    wanted = select(event.c.province, event.c.kind, event.c.n).where(event.c.kind.startswith("search_"))
    rows = await rehearsal.house.db.read(lambda connection: connection.execute(wanted).all())
    return {(row.province, row.kind): row.n for row in rows}


async def test_a_search_is_counted_once_a_talk_and_need_for_the_place_that_was_sought() -> None:
    async with Rehearsal(at=START) as rehearsal:
        more = ("xem them", "xet nghiem hiv o hai ba trung", "hoc nghe o dien bien phu")
        for text in ("xet nghiem hiv o cau giay", *more):
            await rehearsal.play({"as": "person:a", "text": text})
        await rehearsal.play({"as": "person:b", "text": "xet nghiem hiv o cau giay"})
        assert await _searched(rehearsal) == {
            ("01", "search_found:health.hiv_test"): 2,
            ("11", "search_none:livelihood.training"): 1,
        }


async def test_a_place_that_has_none_and_one_nearby_that_has_is_counted_as_such() -> None:
    async with Rehearsal(at=START) as rehearsal:
        said = await rehearsal.play({"as": "person:a", "text": "xet nghiem hiv o huyen ba vi"})
        assert any("(mẫu)" in one["text"] for one in said)
        assert await _searched(rehearsal) == {("01", "search_far:health.hiv_test"): 1}


async def test_nothing_that_is_counted_of_a_search_knows_the_person() -> None:
    """The row is a day, a province, a need and a number: as many rows whoever asked, and none with a case."""
    async with Rehearsal(at=START) as rehearsal:
        await rehearsal.play({"as": "person:a", "text": "xet nghiem hiv o cau giay"})
        before = await _searched(rehearsal)
        for text in ("xoa", "dung", "xoá hết"):
            await rehearsal.play({"as": "person:a", "text": text})
        assert await _searched(rehearsal) == before
        assert not await rehearsal.house.db.read(lambda connection: connection.execute(select(case.c.id)).all())
