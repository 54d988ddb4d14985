"""`/photos`: whose photo each one is, of which visit, site and view."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request

from lesiontrack.corrections.located import photo_digest
from lesiontrack.errors import PhotoError
from lesiontrack.review.previews import SIDES, Previews
from lesiontrack.review.state import current_state
from lesiontrack.review.survey import READ, Survey, survey, token_of
from lesiontrack.study.model import MODALITIES
from lesiontrack.study.names import natural_key

blueprint = Blueprint("assign", __name__)

_KEPT = "lesiontrack-photos"
_MOST_DATES = 200


class _Kept:
    """What this server remembers between requests: which file a token means, and small pictures."""

    def __init__(self) -> None:
        self.key = secrets.token_bytes(32)
        self.previews = Previews()
        self._photos: dict[str, str] = {}
        self._lock = threading.Lock()

    def remember(self, tokens: Mapping[str, str]) -> None:
        with self._lock:
            self._photos.update(tokens)

    def photo(self, token: str) -> str | None:
        with self._lock:
            return self._photos.get(token)


@blueprint.record_once
def _prepare(setup: Any) -> None:
    setup.app.extensions[_KEPT] = _Kept()


def _kept() -> _Kept:
    kept = current_app.extensions[_KEPT]
    assert isinstance(kept, _Kept)
    return kept


@blueprint.get("/photos")
def page() -> str:
    return render_template("photos.html", modalities=MODALITIES)


@blueprint.get("/api/photos")
def photos() -> Response:
    """All photos, those without a place first, and the names that are in use."""
    state = current_state()
    kept = _kept()
    entries = () if state.blinded else state.corrections().entries
    found = survey(
        state.study_root, entries=entries, loaded=state.loaded, key=kept.key, foreign=state.blinded
    )
    kept.remember(found.tokens)
    return jsonify(
        photos=[asdict(photo) for photo in found.photos], problem=found.problem, **_names_in_use(found)
    )


@blueprint.get("/api/thumb/<token>")
def thumb(token: str) -> Response:
    """?side=320 or 1280: JPEG of the upright photo, without metadata; 204 where it can't be read."""
    side = request.args.get("side", str(SIDES[0]))
    if side not in map(str, SIDES):
        abort(400, f"side must be {' or '.join(map(str, SIDES))}.")
    try:
        preview = _kept().previews.get(_path(token), int(side))
    except PhotoError:
        return Response(status=204)
    return Response(preview.jpeg, mimetype="image/jpeg")


@blueprint.get("/api/photo-dates")
def dates() -> Response:
    """?of=TOKEN&of=TOKEN…: token → the camera's date as ISO text, where it tells one."""
    found = {}
    for token in request.args.getlist("of")[:_MOST_DATES]:
        try:
            taken = _kept().previews.get(_path(token), SIDES[0]).taken
        except PhotoError:
            continue
        if taken is not None:
            found[token] = taken.isoformat()
    return jsonify(found)


@blueprint.get("/api/photo-digest/<token>")
def digest(token: str) -> Response:
    """sha256 of the photo that the page shows, for an assignment of it."""
    try:
        return jsonify(photo_sha256=photo_digest(_path(token)))
    except OSError as error:
        abort(404, f"The photo can't be read: {error.strerror or error}.")


def _path(token: str) -> Path:
    """The file, if it is still as the page saw it."""
    root, kept = current_state().study_root, _kept()
    photo = kept.photo(token)
    if photo is None:
        abort(404, "This page is older than the server; load it again.")
    if not (root / photo).resolve().is_relative_to(root.resolve()):
        abort(404, "A link that leads out of the study folder.")
    if token_of(kept.key, root, photo) != token:
        abort(409, "The photo's file was changed since this page was loaded; load it again.")
    return root / photo


def _names_in_use(found: Survey) -> dict[str, Any]:
    """Suggestions: patients, and of each the visits and sites that photos have now."""
    visits: dict[str, dict[str, int]] = {}
    sites: dict[str, set[str]] = {}
    for photo in found.photos:
        if photo.state == READ or photo.study_day is not None:
            visits.setdefault(photo.patient, {})[photo.visit] = photo.study_day or 0
            sites.setdefault(photo.patient, set()).add(photo.site)
    return {
        "patients": sorted(visits, key=natural_key),
        "visits": {code: sorted(labels, key=labels.__getitem__) for code, labels in visits.items()},
        "sites": {code: sorted(names, key=natural_key) for code, names in sites.items()},
    }
