"""The stages in order for one site of one patient: the unit that is cached, resumed and distributed."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import lesiontrack
from lesiontrack.corrections.masks import DrawnMask
from lesiontrack.corrections.placed import Rejection
from lesiontrack.pipeline import pictures
from lesiontrack.pipeline.join import choose_reference, join_visits
from lesiontrack.pipeline.keptmasks import keep_masks
from lesiontrack.pipeline.prepare import PassingFailure, Prepared, prepare
from lesiontrack.pipeline.record import PhotoRecord, RegistrationRecord, SiteRecord, TrackRecord, dump, load
from lesiontrack.pipeline.rows import acquisition_row, photo_row
from lesiontrack.pipeline.score import Series, score_tracks
from lesiontrack.quality import VERDICTS
from lesiontrack.registration import Registration
from lesiontrack.results import ResultsFolder
from lesiontrack.segmentation.choice import BY_COLOUR, ModelChoice
from lesiontrack.study.model import Failure, Landmark, PhotoEntry
from lesiontrack.tracking import Removal, Seed, SiteVisit, join_regions, track_site

log = logging.getLogger(__name__)

STAGES = ("segment", "register", "score")
RECORD = "site.json"


@dataclass(frozen=True)
class SiteTask:
    """All that one site's results depend on, but for the photos' bytes; plain values that travel to a worker.

    `folder` is the site's folder below RESULTS/sites; `days` maps visit labels to study days; `quality` holds
    the protocol's thresholds; `day_zero` says what days count from, as in Patient; `through` is the last
    stage to run, one of STAGES; `model` draws the outlines. `drawn`, `rejections` and `joined` are readers'
    corrections, as some seeds and landmarks are; `joined` are (lesion id, the id that it is).
    """

    results: str
    folder: str
    patient: str
    site: str
    photos: tuple[PhotoEntry, ...]
    days: Mapping[str, int]
    seeds: tuple[Seed, ...] = ()
    removals: tuple[Removal, ...] = ()
    landmarks: tuple[Landmark, ...] = ()
    drawn: tuple[DrawnMask, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    joined: tuple[tuple[str, str], ...] = ()
    margin_mm: float | None = None
    day_zero: str = "treatment_start"
    quality: Mapping[str, float] = field(default_factory=dict)
    through: str = "score"
    model: ModelChoice = BY_COLOUR

    @property
    def name(self) -> str:
        return f"{self.patient}/{self.site}"


def process_site(task: SiteTask) -> SiteRecord:
    """The site's record: from the results folder where its key is unchanged, else made and kept there.

    Raises ResultsError where it can't be kept.
    """
    results = ResultsFolder(task.results)
    digests = {photo.relative: file_digest(photo.path) for photo in task.photos}
    key = site_key(task, digests)
    target = Path("sites") / task.folder / key[:16]
    kept = _kept(results.root / target, task.name)
    if kept is not None:
        log.info("%s: kept from an earlier run", task.name)
        return kept
    results.discard(target)

    def fill(folder: Path) -> None:
        record = measure_site(task, key, folder)
        changed = any(photo.row["sha256"] != digests[photo.photo] for photo in record.photos)
        (folder / RECORD).write_bytes(dump(replace(record, again=record.again or changed)))

    return load(results.write_folder(target, fill) / RECORD)


def _kept(folder: Path, name: str) -> SiteRecord | None:
    """The record of an earlier run, if it is whole and may stand."""
    if not folder.is_dir():
        return None
    try:
        record = load(folder / RECORD)
    except (OSError, ValueError):
        log.warning("%s: the kept record is damaged and is made again", name)
        return None
    if not all((folder / file).is_file() for file in record.files()):
        log.warning("%s: files of the kept record are missing; it is made again", name)
        return None
    return None if record.again else record


def site_key(task: SiteTask, digests: Mapping[str, str]) -> str:
    """Hash of the photos' bytes and of every option and table row that the site depends on."""
    plain = asdict(task)
    for name in ("results", "folder"):
        del plain[name]
    for photo in plain["photos"]:
        photo["path"] = digests[photo["relative"]]
    plain["model"] = [task.model.id, task.model.sha256]
    plain["version"] = lesiontrack.__version__
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def measure_site(task: SiteTask, key: str, folder: Path) -> SiteRecord:
    """Run the stages; pictures go into `folder`."""
    model = task.model.load()
    results = [prepare(entry, task.quality, model, task.drawn) for entry in task.photos]
    prepared = [_with_joined(result, task.seeds) for result in results if isinstance(result, Prepared)]
    failures = [result for result in results if isinstance(result, Failure)]
    series = choose_series(prepared, task.days)
    reference = choose_reference(task.days, series)
    registrations: dict[str, Registration] = {}
    if reference is not None and task.through != "segment":
        registrations = join_visits(series, reference, task.landmarks, task.rejections)
        for visit, joined in registrations.items():
            log.info("%s, %s: registered by %s", task.name, visit, joined.method)
    tracks: tuple[TrackRecord, ...] = ()
    if reference is not None and task.through == "score":
        usable = [p for p in series if p.quality.verdict != "not_evaluable"]
        visits = [
            SiteVisit(p.entry.visit, task.days[p.entry.visit], p.found, registrations[p.entry.visit])
            for p in usable
        ]
        found = track_site(visits, reference.found, _seeds_on(series, task.seeds), task.removals)
        log.info("%s: %d lesions followed over %d visits", task.name, len(found), len(visits))
        tracks = score_tracks(
            found,
            Series(series, reference, registrations, task.days, task.day_zero == "treatment_start"),
            margin_mm=task.margin_mm,
            folder=folder,
            joined=task.joined,
        )
    photos = []
    for p in prepared:
        used = p in series
        registration = registrations.get(p.entry.visit) if used else None
        photos.append(
            PhotoRecord(
                photo=p.entry.relative,
                visit=p.entry.visit,
                row=photo_row(p, registration, reference, note=_why_not_used(p, series) if not used else ""),
                acquisition=acquisition_row(p),
                overview=pictures.overview(p, folder),
                masks=keep_masks(p.found.segmentation, p.entry.relative, folder),
                registration=RegistrationRecord.of(registration) if registration else None,
            )
        )
    return SiteRecord(
        key=key,
        patient=task.patient,
        site=task.site,
        reference_photo=reference.entry.relative if reference else None,
        photos=tuple(photos),
        tracks=tracks,
        failures=tuple(Failure(f.file, f.stage, f.reason) for f in failures),
        again=any(isinstance(failure, PassingFailure) for failure in failures),
    )


def choose_series(prepared: Sequence[Prepared], days: Mapping[str, int]) -> list[Prepared]:
    """One photo a visit, in time order: of the site's main modality, best in quality, scaled, lowest view.

    Modalities are never mixed in one series (DESIGN): clinical if there is any, else the most frequent one.
    """
    if not prepared:
        return []
    counts = Counter(p.entry.modality for p in prepared)
    modality = "clinical" if "clinical" in counts else counts.most_common(1)[0][0]
    best: dict[str, Prepared] = {}
    for p in sorted(
        (p for p in prepared if p.entry.modality == modality),
        key=lambda p: (VERDICTS.index(p.quality.verdict), p.found.scale is None, p.entry.view),
    ):
        best.setdefault(p.entry.visit, p)
    return sorted(best.values(), key=lambda p: days[p.entry.visit])


def _with_joined(p: Prepared, seeds: Sequence[Seed]) -> Prepared:
    """Regions that readers say are one lesion as one; points of lesions.csv don't say so of two regions."""
    own = [seed for seed in seeds if seed.photo_sha256 == p.photo.sha256 and seed.visit == p.entry.visit]
    lesions = join_regions(p.found.lesions, own)
    if len(lesions) == len(p.found.lesions):
        return p
    note = "lies in several parts, as a reader said: areas and longest diameters are added"
    return replace(p, found=replace(p.found, lesions=lesions), notes=(*p.notes, f"a lesion {note}"))


def _seeds_on(series: Sequence[Prepared], seeds: Sequence[Seed]) -> list[Seed]:
    """Without points on photos that do not stand for their visit: their pixels are not this photo's."""
    used = {p.photo.sha256 for p in series}
    return [seed for seed in seeds if seed.photo_sha256 is None or seed.photo_sha256 in used]


def _why_not_used(p: Prepared, series: Sequence[Prepared]) -> str:
    used = next((other for other in series if other.entry.visit == p.entry.visit), None)
    if series and p.entry.modality != series[0].entry.modality:
        return f"{p.entry.modality}: kept out of the {series[0].entry.modality} series"
    return f"another view of this visit; {used.entry.relative} stands for it" if used else ""


def file_digest(path: Path) -> str:
    """sha256 of a file's bytes, as Photo.sha256 is; why not, where it can't be read."""
    try:
        with open(path, "rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        return f"unreadable: {type(error).__name__}"
