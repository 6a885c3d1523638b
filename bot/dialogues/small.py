"""Everything brief: the first words, thanks, who we are, what we cannot do, and the way to a person."""

from collections.abc import Sequence

from bot.db import Tx
from bot.dialogues import fitting, passing
from bot.dialogues.consenting import agree, ask_consent, give_code, is_unclear, not_now, wants_person, withdraw
from bot.dialogues.kit import Ask, Dialogue, Do, Done, Hand, Item, Say, Turn
from bot.dialogues.repeated import go_back
from bot.dialogues.speaking import from_now_on, speak
from bot.dialogues.unanswered import noted
from bot.helpline import cases
from bot.helpline.queue import queue_answer
from directory import languages, lines
from directory.places import province_of
from directory.reading import fold
from directory.wording import t

_CLOSING = frozenset({"ok", "oke", "okie", "okela", "okay", "da", "vang", "da vang", "uh", "um", "u", "roi", "da roi"})
MOST_LANGUAGES = 2  # on the first message; all of them after "ngôn ngữ khác"


class Welcome(Dialogue):
    """The first message is honest: who runs the line, that it is an automaton, what the app may know."""

    name = "welcome"

    def start(self, turn: Turn) -> Sequence[Item]:
        keys = (("find", "welcome.find"), ("report", "welcome.report"))
        more = (("question", "welcome.question"), ("human", "welcome.human"))
        others = [one for one in languages.enabled() if one.code != turn.language]
        spoken = tuple((f"speak:{one.code}", one.name) for one in others[:MOST_LANGUAGES])
        options = (*((key, t(name, turn.language)) for key, name in (*keys, *more)), *spoken)
        return [Ask(t("welcome.what", turn.language), options, "chosen")]

    def chosen(self, turn: Turn) -> Sequence[Item]:
        match turn.key:
            case "find" | "report" | "human":
                return [Hand(turn.key)]
            case "question":
                return [Say(t("welcome.ask_away", turn.language)), Done()]
            case passing.SKIP:
                return passing.left(turn)
        return speak(turn) or [Hand("small", "unclear")]


class Human(Dialogue):
    """A person is asked for, or offered: the daytime queue, never the night shift."""

    name = "human"

    def start(self, turn: Turn) -> Sequence[Item]:
        """Asked for a person: what that means is said first, in one question."""
        return [ask_consent(turn, "wanted")]

    def offer(self, turn: Turn) -> Sequence[Item]:
        """We could not help: a person is offered, not pressed upon anybody."""
        return [ask_consent(turn, "wanted", first="human.offer")]

    def wanted(self, turn: Turn) -> Sequence[Item]:
        if not wants_person(turn):
            if turn.key is None and turn.meaning is not None and turn.meaning.places and turn.memory.need is not None:
                return [Hand("find")]  # "ở Cần Thơ": where she looks for what was spoken of
            if turn.key is None and turn.memory.need is not None and fitting.asks_where(turn):
                return [Hand("find")]  # "ở đâu làm": no yes and no no, and no reason to stop
            if is_unclear(turn):
                return [ask_consent(turn, "wanted", first="report.offer_again")]
            return [not_now(turn), Done()]
        need, place, now, policy = turn.memory.need, turn.memory.place, turn.now, turn.policy
        return [
            Do(
                lambda tx, lane_id: cases.open_case(
                    tx, lane_id, urgency="request", need=need, place=place, now=now, policy=policy
                )
            ),
            agree(turn),
            Do(lambda tx, lane_id: self._queue(tx, turn), lambda said: [Say(said)]),
            *give_code(turn),
            Done(),
        ]

    def _queue(self, tx: Tx, turn: Turn) -> str:
        """An honest time, from the hours and the rota."""
        turn.memory.has_case = True
        place = turn.memory.place
        return queue_answer(
            tx.connection,
            province_of(place) if place else None,
            now=turn.now,
            policy=turn.policy,
            language=turn.language,
        )


class Small(Dialogue):
    """One sentence each; nobody is scolded, nothing is evaded."""

    name = "small"

    def start(self, turn: Turn) -> Sequence[Item]:
        return [Hand("small", "unclear")]

    def unclear(self, turn: Turn) -> Sequence[Item]:
        if fold(turn.text).strip(" .!~") in _CLOSING:  # nothing was asked, and nothing has to be
            return [Say(t("small.thanks", turn.language)), Done()]
        return [*noted(turn), Say(t("small.unclear", turn.language)), Hand("welcome")]

    def line(self, turn: Turn) -> Sequence[Item]:
        """Asked what a number is: what is known of that line, with its warning."""
        known = lines.asked_about(turn.reading, now=turn.now, recorded=turn.policy.recorded_lines)
        rest = [Say(t("small.short_number", turn.language))] if any(map(lines.is_short, known)) else []
        return [Say(lines.card(known, turn.language)), *rest, Done()] if known else [Hand("small", "unclear")]

    def our_number(self, turn: Turn) -> Sequence[Item]:
        """Asked for our own number: there is none; which other one fits depends on the trouble."""
        return [Say(t("small.our_number", turn.language)), Done()]

    def ask_away(self, turn: Turn) -> Sequence[Item]:
        return [Say(t("welcome.ask_away", turn.language)), Done()]

    def enough(self, turn: Turn) -> Sequence[Item]:
        """No more of what was shown, or looked for."""
        return passing.left(turn)

    def low(self, turn: Turn) -> Sequence[Item]:
        """How she feels: heard first; then a person, for nobody has to be alone with it."""
        turn.memory.need, turn.memory.place = "mind.distress", None
        return [Say(t("small.low", turn.language)), Hand("human", "offer")]

    def denied(self, turn: Turn) -> Sequence[Item]:
        """She does not want to die, as she says: nothing is asked about that, and we are here."""
        return [Say(t("report.go_on", turn.language)), Done()]

    def leave(self, turn: Turn) -> Sequence[Item]:
        return [Say(t("leave.bye", turn.language)), Done()]

    def greeting(self, turn: Turn) -> Sequence[Item]:
        return [Hand("welcome")]

    def thanks(self, turn: Turn) -> Sequence[Item]:
        return [Say(t("small.thanks", turn.language)), Done()]

    def about_bot(self, turn: Turn) -> Sequence[Item]:
        return [Say(t("small.about_bot", turn.language, organisation=turn.policy.organisation_name)), Done()]

    def privacy(self, turn: Turn) -> Sequence[Item]:
        """Who sees what, how long, what the app may know, what we cannot delete; the duty, if there is one; and who is
        kept out, so that nobody is by rules that were told to nobody."""
        language, policy = turn.language, turn.policy
        duty = [Say(t("small.privacy_duty", language))] if policy.legal_duty else []
        who = Say(t("small.privacy", language, days=policy.words_days))
        return [who, *duty, Say(t("small.clean_phone", language)), Say(t("blocked.rules", language)), Done()]

    def language(self, turn: Turn) -> Sequence[Item]:
        """Followed already where the language was named; else each one stands on a button, in its own name."""
        if languages.wished(turn.text) is not None:
            return [Say(from_now_on(turn.language)), *go_back(turn)]
        options = tuple((f"speak:{one.code}", one.name) for one in languages.enabled())
        return [Ask(t("small.which_language", turn.language), options, "spoken")]

    def spoken(self, turn: Turn) -> Sequence[Item]:
        """A language chosen by its button: remembered, and said in it."""
        if turn.key == passing.SKIP:
            return [Say(t("treated.enough", turn.language)), *go_back(turn)]
        return speak(turn) or [Hand("small", "unclear")]

    def stop(self, turn: Turn) -> Sequence[Item]:
        """No more of this; a yes to talking with a colleague is taken back with it."""
        return [withdraw(turn), Say(t("small.stop", turn.language)), Done()]

    def return_code(self, turn: Turn) -> Sequence[Item]:
        """Asked about the four words: how to use them, and new ones where a talk is open and has none."""
        return [Say(t("returning.how", turn.language)), *give_code(turn, only_with_case=True), Done()]

    def buyer(self, turn: Turn) -> Sequence[Item]:
        return [Say(t("small.buyer", turn.language)), Done()]

    def harasser(self, turn: Turn) -> Sequence[Item]:
        return [Say(t("small.harasser", turn.language)), Done()]

    def provider(self, turn: Turn) -> Sequence[Item]:
        return [Say(t("small.provider", turn.language, contact=turn.policy.public_contact)), Done()]

    def feedback(self, turn: Turn) -> Sequence[Item]:
        return [Say(t("small.feedback", turn.language)), Done()]

    def under_18(self, turn: Turn) -> Sequence[Item]:
        """Age alone wakes nobody, unless the organisation has decided so; a question is answered either way."""
        turn.memory.is_minor = True
        if turn.policy.under_18_alarm_on_age:
            return [Say(t("danger.minor", turn.language)), Hand("report", "now")]
        return [Say(t("small.under_18", turn.language)), Hand("answer")]

    def media(self, turn: Turn) -> Sequence[Item]:
        """Photos, voice notes and the rest: kindly answered, nothing downloaded, no sentence twice in a row.

        The third time a person is offered: whoever cannot type needs another way. Beside a case nothing leads away
        from it.
        """
        known = ("photo", "voice", "video", "sticker", "file", "contact")
        kind = turn.media if turn.media in known else "other"
        turn.memory.media += 1
        if turn.memory.media == 1:
            return [Say(t(f"media.{kind}", turn.language))]
        if turn.memory.media % 3 == 0 and turn.memory.has_case:
            return [Say(t("media.case", turn.language))]
        if turn.memory.media % 3 == 0:
            return [Say(t("media.taps", turn.language)), Hand("welcome")]
        return [Say(t("media.again", turn.language))]
