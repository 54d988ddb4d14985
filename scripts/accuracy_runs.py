"""Renders a benchmark study, runs lesiontrack on the folder as a user would, and keeps what it saw."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd
from accuracy_seen import BITS, Found, Seen, Sighting, read_seen, write_masks, write_seen
from accuracy_studies import DAYS, SIZE, benchmark_study, other_sites

import lesiontrack
from lesiontrack.phantom import StudySpec, render_study
from lesiontrack.phantom.study import told
from lesiontrack.pipeline import run, site
from lesiontrack.pipeline.prepare import Prepared
from lesiontrack.pipeline.siteindex import read_site, read_site_index
from lesiontrack.registration import Registration
from lesiontrack.results import ResultsFolder
from lesiontrack.segmentation.choice import choose_model

TABLES = ("observations", "flags", "lesion_responses", "visit_responses")
SEEN_STATUS = ("present", "new_candidate", "reappeared", "split")
NEAR_PX = 8
# What doesn't change a run's numbers: a change there leaves kept results valid.
_NOT_MEASURING = ("phantom", "training", "report", "cli", "export", "intake")


def render(
    level: str, number: int, out: Path, *, visits: int = len(DAYS), size: tuple[int, int] = SIZE
) -> None:
    """`out`/study, and `out`/other with the same patients' skin elsewhere; kept where nothing changed."""
    spec, others = (
        benchmark_study(level, number, visits=visits, size=size),
        other_sites(level, number, size=size),
    )
    key = _digest(_sources(only=("phantom",)), json.dumps(told((spec, others)), default=str))
    if _stamp(out / "rendered.txt") == key:
        return
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    render_study(spec, out / "study")
    render_study(others, out / "other", masks=False)
    _swap(spec, others, out)
    (out / "rendered.txt").write_text(key)


def _swap(spec: StudySpec, others: StudySpec, out: Path) -> None:
    """`out`/swaps: each patient's first photo, then another patient's, then one of their own other site."""
    names = {patient.code: _photos(out / "study", patient.code) for patient in spec.patients}
    for index, patient in enumerate(spec.patients):
        stranger = spec.patients[(index + 1) % len(spec.patients)].code
        own = names[patient.code]
        photos = [own[0], names[stranger][min(1, len(names[stranger]) - 1)]]
        sources = [*(out / "study" / name for name in photos), *_files(out / "other" / patient.code)]
        for source, day in zip(sources, (0, 7, 14), strict=True):
            visit = "day000" if day == 0 else f"day{day:03d}"
            target = out / "swaps" / patient.code / visit / f"{Path(own[0]).name}"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    shutil.copy2(out / "study" / "study.toml", out / "swaps" / "study.toml")


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.jpg"))


def _photos(study: Path, patient: str) -> list[str]:
    return [path.relative_to(study).as_posix() for path in _files(study / patient)]


def run_lesiontrack(
    out: Path,
    *,
    model: str | None = None,
    fresh: bool = False,
    kept: bool = False,
    swaps: bool = True,
) -> None:
    """`out`/results as `lesiontrack run` makes them, and `out`/seen with the masks and maps of that run.

    With `swaps`, also `out`/swap-results. Nothing is done where nothing changed; `fresh` runs all the same,
    and `kept` keeps what other code made.
    """
    chosen = choose_model(model)
    key = _digest(_stamp(out / "rendered.txt"), _sources(without=_NOT_MEASURING), chosen.id, chosen.sha256)
    before = _stamp(out / "ran.txt")
    if not fresh and before and (kept or before == key):
        return
    for name in ("results", "swap-results", "seen"):
        shutil.rmtree(out / name, ignore_errors=True)
    (out / "seen").mkdir()
    seen: list[Seen] = []
    with _recorded(out / "seen", seen):
        run(out / "study", out / "results", model=model, jobs=1)
    write_seen(out / "seen", seen)
    if swaps:
        run(out / "swaps", out / "swap-results", model=model, jobs=1, through="register")
    (out / "ran.txt").write_text(key)


@contextmanager
def _recorded(folder: Path, seen: list[Seen]) -> Iterator[None]:
    """Results keep no masks and no maps: take them from the run itself, where visits are joined."""
    join = site.join_visits

    def watched(prepared: Sequence[Prepared], reference: Prepared, *told: Any) -> dict[str, Registration]:
        joined = join(prepared, reference, *told)
        for p in prepared:
            path = folder / f"{p.entry.relative.replace('/', '_')}.png"
            write_masks(path, {name: p.found.segmentation.mask(name) for name in BITS})
            how = joined[p.entry.visit]
            seen.append(
                Seen(
                    p.entry.relative, p.quality.verdict != "not_evaluable", p.found.scale,
                    reference.entry.relative, how.accepted, how.aligns_skin, how.method, how.matrix, path,
                )
            )  # fmt: skip
        return joined

    with patch.object(site, "join_visits", watched):
        yield


def read_found(out: Path) -> Found:
    """What run_lesiontrack left."""
    results = ResultsFolder(out / "results")
    tables = {name: results.read_table(name) for name in TABLES}
    seen = read_seen(out / "seen")
    return Found(seen, _sightings(results, seen), tables, _swaps(out))


def _sightings(results: ResultsFolder, photos: Mapping[str, Seen]) -> list[Sighting]:
    found = []
    for entry in read_site_index(results):
        for lesion, track in zip(entry.lesions, read_site(results, entry).tracks, strict=True):
            for one in track.sightings:
                if one.photo_xy is not None:
                    status = one.measures.get("status")
                    seen = status in SEEN_STATUS or (not status and _drawn(photos[one.photo], one.photo_xy))
                    found.append(
                        Sighting(entry.patient, entry.site, lesion, one.visit, one.photo, one.photo_xy, seen)
                    )
    return found


def _drawn(seen: Seen, xy: tuple[float, float]) -> bool:
    """Whether there is an outline where a lesion without a status is said to be."""
    mask = seen.mask("lesion") | seen.mask("ulcer")
    x, y = (max(0, round(value)) for value in xy)
    reach = NEAR_PX
    return bool(mask[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1].any())


def _swaps(out: Path) -> list[Mapping[str, Any]]:
    if not (out / "swap-results").is_dir():
        return []
    photos = ResultsFolder(out / "swap-results").read_table("photos")
    rows = []
    for photo in photos.to_dict("records"):
        if photo["study_day"] == 0:
            continue
        joined = bool(photo["registered"]) if pd.notna(photo["registered"]) else False
        method = str(photo["registration_method"])
        rows.append(
            {
                "patient": photo["patient"],
                "kind": "patient" if photo["study_day"] == 7 else "site",
                "joined": joined,
                "aligned": joined and method != "lesion_position",
                "method": method,
                "notes": str(photo["notes"]),
            }
        )
    return rows


def swap_pairs(out: Path) -> list[tuple[str, str, Path, Path]]:
    """(patient, kind, swapped photo, the photo that it would be joined to)."""
    pairs = []
    for patient in sorted(path for path in (out / "swaps").iterdir() if path.is_dir()):
        first, stranger, other = _files(patient)
        pairs += [(patient.name, "patient", stranger, first), (patient.name, "site", other, first)]
    return pairs


def _sources(only: Sequence[str] = (), without: Sequence[str] = ()) -> str:
    root = Path(lesiontrack.__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.toml")]):
        part = path.relative_to(root).parts[0]
        if (only and part not in only) or part in without:
            continue
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _stamp(path: Path) -> str:
    return path.read_text() if path.is_file() else ""
