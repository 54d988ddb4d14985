"""`/log`: everything that the store holds, newest first, with what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC

from flask import Blueprint, render_template, request

from lesiontrack.corrections import Entry, Withdrawal
from lesiontrack.corrections.meant import LOST, not_found
from lesiontrack.corrections.words import what_of
from lesiontrack.review.loaded import Loaded, photo_url
from lesiontrack.review.state import ReviewState, current_state

blueprint = Blueprint("log", __name__)

PAGE = 200
_HERE = ("patient", "site", "lesion", "visit")


@dataclass(frozen=True)
class Line:
    """One correction; `fate`: what the last run made of it, in words; `url`: the page that it is about."""

    id: str
    at: str
    by: str
    about: str
    what: str
    note: str
    state: str
    fate: str
    url: str
    can_withdraw: bool


@blueprint.get("/log")
def log() -> str:
    state = current_state()
    corrections = state.corrections()
    entries = state.work().meant.entries[::-1]  # of the lesions that were meant, as the pages have them
    pages = max(1, -(-len(entries) // PAGE))
    asked = request.args.get("page", "1")
    number = min(max(1, int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1), pages)
    return render_template(
        "log.html",
        lines=[line_of(state, entry) for entry in entries[(number - 1) * PAGE : number * PAGE]],
        total=len(entries),
        failures=corrections.failures,
        page=number,
        pages=pages,
    )


def line_of(state: ReviewState, entry: Entry) -> Line:
    value, said = entry.value, entry.correction
    loaded = state.loaded
    row = loaded.reviews.get(entry.id) if loaded else None
    waiting = entry.id in state.work().pending_ids
    return Line(
        id=entry.id,
        at=said.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        by=said.by,
        about=_about(entry),
        what=what_of(value),
        note=said.note,
        state=entry.state,
        fate=_fate(entry, row["state"] if row else "", row["why"] if row else "", waiting, state),
        url=_url(loaded, entry),
        can_withdraw=entry.state in ("in force", LOST) and not isinstance(value, Withdrawal),
    )


def _fate(entry: Entry, known: str, why: str | None, waiting: bool, state: ReviewState) -> str:
    if isinstance(entry.value, Withdrawal):
        return ""
    if state.blinded:
        return "kept in this reader's own store"
    if entry.state == LOST:
        return f"no effect: {not_found(entry)}"
    if waiting:
        return "taken back by the next run" if entry.state == "withdrawn" else "waits for the next run"
    if known in ("void", "no effect"):
        return f"{known}: {why}" if why else known
    return "applied" if known == "in force" and entry.state == "in force" else ""


def _about(entry: Entry) -> str:
    value = entry.value
    if isinstance(value, Withdrawal):
        return value.of
    parts = [str(found) for name in _HERE if (found := getattr(value, name, None))]
    return ", ".join(parts) or str(getattr(value, "photo", ""))


def _url(loaded: Loaded | None, entry: Entry) -> str:
    if loaded is None or entry.state == LOST:
        return ""
    about = {name: getattr(entry.value, name, None) for name in _HERE}
    if about["patient"] and about["lesion"]:
        pages = loaded.lesions_called(about["patient"], about["lesion"])
        if pages:
            row = {**about, "site": pages[0].site, "visit": about["visit"] or pages[0].rows[0]["visit"]}
            return loaded.lesion_url(row)
    if about["patient"] and about["site"] and about["visit"]:
        return photo_url(about)
    return "/photos" if entry.value.kind == "assignment" else ""
