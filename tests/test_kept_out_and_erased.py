"""Whoever is kept out and says "xoá hết" loses every word and stays kept out until it ends."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select

from bot.app import House
from bot.db import DatabaseAway, Tx
from bot.helpline import blocks, retention
from bot.helpline.truth import when
from bot.keyfile import add_key, drop_old_keys, use_newest
from bot.seals import KeyId, Seals
from bot.tables import block, case, kept_out, lane, staff
from directory.wording import t
from tests.conftest import MovableClock
from tests.fake_house import door, open_house

pytestmark = pytest.mark.timeout(120)

CRY = "cứu, nó đang đánh em"
CARD = "Bạn tới chỗ có người"


@pytest.fixture
async def house(either: str, tmp_path: Path, seals: Seals, clock: MovableClock) -> AsyncIterator[House]:
    async with open_house(either, tmp_path, seals, clock) as made:
        yield made


async def talk(house: House, *said: str, who: str = "anna") -> list[str]:
    before = len(door(house).texts(who))
    for text in said:
        await door(house).say(who, text)
        await house.settle()
    return door(house).texts(who)[before:]


async def keep_out(house: House, clock: MovableClock, hours: int) -> datetime:
    """Anna is kept out for so long; the longest with a second person."""
    now = clock.now()
    until = now + timedelta(hours=hours)

    def deed(tx: Tx) -> None:
        lan, hoa = tx.execute(select(staff.c.id).where(staff.c.role.in_(("worker", "supervisor"))).limit(2)).scalars()
        mine = tx.execute(select(func.max(lane.c.id))).scalar_one()
        row = {"lane_id": mine, "hours": hours, "asked_by": lan, "until": until, "at": now, "forget_at": until}
        tx.execute(insert(block).values(**row, confirmed_by=hoa if hours > blocks.ALONE else None))

    await house.db.write(deed)
    return until


async def ends(house: House, clock: MovableClock) -> datetime | None:
    """Until when whoever wrote last is kept out."""

    def look(connection: Connection) -> datetime | None:
        mine = connection.execute(select(func.max(lane.c.id))).scalar_one_or_none()
        return None if mine is None else blocks.until(connection, mine, clock.now())

    return await house.db.read(look)


async def tokens(house: House) -> list[tuple[str, str]]:
    return await house.db.read(
        lambda c: [(row.token, row.key_id) for row in c.execute(select(kept_out.c.token, kept_out.c.key_id))]
    )


async def rows(house: House, *tables: object) -> list[int]:
    def counted(connection: Connection) -> list[int]:
        return [connection.execute(select(func.count()).select_from(one)).scalar_one() for one in tables]  # type: ignore[arg-type]

    return await house.db.read(counted)


@pytest.mark.parametrize("hours", [24, 720])
async def test_erasing_lets_nobody_in_who_is_kept_out_and_keeps_nothing_that_can_be_read(
    house: House, clock: MovableClock, hours: int
) -> None:
    await talk(house, "xin chào")
    until = await keep_out(house, clock, hours)
    asked, told = (await talk(house, "xoá"))[-1], (await talk(house, "xoá hết"))[-1]
    assert t("erase.still_kept_out", "vi", when=when(until, clock.now())) in asked, "said before the yes"
    assert t("erase.token_stays", "vi", when=when(until, clock.now())) in told
    assert await rows(house, lane, block) == [0, 0]
    ((token, key),) = await tokens(house)
    assert house.seals.handle("contact", "fake", "1", "anna") not in (token, key)
    clock.pass_(minutes=5)
    assert not any(t("welcome.intro", "vi")[:20] in one for one in await talk(house, "xin chào")), "no newcomer"
    assert await ends(house, clock) == until and await talk(house, "alo") == []
    assert await tokens(house) == [] and not house.seals.keys.has(KeyId(key))
    clock.pass_(hours=hours)
    assert await ends(house, clock) is None and await talk(house, "xin chào") != []


async def test_again_and_again_it_ends_when_it_would_have_ended(house: House, clock: MovableClock) -> None:
    await talk(house, "xin chào")
    until = await keep_out(house, clock, 24)
    for _ in range(3):
        clock.pass_(hours=1)
        await talk(house, "xoá", "xoá hết", "alo")
        assert await ends(house, clock) == until


async def test_a_cry_of_who_has_erased_gets_through(house: House, clock: MovableClock) -> None:
    await talk(house, "xin chào")
    await keep_out(house, clock, 24)
    await talk(house, "xoá", "xoá hết")
    assert any(CARD in one for one in await talk(house, CRY))
    assert await rows(house, case) == [1]


async def test_nobody_else_is_kept_out(house: House, clock: MovableClock) -> None:
    await talk(house, "xin chào")
    await keep_out(house, clock, 24)
    await talk(house, "xoá", "xoá hết")
    assert await talk(house, "xin chào", who="binh") != [] and await ends(house, clock) is None
    assert len(await tokens(house)) == 1


async def test_the_token_and_its_key_go_when_it_ends(house: House, clock: MovableClock) -> None:
    await talk(house, "xin chào")
    await keep_out(house, clock, 24)
    await talk(house, "xoá", "xoá hết")
    ((_, key),) = await tokens(house)
    clock.pass_(hours=25)
    assert await talk(house, "xin chào") != [] and await ends(house, clock) is None, "before the sweep too"
    swept = await house.db.write(lambda tx: retention.sweep_part(tx, "kept_out", now=clock.now(), policy=house.policy))
    assert await tokens(house) == [] and swept.keys == [KeyId(key)]


async def test_new_keys_let_nobody_in(house: House, clock: MovableClock, tmp_path: Path) -> None:
    await talk(house, "xin chào")
    until = await keep_out(house, clock, 24)
    await talk(house, "xoá", "xoá hết")
    key_file = tmp_path / "key.json"
    add_key(key_file)
    use_newest(key_file)
    house.seals.reload()
    house.seals.keys.rewrap()
    drop_old_keys(key_file)
    house.seals.reload()
    await talk(house, "alo")
    assert await ends(house, clock) == until


async def test_who_writes_behind_an_erasure_that_stopped_half_way_is_still_kept_out(
    house: House, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk(house, "xin chào")
    until = await keep_out(house, clock, 24)
    await talk(house, "xoá")

    async def dies(*told: object) -> None:
        raise DatabaseAway("this process is gone")

    with monkeypatch.context() as dying:
        dying.setattr(house.reception, "_finish_erasing", dies)
        await talk(house, "xoá hết")
    await talk(house, "alo")
    clock.pass_(seconds=41)
    await house.reception.finish_erasures()
    await house.settle()
    assert await ends(house, clock) == until
    assert await rows(house, lane, block) == [1, 1] and await tokens(house) == []


async def test_a_lost_key_store_lets_in_and_breaks_nothing(house: House, clock: MovableClock) -> None:
    await talk(house, "xin chào")
    await keep_out(house, clock, 24)
    await talk(house, "xoá", "xoá hết")
    ((_, key),) = await tokens(house)
    house.seals.keys.destroy([KeyId(key)])
    assert await talk(house, "xin chào") != []
