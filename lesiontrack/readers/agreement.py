"""How far two readers agree, question by question: shares, kappa, counts of each pair of answers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lesiontrack.readers.model import BINARY, QUESTIONS, Pair
from lesiontrack.statistics import Kappa, cluster_rate, cohen_kappa

Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One question about one subject, as statistics see it; an answer is None where it was not given."""

    question: str
    sign: str
    scale_id: str
    patient: str
    first: Any
    second: Any
    agree: bool
    implied: bool


_UNSAID = object()
_ALIKE = {
    "mask": "agree: the overlap is within --min-dice",
    "lesion_point": "agree: the places are within --max-distance",
    "landmarks": "agree: the frames are within --max-distance",
}


def asked(pairs: Iterable[Pair]) -> list[Asked]:
    """Pairs as questions: an assignment answers two, whether the photo is in the study and where it belongs.

    Where a photo is out for one of them, there is nothing to compare of where it belongs.
    """
    found = []
    for pair in pairs:
        first = pair.first.answer if pair.first else _UNSAID
        second = pair.second.answer if pair.second else _UNSAID
        implied = any(said is not None and said.implied for said in (pair.first, pair.second))
        sign, scale_id = pair.subject.detail if pair.subject.question == "grade" else ("", "")
        question, agree = pair.subject.question, bool(pair.agree)
        if question == "assignment":
            out = [value if value is _UNSAID else value is None for value in (first, second)]
            same = out[0] == out[1]
            found.append(Asked("photo_excluded", "", "", pair.patient, out[0], out[1], same, implied))
            if None in (first, second):
                continue
        found.append(Asked(question, sign, scale_id, pair.patient, first, second, agree, implied))
    return found


def agreement_rows(pairs: Iterable[Pair]) -> list[Row]:
    """A row for each question, and for each sign on each scale; none for what nobody was asked.

    Limits of the raw agreement and of kappa know that subjects of a patient are alike.
    """
    return [
        {
            "question": QUESTIONS[question],
            "sign": sign or None,
            "scale_id": scale or None,
            **_row(question, items),
        }
        for (question, sign, scale), items in _grouped(asked(pairs)).items()
    ]


def cross_rows(pairs: Iterable[Pair]) -> list[Row]:
    """How often the readers gave each pair of answers, for questions with fixed answers and grades."""
    rows = []
    for (question, sign, scale), items in _grouped(asked(pairs)).items():
        if question not in (*BINARY, "grade"):
            continue
        times = Counter((_word(item.first), _word(item.second)) for item in items if _both(item))
        rows += [
            {
                "question": QUESTIONS[question],
                "sign": sign or None,
                "scale_id": scale or None,
                "answer_a": one,
                "answer_b": other,
                "subjects": times[one, other],
            }
            for one, other in sorted(times)
        ]
    return rows


def _grouped(items: Iterable[Asked]) -> dict[tuple[str, str, str], list[Asked]]:
    groups: dict[tuple[str, str, str], list[Asked]] = {}
    for item in items:
        groups.setdefault((item.question, item.sign, item.scale_id), []).append(item)
    order = list(QUESTIONS)
    return dict(sorted(groups.items(), key=lambda group: (order.index(group[0][0]), group[0][1:])))


def _both(item: Asked) -> bool:
    return item.first is not _UNSAID and item.second is not _UNSAID


def _row(question: str, items: Sequence[Asked]) -> Row:
    both = [item for item in items if _both(item)]
    row: Row = {
        "both": len(both),
        "patients": len({item.patient for item in both}),
        "only_a": sum(item.second is _UNSAID for item in items),
        "only_b": sum(item.first is _UNSAID for item in items),
        "from_signatures": sum(item.implied for item in both),
        "agree": sum(item.agree for item in both),
    }
    if not both:
        return row | {"note": "no subject was read by both"}
    by_patient = Counter(item.patient for item in both)
    agreed = Counter(item.patient for item in both if item.agree)
    rate = cluster_rate([agreed[patient] for patient in by_patient], list(by_patient.values()))
    row |= _numbers(agreement=rate.rate, agreement_lower=rate.lower, agreement_upper=rate.upper)
    notes = [_few(len(both), len(by_patient))]
    if question in BINARY or question == "grade":
        mine, theirs = [item.first for item in both], [item.second for item in both]
        patients = [item.patient for item in both]
        plain = cohen_kappa(mine, theirs, patients, categories=(False, True) if question in BINARY else None)
        row |= _of_kappa("kappa", plain, len(by_patient))
        if question == "grade":
            row["mean_difference"] = sum(a - b for a, b in zip(mine, theirs, strict=True)) / len(both)
            for weights in ("linear", "quadratic"):
                weighted = cohen_kappa(mine, theirs, patients, weights=weights)
                row |= _of_kappa(f"kappa_{weights}", weighted, len(by_patient))
        else:
            row |= _numbers(pabak=plain.pabak)
        notes.append(_why_no_limits(plain))
    elif question == "signature":
        notes.append("whether both signed the same values; signatures are not merged")
    else:
        notes.append(_ALIKE.get(question, ""))
        notes.append("no kappa: the answers have no fixed categories")
    return row | {"note": "; ".join(filter(None, notes)) or None}


def _of_kappa(name: str, found: Kappa, patients: int) -> Row:
    """Limits that take subjects of a patient for alike where patients have several, else asymptotic ones."""
    lower, upper = found.lower, found.upper
    if patients < found.subjects:
        lower, upper = found.cluster_lower, found.cluster_upper
    return _numbers(**{name: found.kappa, f"{name}_lower": lower, f"{name}_upper": upper})


def _why_no_limits(found: Kappa) -> str:
    if math.isnan(found.kappa):
        return "kappa is not defined: both gave one and the same answer to all"
    if found.agreement == 1:
        return "no limits of kappa: without a disagreement nothing tells how rare they are; see agreement"
    if math.isnan(found.se):
        return "no limits of kappa: one reader gave one answer to all"
    return ""


def _few(subjects: int, patients: int) -> str:
    if patients == 1 < subjects:
        return "one patient: nothing tells how far patients differ, so there are no limits"
    return ""


def _numbers(**values: float) -> Row:
    return {name: None if math.isnan(value) else value for name, value in values.items()}


def _word(answer: Any) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return f"{answer:g}" if isinstance(answer, float) else str(answer)
