"""Keeps what makes an answer wait small: the garbage collector's view, and how long one thread holds the others."""

import gc
import sys

THRESHOLDS = (50_000, 20, 50)
# Each statement lets go of the interpreter and waits for it again: with the usual 5 ms a deed of ten waits 50.
SWITCH_SECONDS = 0.0005


def pause() -> None:
    """At the very start: nothing that is loaded now will ever be garbage, so looking for it only costs time."""
    gc.disable()


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
