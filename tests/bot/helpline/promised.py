"""What must hold after every deed in the life of a case, and the house in which it is looked at."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import Connection, Engine, func, select

from bot import audit
from bot import policy as policies
from bot.connections import Statements
from bot.db import open_engine, run_alone
from bot.helpline import (
    cases,
    desk,
    going_along,
    guards,
    invariants,
    moves,
    relay,
)
from bot.seals import KeyDestroyed, Seals, create_key_file
from bot.staff import get as colleague
from bot.tables import accompaniment, alarm, case, case_event, entrusted, event, outbox, timer, transcript
from bot.tables import sharing as sharing_table
from directory.tables import make_tables
from tests.bot.helpline.conftest import LAN, MAI

PERSON = 1
WORDS = "hồng hạc số mười"
POLICY = policies.demonstration()
THE_POST = {"outbox_late", "lease_dead"}
START = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)


class Promised(RuleBasedStateMachine):
    """A house in a folder of its own, and the promises; whoever inherits adds the deeds."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="life-"))
        create_key_file(self.folder / "key.json")
        self.seals = Seals.from_files(self.folder / "key.json", str(self.folder / "keys.db"))
        self.engine: Engine = open_engine(f"sqlite:///{self.folder / 'life.db'}")
        make_tables(self.engine)
        self.statements = Statements(self.engine)
        self.now = START

    def teardown(self) -> None:
        """At the end of a life the whole audit is looked at, which takes longer the more was done."""
        is_whole = self.look(lambda connection: audit.verify(connection, self.seals)) is None
        self.engine.dispose()
        self.seals.stop()
        shutil.rmtree(self.folder)
        assert is_whole

    def deed(self, what: Any) -> Any:
        """One transaction; hooks run after the commit."""
        with self.statements.connect() as connection, connection.begin():
            done, tx = run_alone(connection, what, self.seals, "life")
        for hook in tx.hooks:
            hook()
        return done

    def look(self, what: Any) -> Any:
        with self.statements.connect() as connection:
            return what(connection)

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
    def the_house_finds_every_promise_kept(self) -> None:
        """What the self-audit looks at each minute, but for the post, which nobody carries here."""
        found = self.look(lambda connection: invariants.broken(connection, now=self.now, policy=POLICY))
        assert not set(found) - THE_POST, found

    def a_cry_was_heard(self) -> None:
        """Right after a cry: the ladder is climbed, or a colleague has five minutes for an answer."""

        def check(connection: Connection) -> None:
            known = cases.of_lane(connection, PERSON)
            assert known is not None and known.urgency == "now"
            due = dict(connection.execute(select(timer.c.kind, timer.c.due_at)).all())
            kinds = {"waiting": "escalate", "taken": "silent", "held": "hold_over"}
            assert known.state in kinds, "a cry is never only offered to one colleague"
            longest = timedelta(minutes=5 if known.state != "waiting" else 15)
            assert due[kinds[known.state]] <= self.now + longest
            if known.state == "waiting":
                rung = select(alarm.c.id).where(alarm.c.case_id == known.id, alarm.c.is_notice.is_(False))
                assert connection.execute(rung).first() is not None

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
