"""Estimates of renal function from serum creatinine, each within its published conditions of use."""

from apothecary.logic import Interval
from apothecary.logic.interval import round_digits


def cockcroft_gault(age_years: Interval, weight_kg: Interval, creatinine_mg_dl: Interval, female: bool) -> Interval:
    """Creatinine clearance in mL/min, adults; Cockcroft and Gault 1976: (140 - age) x weight / (72 x creatinine)."""
    sex = 0.85 if female else 1.0
    oldest, youngest = max(0.0, 140 - age_years.high), max(0.0, 140 - age_years.low)
    low = oldest * weight_kg.low * sex / (72 * creatinine_mg_dl.high)
    high = youngest * weight_kg.high * sex / (72 * creatinine_mg_dl.low) if creatinine_mg_dl.low > 0 else float("inf")
    return Interval(round_digits(low), round_digits(high), creatinine_mg_dl.high_open, creatinine_mg_dl.low_open)


def bedside_schwartz(height_cm: Interval, creatinine_mg_dl: Interval) -> Interval:
    """Estimated GFR in mL/min per 1.73 m2, children; Schwartz 2009: 0.413 x height / creatinine."""
    low = 0.413 * height_cm.low / creatinine_mg_dl.high
    high = 0.413 * height_cm.high / creatinine_mg_dl.low if creatinine_mg_dl.low > 0 else float("inf")
    return Interval(round_digits(low), round_digits(high), creatinine_mg_dl.high_open, creatinine_mg_dl.low_open)
