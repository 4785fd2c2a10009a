"""The dose in words, as far as nothing is left to guess: "100 mg sub-Q once daily", "2 mg/kg/day", "1 syringe qod".

What is not understood is handed back, so that a text with a word too many is never half read.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import msgspec

from apothecary.logic import Interval
from apothecary.record.dosage_times import SINGLE, Times, days_of_week, every

_WORDS: Final = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "once": 1, "twice": 2, "thrice": 3}
_D = r"(?:\d+(?:\.\d+)?|\.\d+)(?![\d.,]*\d)"
_N = r"(?<![\w.,/-])" + _D
_COUNT = r"(?:one|two|three|four|\d+)"
_MASS = r"(?:mg|mgs|milligrams?|mcgs?|µg|ug|micrograms?|gm|g|grams?|ng|nanograms?)"
_VOLUME = r"(?:ml|mls|cc|millilit(?:er|re)s?)"
_THING = (
    r"(?:(?:(?:pre-? ?)?filled |disposable |graduated )*"
    r"(?:syringes?|pens?|vials?|ampou?les?|cartridges?|injections?|units?|iu|tablets?|capsules?|drops?|puffs?|doses?))"
)
_PER = r"(?:\s*/\s*|\s+per\s+|\s+an?\s+)"
_DAY = r"(?:day|d|24\s*h(?:ours|rs?)?)"
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?"
_ROUTES: Final = {
    "subcutaneous": r"sub-?\s?cutaneous(?:ly)?|sub-?\s?cut|sub-?\s?q|s\.?\s?c\.?|s/c|sq|under the skin",
    "intravenous": r"intra-?venous(?:ly)?|i\.?v\.?(?: push| bolus)?",
    "intramuscular": r"intra-?muscular(?:ly)?|i\.?m\.?",
    "oral": r"oral(?:ly)?|by mouth|p\.?o\.?|per os",
    "intradermal": r"intra-?dermal(?:ly)?",
    "intra-articular": r"intra-?articular(?:ly)?",
    "intrathecal": r"intra-?thecal(?:ly)?",
    "topical": r"topical(?:ly)?",
    "rectal": r"rectal(?:ly)?|p\.?r\.",
    "inhaled": r"inhaled|by inhalation",
    "nasal": r"(?:intra-?)?nasal(?:ly)?",
    "ophthalmic": r"ophthalmic|in the eyes?",
}
# Words that change nothing about how much and how often
_IDLE: Final = re.compile(
    r"(?:please|inject(?:ed)?|give|given|take|use|administer(?:ed)?|apply|injections?|the|an?|of|contents?|entire|full|whole"
    r"|dose|doses|dosage|by|via|as|into|in|on|at|to|is|self|for|and|each|per|time|rotat(?:e|ing)|injection|sites?|site"
    r"|thighs?|abdomen|upper|outer|arms?|buttocks?|skin|patient|solution|prefilled|pre-filled|syringe|pen|route|total"
    r"|about|approximately|around|same|with)"
)
_DOSE_WORDS: Final = re.compile(
    r"\d|\b(?:daily|twice|once|every|weekly|increase|decrease|double|half|skip|hold|titrat\w*|taper\w*|reduce\w*|then"
    r"|split|divided?|max\w*|until|alternat\w*|bid|tid|qid|qod|prn)\b"
)


_CHANGES: Final = re.compile(
    r"(?:increas|decreas|titrat|taper|reduc|escalat|doubl|skip|hold|omit|half|halve|except|alternat)\w*"
)


class Spoken(msgspec.Struct, frozen=True):
    """An amount in words: the number and its unit."""

    number: Interval
    unit: str


class Said(msgspec.Struct, frozen=True):
    """What a text says; `rest`: the words that were not understood."""

    amounts: tuple[Spoken, ...]
    times: tuple[Times, ...]
    routes: tuple[str, ...]
    as_needed: bool
    most_a_day: tuple[Spoken, ...]
    most_a_dose: tuple[Spoken, ...]
    rest: tuple[str, ...]


def speaks_of_dose(text: str) -> bool:
    """Whether a text has a number or a word that may say how much or how often."""
    return _DOSE_WORDS.search(text.casefold()) is not None


def changes(said: Said) -> bool:
    """Whether the words that were not understood speak of a dose that does not stay the same."""
    return any(_CHANGES.fullmatch(word) for word in said.rest)


@lru_cache(maxsize=8192)
def read_text(text: str, names: frozenset[str] = frozenset()) -> Said:
    """The parts of a text; `names` are words, such as those of the drug, that say nothing about the dose."""
    return _Reading(text, names).said()


class _Reading:
    def __init__(self, text: str, names: frozenset[str]) -> None:
        plain = text.casefold().replace("μ", "µ").replace("–", "-").replace("—", "-").replace("×", "x")
        self.left = f" {' '.join(plain.split())} "
        self.names = names
        self.amounts: list[Spoken] = []
        self.most_a_day: list[Spoken] = []
        self.most_a_dose: list[Spoken] = []
        self.times: list[Times] = []
        self.daytimes: list[str] = []
        self.routes: list[str] = []
        self.as_needed = False
        self.divided = False

    def said(self) -> Said:
        self._take(rf"{_N}\s*{_MASS}\s*/\s*(?:{_D}\s*)?{_VOLUME}(?![\w/])", lambda m: None)  # a strength
        self._limits()
        self._take(rf"(?:,?\s*(?:for|x)\s*{_COUNT}\s*(?:days?|weeks?|wks?|months?))(?!\w)", lambda m: None)
        self._divided()
        self._amounts()
        self._times()
        for name, pattern in _ROUTES.items():
            self._take(rf"(?<![\w/])(?:{pattern})(?!\w)", lambda m, name=name: self.routes.append(name))  # type: ignore[misc]  # the default binds the loop's value
        self._take(r"(?<!\w)(?:as needed|p\.?r\.?n\.?|(?:when|if) (?:needed|required)|as required)(?!\w)", self._needed)
        words = re.findall(r"[^\s,;:.()\[\]¦]+", self.left)
        rest = [word for word in words if not _IDLE.fullmatch(word) and word not in self.names]
        if self.divided and not (self.amounts and all("/d" in amount.unit for amount in self.amounts)):
            rest.append("divided")
        return Said(
            tuple(dict.fromkeys(self.amounts)),
            tuple(self._agreed()),
            tuple(dict.fromkeys(self.routes)),
            self.as_needed,
            tuple(self.most_a_day),
            tuple(self.most_a_dose),
            tuple(rest),
        )

    def _take(self, pattern: str, found: Callable[["re.Match[str]"], object]) -> None:
        def one(match: "re.Match[str]") -> str:
            found(match)
            return " ¦ "

        self.left = re.sub(pattern, one, self.left)

    def _needed(self, match: object) -> None:
        self.as_needed = True

    def _limits(self) -> None:
        most = r"(?<!\w)(?:max(?:imum)?\.?(?: dose)?(?: of)?:?|not to exceed|no more than|up to a maximum of)\s*"
        amount = rf"({_N})\s*({_MASS}|{_VOLUME})({_PER}kg)?"
        self._take(
            rf"{most}{amount}(?:{_PER}{_DAY}|\s+daily)(?!\w)",
            lambda m: self.most_a_day.append(Spoken(_one(m[1]), f"{m[2]}{'/kg' if m[3] else ''}/d")),
        )
        self._take(
            rf"{most}{amount}(?:{_PER}|\s+each\s+)(?:dose|injection)(?!\w)",
            lambda m: self.most_a_dose.append(Spoken(_one(m[1]), f"{m[2]}{'/kg' if m[3] else ''}")),
        )

    def _divided(self) -> None:
        def several(match: "re.Match[str]") -> None:
            self.divided = True
            self.times.append(_often(_count(match[1]), 24))

        self._take(rf"(?:divided )?in(?:to)? ({_COUNT})(?: equally)? divided doses(?!\w)", several)
        self._take(rf"divided in(?:to)? ({_COUNT})(?: equal)? doses(?!\w)", several)
        before = self.left
        self._take(r"(?<!\w)(?:divided|split)(?!\w)", lambda m: None)
        self.divided |= before != self.left

    def _amounts(self) -> None:
        unit = rf"({_MASS}|{_VOLUME}|{_THING})({_PER}kg)?(?:{_PER}dose)?({_PER}{_DAY})?"

        def found(match: "re.Match[str]") -> None:
            low = _count(match[1]) if match[1] in _WORDS else float(match[1])
            high = low if match[2] is None else float(match[2])
            thing = re.sub(r"s$", "", match[3]) if not re.fullmatch(rf"{_MASS}|{_VOLUME}", match[3]) else match[3]
            self.amounts.append(
                Spoken(Interval(low, high), f"{thing}{'/kg' if match[4] else ''}{'/d' if match[5] else ''}")
            )

        self._take(rf"({_N}|(?<!\w)(?:one|two|three)(?=\s))(?:\s*(?:-|to)\s*({_D}))?\s*{unit}(?![\w/])", found)

    def _times(self) -> None:
        add = self.times.append
        span = r"(h(?:ours?|rs?|ourly)?|d(?:ays?)?|w(?:ee)?ks?)"
        self._take(
            r"(?<!\w)(?:every (?:other|second|2nd) day|(?:on )?alternate days?|on alternating days"
            r"|q\.?o\.?d\.?|e\.?o\.?d\.?"
            r"|every other (?:morning|evening))(?!\w)",
            lambda m: add(_often(1, 48)),
        )
        self._take(
            rf"(?<!\w)(?:every|each|q)\s?({_D}|{_COUNT})(?:\s*(?:-|to)\s*({_D}))?\s*{span}(?!\w)",
            lambda m: add(_each(m[1], m[2], m[3])),
        )
        often = r"(once|twice|thrice|(?:one|two|three|four|\d{1,2})\s*(?:x|times?))"
        self._take(
            rf"(?<!\w){often}\s*(?:/|per|an?|each|every)?\s*(daily|day|d|weekly|week|wk|24\s*h(?:ours|rs?)?)(?!\w)",
            lambda m: add(_often(_count(m[1]), 168 if m[2].startswith("w") else 24)),
        )
        self._take(
            r"(?<!\w)(?:at )?(?:about |approximately )?the same time (?:every|each|of) day(?!\w)",
            lambda m: None if self.times else add(_often(1, 24)),
        )
        self._take(
            r"(?<!\w)(?:daily|every ?day|each day|per day|a day|q\.?d\.?|o\.?d\.?|qday)(?!\w)",
            lambda m: add(_often(1, 24)),
        )
        for pattern, count in (
            (r"b\.?i\.?d\.?|b\.?d\.?", 2),
            (r"t\.?[id]\.?[ds]\.?", 3),
            (r"q\.?i\.?d\.?|q\.?d\.?s\.?", 4),
        ):
            self._take(rf"(?<!\w)(?:{pattern})(?!\w)", lambda m, count=count: add(_often(count, 24)))  # type: ignore[misc]  # the default binds the loop's value
        self._take(rf"(?<!\w)({_WEEKDAY})\s*(?:-|to|through|thru)\s*({_WEEKDAY})(?!\w)", self._from_to)
        self._take(
            rf"(?<!\w)(?:on |every |each )?({_WEEKDAY}(?:\s*(?:,|/|and|&|, and)\s*{_WEEKDAY})*)(?!\w)",
            self._weekdays,
        )
        self._take(r"(?<!\w)(?:weekly|every week|each week|a week|qwk|q week)(?!\w)", lambda m: add(_often(1, 168)))
        self._take(r"(?<!\w)(?:single dose|one time only|once only)(?!\w)", lambda m: add(SINGLE))
        at = r"(?:(?:every|each|in the|at|nightly)\s+)"
        for name, pattern in {
            "morning": rf"{at}?(?:morning|breakfast)|qam|q a\.?m\.?|a\.?m\.",
            "noon": rf"{at}?(?:noon|midday|lunch)",
            "evening": rf"{at}?(?:evening|dinner)|qpm|q p\.?m\.?|p\.?m\.",
            "night": rf"{at}?(?:night|bedtime)|nightly|qhs|hs",
        }.items():
            self._take(rf"(?<!\w)(?:{pattern})(?!\w)", lambda m, name=name: self.daytimes.append(name))  # type: ignore[misc]  # the default binds the loop's value

    def _weekdays(self, match: "re.Match[str]") -> None:
        days = list(dict.fromkeys(word[:3] for word in re.findall(_WEEKDAY, match[1])))
        self.times.append(days_of_week(days, [-1.0], ", ".join(days)))

    def _from_to(self, match: "re.Match[str]") -> None:
        week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        first, last = week.index(match[1][:3]), week.index(match[2][:3])
        days = list(week[first : last + 1] if first <= last else week[first:] + week[: last + 1])
        self.times.append(days_of_week(days, [-1.0], ", ".join(days)))

    def _agreed(self) -> list[Times]:
        """All that is said about how often, once where it is said twice; "morning" beside "once daily" adds nothing."""
        found = list(self.times)
        moments = len(set(self.daytimes))
        rarer = any(times.per_day.exact and times.per_day.low <= moments for times in found)
        alike = any(times.like(_often(moments, 24)) for times in found) if moments > 1 else rarer
        if moments and not alike:
            found.append(_often(moments, 24))
        kept: list[Times] = []
        for times in found:
            if not any(times.like(other) for other in kept):
                kept.append(times)
        days = [times for times in kept if times.between_h and times.text[:3] in ("mon", "tue", "wed", "thu", "fri")]
        if len(kept) == 2 and days and any(times.like(_often(1, 24)) for times in kept):
            return days if len(days) == 1 else kept  # "once daily on Monday and Thursday"
        return kept


def _one(text: str) -> Interval:
    return Interval(float(text), float(text))


def _count(text: str) -> int:
    word = text.split()[0].rstrip("x") if not text[0].isdigit() else re.match(r"\d+", text)[0]  # type: ignore[index]
    return _WORDS.get(word) or int(word)


def _often(count: int, hours: float) -> Times:
    period = {24: "a day", 48: "every other day", 168: "a week"}[int(hours)]
    text = period if hours == 48 else f"{count} x {period}"
    return every(Interval(count, count), Interval(hours, hours), text)


def _each(low: str, high: str | None, unit: str) -> Times:
    first = float(_WORDS[low]) if low in _WORDS else float(low)
    last = first if high is None else float(high)
    size = {"h": 1, "d": 24, "w": 168}[unit[0]]
    text = f"every {low}{f'-{high}' if high else ''} {unit}"
    return every(Interval(1, 1), Interval(first * size, last * size), text)
