"""Where a talk stands: looked up with all that is beside it, opened, and kept again under its key."""

import json
from typing import Any

from sqlalchemy import bindparam, exists, select, update

from bot.db import Tx
from bot.dialogues.kit import Memory, Standing
from bot.helpline.moves import State
from bot.seals import KeyId
from bot.tables import block, case, conversation, guard, lane, person

TALK_COLUMNS = (
    conversation.c.key_id,
    conversation.c.sealed,
    conversation.c.lane_id,
    lane.c.person_id,
    person.c.language,
    person.c.created_at,
    exists().where(case.c.lane_id == lane.c.id, case.c.state != State.CLOSED).label("has_case"),
    exists().where(guard.c.lane_id == lane.c.id).label("has_guard"),
    exists().where(block.c.lane_id == lane.c.id).label("has_block"),
)
TALK_TABLES = (conversation, lane, person, case, guard, block)
TALK = (
    select(*TALK_COLUMNS)
    .join(lane, lane.c.id == conversation.c.lane_id)
    .join(person, person.c.id == lane.c.person_id)
    .where(lane.c.id == bindparam("whose"), lane.c.erasing_at.is_(None))
)
KEY = select(conversation.c.key_id).where(conversation.c.lane_id == bindparam("whose"))
_SAVE = update(conversation).where(conversation.c.lane_id == bindparam("whose")).values(sealed=bindparam("words"))


def talk_of(tx: Tx, lane_id: int) -> Any:
    """Key, words and language of a talk, and what stands beside it; None if there is none, or it is being erased."""
    return tx.row(TALK, {"whose": lane_id})


def standing_of(tx: Tx, talk: Any) -> Standing:
    """Where the talk stands, opened. Raises KeyDestroyed."""
    if talk.sealed is None:
        return Standing()
    told = json.loads(tx.seals.open_with(KeyId(talk.key_id), talk.sealed, about=f"conversation:{talk.lane_id}"))
    return Standing(told["dialogue"], told["step"], dict(told["notes"]), Memory.from_json(told["memory"]))


def save(tx: Tx, standing: Standing, lane_id: int) -> None:
    """With the key as it is now: erasing the words alone has given the talk a new one."""
    body = json.dumps(
        {
            "dialogue": standing.dialogue,
            "step": standing.step,
            "notes": standing.notes,
            "memory": standing.memory.as_json(),
        }
    )
    key_id = tx.row(KEY, {"whose": lane_id}).key_id
    sealed = tx.seals.close_with(KeyId(key_id), body, about=f"conversation:{lane_id}")
    tx.tell(_SAVE, {"whose": lane_id, "words": sealed})
