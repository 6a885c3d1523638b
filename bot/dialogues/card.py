"""The safety card: what to do and whom to call, by the rules for this trouble, place and hour. It waits for nobody."""

from collections.abc import Sequence
from datetime import datetime

from bot.dialogues import fitting
from bot.dialogues.kit import Item, Say, Turn
from bot.helpline.entrusting import ASKED_FOR
from bot.understanding.patterns import view
from bot.understanding.self_harm import MEANS
from bot.understanding.situations import country_named
from directory import danger_sentences, lines
from directory.places import PlaceKey, Tier, province_of
from directory.wording import t

_KEPT = frozenset({"abroad", "thailand", "myanmar", "taiwan", "medical", "police"})
OWN_BODY = "own_body"  # who writes is the one who bleeds: words for a bystander would not help her
_WITH_POLICE = frozenset({"violence.authority", "legal.police", "legal.detained"})
_BODY = frozenset({"physical", "sexual"})
_BLEEDING = "after-abortion-danger"
_SHORT = 6  # words of an answer to "where are you"
_FROM_AFAR = frozenset({"digital", "extortion", "threat"})  # by messages and pictures: nobody stands before her


def take_in(turn: Turn) -> None:
    """Remember what decides which numbers fit; the next message may be a tap that says nothing of it."""
    found = set(turn.memory.situations) | (turn.situations & _KEPT)
    if "medical" in turn.situations:  # told again, perhaps of somebody else: the last word counts
        found = found - {OWN_BODY} | (turn.situations & {OWN_BODY})
    codes = tuple(guess.code for guess in turn.meaning.needs) if turn.meaning else ()
    kinds = frozenset(turn.meaning.danger.kinds) if turn.meaning else frozenset[str]()
    if fitting.timely(turn) == _BLEEDING and turn.meaning is not None and turn.meaning.danger.level == "now":
        found |= {"medical", OWN_BODY}  # whatever else it sounds like, an ambulance is what helps
    if "police" in kinds or _WITH_POLICE & set(codes):
        found.add("police")
        if kinds & _BODY:
            turn.notes["hurt"] = "yes"
    if "minor" in kinds:
        turn.memory.is_minor = True
    if codes:
        turn.notes["needs"] = ",".join(codes)
    if (place := said_place(turn)) is not None:
        turn.memory.place = place
    turn.memory.situations = tuple(sorted(found))


def said_place(turn: Turn) -> PlaceKey | None:
    """Where she says she is in danger: in this message, or in the one before our question. A place she once looked for
    a clinic in is none."""
    meaning = turn.meaning
    if turn.place is not None:
        return turn.place
    if meaning is not None and meaning.places and not meaning.place_is_ambiguous:
        return meaning.places[0].key
    told = turn.notes.get("told_place", "").split("|")
    is_young = len(told) == 3 and turn.now - datetime.fromisoformat(told[2]) < ASKED_FOR
    return PlaceKey(Tier(told[0]), told[1]) if is_young else None


def needs_of(turn: Turn) -> tuple[str, ...]:
    """The needs this trouble means, from this message or the one before it."""
    if "medical" in turn.memory.situations:
        return ("health.emergency",)
    named = tuple(guess.code for guess in turn.meaning.needs) if turn.meaning else ()
    codes = named or tuple(filter(None, turn.notes.get("needs", "").split(",")))
    if "police" in turn.memory.situations:
        trouble = tuple(code for code in codes if code in _WITH_POLICE) or ("violence.authority",)
        return ("health.emergency", *trouble) if turn.notes.get("hurt") else trouble
    return codes or ("violence.physical",)


def safety_card(turn: Turn) -> str:
    """The whole card in one message."""
    shown, key = _fitting(turn), _head(turn)
    numbers = [t("danger.numbers", turn.language), lines.card(shown, turn.language)] if shown else []
    parts = [t(key, turn.language), *numbers, danger_sentences.closing(key, turn.language)]
    return "\n".join(filter(None, parts))


def abroad(turn: Turn) -> Sequence[Item]:
    """Asked where she is she names another country: the card once more, for no number of here reaches anybody there."""
    if turn.key is not None or len(turn.reading.tokens) > _SHORT or "abroad" in turn.memory.situations:
        return []
    named = country_named(view(turn.reading))
    turn.memory.situations = tuple(sorted({*turn.memory.situations, *named}))
    return [Say(safety_card(turn))] if named else []


def numbers(turn: Turn, *, needs: Sequence[str] = ()) -> Sequence[Say]:
    """The numbers alone. `needs`: of this trouble, not of what she looks for."""
    shown = _fitting(turn, needs)
    if not shown:
        return []
    return [Say("\n".join([t("danger.numbers", turn.language), lines.card(shown, turn.language)]))]


def _head(turn: Turn) -> str:
    if "medical" in turn.memory.situations:
        return "danger.medical_self" if OWN_BODY in turn.memory.situations else "danger.medical"
    if turn.notes.get("harmed"):
        return "danger.self_harm.harmed"
    if "abroad" in turn.memory.situations:
        return "danger.abroad"
    kinds = set(turn.meaning.danger.kinds) if turn.meaning else set[str]()
    if kinds == {"self_harm"} and turn.meaning is not None:
        danger = turn.meaning.danger
        # Whether she has done it already, no other rule says.
        is_undone = danger.source == "model" or danger.rule == MEANS
        return "danger.self_harm.unharmed" if is_undone else "danger.self_harm.harmed"
    return "danger.images" if "digital" in kinds and kinds <= _FROM_AFAR else "danger.first"


def _fitting(turn: Turn, needs: Sequence[str] = ()) -> tuple[lines.Line, ...]:
    place = turn.memory.place
    situations = set(turn.memory.situations)
    if turn.memory.is_minor and "medical" not in situations:
        situations.add("minor_harmed")
    return lines.for_trouble(
        needs=needs or needs_of(turn),
        situations=situations,
        province=province_of(place) if place else None,
        now=turn.now,
        recorded=turn.policy.recorded_lines,
    )
