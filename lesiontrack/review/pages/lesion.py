"""`/lesion/<slug>`: one lesion over its visits, to judge, correct and sign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template, request

from lesiontrack.corrections import Entry, GoneJudgement, NewLesionJudgement
from lesiontrack.errors import ResultsError
from lesiontrack.pipeline.record import Picture
from lesiontrack.report.data import LesionPage, Row
from lesiontrack.report.missed import Missed
from lesiontrack.report.words import day_text, number, status_text, with_error
from lesiontrack.review.foreign import unsaid
from lesiontrack.review.loaded import Loaded, crop_url, photo_url, visit_anchor
from lesiontrack.review.pages.log import Line, line_of
from lesiontrack.review.pages.worklist import Filter, neighbours
from lesiontrack.review.rowstates import RowState, RowStates
from lesiontrack.review.scope import candidate_rows
from lesiontrack.review.state import ReviewState, current_state

blueprint = Blueprint("lesion", __name__)

_NO_GONE = ("removed", "out_of_frame", "merged")
_DOUBTFUL = ("not_visible", "obscured", None)


@dataclass(frozen=True)
class Card:
    """One visit. Either `row` with the rest is there, or `missed`.

    Attributes:
        stands: where the row stands with its readers.
        photo: row of photos; None where the results hold none.
        said: what readers said of this visit, signatures left out.
        signing: the line of the signature in force.
        flags: each with its evidence.
        reason: the row's own, as far as this reader may see it.
        signs: what a signature would say, in words.
        can_gone, can_stay: whether these judgements make sense.
    """

    visit: str | None
    day: int | None
    anchor: str = ""
    row: Row | None = None
    missed: Missed | None = None
    stands: RowState = field(default_factory=RowState)
    photo: Row | None = None
    crop: Picture | None = None
    uri: str = ""
    said: tuple[Line, ...] = ()
    signing: Line | None = None
    flags: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    signs: str = ""
    can_gone: bool = False
    can_stay: bool = False
    urls: tuple[tuple[str, str, str], ...] = ()


@blueprint.get("/lesion/<name>")
def lesion(name: str) -> str:
    state = current_state()
    loaded, page = _page(state, name)
    states = state.rows()
    assert states is not None
    chosen = Filter.of(request.args)
    before, after = neighbours(state, chosen, f"/lesion/{name}")
    cards = list(_cards(state, loaded, states, page))
    judged = states.said("new_lesion", page.patient, page.lesion)
    signable = [card for card in cards if card.row is not None and card.stands.signable]
    return render_template(
        "review-lesion.html",
        page=page,
        site=loaded.sites[page.patient, page.site],
        name=states.name_of(page.rows[-1]),
        cards=cards,
        signable=signable,
        signed=sum(card.stands.signed for card in cards),
        candidate=states.is_candidate(page),
        may_be_new=bool(candidate_rows(page.rows)) or judged is not None,
        judged_new=judged.value.new if judged and isinstance(judged.value, NewLesionJudgement) else None,
        said=[line_of(state, entry) for entry in _of_lesion(state, page)],
        any_ulcer=any(row["ulcer_area_px"] for row in page.rows),
        before=before,
        after=after,
        query=chosen.query(),
        report=f"/report/{page.file}",
    )


@blueprint.get("/lesion/<name>/<file>")
def crop(name: str, file: str) -> Response:
    """A crop of this lesion, as the results keep it."""
    loaded, page = _page(current_state(), name)
    crops = {s.crop.file: s.crop for s in page.sightings.values() if s.crop is not None}
    if file not in crops:
        abort(404, "There is no such picture of this lesion.")
    try:
        return Response(loaded.cohort.jpeg(page.entry, crops[file]), mimetype="image/jpeg")
    except ResultsError as error:
        abort(404, str(error))


def _page(state: ReviewState, name: str) -> tuple[Loaded, LesionPage]:
    loaded = state.loaded
    page = loaded.lesion_slugs.get(name) if loaded else None
    if loaded is None or page is None:
        abort(404, "The results hold no such lesion.")
    return loaded, page


def _cards(state: ReviewState, loaded: Loaded, states: RowStates, page: LesionPage) -> Iterator[Card]:
    cards = [_card(state, loaded, states, page, row) for row in page.rows]
    cards += [Card(missed.visit, missed.day, missed=_known(missed, states)) for missed in page.missed]
    yield from sorted(cards, key=lambda card: (card.day is None, card.day or 0))


def _known(missed: Missed, states: RowStates) -> Missed:
    if not states.foreign or missed.stage is None:
        return missed
    return replace(missed, reason=unsaid(missed.stage, missed.reason))


def _card(state: ReviewState, loaded: Loaded, states: RowStates, page: LesionPage, row: Row) -> Card:
    stands = states.of(row)
    sighting = page.sightings.get(row["visit"])
    picture = sighting.crop if sighting else None
    photo = loaded.photo_names.get(row["photo"])
    gone = states.said("gone", page.patient, page.lesion, row["visit"])
    says_gone = isinstance(gone.value, GoneJudgement) and gone.value.gone if gone else None
    status = row["status"]
    return Card(
        visit=row["visit"],
        day=row["study_day"],
        anchor=visit_anchor(row["visit"]),
        row=row,
        stands=stands,
        photo=photo,
        crop=picture,
        uri=crop_url(page, picture) if picture else "",
        said=tuple(line_of(state, entry) for entry in _of_row(state, row)),
        signing=line_of(state, stands.entry) if stands.entry else None,
        flags=tuple((f["flag"], states.evidence_of(f)) for f in page.flags if f["visit"] == row["visit"]),
        reason=states.reason_of(row),
        signs=signed_words(row),
        can_gone=status not in _NO_GONE and says_gone is not True,
        can_stay=(status in _DOUBTFUL or says_gone is True) and says_gone is not False,
        urls=tuple(_urls(page, row, photo)),
    )


def _urls(page: LesionPage, row: Row, photo: Row | None) -> Iterator[tuple[str, str, str]]:
    """(key, text, address) of the pages on which more can be done at this visit."""
    yield "p", "Photo", photo_url(row)
    if photo is not None and photo["sha256"]:
        yield "d", "Draw", f"/draw/{photo['sha256']}?lesion={quote(page.lesion, safe='')}"
    yield "r", "Grade", photo_url(row).replace("/site/", "/grades/", 1)


def signed_words(row: Row) -> str:
    """What a signature on this row says, in one line."""
    parts = [f"{day_text(row['study_day'])} ({row['visit']}): {status_text(row['status'])}"]
    if row["merged_into"]:
        parts[0] += f" into {row['merged_into']}"
    if not row["evaluable"]:
        parts.append("sizes not evaluable")
        if row["longest_diameter_px"]:
            parts.append(f"longest {number(row['longest_diameter_px'], 0)} px")
    elif row["longest_diameter_mm"] is not None and row["status"] != "not_visible":
        parts.append(f"longest {with_error(row['longest_diameter_mm'], row['longest_diameter_mm_sd'])} mm")
        parts.append(f"across {number(row['perpendicular_diameter_mm'])} mm")
        parts.append(f"area {with_error(row['area_mm2'], row['area_mm2_sd'])} mm²")
        if row["ulcer_area_mm2"]:
            parts.append(f"skin loss {with_error(row['ulcer_area_mm2'], row['ulcer_area_mm2_sd'])} mm²")
    if row["delta_a"] is not None:
        parts.append(f"redness Δa* {with_error(row['delta_a'], row['delta_a_sd'])}")
    if row["erythema_grade"] is not None:
        parts.append(f"erythema grade {number(row['erythema_grade'])}")
    if row["inflammation"] not in (None, "not_assessable"):
        parts.append(f"inflammation {row['inflammation']}")
    return ", ".join(parts)


def _of_row(state: ReviewState, row: Row) -> list[Entry]:
    """Entries in force about this visit of the lesion or of its site, signatures left out."""
    return [entry for entry in state.work().in_force.get(row["patient"], ()) if _is_about(entry.value, row)]


def _is_about(value: Any, row: Row) -> bool:
    if value.kind in ("signature", "assignment", "withdrawal") or not hasattr(value, "visit"):
        return False
    return bool(
        value.patient == row["patient"]
        and value.visit == row["visit"]
        and getattr(value, "site", row["site"]) == row["site"]
        and (getattr(value, "lesion", None) or row["lesion"]) == row["lesion"]
    )


def _of_lesion(state: ReviewState, page: LesionPage) -> list[Entry]:
    """Entries in force about the lesion as a whole."""
    return [
        entry
        for entry in state.work().in_force.get(page.patient, ())
        if entry.value.kind in ("new_lesion", "lesion_name", "same_lesion")
        and page.lesion in (getattr(entry.value, "lesion", None), getattr(entry.value, "same_as", None))
    ]
