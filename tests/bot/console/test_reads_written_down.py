"""Whatever a page shows of a person's words is in the chain of deeds: her lines, what she handed over, and notes."""

from datetime import timedelta

import pytest

from bot import audit as chain
from bot.db import Tx
from bot.helpline import consents, handover
from bot.helpline.consents import ConsentTo
from bot.tables import audit
from tests.bot.console.conftest import Browser, Desk

SAID = "em sợ về nhà, nó chờ ở cửa"


async def read(desk: Desk, deed: str) -> int:
    return await desk.count(audit, audit.c.deed == deed)


async def noted(desk: Desk, words: str = SAID, *, with_consent: bool = True) -> tuple[int, Browser]:
    """A case with a note of the colleague who has it."""
    case_id = await desk.report()
    lan = await desk.as_("worker-1")
    await desk.press(lan, f"/console/cases/{case_id}/take")
    if with_consent:
        now = desk.clock.now()
        await desk.db.write(lambda tx: consents.give(tx, case_id, ConsentTo.NOTES, "t", now=now))
    await desk.press(lan, f"/console/cases/{case_id}/note", tick="hurt", note=words)
    return case_id, lan


async def test_a_note_read_on_the_page_of_tonight_is_written_down_once_a_visit(desk: Desk) -> None:
    case_id, lan = await noted(desk)
    assert await read(desk, "read_note") == 0
    for _ in range(2):
        assert SAID in await (await lan.get("/console/tonight")).text()
    assert await read(desk, "read_note") == 1
    desk.clock.pass_(minutes=16)
    await lan.get("/console/tonight")
    assert await read(desk, "read_note") == 2
    row = await desk.db.read(lambda c: c.execute(audit.select().where(audit.c.deed == "read_note")).first())
    assert row is not None and row.subject == f"case:{case_id}" and SAID not in str(tuple(row))
    assert await desk.db.read(lambda c: chain.verify(c, desk.db.seals)) is None


@pytest.mark.parametrize(("words", "with_consent"), [("", True), (SAID, False)])
async def test_where_no_words_are_shown_nothing_is_written_down(desk: Desk, words: str, with_consent: bool) -> None:
    _, lan = await noted(desk, words, with_consent=with_consent)
    page = await (await lan.get("/console/tonight")).text()
    assert "Bị thương" in page and SAID not in page
    assert await read(desk, "read_note") == 0


async def test_who_has_no_such_case_is_shown_no_note(desk: Desk) -> None:
    await noted(desk)
    mai = await desk.as_("worker-2")
    assert SAID not in await (await mai.get("/console/tonight")).text()
    assert await read(desk, "read_note") == 0


async def test_nothing_is_shown_that_could_not_be_written_down(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _, lan = await noted(desk)

    def fails(tx: Tx, *told: object, **more: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(handover, "read", fails)
    answer = await lan.get("/console/tonight")
    assert answer.status >= 500 and SAID not in await answer.text()


async def test_a_row_of_a_clock_that_was_ahead_hides_no_reading(desk: Desk) -> None:
    case_id, _ = await noted(desk)
    now, lan = desk.clock.now(), (await desk.member("worker-1")).id

    def twice(tx: Tx) -> None:
        chain.read(tx, lan, case_id, "read_note", now=now + timedelta(hours=9))
        chain.read(tx, lan, case_id, "read_note", now=now)

    await desk.db.write(twice)
    assert await read(desk, "read_note") == 2
