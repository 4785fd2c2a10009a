"""Kinetics of many patients on one thread: ours beside filling the same array and beside naive superposition.

100,000 patients, 28 daily doses, 673 hourly points, float64. Each step runs in a process of its own, once to warm up
and then a few times; printed are medians, ratios to the fill of the same process, and the most memory it took.

`--device cpu|cuda` runs the same job on PyTorch, in float64 and in float32.
"""

import argparse
import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from apothecary.kinetics import Individual, measure, profile, regimen
from apothecary.kinetics.bands import bands

PATIENTS, DAYS, ROUNDS = 100_000, 28, 5
TIMES = [float(hour) for hour in range(24 * DAYS + 1)]
DOSES = regimen(100.0, 24.0, 24.0 * DAYS)
LEVEL = 0.4  # mg/L
TENTH = 10  # the naive way is so slow that it gets a tenth of the patients
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
Step = Callable[[Individual], Any]


def main() -> None:
    """Times each step and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda"], help="PyTorch on this device instead of NumPy")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--patients", type=int, default=PATIENTS)
    asked = parser.parse_args()
    if asked.step:
        print(json.dumps(timed(asked.step, asked.patients)))
    elif asked.device:
        on_device(asked.device, asked.patients)
    else:
        on_numpy(asked.patients)


# --- NumPy ----------------------------------------------------------------------------------------------------------


def fill(patient: Individual) -> Any:
    """An array of the same size, full of ones: the least that writing the answer costs."""
    return np.ones((len(TIMES), patient.clearance.shape[0]))


def naive(patient: Individual) -> Any:
    """Superposition as it stands in a textbook: two exponentials for each dose, time and patient."""
    ka, ke = patient.absorption_rate, patient.elimination_rate
    times = np.asarray(TIMES)[:, None]
    out = np.zeros((len(TIMES), ka.shape[0]))
    for dose in DOSES:
        since = times - dose.time_h
        later = (since >= 0)[:, 0]
        share = patient.bioavailability * dose.amount_mg * ka / (patient.volume * (ka - ke))
        out[later] += share * (np.exp(-ke * since[later]) - np.exp(-ka * since[later]))
    return out


STEPS: dict[str, Step] = {
    "fill": fill,
    "profile": lambda patient: profile(patient, DOSES, TIMES),
    "naive": naive,
    "measures": lambda patient: measure(patient, DOSES, 0.0, TIMES[-1]),
    "measures-above": lambda patient: measure(patient, DOSES, 0.0, TIMES[-1], LEVEL),
    "bands": lambda patient: bands(patient, DOSES, TIMES),
}
NAMES = {
    "fill": "fill a fresh array with ones",
    "profile": "profile",
    "naive": "superposition by exponentials",
    "measures": "summary measures, no profile",
    "measures-above": f"the same with time above {LEVEL} mg/L",
    "bands": "5 %, 50 % and 95 % at each time",
}


def patients(count: int) -> Individual:
    """Made-up patients whose absorption is slower or faster than their elimination."""
    rng = np.random.default_rng(20261122)
    spread = [np.exp(0.3 * rng.standard_normal(count)) for _ in range(3)]
    return Individual(0.3 * spread[0], 5.0 * spread[1], 20.0 * spread[2], np.ones(count))


def timed(step: str, count: int) -> dict[str, float]:
    """Seconds of the first run and of the median later one of a step, seconds of the fill, most memory in MB."""
    many = count // TENTH if step == "naive" else count
    patient = patients(many)
    before = memory()
    first = seconds(lambda: STEPS[step](patient))
    grown = memory() - before
    taken = statistics.median(seconds(lambda: STEPS[step](patient)) for _ in range(1 if step == "naive" else ROUNDS))
    whole = patients(count)
    floor = statistics.median(seconds(lambda: fill(whole)) for _ in range(ROUNDS))
    scale = count / many
    return {"first": first * scale, "median": taken * scale, "fill": floor, "memory": grown * scale}


def on_numpy(count: int) -> None:
    """Every step in a process of its own, so that its memory is its own too."""
    size = len(TIMES) * count * 8 / 1e6
    print(f"{count:,} patients, {len(DOSES)} doses, {len(TIMES)} times, float64, one thread, median of {ROUNDS} runs")
    print(f"NumPy {np.__version__}; the whole profile takes {size:,.0f} MB")
    print(f"  {'':<36} {'first':>9} {'median':>9} {'x fill':>8} {'memory':>10}")
    medians = {}
    one_thread = os.environ | dict.fromkeys(THREADS, "1")  # read when a process loads NumPy
    for step, name in NAMES.items():
        command = [sys.executable, __file__, "--step", step, "--patients", str(count)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=one_thread)
        found = json.loads(done.stdout)
        medians[step] = found["median"]
        shown = f"  {name + '*' * (step == 'naive'):<36} {found['first']:7.2f} s {found['median']:7.2f} s"
        print(f"{shown} {found['median'] / found['fill']:8.2f} {found['memory']:7,.0f} MB")
    print(f"  * timed on a tenth of the patients, once, and multiplied by {TENTH}, memory too")
    print(f"  superposition takes {medians['naive'] / medians['profile']:.0f} times as long as profile")


def seconds(work: Callable[[], Any]) -> float:
    """How long one run takes; what it made is thrown away outside of that time."""
    start = time.perf_counter()
    made = work()
    taken = time.perf_counter() - start
    del made
    return taken


def memory() -> float:
    """The most memory that this process has held so far, MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3


# --- PyTorch --------------------------------------------------------------------------------------------------------


def on_device(device: str, count: int) -> None:
    """The same steps on a device, in both precisions, with how far float32 is from float64."""
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        sys.exit("PyTorch is not installed in this environment, so nothing can run on a device. Install torch.")
    if device == "cuda" and not torch.cuda.is_available():
        sys.exit(
            f"PyTorch {torch.__version__} finds no CUDA device here. Run with --device cpu, or on a machine with one."
        )
    if device == "cpu":
        torch.set_num_threads(1)
    named = torch.cuda.get_device_name() if device == "cuda" else "one thread"
    print(f"{count:,} patients, {len(DOSES)} doses, {len(TIMES)} times, PyTorch {torch.__version__}, {device}: {named}")
    print(f"  {'':<36} {'float64':>12} {'x fill':>8} {'float32':>12} {'x fill':>8}")
    host = patients(count)
    kinds = (torch.float64, torch.float32)
    moved = {kind: on(torch, host, device, kind) for kind in kinds}

    def ones(kind: Any) -> Any:
        return torch.ones((len(TIMES), count), dtype=kind, device=device)

    fills = {kind: device_seconds(torch, device, partial(ones, kind)) for kind in kinds}
    for step, name in NAMES.items():
        if step == "naive":
            continue
        line = f"  {name:<36}"
        for kind in kinds:
            taken = fills[kind]
            if step != "fill":
                taken = device_seconds(torch, device, partial(STEPS[step], moved[kind]))
            line += f" {taken * 1e3:9.1f} ms {taken / fills[kind]:8.2f}"
        print(line)
    levels = [profile(moved[kind], DOSES, TIMES).to("cpu", torch.float64) for kind in kinds]
    off = float(((levels[1] - levels[0]).abs().amax(1) / levels[0].amax(1).clamp(min=1e-30)).max())
    print(f"  float32 is off by at most {off:.1e} of the highest concentration at a time")
    expected = profile(host, DOSES, TIMES)
    off = float(np.max(np.abs(levels[0].numpy() - expected) / np.maximum(expected, 1e-300)))
    print(f"  float64 is off by at most {off:.1e} from NumPy")
    if device == "cuda":
        print(f"  most device memory held: {torch.cuda.max_memory_allocated() / 1e6:,.0f} MB")


def on(torch: Any, patient: Individual, device: str, kind: Any) -> Individual:
    """The patients on a device in a precision."""
    fields = (getattr(patient, name) for name in patient.__struct_fields__)
    return Individual(*(torch.asarray(numbers, dtype=kind, device=device) for numbers in fields))


def device_seconds(torch: Any, device: str, work: Callable[[], Any]) -> float:
    """The median of a few runs after one to warm up, each waited for until the device is done."""

    def whole() -> Any:
        made = work()
        if device == "cuda":
            torch.cuda.synchronize()
        return made

    seconds(whole)
    return statistics.median(seconds(whole) for _ in range(ROUNDS))


if __name__ == "__main__":
    main()
