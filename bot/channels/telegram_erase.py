"""Takes messages back from a Telegram chat, ours and the person's own, as long as the network still lets us."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.channels.telegram_client import Client
from bot.channels.telegram_parse import read_reference
from bot.channels.telegram_render import DELETE_WINDOW
from bot.ports import ErasureReport, MsgRef, SendError

AT_ONCE = 100  # messages in one request
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


async def erase(client: Client, chat: str, refs: Sequence[MsgRef], *, now: datetime) -> ErasureReport:
    """What went, and what stays with the reason. Raises SendError if the network cannot be reached."""
    young, kept = _sorted(refs, now - DELETE_WINDOW)
    erased: list[MsgRef] = []
    for at in range(0, len(young), AT_ONCE):
        batch = young[at : at + AT_ONCE]
        if await _delete(client, chat, [number for number, _ in batch]):
            erased += [ref for _, ref in batch]
            continue
        for number, ref in batch:  # one of them spoils the batch: each by itself
            if await _delete(client, chat, [number]):
                erased.append(ref)
            else:
                kept.append((ref, "refused"))
    return ErasureReport(tuple(erased), tuple(kept))


def _sorted(
    refs: Sequence[MsgRef], oldest: datetime
) -> tuple[list[tuple[int, MsgRef]], list[tuple[MsgRef, str]]]:
    """(number and reference of what can be tried, what cannot and why)."""
    young: list[tuple[int, MsgRef]] = []
    kept: list[tuple[MsgRef, str]] = []
    for ref in refs:
        known = read_reference(ref)
        if known is None:
            kept.append((ref, "unknown"))
        elif _BEGINNING + timedelta(seconds=known[1]) <= oldest:
            kept.append((ref, "too_old"))
        else:
            young.append((known[0], ref))
    return young, kept


async def _delete(client: Client, chat: str, numbers: Sequence[int]) -> bool:
    try:
        return bool(await client.call(client.bot.delete_messages(int(chat), numbers)))
    except SendError as problem:
        if problem.kind == "bad_request":
            return False
        raise
