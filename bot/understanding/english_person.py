"""A person is asked for in English, in a few words that the learnt parts hear as a need."""

import re

_SHORT = 80  # characters
_WHOM = "human|person|people|someone|somebody|anyone|anybody|colleague|staff|worker|counsellor|counselor|agent|operator"
_FOR_A_PERSON = re.compile(
    r"(?:(?:hi|hello|hey|please|pls|just|ok|yes) )*"
    r"(?:(?:i (?:just )?(?:want|need|wanna|would like|d like)|can i|could i|may i|let me|is there|get me|give me|"
    r"(?:can|could) (?:someone|somebody|anyone|anybody))(?: to)? )?"
    rf"(?:(?:talk|speak|chat|write|talking|speaking) (?:to|with) )?(?:(?:a|an|the|some|any|real|actual|live) )*"
    rf"(?:(?:{_WHOM}|me|human being)(?: |$))+(?:(?:please|pls|now|here|there|thanks|to|with|talk|i|can) ?)*"
)


def asks_for_a_person(text: str) -> bool:
    """ "I want to talk to a human" and nothing else: whatever the words also sound like, no place is looked for."""
    return len(text) <= _SHORT and _FOR_A_PERSON.fullmatch(" ".join(re.findall(r"[a-z]+", text.lower()))) is not None
