"""A study with pictures whose every pixel tells where it is, and results that keep masks of them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image
from waitress.server import create_server

from lesiontrack.arrays import Mask, Pixels
from lesiontrack.corrections import Store
from lesiontrack.pipeline.keptmasks import keep_masks
from lesiontrack.pipeline.pictures import overview_factor
from lesiontrack.pipeline.record import Picture, RegistrationRecord, dump
from lesiontrack.pipeline.siteindex import read_site, read_site_index
from lesiontrack.registration import Registration
from lesiontrack.results import ResultsFolder
from lesiontrack.review import ReviewState, create_app
from lesiontrack.segmentation import Layer, Segmentation
from lesiontrack.study.names import slug
from lesiontrack.tables import frame, records
from tests.report.made_results import Plan, make_results
from tests.review.conftest import TOKEN, finish

FIRST, LATER = "2024-03-04", "2024-03-18"
SHAPES = {FIRST: (200, 300), LATER: (320, 240)}
"""(H, W) upright; the later photo is kept turned, with an EXIF orientation."""
CENTRES = {FIRST: (120.0, 90.0), LATER: (100.0, 170.0)}
RADIUS = 30
SHIFT = (20.0, -80.0)
"""Of a place from the later photo to the first."""


@dataclass(frozen=True)
class Pictured:
    study: Path
    results: ResultsFolder
    sha256: dict[str, str]
    plan: Plan
    shapes: dict[str, tuple[int, int]] = field(default_factory=lambda: dict(SHAPES))

    @property
    def store(self) -> Store:
        return Store(self.study)

    def values(self, kind: str) -> list[Any]:
        """What the store holds of a kind, oldest first."""
        return [e.value for e in self.store.read().entries if e.value.kind == kind]

    def site_url(self, visit: str) -> str:
        return f"/site/{slug(self.plan.patients[0])}/{slug(self.plan.site)}/{visit}"

    def state(self) -> ReviewState:
        return ReviewState(self.study, results=self.results, reader="Dr Test")


def telling(shape: tuple[int, int]) -> Pixels:
    """Red tells the column, green the row, both 0..250 over the photo; blue is 128."""
    height, width = shape
    pixels = np.full((height, width, 3), 128, np.uint8)
    pixels[:, :, 0] = np.round(250 * np.arange(width) / (width - 1)).astype(np.uint8)
    pixels[:, :, 1] = np.round(250 * np.arange(height) / (height - 1)).astype(np.uint8)[:, None]
    return pixels


def disc(shape: tuple[int, int], centre: tuple[float, float], radius: float) -> Mask:
    y, x = np.mgrid[: shape[0], : shape[1]]
    inside: Mask = np.hypot(x - centre[0], y - centre[1]) <= radius
    return inside


def pictured(folder: Path, plan: Plan | None = None) -> Pictured:
    plan = plan or Plan(lesions=("L01", "L02"), visits={FIRST: 0, LATER: 14}, flagged=False)
    results = make_results(folder / "results", plan)
    study = folder / "study"
    rows = records(results.read_table("photos"))
    digests = {}
    for row in rows:
        visit = row["visit"]
        path = study / row["photo"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_file(visit))
        digests[visit] = hashlib.sha256(path.read_bytes()).hexdigest()
        row |= {"sha256": digests[visit], "height": SHAPES[visit][0], "width": SHAPES[visit][1]}
        row |= {"px_per_mm": 10.0, "reference_photo": rows[0]["photo"]}
    results.write_table("photos", frame("photos", rows))
    _records(results, digests)
    finish(results)
    return Pictured(study, results, digests, plan)


def _file(visit: str) -> bytes:
    """The first photo as PNG, the later one as a JPEG that is to be turned by a quarter."""
    upright = Image.fromarray(telling(SHAPES[visit]))
    buffer = BytesIO()
    if visit == FIRST:
        upright.save(buffer, "PNG")
        return buffer.getvalue()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera of nobody"
    upright.transpose(Image.Transpose.ROTATE_90).save(buffer, "JPEG", quality=97, exif=exif)
    return buffer.getvalue()


def _records(results: ResultsFolder, digests: dict[str, str]) -> None:
    for entry in read_site_index(results):
        record = read_site(results, entry)
        folder = results.root / entry.folder
        photos = tuple(
            replace(
                photo,
                overview=_overview(photo.overview, photo.visit),
                masks=keep_masks(segmentation(photo.visit), photo.photo, folder),
                registration=_registration(photo.visit),
            )
            for photo in record.photos
        )
        tracks = tuple(
            replace(
                track,
                sightings=tuple(
                    replace(
                        s, photo_sha256=digests[s.visit], photo_xy=_place(index, s.visit), radius_px=RADIUS
                    )
                    for s in track.sightings
                ),
            )
            for index, track in enumerate(record.tracks)
        )
        (folder / "site.json").write_bytes(dump(replace(record, photos=photos, tracks=tracks)))


def _place(index: int, visit: str) -> tuple[float, float] | None:
    """The second lesion was found at the first visit only, away from the first one."""
    x, y = CENTRES[visit]
    if index == 0:
        return x, y
    return (x + 80, y + 40) if visit == FIRST else None


def segmentation(visit: str) -> Segmentation:
    """A round lesion and skin all over."""
    shape = SHAPES[visit]
    lesion = Layer.crop(disc(shape, CENTRES[visit], RADIUS).astype(np.float32))
    assert lesion is not None
    return Segmentation(shape, {"lesion": lesion, "skin": Layer(0, 0, np.full(shape, 255, np.uint8))})


def _overview(picture: Picture | None, visit: str) -> Picture | None:
    assert picture is not None
    height, width = SHAPES[visit]
    factor = overview_factor((height, width))
    return replace(picture, width=round(width * factor), height=round(height * factor))


def _registration(visit: str) -> RegistrationRecord:
    matrix = np.eye(3)
    if visit == LATER:
        matrix[:2, 2] = SHIFT
    method = "identity" if visit == FIRST else "skin_texture"
    return RegistrationRecord.of(
        Registration(True, method, 0.9, matrix, SHAPES[visit], SHAPES[FIRST], 3.0, "made by hand")
    )


@contextmanager
def served(one: Pictured) -> Iterator[str]:
    """The address of a server in a thread of this process, without a path; its first page is /?token=…"""
    import socket

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = create_server(create_app(one.state(), token=TOKEN, port=port), sockets=[listening], threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.task_dispatcher.shutdown()
        server.close()


class Opened:
    """A browser's page that holds the token; `errors` are what it complained of, dialogs included."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.address = address
        self.errors: list[str] = []
        page.on("console", lambda m: self.errors.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(f"{address}/?token={TOKEN}")

    def go(self, path: str) -> Any:
        self.page.goto(self.address + path)
        return self.page


def opened(chromium: Any, address: str, **options: Any) -> Opened:
    return Opened(chromium.new_page(viewport={"width": 1000, "height": 800}, **options), address)


def bright(data: bytes) -> Mask:
    """A PNG's brighter half."""
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert decoded is not None
    mask: Mask = decoded > 127
    return mask


def beyond(found: Mask, expected: Mask, tolerance: float = 1.0) -> int:
    """Pixels in which two masks differ further from the expected outline than `tolerance`."""
    inner = cv2.distanceTransform(expected.astype(np.uint8), cv2.DIST_L2, 5)
    outer = cv2.distanceTransform((~expected).astype(np.uint8), cv2.DIST_L2, 5)
    return int(((found != expected) & (np.maximum(inner, outer) > tolerance + 0.5)).sum())
