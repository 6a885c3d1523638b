"""The same life with what stands around a case: a peer, places offered and sent, a yes for each purpose, closing."""

from datetime import datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlalchemy import Connection, insert, select

from bot.db import Tx
from bot.helpline import cases, check_ins, consents, going_along, referrals, sharing, taken_back
from bot.helpline.consents import ConsentTo
from bot.helpline.outcomes import Outcome
from bot.helpline.referrals import Way
from bot.tables import accompaniment, check_in, consent, referral, staff
from bot.tables import sharing as sharing_table
from directory.tables import organisation, place_of_service, service
from tests.bot.helpline.conftest import HOA
from tests.bot.helpline.life import WHO, CaseLife
from tests.bot.helpline.promised import PERSON, POLICY

PEER = 5
ASKED = st.sampled_from((ConsentTo.NOTES, ConsentTo.SHARE, ConsentTo.POLICE, ConsentTo.FOLLOW_UP))


class WholeLife(CaseLife):
    """Two workers, a peer and a supervisor; one place that helps."""

    @initialize()
    def build(self) -> None:
        super().build()

        def make(tx: Tx) -> None:
            row = {"id": PEER, "name": "s5", "alias": "Sen", "role": "peer", "centre_id": 1, "state": "active"}
            tx.execute(insert(staff).values(**row, created_at=self.now))
            self.place = a_place(tx, self.now)

        self.deed(make)

    def partner(self, purpose: ConsentTo) -> str | None:
        return {ConsentTo.SHARE: self.place, ConsentTo.POLICE: "police"}.get(purpose)

    # --- the peer and the supervisor ----------------------------------------------------------------------------------

    @rule()
    def the_peer_takes_it(self) -> None:
        self.with_case(lambda tx, known: cases.take(tx, known.id, PEER, now=self.now, policy=POLICY))

    @rule(state=st.sampled_from(("take", "done", "dropped")))
    def the_peer_goes_along(self, state: str) -> None:
        def story(tx: Tx) -> None:
            for number in tx.execute(select(accompaniment.c.id)).scalars().all():
                if state == "take":
                    going_along.take_on(tx, number, PEER, now=self.now)
                else:
                    going_along.finish(tx, number, PEER, state, now=self.now)

        self.deed(story)

    @rule(outcome=st.sampled_from((Outcome.SAFE, Outcome.LISTENED)))
    def the_supervisor_closes(self, outcome: Outcome) -> None:
        self.with_case(
            lambda tx, known: cases.close(tx, known.id, HOA, outcome, now=self.now, policy=POLICY, as_supervisor=True)
        )

    # --- a yes for each purpose ---------------------------------------------------------------------------------------

    @rule(who=WHO, purpose=ASKED, is_yes=st.booleans())
    def ask_and_answer(self, who: int, purpose: ConsentTo, is_yes: bool) -> None:
        def story(tx: Tx, known: Any) -> None:
            partner = self.partner(purpose)
            sharing.ask(tx, known.id, self.who(who), purpose, now=self.now, partner_id=partner or "", name="nơi mẫu")
            if is_yes:
                consents.give(tx, known.id, purpose, "t", now=self.now, partner_id=partner)
            else:
                consents.refuse(tx, known.id, purpose, now=self.now)

        self.with_case(story)

    @rule(purpose=ASKED)
    def take_a_yes_back(self, purpose: ConsentTo) -> None:
        if self.is_here():
            partner = self.partner(purpose)
            self.deed(lambda tx: taken_back.take_back(tx, PERSON, purpose, now=self.now, partner_id=partner))

    @rule(who=WHO, purpose=st.sampled_from((ConsentTo.SHARE, ConsentTo.POLICE)))
    def share_with_the_place(self, who: int, purpose: ConsentTo) -> None:
        partner = str(self.partner(purpose))
        self.with_case(
            lambda tx, known: sharing.share(tx, known.id, self.who(who), partner, now=self.now, purpose=purpose)
        )

    @rule(said=st.sampled_from(check_ins.ANSWERS))
    def be_asked_later(self, said: str) -> None:
        """What is planned needs her yes; what was sent she may answer, pass over or end."""

        def story(tx: Tx) -> None:
            planned = check_ins.plan(tx, PERSON, "tea", now=self.now, policy=POLICY)
            known = cases.of_lane(tx.connection, PERSON)
            assert not planned or (known and consents.has(tx.connection, known.id, ConsentTo.FOLLOW_UP))
            for number in tx.execute(select(check_in.c.id).where(check_in.c.state == "sent")).scalars().all():
                check_ins.answer(tx, PERSON, number, said, now=self.now)

        if self.is_here():
            self.deed(story)

    # --- places -------------------------------------------------------------------------------------------------------

    @rule(who=WHO, is_asked_first=st.booleans())
    def send_her_to_a_place(self, who: int, is_asked_first: bool) -> None:
        send = referrals.offer if is_asked_first else referrals.refer
        self.with_case(lambda tx, known: send(tx, known.id, self.who(who), self.place, "nơi mẫu", now=self.now))

    @rule(is_yes=st.booleans())
    def answer_the_offer(self, is_yes: bool) -> None:
        def story(tx: Tx, known: Any) -> None:
            for one in referrals.of_case(tx.connection, known.id):
                referrals.answer(tx, PERSON, one.id, is_yes=is_yes, now=self.now)

        self.with_case(story)

    @rule(is_ticked=st.booleans(), state=st.sampled_from(list(Way)))
    def hear_of_her_visit(self, is_ticked: bool, state: Way) -> None:
        def story(tx: Tx) -> None:
            for row in tx.execute(select(referral)).all():
                if is_ticked:
                    referrals.came(tx, self.place, row.code, now=self.now)
                else:
                    referrals.mark(tx, row.id, HOA, state, now=self.now)

        self.deed(story)

    @invariant()
    def every_referral_is_counted_once(self) -> None:
        found = self.look(referrals.balance)
        assert found.adds_up, found

    @invariant()
    def nothing_is_shared_without_a_yes(self) -> None:
        """Each sharing hangs on a yes to just this partner and purpose, in this case, given before."""

        def check(connection: Connection) -> None:
            for row in connection.execute(select(sharing_table)):
                yes = connection.execute(select(consent).where(consent.c.id == row.consent_id)).one()
                assert (yes.case_id, yes.purpose, yes.partner_id) == (row.case_id, row.purpose, row.partner_id)
                assert yes.given_at <= row.at and (yes.withdrawn_at is None or yes.withdrawn_at >= row.at)

        self.look(check)


def a_place(tx: Tx, now: datetime) -> str:
    """The smallest place that a referral can point at."""
    tx.execute(insert(organisation).values(id="o", name="Nơi mẫu"))
    tx.execute(insert(service).values(id="s", organisation_id="o", name="Nơi mẫu", kind="clinic"))
    row = {"id": "p", "service_id": "s", "place_tier": "old_province", "place_code": "01", "province": "01"}
    empty = {name: [] for name in ("audience", "languages", "attributes")}
    told = {name: {} for name in ("reception", "price", "papers")}
    tx.execute(insert(place_of_service).values(**row, **empty, **told, state="published", modified_at=now))
    return "p"
