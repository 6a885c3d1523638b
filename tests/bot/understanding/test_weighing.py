"""What the model feels of danger is weighed with what else a message sounds like; in a doubt a wish goes first."""

import pytest

from bot.understanding.danger import Danger
from bot.understanding.intents import intent_of
from bot.understanding.model import Opinion, shipped
from bot.understanding.patterns import view
from bot.understanding.topics import Topics
from bot.understanding.wanted import wanted
from bot.understanding.weighing import weigh
from directory.reading import read

FELT = Opinion(0.5, 0.1)
DOUBT = Danger("violence", ("control",), "model", None, None, True)
TOLD = Danger("violence", ("control",), "rule", "locked-in", (0, 4), True)
LEARNING = Topics((("livelihood.training", 0.6), ("violence.control", 0.05)), (), ())
HELD = Topics((("violence.control", 0.6), ("livelihood.training", 0.05)), (), ())
STORY = read("em o day muoi nam roi gio chi mong duoc sang lam viec khac cho con do kho")


def test_without_weights_the_opinion_stays_as_it_is() -> None:
    assert weigh(FELT, HELD, ()) == FELT


def test_violence_that_is_heard_raises_the_doubt_and_a_need_without_it_lowers_it() -> None:
    learnt = shipped().weighed
    violent = weigh(FELT, Topics(HELD.needs, (), (("control", 0.6),)), learnt)
    calm = weigh(FELT, LEARNING, learnt)
    assert calm.danger < FELT.danger < violent.danger
    assert calm.now == violent.now == FELT.now


@pytest.mark.parametrize(
    ("danger", "sounds", "first"),
    [
        (DOUBT, LEARNING, "livelihood.training"),
        (DOUBT, HELD, "violence.control"),
        (TOLD, LEARNING, "violence.control"),
        (TOLD, HELD, "violence.control"),
    ],
)
def test_where_only_the_model_feels_violence_a_plainer_wish_goes_first(
    danger: Danger, sounds: Topics, first: str
) -> None:
    found = [guess.code for guess in wanted(STORY, danger, sounds, 0.5)]
    assert found[0] == first and "violence.control" in found


def test_surer_danger_outweighs_the_wish() -> None:
    even = Topics((("livelihood.training", 0.5), ("violence.control", 0.3)), (), ())
    assert [wanted(STORY, DOUBT, even, felt)[0].code for felt in (0.4, 0.95)] == [
        "livelihood.training", "violence.control",
    ]  # fmt: skip


def test_nothing_is_told_where_nothing_is_wanted() -> None:
    assert wanted(STORY, Danger(), Topics(LEARNING.needs, (), (), wants=0.02), 0.1) == ()
    assert wanted(STORY, Danger(), Topics((("livelihood.training", 0.03),), (), ()), 0.1) == ()


@pytest.mark.parametrize(
    ("danger", "learnt", "intent"),
    [
        (DOUBT, (("find", 0.8), ("report", 0.2)), "find"),
        (DOUBT, (("ask", 0.7), ("report", 0.1)), "ask"),
        (DOUBT, (("find", 0.6), ("report", 0.5)), "report"),
        (TOLD, (("find", 0.8), ("report", 0.1)), "report"),
        (DOUBT, (), "report"),
    ],
)
def test_where_only_the_model_feels_violence_somebody_may_look_or_ask(
    danger: Danger, learnt: tuple[tuple[str, float], ...], intent: str
) -> None:
    assert intent_of(view(STORY), danger, needs=(), has_place=False, articles=(), learnt=learnt) == intent
