"""A rendered study folder: photos as the folder convention names them, and the truth under `_truth/`."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import cv2
import numpy as np

from lesiontrack.errors import StudyError
from lesiontrack.phantom.cards import CardTruth
from lesiontrack.phantom.files import with_exif
from lesiontrack.phantom.render import RenderedPhoto, render_visit
from lesiontrack.phantom.spec import CameraSpec, PatientSpec, SiteSeries, StudySpec, VisitSpec
from lesiontrack.phantom.truth import LesionTruth
from lesiontrack.phantom.view import pixel_centres

TRUTH_VERSION = 1
MASK_BITS = {
    "skin": 1, "lesion": 2, "ulcer": 4, "obstruction": 8,
    "erythema": 16, "naevus": 32, "crust": 64, "hair": 128,
}  # fmt: skip

_GRID_PX = 16
_COLUMNS = (
    "patient", "site", "visit", "study_day", "photo", "lesion", "status", "area_mm2", "longest_diameter_mm",
    "ulcer_area_mm2", "visible_fraction", "merged_into", "x", "y", "field_delta_a", "px_per_mm", "blur_mm",
)  # fmt: skip


def patient_seed(seed: int, code: str) -> int:
    """The seed of one patient's skin, so that patients of a study don't share theirs."""
    return crc32(f"{seed}/{code}".encode())


def statuses(visits: Sequence[Sequence[LesionTruth]]) -> list[list[LesionTruth]]:
    """Truth of one site's visits in time order → the same, with what needs the visits before.

    A lesion first seen after the first visit is new_candidate there; one present again after not_visible is
    reappeared there, and one that is a region of its own again after merging is split there.
    """
    last: dict[str, str] = {}
    result: list[list[LesionTruth]] = []
    for index, lesions in enumerate(visits):
        current = []
        for lesion in lesions:
            before = last.get(lesion.name)
            status = lesion.status
            if status == "present" and before is None and index > 0:
                status = "new_candidate"
            elif status == "present" and before == "not_visible":
                status = "reappeared"
            elif status == "present" and before == "merged":
                status = "split"
            current.append(replace(lesion, status=status))
            if lesion.status in ("present", "not_visible", "merged"):
                last[lesion.name] = lesion.status
        result.append(current)
    return result


def render_study(
    spec: StudySpec, out: Path, *, masks: bool = True, on_photo: Callable[[str], None] | None = None
) -> None:
    """Write the study folder `out`; the same spec gives the same bytes.

    `_truth/` gets study.json (the spec), lesions.csv (a row per lesion and visit), a JSON file per photo and,
    with `masks`, a PNG per photo whose bits are MASK_BITS. `on_photo` is called with each photo's name.
    Raises StudyError where `out` exists and is not an empty folder.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise StudyError(f"{out} exists and is not an empty folder; name a new one (nothing is overwritten)")
    truth = out / "_truth"
    truth.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    for patient in spec.patients:
        for series in patient.sites:
            rows += _render_site(spec, patient, series, out, masks, on_photo)
    _swap(spec, out, rows)
    with (truth / "lesions.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    _write_json(truth / "study.json", {"truth_version": TRUTH_VERSION, "spec": told(spec)})
    (out / "study.toml").write_text(_study_toml(spec), encoding="utf-8")


def _swap(spec: StudySpec, out: Path, rows: list[dict[str, Any]]) -> None:
    """Exchange the files of the swapped photos, and the truth of what they show with them.

    Rows and documents keep patient, site and visit of the skin that is shown; `photo` tells where it lies.
    """
    for pair in spec.swapped:
        first, second = (f"{name}.jpg" for name in pair)
        for name in (first, second):
            if not (out / name).is_file():
                raise StudyError(f"swapped photo {name!r} is none of the study; name it PATIENT/VISIT/SITE")
        truths = [Path("_truth") / Path(name) for name in (first, second)]
        files = [(Path(first), Path(second))]
        files += [(truths[0].with_suffix(kind), truths[1].with_suffix(kind)) for kind in (".json", ".png")]
        for one, other in files:
            if (out / one).is_file():
                kept = (out / one).read_bytes()
                (out / one).write_bytes((out / other).read_bytes())
                (out / other).write_bytes(kept)
        places = {first: second, second: first}
        for row in rows:
            row["photo"] = places.get(row["photo"], row["photo"])
        for name in (first, second):
            path = (out / "_truth" / name).with_suffix(".json")
            _write_json(path, json.loads(path.read_text(encoding="utf-8")) | {"photo": name})


def told(spec: Any) -> Any:
    """A spec as plain values; what was added to the specs after version 1 is told only where it is used."""
    if is_dataclass(spec):
        return {
            one.name: told(getattr(spec, one.name))
            for one in fields(spec)
            if not one.metadata.get("later") or getattr(spec, one.name) != one.default
        }
    if isinstance(spec, (list, tuple)):
        return [told(one) for one in spec]
    return spec


def _render_site(
    spec: StudySpec,
    patient: PatientSpec,
    series: SiteSeries,
    out: Path,
    masks: bool,
    on_photo: Callable[[str], None] | None,
) -> list[dict[str, Any]]:
    seed = patient_seed(spec.seed, patient.code)
    days = [visit.day for visit in series.visits]
    if days != sorted(set(days)):
        raise StudyError(f"{patient.code} {series.site.name}: visit days {days} must rise, one photo a day")
    photos: list[tuple[str, str, VisitSpec, RenderedPhoto]] = []
    for visit in series.visits:
        when = patient.treatment_start + timedelta(days=visit.day)
        name = f"{patient.code}/{when.isoformat()}/{series.site.name}.jpg"
        if on_photo is not None:
            on_photo(name)
        photo = render_visit(series.site, visit, seed=seed)
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(with_exif(photo.jpeg, when, visit.exif_orientation))
        if masks:
            target = out / "_truth" / patient.code / when.isoformat() / f"{series.site.name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(target), mask_bits(photo), [cv2.IMWRITE_PNG_COMPRESSION, 9])
        # Pixels and masks are let go of here: a long series must not fill the memory.
        photos.append((name, when.isoformat(), visit, _without_pixels(photo)))
    rows: list[dict[str, Any]] = []
    seen = statuses([photo.lesions for *_, photo in photos])
    for (name, label, visit, photo), lesions in zip(photos, seen, strict=True):
        centre = (np.array([[photo.pixels.shape[1] - 1, photo.pixels.shape[0] - 1]]) / 2).astype(np.float64)
        common = {
            "patient": patient.code,
            "site": series.site.name,
            "visit": label,
            "study_day": visit.day,
            "photo": name,
            "field_delta_a": _rounded(photo.field_delta_a, 3),
            "px_per_mm": _rounded(float(photo.px_per_mm_at(centre)[0]), 4),
            "blur_mm": _rounded(_blur_mm(visit.camera), 4),
        }
        rows += [{**common, **_lesion_row(lesion)} for lesion in lesions]
        document = {
            "truth_version": TRUTH_VERSION,
            **common,
            "width": photo.pixels.shape[1],
            "height": photo.pixels.shape[0],
            "pixels_to_site_mm": photo.to_site.tolist(),
            "ruler_ticks_px": np.round(photo.ruler_ticks, 2).tolist(),
            "lesions": [_lesion_row(lesion) for lesion in lesions],
        }
        if photo.view.radius_mm is not None:
            document |= _round_site(photo)
        if photo.cards:
            document["cards"] = [_card(card) for card in photo.cards]
        _write_json(out / "_truth" / Path(name).with_suffix(".json"), document)
    return rows


def _blur_mm(camera: CameraSpec) -> float:
    """Standard deviation of focal and motion blur together, on the skin."""
    return float(np.hypot(camera.blur_px, camera.motion_px / np.sqrt(12)) / camera.px_per_mm)


def _without_pixels(photo: RenderedPhoto) -> RenderedPhoto:
    height, width = photo.pixels.shape[:2]
    blank = np.broadcast_to(np.zeros(3, np.uint8), (height, width, 3))
    nothing = np.broadcast_to(np.zeros((), np.float32), (height, width))
    nowhere = np.broadcast_to(np.zeros((), np.bool_), (height, width))
    return replace(photo, pixels=blank, jpeg=b"", masks={}, lesion_masks={}, delta_a=nothing, treated=nowhere)


def _lesion_row(lesion: LesionTruth) -> dict[str, Any]:
    return {
        "lesion": lesion.name,
        "status": lesion.status,
        "area_mm2": _rounded(lesion.area_mm2, 3),
        "longest_diameter_mm": _rounded(lesion.longest_diameter_mm, 3),
        "ulcer_area_mm2": _rounded(lesion.ulcer_area_mm2, 3),
        "visible_fraction": _rounded(lesion.visible_fraction, 3),
        "merged_into": lesion.merged_into,
        "x": _rounded(lesion.centre_px[0], 2),
        "y": _rounded(lesion.centre_px[1], 2),
    }


def _round_site(photo: RenderedPhoto) -> dict[str, Any]:
    """On a round limb no matrix tells the map: a grid of pixels with their site mm, null beside the limb."""
    height, width = photo.pixels.shape[:2]
    grid = pixel_centres((height // _GRID_PX + 1, width // _GRID_PX + 1)) * _GRID_PX
    site, skin = photo.view.to_site(grid)
    shown = [point.tolist() if on else None for point, on in zip(np.round(site, 3), skin, strict=True)]
    return {
        "limb_radius_mm": photo.view.radius_mm,
        "site_mm_every_px": _GRID_PX,
        "site_mm_columns": width // _GRID_PX + 1,
        "site_mm": shown,
    }


def _card(card: CardTruth) -> dict[str, Any]:
    return {
        "kind": card.kind,
        "corners_px": np.round(card.corners_px, 2).tolist(),
        "squares_px": np.round(card.squares_px, 2).tolist(),
        "side_mm": card.side_mm,
        "patches_linear_srgb": np.round(card.linear, 5).tolist(),
    }


def mask_bits(photo: RenderedPhoto) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """(H, W) uint8 with a bit per class, after MASK_BITS."""
    bits = np.zeros(photo.pixels.shape[:2], np.uint8)
    for name, bit in MASK_BITS.items():
        bits |= photo.masks[name].astype(np.uint8) * np.uint8(bit)
    return bits


def _study_toml(spec: StudySpec) -> str:
    starts = "".join(f"{patient.code} = {patient.treatment_start}\n" for patient in spec.patients)
    return (
        f"title = {json.dumps(spec.title, ensure_ascii=False)}\n"
        f"protocol = {json.dumps(spec.protocol)}\n\n[treatment_start]\n{starts}"
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _write_json(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, default=str) + "\n", encoding="utf-8")
