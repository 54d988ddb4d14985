"""`/bar`: the line that says what is not applied yet, alone, for pages that stay as they are."""

from __future__ import annotations

from flask import Blueprint, render_template

blueprint = Blueprint("bar", __name__)


@blueprint.get("/bar")
def bar() -> str:
    return render_template("apply.html")
