"""Two readers' answers side by side, subject by subject."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lesiontrack.corrections import Landmarks, PointPair
from lesiontrack.corrections.signed import differences
from lesiontrack.readers.answers import Answers, with_implied
from lesiontrack.readers.context import Context
from lesiontrack.readers.joining import joined
from lesiontrack.readers.model import Pair, Said, Subject, Writing
from lesiontrack.registration.geometry import apply_matrix, fit_similarity

_NOT_WRITTEN = ("signature",)  # a person signs what stands in the end


def paired(first: Answers, second: Answers, context: Context) -> list[Pair]:
    """A pair for every subject that at least one of them spoke of, in the order of subjects."""
    mine, theirs = with_implied(first, second), with_implied(second, first)
    subjects = sorted(mine.keys() | theirs.keys())
    return [_pair(subject, mine.get(subject), theirs.get(subject), context) for subject in subjects]


def _pair(subject: Subject, first: Said | None, second: Said | None, context: Context) -> Pair:
    patient = context.patient(subject.sha256, subject.patient or _patient(first) or _patient(second))
    if first is None or second is None:
        return Pair(subject, first, second, None, patient)
    agree, measures, note = _compared(subject, first, second, context)
    writings: dict[str, tuple[Writing, ...]] = {}
    if subject.question not in _NOT_WRITTEN:
        both = (*first.ids, *second.ids)
        value = joined(first.value, second.value) if agree else None
        writings = {
            "joined": (Writing(value, both),) if value else (),
            "for_first": (Writing(first.value, both),) if first.value and not agree else (),
            "for_second": (Writing(second.value, both),) if second.value and not agree else (),
        }
    return Pair(subject, first, second, agree, patient, measures, **writings, note=note)


def _patient(said: Said | None) -> str:
    return str(getattr(said.value, "patient", "")) if said and said.value else ""


def _compared(
    subject: Subject, first: Said, second: Said, context: Context
) -> tuple[bool, Mapping[str, Any], str]:
    if subject.question == "lesion_point":
        far = math.dist(first.answer, second.answer)
        return context.near(far, subject.sha256), _far(far, subject.sha256, context), ""
    if subject.question == "landmarks":
        far_or_none = _frames_apart(first.value, second.value)
        if far_or_none is None:
            return False, {}, "one of them lies in one place: it gives no frame"
        measures = _far(far_or_none, subject.other, context)
        return context.near(far_or_none, subject.other), measures, ""
    if subject.question == "signature":
        changed = differences(first.answer, second.answer)
        note = f"not the same values: {'; '.join(changed)}" if changed else ""
        return not changed, {}, note
    return first.answer == second.answer, {}, ""


def _far(pixels: float, sha256: str, context: Context) -> dict[str, Any]:
    return {
        "px_per_mm": context.px_per_mm(sha256),
        "distance_px": pixels,
        "distance_mm": context.in_mm(pixels, sha256),
    }


def _frames_apart(first: Any, second: Any) -> float | None:
    """Mean distance, in px of the reference photo, between where either's landmarks lay a place of skin.

    Each set is fitted by a similarity; the places are the points of both. None where one of them has no fit.
    """
    assert isinstance(first, Landmarks)
    assert isinstance(second, Landmarks)
    places = _moving((*first.pairs, *second.pairs))
    try:
        maps = [fit_similarity(_moving(value.pairs), _fixed(value.pairs)) for value in (first, second)]
    except ValueError:
        return None
    one, other = (apply_matrix(matrix, places) for matrix in maps)
    apart = float(np.linalg.norm(one - other, axis=1).mean())
    return apart if math.isfinite(apart) else None


def _moving(pairs: Sequence[PointPair]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([(pair.x, pair.y) for pair in pairs], float)


def _fixed(pairs: Sequence[PointPair]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([(pair.reference_x, pair.reference_y) for pair in pairs], float)
