"""What a dose plan says in words: which findings come first, the split dose, the product, what the text adds."""

from collections.abc import Collection
from fractions import Fraction

from apothecary.knowledge import Monograph
from apothecary.knowledge.schema import Dosing, Value
from apothecary.logic import Truth
from apothecary.review import Review
from apothecary.therapy.dose_amounts import PARTS, PER_WEIGHT, Amounts, in_words, range_in_words, value_ends
from apothecary.therapy.dose_package import Package, doses_in_28_days
from apothecary.units import same_dimension


def findings_first(review: Review) -> tuple[str, ...]:
    """That the findings come before the dose, where any of them stops or leaves open whether to treat."""
    critical = [finding for finding in review.findings if finding.severity == "critical"]
    applying = [finding.id for finding in critical if finding.status is Truth.APPLIES]
    if applying:
        what = "A critical finding applies" if len(applying) == 1 else "Critical findings apply"
        return (f"{what} and come{'s' if len(applying) == 1 else ''} first: {', '.join(applying)}.",)
    if any(finding.status is Truth.UNKNOWN for finding in critical):
        return ("Critical questions are open: answer them first.",)
    return ()


def no_record(review: Review, shown: Collection[str]) -> tuple[str, ...]:
    """What was not asked without a record, and every warning that the typed facts already settle."""
    head = "No record was read: contraindications, infections, interactions and what to test first were not checked."
    applying = (
        f"{finding.title}. {finding.action}"
        for finding in review.findings
        if finding.status is Truth.APPLIES and finding.severity != "info" and finding.id not in shown
    )
    return (head, *applying, *(problem.message for problem in review.problems))


def by_weight(m: Monograph, dosing: Dosing) -> tuple[str, ...]:
    """The amounts by weight as the text gives them."""
    words = {"start": "start with", "step": "change by", "maximum": "give at most", "benefit_limit": "no gain beyond"}
    parts = []
    for part in PARTS:
        name = getattr(dosing, part)
        if name is not None and same_dimension(m.values[name].unit, PER_WEIGHT):
            ends = value_ends(m, name, PER_WEIGHT)
            parts.append(f"{words[part]} {range_in_words(ends)} mg/kg a day" if ends else "")
    text = ", ".join(parts)
    return (f"By weight: {text}.",) if text else ()


def too_young(m: Monograph, dosing: Dosing, surely: bool) -> tuple[str, ...]:
    """That the use is dosed from an age on, and what this means for the patient."""
    value = m.values[dosing.from_age or ""]
    age = f"{value.value:g} {'years' if value.unit == 'a' else value.unit}"
    said = "no dose for this patient" if surely else "whether this patient has reached it is not known"
    return (f"The monograph gives this dose from the age of {age} on: {said}.",)


def of_amounts(m: Monograph, dosing: Dosing, found: Amounts) -> tuple[str, ...]:
    """That a start was capped, and which reading the ladder rests on."""
    notes = []
    if found.capped:
        notes.append("The start is cut to the maximum for this patient.")
    if found.step is not None and found.maximum is not None and found.step[0] != found.step[1]:
        low, high = (in_words(found.per_dose(end)) for end in found.step)
        notes.append(f"The ladder goes up by the smallest step ({low} mg); one change may be as large as {high} mg.")
    values = (m.values[name] for name in (getattr(dosing, part) for part in PARTS) if name is not None)
    ids = dict.fromkeys(value.interpretation for value in values if value.interpretation)
    return (*notes, *(_reading(m, id_) for id_ in ids if id_))


def of_the_product(m: Monograph, dosing: Dosing, found: Amounts, known: tuple[Package, ...]) -> tuple[str, ...]:
    """Which product the counts are for, what its marks reach, and what a divided dose takes."""
    if len(known) != 1:
        brands = ", ".join(package.product.brand for package in known) or "none"
        return (
            f"Volume and containers depend on the product, and the monograph names not one but several ({brands}).",
        )
    package = known[0]
    product = package.product
    strength, volume = in_words(package.strength), in_words(package.volume, nearest=True)
    notes = [f"Product: {product.brand}, {product.container}, {strength} mg in {volume} mL."]
    if package.single_use:
        notes.append(f"A new {package.noun} for each dose; what is left in it is thrown away.")
    doses = (found.per_dose(end) for end in dict.fromkeys(found.start))
    notes += [advice for advice in (package.advice(dose) for dose in doses) if advice]
    if product.measurable is not None:
        notes.append(_marks(m, package, m.values[product.measurable]))
    split = value_ends(m, dosing.split, "{doses}/d")
    if split is not None:
        notes.append(_divided(found, package, split[1]))
    return tuple(notes)


def of_the_text(m: Monograph, dosing: Dosing) -> tuple[str, ...]:
    """The text's own notes and the populations without a dose of their own."""
    return (*dosing.notes, *(f"{one.population}: {one.text}" for one in dosing.without))


def product_statements(m: Monograph, dosing: Dosing) -> tuple[str, ...]:
    """The statements behind strength and single use, where one product is known."""
    found: list[str] = []
    for product in m.products.values():
        ends = {
            f"{q.value:g}" for q in (product.strength.amount, product.strength.volume) if isinstance(q.value, float)
        }
        found += (id_ for id_ in product.statements if ends <= set(m.statements[id_].numbers))
        if product.doses_per_container is not None:
            own = m.values[product.doses_per_container].statements
            found += () if set(own) & set(dosing.statements) else own
    return tuple(found) if len(m.products) == 1 else ()


def references(m: Monograph, dosing: Dosing) -> tuple[str, ...]:
    """The sources beside the text from which the numbers come."""
    names = [getattr(dosing, part) for part in PARTS] + [dosing.interval, dosing.split]
    names += [name for product in m.products.values() for name in (product.measurable, product.doses_per_container)]
    places = (place for name in names if name is not None for place in m.values[name].places)
    return tuple(dict.fromkeys(place.source for place in places))


def _marks(m: Monograph, package: Package, value: Value) -> str:
    low, high = package.marks or (Fraction(0), Fraction(0))
    where = "; ".join(f"source {place.source}, {place.locator}" for place in value.places)
    said = f" ({where})" if where else ""
    return f"The marks of one {package.noun} measure {in_words(low)} to {in_words(high)} mg{said}."


def _divided(found: Amounts, package: Package, times: Fraction) -> str:
    """What the daily amount at the start takes when it is divided."""
    low, high = (end / times for end in found.start)
    head = f"Divided into {in_words(times)} doses a day: {range_in_words((low, high))} mg each time"
    counts = (package.containers(low), package.containers(high))
    if counts[0] is None or counts[1] is None:
        return f"{head}."
    doses = doses_in_28_days(24 / times)
    total = range_in_words((Fraction(counts[0] * doses), Fraction(counts[1] * doses)))
    marks = (
        ""
        if package.measurable(low) in (True, None) and package.measurable(high) in (True, None)
        else (f" Not every such dose can be measured with the {package.noun}: ask the pharmacy.")
    )
    return f"{head}, {total} {package.noun}s in 28 days.{marks}"


def _reading(m: Monograph, id_: str) -> str:
    return f"Our reading of the monograph: {m.interpretations[id_].title} ({id_} in INTERPRETATIONS.md)."
