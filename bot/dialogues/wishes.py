"""What somebody wants for her own case: a copy, another province, a yes taken back; and what we do not take over."""

from collections.abc import Sequence
from typing import Any

from bot.db import Tx
from bot.dialogues.consenting import is_yes
from bot.dialogues.kit import Ask, Dialogue, Do, Done, Hand, Item, Say, Turn
from bot.helpline import asides, cases, relay, sharing, taken_back
from bot.helpline.consents import ConsentTo, Yes
from bot.helpline.escalation import when
from directory.wording import t

MOST_COPIED = 3_000  # characters in one message; the channel cuts further where it must


class Copy(Dialogue):
    """What she told, given back in the chat under a neutral heading. Nothing is mailed, no second copy is made."""

    name = "copy"

    def start(self, turn: Turn) -> Sequence[Item]:
        if not turn.policy.own_copy:
            return [Say(t("copy.not_here", turn.language)), Done()]
        options = (("yes", t("copy.choice.yes", turn.language)), ("no", t("copy.choice.no", turn.language)))
        return [Ask(t("copy.question", turn.language), options, "sure")]

    def sure(self, turn: Turn) -> Sequence[Item]:
        if not is_yes(turn):
            return [Say(t("copy.left", turn.language)), Done()]
        language, now = turn.language, turn.now

        def lines(tx: Tx, lane_id: int) -> list[str]:
            known = cases.latest_of_lane(tx.connection, lane_id)
            if known is None:
                return []
            return [
                f"{when(line.at, now, language)} {line.staff_alias or t('copy.you', language)}: {line.text}"
                for line in relay.words(tx.connection, tx.seals, known.id)
                if line.text is not None
            ]

        return [Do(lines, lambda found: _pages(turn, found)), Done()]


def _pages(turn: Turn, lines: Any) -> Sequence[Item]:
    if not lines:
        return [Say(t("copy.empty", turn.language))]
    pages, page = [], t("copy.head", turn.language)
    for line in lines:
        if len(page) + len(line) > MOST_COPIED:
            pages.append(page)
            page = t("copy.more", turn.language)
        page = f"{page}\n{line}"
    return [*(Say(one) for one in (*pages, page)), Say(t("copy.after", turn.language))]


class Elsewhere(Dialogue):
    """Somebody from another province: possible, and nobody asks why."""

    name = "elsewhere"

    def start(self, turn: Turn) -> Sequence[Item]:
        if not turn.policy.other_province:
            return [Say(t("elsewhere.not_here", turn.language)), Done()]
        now, policy, place = turn.now, turn.policy, turn.memory.place

        def move(tx: Tx, lane_id: int) -> str:
            return asides.go_elsewhere(tx, lane_id, place, now=now, policy=policy)

        return [Do(move, lambda done: _told_elsewhere(turn, done))]

    def where(self, turn: Turn) -> Sequence[Item]:
        """The province to be avoided; left out, the wish stays open."""
        if turn.meaning is not None and turn.meaning.places:
            turn.memory.place = turn.meaning.places[0].key
            return self.start(turn)
        return [Say(t("report.later", turn.language)), Done()]


def _told_elsewhere(turn: Turn, done: Any) -> Sequence[Item]:
    said = t(f"elsewhere.{done}", turn.language)
    if done == "where":
        return [Ask(said, (("skip", t("danger.skip", turn.language)),), "where")]
    return [Say(said), Done()]


class Revoke(Dialogue):
    """Takes a yes back: shows which ones stand, also of a case that is closed, one tap each."""

    name = "revoke"

    def start(self, turn: Turn) -> Sequence[Item]:
        def look(tx: Tx, lane_id: int) -> list[tuple[str, str]]:
            return [
                (f"{one.purpose}:{one.partner_id or ''}", _named(turn, tx, one))
                for one in taken_back.standing(tx.connection, lane_id)
            ]

        return [Do(look, lambda found: _which(turn, found))]

    def chosen(self, turn: Turn) -> Sequence[Item]:
        purpose, _, partner = (turn.key or "").partition(":")
        if purpose not in set(ConsentTo):
            return [Say(t("revoke.kept", turn.language)), Done()]
        now = turn.now

        def withdraw(tx: Tx, lane_id: int) -> bool:
            return taken_back.take_back(tx, lane_id, purpose, now=now, partner_id=partner or None)

        return [
            Do(withdraw, lambda done: [Say(t("revoke.done" if done else "revoke.nothing_more", turn.language))]),
            Done(),
        ]


def _named(turn: Turn, tx: Tx, one: Yes) -> str:
    """What she agreed to; of several places each by its name, or she could not tell which she takes back."""
    said, partner = t(f"consent.choice.{one.purpose}", turn.language), one.partner_id or ""
    if one.purpose is not ConsentTo.SHARE:
        return said
    number = partner.removeprefix(sharing.ORGANISATION)
    if number != partner:
        return t("consent.choice.organisation", turn.language, partner=sharing.name_of(tx.connection, int(number)))
    listing = turn.shelf.get(partner)
    return f"{said}: {listing.service}" if listing is not None else said


def _which(turn: Turn, found: Any) -> Sequence[Item]:
    if not found:
        return [Say(t("revoke.nothing", turn.language)), Done()]
    options = (*found, ("keep", t("revoke.choice.keep", turn.language)))
    return [Ask(t("revoke.which", turn.language), options, "chosen")]


class Official(Dialogue):
    """An official who wants to know: written requests, managers told, help where it is needed. Nothing is confirmed."""

    name = "official"

    def start(self, turn: Turn) -> Sequence[Item]:
        now = turn.now
        options = (("yes", t("official.choice.yes", turn.language)), ("no", t("official.choice.no", turn.language)))
        return [
            Do(lambda tx, lane_id: asides.official_asked(tx, lane_id, now=now)),
            Ask(t("small.official", turn.language, contact=turn.policy.for_requests), options, "helped"),
        ]

    def helped(self, turn: Turn) -> Sequence[Item]:
        return [Hand("welcome")] if is_yes(turn) else [Say(t("official.bye", turn.language)), Done()]


class Warn(Dialogue):
    """Warning others about somebody: kindly not taken over, with what can be done instead."""

    name = "warn"

    def start(self, turn: Turn) -> Sequence[Item]:
        return [Say(t("warn.why_not", turn.language)), Hand("warn", "instead")]

    def instead(self, turn: Turn) -> Sequence[Item]:
        keys = ("report", "plan", "peers", "nothing")
        options = tuple((key, t(f"warn.choice.{key}", turn.language)) for key in keys)
        return [Ask(t("warn.instead", turn.language), options, "chosen")]

    def chosen(self, turn: Turn) -> Sequence[Item]:
        match turn.key:
            case "report":
                return [Hand("report", "offer")]
            case "plan":
                turn.memory.need = "safety.plan"
                return [Hand("human")]
            case "peers":
                turn.memory.need = "peers.group"
                return [Hand("find", "look")]
        return [Say(t("report.later", turn.language)), Done()]
