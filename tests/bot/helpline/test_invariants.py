"""Each promise broken by hand in the database is seen at the next look and told past the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, delete, func, select, text, update

from bot import audit
from bot.db import Database, DatabaseAway, Tx
from bot.helpline import cases, due, invariants, standing, turns
from bot.policy import Policy
from bot.ports import Address, MsgRef, Outbound, SendError, Sent
from bot.selfaudit import SelfAudit
from bot.tables import alarm, audit_head, outbox, timer
from bot.tables import audit as audit_rows
from bot.waking import Way
from tests.bot.helpline.conftest import (
    BICH,
    HOA,
    LAN,
    MAI,
    add_shift,
)
from tests.conftest import MovableClock

EARLY = "'2026-12-07 00:00:00.000000'"
BREAK: Mapping[str, str] = {
    "no_next_step": "DELETE FROM timer WHERE kind = 'escalate'",
    "step_too_far": "UPDATE timer SET due_at = '2026-12-09 00:00:00.000000' WHERE kind = 'escalate'",
    "owner_wrong": "UPDATE \"case\" SET staff_id = 2 WHERE state = 'waiting'",
    "owner_gone": "UPDATE staff SET state = 'left' WHERE id = 3",
    "hold_without_end": "UPDATE \"case\" SET state = 'held' WHERE state = 'taken'",
    "handed_without_end": "UPDATE \"case\" SET state = 'handed' WHERE state = 'taken'",
    "never_called": f"UPDATE \"case\" SET alarmed = 0, opened_at = {EARLY} WHERE state = 'waiting'",
    "two_cases": 'UPDATE "case" SET lane_id = 1',
    "closed_and_calling": "UPDATE \"case\" SET state = 'closed', forget_at = '2027-01-01 00:00:00.000000' "
    "WHERE state = 'waiting'",
    "timer_late": f"UPDATE timer SET due_at = {EARLY}",
    "timer_unknown": f"INSERT INTO timer (kind, subject_id, due_at) VALUES ('tea', 1, {EARLY})",
    "outbox_late": f"UPDATE outbox SET state = 'pending', next_at = {EARLY}",
    "lease_dead": f"UPDATE outbox SET lease_until = {EARLY}",
    "outbox_state": "UPDATE outbox SET state = 'lost'",
    "alarm_given_up": "UPDATE outbox SET state = 'failed' WHERE staff_id IS NOT NULL",
    "message_given_up": "UPDATE outbox SET state = 'failed', next_at = '2026-12-07 02:00:00.000000', lane_id = 1, "
    "staff_id = NULL WHERE id = 1",
    "not_delivered": f"UPDATE outbox SET attempts = 1, at = {EARLY}, lane_id = 1, staff_id = NULL WHERE id = 1",
    "door_shut": "INSERT INTO poller (account, name, lease_until) "
    "VALUES ('telegram:1', '', '2026-12-07 02:00:30.000000'); "
    f"INSERT INTO lease (name, owner, until) VALUES ('shut:telegram:1', 'x', {EARLY})",
    "message_unread": "INSERT INTO inbox (lane_id, sealed, received_at, forget_at) "
    f"VALUES (1, 'x', {EARLY}, '2027-01-01 00:00:00.000000')",
    "erasure_late": f"UPDATE lane SET erasing_at = {EARLY}",
    "rota_broken": "UPDATE shift SET kind = 'sometimes'",
    "kept_too_long": f"UPDATE outbox SET forget_at = {EARLY}",
    "owner_off_shift": f"DELETE FROM shift WHERE staff_id = 3; UPDATE case_event SET at = {EARLY}; "
    "DELETE FROM timer WHERE kind IN ('silent', 'shift_end')",
}


@dataclass
class Sender:
    """A way that keeps what it was given."""

    clock: MovableClock
    told: list[tuple[str, str]] = field(default_factory=list)
    broken: SendError | None = None

    async def send(self, message: Outbound, address: Address) -> Sent:
        if self.broken is not None:
            raise self.broken
        self.told.append((address, message.text))
        return Sent((MsgRef("1"),), self.clock.now())


@dataclass
class Watched:
    audit: SelfAudit
    mail: Sender
    ntfy: Sender
    beats: list[int]


@pytest.fixture
async def watched(line: Database, clock: MovableClock, policy: Policy) -> Watched:
    """One case waits, another is with Hoa; all is well."""
    mail, ntfy, beats = Sender(clock), Sender(clock), list[int]()

    def routes(connection: Connection, staff_id: int) -> list[Way]:
        return [("ntfy", Address(f"topic-{staff_id}")), ("mail", Address(f"mail-{staff_id}"))]

    async def beat() -> None:
        beats.append(1)

    def story(tx: Tx) -> None:
        for lane_id in (1, 2):
            cases.open_case(tx, lane_id, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        turns.take(tx, 2, HOA, now=clock.now(), policy=policy)

    await line.write(story)
    senders = {"mail": mail, "ntfy": ntfy}
    audit = SelfAudit(line, clock, policy, senders=senders, routes=routes, beat=beat)  # type: ignore[arg-type]
    return Watched(audit, mail, ntfy, beats)


async def damage(db: Database, statements: str) -> None:
    def deed(tx: Tx) -> None:
        for one in statements.split("; "):
            tx.execute(text(one))

    await db.write(deed)


def test_every_promise_is_broken_once_in_these_tests() -> None:
    assert set(BREAK) == set(invariants.PROMISES)


@pytest.mark.parametrize("code", sorted(BREAK))
async def test_a_promise_broken_by_hand_is_seen_and_told_within_the_minute(
    watched: Watched,
    line: Database,
    code: str,
) -> None:
    assert await watched.audit.look() == {} and watched.beats == [1]
    await damage(line, BREAK[code])
    found = await watched.audit.look()
    assert code in found
    assert watched.beats == [1], "the world outside is not told that all is well"
    assert {f"mail-{HOA}", f"mail-{BICH}"} <= {to for to, _ in watched.mail.told} | {f"mail-{HOA}"}
    assert all(code in said for _, said in watched.mail.told)


async def test_a_lasting_trouble_is_told_again_after_an_hour_a_new_one_at_once(
    watched: Watched,
    line: Database,
    clock: MovableClock,
) -> None:
    await damage(line, BREAK["timer_unknown"])
    await watched.audit.look()
    first = len(watched.mail.told)
    clock.pass_(seconds=30)
    await watched.audit.look()
    assert len(watched.mail.told) == first > 0
    await damage(line, BREAK["outbox_state"])
    await watched.audit.look()
    assert len(watched.mail.told) == 2 * first
    clock.pass_(minutes=61)
    await watched.audit.look()
    assert len(watched.mail.told) == 3 * first
    looked = await line.read(standing.last)
    assert looked is not None and "timer_unknown" in looked.broken and looked.at == clock.now()


async def test_a_way_that_is_broken_is_not_the_only_one(watched: Watched, line: Database) -> None:
    watched.mail.broken = SendError("transient")
    await damage(line, BREAK["lease_dead"])
    await watched.audit.look()
    assert {to for to, _ in watched.ntfy.told} == {f"topic-{HOA}", f"topic-{BICH}"}


async def test_a_database_that_is_away_is_told_too(
    watched: Watched,
    line: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await watched.audit.look()

    async def away(query: object) -> None:
        raise DatabaseAway("gone")

    monkeypatch.setattr(line, "read", away)
    assert await watched.audit.look() == {"database_away": 1}
    assert await watched.audit.look() == {"database_away": 1}
    assert sorted(to for to, _ in watched.mail.told) == [f"mail-{HOA}", f"mail-{BICH}"]


async def test_three_days_without_an_answer_break_no_promise(
    watched: Watched,
    line: Database,
    clock: MovableClock,
    policy: Policy,
) -> None:
    """Every quarter of an hour somebody is called, for 72 hours; the managers by minute 30 and then each hour."""
    begins = clock.now()

    def more_shifts(tx: Tx) -> None:
        for rung, staff_id in enumerate((LAN, MAI, HOA)):
            add_shift(tx, staff_id, rung, begins + timedelta(hours=47), hours=48)
        # Only the ladder is played here; the colleague who has the other case is taken to answer in time.
        tx.execute(delete(timer).where(timer.c.kind.in_(("silent", "shift_end"))))

    await line.write(more_shifts)
    rounds, quiet, managers = 0, begins, []
    while clock.now() < begins + timedelta(hours=72):
        due_at, fresh = await line.write(lambda tx: _next_round(tx, clock, policy))
        if fresh:
            assert due_at - quiet <= timedelta(minutes=15)
            rounds, quiet = rounds + 1, due_at
        if BICH in fresh:
            managers.append(due_at)
    assert rounds >= 288
    assert managers[0] - begins <= timedelta(minutes=30) and len(managers) >= 66
    found = await line.read(lambda connection: invariants.broken(connection, now=clock.now(), policy=policy))
    assert set(found) <= {"owner_off_shift", "kept_too_long"}


def _next_round(tx: Tx, clock: MovableClock, policy: Policy) -> tuple[datetime, list[int]]:
    """The clock moves to the next step that is planned, and the step is done; (when, who was called)."""
    row = tx.execute(select(timer).where(timer.c.kind == "escalate").order_by(timer.c.due_at).limit(1)).one()
    clock.pass_(seconds=(row.due_at - clock.now()).total_seconds())
    before = tx.execute(select(func.max(alarm.c.id))).scalar_one()
    due.DUE["escalate"](tx, row.subject_id, clock.now(), policy)
    tx.execute(delete(outbox))
    return clock.now(), list(tx.execute(select(alarm.c.staff_id).where(alarm.c.id > before)).scalars())


async def test_no_policy_makes_a_step_that_is_too_far_look_near(
    watched: Watched, line: Database, clock: MovableClock, policy: Policy
) -> None:
    await damage(line, BREAK["step_too_far"])
    slack = replace(policy, repeat_now_minutes=6000, rung_minutes=(6000,))
    found = await line.read(lambda connection: invariants.broken(connection, now=clock.now(), policy=slack))
    assert "step_too_far" in found


@pytest.mark.parametrize("is_clever", [False, True])
async def test_an_audit_that_was_cut_is_told_within_the_hour(
    watched: Watched, line: Database, clock: MovableClock, is_clever: bool
) -> None:
    """Clever: the known end is put back with the copy it had before the deed that is taken away."""

    def some(tx: Tx) -> tuple[int, str, str]:
        audit.adopt(tx, now=clock.now())
        row = tx.execute(select(audit_head)).one()
        audit.write(tx, LAN, "read_words", "case:1", now=clock.now())
        return row.seq, row.hash, row.witness

    seq, hashed, witness = await line.write(some)
    assert "audit_altered" not in await watched.audit.look()

    def cut(tx: Tx) -> None:
        tx.execute(delete(audit_rows).where(audit_rows.c.seq > seq))
        if is_clever:
            tx.execute(update(audit_head).values(seq=seq, hash=hashed, witness=witness))

    await line.write(cut)
    clock.pass_(minutes=59)
    assert "audit_altered" not in await watched.audit.look()
    clock.pass_(minutes=1)
    assert "audit_altered" in await watched.audit.look()
    assert any("audit_altered" in said for _, said in watched.mail.told)
    clock.pass_(minutes=1)
    assert "audit_altered" in await watched.audit.look(), "and stays so"
