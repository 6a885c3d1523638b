"""How a question some days later is answered in words instead of with its buttons."""

import re
from collections.abc import Sequence

from bot.dialogues import passing
from bot.outbox import Option
from bot.understanding import Meaning
from directory.reading import fold

_NOT = re.compile(r"\b(?:khong|ko|k|hk|hok|hong|kg|chua|chang|cha|het|not|no|never|isn't|don't|bad)\b")
_WELL = re.compile(r"\b(?:on|khoe|tot|vui|binh thuong|bth|oke?|u|uh|um|da|vang|co|roi|xong|fine|good|well|yes|great)\b")
_LOW = re.compile(r"\b(?:met|chan|buon|so|dau|te|khoc|mat ngu|co don|tuyet vong|lo|sad|tired|scared|afraid)\b")
_STOP = re.compile(r"\b(?:dung|thoi|khoi|khong) (?:co )?(?:hoi|nhan|goi)\b|\bstop\b")
_PLAIN = frozenset({None, "unclear"})
_ALSO = frozenset({"greeting", "thanks", "feedback", "erase", "find", "ask", "about_bot"})  # short words read as these
_WISHED = 0.3  # so surely a need must be stated to be more than a mood
_HERS = frozenset({"fine", "quiet", "state", "mute", "low"})
_SHORT = 60  # characters; what is longer is a story, and the house listens to it


def spoken(offered: Sequence[Option], text: str, meaning: Meaning | None) -> Option | None:
    """The button that these words mean, if the newest question is one of those; doubt is "chưa ổn", never a menu.

    Danger, a wish and a question of her own are answered as ever; so are signs that somebody else writes.
    """
    ours = {option.key.partition("|")[2]: option for option in offered if option.dialogue == "check_in"}
    if passing.is_said(text):
        return ours.get(passing.SKIP)
    if not ours or meaning is None or meaning.places or not meaning.situations <= _HERS:
        return None
    plain = fold(text).strip(" .!?")
    if len(plain) > _SHORT or not plain:
        return None
    is_felt = meaning.danger.level != "none"  # and if only by the model, a plain "đừng hỏi nữa" is no danger
    if (meaning.intent == "stop" or _STOP.search(plain)) and not (is_felt and meaning.danger.source != "model"):
        return ours.get("stop")
    if is_felt:
        return None
    is_wished = any(guess.score >= _WISHED for guess in meaning.needs)
    if _NOT.search(plain) or _LOW.search(plain):
        is_hers = meaning.intent in _PLAIN or (meaning.intent in _ALSO and not is_wished)
        return ours.get("unwell") if is_hers else None
    if _WELL.search(plain):
        return ours.get("well") if meaning.intent in _PLAIN | _ALSO and not is_wished else None
    return ours.get("unwell") if meaning.intent in _PLAIN and not is_wished else None
