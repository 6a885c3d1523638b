"""The process that understands messages for another one: reads frames, writes frames, and keeps nothing.

A frame is four bytes of length and a pickle: what comes are messages, or the words that were added to the tables; what
goes is what a message means, the name of an error, or None once the tables are read. It holds no more than it must:
whatever else a service needs is not imported here.
"""

import copyreg
import io
import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from operator import attrgetter
from typing import Any, BinaryIO

from bot import memory
from bot.understanding import Danger, Meaning, read
from directory import added
from directory.added import NOTHING, Added
from directory.answers import Heard, Said
from directory.needs import NeedGuess
from directory.places import PlaceGuess

LENGTH = struct.Struct("!I")


def _made_anew(kind: type) -> Callable[[Any], tuple[type, tuple[Any, ...]]]:
    values = attrgetter(*(one.name for one in fields(kind)))
    return lambda one: (kind, values(one))


for _kind in (Meaning, Danger, NeedGuess, PlaceGuess, Heard, Said):  # field by field takes twice as long
    copyreg.pickle(_kind, _made_anew(_kind))


def frame(told: object) -> bytes:
    body = pickle.dumps(told, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def answer_all(asked: BinaryIO, told: io.FileIO) -> None:
    """Read what comes and say what it means, until nobody asks any more."""
    own = NOTHING
    while len(head := asked.read(LENGTH.size)) == LENGTH.size:
        one = pickle.loads(asked.read(LENGTH.unpack(head)[0]))
        if isinstance(one, Added):
            own = one
        else:
            _write(told, frame(_read(one, own)))


def _read(text: str, own: Added) -> Meaning | str:
    try:
        with added.using(own):
            return read(text)
    except Exception as problem:  # whatever it was: who asked reads it himself, and tells what went wrong
        return type(problem).__name__


def _write(told: io.FileIO, one: bytes) -> None:
    left = memoryview(one)
    while left:
        left = left[told.write(left) :]


def main() -> None:
    """Ends with the process that asks, and not before: who stops the service stops that one."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    memory.pause()
    told = io.FileIO(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # only frames go through the pipe
    read("cần giúp ở Hà Nội")
    memory.settle()
    with suppress(BrokenPipeError):
        _write(told, frame(None))
        answer_all(sys.stdin.buffer, told)


if __name__ == "__main__":
    main()
