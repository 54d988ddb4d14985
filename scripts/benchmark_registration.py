"""How often registration accepts right pairs, refuses wrong ones, and how far it is off.

    python scripts/benchmark_registration.py --data DATA [--random 300] [--fit] [--pictures DIR]

DATA holds fuseg/ (pairs.csv, landmarks.csv, images) and nci_study/, nci_moles/ as described in its INDEX.md.
Prints a table a method: lesiontrack's register, and plain SIFT + MAGSAC homography on the whole frame
(12 inliers or more). --fit repeats the fit of lesiontrack/registration/confidence.py on these pairs.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from scipy.optimize import minimize

from lesiontrack.measurement import find_lesions
from lesiontrack.photo import read_photo
from lesiontrack.registration import PreparedPhoto, Registration, register
from lesiontrack.registration.confidence import OPERATING_POINT
from lesiontrack.registration.estimate import estimate
from lesiontrack.registration.verify import check
from lesiontrack.scale import find_scale
from lesiontrack.segmentation import segment

RIGHT = 0.02  # of the frame: what confidence is the probability of


@dataclass
class Pair:
    a: str
    b: str
    label: str
    moving_xy: list[tuple[float, float]] = field(default_factory=list)
    fixed_xy: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class Outcome:
    pair: Pair
    registration: Registration
    seconds: float
    errors: np.ndarray


class Photos:
    """Prepared once each; preparation is not part of the time for a pair."""

    def __init__(self, data: Path, *, scale: bool) -> None:
        self.data, self.scale = data, scale
        self.known: dict[str, PreparedPhoto] = {}

    def __getitem__(self, name: str) -> PreparedPhoto:
        if name not in self.known:
            photo = read_photo(self.data / name)
            segmentation = segment(photo)
            scale = find_scale(photo) if self.scale else None
            lesions = tuple(find_lesions(segmentation, scale))
            self.known[name] = PreparedPhoto(photo, segmentation, scale, lesions)
        return self.known[name]


def read_pairs(data: Path) -> list[Pair]:
    """Labelled pairs with their landmarks that are not on a wound (wounds grow)."""
    files = {path.stem: f"fuseg/images/{path.name}" for path in (data / "fuseg/images").iterdir()}
    pairs = {}
    for row in _rows(data / "fuseg/pairs.csv"):
        pairs[row["a"], row["b"]] = Pair(files[row["a"]], files[row["b"]], row["label"])
    for row in _rows(data / "fuseg/landmarks.csv"):
        if row["kind"] != "wound":
            pair = pairs[row["a"], row["b"]]
            pair.moving_xy.append((float(row["xa"]), float(row["ya"])))
            pair.fixed_xy.append((float(row["xb"]), float(row["yb"])))
    return list(pairs.values())


def components(pairs: Iterable[Pair]) -> dict[str, str]:
    """Photo → a name of its group; photos that any chain of pairs connects share one."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            name = parent[name]
        return name

    for pair in pairs:
        parent[root(pair.a)] = root(pair.b)
    return {name: root(name) for name in parent}


def random_pairs(data: Path, pairs: list[Pair], count: int, seed: int) -> list[Pair]:
    """Pairs that no chain connects; half of the photos come from the labelled pairs, the harder half."""
    group = components(pairs)
    labelled = sorted(group)
    others = sorted(f"fuseg/images/{path.name}" for path in (data / "fuseg/images").iterdir())
    rng = np.random.default_rng(seed)
    pool = labelled + [str(name) for name in rng.permutation(others)[: len(labelled)]]
    found: list[Pair] = []
    while len(found) < count:
        a, b = (str(name) for name in rng.choice(pool, 2, replace=False))
        if a != b and group.get(a, a) != group.get(b, b):
            found.append(Pair(a, b, "random"))
    return found


def ours(photos: Photos, pair: Pair) -> Outcome:
    moving, fixed = (
        PreparedPhoto(p.photo, p.segmentation, p.scale, p.lesions) for p in (photos[pair.a], photos[pair.b])
    )
    start = time.process_time()
    result = register(moving, fixed)
    return Outcome(pair, result, time.process_time() - start, _errors(result, pair))


def plain_sift(photos: Photos, pair: Pair) -> Outcome:
    """SIFT on the whole frame, ratio 0.75, MAGSAC homography at 4 px, accepted from 12 inliers."""
    moving, fixed = photos[pair.a].photo.pixels, photos[pair.b].photo.pixels
    start = time.process_time()
    sift = cv2.SIFT.create(nfeatures=4000)
    ka, da = sift.detectAndCompute(cv2.cvtColor(moving, cv2.COLOR_RGB2GRAY), None)
    kb, db = sift.detectAndCompute(cv2.cvtColor(fixed, cv2.COLOR_RGB2GRAY), None)
    matches = [m for m, n in cv2.BFMatcher().knnMatch(da, db, k=2) if m.distance < 0.75 * n.distance]
    matrix, inliers = None, 0
    if len(matches) >= 4:
        p = np.array([ka[m.queryIdx].pt for m in matches])
        q = np.array([kb[m.trainIdx].pt for m in matches])
        matrix, mask = cv2.findHomography(p, q, cv2.USAC_MAGSAC, 4.0, maxIters=5000)
        inliers = int(mask.sum()) if matrix is not None else 0
    result = Registration(
        accepted=inliers >= 12,
        method="plain_sift",
        confidence=1.0,
        matrix=np.eye(3) if matrix is None else matrix,
        moving_shape=moving.shape[:2],
        fixed_shape=fixed.shape[:2],
    )
    return Outcome(pair, result, time.process_time() - start, _errors(result, pair))


def _errors(result: Registration, pair: Pair) -> np.ndarray:
    """Landmark errors in px of a frame of 512 on its long side."""
    if not result.accepted or not pair.moving_xy:
        return np.zeros(0)
    gap = np.linalg.norm(result.map_points(np.array(pair.moving_xy)) - np.array(pair.fixed_xy), axis=1)
    return gap * 512 / max(result.fixed_shape)


def report(name: str, outcomes: list[Outcome]) -> None:
    print(f"\n{name}")
    for label in ("reshot", "serial", "unsure", "impostor", "random"):
        some = [o for o in outcomes if o.pair.label == label]
        accepted = sum(o.registration.accepted for o in some)
        if some:
            print(f"  {label:9s} accepted {accepted:4d} of {len(some):4d}  ({accepted / len(some):6.1%})")
    errors = np.concatenate([o.errors for o in outcomes])
    if len(errors):
        middle, most = np.quantile(errors, [0.5, 0.95])
        pairs = sum(len(o.errors) > 0 for o in outcomes)
        print(f"  landmark error of {pairs} accepted pairs, {len(errors)} points: median {middle:.1f} px, "
              f"95 % within {most:.1f} px of 512, worst {errors.max():.1f}")  # fmt: skip
    print(f"  CPU seconds a pair, features included: median {np.median([o.seconds for o in outcomes]):.2f}")


def nci(data: Path) -> None:
    """All pairs within a series and consecutive ones, with same_site=True: joined, and right, per rung."""
    photos = Photos(data, scale=True)
    outlines = {row["file"]: row for row in _rows(data / "nci_moles/truth.csv")}
    series: dict[str, list[tuple[str, float, np.ndarray]]] = {}
    for row in _rows(data / "nci_moles/study_truth.csv"):
        truth = outlines[row["file"]]
        outline = np.array([[float(v) for v in p.split()] for p in truth["polygon"].split(";")], np.float32)
        m = cv2.moments(outline)
        centre = np.array([m["m10"] / m["m00"], m["m01"] / m["m00"]])
        name = f"nci_study/{row['patient']}/{row['visit']}/mole.jpg"
        series.setdefault(row["patient"], []).append((name, float(truth["px_per_mm"]), centre))
    for title, consecutive in (("consecutive", True), ("all pairs of a series", False)):
        counts: dict[str, list[int]] = {}
        total = 0
        for visits in series.values():
            for i, (a, scale_a, centre_a) in enumerate(visits):
                for b, scale_b, centre_b in visits[i + 1 : i + 2] if consecutive else visits[i + 1 :]:
                    total += 1
                    result = register(photos[a], photos[b], same_site=True)
                    off = np.linalg.norm(result.map_points(centre_a[None])[0] - centre_b) / scale_b
                    stretch = result.scale_at((float(centre_a[0]), float(centre_a[1]))) / (scale_b / scale_a)
                    right = off <= 2 and abs(stretch - 1) <= 0.1
                    counts.setdefault(result.method, [0, 0])
                    counts[result.method][0] += 1
                    counts[result.method][1] += bool(result.accepted and right)
        print(f"\nnci_study, {title}: {total}")
        for method, (number, right) in sorted(counts.items()):
            says = "" if method == "none" else f", right (2 mm, scale 10 %) {right}"
            print(f"  {method:16s} {number:3d}{says}")


def fit(photos: Photos, pairs: list[Pair]) -> None:
    """Logistic fit of the confidence, cross-validated over connected components."""
    rows, right, groups = [], [], []
    # random pairs would chain all components into one
    group = components(pair for pair in pairs if pair.label != "random")
    for pair in pairs:
        moving, fixed = photos[pair.a].features, photos[pair.b].features
        found = estimate(moving, fixed) if min(moving.usable.mean(), fixed.usable.mean()) > 0.03 else None
        if found is None or pair.label == "unsure":
            continue
        witness = check(moving, fixed, found.matrix)
        if pair.label in ("impostor", "random"):
            truth = False
        elif pair.moving_xy:
            matrix = fixed.to_photo @ found.matrix @ np.linalg.inv(moving.to_photo)
            shapes = photos[pair.a].segmentation.shape, photos[pair.b].segmentation.shape
            errors = _errors(Registration(True, "", 1.0, matrix, *shapes), pair)
            truth = bool(np.median(errors) <= RIGHT * 512)
        elif 1.5 <= witness.surprise < 5:
            continue  # nobody has said whether these are right
        else:
            truth = witness.surprise >= 5  # looked at: all of these lie right, those below 1.5 wrong
        rows.append([np.log1p(max(witness.surprise, 0)), np.log1p(found.found)])
        right.append(truth)
        groups.append(group.get(pair.a, pair.a))
    x, y, g = np.array(rows), np.array(right, float), np.array(groups)
    print(
        f"\nfit on {len(y)} pairs, {int(y.sum())} right: intercept, surprise, found =",
        _logistic(x, y).round(2),
    )
    held_out = np.zeros(len(y))
    folds = {name: i % 5 for i, name in enumerate(np.random.default_rng(0).permutation(np.unique(g)))}
    fold = np.array([folds[name] for name in g])
    for k in range(5):
        held_out[fold == k] = _predict(_logistic(x[fold != k], y[fold != k]), x[fold == k])
    accepted = held_out >= OPERATING_POINT
    print(f"held out by component: Brier {np.mean((held_out - y) ** 2):.4f}; "
          f"at {OPERATING_POINT}: wrong accepted {int(accepted[y == 0].sum())} of {int((y == 0).sum())}, "
          f"right accepted {int(accepted[y == 1].sum())} of {int(y.sum())}")  # fmt: skip
    for low, high in ((0, 0.1), (0.1, 0.3), (0.3, 0.7), (0.7, 0.9), (0.9, 1.01)):
        inside = (held_out >= low) & (held_out < high)
        if inside.any():
            share = f"{int(inside.sum())} pairs, right {y[inside].mean():.0%}"
            print(f"  said {low:.1f}-{min(high, 1):.1f}: {share}")


def _logistic(x: np.ndarray, y: np.ndarray, ridge: float = 0.01) -> np.ndarray:
    def loss(b: np.ndarray) -> float:
        u = b[0] + x @ b[1:]
        return float(np.mean(np.logaddexp(0, u) - y * u) + ridge * np.sum(b[1:] ** 2) / 2)

    return np.asarray(minimize(loss, np.zeros(x.shape[1] + 1)).x)


def _predict(b: np.ndarray, x: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-(b[0] + x @ b[1:]))))


def pictures(photos: Photos, outcomes: list[Outcome], folder: Path) -> None:
    """The worst ten: wrong pairs nearest to acceptance, then the largest landmark errors."""
    folder.mkdir(parents=True, exist_ok=True)
    wrong = [o for o in outcomes if o.pair.label in ("impostor", "random")]
    wrong.sort(key=lambda o: (-o.registration.accepted, -o.registration.confidence))
    far = sorted((o for o in outcomes if len(o.errors)), key=lambda o: -float(o.errors.max()))
    for rank, outcome in enumerate(wrong[:5] + far[:5]):
        fixed = photos[outcome.pair.b].photo.pixels
        warped = outcome.registration.warp(photos[outcome.pair.a].photo.pixels)
        rows, columns = np.mgrid[: fixed.shape[0], : fixed.shape[1]]
        odd = (rows // 64 + columns // 64) % 2 == 1
        board = np.where(odd[..., None], warped, fixed)
        sheet = np.hstack([fixed, warped, board])
        name = f"{rank:02d}-{outcome.pair.label}-{Path(outcome.pair.a).stem}-{Path(outcome.pair.b).stem}.png"
        cv2.imwrite(str(folder / name), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))


def _rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("LESIONTRACK_DATA"))
    parser.add_argument("--random", type=int, default=300, help="unconnected pairs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fit", action="store_true", help="repeat the fit of the confidence")
    parser.add_argument("--pictures", type=Path, help="folder for pictures of the worst ten")
    options = parser.parse_args()
    if options.data is None:
        parser.error("--data or the environment variable LESIONTRACK_DATA is needed")
    cv2.setNumThreads(1)
    data = Path(options.data)
    labelled = read_pairs(data)
    pairs = labelled + random_pairs(data, labelled, options.random, options.seed)
    photos = Photos(data, scale=False)
    outcomes = [ours(photos, pair) for pair in pairs]
    report("lesiontrack.register, masks from lesiontrack.segment", outcomes)
    report("baseline: SIFT + MAGSAC homography, whole frame", [plain_sift(photos, pair) for pair in pairs])
    nci(data)
    if options.fit:
        fit(photos, pairs)
    if options.pictures:
        pictures(photos, outcomes, options.pictures)


if __name__ == "__main__":
    main()
