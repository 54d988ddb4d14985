"""Time to response, duration of response and of stable disease, progression-free and overall survival.

Response tables → course of each patient (`followup`, `cohort`) → where it ends (`censoring`, `visitgaps`,
`overall`) → the five endpoints (`responders`, `endpoints`) → rows of the table (`rows`). Formulas, censoring
and their sources: docs/endpoints.md.
"""

from lesiontrack.analysis.time_to_event.rows import time_to_event_rows

__all__ = ["time_to_event_rows"]
