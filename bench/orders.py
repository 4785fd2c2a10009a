"""10,000 orders checked: bytes of an order being written to the answers of the dose rules, beside only reading them.

Prints orders a second and the ratio to plainly reading the same orders, and to orjson of the same run.
"""

import random
import time
from collections.abc import Callable
from datetime import date

import orjson

from apothecary.knowledge import PACKAGED, load, packaged
from apothecary.record import read_record
from apothecary.review import Reviewer
from apothecary.review.evaluate import evaluate

AS_OF = date(2026, 11, 22)
COUNT = 10_000
TEXTS = ("{} mg subcutaneously once daily", "inject {} mg sub-Q every other day", "{} mg SC bid", "{} mg as directed")


def main() -> None:
    """Times each step over orders that all differ in their amounts and prints the rate of each."""
    reviewer = Reviewer(load(PACKAGED / packaged()[0]))
    rules = [rule for rule in reviewer.monograph.rules.values() if rule.topic == "dose"]
    rng = random.Random(20261122)
    requests = [orjson.dumps(request(rng, number, reviewer.monograph.drug.name)) for number in range(COUNT)]

    def check(data: bytes) -> list[str]:
        ctx = reviewer.context(read_record(data), AS_OF)
        return [evaluate(rule.when, ctx).truth for rule in rules]

    steps: dict[str, Callable[[bytes], object]] = {
        "parse only, orjson": orjson.loads, "read the order": read_record, "read and check the order": check,
    }  # fmt: skip
    print(f"{COUNT} orders of {sum(map(len, requests)) / COUNT / 1000:.1f} kB, {len(rules)} rules on doses")
    taken = {name: seconds(step, requests) for name, step in steps.items()}
    floor = taken["parse only, orjson"]
    for name, value in taken.items():
        ratio = value / taken["read the order"]
        print(f"  {name:<28} {COUNT / value:10.0f} orders/s   {ratio:5.2f} x reading   {value / floor:6.2f} x orjson")


def seconds(step: Callable[[bytes], object], requests: list[bytes]) -> float:
    """The time of one step over all orders."""
    start = time.perf_counter()
    for data in requests:
        step(data)
    return time.perf_counter() - start


def request(rng: random.Random, number: int, drug: str) -> dict[str, object]:
    """An order being written, with the patient's problems and weight; structured three times out of four."""
    subject = {"reference": f"Patient/p{number}"}
    amount = round(rng.uniform(10, 900), 3)
    dosage: dict[str, object] = {"text": rng.choice(TEXTS).format(amount)}
    if rng.random() < 0.75:
        unit, by = rng.choice((("mg", 1.0), ("mL", 0.0067), ("syringe", 0.01), ("mg/kg", 0.02)))
        dosage = {
            "route": {"text": "subcutaneous"},
            "timing": {
                "repeat": {"frequency": rng.choice((1, 1, 2)), "period": rng.choice((1, 1, 2)), "periodUnit": "d"}
            },
            "doseAndRate": [{"doseQuantity": {"value": amount * by, "unit": unit}}],
        }
    draft = {
        "resourceType": "MedicationRequest", "id": f"d{number}", "status": "draft", "intent": "order",
        "subject": subject,
        "medicationCodeableConcept": {"text": drug}, "dosageInstruction": [dosage],
    }  # fmt: skip
    problem = {
        "resourceType": "Condition", "id": "c", "subject": subject,
        "code": {"text": rng.choice(("Rheumatoid arthritis", "NOMID", "DIRA"))},
    }  # fmt: skip
    weight = {
        "resourceType": "Observation", "id": "w", "status": "final", "subject": subject,
        "effectiveDateTime": "2026-11-01",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "valueQuantity": {"value": round(rng.uniform(10, 90), 1), "unit": "kg"},
    }  # fmt: skip

    def found(resource: dict[str, object]) -> dict[str, object]:
        return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": resource}]}

    return {
        "hook": "order-sign",
        "context": {"patientId": f"p{number}", "draftOrders": found(draft)},
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": f"p{number}", "birthDate": "1980-01-01", "gender": "female"},
            "conditions": found(problem), "observations": found(weight),
        },
    }  # fmt: skip


if __name__ == "__main__":
    main()
