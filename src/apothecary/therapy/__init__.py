"""What follows once a patient may have the drug: the dose plan and the monitoring calendar."""

from apothecary.therapy.complete import complete

__all__ = ["complete"]
