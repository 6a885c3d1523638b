"""Rules stand, hints wait for the model, a laugh or a denial takes a rule's word back, and the reasons can be read."""

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import understanding
from bot.understanding import comparing, examples, training
from bot.understanding.danger import judge, look
from bot.understanding.explaining import explain_danger
from bot.understanding.model import MODEL, Opinion, load
from bot.understanding.noises import NOISES
from bot.understanding.patterns import compile_pattern, view
from bot.understanding.rules import Examined, Rule, examine, rules
from directory.reading import read

AUTHORS = Path(__file__).resolve().parents[2] / "examples" / "authors"
MARKS = {"alarm": 0.9, "agree": 0.2, "ask": 0.5, "ask_now": 2.0, "sure": 0.8}


def examined(text: str) -> Examined:
    reading = read(text)
    return examine(reading, view(reading))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_the_examples_of_a_rule_fit_its_own_patterns_and_the_counters_do_not(rule: Rule) -> None:
    for text in rule.examples:
        seen = examined(text)
        assert rule.id in {hit.rule.id for hit in (*seen.standing, *seen.hinted)}, text
    for text in rule.counters:
        assert rule.id not in {hit.rule.id for hit in examined(text).standing}, text


@pytest.mark.parametrize(
    ("text", "veto"),
    [
        ("nó nhốt em trong phòng =))", "laughing-signs"),
        ("coi phim thấy nó nhốt em nhỏ trong phòng", "story"),
        ("test thử, nó nhốt em trong phòng", "test"),
    ],
)
def test_a_veto_makes_a_rule_a_hint_and_is_named(text: str, veto: str) -> None:
    seen = examined(text)
    assert not seen.standing and seen.hinted and veto in seen.vetoes


def test_denied_in_its_clause_and_danger_in_the_next() -> None:
    assert not examined("em không bị đánh").standing
    assert "raped" in [hit.rule.id for hit in examined("em không bị đánh, em bị hiếp").standing]


@pytest.mark.parametrize("danger", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("now", [0.0, 0.3, 1.0])
def test_the_model_never_lowers_what_a_rule_found(danger: float, now: float) -> None:
    order = ["none", "violence", "now"]
    for rule in rules():
        for text in rule.examples:
            seen = examined(text)
            alone = judge(seen, Opinion(0.0, 0.0), MARKS).level
            assert order.index(judge(seen, Opinion(danger, now), MARKS).level) >= order.index(alone)


def test_the_model_alone_asks_and_alarms_from_its_marks_on() -> None:
    quiet = examined("hôm nay trời đẹp")
    assert judge(quiet, Opinion(0.49, 0.1), MARKS).level == "none"
    asked = judge(quiet, Opinion(0.6, 0.1), MARKS)
    assert (asked.level, asked.doubt, asked.source) == ("violence", True, "model")
    assert judge(quiet, Opinion(0.6, 0.95), MARKS).level == "now"


def test_what_must_follow_is_not_part_of_what_is_found() -> None:
    reading = read("em bị đánh ở quán")
    pattern = compile_pattern("bị đánh >ở|tại", {})
    found = next(iter(pattern.find(view(reading))))
    assert reading.text[slice(*view(reading).span(found.start(), found.end()))] == "bị đánh"


def test_the_shipped_model_is_made_from_the_examples_rules_and_concepts_as_they_are() -> None:
    assert load(MODEL).made_from == training.print_of(AUTHORS), "run `make model`"
    assert MODEL.stat().st_size <= 5_000_000


def test_every_example_is_readable() -> None:
    many = examples.load(AUTHORS)
    assert len(many) >= 3000
    assert all(example.text.strip() for example in many)


def test_the_reasons_are_told() -> None:
    told = explain_danger("bij ddanhs owr quaanj 10, no nhot em trong phong")
    assert {"written": "bij", "read": "bi"} in told["words"]  # type: ignore[operator]
    assert told["rules"] and told["model"]["strongest"]  # type: ignore[index]
    json.dumps(told)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "piece",
    [
        "nó đánh em ",
        "a b c ",
        "x",
        "đ.á.n.h.",
        "\u0301",
        "bị không ",
        "cứu ",
        "nó khóa cửa không cho em về ",
        "=))",
        "🆘",
        "15t ",
    ],
)
def test_a_hundred_thousand_signs_are_looked_at_in_linear_time(piece: str) -> None:
    """Were a pattern to try every combination, this would not end within the timeout."""
    look(read((piece * 100_000)[:100_000]), view(read((piece * 100_000)[:100_000])))


@pytest.mark.parametrize("name", list(NOISES))
def test_noise_is_the_same_every_time(name: str) -> None:
    noise = NOISES[name]
    assert noise("Nó đánh em ở quận 10", Random(1)) == noise("Nó đánh em ở quận 10", Random(1))


@pytest.mark.parametrize(
    ("noise", "typed"),
    [("telex", "nos ddanhs em owr ddaay"), ("vni", "no1 d9anh1 em o73 d9a6y"), ("stripped", "no danh em o day")],
)
def test_noise_is_what_phones_write(noise: str, typed: str) -> None:
    assert NOISES[noise]("nó đánh em ở đây", Random(1)) == typed


def test_changed_tables_show_which_messages_change(tmp_path: Path) -> None:
    table = (Path(understanding.__file__).parent / "danger.yaml").read_text("utf-8")
    (tmp_path / "danger.yaml").write_text(table.replace("bị ..2 hiếp|cưỡng_bức", "bị ..2 zzz|cưỡng_bức"), "utf-8")
    changed = list(comparing.compare(["hôm qua em bị hiếp", "xin chào"], tmp_path))
    assert [one["text"] for one in changed] == ["hôm qua em bị hiếp"]
    (tmp_path / "danger.yaml").unlink()
    with pytest.raises(comparing.TablesUnreadable):
        list(comparing.compare(["xin chào"], tmp_path))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200))
def test_the_opinion_is_always_a_chance(text: str) -> None:
    told = explain_danger(text)["model"]
    assert 0 <= told["danger"] <= 1 and 0 <= told["now"] <= 1  # type: ignore[index]
