"""Which step may follow which in the life of a case."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a case stands."""

    WAITING = "waiting"  # in the queue, nobody has it
    TAKEN = "taken"  # a colleague talks with the person
    HELD = "held"  # the same colleague keeps it until an agreed hour
    HANDED = "handed"  # offered to one named colleague, who has not answered yet
    CLOSED = "closed"


class Deed(StrEnum):
    """What can be done to a case."""

    TAKE = "take"
    HAND_BACK = "hand_back"
    HOLD = "hold"
    HOLD_OVER = "hold_over"
    HAND_OVER = "hand_over"
    WORSEN = "worsen"
    CLOSE = "close"


OPEN = frozenset({State.WAITING, State.TAKEN, State.HELD, State.HANDED})
OWNED = frozenset({State.TAKEN, State.HELD, State.HANDED})

MOVES: Mapping[tuple[State, Deed], State] = {
    (State.WAITING, Deed.TAKE): State.TAKEN,
    (State.HELD, Deed.TAKE): State.TAKEN,
    (State.HANDED, Deed.TAKE): State.TAKEN,
    (State.TAKEN, Deed.HAND_BACK): State.WAITING,
    (State.HELD, Deed.HAND_BACK): State.WAITING,
    (State.HANDED, Deed.HAND_BACK): State.WAITING,
    (State.TAKEN, Deed.HOLD): State.HELD,
    (State.HELD, Deed.HOLD): State.HELD,
    (State.HELD, Deed.HOLD_OVER): State.WAITING,
    (State.TAKEN, Deed.HAND_OVER): State.HANDED,
    (State.HELD, Deed.HAND_OVER): State.HANDED,
    (State.HELD, Deed.WORSEN): State.WAITING,  # danger now waits for no agreed hour
    (State.HANDED, Deed.WORSEN): State.WAITING,
    **{(state, Deed.CLOSE): State.CLOSED for state in OPEN},
}


def after(state: State, deed: Deed) -> State | None:
    """The state that follows, or None if this cannot be done now. A closed case never opens again."""
    return MOVES.get((state, deed))
