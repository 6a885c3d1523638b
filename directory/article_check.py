"""Reads all articles as a strict editor would: names file and line of whatever a reader could not rely on."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from directory import article_front, article_numbers, articles, facts, needs, recordings
from directory.articles import Article, ArticleIsIncomplete, Library
from directory.findings import Finding
from directory.reading import fold
from directory.reading import read as read_text
from directory.wording import FALLBACK, LOCALES, count_syllables, sentences

LONGEST_ANSWER = 80  # syllables of what is said first
LONGEST_SENTENCE = 24
FEWEST_QUESTIONS = {FALLBACK: 12}
FEWEST_ELSEWHERE = 4  # phrasings in a language besides Vietnamese
MOST_IN_CUE = 4  # words
SHARED_CUE = 5  # so many phrasings of other articles hold the words: they mean no single topic

LONGEST_IN_DANGER = 14  # syllables a sentence, in the short answer to somebody in danger
LONGEST_CARD = 1500  # characters of a whole article as it is read
_WORDS = re.compile(r"[^\W_]+")
_MARKUP = re.compile(r"^#+ .*|\*\*|__|\]\(|</?\w[^>]*>|<!--|\{(?!value:\w+\})[^}]*\}?", re.MULTILINE)  # read as typed
_PHONE = re.compile(r"\+?\d(?:[ .-]?\d){7,}")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing to mend, with where it stands."""

    file: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.says}"


def check(folder: Path = LOCALES, *, today: date) -> list[Trouble]:
    """Everything wrong with the article files below `folder`, by file and line."""
    read: dict[Path, tuple[str, Article]] = {}
    found: list[Trouble] = []
    for path in sorted(folder.glob("*/articles/*.md")):
        text = ""
        try:
            text = articles.written(path)
            read[path] = (text, articles.parse(text, language=path.parent.parent.name))
        except ArticleIsIncomplete as problem:
            found.append(Trouble(_name(path, folder), _line_of_fault(text, problem), str(problem)))
        front = text.split("\n---\n", 1)[0]
        found += (Trouble(_name(path, folder), line, says) for line, says in article_front.strange(front))
    written = {article.id for _, article in read.values()}
    for path, (text, article) in read.items():
        for one in problems(article, written=written, today=today):
            found.append(Trouble(_name(path, folder), _line_of(text, one.near), one.says()))
        if path.stem != article.id:
            found.append(Trouble(_name(path, folder), _line_of(text, "id:"), "the file is not named like its id"))
    found += _claimed_twice(read, folder)
    return sorted(found, key=lambda one: (one.file, one.line))


def problems(
    article: Article, *, written: Iterable[str], today: date, is_begun_here: bool = False
) -> Iterator[Finding]:
    """What an editor would not let pass in one article. `written`: the ids of all articles there are.

    `is_begun_here`: its topic may have been begun in the console; a file's topic stands on the list.
    """
    topic = articles.topic_of(article) if is_begun_here else articles.topics().get(article.id)
    if topic is None:
        yield Finding("id", "id:", "topic_unknown", {"id": article.id})
        return
    yield from _front(article, set(written), today)
    yield from _cues(article)
    yield from _lengths(article)
    missing = [id for id in topic.facts if facts.facts()[id].is_sourced and id not in article.facts]
    if missing:
        yield Finding("facts", "facts:", "facts_missing", {"facts": ", ".join(missing)})
    yield from article_numbers.numbers(article)
    yield from article_numbers.amounts(article, today)
    yield from _words(article)


def claimed(article: Article, library: Library) -> Iterator[Finding]:
    """Phrasings of this article that another one claims too: nobody could say which one is meant."""
    taken = {_bare(phrase): other.id for other in library for phrase in other.questions if other.id != article.id}
    for phrase in article.questions:
        if _bare(phrase) in taken:
            values = {"phrase": phrase, "first": taken[_bare(phrase)], "id": article.id}
            yield Finding("questions", phrase, "claimed", values)


def shared_cues(article: Article, library: Library) -> Iterator[Finding]:
    """Words said to mean this topic that questions to other articles hold too: those would be drawn here."""
    if not article.cues:
        return
    said_elsewhere = [said for one in library if one.id != article.id for said in (one.title, *one.questions)]
    plain = [(said, _plain(said)) for said in said_elsewhere]
    for cue in article.cues:
        forms = {_plain(cue), _plain(read_text(cue).plain)}  # as written, and as a message with it is read
        holding = [said for said, words in plain if any(form in words for form in forms)]
        if len(holding) >= SHARED_CUE:
            yield Finding("cues", cue, "cue_shared", {"cue": cue, "n": len(holding), "example": holding[0]})


@lru_cache(maxsize=10_000)
def _plain(text: str) -> str:
    """The words without marks and signs, a space around each."""
    return f" {' '.join(_WORDS.findall(fold(text)))} "


def _cues(article: Article) -> Iterator[Finding]:
    if article.cues and not articles.is_begun(article.id):
        yield Finding("cues", "cues:", "cues_listed", {"id": article.id})
    for cue in article.cues:
        if not 1 <= len(cue.split()) <= MOST_IN_CUE or not all(part.isalnum() for part in cue.split()):
            yield Finding("cues", cue, "cue_form", {"cue": cue, "most": MOST_IN_CUE})


def _lengths(article: Article) -> Iterator[Finding]:
    if not article.title.strip():
        yield Finding("title", "title:", "no_title")
    if not article.body:
        yield Finding("body", "body:", "no_answer")
        return
    read_as = (facts.fill(paragraph, article.language, article.valid_from) for paragraph in article.body)
    said = sum(count_syllables(paragraph) for paragraph in read_as)  # amounts in full, as the chat says them
    if said > LONGEST_ANSWER:
        yield Finding("body", article.body[0][:30], "answer_long", {"n": said, "most": LONGEST_ANSWER})
    for name, paragraphs in article_numbers.parts(article):
        for sentence in (one for paragraph in paragraphs for one in sentences(paragraph)):
            most = LONGEST_IN_DANGER if name == "body" and article.id in articles.OF_DANGER else LONGEST_SENTENCE
            if (count := count_syllables(sentence)) > most:
                yield Finding(name, sentence[:30], "sentence_long", {"n": count, "most": most})
    letters = sum(map(len, (*article.body, *article.more, *article.sources)))
    if letters > LONGEST_CARD:
        yield Finding("more", "body:", "too_long", {"n": letters, "most": LONGEST_CARD})


def _front(article: Article, written: set[str], today: date) -> Iterator[Finding]:
    topic = articles.topics().get(article.id)
    fewest = FEWEST_QUESTIONS.get(article.language, FEWEST_ELSEWHERE)
    once = {_bare(phrase) for phrase in article.questions}
    if len(once) < fewest:
        yield Finding("questions", "questions:", "questions_few", {"n": len(once), "most": fewest})
    yield from _said_twice(article)
    if topic is not None and article.review != topic.review:
        yield Finding("review", "review:", "review_other", {"role": topic.review, "id": topic.id})
    if topic is not None and set(article.needs) != set(topic.needs):
        yield Finding("needs", "needs:", "needs_other", {"needs": ", ".join(topic.needs), "id": topic.id})
    for code in article.needs:
        if code not in needs.all_needs():
            yield Finding("needs", "needs:", "need_unknown", {"code": code})
    for id in article.facts:
        if id not in facts.facts():
            yield Finding("facts", "facts:", "fact_unknown", {"id": id})
    if not article.next:
        yield Finding("next", "next:", "no_next")
    for step in article.next:
        if step.kind == "find" and step.subject not in needs.all_needs():
            yield Finding("next", step.subject, "next_need", {"code": step.subject})
        if step.kind == "article" and step.subject == article.id:
            yield Finding("next", "next:", "next_itself", {"id": step.subject})
        if step.kind == "article" and step.subject not in written:
            yield Finding("next", step.subject, "next_article", {"id": step.subject})
    if fault := recordings.fault(article):
        most = recordings.LARGEST // 1_000_000
        yield Finding("audio", "audio:", fault, {"name": article.audio, "most": most})
    yield from _days(article, today)


def _said_twice(article: Article) -> Iterator[Finding]:
    """The same phrasing twice is one phrasing."""
    seen: set[str] = set()
    for phrase in article.questions:
        if _bare(phrase) in seen:
            yield Finding("questions", phrase, "phrase_twice", {"phrase": phrase})
        seen.add(_bare(phrase))


def _days(article: Article, today: date) -> Iterator[Finding]:
    if articles.is_over(article, today):
        yield Finding("valid_to", "valid_to:", "over")
    for name, end in (("valid_to", article.valid_to), ("review_by", article.review_by)):
        if end is not None and end < article.valid_from:
            yield Finding(name, f"{name}:", "ends_before", {"name": name, "day": article.valid_from})
    if article.reviewed_on is not None and article.reviewed_on > today:
        yield Finding("reviewed_on", "reviewed_on:", "reviewed_later", {"day": article.reviewed_on})


def _words(article: Article) -> Iterator[Finding]:
    """No word that wounds, nothing on a locked screen that betrays, no phone number without a public source."""
    said = ((name, "\n".join(paragraphs)) for name, paragraphs in article_numbers.parts(article))
    for name, text in (("title", article.title), *said):
        for word in words_of("stigmatising-words.txt").finditer(text):
            yield Finding(name, word[0], "wounding", {"word": word[0]})
        for sign in _MARKUP.finditer(text):
            yield Finding(name, sign[0], "markup", {"words": sign[0]})
        for number in _PHONE.findall(text):
            digits = re.sub(r"\D", "", number)
            if digits not in _sourced_phones() and not digits.startswith("0000000"):
                yield Finding(name, number, "phone", {"number": number})
    if article.body and (hit := words_of("sensitive-words.txt").search(article.body[0].split("\n", 1)[0])):
        yield Finding("body", hit[0], "first_line", {"word": hit[0]})


@cache
def words_of(name: str) -> "re.Pattern[str]":
    """The words of a list in `locales/`, as something to look for."""
    rows = (LOCALES / name).read_text("utf-8").splitlines()
    words = [row.strip() for row in rows if row.strip() and not row.startswith("#")]
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


@cache
def _sourced_phones() -> frozenset[str]:
    with (articles.SEED / "national-lines.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(re.sub(r"\D", "", row["number"]) for row in csv.DictReader(file) if row["status"] == "SOURCED")


def _bare(phrase: str) -> str:
    return fold(phrase).strip(" ?.!")


def _claimed_twice(read: Mapping[Path, tuple[str, Article]], folder: Path) -> Iterator[Trouble]:
    """The same phrasing in two articles: nobody could say which one is meant."""
    claims: defaultdict[str, dict[str, Path]] = defaultdict(dict)
    for path, (_, article) in read.items():
        for phrase in article.questions:
            claims[_bare(phrase)].setdefault(article.id, path)
    for phrase, by_id in claims.items():
        for id, path in list(by_id.items())[1:]:
            values = {"phrase": phrase, "first": next(iter(by_id)), "id": id}
            line = next((n for n, row in enumerate(read[path][0].splitlines(), 1) if phrase in fold(row)), 1)
            yield Trouble(_name(path, folder), line, Finding("questions", phrase, "claimed", values).says())


def awaiting(library: Library) -> Mapping[str, tuple[Article, ...]]:
    """The work list: for each role that must review texts, the articles nobody of it has looked at."""
    found: defaultdict[str, list[Article]] = defaultdict(list)
    for article in library:
        if article.awaits_review:
            found[article.review].append(article)
    return {role: tuple(sorted(found[role], key=lambda one: (one.id, one.language))) for role in sorted(found)}


def _line_of_fault(text: str, problem: ArticleIsIncomplete) -> int:
    """The line of the field that cannot be read; where one is missing, the end of the front matter."""
    if problem.line:
        return problem.line
    rows = list(enumerate(text.splitlines(), 1))
    if problem.field:
        return next((n for n, row in rows if row.startswith(f"{problem.field}:")), 1)
    return _end_of_front(text)


def _end_of_front(text: str) -> int:
    return next((n for n, row in enumerate(text.splitlines(), 1) if n > 1 and row == "---"), 1)


def _line_of(text: str, near: str) -> int:
    """The line of these words: of a field where it begins, of anything else first below the front matter."""
    rows, end = list(enumerate(text.splitlines(), 1)), _end_of_front(text)
    if near.endswith(":"):
        return next((n for n, row in rows if row.startswith(near)), end)
    below = (n for n, row in rows[end:] if near in row)
    return next(below, next((n for n, row in rows if near in row and n > 1), end))


def _name(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder.parent))
