"""English: told from Vietnamese typed without marks, read as it stands, and looked at by tables of its own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from bot.understanding import about_us
from bot.understanding.ages import is_minor_in_english
from bot.understanding.danger import Danger
from bot.understanding.features import Groups, stretches
from bot.understanding.model import Opinion, Weights, load, opinion
from bot.understanding.patterns import STOP, Index, Pattern, View, compile_pattern, view
from bot.understanding.rules import Rule
from bot.understanding.topics import Heads, Topics, sounds_like
from bot.understanding.topics import load as load_heads
from bot.understanding.wanted import ALONE, BESIDE, LEAST_WISH, MOST, NEED_OF_KIND
from directory.needs import NeedGuess
from directory.reading import Reading, clean
from directory.reading.spelling import Word
from directory.reading.syllables import is_syllable
from directory.seedfiles import load_table

TABLE = Path(__file__).resolve().parent / "english.yaml"
MODEL = Path(__file__).resolve().parent / "english-model.tsv.gz"
HEADS = Path(__file__).resolve().parent / "english-heads-model.tsv.gz"
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MOST = 4_000  # letters looked at
_SURE, _LIKELY = 0.6, 0.5  # of the words of a message, so many are English ones
_MARKED = 0.2  # so many of the words may have marks: names of places, a fiancé
_LONG = 6  # letters; a shorter word with an ending may be Telex ("cats")
_ENDED = ("s", "es", "ed", "d", "ing", "in", "er", "ers", "ly", "ness")
_ENDINGS = tuple((end, instead) for end in _ENDED for instead in ("", "e"))
_DISTRICT = re.compile(r"\b(?:district|dist\.?|d\.?) ?(\d{1,2})\b", re.IGNORECASE)
_NEAR = re.compile(
    r"\b(?:in|near|around|at)\b(?= (?!the|a|my|our|his|her|this|that|least|all|night|home|work)[a-z]{2,7}\b)",
    re.IGNORECASE,
)
_TYPED = re.compile(r"\b([A-Za-z]{2,7} [A-Za-z]{2,7}) (district|ward|province|commune)\b", re.IGNORECASE)
_TYPES = {"district": "quận", "ward": "phường", "province": "tỉnh", "commune": "xã"}
# Said in Vietnamese too, so that alone they are in no language.
_LOANED_WORDS = """
test stop free sex bar club karaoke app line shot video clip prep hi shop hormone hormon gay aids camera visa baby sugar
daddy online chat hotline pass check in me may
"""
_LOANED = frozenset(_LOANED_WORDS.split())
_BEFORE = 3  # words before a finding in which it may be denied
_PARTNER = frozenset({"husband", "boyfriend", "partner", "ex", "wife", "girlfriend"})
_SAID, _MORE, _MOST_SAID = 0.6, 0.15, 0.9  # how surely a need is stated by one pattern, by each further one, at most
_VIOLENT = 0.35
_BACKED = 0.45  # so surely does what a rule sees sound like this moment, too
_VAGUE = 0.5  # what every second message in danger speaks of: a man, a door
_VAGUE_NEEDS = frozenset({"violence.partner", "violence.control", "violence.physical"})
_OF_RULE = 0.5  # what the first kind of the rule that fits adds
WORDS = 0.8  # how much the words of a need add to what a message sounds like; the sound learnt from few examples


def is_english(text: str) -> bool:
    """Whether a message is plainly English. Many English words are Vietnamese ones without their marks ("he", "to"):
    they count only beside words that are not."""
    words = [word for word in _words(text[:_MOST]) if not word[0].isdigit()]
    if len(words) - sum(map(str.isascii, words)) > _MARKED * len(words):
        return False
    if not words or (len(words) <= 2 and _LOANED.issuperset(words)) or words == ["test", "hiv"]:  # in this order
        return False
    own, either = _own_words()
    plain = sum([word in own or (len(word) >= _LONG and _is_own(word)) for word in words])
    if plain < min(2, len(words)) and plain != 1:
        return False
    known = plain + sum(map(either.__contains__, words))
    if plain < min(2, len(words)) and not known == len(words) <= 8:
        return False
    return known >= _SURE * len(words) or (plain >= 3 and known >= _LIKELY * len(words))


@lru_cache(maxsize=10_000)
def _is_own(word: str) -> bool:
    """Whether a word is English and no Vietnamese one, as it stands or without an ending (when, how many)."""
    own, either = _own_words()
    if word in own:
        return True
    return (
        word not in either
        and len(word) >= _LONG
        and any(word.endswith(ending) and (word.removesuffix(ending) + instead) in own for ending, instead in _ENDINGS)
    )


def read(raw: str) -> Reading:
    """The words as they stand, without apostrophes; nothing is smoothed, for it would be smoothed into Vietnamese."""
    text = clean(raw)
    words = tuple(
        Word(plain, plain, found.start(), found.end(), found.group())
        for found in _WORD.finditer(text)
        if (plain := _plain(found.group()))
    )
    tokens = tuple(word.plain for word in words)
    return Reading(text, tokens, " ".join(tokens), (" ".join(tokens),), words)


def for_places(text: str) -> str:
    """The same with "District 1" as it is called here."""
    return _DISTRICT.sub(r"quận \1", text)


def where_of(text: str) -> str:
    """The same as whoever looks for places reads it: "in Hai Chau" is "ở Hai Chau", "Tan Phu district" a quận."""
    return _WORD.sub(_if_foreign, _NEAR.sub("ở", _TYPED.sub(_as_typed_here, for_places(text[:_MOST]))))


def _if_foreign(found: "re.Match[str]") -> str:
    """A longer English word names no place here, and is not looked at for one ("restaurant" is no "NT")."""
    word = _plain(found.group())
    return "zz" if len(word) >= _LONG and word.isascii() and _is_own(word) and not is_syllable(word) else found.group()


def _as_typed_here(found: "re.Match[str]") -> str:
    return f"{_TYPES[found[2].lower()]} {found[1]}"


class Laid(NamedTuple):
    """An English message as the tables see it: which of their patterns may fit; and what the models look at."""

    reading: Reading
    seen: View
    live: set[int]
    parts: list[Groups]


def lay_out(reading: Reading) -> Laid:
    seen = view(reading)
    live = _index().live(seen)
    others = {**_group_of("light"), **_group_of("vetoes")}
    lightly = (name for name, many in others.items() if _fits(many, seen, live))
    names = (f"rule {name}" for name in (*_fitting_rules(seen, live), *lightly))
    return Laid(reading, seen, live, stretches(reading, frozenset(names)))


def danger_of(laid: Laid) -> Danger:
    """The danger an English message speaks of: what the rules see, raised where it sounds like the examples."""
    weights = shipped()
    return judge(ruled(laid), opinion(laid.parts, weights), weights.marks)


def judge(danger: Danger, second: Opinion, marks: Mapping[str, float]) -> Danger:
    """Rules and model together. What the model alone feels is asked about, unless it is very sure."""
    if danger.level == "now":
        return danger
    if second.now >= marks["alarm"]:
        return Danger("now", danger.kinds or ("threat",), danger.source or "model", danger.rule, danger.span)
    if danger.source == "rule" and second.now >= _BACKED:
        return replace(danger, level="now", doubt=False)
    if danger.level == "none" and second.danger >= marks["ask"]:
        return Danger("violence", ("threat",), "model", None, None, doubt=True)
    return danger


def _fitting_rules(seen: View, live: set[int]) -> list[str]:
    return [rule.id for rule in rules() if _fits((*rule.patterns, *rule.hints), seen, live)]


@cache
def heads() -> Heads:
    """What was learnt beside danger."""
    return load_heads(HEADS)


@cache
def shipped() -> Weights:
    """The model that comes with the product."""
    return load(MODEL)


def ruled(laid: Laid) -> Danger:
    """What the rules alone see. A doubt is asked about, as in Vietnamese."""
    seen, live = laid.seen, laid.live
    clear = _without_harmless(seen, live)
    is_vetoed = any(_fits(patterns, seen, live) for patterns in _group_of("vetoes").values())
    light = {name for name, patterns in _group_of("light").items() if _fits(patterns, seen, live)}
    if light and not _fits(_group("now"), seen, live):
        return _laughed_at(clear, live, seen) if light == {"laughs"} else Danger()
    hits = [(rule, *found) for rule in rules() if (found := _found(rule, clear, live)) is not None]
    if is_vetoed or not hits:
        return _asked_about(clear, live, seen)
    is_past, is_if = _fits(_group("past"), seen, live), _fits(_group("if"), seen, live)
    kinds = list(dict.fromkeys(kind for rule, _, _ in hits for kind in rule.kinds))
    if "physical" in kinds and not _PARTNER.isdisjoint(laid.reading.tokens):
        kinds.append("partner")
    if is_minor_in_english(laid.reading.text):
        kinds.append("minor")
    alarms = [(rule, where) for rule, where, is_sure in hits if rule.level == "now" and is_sure]
    if alarms and not is_if and not light:
        rule, (start, end) = alarms[0]
        return Danger("now", tuple(kinds), "rule", rule.id, seen.span(start, end))
    rule, (start, end), _ = hits[0]
    doubt = rule.doubt or rule.level == "now" or not is_past or is_if
    return Danger("violence", tuple(kinds), "rule", rule.id, seen.span(start, end), doubt)


def _asked_about(clear: View, live: set[int], seen: View) -> Danger:
    """ "After the training my boss is beating me", "nobody here, he is choking me": where a rule of this moment fits
    and something speaks against it, she is asked."""
    for rule in rules():
        found = _found(rule, clear, live, denied_within=1) if rule.level == "now" else None
        if found is not None:
            return Danger("violence", rule.kinds, "rule", rule.id, seen.span(*found[0]), doubt=True)
    return Danger()


def _laughed_at(clear: View, live: set[int], seen: View) -> Danger:
    """ "I took them all lol": what a rule is sure of is asked about; what it doubts itself is a joke."""
    for rule in rules():
        found = _found(rule, clear, live)
        if found is not None and (not rule.doubt or "self_harm" in rule.kinds):
            return Danger("violence", rule.kinds, "rule", rule.id, seen.span(*found[0]), doubt=True)
    return Danger()


def sounds_of(laid: Laid) -> Topics:
    """What the message sounds like to whoever learnt from the English examples."""
    return sounds_like(laid.parts, heads())


def needs_of(laid: Laid, danger: Danger, sounds: Topics) -> tuple[NeedGuess, ...]:
    """The stated needs, best first, at most three; in danger the caller adds what the danger means.

    What the words of the tables say, and what it sounds like, together."""
    if danger.level == "none" and sounds.wants < LEAST_WISH:
        return ()
    seen, live = laid.seen, laid.live
    is_danger = danger.level != "none"
    stated = _stated(_group_of("needs"), seen, live)
    if is_danger:
        for code, said in _stated(_group_of("needs_in_danger"), seen, live).items():
            stated[code] = max(stated.get(code, 0.0), said * (_VAGUE if code in _VAGUE_NEEDS else 1.0))
        for kind in danger.kinds[:1] if danger.source == "rule" else ():
            stated[NEED_OF_KIND[kind]] = stated.get(NEED_OF_KIND[kind], 0.0) + _OF_RULE
    if len(stated) > 1:
        stated.pop("health.general", None)
    least = BESIDE if stated else ALONE
    heard = {code: chance for code, chance in sounds.needs if chance >= (least if is_danger else _least(code, least))}
    chances = dict(sounds.needs)
    score = {code: WORDS * stated.get(code, 0.0) + chances.get(code, 0.0) for code in {**stated, **heard}}
    ordered = sorted(score, key=lambda code: (-score[code], code))[:MOST]
    return tuple(NeedGuess(code, round(min(0.99, max(stated.get(code, 0.0), score[code])), 2)) for code in ordered)


def _stated(table: Mapping[str, Sequence[Pattern]], seen: View, live: set[int]) -> dict[str, float]:
    """What the words of a table say, by how many of its patterns fit."""
    there = {code: [one for one in patterns if id(one) in live] for code, patterns in table.items()}
    fitting = {code: sum(one.expression.search(seen.line) is not None for one in many) for code, many in there.items()}
    return {code: min(_MOST_SAID, _SAID + _MORE * (count - 1)) for code, count in fitting.items() if count}


def _least(code: str, least: float) -> float:
    """Where nothing is dangerous, a need of violence is no one's by its sound alone."""
    return max(least, _VIOLENT) if code.startswith(("violence.", "mind.suicide")) else least


def intent_of(
    laid: Laid, danger: Danger, *, has_need: bool, has_place: bool, articles: Sequence[tuple[str, float]]
) -> str:
    """One word of the closed list, as for Vietnamese: danger first, a clear wish before politeness."""
    if danger.level != "none":
        return "help_now" if danger.level == "now" else "report"
    seen, live = laid.seen, laid.live
    if is_minor_in_english(laid.reading.text) and not has_need:
        return "under_18"
    named = next((intent for intent, patterns in _group_of("intents").items() if _fits(patterns, seen, live)), None)
    if about_us.is_asked(laid.reading.text) and not has_place:
        return "about_bot"  # "who r u, are u police", whatever need that sounds like
    is_seeking, is_asking = _fits(_group("seeking"), seen, live), _fits(_group("asking"), seen, live)
    is_polite = named in ("thanks", "greeting", "feedback", "about_bot")
    if named and not (is_polite and (has_need or has_place or is_seeking)) and not (named == "human" and has_need):
        return named
    if is_seeking and (has_need or has_place or len(laid.reading.tokens) == 1):
        return "find"
    if articles and (is_asking or not has_need):
        return "ask"
    if has_need or has_place:
        return "ask" if is_asking and not is_seeking and not has_place else "find"
    return named or ("ask" if articles else "unclear")


def is_question(laid: Laid) -> bool:
    """Whether something is asked or looked for."""
    groups = map(_group, ("asking", "seeking"))
    return "?" in laid.reading.text or any(_fits(patterns, laid.seen, laid.live) for patterns in groups)


def is_light(laid: Laid) -> bool:
    """Whether it is about a game, a film or a joke."""
    return any(_fits(patterns, laid.seen, laid.live) for patterns in _group_of("light").values())


def _found(
    rule: Rule, seen: View, live: set[int], *, denied_within: int = _BEFORE
) -> tuple[tuple[int, int], bool] | None:
    """Where the rule fits and is not denied by one of so many words before, and whether it is sure by itself."""
    for is_sure, patterns in ((True, rule.patterns), (False, rule.hints)):
        for pattern in patterns:
            if id(pattern) in live:
                for match in islice(pattern.expression.finditer(seen.line), 50):
                    if not _is_denied(seen, match.start(), match.end(), denied_within):
                        return (match.start(), match.end()), is_sure
    return None


def _is_denied(seen: View, start: int, end: int, within: int) -> bool:
    """ "He never hit me". What is itself said with a no ("won't let me leave") is not denied by it."""
    denying = _denying()
    inside = seen.words_between(start, end)
    if inside and "never" in inside[1:-1]:
        return True
    if not denying.isdisjoint(inside):
        return False
    before = seen.words_between(max(0, start - 60), start)
    if STOP in before:
        before = before[len(before) - before[::-1].index(STOP) :]
    return not denying.isdisjoint(before[-within:])


def _without_harmless(seen: View, live: set[int]) -> View:
    line = seen.line
    for pattern in _group("harmless"):
        if id(pattern) in live:
            for match in list(islice(pattern.expression.finditer(seen.line), 50)):
                inside = "".join(sign if sign == " " else "~" for sign in match.group())
                line = line[: match.start()] + inside + line[match.end() :]
    return View(line, seen.starts, seen.spans, seen.plain)


def _fits(patterns: Sequence[Pattern], seen: View, live: set[int]) -> bool:
    return any(id(pattern) in live and pattern.expression.search(seen.line) for pattern in patterns)


def _words(text: str) -> list[str]:
    lowered = text.lower()
    if len(lowered) == len(text) and "'" not in text and "’" not in text:
        return _WORD.findall(lowered)
    return [plain for word in _WORD.findall(text) if (plain := _plain(word))]


def _plain(word: str) -> str:
    return word.lower().replace("'", "").replace("’", "")


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of danger in their order."""
    return tuple(
        Rule(
            one["id"], one["level"], tuple(one["kinds"]), _compiled(one["patterns"]), _compiled(one.get("hints", ())),
            False, one.get("doubt", False), tuple(one["examples"]), tuple(one["counters"]),
        )
        for one in _content()["rules"]
    )  # fmt: skip


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = load_table(TABLE)
    return content


def _compiled(sources: Sequence[Any]) -> tuple[Pattern, ...]:
    return tuple(compile_pattern(str(one), _content()["lists"], is_plain=True) for one in sources)


@cache
def _group(name: str) -> tuple[Pattern, ...]:
    return _compiled(_content()[name])


@cache
def _group_of(name: str) -> Mapping[str, tuple[Pattern, ...]]:
    return {str(code): _compiled(many) for code, many in _content()[name].items()}


@cache
def _denying() -> frozenset[str]:
    return frozenset(_content()["denying"])


@cache
def _own_words() -> tuple[frozenset[str], frozenset[str]]:
    either = frozenset(_content()["either"].split())
    return frozenset(_content()["words"].split()) - either, either


@cache
def _index() -> Index:
    groups = [one for name in ("now", "past", "if", "harmless", "seeking", "asking") for one in _group(name)]
    named = map(_group_of, ("vetoes", "light", "needs", "needs_in_danger", "intents"))
    tables = [one for table in named for many in table.values() for one in many]
    return Index([*groups, *tables, *(one for rule in rules() for one in (*rule.patterns, *rule.hints))])
