"""For whoever cannot speak or type: everything by taps, a few short questions, each of which can be left out."""

from collections.abc import Sequence

from bot.db import Tx
from bot.dialogues.kit import Ask, Dialogue, Do, Done, Hand, Item, Say, Turn
from bot.helpline import cases, relay
from bot.helpline.casebook import record
from bot.helpline.ringing import tell_colleague
from bot.masking import Masked
from directory.reading import fold
from directory.wording import t

QUESTIONS = ("hurt", "near", "out", "children")
ANSWERS = ("yes", "no", "skip")
QUOTED = 80  # characters of a question that is answered late
_YES = frozenset({"co", "u", "uh", "da", "vang", "yes", "y", "dang", "duoc", "dc"})
_NO = frozenset({"khong", "ko", "k", "hk", "hok", "no", "chua"})


class Mute(Dialogue):
    """Four questions with yes, no and skip; what is tapped stands in the case as a line of hers."""

    name = "mute"

    def start(self, turn: Turn) -> Sequence[Item]:
        turn.memory.is_mute = True
        turn.notes["at"] = "0"
        now = turn.now

        def note(tx: Tx, lane_id: int) -> bool:
            known = cases.of_lane(tx.connection, lane_id)
            if known is None:
                return False
            record(tx, known.id, "mute", now=now)
            relay.from_person(tx, known.id, Masked(f"[{t('danger.choice.mute', 'vi')}]"), now=now)
            if known.staff_id is not None:  # also within the half minute in which new lines are not told one by one
                tell_colleague(tx, known, known.staff_id, "staff.mute", now=now, urgent=True)
            return True

        return [Do(note, lambda has_case: self._begin(turn) if has_case else self._without_case(turn))]

    def tapped(self, turn: Turn) -> Sequence[Item]:
        """One answer goes to the case, with the question that stood above it; the next question follows."""
        at = int(turn.notes.get("at", "0"))
        above, _, tapped = (turn.key or "").partition("|")
        asked = above if above in QUESTIONS else QUESTIONS[min(at, len(QUESTIONS) - 1)]
        key, now = tapped if tapped in ANSWERS else _typed(turn.text), turn.now
        if turn.notes.get(asked) == key:  # pressed twice
            return self._ask(turn)
        turn.notes[asked] = key
        turn.notes["at"] = str(max(at, QUESTIONS.index(asked) + 1))
        line = Masked(f"[{t(f'danger.mute.{asked}', 'vi')} {t(f'danger.mute.choice.{key}', 'vi')}]")

        def tell(tx: Tx, lane_id: int) -> None:
            known = cases.of_lane(tx.connection, lane_id)
            if known is not None and key != "skip":
                relay.from_person(tx, known.id, line, now=now)

        return [Do(tell), *self._ask(turn)]

    def which(self, turn: Turn) -> Sequence[Item]:
        """No case is open: danger now is one tap, anything else leads to the ordinary taps."""
        return [Hand("report", "now")] if turn.key == "now" else [Hand("welcome")]

    def _begin(self, turn: Turn) -> Sequence[Item]:
        return [Say(t("danger.mute.begin", turn.language)), *self._ask(turn)]

    def _without_case(self, turn: Turn) -> Sequence[Item]:
        options = tuple((key, t(f"danger.mute.choice.{key}", turn.language)) for key in ("now", "other"))
        return [Ask(t("danger.mute.which", turn.language), options, "which")]

    def _ask(self, turn: Turn) -> Sequence[Item]:
        at = int(turn.notes.get("at", "0"))
        if at >= len(QUESTIONS):
            return [Say(t("danger.mute.end", turn.language)), Done()]
        options = tuple((f"{QUESTIONS[at]}|{key}", t(f"danger.mute.choice.{key}", turn.language)) for key in ANSWERS)
        return [Ask(t(f"danger.mute.{QUESTIONS[at]}", turn.language), options, "tapped")]


def _typed(text: str) -> str:
    said = fold(text).strip(" .!?")
    return "yes" if said in _YES else "no" if said in _NO else "skip"


class Tapped(Dialogue):
    """The answer to a question the colleague asked with buttons."""

    name = "tapped"

    def start(self, turn: Turn) -> Sequence[Item]:
        return self.answer(turn)

    def answer(self, turn: Turn) -> Sequence[Item]:
        seq, _, tapped = (turn.key or "").rpartition("|")
        key = tapped if tapped in ("yes", "no", "unsure") else "unsure"
        said, now = t(f"danger.mute.choice.{key}", "vi"), turn.now

        def tell(tx: Tx, lane_id: int) -> bool:
            known = cases.of_lane(tx.connection, lane_id)
            if known is None:
                return False
            before = relay.question_before(tx, known.id, int(seq)) if seq.isdigit() else None
            line = f"[{said}: “{before[:QUOTED]}”]" if before else f"[{said}]"
            return relay.from_person(tx, known.id, Masked(line), now=now)

        return [Do(tell, lambda done: [] if done else [Say(t("small.stale_choice", turn.language))]), Done()]
