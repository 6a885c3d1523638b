"""She is in danger and somebody sees her screen, before anybody has her case: help is called, and nothing shows it."""

from collections.abc import Callable, Sequence

from bot.db import Tx
from bot.dialogues import whose_phone
from bot.dialogues.card import take_in
from bot.dialogues.kit import Dialogue, Do, Hand, Item, Standing, Turn
from bot.dialogues.report import opening
from bot.helpline import guards

_SIGNS = frozenset({"aside", "stranger"})
_ASKED = frozenset({"report", "mute"})  # a question about danger stands open


def step_of(turn: Turn, standing: Standing, word: str | None) -> tuple[str, str] | None:
    """The step that answers a sign that somebody else reads along; None: it is none, or a plain cry comes first.

    Without danger "dừng" is the end of it, as ever.
    """
    meaning = turn.meaning
    if meaning is None or word is not None or turn.key is not None:
        return None
    is_quiet = whose_phone.says_still(turn)
    if not is_quiet and not turn.situations & _SIGNS:
        return None
    is_now = meaning.danger.level == "now"
    if is_now and meaning.danger.source != "model":
        return None
    if not is_now and standing.dialogue not in _ASKED:
        return None
    if is_quiet:
        return "watched", "quiet"
    return None if whose_phone.may_be_herself(turn) else ("watched", "neutral")


class Watched(Dialogue):
    """The alarm is raised as always; the phone shows one harmless line."""

    name = "watched"

    def quiet(self, turn: Turn) -> Sequence[Item]:
        """She asks us to be still."""
        return [Do(_call(turn, is_his=False)), Hand("guard", "quiet")]

    def neutral(self, turn: Turn) -> Sequence[Item]:
        """Somebody else writes, or looks over her shoulder."""
        return [Do(_call(turn, is_his=True)), Hand("neutral", "start")]


def _call(turn: Turn, *, is_his: bool) -> Callable[[Tx, int], None]:
    take_in(turn)
    turn.memory.has_alarm = turn.memory.has_case = True
    now, call = turn.now, opening(turn, "now")

    def deed(tx: Tx, lane_id: int) -> None:
        guards.ask_first(tx, lane_id, now=now, of_case_only=False)  # before anything of the case is said
        call(tx, lane_id)
        (guards.go_neutral if is_his else guards.go_quiet)(tx, lane_id, now=now)

    return deed
