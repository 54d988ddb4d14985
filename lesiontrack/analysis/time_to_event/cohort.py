"""The follow-up of every patient of the study, from the response tables and the study's records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lesiontrack.analysis.time_to_event.censoring import End
from lesiontrack.analysis.time_to_event.followup import FollowUp, follow_up, new_therapies, recorded_day
from lesiontrack.analysis.time_to_event.overall import deaths_recorded, overall_survival, suppressed
from lesiontrack.analysis.time_to_event.visitgaps import VisitGaps
from lesiontrack.protocol import Protocol
from lesiontrack.study.days import TREATMENT_START
from lesiontrack.study.model import Event, Patient

Row = dict[str, Any]


class Cohort:
    """Patients with what is recorded of them; `courses` reads one target set.

    Attributes:
        started: codes of those whose day 0 is a known treatment start.
        gaps: for counting missed visits.
        missed_visits: so many are too many (`response.missed_visits`); 0: no rule.
        deaths_recorded: whether the study says anything about who died.
        overall: patient → end of overall survival, or why it can't be given.
    """

    def __init__(
        self,
        responses: Mapping[str, Sequence[Row]],
        patients: Sequence[Patient],
        events: Sequence[Event],
        protocol: Protocol,
    ) -> None:
        self.patients = tuple(patients)
        self._rows: dict[tuple[str, str], list[Row]] = {}
        days: dict[str, set[int]] = {patient.code: set() for patient in patients}
        for row in responses["visit_responses"]:
            self._rows.setdefault((row["analysis"], row["patient"]), []).append(row)
            days[row["patient"]].add(row["study_day"])
        self._seen = {code for _, code in self._rows}
        self._events = {
            patient.code: [event for event in events if event.patient == patient.code] for patient in patients
        }
        self.started = {patient.code for patient in patients if patient.day_zero == TREATMENT_START}
        self._valid = {row["patient"] for row in responses["lesion_responses"] if row["baseline_valid"]}
        self.gaps = VisitGaps(days, max(1, int(protocol.threshold("response.visit_interval_days"))))
        self.missed_visits = int(protocol.threshold("response.missed_visits"))
        self.deaths_recorded = deaths_recorded(patients)
        self.overall = self._overall()

    def _overall(self) -> dict[str, End | str]:
        why = suppressed(self.patients)
        if why is not None:
            return {patient.code: why for patient in self.patients}
        return overall_survival(self.patients)

    def has_rows(self, code: str, analysis: str) -> bool:
        """False for a patient who is seen and has no row in that target set (itRECIST: no injection told)."""
        return (analysis, code) in self._rows or code not in self._seen

    def courses(self, analysis: str, basis: str, *, window: bool) -> dict[str, FollowUp]:
        """Patient → the course in one target set, on one basis, at all visits or those in the window."""
        found = {}
        for patient in self.patients:
            rows = self._rows.get((analysis, patient.code), [])
            targets = {name for row in rows for name in row["targets"].split(", ")}
            found[patient.code] = follow_up(
                rows,
                basis=basis,
                window=window,
                therapies=new_therapies(self._events[patient.code], targets),
                death=recorded_day(patient, "death_date"),
                valid_baseline=patient.code in self._valid,
            )
        return found
