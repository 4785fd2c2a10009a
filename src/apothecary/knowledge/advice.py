"""What the files on advice for patients may say, in each language."""

from typing import Final, Literal, get_args

from apothecary.knowledge.source_text import Strict

Topic = Literal[
    "what-for",
    "get-help",
    "before-starting",
    "tests",
    "how-to-inject",
    "storage",
    "infections",
    "vaccines",
    "pregnancy",
    "other-medicines",
    "side-effects",
    "general",
]
TOPICS: Final[tuple[Topic, ...]] = get_args(Topic)  # in the order of the sheet


class Handout(Strict, frozen=True):
    """What the sheet for patients must cover: every statement of these sections, in each of these languages.

    A section stands for those below it too. English is always there.
    """

    sections: tuple[str, ...]
    languages: tuple[str, ...]


class AdviceLine(Strict, frozen=True):
    """One line of advice for patients, in plain words.

    `indications`: the line is for these uses only. `monitoring`: the plan of examinations that the line explains.
    """

    id: str
    topic: Topic
    text: str
    statements: tuple[str, ...]
    indications: tuple[str, ...] = ()
    monitoring: str | None = None


class TranslatedLine(Strict, frozen=True):
    """A line of advice in another language."""

    id: str
    text: str
