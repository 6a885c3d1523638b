"""The way of an article from a draft to its readers and back: one deed each, every step a revision that stays."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from directory import article_check, article_text, articles, outrun, overlay
from directory.articles import Article, ArticleIsIncomplete, Library
from directory.findings import Finding
from directory.needs import all_needs
from directory.overlay import Entry, Revision
from directory.wording import FALLBACK, HCMC, languages

ROLES = ("lawyer", "doctor", "peer", "none")
FIRST_REVIEW = timedelta(days=120)
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+){0,6}")
_LONG_AGO = date(2000, 1, 1)  # of a text of which nothing is known: past its review
PENDING = ("draft", "reviewed")
KIND = "article"


class NotYet(Exception):
    """This cannot be done to the article as it stands; `key` is the sentence that says why."""

    def __init__(self, key: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(key)
        self.key = key
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Desk:
    """One article in one language as the console shows it."""

    id: str
    language: str
    shown: Article | None  # what persons read now; None: withdrawn, or not written in this language
    working: Article  # what an editor goes on with: the pending text where there is one, else what is shown
    revision: int  # the newest one kept; 0: only the file
    pending: str  # the state of a text nobody reads yet: draft, reviewed, or nothing
    is_withdrawn: bool
    is_outrun: bool = False  # the file below the edit has changed since: somebody has to look at both

    def state(self, today: date) -> str:
        """The state as the list shows it; a text past its day of review is due, whatever was written."""
        if self.is_withdrawn:
            return "withdrawn"
        if self.pending:
            return self.pending
        if self.shown is not None and today > self.shown.review_by:
            return "due"
        return self.working.state


def desks(connection: Connection, languages: Iterable[str]) -> tuple[Desk, ...]:
    """Every topic in each of these languages: those of the list in its order, then those begun in the console."""
    revisions = overlay.last_revisions(connection, KIND)
    newest, late = {key: one.entry for key, one in revisions.items()}, set(outrun.among(revisions))
    shown = overlay.shown(connection)
    published: dict[tuple[str, str], int] = {key: entry.revision for key, entry in shown.items()}
    library = overlay.library(connection)
    return tuple(
        replace(_desk(id, language, library, newest, published, shown), is_outrun=(id, language) in late)
        for id in (*articles.topics(), *begun(newest))
        for language in languages
    )


def look_up(connection: Connection, id: str, language: str) -> Desk:
    """One article. Raises NotYet where there is no such topic."""
    if not is_topic(connection, id):
        raise NotYet("console.article.unknown")
    return next(one for one in desks(connection, [language]) if one.id == id)


def begun(newest: Mapping[tuple[str, str], Entry]) -> tuple[str, ...]:
    """The topics that are on no list but were begun in the console, by id."""
    return tuple(sorted({id for id, _ in newest} - set(articles.topics())))


def is_topic(connection: Connection, id: str) -> bool:
    """Whether there is such a topic, of the list or begun in the console."""
    return id in articles.topics() or bool(overlay.history(connection, KIND, id, FALLBACK))


def begin_topic(
    connection: Connection, id: str, *, title: str, needs: Sequence[str], review: str, sources: Sequence[str],
    staff_id: int | None, now: datetime,
) -> tuple[Finding, ...]:  # fmt: skip
    """Begin a topic that no list has: a Vietnamese draft without words, which says already who must look at it.

    Returns what stands in the way, by field; empty when it was begun. From then on it goes the way of all articles.
    """
    found = [] if _ID.fullmatch(id) else [Finding("id", id, "id_form")]
    if not found and is_topic(connection, id):
        found.append(Finding("id", id, "id_taken", {"id": id}))
    if not title:
        found.append(Finding("title", "", "no_title"))
    if not needs:
        found.append(Finding("needs", "", "no_needs"))
    found += [Finding("needs", code, "need_unknown", {"code": code}) for code in needs if code not in all_needs()]
    if review not in ROLES:
        found.append(Finding("review", review, "role_unknown"))
    if not sources:
        found.append(Finding("sources", "", "no_source"))
    if found:
        return tuple(found)
    today = _today(now)
    blank = Article(
        id=id, title=title, body=(), needs=tuple(needs), sources=tuple(sources), valid_from=today,
        review_by=today + FIRST_REVIEW, state="draft", reviewer=None, review=review, language=FALLBACK,
    )  # fmt: skip
    save(connection, blank, expected=0, staff_id=staff_id, now=now)
    return ()


def check(connection: Connection, article: Article, today: date) -> tuple[Finding, ...]:
    """Everything an editor would not let pass in this text, besides what all others say."""
    library = overlay.library(connection)
    # What was taken back may be shown again: its button is left out meanwhile, and keeps nobody from mending this text.
    kept = {id for id, _ in overlay.last_revisions(connection, KIND)}
    written = {one.id for one in library} | {one.id for one in articles.load()} | kept | {article.id}
    found = article_check.problems(article, written=written, today=today, is_begun_here=True)
    old = _said_otherwise(article, library)
    return (*found, *old, *article_check.claimed(article, library), *article_check.shared_cues(article, library))


def _said_otherwise(article: Article, library: Library) -> tuple[Finding, ...]:
    """A recording says what was written when it was made: of a changed text there is another one, or none."""
    shown = library.by_key.get((article.id, article.language))
    if shown is None or not article.audio or shown.audio != article.audio:
        return ()
    if (shown.body, shown.more) == (article.body, article.more):
        return ()
    return (Finding("audio", article.audio, "recording_old", {"name": article.audio}),)


def save(
    connection: Connection, article: Article, *, expected: int, staff_id: int | None, now: datetime
) -> tuple[Finding, ...]:
    """Keep a text as a draft that nobody reads yet; returns what is still to mend.

    A change takes every review back. Raises ChangedMeanwhile, ArticleIsIncomplete.
    """
    draft = replace(article, state="draft", reviewer=None, reviewed_on=None)
    _write(connection, draft, expected, staff_id, now, has_seen_file=True)
    return check(connection, draft, _today(now))


def approve(
    connection: Connection, desk: Desk, role: str, *, on: date, review_by: date, expected: int,
    staff_id: int | None, now: datetime,
) -> None:  # fmt: skip
    """The role that must look at this text has done so. Raises NotYet, ChangedMeanwhile."""
    if role != desk.working.review:
        raise NotYet("console.article.other_role")
    if on > _today(now) or review_by <= _today(now):
        raise NotYet("console.article.days")
    reviewed = replace(desk.working, state="reviewed", reviewer=role, reviewed_on=on, review_by=review_by)
    _refuse(connection, reviewed, now)
    _write(connection, reviewed, expected, staff_id, now)


def publish(connection: Connection, desk: Desk, *, expected: int, staff_id: int | None, now: datetime) -> None:
    """Show the pending text, or again what was taken back. Not reviewed yet, it says so in one calm line."""
    if not desk.pending and not desk.is_withdrawn and desk.working.state not in PENDING:
        raise NotYet("console.article.shown_already")
    published = replace(desk.working, state="published")
    _refuse(connection, published, now)
    _write(connection, published, expected, staff_id, now)


def mark_due(connection: Connection, desk: Desk, *, expected: int, staff_id: int | None, now: datetime) -> None:
    """Something in what is shown may have changed: readers are told so, the text stays. Raises NotYet."""
    if desk.shown is None:
        raise NotYet("console.article.not_shown")
    _over_pending(connection, desk, replace(desk.shown, state="due"), expected, staff_id, now)


def withdraw(connection: Connection, desk: Desk, *, expected: int, staff_id: int | None, now: datetime) -> None:
    """Take back what is shown, at once. Raises NotYet if nobody is shown it anyway."""
    if desk.shown is None:
        raise NotYet("console.article.not_shown")
    _over_pending(connection, desk, replace(desk.shown, state="withdrawn"), expected, staff_id, now)


def keep_ours(connection: Connection, desk: Desk, *, expected: int, staff_id: int | None, now: datetime) -> None:
    """Somebody has looked at the changed file and stays with the text of the console; nothing else changes."""
    last = overlay.last_revisions(connection, KIND).get((desk.id, desk.language))
    if last is None or not desk.is_outrun:
        raise NotYet("console.article.not_outrun")
    entry = replace(last.entry, revision=expected + 1, base=outrun.print_of(desk.id, desk.language))
    overlay.write(connection, entry, staff_id=staff_id, now=now)


def bring_back(
    connection: Connection, desk: Desk, revision: int, *, expected: int, staff_id: int | None, now: datetime
) -> None:
    """Go on from an older text: it becomes the draft. Raises NotYet where there is none of that number."""
    old = at_revision(connection, desk.id, desk.language, revision)
    if old is None:
        raise NotYet("console.article.no_revision")
    save(connection, old, expected=expected, staff_id=staff_id, now=now)


def add_phrasing(connection: Connection, desk: Desk, phrase: str, *, staff_id: int | None, now: datetime) -> None:
    """People ask for this article in these words too: it is found by them from now on.

    The words of the article stay as they are, and so does its review. Raises NotYet, ChangedMeanwhile.
    """
    if desk.shown is None:
        raise NotYet("console.article.not_shown")
    wider = replace(desk.shown, questions=(*desk.shown.questions, phrase))
    if found := tuple(article_check.claimed(wider, overlay.library(connection))):
        raise NotYet("console.article.mend", found)
    state = wider.state if wider.state == "due" else "published"
    _over_pending(connection, desk, replace(wider, state=state), desk.revision, staff_id, now, phrase=phrase)


def at_revision(connection: Connection, id: str, language: str, revision: int) -> Article | None:
    """The article as one revision has it; 0 is the file. None where there is none of that number that can be read."""
    if revision == 0:
        return articles.on_file(id, language)
    for one in overlay.history(connection, KIND, id, language):
        if one.entry.revision == revision:
            return _read(one.entry.body, language)
    return None


def history(connection: Connection, id: str, language: str) -> tuple[Revision, ...]:
    """What was done to this article, newest first."""
    return overlay.history(connection, KIND, id, language)


# --- below ------------------------------------------------------------------------------------------------------------


def _today(now: datetime) -> date:
    """The day on the calendar of those who review: before seven in the morning it is another one in UTC."""
    return now.astimezone(HCMC).date()


def _desk(
    id: str,
    language: str,
    library: Library,
    newest: Mapping[tuple[str, str], Entry],
    published: Mapping[tuple[str, str], int],
    entries: Mapping[tuple[str, str], Entry],
) -> Desk:
    key = (id, language)
    last, shown = newest.get(key), library.by_key.get(key)
    kept = entries.get(key)
    is_pending = last is not None and last.state in PENDING and last.revision > published.get(key, 0)
    source = last.body if is_pending and last else kept.body if kept else None
    working = _read(source, language) if source else None
    if working is None:
        working = articles.on_file(id, language) or _blank(id, language, newest)
    is_withdrawn = shown is None and (kept is not None or working.state == "withdrawn")
    pending = last.state if is_pending and last else ""
    return Desk(id, language, shown, working, last.revision if last else 0, pending, is_withdrawn and not is_pending)


def _read(body: str, language: str) -> Article | None:
    try:
        return articles.parse(body, language=language)
    except ArticleIsIncomplete:
        return None


def _blank(id: str, language: str, newest: Mapping[tuple[str, str], Entry]) -> Article:
    """What a translator starts from: everything of the Vietnamese article but its words; and whoever writes anew what
    somebody spoilt by hand, from the row of the topic."""
    first = articles.on_file(id, FALLBACK)
    if first is None and (id, FALLBACK) in newest:
        first = _read(newest[id, FALLBACK].body, FALLBACK)
    if first is None:
        first = next((found for one in languages() if (found := articles.on_file(id, one)) is not None), None)
    if first is None:
        known = articles.topics().get(id)
        first = Article(
            id=id, title="", body=(), needs=known.needs if known else (), sources=(), valid_from=_LONG_AGO,
            review_by=_LONG_AGO, state="draft", reviewer=None, review=known.review if known else "none",
            language=language,
        )  # fmt: skip
    bare = replace(first, title="", body=(), more=(), questions=(), cues=())
    return replace(bare, language=language, state="draft", reviewer=None, reviewed_on=None, audio=None)


def _refuse(connection: Connection, article: Article, now: datetime) -> None:
    if found := check(connection, article, _today(now)):
        raise NotYet("console.article.mend", found)


def _over_pending(
    connection: Connection, desk: Desk, article: Article, expected: int, staff_id: int | None, now: datetime,
    *, phrase: str = "",
) -> None:  # fmt: skip
    """Change what is shown without losing a pending text: that one is written again on top."""
    _write(connection, article, expected, staff_id, now)
    if desk.pending:
        again = desk.working
        if phrase and phrase not in again.questions:
            again = replace(again, questions=(*again.questions, phrase))
        _write(connection, again, expected + 1, staff_id, now)


def _write(
    connection: Connection, article: Article, expected: int, staff_id: int | None, now: datetime,
    *, has_seen_file: bool = False,
) -> None:  # fmt: skip
    """The next revision. What was not written with the file in sight stays over the file it was first written over."""
    body, key = article_text.render(article), (article.id, article.language)
    past = overlay.history(connection, KIND, *key)
    base = outrun.print_of(*key) if has_seen_file or not past else past[0].entry.base
    entry = Entry(KIND, *key, expected + 1, body, article.state, base)
    overlay.write(connection, entry, staff_id=staff_id, now=now)
