"""Who writes is seen on the other side for a moment: not on a phone that must stay dark, and nothing is kept of it."""

import asyncio

from sqlalchemy import func, select, update

from bot.bells import writes
from bot.db import Tx
from bot.helpline import guards
from bot.helpline.casebook import record
from bot.tables import lane
from directory.tables import metadata
from tests.bot.console.conftest import Desk
from tests.bot.console.test_around_a_case import taken


async def _handle(desk: Desk) -> str:
    return await desk.db.read(lambda connection: connection.execute(select(lane.c.handle)).scalar_one())


async def test_the_person_is_shown_that_the_colleague_writes_and_nobody_else_can_have_it_shown(desk: Desk) -> None:
    case_id, lan = await taken(desk)
    mai = await desk.as_("worker-2")
    before = await _rows(desk)
    await desk.press(lan, f"/console/cases/{case_id}/typing")
    assert desk.typed == [1]
    await desk.press(mai, f"/console/cases/{case_id}/typing")
    assert desk.typed == [1] and await _rows(desk) == before, "nothing is kept of it"


async def _rows(desk: Desk) -> dict[str, int]:
    def count(tx: Tx) -> dict[str, int]:
        rows = {one.name: select(func.count()).select_from(one) for one in metadata.sorted_tables}
        return {name: tx.execute(wanted).scalar_one() for name, wanted in rows.items()}

    return await desk.db.write(count)


async def test_a_phone_that_must_stay_dark_is_shown_nothing(desk: Desk) -> None:
    case_id, lan = await taken(desk)
    here, now = f"/console/cases/{case_id}/typing", desk.clock.now()
    for shut in (guards.go_neutral, guards.ask_first):
        await desk.db.write(lambda tx, shut=shut: shut(tx, 1, now=now))  # type: ignore[misc]
        await desk.press(lan, here)
        assert desk.typed == []
        await desk.db.write(lambda tx: guards.open_again(tx, 1, now=now))
    for values in ({"stopped_at": now}, {"erasing_at": now}):
        await desk.db.write(lambda tx, values=values: tx.execute(update(lane).values(values)))  # type: ignore[misc]
        await desk.press(lan, here)
        assert desk.typed == []
        back = dict.fromkeys(values)
        await desk.db.write(lambda tx, back=back: tx.execute(update(lane).values(back)))  # type: ignore[misc]
    await desk.press(lan, here)
    assert desk.typed == [1]
    await desk.db.write(lambda tx: record(tx, case_id, "mute", now=now))
    await desk.press(lan, here)
    assert desk.typed == [1], "who can only tap is not to be seen with a phone that moves"


async def test_after_a_long_silence_she_is_asked_first(desk: Desk) -> None:
    case_id, lan = await taken(desk)
    desk.clock.pass_(hours=13)
    lan = await desk.as_("worker-1")
    await desk.press(lan, f"/console/cases/{case_id}/typing")
    assert desk.typed == []


async def test_the_colleague_sees_that_the_person_writes_unless_somebody_else_holds_the_phone(desk: Desk) -> None:
    case_id, lan = await taken(desk)
    topic, now = writes(await _handle(desk)), desk.clock.now()

    async def heard() -> bytes:
        async with lan.get("/console/live", params={"topic": f"case:{case_id}"}) as stream:
            assert b"changed" in await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 50)
            for _ in range(20):  # until the stream listens
                desk.bells.ring(topic)
                try:
                    return await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 0.1)
                except TimeoutError:
                    continue
        return b""

    assert b"event: typing" in await heard()
    await desk.db.write(lambda tx: guards.go_neutral(tx, 1, now=now))
    assert b"event: typing" not in await heard()
