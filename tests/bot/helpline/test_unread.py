"""She closed the page: what her colleague wrote waits for her, comes once, and nobody believes it was read if not."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from bot.channels import webchat_store as store
from bot.db import Database, Tx
from bot.helpline import cases, coming_back, delivery, relay, retention
from bot.helpline.delivery import Delivery
from bot.outbox import unpack
from bot.policy import Policy
from bot.ports import ContactRef, Outbound, RichText
from bot.seals import KeyId
from bot.tables import lane, outbox, webchat_session
from tests.bot.helpline.conftest import LAN, add_person, letters
from tests.bot.helpline.test_around_a_case import taken
from tests.conftest import MovableClock

pytestmark = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def db(engine: Database) -> Database:
    """Every test here runs on both engines."""
    return engine


def open_page(tx: Tx, clock: MovableClock, lane_id: int) -> str:
    tx.execute(update(lane).where(lane.c.id == lane_id).values(channel="webchat", account="web"))
    return store.open_session(tx, f"cookie-{lane_id}", now=clock.now())


def mail(tx: Tx, clock: MovableClock, lane_id: int, address: str) -> None:
    """What waits for her is put where her page fetches it."""
    for row in tx.execute(select(outbox).where(outbox.c.lane_id == lane_id).order_by(outbox.c.id)).all():
        text = unpack(tx.seals.open_with(KeyId(row.key_id), row.sealed, about=f"outbox:{row.key}")).text
        message = Outbound(to=ContactRef("", b""), text=RichText(text), idempotency_key=row.key, purpose="relay")
        store.put_frame(tx, address, message, now=clock.now())
    tx.execute(delete(outbox).where(outbox.c.lane_id == lane_id))


def fetch(tx: Tx, clock: MovableClock, address: str, *, after: int = 0) -> list[str]:
    """Her page is open: it fetches, shows and says so."""
    frames = store.frames_after(tx.connection, tx.seals, address, after)
    store.acknowledge(tx, address, after, now=clock.now())
    if frames:
        store.acknowledge(tx, address, frames[-1].seq, now=clock.now())
    return [frame.body["text"] for frame in frames]


def forget(tx: Tx, clock: MovableClock, policy: Policy) -> None:
    while retention.sweep(tx, now=clock.now(), policy=policy).rows:
        pass


def states(tx: Tx, clock: MovableClock, case_id: int) -> list[Delivery]:
    known = cases.get(tx.connection, case_id)
    assert known is not None
    found = delivery.of_case(tx.connection, known, clock.now())
    return [found[number] for number in sorted(found)]


def talk(tx: Tx, clock: MovableClock, policy: Policy) -> tuple[int, str]:
    """Lan has her case, her page has shown everything so far, and she closes it; Lan writes twice."""
    case_id, address = taken(tx, clock, policy), open_page(tx, clock, 1)
    mail(tx, clock, 1, address)
    fetch(tx, clock, address)
    clock.pass_(minutes=3)
    for words in ("em đang ở đâu?", "chị gọi xe rồi"):
        relay.from_worker(tx, case_id, LAN, words, now=clock.now())
    mail(tx, clock, 1, address)
    tx.execute(delete(outbox))
    return case_id, address


async def test_back_within_three_days_everything_comes_once_and_the_colleague_sees_that_it_was_shown(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id, address = talk(tx, clock, policy)
        assert states(tx, clock, case_id) == [Delivery.SENT] * 2, "not read yet, and the page says no more than that"
        clock.pass_(hours=60)
        forget(tx, clock, policy)
        seen = fetch(tx, clock, address)
        assert sum("chị gọi xe rồi" in one for one in seen) == 1 == sum("em đang ở đâu?" in one for one in seen)
        assert states(tx, clock, case_id) == [Delivery.SHOWN] * 2
        seq = tx.execute(select(webchat_session.c.acked_seq)).scalar_one()
        assert fetch(tx, clock, address, after=seq) == []
        store.acknowledge(tx, address, 0, now=clock.now())  # the page is loaded anew, and closed before it fetched
        assert states(tx, clock, case_id) == [Delivery.SHOWN] * 2, "what was shown stays shown"
        clock.pass_(days=4)
        forget(tx, clock, policy)
        assert not any("chưa đọc" in one.text for one in letters(tx, staff_id=LAN))

    await line.write(story)


async def test_never_back_the_colleague_hears_once_that_it_was_not_read(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id, _ = talk(tx, clock, policy)
        clock.pass_(hours=73)
        forget(tx, clock, policy)
        forget(tx, clock, policy)
        told = [one.text for one in letters(tx, staff_id=LAN) if "chưa đọc" in one.text]
        assert len(told) == 1, "both lines in one note"
        assert states(tx, clock, case_id) == [Delivery.UNREAD] * 2
        clock.pass_(days=5)
        assert states(tx, clock, case_id) == [Delivery.UNREAD] * 2, "and it stays to be seen"

    await line.write(story)


async def test_back_with_the_code_after_that_she_reads_it_and_the_mark_goes(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id, _ = talk(tx, clock, policy)
        clock.pass_(hours=80)
        forget(tx, clock, policy)
        add_person(tx, 7, clock.now())
        address = open_page(tx, clock, 7)
        known = coming_back.resume(tx, 1, 7, now=clock.now())
        assert known is not None and known.id == case_id
        mail(tx, clock, 7, address)
        seen = fetch(tx, clock, address)
        assert sum("chị gọi xe rồi" in one for one in seen) == 1 == sum("em đang ở đâu?" in one for one in seen)
        assert states(tx, clock, case_id) == [Delivery.SHOWN] * 2

    await line.write(story)


async def test_of_a_closed_case_nobody_is_told(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        case_id, _ = talk(tx, clock, policy)
        cases.close(tx, case_id, LAN, "person_silent", now=clock.now(), policy=policy)
        clock.pass_(hours=73)
        forget(tx, clock, policy)
        assert not any("chưa đọc" in one.text for one in letters(tx, staff_id=LAN))
        assert timedelta(hours=73) > store.KEPT

    await line.write(story)
