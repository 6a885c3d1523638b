"""Questions some days later: only if she agreed, in words and at a time of day she chose, never to another's phone."""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from bot import events
from bot.db import Tx
from bot.helpline import consents, guards
from bot.helpline.casebook import get, language_of, of_lane, record
from bot.helpline.consents import ConsentTo
from bot.helpline.escalation import in_charge_of
from bot.helpline.ringing import tell_colleague
from bot.helpline.taken_back import take_back
from bot.outbox import Option, tell_person
from bot.policy import Policy
from bot.tables import check_in, conversation, lane
from bot.timers import clear_timer, set_timer
from directory.wording import HCMC, t

WORDS = ("hello", "tea", "book")
ANSWERS = ("well", "unwell", "skip", "stop")
DAYS = (3, 7, 30, 84)  # the last only where the policy keeps the way back that long
HOURS = {"morning": 10, "afternoon": 15, "evening": 19}  # of Vietnam
_EARLIEST, _LATEST = 10, 18  # as long as she has not chosen
_AWAKE = range(9, 21)  # a question that comes late waits for the day
ANSWERED_WITHIN = timedelta(hours=24)
MOMENT = timedelta(hours=72)


def plan(tx: Tx, lane_id: int, words: str, *, now: datetime, policy: Policy) -> int:
    """Plan the questions, by day; returns how many, none without her yes. A new choice of words replaces the old."""
    known = of_lane(tx.connection, lane_id)
    if known is None or not consents.has(tx.connection, known.id, ConsentTo.FOLLOW_UP):
        return 0
    stop(tx, lane_id)
    _forget_stopped(tx, lane_id, now)
    days = [day for day in DAYS if day < policy.routing_days]
    for day in days:
        due = _by_day(now + timedelta(days=day))
        row = {"case_id": known.id, "lane_id": lane_id, "words": words, "due_at": due, "state": "planned"}
        made = insert(check_in).values(**row, forget_at=due + timedelta(days=policy.routing_days))
        set_timer(tx, "check_in", tx.execute(made.returning(check_in.c.id)).scalar_one(), due_at=due)
    record(tx, known.id, "check_ins", now=now, detail=str(len(days)))
    return len(days)


def choose_hour(tx: Tx, lane_id: int, part: str, *, now: datetime, policy: Policy) -> int:
    """She said when it suits her: what is planned comes on the same days in that part of the day. Returns how many."""
    moved = 0
    mine = (check_in.c.lane_id == lane_id, check_in.c.state == "planned")
    _forget_stopped(tx, lane_id, now)
    for row in tx.execute(select(check_in).where(*mine).order_by(check_in.c.id)).all():
        due = row.due_at.astimezone(HCMC).replace(hour=HOURS[part], minute=0, second=0, microsecond=0)
        if due <= now:
            continue
        fresh = {"due_at": due, "forget_at": due + timedelta(days=policy.routing_days)}
        tx.execute(update(check_in).where(check_in.c.id == row.id).values(**fresh))
        set_timer(tx, "check_in", row.id, due_at=due)
        moved += 1
    return moved


def _by_day(moment: datetime) -> datetime:
    """The same day, at an hour at which nobody is woken."""
    there = moment.astimezone(HCMC)
    if _EARLIEST <= there.hour < _LATEST:
        return moment
    hour = _EARLIEST if there.hour < _EARLIEST else _LATEST
    return there.replace(hour=hour, minute=0, second=0, microsecond=0)


def _forget_stopped(tx: Tx, lane_id: int, now: datetime) -> None:
    """What will not be asked any more makes room: one case has one question at a moment."""
    mine = (check_in.c.lane_id == lane_id, check_in.c.state == "stopped", check_in.c.due_at > now)
    tx.execute(delete(check_in).where(*mine))


def stop(tx: Tx, lane_id: int) -> None:
    """Nothing more is asked."""
    mine = (check_in.c.lane_id == lane_id, check_in.c.state == "planned")
    for number in tx.execute(select(check_in.c.id).where(*mine)).scalars().all():
        clear_timer(tx, "check_in", number)
    tx.execute(update(check_in).where(*mine).values(state="stopped"))


def send(tx: Tx, number: int, *, now: datetime, policy: Policy) -> None:
    """The day has come."""
    row = tx.execute(select(check_in).where(check_in.c.id == number, check_in.c.state == "planned")).one_or_none()
    if row is None:
        return
    mine = check_in.c.id == number
    here = select(lane.c.id).where(lane.c.id == row.lane_id, lane.c.stopped_at.is_(None))
    gone = row.lane_id is None or tx.execute(here).first() is None
    if gone or guards.holder(tx.connection, row.lane_id) is not guards.Holder.OPEN:
        tx.execute(update(check_in).where(mine).values(state="stopped"))
        return
    if (there := now.astimezone(HCMC)).hour not in _AWAKE:
        later = there.replace(hour=_EARLIEST, minute=0, second=0, microsecond=0)
        set_timer(tx, "check_in", number, due_at=later if later > now else later + timedelta(days=1))
        return
    _open_talk(tx, row.lane_id, now)
    language = language_of(tx, row.lane_id)
    options = tuple(
        Option("check_in", "answer", f"{number}|{key}", t(f"check_in.choice.{key}", language)) for key in ANSWERS
    )
    text = t(f"check_in.words.{row.words}", language)
    tell_person(tx, row.lane_id, text, now=now, options=options, purpose="reminder")
    tx.execute(update(check_in).where(mine).values(state="sent", sent_at=now))
    events.happened(tx, "check_in_sent", now=now)
    set_timer(tx, "check_in_silent", number, due_at=now + ANSWERED_WITHIN)


def _open_talk(tx: Tx, lane_id: int, now: datetime) -> None:
    """The talk is kept as long as the question may be answered; if it was forgotten, a new one has a key of its own."""
    until = now + MOMENT
    mine = (conversation.c.lane_id == lane_id, conversation.c.forget_at < until)
    tx.execute(update(conversation).where(*mine).values(forget_at=until))
    if tx.execute(select(conversation.c.id).where(conversation.c.lane_id == lane_id)).first() is None:
        row = {"lane_id": lane_id, "key_id": tx.seals.new_key(), "last_at": now, "forget_at": until}
        tx.execute(insert(conversation).values(**row))


def answer(tx: Tx, lane_id: int, number: int, said: str, *, now: datetime) -> None:
    """What she tapped: well, unwell, nothing to say this time, or no more of this."""
    mine = (check_in.c.id == number, check_in.c.lane_id == lane_id, check_in.c.state.in_(("sent", "silent")))
    state = "stopped" if said == "stop" else said
    if said == "stop":  # also below a question that she has answered already
        stop(tx, lane_id)
        take_back(tx, lane_id, ConsentTo.FOLLOW_UP, now=now)
    if tx.execute(update(check_in).where(*mine).values(state=state)).rowcount != 1:
        return
    clear_timer(tx, "check_in_silent", number)
    events.happened(tx, f"check_in_{state}", now=now)


def unanswered(tx: Tx, number: int, *, now: datetime, policy: Policy) -> None:
    """A day later without an answer: those in charge learn it; nobody presses her."""
    mine = (check_in.c.id == number, check_in.c.state == "sent")
    if tx.execute(update(check_in).where(*mine).values(state="silent")).rowcount != 1:
        return
    case_id = tx.execute(select(check_in.c.case_id).where(check_in.c.id == number)).scalar_one()
    known = get(tx.connection, case_id)
    if known is None:
        return
    events.happened(tx, "check_in_silent", now=now, province=known.province)
    for staff_id in in_charge_of(tx, known):
        tell_colleague(tx, known, staff_id, "staff.check_in_silent", now=now)
