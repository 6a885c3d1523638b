"""`donghanh locale`: one line a language, and plain words for what cannot be begun."""

import pytest

from bot.__main__ import main


def test_status_says_how_far_each_language_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["locale", "status"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("vi\tenabled\t") and "74/74 articles" in lines[0]


@pytest.mark.parametrize(("code", "says"), [("en", "there already"), ("Việt", "is no code"), ("../x", "is no code")])
def test_what_cannot_be_begun_is_said_in_one_line(code: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["locale", "new", code]) == 2
    told = capsys.readouterr()
    assert says in told.err and told.out == ""
