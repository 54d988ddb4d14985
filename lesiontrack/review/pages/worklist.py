"""`/`: what waits for a reader, most important first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from lesiontrack.review.state import ReviewState, current_state
from lesiontrack.review.tasks import KINDS, Task
from lesiontrack.study.names import natural_key

blueprint = Blueprint("worklist", __name__)

PAGE = 100
_MOST_PAGES = 100_000


@dataclass(frozen=True)
class Filter:
    """What of the worklist is shown; it stands in the URL, and goes along to lesion pages."""

    patient: str = ""
    kind: str = ""
    mine: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filter:
        kind = given.get("kind", "")
        return cls(given.get("patient", ""), kind if kind in KINDS else "", given.get("mine") == "1")

    def query(self, **changed: str | bool) -> str:
        """ "?patient=…" of this filter with some parts otherwise; empty where all is shown."""
        values: dict[str, str | bool] = {"patient": self.patient, "kind": self.kind, "mine": self.mine}
        values |= changed
        shown = {name: "1" if value is True else str(value) for name, value in values.items() if value}
        return f"?{urlencode(shown)}" if shown else ""

    def chosen(self, state: ReviewState) -> list[Task]:
        mine = _mine(state) if self.mine else set()
        return [
            task
            for task in state.tasks()
            if (not self.patient or task.patient == self.patient)
            and (not self.kind or task.kind == self.kind)
            and (not self.mine or mine & _about(task))
        ]


@blueprint.get("/")
def worklist() -> str:
    state = current_state()
    loaded = state.loaded
    if loaded is None:
        return render_template("not-run.html")
    chosen = Filter.of(request.args)
    found = chosen.chosen(state)
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(1, _number(request.args.get("page", "1"))), pages)
    shown = found[(number - 1) * PAGE : number * PAGE]
    counted = Filter(chosen.patient, "", chosen.mine).chosen(state)
    return render_template(
        "worklist.html",
        chosen=chosen,
        groups=[(kind, [task for task in shown if task.kind == kind]) for kind in KINDS],
        kinds=KINDS,
        counts=Counter(task.kind for task in counted),
        total=len(found),
        waiting=len(state.tasks()),
        progress=state.progress(),
        codes=sorted(loaded.patient_pages, key=natural_key),
        page=number,
        pages=pages,
        first=(number - 1) * PAGE,
    )


def neighbours(state: ReviewState, chosen: Filter, url: str) -> tuple[str, str]:
    """Pages of the lesions before and after this one in the worklist; empty where there is none.

    A lesion that nothing waits for any more is followed by the first.
    """
    pages = list(dict.fromkeys(task.url.partition("#")[0] for task in chosen.chosen(state) if task.lesion))
    if url not in pages:
        return "", pages[0] if pages else ""
    place = pages.index(url)
    return pages[place - 1] if place else "", pages[place + 1] if place + 1 < len(pages) else ""


def _mine(state: ReviewState) -> set[tuple[str, str]]:
    """(patient, lesion or site) that this reader has said something of."""
    found = set()
    for entry in state.corrections().entries:
        patient = getattr(entry.value, "patient", None)
        about = getattr(entry.value, "lesion", None) or getattr(entry.value, "site", None)
        if entry.correction.by == state.reader and patient and about:
            found.add((patient, about))
    return found


def _about(task: Task) -> set[tuple[str, str]]:
    return {(task.patient, task.lesion or task.site)}


def _number(text: str) -> int:
    return min(int(text), _MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 8 else 1
