"""Tracks of a site → records: sizes, redness against a reference, a crop of every lesion at every visit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lesiontrack.arrays import Mask, Matrix
from lesiontrack.measurement import Lesion
from lesiontrack.pipeline import pictures
from lesiontrack.pipeline.prepare import Prepared
from lesiontrack.pipeline.record import Picture, SightingRecord, TrackRecord, Value, plain
from lesiontrack.redness import BASELINE, FIRST_PHOTO, NOTHING_BEFORE, Redness, View, measure_redness
from lesiontrack.registration import Registration
from lesiontrack.tracking import Sighting, Track

SIZES = (
    "area_px", "area_px_sd", "area_mm2", "area_mm2_sd",
    "longest_diameter_px", "longest_diameter_px_sd", "longest_diameter_mm", "longest_diameter_mm_sd",
    "perpendicular_diameter_px", "perpendicular_diameter_mm",
    "ulcer_area_px", "ulcer_area_px_sd", "ulcer_area_mm2", "ulcer_area_mm2_sd",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Series:
    """A site's photos in time order with their maps into the reference photo's frame.

    `from_treatment`: day 0 is the treatment start, not the first visit.
    """

    photos: Sequence[Prepared]
    reference: Prepared
    registrations: Mapping[str, Registration]
    days: Mapping[str, int]
    from_treatment: bool = True


def score_tracks(
    tracks: Sequence[Track],
    series: Series,
    *,
    margin_mm: float | None,
    folder: Path,
    joined: Sequence[tuple[str, str]] = (),
) -> tuple[TrackRecord, ...]:
    """One record a track, with a sighting for each visit of the series from its first on.

    `joined`: ids that a reader joined to another one, each with that one.
    """
    redness = _redness_of_visits(tracks, series, margin_mm)
    return tuple(
        TrackRecord(
            track.name,
            tuple(_sightings(index, track, series, redness, folder)),
            track.also,
            tuple(sorted(lesion for lesion, other in joined if other in (track.name, *track.also))),
        )
        for index, track in enumerate(tracks)
    )


def _sightings(
    index: int, track: Track, series: Series, redness: Mapping[str, Redness], folder: Path
) -> Iterator[SightingRecord]:
    seen = {sighting.visit: sighting for sighting in track.sightings}
    first = min(series.days[visit] for visit in seen)
    frame = _crop_frame(track, series.reference)
    for p in series.photos:
        visit = p.entry.visit
        if series.days[visit] < first:
            continue
        sighting = seen.get(visit) or _not_looked_at(p)
        to_crop = _to_crop(p, sighting, track, series, frame)
        yield SightingRecord(
            visit=visit,
            photo=p.entry.relative,
            photo_sha256=p.photo.sha256,
            measures={
                "status": sighting.status or None,
                "evaluable": sighting.evaluable,
                "reason": sighting.reason or sighting.evidence,
                **_sizes(sighting, scaled=p.found.scale is not None),
                **_colours(redness.get(visit), index),
            },
            photo_xy=sighting.position,
            radius_px=_radius(track),
            position=_in_overview(p, sighting),
            merged_into=sighting.merged_into,
            crop=_crop(p, sighting, to_crop, f"{p.entry.relative}#{index}", folder) if to_crop else None,
        )


def _not_looked_at(p: Prepared) -> Sighting:
    return Sighting(p.entry.visit, "", None, None, False, f"photo not evaluable: {p.quality.advice}")


def _in_overview(p: Prepared, sighting: Sighting) -> tuple[float, float] | None:
    if sighting.position is None:
        return None
    factor = pictures.overview_factor(p.found.segmentation.shape)
    return round(sighting.position[0] * factor, 1), round(sighting.position[1] * factor, 1)


def _sizes(sighting: Sighting, *, scaled: bool) -> dict[str, Value]:
    if not sighting.evaluable:
        return {}
    if sighting.lesion is not None:
        return {name: plain(getattr(sighting.lesion, name)) for name in SIZES}
    if sighting.status == "not_visible":
        return {name: 0.0 for name in SIZES if not name.endswith("_sd") and (scaled or "_px" in name)}
    return {}


def _colours(redness: Redness | None, index: int) -> dict[str, Value]:
    if redness is None:
        return {}
    values: dict[str, Value] = {
        "erythema_reference": redness.reference or None,
        "field_fraction": plain(redness.field_fraction),
        "inflammation_note": redness.reason or None,
    }
    own = redness.lesions[index]
    if own is not None:
        values |= {
            "delta_a": plain(own.delta_a),
            "delta_a_sd": plain(own.delta_a_sd),
            "ita_deg": plain(own.ita_deg),
        }
    if redness.field is not None:
        values |= {
            "field_delta_a": plain(redness.field.delta_a),
            "field_delta_a_sd": plain(redness.field.delta_a_sd),
            "ita_deg": plain(redness.field.ita_deg),
        }
    return values


def _redness_of_visits(
    tracks: Sequence[Track], series: Series, margin_mm: float | None
) -> dict[str, Redness]:
    views: dict[str, View] = {}
    masks: dict[str, tuple[Mask | None, ...]] = {}
    for p in series.photos:
        scale = p.found.scale
        if p.quality.verdict == "not_evaluable" or scale is None:
            continue
        visit = p.entry.visit
        at_visit = [next((s for s in track.sightings if s.visit == visit), None) for track in tracks]
        shape = p.found.segmentation.shape
        masks[visit] = tuple(
            whole_mask(s.lesion, shape) if s is not None and s.lesion is not None and s.evaluable else None
            for s in at_visit
        )
        places = p.found.segmentation.mask("lesion") | p.found.segmentation.mask("ulcer")
        for track, sighting in zip(tracks, at_visit, strict=True):
            if sighting is not None and sighting.position is not None:
                places |= _disc(sighting.position, _radius(track), shape)
        views[visit] = View(p.photo, p.colour, p.found.segmentation, places, scale.px_per_mm)
    baseline = _baseline_visit(series)
    return {
        visit: measure_redness(
            view,
            masks[visit],
            margin_mm=margin_mm,
            baseline=views.get(baseline) if baseline is not None and visit != baseline else None,
            registration=series.registrations.get(visit),
            is_baseline=visit == baseline,
            baseline_name=BASELINE if series.from_treatment else FIRST_PHOTO,
            no_baseline=_why_no_baseline(series),
        )
        for visit, view in views.items()
    }


def _baseline_visit(series: Series) -> str | None:
    """The reference photo's visit where it is of day 0 or before: later skin may be inflamed by treatment."""
    visit = series.reference.entry.visit
    return visit if series.days[visit] <= 0 else None


def _why_no_baseline(series: Series) -> str:
    if _baseline_visit(series) is None:
        return NOTHING_BEFORE if series.from_treatment else "no usable first photo to compare with"
    if series.reference.quality.verdict == "not_evaluable":
        return "the baseline photo is not evaluable"
    return "the baseline photo has no scale"


def whole_mask(lesion: Lesion, shape: tuple[int, int]) -> Mask:
    """(H, W) bool of the photo, from the lesion's crop."""
    mask = np.zeros(shape, bool)
    x, y = lesion.offset
    height, width = lesion.mask.shape
    mask[y : y + height, x : x + width] = lesion.mask
    return mask


def _disc(centre: tuple[float, float], radius: float, shape: tuple[int, int]) -> Mask:
    mask = np.zeros(shape, np.uint8)
    cv2.circle(mask, (round(centre[0]), round(centre[1])), max(1, round(radius)), 1, -1)
    return mask.astype(bool)


def _radius(track: Track) -> float:
    """Of the largest outline that the track ever had, in that photo's pixels."""
    areas = [s.lesion.area_px for s in track.sightings if s.lesion is not None]
    return math.sqrt(max(areas) / math.pi) if areas else 0.0


@dataclass(frozen=True)
class _CropFrame:
    """What the crops of one track share: side in reference pixels, and px/mm where that is known."""

    side_px: float
    px_per_mm: float | None


@dataclass(frozen=True, eq=False)
class _ToCrop:
    matrix: Matrix
    px_per_mm: float | None
    aligned: bool


def _crop_frame(track: Track, reference: Prepared) -> _CropFrame:
    scale = reference.found.scale
    lesions = [s.lesion for s in track.sightings if s.lesion is not None]
    known = [lesion.longest_diameter_mm for lesion in lesions if lesion.longest_diameter_mm is not None]
    if scale is not None and known:
        side_mm = max(pictures.MIN_CROP_MM, pictures.MARGIN * max(known))
        return _CropFrame(side_mm * scale.px_per_mm, pictures.CROP_PX / side_mm)
    longest = max((lesion.longest_diameter_px for lesion in lesions), default=0.0)
    short = min(reference.found.segmentation.shape)
    return _CropFrame(max(pictures.MARGIN * longest, pictures.UNSCALED_SHARE * short), None)


def _to_crop(
    p: Prepared, sighting: Sighting, track: Track, series: Series, frame: _CropFrame
) -> _ToCrop | None:
    """Aligned with the reference frame where skin is aligned, else upright at the same scale."""
    registration = series.registrations.get(p.entry.visit)
    if registration is not None and registration.aligns_skin and track.reference_xy is not None:
        matrix = pictures.window(track.reference_xy, frame.side_px) @ registration.matrix
        return _ToCrop(matrix, frame.px_per_mm, True)
    if sighting.position is None:
        return None
    here, there = p.found.scale, series.reference.found.scale
    ratio = here.at(sighting.position) / there.px_per_mm if here and there else 1.0
    matrix = pictures.window(sighting.position, frame.side_px * ratio)
    return _ToCrop(matrix, frame.px_per_mm if here else None, False)


def _crop(p: Prepared, sighting: Sighting, to_crop: _ToCrop, file_stem: str, folder: Path) -> Picture:
    outlines: dict[str, tuple[Mask, tuple[int, int]]] = {}
    if sighting.lesion is not None:
        outlines["lesion"] = (sighting.lesion.mask, sighting.lesion.offset)
        if sighting.lesion.ulcer.any():
            outlines["ulcer"] = (sighting.lesion.ulcer, sighting.lesion.offset)
    hidden = p.found.segmentation.layers.get("obstruction")
    if hidden is not None:
        seen, offset = pictures.in_view(hidden, to_crop.matrix)
        if seen.any():
            outlines["obstruction"] = (seen, offset)
    return pictures.crop(
        p.photo.pixels,
        to_crop.matrix,
        outlines=outlines,
        colour=p.colour,
        file_stem=file_stem,
        px_per_mm=to_crop.px_per_mm,
        aligned=to_crop.aligned,
        folder=folder,
    )
