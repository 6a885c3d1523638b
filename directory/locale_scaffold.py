"""Begins a new language: a folder with every sentence to translate and how to do it, and no invented translation."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

from directory import articles, languages, wording
from directory.wording import FALLBACK, count_syllables

CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")
STAFF = ("console.", "staff.", "alarm.", "command.")  # colleagues read Vietnamese or English: last, if ever


class LanguageExists(Exception):
    """There is a folder for this language already; nothing was changed."""


class CodeUnclear(ValueError):
    """A code is two or three small letters, as ISO 639 has it (km, tyz, hmn), perhaps with a part behind a dash."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one language is."""

    code: str
    name: str
    state: str
    sentences: int
    of_sentences: int
    articles: int
    of_articles: int
    recordings: int
    broken: tuple[str, ...]  # keys whose placeholders are not those of the Vietnamese sentence


def begin(code: str, name: str, *, folder: Path = wording.LOCALES) -> list[Path]:
    """Write the folder of a new language; returns the files. Raises CodeUnclear, LanguageExists."""
    if not CODE.fullmatch(code):
        raise CodeUnclear(code)
    name = " ".join(name.split()) or code
    home = folder / code
    if home.exists():
        raise LanguageExists(code)
    written = {home / languages.FILE: _own_file(name), home / "TRANSLATING.md": _instructions(code, name)}
    for path in sorted((wording.LOCALES / FALLBACK / "LC_MESSAGES").glob("*.po")):
        written[home / "LC_MESSAGES" / path.name] = _catalogue(path, code)
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for part in ("articles", "audio"):
        (home / part).mkdir()
        (home / part / ".gitkeep").touch()
    return list(written)


def progress() -> tuple[Progress, ...]:
    """Every language, Vietnamese first."""
    all_keys = wording.keys()
    wanted = {key for key in all_keys if not key.startswith(STAFF)}
    library = articles.load()
    found = []
    for one in languages.known().values():
        said = wording.catalogue(one.code)
        written = [article for article in library if article.language == one.code]
        broken = [key for key in sorted(said) if key in all_keys and not _same_holders(key, said[key])]
        audio = wording.LOCALES / one.code / "audio"
        found.append(
            Progress(
                one.code,
                one.name,
                one.state,
                len(wanted & said.keys()),
                len(wanted),
                len(written),
                len(articles.topics()),
                sum(bool(a.audio and (audio / a.audio).is_file()) for a in written),
                tuple(broken),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.code != FALLBACK, one.code)))


def _same_holders(key: str, sentence: str) -> bool:
    return set(_HOLDER.findall(sentence)) == set(_HOLDER.findall(wording.catalogue(FALLBACK)[key]))


_HOLDER = re.compile(r"\{(\w+)")


def _own_file(name: str) -> str:
    return (
        "# What this language is called by those who speak it, how people ask for it, and how far it is.\n"
        "# state: draft, then reviewed (a second speaker has read everything), then enabled (persons may choose it).\n"
        f"name = {json.dumps(name, ensure_ascii=False)}\n"
        f"asked_as = [{json.dumps(name.lower(), ensure_ascii=False)}]\n"
        'state = "draft"\n'
    )


def _catalogue(path: Path, code: str) -> str:
    """Every key of one file with nothing in it, and above it what it says in Vietnamese and in English."""
    parts = [f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: {code}\\n"\n']
    english = wording.catalogue("en")
    with path.open("rb") as file:
        for message in read_po(file, locale=FALLBACK):
            if not message.id:
                continue
            key, said = str(message.id), str(message.string)
            notes = [*(f"vi: {line}" for line in said.splitlines()), *_lines("en: ", english.get(key, ""))]
            notes.append(f"({count_syllables(said)} tiếng; tối đa 24 mỗi câu, lúc nguy hiểm 14)")
            notes += [f"keep as it is: {{{name}}}" for name in dict.fromkeys(_HOLDER.findall(said))]
            parts.append("".join(f"#. {note}\n" for note in notes) + f'msgid "{key}"\nmsgstr ""\n')
    return "\n".join(parts)


def _lines(lead: str, text: str) -> list[str]:
    return [f"{lead}{line}" for line in text.splitlines()]


def _instructions(code: str, name: str) -> str:
    text = (wording.LOCALES / "TRANSLATING.md").read_text("utf-8")
    return text.replace("NAME", name).replace("CODE", code)
