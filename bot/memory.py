"""Keeps what makes an answer wait small: the garbage collector's view, and how long one thread holds the others."""

import ctypes
import gc
import sys
from contextlib import suppress

THRESHOLDS = (50_000, 20, 50)
# Each statement lets go of the interpreter and waits for it again: with the usual 5 ms a deed of ten waits 50.
SWITCH_SECONDS = 0.0005


# Pieces of this size are given back to the system when they are freed: a return code or a passphrase takes 16 or 64 MB
# for a moment, and the usual allocator keeps what was large once. Measured: 50 MB less, and no slower.
LARGE = 4 << 20
_MMAP_THRESHOLD = -3  # of glibc's mallopt


def pause() -> None:
    """At the very start: nothing that is loaded now will ever be garbage, so looking for it only costs time."""
    gc.disable()
    with suppress(AttributeError, OSError):  # another C library has its own ways
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, LARGE)


def settle() -> None:
    """After the start: what is there now stays. Measured: pauses of 70 to 80 ms are gone."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
    sys.setswitchinterval(SWITCH_SECONDS)


def settle_again() -> None:
    """After a new shelf: collects what came since the last time, and keeps the rest out of sight."""
    gc.collect()
    gc.freeze()
