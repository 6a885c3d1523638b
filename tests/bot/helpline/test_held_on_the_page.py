"""What her page had not fetched yet when the phone came into other hands: not shown to him, and not lost for her."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select

from bot.channels import webchat_store as store
from bot.db import Database, Tx
from bot.helpline import cases, coming_back, guards, relay
from bot.helpline.delivery import Delivery
from bot.masking import Masked
from bot.policy import Policy
from bot.ports import ContactRef, Outbound, RichText
from bot.tables import guard, outbox, webchat_session
from tests.bot.helpline.conftest import LAN, add_person, letters
from tests.bot.helpline.test_unread import fetch, mail, open_page, states, talk
from tests.conftest import MovableClock

SAID = ("em đang ở đâu?", "chị gọi xe rồi")
pytestmark = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def db(engine: Database) -> Database:
    """Every test here runs on both engines."""
    return engine


def brought(tx: Tx) -> list[str]:
    """What goes out to her, of what her colleague wrote."""
    return [said for one in letters(tx, lane_id=1) for said in (*SAID, "chị vẫn đây") if said in one.text]


def he_writes(tx: Tx, clock: MovableClock, case_id: int, address: str) -> None:
    """The page opens in his hands: he writes, and it shows him a page about health."""
    guards.go_neutral(tx, 1, now=clock.now())
    relay.overhear(tx, case_id, Masked("ai đây"), now=clock.now())
    clock.pass_(seconds=1)
    answer = Outbound(to=ContactRef("", b""), text=RichText("sức khoẻ"), idempotency_key="n", purpose="answer")
    hidden = store.put_frame(tx, address, answer, now=clock.now())
    store.acknowledge(tx, address, hidden, now=clock.now())


@pytest.mark.parametrize("shut", [guards.go_neutral, guards.ask_first])
async def test_lines_that_her_page_had_not_fetched_wait_and_the_colleague_sees_that(
    line: Database, clock: MovableClock, policy: Policy, shut: Callable[..., None]
) -> None:
    def story(tx: Tx) -> None:
        case_id, address = talk(tx, clock, policy)
        shut(tx, 1, now=clock.now())
        he_writes(tx, clock, case_id, address)
        assert states(tx, clock, case_id) == [Delivery.HELD] * 2
        relay.from_worker(tx, case_id, LAN, "chị vẫn đây", now=clock.now())
        tx.execute(delete(outbox))
        clock.pass_(minutes=20)
        guards.open_again(tx, 1, now=clock.now())
        relay.bring_unshown(tx, 1, now=clock.now())
        assert brought(tx) == [*SAID, "chị vẫn đây"], "each once, in their order"
        mail(tx, clock, 1, address)
        seen = fetch(tx, clock, address, after=tx.execute(select(webchat_session.c.acked_seq)).scalar_one())
        assert [said for said in SAID if any(said in one for one in seen)] == [*SAID]
        assert states(tx, clock, case_id) == [Delivery.SHOWN] * 3
        relay.bring_unshown(tx, 1, now=clock.now())
        assert brought(tx) == []

    await line.write(story)


async def test_what_she_had_seen_is_not_said_again(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        case_id, address = talk(tx, clock, policy)
        fetch(tx, clock, address)
        he_writes(tx, clock, case_id, address)
        assert states(tx, clock, case_id) == [Delivery.SHOWN] * 2
        guards.open_again(tx, 1, now=clock.now())
        relay.bring_unshown(tx, 1, now=clock.now())
        assert brought(tx) == []

    await line.write(story)


async def test_nothing_older_shows_on_the_page_because_something_older_was_held(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        _, address = talk(tx, clock, policy)
        clock.pass_(minutes=5)
        guards.go_neutral(tx, 1, now=clock.now())
        assert guards.since(tx.connection, 1) == clock.now(), "from here on, and not from the oldest held line on"
        assert tx.execute(select(guard.c.state)).scalar_one() == "neutral"
        frames = store.frames_after(tx.connection, tx.seals, address, 0)
        assert not any(said in frame.body["text"] for frame in frames for said in SAID)

    await line.write(story)


async def test_lines_of_a_case_that_was_closed_meanwhile_come_too_and_that_it_is_closed(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id, address = talk(tx, clock, policy)
        he_writes(tx, clock, case_id, address)
        cases.close(tx, case_id, LAN, "person_silent", now=clock.now(), policy=policy)
        tx.execute(delete(outbox))
        clock.pass_(hours=2)
        guards.open_again(tx, 1, now=clock.now())
        relay.bring_unshown(tx, 1, now=clock.now())
        assert brought(tx) == [*SAID]
        assert "khép lại" in letters(tx, lane_id=1)[-1].text

    await line.write(story)


async def test_with_the_code_on_another_phone_she_gets_what_was_held_on_the_old_one(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id, address = talk(tx, clock, policy)
        he_writes(tx, clock, case_id, address)
        clock.pass_(minutes=20)
        add_person(tx, 7, clock.now())
        new = open_page(tx, clock, 7)
        assert coming_back.resume(tx, 1, 7, now=clock.now()) is not None
        mail(tx, clock, 7, new)
        seen = fetch(tx, clock, new)
        assert [said for one in seen for said in SAID if said in one] == [*SAID]
        assert states(tx, clock, case_id) == [Delivery.SHOWN] * 2

    await line.write(story)
