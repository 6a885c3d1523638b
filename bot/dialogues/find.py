"""Finds places that help: asks only for what is missing, shows up to three, answers questions about those shown."""

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogues import by_kind, correcting, fitting, following, heading, kept_where, passing
from bot.dialogues.kit import Ask, Dialogue, Do, Done, Hand, Item, Say, Turn
from bot.dialogues.unanswered import noted
from bot.events import happened
from bot.understanding import Meaning, calm_english
from directory import followup, near_places, needs, spoken, strange, times
from directory.listing_text import describe
from directory.naming import name_words
from directory.places import PlaceGuess, PlaceKey, Tier, name_of, province_of
from directory.places import read as read_places
from directory.reading import Reading, fold
from directory.search import Found, Question, search
from directory.wording import t

NEED_GROUPS = (
    "health.hiv_test", "health.general", "health.supplies", "legal.aid", "shelter.refuge", "livelihood.training",
    "peers.group", "mind.distress",
)  # fmt: skip

_SHORT = 10  # words of a question that only asks where
_STATED = 0.3  # less surely stated a need does not take the place of the one that is looked for
_LONGEST = 12  # words; in a longer message chance makes too much look like a place
_SURE, _SURE_LETTERS = 0.6, 7  # one slip in a name of so many letters is taken, and the answer names the place
_NAMES_COMMUNE = ("phuong", "xa", "thi tran", "dac khu")
_HOURLY_WORDS = "ngay bay gio dong cua mo nay luc may con khong hong dang toi sang trua chieu dem mai"
_HOURLY = frozenset(_HOURLY_WORDS.split())  # "mở ngay bây giờ" is no Ngã Bảy, "mấy giờ đóng cửa" no Đông Cứu
_OF_HOURS = frozenset({"evening", "weekend", "after_hours", "open_now"})
_STOPS = frozenset(",.;:!?()\n…")
_YES = frozenset({"dung", "dung roi", "phai", "u", "uh", "um", "da", "da dung", "vang", "ok", "co", "yes", "y"})


class Find(Dialogue):
    """From need and place to places one can go to."""

    name = "find"

    def start(self, turn: Turn) -> Sequence[Item]:
        if answered := self._about_shown(turn):
            return answered
        is_strange, shown = _is_strange(turn), turn.memory.last_shown
        _take_in(turn)
        if is_strange:
            turn.memory.last_shown = shown  # still what was shown last
            return [*noted(turn), _ask_still(turn)]
        return [*fitting.before_places(turn), *self._go_on(turn)]

    def kept(self, turn: Turn) -> Sequence[Item]:
        """Where a shelter is was asked for, or guessed: that stays with us; the list and a person are one tap away."""
        if not (turn.memory.need or "").startswith("shelter."):
            turn.memory.need, turn.memory.shown, turn.memory.last_shown = kept_where.SHELTER, (), ()
        return [Ask(kept_where.answer(turn), _after_options(turn), "after")]

    def look(self, turn: Turn) -> Sequence[Item]:
        """The need is known already (an article led here): go on with the place."""
        return self._go_on(turn)

    def need(self, turn: Turn) -> Sequence[Item]:
        """The answer to "what are you looking for"."""
        if turn.key in needs.all_needs():
            turn.memory.need = turn.key
        elif turn.key == "human":
            return [Hand("human")]
        elif turn.key == passing.SKIP:
            return passing.left(turn)
        _take_in(turn)
        if by_kind.is_nothing(turn.memory):
            return [*noted(turn), Say(t("find.need_unclear", turn.language)), Hand("human", "offer")]
        return self._go_on(turn)

    def where(self, turn: Turn) -> Sequence[Item]:
        """The answer to "where are you"; "anywhere" is an answer too."""
        if turn.key and turn.key.startswith("article:"):
            return [Hand("answer", "read")]
        if asks_ahead(turn):  # of the place last spoken of it is known
            return self._about_shown(turn) or [Say(t("find.depends", turn.language)), _ask_where(turn)]
        before = turn.memory.place
        _take_in(turn)
        if turn.key and turn.key.count(":") == 1:
            turn.memory.place = _place(turn.key)
        elif turn.key is None and turn.memory.place == before and (asked := _nearly(turn, is_answer=True)):
            return asked
        elif turn.key == "anywhere" or turn.memory.place is None:
            return self._show(turn, anywhere=True)
        if turn.memory.place != before:
            turn.memory.shown, turn.memory.last_shown = (), ()  # nearer ones may be among those shown already
        return self._go_on(turn, may_guess=False)

    def meant(self, turn: Turn) -> Sequence[Item]:
        """The answer to "do you mean …": yes, another of those named, or the place typed once more."""
        guessed = turn.notes.pop("meant", None)
        if turn.key is None and guessed and fold(turn.text).strip(" .!") in _YES:
            turn.memory.place = _place(guessed)
            return self._go_on(turn, may_guess=False)
        if turn.key == "no" or (turn.key is None and fold(turn.text).split()[:1] == ["khong"]):
            return [_ask_where(turn)]
        return self.where(turn)

    def after(self, turn: Turn) -> Sequence[Item]:
        """What may follow a list: more, not this, another place, a question about one shown."""
        if turn.key and turn.key.startswith("article:"):
            return [Hand("answer", "read")]
        match turn.key:
            case "more":
                return self._show(turn)
            case "other":
                return [_ask_need(turn)]
            case "wrong":
                return [Hand("wrong_listing")]
            case "human":
                return [Hand("human")]
            case "know":
                return [Hand("wrong_listing", "ask_value")]
            case passing.SKIP:
                return passing.left(turn)
        return [_ask_nearer(turn)] if following.wants_nearer(turn) else self.start(turn)

    def still(self, turn: Turn) -> Sequence[Item]:
        """The answer to "that is none of ours": what was looked for before, or anything else. Below it is no list, so
        a number is one of its buttons."""
        return self.after(turn)

    def after_wrong(self, turn: Turn) -> Sequence[Item]:
        """Another place at once, not the same again."""
        return [Done()] if by_kind.is_nothing(turn.memory) else self._show(turn)

    def _go_on(self, turn: Turn, *, may_guess: bool = True) -> Sequence[Item]:
        if by_kind.is_nothing(turn.memory):
            return [*noted(turn), _ask_need(turn)]
        is_ambiguous = turn.meaning is not None and turn.meaning.place_is_ambiguous and turn.key is None
        if is_ambiguous and (which := _ask_which(turn)) is not None:
            return [which]
        is_named = turn.place is not None or bool(turn.meaning and turn.meaning.places)
        if may_guess and turn.key is None and not is_named and (asked := _nearly(turn)):
            return asked
        return [_ask_where(turn)] if turn.memory.place is None else self._show(turn)

    def _show(self, turn: Turn, *, anywhere: bool = False) -> Sequence[Item]:
        asked = _question(turn, anywhere)
        found = search(turn.shelf, asked)
        while down := turn.down([hit.listing.id for hit in found.results]):
            asked = replace(asked, exclude=asked.exclude | down)
            found = search(turn.shelf, asked)
        counted = _counted(turn, found)
        if not found.results:
            return [*counted, *_nothing(turn, found)]
        head = heading.head(turn, found)
        if turn.memory.speaks in found.dropped:
            turn.memory.speaks = ""  # said once that nothing is known; the next list does not repeat it
        ids = tuple(hit.listing.id for hit in found.results)
        turn.memory.last_shown = ids
        turn.notes.pop(following.FOCUS, None)
        turn.memory.shown = (*turn.memory.shown, *ids)[-60:]
        return [*counted, Ask(_list(turn, found, head), _after_options(turn), "after")]

    def _about_shown(self, turn: Turn) -> Sequence[Item] | None:
        if (question := following.asked(turn)) is None and (question := following.named(turn)) is not None:
            named = [one for one in question.listings if one is not None]
            turn.memory.last_shown = tuple(one.id for one in named)
            following.take_need(turn, named[0])
        if question is not None and question.among == "near":
            if (nearest := following.compares_distance(turn, question)) is None:
                return [_ask_nearer(turn)]
            question = nearest
        return [Ask(following.answer(turn, question), _after_options(turn), "after")] if question else None


def asks_ahead(turn: Turn) -> bool:
    """Asked where she is, she asks what it costs or which papers are wanted: that differs from place to place."""
    meaning = turn.meaning
    if turn.key is not None or meaning is None or meaning.places or turn.memory.need is None:
        return False
    is_wish = any(one in meaning.wishes for one in ("free", "no_papers", "anonymous"))
    return not is_wish and followup.depends(turn.reading)


def _take_in(turn: Turn) -> None:
    """Put what the message says about need and place into the memory; a new need starts a new list."""
    memory, meaning = turn.memory, turn.meaning
    if turn.place is not None:
        memory.place = turn.place
    if meaning is None:
        return
    following.note_wishes(turn)
    if (wish := _language_in(turn)) and wish != memory.speaks:
        memory.speaks, memory.shown, memory.last_shown = wish, (), ()  # those shown already may be the ones
    if not by_kind.take_in(turn):
        _take_need(turn, meaning)
    if meaning.places and meaning.places[0].key != memory.place:
        memory.place, memory.shown, memory.last_shown = meaning.places[0].key, (), ()


def _take_need(turn: Turn, meaning: Meaning) -> None:
    memory = turn.memory
    if memory.need is None and not meaning.needs and (likely := turn.notes.pop(fitting.MAYBE, "")):
        fitting.now_about(turn, likely)  # "ở Hải Phòng" after "bạn hỏi về việc nào": a place for the likeliest of them
    if memory.need is None and not meaning.needs and meaning.intent == "find":
        named = needs.read(turn.reading, by_likeness=False)  # "phòng khám mở chủ nhật": rather than to ask what for
        memory.need = named[0].code if named else None
    is_stated = bool(meaning.needs) and (memory.need is None or meaning.needs[0].score >= _STATED)
    if following.keeps_need(turn):
        if "trans" in meaning.wishes:
            memory.shown, memory.last_shown = (), ()  # those shown already may be the ones
    elif is_stated and meaning.needs[0].code != memory.need and not _asks_only_where(turn):
        memory.need, memory.shown, memory.last_shown = meaning.needs[0].code, (), ()
    memory.kind = "" if is_stated else memory.kind


def _asks_only_where(turn: Turn) -> bool:
    """ "Ở Cần Thơ có chỗ nào mở giờ này": no word of it names a need, so it is about what was spoken of before."""
    meaning = turn.meaning
    if meaning is None or not meaning.places or len(turn.reading.tokens) > _SHORT or not fitting.asks_where(turn):
        return False
    if meaning.language == "en":
        return not calm_english.names_need(turn.text)
    return not needs.read(turn.reading, by_likeness=False)


def _language_in(turn: Turn) -> str:
    """ "Chỗ nào nói tiếng Anh": the wish, which holds for the next lists too; empty if the message has none."""
    wishes = turn.meaning.wishes if turn.meaning else frozenset()
    return next((wish for wish in wishes if wish.startswith(spoken.WISH)), "")


def _ask_need(turn: Turn) -> Ask:
    options = [(code, needs.label(code, turn.language)) for code in NEED_GROUPS]
    options += [("human", t("find.human", turn.language)), passing.choice(turn)]
    return Ask(t("find.need", turn.language), tuple(options), "need")


def _ask_where(turn: Turn) -> Ask:
    options = (("anywhere", t("find.anywhere", turn.language)), *fitting.choice(turn))
    share = t("find.share_place", turn.language)
    return Ask(t("find.where", turn.language), options, "where", share_place=share)


def _is_strange(turn: Turn) -> bool:
    """After a list she names no need, and something that no help line has, or that was not understood."""
    meaning, memory = turn.meaning, turn.memory
    if turn.key is not None or turn.place is not None or meaning is None or meaning.language != "vi":
        return False
    if by_kind.is_nothing(memory) or not memory.last_shown or (meaning.needs and not following.keeps_need(turn)):
        return False
    if meaning.wishes - _OF_HOURS:
        return False  # "chỗ nào nói tiếng Khmer", "chỗ nào miễn phí" go on about the list
    named = [*read_places(turn.reading).places[:1], *near_places.nearest(turn.reading, frozenset())[:1]]
    return strange.names_other(turn.reading, {at for one in named for at in range(one.start, one.end)})


def _ask_still(turn: Turn) -> Ask:
    """Nothing is shown for it; what was looked for before, there or where it was, is one tap away."""
    sought, place = by_kind.label(turn.memory, turn.language), turn.memory.place
    where = name_of(place, turn.language) if place else t("find.anywhere", turn.language)
    still = ("more", t("find.strange.still", turn.language, need=sought, place=where))
    options = (still, ("other", t("find.not_this", turn.language)), ("human", t("find.human", turn.language)))
    return Ask(t("find.strange", turn.language), options, "still")


def _ask_nearer(turn: Turn) -> Ask:
    """A district is large: only the ward, or where she is, tells what is nearer."""
    share = t("find.share_place", turn.language)
    return Ask(t("find.nearer", turn.language), (("more", t("find.nearer.anywhere", turn.language)),), "where", share)


def _nearly(turn: Turn, *, is_answer: bool = False) -> Sequence[Item] | None:
    """A place with slips in its name: taken where it is plain, and the list says which; asked back where it is not."""
    reading = turn.reading
    if not reading.words or len(reading.words) > _LONGEST:
        return None
    if is_answer and (exact := read_places(reading)).places and not exact.is_ambiguous:
        turn.memory.place = exact.places[0].key  # "Vinh" alone sounds like chat; to this question it is an answer
        return None
    found = near_places.nearest(reading, needs.read_with_words(reading).words, is_answer=is_answer)
    named = [one for one in found if not _is_of_hours(reading, one)]
    likely = [one for one in named if is_answer or _may_be_meant(turn, reading, one)]
    if not likely:
        return None
    first = likely[0]
    letters = sum(len(word.plain) for word in reading.words[first.start : first.end])
    if len(likely) == 1 and (first.score > _SURE or (first.score == _SURE and letters >= _SURE_LETTERS)):
        turn.memory.place = first.key
        turn.memory.shown, turn.memory.last_shown = (), ()
        return None
    names = {name_of(one.key, turn.language): f"{one.key.tier}:{one.key.code}" for one in likely[:6]}
    no = ("no", t("find.meant.no", turn.language))
    if len(names) > 1:
        return [Ask(t("find.which", turn.language), (*((key, name) for name, key in names.items()), no), "meant")]
    ((name, key),) = names.items()
    turn.notes["meant"] = key
    return [Ask(t("find.meant", turn.language, place=name), ((key, t("find.meant.yes", turn.language)), no), "meant")]


def _is_of_hours(reading: Reading, guess: PlaceGuess) -> bool:
    return _HOURLY.issuperset(word.plain for word in reading.words[guess.start : guess.end])


def _may_be_meant(turn: Turn, reading: Reading, guess: PlaceGuess) -> bool:
    """Whether words that nobody asked a place for may name one. Not across a comma: "bao rách, giờ sao" is no Rạch Giá.

    Not where they are what an article is known by: "ra dịch hôi" is no Định Hoá."""
    if guess.key.tier is Tier.NEW_COMMUNE and not _says_commune(turn, guess):
        return False
    if near_places.is_everyday(reading, guess):
        return False
    words = reading.words[guess.start : guess.end]
    if any(sign in _STOPS for sign in reading.text[words[0].start : words[-1].end]):
        return False
    return not fitting.is_cued(turn, [word.plain for word in words])


def _says_commune(turn: Turn, guess: PlaceGuess) -> bool:
    """Whether "phường", "xã" or the like stands before a name: communes are too many to be guessed at without it."""
    said = " ".join(word.plain for word in turn.reading.words[: guess.start])
    return said.endswith(_NAMES_COMMUNE)


def _ask_which(turn: Turn) -> Ask | None:
    """The same name in several provinces: ask back with the whole names. None where one place alone bears it."""
    assert turn.meaning is not None
    seen: dict[str, str] = {}
    for guess in turn.meaning.places:
        if guess.key.tier == turn.meaning.places[0].key.tier:
            seen.setdefault(name_of(guess.key, turn.language), f"{guess.key.tier}:{guess.key.code}")
    if len(seen) < 2:
        return None  # the list says which it was
    options = tuple((key, name) for name, key in list(seen.items())[:6])
    turn.memory.place = None
    return Ask(t("find.which", turn.language), (*options, *fitting.choice(turn)), "where")


def _place(key: str) -> PlaceKey:
    tier, _, code = key.partition(":")
    return PlaceKey(Tier(tier), code)


def _question(turn: Turn, anywhere: bool) -> Question:
    """What is known by now, with the hour and the wishes of this message, or of the one before a tap."""
    reading = turn.reading if turn.text and turn.key is None else None
    named = turn.meaning.places[:1] if turn.meaning else ()
    wishes, when = following.wished(turn)
    return Question(
        needs=(turn.memory.need,) if turn.memory.need else (),
        places=(turn.memory.place,) if turn.memory.place and not anywhere else (),
        wishes=wishes | {turn.memory.speaks} - {""},
        at=turn.now,
        exclude=frozenset(turn.memory.shown),
        words=name_words(reading, [(guess.start, guess.end) for guess in named]) if reading else (),
        open_at=when.moment if when else None,
        days=times.whole_days(when),
        when=when,
        kind=by_kind.sought(turn.memory),
    )


def _counted(turn: Turn, found: Found) -> Sequence[Item]:
    """One more who sought this and what came of it, without who: the first search of a talk for each need."""
    need, place, now = turn.memory.need, turn.memory.place, turn.now
    if need is None or need in turn.memory.sought:
        return ()
    turn.memory.sought = (*turn.memory.sought, need)
    what = "none" if not found.results else "far" if found.widened and "count" not in found.widened else "found"
    province = province_of(place) if place else None
    return (Do(lambda tx, lane_id: happened(tx, f"search_{what}:{need}", now=now, province=province, need=need)),)


def _list(turn: Turn, found: Found, head: str) -> str:
    cards = [describe(hit, turn.language, position=number) for number, hit in enumerate(found.results, 1)]
    return "\n\n".join([head, *cards])


def _after_options(turn: Turn) -> tuple[tuple[str, str], ...]:
    keys = (("more", "find.more"), ("other", "find.not_this"), ("wrong", "find.wrong"), ("human", "find.human"))
    return (*_know_option(turn), *((key, t(name, turn.language)) for key, name in keys), *fitting.choice(turn))


def _know_option(turn: Turn) -> tuple[tuple[str, str], ...]:
    """After "that is wrong": she may know what is right."""
    _, part = correcting.remembered(turn)
    return (("know", t(f"find.know.{part}", turn.language)),) if part else ()


def _nothing(turn: Turn, found: Found) -> Sequence[Item]:
    """Nothing, or nothing more: said plainly, with a way to a person. Never another kind of place instead."""
    key = "find.no_more" if turn.memory.shown else "find.nothing"
    text = t(key, turn.language)
    far = found.nothing["nearest"] if found.nothing and not turn.memory.shown else ()
    if far:
        name, km = far[0]["place"], far[0]["distance_km"]
        where = t("find.far_named", turn.language, place=name) if km is None else ""
        text = f"{text}\n{where or t('find.far', turn.language, place=name, km=round(km))}"
    options = (("other", t("find.not_this", turn.language)), ("human", t("find.human", turn.language)))
    return [Ask(text, (*_know_option(turn), *options, *fitting.choice(turn)), "after")]
