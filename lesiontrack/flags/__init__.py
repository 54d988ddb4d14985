"""Flags: what lies outside the configured research envelope, with the numbers behind it. Never advice.

The rules and their ids stand in the protocol file ([rules]), their thresholds in [flags]. Rules on sizes read
evaluable rows in mm only: without a scale none of them fires.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from lesiontrack.flags.course import inflammation_flags
from lesiontrack.flags.rows import FLAG_WORDS, groups, minimal_detectable_change, plain_rows
from lesiontrack.flags.sizes import growth_flags, status_flags, ulcer_flags
from lesiontrack.protocol import Protocol
from lesiontrack.study.model import Dose

__all__ = ["FLAG_WORDS", "find_flags", "minimal_detectable_change"]


def find_flags(
    observations: pd.DataFrame, protocol: Protocol, doses: Sequence[Dose] = ()
) -> list[dict[str, Any]]:
    """Rows of the flags table (columns of tables.FLAGS), in order of patient, site, day, visit and lesion.

    Args:
        observations: the observations table, fresh or read back from CSV. Rows without a study day are left
            out.
        protocol: rules and thresholds.
        doses: recorded doses of any patients, for the day within a re-treatment course. Without them, a site
            in a second or later course is below expected only after the rule's number of visits.

    Raises ValueError naming the columns that `observations` lacks.
    """
    rows = plain_rows(observations)
    found: list[dict[str, Any]] = []
    for lesion in groups(rows, ("patient", "site", "lesion")):
        found += ulcer_flags(lesion, protocol)
        found += growth_flags(lesion, rows, protocol)
        found += status_flags(lesion, protocol)
    for site in groups(rows, ("patient", "site")):
        found += inflammation_flags(site, protocol, doses)
    return sorted(found, key=_order)


def _order(flag: dict[str, Any]) -> tuple[str, str, int, str, str]:
    place = str(flag["patient"]), str(flag["site"])
    return *place, flag["study_day"], str(flag["visit"]), str(flag["lesion"] or "")
