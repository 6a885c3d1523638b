"""Requirement 12: the audit tells everything: every past state of every listing comes back, after any deeds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, Engine, create_engine, func, select

from directory import consent, editing, friendly, merging, notices, showing, verification
from directory.drafts import Draft, DraftProblem
from directory.editing import NotNow
from directory.listings import NOTICES
from directory.replay import Standing, replay, stands
from directory.tables import directory_audit, make_tables
from directory.wording import HCMC
from tests.directory.exchange.samples import OPEN, shown
from tests.directory.test_editing import CLINIC, usual

NOW = datetime(2026, 12, 7, 2, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path / 'directory.db'}"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgresql"))
    made = create_engine(url)
    make_tables(made)
    yield made
    made.dispose()


def edited(draft: Draft, random: Random) -> Draft:
    """Something else in one or two fields."""
    n = random.randrange(1000)
    changes = [
        {"service": f"Phòng khám {n}"},
        {"organisation": f"Tổ chức {n % 7}"},
        {"phones": tuple(f"024 0000 {n + k:04}" for k in range(random.randrange(1, 4)))},
        {"hours": random.choice((None, ("mon-fri 08:00-17:00",), ("sat 20:00-02:00", "tet closed")))},
        {"needs": tuple(random.sample(("health.prep", "health.hiv_test", "health.sti", "legal.aid"), 2))},
        {"reception": {"vi": f"Gọi số {n}", "en": f"Called by number {n}"}},
        {"street": f"{n} Phố Thử"},
        {"audience": tuple(random.sample(("women", "men", "trans"), random.randrange(3)))},
        {"source": f"nguồn {n}"},
    ]
    told: dict[str, object] = {}
    for one in random.sample(changes, random.choice((1, 2))):
        told |= one
    return replace(draft, **told)  # type: ignore[arg-type]


def one_deed(connection: Connection, ids: list[str], random: Random, now: datetime) -> None:
    """A deed that somebody might do; what cannot be done just now is refused and must leave no trace."""
    id, me = random.choice(ids), random.randrange(1, 5)
    known = editing.look_up(connection, id)
    assert known is not None
    today = now.astimezone(HCMC).date()
    old = today + timedelta(days=random.randrange(1, 20))
    rows = connection.execute(select(directory_audit.c.seq).where(directory_audit.c.place_id == id)).scalars().all()
    match random.randrange(15):
        case 0 | 1 | 2 | 3:
            draft = edited(known.draft, random)
            editing.save(connection, id, draft, expected=known.revision, staff_id=me, now=now)
        case 4:
            only = random.choice(("", "phones", "reception", "hours"))
            seq = random.choice(rows)
            editing.revert(connection, id, seq, expected=known.revision, staff_id=me, now=now, only=only)
        case 5:
            groups = tuple(random.sample(verification.GROUPS, random.randrange(1, 4)))
            days, keeps = random.choice((1, 20, 400)), random.random() < 0.5
            verification.verify(
                connection, id, groups, method="call", staff_id=me, now=now, fresh_days=lambda kind: days,
                keeps_review=keeps,
            )  # fmt: skip
        case 6:
            editing.publish(connection, id, staff_id=me, now=now)
        case 7:
            editing.withdraw(connection, id, staff_id=me, now=now)
        case 8:
            days = random.choice((1, 40))
            editing.restore(connection, id, staff_id=me, is_alone=False, fresh_days=lambda kind: days, now=now)
        case 9:
            code = random.choice(("", *NOTICES))
            notices.put(connection, id, "chú ý", code=code, starts_on=today, ends_on=old, staff_id=me, now=now)
        case 10:
            notices.sweep(connection, today=old, now=now)
        case 11:
            verification.grow_old(connection, fresh_days=lambda kind: random.choice((1, 40)), now=now)
            verification.report_wrong(connection, id, now=now)
            if random.random() < 0.5:
                verification.end_review(connection, id, staff_id=me, now=now)
        case 12:
            why = random.choice(friendly.WHYS)
            if not friendly.take_away(connection, id, "complaint", staff_id=me, now=now):
                friendly.grant(connection, id, why, has_consent=True, staff_id=me, now=now)
        case 14:
            how = random.choice(("", *showing.WAYS))
            if how:
                consent.give(connection, id, how, staff_id=me, now=now)
            else:
                consent.end(connection, id, staff_id=me, now=now)
        case 13:
            if known.merged_into is not None:
                merging.undo(connection, id, staff_id=me, fresh_days=usual, now=now)
            elif random.random() < 0.4:
                merging.merge(connection, id, random.choice(ids), staff_id=me, now=now)


def newest(connection: Connection) -> int:
    return int(connection.execute(select(func.max(directory_audit.c.seq))).scalar_one())


def run(engine: Engine, count: int, seed: int) -> int:
    """Random deeds; now and then everything is compared, at the end every moment that was remembered. Returns deeds."""
    random, now = Random(seed), NOW
    remembered: list[tuple[str, int, Standing]] = []
    done = 0
    with engine.begin() as connection:
        ids = [
            editing.propose(connection, replace(CLINIC, service=f"Phòng khám Thử {n}"), staff_id=1, now=now)
            for n in range(5)
        ]
        while done < count:
            now += timedelta(hours=random.randrange(1, 60))
            before = newest(connection)
            try:
                with connection.begin_nested():
                    one_deed(connection, ids, random, now)
            except (NotNow, DraftProblem):
                assert newest(connection) == before, "what is refused leaves no trace"
                continue
            done += 1
            for id in ids:
                standing = stands(connection, id)
                assert standing is not None and replay(connection, id) == standing, id
                if random.random() < 0.02:
                    remembered.append((id, newest(connection), standing))
        for id, seq, standing in remembered:
            assert replay(connection, id, until=seq) == standing
    assert remembered
    return done


def test_the_audit_alone_gives_back_every_state(engine: Engine) -> None:
    assert run(engine, 120, 1) == 120


def test_one_field_of_a_change_is_taken_back_and_the_rest_stays(engine: Engine) -> None:
    with engine.begin() as connection:
        id = editing.propose(connection, CLINIC, staff_id=1, now=NOW)
        worse = replace(CLINIC, phones=("024 0000 9999",), service="Tên Mới")
        editing.save(connection, id, worse, expected=1, staff_id=1, now=NOW)
        change = editing.history(connection, id)[0]
        editing.revert(connection, id, change.seq, expected=2, staff_id=2, now=NOW, only="phones")
        known = editing.look_up(connection, id)
        assert known is not None and known.draft == replace(worse, phones=CLINIC.phones)
        with pytest.raises(NotNow):
            editing.revert(connection, id, change.seq, expected=3, staff_id=2, now=NOW, only="state")


def test_an_old_id_leads_to_the_listing_that_stays_and_comes_back_when_undone(engine: Engine) -> None:
    with engine.begin() as connection:
        a, b, c = (
            editing.propose(connection, replace(CLINIC, service=f"Phòng khám {n}"), staff_id=1, now=NOW) for n in "ABC"
        )
        for one in (a, b, c):
            verification.verify(connection, one, ("contact",), method="call", staff_id=1, now=NOW)
            editing.publish(connection, one, staff_id=1, now=NOW)
        merging.merge(connection, a, b, staff_id=1, now=NOW)
        merging.merge(connection, b, c, staff_id=1, now=NOW)
        assert merging.aliases(connection) == {a: c, b: c} and merging.resolve(connection, a) == c
        assert merging.merged_into(connection, c) == tuple(sorted((a, b)))
        deeds = {one.deed for one in editing.history(connection, c, with_=merging.merged_into(connection, c))}
        assert {"publish", "verify", "merge", "merged_in"} <= deeds
        with pytest.raises(NotNow):
            merging.merge(connection, a, c, staff_id=1, now=NOW)
        with pytest.raises(NotNow):
            editing.restore(connection, a, staff_id=2, is_alone=False, fresh_days=usual, now=NOW)
        merging.undo(connection, a, staff_id=1, fresh_days=usual, now=NOW)
        known = editing.look_up(connection, a)
        assert known is not None and known.state == "published" and merging.resolve(connection, a) == a


def test_friendly_is_said_with_its_reason_and_taken_away_with_one(engine: Engine) -> None:
    with engine.begin() as connection:
        id = editing.propose(connection, CLINIC, staff_id=1, now=NOW)
        with pytest.raises(NotNow) as refused:
            friendly.grant(connection, id, "peer_visit", has_consent=False, staff_id=1, now=NOW)
        assert refused.value.key == "listing.problem.no_consent"
        friendly.grant(connection, id, "peer_visit", has_consent=True, staff_id=1, now=NOW)
        with pytest.raises(NotNow):
            friendly.grant(connection, id, "good_reports", has_consent=True, staff_id=1, now=NOW)
        assert friendly.taken_on(connection, id) is None
        assert friendly.take_away(connection, id, "complaint", staff_id=2, now=NOW)
        assert not friendly.take_away(connection, id, "complaint", staff_id=2, now=NOW)
        assert friendly.taken_on(connection, id) == NOW.date()
        told = [(one.deed, one.after.get("why")) for one in editing.history(connection, id)]
        assert told[:2] == [("unfriendly", "complaint"), ("friendly", "peer_visit")]


def test_a_check_that_keeps_a_review_is_played_back(connection: Connection) -> None:
    id = shown(connection, OPEN)
    verification.report_wrong(connection, id, now=NOW)
    for keeps in (True, False):
        verification.verify(
            connection, id, verification.BY_RINGING, method="call", staff_id=1, now=NOW, keeps_review=keeps
        )
        standing = replay(connection, id)
        assert standing == stands(connection, id) and standing is not None and standing.is_under_review is keeps
