"""Forgets a person for good after one question; with a case open, help may stay without the words."""

from collections.abc import Sequence
from typing import Any

from bot.db import Tx
from bot.dialogues.kit import Ask, Dialogue, Do, Done, Hand, Item, Memory, Say, Turn
from bot.helpline import coming_back, erasure, guards
from bot.helpline.truth import when
from directory.reading import fold
from directory.wording import t

_YES = {"co", "xoa", "dong y", "yes", "ok", "u", "uh", "vang", "da", "delete"}
_ALL = {"xoa het", "xoa di", "xoa tat ca", "delete all", "erase all", "erase everything"}
_WORDS = {"xoa loi", "xoa loi van gui nguoi giup", "van gui nguoi giup", "erase the words"}


class Erase(Dialogue):
    """Asked once, never "why"; `reception` does the rest in two deeds."""

    name = "erase"

    def start(self, turn: Turn) -> Sequence[Item]:
        now = turn.now
        return [Do(lambda tx, lane_id: erasure.counts(tx.connection, lane_id, now), lambda counts: _ask(turn, counts))]

    def sure(self, turn: Turn) -> Sequence[Item]:
        """The answer. Only a clear yes erases; `turn.notes` tells reception to begin."""
        said = fold(turn.text).strip(" .!?").replace(",", "") if turn.key is None else ""
        has_case = turn.notes.get("has_case") == "yes"
        if turn.key in ("yes", "all", "words") and not has_case:
            return self._still_so(turn)
        if turn.key == "copy":
            return [Hand("copy")]
        if turn.key == "words" or (has_case and said in _WORDS):
            return self._words(turn)
        if turn.key in ("yes", "all") or said in _ALL or (said in _YES and not has_case):
            return self._all(turn)
        if said in _YES:  # with help on its way, which of the two is meant is her own choice
            return [_two(turn, t("erase.which", turn.language))]
        return [Say(t("erase.kept", turn.language)), Done()]

    def word(self, turn: Turn) -> Sequence[Item]:
        """The organisation wants the agreed word before an alarm is erased: somebody else might type "xoá"."""
        text, code_hash, now = turn.text, turn.code_hash, turn.now

        def is_hers(tx: Tx, lane_id: int) -> bool:
            owns = code_hash is not None and coming_back.owner(tx.connection, code_hash, now) == lane_id
            return owns or guards.is_word(tx, lane_id, text)

        other = t("erase.not_the_word", turn.language)
        return [Do(is_hers, lambda yes: self._begin(turn) if yes else [_two(turn, other)])]

    def _still_so(self, turn: Turn) -> Sequence[Item]:
        """A button from before help was called: whether all goes, or the words alone, is a question of its own now."""
        now, chosen = turn.now, self._words if turn.key == "words" else self._all

        def go_on(counts: Any) -> Sequence[Item]:
            return _ask(turn, counts) if counts.has_open_case else chosen(turn)

        return [Do(lambda tx, lane_id: erasure.counts(tx.connection, lane_id, now), go_on)]

    def _all(self, turn: Turn) -> Sequence[Item]:
        if not turn.policy.erase_check_word or turn.notes.get("has_alarm") != "yes":
            return self._begin(turn)
        options = (("words", t("erase.choice.words", turn.language)), ("no", t("erase.no", turn.language)))
        return [Ask(t("erase.word", turn.language), options, "word_or_tap")]

    def word_or_tap(self, turn: Turn) -> Sequence[Item]:
        return self.sure(turn) if turn.key is not None else self.word(turn)

    def _begin(self, turn: Turn) -> Sequence[Item]:
        turn.notes["erase"] = "now"
        return []

    def _words(self, turn: Turn) -> Sequence[Item]:
        now, memory, said = turn.now, turn.memory, t("erase.words_done", turn.language)
        instead = (t("erase.words_done_whole", turn.language), t("erase.words_done_some", turn.language))

        def forget(tx: Tx, lane_id: int) -> None:
            erasure.forget_words(tx, lane_id, now=now, said=said, instead=instead)

        kept = Memory(is_welcomed=True, has_case=memory.has_case, has_alarm=memory.has_alarm, is_mute=memory.is_mute)
        turn.memory = kept
        return [Do(forget), Done()]


def _ask(turn: Turn, counts: Any) -> Sequence[Item]:
    question = t("erase.question", turn.language, messages=counts.messages)
    if counts.kept_out_until is not None:
        moment = when(counts.kept_out_until, turn.now, turn.language)
        question = f"{question}\n{t('erase.still_kept_out', turn.language, when=moment)}"
    if not counts.has_open_case:
        options = [("yes", t("erase.yes", turn.language))]
        if turn.policy.own_copy and counts.messages and counts.has_words:
            options.append(("copy", t("erase.choice.copy", turn.language)))
        return [Ask(question, (*options, ("no", t("erase.no", turn.language))), "sure")]
    turn.notes["has_case"] = "yes"
    turn.notes["has_alarm"] = "yes" if counts.has_alarm else ""
    return [_two(turn, f"{question}\n{t('erase.open_case', turn.language)}")]


def _two(turn: Turn, question: str) -> Ask:
    """All, or the words alone while help stays on its way."""
    language = turn.language
    options = [("all", t("erase.yes", language)), ("words", t("erase.choice.words", language))]
    if turn.policy.own_copy:
        options.append(("copy", t("erase.choice.copy", language)))
    return Ask(question, (*options, ("no", t("erase.no", language))), "sure")
