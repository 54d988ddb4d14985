"""`/draw/<photo>`: the mask editor for a window of one photo."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request

from lesiontrack.corrections.model import DRAWN
from lesiontrack.errors import PhotoError
from lesiontrack.review.loaded import Loaded
from lesiontrack.review.pages.images import photo_of
from lesiontrack.review.places import Mark, marks_of, window_side
from lesiontrack.review.shots import Shot, find_shot, pending_edits
from lesiontrack.review.state import current_state
from lesiontrack.review.windows import Window, around, asked_window

blueprint = Blueprint("draw", __name__)

SIDE = 1600
"""Px of the long side up to which a window is drawn on pixel by pixel."""


@blueprint.get("/draw/<sha256>")
def draw(sha256: str) -> str:
    """?lesion=ID: a window around it; ?x&y&w&h: that window; else the whole photo."""
    state = current_state()
    loaded = state.loaded
    shot = find_shot(loaded, sha256)
    if loaded is None or shot is None:
        abort(404, "No photo of these results has this digest.")
    try:
        photo_of(shot)
    except PhotoError as error:
        abort(409, str(error))
    lesion = request.args.get("lesion", "")
    marks = marks_of(shot, state.pending())
    try:
        window = _window(shot, lesion, marks)
    except ValueError as error:
        abort(400, str(error))
    edits = pending_edits(state.pending(), sha256)
    return render_template(
        "draw.html",
        shot=shot,
        lesion=lesion if any(page.lesion == lesion for page in shot.site.lesions) else "",
        placed=any(mark.lesion == lesion for mark in marks),
        facts=_facts(shot, window, marks),
        window=window,
        coarse=max(window.width, window.height) / SIDE,
        others=_other_windows(loaded, shot, window),
        waiting=len(edits),
        classes=DRAWN,
    )


def _window(shot: Shot, lesion: str, marks: list[Mark]) -> Window:
    """Raises ValueError for numbers that name no window of the photo."""
    if any(name in request.args for name in "xywh"):
        return asked_window(request.args, shot.shape)
    of_lesion = [mark for mark in marks if mark.lesion == lesion]
    if not of_lesion:
        return shot.whole
    mark = next((mark for mark in of_lesion if mark.pending), of_lesion[0])
    return around((mark.x, mark.y), window_side(shot, lesion), shot.shape)


def _facts(shot: Shot, window: Window, marks: list[Mark]) -> dict[str, Any]:
    """What the script needs; places of lesions are in upright pixels."""
    width, height = window.fitted(SIDE)
    return {
        "patient": shot.site.entry.patient,
        "site": shot.site.entry.site,
        "visit": shot.record.visit,
        "photo": shot.record.photo,
        "photo_sha256": shot.sha256,
        "window": {"x": window.x, "y": window.y, "width": window.width, "height": window.height},
        "size": {"width": width, "height": height},
        "whole": {"width": shot.whole.width, "height": shot.whole.height},
        "side": SIDE,
        "px_per_mm": shot.row["px_per_mm"],
        "classes": list(DRAWN),
        "labels": [{"text": mark.lesion, "x": mark.x, "y": mark.y} for mark in marks],
    }


def _other_windows(loaded: Loaded, shot: Shot, window: Window) -> list[tuple[str, Window]]:
    """Closer, wider, all of it: what differs from the window that is shown."""
    centre = window.x + (window.width - 1) / 2, window.y + (window.height - 1) / 2
    side = max(window.width, window.height)
    named = [
        ("Closer", around(centre, max(60, side / 2), shot.shape)),
        ("Wider", around(centre, side * 2, shot.shape)),
        ("Whole photo", shot.whole),
    ]
    return [(name, other) for name, other in named if other != window]
