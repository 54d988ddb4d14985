"""Parts of given sets: made, kept, counted, and what each of them lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lesiontrack.training.contents import Advance as Advance
from lesiontrack.training.dataset import LEARNED, Dataset, DataSetError, Sample
from lesiontrack.training.split import LEFT_OUT, PARTS, Split, group_samples, make_split


def divide(
    samples: Sequence[Sample],
    *,
    rendered: Iterable[str] = (),
    published: Split | None = None,
    on_progress: Advance | None = None,
) -> Split:
    """A split by groups, with photos that look like one wound in one group.

    Args:
        samples: of all sets, joined.
        rendered: names of sets that can't share skin with others, nor with themselves beyond their groups:
            they are left out of the search.
        published: a split whose photos stay where they are, such as that of a model to go on from.
    """
    from lesiontrack.training.duplicates import near_duplicates  # slow to import; most callers only count

    left_out = set(rendered)
    searched = [sample for sample in samples if sample.dataset not in left_out]
    advance = on_progress or (lambda what, done, total: None)
    pairs = near_duplicates(
        searched, on_progress=lambda done, total: advance("looking for copies", done, total)
    )
    return make_split(samples, groups=group_samples(samples, pairs), published=published)


def require_lessons(samples: Sequence[Sample], split: Split, *, fresh: bool) -> None:
    """Raises DataSetError where nothing is left to learn from.

    `fresh`: weights are random at first, so that a class without labels would mark at random.
    """
    training = split.choose(samples, "train")
    if not training:
        shown = ", ".join(sample.id for sample in samples[:3])
        raise DataSetError(
            f"none of the {len(samples)} photos is in the train part of the split; photos here are {shown}, …"
        )
    told = {name for sample in training for name in sample.labelled}
    missing = [name for name in LEARNED if name not in told]
    if fresh and missing:
        raise DataSetError(
            f"no photo of the train part labels {', '.join(missing)}, which would be marked at random; add a "
            "set that does (rendered photos label all: lesiontrack phantom --training 600 -o rendered, then "
            "--data phantom=rendered), or go on from a model with --from"
        )


def of_part(samples: Iterable[Sample], split: Split, part: str) -> list[Sample]:
    """The samples of one part, each with its group of the split: what is not independent in figures."""
    return [
        replace(sample, group=split.groups.get(sample.id, sample.group))
        for sample in split.choose(samples, part)
    ]


def part_counts(one: Dataset, samples: Sequence[Sample], split: Split) -> dict[str, int]:
    """Part, or "" for left out → photos of the set. `samples` are the joined ones of all sets."""
    joined = {name: sample for sample in samples for name in (sample.id, *sample.also)}
    counts = dict.fromkeys((*PARTS, LEFT_OUT), 0)
    for sample in one.samples:
        counts[split.part_of(joined.get(sample.id, sample)) or LEFT_OUT] += 1
    return counts


def shared_photos(one: Dataset, samples: Sequence[Sample]) -> int:
    """Photos of the set that stand under an earlier set's id."""
    own = {sample.id for sample in one.samples}
    return sum(1 for sample in samples if sample.dataset != one.name and own & {*sample.also})


def gaps(samples: Sequence[Sample], split: Split) -> list[str]:
    """What a part lacks, and what follows from it, in plain words."""
    follows = {
        "train": "nothing is learned of it",
        "validation": "probabilities of it are not calibrated",
        "test": "there will be no figures of it",
    }
    told = {name for sample in samples for name in sample.labelled}
    lines = [
        f"no photo labels {name}: it stays as it was only as far as shared weights let it; test it"
        for name in LEARNED
        if name not in told
    ]
    for part, what in follows.items():
        there = {name for sample in split.choose(samples, part) for name in sample.labelled}
        missing = ", ".join(name for name in LEARNED if name in told and name not in there)
        if missing:
            lines.append(f"no photo of the {part} part labels {missing}: {what}")
    return lines
