"""To send is to write a row: sealed, leased, and only when the deed is committed."""

from base64 import urlsafe_b64decode

from sqlalchemy import Connection, insert, select

from bot.db import Database, Tx
from bot.outbox import Item, Option, _tokens, offers, tell_person, unpack
from bot.tables import conversation, lane, outbox, person
from tests.conftest import MovableClock


def arrive(tx: Tx, clock: MovableClock) -> str:
    now = clock.now()
    key = tx.seals.new_key()
    tx.execute(insert(person).values(id=1, created_at=now, forget_at=now))
    tx.execute(
        insert(lane).values(
            id=1, person_id=1, channel="fake", account="1", handle="h", generation=3, last_at=now, forget_at=now
        )
    )
    tx.execute(insert(conversation).values(lane_id=1, key_id=key, last_at=now, forget_at=now))
    return key


async def test_a_told_message_is_sealed_leased_and_handed_over(db: Database, clock: MovableClock) -> None:
    told: list[Item] = []
    db.on_told = told.extend
    key = await db.write(lambda tx: arrive(tx, clock))
    await db.write(
        lambda tx: tell_person(tx, 1, "chào bạn", now=clock.now(), options=[Option("find", "more", "more", "xem thêm")])
    )

    def look(connection: Connection) -> None:
        row = connection.execute(select(outbox)).one()
        assert (row.state, row.lease_owner, row.generation, row.key) == ("leased", db.owner, 3, told[0].key)
        assert "chào".encode() not in row.sealed
        letter = unpack(db.seals.open_with(row.key_id, row.sealed, about=f"outbox:{row.key}"))
        assert letter.text == "chào bạn" and letter.choices[0].label == "xem thêm"

    await db.read(look)
    [[(token, option)]] = await db.write(lambda tx: offers(tx, 1, key))
    assert option == Option("find", "more", "more", "xem thêm") and "more" not in token


async def test_only_the_choices_of_the_last_five_messages_are_remembered(db: Database, clock: MovableClock) -> None:
    key = await db.write(lambda tx: arrive(tx, clock))
    for number in range(8):
        option = Option("find", "more", str(number), f"xem {number}")
        await db.write(lambda tx, option=option: tell_person(tx, 1, "…", now=clock.now(), options=[option]))
    found = await db.write(lambda tx: offers(tx, 1, key))
    assert [message[0][1].key for message in found] == ["7", "6", "5", "4", "3"]


async def test_nothing_is_told_to_a_lane_that_is_gone(db: Database, clock: MovableClock) -> None:
    await db.write(lambda tx: tell_person(tx, 99, "không ai", now=clock.now()))
    assert await db.read(lambda connection: connection.execute(select(outbox)).all()) == []


def test_every_choice_has_a_token_of_its_own_that_nobody_can_guess() -> None:
    drawn = [token for _ in range(50) for token in _tokens(6)]
    assert len(set(drawn)) == 300 and {len(urlsafe_b64decode(token)) for token in drawn} == {9}
    assert _tokens(0) == []
