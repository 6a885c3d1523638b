"""A small card says what the chat says, by the same rules, and its face says nothing."""

import io
import re
from dataclasses import replace
from datetime import date, datetime

import pytest
from pypdf import PdfReader
from sqlalchemy import Connection

from directory import articles, lines, wording
from directory.article_check import words_of
from directory.exchange import cards, handbook, leaving
from directory.exchange.cards import Card
from directory.wording import HCMC
from tests.directory.exchange.samples import three

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=HCMC)
LIBRARY = articles.load()


def made(language: str = "vi", recorded: frozenset[str] | None = None) -> tuple[Card, ...]:
    return cards.everything(LIBRARY, now=NOW, days=30, recorded=recorded, language=language)


def squeezed(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_there_is_a_card_for_the_numbers_and_for_every_article(language: str) -> None:
    found = made(language)
    assert [one.id for one in found] == [cards.NUMBERS, *articles.topics()]
    assert len({one.number for one in found}) == len(found)
    for one in found[1:]:
        article = LIBRARY.get(one.id, language)
        assert article is not None
        text = cards.as_text(one)
        assert article.sources[0] in text, "no card without its source"
        assert wording.t(f"article.awaiting.{article.review}", language) in text, "nor without who has still to look"


def test_numbers_stand_on_a_card_by_the_rules_only() -> None:
    for allowed in (frozenset[str](), None):
        text = cards.as_text(made(recorded=allowed)[0])
        assert "115" in text and "111" in text
        for row in lines.rows().values():
            if allowed is not None and row.id not in lines.rules()["always_allowed"]:
                assert row.number not in text, f"{row.id} was tried by nobody"
    for part in made()[0].paragraphs:
        numbers = re.findall(r"☎ (\S+)", part)
        assert not numbers or numbers[0] != "113", "never first"
    whole = "\n".join(made()[0].paragraphs)
    assert "Giờ này chưa có người nghe" not in whole, "a card is read at any hour"
    assert whole.index(wording.t("lines.note.N111")) < whole.index("☎ 111"), "what to know stands before the number"


def test_what_is_withdrawn_or_hidden_has_no_card_and_what_may_be_over_says_so() -> None:
    law = LIBRARY.get("tax-code")
    assert law is not None
    late = replace(law, review_by=date(2026, 12, 1))
    shown = {one.id: one for one in cards.everything(articles.shelve([late]), now=NOW, days=30, recorded=None)}
    assert "có thể đã đổi" in cards.as_text(shown["tax-code"])
    hidden = articles.shelve([replace(law, review_by=date(2026, 10, 1))])
    assert [one.id for one in cards.everything(hidden, now=NOW, days=30, recorded=None)] == [cards.NUMBERS]
    assert cards.NUMBERS in {one.id for one in cards.everything(articles.shelve([]), now=NOW, days=30, recorded=None)}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_printed_card_has_a_silent_face_and_everything_fits_on_the_other_side(language: str) -> None:
    all_cards = (made(language, frozenset())[0], *made(language)[1:])
    reader = PdfReader(io.BytesIO(cards.make(all_cards, language=language)))
    assert len(reader.pages) == 2 * len(all_cards), "no card runs over"
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {(298, 420)}
    for at, card in enumerate(all_cards):
        face, side = (squeezed(reader.pages[2 * at + one].extract_text()) for one in (0, 1))
        assert face == squeezed(f"{wording.t('exchange.card.face', language)}{card.number:02}")
        assert not words_of("sensitive-words.txt").search(face)
        for said in (card.title, *card.paragraphs, *card.foot):
            assert squeezed(said) in side, (card.id, said)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_many_numbers_stand_on_two_cards_so_that_they_can_be_read_at_night(language: str) -> None:
    numbers = made(language)[0]
    assert sum(len(said.splitlines()) for said in numbers.paragraphs) > cards.MOST_LINES
    reader = PdfReader(io.BytesIO(cards.make([numbers], language=language)))
    pages = [squeezed(page.extract_text()) for page in reader.pages]
    assert len(pages) == 4 and pages[0] == pages[2] == squeezed(f"{wording.t('exchange.card.face', language)}00")
    sides = pages[1::2]
    for said in numbers.paragraphs:
        assert sum(squeezed(said) in side for side in sides) == 1, said
    assert all(len(side) < 0.7 * sum(map(len, sides)) for side in sides)


def test_nothing_to_print_is_said(connection: Connection) -> None:
    with pytest.raises(cards.NotPrinted, match="Không có gì"):
        cards.make(())


@pytest.mark.parametrize(("language", "form"), [("vi", "a6"), ("en", "a6"), ("vi", "a5"), ("vi", "large")])
def test_the_handbook_lists_every_card_and_says_the_numbers_in_full(
    connection: Connection, language: str, form: str
) -> None:
    three(connection)
    listings, small = leaving.shown(connection), made(language)
    assert {card.id for card in small} == {cards.NUMBERS, *articles.topics()}
    book = handbook.make(listings, on=NOW.date(), form=form, language=language, cards=small)
    pages = [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(book)).pages]
    whole = "".join(pages)
    for card in small:
        assert squeezed(f"{card.number:02}{card.title}") in whole, card.id
    for paragraph in small[0].paragraphs:
        assert all(squeezed(line) in whole for line in paragraph.splitlines())
    assert wording.t("exchange.book.by_card", language) not in pages[0], "the cover stays silent"
