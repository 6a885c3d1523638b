"""The question that stood open when another language was chosen is asked once more, in that language."""

from collections.abc import Mapping, Sequence

from bot.dialogues import passing
from bot.dialogues.card import numbers
from bot.dialogues.consenting import ask_consent, ask_consent_briefly
from bot.dialogues.kit import Ask, Done, Hand, Item, Standing, Turn
from bot.outbox import Option
from directory.wording import t

_AGAIN: Mapping[tuple[str, str], tuple[str, str]] = {
    ("report", "now_or_not"): ("report", "now_again"),
    ("report", "whether"): ("report", "anew"),
    ("report", "harmed"): ("report", "harmed_again"),
    ("report", "talk"): ("report", "talk_again"),
    ("report", "agreed"): ("report", "agreed_again"),
    ("report", "where"): ("report", "where_again"),
    ("human", "wanted"): ("human", "start"),
    ("erase", "sure"): ("erase", "start"),
    ("find", "where"): ("find", "look"),
    ("find", "need"): ("find", "look"),
    ("answer", "after"): ("answer", "again"),
    ("welcome", "chosen"): ("welcome", "start"),
    ("declined", "script"): ("declined", "again"),
}
_OPEN = "open_question"  # in the notes of the talk: the step that asks it once more


def keep_open(turn: Turn, standing: Standing) -> None:
    """Note which question stands open; whoever then chooses a language has not answered it."""
    again = _AGAIN.get((standing.dialogue or "", standing.step or ""))
    if again is not None:
        turn.notes[_OPEN] = " ".join(again)


def step_of(turn: Turn, standing: Standing, option: Option) -> tuple[str, str]:
    """Where a choice leads. A language is offered beside a question that goes on standing open."""
    if option.step == "spoken" or option.key.startswith("speak:"):
        keep_open(turn, standing)
    return option.dialogue, option.step


def go_back(turn: Turn) -> Sequence[Item]:
    """Ask the question that stood open; where none did, nothing is waited for."""
    name, _, step = turn.notes.pop(_OPEN, "").partition(" ")
    return [Hand(name, step)] if step else [Done()]


def ask_now(turn: Turn) -> Ask:
    options = (("yes", t("danger.yes", turn.language)), ("no", t("danger.no", turn.language)))
    return Ask(t("danger.question", turn.language), options, "now_or_not")


def ask_harmed(turn: Turn) -> Ask:
    """The question, and below it whom she can call whatever she answers, or if she answers nothing."""
    options = tuple((key, t(f"danger.choice.{key}_harmed", turn.language)) for key in ("yes", "no"))
    said = [
        t("danger.self_harm.question", turn.language),
        *(one.text for one in numbers(turn, needs=("mind.suicide",))),
    ]
    return Ask("\n".join(said), (*options, passing.choice(turn)), "harmed")


class Repeated:
    """What the report asks, once more."""

    def now_again(self, turn: Turn) -> Sequence[Item]:
        return [ask_now(turn)]

    def harmed_again(self, turn: Turn) -> Sequence[Item]:
        return [ask_harmed(turn)]

    def talk_again(self, turn: Turn) -> Sequence[Item]:
        return [ask_consent(turn, "talk")]

    def agreed_again(self, turn: Turn) -> Sequence[Item]:
        return [ask_consent_briefly(turn, "agreed")]

    def where_again(self, turn: Turn) -> Sequence[Item]:
        keys = ("mute", "fine") if turn.memory.has_alarm else ()
        options = [passing.choice(turn)]
        options += [(key, t(f"danger.choice.{key}", turn.language)) for key in keys]
        return [Ask(t("danger.where", turn.language), tuple(options), "where")]
