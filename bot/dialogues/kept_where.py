"""Where a shelter is stays with us, whoever asks: why, how one gets in all the same, and is somebody following her."""

import re

from bot.dialogues import card
from bot.dialogues.kit import Turn
from directory.listings import Listing
from directory.reading import fold
from directory.wording import t

SHELTER, FOLLOWED = "shelter.refuge", "violence.physical"
_MOST = 160  # characters: who insists does so briefly; a story is heard as one
_WHERE = re.compile(
    r"\b(?:dia chi|so nha|duong (?:nao|gi)|pho nao|(?:ngo|hem) (?:nao|may)|phuong nao|quan nao|khu nao|cho nao vay"
    r"|toa do|ban do|dinh vi|address|street|coordinates|location|map)\b"
)
_BARE_WHERE = re.compile(r"\bo dau\b|\bwhere\b")
_GUESS = re.compile(
    r"⟦|\b(?:so|ngo|ngach|hem|duong|pho|phuong) \w+.*\b(?:phai|dung) (?:khong|ko|k|hk|hong|vay)\b|\bco phai\b.*\bo\b"
)
_SHELTER = re.compile(r"\b(?:tam lanh|mai am|nha an toan|nha binh yen|shelter|safe house|refuge)\b")


def is_asked(turn: Turn) -> bool:
    """Whether the message wants to know, or guesses, where a shelter is. Danger is answered before."""
    if turn.key is not None or turn.meaning is None or not turn.text or len(turn.text) > _MOST:
        return False
    if turn.meaning.intent == "wrong_listing":
        return False  # noted, and nothing is told by that
    plain, has_shown = fold(turn.text), bool(_shown(turn))
    if _SHELTER.search(plain):
        return bool(_WHERE.search(plain) or _GUESS.search(plain)) or (has_shown and bool(_BARE_WHERE.search(plain)))
    is_bare = not turn.meaning.places and (turn.memory.need or "").startswith("shelter.")
    return has_shown and is_bare and bool(_WHERE.search(plain) or _GUESS.search(plain))


def answer(turn: Turn) -> str:
    """The gate and its phone, why nothing more is told, and what to do if she is followed."""
    language = turn.language
    gates = [line for one in _shown(turn) for line in (one.service, *_phones(one, language))]
    numbers = [item.text for item in card.numbers(turn, needs=(FOLLOWED,))]
    parts = [t("shelter.kept", language), *gates, t("shelter.kept.followed", language), *numbers]
    return "\n".join(parts)


def _phones(one: Listing, language: str) -> list[str]:
    return [t("listing.phone", language, number=number) for number in one.phones]


def _shown(turn: Turn) -> list[Listing]:
    found = [turn.shelf.get(id_) for id_ in turn.memory.last_shown]
    return [one for one in found if one is not None and one.is_sealed]
