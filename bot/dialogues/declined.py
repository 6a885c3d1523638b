"""What we do not help with, said calmly with what we can do; insults; and a script that nobody here can read."""

import unicodedata
from collections.abc import Sequence

from bot.dialogues import fitting, passing
from bot.dialogues.kit import Ask, Dialogue, Hand, Item, Say, Turn
from directory import languages
from directory.wording import FALLBACK, t

_OTHER = "en"  # the language most likely read by whoever reads no Vietnamese


def is_unreadable(text: str) -> bool:
    """Whether most letters are of a script in which we understand nothing, so that danger cannot be heard either."""
    letters = [sign for sign in text[:500] if sign.isalpha()]
    latin = sum(unicodedata.name(sign, "").startswith("LATIN") for sign in letters)
    return bool(letters) and latin * 2 < len(letters)


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
        """Two languages and two buttons: danger is asked about, since we cannot read whether there is any; and which
        languages there are."""
        names = ", ".join(one.name for one in languages.enabled())
        said = [
            t(key, one, names=names) for key in ("declined.script", "declined.languages") for one in (FALLBACK, _OTHER)
        ]
        text = "\n".join(said)
        options = tuple(
            (key, " · ".join(t(f"declined.choice.{key}", language) for language in (FALLBACK, _OTHER)))
            for key in ("danger", "no_danger")
        )
        return [Ask(text, options, "chosen")]

    def chosen(self, turn: Turn) -> Sequence[Item]:
        key = turn.key or ""
        if key.startswith("article:"):
            return [Hand("answer", "read")]
        if key == passing.SKIP:
            return passing.left(turn)
        if key == "danger":
            return [Hand("report", "now")]
        return [Hand("human" if key == "human" else "welcome")]


def _ask(turn: Turn, key: str, ids: tuple[str, ...]) -> Ask:
    known = [(f"article:{id}", fitting.title(turn, id)) for id in ids if fitting.article(turn, id) is not None]
    return Ask(t(key, turn.language), (*known, ("human", t("find.human", turn.language))), "chosen")
