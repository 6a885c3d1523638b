"""What a person wrote is in no cache once others have written: tables remember single words, and never a message."""

import gc
from collections.abc import Iterator
from functools import _lru_cache_wrapper

import pytest

from bot.rehearsal import Rehearsal

OTHERS = (
    "xin chao", "xet nghiem hiv o go vap", "prep la gi vay", "cam on nha", "tram y te hat mam o dau", "hello",
    "where is the clinic", "minh o nha trang",
)  # fmt: skip


def _texts(one: object) -> Iterator[str]:
    if isinstance(one, str):
        yield one
    elif isinstance(one, tuple | list | set | frozenset):
        for inner in one:
            yield from _texts(inner)


def _kept(words: tuple[str, str]) -> list[str]:
    """Where two words that stood in one message are kept together, as a text or side by side."""
    found = []
    for cache in [one for one in gc.get_objects() if isinstance(one, _lru_cache_wrapper)]:
        for entry in gc.get_referents(cache):  # what it was asked and what it answered, among others
            texts = list(_texts(entry))
            if all(any(word in text for text in texts) for word in words):
                found.append(cache.__qualname__)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "em ten quymoc o hem zuzan kham benh lau o quan 3 duoc khong",
        "phong kham quymoc zuzan o dau",
        "quymoc zuzan hoi vay uong prep lau khong",
        "my friend quymoc from zuzan needs a clinic in district 3",
    ],
)
async def test_no_message_stays_in_a_cache_once_others_have_written(text: str) -> None:
    async with Rehearsal() as house:
        await house.play({"as": "person:a", "text": text})
        for number, other in enumerate(OTHERS):
            await house.play({"as": f"person:b{number}", "text": other})
        gc.unfreeze()  # what a service has set aside is looked at as well
        gc.collect()
        assert not _kept(("quymoc", "zuzan"))
