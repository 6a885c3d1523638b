"""Somebody is being harmed, or was: safety first, an alarm at once if it is now, otherwise a colleague is offered."""

from collections.abc import Callable, Sequence
from typing import Literal

from bot.db import Tx
from bot.dialogues.consenting import BRIEF, agree, ask_consent, ask_consent_briefly, give_code, is_agreed, is_yes
from bot.dialogues.kit import Ask, Dialogue, Do, Done, Item, Say, Turn
from bot.helpline import cases, relay
from bot.masking import Masked
from directory import lines
from directory.places import province_of
from directory.reading import fold
from directory.wording import t

MOST_TOLD = 4_000  # characters kept in the notes of the talk (sealed, 72 hours)
_YES = {"co", "dang", "phai", "u", "uh", "um", "ua", "da", "vang", "yes", "y", "dung", "ngay luc nay", "co a", "da co"}
_NO = {"khong", "ko", "k", "hk", "hok", "no", "khong a", "chua", "da qua", "roi", "qua roi", "het roi"}


class Report(Dialogue):
    """Danger now, violence before, and the offer of a person."""

    name = "report"

    def start(self, turn: Turn) -> Sequence[Item]:
        if turn.meaning is not None and turn.meaning.danger.level == "now":
            return self.now(turn)
        _remember(turn)
        return [_ask_now(turn)]

    def now_or_not(self, turn: Turn) -> Sequence[Item]:
        """The answer to "are you in danger right now". Unclear is asked once more, then a person is offered."""
        level = turn.meaning.danger.level if turn.meaning else "none"
        said = fold(turn.text).strip(" .!?")
        if turn.key == "yes" or level == "now" or (turn.key is None and said in _YES):
            return self.now(turn)
        if turn.key == "no" or said in _NO or turn.notes.get("asked_twice"):
            return [Say(t("report.sorry", turn.language)), *self.offer(turn)]
        turn.notes["asked_twice"] = "yes"
        _remember(turn)
        return [_ask_now(turn)]

    def now(self, turn: Turn) -> Sequence[Item]:
        """The case is opened and the alarm raised at once; what else we know is added afterwards."""
        return [
            Say(safety_card(turn)),
            Do(_open(turn, "now"), lambda opened: self._opened(turn, opened)),
        ]

    def offer(self, turn: Turn) -> Sequence[Item]:
        """Whether somebody is told at once or only after a yes, the organisation has decided."""
        if turn.policy.violence_level == "alarm":
            return [Do(_open(turn, "violence"), lambda opened: self._opened(turn, opened))]
        return [ask_consent(turn, "talk")]

    def talk(self, turn: Turn) -> Sequence[Item]:
        """The answer to the offer of a colleague: without a yes nobody is told anything."""
        if is_yes(turn):
            return [
                Do(_open(turn, "violence"), lambda opened: [agree(turn), *self._opened(turn, opened)]),
            ]
        return [Say(t("report.later", turn.language)), *_numbers(turn), Done()]

    def where(self, turn: Turn) -> Sequence[Item]:
        """The area, if the person wants to say it; it goes to the open case."""
        place = turn.place or (turn.meaning.places[0].key if turn.meaning and turn.meaning.places else None)
        if turn.key == "skip" or place is None:
            return self._talk_about(turn)
        turn.memory.place = place
        now, policy = turn.now, turn.policy
        return [
            Do(lambda tx, lane_id: cases.set_place(tx, lane_id, place, now=now, policy=policy)),
            Say(t("danger.thanks_place", turn.language)),
            *self._talk_about(turn),
        ]

    def agreed(self, turn: Turn) -> Sequence[Item]:
        """The answer to what talking with a colleague means, asked after the alarm; nothing waits for it."""
        if is_yes(turn):
            return [agree(turn, BRIEF), Say(t("report.agreed", turn.language)), Done()]
        return [Say(t("report.not_agreed", turn.language)), Done()]

    def _talk_about(self, turn: Turn) -> Sequence[Item]:
        return [
            Do(
                lambda tx, lane_id: is_agreed(tx, lane_id),
                lambda has: [Done()] if has else [ask_consent_briefly(turn, "agreed")],
            )
        ]

    def _opened(self, turn: Turn, opened: cases.Opened) -> Sequence[Item]:
        if not opened.is_new and not opened.got_worse:
            return [Say(t("danger.joined", turn.language)), Done()]
        code = give_code(turn) if opened.is_new else []
        if opened.case.place is None and turn.memory.place is None:
            options = (("skip", t("danger.skip", turn.language)),)
            return [*code, Ask(t("danger.where", turn.language), options, "where")]
        return [*code, *self._talk_about(turn)]


def _remember(turn: Turn) -> None:
    """Keep what was told while we ask back, so that the colleague reads it and nobody has to tell it twice."""
    if turn.text:
        turn.notes["told"] = "\n".join(filter(None, (turn.notes.get("told", ""), turn.text)))[:MOST_TOLD]


def _open(turn: Turn, urgency: Literal["now", "violence"]) -> Callable[[Tx, int], cases.Opened]:
    """The deed that opens the case, or joins the one that is open, and keeps the message that led to it."""
    need = next((guess.code for guess in turn.meaning.needs), None) if turn.meaning else None
    place, now, policy = turn.memory.place, turn.now, turn.policy
    words = [said for said in (turn.notes.pop("told", ""), turn.text) if said]

    def open_case(tx: Tx, lane_id: int) -> cases.Opened:
        opened = cases.open_case(tx, lane_id, urgency=urgency, need=need, place=place, now=now, policy=policy)
        for said in words:
            relay.from_person(tx, opened.case.id, Masked(said), now=now)
        return opened

    return open_case


def safety_card(turn: Turn) -> str:
    """What to do and whom to call, by the rules for this trouble, place and hour. Never waits for anybody."""
    head = t("danger.first", turn.language)
    shown = _fitting(turn)
    if not shown:
        return head
    return "\n".join([head, t("danger.numbers", turn.language), lines.card(shown, turn.language)])


def _numbers(turn: Turn) -> Sequence[Item]:
    shown = _fitting(turn)
    if not shown:
        return []
    return [Say("\n".join([t("danger.numbers", turn.language), lines.card(shown, turn.language)]))]


def _fitting(turn: Turn) -> tuple[lines.Line, ...]:
    codes = tuple(guess.code for guess in turn.meaning.needs) if turn.meaning else ()
    place = turn.memory.place
    return lines.for_trouble(
        needs=codes or ("violence.physical",),
        province=province_of(place) if place else None,
        now=turn.now,
        recorded=turn.policy.recorded_lines,
    )


def _ask_now(turn: Turn) -> Ask:
    options = (("yes", t("danger.yes", turn.language)), ("no", t("danger.no", turn.language)))
    return Ask(t("danger.question", turn.language), options, "now_or_not")
