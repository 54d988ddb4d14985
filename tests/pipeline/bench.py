"""A study of small photos, measured site by site without tables; and what a reader may say of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lesiontrack.arrays import AnyArray
from lesiontrack.colour import find_colour
from lesiontrack.corrections import (
    LesionPoint,
    MaskEdit,
    Place,
    RegistrationJudgement,
    SameLesion,
    Store,
    Value,
    Withdrawal,
)
from lesiontrack.photo import Photo, decode_photo
from lesiontrack.pipeline import join, prepare
from lesiontrack.pipeline.accounts import name_failures
from lesiontrack.pipeline.events import Called, called
from lesiontrack.pipeline.identities import Known, assign_ids
from lesiontrack.pipeline.record import SiteRecord
from lesiontrack.pipeline.site import process_site
from lesiontrack.pipeline.tasks import site_tasks
from lesiontrack.protocol import load_protocol
from lesiontrack.registration import PreparedPhoto, Registration
from lesiontrack.registration.model import refused
from lesiontrack.segmentation import Layer, Segmentation
from lesiontrack.segmentation.choice import ModelChoice
from lesiontrack.study import read_study

from ..corrections.drawing import png
from .plain import SIZE, Spot, encoded, picture, put

BIG, SMALL, THIRD = (60, 80, 22), (145, 55, 14), (120, 120, 10)
VISITS = ("2024-03-04", "2024-03-18", "2024-04-01")
SHAPE = SIZE[::-1]
Row = tuple[str, str | None, int | None]


def photo(*spots: Spot, seed: int = 1) -> bytes:
    return encoded(picture(spots, seed=seed), "JPEG", quality=95)


def by_darkness(photo: Photo) -> Segmentation:
    """Skin everywhere; dark is lesion."""
    dark = photo.pixels.astype(float).mean(2) < 120
    layers = {"skin": np.ones(dark.shape), "lesion": dark.astype(float)}
    found = {name: Layer.crop(plane.astype(np.float32)) for name, plane in layers.items()}
    return Segmentation(dark.shape, {n: layer for n, layer in found.items() if layer}, "by-darkness")


def one_frame(moving: PreparedPhoto, fixed: PreparedPhoto, *, same_site: bool) -> Registration:
    """As if the camera had not moved."""
    shape = fixed.segmentation.shape
    return Registration(True, "skin_texture", 0.9, np.eye(3), shape, shape, 0.5, "not asked here")


def no_frame(moving: PreparedPhoto, fixed: PreparedPhoto, *, same_site: bool) -> Registration:
    return refused(moving.segmentation.shape, fixed.segmentation.shape, "not asked here")


def plain_stages(patch: pytest.MonkeyPatch) -> None:
    """Photos are outlined by their darkness and taken to be of one frame; colour is not asked."""
    patch.setattr(ModelChoice, "load", lambda self: by_darkness)
    patch.setattr(join, "register", one_frame)
    unknown = find_colour(decode_photo(photo(SMALL)))
    patch.setattr(prepare, "find_colour", lambda photo: unknown)


@dataclass(frozen=True)
class Outcome:
    """`rows`: lesion → visit, status and longest diameter in px; `reasons` by lesion and visit."""

    rows: dict[str, list[Row]]
    reasons: dict[tuple[str, str], str]
    failures: list[str]
    records: list[SiteRecord]
    called: Called
    ids: dict[tuple[str, str, int], str]

    def sizes(self, lesion: str) -> list[int | None]:
        return [size for _, _, size in self.rows[lesion]]

    def photo(self, name: str) -> dict[str, Any]:
        return next(dict(p.row) for record in self.records for p in record.photos if p.photo == name)

    def key(self, site: str) -> str:
        return next(record.key for record in self.records if record.site == site)


@dataclass
class Bench:
    """A study and its results; `known` are the ids given so far, by results folder."""

    root: Path
    known: dict[str, tuple[Known, ...]] = field(default_factory=dict)

    def put(self, visit: str, *spots: Spot, site: str = "calf", seed: int = 1) -> None:
        content = photo(*spots, seed=seed) + f"{visit}/{site}".encode()  # no two files are alike
        put(self.root, f"study/PT1/{visit}/{site}.jpg", content)

    def write(self, name: str, text: str) -> None:
        (self.root / "study" / name).write_text(text)

    def path(self, visit: str, site: str = "calf") -> Path:
        return self.root / "study" / "PT1" / visit / f"{site}.jpg"

    def sha(self, visit: str, site: str = "calf") -> str:
        return hashlib.sha256(self.path(visit, site).read_bytes()).hexdigest()

    def say(self, value: Value) -> str:
        return Store(self.root / "study").add(value, by="Dr A").id

    def take_back(self, one: str) -> None:
        self.say(Withdrawal(of=one))

    def measure(self, results: str = "results") -> Outcome:
        study = read_study(self.root / "study")
        corrections = Store(study.root).read()
        known = self.known.get(results, ())
        tasks = site_tasks(
            study, load_protocol("response-only"), self.root / results, through="score",
            corrections=corrections, known=known,
        )  # fmt: skip
        records = [process_site(task) for task in tasks]
        days = {(p.code, v.label): v.study_day for p in study.patients for v in p.visits}
        ids, self.known[results] = assign_ids(records, days, known)
        outcome = Outcome({}, {}, [], records, called(records, ids), ids)
        for record in records:
            for index, track in enumerate(record.tracks):
                lesion = ids[record.patient, record.site, index]
                for sighting in track.sightings:
                    size = sighting.measures.get("longest_diameter_px")
                    status = sighting.measures["status"]
                    outcome.rows.setdefault(lesion, []).append(
                        (
                            sighting.visit,
                            str(status) if status else None,
                            round(float(size)) if size is not None else None,
                        )
                    )
                    outcome.reasons[lesion, sighting.visit] = str(sighting.measures.get("reason") or "")
        outcome.failures.extend(f.reason for f in name_failures(study.lesions, records, ids))
        return outcome

    def mask(self, visit: str, drawn: AnyArray) -> MaskEdit:
        """The lesions of a whole photo."""
        return MaskEdit(
            patient="PT1", site="calf", visit=visit, photo=f"PT1/{visit}/calf.jpg",
            photo_sha256=self.sha(visit), x=0, y=0, width=SIZE[0], height=SIZE[1],
            masks={"lesion": png(drawn)},
        )  # fmt: skip

    def point(self, visit: str, lesion: str, spot: Spot, seen: Iterable[Place] = ()) -> LesionPoint:
        return LesionPoint(
            patient="PT1", site="calf", visit=visit, photo_sha256=self.sha(visit), lesion=lesion,
            x=spot[0], y=spot[1], seen=tuple(seen),
        )  # fmt: skip

    def place(self, visit: str, spot: Spot) -> Place:
        return Place(visit=visit, photo_sha256=self.sha(visit), x=spot[0], y=spot[1])

    def same(self) -> SameLesion:
        """L03, which is at THIRD from the second visit on, is L01, which was at BIG before."""
        return SameLesion(
            patient="PT1", site="calf", lesion="L03", same_as="L01",
            places=tuple(self.place(visit, THIRD) for visit in VISITS[1:]),
            same_as_places=(self.place(VISITS[0], BIG),),
        )  # fmt: skip

    def rejection(self, visit: str, reference: str = VISITS[0], **more: Any) -> RegistrationJudgement:
        hashes = {"photo_sha256": self.sha(visit), "reference_sha256": self.sha(reference)}
        values = {"patient": "PT1", "site": "calf", "visit": visit, "accepted": False, **hashes, **more}
        return RegistrationJudgement(**values)
