"""Pages for people: one per lesion, one per patient, one for the cohort; each one file without network."""

from lesiontrack.report.write import write_report

__all__ = ["write_report"]
