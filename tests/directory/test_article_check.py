"""An editor's eye over the article files: every fault is named with its file and line."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from directory import article_check, article_front, articles, facts
from directory.seedfiles import load_yaml
from directory.wording import count_syllables

TODAY = date(2026, 12, 7)
QUESTIONS = "\n".join(f"  - câu hỏi số {number} về pep" for number in range(12))
GOOD = f"""---
id: pep-72h
title: "Thuốc chống phơi nhiễm"
needs: [health.pep]
questions:
{QUESTIONS}
facts: [H1]
sources: ["duphonghiv.com"]
valid_from: 2026-11-01
review_by: 2027-03-31
since: source
state: draft
review: doctor
reviewer: null
next: [{{find: health.pep}}, talk]
---
Phải bắt đầu trong 72 giờ, uống đủ 28 ngày.

## Đọc thêm

Mỗi nơi một khác.
"""


def citing(fact: str) -> str:
    """The good article with one fact more, and its source."""
    source = {"L1": "luatvietnam.vn", "L2": "Nghị định 282/2025/NĐ-CP", "L4": "saovietlaw.com", "H12": "escrh.eu"}[fact]
    return GOOD.replace("facts: [H1]", f"facts: [H1, {fact}]").replace(
        '["duphonghiv.com"]', f'["duphonghiv.com; {source}"]'
    )


def told(tmp_path: Path, *texts: str) -> list[str]:
    folder = tmp_path / "locales" / "vi" / "articles"
    folder.mkdir(parents=True)
    for text in texts:
        name = text.split("id: ", 1)[1].split("\n", 1)[0] if "id: " in text else "broken"
        (folder / f"{name}.md").write_text(text, "utf-8")
    return [str(one) for one in article_check.check(tmp_path / "locales", today=TODAY)]


def test_a_good_article_has_nothing_to_mend(tmp_path: Path) -> None:
    assert told(tmp_path, GOOD) == []


def test_a_topic_whose_fact_has_no_source_says_so(tmp_path: Path) -> None:
    late = GOOD.replace("pep-72h", "pep-too-late").replace("[health.pep]", "[health.pep, health.hiv_test]")
    silent = told(tmp_path / "a", late)
    assert [one.split(": ", 1)[1] for one in silent] == [
        "H2 has no source: the text must say once that there is no certain source"
    ]
    assert told(tmp_path / "b", late.replace("Mỗi nơi một khác.", "Sau đó thì mình chưa có nguồn chắc chắn.")) == []


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        ("needs: [health.pep]", "needs: [health.none]", 4, "health.none is no need"),
        ("next: [{find: health.pep}, talk]", "next: []", 26, "no next step"),
        ("{find: health.pep}", "{article: pep-too-late}", 26, "pep-too-late, which is not written"),
        ("facts: [H1]", "facts: []", 18, "the sourced facts H1 are not named"),
        ("trong 72 giờ", "trong 96 giờ", 28, "the number 96 stands in no sourced fact"),
        ("Mỗi nơi một khác.", "{value:selling_fine}", 32, "rests on L2, which is not named"),
        ("Mỗi nơi một khác.", "{value:nothing}", 32, "nothing is no amount"),
        ("Mỗi nơi một khác.", "Phạt mười lăm triệu đồng.", 32, "the number mười lăm triệu stands in no sourced fact"),
        ("Mỗi nơi một khác.", "Thử lại sau chín mươi ngày.", 32, "the number chín mươi ngày stands in no sourced fact"),
        ("uống đủ 28 ngày", "uống cho đủ", 18, "28 is not told, which a fact of this topic gives"),
        ('["duphonghiv.com"]', '["báo nào đó"]', 19, "the source of H1 is not among the sources"),
        ("Mỗi nơi", f"{'Rất ' * 30}dài", 32, "a sentence of"),
        ("Phải bắt đầu", f"{'Từng bước một. ' * 30}Phải", 28, "the short answer has"),
        ("  - câu hỏi số 3 về pep\n", "", 5, "11 phrasings, at least 12"),
        ("since: source\n", "since: source\nvalid_to: 2026-11-30\n", 23, "no longer holds"),
        ("since: source\n", "since: source\nvalid_to: 2026-10-30\n", 23, "valid_to lies before 2026-11-01"),
        ("review_by: 2027-03-31", "review_by: 2026-03-31", 21, "review_by lies before 2026-11-01"),
        ("reviewer: null", "reviewer: doctor\nreviewed_on: 2026-12-08", 26, "nobody has looked on a day to come"),
        ("state: draft\n", "state: draft\nstate: published\n", 24, "state stands twice"),
        ("since: source\n", "since: source\nvalid-to: 2026-11-30\n", 23, "valid-to is no field of an article"),
        ("next: [{find: health.pep}, talk]\n", "", 26, "no next step"),
        ("needs: [health.pep]", "needs: [health.prep]", 4, "write [health.pep]"),
        ("{find: health.pep}", "{article: pep-72h}", 26, "leads to pep-72h itself"),
        ("  - câu hỏi số 3 về pep\n", "  - Câu hỏi số 2 về PEP?\n", 9, "“Câu hỏi số 2 về PEP?” stands twice"),
        ("  - câu hỏi số 3 về pep\n", "  - câu hỏi số 2 về pep\n", 5, "11 phrasings, at least 12"),
        ("phơi nhiễm", "phơi nhiễm trong 96 giờ", 3, "the number 96 stands in no sourced fact"),
        ("Mỗi nơi một khác.", "Phạt nửa triệu.", 32, "the number nửa triệu stands in no sourced fact"),
        ("Mỗi nơi một khác.", "Phạt một triệu.", 32, "the number một triệu stands in no sourced fact"),
        ("## Đọc thêm", "# Đọc thêm", 30, "“# Đọc thêm” is shown to readers as it stands"),
        ("Mỗi nơi một khác.", "Gọi **ngay**.", 32, "“**” is shown to readers as it stands"),
        ("Mỗi nơi một khác.", "{valu:selling_fine}", 32, "“{valu:selling_fine}” is shown to readers as it stands"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, was: str, becomes: str, line: int, says: str) -> None:
    assert was in GOOD
    found = told(tmp_path, GOOD.replace(was, becomes))
    assert any(says in one and one.startswith(f"locales/vi/articles/pep-72h.md:{line}:") for one in found), found


@pytest.mark.parametrize(
    ("fact", "line", "says"),
    [
        ("L1", "Theo Điều 327 thì là tội.", "the number 327 stands in no sourced fact"),
        ("H12", "Nhiều hộp thuốc ghi 72 giờ.", "the number 72 beside “hộp” has no source: the paragraph must say so"),
        ("L4", "Giữ không quá 12 giờ.", "“12 giờ” is a term of law: say by which law and since when"),
    ],
)
def test_a_named_fact_does_not_vouch_for_what_of_it_has_no_source_or_no_day(
    tmp_path: Path, fact: str, line: str, says: str
) -> None:
    text = citing(fact)
    found = told(tmp_path / "bare", text.replace("Mỗi nơi một khác.", line))
    assert any(says in one and one.startswith("locales/vi/articles/pep-72h.md:32: ") for one in found), found
    fair = {
        "L1": "Môi giới là tội.",
        "H12": f"{line} Phần này mình chưa có nguồn chắc chắn.",
        "L4": f"{line} Từ ngày 1/1/2022 chỉ còn năm lý do.",
    }
    assert told(tmp_path / "fair", text.replace("Mỗi nơi một khác.", fair[fact])) == []


def test_amounts_count_in_full_and_a_fact_beside_the_topic_is_cited_too(tmp_path: Path) -> None:
    long_ = "Một hai ba bốn năm sáu bảy tám chín mười. " * 4
    text = GOOD.replace("facts: [H1]", "facts: [H1, L2, H14]").replace("Phải bắt đầu", long_ + "Phải bắt đầu")
    said = sum(count_syllables(one) for one in articles.parse(text, language="vi").body)
    assert said <= article_check.LONGEST_ANSWER
    found = told(tmp_path, text.replace("Phải bắt đầu", "{value:selling_fine}. " * 3 + "Phải bắt đầu"))
    assert any("the short answer has" in one for one in found), found
    assert any("the source of H14 is not among the sources" in one for one in found)


def test_to_somebody_in_danger_a_sentence_is_shorter() -> None:
    written = articles.load().by_key["just-raped", "vi"]
    assert "just-raped" in articles.OF_DANGER
    long_ = "Bạn cứ đi sớm nhất có thể và đừng đợi tới sáng mai mới đi nhé."

    def too_long(article: articles.Article) -> list[object]:
        found = article_check.problems(article, written=articles.topics(), today=TODAY)
        return [one.values["most"] for one in found if one.code == "sentence_long"]

    assert too_long(written) == []
    assert too_long(replace(written, body=(*written.body[:-1], long_))) == [14]
    assert too_long(replace(written, more=(*written.more, long_))) == [], "who reads on has time"


def test_counting_on_one_hand_needs_no_source(tmp_path: Path) -> None:
    assert told(tmp_path, GOOD.replace("Mỗi nơi một khác.", "Chờ hai ba ngày. Không mất một đồng nào.")) == []


def test_every_sourced_fact_with_a_part_that_has_no_source_says_which_numbers_these_are() -> None:
    rows = load_yaml((facts.SEED / "facts.yaml").read_text("utf-8"))["facts"]
    mixed = [row for row in rows if row["mark"] == "sourced" and "UNSOURCED" in f"{row['says']} {row['source']}"]
    assert len(mixed) >= 9
    assert [row["id"] for row in mixed if "unsourced" not in row] == []
    for row in rows:
        assert facts.facts()[row["id"]].unsourced.keys() <= facts.numbers_in(row["says"] + row["source"]), row["id"]


def test_a_term_without_a_known_first_day_says_the_day_of_its_source_or_the_last_one_known() -> None:
    said = facts.fill("{value:rape_term}", "vi", TODAY)
    assert said == "phạt tù 2–7 năm (theo Bộ luật Hình sự, Điều 141, nguồn ngày 1/11/2026)"
    said = facts.fill("{value:loan_individual}", "en", TODAY)
    assert "20 million" in said and "known until 31 Dec 2020" in said


def test_an_amount_that_does_not_hold_on_the_first_day_is_named(tmp_path: Path) -> None:
    text = citing("L2").replace("Mỗi nơi một khác.", "{value:selling_fine}")
    assert told(tmp_path / "later", text) == []
    early = text.replace("valid_from: 2026-11-01", "valid_from: 2025-12-14")
    assert told(tmp_path / "early", early) == [
        "locales/vi/articles/pep-72h.md:32: the amount selling_fine does not hold on 2025-12-14, the day of valid_from"
    ]


def test_an_amount_that_a_new_law_has_replaced_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    over = replace(facts.values()["selling_fine"], valid_to=date(2026, 11, 30))
    monkeypatch.setattr(facts, "values", lambda: {"selling_fine": over})
    text = citing("L2").replace("Mỗi nơi một khác.", "{value:selling_fine}")
    assert told(tmp_path, text) == [
        "locales/vi/articles/pep-72h.md:32: "
        "the amount selling_fine has changed since 2026-11-30: readers are told so instead of it"
    ]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert told(tmp_path, GOOD.replace("sources:", "source:")) == [
        f"locales/vi/articles/pep-72h.md:19: source is no field of an article: {', '.join(article_front.FIELDS)}",
        "locales/vi/articles/pep-72h.md:27: missing sources: write it above this line, as docs/articles.md shows.",
    ]


def test_a_file_in_another_encoding_is_named_and_keeps_nobody_from_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = GOOD.replace("id: pep-72h", "id: pep-too-late").replace("câu hỏi", "hỏi thêm")
    told(tmp_path, GOOD, other)
    folder = tmp_path / "locales" / "vi" / "articles"
    (folder / "pep-72h.md").write_bytes(GOOD.encode("utf-16"))
    (folder / "broken.md").write_text(GOOD.replace("needs: [", "needs: "), "utf-8")
    (folder / "pep-too-late.md").write_bytes(other.replace("\n", "\r\n").encode("utf-8-sig"))
    found = [str(one) for one in article_check.check(tmp_path / "locales", today=TODAY)]
    assert any(one.startswith("locales/vi/articles/pep-72h.md:1: The file is no text in UTF-8") for one in found)
    monkeypatch.setattr(articles, "LOCALES", tmp_path / "locales")
    articles.load.cache_clear()
    try:
        assert set(articles.load().by_key) == {("pep-too-late", "vi")}
    finally:
        articles.load.cache_clear()


def test_every_word_that_wounds_is_named(tmp_path: Path) -> None:
    found = told(tmp_path, GOOD.replace("Mỗi nơi một khác.", "Cave, tệ nạn xã hội."))
    assert [one for one in found if "“Cave”" in one] and [one for one in found if "“tệ nạn xã hội”" in one]


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        ("valid_from: 2026-11-01", "valid_from: 2026-13-01", 20, "valid_from: 2026-13-01 is in no calendar"),
        ("valid_from: 2026-11-01", 'valid_from: "2026-11-01"', 20, "valid_from is a day"),
        ("review_by: 2027-03-31", "review_by:", 21, "review_by is a day"),
        ("needs: [health.pep]", "needs:", 4, "needs is a list"),
        ("needs: [health.pep]", "needs: health.pep", 4, "needs is a list"),
        ("facts: [H1]", "facts: H1", 18, "facts is a list"),
        ("since: source", "since: lww", 22, "since is one of source, law, not 'lww'"),
        ("review: doctor", "review: docter", 24, "review is one of doctor, lawyer, peer, none, not 'docter'"),
        ("state: draft", "state: drafd", 23, "state is one of draft, reviewed"),
        ("reviewer: null", "reviewer: Dr. Lan", 25, "never a name or another role"),
        ("reviewer: null", "reviewer: peer", 25, "reviewer is null or doctor"),
        ("reviewer: null", "reviewer: doctor", 25, "reviewed_on does not say when"),
        ("state: draft", "state: reviewed", 23, "no reviewer has looked"),
        ("review: doctor", "review: lawyer", 24, "wants doctor to review it"),
        ("next: [{find: health.pep}, talk]", "next: [{}]", 26, "a next step is talk, find: NEED or article: ID"),
        ("needs: [health.pep]", "needs: [health.pep", 4, "cannot be read from here on: did not find expected ','"),
        ("needs: [health.pep]", "needs: [{a: b}]", 4, "needs is a list of words, and {'a': 'b'} is none"),
        ("facts: [H1]", "facts: [[H1]]", 18, "facts is a list of words"),
        ("  - câu hỏi số 3 về pep", "  - hỏi: có sao không", 5, "questions is a list of words"),
        ('sources: ["duphonghiv.com"]', "sources: [5968]", 19, "sources is a list of words, and 5968 is none"),
        ("next: [{find: health.pep}, talk]", "next: [{find: [a]}]", 26, "a next step is talk, find: NEED"),
        ("reviewer: null", "reviewer: null\naudio: [a]", 26, "audio is the name of a file"),
        ('sources: ["duphonghiv.com"]', "sources: []", 19, "missing a source"),
    ],
)
def test_a_field_that_cannot_be_believed_is_named_with_its_line(
    tmp_path: Path, was: str, becomes: str, line: int, says: str
) -> None:
    assert GOOD.count(f"{was}\n") == 1
    found = told(tmp_path, GOOD.replace(f"{was}\n", f"{becomes}\n"))
    assert len(found) == 1 and says in found[0], found
    assert found[0].startswith(f"locales/vi/articles/pep-72h.md:{line}: ")


@pytest.mark.parametrize("text", ["---\n---\nhi\n", "---\n- a\n---\nhi\n", "---\nx\n---\nhi\n", "hi\n", ""])
def test_a_file_without_any_field_is_named(tmp_path: Path, text: str) -> None:
    assert [one.split(": ")[0] for one in told(tmp_path, text)] == ["locales/vi/articles/broken.md:1"]


def test_a_phrasing_that_two_articles_claim_is_named(tmp_path: Path) -> None:
    other = GOOD.replace("id: pep-72h", "id: pep-too-late").replace("facts: [H1]", "facts: [H1, H2]")
    found = told(tmp_path, GOOD, other)
    assert any("“cau hoi so 3 ve pep” is a phrasing of pep-72h too" in one for one in found)


def test_the_work_list_names_what_each_role_has_still_to_review() -> None:
    one = articles.parse(GOOD, language="vi")
    assert article_check.awaiting(articles.shelve([one])) == {"doctor": (one,)}


def test_an_amount_says_its_law_and_day_and_after_its_end_that_it_changed() -> None:
    said = facts.fill("Mức: {value:selling_fine}.", "vi", TODAY)
    assert "300.000–500.000" in said and "282/2025" in said and "15/12/2025" in said
    early = facts.fill("Mức: {value:selling_fine}.", "vi", date(2025, 1, 1))
    assert "300.000" not in early and "đã đổi" in early
    assert facts.fill("Mức: {value:none}.", "vi", TODAY) == "Mức: mức này mình chưa có nguồn chắc chắn."


def test_several_amounts_of_one_law_name_it_once_in_a_paragraph() -> None:
    both = "Giúp: {value:helping_fine}.\nMôi giới: {value:brokering_fine}.\nQuản lý: {value:manager_fine}."
    said = facts.fill(both, "vi", TODAY)
    assert said.count("282/2025/NĐ-CP, Điều 34, từ ngày 15/12/2025") == 1
    assert "phạt 30–50 triệu đồng (cũng theo điều này)" in said
    assert "phạt 20–40 triệu đồng (theo Điều 35, cùng văn bản)" in said
    assert facts.fill(both.replace("\n", "\n\n"), "vi", TODAY).count("từ ngày 15/12/2025") == 3, "each paragraph anew"
    other = facts.fill("{value:helping_fine}, {value:rape_term}, {value:rape_group_term}", "en", TODAY)
    assert other.count("Penal Code, Article 141") == 1 and other.endswith("(by the same article)")
    over = facts.fill(both, "vi", date(2025, 1, 1))
    assert "cùng văn bản" not in over and "cũng theo" not in over and "triệu" not in over


def test_every_amount_rests_on_a_sourced_fact_that_contains_its_numbers() -> None:
    for value in facts.values().values():
        fact = facts.facts()[value.fact]
        assert fact.is_sourced
        spoken = {number.removesuffix("000") for number in facts.numbers_in(value.says["vi"])}
        assert spoken <= {number.removesuffix("000") for number in facts.numbers_in(fact.says)}, value.name
