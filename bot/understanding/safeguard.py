"""Which rules of danger would lose a word if a shortening were added: such a shortening is refused, by their names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from bot.understanding import by_staff, self_harm
from bot.understanding.rules import TABLE, rules
from directory import added
from directory.reading import read
from directory.reading.spelling import Word, bare, mark_of, marks_agree
from directory.seedfiles import load_table

_SIGN = re.compile(r"\.\.\d+|[\^$?>|_]")


def rules_harmed(form: str, words: str) -> tuple[str, ...]:
    """The rules that fit `form` as it is read today and would not fit `words`: "danh" read as đành hides đánh."""
    with added.using(added.NOTHING):
        today = (*read(form).words, _word(form.lower()))
    later = [_word(word) for word in words.lower().split()]
    harmed: dict[str, None] = {}
    for word in today:
        for mark, ids in _marks_of_rules().get(word.plain, {}).items():
            if marks_agree(word, mark) and not any(one.plain == word.plain and marks_agree(one, mark) for one in later):
                harmed.update(dict.fromkeys(ids))
    return tuple(id for id, _, _ in _patterns() if id in harmed)


def _patterns() -> Iterator[tuple[str, Sequence[str], Mapping[str, str]]]:
    """Every rule by its name, with its patterns as they are written and the lists they name."""
    lists = load_table(TABLE)["lists"]
    for rule in rules():
        yield rule.id, [pattern.source for pattern in (*rule.patterns, *rule.hints)], lists
    for table in (by_staff.TABLE, self_harm.TABLE):
        for told in table.rules:
            yield str(told["id"]), told["patterns"], table.content["lists"]


def _word(written: str) -> Word:
    return Word(bare(written), mark_of(written), 0, 0)


@cache
def _marks_of_rules() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Every word of every pattern and hint: folded, then with its marks, then the rules it stands in."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for id, patterns, lists in _patterns():
        for pattern in patterns:
            for word in _SIGN.sub(" ", _spelt(pattern, lists)).split():
                marks = found.setdefault(bare(word), {})
                marks[mark_of(word)] = marks.get(mark_of(word), frozenset()) | {id}
    return found


def _spelt(pattern: str, lists: Mapping[str, str]) -> str:
    """The pattern with the words of the lists it names."""
    return re.sub(r"<(\w+)>", lambda name: str(lists[name[1]]), pattern)
