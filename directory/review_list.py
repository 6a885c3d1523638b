"""What a lawyer, a doctor or a peer has still to look at, as a list to print and tick off."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from directory import danger_sentences, facts, languages
from directory.article_check import awaiting
from directory.articles import Article, Library, is_over
from directory.facts import Fact
from directory.wording import FALLBACK, day, t

ROLES = ("lawyer", "doctor", "peer", "none")


@dataclass(frozen=True, slots=True)
class Piece:
    """One text to look at: what it rests on, its sources, its amounts in full. `article`: in the language of the list,
    where it is written in it."""

    article: Article
    until: str
    files: str
    rests_on: tuple[str, ...]
    sources: tuple[str, ...]
    amounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence that is said in danger, in every language that has it, and what of it has no source."""

    key: str
    said: tuple[tuple[str, str], ...]
    rests_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """Everything one role has still to look at, in words."""

    head: str
    how: str
    pieces: tuple[Piece, ...]
    sentences: tuple[Spoken, ...]
    facts: tuple[tuple[str, str, str], ...]  # id, how certain, what it says


def work_of(library: Library, role: str, language: str = FALLBACK, *, today: date) -> Work:
    """What this role has still to review; a text in two languages is one piece of work."""
    pieces = _pieces(awaiting(library).get(role, ()))
    sentences = danger_sentences.awaiting(role)
    named = {id for written in pieces for id in written[0].facts} | {id for one in sentences for id in one.facts}
    who, count = t(f"command.review.role.{role}", language), len(pieces) + len(sentences)
    return Work(
        t("command.review.head", language, role=who, count=count),
        t("command.review.how", language, day=day(today, language)),
        tuple(_piece(written, language, today) for written in pieces),
        tuple(_sentence(one, language) for one in sentences),
        tuple(_facts([one for id, one in facts.facts().items() if id in named], language)),
    )


def work_list(library: Library, role: str, language: str = FALLBACK, *, today: date) -> str:
    """The same as plain text, to tick off."""
    work = work_of(library, role, language, today=today)
    lines = [f"# {work.head}", work.how, ""]
    for piece in work.pieces:
        lines.append(f"[ ] {piece.article.title} ({piece.article.id}); {piece.until}")
        lines += [f"    {one}" for one in (piece.files, *piece.rests_on)]
        lines += [f"    - {one}" for one in (*piece.sources, *piece.amounts)] + [""]
    for one in work.sentences:
        lines.append(f"[ ] {t('command.review.in_danger', language)} ({one.key})")
        lines += [f"    {code}: {said}".replace("\n", " ") for code, said in one.said]
        lines += [*(f"    {said}" for said in one.rests_on), ""]
    if work.facts:
        lines.append(f"## {t('command.review.facts', language)}")
        lines += [f"[ ] {id} ({mark}): {said}" for id, mark, said in work.facts] + [""]
    return "\n".join(lines)


def due(library: Library, today: date) -> tuple[Article, ...]:
    """Texts whose day of review has come, or that rest on something that no longer holds."""
    return tuple(
        article for article in library if article.state == "due" or today > article.review_by or is_over(article, today)
    )


def _pieces(waiting: Sequence[Article]) -> list[list[Article]]:
    by_id: dict[str, list[Article]] = {}
    for article in waiting:
        by_id.setdefault(article.id, []).append(article)
    return [sorted(written, key=lambda one: one.language != FALLBACK) for written in by_id.values()]


def _sentence(one: danger_sentences.Reviewed, language: str) -> Spoken:
    said = tuple((written.code, t(one.key, written.code)) for written in languages.enabled())
    return Spoken(one.key, said, _rests_on(one.facts, language))


def _rests_on(ids: Sequence[str], language: str) -> tuple[str, ...]:
    """What is certain in it and what is not, a line for each mark."""
    known = facts.facts()
    marked = [(mark, [id for id in ids if id in known and known[id].mark == mark]) for mark in facts.MARKS]
    lines = [t(f"command.review.{mark}", language, facts=", ".join(found)) for mark, found in marked if found]
    return tuple(lines) if ids else (t("command.review.no_facts", language),)


def _facts(known: Sequence[Fact], language: str) -> Iterator[tuple[str, str, str]]:
    """Each fact of the list once, in full: on paper nobody can look up what H10 is. Those without a source first."""
    for one in sorted(known, key=lambda one: facts.MARKS.index(one.mark), reverse=True):
        yield one.id, t(f"command.review.mark.{one.mark}", language), one.told(language)


def _piece(written: Sequence[Article], language: str, today: date) -> Piece:
    first = written[0]
    until = "command.review.late" if today > first.review_by else "command.review.until"
    named = dict.fromkeys(facts.names_in("\n".join((*first.body, *first.more))))
    own = next((one for one in written if one.language == language), first)
    return Piece(
        own,
        t(until, language, day=day(first.review_by, language)),
        ", ".join(f"locales/{one.language}/articles/{one.id}.md" for one in written),
        _rests_on(first.facts, language),
        own.sources,
        tuple(facts.fill(f"{{value:{name}}}", language, today) for name in named),
    )
