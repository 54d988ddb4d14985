"""What is refused: corrections that make no sense with the results as they are now."""

from __future__ import annotations

from lesiontrack.corrections import Signature, Value
from lesiontrack.review.state import ReviewState


class Refusal(Exception):
    """One plain sentence for the reader; `needs` names what the page should ask for first."""

    def __init__(self, text: str, *, code: int = 400, needs: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.needs = needs


def check_value(state: ReviewState, value: Value) -> None:
    """Raises Refusal."""


def fill_signature(state: ReviewState, value: Signature) -> Signature:
    """The signature with the row's values as the tables have them. Raises Refusal."""
    from lesiontrack.corrections.signed import values_of

    loaded = state.loaded
    row = loaded.rows.get((value.patient, value.site, value.lesion, value.visit)) if loaded else None
    if loaded is None or row is None:
        raise Refusal(f"There is no row of {value.lesion} at visit {value.visit}.")
    return value.model_copy(update={"values": values_of(row, loaded.photo_names.get(row["photo"]))})
