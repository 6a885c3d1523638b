"""The life of a case as a machine: a person, three colleagues, timers and crashes in any order, and what must hold."""

import contextlib
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, Engine, func, select

from bot import policy as policies
from bot.db import Tx, open_engine, run_alone
from bot.helpline import (
    blocks,
    cases,
    consents,
    desk,
    due,
    entrusting,
    erasure,
    going_along,
    guards,
    handover,
    moves,
    recalling,
    relay,
    retention,
    sharing,
)
from bot.helpline.casebook import NotYours
from bot.helpline.consents import ConsentTo
from bot.helpline.outcomes import Outcome
from bot.masking import Masked
from bot.seals import KeyDestroyed, Seals, create_key_file
from bot.staff import get as colleague
from bot.tables import accompaniment, alarm, case, case_event, entrusted, event, lane, outbox, timer, transcript
from bot.tables import sharing as sharing_table
from directory.tables import metadata
from tests.bot.helpline.conftest import HOA, LAN, MAI, add_person, add_shift, add_staff

PERSON = 1
WORDS = "hồng hạc số mười"
START = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)
LONG = 60 * 30  # minutes
POLICY = policies.demonstration()
OWNER = 0  # whoever has the case just now
WHO = st.sampled_from((OWNER, OWNER, OWNER, LAN, MAI, HOA))


class Crash(Exception):
    """The machine dies before the commit."""


class CaseLife(RuleBasedStateMachine):
    """Every rule is one deed in one transaction, as the doors would do it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="life-"))
        create_key_file(self.folder / "key.json")
        self.seals = Seals.from_files(self.folder / "key.json", str(self.folder / "keys.db"))
        self.engine: Engine = open_engine(f"sqlite:///{self.folder / 'life.db'}")
        metadata.create_all(self.engine)
        self.now = START
        self.owner = LAN

    def who(self, chosen: int) -> int:
        """The colleague meant by a rule."""
        return chosen or self.owner

    def teardown(self) -> None:
        self.engine.dispose()
        self.seals.stop()
        shutil.rmtree(self.folder)

    def deed(self, what: Any) -> Any:
        """One transaction; hooks run after the commit."""
        with self.engine.connect() as connection, connection.begin():
            done, tx = run_alone(connection, what, self.seals, "life")
        for hook in tx.hooks:
            hook()
        return done

    def look(self, what: Any) -> Any:
        with self.engine.connect() as connection:
            return what(connection)

    @initialize()
    def build(self) -> None:
        def make(tx: Tx) -> None:
            add_staff(tx, self.now)
            for rung, staff_id in enumerate((LAN, MAI, HOA)):
                add_shift(tx, staff_id, rung, self.now - timedelta(hours=1), hours=24 * 60)
            add_person(tx, PERSON, self.now)

        self.deed(make)

    def open_one(self, connection: Connection) -> Any:
        return cases.of_lane(connection, PERSON)

    def try_(self, what: Any) -> None:
        """A deed that may come too late or from the wrong person: refused politely, and nothing is changed."""
        with contextlib.suppress(NotYours, sharing.NoYes):
            self.deed(what)

    # --- the person ---------------------------------------------------------------------------------------------------

    @rule(urgency=st.sampled_from(("now", "now", "violence", "request")))
    def report(self, urgency: Any) -> None:
        def story(tx: Tx) -> None:
            opened = cases.open_case(
                tx, PERSON, urgency=urgency, need=None, place=None, now=self.now, policy=POLICY
            )
            relay.from_person(tx, opened.case.id, Masked(WORDS), now=self.now)

        if self.is_here():
            self.deed(story)

    def is_here(self) -> bool:
        return self.look(lambda c: c.execute(select(lane.c.id).where(lane.c.id == PERSON)).first()) is not None

    @rule()
    def write(self) -> None:
        self.with_case(lambda tx, known: relay.from_person(tx, known.id, Masked(WORDS), now=self.now))

    @rule(is_yes=st.booleans())
    def answer_consent(self, is_yes: bool) -> None:
        def story(tx: Tx, known: Any) -> None:
            if is_yes:
                consents.give(tx, known.id, ConsentTo.TALK, "t", now=self.now)
            else:
                consents.refuse(tx, known.id, ConsentTo.TALK, now=self.now)

        self.with_case(story)

    @rule()
    def take_back(self) -> None:
        self.with_case(lambda tx, known: consents.withdraw(tx, known.id, ConsentTo.TALK, now=self.now))

    @rule()
    def say_fine(self) -> None:
        if self.is_here():
            self.deed(lambda tx: recalling.recall_alarm(tx, PERSON, now=self.now, policy=POLICY))

    @rule(is_yes=st.booleans())
    def hand_over_place(self, is_yes: bool) -> None:
        def story(tx: Tx, known: Any) -> None:
            entrusting.keep(tx, known, [("place", "nhà nghỉ Sen phòng 12")], now=self.now)
            if is_yes:
                entrusting.agree(tx, known, now=self.now)
            else:
                entrusting.drop(tx, known)

        self.with_case(story)

    @rule(is_neutral=st.booleans())
    def change_hands(self, is_neutral: bool) -> None:
        def story(tx: Tx) -> None:
            if is_neutral:
                guards.go_neutral(tx, PERSON, now=self.now)
            else:
                guards.open_again(tx, PERSON, now=self.now)

        if self.is_here():
            self.deed(story)

    @rule()
    def erase_words(self) -> None:
        if self.is_here():
            self.deed(lambda tx: erasure.forget_words(tx, PERSON, now=self.now))

    @rule(chance=st.integers(0, 5))
    def erase_everything(self, chance: int) -> None:
        if chance or not self.is_here():
            return
        keys = self.deed(lambda tx: erasure.begin(tx, PERSON, now=self.now))
        self.seals.keys.destroy(keys)
        self.seals.keys.destroy(self.deed(lambda tx: erasure.finish(tx, PERSON, now=self.now)))
        self.deed(lambda tx: add_person(tx, PERSON, self.now))

    # --- somebody goes along ------------------------------------------------------------------------------------------

    @rule(who=WHO)
    def ask_for_company(self, who: int) -> None:
        def story(tx: Tx, known: Any) -> None:
            consents.give(tx, known.id, ConsentTo.ACCOMPANY, "t", now=self.now)
            soon = self.now + timedelta(hours=3)
            going_along.ask_for(tx, known.id, self.who(who), place_id=None, when_at=soon, now=self.now)

        self.with_case(story)

    @rule(who=st.sampled_from((LAN, MAI, HOA)), state=st.sampled_from(("take", "done", "dropped")))
    def go_along(self, who: int, state: str) -> None:
        def story(tx: Tx) -> None:
            for number in tx.execute(select(accompaniment.c.id)).scalars().all():
                if state == "take":
                    going_along.take_on(tx, number, who, now=self.now)
                else:
                    going_along.finish(tx, number, who, state, now=self.now)

        self.deed(story)

    @invariant()
    def company_is_offered_only_for_open_cases_and_promised_by_one(self) -> None:
        def check(connection: Connection) -> None:
            peer = colleague(connection, MAI)
            assert peer is not None
            for one in going_along.on_page(connection, peer):
                found = cases.get(connection, one.case_id)
                assert found is not None and (found.is_open or one.staff_id == MAI)
            rows = connection.execute(select(accompaniment)).all()
            assert all((row.staff_id is None) is (row.state == "wanted") for row in rows)

        self.look(check)

    # --- colleagues ---------------------------------------------------------------------------------------------------

    @rule(who=WHO)
    def take(self, who: int) -> None:
        self.with_case(lambda tx, known: cases.take(tx, known.id, self.who(who), now=self.now, policy=POLICY))

    @rule(who=WHO)
    def reply(self, who: int) -> None:
        self.with_case(lambda tx, known: relay.from_worker(tx, known.id, self.who(who), "chị đây", now=self.now))

    @rule(who=WHO, hours=st.integers(1, 48))
    def hold(self, who: int, hours: int) -> None:
        until = self.now + timedelta(hours=hours)
        self.with_case(lambda tx, known: cases.hold(tx, known.id, self.who(who), until, now=self.now, policy=POLICY))

    @rule(who=WHO, to=WHO)
    def hand_over(self, who: int, to: int) -> None:
        def story(tx: Tx, known: Any) -> None:
            cases.hand_over(tx, known.id, self.who(who), self.who(to), now=self.now, policy=POLICY)

        self.with_case(story)

    @rule(who=WHO)
    def hand_back(self, who: int) -> None:
        self.with_case(lambda tx, known: cases.hand_back(tx, known.id, self.who(who), now=self.now, policy=POLICY))

    @rule(who=WHO)
    def note(self, who: int) -> None:
        def story(tx: Tx, known: Any) -> None:
            handover.write_note(tx, known.id, self.who(who), ["hurt"], "đau", now=self.now)

        self.with_case(story)

    @rule(who=WHO, outcome=st.sampled_from([one for one in Outcome if one not in ("erased", "recalled")]))
    def close(self, who: int, outcome: Outcome) -> None:
        self.with_case(lambda tx, known: cases.close(tx, known.id, self.who(who), outcome, now=self.now, policy=POLICY))

    @rule(who=WHO)
    def share(self, who: int) -> None:
        self.with_case(lambda tx, known: sharing.share(tx, known.id, self.who(who), "nơi mẫu", now=self.now))

    @rule(who=WHO)
    def keep_out(self, who: int) -> None:
        self.with_case(lambda tx, known: blocks.keep_out(tx, known.id, self.who(who), 24, now=self.now))

    # --- time and accidents -------------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from((1, 5, 16, 61, 60 * 26, 60 * 24 * 9, 60 * 24 * 45)))
    def pass_(self, minutes: int) -> None:
        """Timers run at their own moment. Weeks pass only where nobody is called: each would take a thousand rungs."""
        if minutes > LONG and self.look(lambda connection: cases.of_lane(connection, PERSON)) is not None:
            minutes = 61
        end = self.now + timedelta(minutes=minutes)
        for _ in range(2_000):
            first = self.look(lambda c: c.execute(select(func.min(timer.c.due_at))).scalar_one())
            if first is None or first > end:
                break
            self.now = max(self.now, first)
            self.deed(self._fire)
        self.now = end
        self.sweep()

    def _fire(self, tx: Tx) -> None:
        row = tx.execute(select(timer).order_by(timer.c.due_at, timer.c.id).limit(1)).one()
        tx.execute(timer.delete().where(timer.c.id == row.id))
        due.DUE[row.kind](tx, row.subject_id, self.now, POLICY)

    def sweep(self) -> None:
        while (swept := self.deed(lambda tx: retention.sweep(tx, now=self.now, policy=POLICY))).rows:
            self.seals.keys.destroy(swept.keys)
        if not self.is_here():
            self.deed(lambda tx: add_person(tx, PERSON, self.now))

    @rule()
    def crash(self) -> None:
        """A deed that dies before its commit has changed nothing."""

        def story(tx: Tx) -> None:
            opened = cases.open_case(tx, PERSON, urgency="now", need=None, place=None, now=self.now, policy=POLICY)
            relay.from_person(tx, opened.case.id, Masked(WORDS), now=self.now)
            raise Crash

        with contextlib.suppress(Crash):
            self.deed(story)

    def with_case(self, what: Any) -> None:
        def story(tx: Tx) -> None:
            known = cases.of_lane(tx.connection, PERSON)
            if known is None:  # without a case most rules say nothing: then one is opened
                cases.open_case(tx, PERSON, urgency="violence", need=None, place=None, now=self.now, policy=POLICY)
            else:
                self.owner = known.staff_id or LAN
                what(tx, known)

        self.try_(story)

    # --- what must always hold ----------------------------------------------------------------------------------------

    @invariant()
    def nobody_is_lost(self) -> None:
        """Every waiting case has a next step, every owned one an owner; one open case a person at most."""

        def check(connection: Connection) -> None:
            stepping = set(connection.execute(select(timer.c.subject_id).where(timer.c.kind == "escalate")).scalars())
            rows = connection.execute(select(case).where(case.c.state != "closed")).all()
            assert len(rows) <= 1
            for row in rows:
                assert (row.state == "waiting") == (row.id in stepping)
                assert (row.staff_id is not None) == (row.state in moves.OWNED)
                assert row.lane_id is not None

        self.look(check)

    @invariant()
    def a_closed_case_has_one_outcome_and_the_sums_agree(self) -> None:
        def check(connection: Connection) -> None:
            closed = connection.execute(select(case.c.outcome).where(case.c.state == "closed")).scalars().all()
            assert None not in closed
            counted = select(func.coalesce(func.sum(event.c.n), 0)).where(event.c.kind.startswith("outcome."))
            assert connection.execute(counted).scalar_one() == len(closed)

        self.look(check)

    @invariant()
    def only_the_owner_and_the_supervisor_see_it_and_only_what_may_be_read(self) -> None:
        def check(connection: Connection) -> None:
            known = cases.of_lane(connection, PERSON)
            if known is None:
                return
            for one in relay.readable(connection, self.seals, known.id):
                assert one.is_readable
            events = connection.execute(
                select(case_event.c.kind).where(case_event.c.case_id == known.id).order_by(case_event.c.id)
            ).scalars()
            marks = [kind for kind in events if kind in ("cry", "talk_agreed", "talk_refused", "talk_withdrawn")]
            hers = [one for one in relay.readable(connection, self.seals, known.id) if one.direction == "person"]
            if not marks or marks[-1] == "talk_withdrawn":
                assert not hers
            for who in (LAN, MAI):
                member = colleague(connection, who)
                assert member is not None
                may = desk.may_see(connection, member, known.id)
                assert may == (known.staff_id == who or known.state == "waiting")

        self.look(check)

    @invariant()
    def alarms_are_called_off_once_somebody_has_it(self) -> None:
        def check(connection: Connection) -> None:
            live = select(alarm.c.case_id).where(
                alarm.c.used_at.is_(None), alarm.c.recalled_at.is_(None), alarm.c.declined_at.is_(None)
            )
            for case_id in set(connection.execute(live).scalars()):
                known = cases.get(connection, case_id)
                assert known is not None and known.state == "waiting"

        self.look(check)

    @invariant()
    def nothing_is_shared_without_a_yes(self) -> None:
        assert self.look(lambda c: c.execute(select(sharing_table)).first()) is None

    @invariant()
    def nothing_is_kept_too_long_and_no_word_is_readable_without_its_case(self) -> None:
        def check(connection: Connection) -> None:
            for row in connection.execute(select(transcript)):
                known = cases.get(connection, row.case_id)
                assert known is not None and known.key_id is not None
                try:
                    self.seals.keys.get(known.key_id)
                except KeyDestroyed:
                    raise AssertionError("words without a key") from None
            for row in connection.execute(select(entrusted)):
                known = cases.get(connection, row.case_id)
                assert known is not None and (known.is_open or row.forget_at is not None)

        self.look(check)

    @invariant()
    def no_words_stand_in_the_clear(self) -> None:
        raw = b"".join(path.read_bytes() for path in self.folder.glob("life.db*"))
        assert WORDS.encode() not in raw and "phòng 12".encode() not in raw

    @invariant()
    def nothing_of_a_case_waits_for_a_phone_in_other_hands(self) -> None:
        def check(connection: Connection) -> None:
            if guards.holder(connection, PERSON) is not guards.Holder.NEUTRAL:
                return
            begun = guards.since(connection, PERSON)
            queued = select(outbox.c.at).where(outbox.c.lane_id == PERSON, outbox.c.case_id.is_not(None))
            assert all(at <= begun for at in connection.execute(queued).scalars())

        self.look(check)
