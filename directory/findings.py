"""What an editor would mend in an article: one finding, with the field it stands in and which fault it is."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from directory.wording import t


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend in one article: the field it stands in, words near it, and which fault it is."""

    field: str
    near: str
    code: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def says(self, language: str = "en") -> str:
        """The fault as a sentence, for whoever edits."""
        return t(f"command.article.{self.code}", language, **self.values)
