"""Whatever a network can carry, nothing of a message is lost on the way to it."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.render import measure, render
from bot.ports import Cap, Capabilities, Choice, ChoiceToken
from tests.fakes import EVERYTHING, POOREST


def choices(labels: list[str]) -> list[Choice]:
    return [Choice(ChoiceToken(f"token{at}"), label) for at, label in enumerate(labels)]


letters = st.text(st.characters(blacklist_categories=["Cs"]), max_size=400)
labels = st.lists(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=40), max_size=12)
able = st.builds(
    Capabilities,
    flags=st.sampled_from([Cap.NONE, Cap.BUTTONS, Cap.BUTTONS | Cap.LINK_BTN]),
    max_text=st.integers(20, 300),
    text_unit=st.sampled_from(["utf16", "chars"]),
    max_buttons=st.integers(0, 8),
    max_button_title=st.integers(4, 30),
    max_payload_bytes=st.just(64),
    reply_window=st.just(timedelta(days=1)),
)


@given(letters, labels, able)
def test_nothing_is_lost_and_every_part_fits(text: str, many: list[str], limits: Capabilities) -> None:
    parts = render(text, choices(many), limits)
    whole = "".join(part.text for part in parts)
    assert whole.startswith(text)
    assert all(measure(part.text, limits) <= limits.max_text for part in parts)
    shown = [choice for part in parts for choice in part.choices]
    assert len(shown) <= limits.max_buttons or not shown
    assert all(measure(choice.label, limits) <= limits.max_button_title for choice in shown)
    if shown:
        assert [choice.token for choice in shown] == [f"token{at}" for at in range(len(many))]
    else:
        assert all(f"{number}. {label}" in whole for number, label in enumerate(many, 1))


def test_a_text_is_cut_between_sentences_not_inside_words() -> None:
    parts = render("Câu thứ nhất. " * 20, [], POOREST)
    assert len(parts) > 1 and all(part.text.endswith(". ") for part in parts[:-1])


def test_without_buttons_the_choices_are_numbered_lines() -> None:
    (part,) = render("Chọn nhé", choices(["Có", "Không"]), POOREST)
    assert part.text == "Chọn nhé\n1. Có\n2. Không" and part.choices == ()


def test_a_link_is_a_button_where_there_are_any_and_a_line_elsewhere() -> None:
    link = Choice(ChoiceToken(""), "Tôi nhận", kind="url", url="https://example.org/t/x")
    assert render("Khẩn cấp", [link], EVERYTHING)[0].choices == (link,)
    assert render("Khẩn cấp", [link], POOREST)[0].text == "Khẩn cấp\nTôi nhận: https://example.org/t/x"
