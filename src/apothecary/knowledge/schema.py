"""What the files of a monograph may say; every structure is immutable and refuses unknown keys."""

from typing import Literal

import msgspec

from apothecary.knowledge.advice import AdviceLine as AdviceLine
from apothecary.knowledge.advice import Handout as Handout
from apothecary.knowledge.advice import TranslatedLine as TranslatedLine
from apothecary.knowledge.cards import Cards as Cards
from apothecary.knowledge.kinetics import Exposure as Exposure
from apothecary.knowledge.kinetics import Model as Model
from apothecary.knowledge.source_text import CitedAt as CitedAt
from apothecary.knowledge.source_text import Edition as Edition
from apothecary.knowledge.source_text import Place as Place
from apothecary.knowledge.source_text import Source as Source
from apothecary.knowledge.source_text import Statement as Statement
from apothecary.knowledge.source_text import Strict
from apothecary.knowledge.therapy import Dosing as Dosing
from apothecary.knowledge.therapy import MonitoringPlan as MonitoringPlan
from apothecary.knowledge.value import Quantity as Quantity
from apothecary.knowledge.value import Value as Value
from apothecary.knowledge.value import ValueKind as ValueKind
from apothecary.logic import Condition

Severity = Literal["critical", "warning", "info"]
PhaseName = Literal["considering", "on-therapy"]
BasisKind = Literal["stated", "interpreted", "policy"]
Domain = Literal["condition", "medication", "allergy", "immunization", "procedure", "observation", "answer", "route"]


# The engine works these out; those of orders are in mg, mg/d, mg/kg/d, {doses}/d and h.
Formula = Literal[
    "age", "creatinine-clearance",
    "ordered-dose", "ordered-daily-dose", "ordered-daily-dose-by-weight", "ordered-doses-per-day", "ordered-interval",
]  # fmt: skip


class Interpretation(Strict, frozen=True):
    """A reading of vague or contradictory wording."""

    id: str
    title: str
    issue: str
    reading: str
    why: str
    statements: tuple[str, ...]


class AnswerRule(Strict, frozen=True):
    """When a result counts as an answer: its code or word is in the value set, or its number reaches the value."""

    value_set: str
    at_least: str | None = None
    below: str | None = None


class Observation(Strict, frozen=True):
    """A quantity or a test: which codes report it, its unit, what is plausible, when it expires, how to get it."""

    name: str
    how: str
    value_set: str | None = None
    unit: str | None = None
    also_units: tuple[str, ...] = ()
    plausible: str | None = None
    expires: str | None = None
    expires_child: str | None = None
    molar_mass: str | None = None
    product_of: tuple[str, str] | None = None
    formula: Formula | None = None
    cross_check: tuple[str, ...] = ()
    answers: dict[str, AnswerRule] = msgspec.field(default_factory=dict)


class LabeledException(Strict, frozen=True):
    """A labeled exception: for these patients the rule gives this action instead."""

    label: str
    when: Condition
    action: str
    says: str | None = None
    statements: tuple[str, ...] = ()


class Advice(Strict, frozen=True):
    """The decision a rule speaks to and what it says, so that opposite advice can be found."""

    decision: str
    says: str


class Rule(Strict, frozen=True):
    """One question about a patient, the finding when it applies, and what it rests on."""

    id: str
    topic: str
    phases: tuple[PhaseName, ...]
    severity: Severity
    when: Condition
    title: str
    action: str
    statements: tuple[str, ...]
    kind: BasisKind = "stated"
    advice: Advice | None = None
    exceptions: tuple[LabeledException, ...] = ()
    interpretation: str | None = None
    places: tuple[Place, ...] = ()

    @property
    def all_statements(self) -> tuple[str, ...]:
        """Every statement it rests on, those of its exceptions too, each once."""
        own = (self.statements, *(exception.statements for exception in self.exceptions))
        return tuple(dict.fromkeys(id_ for some in own for id_ in some))


class IndicationRule(Strict, frozen=True):
    """A use the monograph names."""

    id: str
    name: str
    labeled: bool
    when: Condition
    statements: tuple[str, ...]
    interpretation: str | None = None


class ValueSet(Strict, frozen=True):
    """A named set of codes and names; `subtract` takes out rows that also match another set.

    A name does not count beside a code of a system whose codes the set lists, unless `names_always`. With `coarse`
    every match only raises the question.
    """

    name: str
    about: tuple[Domain, ...]
    include: tuple[str, ...] = ()
    subtract: tuple[str, ...] = ()
    except_words: tuple[str, ...] = ()
    names_always: bool = False
    coarse: bool = False
    ask: str | None = None


class CodeEntry(Strict, frozen=True):
    """One code or name of a value set; `coarse` marks a code broader than the concept."""

    value_set: str
    system: str
    code: str
    display: str
    match: Literal["exact", "prefix", "descendants", "name"]
    coarse: bool = False


class Identity(Strict, frozen=True):
    """Which drug a monograph is about and how a record names it."""

    id: str
    name: str
    brands: tuple[str, ...]
    drug_class: str
    value_set: str
    edition: Edition
    statements: tuple[str, ...]


class MonographFile(Strict, frozen=True):
    """monograph.yaml: identity, the topics in the order they are shown, the uses, what the patient sheet covers."""

    drug: Identity
    topics: tuple[str, ...]
    indications: tuple[IndicationRule, ...]
    handout: Handout | None = None


class Strength(Strict, frozen=True):
    """How much drug one container holds, in which volume."""

    amount: Quantity
    volume: Quantity


class Storage(Strict, frozen=True):
    """How a product is kept."""

    temperature: Quantity
    protect_from_light: bool
    may_be_frozen: bool
    may_be_shaken: bool


class Ingredient(Strict, frozen=True):
    """Something the product contains, and the source that says so."""

    name: str
    role: Literal["active", "excipient"]
    source: str


Site = Literal["thigh", "abdomen", "upper-arm", "buttock"]


class Product(Strict, frozen=True):
    """One marketed product.

    `measurable` (which doses its container can measure) and `doses_per_container` are ids of values.
    """

    id: str
    brand: str
    dosage_form: str
    route: str
    strength: Strength
    manufacturer: str
    container: str
    preservative_free: bool
    storage: Storage
    ingredients: tuple[Ingredient, ...]
    statements: tuple[str, ...]
    measurable: str | None = None
    doses_per_container: str | None = None
    injection_sites: tuple[Site, ...] = ()


class Effect(Strict, frozen=True):
    """One adverse effect with its own references."""

    name: str
    references: tuple[str, ...]


class AdverseEffects(Strict, frozen=True):
    """The common adverse effects in one indication; `threshold` names the value their frequencies reach."""

    id: str
    indication: str
    threshold: str | None
    effects: tuple[Effect, ...]
    statements: tuple[str, ...]


class Monograph(msgspec.Struct, frozen=True):
    """Everything known about one drug, checked and ready to be run.

    `policy` names the values that are our readings; `dosing` is by indication, `translations` by language, `models` in
    the order in which they are tried.
    """

    drug: Identity
    topics: tuple[str, ...]
    indications: dict[str, IndicationRule]
    rules: dict[str, Rule]
    values: dict[str, Value]
    observations: dict[str, Observation]
    value_sets: dict[str, ValueSet]
    codes: tuple[CodeEntry, ...]
    statements: dict[str, Statement]
    sources: dict[str, Source]
    interpretations: dict[str, Interpretation]
    products: dict[str, Product]
    adverse_effects: dict[str, AdverseEffects]
    advice: dict[str, AdviceLine]
    hash: str
    version: str
    policy: frozenset[str] = frozenset()
    dosing: dict[str, Dosing] = msgspec.field(default_factory=dict)
    monitoring: dict[str, MonitoringPlan] = msgspec.field(default_factory=dict)
    translations: dict[str, dict[str, TranslatedLine]] = msgspec.field(default_factory=dict)
    handout: Handout | None = None
    models: dict[str, Model] = msgspec.field(default_factory=dict)
    exposure: Exposure | None = None
    cards: Cards = Cards()
