"""Thresholds of [response] that came after the first protocol files, for files that lack them.

A protocol file that was written before these keys, such as the copy kept beside older results, is read with
the values below. Its settings then say that the value is lesiontrack's default and not the file's own. The
shipped files state all of them.
"""

from __future__ import annotations

from typing import TypeVar

from lesiontrack.protocol.marked import Count, Days, Mark, Number

Kind = TypeVar("Kind", Count, Days, Number)


def _default(kind: type[Kind], value: float, mark: Mark, source: str) -> Kind:
    return kind.model_validate(
        {"value": value, "mark": mark, "source": f"lesiontrack's default, the file does not say: {source}"}
    )


DURABLE_DAYS = _default(Days, 183, "sourced", "OPTiM: a durable response lasts at least 6 months")
DURABLE_BEGINS_WITHIN_DAYS = _default(
    Days, 365, "sourced", "OPTiM: a durable response begins within 12 months of the treatment start"
)
MISSED_VISITS = _default(
    Count, 2, "recalled", "FDA 2018, Clinical Trial Endpoints: PFS is censored before two missed visits"
)
VISIT_INTERVAL_DAYS = _default(
    Days, 56, "provisional", "8 weeks between visits, where the study's own spacing can't be told"
)
IRECIST_CONFIRM_MIN_DAYS = _default(
    Days, 28, "sourced", "iRECIST: progression is confirmed 4 to 8 weeks after iUPD (PMC5648544)"
)
IRECIST_CONFIRM_MAX_DAYS = _default(
    Days, 56, "sourced", "iRECIST: progression is confirmed 4 to 8 weeks after iUPD (PMC5648544)"
)
IRECIST_PD_RISE_MM = _default(
    Number, 5.0, "sourced", "iRECIST: a further rise of at least 5 mm confirms iUPD (PMC5648544, table 2)"
)
MAX_INJECTED_TARGETS = _default(
    Count, 5, "sourced", "itRECIST (Goldmacher 2020): at most 5 injected target lesions"
)
MAX_NOT_INJECTED_TARGETS = _default(
    Count, 5, "sourced", "itRECIST (Goldmacher 2020): at most 5 target lesions that are not injected"
)
REDRAWS = _default(Count, 200, "provisional", "our choice: draws of all sizes within their errors")
BOOTSTRAP_DRAWS = _default(Count, 2000, "provisional", "our choice: draws of patients with replacement")
