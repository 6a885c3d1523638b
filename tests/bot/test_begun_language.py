"""A language that is only begun: who chooses it is told so, and what it lacks is said in Vietnamese, visibly."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commands import check
from bot.commands.opening import opened
from bot.rehearsal import Rehearsal
from directory import articles, languages, locale_scaffold, spoken, wording

FORGETFUL = (wording.catalogue, wording.languages, languages.known, languages._names, articles.load)


@pytest.fixture
def zquo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A made-up language with two sentences and one article that persons may choose."""
    folder = tmp_path / "locales"
    shutil.copytree(wording.LOCALES, folder)
    locale_scaffold.begin("xzq", "Zquo", folder=folder)
    toml = folder / "xzq" / "language.toml"
    toml.write_text(toml.read_text("utf-8").replace('"draft"', '"enabled"'), "utf-8")
    for file, key in (("dialogues.po", "small.thanks"), ("articles.po", "article.opening")):
        path = folder / "xzq" / "LC_MESSAGES" / file
        path.write_text(re.sub(rf'(msgid "{key}"\nmsgstr )""', rf'\1"Zquo {key}."', path.read_text("utf-8")), "utf-8")
    text = (folder / "vi" / "articles" / "prep-what.md").read_text("utf-8")
    (folder / "xzq" / "articles" / "prep-what.md").write_text(re.sub("title: .*", "title: Zquo prep", text), "utf-8")
    for module in (wording, articles, locale_scaffold.wording):
        monkeypatch.setattr(module, "LOCALES", folder)
    for one in FORGETFUL:
        one.cache_clear()
    yield folder
    for one in FORGETFUL:
        one.cache_clear()


async def test_what_is_not_translated_is_said_in_vietnamese_and_marked(zquo: Path) -> None:
    async with Rehearsal() as rehearsal:
        chosen = await rehearsal.play({"as": "person:a", "text": "zquo"})
        told = await rehearsal.play({"as": "person:a", "text": "prep la gi"})
        thanked = await rehearsal.play({"as": "person:a", "text": "cam on"})
        hurried = await rehearsal.play({"as": "person:a", "text": "bao rach"})
    assert chosen[-1]["text"].startswith("(tiếng Việt) Từ giờ mình dùng Zquo."), "not that it is Vietnamese from now on"
    assert told[-1]["text"].startswith("Zquo article.opening.")
    labels = [one["label"] for one in told[-1]["choices"]]
    assert "(tiếng Việt) Quên uống PrEP" in labels and all(one.startswith("(tiếng Việt) ") for one in labels)
    assert thanked[-1]["text"] == "Zquo small.thanks."
    assert hurried[0]["text"].startswith("(tiếng Việt) "), "said before a place is asked for, and marked all the same"


@pytest.mark.parametrize("damage", ["braces", "twice", "state", ""])
def test_check_says_what_of_a_language_is_broken_and_how_far_it_is(
    zquo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setenv("DONGHANH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DONGHANH_POLICY_FILE", str(tmp_path / "policy.toml"))
    assert main(["migrate"]) == 0
    path, toml = zquo / "xzq" / "LC_MESSAGES" / "dialogues.po", zquo / "xzq" / "language.toml"
    if damage == "braces":
        path.write_text(path.read_text("utf-8").replace('"Zquo small.thanks."', '"Zquo {ten}."'), "utf-8")
    if damage == "twice":
        other = zquo / "xzq" / "LC_MESSAGES" / "articles.po"
        other.write_text(other.read_text("utf-8") + '\nmsgid "small.thanks"\nmsgstr "Zquo."\n', "utf-8")
    if damage == "state":
        toml.write_text(toml.read_text("utf-8").replace('"enabled"', '"ready"'), "utf-8")
    for one in FORGETFUL:
        one.cache_clear()
    with opened(must_be_current=False) as house:
        said = list(check.points(house, datetime(2026, 12, 7, tzinfo=UTC)))
    mended = [told for is_good, told in said if is_good is False]
    wanted = {
        "braces": "xzq: small.thanks has other braces",
        "twice": "a language cannot be read: small.thanks stands twice in the xzq catalogues",
        "state": "a language cannot be read: locales/xzq/language.toml: state is one of draft, reviewed, enabled",
        "": "nobody on duty",
    }[damage]
    assert any(one.startswith(wanted) for one in mended), mended
    if not damage:
        assert not any("xzq" in one for one in mended)
        assert any(is_good is None and told.startswith("xzq is enabled with 2 of ") for is_good, told in said)


async def test_whoever_writes_in_its_letters_reads_the_one_sentence_that_was_translated(
    zquo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {**spoken.table(), "xzq": spoken.Spoken("xzq", {"vi": "tiếng Zquo"}, (), ("TAGALOG",))}
    monkeypatch.setattr(spoken, "table", lambda: known)
    path, toml = zquo / "xzq" / "LC_MESSAGES" / "declined.po", zquo / "xzq" / "language.toml"
    path.write_text(
        re.sub(r'(msgid "declined.script"\nmsgstr )""', r'\1"Zquo script."', path.read_text("utf-8")), "utf-8"
    )
    firsts = {}
    for state in ("draft", "reviewed", "enabled"):
        toml.write_text(re.sub(r'state = ".*"', f'state = "{state}"', toml.read_text("utf-8")), "utf-8")
        for one in FORGETFUL:
            one.cache_clear()
        async with Rehearsal() as rehearsal:
            said = await rehearsal.play({"as": "person:a", "text": "ᜃᜓᜋᜓᜐ᜔ᜆ"})
        firsts[state] = said[-1]["text"].splitlines()[0]
        assert "Are you in danger?" in said[-1]["text"], "the others are said too"
        assert ("Zquo" in [one["label"] for one in said[-1]["choices"]]) == (state == "enabled")
    assert firsts["draft"].startswith("Mình chưa đọc được chữ này.")
    assert firsts["reviewed"] == firsts["enabled"] == "Zquo script."
