"""`/grades/…`: signs of one visit of a site, graded by eye; the automatic grade stays hidden until then."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, render_template, request

from lesiontrack.report.data import SitePage
from lesiontrack.review.gradings import ERYTHEMA, Grading, automatic_rows, grading
from lesiontrack.review.state import current_state
from lesiontrack.study.names import natural_key
from lesiontrack.study.scales import SCALES

blueprint = Blueprint("grades", __name__)


@blueprint.get("/grades/<patient>/<site>/<visit>")
def page(patient: str, site: str, visit: str) -> str:
    """?lesion=ID grades one lesion, ?photo=SHA256 shows another view. `patient` and `site` are slugs."""
    shown = _grading(patient, site, visit, request.args.get("lesion") or None, request.args.get("photo"))
    known = {(scale.id, sign.name) for scale in SCALES.values() for sign in scale.signs}
    others = [grade for grade in shown.own if (grade.scale_id, grade.sign) not in known]
    state = current_state()
    rows = [] if state.blinded or state.cohort is None else state.cohort.tables.get("grades", [])
    return render_template(
        "grades.html",
        grading=shown,
        scales=SCALES.values(),
        others=others,
        lesions=_lesions(shown),
        signs_in_use=sorted({row["sign"] for row in rows}),
        scales_in_use=sorted({row["scale_id"] for row in rows}),
        base=f"/grades/{patient}/{site}",
        patient_slug=patient,
        site_slug=site,
    )


@blueprint.get("/api/automatic-grade/<patient>/<site>/<visit>")
def automatic(patient: str, site: str, visit: str) -> Response:
    """The site's grade by the software: only for a reader who has graded its erythema, and never blinded."""
    state = current_state()
    shown = _grading(patient, site, visit, None, None)
    if state.blinded:
        abort(409, "A blinded reading shows no automatic grade.")
    if not any(grade.sign == ERYTHEMA for grade in shown.own):
        abort(409, "Save your own grade of erythema of this site first.")
    loaded = state.loaded
    rows = automatic_rows(loaded, shown.site, visit) if loaded else []
    if not rows:
        return jsonify(grade=None)
    row = rows[0]
    return jsonify(grade=row["erythema_grade"], scale_id=row["scale_id"], reference=row["erythema_reference"])


def _lesions(shown: Grading) -> list[tuple[str, str]]:
    """(id, what people call it) of the lesions known at this visit: later ones would tell too much."""
    rows = (row for found in shown.site.lesions for row in found.rows if row["visit"] == shown.visit)
    states = current_state().rows()
    names = {row["lesion"]: states.name_of(row) if states else "" for row in rows}
    return sorted(names.items(), key=lambda named: natural_key(named[0]))


def _grading(patient: str, site: str, visit: str, lesion: str | None, photo: str | None) -> Grading:
    state = current_state()
    found = grading(state, _site(patient, site), visit, lesion=lesion, photo=photo)
    if found is None:
        what = f"lesion {lesion!r} or visit {visit!r}" if lesion else f"photo at visit {visit!r}"
        abort(404, f"This site has no {what} that was read.")
    return found


def _site(patient: str, site: str) -> SitePage:
    loaded = current_state().loaded
    if loaded is None:
        abort(404, "This study was not run yet: signs are graded on results.")
    found = loaded.site_slugs.get((patient, site))
    if found is None:
        abort(404, "The results hold no such site.")
    return found
