"""Overall survival, from the dates of patients.csv."""

from __future__ import annotations

from collections.abc import Sequence

from lesiontrack.analysis.time_to_event.censoring import End
from lesiontrack.analysis.time_to_event.followup import recorded_day
from lesiontrack.study.model import Patient

NOT_RECORDED = "neither deaths nor last contacts are recorded in the study"
NO_CONTACTS = (
    "deaths are recorded, but no last contact of anybody else: until when the others were known to be alive "
    "can't be told"
)


def deaths_recorded(patients: Sequence[Patient]) -> bool:
    """Whether the study says anything about who died: a death or a last contact of anybody."""
    return any({"death_date", "last_contact"} & set(patient.attributes) for patient in patients)


def suppressed(patients: Sequence[Patient]) -> str | None:
    """Why overall survival can't be given for the study; None where it can.

    Deaths alone are not enough: they would be counted whenever they happened, and the others' survival only
    up to their last photograph.
    """
    if not deaths_recorded(patients):
        return NOT_RECORDED
    alive = [patient for patient in patients if "death_date" not in patient.attributes]
    if alive and not any("last_contact" in patient.attributes for patient in alive):
        return NO_CONTACTS
    return None


def overall_survival(patients: Sequence[Patient]) -> dict[str, End | str]:
    """Patient → death, or the day when last known to be alive, or why neither can be told.

    Last known alive is the later of the last contact and the last visit, and day 0 at least. Days are study
    days from the treatment start; whether it is known, the death lies after it, and `suppressed`, are for the
    caller to ask.
    """
    return {patient.code: _end(patient) for patient in patients}


def _end(patient: Patient) -> End | str:
    told = {name for name in ("death_date", "last_contact") if name in patient.attributes}
    if told and patient.zero_date is None:
        return f"{' and '.join(sorted(told))} recorded, but the date of the treatment start is not known"
    death = recorded_day(patient, "death_date")
    if death is not None:
        return End(death, True, "death")
    contact = recorded_day(patient, "last_contact")
    seen = max((visit.study_day for visit in patient.visits), default=None)
    if contact is None:
        if seen is None:
            return "neither death, last contact nor a visit is recorded"
        return End(max(seen, 0), False, "no last contact recorded; last visit")
    if seen is not None and seen > contact:
        return End(max(seen, 0), False, "alive; last visit, after the last contact")
    return End(max(contact, 0), False, "alive; last contact")
