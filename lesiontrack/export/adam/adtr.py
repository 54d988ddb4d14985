"""ADTR: tumour results, lesions and sums."""

from __future__ import annotations

from lesiontrack.export.adam.study import AdamStudy, Row
from lesiontrack.export.adam.tumour_lesions import lesion_records
from lesiontrack.export.adam.tumour_sums import sum_records
from lesiontrack.export.cdisc import Subject
from lesiontrack.study.names import NaturalKey, natural_key


def adtr_rows(study: AdamStudy) -> list[Row]:
    """Rows of ADTR, numbered within each subject by ASEQ."""
    rows: list[Row] = []
    for one in study.subjects:
        records = [*lesion_records(study, one), *sum_records(study, one)]
        rows += numbered(study, one, sorted(records, key=_order))
    return rows


def numbered(study: AdamStudy, one: Subject, records: list[Row]) -> list[Row]:
    """The records with the subject's identifiers and ASEQ from 1."""
    return [
        {
            "STUDYID": study.id,
            "USUBJID": one.usubjid,
            "SUBJID": one.code,
            "TRTP": one.recorded["arm"],
            "ASEQ": sequence,
            **record,
        }
        for sequence, record in enumerate(records, start=1)
    ]


def _order(record: Row) -> tuple[NaturalKey, int, str]:
    return natural_key(record["PARAMCD"]), record.get("ADY") or 0, record.get("VISLABEL") or ""
