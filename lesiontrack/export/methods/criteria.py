"""Protocol, response criteria and refusals, as sentences."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pandas as pd

from lesiontrack.export.methods.images import be, shares
from lesiontrack.export.methods.readers import reader_sentences
from lesiontrack.export.methods.references import References
from lesiontrack.export.source import Source
from lesiontrack.protocol import Protocol
from lesiontrack.wording import counted

_REASONS = {
    "obscured": "obscured by skin loss, crust, dressing or hair",
    "out_of_frame": "out of frame",
    "no_scale": "without a scale",
    "not_registered": "not joined to the site",
    "poor_photo": "in a photograph of poor quality",
    "merged": "merged",
    "removed": "removed",
    "not_photographed": "not photographed",
    "other": "for another reason",
}
_SECTIONS = ("response.", "assessment.", "grades.")
_USED_BY = {
    "grades.": ("observations", "erythema_grade", ""),
    "response.redraws": ("rates", "redrawn_median", ""),
    "response.bootstrap_draws": ("lesion_rates", "bootstrap_lower", ""),
    "response.durable_": ("rates", "endpoint", "DRR"),
    "response.missed_visits": ("time_to_event", "endpoint", ""),
    "response.visit_interval_days": ("time_to_event", "endpoint", ""),
    "response.area_": ("visit_responses", "analysis", "all_lesion_area"),
    "response.irecist_": ("visit_responses", "analysis", "irecist"),
    "response.max_injected": ("visit_responses", "analysis", "itrecist_combined"),
    "response.max_not_injected": ("visit_responses", "analysis", "itrecist_combined"),
    "response.": ("visit_responses", "analysis", ""),
    "assessment.": ("visit_responses", "analysis", ""),
}
"""Beginning of a threshold's key → the table, column and word that tell whether it was used."""


def protocol_sentences(source: Source) -> Iterator[str]:
    protocol = source.protocol
    yield (
        f"Phases, windows and thresholds are those of the protocol file {protocol.id}, version "
        f"{protocol.version} (sha256 {protocol.hash[:12]}; {protocol.title})."
    )
    changed = _changed(protocol)
    if changed:
        yield f"The study replaced these of its thresholds: {', '.join(changed)}."
    by_mark: dict[str, list[str]] = {}
    for setting in protocol.settings():
        if setting.mark in ("inferred", "provisional", "recalled") and _used(source, setting.key):
            by_mark.setdefault(setting.mark, []).append(setting.key)
    told = [
        f"{mark}: {', '.join(by_mark[mark])}"
        for mark in ("provisional", "inferred", "recalled")
        if mark in by_mark
    ]
    if told:
        yield f"Its thresholds without a source that was read are marked so ({'; '.join(told)})."


def _used(source: Source, key: str) -> bool:
    if not key.startswith(_SECTIONS):
        return False
    table, column, word = next(told for start, told in _USED_BY.items() if key.startswith(start))
    if table not in source.tables:
        return False
    values = source.tables[table][column].dropna()
    return bool((values == word).any()) if word else len(values) > 0


def response_sentences(source: Source, cite: References) -> Iterator[str]:
    """Criteria of the target sets that have rows."""
    visits = source.tables.get("visit_responses")
    if visits is None or visits.empty:
        return
    value, there = source.protocol.threshold, set(visits["analysis"])
    yield (
        "Responses rest on photographs alone (cutaneous, photo-visible). The baseline is the last "
        "evaluable visit up to day 0, the first treatment."
    )
    lesions = source.tables.get("lesion_responses")
    if lesions is not None and len(lesions):
        # A lesion that came later has no valid baseline of its own; that says nothing of the patient's.
        invalid = int((~lesions["baseline_valid"].fillna(False).groupby(lesions["patient"]).any()).sum())
        if invalid:
            yield (
                f"{counted(invalid, 'patient')} had no valid baseline; change is then given from the first "
                "visit."
            )
    if there & {"protocol_targets", "recist_2_per_organ"}:
        yield _recist(source, cite, there)
    if "all_lesion_area" in there:
        yield (
            "The summed area of all lesions was read as well, with a fall of "
            f"{value('response.area_pr_fall_pct'):g} % for partial response and a rise of "
            f"{value('response.area_pd_rise_pct'):g} % for progression, after WHO criteria {cite('who')}; "
            "taking areas for products of diameters is our reading."
        )
    if "irecist" in there:
        yield (
            f"iRECIST words were derived {cite('irecist')}: progression is unconfirmed until a further one "
            f"{value('response.irecist_confirm_min_days'):g} to "
            f"{value('response.irecist_confirm_max_days'):g} days later."
        )
    if any(name.startswith("itrecist") for name in there):
        yield (
            "Injected and not injected lesions were read apart and together in the style of itRECIST "
            f"{cite('itrecist')}, whose full decision tables were not implemented."
        )
    yield from _window(source)
    yield _confirmation(source)
    yield from reader_sentences(source)


def _recist(source: Source, cite: References, there: set[str]) -> str:
    value = source.protocol.threshold
    sets = []
    if "protocol_targets" in there:
        sets.append(f"up to {value('response.max_targets'):g} cutaneous targets")
    if "recist_2_per_organ" in there:
        sets.append(f"{value('response.max_targets_per_organ'):g} targets an organ, skin being one")
    return (
        f"Sums of longest diameters were read by the rules of RECIST 1.1 {cite('recist')}, with "
        f"{' and with '.join(sets)} (each {value('response.min_target_mm'):g} mm or more at baseline): "
        f"partial response, a fall by at least {value('response.pr_fall_pct'):g} % from baseline; "
        f"progression, a rise by at least {value('response.pd_rise_pct'):g} % and "
        f"{value('response.pd_rise_mm'):g} mm from the smallest earlier sum."
    )


def _window(source: Source) -> Iterator[str]:
    assessment = source.protocol.file.assessment
    best = source.tables.get("best_responses")
    if best is None or best.empty:
        return
    if source.protocol.has_phases and assessment is not None:
        quiet = assessment.quiet_days
        yield (
            f"Responses were read in the assessment window, from {quiet.value} days after the last "
            f"treatment day on ({quiet.mark}), and at all visits as a sensitivity analysis."
        )


def _confirmation(source: Source) -> str:
    value = source.protocol.threshold
    return (
        "Best overall response is given with and without confirmation at least "
        f"{value('response.confirm_days'):g} days later; stable disease takes "
        f"{value('response.min_sd_days'):g} days."
    )


def refusal_sentences(source: Source) -> Iterator[str]:
    """How much could not be evaluated, and why."""
    table = source.tables.get("refusals")
    if table is None or table.empty or not (table["by"] == "all").any():
        return
    whole = {str(name): count for name, count in table[table["by"] == "all"].iloc[0].items()}
    if not whole["lesion_visits"]:
        return
    refused = whole["lesion_visits"] - whole["evaluable"]
    text = (
        f"Of {counted(whole['lesion_visits'], 'lesion-visit')} after the baseline, {refused} "
        f"({100 * whole['refusal_rate']:.0f} %) {be(refused)} not evaluable"
    )
    why = shares({name: count for name, count in whole.items() if not pd.isna(count)}, _REASONS)
    yield text + (f": {', '.join(why)}." if why else ".")


def _changed(protocol: Protocol) -> list[str]:
    own: dict[str, Any] = tomllib.loads(protocol.source.decode())
    return [f"{key} {new:g} ({_of_file(own, key)})" for key, new in sorted(protocol.overrides.items())]


def _of_file(own: dict[str, Any], key: str) -> str:
    found: Any = own
    for part in key.split("."):
        found = found.get(part, {}) if isinstance(found, dict) else {}
    value = found.get("value") if isinstance(found, dict) else None
    return "not in the file" if value is None else f"{float(value):g} in the file"
