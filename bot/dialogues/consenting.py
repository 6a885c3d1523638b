"""What a person agrees to before talking with a colleague, in one question; and the four words that lead back."""

import re
from collections.abc import Sequence

from bot.db import Tx
from bot.dialogues.kit import Ask, Do, Item, Say, Turn
from bot.dialogues.passing import is_skipped
from bot.dialogues.refusing import refuses, wishes
from bot.helpline import cases, coming_back, consents, taken_back
from bot.helpline.consents import ConsentTo
from directory.reading import fold
from directory.wording import t

VERSION = "T2-2026-11"
BRIEF = "T2-brief-2026-11"  # in danger: four short sentences
_YES = {
    "cho doc", "duoc doc", "co", "u", "uh", "um", "vang", "da", "yes", "ok", "muon", "dong y", "dc", "duoc",
    "dong y a", "co a", "agree",
}  # fmt: skip
_NO = {
    "khong", "ko", "k", "hk", "hok", "hong", "no", "khong a", "thoi", "thoi khoi", "khoi", "de sau", "khong muon",
    "khong can", "ko can", "ko muon", "luc khac", "chua",
}  # fmt: skip

_POLITE = {
    "da", "vang", "a", "em", "e", "chi", "anh", "ban", "minh", "oi", "nha", "nhe", "nhen", "voi", "please", "pls",
    "thanks", "thank", "you", "ad", "i", "do",
}  # fmt: skip


def ask_consent(turn: Turn, then: str, *, first: str = "report.offer") -> Ask:
    """Who reads what, what they do not see, how long it is kept; then yes or no."""
    text = f"{t(first, turn.language)}\n{t('report.consent', turn.language, days=turn.policy.words_days)}"
    options = (("yes", t("report.yes", turn.language)), ("no", t("report.no", turn.language)))
    return Ask(text, options, then)


def ask_consent_briefly(turn: Turn, then: str, *, is_again: bool = False) -> Ask:
    """The same in few words, after an alarm: whoever is in danger reads no long text. `is_again`: and what for."""
    options = [("yes", t("report.yes", turn.language)), ("no", t("report.no", turn.language))]
    if turn.memory.has_alarm:
        options += [(key, t(f"danger.choice.{key}", turn.language)) for key in ("mute", "fine")]
    text = t("danger.consent", turn.language, days=turn.policy.words_days)
    return Ask(f"{t('danger.consent_why', turn.language)}\n{text}" if is_again else text, tuple(options), then)


def is_yes(turn: Turn) -> bool:
    """Whether the answer is a clear yes; anything else is no."""
    return turn.key == "yes" or (turn.key is None and not _said(turn).isdisjoint(_YES))


def is_no(turn: Turn) -> bool:
    """Whether the answer is a clear no."""
    is_said = turn.key is None and not _said(turn).isdisjoint(_NO)
    return turn.key == "no" or is_said or refuses(turn)


def _said(turn: Turn) -> set[str]:
    """What was typed, and the same without what is only polite: "yes please", "dạ có chị ơi"."""
    typed = fold(turn.text).strip(" .!?")
    return {typed, " ".join(word for word in re.findall(r"\w+", typed) if word not in _POLITE)}


def wants_person(turn: Turn) -> bool:
    """A yes to the offer of a colleague, also as "muốn gặp người thật"."""
    return is_yes(turn) or wishes(turn)


def is_unclear(turn: Turn) -> bool:
    """Neither yes nor no: once, it is asked again, for nobody is left alone over a word that was not understood."""
    if turn.key is not None or is_no(turn) or is_skipped(turn) or turn.notes.get("offered_again"):
        return False
    turn.notes["offered_again"] = "yes"
    return True


def not_now(turn: Turn) -> Say:
    """Nobody is called: after a no, or after words that say neither, which are no goodbye."""
    key = "report.go_on" if is_skipped(turn) or (turn.key is None and not is_no(turn)) else "report.later"
    return Say(t(key, turn.language))


def agree(turn: Turn, version: str = VERSION) -> Do:
    """Keep the yes, with the wording it was given to."""
    now = turn.now

    def deed(tx: Tx, lane_id: int) -> None:
        known = cases.of_lane(tx.connection, lane_id)
        if known is not None:
            consents.give(tx, known.id, ConsentTo.TALK, version, now=now)

    return Do(deed)


def refuse(turn: Turn) -> Do:
    """Remember that she was asked and said no: what she writes from now on is shown to nobody."""
    now = turn.now

    def deed(tx: Tx, lane_id: int) -> None:
        known = cases.of_lane(tx.connection, lane_id)
        if known is not None:
            consents.refuse(tx, known.id, ConsentTo.TALK, now=now)

    return Do(deed)


def is_agreed(tx: Tx, lane_id: int) -> bool:
    """Whether the open case has its yes already; without a case there is nothing to ask."""
    known = cases.of_lane(tx.connection, lane_id)
    return known is None or consents.has(tx.connection, known.id, ConsentTo.TALK)


def withdraw(turn: Turn) -> Do:
    """Take the yes to being read back; without an open case there is nothing to stop."""
    now = turn.now

    def deed(tx: Tx, lane_id: int) -> None:
        if cases.of_lane(tx.connection, lane_id) is not None:
            taken_back.take_back(tx, lane_id, ConsentTo.TALK, now=now)

    return Do(deed)


def give_code(turn: Turn, *, only_with_case: bool = False) -> Sequence[Item]:
    """The four words, before anybody has to wait; nothing if this talk has them already."""
    now, policy, spare, language = turn.now, turn.policy, turn.spare, turn.language

    def deed(tx: Tx, lane_id: int) -> str | None:
        if only_with_case and cases.of_lane(tx.connection, lane_id) is None:
            return None
        return coming_back.give(tx, lane_id, spare, now=now, policy=policy)

    return [Do(deed, lambda words: [Say(t("returning.code", language, code=words))] if words else [])]
