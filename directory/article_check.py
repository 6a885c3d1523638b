"""Reads all articles as a strict editor would: names file and line of whatever a reader could not rely on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from directory import articles, facts, needs
from directory.articles import Article, ArticleIsIncomplete, Library
from directory.reading import fold
from directory.wording import FALLBACK, LOCALES, count_syllables, sentences

LONGEST_ANSWER = 80  # syllables of what is said first
LONGEST_SENTENCE = 24
FEWEST_QUESTIONS = {FALLBACK: 12}
FEWEST_ELSEWHERE = 4  # phrasings in a language besides Vietnamese
# Numbers that need no source of their own: emergency numbers by the rules of `lines.yaml`, and counting on one hand.
PLAIN_NUMBERS = frozenset({"111", "113", "114", "115", "1", "2", "3", "4", "5", "24"})


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
        text = path.read_text("utf-8")
        try:
            read[path] = (text, articles.parse(text, language=path.parent.parent.name))
        except (ArticleIsIncomplete, yaml.YAMLError, AttributeError) as problem:
            found.append(Trouble(_name(path, folder), 1, str(problem).splitlines()[0]))
    written = {article.id for _, article in read.values()}
    for path, (text, article) in read.items():
        for needle, says in problems(article, written=written, today=today):
            found.append(Trouble(_name(path, folder), _line_of(text, needle), says))
        if path.stem != article.id:
            found.append(Trouble(_name(path, folder), _line_of(text, "id:"), "the file is not named like its id"))
    found += _claimed_twice(read, folder)
    return sorted(found, key=lambda one: (one.file, one.line))


def problems(article: Article, *, written: Iterable[str], today: date) -> Iterator[tuple[str, str]]:
    """(words near which it stands, what is wrong) for one article."""
    topic = articles.topics().get(article.id)
    if topic is None:
        yield "id:", f"{article.id} is no topic of topics.yaml"
        return
    yield from _front(article, set(written), today)
    said = sum(count_syllables(paragraph) for paragraph in article.body)
    if said > LONGEST_ANSWER:
        yield article.body[0][:30], f"the short answer has {said} syllables, at most {LONGEST_ANSWER}"
    for paragraph in (*article.body, *article.more):
        for sentence in sentences(paragraph):
            if (count := count_syllables(sentence)) > LONGEST_SENTENCE:
                yield sentence[:30], f"a sentence of {count} syllables, at most {LONGEST_SENTENCE}"
    missing = [id for id in topic.facts if facts.facts()[id].is_sourced and id not in article.facts]
    if missing:
        yield "facts:", f"the sourced facts {', '.join(missing)} are not named"
    yield from _numbers(article)
    yield from _amounts(article, today)


def _front(article: Article, written: set[str], today: date) -> Iterator[tuple[str, str]]:
    fewest = FEWEST_QUESTIONS.get(article.language, FEWEST_ELSEWHERE)
    if len(article.questions) < fewest:
        yield "questions:", f"{len(article.questions)} phrasings, at least {fewest}"
    for code in article.needs:
        if code not in needs.all_needs():
            yield "needs:", f"{code} is no need of needs.yaml"
    for id in article.facts:
        if id not in facts.facts():
            yield "facts:", f"{id} is no fact of facts.yaml"
    if not article.next:
        yield "next:", "no next step: say find, talk or article"
    for step in article.next:
        if step.kind == "find" and step.subject not in needs.all_needs():
            yield step.subject, f"the next step looks for {step.subject}, which is no need"
        if step.kind == "article" and step.subject not in written:
            yield step.subject, f"the next step leads to {step.subject}, which is not written"
    if articles.is_over(article, today):
        yield "valid_to:", "what this rests on no longer holds: it is not shown to anybody"


def _numbers(article: Article) -> Iterator[tuple[str, str]]:
    """A number in the text stands in a sourced fact that the article names, or is an amount of values.yaml."""
    known = [facts.facts()[id] for id in article.facts if id in facts.facts()]
    whole = frozenset().union(*(facts.numbers_in(one.says) for one in known if one.is_sourced), PLAIN_NUMBERS)
    sourced = whole.union(*(number.split("/") for number in whole))  # "1 July 2025" for 1/7/2025
    text = "\n".join((*article.body, *article.more))
    for number in sorted(facts.numbers_in(text) - sourced):
        if not all(part in sourced for part in number.split("/")):
            yield number, f"the number {number} stands in no sourced fact that this article names"


def _amounts(article: Article, today: date) -> Iterator[tuple[str, str]]:
    """An amount is known, rests on a fact that the article names, and holds from its first day until today."""
    for name in facts.names_in("\n".join((*article.body, *article.more))):
        if name not in facts.values():
            yield name, f"{name} is no amount of values.yaml"
            continue
        value = facts.values()[name]
        if value.fact not in article.facts:
            yield name, f"the amount {name} rests on {value.fact}, which is not named in facts"
        if not value.holds_on(article.valid_from):
            yield name, f"the amount {name} does not hold on {article.valid_from}, the day of valid_from"
        if not value.holds_on(max(today, article.valid_from)):
            yield name, f"the amount {name} has changed since {value.valid_to}: readers are told so instead of it"


def _claimed_twice(read: Mapping[Path, tuple[str, Article]], folder: Path) -> Iterator[Trouble]:
    """The same phrasing in two articles: nobody could say which one is meant."""
    claims: defaultdict[str, dict[str, Path]] = defaultdict(dict)
    for path, (_, article) in read.items():
        for phrase in article.questions:
            claims[fold(phrase).strip(" ?.!")].setdefault(article.id, path)
    for phrase, by_id in claims.items():
        for id, path in list(by_id.items())[1:]:
            first = next(iter(by_id))
            line = next((n for n, row in enumerate(read[path][0].splitlines(), 1) if phrase in fold(row)), 1)
            yield Trouble(_name(path, folder), line, f"“{phrase}” is a phrasing of {first} too, not only of {id}")


def awaiting(library: Library) -> Mapping[str, tuple[Article, ...]]:
    """The work list: for each role that must review texts, the articles nobody of it has looked at."""
    found: defaultdict[str, list[Article]] = defaultdict(list)
    for article in library:
        if article.awaits_review:
            found[article.review].append(article)
    return {role: tuple(sorted(found[role], key=lambda one: (one.id, one.language))) for role in sorted(found)}


def _line_of(text: str, needle: str) -> int:
    return next((number for number, line in enumerate(text.splitlines(), 1) if needle in line), 1)


def _name(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder.parent))
