"""A referral is counted under the programme model of its place, and one to learn or find work as training."""

from sqlalchemy import select, update

from bot.db import Database, Tx
from bot.helpline import cases, referrals
from bot.helpline.referrals import Way
from bot.policy import Policy
from bot.tables import event
from directory import programmes
from directory.demonstration import import_demo
from directory.tables import place_of_service, service, service_need
from tests.bot.helpline.conftest import LAN, add_person
from tests.conftest import MovableClock


def place_of(tx: Tx, kind: str) -> str:
    wanted = select(place_of_service.c.id).join(service).where(service.c.kind == kind).order_by(place_of_service.c.id)
    return str(tx.execute(wanted.limit(1)).scalar_one())


def counted(tx: Tx) -> dict[tuple[str, str], int]:
    """How often each kind and model, of referrals alone."""
    rows = tx.execute(select(event.c.kind, event.c.model, event.c.n)).all()
    return {(row.kind, row.model): row.n for row in rows if row.kind.startswith(("referr", "training"))}


def a_case(tx: Tx, clock: MovableClock, policy: Policy, lane_id: int, need: str | None) -> int:
    add_person(tx, lane_id, clock.now())
    opened = cases.open_case(
        tx, lane_id, urgency="violence", need=need, place=None, now=clock.now(), policy=policy
    )
    cases.take(tx, opened.case.id, LAN, now=clock.now(), policy=policy)
    return opened.case.id


async def test_a_referral_counts_under_the_model_of_its_place_and_a_school_as_training(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        import_demo(tx.connection, clock.now())
        case_id = a_case(tx, clock, policy, 11, "violence.physical")
        sent = {}
        for kind in ("peer_group", "hiv_clinic", "vocational_school"):
            sent[kind] = referrals.refer(tx, case_id, LAN, place_of(tx, kind), "nơi mẫu", now=clock.now())
        assert referrals.mark(tx, sent["vocational_school"].id, LAN, Way.ATTENDED, now=clock.now())
        assert referrals.mark(tx, sent["vocational_school"].id, LAN, Way.DONE, now=clock.now())
        assert referrals.mark(tx, sent["peer_group"].id, LAN, Way.DECLINED, now=clock.now())

    await line.write(story)
    assert await line.write(counted) == {
        ("referred", "peer"): 1, ("referred", "community"): 1, ("training_sent", "community"): 1,
        ("training_attended", "community"): 1, ("training_done", "community"): 1, ("referral_declined", "peer"): 1,
    }  # fmt: skip
    assert (await line.read(referrals.balance)).adds_up


async def test_another_place_that_teaches_is_training_only_for_whoever_sought_it(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        import_demo(tx.connection, clock.now())
        place = place_of(tx, "social_work_centre")
        centre = select(place_of_service.c.service_id).where(place_of_service.c.id == place)
        row = {"service_id": tx.execute(centre).scalar_one(), "need": programmes.TRAINING, "position": 9}
        tx.execute(service_need.insert().values(**row))
        for lane_id, need in ((11, "violence.physical"), (12, programmes.TRAINING)):
            referrals.refer(tx, a_case(tx, clock, policy, lane_id, need), LAN, place, "nơi mẫu", now=clock.now())

    await line.write(story)
    assert await line.write(counted) == {("referred", "community"): 1, ("training_sent", "community"): 1}


async def test_a_place_of_a_kind_that_nobody_has_sorted_counts_under_no_model(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        import_demo(tx.connection, clock.now())
        place = place_of(tx, "hospital")
        tx.execute(update(service).values(kind="new"))
        referrals.refer(tx, a_case(tx, clock, policy, 11, None), LAN, place, "nơi mẫu", now=clock.now())

    await line.write(story)
    assert await line.write(counted) == {("referred", ""): 1}
