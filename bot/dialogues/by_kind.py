"""A kind of place is looked for and no need was said: "nhà thuốc ở Cầu Giấy". None is guessed for it."""

from bot.dialogues.kit import Memory, Turn
from directory import bare_kinds, needs
from directory.wording import t


def take_in(turn: Turn) -> bool:
    """Whether the message names a kind and nothing else; the talk is then about that, and a new list begins."""
    memory, kind = turn.memory, turn.meaning.kind if turn.meaning else ""
    if not kind:
        return False
    if sought(memory) != kind:
        memory.kind, memory.need, memory.shown, memory.last_shown = kind, bare_kinds.MEANS.get(kind), (), ()
    return True


def sought(memory: Memory) -> str:
    """The kind that is looked for; empty once a need was said instead."""
    return memory.kind if memory.need == bare_kinds.MEANS.get(memory.kind) else ""


def is_nothing(memory: Memory) -> bool:
    """Whether nothing is looked for yet."""
    return memory.need is None and not sought(memory)


def label(memory: Memory, language: str) -> str:
    """What is looked for, in words."""
    if kind := sought(memory):
        return t(f"console.kind.{kind}", language)
    return needs.label(memory.need or "", language)
