"""Decides how dangerous the situation is that a message speaks of, and says which rule thinks so."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from bot.understanding.model import Opinion, opinion
from bot.understanding.patterns import NEGATIONS, Pattern, View, compile_pattern
from directory.reading import Reading

HERE = Path(__file__).resolve().parent
_BETWEEN = frozenset(
    [
        "co",
        "ai",
        "bao",
        "gio",
        "he",
        "tung",
        "phai",
        "bi",
        "con",
        "hay",
        "la",
        "em",
        "minh",
        "toi",
        "tui",
        "nguoi",
        "lan",
        "nao",
        "duoc",
        "khach",
        "no",
        "chong",
    ]
)
_INTENSE = frozenset(
    [
        "doi",
        "met",
        "nong",
        "cuoi",
        "vui",
        "lanh",
        "buon",
        "ngu",
        "mac",
        "re",
        "dep",
        "ngon",
        "cay",
        "lo",
        "gian",
        "quay",
    ]
)
# From here on the model alone makes us ask; chosen on messages by authors whom the model had not read.
ASK_FROM = 0.6
# From here on the model's agreement makes a rule's hit one of this moment.
RISES_FROM = 0.25
AGREES_FROM = 0.3
# Below this the model has heard nothing of danger: a loose rule alone is asked about. The model never silences a rule.
HEARD_FROM = 0.2


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
class Rule:
    """One rule of `danger.yaml`. `is_strict`: believed even where the model has heard nothing."""

    id: str
    level: str
    kinds: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    rises: bool
    doubt: bool
    is_strict: bool
    examples: tuple[str, ...]
    counters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fits, and where."""

    rule: Rule
    start: int
    end: int


def look(reading: Reading, seen: View) -> Danger:
    """The danger a message speaks of. Rules first; the model can only make us ask, or agree that it is now."""
    hits = _hits(_without_harmless(seen))
    second = opinion(reading)
    if _is_harmless_talk(seen, hits):
        return Danger()
    if not hits:
        is_short = len(seen.spans) <= 6
        if second.danger >= (0.85 if is_short else ASK_FROM) and len(seen.spans) >= 4:
            return Danger("violence", ("threat",), "model", None, None, doubt=True)  # alone it may only ask
        return Danger()
    judged = _judge(seen, hits, second)
    if second.danger < HEARD_FROM and len(seen.spans) > 6 and not any(hit.rule.is_strict for hit in hits):
        return replace(judged, level="violence", doubt=True) if judged.level != "none" else judged
    return judged


def _judge(seen: View, hits: list[Hit], second: Opinion) -> Danger:
    is_past = _has(seen, "past") and not _has(seen, "now")
    is_if = _has(seen, "if") and len(seen.spans) < 25 and second.danger < ASK_FROM
    best = hits[0]
    fixed = [hit for hit in hits if hit.rule.level == "now"]
    rises = [hit for hit in hits if hit.rule.rises]
    # A few words say little about when: a higher bar, and the person is asked.
    bar = 0.35 if len(seen.spans) <= 8 else 0.0
    is_now = False
    if fixed and not is_past and not is_if:
        is_now, best = True, fixed[0]
    elif rises and not is_past and not is_if and (_has(seen, "now") or second.now >= RISES_FROM + bar):
        is_now, best = True, rises[0]
    elif second.now >= AGREES_FROM + bar and not is_past and not is_if:
        is_now = True
    if is_now and second.now < 0.15 and second.danger < ASK_FROM and len(seen.spans) > 5:
        is_now = False
    kinds = tuple(dict.fromkeys(kind for hit in hits for kind in hit.rule.kinds))
    level = "now" if is_now else "violence"
    # What a strict reading does not make "now" is asked about, unless it is clearly over.
    is_open = not is_past and (bool(fixed) or len(seen.spans) <= 8 or second.now >= 0.2)
    doubt = not is_now and (is_if or best.rule.doubt or is_open)
    return Danger(level, kinds, "rule", best.rule.id, seen.span(best.start, best.end), doubt)


def _hits(seen: View) -> list[Hit]:
    """All rules that fit and are not denied, in the order of the file."""
    found = []
    for rule in rules():
        hit = next((hit for hit in _places(rule, seen) if not _is_denied(seen, hit)), None)
        if hit:
            found.append(Hit(rule, hit[1], hit[2]))
    return found


def _without_harmless(seen: View) -> View:
    """The message with "đánh răng", "đói muốn chết" and the like blotted out, every place kept."""
    line = seen.line
    for pattern in harmless():
        for match in list(islice(pattern.find(seen), 200)):
            inside = "".join(sign if sign == " " else "~" for sign in match.group())
            line = line[: match.start()] + inside + line[match.end() :]
    return replace(seen, line=line)


def _places(rule: Rule, seen: View) -> Iterable[tuple[Pattern, int, int]]:
    for pattern in rule.patterns:
        for match in islice(pattern.find(seen), 200):
            yield pattern, match.start(), match.end()


def _is_denied(seen: View, place: tuple[Pattern, int, int]) -> bool:
    """ "không bị đánh", "chưa bao giờ dọa", "đói muốn chết": the words are there and the thing is not."""
    pattern, start, end = place
    inside = seen.words_between(start, end)
    if not pattern.has_negation and NEGATIONS.intersection(inside[:-1]):
        return True
    before = seen.words_between(max(0, start - 60), start)
    if "¦" in before:
        before = before[len(before) - before[::-1].index("¦") :]
    if "muon" in inside[:1] and before and before[-1] in _INTENSE:
        return True
    if pattern.has_negation:
        return False
    for word in reversed(before):
        if word in NEGATIONS:
            return True
        if word not in _BETWEEN:
            return False
    return False


def _is_harmless_talk(seen: View, hits: list[Hit]) -> bool:
    """A question about the law, a story, a film: nobody speaks of herself."""
    if any(hit.rule.id == "cry-for-help" for hit in hits):
        return False
    is_own = bool(seen.plain & {"em", "minh", "toi", "tui", "con", "chau"})
    if _has(seen, "story"):
        return not (is_own and seen.plain & {"bi"})
    return _has(seen, "law") and not is_own


def _has(seen: View, cue: str) -> bool:
    return any(next(iter(pattern.find(seen)), None) is not None for pattern in cues()[cue])


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((HERE / "danger.yaml").read_text("utf-8"))
    return content


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of `danger.yaml`, in its order."""
    lists = {str(name): str(words) for name, words in _content()["lists"].items()}
    return tuple(
        Rule(
            one["id"],
            one["level"],
            tuple(one["kinds"]),
            tuple(compile_pattern(pattern, lists) for pattern in one["patterns"]),
            one.get("rises", False),
            one.get("doubt", False),
            one.get("strict", False),
            tuple(one["examples"]),
            tuple(one["counters"]),
        )
        for one in _content()["rules"]
    )


@cache
def harmless() -> tuple[Pattern, ...]:
    """Sayings that hold a dangerous word and mean no harm."""
    return tuple(compile_pattern(str(one), {}) for one in _content()["harmless"])


@cache
def cues() -> dict[str, tuple[Pattern, ...]]:
    """Words that say when and in what manner something is told."""
    return {
        str(name): tuple(compile_pattern(str(word), {}) for word in words) for name, words in _content()["cues"].items()
    }
