"""Understands a message: is there danger, what is needed, where, and what does the person want with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter

from bot.understanding import calm_english, english, situations, sought
from bot.understanding.ages import with_own_age
from bot.understanding.by_staff import with_staff
from bot.understanding.danger import FEWEST, Danger, Look, look
from bot.understanding.english_person import asks_for_a_person
from bot.understanding.explaining import explain_danger
from bot.understanding.intents import INTENTS, intent_of
from bot.understanding.patterns import View, view
from bot.understanding.rules import examine
from bot.understanding.self_harm import FEARS_DEATH, is_only_denied, with_self_harm
from bot.understanding.topics import Topics
from bot.understanding.wanted import clinic_first, unwanted_first, wanted, wanted_in_danger
from directory import added, answers, bare_kinds, english_questions, keywords, languages, needs, places, spoken
from directory.answers import Heard, Said
from directory.articles import OF_DANGER
from directory.articles import topics as all_topics
from directory.needs import NeedGuess
from directory.places import PlaceGuess
from directory.reading import Reading, fold
from directory.reading import read as read_text

__all__ = ["INTENTS", "Danger", "Meaning", "as_json", "explain", "read", "unread", "whole_word"]

_WHOLE = {
    "help": {"cuu", "cuu em", "cuu toi", "cuu minh", "cuu voi", "cuu em voi", "cuu toi voi", "sos", "help", "help me"},
    "erase": {"xoa", "xoa het", "delete", "erase", "xoa di", "xoa het di"},
    "leave": {"thoat", "exit", "quit", "thoat ra"},
}
_BY_FORM = {form: name for name, forms in _WHOLE.items() for form in forms}
_LONGEST_WORD = 100  # letters and signs
_NO_LETTERS = re.compile(r"[\W_]+")


# Whoever wants this looks for no help in the place that is named.
_NOT_SEEKING = frozenset({"provider", "official", "buyer", "harasser", "language", "feedback"})
_DONE = frozenset({"thanks", "greeting", "about_bot", "leave", "erase"})  # nor does who says this
_IDLE = 0.8  # so surely is it only chat
_OF_NEED, _FAINT = 0.7, 0.05  # how much a need that is stated adds to the articles about it, from this chance on
_LESS = 0.7  # few phrasings and fewer examples: surer than they are
_IDLY = 0.2  # what asks nothing and needs nothing is so much less of a question
_HEARD = 0.6  # how surely an English question that fits a phrasing is answered by some article


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one message was understood to say. `text` is the cleaned text that spans point into."""

    text: str
    danger: Danger
    needs: tuple[NeedGuess, ...]
    places: tuple[PlaceGuess, ...]
    place_is_ambiguous: bool
    intent: str | None
    articles: tuple[tuple[str, float], ...]
    language: str
    wishes: frozenset[str]
    ms: float
    situations: frozenset[str] = frozenset()
    heard: Heard | None = None  # which articles it sounds like
    said: Said | None = None  # what the shipped articles say to it, by words and by all that is known
    kind: str = ""  # the kind of place that is named, and nothing beside it


def read(text: str, *, province: str | None = None) -> Meaning:
    """Understand one message of any length; never raises. `province`: where we know the person to be (34-code)."""
    if english.is_english(text):
        return _read_english(text, province)
    started = perf_counter()
    reading = read_text(text)
    seen = view(reading)
    word = whole_word(text)
    likely: list[float] = []
    place = places.read(reading, province, choose=partial(sought.choose, likely=likely))
    looked = _not_less(_unless_harmless(look(reading, seen), reading, place), reading, text, province)
    taken = len({at for guess in place.places for at in range(guess.start, guess.end)})
    # A word or two ("co", "hà nội") sound like nothing yet: the tables may know them, what was learnt does not.
    is_heard = len(reading.tokens) - taken >= FEWEST
    sounds = looked.sounds if is_heard else Topics((), (), ())
    danger = with_staff(_with_partner(_with_kind(looked, sounds), reading), seen)
    danger = with_own_age(danger, reading, text)
    danger = _with_self_harm(danger, looked, seen, text)
    if word == "help":
        danger = Danger("now", ("threat",), "words", "whole-word", (0, len(reading.text)))
    if danger.level == "none" and is_heard and sought.is_idle(likely, dict(sounds.intents)):
        place = places.PlaceReading()
    named = frozenset(at for guess in place.places for at in range(guess.start, guess.end))
    found = wanted(reading, danger, sounds, looked.second.danger, spared=named)
    if danger.rule == FEARS_DEATH:
        found = tuple(one for one in found if not one.code.startswith("mind."))
    heard = Heard(dict(sounds.articles), sounds.asks) if is_heard else None
    said = answers.said(reading, heard=heard)
    articles = said.best
    if word in ("erase", "leave"):
        intent = word
    else:
        codes = [guess.code for guess in found]
        intent = intent_of(
            seen, danger, needs=codes, has_place=bool(place.places), articles=articles, learnt=sounds.intents
        )
    if intent == "ask" and keywords.named_by(reading) is not None:
        intent = "find"  # the name of a need and nothing else asks nothing about it
    if is_denied := danger.level == "none" and intent in _OPEN and _is_denied(seen, found, bool(place.places)):
        intent, found, articles = "unclear", (), ()
    if intent == "find" and danger.level == "none":
        found = clinic_first(reading, found)
    if danger.level == "none":
        found = unwanted_first(reading, found)
    wishes = needs.wishes(reading)
    if intent in ("language", "unclear", "ask", "find") and _seeks_speakers(
        reading, wishes, bool(place.places or (found and found[0].score >= _SURE))
    ):
        intent = "find"
    if kind := _bare_kind(reading, danger, intent, named):
        intent, found, articles, heard, said = "find", _meant_by(kind), (), None, Said(())
    is_chat = intent == "unclear" and dict(sounds.intents).get("unclear", 0.0) >= _IDLE
    is_idle = is_chat or intent in _NOT_SEEKING | _DONE
    is_of_speakers = intent == "language" and bool(found)  # who speaks what language is said beside a need
    if danger.level == "none" and is_idle and not is_of_speakers:  # in danger the place goes to the colleague
        place = places.PlaceReading()  # a town is named, and no help is looked for there
    return Meaning(
        reading.text, danger, found, place.places, place.is_ambiguous, intent, articles, "vi",
        wishes, round((perf_counter() - started) * 1000, 2), _situations(seen, is_denied=is_denied), heard, said, kind,
    )  # fmt: skip


def _read_english(text: str, province: str | None) -> Meaning:
    """The same for an English message, by the tables of `english.yaml`; places and whole words are read as ever."""
    started = perf_counter()
    reading, word = english.read(text), whole_word(text)
    local = read_text(english.for_places(text))
    seen = view(local)
    is_ruled = bool(examine(local, seen).standing)  # where no rule for Vietnamese fits, their model says nothing
    said_here = look(local, seen).danger if is_ruled else Danger()
    laid = english.lay_out(reading)
    danger = with_staff(_worse(english.danger_of(laid), said_here), seen)
    danger = with_own_age(danger, local, text)
    if word == "help":
        danger = Danger("now", ("threat",), "words", "whole-word", (0, len(reading.text)))
    place = places.read(read_text(english.where_of(text)), province)
    sounds = english.sounds_of(laid) if len(reading.tokens) > 1 else Topics((), (), ())  # "where" sounds like nothing
    if word is None:
        danger = calm_english.unless_plainly_of_health(danger, sounds)
    needs_named = english.needs_of(laid, danger, sounds)
    danger, needs_named = calm_english.unless_unwanted(danger, needs_named, text)
    if danger.level != "none":
        needs_named = wanted_in_danger(danger, needs_named, sounds.needs)
    heard = _heard_in_english(text, laid, sounds, needs_named)
    articles = answers.match(local, heard=heard) if heard.topics else ()
    if word in ("erase", "leave"):
        intent = word
    else:
        intent = english.intent_of(
            laid, danger, has_need=bool(needs_named), has_place=bool(place.places), articles=articles
        )
    if danger.level == "none" and word is None and asks_for_a_person(text):
        intent, needs_named, articles = "human", (), ()
    if danger.level == "none" and intent in _NOT_SEEKING:
        place = places.PlaceReading()
    spans = (range(guess.start, guess.end) for guess in places.read(local).places)
    if kind := _bare_kind(local, danger, intent, frozenset(at for span in spans for at in span)):
        intent, needs_named, articles, heard = "find", _meant_by(kind), (), Heard({}, 0.0)
    return Meaning(
        reading.text, danger, needs_named, place.places, place.is_ambiguous, intent, articles, "en",
        needs.wishes(local), round((perf_counter() - started) * 1000, 2),
        situations.read(seen) | situations.read_english(view(reading)), heard, kind=kind,
    )  # fmt: skip


def _bare_kind(reading: Reading, danger: Danger, intent: str | None, named: frozenset[int]) -> str:
    """The kind of place that a calm message names, and nothing beside it but where: no need is guessed for that."""
    is_open = danger.level == "none" and intent in ("find", "ask", "unclear")
    return bare_kinds.only(reading, named) if is_open else ""


def _meant_by(kind: str) -> tuple[NeedGuess, ...]:
    """The need that its name says; "bệnh viện" says none."""
    return (NeedGuess(bare_kinds.MEANS[kind], _SURE),) if kind in bare_kinds.MEANS and kind != "hospital" else ()


def _heard_in_english(text: str, laid: english.Laid, sounds: Topics, stated: Sequence[NeedGuess]) -> Heard:
    """Articles by what was learnt and by their English phrasings, each as likely as either says; those of a need that
    is stated more so. What states no need and asks nothing is hardly answered by any."""
    likely = dict(sounds.articles)
    for id, score in english_questions.likely(text, answers.shipped()).items():
        likely[id] = max(likely.get(id, 0.0), score)
    wanted = {guess.code: guess.score for guess in stated}
    for id in list(likely):
        topic = all_topics().get(id)
        of_need = max((wanted.get(code, 0.0) for code in topic.needs), default=0.0) if topic else 0.0
        likely[id] += _OF_NEED * of_need * (1.0 - likely[id]) * min(1.0, likely[id] / _FAINT)
    ordered = sorted(likely.items(), key=lambda pair: (-pair[1], pair[0]))
    asks = max(sounds.asks, _HEARD * max(likely.values(), default=0.0))
    is_idle = english.is_light(laid) or not (stated or english.is_question(laid))
    return Heard(dict(ordered), asks * (_IDLY if is_idle else _LESS))


def _worse(one: Danger, other: Danger) -> Danger:
    """What the English rules see; what a rule for Vietnamese sees in it beside counts too. Their cry for help does
    not: "help me find a clinic" is none, and ours knows that."""
    if other.source == "model" or other.rule == "cry-for-help":
        return one
    return max(one, other, key=lambda danger: _SEVERITY.index(danger.level))


def unread(text: str) -> Meaning:
    """For words that `read` broke on, which it never should: nobody knows what they say, so danger is asked about."""
    doubt = Danger("violence", (), "words", "not-read", None, doubt=True)
    return Meaning(text, doubt, (), (), False, "unclear", (), "vi", frozenset(), 0.0)


def whole_word(text: str) -> str | None:
    """ "help", "erase" or "leave" if the whole message is such a word; a word inside a sentence is none."""
    if len(text) > _LONGEST_WORD:
        return None
    return _BY_FORM.get(_NO_LETTERS.sub(" ", fold(text.replace("🆘", "sos"))).strip())


def as_json(meaning: Meaning) -> dict[str, object]:
    """The meaning in the shape that other programs rely on."""
    danger = meaning.danger
    return {
        "text": meaning.text,
        "danger": {
            "level": danger.level, "kinds": list(danger.kinds), "source": danger.source, "rule": danger.rule,
            "span": list(danger.span) if danger.span else None, "doubt": danger.doubt,
        },
        "needs": [{"code": guess.code, "score": guess.score} for guess in meaning.needs],
        "places": [
            {"tier": str(guess.key.tier), "code": guess.key.code, "name": guess.name, "score": guess.score}
            for guess in meaning.places
        ],
        "place_is_ambiguous": meaning.place_is_ambiguous,
        "intent": meaning.intent,
        "articles": [{"id": article, "score": score} for article, score in meaning.articles],
        "language": meaning.language,
        "ms": meaning.ms,
    }  # fmt: skip


def explain(meaning: Meaning) -> dict[str, object]:
    """Beside `as_json`: what the words were read as, which rules fit or were vetoed, and what moved the model."""
    span = meaning.danger.span
    return {
        **explain_danger(meaning.text),
        "because": meaning.text[span[0] : span[1]] if span else None,
        "wishes": sorted(meaning.wishes),
    }


_OPEN = frozenset({"unclear", "find", "ask", "human"})


def _is_denied(seen: View, found: Sequence[NeedGuess], has_place: bool) -> bool:
    """ "Em không định tự tử đâu": no place is looked for."""
    return not has_place and all(one.code.startswith("mind.") for one in found) and is_only_denied(seen)


def _situations(seen: View, *, is_denied: bool) -> frozenset[str]:
    return situations.read(seen) | (frozenset({"denied"}) if is_denied else frozenset())


_SEVERITY = ("none", "violence", "now")


def _not_less(looked: Look, reading: Reading, text: str, province: str | None) -> Look:
    """A word added in the console may show danger and never hides what is seen without it, to the last step."""
    if not added.current().shortenings:
        return looked
    with added.using(added.NOTHING):
        shipped = read_text(text)
        if shipped.words == reading.words:
            return looked
        place = places.read(shipped, province, choose=sought.choose)
        other = _unless_harmless(look(shipped, view(shipped)), shipped, place)
    return max(looked, other, key=lambda one: (_SEVERITY.index(one.danger.level), one.danger.doubt, one is looked))


def _with_self_harm(danger: Danger, looked: Look, seen: View, text: str) -> Danger:
    """What the words of those who are tired of life say; what was added in the console hides nothing of it either."""
    found = with_self_harm(danger, looked, seen, text)
    if not added.current().shortenings:
        return found
    with added.using(added.NOTHING):
        shipped = read_text(text)
        plain = view(shipped)
        other = with_self_harm(danger, look(shipped, plain), plain, text)
    return max(other, found, key=lambda one: (_SEVERITY.index(one.level), one.doubt))


def _unless_harmless(looked: Look, reading: Reading, place: places.PlaceReading) -> Look:
    """What the model alone feels in a place, an age, one word or the words of an article about health is no danger."""
    looked = _unless_one_word(_unless_only_age(_unless_only_where(looked, reading, place), reading), reading)
    return _unless_in_words_of_an_article(looked, reading)


# What may stand beside a place when somebody says where she is, and nothing else.
_WHERE_WORDS = """
em e minh toi tui tao chi anh o tai ben gan khu vuc dang song day nha a quan huyen phuong xa tinh thanh pho
"""
_WHERE_ONLY = frozenset(_WHERE_WORDS.split())


def _unless_only_where(looked: Look, reading: Reading, place: places.PlaceReading) -> Look:
    """ "em ở quận 3" answers a question. What the model alone feels in it is the 3, not a danger."""
    if looked.danger.source != "model" or not place.places or looked.danger.rule is not None:
        return looked
    first = place.places[0]
    beside = [one for one in (*reading.tokens[: first.start], *reading.tokens[first.end :]) if not one.isdigit()]
    return replace(looked, danger=Danger("none")) if _WHERE_ONLY.issuperset(beside) else looked


# What may stand beside a number when somebody says how old she is, and nothing else.
_AGE_WORDS = "em e minh toi tui con chau nam nay moi co duoc tuoi t a da roi"
_AGE_ONLY = frozenset(_AGE_WORDS.split())


def _unless_only_age(looked: Look, reading: Reading) -> Look:
    """ "em 15 tuổi" says how old she is. Being young is answered by itself; what the model alone feels is no danger."""
    if looked.danger.source != "model" or looked.danger.rule is not None:
        return looked
    others = [token for token in reading.tokens if not token.isdigit()]
    is_age = len(others) < len(reading.tokens) and _AGE_ONLY.issuperset(others)
    return replace(looked, danger=Danger("none")) if is_age else looked


_CRIES = frozenset({"kiu", "tron", "nuot", "nup", "giup"})


def _unless_one_word(looked: Look, reading: Reading) -> Look:
    """ "rồi", "đúng", an English "no": one word that no rule knows says nothing; a few are asked about."""
    danger = looked.danger
    if danger.source != "model" or danger.rule is not None or len(reading.tokens) != 1:
        return looked
    is_cry = reading.tokens[0] in _CRIES
    return replace(looked, danger=replace(danger, level="violence", doubt=True) if is_cry else Danger("none"))


_LONGEST_PHRASING = 8  # words; longer ones tell a story, and what is felt in a story is asked about


def _unless_in_words_of_an_article(looked: Look, reading: Reading) -> Look:
    """ "xuất trong rồi phải làm sao" stands in an article about medicine: what the model alone feels is no danger."""
    if looked.danger.source != "model" or looked.danger.rule is not None or len(reading.tokens) > _LONGEST_PHRASING:
        return looked
    id = answers.phrasing_of(reading)
    if id is None or id in OF_DANGER or id not in all_topics():
        return looked
    wanted_there = all_topics()[id].needs
    is_calm = bool(wanted_there) and all(map(calm_english.is_calm, wanted_there))
    return replace(looked, danger=Danger("none")) if is_calm else looked


_SURE = 0.8
_SOMEWHERE_WORDS = (
    "cho nao", "co cho", "noi nao", "o dau", "phong kham", "bac si", "benh vien", "tram y te", "nhan vien", "clinic",
    "doctor", "place", "hospital", "where can", "anywhere",
)  # fmt: skip


def _seeks_speakers(reading: Reading, wishes: frozenset[str], is_of_places: bool) -> bool:
    """ "Chỗ nào nói tiếng Anh" looks for a place; "nói tiếng Anh được không" is about this talk."""
    if not any(one.startswith(spoken.WISH) for one in wishes) or languages.wished(reading.text) is not None:
        return False
    plain = f" {reading.plain} "
    return is_of_places or any(f" {words} " in plain for words in _SOMEWHERE_WORDS)


def _with_kind(looked: Look, sounds: Topics) -> Danger:
    """Where no rule names the kind of violence, what it sounds like."""
    danger = looked.danger
    if danger.level == "none" or looked.examined.standing or looked.examined.hinted or not sounds.kinds:
        return danger
    kinds = tuple(kind for kind, chance in sounds.kinds[:2] if chance >= 0.4) or (sounds.kinds[0][0],)
    return replace(danger, kinds=kinds)


def _with_partner(danger: Danger, reading: Reading) -> Danger:
    """A husband or lover who hits is told apart, because other law and other houses help."""
    plain = f" {reading.plain} "
    is_partner = "physical" in danger.kinds and (" chong " in plain or " nguoi yeu " in plain or " bo em " in plain)
    if not is_partner:
        return danger
    return replace(danger, kinds=tuple(dict.fromkeys((*danger.kinds, "partner"))))
