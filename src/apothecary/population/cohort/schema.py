"""What `cohort.yaml` may say: who is in a synthetic cohort, what is planted, what clutters a real export.

Made up for tests and demonstrations: nothing here is knowledge, and no review reads it. A share is a probability, for
all or by the id of a group with `else` for the others. Days count back from the day the cohort is made for.
"""

from typing import Literal

import msgspec

from apothecary.knowledge.source_text import Strict

Share = float | dict[str, float]
Status = Literal["applies", "clear", "unknown"]
Says = dict[str, Status]
RowSection = Literal["condition", "medication", "allergy", "immunization", "procedure"]
AnySection = Literal["patient", "condition", "medication", "allergy", "immunization", "procedure", "observation"]
Standing = Literal["current", "history", "planned", "void", "uncertain"]
Days = tuple[int, int]
Ages = tuple[float, float]


class Dose(Strict, frozen=True):
    """One way of ordering the drug: an amount (`per_kg`: times the body weight) or only words.

    `text` may hold {amount}. `says`: what the order settles by itself while the medication list is whole.
    """

    share: float
    route: str
    amount: float | None = None
    per_kg: float | None = None
    unit: str = ""
    frequency: int = 1
    period: float = 1
    period_unit: str = "d"
    text: str | None = None
    says: Says = msgspec.field(default_factory=dict)


class Use(Strict, frozen=True):
    """What the drug is for: the value set of the diagnosis, or none where nothing is recorded.

    `ages` are low, mode and high in years. `says` holds while the problem list is whole, and `whole` too.
    """

    set: str | None
    ages: tuple[float, float, float]
    female: float
    doses: tuple[Dose, ...] = ()
    says: Says = msgspec.field(default_factory=dict)
    whole: tuple[AnySection, ...] = ()


class Group(Strict, frozen=True):
    """A part of the cohort: whether the drug is ordered, how many days ago it was begun, the uses by share."""

    id: str
    share: float
    order: Literal["taking", "planned", "past", "none"]
    uses: dict[str, float]
    begun: Days = (0, 0)


class Fact(Strict, frozen=True):
    """A row of a value set that a patient has with some probability, and what it settles.

    `applies` and `unknown` name rules that are so while it is planted and the sections of `whole` are; `clear` those
    that are so while no fact that names them is planted, nor any other row of their sets, and their sections are whole
    (`clear_whole`: further ones); `harmless` those that ask for its set but not for this standing. `coarse`: a code
    broader than the concept. `exact`: its date is always a whole day. `unless`: not beside these earlier facts.
    """

    id: str
    section: RowSection
    set: str
    share: Share
    standing: Standing = "current"
    days: Days = (30, 3000)
    coarse: bool = False
    exact: bool = False
    unless: tuple[str, ...] = ()
    sex: Literal["female", "male"] | None = None
    ages: Ages = (0, 200)
    applies: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()
    whole: tuple[AnySection, ...] = ()
    clear_whole: tuple[AnySection, ...] = ()


class Unit(Strict, frozen=True):
    """A unit a laboratory writes, as UCUM code and as printed; the code of the value set that goes with it.

    `like`: the unit its numbers are in where the unit itself cannot be read or is left out.
    """

    share: float
    unit: str | None = None
    printed: str | None = None
    digits: int = 1
    code: str | None = None
    like: str | None = None


class Tail(Strict, frozen=True):
    """Patients whose values lie elsewhere than the others'."""

    share: Share
    median: float
    spread: float = 0.2


class Judged(Strict, frozen=True):
    """What the latest result settles: a number clear of a limit, an answer, a unit that cannot be read, or none at all.

    It does so while all results, and the sections of `whole`, can be read, no observation of `without` was made and no
    fact of `unless` is planted. `newer_than`, `older_than`: of at most, at least so many days ago.
    """

    rule: str
    status: Status
    below: float | None = None
    at_least: float | None = None
    answer: str | None = None
    unreadable: bool = False
    none: bool = False
    newer_than: int | None = None
    older_than: int | None = None
    whole: tuple[AnySection, ...] = ()
    without: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class Item(Strict, frozen=True):
    """What a panel measures: an observation of the monograph, as a number in its unit or as an answer.

    `median`: for all, or at ages in years with straight lines between; `male`: times that; `spread` between patients
    and `within` one are standard deviations of the logarithm. `less_than`, `more_than`: of the
    numbers beyond a limit, the share reported only as beyond it, and the limit.
    """

    observation: str
    share: Share = 1.0
    median: float | tuple[tuple[float, float], ...] | None = None
    male: float = 1.0
    spread: float = 0.2
    within: float = 0.1
    tails: tuple[Tail, ...] = ()
    units: tuple[Unit, ...] = ()
    less_than: tuple[float, float] | None = None
    more_than: tuple[float, float] | None = None
    answers: dict[str, float] = msgspec.field(default_factory=dict)
    codes: tuple[str, ...] = ()
    truth: tuple[Judged, ...] = ()


class Late(Strict, frozen=True):
    """Patients whose last result is older."""

    share: Share
    last: Days


class Panel(Strict, frozen=True):
    """Observations made together, again and again: `every` so many days back from the `last`, at most `reach` ago.

    `missed`: the share of occasions, but the last, that were left out.
    """

    id: str
    share: Share
    last: Days
    items: tuple[Item, ...]
    category: Literal["vital-signs", "laboratory", "survey"] = "laboratory"
    every: int = 90
    reach: int = 0
    missed: float = 0.1
    late: Late | None = None
    sex: Literal["female", "male"] | None = None
    ages: Ages = (0, 200)


class Listing(Strict, frozen=True):
    """Rows that no value set knows, as code and display, and how few and many a patient has."""

    system: str
    count: Days
    rows: tuple[tuple[str, str], ...]


class Result(Strict, frozen=True):
    """A result that no value set knows; `parts`: those of a panel, in place of a number of its own."""

    code: str
    display: str
    unit: str = ""
    median: float = 1.0
    spread: float = 0.15
    digits: int = 0
    parts: tuple["Result", ...] = ()


class Battery(Strict, frozen=True):
    """Results of one visit, with the share of visits that have them."""

    category: Literal["vital-signs", "laboratory", "survey"]
    share: float
    rows: tuple[Result, ...]


class Background(Strict, frozen=True):
    """What fills a real export: visits with their results, and rows of every section that match nothing."""

    visits: Days
    visit: Listing
    results: tuple[Battery, ...]
    condition: Listing
    medication: Listing
    allergy: Listing
    immunization: Listing
    procedure: Listing


class Noise(Strict, frozen=True):
    """How often rows are not as they should be: a row (`local_code` to `medication_reference`), else a patient."""

    local_system: str
    local_code: float = 0.0
    text_only: float = 0.0
    partial_date: float = 0.0
    medication_reference: float = 0.0
    entered_in_error: float = 0.0
    duplicate: float = 0.0
    malformed: float = 0.0
    cut_off: float = 0.0
    opaque: float = 0.0
    no_birth_date: float = 0.0
    partial_birth_date: float = 0.0
    other_sex: float = 0.0
    dead: float = 0.0


class ByAge(Strict, frozen=True):
    """What the age alone settles, in years."""

    rule: str
    status: Status
    at_least: float = 0
    below: float = 200


class Mix(Strict, frozen=True):
    """The whole of `cohort.yaml`. `missing`: the share of patients of whom a section was not exported."""

    about: str
    groups: tuple[Group, ...]
    uses: dict[str, Use]
    facts: tuple[Fact, ...]
    panels: tuple[Panel, ...]
    background: Background
    noise: Noise
    missing: dict[AnySection, float] = msgspec.field(default_factory=dict)
    no_known_allergies: float = 0.5
    by_age: tuple[ByAge, ...] = ()
