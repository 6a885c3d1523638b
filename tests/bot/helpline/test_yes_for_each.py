"""A thousand tries to share, in any order with yes, no and taking back: each that succeeds rests on a standing yes."""

from random import Random

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from bot.db import Database, Tx
from bot.helpline import cases, consents, sharing, taken_back
from bot.helpline.consents import WITH_PARTNER, ConsentTo
from bot.policy import Policy
from bot.tables import consent
from bot.tables import sharing as shared
from tests.bot.helpline.conftest import LAN, add_person
from tests.bot.helpline.test_around_a_case import add_other_organisation
from tests.conftest import MovableClock

pytestmark = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
PARTNERS = ("nơi một", "nơi hai", "org:2", "police")


@pytest.fixture
def db(engine: Database) -> Database:
    """Every test here runs on both engines."""
    return engine


async def test_every_sharing_has_its_yes_and_nothing_goes_around_it(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    chance = Random(20261126)
    tried = succeeded = 0
    await line.write(lambda tx: add_other_organisation(tx, clock))
    for lane_id in range(10, 60):

        def open_one(tx: Tx, lane_id: int = lane_id) -> int:
            add_person(tx, lane_id, clock.now())
            opened = cases.open_case(
                tx, lane_id, urgency="violence", need=None, place=None, now=clock.now(), policy=policy
            )
            cases.take(tx, opened.case.id, LAN, now=clock.now(), policy=policy)
            return opened.case.id

        case_id = await line.write(open_one)
        stands: set[tuple[ConsentTo, str]] = set()
        for _ in range(40):
            purpose, partner = chance.choice(sorted(WITH_PARTNER)), chance.choice(PARTNERS)
            clock.pass_(seconds=1)
            now, what = clock.now(), chance.randint(0, 5)
            match what:
                case 0:
                    await line.write(
                        lambda tx, a=purpose, b=partner: consents.give(tx, case_id, a, "t", now=now, partner_id=b)  # noqa: B023
                    )
                    stands.add((purpose, partner))
                case 1:
                    await line.write(
                        lambda tx, a=purpose, b=partner: taken_back.take_back(tx, lane_id, a, now=now, partner_id=b)  # noqa: B023
                    )
                    stands.discard((purpose, partner))
                case 2:
                    await line.write(lambda tx, a=purpose: consents.refuse(tx, case_id, a, now=now))  # noqa: B023
                case _:
                    tried += 1
                    is_there = (purpose, partner) in stands
                    if what == 5 and not is_there:  # around the house, into the database
                        row = {"case_id": case_id, "partner_id": partner, "purpose": purpose, "staff_id": LAN}
                        with pytest.raises(IntegrityError):
                            await line.write(lambda tx, row=row: tx.execute(insert(shared).values(**row, at=now)))  # noqa: B023
                        continue
                    try:
                        await line.write(
                            lambda tx, a=purpose, b=partner: sharing.share(tx, case_id, LAN, b, now=now, purpose=a)  # noqa: B023
                        )
                    except sharing.NoYes:
                        assert not is_there
                    else:
                        assert is_there
                        succeeded += 1
    assert tried > 800 and succeeded > 100
    both = select(shared, consent.c.given_at, consent.c.withdrawn_at, consent.c.partner_id.label("to"))
    rows = await line.read(lambda c: c.execute(both.join(consent, consent.c.id == shared.c.consent_id)).all())
    assert len(rows) == succeeded, "none without a consent"
    for row in rows:
        assert row.to == row.partner_id and row.given_at <= row.at
        assert row.withdrawn_at is None or row.at <= row.withdrawn_at
