"""What nobody asked for just now makes no sound on a phone beside which somebody may stand."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, select, update

from bot.db import Database, Tx
from bot.helpline import cases, due, duties, restoring
from bot.policy import Policy
from bot.tables import case, conversation, outbox, shift, staff
from tests.bot.helpline.conftest import LAN, MAI
from tests.conftest import MovableClock


def sounds(tx: Tx) -> list[str]:
    """The purposes of what was told her since the last look; "reminder" is without a sound."""
    told = list(tx.execute(select(outbox.c.purpose).where(outbox.c.lane_id == 1).order_by(outbox.c.id)).scalars())
    tx.execute(delete(outbox))
    return told


async def test_what_the_house_begins_makes_no_sound_and_what_answers_her_does(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def cry(tx: Tx) -> int:
        return cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy).case.id

    def run(tx: Tx, kind: str, **later: float) -> list[str]:
        clock.pass_(**later)
        due.DUE[kind](tx, case_id, clock.now(), policy)
        return sounds(tx)

    def taken(tx: Tx) -> None:
        cases.take(tx, case_id, LAN, now=clock.now(), policy=policy)

    def story(tx: Tx) -> dict[str, list[str]]:
        found = {"cry": first}
        found["still waiting"] = run(tx, "escalate", minutes=5)
        taken(tx)
        found["taken"] = sounds(tx)
        found["silent"] = run(tx, "silent", minutes=6)
        taken(tx)
        cases.hand_over(tx, case_id, LAN, MAI, now=clock.now(), policy=policy)
        found["handed"] = sounds(tx)
        found["not taken over"] = run(tx, "handed_over", minutes=5)
        taken(tx)
        cases.hold(tx, case_id, LAN, clock.now() + timedelta(hours=1), now=clock.now(), policy=policy)
        found["held"] = sounds(tx)
        found["hold over"] = run(tx, "hold_over", minutes=61)
        taken(tx)
        tx.execute(update(shift).where(shift.c.staff_id == LAN).values(ends_at=clock.now()))
        tx.execute(update(case).values(centre_id=None))
        sounds(tx)
        found["shift over"] = run(tx, "shift_end", minutes=16)
        tx.execute(update(shift).where(shift.c.staff_id == LAN).values(ends_at=clock.now() + timedelta(days=1)))
        taken(tx)
        sounds(tx)
        duty = duties.invoke_duty(tx, case_id, LAN, "life", "p", is_told=True, now=clock.now(), policy=lawful)
        own = tx.execute(select(staff.c.centre_id).where(staff.c.id == LAN)).scalar_one()
        tx.execute(update(staff).where(staff.c.id == MAI).values(role="supervisor", centre_id=own))
        tx.execute(update(case).values(centre_id=own))
        duties.confirm_duty(tx, duty, MAI, now=clock.now(), policy=lawful)
        found["legal duty"] = sounds(tx)
        cry(tx)
        found["cries again"] = sounds(tx)
        tx.execute(delete(conversation))
        restoring.call_again(tx, case_id, knows_keys=False, now=clock.now(), policy=policy)
        found["restored"] = sounds(tx)
        return found

    lawful = replace(policy, legal_duty=True)
    case_id = await line.write(cry)
    first = await line.write(sounds)
    found = await line.write(story)
    assert set(found.pop("cry")) == {"answer"} and set(found.pop("cries again")) == {"answer"}
    assert all(found.values()), "each of them tells her something"
    assert {what: told for what, told in found.items() if set(told) != {"reminder"}} == {}
