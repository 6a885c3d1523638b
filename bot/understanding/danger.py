"""Decides how dangerous the situation is that a message speaks of, and says which rule or which words think so."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.understanding.features import Groups, stretches
from bot.understanding.model import Opinion, opinion, shipped
from bot.understanding.patterns import View
from bot.understanding.rules import Examined, Hit, examine
from bot.understanding.topics import Topics, sounds_like
from bot.understanding.weighing import weigh
from directory.reading import Reading

FEWEST = 3  # words; fewer sound like no need yet
_WHOLLY_HEARD = 2  # stretches; of a longer message what stands between them is heard by the model of danger alone


@dataclass(frozen=True, slots=True)
class Danger:
    """`now`: in progress or within hours; `violence`: happened or goes on; `none`. `doubt`: the person is asked."""

    level: str = "none"
    kinds: tuple[str, ...] = ()
    source: str | None = None
    rule: str | None = None
    span: tuple[int, int] | None = None
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """The danger, and what it was judged by: `parts` are the features of the message, and `sounds` what else it sounds
    like, for whoever needs them again; `felt` is the model's opinion before the two were weighed together."""

    danger: Danger
    examined: Examined
    second: Opinion
    parts: list[Groups]
    sounds: Topics
    felt: Opinion


def look(reading: Reading, seen: View) -> Look:
    """The danger a message speaks of. Rules first; the model may raise what they say and never lowers it."""
    examined = examine(reading, seen)
    parts = stretches(reading, examined.features)
    sounds, felt = sounds_like(parts), opinion(parts)
    is_heard = len(reading.tokens) >= FEWEST and len(parts) <= _WHOLLY_HEARD
    second = weigh(felt, sounds, shipped().weighed) if is_heard else felt
    return Look(judge(examined, second, shipped().marks), examined, second, parts, sounds, felt)


def judge(examined: Examined, second: Opinion, marks: Mapping[str, float]) -> Danger:
    """Rules and model together. `marks`: from where on the model makes us ask, agrees with a rule, raises the alarm."""
    is_past = "past" in examined.cues and "now" not in examined.cues
    is_over = is_past or "if" in examined.cues
    fixed = [hit for hit in examined.standing if hit.rule.level == "now"]
    rising = [hit for hit in examined.standing if hit.rule.rises and "now" in examined.cues]
    if fixed and not is_over:
        return _told(examined, "now", fixed[0])
    if rising and not is_over and second.now >= marks["agree"]:
        return _told(examined, "now", rising[0])
    if second.now >= marks["alarm"]:
        return _told(examined, "now", _best(examined))
    if examined.standing:
        best = examined.standing[0]
        is_open = not is_past or best.rule.doubt or second.now >= marks["agree"]
        return _told(examined, "violence", best, doubt=is_open or "if" in examined.cues)
    if second.danger >= marks["ask"] or second.now >= marks["ask_now"]:
        return _told(examined, "violence", _best(examined), doubt=second.danger < marks["sure"] or not is_past)
    return Danger()


def _best(examined: Examined) -> Hit | None:
    found = (*examined.standing, *examined.hinted)
    return found[0] if found else None


def _told(examined: Examined, level: str, best: Hit | None, *, doubt: bool = False) -> Danger:
    """The answer with its reason. Where no rule has a name for it, the model alone is the source."""
    hits = (*examined.standing, *examined.hinted)  # hints name further kinds: beaten by police is both
    kinds = tuple(dict.fromkeys(kind for hit in hits for kind in hit.rule.kinds)) or ("threat",)
    if best is None:
        return Danger(level, kinds, "model", None, None, doubt)
    source = "rule" if best in examined.standing else "model"
    return Danger(level, kinds, source, best.rule.id, best.span, doubt)
