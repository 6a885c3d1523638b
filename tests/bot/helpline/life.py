"""The life of a case as a machine: a person, three colleagues, timers and crashes, in any order."""

import contextlib
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from sqlalchemy import Connection, func, select

from bot.db import Tx
from bot.helpline import (
    blocks,
    calling,
    cases,
    consents,
    due,
    entrusting,
    erasure,
    going_along,
    guards,
    handover,
    recalling,
    relay,
    retention,
    sharing,
    worsening,
)
from bot.helpline.casebook import NotYours
from bot.helpline.consents import ConsentTo
from bot.helpline.outcomes import Outcome
from bot.masking import Masked
from bot.tables import accompaniment, lane, timer
from tests.bot.helpline.conftest import HOA, LAN, MAI, add_person, add_shift, add_staff
from tests.bot.helpline.promised import PERSON, POLICY, WORDS, Promised

LONG = 60 * 30  # minutes
OWNER = 0  # whoever has the case just now
WHO = st.sampled_from((OWNER, OWNER, OWNER, LAN, MAI, HOA))


class Crash(Exception):
    """The machine dies before the commit."""


class CaseLife(Promised):
    """Every rule is one deed in one transaction, as the doors would do it."""

    def __init__(self) -> None:
        super().__init__()
        self.owner = LAN

    def who(self, chosen: int) -> int:
        """The colleague meant by a rule."""
        return chosen or self.owner

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
            opened = cases.open_case(tx, PERSON, urgency=urgency, need=None, place=None, now=self.now, policy=POLICY)
            relay.from_person(tx, opened.case.id, Masked(WORDS), now=self.now)

        if self.is_here():
            self.deed(story)
            if urgency == "now":
                self.a_cry_was_heard()

    def is_here(self) -> bool:
        return self.look(lambda c: c.execute(select(lane.c.id).where(lane.c.id == PERSON)).first()) is not None

    @rule()
    def cry_while_somebody_is_there(self) -> None:
        """As a cry among other words comes in: the colleague hears it through the relay."""
        self.with_case(lambda tx, known: relay.from_person(tx, known.id, Masked(WORDS), now=self.now, is_cry=True))

    @rule()
    def write(self) -> None:
        self.with_case(lambda tx, known: relay.from_person(tx, known.id, Masked(WORDS), now=self.now))

    @rule()
    def say_she_wants_to_die(self) -> None:
        """While nobody has the case the house asks her, and calls all when she says nothing."""

        def story(tx: Tx, known: Any) -> None:
            relay.from_person(tx, known.id, Masked(WORDS), now=self.now, is_doubt=True)
            worsening.doubt_alone(tx, known.id, now=self.now, policy=POLICY)

        self.with_case(story)

    @rule()
    def say_she_is_unharmed(self) -> None:
        self.with_case(lambda tx, known: worsening.unharmed(tx, PERSON))

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

    @rule(how=st.sampled_from(("hold", "hand_over", "phone", "reply")))
    def cry_while_it_is_put_off(self, how: str) -> None:
        """The same four steps that chance brings together too seldom."""
        self.report("now")
        self.take(LAN)
        if how == "hold":
            self.hold(OWNER, 48)
        elif how == "hand_over":
            self.hand_over(OWNER, MAI)
        elif how == "phone":
            self.phone_for_help(OWNER)
        else:
            self.reply(OWNER)
        self.report("now")

    @rule(who=WHO)
    def phone_for_help(self, who: int) -> None:
        def story(tx: Tx, known: Any) -> None:
            cases.take(tx, known.id, self.who(who), now=self.now, policy=POLICY)
            mine = cases.get(tx.connection, known.id)
            if mine is not None and mine.staff_id == self.who(who):
                calling.keep_while_calling(tx, mine, self.who(who), now=self.now, policy=POLICY)

        self.with_case(story)

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
