"""What persons tell about places: something is wrong there, they were treated badly or well, a new place is named."""

from collections.abc import Sequence

from bot.dialogues import correcting, passing, remarking
from bot.dialogues.kit import Ask, Dialogue, Do, Done, Hand, Item, Say, Turn
from bot.keeping import corrections, remarks
from bot.masking import Masked
from directory import whereabouts
from directory.listings import Listing
from directory.places import province_of
from directory.reading import fold
from directory.wording import t

# What is wrong, in words that say so by themselves; the first that is found.
_PARTS = (
    ("rude", ("thai do", "chui", "khinh", "nang loi", "duoi em", "duoi minh", "mieng thi", "doi xu", "rude")),
    ("papers", ("doi giay to", "doi can cuoc", "bat can cuoc", "giay to", "papers")),
    ("hours", ("sai gio", "gio mo", "gio lam", "gio dong", "doi gio", "gio moi", "mo cua luc", "hours")),
    (
        "closed",
        ("dong cua", "dep roi", "dep tiem", "dep luon", "nghi luon", "nghi han", "het kham", "khong con", "giai the",
         "pha san", "het hoat dong", "khoa cua", "closed"),
    ),
    (
        "address",
        ("dia chi", "doi roi", "chuyen di", "chuyen cho", "chuyen nha", "chuyen qua", "chuyen sang", "chuyen roi",
         "doi di", "tim khong", "khong tim", "khong thay", "khong co ai", "moved", "address"),
    ),
    (
        "phone",
        ("sai so", "so dien thoai", "doi so", "thue bao", "nghe may", "bat may", "goi khong", "khong goi",
         "khong lien lac", "lien lac khong", "goi hoai", "goi mai", "khong ai nghe", "tat may", "so nay", "so do",
         "so sai", "cup may", "sdt", "picked", "hung up", "number", "answer"),
    ),
)  # fmt: skip


def _shown(turn: Turn) -> Sequence[Listing]:
    """Those just shown; the one alone that the message points at, or that was last asked about."""
    return remarking.meant(turn)


def _note(turn: Turn, place_id: str, what: str) -> Do:
    now, policy = turn.now, turn.policy
    return Do(lambda tx, lane_id: remarks.note(tx, lane_id, place_id, what, now=now, policy=policy))


def _tell(turn: Turn, place_id: str, part: str, value: str) -> Do:
    now = turn.now
    return Do(lambda tx, lane_id: corrections.tell(tx, lane_id, place_id, part, value, now=now))


def _may_tell(turn: Turn, place_id: str, part: str) -> bool:
    """Whether what is right may be kept: never where a sealed place is."""
    listing = turn.shelf.get(place_id)
    return part in corrections.FIELDS and not (part == "address" and (listing is None or listing.is_sealed))


def _which(turn: Turn, text: str, then: str) -> Ask:
    """Which of those just shown; "another one" is an answer too."""
    options = [(listing.id, listing.service) for listing in _shown(turn)]
    return Ask(text, (*options, ("none", t("told.choice.none", turn.language))), then)


def _which_named(turn: Turn, text: str, found: Sequence[Listing], then: str) -> Ask:
    """Several bear the name: where they are tells them apart."""
    options = tuple((one.id, f"{one.service}, {whereabouts.said(one, turn.language)}") for one in found[:6])
    return Ask(text, (*options, ("none", t("told.choice.none", turn.language))), then)


def _named(turn: Turn) -> Sequence[Listing]:
    """The listings whose name was typed, shown before or not."""
    return remarking.named(turn) if turn.key is None and turn.text else ()


def _is_gone(turn: Turn) -> bool:
    """Whether the button is of a place that was taken down since the list was read."""
    return turn.key in turn.memory.last_shown and turn.shelf.get(str(turn.key)) is None


def _ask_name(turn: Turn) -> Ask:
    return Ask(t("wrong.which_place", turn.language), (("skip", t("new_place.choice.skip", turn.language)),), "named")


class WrongListing(Dialogue):
    """Something is wrong: thanked, noted on the listing without who, never asked for proof, another place at once."""

    name = "wrong_listing"

    def start(self, turn: Turn) -> Sequence[Item]:
        shown = _shown(turn)
        turn.notes.pop("place", None)  # of an earlier word about another place
        turn.notes.pop("what", None)
        turn.notes.pop("value", None)
        self._hear(turn)
        if len(named := _named(turn)) == 1:
            turn.notes["place"] = named[0].id
            return self._go_on(turn)
        if named:
            return self._take(turn, named)
        if not shown:
            return [_ask_name(turn)]
        if len(shown) == 1:
            turn.notes["place"] = shown[0].id
            return self._go_on(turn)
        return [_which(turn, t("wrong.which", turn.language), "note")]

    def note(self, turn: Turn) -> Sequence[Item]:
        """Which place: one of those shown, or another by its name."""
        if turn.key is not None and turn.shelf.get(turn.key) is not None:
            turn.notes["place"] = turn.key
            return self._go_on(turn)
        if _is_gone(turn):
            turn.notes.clear()
            return [Say(t("told.gone", turn.language)), Hand("find", "after_wrong")]
        if turn.key == passing.SKIP:
            return passing.left(turn)
        if turn.key is None and (found := _named(turn)):
            return self._take(turn, found)
        turn.notes["asked"] = "twice"  # the next answer is the third: whatever is known by then is noted
        return [_ask_name(turn)]

    def named(self, turn: Turn) -> Sequence[Item]:
        """The name of a place, as she remembers it. One that we do not list is not noted, and this is said."""
        if turn.key is not None and turn.shelf.get(turn.key) is not None:
            turn.notes["place"] = turn.key
            return self._go_on(turn)
        if turn.key is not None:
            return [Say(t("treated.enough", turn.language)), Done()]
        found = _named(turn)
        if not found:
            turn.notes.clear()
            return [Say(t("wrong.not_known", turn.language)), Hand("human", "offer")]
        return self._take(turn, found)

    def _hear(self, turn: Turn) -> None:
        """Which part is wrong, and what is right, as far as this message says so."""
        part, value = correcting.volunteered(turn, _part(turn))
        if found := part or _part(turn):
            turn.notes["what"] = found
        if value:
            turn.notes["value"] = value

    def _take(self, turn: Turn, found: Sequence[Listing]) -> Sequence[Item]:
        self._hear(turn)
        if len(found) > 1:
            return [_which_named(turn, t("wrong.which", turn.language), found, "named")]
        turn.notes["place"] = found[0].id
        if turn.notes.pop("asked", ""):
            turn.notes.setdefault("what", "other")
        return self._go_on(turn)

    def part(self, turn: Turn) -> Sequence[Item]:
        """What is wrong there; words that say nothing of it are "something else"."""
        if "place" not in turn.notes:  # a button of long ago
            return self.start(turn)
        told, value = correcting.answered(turn)  # "số mới là …" says which part, and what is right
        turn.notes["what"] = turn.key if turn.key in remarks.COMPLAINTS else _part(turn) or told or "other"
        if value and turn.notes["what"] == told:
            turn.notes["value"] = value
        return self._go_on(turn)

    def ask_value(self, turn: Turn) -> Sequence[Item]:
        """She knows what is right: asked for once, and it may be left."""
        _, part = correcting.remembered(turn)
        if not part:
            return [Say(t("small.stale_choice", turn.language)), Done()]
        skip = (("skip", t("new_place.choice.skip", turn.language)),)
        return [Ask(t(f"wrong.value.{part}", turn.language), skip, "value")]

    def value(self, turn: Turn) -> Sequence[Item]:
        """What is right, in her words; it is kept sealed, without who, for those who keep the place."""
        place_id, part = correcting.remembered(turn)
        turn.notes.pop("fix", None)
        said = correcting.value(turn, part) if _may_tell(turn, place_id, part) else ""
        if not said:
            key = "treated.enough" if turn.key is not None or not part else "wrong.value.none"
            return [Say(t(key, turn.language)), Done()]
        return [_tell(turn, place_id, part, said), Say(t("wrong.value.kept", turn.language)), Done()]

    def _go_on(self, turn: Turn) -> Sequence[Item]:
        what = turn.notes.get("what")
        if what is None:
            options = tuple((part, t(f"wrong.choice.{part}", turn.language)) for part in remarks.COMPLAINTS)
            return [Ask(t("wrong.what", turn.language), options, "part")]
        if what == "rude":
            return [Hand("treated", "noted")]
        place_id, value = turn.notes.pop("place"), turn.notes.pop("value", "")
        turn.notes.pop("what")
        items: list[Item] = [_note(turn, place_id, what)]
        if value and _may_tell(turn, place_id, what):
            items += [_tell(turn, place_id, what, value), Say(t("wrong.value.kept", turn.language))]
            return [*items, Hand("find", "after_wrong")]
        items.append(Say(t("wrong.thanks", turn.language)))
        if _may_tell(turn, place_id, what):
            correcting.remember(turn, place_id, what)
            if turn.memory.need is None:  # no list follows that could carry the offer
                return [*items, *self.ask_value(turn)]
        return [*items, Hand("find", "after_wrong")]


class Treated(Dialogue):
    """She was treated badly at a place: believed, not asked for proof; noted without who; something better at once."""

    name = "treated"

    def start(self, turn: Turn) -> Sequence[Item]:
        shown = _shown(turn)
        sorry = Say(t("treated.sorry", turn.language))
        if len(named := _named(turn)) == 1:
            turn.notes["place"] = named[0].id
            return self.noted(turn)
        if named:
            return [sorry, _which_named(turn, t("treated.which", turn.language), named, "where")]
        if not shown:
            return [sorry, self._next(turn)]
        if len(shown) == 1:
            turn.notes["place"] = shown[0].id
            return self.noted(turn)
        return [sorry, _which(turn, t("treated.which", turn.language), "where")]

    def where(self, turn: Turn) -> Sequence[Item]:
        """At which place: one of those shown, or another by its name; one that we do not list is not noted."""
        if turn.key is None and len(named := _named(turn)) == 1:
            return [*self._keep(turn, named[0].id), self._next(turn)]
        if turn.key is not None and _is_gone(turn):
            noted = _note(turn, turn.key, "rude")  # it may be shown again one day, and then this is known
            return [noted, Say(t("told.gone", turn.language)), self._next(turn)]
        if turn.key is None or turn.shelf.get(turn.key) is None:
            return [Say(t("treated.name", turn.language)), self._next(turn)]
        return [*self._keep(turn, turn.key), self._next(turn)]

    def noted(self, turn: Turn) -> Sequence[Item]:
        """The place is known already."""
        place_id = turn.notes.pop("place", None)
        turn.notes.pop("what", None)
        if place_id is None:
            return [Say(t("treated.sorry", turn.language)), self._next(turn)]
        return [Say(t("treated.sorry", turn.language)), *self._keep(turn, place_id), self._next(turn)]

    def then(self, turn: Turn) -> Sequence[Item]:
        """Another place, somebody to talk to or to come along, or nothing; or the name of the place after all."""
        if turn.key is None and len(named := _named(turn)) == 1:
            return [*self._keep(turn, named[0].id), self._next(turn)]
        match turn.key:
            case "find":
                return [Hand("find", "after_wrong" if turn.memory.need else "start")]
            case "human":
                return [Hand("human")]
            case "rights":
                return [Say(t("treated.rights", turn.language)), self._next(turn)]
        return [Say(t("treated.enough", turn.language)), Done()]

    def _keep(self, turn: Turn, place_id: str) -> Sequence[Item]:
        return [_note(turn, place_id, "rude"), Say(t("treated.noted", turn.language))]

    def _next(self, turn: Turn) -> Ask:
        keys = ("find", "human", "rights", "enough")
        options = tuple((key, t(f"treated.choice.{key}", turn.language)) for key in keys)
        return Ask(t("treated.next", turn.language), options, "then")


class Praise(Dialogue):
    """She was received well: that helps others, and is noted without who."""

    name = "praise"

    def start(self, turn: Turn) -> Sequence[Item]:
        shown = _shown(turn)
        if not shown:
            return [Say(t("small.thanks", turn.language)), Done()]
        if len(shown) == 1:
            return self._keep(turn, shown[0].id)
        return [_which(turn, t("praise.which", turn.language), "where")]

    def where(self, turn: Turn) -> Sequence[Item]:
        if turn.key is None or turn.shelf.get(turn.key) is None:
            return [Say(t("small.thanks", turn.language)), Done()]
        return self._keep(turn, turn.key)

    def _keep(self, turn: Turn, place_id: str) -> Sequence[Item]:
        return [_note(turn, place_id, "good"), Say(t("praise.thanks", turn.language)), Done()]


class NewPlace(Dialogue):
    """She knows a place that we do not list: its name and where, in one message; nobody is shown it before a check."""

    name = "new_place"

    def start(self, turn: Turn) -> Sequence[Item]:
        return [Ask(t("new_place.ask", turn.language), (("skip", t("new_place.choice.skip", turn.language)),), "told")]

    def told(self, turn: Turn) -> Sequence[Item]:
        if turn.key is not None or not turn.text.strip():
            return [Say(t("treated.enough", turn.language)), Done()]
        named = turn.meaning.places if turn.meaning else ()
        place = named[0].key if named else turn.memory.place
        province, words, now = province_of(place) if place else None, Masked(turn.text), turn.now
        return [
            Do(lambda tx, lane_id: remarks.suggest(tx, lane_id, words, province=province, now=now)),
            Say(t("new_place.thanks", turn.language)),
            Done(),
        ]


def _part(turn: Turn) -> str | None:
    """What the message itself says is wrong, not the name in it: "Đồi Gió" is no "đổi giờ". A button says nothing."""
    if turn.key is not None:
        return None
    plain = f" {fold(turn.text)[:300]} ¦ {turn.reading.plain[:300]} "
    for one in remarking.whole(turn):
        plain = plain.replace(" ".join(fold(one.service.partition("(")[0]).split()[-2:]), "¦")
    return next((part for part, cues in _PARTS if any(f" {cue}" in plain for cue in cues)), None)
