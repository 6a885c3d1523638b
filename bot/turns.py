"""One message becomes one deed: what was understood meets where the talk stands; answers go into the outbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from bot import claims, parting
from bot.db import Tx
from bot.dialogues import asked_later, beside_case, beside_place, correcting, following, old_buttons, speaking, watched
from bot.dialogues.beside_case import Passed
from bot.dialogues.choosing import choose
from bot.dialogues.declined import read_in
from bot.dialogues.kit import Dialogue, Do, Memory, Standing, Turn, UnknownStep, advance
from bot.dialogues.repeated import step_of
from bot.events import happened
from bot.helpline import cases, coming_back, erasure
from bot.helpline.coming_back import Spare
from bot.helpline.truth import when
from bot.intake import Kept
from bot.outbox import OFFERS_KEPT, Option, offers, tell_person
from bot.policy import Policy
from bot.seals import KeyId
from bot.tables import inbox, person
from bot.talk import save, standing_of, talk_of
from bot.understanding import Meaning
from directory import languages, wording
from directory.places import province_of
from directory.reading import fold
from directory.shelf import Shelf, withdrawn
from directory.wording import t

HEARD = ("vi", "en")  # the languages that are recognised in what somebody writes; others are chosen
FEWEST_WORDS = 4  # in English, before a talk in another language goes on in it
URGENT = frozenset({"report", "mute", "entrust", "guard", "watched"})  # what is said here waits behind no other message


@dataclass(frozen=True, slots=True)
class Read:
    """One inbox row, opened and understood outside the transaction."""

    row_id: int | None  # None: it is kept and answered in one deed, and needs no place in the inbox
    lane_id: int
    kept: Kept
    meaning: Meaning | None
    word: str | None  # help | erase | leave
    code_hash: str | None = field(default=None, repr=False)  # four words that may be a return code
    spare: Spare | None = field(default=None, repr=False)
    is_flood: bool = False  # more messages in a minute than anybody can answer
    is_first_of_flood: bool = False


@dataclass(frozen=True, slots=True)
class House:
    """What every turn needs and none changes."""

    dialogues: Mapping[str, Dialogue]
    shelf: Callable[[], Shelf]
    policy: Policy
    service_name: str


@dataclass(frozen=True, slots=True)
class Erasing:
    """The person said yes: these keys are destroyed after the commit, then the rows go."""

    lane_id: int
    keys: tuple[KeyId, ...]


def take_turn(tx: Tx, read: Read, house: House, *, now: datetime) -> Erasing | None:
    """Answer one message. Deletes its inbox row in the same transaction, so that it has exactly one effect."""
    claims.hold_lane(tx, read.lane_id)
    if _is_elsewhere(tx, read) or (talk := talk_of(tx, read.lane_id)) is None:
        return None
    standing = standing_of(tx, talk)
    language = _language(tx, talk, read, standing.memory)
    option, is_stale = _option(tx, talk, read, standing.memory)
    # Four words of the list may sound dangerous to the model alone; if they are a code, they are a code.
    is_felt = read.meaning is not None and read.meaning.danger.source == "model"
    if read.code_hash is not None and (is_felt or not _is_danger(read)) and _come_back(tx, read, talk, house, now):
        return None
    turn = _turn(tx, read, house, standing, option, language, now)
    if _is_passed_over(tx, read, turn, now):
        return None
    is_placed = talk.has_case and beside_place.note(tx, read.lane_id, turn, standing)
    is_watched = talk.has_case or talk.has_guard or talk.has_block
    step = None
    if is_watched:
        step = beside_case.guarded(tx, read.lane_id, turn, standing, word=read.word, code_hash=read.code_hash)
    if step is not None:
        turn.notes.clear()
        save(tx, _run(tx, read, turn, step, house), read.lane_id)
        return None
    if not talk.has_case and (unseen := watched.step_of(turn, standing, read.word)) is not None:
        save(tx, _run(tx, read, turn, unseen, house), read.lane_id)
        return None
    _welcome(tx, read, talk, turn, house, now)
    if _is_in_two_languages(read, turn):
        speaking.which_goes_on(tx, read.lane_id, turn)
    if option is not None and old_buttons.is_over(tx, read.lane_id, turn, option):
        save(tx, standing, read.lane_id)  # a question that stands open now still does
        return None
    if option is not None:
        standing.dialogue, standing.step = step_of(turn, standing, option)
    if read.word == "leave":
        save(tx, Standing(memory=turn.memory), read.lane_id)
        tell_person(tx, read.lane_id, t("leave.bye", language), now=now)
        return None
    if is_stale and (stands := _after_stale(tx, read, turn, standing, house, talk.key_id)) is not None:
        save(tx, stands, read.lane_id)
        return None
    if talk.has_case and (step := _beside_case(tx, read, turn, standing, now, is_placed=is_placed)) is not None:
        after = _run(tx, read, turn, step, house) if step[0] else standing
        save(tx, standing if step == beside_place.PLACED else after, read.lane_id)
        return None
    is_kept = (read.kept.fragments and _is_danger(read)) or correcting.is_expected(turn, standing)
    if turn.hidden and not is_kept:
        tell_person(tx, read.lane_id, t("small.masked", language), now=now)
    after = _advance(tx, read, turn, standing, house)
    if turn.notes.pop("erase", None):
        erasing = Erasing(read.lane_id, erasure.begin(tx, read.lane_id, now=now))
        parting.part(tx, read.lane_id, now=now, policy=house.policy)
        return erasing
    save(tx, after, read.lane_id)
    _count(tx, turn, now)
    return None


def _after_stale(tx: Tx, read: Read, turn: Turn, standing: Standing, house: House, key_id: str) -> Standing | None:
    """A button of long ago. Where the talk stands then; None: it is answered like a beginning."""
    tell_person(tx, read.lane_id, t("small.stale_choice", turn.language), now=turn.now)
    if not offers(tx, read.lane_id, key_id):  # nothing is left to choose from, and it may have meant danger
        return _run(tx, read, turn, ("report", "anew"), house)
    return standing if standing.step is not None else None  # the open question still stands; that was no answer to it


def say_farewell(tx: Tx, lane_id: int, language: str, *, now: datetime, kept_out_until: datetime | None = None) -> bool:
    """The last message after an erasure; after it the contact is forgotten too. False: she cannot be told.

    Urgent: what answers a cry that comes right behind must not overtake it.
    """
    stays = ""
    if kept_out_until is not None:
        stays = "\n" + t("erase.token_stays", language, when=when(kept_out_until, now, language))
    instead = (t("erase.done_whole", language) + stays, t("erase.done_some", language) + stays)
    said = t("erase.done", language) + stays
    return tell_person(tx, lane_id, said, now=now, urgent=True, is_last=True, instead=instead) is not None


def tell_code(tx: Tx, lane_id: int, spare: Spare, house: House, *, now: datetime) -> None:
    """The return code that was not ready when it was needed. Not while somebody else may hold the phone."""
    claims.hold_lane(tx, lane_id)
    talk = talk_of(tx, lane_id)
    if talk is None or talk.has_guard:
        return
    if words := coming_back.give(tx, lane_id, spare, now=now, policy=house.policy):
        tell_person(tx, lane_id, t("returning.code", talk.language, code=words), now=now, urgent=True)


# Statements are built once: building one costs five times as much as running it.
_ANSWERED = delete(inbox).where(inbox.c.id == bindparam("row"), inbox.c.lane_id == bindparam("whose"))
_LAST = (
    select(inbox.c.id)
    .where(inbox.c.lane_id == bindparam("whose"), inbox.c.id > bindparam("row"), inbox.c.set_aside_at.is_(None))
    .limit(1)
)


def _is_elsewhere(tx: Tx, read: Read) -> bool:
    """Another process has answered it, or it goes on in another lane. Else its row is gone from now on."""
    told = {"row": read.row_id, "whose": read.lane_id}
    return read.row_id is not None and tx.execute(_ANSWERED, told).rowcount != 1


def _language(tx: Tx, talk: Any, read: Read, memory: Memory) -> str:
    """The first words decide; a wish for another language is followed at once, and so is plain English later on."""
    spoken = _wanted_language(talk, read, memory)
    if spoken is None or spoken == talk.language or not languages.is_enabled(spoken):
        return str(talk.language)
    tx.execute(update(person).where(person.c.id == talk.person_id).values(language=spoken))
    return spoken


def _wanted_language(talk: Any, read: Read, memory: Memory) -> str | None:
    text, meaning = read.kept.text, read.meaning
    if meaning is None:
        return None
    if (wished := languages.wished(text)) is not None:
        memory.chosen, memory.is_asked_which = wished, False
        return wished
    if meaning.intent == "language" or (talk.sealed is None and talk.language in HEARD):
        return str(meaning.language)
    if meaning.language == "en" and len(text.split()) >= FEWEST_WORDS:
        memory.chosen = memory.chosen if talk.language == "en" else ""
        return "en"
    if talk.language != "en" or memory.chosen == "en":  # chosen by name: she is asked before it changes
        return None
    return wording.FALLBACK if languages.is_plainly_vietnamese(text) else None


def _is_in_two_languages(read: Read, turn: Turn) -> bool:
    """She chose English by name and writes plain Vietnamese. In danger nobody is asked; a tap is in no language."""
    if turn.key is not None or turn.memory.is_asked_which or read.word is not None or _is_danger(read):
        return False
    if languages.wished(read.kept.text) is not None:
        return False  # "nói tiếng Anh được không" has just chosen it
    return turn.language == turn.memory.chosen == "en" and languages.is_plainly_vietnamese(read.kept.text)


def _option(tx: Tx, talk: Any, read: Read, memory: Memory) -> tuple[Option | None, bool]:
    """The choice taken: by token, by number or by label of the newest message; (None, True) for a button long gone."""
    is_tapped = read.kept.choice is not None  # an old button may be tapped; a number or label is of the newest message
    messages = offers(tx, read.lane_id, talk.key_id, newest=OFFERS_KEPT if is_tapped else 1)
    if read.kept.choice is not None:
        for message in messages:
            for token, option in message:
                if token == read.kept.choice:
                    return option, False
        return None, True
    said = fold(read.kept.text).strip(" .!")
    if not messages or not said:
        return None, False
    offered = [option for _, option in messages[0]]
    for number, option in enumerate(offered, following.first_number(offered, memory)):
        if said in (str(number), fold(option.label)):
            return option, False
    if talk.has_case or read.word is not None:  # whoever has the case reads it
        return None, False
    return asked_later.spoken(offered, read.kept.text, read.meaning), False


def _turn(
    tx: Tx, read: Read, house: House, standing: Standing, option: Option | None, language: str, now: datetime
) -> Turn:
    turn = Turn(
        text=read.kept.text,
        key=option.key if option else None,
        meaning=None if option else read.meaning,
        place=read.kept.place,
        now=now,
        language=language,
        memory=standing.memory,
        notes=standing.notes,
        shelf=house.shelf(),
        policy=house.policy,
        hidden=read.kept.hidden,
        fragments=read.kept.fragments,
        code_hash=read.code_hash,
        spare=read.spare,
        media=(read.kept.media or "other") if read.kept.kind in ("media", "unsupported") else None,
        is_start=read.kept.kind == "start" or (read.kept.kind == "choice" and option is None),
        down=partial(withdrawn, tx.connection),
    )
    following.uncover(turn, standing)
    return turn


def _is_danger(read: Read) -> bool:
    return read.meaning is not None and read.meaning.danger.level != "none"


def _come_back(tx: Tx, read: Read, talk: Any, house: House, now: datetime) -> bool:
    """Four words that open an earlier talk: it goes on here. False: they are ordinary words, and nobody learns more."""
    old = coming_back.owner(tx.connection, str(read.code_hash), now)
    if old is None or old == read.lane_id or (before := talk_of(tx, old)) is None:
        return False
    if cases.of_lane(tx.connection, read.lane_id) is not None:
        tell_person(tx, read.lane_id, t("returning.busy", talk.language), now=now)
        return True
    standing = standing_of(tx, before)
    tell_person(tx, read.lane_id, t("returning.back", before.language), now=now)
    claims.hold_lane(tx, old)  # whoever writes there just now is answered before, or begins anew
    parting.empty_page(tx, old)
    parting.part(tx, old, now=now, policy=house.policy)
    coming_back.resume(tx, old, read.lane_id, now=now)
    save(tx, standing, read.lane_id)
    words = coming_back.give(tx, read.lane_id, read.spare, now=now, policy=house.policy)
    if words:
        tell_person(tx, read.lane_id, t("returning.new_code", before.language, code=words), now=now)
    return True


def _is_passed_over(tx: Tx, read: Read, turn: Turn, now: datetime) -> bool:
    """In a flood the last message is answered; danger, whole words, choices and open cases always."""
    if not read.is_flood or read.word is not None or turn.key is not None or _is_danger(read):
        return False
    if cases.of_lane(tx.connection, read.lane_id) is not None:
        return False
    if read.is_first_of_flood:
        tell_person(tx, read.lane_id, t("small.slow", turn.language), now=now)
    last = {"whose": read.lane_id, "row": read.row_id}
    return read.row_id is not None and tx.execute(_LAST, last).first() is not None


def _welcome(tx: Tx, read: Read, talk: Any, turn: Turn, house: House, now: datetime) -> None:
    """The honest introduction comes once, before the first answer; not while help is on its way or there."""
    is_danger = turn.meaning is not None and turn.meaning.danger.level == "now"
    if turn.memory.is_welcomed or is_danger or read.word == "help" or (talk.has_case and turn.memory.has_alarm):
        return
    turn.memory.is_welcomed = True
    if talk.created_at <= now - timedelta(hours=house.policy.conversation_hours):
        tell_person(tx, read.lane_id, t("welcome.again", turn.language), now=now)
        return
    who = {"service": house.service_name, "organisation": turn.policy.organisation_name}
    intro = "\n\n".join(t("welcome.intro", one, **who) for one in read_in(turn))
    tell_person(tx, read.lane_id, intro, now=now)


def _beside_case(
    tx: Tx, read: Read, turn: Turn, standing: Standing, now: datetime, *, is_placed: bool
) -> tuple[str, str] | None:
    """With a case open: which step answers instead of the house; ("", "") where the colleague does; None: the house."""
    passed = beside_case.pass_on(tx, read.lane_id, turn, standing, word=read.word)
    if turn.fragments and (passed is Passed.WAITING or (passed is not Passed.NO and not _is_danger(read))):
        return "entrust", "start"
    if passed is Passed.ANSWER:
        return "report", "agreed"
    if passed is Passed.ON:
        return ("entrust", "start") if turn.fragments else ("", "")
    if is_placed and (step := beside_place.step(turn, standing)) is not None:
        return step
    if passed is Passed.WAITING and choose(turn, standing, read.word)[0] != standing.dialogue:
        return ("report", "kept") if beside_case.may_say_kept(tx, read.lane_id, now) else ("", "")
    return None


def _advance(tx: Tx, read: Read, turn: Turn, standing: Standing, house: House) -> Standing:
    name, step = choose(turn, standing, read.word)
    if turn.key is not None:
        name, step = str(standing.dialogue), str(standing.step)
    return _run(tx, read, turn, (name, step), house)


def _run(tx: Tx, read: Read, turn: Turn, step: tuple[str, str], house: House) -> Standing:
    name, at = step

    def perform(item: Do) -> Any:
        return item.deed(tx, read.lane_id)

    def tell(text: str, options: tuple[Option, ...], audio: str = "") -> None:
        tell_person(tx, read.lane_id, text, now=turn.now, options=options, urgent=name in URGENT, audio=audio)

    try:
        return advance(house.dialogues, name, at, turn, perform=perform, tell=tell)
    except UnknownStep:
        tell(t("small.restart", turn.language), ())
        return advance(house.dialogues, "welcome", "start", turn, perform=perform, tell=tell)


def _count(tx: Tx, turn: Turn, now: datetime) -> None:
    province = province_of(turn.memory.place) if turn.memory.place else None
    happened(tx, "turn", now=now, province=province, need=turn.memory.need)
