"""Cuts a message to what a network can carry: long texts into parts, too many buttons into numbered lines."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.ports import Cap, Capabilities, Choice, SendError

_JOINER = "\u200d"
_LONGEST_SIGN = 64  # a longer pile of marks is no sign anybody can read, and may be cut
_ENDS = ("\n\n", "\n", ". ", "! ", "? ", "… ", "; ", ", ", " ")


@dataclass(frozen=True, slots=True)
class Part:
    """One native message: its text, and the buttons below it."""

    text: str = field(repr=False)
    choices: tuple[Choice, ...] = field(default=(), repr=False)


def render(text: str, choices: Sequence[Choice], able: Capabilities) -> tuple[Part, ...]:
    """The parts in order; nothing of the text is lost, and no part is longer than the network allows.

    Where the network has no buttons, or not so many, the choices are lines with numbers: typing "2" answers as well.
    Raises SendError if the token of a choice is longer than a button can carry.
    """
    if any(len(choice.token.encode()) > able.max_payload_bytes for choice in choices if able.max_buttons):
        raise SendError("bad_request")
    replies = [choice for choice in choices if choice.kind == "reply"]
    links = [choice for choice in choices if choice.kind != "reply"]
    has_buttons = Cap.BUTTONS in able.flags and len(replies) <= able.max_buttons
    has_links = Cap.LINK_BTN in able.flags and has_buttons and len(choices) <= able.max_buttons
    written = "\n".join([text, *_written(replies, links, has_buttons, has_links)])
    buttons = (*(replies if has_buttons else ()), *(links if has_links else ()))
    texts = list(_cut(written, able))
    shown = tuple(_fit(choice, able) for choice in buttons)
    return tuple(Part(one, shown if at == len(texts) - 1 else ()) for at, one in enumerate(texts))


def _written(replies: Sequence[Choice], links: Sequence[Choice], has_buttons: bool, has_links: bool) -> Iterator[str]:
    if not has_buttons:
        yield from (f"{number}. {choice.label}" for number, choice in enumerate(replies, 1))
    if not has_links:
        yield from (f"{choice.label}: {choice.url}" for choice in links if choice.url)


def _fit(choice: Choice, able: Capabilities) -> Choice:
    """A title that is too long ends with "…"; the choice stays the same."""
    if measure(choice.label, able) <= able.max_button_title:
        return choice
    short = _head(choice.label, able.max_button_title - 1, able)
    return Choice(choice.token, f"{short}…", choice.kind, choice.url)


def measure(text: str, able: Capabilities) -> int:
    """How long the network thinks this text is."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if able.text_unit == "utf16" else len(text)


def _cut(text: str, able: Capabilities) -> Iterator[str]:
    while measure(text, able) > able.max_text:
        head = _head(text, able.max_text, able)
        ends = (found + len(end) for end in _ENDS if (found := head.rfind(end)) > 0)
        at = next((one for one in ends if not _belongs(text, one)), len(head))
        yield text[:at]
        text = text[at:]
    yield text


def _head(text: str, most: int, able: Capabilities) -> str:
    """As many whole characters as fit, as people see them: no sign loses its mark, no picture is torn apart."""
    fits = len(text)
    units = 0
    for at, letter in enumerate(text):
        units += 2 if able.text_unit == "utf16" and ord(letter) > 0xFFFF else 1
        if units > most:
            fits = at
            break
    whole = fits
    while whole > 0 and fits - whole < _LONGEST_SIGN and _belongs(text, whole):
        whole -= 1
    return text[: fits if whole == 0 or _belongs(text, whole) else whole]


def _belongs(text: str, at: int) -> bool:
    """Whether what begins here is shown as one sign with what stands before it."""
    if not 0 < at < len(text):
        return False
    letter, before = text[at], text[at - 1]
    is_mark = unicodedata.category(letter) in ("Mn", "Me", "Mc") or letter == _JOINER or _is_tone_or_tag(letter)
    return (
        is_mark
        or before == _JOINER
        or (_is_flag(letter) and _flags_before(text, at) % 2 == 1)
        or (letter == "\n" and before == "\r")
    )


def _is_tone_or_tag(letter: str) -> bool:
    return 0x1F3FB <= ord(letter) <= 0x1F3FF or 0xE0020 <= ord(letter) <= 0xE007F


def _is_flag(letter: str) -> bool:
    return 0x1F1E6 <= ord(letter) <= 0x1F1FF


def _flags_before(text: str, at: int) -> int:
    """Two such letters make one flag."""
    count = 0
    while count < at and _is_flag(text[at - 1 - count]):
        count += 1
    return count
