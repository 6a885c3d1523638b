"""What we do not help with, said calmly with what we can do; insults; and a script that nobody here can read."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from bot.dialogues import fitting, passing
from bot.dialogues.card import safety_card, take_in
from bot.dialogues.consenting import is_no, is_yes
from bot.dialogues.kit import Ask, Dialogue, Hand, Item, Say, Turn
from bot.dialogues.speaking import speak
from directory import languages, lines, spoken, wording
from directory.wording import FALLBACK, t

BOTH = (FALLBACK, "en")  # English is most likely read by whoever reads no Vietnamese
MOST_LANGUAGES = 2
_SCRIPT = "declined.script"
_ASKED = "script"  # in the notes of the talk: the languages and the number were told


def is_unreadable(text: str) -> bool:
    """Whether most letters are of a script in which we understand nothing, so that danger cannot be heard either."""
    if text.isascii():
        return False
    letters = [sign for sign in text[:500] if sign.isalpha()]
    latin = sum(sign.isascii() or unicodedata.name(sign, "").startswith("LATIN") for sign in letters)
    return bool(letters) and latin * 2 < len(letters)


def read_in(turn: Turn) -> tuple[str, ...]:
    """The languages in which somebody is greeted: both, where nobody knows which is read."""
    return BOTH if turn.key is None and is_unreadable(turn.text) else (turn.language,)


class Declined(Dialogue):
    """Nobody is scolded; a person stays one tap away."""

    name = "declined"

    def start(self, turn: Turn) -> Sequence[Item]:
        return [Hand("small", "unclear")]

    def forged(self, turn: Turn) -> Sequence[Item]:
        """Forged papers are asked for: real ones are what she needs, and those we know about."""
        return [_ask(turn, "declined.forged", ("id-card-lost",))]

    def drugs(self, turn: Turn) -> Sequence[Item]:
        """Drugs are asked for. Nothing of it is kept."""
        return [_ask(turn, "declined.drugs", ("overdose", "methadone"))]

    def insult(self, turn: Turn) -> Sequence[Item]:
        """Perhaps we were of no use: other ways are shown."""
        return [Say(t("declined.insult", turn.language)), Hand("welcome")]

    def unreadable(self, turn: Turn) -> Sequence[Item]:
        """In two languages: danger is asked about, since we cannot read whether there is any; which languages there
        are; and the number that fits where nothing is known. A person is one tap away."""
        tongue = spoken.by_letters(turn.text)
        turn.memory.speaks = f"{spoken.WISH}{tongue}" if tongue else turn.memory.speaks
        is_again = turn.notes.get(_ASKED) == "yes"
        turn.notes[_ASKED] = "yes"
        return [_ask_danger(turn, (*_also(tongue), *BOTH), is_brief=is_again)]

    def again(self, turn: Turn) -> Sequence[Item]:
        """The same in the language that was chosen since."""
        return [_ask_danger(turn, (turn.language,), is_brief=True)]

    def script(self, turn: Turn) -> Sequence[Item]:
        """The answer, tapped or in one word. The card is said in both languages: nobody knows which is read."""
        key = turn.key or answered(turn) or ""
        if key == passing.SKIP:
            return passing.left(turn)
        if key == "danger":
            take_in(turn)
            other = next(one for one in BOTH if one != turn.language)
            return [Say(safety_card(replace(turn, language=other))), Hand("report", "now")]
        return speak(turn) or [Hand("human" if key == "human" else "welcome")]

    def chosen(self, turn: Turn) -> Sequence[Item]:
        key = turn.key or ""
        if key.startswith("article:"):
            return [Hand("answer", "read")]
        if key == passing.SKIP:
            return passing.left(turn)
        return [Hand("human" if key == "human" else "welcome")]


def answered(turn: Turn) -> str | None:
    """What a word says to "are you in danger", also in a script of which we read nothing else; None for other words."""
    if turn.key is not None:
        return None
    if is_yes(turn) or spoken.says_yes(turn.text):
        return "danger"
    return "no_danger" if is_no(turn) or spoken.says_no(turn.text) else None


def _also(tongue: str) -> tuple[str, ...]:
    """Her own language, where somebody has translated this sentence and a second speaker has read it."""
    known = languages.known().get(tongue)
    is_there = known is not None and known.state != "draft" and _SCRIPT in wording.catalogue(tongue)
    return (tongue,) if is_there else ()


def _ask_danger(turn: Turn, said_in: Sequence[str], *, is_brief: bool) -> Ask:
    names = ", ".join(one.name for one in languages.enabled())
    parts = [t(_SCRIPT, one) for one in said_in]
    if not is_brief:
        safe = lines.for_trouble(needs=(), province=None, now=turn.now, recorded=turn.policy.recorded_lines)
        parts += [t("declined.languages", one, names=names) for one in said_in]
        parts += [lines.card(safe, one) for one in said_in]
    keys = ("danger", "no_danger", "human")
    labels = [" · ".join(t(f"declined.choice.{key}", one) for one in said_in) for key in keys]
    others = [(f"speak:{one.code}", one.name) for one in languages.enabled() if one.code != turn.language]
    return Ask("\n".join(parts), (*zip(keys, labels, strict=True), *others[:MOST_LANGUAGES]), "script")


def _ask(turn: Turn, key: str, ids: tuple[str, ...]) -> Ask:
    known = [(f"article:{id}", fitting.title(turn, id)) for id in ids if fitting.article(turn, id) is not None]
    return Ask(t(key, turn.language), (*known, ("human", t("find.human", turn.language))), "chosen")
