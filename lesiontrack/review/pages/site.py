"""`/site/<patient>/<site>/<visit>`: a visit's photo with its lesions, and how it lies in the site's frame."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request

from lesiontrack.corrections import Entry
from lesiontrack.corrections.words import what_of
from lesiontrack.errors import LesiontrackError
from lesiontrack.pipeline.identities import read_identities
from lesiontrack.report.data import SitePage
from lesiontrack.review.pages.images import photo_of, reference_of
from lesiontrack.review.places import Mark, marks_of, next_lesion, places_of
from lesiontrack.review.registered import Registered, registered
from lesiontrack.review.rowstates import RowStates
from lesiontrack.review.shots import Shot, outlines, pending_edits, shots_of, standing
from lesiontrack.review.state import ReviewState, current_state

blueprint = Blueprint("site", __name__)


@blueprint.get("/site/<patient>/<site>/<visit>")
def site(patient: str, site: str, visit: str) -> str:
    """`patient` and `site` are slugs; ?photo=<sha256> shows another photo of that visit."""
    state = current_state()
    loaded = state.loaded
    page = loaded.site_slugs.get((patient, site)) if loaded else None
    if loaded is None or page is None:
        abort(404, "These results hold no such site.")
    shots = shots_of(loaded, page)
    of_visit = [shot for shot in shots if shot.record.visit == visit]
    if not of_visit:
        abort(404, f"No photo of this site at visit {visit} could be used.")
    main = _main(of_visit)
    shot = next((s for s in of_visit if s.sha256 == request.args.get("photo")), main)
    problem = _problem(shot)
    pending = [entry for entry in state.pending() if _concerns(entry, shot, page)]
    marks = marks_of(shot, pending)
    match = registered(shot, reference_of(shot), state.corrections())
    states = state.rows()
    assert states is not None
    return render_template(
        "site.html",
        page=page,
        shot=shot,
        problem=problem,
        series=_series(shots),
        others=of_visit if len(of_visit) > 1 else [],
        marks=marks,
        lesions=_lesions(states, page, shot, marks),
        silent=states.silent,
        drawn=_drawn(state, shot),
        waiting=[(entry, what_of(entry.value)) for entry in pending],
        match=match,
        facts=_facts(state, page, shot, marks, match),
        overview_factor=_overview_factor(shot),
    )


def _main(shots: list[Shot]) -> Shot:
    """The photo of a visit that is in the site's series."""
    return next((shot for shot in shots if shot.record.registration is not None), shots[0])


def _series(shots: list[Shot]) -> list[Shot]:
    """One photo a visit, in time order."""
    by_visit: dict[str, list[Shot]] = {}
    for shot in sorted(shots, key=lambda shot: shot.row["study_day"]):
        by_visit.setdefault(shot.record.visit, []).append(shot)
    return [_main(found) for found in by_visit.values()]


def _problem(shot: Shot) -> str:
    """Why the photo can't be shown; empty where it can."""
    try:
        photo_of(shot)
    except LesiontrackError as error:
        return str(error)
    return ""


def _concerns(entry: Entry, shot: Shot, page: SitePage) -> bool:
    """What is said of this photo, or of lesions of this site at no visit in particular."""
    value = entry.value
    if getattr(value, "patient", None) != page.entry.patient:
        return False
    digest = getattr(value, "photo_sha256", None)
    if digest is not None:
        return bool(digest == shot.sha256)
    where = getattr(value, "site", page.entry.site)
    lesion = getattr(value, "lesion", None)
    own = lesion is None or any(found.lesion == lesion for found in page.lesions)
    return (
        where == page.entry.site and own and getattr(value, "visit", shot.record.visit) == shot.record.visit
    )


def _lesions(states: RowStates, page: SitePage, shot: Shot, marks: list[Mark]) -> list[dict[str, Any]]:
    """One row a lesion of the site, also of those that this photo does not show."""
    rows = []
    for lesion in page.lesions:
        row = next((row for row in lesion.rows if row["visit"] == shot.record.visit), None)
        rows.append(
            {
                "lesion": lesion.lesion,
                "name": states.name_of(row or lesion.last),
                "row": row,
                "reason": states.reason_of(row) if row else "",
                "url": states.loaded.lesion_url(row or lesion.last),
                "placed": any(mark.lesion == lesion.lesion for mark in marks),
            }
        )
    return rows


def _drawn(state: ReviewState, shot: Shot) -> dict[str, Any]:
    """Outlines where something was drawn that no run has used yet."""
    edits = pending_edits(state.pending(), shot.sha256)
    if not edits or state.results is None:
        return {}
    try:
        now = standing(shot, results=state.results.root, edits=edits)
    except LesiontrackError:
        return {}
    return {"outlines": outlines(now, edits), "windows": edits}


def _overview_factor(shot: Shot) -> float:
    """Overview pixels per photo pixel."""
    overview = shot.record.overview
    return overview.width / shot.whole.width if overview else 1.0


def _facts(
    state: ReviewState, page: SitePage, shot: Shot, marks: list[Mark], match: Registered | None
) -> dict[str, Any]:
    """What the scripts need; places are in upright pixels."""
    assert state.results is not None
    patient = page.entry.patient
    named = (
        [row["lesion"] for row in state.cohort.tables["observations"] if row["patient"] == patient]
        if (state.cohort)
        else []
    )
    facts: dict[str, Any] = {
        "patient": patient,
        "site": page.entry.site,
        "visit": shot.record.visit,
        "photo_sha256": shot.sha256,
        "width": shot.whole.width,
        "height": shot.whole.height,
        "marks": [vars(mark) for mark in marks],
        "places": places_of(page),
        "next": next_lesion(patient, read_identities(state.results), state.pending(), named),
    }
    if match is not None:
        placed = match.landmarks.value if match.landmarks else None
        facts["reference"] = {
            "visit": match.reference.record.visit,
            "sha256": match.reference.sha256,
            "width": match.reference.whole.width,
            "height": match.reference.whole.height,
        }
        facts["pairs"] = [pair.model_dump() for pair in getattr(placed, "pairs", ())]
    return facts
