"""What `apothecary simulate` reads from its options: quantities, ranges, regimens, lists of doses."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from apothecary.cli import common as c

if TYPE_CHECKING:
    from apothecary.kinetics.asked import Amount, Given, Regimen
    from apothecary.knowledge import Monograph

EXAMPLES = {
    "--dose": "mg or mg/kg, as in 100mg or 1mg/kg",
    "--every": "hours or days, as in 24h or 2d",
    "--for": "hours, days or weeks, as in 14d",
    "--weight": "kg, g or lb, as in 70kg, or 60..90kg with --n",
    "--crcl": "mL/min or mL/s, as in 25mL/min, or 15..30mL/min with --n",
    "--age": "years (a or y), months (mo), weeks (wk) or days (d), as in 45a or 18mo, or 2..17a with --n",
    "--target": "mg/L or ng/mL, as in 0.4mg/L",
    "--above": "mg/L or ng/mL, as in 0.4mg/L",
    "--agonist": "pmol/L, as in 5pmol/L",
    "--late": "the number of a dose and its delay, as in 5:6h",
    "--missed": "numbers of doses counted from 1, as in 3,4",
    "--versus": "a dose and how often, as in 100mg@48h, 2mg/kg@24h or 50mg@12h",
    "--step": "hours or minutes, as in 1h or 30min",
}
_COVARIATES = {"--weight": ("weight", "kg"), "--crcl": ("creatinine-clearance", "mL/min"), "--age": ("age", "a")}
PLOTS = (".svg", ".png", ".html")
_FORMATS = {".txt": "text", ".json": "json", ".md": "markdown", ".html": "html", ".csv": "csv", ".parquet": "parquet"}


class Reader:
    """Reads the options one by one; Failure with exit code 2 and an example for one that cannot be used."""

    def __init__(self, monograph: "Monograph", as_json: bool) -> None:
        self._m = monograph
        self._as_json = as_json

    def quantity(
        self, option: str, text: str, to: str, molar_mass: float | None = None, whole: str | None = None
    ) -> float:
        """A number above zero in the unit `to`; `whole` is the text it is a part of."""
        from apothecary.units import NotEvaluable, convert, parse_quantity

        found = parse_quantity(text)
        if isinstance(found, NotEvaluable):
            raise self.refused(option, whole or text, found.message)
        value = convert(found.value, found.unit, to, molar_mass)
        if isinstance(value, NotEvaluable):
            raise self.refused(option, whole or text, value.message)
        if not value > 0:
            what = "it" if whole is None else repr(text)
            raise self.refused(option, whole or text, f"{what} is not above zero")
        return value

    def level(self, option: str, text: str | None) -> float | None:
        """A concentration of the drug in mg/L; one in mol/L is converted by the monograph's molar mass."""
        from apothecary.kinetics.parameters import number

        mechanism = self._m.exposure.mechanism if self._m.exposure is not None else None
        mass = None if mechanism is None else number(mechanism.molar_mass, "g/mol")
        return None if text is None else self.quantity(option, text, "mg/L", mass)

    def covariate(self, option: str, text: str | None, many: bool) -> "Given | None":
        """A covariate, or a range of it for virtual patients, within the monograph's plausible limits."""
        from apothecary.kinetics.asked import Range

        if text is None:
            return None
        name, unit = _COVARIATES[option]
        low, dots, high = text.partition("..")
        if not dots:
            value = self.quantity(option, text, unit)
            self._plausible(option, name, text, value, unit)
            return value
        if not many:
            why = "a range is for virtual patients; give their number with --n, or one value"
            raise self.refused(option, text, why)
        top = self.quantity(option, high, unit)
        bottom = self.quantity(option, low if _has_unit(low) else f"{low}{_unit(high)}", unit)
        if bottom >= top:
            raise self.refused(option, text, "the lower bound comes first and is below the upper one")
        for value in (bottom, top):
            self._plausible(option, name, text, value, unit)
        return Range(bottom, top)

    def amount(self, option: str, text: str, whole: str | None = None) -> "Amount":
        """A dose in mg, or in mg per kg."""
        from apothecary.kinetics.asked import Amount
        from apothecary.units import NotEvaluable, parse_quantity, same_dimension

        found = parse_quantity(text)
        per_kg = not isinstance(found, NotEvaluable) and same_dimension(found.unit, "mg/kg")
        return Amount(self.quantity(option, text, "mg/kg" if per_kg else "mg", whole=whole), per_kg)

    def regimens(self, texts: Sequence[str]) -> "tuple[Regimen, ...]":
        """Other regimens, each a dose and an interval."""
        from apothecary.kinetics.asked import Regimen

        found = []
        for text in _split(texts):
            dose, at, every = text.partition("@")
            if not at:
                raise self.refused("--versus", text, "the interval is missing")
            found.append(
                Regimen(self.amount("--versus", dose, text), self.quantity("--versus", every, "h", whole=text))
            )
        return tuple(found)

    def missed(self, texts: Sequence[str]) -> tuple[int, ...]:
        """Numbers of doses, each once."""
        return tuple(dict.fromkeys(self._dose("--missed", text) for text in _split(texts)))

    def late(self, texts: Sequence[str]) -> tuple[tuple[int, float], ...]:
        """Numbers of doses with their delay in hours."""
        found: dict[int, float] = {}
        for text in _split(texts):
            number, colon, delay = text.partition(":")
            if not colon:
                raise self.refused("--late", text, "the delay is missing")
            dose = self._dose("--late", number)
            if dose in found:
                raise self.refused("--late", text, f"dose {dose} is named twice")
            found[dose] = self.quantity("--late", delay, "h", whole=text)
        return tuple(found.items())

    def refused(self, option: str, text: str, why: str) -> c.Failure:
        """Why an option cannot be used, and how to write it."""
        said = f"{option} is {text!r}: {why.split(';')[0]}. Write it in {EXAMPLES[option]}."
        if option in ("--late", "--missed", "--versus"):
            said = said.replace("Write it in", "Write")
        return c.Failure("usage", said, 2, self._as_json)

    def _dose(self, option: str, text: str) -> int:
        if not (text.isascii() and text.strip().isdigit()) or len(text) > 9:
            raise self.refused(option, text, "it is not the number of a dose")
        return int(text)

    def _plausible(self, option: str, name: str, text: str, value: float, unit: str) -> None:
        why = c.implausible(self._m, name, value, unit)
        if why is not None:
            raise self.refused(option, text, why)


def format_of(format: str | None, out: Path | None, as_json: bool) -> str:
    """How to print: as asked, else by the suffix of the file, else text."""
    suffix = out.suffix.lower() if out is not None else ""
    if suffix == ".parquet" and format is not None:
        message = f"{out} ends in .parquet, so it would not be {format}. Give another name, or leave out --format."
        raise c.Failure("usage", message, 2, as_json)
    return format or _FORMATS.get(suffix, "text")


def checked_plot(path: Path | None, as_json: bool) -> None:
    """Failure for a plot in a format that is not drawn."""
    if path is not None and path.suffix.lower() not in PLOTS:
        message = f"--plot is {str(path)!r}: its suffix says the format. Use one of {', '.join(PLOTS)}."
        raise c.Failure("usage", message, 2, as_json)


def _split(texts: Sequence[str]) -> list[str]:
    return [part.strip() for text in texts for part in text.split(",")]


def _has_unit(text: str) -> bool:
    return bool(_unit(text))


def _unit(text: str) -> str:
    return text.strip().lstrip("+-0123456789. ")
