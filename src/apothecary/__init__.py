"""Drug monographs that run: a patient record and a monograph in, a cited review out."""

__version__ = "0.1.0"
