"""The page that holds the kinetic models against what was published, and the engine against 50 digits."""

import math
from collections.abc import Callable, Iterator

from tests.kinetics import grids, oracle

from apothecary.kinetics import Covariates, Individual, individual, profile, regimen
from apothecary.kinetics.parameters import quantity
from apothecary.kinetics.validation import CLOSE_PERCENT, Row, validate
from apothecary.knowledge import Monograph
from apothecary.knowledge.kinetics import COVARIATE_UNITS, Limit, Model, Parameter, Subject
from apothecary.knowledge.kinetics_links import parameters
from apothecary.knowledge.source_text import Place
from apothecary.knowledge.value import Quantity

INTRO = f"""\
Every kinetic model, computed for the subjects of published observations and set beside the papers, misses first. No
number of a model was changed to come closer: an observation that a model was built from is listed apart and proves
nothing. A difference is the model minus the paper; from a range it is counted from the nearest end.

Verdicts: *within* (inside the published range, or no further than one standard deviation from the published mean),
*within 2 sd*, *close* (at most {CLOSE_PERCENT:g} % from a mean published without a standard deviation), *miss*. A range
counts to its last digit: just outside is a miss. One subject stands for a group, and where the paper does not say who
was in it, our choice is given."""

Plain = Callable[[str], str]
_MEANINGS = {
    "decay": ("share that is left", "k 1e-4 to 1e2 /h, 1e-6 to 1e4 h"),
    "transfer": ("share absorbed and not yet eliminated", "ka and ke 1e-4 to 1e2 /h, equal to a million-fold apart"),
    "central_exposure": ("area under the curve, intravenous", "k 1e-4 to 1e2 /h, 1e-6 to 1e4 h"),
    "absorbed_exposure": ("area under the curve, absorbed dose", "ka and ke as above"),
    "peak_time": ("time of the peak", "ka and ke as above"),
}
_ENDS = {"refuse": "refused", "warn": "warning"}


def lines(known: list[Monograph], name: Callable[[Monograph], str], plain: Plain) -> Iterator[str]:
    """The page below its introduction; `plain` makes a text harmless for Markdown."""
    for m in known:
        for model in m.models.values():
            yield from (f"## {name(m)}: {plain(model.name)} (`{model.id}`)", "")
            yield from _model(m, model, plain)
    yield from _accuracy(known)
    for m in known:
        if m.models:
            yield from (f"## {name(m)}: sources", "")
            for id_ in sorted({place.source for model in m.models.values() for place in _places(m, model)}):
                yield f"- `{id_}`: {plain(m.sources[id_].citation)}"
            yield ""


def _model(m: Monograph, model: Model, plain: Plain) -> Iterator[str]:
    rows = validate(m, model)
    tests = [row for row in rows if row.role == "tests"]
    missed = [row for row in tests if row.missed]
    if not tests:
        yield "**No observation tests this model.**"
    elif missed:
        yield f"**{len(missed)} of {len(tests)} observations missed:**"
        yield ""
        yield from (f"- {plain(row.text)}: {_published(row)} published, {_computed(row)} computed" for row in missed)
    else:
        yield f"**None of {len(tests)} observations missed.**"
    yield ""
    why = list(_why(model, missed))
    if why:
        yield from ("Why:", "", *(f"- {one}" for one in why), "")
    yield from (f"Made from: {plain(model.population.text)} ({_sources(model.population.places)}).", "")
    yield from (f"Structure: {model.structure}. Routes: {', '.join(model.routes)}.", "")
    yield from _exchange(model)
    yield from _numbers(m, model, plain)
    yield from _domain(model, plain)
    for title, texts in (("Remarks", model.notes), ("Missing", model.missing)):
        if texts:
            yield from (f"### {title} ({model.id})", "", *(f"- {plain(text)}" for text in texts), "")
    yield from _rows(f"### What tested it ({model.id})", model, tests, plain)
    yield from _rows(f"### What it was built from ({model.id})", model, [r for r in rows if r.role == "builds"], plain)


def _why(model: Model, missed: list[Row]) -> Iterator[str]:
    """What in the model's structure leads to its misses."""
    ids = {row.id for row in missed}
    measures = {seen.measure for seen in model.observed if seen.id in ids}
    by = {one.by for one in model.covariates if hasattr(one, "by") and one.parameter == "clearance"}
    if measures & {"time-of-maximum", "maximum"}:
        yield (
            "The model has one compartment and one absorption rate. Drug that leaves a real injection site late, or "
            "by several ways, peaks at another time than this curve does."
        )
    if "half-life" in measures:
        one = individual(model, _known(_example(model)))
        if one.absorption_rate < one.elimination_rate:
            yield "Absorption is the slower step, so the half-life is that of absorption: the same in every patient."
        else:
            yield (
                "The half-life is that of the slower of two rates which change with the covariates only; one number "
                "published for a mixed group is met at one body size and missed at others."
            )
    if "auc-ratio" in measures and "weight" not in by:
        yield "Body weight is not a covariate of clearance, so a heavier patient is given the same exposure."


def _exchange(model: Model) -> Iterator[str]:
    """The flip-flop remark: the other reading of the same curve."""
    subject = _example(model)
    one = individual(model, _known(subject))
    ka, ke = float(one.absorption_rate), float(one.elimination_rate)
    slow, fast = ("absorption", "elimination") if ka < ke else ("elimination", "absorption")
    yield f"Which rate is which ({_who(subject)}): absorption {ka:.3g} /h, elimination {ke:.3g} /h,"
    yield f"volume {one.volume:.3g} L; as written, {slow} is the slower step. With the two exchanged (absorption"
    yield f"{ke:.3g} /h, elimination {ka:.3g} /h, volume {one.clearance / ka:.3g} L) every concentration after an"
    yield f"absorbed dose is the same, so concentrations alone cannot tell whether {slow} or {fast} is the slower."
    yield from ("The readings part after an intravenous dose and where the clearance changes.", "")


def _numbers(m: Monograph, model: Model, plain: Plain) -> Iterator[str]:
    yield from (f"### Parameters ({model.id})", "")
    yield from ("| quantity | value | unit | RSE | kind | how read, why | source |", "|---|---|---|---|---|---|---|")
    for one in _parameters(m, model):
        rse = "" if one.rse_percent is None else f"{one.rse_percent:g} %"
        said = plain(" ".join(text for text in (one.read, one.reason) if text))
        yield (
            f"| {plain(one.meaning)} | {_ends(one.value)} | {one.unit} | {rse} | {one.kind} | {said} | "
            f"{_sources(one.places)} |"
        )
    between = [f"{one.parameter.replace('-', ' ')} between {one.between}" for one in model.variability]
    yield from ("", f"Varies: {', '.join(between) or 'nothing, for want of published numbers'}.", "")


def _domain(model: Model, plain: Plain) -> Iterator[str]:
    yield from (f"### For whom ({model.id})", "", "| quantity | limit | outside | in words |", "|---|---|---|---|")
    for limit in model.domain:
        label = limit.quantity.replace("-", " ")
        yield f"| {label} | {_bounds(limit)} | {_ENDS[limit.outside]} | {plain(limit.text)} |"
    yield ""


def _rows(title: str, model: Model, rows: list[Row], plain: Plain) -> Iterator[str]:
    if not rows:
        return
    seen = {one.id: one for one in model.observed}
    yield from (
        title,
        "",
        "| observation | for | published | model | difference | verdict |",
        "|---|---|---|---|---|---|",
    )
    for row in rows:
        one = seen[row.id]
        who = _who(one.subject) + (f", over that of {_who(one.other)}" if one.other else "")
        reason = f" ({plain(one.subject.reason)})" if one.subject.reason else ""
        outside = " (outside the model's domain)" if row.outside else ""
        yield (
            f"| {plain(row.text)} | {who}{reason} | {_published(row)} | {_computed(row)}{outside} | "
            f"{_difference(row)} | {row.verdict} |"
        )
    yield ""


# --- the engine -----------------------------------------------------------------------------------------------------


def _accuracy(known: list[Monograph]) -> Iterator[str]:
    yield from ("## The arithmetic", "")
    yield "The engine computes in closed form. Here each of its functions is held against the textbook formulas at 50"
    yield "digits, which share nothing with it; the grid holds equal rates, rates one float apart and all powers of ten"
    yield "between them. The worst relative error found is doubled, for the exponentials of other machines, and rounded"
    yield "up to a power of ten. The tests hold the functions to these bounds and whole courses to 1e-12; 1e-10 is"
    yield "promised."
    yield from ("", "| quantity | grid | points | worst relative error below |", "|---|---|---|---|")
    for name, (meaning, grid) in _MEANINGS.items():
        found = grids.errors(name)
        yield f"| {meaning} | {grid} | {len(found):,} | {_power(max(error for error, _ in found))} |"
    for m in known:
        for model in m.models.values():
            count, worst = _course(individual(model, _known(_example(model))))
            grid = f"`{model.id}`, 100 mg daily for 28 days, every 7 h, against superposition"
            yield f"| concentration | {grid} | {count:,} | {_power(max(worst, 1e-15))} |"
    yield from (
        "",
        "Left out: numbers below 1e-290, where floats underflow on the way (they come out as 0 or as small),",
    )
    yield "and the time of a peak that is at 0 but for a rounding, where the two parts of the first slope cancel."
    yield ""


def _course(one: Individual) -> tuple[int, float]:
    doses, times = regimen(100.0, 24.0, 672.0), [7.0 * n for n in range(97)]
    course = oracle.Course(one, doses)
    pairs = zip(times, profile(one, doses, times), strict=True)
    return len(times), max(oracle.relative_error(course.concentration(t), found) for t, found in pairs)


def _power(error: float) -> str:
    return f"1e{math.ceil(math.log10(2 * error))}"


# --- in words -------------------------------------------------------------------------------------------------------


def _parameters(m: Monograph, model: Model) -> list[Parameter]:
    file = f"kinetics/{model.id}.yaml"
    return [one for at, where, one in parameters(m) if at == file and not where.startswith(".observed")]


def _places(m: Monograph, model: Model) -> Iterator[Place]:
    yield from model.population.places
    for at, _, one in parameters(m):
        if at == f"kinetics/{model.id}.yaml":
            yield from one.places


def _sources(places: tuple[Place, ...]) -> str:
    return ", ".join(f"`{id_}`" for id_ in dict.fromkeys(place.source for place in places))


def _example(model: Model) -> Subject:
    """A subject of the observations: of 70 kg, as the references of most relations, where there is one."""
    subjects = [seen.subject for seen in model.observed]
    return next((one for one in subjects if one.weight.value == 70 and not one.on_dialysis), subjects[0])


def _known(subject: Subject) -> Covariates:
    units = {"age": subject.age, "weight": subject.weight, "creatinine-clearance": subject.creatinine_clearance}
    found = {
        key.replace("-", "_"): quantity(one.value, one.unit, COVARIATE_UNITS[key]) for key, one in units.items() if one
    }
    return Covariates(**found, on_dialysis=subject.on_dialysis)


def _who(subject: Subject) -> str:
    parts = [_amount(subject.weight)]
    if subject.age:
        parts.append(_amount(subject.age))
    if subject.creatinine_clearance:
        parts.append(f"creatinine clearance {_amount(subject.creatinine_clearance)}")
    return ", ".join([*parts, *(["on dialysis"] if subject.on_dialysis else [])])


def _ends(value: float | tuple[float, float]) -> str:
    return " to ".join(f"{end:.10g}" for end in (value if isinstance(value, tuple) else (value,)))


def _bounds(limit: Limit) -> str:
    ends = (("from", limit.low), ("to", limit.high))
    return " ".join(f"{word} {_amount(end)}" for word, end in ends if end)


def _amount(one: Quantity) -> str:
    unit = {"a": "year", "mo": "month"}.get(one.unit)
    if unit:
        return f"{_ends(one.value)} {unit}{'' if one.value == 1 else 's'}"
    return f"{_ends(one.value)} {one.unit}"


def _published(row: Row) -> str:
    spread = "" if row.sd is None else f" ± {row.sd:g}"
    return f"{_ends(row.published)}{spread}{_unit(row)}"


def _computed(row: Row) -> str:
    return f"{row.computed:.3g}{_unit(row)}"


def _difference(row: Row) -> str:
    if abs(row.percent) < 0.1:
        return "0"
    return f"{row.difference:+.2g}{_unit(row)} ({row.percent:+.2g} %)"


def _unit(row: Row) -> str:
    return "" if row.unit == "1" else f" {row.unit}"
