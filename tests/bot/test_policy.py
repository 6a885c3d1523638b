"""The organisation's decisions are read exactly, and a wrong one is named in one line."""

from datetime import date
from pathlib import Path

import pytest

from bot.policy import Policy, PolicyProblem, demonstration, load

TODAY = date(2026, 12, 7)


def read(folder: Path, text: str) -> Policy:
    (folder / "policy.toml").write_text(text)
    return load(folder / "policy.toml", today=TODAY)


def test_decisions_are_taken_over(tmp_path: Path) -> None:
    text = 'rung_minutes = [3, 4]\nviolence_level = "alarm"\nsecond_factor = false\n[fresh_days]\nshelter = 7\n'
    made = read(tmp_path, text)
    assert made.rung_minutes == (3, 4) and made.violence_level == "alarm" and not made.second_factor
    assert made.fresh_days_of("shelter") == 7 and made.fresh_days_of("hospital") == 365


def test_a_line_is_shown_only_for_a_year_after_its_test_call(tmp_path: Path) -> None:
    text = '[recorded_lines]\nN112 = "2026-10-02 supervisor"\nN_HIV = "2025-12-01 supervisor"\n'
    assert read(tmp_path, text).recorded_lines == {"N112"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("rung_minutes = []", "rung_minutes"),
        ("rung_minutes = [0]", "rung_minutes"),
        ("rung_minutes = [5, 600]", "rung_minutes must be from 1 to 15 each"),
        ("repeat_now_minutes = 600", "repeat_now_minutes must be from 1 to 15"),
        ("manager_after_minutes = 6000", "manager_after_minutes must be from 1 to 60"),
        ("manager_every_minutes = 1440", "manager_every_minutes must be from 5 to 120"),
        ("stop_after_hours = 999", "stop_after_hours must be from 1 to 24"),
        ("take_link_minutes = 5", "take_link_minutes must be from 15 to 720"),
        ("help_call_minutes = 480", "help_call_minutes must be from 5 to 60"),
        ("wake_order = []", "wake_order is empty"),
        ("words_days = 91", "words_days"),
        ("words_days = true", "words_days"),
        ("second_factor = 1", "second_factor"),
        ("wake_order = 'mail'", "wake_order"),
        ('violence_level = "never"', "violence_level"),
        ("request_begins_hour = 21", "request_begins_hour"),
        ('signed_on = "yesterday"', "signed_on"),
        ("[fresh_days]\nbar = 3", "fresh_days"),
        ('[recorded_lines]\nN112 = "yes"', "recorded_lines"),
        ("[is_demo]", "is_demo"),
        ("unknown = 1", "unknown"),
    ],
)
def test_a_wrong_decision_is_named_in_one_line(tmp_path: Path, text: str, name: str) -> None:
    with pytest.raises(PolicyProblem, match=name) as problem:
        read(tmp_path, text)
    assert "\n" not in str(problem.value)


def test_a_line_opens_only_when_everything_is_filled_in() -> None:
    assert len(Policy().problems()) == 6
    assert demonstration().problems() == ()
