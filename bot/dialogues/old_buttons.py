"""Buttons outlive their question: one about a case that is closed does nothing in the next, and says so kindly."""

from bot.db import Tx
from bot.dialogues.kit import Turn
from bot.helpline.casebook import of_lane
from bot.helpline.progress import progress
from bot.outbox import Option, tell_person
from directory.wording import t

# Asked only about an open case: without that case there is nothing left to answer.
_OF_A_CASE = frozenset(
    {
        ("report", "agreed"), ("report", "where"), ("entrust", "sure"), ("mute", "tapped"), ("tapped", "answer"),
        ("consent", "answer"), ("consent", "words"), ("consent", "hour"), ("referral", "answer"),
    }
)  # fmt: skip
# Asked without a case too; in one that was opened since they would say yes or no to something else.
_BEFORE_ONE = frozenset(
    {("report", "talk"), ("report", "now_or_not"), ("report", "harmed"), ("human", "wanted"), ("copy", "sure")}
)
_STILL_TRUE = frozenset(  # what calls for help, or shows a way to, never grows old
    {
        ("report", "now_or_not", "yes"), ("report", "harmed", "yes"), ("report", "agreed", "mute"),
        ("report", "where", "mute"),
    }
)  # fmt: skip


def is_over(tx: Tx, lane_id: int, turn: Turn, option: Option) -> bool:
    """Whether what this button answers is no more; then she has been told so, and how far the case is that is open."""
    is_old = _answers_nothing(tx, lane_id, option)
    if is_old:
        stands = progress(tx.connection, lane_id, now=turn.now, language=turn.language)
        said = "\n".join(filter(None, (t("small.over", turn.language), stands)))
        tell_person(tx, lane_id, said, now=turn.now, urgent=bool(stands))
    return is_old


def _answers_nothing(tx: Tx, lane_id: int, option: Option) -> bool:
    """It would be taken for an answer to something else."""
    step = (option.dialogue, option.step)
    if step not in _OF_A_CASE | _BEFORE_ONE or (*step, option.key) in _STILL_TRUE or option.key.startswith("article:"):
        return False
    known = of_lane(tx.connection, lane_id)
    if known is None:
        return step in _OF_A_CASE
    return option.at is not None and option.at < known.opened_at
