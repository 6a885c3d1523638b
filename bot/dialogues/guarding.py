"""When somebody else may hold the phone: a neutral voice about health, and the agreed word that leads back."""

from collections.abc import Sequence

from bot.db import Tx
from bot.dialogues import fitting
from bot.dialogues.card import safety_card, said_place, take_in
from bot.dialogues.kit import Ask, Dialogue, Do, Done, Item, Say, Turn
from bot.helpline import cases, guards, relay
from bot.helpline.progress import progress
from bot.masking import Masked
from directory import answers, articles
from directory.wording import HCMC, t


class Guard(Dialogue):
    """Whether she can talk, before anything of her case is shown again."""

    name = "guard"

    def start(self, turn: Turn) -> Sequence[Item]:
        def ask(tx: Tx, lane_id: int) -> bool:
            return guards.has_word(tx.connection, lane_id)

        return [Do(ask, lambda has_word: [question(turn.language, has_word=has_word)])]

    def checked(self, turn: Turn) -> Sequence[Item]:
        """The tap. Where a word was agreed there is no tap for yes, so that nobody guesses it."""
        if turn.key != "ok":
            return [Say(t("guard.later", turn.language)), Done()]
        return [  # a button from before the word was agreed opens nothing
            Do(
                lambda tx, lane_id: guards.has_word(tx.connection, lane_id),
                lambda has_word: [question(turn.language, has_word=True)] if has_word else self.opened(turn),
            )
        ]

    def opened(self, turn: Turn) -> Sequence[Item]:
        """It is she: what the colleague wrote meanwhile is brought now."""
        now = turn.now

        def open_up(tx: Tx, lane_id: int) -> None:
            is_shut = guards.since(tx.connection, lane_id) is not None
            guards.open_again(tx, lane_id, now=now)
            if is_shut:
                relay.bring_unshown(tx, lane_id, now=now)

        def how_far(tx: Tx, lane_id: int) -> str | None:
            return progress(tx.connection, lane_id, now=now, language=turn.language)

        return [
            Say(t("guard.opened", turn.language)),
            Do(how_far, lambda said: [Say(said)] if said else []),
            Do(open_up),
            Done(),
        ]

    def quiet(self, turn: Turn) -> Sequence[Item]:
        """She asked us to be still. One line that gives nothing away, then nothing until she writes."""
        return [Say(t("guard.quiet", turn.language)), Done()]

    def cry(self, turn: Turn) -> Sequence[Item]:
        """Danger gets through whoever may hold the phone: the card, the alarm, and not a word about a case.

        What a colleague answers waits for one tap, or for her word: the same question as ever stands below the card.
        """
        take_in(turn)
        now, policy, text, place = turn.now, turn.policy, turn.text, said_place(turn)

        def alarm(tx: Tx, lane_id: int) -> bool | None:
            opened = cases.open_case(tx, lane_id, urgency="now", need=None, place=place, now=now, policy=policy)
            if text:
                relay.from_person(tx, opened.case.id, Masked(text), now=now)
            return guards.cry_waits(tx, lane_id, now=now)

        def ask(has_word: bool | None) -> Sequence[Item]:
            return [Done()] if has_word is None else [question(turn.language, has_word=has_word)]

        return [Say(safety_card(turn)), Do(alarm, ask)]


class Neutral(Dialogue):
    """Health information, as any such page gives it. Nothing here knows of a case."""

    name = "neutral"

    def start(self, turn: Turn) -> Sequence[Item]:
        return [Say(t("guard.neutral", turn.language)), Done()]

    def answer(self, turn: Turn) -> Sequence[Item]:
        """An article about health if one fits, otherwise what can be asked here."""
        found = answers.find(turn.reading, library=turn.shelf.library, about=None)
        today, days = turn.now.astimezone(HCMC).date(), turn.policy.law_shown_days
        for id in found.ids[:1]:
            article = (turn.shelf.library or answers.shipped()).get(id, turn.language)
            is_health = (
                article is not None
                and bool(article.needs)
                and all(code.startswith("health.") for code in article.needs)
            )
            if article is not None and is_health and not articles.is_hidden(article, today, days=days):
                return [Say(fitting.words(article, turn.language, today=today)), Done()]
        return [Say(t("guard.neutral_more", turn.language)), Done()]


class Word(Dialogue):
    """A word of her own, by which we know that it is she."""

    name = "word"

    def start(self, turn: Turn) -> Sequence[Item]:
        options = (("skip", t("danger.skip", turn.language)),)
        return [Ask(t("guard.choose_word", turn.language), options, "chosen")]

    def chosen(self, turn: Turn) -> Sequence[Item]:
        if turn.key == "skip":
            return [Say(t("guard.no_word", turn.language)), Done()]
        word, now = turn.text, turn.now
        return [
            Do(
                lambda tx, lane_id: guards.agree_word(tx, lane_id, word, now=now),
                lambda done: [Say(t("guard.word_kept" if done else "guard.word_too_long", turn.language))],
            ),
            Done(),
        ]


def question(language: str, *, has_word: bool) -> Ask:
    """Neutral words: they may be read by anybody."""
    later = ("later", t("guard.choice.later", language))
    if has_word:
        return Ask(t("guard.word", language), (later,), "checked")
    return Ask(t("guard.can_talk", language), (("ok", t("guard.choice.ok", language)), later), "checked")
