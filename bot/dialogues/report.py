"""Somebody is being harmed, or was: safety first, an alarm at once if it is now, otherwise a colleague is offered."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from bot.db import Tx
from bot.dialogues import beside_case, fitting, harmed
from bot.dialogues.card import abroad, needs_of, numbers, safety_card, said_place, take_in
from bot.dialogues.consenting import (
    BRIEF,
    agree,
    ask_consent,
    ask_consent_briefly,
    give_code,
    is_agreed,
    is_no,
    is_unclear,
    is_yes,
    not_now,
    refuse,
    wants_person,
)
from bot.dialogues.kit import Ask, Dialogue, Do, Done, Hand, Item, Say, Turn
from bot.dialogues.passing import is_skipped
from bot.dialogues.refusing import refuses
from bot.dialogues.repeated import Repeated, ask_harmed, ask_now
from bot.helpline import cases, relay, visibility, worsening
from bot.helpline.entrusting import ASKED_FOR
from bot.helpline.progress import progress, progress_if_called
from bot.helpline.recalling import Recalled, recall_alarm
from bot.masking import Masked
from bot.staff import covers
from bot.understanding.weighing import VIOLENT
from directory import needs
from directory.places import name_of, province_of
from directory.reading import fold
from directory.wording import t

_PLAIN = 0.8  # so surely is a need stated
MOST_TOLD = 4_000  # characters kept in the notes of the talk (sealed, 72 hours)
_YES = {"co", "dang", "phai", "u", "uh", "um", "ua", "da", "vang", "yes", "y", "dung", "ngay luc nay", "co a", "da co"}
_BY_OTHERS = {"physical", "sexual", "control", "partner", "family", "trafficking"}
_NO = {"khong", "ko", "k", "hk", "hok", "no", "khong a", "chua", "da qua", "roi", "qua roi", "het roi"}


class Report(Repeated, Dialogue):
    """Danger now, violence before, and the offer of a person."""

    name = "report"

    def start(self, turn: Turn) -> Sequence[Item]:
        take_in(turn)
        if turn.meaning is not None and turn.meaning.danger.level == "now":
            return self.now(turn)
        if turn.memory.is_minor:  # harm to a child is never only offered help
            return [*_limits(turn), *self.now(turn)]
        _remember(turn)
        if turn.meaning is not None and turn.meaning.danger.source == "model":
            turn.notes["felt"] = "yes"
        before = fitting.soon(turn)
        fitting.note_harm(turn)
        return [*before, ask_harmed(turn) if _is_self_harm(turn) else ask_now(turn)]

    def now_or_not(self, turn: Turn) -> Sequence[Item]:
        """The answer to "are you in danger right now". Unclear is asked once more, then a person is offered."""
        level = turn.meaning.danger.level if turn.meaning else "none"
        said = fold(turn.text).strip(" .!?")
        is_no = turn.key is None and says_no(turn)
        if refuses(turn):
            return [not_now(turn), *numbers(turn), *fitting.at_the_end(turn)]
        if turn.key == "yes" or (level == "now" and not is_no) or (turn.key is None and said in _YES):
            return self.now(turn)
        if turn.key == "no" or said in _NO or is_no or (level == "none" and _is_over(turn)):
            return [Say(t("report.sorry", turn.language)), *self.offer(turn)]
        if level == "none" and harmed.wants_no_police(turn):
            return [*harmed.no_police(turn), *(self.offer(turn) if turn.notes.get("asked_twice") else [ask_now(turn)])]
        if level == "none" and (sought := _seeks_place(turn) or _speaks_of_other(turn)):
            return sought
        answered = fitting.in_short(turn) if level == "none" else []
        if turn.notes.get("asked_twice") or is_skipped(turn):
            return [*(answered or [Say(t("report.sorry", turn.language))]), *self.offer(turn)]
        turn.notes["asked_twice"] = "yes"
        _remember(turn)
        is_placed = turn.key is None and turn.meaning is not None and bool(turn.meaning.places)
        noted = [Say(t("danger.thanks_place", turn.language))] if is_placed and not answered else []
        return [*answered, *noted, ask_now(turn)]

    def anew(self, turn: Turn) -> Sequence[Item]:
        """A button of days ago was tapped. What it meant is forgotten; whether it is danger is asked again."""
        return [replace(ask_now(turn), then="whether")]

    def whether(self, turn: Turn) -> Sequence[Item]:
        """The answer: without danger everything can be chosen again."""
        return [Hand("welcome")] if turn.key == "no" else self.now_or_not(turn)

    def harmed(self, turn: Turn) -> Sequence[Item]:
        """Whether she has taken something or hurt herself already: then it is now. Unclear is asked once more."""
        level = turn.meaning.danger.level if turn.meaning else "none"
        is_no = harmed.says_undone(turn)
        is_refused = refuses(turn)
        if (level == "now" and not is_no and not is_refused) or harmed.says_done(turn):
            turn.notes["harmed"] = "yes"
            return self.now(turn)
        is_wished = turn.key is None and turn.meaning is not None and turn.meaning.intent == "human"
        is_wished = is_wished or "denied" in turn.situations  # no plain "chưa", but what was asked is answered
        if is_no or is_wished or is_refused or is_skipped(turn) or turn.notes.get("asked_twice"):
            return [
                *([Do(worsening.unharmed)] if is_no else []),
                Say(fitting.with_closing("danger.self_harm.unharmed", turn.language)),
                *self.offer(turn),
            ]
        turn.notes["asked_twice"] = "yes"
        _remember(turn)
        return [ask_harmed(turn)]

    def now(self, turn: Turn) -> Sequence[Item]:
        """The case is opened and the alarm raised at once; what else we know is added afterwards."""
        take_in(turn)
        turn.memory.has_alarm = turn.memory.has_case = True
        card, soon = safety_card(turn), fitting.soon(turn)
        fitting.note_harm(turn)
        return [
            Say(card),
            *_limits(turn),
            *soon,
            Do(opening(turn, "now"), lambda opened: self._opened(turn, opened)),
        ]

    def offer(self, turn: Turn) -> Sequence[Item]:
        """Whether somebody is told at once or only after a yes, the organisation has decided."""
        if turn.policy.violence_level == "alarm":
            return [Do(opening(turn, "violence"), lambda opened: self._opened(turn, opened))]
        asked, now, language = ask_consent(turn, "talk"), turn.now, turn.language
        asked = replace(asked, options=(*asked.options, *fitting.choice_after_harm(turn)))

        def how_far(tx: Tx, lane_id: int) -> str | None:
            return progress_if_called(tx.connection, lane_id, now=now, language=language)

        return [Do(how_far, lambda said: [Say(said), Done()] if said else [asked])]

    def talk(self, turn: Turn) -> Sequence[Item]:
        """The answer to the offer of a colleague: without a yes nobody is told anything."""
        if wants_person(turn):
            turn.memory.has_case = True
            return [Do(opening(turn, "violence"), lambda opened: [agree(turn), *self._opened(turn, opened)])]
        if turn.key is not None and turn.key.startswith("article:"):
            return [Hand("answer", "read")]  # the offer stays: a person is one of the choices below it
        if fitting.asks_of_line(turn):
            return [*fitting.in_short(turn), ask_consent(turn, "talk")]
        if not harmed.wants_no_police(turn) and (other := _asks_something_else(turn)):
            return other
        if harmed.wants_no_police(turn) or is_unclear(turn):
            _remember(turn)
            return [*harmed.no_police(turn), ask_consent(turn, "talk", first="report.offer_again")]
        return [not_now(turn), *numbers(turn), *fitting.at_the_end(turn)]

    def where(self, turn: Turn) -> Sequence[Item]:
        """The area, if the person wants to say it; it goes to the open case."""
        if turn.key in ("fine", "mute"):
            return self.fine(turn) if turn.key == "fine" else [Hand("mute")]
        place = turn.place or (turn.meaning.places[0].key if turn.meaning and turn.meaning.places else None)
        if turn.key == "same":
            place = turn.memory.place
        if turn.key == "skip" or place is None:
            return [*abroad(turn), *self._talk_about(turn)]
        turn.memory.place = place
        now, policy = turn.now, turn.policy

        def put(tx: Tx, lane_id: int) -> bool:
            cases.set_place(tx, lane_id, place, now=now, policy=policy)
            return covers(tx.connection, province_of(place))

        return [
            Do(put, lambda is_covered: [] if is_covered else [_not_covered(turn)]),
            Say(t("danger.thanks_place", turn.language)),
            *self._talk_about(turn),
        ]

    def placed(self, turn: Turn) -> Sequence[Item]:
        """Where she is was noted beside another question, which still stands."""
        place = turn.memory.place
        check = Do(
            lambda tx, lane_id: place is None or covers(tx.connection, province_of(place)),
            lambda is_covered: [] if is_covered else [_not_covered(turn)],
        )
        return [check, Say(t("danger.thanks_place", turn.language))]

    def agreed(self, turn: Turn) -> Sequence[Item]:
        """The answer to what talking with a colleague means, asked after the alarm; nothing waits for it.

        Only a plain no is a no: "để làm gì" is asked once more, and what she goes on to write waits with the rest.
        """
        if turn.key in ("fine", "mute"):
            return self.fine(turn) if turn.key == "fine" else [Hand("mute")]
        if is_yes(turn):
            return [agree(turn, BRIEF), Say(t("report.agreed", turn.language)), *fitting.at_the_end(turn)]
        if is_no(turn):
            return [refuse(turn), Say(t("report.not_agreed", turn.language)), *fitting.at_the_end(turn)]
        if turn.place is not None or (turn.meaning is not None and turn.meaning.places):
            return self.where(turn)
        if is_unclear(turn):
            return [*abroad(turn), ask_consent_briefly(turn, "agreed", is_again=True)]
        return self.kept(turn)

    def fine(self, turn: Turn) -> Sequence[Item]:
        """ "Không phải, mình ổn": the alarm is called off, or the colleague who is with her already hears it."""
        now, policy = turn.now, turn.policy

        def told(done: Any) -> Sequence[Item]:
            if done in (Recalled.ENDED, Recalled.CALMED):
                turn.memory.has_alarm = False
            return [Say(t(f"danger.fine.{done}", turn.language)), Done()]

        return [Do(lambda tx, lane_id: recall_alarm(tx, lane_id, now=now, policy=policy), told)]

    def state(self, turn: Turn) -> Sequence[Item]:
        """Asked how far it is: the truth, with the number of colleagues and the minutes."""
        now, language = turn.now, turn.language
        return [
            Do(
                lambda tx, lane_id: progress(tx.connection, lane_id, now=now, language=language),
                lambda said: [Say(said), Done()] if said else [Hand("small", "unclear")],
            )
        ]

    def kept(self, turn: Turn) -> Sequence[Item]:
        """While nobody has the case yet her words wait for whoever takes it; said once, not after every line."""
        return [Say(t("danger.kept", turn.language)), Done()]

    def after_entrusting(self, turn: Turn) -> Sequence[Item]:
        """The place is with the case; what is left is whether a colleague may read along."""
        return self._talk_about(turn)

    def _talk_about(self, turn: Turn) -> Sequence[Item]:
        return [
            Do(
                lambda tx, lane_id: is_agreed(tx, lane_id),
                lambda has: fitting.at_the_end(turn) if has else [ask_consent_briefly(turn, "agreed")],
            )
        ]

    def _opened(self, turn: Turn, opened: cases.Opened) -> Sequence[Item]:
        _recall(turn)
        if turn.fragments:
            return [*(give_code(turn) if opened.is_new else []), Hand("entrust")]
        if not opened.is_new and not opened.got_worse and not beside_case.cannot_talk(turn):
            return [Say(t("danger.joined", turn.language)), Done()]
        code = give_code(turn) if opened.is_new else []
        if beside_case.cannot_talk(turn):
            return [*code, Hand("mute")]
        if opened.case.place is None:
            before = turn.memory.place  # she looked for something there; whether she is there now, only she knows
            same = name_of(before, turn.language) if before is not None else ""
            options = [("same", t("danger.choice.same", turn.language, place=same))] if same else []
            options.append(("skip", t("danger.skip", turn.language)))
            if opened.case.urgency == "now":
                options += [(key, t(f"danger.choice.{key}", turn.language)) for key in ("mute", "fine")]
            return [*code, Ask(t("danger.where", turn.language), tuple(options), "where")]
        place = opened.case.place
        check = Do(
            lambda tx, lane_id: covers(tx.connection, province_of(place)),
            lambda is_covered: [] if is_covered else [_not_covered(turn)],
        )
        return [*code, check, *self._talk_about(turn)]


def _limits(turn: Turn) -> Sequence[Item]:
    """What we cannot keep to ourselves of somebody under 18, once a talk."""
    if not turn.memory.is_minor or turn.notes.get("limits"):
        return []
    turn.notes["limits"] = "said"
    return [Say(t("danger.minor", turn.language))]


def _asks_something_else(turn: Turn) -> Sequence[Item]:
    """A question about a place or an article instead of yes or no: it is answered, and a person stays one tap away."""
    meaning = turn.meaning
    if fitting.asks_what_now(turn):
        return [Hand("answer", "what_now")]
    if turn.key is not None or meaning is None:
        return []
    if meaning.intent == "find" and (meaning.needs or meaning.places):
        return [Hand("find")]
    if fitting.asks_of_that(turn):
        return [Hand("find") if fitting.asks_where(turn) and turn.memory.need else Hand("answer")]
    return [Hand("answer")] if meaning.intent == "ask" and meaning.articles else []


# What says, alone or behind a no, that it lies behind her: "không, hôm qua", "chuyện năm ngoái rồi".
_PAST_WORDS = """
hom qua kia toi dem tuan thang nam truoc ngoai lau roi bua hoi ngay chuyen cu xong het nua chi do yesterday last night
week month ago before over it was thats that its happened morning earlier years year days weeks months
"""
_PAST = frozenset(_PAST_WORDS.split())


def says_no(turn: Turn) -> bool:
    """ "Không, họ đi rồi": a plain no and then more. What only the model feels in the rest is no danger now."""
    first = re.split(r"[,.;!\n]", fold(turn.text), maxsplit=1)[0].strip()
    is_told = turn.meaning is not None and turn.meaning.danger.level == "now" and turn.meaning.danger.source != "model"
    return (first in _NO or harmed.says_left(turn)) and not is_told


def _is_over(turn: Turn) -> bool:
    """Whether her words say no and nothing else, or that it is past; "không ra được" says neither."""
    said = re.findall(r"\w+", fold(turn.text)) if turn.key is None else []
    rest = [word for word in said if word not in harmed.POLITE and word not in harmed.PLAIN_NO and not word.isdigit()]
    if not said or not _PAST.issuperset(rest):
        return False
    return bool(rest) or said[0] in harmed.PLAIN_NO


def _seeks_place(turn: Turn) -> Sequence[Item]:
    """Asked about danger, she asks for a place: that is looked for, and it is remembered what she told."""
    meaning = turn.meaning
    if fitting.asks_of_that(turn) and fitting.asks_where(turn) and turn.memory.need:
        return [Hand("find")]
    if turn.key is not None or meaning is None or meaning.intent != "find":
        return []
    is_timely = turn.memory.article in fitting.TIMELY
    if meaning.needs or (is_timely and fitting.asks_where(turn)):
        if is_timely and not needs.read(turn.reading, by_likeness=False):
            turn.meaning = replace(meaning, needs=())  # "có chỗ nào mở giờ này" looks for what has its hours
        return [Hand("find")]
    told = turn.notes.get("needs", "").split(",")[0]
    if not meaning.places or not told or told.startswith(VIOLENT):
        return []
    turn.memory.need = told  # "bị đuổi khỏi phòng trọ": where she is answers what she needs most
    return [Hand("find")]


def _speaks_of_other(turn: Turn) -> Sequence[Item]:
    """What only the model had felt, and she goes on about her health: that is answered."""
    needs = turn.meaning.needs if turn.meaning is not None and turn.key is None else ()
    is_other = bool(needs) and needs[0].score >= _PLAIN and needs[0].code.startswith("health.")
    is_other = is_other and needs[0].code != "health.emergency"
    return [Hand("answer")] if is_other and turn.notes.get("felt") and turn.meaning and turn.meaning.articles else []


def _not_covered(turn: Turn) -> Say:
    """Honest: a colleague talks with her all the same, and nobody is promised to come."""
    place = turn.memory.place
    where = name_of(place, turn.language) if place else t("alarm.place_unknown", turn.language)
    return Say(t("danger.not_covered", turn.language, place=where))


def _remember(turn: Turn) -> None:
    """Keep what was told while we ask back, so that the colleague reads it and nobody has to tell it twice."""
    if turn.is_kept:
        turn.notes.setdefault("since", turn.now.isoformat())
    elif turn.text:
        turn.notes["told"] = "\n".join(filter(None, (turn.notes.get("told", ""), turn.text)))[:MOST_TOLD]
    if (place := said_place(turn)) is not None:
        turn.notes["told_place"] = f"{place.tier}|{place.code}|{turn.now.isoformat()}"
    if turn.fragments:  # where she is must not be lost only because we asked back first
        turn.notes["fragments"] = json.dumps([[kind, text, turn.now.isoformat()] for kind, text in turn.fragments])


def _recall(turn: Turn) -> None:
    """What was masked in the message before our question is asked about once somebody could come; after an hour not."""
    told = json.loads(turn.notes.pop("fragments", "[]"))
    young = [(kind, text) for kind, text, at in told if turn.now - datetime.fromisoformat(at) < ASKED_FOR]
    turn.fragments = turn.fragments or tuple(young)


def opening(turn: Turn, urgency: Literal["now", "violence"]) -> Callable[[Tx, int], cases.Opened]:
    """The deed that opens the case, or joins the one that is open, and keeps the message that led to it."""
    need = needs_of(turn)[0] if (turn.meaning and turn.meaning.needs) or turn.memory.situations else None
    if need is not None and need.startswith("health.drugs"):
        need = "health.emergency"  # that drugs were taken is written down nowhere but in her own words
    place, now, policy = said_place(turn), turn.now, turn.policy
    said_now = "" if turn.is_kept else turn.text
    words = [said for said in (turn.notes.pop("told", ""), said_now) if said]
    since = datetime.fromisoformat(turn.notes.pop("since", now.isoformat()))

    def open_case(tx: Tx, lane_id: int) -> cases.Opened:
        opened = cases.open_case(tx, lane_id, urgency=urgency, need=need, place=place, now=now, policy=policy)
        for said in words:
            relay.from_person(tx, opened.case.id, Masked(said), now=now)
        if urgency == "now":  # what she said while we asked back stands in the case already, and was the cry
            visibility.open_since(tx, opened.case.id, since)
        return opened

    return open_case


def _is_self_harm(turn: Turn) -> bool:
    """She may hurt herself, and nothing says that somebody else is hurting her."""
    kinds = turn.meaning.danger.kinds if turn.meaning else ()
    return ("self_harm" in kinds or fitting.may_harm_herself(turn)) and _BY_OTHERS.isdisjoint(kinds)
