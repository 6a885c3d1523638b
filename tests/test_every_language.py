"""Whoever writes is answered in one language throughout: none of our sentences stands in the code."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.rehearsal import Rehearsal
from directory import articles, languages, needs, wording
from directory.places import name_of

JOURNEYS = Path(__file__).parent / "journeys"
PAGES = Path(__file__).resolve().parents[1] / "bot" / "console" / "templates"
# Journeys that together come through nearly every dialogue.
WALKED = (
    "ask", "ask_then_find", "danger_only_taps", "danger_cannot_talk_typed", "erase", "find", "find_teencode", "media",
    "minor_harmed", "nothing_found", "official_asks", "overdose", "own_copy", "queue_honest_time", "violence_earlier",
    "warn_others", "who_reads_this", "leave_and_come_back", "abroad", "police_trouble",
)  # fmt: skip
OPEN, CLOSE = "⟪", "⟫"


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every sentence of the catalogues and articles stands in brackets; what has none came from somewhere else."""
    real, read = wording.catalogue, articles._read

    def catalogue(language: str) -> Mapping[str, str]:
        return {key: f"{OPEN}{sentence}{CLOSE}" for key, sentence in real(language).items()}

    def bracketed(path: Path) -> articles.Article:
        found = read(path)
        body, more, sources = (_each(part) for part in (found.body, found.more, found.sources))
        return replace(found, title=f"{OPEN}{found.title}{CLOSE}", body=body, more=more, sources=sources)

    monkeypatch.setattr(wording, "catalogue", catalogue)
    monkeypatch.setattr(articles, "_read", bracketed)
    monkeypatch.setattr(articles, "kept", lambda name, make, *folders: make())  # nor for the next start
    articles.load.cache_clear()
    yield
    articles.load.cache_clear()


def _each(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{OPEN}{one}{CLOSE}" for one in parts)


def known(rehearsal: Rehearsal) -> list[str]:
    """What is no sentence of ours: names and fields of listings, needs, places, languages, colleagues, dates."""
    found = {one.name for one in languages.known().values()} | {"Tổ chức mẫu", "Đồng Hành"}
    for need in needs.all_needs().values():
        found |= {needs.label(need.code, language) for language in ("vi", "en")}
    for listing in rehearsal.house.keeper.shelf:
        found |= {listing.service, listing.organisation, listing.directions, listing.street or ""}
        found |= {name_of(listing.place, language) for language in ("vi", "en")}
        for texts in (listing.reception, listing.price, listing.papers):
            found |= set(texts.values())
    return sorted(filter(None, found), key=len, reverse=True)


def bare(text: str) -> str:
    """What stands outside all brackets."""
    depth, left = 0, []
    for sign in text:
        depth += (sign == OPEN) - (sign == CLOSE)
        left.append(sign if depth == 0 and sign != CLOSE else " ")
    return "".join(left)


@pytest.mark.parametrize("name", WALKED)
async def test_no_sentence_to_a_person_stands_in_the_code(pseudo: None, name: str) -> None:
    lines = (JOURNEYS / f"{name}.txt").read_text("utf-8").splitlines()
    typed = [line[2:].strip() for line in lines if line[:2] == ">>"]
    async with Rehearsal() as rehearsal:
        data = [*known(rehearsal), *sorted(typed, key=len, reverse=True)]  # her own words come back in her copy
        for text in typed:
            for one in await rehearsal.play({"as": "person:a", "text": text}):
                if not str(one.get("to", "")).startswith("person"):
                    continue
                for said in (one["text"], *(choice["label"] for choice in one.get("choices", []))):
                    left = bare(said)
                    for phrase in data:
                        left = left.replace(phrase, " ")
                    assert not re.search(r"[^\W\d_]{2,}", left), f"{said!r}: {left.strip()!r} is in no catalogue"


def test_the_brackets_are_a_test_that_can_fail() -> None:
    assert bare(f"{OPEN}a{OPEN}b{CLOSE}c{CLOSE} hard-coded").strip() == "hard-coded"


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.html")), ids=lambda path: path.stem)
def test_no_sentence_stands_in_a_page_of_the_console(path: Path) -> None:
    told = path.read_text("utf-8")
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<script.*?</script>|<style.*?</style>", " ", told, flags=re.S)
    spoken = r"(?:aria-label|title|placeholder|alt)=[\"']([^\"'{}]*[^\W\d_]{2,}[^\"'{}]*)[\"']"
    attributes = re.findall(spoken, text)
    unseen = re.sub(r"[\w-]+=\"[^\"]*\"|\breadonly\b", " ", text)
    between = re.findall(r"[^\W\d_]{2,}", re.sub(r"<[^>]*>", " ", unseen, flags=re.S))
    allowed = {"English", "Tiếng", "Việt"}  # each language names itself
    assert not attributes and set(between) <= allowed, (attributes, between)
