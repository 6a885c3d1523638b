"""What maintainers add counts at once, is refused where it makes no sense, is taken back, and goes out as tables."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from directory import added, adding, answers, needs, places
from directory.added import Added
from directory.adding import Addition, NotAdded
from directory.exchange import tables
from directory.overlay import ChangedMeanwhile
from directory.reading import SEED, read
from directory.seedfiles import load_yaml
from directory.shelf import ShelfKeeper

NOW = datetime(2026, 12, 7, tzinfo=UTC)
FORM = Addition("teencode", "zqz", "khám phụ khoa")
OF_NEED = Addition("phrase", "thuốc xanh hằng ngày", "health.prep")
OF_TOPIC = Addition("phrase", "viên xanh mỗi ngày", "prep-what")
SPOT = Addition("landmark", "quán Bà Tư Xéo", "quận Hoàn Kiếm, Hà Nội", also=("Tư Xéo cũ",))
ALL = (FORM, OF_NEED, OF_TOPIC, SPOT)


def understood(own: Added) -> list[bool]:
    """Whether each of the four is understood."""
    with added.using(own):
        where = places.read(read("e o quan ba tu xeo can test")).places
        return [
            read("zqz o dau").plain.startswith("kham phu khoa"),
            "health.prep" in [guess.code for guess in needs.read(read("em cần thuốc xanh hằng ngày"))],
            "prep-what" in dict(answers.match(read("vien xanh moi ngay la gi"))),
            [one.name for one in where[:1]] == ["quận Hoàn Kiếm, Hà Nội"],
        ]


def test_each_counts_from_the_next_look_on_until_it_is_taken_back(connection: Connection) -> None:
    keeper = ShelfKeeper()
    keeper.load(connection)
    assert understood(keeper.shelf.added) == [False] * 4
    for number, one in enumerate(ALL):
        adding.add(connection, one, staff_id=7, now=NOW)
        assert keeper.refresh(connection)
        assert understood(keeper.shelf.added) == [at <= number for at in range(4)]
    for number, one in enumerate(adding.kept(connection)[::-1]):
        adding.take_back(connection, one.addition.kind, one.addition.key, expected=1, staff_id=8, now=NOW)
        assert keeper.refresh(connection) and not keeper.refresh(connection)
        assert understood(keeper.shelf.added) == [at > number for at in range(4)]
    assert {(one.is_in, one.staff_id, one.revision) for one in adding.kept(connection)} == {(False, 8, 2)}
    adding.add(connection, FORM, staff_id=7, now=NOW)
    assert adding.kept(connection)[0].revision == 3 and adding.added(connection).shortenings == {"zqz": "khám phụ khoa"}


def test_two_who_add_or_take_back_the_same_are_told(connection: Connection) -> None:
    adding.add(connection, FORM, staff_id=7, now=NOW)
    with pytest.raises(NotAdded) as known:
        adding.add(connection, Addition("teencode", "ZQZ", "bác sĩ"), staff_id=8, now=NOW)
    assert known.value.values == {"means": "bác sĩ"}
    with pytest.raises(ChangedMeanwhile):
        adding.take_back(connection, "teencode", "zqz", expected=4, staff_id=8, now=NOW)
    adding.take_back(connection, "teencode", "zqz", expected=1, staff_id=8, now=NOW)
    for kind, key in (("teencode", "zqz"), ("teencode", "none"), ("article", "prep-what")):
        with pytest.raises(NotAdded):
            adding.take_back(connection, kind, key, expected=2, staff_id=8, now=NOW)


@pytest.mark.parametrize(
    ("given", "key", "field"),
    [
        (Addition("teencode", "", "không"), "empty", "words"),
        (Addition("teencode", "hai từ", "không"), "one_word", "words"),
        (Addition("teencode", "z", "không"), "one_word", "words"),
        (Addition("teencode", "zqz", "zxcv"), "syllables", "means"),
        (Addition("teencode", "zqz", "một hai ba bốn năm"), "syllables", "means"),
        (Addition("teencode", "hok", "học"), "known", "words"),
        (Addition("teencode", "ct", "chồng"), "several", "words"),
        (Addition("teencode", "đói", "đói"), "same", "means"),
        (Addition("teencode", "x" * 90, "không"), "long", "words"),
        (Addition("phrase", "gọi 0912 345 678", "health.prep"), "number", "words"),
        (Addition("phrase", "một|hai", "health.prep"), "plain", "words"),
        (Addition("phrase", "a", "health.prep"), "phrase", "words"),
        (Addition("phrase", "thuốc dự phòng", "health.prep"), "known", "words"),
        (Addition("phrase", "thuốc dự phòng", "legal.aid"), "known", "words"),
        (Addition("phrase", "thuốc xanh", "health.none"), "no_target", "means"),
        (Addition("landmark", "Ba Đình", "quận Hoàn Kiếm, Hà Nội"), "known", "words"),
        (Addition("landmark", "hồ Gươm", "quận Hoàn Kiếm, Hà Nội"), "known", "words"),
        (Addition("landmark", "quán Bà Tư Xéo", "ở đâu đó"), "town", "means"),
        (Addition("landmark", "quán Bà Tư Xéo", "Châu Thành"), "town", "means"),
        (Addition("landmark", "quán Bà Tư Xéo", "quận Hoàn Kiếm, Hà Nội", ward="Không Có"), "ward", "ward"),
        (Addition("poem", "zqz", "không"), "empty", "kind"),
    ],
)
def test_what_cannot_be_added_says_why_and_where(
    connection: Connection, given: Addition, key: str, field: str
) -> None:
    with pytest.raises(NotAdded) as refused:
        adding.add(connection, given, staff_id=7, now=NOW)
    assert (refused.value.key.rpartition(".")[2], refused.value.field) == (key, field)
    assert not adding.kept(connection)


def test_a_trial_stays_a_trial() -> None:
    trial = adding.gathered(adding.checked(one) for one in ALL)
    assert understood(trial) == [True] * 4 and understood(added.NOTHING) == [False] * 4


def test_the_tables_go_out_whole_with_the_new_lines_and_nothing_else_changed() -> None:
    odd = [Addition("teencode", "ooo2", "không"), Addition("phrase", "yes no", "health.prep"), *ALL]
    made = tables.files(adding.gathered(adding.checked(one) for one in odd))
    assert sorted(made) == ["keywords.yaml", "landmarks.yaml", "teencode.yaml", "topics.yaml"]
    for name, text in made.items():
        before = (SEED / name).read_text("utf-8").splitlines()
        kept = [line for line in before if line in text.splitlines()]
        assert len(before) - len(kept) <= 1, "only the line of a need grows"
    assert load_yaml(made["teencode.yaml"])["words"]["added"] == {"không": "ooo2", "khám phụ khoa": "zqz"}
    assert load_yaml(made["keywords.yaml"])["needs"]["health.prep"][-2:] == ["yes no", "thuốc xanh hằng ngày"]
    cues = {one["id"]: one["cues"] for one in load_yaml(made["topics.yaml"])["topics"]}
    assert cues["prep-what"][-1] == "vien xanh moi ngay"
    assert load_yaml(made["landmarks.yaml"])["landmarks"][-1] == {
        "name": "quán Bà Tư Xéo", "in": ["Quận Hoàn Kiếm / Hà Nội"], "also": ["tư xéo cũ"],
    }  # fmt: skip
    assert tables.files(added.NOTHING) == {}


def test_a_group_that_came_back_with_the_tables_is_written_once() -> None:
    once = tables._teencode((SEED / "teencode.yaml").read_text("utf-8"), {"zqz": "khám"})
    twice = tables._teencode(once, {"zqz": "khám", "zqx": "khám", "zzk": "thuốc"})
    assert load_yaml(twice)["words"]["added"] == {"khám": "zqz zqx", "thuốc": "zzk"}
    assert twice.count("  added:") == 1
