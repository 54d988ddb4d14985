"""Two blinded readers of one study compared: every answer in its place, and none lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from lesiontrack.corrections import Corrections, Entry, Store
from lesiontrack.readers.answers import answers
from lesiontrack.readers.context import Context, read_context
from lesiontrack.readers.drawings import drawn_pairs
from lesiontrack.readers.lesions import Renamed, align
from lesiontrack.readers.model import MAX_DISTANCE_MM, MIN_DICE, QUESTIONS, Pair
from lesiontrack.readers.pairing import paired
from lesiontrack.readers.stores import Reader, find_readers
from lesiontrack.study.model import Failure
from lesiontrack.study.names import natural_key


@dataclass(frozen=True)
class Comparison:
    """Reader A is `first`, reader B `second`, in the order in which they were named.

    Attributes:
        pairs: in the order of questions and subjects.
        renamed: lesions that a reader added under another name than the other, as they are called here;
            `renamed_reader` is the one whose names were changed.
        main: what stands in the main store.
        failures: files of the three stores that can't be used.
    """

    study_root: Path
    first: Reader
    second: Reader
    pairs: tuple[Pair, ...]
    renamed: tuple[Renamed, ...]
    renamed_reader: str
    main: Corrections
    failures: tuple[Failure, ...]
    context: Context
    min_dice: float


def compare_readers(
    study_root: Path | str,
    first: str,
    second: str,
    *,
    results: Path | str | None = None,
    min_dice: float = MIN_DICE,
    max_distance_mm: float = MAX_DISTANCE_MM,
) -> Comparison:
    """Compare what two blinded readers of a study said, without writing anything.

    first, second: the readers' names, or the names of their folders in `_review/readers`.
    results: a results folder of the study: for mm, and for the lesions that are known.
    min_dice: 0..1; overlap from which two outlines count as one. max_distance_mm: the same for two places.

    Raises StudyError for an unknown reader or one compared with themselves; ResultsError for a folder that
    holds no finished results; ValueError for min_dice outside of 0..1 or a negative distance.
    """
    if not 0 < min_dice <= 1:
        raise ValueError(f"min_dice ({min_dice}) must be above 0 and at most 1")
    if not max_distance_mm >= 0:
        raise ValueError(f"max_distance_mm ({max_distance_mm}) must not be negative")
    root = Path(study_root)
    one, other = find_readers(root, first, second)
    context = read_context(Path(results) if results is not None else None, max_distance_mm=max_distance_mm)
    mine, theirs, renamed = _aligned(one, other, context)
    pairs = [
        *paired(answers(mine), answers(theirs), context),
        *drawn_pairs(mine, theirs, context, min_dice=min_dice),
    ]
    main = Store(root).read()
    return Comparison(
        root,
        one,
        other,
        tuple(sorted((_named(pair, context) for pair in pairs), key=_order)),
        renamed,
        max(one, other, key=lambda reader: reader.folder).name,
        main,
        (*one.corrections.failures, *other.corrections.failures, *main.failures),
        context,
        min_dice,
    )


def _aligned(
    one: Reader, other: Reader, context: Context
) -> tuple[tuple[Entry, ...], tuple[Entry, ...], tuple[Renamed, ...]]:
    """The names of the reader whose folder comes first hold, whoever was named first."""
    mine, theirs = one.corrections.in_force, other.corrections.in_force
    if one.folder < other.folder:
        theirs, renamed = align(mine, theirs, context)
    else:
        mine, renamed = align(theirs, mine, context)
    return mine, theirs, renamed


def _named(pair: Pair, context: Context) -> Pair:
    """With the photo's name, where the subject has its digest only."""
    subject = pair.subject
    if subject.photo or not subject.sha256:
        return pair
    return replace(pair, subject=replace(subject, photo=context.photo(subject.sha256)))


def _order(pair: Pair) -> tuple[object, ...]:
    subject = pair.subject
    parts = (pair.patient, subject.site, subject.visit, subject.lesion, subject.photo, *subject.detail)
    return list(QUESTIONS).index(subject.question), [natural_key(part) for part in parts], subject
