"""Templates → pages: each a single file that loads nothing and runs only its own script."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

import lesiontrack
from lesiontrack.report import words
from lesiontrack.report.notes import short
from lesiontrack.report.svg import path_data

SCRIPTS = ("page.js", "compare.js", "sheet.js")
"""One script for every page: each part looks for what it acts on."""

PICTURES_BESIDE = "data: 'self'"

_TEMPLATES = files("lesiontrack.report") / "templates"


def environment() -> Environment:
    """Autoescape is on for every template; a missing value is an error, not an empty place."""
    pages = Environment(
        loader=PackageLoader("lesiontrack.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script, style = "\n".join(map(_text, SCRIPTS)), _text("style.css")
    pages.filters |= {
        "number": words.number,
        "percent": words.percent,
        "change": words.change,
        "day": words.day_text,
        "status": words.status_text,
        "plain": words.plain,
        "analysis": words.analysis_text,
        "short": short,
        "path_data": path_data,
    }
    pages.globals |= {
        "version": lesiontrack.__version__,
        "words": words,
        "with_error": words.with_error,
        "style": Markup(style),
        "script": Markup(script),
        "policy": content_policy(script, style),
        "policy_beside": content_policy(script, style, pictures=PICTURES_BESIDE),
    }
    return pages


def content_policy(script: str, style: str, *, pictures: str = "data:") -> str:
    """Content-Security-Policy that lets a browser run our own script and style only, and fetch nothing.

    It is a second wall behind the escaping of every text that users wrote. `pictures` says where pictures may
    come from: PICTURES_BESIDE where they are too many to lie inside of the page.
    """
    return (
        f"default-src 'none'; img-src {pictures}; base-uri 'none'; form-action 'none'; "
        f"style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'"
    )


def render(pages: Environment, template: str, **values: Any) -> bytes:
    return pages.get_template(template).render(**values).encode("utf-8")


def _text(name: str) -> str:
    return (_TEMPLATES / name).read_text("utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
