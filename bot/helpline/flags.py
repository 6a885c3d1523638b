"""What a colleague has to know before writing: who may hold the phone, how she can answer, what is missing."""

from sqlalchemy import Connection

from bot.helpline import guards, visibility
from bot.helpline.casebook import Case, last_time
from bot.helpline.guards import Holder


def flags(connection: Connection, known: Case) -> tuple[str, ...]:
    """The keys of the sentences that stand above the words of a case."""
    found = []
    if known.lane_id is not None:
        state = guards.holder(connection, known.lane_id)
        if state is not Holder.OPEN:
            is_quiet = state is Holder.ASKING and guards.is_quiet(connection, known.lane_id, known.id)
            found.append("console.flag.quiet" if is_quiet else f"console.flag.{state}")
        if guards.has_word(connection, known.lane_id):
            found.append("console.flag.word")
    if not visibility.is_open(connection, known.id):
        found.append("console.flag.unread")
    if last_time(connection, known.id, "mute") is not None:
        found.append("console.flag.mute")
    if known.away_from is not None:
        found.append("console.flag.away")
    if last_time(connection, known.id, "fine") is not None:
        found.append("console.flag.fine")
    if last_time(connection, known.id, "words_missing") is not None:
        found.append("console.flag.words_missing")
    return tuple(found)
