"""A colleague asks for a yes to one purpose: notes, one partner, the police, a question later, going together."""

from collections.abc import Sequence

from bot.db import Tx
from bot.dialogues import passing
from bot.dialogues.kit import Ask, Dialogue, Do, Done, Hand, Item, Say, Turn
from bot.helpline import cases, check_ins, consents, referrals
from bot.helpline.consents import ConsentTo
from bot.helpline.progress import progress
from bot.helpline.ringing import tell_colleague
from bot.helpline.sharing import ORGANISATION, VERSION, WHOLE, was_asked
from directory.wording import t


class Consent(Dialogue):
    """Two buttons; without a tap on yes the answer is no."""

    name = "consent"

    def start(self, turn: Turn) -> Sequence[Item]:
        return self.answer(turn)

    def answer(self, turn: Turn) -> Sequence[Item]:
        purpose, _, rest = (turn.key or "").partition("|")
        partner, _, said = rest.rpartition("|")
        if purpose not in set(ConsentTo):
            return [Say(t("small.stale_choice", turn.language)), Done()]
        now, is_agreed, wanted = turn.now, said == "yes", ConsentTo(purpose)

        def write(tx: Tx, lane_id: int) -> bool:
            known = cases.of_lane(tx.connection, lane_id)
            if known is None or not was_asked(tx.connection, known.id, wanted):
                return False
            if is_agreed:
                version = WHOLE if partner.startswith(ORGANISATION) else VERSION
                consents.give(tx, known.id, wanted, version, now=now, partner_id=partner or None)
            else:
                consents.refuse(tx, known.id, wanted, now=now)
            if known.staff_id is not None:
                tell_colleague(tx, known, known.staff_id, f"staff.consent.{said}", now=now)
            return True

        stale = (Say(t("small.stale_choice", turn.language)), Done())
        return [Do(write, lambda done: self._told(turn, wanted, is_agreed) if done else stale)]

    def words(self, turn: Turn) -> Sequence[Item]:
        """In which neutral words she wants to be asked later."""
        if turn.key not in check_ins.WORDS:
            return [Say(t("consent.refused", turn.language)), Done()]
        key, now, policy = turn.key, turn.now, turn.policy
        options = tuple((part, t(f"check_in.hour.{part}", turn.language)) for part in check_ins.HOURS)
        text = f"{t('check_in.planned', turn.language)}\n{t('check_in.which_hour', turn.language)}"
        over: Sequence[Item] = [Say(t("small.over", turn.language)), Done()]
        return [
            Do(
                lambda tx, lane_id: check_ins.plan(tx, lane_id, key, now=now, policy=policy),
                lambda planned: [Ask(text, (*options, passing.choice(turn)), "hour")] if planned else over,
            )
        ]

    def hour(self, turn: Turn) -> Sequence[Item]:
        """In which part of the day; without an answer it comes by day."""
        if turn.key not in check_ins.HOURS:
            return [Say(t("check_in.by_day", turn.language)), Done()]
        part, now, policy = turn.key, turn.now, turn.policy
        return [
            Do(
                lambda tx, lane_id: check_ins.choose_hour(tx, lane_id, part, now=now, policy=policy),
                lambda moved: [Say(t("check_in.hour_kept" if moved else "small.over", turn.language))],
            ),
            Done(),
        ]

    def _told(self, turn: Turn, wanted: ConsentTo, is_agreed: bool) -> Sequence[Item]:
        if not is_agreed:
            return [Say(t("consent.refused", turn.language)), Done()]
        if wanted is ConsentTo.FOLLOW_UP:
            options = tuple((key, t(f"check_in.words.{key}", turn.language)) for key in check_ins.WORDS)
            return [Ask(t("check_in.which_words", turn.language), (*options, passing.choice(turn)), "words")]
        return [Say(t("consent.given", turn.language)), Done()]


class Offered(Dialogue):
    """A place was shown to her: whether she wants a code for it."""

    name = "referral"

    def start(self, turn: Turn) -> Sequence[Item]:
        return self.answer(turn)

    def answer(self, turn: Turn) -> Sequence[Item]:
        number, _, said = (turn.key or "").partition("|")
        if said == passing.SKIP:
            return passing.left(turn)
        over = (Say(t("small.over", turn.language)), Done())
        if not number.isdigit() or said not in ("yes", "no"):
            return over
        is_yes, now = said == "yes", turn.now
        told = [] if is_yes else [Say(t("consent.refused", turn.language))]
        return [
            Do(
                lambda tx, lane_id: referrals.answer(tx, lane_id, int(number), is_yes=is_yes, now=now),
                lambda done: [*told, Done()] if done else over,
            )
        ]


class CheckIn(Dialogue):
    """The answer to a question she agreed to be asked."""

    name = "check_in"

    def start(self, turn: Turn) -> Sequence[Item]:
        return self.answer(turn)

    def answer(self, turn: Turn) -> Sequence[Item]:
        number, _, said = (turn.key or "").partition("|")
        if not number.isdigit() or said not in check_ins.ANSWERS:
            return [Say(t("small.stale_choice", turn.language)), Done()]
        now = turn.now

        def write(tx: Tx, lane_id: int) -> None:
            check_ins.answer(tx, lane_id, int(number), said, now=now)

        if said == "unwell":
            offer: Sequence[Item] = [Hand("human", "offer")]  # but not beside a colleague who is called or there

            def how_far(tx: Tx, lane_id: int) -> str | None:
                return progress(tx.connection, lane_id, now=now, language=turn.language)

            return [Do(write), Do(how_far, lambda told: [Say(told), Done()] if told else offer)]
        if said == passing.SKIP:
            return [Do(write), *passing.left(turn)]
        return [Do(write), Say(t(f"check_in.{said}", turn.language)), Done()]
