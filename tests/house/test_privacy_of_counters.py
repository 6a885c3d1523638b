"""Everything that is counted of what happens: who sees what it adds up to. A new kind fails here until written down."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import bot
from bot.figures.subjects import SUBJECT_OF

# What the rows of `event` count. All are numbers of a day, a province and a group of needs, kept because there is no
# person in them; nobody sees them by the day. kind: who sees what they add up to.
_FIGURES = "managers, by quarter, own provinces, small numbers hidden"
COUNTED: dict[str, str] = {
    "case_*": _FIGURES,
    "taken_within_5": _FIGURES,
    "taken_later": _FIGURES,
    "outcome.*": _FIGURES,
    "barrier.*": _FIGURES,
    "referred": _FIGURES,
    "referral_*": _FIGURES,
    "training_sent": _FIGURES,
    "training_*": _FIGURES,  # a referral to learn a trade or find work
    "search_*:*": _FIGURES,  # with the need that was sought: found, only elsewhere, nothing; once a talk and need
    "contact_made": _FIGURES,
    "company_*": _FIGURES,
    "company_dropped": _FIGURES,
    "turn": "nobody",
    "alarm": "nobody",
    "case_worse": "nobody",
    "case_closed": "nobody",
    "restored": "nobody",
    "erased": "nobody",
    "erased_words": "nobody",
    "shared_*": "nobody",
    "check_in_*": "nobody",
    "check_in_sent": "nobody",
    "check_in_silent": "nobody",
    "*:*": "whoever sees the articles, by article, over 90 days",  # what people thought of it
}


def kinds_in_the_code() -> Iterator[str]:
    """The second argument of every `happened(…)`; what is filled in stands as *."""
    for path in sorted(Path(bot.__file__).parent.rglob("*.py")):
        module = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "happened":
                yield from _kinds(node.args[1], module)


def _kinds(told: ast.expr, module: ast.Module) -> Iterator[str]:
    """A text, a text with gaps, the beginning of one, one of two, or a name that was given one of these."""
    match told:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "*" for one in values)
        case ast.Subscript(value=value):
            yield from _kinds(value, module)
        case ast.IfExp(body=body, orelse=other):
            yield from _kinds(body, module)
            yield from _kinds(other, module)
        case ast.Name(id=name):
            assigned = [node for node in ast.walk(module) if isinstance(node, ast.Assign)]
            given = [node.value for node in assigned if name in map(ast.unparse, node.targets)]
            assert given, f"{name} is counted, and nothing says here what it is"
            for one in given:
                yield from _kinds(one, module)
        case _:
            raise AssertionError(f"what is counted here cannot be read: {ast.unparse(told)}")


def test_everything_that_is_counted_is_written_down_and_nothing_else() -> None:
    found = set(kinds_in_the_code())
    assert found == set(COUNTED), "say in COUNTED who sees it"


def test_what_managers_see_of_the_counters_is_what_figures_tell() -> None:
    seen = [kind for kind, who in COUNTED.items() if who == _FIGURES]
    kept_back = [kind for kind, who in COUNTED.items() if who != _FIGURES]
    for kind in SUBJECT_OF:
        assert any(_is_of(kind, one) for one in seen), kind
        assert not any(_is_of(kind, one) for one in kept_back if one != "*:*"), kind


def _is_of(kind: str, written: str) -> bool:
    return re.fullmatch(re.escape(written).replace(r"\*", ".+"), kind) is not None
