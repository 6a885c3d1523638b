"""The rules of danger as `danger.yaml` has them: which fit a message, are denied in it, or do not count there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from bot.understanding.patterns import NEGATIONS, STOP, Group, Index, Pattern, View, compile_pattern
from directory.reading import Reading
from directory.seedfiles import load_table

TABLE = Path(__file__).resolve().parent / "danger.yaml"
_MANY = 200  # places of one pattern in one message; more say nothing new
# Words that may stand between "không" and what it denies.
_BETWEEN_WORDS = "co ai bao gio he tung phai bi con hay la em minh toi tui nguoi lan nao duoc khach no chong"
_BETWEEN = frozenset(_BETWEEN_WORDS.split())
# "đói muốn chết": after these words death is only a manner of speaking.
_INTENSE_WORDS = "doi met nong cuoi vui lanh buon ngu mac re dep ngon cay lo gian quay so dau nho"
_INTENSE = frozenset(_INTENSE_WORDS.split())
_LAUGH = re.compile(
    r"[=:;]['-]?[)\]D3]+|=\)+|\^_?\^|[😂🤣😆😄😁😜😝🥰😍🎂🤡😅🤭😹🙃]"
    r"|(?<![^\W_])(?:ha|hi|he|hí|hố){2,}(?![^\W_])|(?<![^\W_])k{3,}(?![^\W_])"
)
_LAUGHED = ("=", ":", ";", "^", "ah", "ih", "eh", "íh", "ốh", "kkk")
_SMILES = frozenset("😂🤣😆😄😁😜😝🥰😍🎂🤡😅🤭😹🙃")
_SIGNS = re.compile('[\U0001f300-\U0001faff\u2600-\u27bf?!"“”]')


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of `danger.yaml`. `rises`: is of this moment when the message says that it happens now."""

    id: str
    level: str
    kinds: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    hints: tuple[Pattern, ...]
    rises: bool
    doubt: bool
    examples: tuple[str, ...]
    counters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fits: by which pattern, where in the line, and where in the text."""

    rule: Rule
    pattern: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Examined:
    """What the rules see in a message.

    `standing` are found whatever the model says; `hinted` only if the model agrees; `denied` are told not to be so
    ("không bị đánh"); `vetoes` say why patterns count only as hints here; `features` is all this for the model."""

    standing: tuple[Hit, ...]
    hinted: tuple[Hit, ...]
    denied: tuple[Hit, ...]
    vetoes: tuple[str, ...]
    cues: frozenset[str]
    harmless: tuple[str, ...]
    features: frozenset[str]


def examine(reading: Reading, seen: View) -> Examined:
    """Every rule tried on one message."""
    live = _index().live(seen)
    clear, harmless = _without_harmless(seen, live)
    found = frozenset(_fitting("cues", seen, live))
    vetoes = tuple(_fitting("vetoes", seen, live))
    if _laughs(reading.text.lower()):
        vetoes = (*vetoes, "laughing-signs")
    standing: list[Hit] = []
    hinted: list[Hit] = []
    denied: list[Hit] = []
    for rule, own in _by_rule():
        if live.isdisjoint(own):
            continue
        hit, is_sure = _first(rule.patterns, clear, live), True
        if hit is None or hit[2]:
            loose = _first(rule.hints, clear, live)
            if loose is not None and (hit is None or not loose[2]):
                hit, is_sure = loose, False
        if hit is not None:
            pattern, (start, end), is_denied = hit
            told = Hit(rule, pattern.source, seen.span(start, end))
            is_sure = is_sure and (not vetoes or (rule.id == "cry-for-help" and vetoes == ("laughing-signs",)))
            (denied if is_denied else standing if is_sure else hinted).append(told)
    names = [f"rule {hit.rule.id}" for hit in (*standing, *hinted)]
    names += [f"denied {hit.rule.id}" for hit in denied]
    names += [f"cue {name}" for name in found]
    names += [f"veto {name}" for name in vetoes]
    names += ["harmless saying"] if harmless else []
    names += [f"sign {sign}" for sign in _SIGNS.findall(reading.text[:2000])]
    return Examined(tuple(standing), tuple(hinted), tuple(denied), vetoes, found, harmless, frozenset(names))


def _laughs(text: str) -> bool:
    """Most messages hold nothing of what laughter is made of, and need no look at each of its forms."""
    is_apt = any(map(text.__contains__, _LAUGHED)) or not (text.isascii() or _SMILES.isdisjoint(text))
    return is_apt and _LAUGH.search(text) is not None


def _first(patterns: tuple[Pattern, ...], seen: View, live: set[int]) -> tuple[Pattern, tuple[int, int], bool] | None:
    """The first place that fits and is not denied; else the first that is; with whether it is."""
    denied = None
    for pattern in patterns:
        if id(pattern) not in live:
            continue
        for match in islice(pattern.expression.finditer(seen.line), _MANY):
            where = (match.start(), match.end())
            if not is_denied(seen, pattern, where):
                return pattern, where, False
            denied = denied or (pattern, where, True)
    return denied


def is_denied(seen: View, pattern: Pattern, where: tuple[int, int]) -> bool:
    """ "không bị đánh", "chưa bao giờ dọa", "đói muốn chết": the words are there and the thing is not."""
    start, end = where
    inside = seen.words_between(start, end)
    if not pattern.has_negation and NEGATIONS.intersection(inside[:-1]):
        return True
    before = seen.words_between(max(0, start - 60), start)
    if STOP in before:
        before = before[len(before) - before[::-1].index(STOP) :]
    if "muon" in inside[:2] and before and before[-1] in _INTENSE:
        return True
    if pattern.has_negation:
        return False
    for word in reversed(before):
        if word in NEGATIONS:
            return True
        if word not in _BETWEEN:
            return False
    return False


def _without_harmless(seen: View, live: set[int]) -> tuple[View, tuple[str, ...]]:
    """The message with "đánh răng", "đói muốn chết" and the like blotted out; and what they were."""
    return (seen, ()) if live.isdisjoint(_harmless_ids()) else blotted(seen, harmless(), live)


def blotted(seen: View, sayings: Iterable[Pattern], live: set[int]) -> tuple[View, tuple[str, ...]]:
    """The message with these sayings blotted out, every place kept; and what they were."""
    line, found = seen.line, []
    for pattern in sayings:
        if id(pattern) not in live:
            continue
        for match in list(islice(pattern.expression.finditer(seen.line), _MANY)):
            inside = "".join(sign if sign == " " else "~" for sign in match.group())
            line = line[: match.start()] + inside + line[match.end() :]
            found.append(match.group().strip())
    return (replace(seen, line=line), tuple(found)) if found else (seen, ())


def _fitting(group: str, seen: View, live: set[int]) -> list[str]:
    """The names of a group of which some pattern fits."""
    ids, groups = _by_name(group)
    return [] if live.isdisjoint(ids) else [name for name, patterns in groups if patterns.fits(seen, live)]


@cache
def _by_name(group: str) -> tuple[frozenset[int], tuple[tuple[str, Group], ...]]:
    groups = tuple((name, Group(patterns)) for name, patterns in _group(group).items())
    return frozenset().union(*(one.ids for _, one in groups)), groups


@cache
def _by_rule() -> tuple[tuple[Rule, frozenset[int]], ...]:
    """Each rule, and the patterns of which one must be live for it to say anything."""
    return tuple((rule, frozenset(map(id, (*rule.patterns, *rule.hints)))) for rule in rules())


@cache
def _index() -> Index:
    many = [pattern for rule in rules() for pattern in (*rule.patterns, *rule.hints)]
    groups = [pattern for name in ("cues", "vetoes") for patterns in _group(name).values() for pattern in patterns]
    return Index([*many, *groups, *harmless()])


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = load_table(TABLE)
    return content


@cache
def _lists() -> dict[str, str]:
    return {str(name): str(words) for name, words in _content()["lists"].items()}


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of `danger.yaml`, in its order."""
    return tuple(
        Rule(
            one["id"], one["level"], tuple(one["kinds"]),
            tuple(compile_pattern(pattern, _lists()) for pattern in one["patterns"]),
            tuple(compile_pattern(pattern, _lists()) for pattern in one.get("hints", ())),
            one.get("rises", False), one.get("doubt", False), tuple(one["examples"]), tuple(one["counters"]),
        )
        for one in _content()["rules"]
    )  # fmt: skip


def cue(name: str) -> tuple[Pattern, ...]:
    """Words that say when and in what manner something is told: `past`, `law`, `story`, `if`, `now`."""
    return _group("cues")[name]


@cache
def _harmless_ids() -> frozenset[int]:
    return frozenset(map(id, harmless()))


@cache
def harmless() -> tuple[Pattern, ...]:
    """Sayings that hold a dangerous word and mean no harm."""
    return tuple(compile_pattern(str(one), {}) for one in _content()["harmless"])


@cache
def _group(name: str) -> dict[str, tuple[Pattern, ...]]:
    return {
        str(key): tuple(compile_pattern(str(word), _lists()) for word in words)
        for key, words in _content()[name].items()
    }
