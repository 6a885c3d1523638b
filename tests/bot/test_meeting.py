"""A message that comes alone asks once and tells the rest with its commit; whatever stands in the way is kept first."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.sql import Executable

from bot import envelopes, intake, meeting, writer
from bot.app import House
from bot.db import Tx
from bot.meeting import Met
from bot.outbox import tell_person
from bot.seals import Seals
from bot.tables import contact, conversation, inbox, lane, person, seen_event, staff_organisation
from tests.carried import carried
from tests.conftest import MovableClock
from tests.fake_house import door, open_house

QUESTION = "xet nghiem hiv o cau giay"


@pytest.fixture
async def house(either: str, tmp_path: Path, seals: Seals, clock: MovableClock) -> AsyncIterator[House]:
    async with open_house(either, tmp_path, seals, clock) as made:
        for text in ("xin chào", "cảm ơn", QUESTION):
            await door(made).say("anna", text)
            await made.settle()
        yield made


@pytest.fixture
def met(monkeypatch: pytest.MonkeyPatch) -> list[Met]:
    """What was found, message by message."""
    found, meet = list[Met](), meeting.meet

    def noted(*args: Any, **more: Any) -> Met:
        found.append(meet(*args, **more))
        return found[-1]

    monkeypatch.setattr(meeting, "meet", noted)
    return found


async def one(house: House, wanted: Executable) -> Any:
    return await house.db.read(lambda connection: connection.execute(wanted).scalar_one())


def answers(house: House) -> int:
    return sum("Cầu Giấy" in text for text in door(house).texts("anna"))


async def test_who_is_known_is_answered_without_a_place_in_the_inbox(
    house: House, met: list[Met], clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> int:
        raise AssertionError

    monkeypatch.setattr(intake, "_insert", never)
    clock.pass_(seconds=90)
    before = answers(house)
    await door(house).say("anna", QUESTION)
    await house.settle()
    assert answers(house) == before + 1 and met[-1].lane_id is not None
    assert await one(house, select(lane.c.last_at)) == clock.now()
    assert await one(house, select(lane.c.lease_owner)) is None


async def test_on_postgresql_it_asks_once_and_tells_the_rest_with_its_commit(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    if house.db.is_sqlite:
        return  # where a statement is no journey
    with carried(monkeypatch, by="writer") as found:
        await door(house).say("anna", "cảm ơn")
    await house.settle()
    assert len(found) == 2 and sum(found) < 20


@pytest.mark.parametrize(
    "what", ["left", "lease of another that ran out", "talk nearly forgotten", "way nearly forgotten", "key is new"]
)
async def test_whatever_stands_in_the_way_it_is_answered_once(
    house: House, met: list[Met], clock: MovableClock, what: str
) -> None:
    now, soon = clock.now(), clock.now() + timedelta(minutes=5)
    changes: dict[str, Any] = {
        "left": update(lane).values(stopped_at=now),
        "lease of another that ran out": update(lane).values(lease_owner="other", lease_until=now),
        "talk nearly forgotten": update(conversation).values(forget_at=soon),
        "way nearly forgotten": update(lane).values(forget_at=soon),
        "key is new": None,
    }
    if changes[what] is not None:
        await house.db.write(lambda tx: tx.execute(changes[what]).rowcount)
    else:
        house.db.seals.keys.destroy([await one(house, select(conversation.c.key_id))])
    before = answers(house)
    await door(house).say("anna", QUESTION)
    await house.settle()
    assert answers(house) == before + 1, what
    assert met[-1].lane_id is None or what == "key is new"
    assert await one(house, select(func.count()).select_from(inbox)) == 0
    left = select(lane.c.stopped_at, lane.c.lease_owner, lane.c.forget_at, conversation.c.forget_at)
    mine = left.join(conversation, conversation.c.lane_id == lane.c.id)
    row = await house.db.read(lambda connection: connection.execute(mine).one())
    assert row[:2] == (None, None) and row[2] > soon and row[3] > soon, "and nothing is in the way of the next"
    await door(house).say("anna", QUESTION)
    assert met[-1].lane_id is not None


async def test_a_stranger_and_an_older_message_are_kept_first(house: House, met: list[Met]) -> None:
    await door(house).say("binh", QUESTION)
    assert met[-1] == Met(None, True)
    lane_id = await one(house, select(lane.c.id).order_by(lane.c.id).limit(1))

    def waits(tx: Tx) -> None:
        key = tx.execute(select(conversation.c.key_id).where(conversation.c.lane_id == lane_id)).scalar_one()
        intake._insert(tx, lane_id, key, intake.Kept("text", "xin chào"), house.clock.now())

    await house.db.write(waits)
    await door(house).say("anna", QUESTION)
    assert met[-1] == Met(None, True)
    await house.settle()
    assert door(house).texts("anna")[-1] != "" and await one(house, select(func.count()).select_from(inbox)) == 0


async def test_the_same_event_is_answered_once_however_often_it_comes(house: House, met: list[Met]) -> None:
    before, noted = answers(house), await one(house, select(func.count()).select_from(seen_event))
    for _ in range(3):
        await door(house).say("anna", QUESTION, event_id="again")
        await house.settle()
    assert answers(house) == before + 1 and [one.is_new for one in met] == [True, False, False]
    assert await one(house, select(func.count()).select_from(seen_event)) == noted + 1


NAMES = select(staff_organisation.c.name).where(staff_organisation.c.name != bindparam("not"))
OTHER = {"not": ""}


async def test_what_was_foreseen_holds_until_its_table_is_written(house: House) -> None:
    def deed(tx: Tx) -> list[list[str]]:
        tx.foresee(NAMES, OTHER, [("foreseen",)], (staff_organisation, lane))
        seen = [tx.rows(NAMES, OTHER)]
        tx.tell(update(person).values(language="vi"))
        seen.append(tx.rows(NAMES, OTHER))
        seen.append(tx.rows(NAMES, {"not": "x"}))
        tx.tell(insert(staff_organisation).values(name="new"))
        seen.append(tx.rows(NAMES, OTHER))
        return [sorted(row[0] for row in rows) for rows in seen]

    there = await house.db.read(lambda connection: sorted(connection.execute(NAMES, OTHER).scalars()))
    foreseen = ["foreseen"]
    assert await house.db.write(deed) == [foreseen, foreseen, there, sorted([*there, "new"])]


async def test_what_was_foreseen_is_forgotten_with_a_step_that_failed(house: House) -> None:
    def deed(tx: Tx) -> int:
        tx.foresee(NAMES, OTHER, [("foreseen",)] * 7, (staff_organisation,))
        with pytest.raises(LookupError), tx.step():
            raise LookupError
        return len(tx.rows(NAMES, OTHER))

    assert await house.db.write(deed) != 7


@pytest.fixture
def glanced(house: House, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Each look-up of where a message goes."""
    found, glance = list[object](), house.db.glance

    async def noted(ask: Any) -> Any:
        found.append(ask)
        return await glance(ask)

    monkeypatch.setattr(house.db, "glance", noted)
    return found


async def test_where_an_answer_goes_is_known_from_its_own_deed_but_only_for_a_moment(
    house: House, glanced: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers(house)
    monkeypatch.setattr(envelopes, "AT_HAND_SECONDS", 60.0)  # however slow the machine
    await door(house).say("anna", QUESTION)
    await house.settle()
    assert answers(house) == before + 1 and glanced == []
    monkeypatch.setattr(envelopes, "AT_HAND_SECONDS", 0.0)
    await door(house).say("anna", QUESTION)
    await house.settle()
    assert answers(house) == before + 2 and len(glanced) == 1, "by now she may have erased, or left"


async def test_what_the_network_did_not_take_is_addressed_anew(
    house: House, glanced: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelopes, "AT_HAND_SECONDS", 60.0)
    door(house).fail_next("transient")
    await door(house).say("anna", "cảm ơn")
    await house.mailroom.settle()
    assert glanced == []
    clock = house.clock
    assert isinstance(clock, MovableClock)
    clock.pass_(seconds=3)
    await house.settle()
    assert len(glanced) == 1


@pytest.mark.parametrize("change", [update(lane).values(generation=7), delete(contact)], ids=["lane", "contact"])
@pytest.mark.parametrize("who", ["the same deed", "the next of its batch"])
async def test_a_way_that_somebody_may_have_changed_before_the_commit_is_not_known(
    house: House, change: Executable, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BATCH_SECONDS", 10.0)  # all that waits goes into one batch, however slow the machine
    lane_id = await one(house, select(lane.c.id).order_by(lane.c.id).limit(1))
    told = list[Any]()
    house.db.on_told = told.extend

    def tells(tx: Tx) -> None:
        tx.know_way(lane_id, "the way", (lane, contact))
        tx.tell(update(lane).values(last_at=house.clock.now()), is_aside=True)
        tell_person(tx, lane_id, "xin chào", now=house.clock.now())
        if who == "the same deed":
            tx.tell(change)

    async def both(second: Executable | None) -> list[Any]:
        """While the writer is busy, two deeds gather; they make the next batch."""
        told.clear()
        busy = house.db.write(lambda tx: time.sleep(0.05))
        deeds = [tells, *([] if second is None else [lambda tx: tx.tell(second)])]
        await asyncio.gather(busy, *(house.db.write(deed) for deed in deeds))
        return [item.known and item.known.way for item in told]

    if who == "the same deed":
        assert await both(None) == [None]
        return
    assert await both(None) == ["the way"]
    assert await both(change) == [None]
