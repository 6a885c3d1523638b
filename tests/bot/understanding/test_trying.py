"""Before a word is added, the maintainer sees every shipped example that it changes, and which for the worse."""

from pathlib import Path

import pytest

from bot import understanding
from bot.understanding import comparing, trying
from bot.understanding.trying import Example
from directory import added, adding
from directory.added import Added
from directory.adding import Addition
from directory.exchange import tables


def tried(*additions: Addition) -> tuple[Added, list[list[str]]]:
    told = [adding.checked(one) for one in additions]
    return adding.gathered(told), [one.words.split() for one in told]


def everything(own: Added) -> set[str]:
    """The slow way, for the examples of rules and needs: all of them, read twice."""
    found = set()
    for one in trying.examples():
        if one.what in ("danger", "harmless", "need"):
            before = understanding.read(one.text)
            with added.using(own):
                if trying.differing(before, understanding.read(one.text)):
                    found.add(one.text)
    return found


@pytest.mark.parametrize(
    "one",
    [
        Addition("teencode", "bầm", "chơi"),
        Addition("teencode", "gel", "khám"),
        Addition("phrase", "khách", "legal.aid"),
        Addition("phrase", "test hiv ở đâu", "prep-what"),
        Addition("landmark", "nhà nghỉ", "quận Hoàn Kiếm, Hà Nội"),
    ],
)
def test_looking_only_where_the_words_stand_misses_nothing(one: Addition) -> None:
    own, words = tried(one)
    found = {change.example.text for change in trying.changed(words, added.NOTHING, own)}
    wanted = everything(own)
    assert wanted <= found and found - wanted <= {
        change.text for change in trying.examples() if change.what in ("topic", "landmark")
    }


def test_what_changes_is_shown_the_worse_first() -> None:
    own, words = tried(Addition("phrase", "nghiên cứu thuốc", "health.prep"))
    found = trying.changed(words, added.NOTHING, own)
    assert [(one.example, one.fields) for one in found] == [
        (Example("nghiên cứu thuốc mới", "harmless", "cry-for-help"), ("needs",))
    ]
    assert not found[0].is_worse, "no danger is seen in it"
    bold = Added({"mới": "đang đánh em"})
    found = trying.changed([["mới"]], added.NOTHING, bold)
    assert any(one.is_worse and one.example.text == "nghiên cứu thuốc mới" for one in found)
    assert [one.is_worse for one in found] == sorted((one.is_worse for one in found), reverse=True)


def test_nothing_added_changes_nothing() -> None:
    assert trying.changed([["khám"]], added.NOTHING, Added()) == ()


def test_the_exported_tables_are_compared_like_any_others(tmp_path: Path) -> None:
    own, _ = tried(
        Addition("teencode", "zqz", "khám phụ khoa"), Addition("landmark", "quán Tư Xéo", "quận Hoàn Kiếm, Hà Nội")
    )
    for name, text in tables.files(own).items():
        (tmp_path / name).write_text(text, "utf-8")
    texts = ["zqz ở đâu", "em ở quán tư xéo", "khám phụ khoa ở đâu"]
    found = list(comparing.compare(texts, tmp_path))
    assert [one["text"] for one in found] == texts[:2]
    assert found[0]["needs"]["now"] == [] and found[0]["needs"]["before"][0]["code"] == "health.general"  # type: ignore[index]
