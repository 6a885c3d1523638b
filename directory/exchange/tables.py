"""The tables of understanding with everything that was added in the console written into them, as files to send on."""

import re
from collections.abc import Mapping, Sequence

import yaml

from directory import landmarks
from directory.added import Added
from directory.reading import SEED, fold
from directory.seedfiles import load_yaml

_GROUP = "added"  # in teencode.yaml beside the regions


def files(added: Added) -> Mapping[str, str]:
    """By file name, whole and with every comment; tables to which nothing was added are left out."""
    made: dict[str, str] = {}
    if added.shortenings:
        made["teencode.yaml"] = _teencode(_seed("teencode.yaml"), added.shortenings)
    if added.needs:
        made["keywords.yaml"] = _keywords(_seed("keywords.yaml"), added.needs)
    if added.topics:
        made["topics.yaml"] = _topics(_seed("topics.yaml"), added.topics)
    if added.landmarks:
        rows = [_flow(landmarks.as_row(one)) for one in added.landmarks]
        made["landmarks.yaml"] = "\n".join((landmarks.file().read_text("utf-8").rstrip(), *rows, ""))
    return {name: _same_or_refused(name, text) for name, text in made.items()}


def _seed(name: str) -> str:
    return (SEED / name).read_text("utf-8")


def _teencode(text: str, forms: Mapping[str, str]) -> str:
    """A group of its own below the regions; one that is there already is written anew with both."""
    known = load_yaml(text)["words"].get(_GROUP, {})
    by_meaning: dict[str, list[str]] = {str(meant): str(typed).split() for meant, typed in known.items()}
    for form, meant in forms.items():
        own = by_meaning.setdefault(meant, [])
        if form not in own:
            own.append(form)
    lines = [f"  {_GROUP}:", *(f"    {_word(meant)}: {_word(' '.join(typed))}" for meant, typed in by_meaning.items())]
    text = re.sub(rf"^  {_GROUP}:\n(?:    .*\n)*", "", text, flags=re.MULTILINE)
    return _before(text, "several:", lines)


def _keywords(text: str, phrases: Mapping[str, Sequence[str]]) -> str:
    """At the end of the need's own line; a need without a line gets one."""
    for code, many in phrases.items():
        words = ", ".join(map(_word, many))
        line = re.compile(rf"^(  {re.escape(code)}: \[.*)\]$", re.MULTILINE)
        if line.search(text):
            text = line.sub(lambda found, words=words: f"{found[1]}, {words}]", text, count=1)  # type: ignore[misc]
        else:
            text = f"{text.rstrip()}\n  {code}: [{words}]\n"
    return text


def _topics(text: str, phrases: Mapping[str, Sequence[str]]) -> str:
    """Below the other cues of the topic."""
    for id, many in phrases.items():
        cues = "".join(f"  - {_quoted(fold(phrase))}\n" for phrase in many)
        begin = re.search(rf"^- id: {re.escape(id)}\n(?:  .*\n)*?  cues:\n(?:  - .*\n)*", text, re.MULTILINE)
        if begin is not None:
            text = text[: begin.end()] + cues + text[begin.end() :]
    return text


def _before(text: str, line: str, lines: Sequence[str]) -> str:
    head, found, tail = text.partition(f"\n{line}")
    return "\n".join((head.rstrip("\n"), *lines)) + found + tail


def _quoted(value: str) -> str:
    return str(yaml.safe_dump(value, allow_unicode=True, default_style='"', width=1000)).strip()


def _word(value: str) -> str:
    """Bare where YAML reads it back as these letters, else in quotes."""
    try:
        is_bare = yaml.safe_load(f"[{value}]") == [value] and yaml.safe_load(f"{value}: x") == {value: "x"}
    except yaml.YAMLError:
        is_bare = False
    return value if is_bare else _quoted(value)


def _flow(row: Mapping[str, object]) -> str:
    written = yaml.safe_dump(dict(row), allow_unicode=True, default_flow_style=True, sort_keys=False, width=1000)
    return f"  - {written.strip()}"


class TableUnwritable(Exception):
    """A table was changed by hand in a way that nothing can be written into it: its name and why."""


def _same_or_refused(name: str, text: str) -> str:
    """What is given away can be read. Raises TableUnwritable."""
    try:
        load_yaml(text)
    except yaml.YAMLError as problem:
        raise TableUnwritable(f"{name}: {problem}") from None
    return text

