"""Says why a message was understood as it was, so that whoever knows the words can mend the tables."""

from bot.understanding.concepts import tags
from bot.understanding.danger import look
from bot.understanding.model import shipped, strongest
from bot.understanding.patterns import view
from bot.understanding.rules import Hit
from directory.reading import read


def explain_danger(text: str) -> dict[str, object]:
    """The cleaned text, what each word became, the rules that fit or did not count and why, and the model's reasons."""
    reading = read(text)
    looked = look(reading, view(reading))
    examined, second, sounds = looked.examined, looked.second, looked.sounds
    words = [(reading.text[word.start : word.end], word.plain) for word in reading.words]
    return {
        "cleaned": reading.text,
        "read_as": reading.plain,
        "words": [{"written": written, "read": plain} for written, plain in words if written.lower() != plain],
        "concepts": [
            {"concept": tag.concept, "words": " ".join(reading.tokens[tag.start : tag.end])}
            for tag in tags(reading.words)
            if tag.concept
        ],
        "rules": [_hit(hit, reading.text) for hit in examined.standing],
        "only_hints": [
            {**_hit(hit, reading.text), "why": list(examined.vetoes) or ["loose pattern"]} for hit in examined.hinted
        ],
        "denied": [{**_hit(hit, reading.text), "why": ["negation"]} for hit in examined.denied],
        "harmless_sayings": list(examined.harmless),
        "cues": sorted(examined.cues),
        "model": {
            "danger": round(second.danger, 3),
            "before_weighing": round(looked.felt.danger, 3),
            "now": round(second.now, 3),
            "asks_from": shipped().marks["ask"],
            "alarms_from": shipped().marks["alarm"],
            "strongest": [
                {"kind": kind, "feature": feature, "push": push} for kind, feature, push in strongest(looked.parts)
            ],
        },
        "sounds_like": {
            "needs": [list(one) for one in sounds.needs[:4]],
            "intents": [list(one) for one in sounds.intents[:4]],
            "kinds": [list(one) for one in sounds.kinds[:4]],
        },
    }


def _hit(hit: Hit, text: str) -> dict[str, object]:
    start, end = hit.span
    return {"rule": hit.rule.id, "level": hit.rule.level, "pattern": hit.pattern, "words": text[start:end]}
