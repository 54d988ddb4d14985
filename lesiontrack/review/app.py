"""The Flask app: guard, templates, pages."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, render_template, request, send_from_directory
from jinja2 import ChoiceLoader, PackageLoader, StrictUndefined
from werkzeug.exceptions import HTTPException

from lesiontrack.report.pages import environment
from lesiontrack.review import api
from lesiontrack.review.pages import MODULES
from lesiontrack.review.rerun import RunState
from lesiontrack.review.security import guard
from lesiontrack.review.state import EXTENSION, ReviewState, current_state
from lesiontrack.study.names import slug
from lesiontrack.wording import counted


def create_app(state: ReviewState, *, token: str, port: int) -> Flask:
    """The app that answers on 127.0.0.1:`port` to whoever holds `token`."""
    app = Flask(__name__)
    app.extensions[EXTENSION] = state
    guard(app, token=token, port=port)
    _set_templates(app)
    app.register_error_handler(HTTPException, _error)
    app.register_blueprint(api.blueprint)
    for module in MODULES:
        app.register_blueprint(module.blueprint)

    @app.get("/static/report.css")
    def report_style() -> Response:
        import lesiontrack.report

        return send_from_directory(f"{lesiontrack.report.__path__[0]}/templates", "style.css")

    return app


def _set_templates(app: Flask) -> None:
    """Filters, globals and macros of the report's pages are there too; a missing value is an error."""
    report = environment()
    app.jinja_loader = ChoiceLoader(
        [PackageLoader("lesiontrack.review"), PackageLoader("lesiontrack.report")]
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.autoescape = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= report.filters | {"slug": slug}
    app.jinja_env.globals |= {name: report.globals[name] for name in ("version", "words", "with_error")}

    @app.context_processor
    def shared() -> dict[str, Any]:
        state = current_state()
        cohort = state.cohort
        return {
            "state": state,
            "cohort": cohort,
            "run": state.run,
            "reader": state.reader,
            "blinded": state.blinded,
            "pending": state.pending(),
            "pending_words": _pending_words(state),
            "applying": state.rerun.state if state.rerun else RunState(),
            "study_title": cohort.title if cohort else state.study_root.name,
        }


def _pending_words(state: ReviewState) -> str:
    """ "2 corrections and 1 signature"."""
    pending = state.pending()
    signatures = sum(entry.value.kind == "signature" for entry in pending)
    parts = [counted(len(pending) - signatures, "correction"), counted(signatures, "signature")]
    return " and ".join(part for part in parts if not part.startswith("0 ")) or parts[0]


def _error(error: HTTPException) -> Response | tuple[str, int]:
    """JSON to scripts, a page for what is not there, and one plain line for what is refused or broken."""
    code, text = error.code or 500, error.description or error.name
    if request.path.startswith("/api/"):
        response = jsonify(error=text)
        response.status_code = code
        return response
    if code in (403, 413, 415) or code >= 500:
        return Response(text + "\n", status=code, mimetype="text/plain")
    return render_template("error.html", code=code, name=error.name, text=text), code
