"""What an open case changes about a message: whose phone it is, and whether the words go to the colleague."""

from datetime import datetime, timedelta
from enum import StrEnum

from bot.db import Tx
from bot.dialogues import declined, whose_phone
from bot.dialogues.consenting import is_no, is_yes
from bot.dialogues.kit import Standing, Turn
from bot.dialogues.passing import is_of_question, is_skipped
from bot.dialogues.refusing import is_refused
from bot.helpline import blocks, cases, coming_back, guards, relay, visibility, worsening
from bot.helpline.casebook import CONSENT, Case, colleague, last_time, record, tell
from bot.helpline.guards import Holder
from bot.helpline.moves import State
from bot.masking import Masked
from bot.outbox import last_asked
from directory.reading import fold

_ANSWERS = {
    "co", "u", "uh", "um", "vang", "da", "yes", "ok", "y", "muon", "dong y", "dc", "duoc", "khong", "ko", "k", "hk",
    "no", "co a", "dong y a", "khong a", "xoa", "xoa het", "xoa loi", "giu lai",
}  # fmt: skip
_ASKS = frozenset({"entrust", "consent", "report", "erase", "copy", "check_in", "elsewhere", "revoke", "mute"})
_GOES_THROUGH = frozenset({"report", "entrust", "erase"})  # questions that are answered also by who is kept out
WORD_ASKED = frozenset({("word", "chosen"), ("erase", "word_or_tap")})  # answered in free words
_FOR_THE_HOUSE = frozenset({"copy", "revoke", "agree_word", "elsewhere", "mute"})
_FEW = 6  # words
SHORT = 120  # characters: a wish to the house is said briefly, a story is the colleague's
_TOLD_AGAIN = timedelta(minutes=2)
_ASKED_AGAIN = timedelta(minutes=10)
_MEANT = 0.5  # so surely is an article or a need meant, that it is answered in the middle of an alarm
_PLAIN = frozenset({None, "unclear", "greeting", "thanks", "report", "help_now", "feedback"})


class Passed(StrEnum):
    """What became of the words."""

    NO = "no"  # the house answers
    KEPT = "kept"  # they wait in the case, and the house answers too
    WAITING = "waiting"  # they wait in the case, and there is nothing else to answer
    ON = "on"  # the colleague has them
    ANSWER = "answer"  # a yes or no to whether the colleague may read


def guarded(
    tx: Tx, lane_id: int, turn: Turn, standing: Standing, *, word: str | None, code_hash: str | None
) -> tuple[str, str] | None:
    """The step that answers while somebody else may hold the phone; None: everything goes its usual way."""
    state = guards.holder(tx.connection, lane_id)
    known = cases.of_lane(tx.connection, lane_id)
    if _is_kept_out(tx, lane_id, turn, standing, known, word):
        return "blocked", "card" if blocks.may_show_card(tx, lane_id, turn.now) else "start"
    if state is Holder.OPEN:
        return _noticed(tx, lane_id, turn, standing, known, word)
    owns_code = code_hash is not None and coming_back.owner(tx.connection, code_hash, turn.now) == lane_id
    if owns_code or guards.is_word(tx, lane_id, turn.text):
        return "guard", "opened"
    if word == "help" or _is_now(turn):
        return "guard", "cry"
    if state is Holder.NEUTRAL:
        if known is not None and turn.text and turn.key is None:
            _overhear(tx, known, turn)
        return "neutral", "answer"
    if turn.key in ("ok", "later") or is_skipped(turn):
        return "guard", "checked"
    if turn.situations & {"stranger", "aside"} and not whose_phone.may_be_herself(turn):
        guards.go_neutral(tx, lane_id, now=turn.now)  # one tap on "Được" would show him everything
        if known is not None:
            _overhear(tx, known, turn)
        return "neutral", "start"
    if whose_phone.wants_quiet(tx, turn, standing, known):
        return "guard", "quiet"
    is_tap_enough = not guards.has_word(tx.connection, lane_id)
    said = fold(turn.text).strip(" .!?")
    if is_tap_enough and said in ("duoc", "dc", "co", "ok", "tiep", "yes"):
        return "guard", "opened"
    if known is not None and turn.text and turn.key is None:
        _keep(tx, known, turn)
    return "guard", "start"


def _is_kept_out(tx: Tx, lane_id: int, turn: Turn, standing: Standing, known: Case | None, word: str | None) -> bool:
    """A cry gets through, and with it all that follows: her taps, what she answers us, her talk with the colleague."""
    if word is not None or turn.key is not None or _is_danger(turn) or standing.dialogue in _GOES_THROUGH:
        return False
    if declined.is_unreadable(turn.text):  # it may be a cry
        return False
    if known is not None and known.urgency != "request":
        return False
    return blocks.until(tx.connection, lane_id, turn.now) is not None


def _noticed(
    tx: Tx, lane_id: int, turn: Turn, standing: Standing, known: Case | None, word: str | None
) -> tuple[str, str] | None:
    """Signs that the phone may be in other hands, and a silence so long that we ask first."""
    if known is None or turn.key is not None or word is not None:
        return None
    # "nó đang xem điện thoại" sounds dangerous, and is: but whoever holds the phone must not read a safety card.
    if whose_phone.wants_quiet(tx, turn, standing, known):
        _keep(tx, known, turn)
        guards.go_quiet(tx, lane_id, now=turn.now)
        _raise_unseen(tx, lane_id, turn, known)
        return "guard", "quiet"
    if _is_now(turn) and not (turn.situations & {"stranger", "aside"} and _is_a_guess(turn)):
        return None
    if turn.situations & {"stranger", "aside"}:
        if whose_phone.may_be_herself(turn) and not guards.has_word(tx.connection, lane_id):
            _keep(tx, known, turn)
            guards.asks_who(tx, lane_id, now=turn.now)
            return "guard", "start"
        guards.go_neutral(tx, lane_id, now=turn.now)
        _overhear(tx, known, turn)
        return "neutral", "start"
    is_with_colleague = known.state in (State.TAKEN, State.HELD)
    if is_with_colleague and turn.text and relay.was_silent(tx.connection, known.id, turn.now):
        _keep(tx, known, turn)
        guards.ask_first(tx, lane_id, now=turn.now)
        return "guard", "start"
    return None


def _keep(tx: Tx, known: Case, turn: Turn, *, is_cry: bool = False) -> None:
    relay.from_person(tx, known.id, Masked(turn.text), now=turn.now, is_cry=is_cry, is_doubt=wants_to_die(turn))
    _doubt(tx, known, turn)


def _overhear(tx: Tx, known: Case, turn: Turn) -> None:
    relay.overhear(tx, known.id, Masked(turn.text), now=turn.now, is_doubt=wants_to_die(turn))
    _doubt(tx, known, turn)


def _doubt(tx: Tx, known: Case, turn: Turn) -> None:
    """Nobody has the case yet, and she says that she wants to die; danger now is called out by itself."""
    if wants_to_die(turn) and not _is_now(turn):
        worsening.doubt_alone(tx, known.id, now=turn.now, policy=turn.policy)


def _raise_unseen(tx: Tx, lane_id: int, turn: Turn, known: Case) -> None:
    """It sounds like danger now as well: whoever helps hears that, and her screen does not. Call with the guard set."""
    if _is_now(turn) and known.urgency != "now":
        cases.open_case(tx, lane_id, urgency="now", need=None, place=None, now=turn.now, policy=turn.policy)
        turn.memory.has_alarm = True


def pass_on(tx: Tx, lane_id: int, turn: Turn, standing: Standing, *, word: str | None) -> Passed:
    """With an open case her words are kept in it; with an open relay the colleague answers, not the house."""
    if word is not None or turn.key is not None or not turn.text:
        return Passed.NO
    known = cases.of_lane(tx.connection, lane_id)
    if known is None or (_answers_the_house(turn, standing) and not _colleague_asked_since(tx, lane_id, known)):
        return Passed.NO
    if _is_about_reading(tx, known, turn):
        return Passed.ANSWER
    if only_taps(turn):
        return Passed.NO
    if _is_now(turn):
        record(tx, known.id, "cry", now=turn.now)
    if turn.situations & _FOR_THE_HOUSE and len(turn.text) <= SHORT and not _is_now(turn):
        return Passed.NO
    if wants_erasing(turn):
        return Passed.NO
    if known.state is State.TAKEN and not (_is_now(turn) and known.urgency != "now"):
        _keep(tx, known, turn, is_cry=_is_now(turn))
        turn.is_kept = True
        is_asked = wants_to_die(turn) or (standing.dialogue, standing.step) == ("report", "harmed")
        if is_asked and not _is_now(turn) and not visibility.is_open(tx.connection, known.id):
            return Passed.KEPT  # the colleague cannot read it: the house asks what she has done to herself
        _ask_to_read(tx, known, turn)
        is_place = (standing.dialogue, standing.step) == ("report", "where") and turn.meaning and turn.meaning.places
        return Passed.KEPT if is_place or cannot_talk(turn) else Passed.ON
    if turn.situations & {"fine", "state"}:
        return Passed.NO
    _keep(tx, known, turn)
    turn.is_kept = True
    return Passed.WAITING if _has_nothing_else(turn, known) else Passed.KEPT


def wants_to_die(turn: Turn) -> bool:
    """Whether she says, in her own words, that she wants to die or to hurt herself, however surely it is heard."""
    is_typed = turn.key is None and turn.meaning is not None
    return is_typed and turn.meaning is not None and "self_harm" in turn.meaning.danger.kinds


def is_a_word(turn: Turn) -> bool:
    """Four words of a code are a code, whatever they sound like to the model alone."""
    danger = turn.meaning.danger if turn.meaning is not None else None
    return turn.key is None and turn.code_hash is not None and (danger is None or danger.source != "rule")


def cannot_talk(turn: Turn) -> bool:
    """Whether she says, in a few words, that she cannot speak or type: from then on everything is asked with taps."""
    return turn.key is None and "mute" in turn.situations and len(turn.text) <= SHORT


def only_taps(turn: Turn) -> bool:
    """ "Em không nói được" sounds dangerous to the model alone: the taps ask at once, and alarm with one."""
    danger = turn.meaning.danger if turn.meaning else None
    return danger is not None and cannot_talk(turn) and (danger.source in (None, "model") or danger.doubt)


def wants_erasing(turn: Turn) -> bool:
    """ "Em muốn xoá hết", in a few words: the house asks what is to go; in a story it is the colleague's."""
    meaning = turn.meaning
    is_brief = turn.key is None and len(turn.text.split()) <= _FEW
    return is_brief and meaning is not None and meaning.intent == "erase" and meaning.danger.level == "none"


def _is_about_reading(tx: Tx, known: Case, turn: Turn) -> bool:
    """Whoever took the case may not read, she was asked "bạn cho đọc không?", and no colleague has asked her since."""
    if known.state is not State.TAKEN or visibility.is_open(tx.connection, known.id):
        return False
    return (is_yes(turn) or is_no(turn) or is_skipped(turn)) and not relay.is_colleague_last(tx.connection, known.id)


def may_say_kept(tx: Tx, lane_id: int, now: datetime) -> bool:
    """Whether to say that the words wait; not after every line."""
    known = cases.of_lane(tx.connection, lane_id)
    if known is None:
        return False
    before = last_time(tx.connection, known.id, "told_kept")
    if before is not None and now - before < _TOLD_AGAIN:
        return False
    record(tx, known.id, "told_kept", now=now)
    return True


def _answers_the_house(turn: Turn, standing: Standing) -> bool:
    """A yes or no to a question of the house, or free words it has asked for, are not for the colleague."""
    if (standing.dialogue, standing.step) in WORD_ASKED:
        return is_a_word(turn) or not _is_now(turn)
    if is_of_question(turn, standing) or is_refused(turn, standing):
        return True
    return standing.dialogue in _ASKS and fold(turn.text).strip(" .!?") in _ANSWERS


def _colleague_asked_since(tx: Tx, lane_id: int, known: Case) -> bool:
    """A question of the house was left open, and her colleague has written meanwhile: "có" is for the colleague.

    Not while the colleague may not read it: then it answers the question whether that is allowed.
    """
    if not visibility.is_open(tx.connection, known.id):
        return False
    wrote = relay.last_of_colleague(tx.connection, known.id) if known.state is State.TAKEN else None
    asked = last_asked(tx, lane_id)
    return wrote is not None and asked is not None and wrote > asked


def _ask_to_read(tx: Tx, known: Case, turn: Turn) -> None:
    """She answers a colleague who may not read her: she is asked again, or both would wait for each other."""
    if visibility.is_open(tx.connection, known.id) or known.staff_id is None:
        return
    before, who = last_time(tx.connection, known.id, "asked_to_read"), colleague(tx.connection, known.staff_id)
    is_lately = before is not None and turn.now - before < _ASKED_AGAIN
    if who is None or (is_lately and not is_yes(turn)):  # a yes may be meant for this, and only she knows
        return
    record(tx, known.id, "asked_to_read", now=turn.now)
    tell(tx, known, "case.person.taken_unread", now=turn.now, who=who.alias, asks=CONSENT)


def _has_nothing_else(turn: Turn, known: Case) -> bool:
    """Whether all there is to say is that the words are kept. Violence in an alarmed case is not asked about again."""
    meaning = turn.meaning
    if meaning is None or declined.is_unreadable(turn.text):  # danger is asked about with two buttons
        return False
    if wants_to_die(turn):  # whatever is called already: she is asked what she has done to herself
        return False
    if meaning.danger.level == "violence":
        return known.urgency == "now" or (known.urgency == "violence" and not meaning.danger.doubt)
    if meaning.danger.level == "now":
        return known.urgency == "now" and _is_a_guess(turn)
    if turn.situations & {"mute", "elsewhere", "warn", "agree_word"}:
        return False
    if meaning.places:
        return False
    if known.urgency == "now" and meaning.intent == "ask":  # "em không biết làm gì" asks for no article of ours
        scores = (*(score for _, score in meaning.articles), *(need.score for need in meaning.needs))
        return max(scores, default=0.0) < _MEANT
    return meaning.intent in _PLAIN and not meaning.needs


def _is_danger(turn: Turn) -> bool:
    return turn.meaning is not None and turn.meaning.danger.level != "none"


def _is_a_guess(turn: Turn) -> bool:
    """The model alone says so; no rule stands behind it."""
    return turn.meaning is not None and turn.meaning.danger.source == "model"


def _is_now(turn: Turn) -> bool:
    return turn.meaning is not None and turn.meaning.danger.level == "now"
