"""Scores of lesions over the visits: sizes, identities, flags, responses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import cv2
import numpy as np
import pandas as pd
from accuracy_seen import Found, Sighting
from accuracy_truth import THERE, PhotoTruth, Truth
from scipy.optimize import linear_sum_assignment

Row = dict[str, Any]

REACH = 0.6  # of the true longest diameter, plus REACH_MM: farther off is another lesion
REACH_MM = 1.5
SIZES = ("longest_diameter_mm", "area_mm2", "ulcer_area_mm2")
LASTING = ("new_lesion",)  # raised once: a later visit's flag is late, not false
NO_ANSWER = ("NE", "not_assessable")
ANALYSES = ("protocol_targets", "all_lesion_area")


class Matching:
    """Which of the found lesions is which true one, at each visit and over all."""

    def __init__(self, truth: Truth, found: Found) -> None:
        self.at_visit: dict[tuple[str, str], Sighting] = {}  # (photo, true lesion) → what was seen of it
        self.strays: list[tuple[PhotoTruth, Sighting]] = []
        votes: Counter[tuple[str, str, str, str]] = Counter()
        for photo in truth.photos.values():
            seen = [one for one in found.sightings if one.photo == photo.photo and one.seen]
            pairs, strays = _pair(photo, seen)
            for lesion, sighting in pairs.items():
                self.at_visit[photo.photo, lesion] = sighting
                votes[photo.patient, photo.site, lesion, sighting.lesion] += 1
            self.strays += [(photo, one) for one in strays]
        self.of_true: dict[tuple[str, str, str], str] = {}
        self.of_found: dict[tuple[str, str], str] = {}
        for (patient, site, lesion, track), _ in votes.most_common():
            if (patient, track) not in self.of_found:
                self.of_found[patient, track] = lesion
                self.of_true.setdefault((patient, site, lesion), track)


def _pair(photo: PhotoTruth, seen: Sequence[Sighting]) -> tuple[dict[str, Sighting], list[Sighting]]:
    """One-to-one by distance; and what is on no true lesion at all."""
    shown = [
        one for one in photo.lesions if one["status"] in (*THERE, "obscured") and one["longest_diameter_mm"]
    ]
    pairs: dict[str, Sighting] = {}
    scale = [float(photo.px_per_mm(np.array([[one["x"], one["y"]]], float))[0]) for one in shown]
    if shown and seen:
        cost = np.array(
            [
                [
                    np.hypot(one["x"] - other.xy[0], one["y"] - other.xy[1])
                    / (k * (REACH * one["longest_diameter_mm"] + REACH_MM))
                    for other in seen
                ]
                for one, k in zip(shown, scale, strict=True)
            ]
        )
        cost = np.nan_to_num(cost, nan=99.0)
        for i, j in zip(*linear_sum_assignment(np.minimum(cost, 2.0)), strict=True):
            if cost[i, j] <= 1:
                pairs[shown[i]["lesion"]] = seen[j]
    taken = {id(one) for one in pairs.values()}
    left = [one for one in seen if id(one) not in taken]
    if not left:
        return pairs, []
    middle = np.array([[photo.shape[1] / 2, photo.shape[0] / 2]])
    size = 2 * round(REACH_MM * float(photo.px_per_mm(middle)[0])) + 1
    lesion = (photo.mask("lesion") | photo.mask("ulcer")).astype(np.uint8)
    near = cv2.dilate(lesion, np.ones((size, size), np.uint8)) > 0
    return pairs, [one for one in left if not _at(near, one.xy)]


def _at(mask: np.ndarray[Any, Any], xy: tuple[float, float]) -> bool:
    column, row = round(xy[0]), round(xy[1])
    return 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1] and bool(mask[row, column])


def lesion_rows(truth: Truth, found: Found, matching: Matching) -> list[Row]:
    """One row for every true lesion and visit."""
    observations = found.tables["observations"]
    known = {
        (str(row["patient"]), str(row["lesion"]), str(row["visit"])): row
        for row in observations.astype(object).where(observations.notna(), None).to_dict("records")
    }
    rows = []
    last: dict[tuple[str, str, str], str] = {}
    for photo in sorted(truth.photos.values(), key=lambda photo: photo.day):
        for lesion in photo.lesions:
            place = (photo.patient, photo.site, lesion["lesion"])
            sighting = matching.at_visit.get((photo.photo, lesion["lesion"]))
            row: Row = {
                "patient": photo.patient,
                "tone": photo.tone,
                "photo": photo.photo,
                "day": photo.day,
                "lesion": lesion["lesion"],
                "status": lesion["status"],
                "there": lesion["status"] in THERE,
                "matched": sighting is not None,
                "switched": False,
            }
            if sighting is not None:
                row["switched"] = last.get(place, sighting.lesion) != sighting.lesion
                last[place] = sighting.lesion
                measured = known.get((photo.patient, sighting.lesion, photo.visit))
                row |= _sizes(lesion, measured)
            track = matching.of_true.get(place)
            claimed = known.get((photo.patient, track, photo.visit)) if track else None
            gone = claimed is not None and bool(claimed["evaluable"]) and claimed["status"] == "not_visible"
            exists = lesion["status"] != "not_visible"
            row |= {
                "exists": exists,
                "called_gone": gone,
                "claimed": claimed["status"] if claimed else None,
                "reason": claimed.get("reason") if claimed else None,
                "track": track,
            }
            rows.append(row)
    return rows


def _sizes(lesion: Row, measured: Row | None) -> Row:
    row: Row = {"evaluable": measured is not None and bool(measured["evaluable"])}
    if measured is None or not row["evaluable"] or lesion["status"] not in THERE:
        return row
    for name in SIZES:
        row[f"true_{name}"], row[name] = lesion[name], measured[name]
        row[f"{name}_sd"] = measured.get(f"{name}_sd")
    return row


def stray_rows(truth: Truth, found: Found, matching: Matching) -> list[Row]:
    """A row a photo: outlines on no lesion, those on naevi apart; candidates for new lesions that are not."""
    observations = found.tables["observations"]
    candidates = observations[observations["status"] == "new_candidate"]
    rows = {
        photo.photo: {"patient": photo.patient, "tone": photo.tone, "photo": photo.photo}
        | {"outlines": 0, "naevi": 0, "candidates": 0}
        for photo in truth.photos.values()
    }
    for photo, stray in matching.strays:
        size = 2 * round(float(photo.px_per_mm(np.array([stray.xy]))[0])) + 1
        near = cv2.dilate(photo.mask("naevus").astype(np.uint8), np.ones((size, size), np.uint8)) > 0
        rows[photo.photo]["naevi" if _at(near, stray.xy) else "outlines"] += 1
    first = {
        (photo.patient, one["lesion"]): photo.day
        for photo in sorted(truth.photos.values(), key=lambda photo: -photo.day)
        for one in photo.lesions
        if one["status"] == "new_candidate"
    }
    for row in candidates.to_dict("records"):
        lesion = matching.of_found.get((row["patient"], row["lesion"]))
        if row["study_day"] < first.get((row["patient"], lesion or ""), np.inf):
            rows[row["photo"]]["candidates"] += 1
    return list(rows.values())


def flag_rows(truth: Truth, found: Found, matching: Matching) -> list[Row]:
    """A row for every flag that a measurement without error raises first, and for every false one."""
    tones = {photo.patient: photo.tone for photo in truth.photos.values()}
    due = list(_flags(truth.tables["flags"], None))
    raised = list(_flags(found.tables["flags"], matching))
    rows = []
    for key in dict.fromkeys(key for key, _ in due):
        first = min(day for other, day in due if other == key)
        days = [day for other, day in raised if other == key and day >= first]
        delay = min(days) - first if days else None
        rows.append({"patient": key[0], "tone": tones[key[0]], "rule": key[1], "lesion": key[2], "due": True}
                    | {"day": first, "raised": bool(days), "delay": delay})  # fmt: skip
    for key, day in raised:
        late = key[1] in LASTING and any(other == key and when <= day for other, when in due)
        if (key, day) not in due and not late:
            rows.append({"patient": key[0], "tone": tones[key[0]], "rule": key[1], "lesion": key[2]}
                        | {"due": False, "day": day, "raised": True, "delay": None})  # fmt: skip
    return rows


def _flags(table: pd.DataFrame, matching: Matching | None) -> Iterator[tuple[tuple[str, str, str], int]]:
    for row in table.astype(object).where(table.notna(), None).to_dict("records"):
        lesion = str(row["lesion"] or "")
        if matching is not None and lesion:
            lesion = matching.of_found.get((str(row["patient"]), lesion), f"? {lesion}")
        yield (str(row["patient"]), str(row["rule"]), lesion), int(row["study_day"])  # type: ignore[call-overload]


def response_rows(truth: Truth, found: Found, matching: Matching) -> list[Row]:
    """A row for every response and word that the truth gives: lesion, patient, inflammation of the field."""
    tones = {photo.patient: photo.tone for photo in truth.photos.values()}
    rows = []
    own = _by(found.tables["lesion_responses"], ("patient", "lesion", "visit"), "response")
    for (patient, lesion, visit), right in _by(
        truth.tables["lesion_responses"], ("patient", "lesion", "visit"), "response"
    ).items():
        site = next(photo.site for photo in truth.photos.values() if photo.patient == patient)
        track = matching.of_true.get((patient, site, lesion), "")
        rows.append(_answer("lesion", patient, tones, lesion, visit, right, own.get((patient, track, visit))))
    for analysis in ANALYSES:
        keys = ("patient", "analysis", "visit")
        said = _by(found.tables["visit_responses"], keys, "response")
        for (patient, which, visit), right in _by(truth.tables["visit_responses"], keys, "response").items():
            if which == analysis:
                answer = said.get((patient, which, visit))
                rows.append(_answer(f"patient, {analysis}", patient, tones, "", visit, right, answer))
    words = _by(found.tables["observations"], ("patient", "site", "visit"), "inflammation")
    for (patient, site, visit), right in _by(
        truth.tables["observations"], ("patient", "site", "visit"), "inflammation"
    ).items():
        if right != "not_assessable":
            word = words.get((patient, site, visit))
            rows.append(_answer("inflammation", patient, tones, "", visit, right, word))
    return rows


def _by(table: pd.DataFrame, keys: tuple[str, str, str], column: str) -> dict[tuple[str, str, str], str]:
    plain = table[[*keys, column]].dropna()
    return {(str(a), str(b), str(c)): str(value) for a, b, c, value in plain.itertuples(index=False)}


def _answer(
    kind: str, patient: str, tones: Mapping[str, str], lesion: str, visit: str, right: str, said: str | None
) -> Row:
    return {
        "kind": kind,
        "patient": patient,
        "tone": tones[patient],
        "lesion": lesion,
        "visit": visit,
        "truth": right,
        "said": said,
        "answered": said is not None and said not in NO_ANSWER,
        "right": said == right,
    }
