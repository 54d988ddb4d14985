"""Which photographs train, which choose, which test: whole groups only."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lesiontrack.errors import StudyError
from lesiontrack.study.csvfile import read_csv
from lesiontrack.training.dataset import DataSetError, Sample

PARTS = ("train", "validation", "test")
LEFT_OUT = ""  # in the file: a sample that belongs to no part
_COLUMNS = ("id", "group", "part", "why")
_ISIC = re.compile(r"ISIC_\d{7}")


@dataclass(frozen=True, eq=False)
class Split(Mapping[str, str]):
    """Sample id → "train", "validation" or "test". Samples that no part may have are no keys.

    Attributes:
        parts: id → part.
        groups: id → name of its group, those left out too.
        why: id → what put it there, in plain words.
    """

    parts: Mapping[str, str]
    groups: Mapping[str, str]
    why: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, sample_id: str) -> str:
        return self.parts[sample_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)

    def part_of(self, sample: Sample) -> str | None:
        """Its part, under its own id or one that another set gives the same picture; None where left out."""
        return next((self.parts[name] for name in (sample.id, *sample.also) if name in self.parts), None)

    def choose(self, samples: Iterable[Sample], part: str) -> list[Sample]:
        """The samples of one part. Raises ValueError for a part that there isn't."""
        if part not in PARTS:
            raise ValueError(f"part ({part!r}) must be one of {', '.join(PARTS)}")
        return [sample for sample in samples if self.part_of(sample) == part]


@dataclass(frozen=True)
class Pair:
    """Two samples that must stay together, and why."""

    a: str
    b: str
    why: str


def group_samples(samples: Sequence[Sample], pairs: Iterable[Pair] = ()) -> dict[str, str]:
    """Sample id → name of its group: the smallest id in it.

    Joined are samples of one `group`, of one ISIC archive number in the file name (the challenges share
    pictures, resized and encoded anew), and of a pair. Pairs with ids that are not there are passed over.
    """
    parent = {sample.id: sample.id for sample in samples}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    def join(a: str, b: str) -> None:
        low, high = sorted((root(a), root(b)))
        parent[high] = low

    first: dict[str, str] = {}
    for sample in samples:
        archive = _ISIC.match(sample.image.stem)
        for name in (sample.group, archive and f"\0{archive.group()}"):
            if name:
                join(first.setdefault(name, sample.id), sample.id)
    known = {name: sample.id for sample in samples for name in (sample.id, *sample.also)}
    for pair in pairs:
        if pair.a in known and pair.b in known:
            join(known[pair.a], known[pair.b])
    return {name: root(name) for name in sorted(parent)}


def make_split(
    samples: Sequence[Sample],
    *,
    groups: Mapping[str, str],
    shares: tuple[float, float, float] = (0.76, 0.08, 0.16),
    seed: int = 0,
    published: Split | None = None,
) -> Split:
    """Assign every group to a part, by a hash of its smallest id.

    More data moves no group that stays as it is.

    Args:
        groups: sample id → group, from group_samples.
        shares: expected shares of groups in train, validation and test; they add up to 1.
        seed: another seed, another split.
        published: parts to keep. A group that holds samples of several published parts stays in the part
            named first of train, validation, test; its samples of other parts are left out, as they would
            test on what was trained.
    """
    if len(shares) != 3 or min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
        raise ValueError(f"shares {shares} must be three numbers from 0 on that add up to 1")
    members: dict[str, list[Sample]] = {}
    for sample in samples:
        members.setdefault(groups[sample.id], []).append(sample)
    parts: dict[str, str] = {}
    why: dict[str, str] = {}
    for together in members.values():
        smallest = min(sample.id for sample in together)
        told = {sample.id: published.part_of(sample) for sample in together} if published else {}
        given = [part for part in PARTS if part in told.values()]
        part = given[0] if given else _by_hash(smallest, shares, seed)
        reason = "published split" if given else "hash of its group"
        for sample in sorted(together, key=lambda one: one.id):
            if told.get(sample.id) not in (None, part):
                why[sample.id] = (
                    f"left out: {told[sample.id]} in the published split, but its group is in {part}"
                )
                continue
            parts[sample.id] = part
            why[sample.id] = reason
    ids = sorted(why)
    return Split(
        {name: parts[name] for name in ids if name in parts},
        {name: groups[name] for name in ids},
        {name: why[name] for name in ids},
    )


def _by_hash(smallest: str, shares: tuple[float, float, float], seed: int) -> str:
    digest = hashlib.sha256(f"{seed}/{smallest}".encode()).digest()
    at = int.from_bytes(digest[:8], "big") / 2**64
    if at < shares[2]:
        return "test"
    return "validation" if at < shares[2] + shares[1] else "train"


def write_split(split: Split, path: Path) -> None:
    """CSV with the columns id, group, part (empty: left out) and why, sorted by id."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for name in sorted(split.groups):
            writer.writerow(
                [name, split.groups[name], split.parts.get(name, LEFT_OUT), split.why.get(name, "")]
            )


def read_split(path: Path) -> Split:
    """A split as write_split writes it; `group` and `why` may be missing.

    Raises DataSetError for other columns, unknown parts, an id twice, or a group in two parts.
    """
    try:
        table = read_csv(path)
    except StudyError as error:
        raise DataSetError(str(error)) from error
    for column in ("id", "part"):
        if column not in table.header:
            raise DataSetError(f"{path} has no column {column!r}; a split has {', '.join(_COLUMNS)}")
    parts: dict[str, str] = {}
    groups: dict[str, str] = {}
    why: dict[str, str] = {}
    part_of_group: dict[str, str] = {}
    for line, cells in table.rows:
        row = dict(zip(table.header, cells, strict=True))
        name, part = row["id"], row["part"]
        if name in groups:
            raise DataSetError(f"{path}, line {line}: {name} is there twice")
        if part not in (*PARTS, LEFT_OUT):
            raise DataSetError(f"{path}, line {line}: part {part!r} is none of {', '.join(PARTS)}, or empty")
        groups[name] = row.get("group") or name
        why[name] = row.get("why", "")
        if part:
            parts[name] = part
            if part_of_group.setdefault(groups[name], part) != part:
                raise DataSetError(
                    f"{path}, line {line}: group {groups[name]} is in {part_of_group[groups[name]]} "
                    f"and in {part}; what belongs together must be in one part"
                )
    return Split(parts, groups, why)
