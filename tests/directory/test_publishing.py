"""An article on its way: a draft changes nothing for readers, an approval names the role, taking back is at once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection

from directory import article_text, articles, differences, overlay, publishing
from directory.answers import match
from directory.overlay import ChangedMeanwhile
from directory.publishing import Desk, NotYet
from directory.reading import read
from directory.shelf import ShelfKeeper

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
TODAY = NOW.date()
UNTIL = date(2027, 6, 1)
WHO = {"staff_id": 1, "now": NOW}


def desk(connection: Connection, id: str = "prep-what", language: str = "vi") -> Desk:
    return publishing.look_up(connection, id, language)


def said(connection: Connection, id: str = "prep-what", language: str = "vi") -> str:
    found = overlay.library(connection).get(id, language)
    return "" if found is None else articles.card(found, language)


def save(connection: Connection, sentence: str, id: str = "prep-what") -> None:
    now = desk(connection, id)
    text = replace(now.working, body=(*now.working.body[:-1], sentence))
    assert publishing.save(connection, text, expected=now.revision, **WHO) == ()


@pytest.mark.parametrize("article", list(articles.load()), ids=lambda one: f"{one.language}-{one.id}")
def test_every_article_is_read_back_as_it_was_written(article: articles.Article) -> None:
    assert articles.parse(article_text.render(article), language=article.language) == article
    looked = replace(article, reviewed_on=TODAY, reviewer=article.review)
    whole = replace(looked, valid_to=UNTIL, audio="a.ogg", title='"Hỏi": {a}')
    assert articles.parse(article_text.render(whole), language=article.language) == whole


def test_a_draft_is_read_by_nobody_until_it_is_published(connection: Connection) -> None:
    before = said(connection)
    save(connection, "Câu mới.")
    assert said(connection) == before and desk(connection).state(TODAY) == "draft"
    publishing.publish(connection, desk(connection), expected=1, **WHO)
    assert "Câu mới." in said(connection) and "đang chờ" in said(connection)
    assert desk(connection).state(TODAY) == "published"


def test_the_role_that_must_look_approves_and_any_change_takes_it_back(connection: Connection) -> None:
    save(connection, "Câu mới.")
    with pytest.raises(NotYet) as refused:
        publishing.approve(connection, desk(connection), "peer", on=TODAY, review_by=UNTIL, expected=1, **WHO)
    assert refused.value.key == "console.article.other_role"
    for on, until in ((UNTIL, UNTIL), (TODAY, TODAY)):
        with pytest.raises(NotYet):
            publishing.approve(connection, desk(connection), "doctor", on=on, review_by=until, expected=1, **WHO)
    publishing.approve(connection, desk(connection), "doctor", on=TODAY, review_by=UNTIL, expected=1, **WHO)
    assert desk(connection).state(TODAY) == "reviewed" and "Câu mới." not in said(connection)
    publishing.publish(connection, desk(connection), expected=2, **WHO)
    assert "đang chờ" not in said(connection) and "Câu mới." in said(connection)
    save(connection, "Câu khác.")
    assert desk(connection).working.reviewer is None
    assert "Câu mới." in said(connection), "the approved text stays until the next one is shown"


def test_the_day_of_a_review_is_that_of_vietnam_where_the_night_is_another_day_in_utc(connection: Connection) -> None:
    night = datetime(2026, 12, 7, 20, 0, tzinfo=UTC)  # three in the morning of the eighth
    today = date(2026, 12, 8)
    publishing.approve(
        connection, desk(connection), "doctor", on=today, review_by=date(2027, 6, 1), expected=0, staff_id=1, now=night
    )
    assert desk(connection).working.reviewed_on == today
    with pytest.raises(NotYet, match="days"):
        publishing.approve(
            connection, desk(connection), "doctor", on=today, review_by=today, expected=1, staff_id=1, now=night
        )


def test_what_an_editor_would_not_pass_is_named_by_its_field_and_cannot_be_shown(connection: Connection) -> None:
    now = desk(connection).working
    wrong = replace(now, body=("Nạn nhân HIV uống 96 viên.", "Từ " * 30), next=(), questions=now.questions[:3])
    found = publishing.save(connection, wrong, expected=0, **WHO)
    assert {(one.field, one.code) for one in found} >= {
        ("body", "wounding"), ("body", "first_line"), ("body", "number"), ("body", "sentence_long"),
        ("next", "no_next"), ("questions", "questions_few"),
    }  # fmt: skip
    assert all(one.says("vi") and one.says("en") for one in found)
    for deed in ("publish", "approve"):
        with pytest.raises(NotYet) as refused:
            if deed == "publish":
                publishing.publish(connection, desk(connection), expected=1, **WHO)
            else:
                publishing.approve(connection, desk(connection), "doctor", on=TODAY, review_by=UNTIL, expected=1, **WHO)
        assert refused.value.findings == found
    taken = replace(now, questions=(*now.questions, "pep là thuốc gì, uống trong bao lâu"))
    assert [one.code for one in publishing.check(connection, taken, TODAY)] == ["claimed"]


def test_the_second_of_two_editors_is_told_and_loses_nothing_of_the_first(connection: Connection) -> None:
    first = desk(connection)
    save(connection, "Câu thứ nhất.")
    with pytest.raises(ChangedMeanwhile):
        publishing.save(connection, replace(first.working, title="Khác"), expected=first.revision, **WHO)
    assert desk(connection).working.body[-1] == "Câu thứ nhất."


def test_taking_back_is_at_once_and_a_draft_on_the_desk_survives_it(connection: Connection) -> None:
    save(connection, "Câu đang viết.")
    publishing.withdraw(connection, desk(connection), expected=1, **WHO)
    assert said(connection) == "" and desk(connection).working.body[-1] == "Câu đang viết."
    assert desk(connection).state(TODAY) == "draft" and desk(connection).shown is None
    with pytest.raises(NotYet):
        publishing.withdraw(connection, desk(connection), expected=3, **WHO)
    publishing.publish(connection, desk(connection), expected=3, **WHO)
    assert "Câu đang viết." in said(connection)


def test_what_leads_to_a_text_that_was_taken_back_can_still_be_mended(connection: Connection) -> None:
    publishing.withdraw(connection, desk(connection), expected=0, **WHO)
    publishing.withdraw(connection, desk(connection, language="en"), expected=0, **WHO)
    near = desk(connection, "prep-missed-pill")
    assert any(step.subject == "prep-what" for step in near.working.next)
    save(connection, "Câu mới.", "prep-missed-pill")
    publishing.publish(connection, desk(connection, "prep-missed-pill"), expected=1, **WHO)
    assert "Câu mới." in said(connection, "prep-missed-pill")
    wrong = replace(near.working, next=(articles.NextStep("article", "no-such"),))
    assert [one.code for one in publishing.check(connection, wrong, TODAY)] == ["next_article"]


def test_what_was_taken_back_can_be_shown_again(connection: Connection) -> None:
    before = said(connection)
    publishing.withdraw(connection, desk(connection), expected=0, **WHO)
    assert desk(connection).state(TODAY) == "withdrawn"
    publishing.publish(connection, desk(connection), expected=1, **WHO)
    assert said(connection) == before
    with pytest.raises(NotYet):
        publishing.publish(connection, desk(connection), expected=2, **WHO)


def test_a_text_that_is_due_stays_and_says_so(connection: Connection) -> None:
    publishing.mark_due(connection, desk(connection), expected=0, **WHO)
    assert "đến hạn xem lại" in said(connection) and desk(connection).state(TODAY) == "due"
    assert desk(connection, "pep-72h").state(date(2030, 1, 1)) == "due", "the day of review has passed"


def test_an_older_text_can_be_taken_up_again(connection: Connection) -> None:
    save(connection, "Câu một.")
    save(connection, "Câu hai.")
    publishing.bring_back(connection, desk(connection), 1, expected=2, **WHO)
    assert desk(connection).working.body[-1] == "Câu một." and desk(connection).revision == 3
    with pytest.raises(NotYet):
        publishing.bring_back(connection, desk(connection), 9, expected=3, **WHO)
    publishing.bring_back(connection, desk(connection), 0, expected=3, **WHO)
    assert desk(connection).working.body == articles.load().by_key["prep-what", "vi"].body


def test_people_find_an_article_by_a_phrasing_added_to_it_and_its_review_stays(connection: Connection) -> None:
    publishing.approve(connection, desk(connection), "doctor", on=TODAY, review_by=UNTIL, expected=0, **WHO)
    publishing.publish(connection, desk(connection), expected=1, **WHO)
    save(connection, "Câu đang viết.")
    asked = "vien thuoc mau xanh hang thang"
    assert not match(read(asked), library=overlay.library(connection))
    publishing.add_phrasing(connection, desk(connection), asked, **WHO)
    assert match(read(asked), library=overlay.library(connection))[0][0] == "prep-what"
    now = desk(connection)
    assert now.shown is not None and now.shown.reviewer == "doctor"
    assert now.pending == "draft" and asked in now.working.questions and now.working.body[-1] == "Câu đang viết."
    with pytest.raises(NotYet):
        publishing.add_phrasing(connection, now, "pep là thuốc gì, uống trong bao lâu", **WHO)


def test_the_shelf_takes_a_published_text_and_only_that(connection: Connection) -> None:
    keeper = ShelfKeeper()
    keeper.load(connection)
    save(connection, "Câu mới.")
    assert not keeper.refresh(connection), "a draft is nothing to take over"
    publishing.publish(connection, desk(connection), expected=1, **WHO)
    old, newer = keeper.shelf, keeper.look(connection)
    assert newer is not None and keeper.shelf is old, "looked at, not shown yet"
    publishing.withdraw(connection, desk(connection, "overdose"), expected=0, **WHO)
    assert keeper.refresh(connection) and not keeper.put(newer), "what is older never takes the place of what is newer"
    assert keeper.shelf.library is not None and "Câu mới." in keeper.shelf.library.by_key["prep-what", "vi"].body


def test_versions_of_the_whole_set_are_compared_in_words(connection: Connection) -> None:
    save(connection, "Một câu hoàn toàn khác.")
    publishing.publish(connection, desk(connection), expected=1, **WHO)
    publishing.withdraw(connection, desk(connection, "overdose"), expected=0, **WHO)
    second, first = overlay.versions(connection, limit=10)
    files, one = overlay.library(connection, upto=0), overlay.library(connection, upto=first.change)
    (changed,) = differences.libraries_between(files, one)
    assert (changed.id, changed.kind) == ("prep-what", "changed")
    body = next(field for field in changed.fields if field.field == "body")
    assert "khác." in "".join(piece.text for piece in body.pieces if piece.kind == "in")
    (gone,) = differences.libraries_between(one, overlay.library(connection, upto=second.change))
    assert (gone.id, gone.kind) == ("overdose", "removed")
    assert differences.libraries_between(one, one) == ()


def test_a_difference_is_said_in_whole_words() -> None:
    pieces = differences.words("uống trong 72 giờ nhé", "uống trong 48 giờ")
    assert [(one.kind, one.text) for one in pieces] == [
        ("same", "uống trong "), ("out", "72"), ("in", "48"), ("same", " giờ"), ("out", " nhé"),
    ]  # fmt: skip
    assert "".join(one.text for one in pieces if one.kind != "in") == "uống trong 72 giờ nhé"


def test_a_law_that_may_be_over_is_warned_about_then_hidden() -> None:
    laws = (one for one in articles.load() if one.since == "law" and one.language == "vi")
    law = next(one for one in laws if one.id not in articles.OF_DANGER)
    last = law.review_by
    late, too_late = last.replace(day=last.day - 1), date(2027, 3, 3)
    assert not articles.may_be_over(law, late) and not articles.is_hidden(law, late, days=30)
    assert articles.may_be_over(law, date(2027, 2, 1)) and not articles.is_hidden(law, date(2027, 2, 1), days=30)
    assert "có thể đã đổi" in articles.short(law, "vi", today=date(2027, 2, 1))
    assert articles.is_hidden(law, too_late, days=30)
    other = next(one for one in articles.load() if one.id == "pep-72h" and one.language == "vi")
    years_later = date(2031, 1, 1)
    assert not articles.is_hidden(other, years_later, days=30) and not articles.may_be_over(other, years_later)
    assert not articles.is_hidden(other, too_late, days=30), "what is no law stays, and says that it is due"
    assert articles.is_hidden(replace(other, valid_to=date(2026, 12, 1)), date(2027, 1, 1), days=30)


@pytest.mark.parametrize("id", ["policy-loan", "told-to-family", "legal-aid-free", "safe-abortion", "how-to-report"])
def test_what_rests_on_a_law_ends_like_one_though_its_day_is_that_of_a_source(id: str) -> None:
    for language in ("vi", "en"):
        one = articles.load().by_key[id, language]
        assert one.since == "source"
        late = one.review_by + timedelta(days=1)
        assert articles.may_be_over(one, late) and not articles.is_hidden(one, late, days=30)
        assert articles.is_hidden(one, one.review_by + timedelta(days=31), days=30)


def test_what_keeps_somebody_safe_is_never_hidden_for_its_age_and_says_that_the_law_may_have_changed() -> None:
    known = {(one.id, one.language): one for one in articles.load()}
    for id in articles.OF_DANGER:
        for language in ("vi", "en"):
            one, long_after = known[id, language], date(2031, 1, 1)
            ended = replace(one, since="law", valid_to=date(2026, 12, 1))
            assert not articles.is_hidden(ended, long_after, days=30), id
            assert articles.is_hidden(replace(ended, id="current-fine"), long_after, days=30)
            said = articles.short(ended, language, today=long_after)
            assert ended.body[0].split("{")[0] in said, "the safety part stands first, whole"
            assert articles._notice(ended, language, long_after)[0] in said
