"""What a lawyer, a doctor or a peer has still to look at, as a list to print and tick off."""

from collections.abc import Iterator, Sequence
from datetime import date

from directory import danger_sentences, facts, languages
from directory.article_check import awaiting
from directory.articles import Article, Library, is_over
from directory.facts import Fact
from directory.wording import FALLBACK, day, t

ROLES = ("lawyer", "doctor", "peer", "none")


def work_list(library: Library, role: str, language: str = FALLBACK, *, today: date) -> str:
    """Every text this role has still to review, with what it rests on; a text in two languages is one piece of work."""
    pieces = _pieces(awaiting(library).get(role, ()))
    sentences = danger_sentences.awaiting(role)
    count = len(pieces) + len(sentences)
    head = t("command.review.head", language, role=t(f"command.review.role.{role}", language), count=count)
    lines = [f"# {head}", t("command.review.how", language, day=day(today, language)), ""]
    for written in pieces:
        lines += [*_piece(written, language, today), ""]
    for one in sentences:
        lines += [*_sentence(one, language), ""]
    named = {id for written in pieces for id in written[0].facts} | {id for one in sentences for id in one.facts}
    known = [one for id, one in facts.facts().items() if id in named]
    if known:
        lines += [f"## {t('command.review.facts', language)}", *_facts(known, language), ""]
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


def _sentence(one: danger_sentences.Reviewed, language: str) -> Iterator[str]:
    """One sentence said in danger, in every language that has it, and what of it has no source."""
    yield f"[ ] {t('command.review.in_danger', language)} ({one.key})"
    for written in languages.enabled():
        yield f"    {written.code}: {t(one.key, written.code)}".replace("\n", " ")
    if one.facts:
        yield "    " + t("command.review.unsourced", language, facts=", ".join(one.facts))
    else:
        yield "    " + t("command.review.no_facts", language)


def _facts(known: Sequence[Fact], language: str) -> Iterator[str]:
    """Each fact of the list once, in full: on paper nobody can look up what H10 is. Those without a source first."""
    for one in sorted(known, key=lambda one: facts.MARKS.index(one.mark), reverse=True):
        mark = t(f"command.review.mark.{one.mark}", language)
        yield f"[ ] {one.id} ({mark}): {one.told(language)}"


def _piece(written: Sequence[Article], language: str, today: date) -> Iterator[str]:
    """One text: its title, its files, what is certain in it, what is not, and its amounts."""
    first = written[0]
    until = t(
        "command.review.late" if today > first.review_by else "command.review.until",
        language,
        day=day(first.review_by, language),
    )
    yield f"[ ] {first.title} ({first.id}); {until}"
    yield "    " + ", ".join(f"locales/{one.language}/articles/{one.id}.md" for one in written)
    for mark in facts.MARKS:
        named = [id for id in first.facts if id in facts.facts() and facts.facts()[id].mark == mark]
        if named:
            yield "    " + t(f"command.review.{mark}", language, facts=", ".join(named))
    if not first.facts:
        yield "    " + t("command.review.no_facts", language)
    for source in first.sources:
        yield f"    - {source}"
    for name in dict.fromkeys(facts.names_in("\n".join((*first.body, *first.more)))):
        yield "    - " + facts.fill(f"{{value:{name}}}", language, today)
