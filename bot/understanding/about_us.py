"""Who asks in English who writes here: "who r u, are u police"."""

import re

_YOU = r"(?:r|are) (?:u|you|ya)"
_ASKED = re.compile(
    rf"(?:\w+ ){{0,2}}(?:who|what) {_YOU}(?: \w+){{0,4}}"
    rf"|(?:\w+ ){{0,3}}{_YOU}(?: \w+){{0,2}} (?:police|cops?|government|bot|robot|human|real)(?: \w+){{0,3}}"
    r"|(?:\w+ ){0,2}is this (?:\w+ ){0,2}(?:police|cops|trap)(?: \w+){0,2}"
)


def is_asked(text: str) -> bool:
    """Whether these words ask nothing else."""
    return _ASKED.fullmatch(" ".join(re.findall(r"\w+", text[:200].lower()))) is not None
