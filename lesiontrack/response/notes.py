"""What a reader of best_responses has to know about each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lesiontrack.protocol import Protocol
from lesiontrack.response.parts import UNASSIGNED, keeper
from lesiontrack.response.series import PatientSeries
from lesiontrack.response.sets import ITRECIST, Baseline, LesionSets
from lesiontrack.response.sums import AREAS
from lesiontrack.response.targets import smallest_target
from lesiontrack.response.unevaluable import why_not_evaluable
from lesiontrack.response.words import as_recist
from lesiontrack.study.names import natural_key

Row = dict[str, Any]


def notes_of(
    series: PatientSeries,
    baseline: Baseline,
    sets: LesionSets,
    analysis: str,
    which: str,
    protocol: Protocol,
    *,
    response: str,
    signed: bool,
    read: Sequence[Row],
    grown: Sequence[Row],
) -> list[str]:
    """What keeps a best response from being counted as it stands, in plain words.

    `read`: the patient's rows of visit_responses that it was read from; `grown`: those of lesion_responses
    that are PD by the lesion's own diameter.
    """
    notes = []
    if not series.patient.photos and not series.lesions:
        return ["no photographs"]
    if not series.scheduled:
        notes.append("days count from the first visit: no treatment start is known, so no valid baseline")
    if not baseline.looks:
        notes.append("no lesion could be evaluated at the baseline")
    elif not baseline.valid and (series.scheduled or baseline.day > 0):
        notes.append("no evaluable visit at day 0 or before: change is from the first visit")
    if analysis not in sets.analyses:
        return [*notes, "no injection is recorded by lesion: not read by itRECIST"]
    if sets.unmeasured:
        notes.append("no size in mm at the baseline (no scale), so no target lesions")
    elif baseline.looks and not sets.targets[analysis]:
        notes.append(
            "no target lesion of this side at the baseline"
            if analysis in ITRECIST[1:]
            else "no target lesion at the baseline: non-target lesions only"
        )
    notes += [*_small(sets, analysis, protocol), *_injected(sets, analysis, baseline)]
    if sets.late:
        notes.append(f"{', '.join(sets.late)}: first photographed after the baseline, in no sum")
    notes += [*_split(sets, analysis), *_merged(series, sets, analysis, read)]
    if not read:
        windows = "in the assessment window" if which == "assessment_window" else "after the baseline"
        notes.append(f"no visit {windows}")
    if response == "NE":
        notes += why_not_evaluable(series, baseline, sets, analysis, protocol, read)
    candidates = _candidates(series, sets, read)
    if candidates:
        notes.append(
            f"candidates for new lesions: {candidates}; progression by them is unconfirmed by a reader"
        )
    if response in ("CR", "iCR") and not signed:
        notes.append("no visible lesion: complete response unconfirmed by a reader")
    notes += _returned(read)
    if analysis == "irecist":
        notes += _immune(read, protocol)
    return [*notes, *_grown(grown, sets.non_targets[analysis], read)]


def _small(sets: LesionSets, analysis: str, protocol: Protocol) -> list[str]:
    small = sorted((name for name in sets.small if name in sets.non_targets[analysis]), key=natural_key)
    if not small or analysis in AREAS:
        return []
    named = ", ".join(small[:5]) + (f" and {len(small) - 5} more" if len(small) > 5 else "")
    limit = float(smallest_target(protocol))
    return [f"{named}: below {limit:g} mm at the baseline, counted as non-target"]


def _injected(sets: LesionSets, analysis: str, baseline: Baseline) -> list[str]:
    if analysis not in ITRECIST:
        return []
    late = [
        f"{name} (day {sets.injected_from[name]})"
        for name in sets.targets[ITRECIST[0]]
        if sets.injected_from.get(name, baseline.day) > baseline.day
    ]
    return ["itRECIST-style: RECIST 1.1 rules on these sums"] + (
        [f"injected after the baseline, and with the injected lesions from then on: {', '.join(late)}"]
        if late
        else []
    )


def _returned(read: Sequence[Row]) -> list[str]:
    """A complete response that PR or SD follows before any PD: the words alone don't say what came back.

    Any tumour that comes back after a complete response is progression, whatever its size, where that
    response was definite (recist.eortc.org, "Does a new lesion always result in PD?").
    """
    complete: int | None = None
    for row in read:
        word = as_recist(row["response"])
        if word == "PD":
            return []
        if word == "CR":
            complete = row["study_day"]
        elif complete is not None and word != "NE":
            return [
                f"{row['response']} on day {row['study_day']} after a complete response on day {complete}: "
                "PD if a reader says that tumour has come back"
            ]
    return []


def _immune(read: Sequence[Row], protocol: Protocol) -> list[str]:
    """How the last progression stands that was not followed by a reset, by the visits that are read."""
    since: int | None = None
    for row in read:
        if row["response"] == "iUPD" and since is None:
            since = row["study_day"]
        elif row["response"] == "iCPD":
            days = None if since is None else row["study_day"] - since
            latest = int(protocol.threshold("response.irecist_confirm_max_days"))
            late = days is not None and days > latest
            return [f"iUPD of day {since} confirmed after {days} days, later than {latest}"] if late else []
        elif row["response"] not in ("iUPD", "NE"):
            since = None
    return [] if since is None else [f"iUPD of day {since} neither confirmed nor reset"]


def _split(sets: LesionSets, analysis: str) -> list[str]:
    targets = set(sets.targets[analysis])
    notes = []
    for fragment in sets.fragments:
        if not targets & set(fragment.origins):
            continue
        if len(fragment.origins) == 1:
            notes.append(f"{fragment.lesion}: part of {fragment.origins[0]}, added to its size where split")
        else:
            notes.append(
                f"{UNASSIGNED} ({fragment.lesion} from day {fragment.since}): no sum while it is there"
            )
    return notes


def _merged(series: PatientSeries, sets: LesionSets, analysis: str, read: Sequence[Row]) -> list[str]:
    """Lesions that merged with a target, each with the first such visit of those that are read."""
    targets = sets.targets[analysis]
    parts = {(f.lesion, f.origins) for f in sets.fragments}
    first: dict[tuple[str, str], int] = {}
    for row in read:
        looks = series.looks_at(row["visit"])
        for name in looks:
            whole = keeper(name, looks)
            if whole is not None and (name, (whole,)) not in parts and {name, whole} & set(targets):
                first.setdefault((name, whole), row["study_day"])
    return [
        f"{name} merged with {whole} (day {day}): "
        + (
            "the merged outline's size stands for both in the sum"
            if name in targets and whole in targets
            else "only one of them is in the sum, which is not evaluable there"
        )
        for (name, whole), day in first.items()
    ]


def _candidates(series: PatientSeries, sets: LesionSets, read: Sequence[Row]) -> str:
    """Those that no reader has judged, each with the day from which it was seen at a visit that is read."""
    days = {row["study_day"] for row in read if row["new_lesion"] == "candidate"}
    found = []
    for lesion in series.lesions:
        first = lesion.first_seen()
        if lesion.lesion in sets.candidates and first is not None and not lesion.signed_there:
            seen = [day for day in days if day >= first.day]
            if seen:
                found.append((min(seen), lesion.lesion))
    return ", ".join(f"{lesion} (day {day})" for day, lesion in sorted(found))


def _grown(lesions: Sequence[Row], non_targets: Sequence[str], read: Sequence[Row]) -> list[str]:
    """Non-target lesions that a reader should look at; by themselves they never make a PD."""
    visits = {row["visit"] for row in read}
    first: dict[str, int] = {}
    for row in lesions:
        if row["lesion"] in non_targets and row["visit"] in visits:
            first.setdefault(row["lesion"], row["study_day"])
    return [
        f"{lesion}: non-target, its own diameter meets the PD threshold on day {day}, PD if a reader calls "
        "the progression unequivocal"
        for lesion, day in first.items()
    ]
