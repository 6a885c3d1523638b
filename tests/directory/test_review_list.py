"""The list that a lawyer, doctor or peer gets to tick off names every text, what is certain in it and what is not."""

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from directory import articles, danger_sentences, facts, lines, review_list, wording
from directory.exchange import review_sheets

TODAY = date(2026, 12, 7)
LIBRARY = articles.load()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_article_stands_on_the_list_of_its_role_and_on_no_other(language: str) -> None:
    for topic in articles.topics().values():
        for role in review_list.ROLES:
            is_listed = f"({topic.id})" in review_list.work_list(LIBRARY, role, language, today=TODAY)
            assert is_listed == (role == topic.review), (topic.id, role)


def test_a_text_in_two_languages_is_one_piece_of_work() -> None:
    told = review_list.work_list(LIBRARY, "doctor", today=TODAY)
    assert told.count("(pep-72h)") == 1
    assert "locales/vi/articles/pep-72h.md, locales/en/articles/pep-72h.md" in told


def test_the_list_says_what_has_no_source_and_gives_amounts_in_full() -> None:
    told = review_list.work_list(LIBRARY, "lawyer", "en", today=TODAY)
    piece = told.split("(stopped-by-police)", 1)[1].split("[ ]", 1)[0]
    assert "NO source, say whether it is right: L5" in piece
    assert "Decree 282/2025/NĐ-CP, Article 11, since 15 Dec 2025" in piece


@pytest.mark.parametrize(("language", "words"), [("vi", "không phát hiện là không lây truyền"), ("en", "undetectable")])
def test_on_paper_every_fact_of_the_list_stands_in_full_once_those_without_a_source_first(
    language: str, words: str
) -> None:
    told = review_list.work_list(LIBRARY, "doctor", language, today=TODAY)
    listed = [line for line in told.splitlines() if re.match(r"\[ \] [HLGP]\d+ \(", line)]
    ids = [line.split()[2] for line in listed]
    named = {id for one in LIBRARY if one.review == "doctor" for id in one.facts}
    assert named <= set(ids) and len(ids) == len(set(ids))
    sourced = [facts.facts()[id].is_sourced for id in ids]
    assert sourced == sorted(sourced)
    assert words in next(line for line in listed if line.startswith("[ ] H10 ("))


def test_whoever_reviews_reads_each_fact_in_vietnamese_with_the_same_numbers() -> None:
    named = {id for one in LIBRARY for id in one.facts}
    for id in named:
        one = facts.facts()[id]
        assert one.vi, id
        assert facts.numbers_in(one.vi) == facts.numbers_in(one.says), id


def test_a_reviewed_text_leaves_the_list() -> None:
    done = [replace(one, state="reviewed", reviewer="bác sĩ") if one.id == "pep-72h" else one for one in LIBRARY]
    assert "(pep-72h)" not in review_list.work_list(articles.shelve(done), "doctor", today=TODAY)


def test_a_text_past_its_day_is_due_and_the_list_says_so() -> None:
    assert review_list.due(LIBRARY, TODAY) == ()
    one = LIBRARY.get("pep-72h")
    assert one is not None
    late = replace(one, review_by=date(2026, 12, 6))
    over = replace(one, valid_to=date(2026, 12, 6))
    for article in (late, over, replace(one, state="due")):
        assert review_list.due(articles.shelve([article]), TODAY) == (article,)
    assert "OVERDUE since 6 Dec 2026" in review_list.work_list(articles.shelve([late]), "doctor", "en", today=TODAY)


def test_sentences_said_in_danger_stand_on_the_list_of_the_doctor_until_somebody_of_that_role_has_said_yes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = review_list.work_list(LIBRARY, "doctor", "en", today=TODAY)
    for key in ("danger.medical", "danger.medical_self"):
        assert f"({key})" in told and wording.t(key).split("\n")[0] in told
        assert "doctor" in danger_sentences.closing(key, "en")
    assert danger_sentences.closing("danger.first", "en") == ""
    done = tuple(replace(one, reviewer="bác sĩ", reviewed_on=TODAY) for one in danger_sentences.table())
    monkeypatch.setattr(danger_sentences, "table", lambda: done)
    assert "(danger.medical" not in review_list.work_list(LIBRARY, "doctor", "en", today=TODAY)
    assert danger_sentences.closing("danger.medical_self", "en") == ""


def test_a_sentence_said_in_danger_states_no_number_that_no_rule_shows_and_no_sourced_fact_has() -> None:
    for one in danger_sentences.table():
        assert set(one.facts) <= set(facts.facts())
        numbers = {word for word in wording.t(one.key).replace(",", " ").split() if word.isdigit()}
        sourced = " ".join(facts.facts()[id].says for id in one.facts if facts.facts()[id].is_sourced)
        assert numbers <= {lines.rows()["N115"].number, *re.findall(r"\d+", sourced)}


def test_a_sentence_said_in_danger_is_called_unsourced_only_where_its_fact_is() -> None:
    told = review_list.work_list(LIBRARY, "doctor", today=TODAY)
    for one in danger_sentences.awaiting("doctor"):
        piece = told.partition(f"({one.key})\n")[2].split("\n\n", 1)[0]
        for id in one.facts:
            (line,) = [said for said in piece.splitlines() if re.search(rf"\b{id}\b", said)]
            assert ("CHƯA có nguồn" in line) != facts.facts()[id].is_sourced, (one.key, id)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("role", review_list.ROLES)
def test_on_the_printed_sheets_every_text_stands_in_its_words_with_room_for_what_to_mend(
    role: str, language: str
) -> None:
    work = review_list.work_of(LIBRARY, role, language, today=TODAY)
    reader = PdfReader(io.BytesIO(review_sheets.make(work, today=TODAY, language=language)))
    printed = wording.t("command.review.printed", language, head=work.head, day=wording.day(TODAY, language))
    pages = [page.extract_text() for page in reader.pages]
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {(595, 842)}
    assert all(squeezed(printed) in squeezed(page) for page in pages), "a loose page can be put back"
    whole = re.sub(re.escape(squeezed(printed)) + rf"\d+/{len(pages)}", "", squeezed("".join(pages)))
    assert whole.count(squeezed(wording.t("command.review.mend", language))) == len(work.pieces) + len(work.sentences)
    for piece in work.pieces:
        article = piece.article
        assert article.language == language
        said = [facts.fill(one, language, TODAY) for one in (*article.body, *article.more)]
        for one in (article.title, piece.until, *said, *article.sources, *piece.rests_on, *piece.amounts):
            assert squeezed(one) in whole, (article.id, one)
    for sentence in work.sentences:
        assert all(squeezed(said) in whole for _, said in sentence.said)
    assert all(squeezed(said) in whole for _, _, said in work.facts)


def test_nothing_to_review_is_no_page() -> None:
    work = review_list.work_of(articles.shelve([]), "peer", today=TODAY)
    with pytest.raises(review_sheets.NotPrinted, match="không còn gì"):
        review_sheets.make(work, today=TODAY)


def squeezed(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())
