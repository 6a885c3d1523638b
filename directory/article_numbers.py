"""Reads the numbers of an article as an editor would: each has a source, and a term of law says since when it holds."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from directory import articles, facts
from directory.articles import Article
from directory.facts import Fact
from directory.findings import Finding
from directory.wording import FALLBACK

# Numbers that need no source of their own: emergency numbers by the rules of `lines.yaml`, and counting on one hand.
PLAIN_NUMBERS = frozenset({"111", "113", "114", "115", "1", "2", "3", "4", "5", "24"})

# What a text says where it tells something that has no source.
_ADMITS = re.compile(r"chưa có nguồn|chưa rõ|no (?:certain )?source", re.IGNORECASE)
_TERM = re.compile(r"(\d+(?:\s*[–-]\s*\d+)?)\s*(?:năm|tháng|giờ|ngày|years?|months?|hours?|days?)\b")
_SINCE = {
    "vi": re.compile(r"từ (?:ngày )?\d+/\d+/\d+", re.IGNORECASE),
    "en": re.compile(r"(?:since|from) \d+ \w+ \d{4}", re.IGNORECASE),
}
_ADDRESS = re.compile(r"[a-z][\w-]*(?:\.[\w-]+)+|\b[a-z]+\d{2,}|(?<![\d/])\d+/\d{4}(?=/[A-ZĐ])", re.IGNORECASE)

_ONES = {
    "vi": {"nửa": 1,
           "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7, "tám": 8,
           "chín": 9},
    "en": {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
           "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
           "seventeen": 17, "eighteen": 18, "nineteen": 19},
}  # fmt: skip
_TENS = {
    "vi": {"mười": 10, "mươi": 10, "trăm": 100},
    "en": {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
           "ninety": 90, "hundred": 100},
}  # fmt: skip
_MONEY = {"vi": "triệu|nghìn|ngàn|tỷ|tỉ|đồng", "en": "million|thousand|đồng|dong|vnd"}
_SMALL = re.compile("đồng|dong|vnd", re.IGNORECASE)  # "không mất một đồng"
_TIME = {"vi": "giờ|ngày|tuần|tháng|năm", "en": "hours?|days?|weeks?|months?|years?"}


def numbers(article: Article) -> Iterator[Finding]:
    """Everything an editor would mend about what an article counts and cites."""
    yield from _digits(article)
    yield from _spelled(article)
    yield from _unadmitted(article)
    yield from _admitted(article)
    yield from _undated(article)
    yield from _untold(article)


def parts(article: Article) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The two parts of a text, by the name of their field."""
    return (("body", article.body), ("more", article.more))


def _known(article: Article) -> tuple[Fact, ...]:
    return tuple(facts.facts()[id] for id in article.facts if id in facts.facts())


def _sourced(article: Article) -> frozenset[str]:
    """The numbers that sourced facts give, and those that need no source; of "1/7/2025" each part too."""
    whole = frozenset().union(*(one.numbers for one in _known(article) if one.is_sourced), PLAIN_NUMBERS)
    return whole.union(*(number.split("/") for number in whole))


def _digits(article: Article) -> Iterator[Finding]:
    """A number in the text stands in a sourced fact that the article names, or is an amount of values.yaml."""
    sourced = _sourced(article)
    for name, paragraphs in (("title", (article.title,)), *parts(article)):
        for number in sorted(facts.numbers_in("\n".join(paragraphs)) - sourced):
            if not all(part in sourced for part in number.split("/")):
                yield Finding(name, number, "number", {"number": number})


def _spelled(article: Article) -> Iterator[Finding]:
    """A number in letters is one too: "mười lăm triệu" is an amount, "ninety days" a term."""
    if article.language not in _ONES:
        return
    ones, tens = _ONES[article.language], _TENS[article.language]
    word = "|".join((*ones, *tens))
    units = f"{_MONEY[article.language]}|{_TIME[article.language]}"
    said = re.compile(rf"(?<!\w)((?:{word})(?:[\s-]+(?:{word}))*)\s+({units})(?!\w)", re.IGNORECASE)
    sourced = _sourced(article)
    for name, paragraphs in parts(article):
        for hit in said.finditer("\n".join(paragraphs)):
            number = _counted(re.split(r"[\s-]+", hit[1].lower()), ones, tens)
            is_money = re.fullmatch(_MONEY[article.language], hit[2], re.IGNORECASE) is not None
            is_money = is_money and (number > 1 or _SMALL.fullmatch(hit[2]) is None)
            if is_money or str(number) not in sourced:
                yield Finding(name, hit[0], "number", {"number": hit[0]})


def _counted(words: list[str], ones: Mapping[str, int], tens: Mapping[str, int]) -> int:
    """ "mười lăm" is 15, "hai mươi bốn" 24; of words that make no number ("hai ba ngày") the last counts."""
    total, last = 0, 0
    for word in words:
        if word in tens:
            total, last = total + (last or 1) * tens[word] if tens[word] in (10, 100) else total + tens[word], 0
        else:
            last = ones[word]
    return total + last


def _unadmitted(article: Article) -> Iterator[Finding]:
    """What a fact tells without a source stands beside the words that say so."""
    for name, paragraphs in parts(article):
        for paragraph in paragraphs:
            for number, words in (pair for one in _known(article) for pair in one.unsourced.items() if pair[1]):
                is_said = number in facts.numbers_in(paragraph) and re.search(words, paragraph, re.IGNORECASE)
                if is_said and not _ADMITS.search(paragraph):
                    yield Finding(name, is_said[0], "unadmitted", {"number": number, "words": is_said[0]})


def _admitted(article: Article) -> Iterator[Finding]:
    """Where a fact of the topic has no source, the text says once that there is none."""
    topic = articles.topics().get(article.id)
    missing = [id for id in topic.facts if not facts.facts()[id].is_sourced] if topic is not None else []
    if missing and article.language in _SINCE and not _ADMITS.search("\n".join((*article.body, *article.more))):
        yield Finding("body", "---", "not_admitted", {"facts": ", ".join(missing)})


def _undated(article: Article) -> Iterator[Finding]:
    """A term of years, hours or days that only a fact of law gives says by which law and since when."""
    since = _SINCE.get(article.language)
    if since is None:
        return
    law = [one for one in _known(article) if one.is_law]
    of_health = frozenset().union(*(one.numbers for one in _known(article) if not one.is_law))
    for name, paragraphs in parts(article):
        for paragraph in paragraphs:
            named = {facts.values()[one].fact for one in facts.names_in(paragraph) if one in facts.values()}
            for hit in _TERM.finditer(paragraph):
                found = facts.numbers_in(hit[1])
                holding = {one.id for one in law if found <= one.numbers}
                if holding and not found <= of_health and not holding & named and not since.search(paragraph):
                    yield Finding(name, hit[0], "undated", {"term": hit[0]})


def _untold(article: Article) -> Iterator[Finding]:
    """What the topic's list wants told of its facts is told; each fact of the topic and of the text is cited."""
    topic = articles.topics().get(article.id)
    if topic is None:
        return
    text = "\n".join((*article.body, *article.more))
    named = [one for one in facts.names_in(text) if one in facts.values()]
    said = facts.numbers_in("\n".join((text, *(facts.values()[one].says[FALLBACK] for one in named))))
    for one in topic.tell:
        is_day = "/" in one and {one.split("/")[0], one.split("/")[-1]} <= said
        if one not in said and one not in named and not is_day:
            yield Finding("facts", "facts:", "untold", {"what": one})
    cited = "\n".join(article.sources)
    for fact in (facts.facts()[id] for id in dict.fromkeys((*topic.facts, *article.facts)) if id in facts.facts()):
        also = facts.facts()["L2"].says if "as L2" in fact.source else ""
        addresses = [one for one in _ADDRESS.findall(f"{fact.source} {fact.says} {also}") if not one.endswith(".md")]
        if fact.is_sourced and addresses and not any(one in cited for one in addresses):
            yield Finding("sources", "sources:", "uncited", {"fact": fact.id})


def amounts(article: Article, today: date) -> Iterator[Finding]:
    """An amount is known, rests on a fact that the article names, and holds from its first day until today."""
    for part, name in ((part, name) for part, said in parts(article) for name in facts.names_in("\n".join(said))):
        if name not in facts.values():
            yield Finding(part, name, "amount_unknown", {"name": name})
            continue
        value = facts.values()[name]
        if value.fact not in article.facts:
            yield Finding(part, name, "amount_fact", {"name": name, "fact": value.fact})
        if value.is_bygone:
            continue  # said with its last day
        if not value.holds_on(article.valid_from) and value.valid_from is not None:
            yield Finding(part, name, "amount_early", {"name": name, "day": article.valid_from})
        if not value.holds_on(max(today, article.valid_from)):
            yield Finding(part, name, "amount_changed", {"name": name, "day": value.valid_to})
