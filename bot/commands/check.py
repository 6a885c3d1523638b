"""`donghanh check`: says whether the line is fit to open, and prints what each role has still to review."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from babel.messages.pofile import PoFileError
from sqlalchemy import Connection

from bot import audit, policy, staff
from bot.app import MachineClock
from bot.channels import wake
from bot.commands.exchange import put
from bot.commands.opening import Opened, is_there, opened, strange_keys
from bot.helpline import retention, rota_watch
from bot.policy import Policy, PolicyProblem
from bot.rota import ahead, calendar, stored
from bot.schema import is_current
from bot.settings import SettingsProblem, load
from directory import (
    article_check,
    articles,
    catalogue,
    danger_sentences,
    holidays,
    languages,
    locale_scaffold,
    outrun,
    overlay,
    review_list,
    wording,
)
from directory.articles import Library
from directory.exchange import review_sheets

Point = tuple[bool | None, str]  # None: it will have to be mended, and does not keep the line closed yet
_MARKS = {True: "ok  ", False: "mend", None: "soon"}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("check", help="is the line fit to open? exit 1 if not")
    parser.add_argument(
        "--reviews",
        nargs="?",
        const="all",
        choices=("all", *review_list.ROLES),
        metavar="ROLE",
        help="print instead what lawyer, doctor, peer or none (sources only) has still to review",
    )
    parser.add_argument("--language", choices=wording.languages(), default=wording.FALLBACK, help="of the list")
    parser.add_argument("-o", dest="path", type=Path, metavar="FILE.pdf", help="the list of one role as printed pages")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """`ok`, `soon` or `mend` for each point; 1 if anything has to be mended first."""
    is_fit = True
    if arguments.path and arguments.reviews not in review_list.ROLES:
        print(f"-o prints the list of one role: --reviews {', '.join(review_list.ROLES)}.", file=sys.stderr)
        return 2
    if arguments.reviews:
        today, library = _today(MachineClock().now()), _library()
        if arguments.path:
            return _put_sheets(library, arguments.reviews, arguments.language, today, arguments.path)
        return _print_reviews(library, arguments.reviews, arguments.language, today)
    with opened(must_be_current=False) as house:
        for is_good, said in points(house, house.now()):
            print(f"{_MARKS[is_good]}  {said}", flush=True)
            is_fit = is_fit and is_good is not False
    return 0 if is_fit else 1


def points(house: Opened, now: datetime) -> Iterator[Point]:
    """Every point in the order in which one would mend them."""
    yield True, "settings and key file"
    decided = None
    try:
        decided = policy.load(house.settings.policy_file, today=now.date())
        missing = decided.problems()
        yield not missing, missing[0] if missing else f"policy signed on {decided.signed_on} by {decided.signed_role}"
    except PolicyProblem as problem:
        yield False, str(problem)
    is_new = house.read(is_current)
    yield is_new, "schema" if is_new else "schema is old: run donghanh migrate"
    if not is_new:
        return
    strange = house.read(lambda connection: strange_keys(connection, house.seals))
    yield not strange, strange or "key store"
    yield from house.read(lambda connection: list(_people(connection, now, decided or Policy())))
    yield from house.read(lambda connection: list(_listings(connection, decided or Policy(), now)))
    yield _holidays(_today(now))
    yield from _texts(house.read(overlay.library), _today(now))
    yield _over_files(house.read(lambda connection: overlay.last_revisions(connection, "article")))
    yield from _doors(house, now)
    yield from _languages()
    late = house.read(lambda connection: retention.overdue(connection, now))
    yield late == 0, f"{late} rows should be forgotten already: run the service" if late else "nothing kept too long"
    broken = house.read(lambda connection: audit.verify(connection, house.seals))
    yield broken is None, f"the audit was altered at row {broken}" if broken else "audit whole"


def _people(connection: Connection, now: datetime, decided: Policy) -> Iterator[Point]:
    members = [one for one in staff.everyone(connection) if one.state == "active"]
    for role in ("worker", "supervisor", "maintainer"):
        found = any(one.role == role for one in members)
        yield found, f"a {role}" if found else f"no active {role}: donghanh staff invite NAME --role {role} …"
    yield from _rota(connection, now, decided)
    demo = sum(one.is_demo for one in members)
    yield demo == 0, f"{demo} made-up colleagues: use another database" if demo else "no made-up colleagues"


def _rota(connection: Connection, now: datetime, decided: Policy) -> Iterator[Point]:
    until = now + ahead.LOOK_AHEAD
    plan = stored.load(connection, now, until)
    holes = ahead.gaps(plan, calendar.days_off(decided), now, until)
    national = [gap for gap in holes if gap.province is None]
    if national:
        first = national[0].starts_at.astimezone(wording.HCMC)
        yield False, f"nobody on duty from {first:%Y-%m-%d %H:%M} on: donghanh rota show, rota import"
    else:
        yield True, "somebody on duty for the next fourteen days"
    near = len(holes) - len(national)
    if near:
        yield False, f"{near} gaps in the rotas of provinces: donghanh rota show"
    yield plan.broken == 0, f"{plan.broken} entries of the rota make no sense" if plan.broken else "rota whole"
    years = {now.year, until.year}
    if not all(calendar.is_known(year) for year in years):
        yield False, "the new year of these days is not in the list: directory/holidays.py"


def _listings(connection: Connection, decided: Policy, now: datetime) -> Iterator[Point]:
    rows = catalogue.rows(connection)
    shown = [one for one in rows if one.state in ("published", "stale")]
    yield bool(shown), f"{len(shown)} listings shown" if shown else "no listing is shown yet"
    demo = sum(one.is_demo for one in rows)
    yield demo == 0, f"{demo} made-up listings: use another database" if demo else "no made-up listings"
    today = _today(now)
    old = [
        one
        for one in shown
        if one.checked_on is None or today - one.checked_on > timedelta(days=decided.fresh_days_of(one.kind))
    ]
    yield not old, f"{len(old)} listings unchecked for too long: see /console/listings" if old else "listings fresh"


def _holidays(today: date) -> Point:
    """The new year by the moon is a list that ends: said a year ahead, as a new version has to bring the dates."""
    last = holidays.known_until()
    if today > last:
        return False, f"the holidays by the moon were known until {last}: add the next to directory/holidays.py"
    if today + timedelta(days=366) > last:
        return None, f"the holidays by the moon are known until {last}: add the next to directory/holidays.py"
    return True, f"holidays by the moon known until {last}"


def _texts(library: Library, today: date) -> Iterator[Point]:
    """The articles: what an editor would mend, what is due, and how much each role has still to review."""
    faults = article_check.check(today=today)
    yield from ((False, str(fault)) for fault in faults)
    yield not faults, f"{len(faults)} faults in articles: docs/articles.md" if faults else "articles whole"
    late = review_list.due(library, today)
    yield not late, f"{len(late)} articles are past their day of review" if late else "no article past its day"
    waiting = article_check.awaiting(library)
    counts = ", ".join(f"{role} {len({one.id for one in found})}" for role, found in waiting.items())
    # Readers are told in each such article that it still waits: the line may open meanwhile.
    yield True, f"articles to review: {counts} (donghanh check --reviews)" if counts else "every article reviewed"
    unseen = sum(one.awaits_review for one in danger_sentences.table())
    yield True, f"sentences said in danger to review: {unseen}" if unseen else "sentences said in danger reviewed"


def _languages() -> Iterator[Point]:
    """Vietnamese and English are whole; what another language that persons may choose lacks is said in Vietnamese."""
    try:
        found = locale_scaffold.progress()
    except (languages.LanguageUnclear, ValueError, PoFileError) as problem:
        yield False, f"a language cannot be read: {str(problem).splitlines()[0]}"
        return
    missing_keys = wording.keys("vi") ^ wording.keys("en")
    yield not missing_keys, f"{len(missing_keys)} sentences lack a language" if missing_keys else "translations"
    for one in found:
        for key in one.broken:
            yield False, f"{one.code}: {key} has other braces than the Vietnamese sentence: locale status"
        if one.state == "enabled" and one.sentences < one.of_sentences:
            told = f"{one.sentences} of {one.of_sentences} sentences, {one.articles} of {one.of_articles} articles"
            yield None, f"{one.code} is enabled with {told}: the rest is said in Vietnamese"


def _over_files(newest: Mapping[tuple[str, str], overlay.Revision]) -> Point:
    """Edits of the console hide whatever comes with a new version; somebody has to look at both texts."""
    late = outrun.among(newest)
    named = ", ".join(f"{id} ({language})" for id, language in late[:5])
    told = f"{len(late)} articles of the console lie over newer files: {named}; see /console/articles"
    return not late, told if late else "no file is newer than its edit"


def _library() -> Library:
    """The articles as this house shows them; as the files have them where there is no house yet."""
    if not is_there(load()):
        return articles.load()
    with opened(must_be_current=False) as house:
        return house.read(overlay.library) if house.read(is_current) else articles.load()


def _print_reviews(library: Library, role: str, language: str, today: date) -> int:
    """The work list of one role, or of all, on standard output."""
    waiting = article_check.awaiting(library)
    has_work = {*waiting, *(one.review for one in danger_sentences.table() if one.awaits_review)}
    wanted = [one for one in review_list.ROLES if one in has_work] if role == "all" else [role]
    for one in wanted:
        print(review_list.work_list(library, one, language, today=today), flush=True)
    if not wanted:
        print("Nothing waits for a review.", file=sys.stderr)
    return 0


def _put_sheets(library: Library, role: str, language: str, today: date, path: Path) -> int:
    """The work list of one role as a PDF; 1 if nothing waits for it or there is no setter."""
    work = review_list.work_of(library, role, language, today=today)
    try:
        made = review_sheets.make(work, today=today, language=language)
    except review_sheets.NotPrinted as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0 if put(path, made) else 1


def _today(now: datetime) -> date:
    return now.astimezone(wording.HCMC).date()


def _doors(house: Opened, now: datetime) -> Iterator[Point]:
    public = house.settings.public_url
    is_safe = public.startswith("https://")
    yield is_safe, "public address" if is_safe else "DONGHANH_PUBLIC_URL must be the https address persons use"
    yield from _waking(house, now)


def _waking(house: Opened, now: datetime) -> Iterator[Point]:
    """A colleague asleep hears a call or a push; mail alone wakes nobody, an open page even less."""
    settings = house.settings
    try:
        ways = set(wake.ways(settings)) | ({"telegram"} if settings.staff_telegram_token else set())
    except SettingsProblem as problem:
        yield False, str(problem)
        return
    if not ways - {"mail"}:
        yield False, "nothing wakes a colleague: set DONGHANH_NTFY_URL or DONGHANH_VOICE_PROVIDER (docs/rota.md)"
        return
    yield True, f"colleagues can be woken by {', '.join(sorted(ways))}"
    asleep = house.read(lambda connection: rota_watch.cannot_be_woken(connection, now, Policy()))
    told = f"{asleep} colleagues on call showed no working channel lately: see /console/channels"
    yield not asleep, told if asleep else "everybody on call has a channel that works"
