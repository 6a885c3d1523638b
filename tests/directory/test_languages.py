"""A language is a folder: begun for any code, asked for by name, and what it lacks is said in Vietnamese, visibly."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from directory import articles, languages, locale_scaffold, wording
from directory.locale_scaffold import CodeUnclear, LanguageExists
from directory.wording import MissingWording, day, t

# Khmer; Tày, Thái Đen, Mông, Ê Đê: the last four stand in no table of dates and plurals.
CODES = ("km", "tyz", "blt", "hmn", "rad")


@pytest.fixture
def locales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the folder of languages that a test may add to; nothing read before is remembered."""
    for code in ("vi", "en"):
        (tmp_path / code).mkdir()
        for part in ("LC_MESSAGES", "articles", "language.toml"):
            (tmp_path / code / part).symlink_to(wording.LOCALES / code / part)
    for name in ("TRANSLATING.md", "sensitive-words.txt", "stigmatising-words.txt"):
        (tmp_path / name).symlink_to(wording.LOCALES / name)
    forgetful = (wording.catalogue, wording.languages, languages.known, languages._names)
    monkeypatch.setattr(wording, "LOCALES", tmp_path)
    for one in forgetful:
        one.cache_clear()
    yield tmp_path
    for one in forgetful:
        one.cache_clear()


@pytest.mark.parametrize("code", CODES)
def test_a_language_begins_with_every_sentence_and_no_invented_translation(locales: Path, code: str) -> None:
    files = locale_scaffold.begin(code, "Tên của tiếng này", folder=locales)
    wording.languages.cache_clear()
    assert wording.catalogue(code) == {}, "nothing is translated yet"
    text = "\n".join(path.read_text("utf-8") for path in files if path.suffix == ".po")
    assert set(re.findall(r'^msgid "(.+)"$', text, re.M)) == wording.keys("vi")
    assert "#. vi: Bạn đang ở khu nào?" in text and "#. en: Which area are you in?" in text
    assert "Tên của tiếng này" in (locales / code / "TRANSLATING.md").read_text("utf-8")
    mine = languages.known()[code]
    assert (mine.name, mine.state, mine.is_enabled) == ("Tên của tiếng này", "draft", False)
    progress = {one.code: one for one in locale_scaffold.progress()}[code]
    assert progress.sentences == progress.articles == 0 < progress.of_sentences
    with pytest.raises(LanguageExists):
        locale_scaffold.begin(code, "", folder=locales)


@pytest.mark.parametrize("code", ["", "VI", "x", "../vi", "viet nam"])
def test_what_is_no_code_is_refused(locales: Path, code: str) -> None:
    with pytest.raises(CodeUnclear):
        locale_scaffold.begin(code, "", folder=locales)


@pytest.mark.parametrize("code", CODES)
def test_what_a_language_lacks_is_said_in_vietnamese_sentence_by_sentence_and_visibly(locales: Path, code: str) -> None:
    locale_scaffold.begin(code, "Tiếng", folder=locales)
    path = locales / code / "LC_MESSAGES" / "dialogues.po"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r'(msgid "small.thanks"\nmsgstr )""', r'\1"Abc xyz."', text), "utf-8")
    assert t("small.thanks", code) == "Abc xyz."
    assert t("find.where", code) == f"(tiếng Việt) {t('find.where', 'vi')}"
    assert t("find.where", "vi")[0] != "("
    assert day(date(2026, 12, 7), code)
    with pytest.raises(MissingWording):
        t("no.such", code)


def test_a_translation_that_lost_its_braces_is_said_in_vietnamese_and_breaks_nothing(locales: Path) -> None:
    locale_scaffold.begin("km", "ខ្មែរ", folder=locales)
    path = locales / "km" / "LC_MESSAGES" / "articles.po"
    for wrong in ("Abc {nguon}.", "Abc {sources.", "Abc {0}."):
        text = re.sub(r'(msgid "article.source"\nmsgstr )".*"', rf'\1"{wrong}"', path.read_text("utf-8"))
        path.write_text(text, "utf-8")
        wording.catalogue.cache_clear()
        assert t("article.source", "km", sources="báo") == f"(tiếng Việt) {t('article.source', 'vi', sources='báo')}"


def test_a_name_of_several_lines_is_one_line(locales: Path) -> None:
    locale_scaffold.begin("km", " ខ្មែរ\n\tkm ", folder=locales)
    wording.languages.cache_clear()
    assert languages.known()["km"].name == "ខ្មែរ km"


def test_lost_braces_are_named(locales: Path) -> None:
    locale_scaffold.begin("km", "ខ្មែរ", folder=locales)
    path = locales / "km" / "LC_MESSAGES" / "articles.po"
    text = re.sub(r'(msgid "article.source"\nmsgstr )""', r'\1"Abc {nguon}."', path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    wording.languages.cache_clear()
    assert {one.code: one.broken for one in locale_scaffold.progress()}["km"] == ("article.source",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("English", "en"), ("tiếng Anh", "en"), ("tieng anh", "en"), ("nói tiếng Anh được không ạ", "en"),
        ("please speak english", "en"), ("Tiếng Việt!", "vi"), ("trả lời tiếng việt cho em với", "vi"),
        ("em muốn học tiếng anh ở đâu", None), ("dạy tiếng anh có cần bằng không", None), ("anh", None), ("", None),
        ("khách nói tiếng anh đánh em", None),
    ],
)  # fmt: skip
def test_a_language_is_asked_for_by_its_name_and_by_nothing_that_only_mentions_it(text: str, code: str | None) -> None:
    assert languages.wished(text) == code


def test_the_languages_that_come_with_the_product_are_whole() -> None:
    for one in locale_scaffold.progress():
        assert (one.state, one.broken) == ("enabled", ())
        assert one.sentences == one.of_sentences and one.articles == one.of_articles == len(articles.topics())
