"""One dosage of an order as a frozen dose: how much, how often, by which route; what cannot be read is named.

Nothing here knows a drug: amounts keep the units they were ordered in, a syringe stays a syringe.
"""

from typing import Any, Literal

import msgspec

from apothecary.logic import Interval
from apothecary.record.codes import Codes, Texts, read_concept, read_loose
from apothecary.record.dates import Span, parse_span
from apothecary.record.dosage_amounts import Amount, quantity, ratio_, several, spoken_
from apothecary.record.dosage_text import Said, changes, read_text, speaks_of_dose
from apothecary.record.dosage_times import Times, Unread, read_repeat, shown
from apothecary.record.fhir_parts import Dosage, Repeat

# Codes of HL7's timing abbreviations that are no everyday words
_ABBREVIATED = {"AM": "every morning", "PM": "every evening", "BED": "at bedtime", "WK": "weekly"}


class Dose(msgspec.Struct, frozen=True):
    """What one dosage says. Parts in `unread` are there and were not understood; None or () is not said at all.

    `amounts` all mean the same dose (ordered and calculated); `spoken` are those of the text beside them. `from_text`:
    the amount or the timing was read from words. `idle`: it says nothing about the dose, such as "rotate sites".
    """

    amounts: tuple[Amount, ...] = ()
    spoken: tuple[Amount, ...] = ()
    rates: tuple[Amount, ...] = ()
    times: Times | None = None
    as_needed: bool = False
    most_a_period: tuple[Amount, ...] = ()
    most_a_dose: tuple[Amount, ...] = ()
    route_codes: Codes = ()
    route_texts: Texts = ()
    sequence: int | None = None
    bounds: tuple[Span | None, Span | None] = (None, None)
    text: str = ""
    unread: tuple[Unread, ...] = ()
    from_text: bool = False
    idle: bool = False

    @property
    def words(self) -> str:
        """As it was ordered: the text, else the parts."""
        if self.text:
            return self.text
        parts = [amount.text for amount in (*self.amounts, *self.rates)[:1]]
        parts += [self.times.text] if self.times else []
        parts += ["as needed"] if self.as_needed else []
        return ", ".join(parts) or "(no dose)"


def read_dose(dosage: Dosage, names: frozenset[str] = frozenset()) -> Dose:
    """A dosage as a dose; `names`: words of a text that say nothing about it, such as the drug's."""
    return _Reader(dosage, names).dose()


class _Reader:
    def __init__(self, dosage: Dosage, names: frozenset[str]) -> None:
        self.d = dosage
        self.names = names
        self.unread: list[Unread] = []

    def dose(self) -> Dose:
        text = self._text()
        said = read_text(text, self.names) if text else None
        amounts, rates = self._amounts()
        times = self._times()
        spoken = tuple(spoken_(one) for one in said.amounts) if said else ()
        structured = bool(amounts or rates or times or self.unread or self._as_needed())
        from_text = told = False
        if not structured and not text:
            self._instructions((), None)
            structured = bool(self.unread) or self.d.maxDosePerPeriod is not None
        if not structured and (
            said is None or not (speaks_of_dose(text) or said.amounts or said.times or said.as_needed)
        ):
            codes, texts = self._route(said)
            return Dose(route_codes=codes, route_texts=texts, text=text, idle=True)
        open_ = {one.of for one in self.unread}
        if not amounts and not rates and "dose" not in open_:
            amounts, from_text = self._amounts_of(said, text)
            spoken = ()
        if times is None and "timing" not in open_:
            times, told = self._times_of(said, text)
            from_text |= told
        if said and changes(said):
            self._not("dose", "text", text)
        if times and not told and said and said.times and not any(times.like(one) for one in said.times):
            self._not("timing", "timing beside the text", f"{times.text} beside “{text}”")
            times = None
        most, per_dose = self._limits()
        if said:
            most += tuple(spoken_(one) for one in said.most_a_day)
            per_dose += tuple(spoken_(one) for one in said.most_a_dose)
        self._instructions(amounts, times)
        codes, texts = self._route(said)
        return Dose(
            amounts, spoken, rates, times, self._as_needed() or bool(said and said.as_needed), most, per_dose, codes,
            texts, self._sequence(), self._bounds(), text, tuple(dict.fromkeys(self.unread)), from_text,
        )  # fmt: skip

    def _not(self, of: Literal["dose", "timing"], name: str, value: Any) -> None:
        self.unread.append(Unread(of, name, shown(value)))

    def _text(self) -> str:
        if self.d.text is None or isinstance(self.d.text, str):
            return " ".join((self.d.text or "").split())
        self._not("dose", "text", self.d.text)
        return ""

    # --- how much -----------------------------------------------------------------------------------------------

    def _amounts(self) -> tuple[tuple[Amount, ...], tuple[Amount, ...]]:
        amounts: list[Amount] = []
        rates: list[Amount] = []
        parts = [self.d] if self.d.doseAndRate is None else several(self.d.doseAndRate)
        if isinstance(self.d.doseAndRate, list) and any(
            part is not None for part in (self.d.doseQuantity, self.d.doseSimpleQuantity, self.d.doseRange)
        ):
            parts = [self.d, *parts]
        for part in parts:
            if not isinstance(part, Dosage | dict):
                self._not("dose", "doseAndRate", part)
                continue
            for name in ("doseQuantity", "doseSimpleQuantity", "rateQuantity", "rateSimpleQuantity"):
                self._add(name, _get(part, name), rates if name.startswith("rate") else amounts)
            for name in ("doseRange", "rateRange"):
                self._add_range(name, _get(part, name), rates if name.startswith("rate") else amounts)
            given = _get(part, "rateRatio")
            if given is not None:
                found = ratio_(given)
                rates.extend([found] if found else [])
                if found is None:
                    self._not("dose", "rateRatio", given)
        if self.d.modifierExtension is not None:
            self._not("dose", "modifierExtension", self.d.modifierExtension)
            self._not("timing", "modifierExtension", self.d.modifierExtension)
        return tuple(amounts), tuple(rates)

    def _add(self, name: str, value: Any, to: list[Amount]) -> None:
        if value is not None:
            found = quantity(value)
            if found is None:
                self._not("dose", name, value)
            else:
                to.append(found)

    def _add_range(self, name: str, value: Any, to: list[Amount]) -> None:
        if value is None:
            return
        low = quantity(value.get("low")) if isinstance(value, dict) else None
        high = quantity(value.get("high")) if isinstance(value, dict) else None
        if low is None or high is None or low.unit != high.unit or low.number.low > high.number.high:
            self._not("dose", name, value)  # also one with a single end: the other is not known
        else:
            to.append(Amount(Interval(low.number.low, high.number.high), low.unit, f"{low.text} to {high.text}"))

    def _limits(self) -> tuple[tuple[Amount, ...], tuple[Amount, ...]]:
        most: list[Amount] = []
        for part in several(self.d.maxDosePerPeriod):
            found = ratio_(part)
            most.extend([found] if found else [])
            if found is None:
                self._not("dose", "maxDosePerPeriod", part)
        per_dose: list[Amount] = []
        self._add("maxDosePerAdministration", self.d.maxDosePerAdministration, per_dose)
        return tuple(most), tuple(per_dose)

    def _amounts_of(self, said: Said | None, text: str) -> tuple[tuple[Amount, ...], bool]:
        """The amounts of the text, where there is nothing in it that is not understood."""
        if said is None:
            return (), False
        if said.rest or not said.amounts:
            self._not("dose", "text", text)
            return (), False
        return tuple(spoken_(one) for one in said.amounts), True

    # --- how often ----------------------------------------------------------------------------------------------

    def _times(self) -> Times | None:
        timing = self.d.timing
        if timing is None:
            return None
        found = read_repeat(timing.repeat or Repeat())
        if isinstance(found, Unread):
            self.unread.append(found)
            found = None
        if timing.event is not None:
            self._not("timing", "timing.event", timing.event)
        coded = self._code(timing.code)
        if timing.code is not None and coded is None and found is None:
            self._not("timing", "timing.code", timing.code)
        if coded and found and not coded.like(found):
            self._not("timing", "timing.code", f"{coded.text} beside {found.text}")
            return None
        return found or coded

    def _code(self, value: Any) -> Times | None:
        """A timing code in words; FHIR lets the structure stand for it, so a local one may go unread."""
        codes, texts = read_loose(value)
        kinds: list[Times] = []
        for word in (*(code for _, code in codes), *texts):
            said = read_text(_ABBREVIATED.get(word, word), self.names)
            if said.times and not said.rest:
                kinds += [one for one in said.times if not any(one.like(other) for other in kinds)]
        return kinds[0] if len(kinds) == 1 else None

    def _times_of(self, said: Said | None, text: str) -> tuple[Times | None, bool]:
        if said is None:
            return None, False
        if said.rest or len(said.times) > 1:
            self._not("timing", "text", text)
            return None, False
        return (said.times[0], True) if said.times else (None, False)

    # --- the rest -----------------------------------------------------------------------------------------------

    def _as_needed(self) -> bool:
        for value in (self.d.asNeededBoolean, self.d.asNeeded):
            if value is not None and not isinstance(value, bool):
                self._not("timing", "asNeeded", value)
        given = (self.d.asNeededBoolean, self.d.asNeeded, self.d.asNeededCodeableConcept, self.d.asNeededFor)
        return any(bool(value) for value in given)

    def _instructions(self, amounts: tuple[Amount, ...], times: Times | None) -> None:
        """Further instructions may change the dose: what speaks of it has to say the same, or is not understood."""
        texts = [self.d.patientInstruction] if self.d.patientInstruction is not None else []
        for concept in several(self.d.additionalInstruction):
            texts += read_loose(concept)[1] if isinstance(concept, dict) else [concept]
        for text in texts:
            if not isinstance(text, str):
                self._not("dose", "additionalInstruction", text)
            elif speaks_of_dose(text):
                said = read_text(text, self.names)
                known = {(one.number, unit) for one in amounts for unit in one.unit.split("\n")}
                same = all((one.number, one.unit) in known for one in said.amounts)
                if said.rest or not same or any(times is None or not times.like(one) for one in said.times):
                    self._not("dose", "additionalInstruction", text)

    def _route(self, said: Said | None) -> tuple[Codes, Texts]:
        codes, texts = read_concept(self.d.route)
        if said:
            texts += tuple(one for one in said.routes if one not in texts)
        return codes, texts

    def _sequence(self) -> int | None:
        value = self.d.sequence
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self._not("dose", "sequence", value)
        return None

    def _bounds(self) -> tuple[Span | None, Span | None]:
        period = self.d.timing.repeat.boundsPeriod if self.d.timing and self.d.timing.repeat else None
        return (parse_span(period.start), parse_span(period.end)) if period else (None, None)


def _get(part: Any, name: str) -> Any:
    return part.get(name) if isinstance(part, dict) else getattr(part, name)
