"""Rates under the measurement error: rows of rates with the redrawn columns filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lesiontrack.analysis.redraw.patient import Redrawn, redraw_patient
from lesiontrack.analysis.redraw.rules import CR, NE
from lesiontrack.analysis.redraw.sizes import read_errors
from lesiontrack.protocol import Protocol
from lesiontrack.response.baseline import find_baseline
from lesiontrack.response.rates import DURABLE, ENDPOINTS, arm_groups
from lesiontrack.response.series import read_series
from lesiontrack.response.sets import find_sets
from lesiontrack.response.words import BEST_ORDER
from lesiontrack.study.model import Patient

Row = dict[str, Any]


def with_redraws(
    rates: Sequence[Row],
    observations: pd.DataFrame,
    photos: pd.DataFrame | None,
    visit_responses: Sequence[Row],
    patients: Sequence[Patient],
    protocol: Protocol,
    *,
    organs: Mapping[tuple[str, str], str] | None = None,
    arms: Mapping[str, str | None] | None = None,
) -> list[Row]:
    """The rows of rates with redraws and redrawn_*; the input is not changed.

    Args:
        rates, visit_responses: rows as `respond` gives them for these observations, patients and organs.
        photos: the photos table, for the error of its scales; None: all error is each lesion's own.
        arms: patient code → arm, as for `rate_rows`.

    Every size is drawn `response.redraws` times within its standard deviation (`redraw.sizes`), and the
    responses are read from the drawn sizes by the same rules. What is not a size stays: statuses, what could
    be measured, which lesions are targets, new lesions, signatures. The columns give the median and the
    middle 95 % of the rates. That is the spread which the error of the sizes brings about in these patients;
    it says nothing of other patients, which `lower` and `upper` are about. The recorded sizes have their
    error already and get it a second time, so the median may lie off the rate.
    """
    draws = int(protocol.threshold("response.redraws"))
    if not draws:
        return [dict(row) for row in rates]
    redrawn = _redraw_all(observations, photos, visit_responses, patients, protocol, organs or {}, draws)
    groups = arm_groups([patient.code for patient in patients], arms or {})
    rows = []
    for rate in rates:
        row = dict(rate)
        rows.append(row)
        if not row["denominator"]:
            continue
        of_arm = [redrawn[code].get(row["analysis"]) for code in groups[row["arm"]]]
        mine = [one for one in of_arm if one is not None]
        drawn = _numerators(mine, row, draws) / row["denominator"]
        measured = sum(one.measured for one in mine)
        row |= {
            "redraws": draws,
            "redrawn_median": float(np.median(drawn)),
            "redrawn_lower": float(np.quantile(drawn, 0.025)),
            "redrawn_upper": float(np.quantile(drawn, 0.975)),
            "redrawn_fixed": sum(one.fixed for one in mine) / measured if measured else None,
        }
    return rows


def _numerators(patients: Sequence[Redrawn], row: Row, draws: int) -> NDArray[np.int64]:
    """Patients with the row's endpoint, by draw."""
    counting = np.array([word in ENDPOINTS.get(row["endpoint"], ()) for word in BEST_ORDER])
    total = np.zeros(draws, np.int64)
    for one in patients:
        best = one.best[row["visits"], row["confirmation"]]
        words = best.words
        if row["basis"] == "signed":
            words = np.where((words == CR) & ~best.signed, NE, words)
        total += best.durable & (words < NE) if row["endpoint"] == DURABLE else counting[words]
    return total


def _redraw_all(
    observations: pd.DataFrame,
    photos: pd.DataFrame | None,
    visit_responses: Sequence[Row],
    patients: Sequence[Patient],
    protocol: Protocol,
    organs: Mapping[tuple[str, str], str],
    draws: int,
) -> dict[str, dict[str, Redrawn]]:
    errors = read_errors(observations, photos)
    visits: dict[str, dict[str, list[Row]]] = {}
    for row in visit_responses:
        visits.setdefault(row["patient"], {}).setdefault(row["analysis"], []).append(row)
    found = {}
    for series in read_series(observations, patients):
        baseline = find_baseline(series)
        sets = find_sets(series, baseline, protocol, organs)
        mine = visits.get(series.patient.code, {})
        found[series.patient.code] = redraw_patient(
            series, baseline, sets, mine, protocol, errors, draws=draws
        )
    return found
