"""Every sentence for people keeps the promises: complete, short, without blame, and safe on a locked screen."""

import csv
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from directory import articles, facts, lines, wording

HOUSE = Path(__file__).resolve().parents[2]
LANGUAGES = ("vi", "en")
# Read by workers, maintainers and managers, who are signed in: long sentences and plain words are allowed there.
STAFF = ("console.", "staff.", "alarm.", "command.", "need.", "place.", "outcome.", "barrier.")
# Never the first line of a message: lines of a card, endings, and the words on a button below a message.
NEVER_FIRST = ("lines.", "article.", "audience.")
BUTTON = re.compile(r"\.(choice|choices|button|label)(\.|$)")
IN_DANGER = ("danger.", "case.person.", "lines.")
# A key written anywhere as a literal counts as used; a key built from parts, f"outcome.{code}", by its first part.
BUILT = re.compile(r"""f["']([a-z_]+(?:\.[a-z_]+)*\.)\{|["']([a-z_]+(?:\.[a-z_]+)*\.)["']\s*\+""")
ASKED = re.compile(r"""(?<![\w.])(?:wording\.)?t\(\s*["']([a-z0-9_]+(?:\.[A-Za-z0-9_-]+)+)["']""")
LITERAL = re.compile(r"""["']([a-z0-9_]+(?:\.[A-Za-z0-9_-]+)+)["']""")
PHONE = re.compile(r"\+?\d(?:[ .-]?\d){7,}")

Sentence = tuple[str, str, str, str]  # language, file, key, sentence


def catalogue() -> Iterator[Sentence]:
    for language in LANGUAGES:
        for path in sorted((wording.LOCALES / language / "LC_MESSAGES").glob("*.po")):
            with path.open("rb") as file:
                for message in read_po(file, locale=language, abort_invalid=True):
                    if message.id:
                        yield language, path.name, str(message.id), str(message.string)


def library() -> Iterator[Sentence]:
    """The articles as they are read: what is said first and what stands behind "read more", amounts in full."""
    for article in articles.load():
        text = facts.fill("\n".join((*article.body, *article.more)), article.language, article.valid_from)
        yield article.language, f"{article.id}.md", f"article:{article.id}", text
        yield article.language, f"{article.id}.md", f"title:{article.id}", article.title


def to_persons() -> Iterator[Sentence]:
    yield from (row for row in catalogue() if not row[2].startswith(STAFF))
    yield from (row for row in library() if row[2].startswith("article:"))


def words_of(name: str) -> re.Pattern[str]:
    rows = (wording.LOCALES / name).read_text(encoding="utf-8").splitlines()
    words = [row.strip() for row in rows if row.strip() and not row.startswith("#")]
    assert words, f"{name} is empty."
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


def said(found: list[str]) -> str:
    return "\n" + "\n".join(found)


def holders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def sources() -> Iterator[tuple[str, str]]:
    for folder in ("bot", "directory"):
        for path in sorted((HOUSE / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".js", ".j2", ".txt", ".toml"} and path.is_file():
                yield str(path.relative_to(HOUSE)), path.read_text(encoding="utf-8")


def test_no_key_stands_twice_in_a_language() -> None:
    seen: dict[tuple[str, str], str] = {}
    twice: list[str] = []
    for language, file, key, _ in catalogue():
        if (language, key) in seen:
            twice.append(f"{language}: {key} stands in {seen[language, key]} and in {file}")
        seen[language, key] = file
    assert not twice, said(twice)


def test_every_sentence_exists_in_both_languages_with_the_same_placeholders() -> None:
    vi = {key: text for language, _, key, text in catalogue() if language == "vi"}
    en = {key: text for language, _, key, text in catalogue() if language == "en"}
    wrong = [f"{key} is missing in en" for key in vi.keys() - en.keys()]
    wrong += [f"{key} is missing in vi" for key in en.keys() - vi.keys()]
    wrong += [f"{language}: {key} is empty" for language, _, key, text in catalogue() if not text.strip()]
    for key in sorted(vi.keys() & en.keys()):
        if holders(vi[key]) != holders(en[key]):
            wrong.append(f"{key}: vi has {sorted(holders(vi[key]))}, en has {sorted(holders(en[key]))}")
    assert not wrong, said(sorted(wrong))


def test_no_text_for_people_stigmatises() -> None:
    bad = words_of("stigmatising-words.txt")
    found = [
        f"{language}/{file} {key}: “{hit[0]}”"
        for language, file, key, text in [*catalogue(), *library()]
        if (hit := bad.search(text))
    ]
    assert not found, said(found)


def test_sentences_to_persons_are_short_and_shorter_in_danger() -> None:
    found: list[str] = []
    for language, file, key, text in to_persons():
        limit = 14 if key.startswith(IN_DANGER) else 24
        for sentence in wording.sentences(text):
            count = wording.count_syllables(sentence)
            if count > limit:
                found.append(f"{language}/{file} {key}: {count} syllables, at most {limit}: “{sentence}”")
    assert not found, said(found)


def test_the_first_line_of_a_message_betrays_nothing_on_a_locked_screen() -> None:
    bad = words_of("sensitive-words.txt")
    found: list[str] = []
    for language, file, key, text in to_persons():
        if key.startswith(NEVER_FIRST) and key != "article.opening":
            continue
        if BUTTON.search(key):
            continue
        hit = bad.search(text.strip().split("\n", 1)[0])
        if hit:
            found.append(f"{language}/{file} {key}: “{hit[0]}” in the first line")
    assert not found, said(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_line_of_every_article_is_neutral(language: str) -> None:
    bad = words_of("sensitive-words.txt")
    found = []
    for article in articles.load():
        if article.language == language:
            text = articles.card(article, language)
            for place, line in (("message", text.split("\n", 1)[0]), ("text", article.body[0])):
                if hit := bad.search(line):
                    found.append(f"{article.id}: “{hit[0]}” in the first line of the {place}")
    assert not found, said(found)


def test_every_key_that_the_code_asks_for_exists() -> None:
    known = {key for language, _, key, _ in catalogue() if language == "vi"}
    found = [f"{file}: {key}" for file, text in sources() for key in ASKED.findall(text) if key not in known]
    assert not found, said(sorted(set(found)))


def test_no_sentence_is_left_that_nobody_says() -> None:
    texts = [text for _, text in sources()]
    written = {literal for text in texts for literal in LITERAL.findall(text)}
    built = tuple({first or second for text in texts for first, second in BUILT.findall(text)})
    unused = [
        f"{file}: {key}"
        for language, file, key, _ in catalogue()
        if language == "vi" and key not in written and not (built and key.startswith(built))
    ]
    assert not unused, said(unused)


def test_what_stands_behind_read_more_is_read_by_these_tests_too() -> None:
    texts = {(language, key): text for language, _, key, text in library()}
    for article in articles.load():
        assert article.more, article.id
        last = facts.fill(article.more[-1], article.language, article.valid_from)
        assert texts[article.language, f"article:{article.id}"].endswith(last)


def test_no_phone_number_is_written_that_has_no_public_source() -> None:
    with (lines.SEED / "national-lines.csv").open(encoding="utf-8", newline="") as file:
        sourced = {re.sub(r"\D", "", row["number"]) for row in csv.DictReader(file) if row["status"] == "SOURCED"}
    found: list[str] = []
    for language, name, key, text in [*catalogue(), *library()]:
        for number in PHONE.findall(text):
            digits = re.sub(r"\D", "", number)
            if digits not in sourced and not digits.startswith("0000000"):
                found.append(f"{language}/{name} {key}: {number}")
    assert not found, said(found)


def test_the_lists_themselves_catch_what_they_are_for() -> None:
    assert words_of("stigmatising-words.txt").search("Đây là nạn nhân")
    assert not words_of("stigmatising-words.txt").search("Bạn ở đây")
    assert words_of("sensitive-words.txt").search("Xét nghiệm HIV miễn phí")
    assert not words_of("sensitive-words.txt").search("Chào bạn. Mình nghe đây.")
