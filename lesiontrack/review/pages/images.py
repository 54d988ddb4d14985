"""Pictures that the pages show: photos, how they lie in the reference frame, and masks as they stand."""

from __future__ import annotations

import cv2
import numpy as np
from flask import Blueprint, Response, abort, current_app, jsonify, request

from lesiontrack.arrays import Mask
from lesiontrack.corrections.model import DRAWN
from lesiontrack.errors import LesiontrackError
from lesiontrack.photo import Photo, encode_jpeg
from lesiontrack.pipeline.keptmasks import mask_png
from lesiontrack.review.photocache import PhotoCache
from lesiontrack.review.shots import Shot, find_shot, mask_within, pending_edits, standing
from lesiontrack.review.state import current_state
from lesiontrack.review.views import aligned_picture, window_picture
from lesiontrack.review.windows import asked_side, asked_window

blueprint = Blueprint("images", __name__, url_prefix="/api")

SIDE = 1600
QUALITY = 88


@blueprint.errorhandler(LesiontrackError)
def _refused(error: LesiontrackError) -> Response:
    return _message(error, 409)


@blueprint.errorhandler(ValueError)
def _bad(error: ValueError) -> Response:
    return _message(error, 400)


def _message(error: Exception, code: int) -> Response:
    response = jsonify(error=str(error))
    response.status_code = code
    return response


@blueprint.get("/photo/<sha256>")
def photo(sha256: str) -> Response:
    """?side=N[&x&y&w&h]: JPEG of the upright photo or of a window of it, at most N px, without metadata."""
    shot = _shot(sha256)
    read = photo_of(shot)
    window = asked_window(request.args, shot.shape)
    return _jpeg(
        encode_jpeg(window_picture(read.pixels, window, asked_side(request.args, SIDE)), quality=QUALITY)
    )


@blueprint.get("/aligned/<sha256>")
def aligned(sha256: str) -> Response:
    """?side=N[&x&y&w&h]: JPEG of the photo in its site's reference frame, or a window of that frame."""
    shot = _shot(sha256)
    registration = shot.record.registration
    reference = reference_of(shot)
    if registration is None or reference is None or not registration.accepted:
        abort(404, "This photo has no map into the reference photo's frame.")
    read = photo_of(shot)
    window = asked_window(request.args, reference.shape)
    matrix = np.array(registration.matrix, float)
    side = asked_side(request.args, SIDE)
    return _jpeg(encode_jpeg(aligned_picture(read.pixels, matrix, window, side), quality=QUALITY))


@blueprint.get("/mask/<sha256>/<name>")
def mask(sha256: str, name: str) -> Response:
    """?side=N[&x&y&w&h]: PNG of a class as it stands now, white inside; with bits=1 its bare bits.

    The bits come row by row, the first pixel in the highest bit, each row filled up to whole bytes: a script
    that reads them back from a picture may get them blurred or falsified by its browser.
    """
    if name not in DRAWN:
        abort(404, f"{name!r} is none of {', '.join(DRAWN)}.")
    state = current_state()
    shot = _shot(sha256)
    window = asked_window(request.args, shot.shape)
    assert state.results is not None
    edits = pending_edits(state.pending(), sha256)
    now = standing(shot, results=state.results.root, edits=edits, only=name)
    shown = _shrunk(mask_within(now, name, window), window.fitted(asked_side(request.args, SIDE)))
    if request.args.get("bits") == "1":
        return Response(np.packbits(shown, axis=1).tobytes(), mimetype="application/octet-stream")
    return Response(mask_png(shown), mimetype="image/png")


def photo_of(shot: Shot) -> Photo:
    """The photo as it was at the run. Raises PhotoError where it changed, or can't be read."""
    state = current_state()
    path = state.photo_path(shot.record.photo)
    if path is None:
        abort(404, f"{shot.record.photo} is not in the study folder any more.")
    cache = current_app.extensions.setdefault("lesiontrack-decoded", PhotoCache())
    assert isinstance(cache, PhotoCache)
    return cache.get(path, shot.sha256)


def reference_of(shot: Shot) -> Shot | None:
    """The photo whose frame the site is in."""
    loaded = current_state().loaded
    if loaded is None or shot.site.record.reference_photo is None:
        return None
    row = loaded.photo_names.get(shot.site.record.reference_photo)
    return find_shot(loaded, row["sha256"]) if row else None


def _shot(sha256: str) -> Shot:
    shot = find_shot(current_state().loaded, sha256)
    if shot is None:
        abort(404, "No photo of these results has this digest.")
    return shot


def _shrunk(whole: Mask, size: tuple[int, int]) -> Mask:
    """A pixel is inside where half of what it covers is."""
    height, width = whole.shape
    if size == (width, height):
        return whole
    values = cv2.resize(whole.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    shrunk: Mask = values >= 0.5
    return shrunk


def _jpeg(data: bytes) -> Response:
    return Response(data, mimetype="image/jpeg")
