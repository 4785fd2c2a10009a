"""SMART App Launch: the page started from an EHR or by itself, with a patient's data read from its FHIR server."""
