"""`/report/…`: the pages of the results folder as they are, with a line of links put in."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from flask import Blueprint, Response, abort, redirect
from markupsafe import escape
from werkzeug.wrappers import Response as AnyResponse

from lesiontrack.results import ResultsFolder
from lesiontrack.review.loaded import Loaded
from lesiontrack.review.state import current_state

blueprint = Blueprint("report", __name__, url_prefix="/report")

_PAGE = re.compile(r"index\.html|(?:patients|lesions)/[a-z0-9]+(?:-[a-z0-9]+)*\.html")
_THUMB = re.compile(r"sheets/[a-z0-9]+(?:-[a-z0-9]+)*\.jpg")
_BODY = re.compile(rb"<body[^>]*>")
_META = re.compile(rb'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
_HASH = re.compile(r"'sha256-[A-Za-z0-9+/]{43}='")
_MOST_BYTES = 30_000_000


@blueprint.get("/")
def start() -> AnyResponse:
    return redirect("/report/index.html")


@blueprint.get("/<path:name>")
def page(name: str) -> Response:
    state = current_state()
    loaded = state.loaded
    if state.results is None or loaded is None:
        abort(404, "This study was not run yet, so there is no report.")
    if state.blinded and loaded.reviews:
        abort(404, "The report shows what other readers said; a blinded reading goes without it.")
    path = page_path(state.results, name)
    if path is None:
        abort(404, "The report has no such page.")
    if path.suffix == ".jpg":
        return Response(path.read_bytes(), mimetype="image/jpeg")
    html = path.read_bytes()
    links = _links(loaded, name).encode()
    linked = _BODY.sub(lambda found: found[0] + links, html, count=1)
    answer = Response(linked, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = policy_of(html)
    return answer


def page_path(results: ResultsFolder, name: str) -> Path | None:
    """The file of a report page or thumb; None for every name that is none of ours, or leads elsewhere."""
    if _PAGE.fullmatch(name) is None and _THUMB.fullmatch(name) is None:
        return None
    root = results.root.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root) or not path.is_file() or path.stat().st_size > _MOST_BYTES:
        return None
    return path


def policy_of(html: bytes) -> str:
    """What a report page may run: scripts and styles whose digests stand in its own policy, and no more."""
    meta = _META.search(html)
    digests = sorted(set(_HASH.findall(unescape(meta[1].decode("ascii", "replace"))))) if meta else []
    allowed = " ".join(digests) or "'none'"
    return (
        "default-src 'none'; img-src data: 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; "
        f"style-src {allowed}; script-src {allowed}"
    )


def _links(loaded: Loaded, name: str) -> str:
    """Without a script; the class is one of the report's own style sheet."""
    links = [("/", "Worklist"), ("/log", "Log")]
    folder, _, file = name.partition("/")
    slug = file.removesuffix(".html")
    if folder == "lesions" and slug in loaded.lesion_slugs:
        page = loaded.lesion_slugs[slug]
        links.insert(0, (f"/lesion/{slug}", f"Correct and sign {page.lesion}"))
    shown = " · ".join(f'<a href="{escape(url)}">{escape(text)}</a>' for url, text in links)
    return f'\n<nav class="trail review" aria-label="Review">Review: {shown}</nav>'
