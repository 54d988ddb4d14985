"""`/`: what waits for a reader, most important first."""

from __future__ import annotations

from flask import Blueprint, render_template

from lesiontrack.review.state import current_state

blueprint = Blueprint("worklist", __name__)


@blueprint.get("/")
def worklist() -> str:
    state = current_state()
    loaded = state.loaded
    return render_template("worklist.html", loaded=loaded)
