"""README.txt of a comparison: what it is, how it was made, what each column means."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from lesiontrack import __version__
from lesiontrack.readers.comparison import Comparison
from lesiontrack.readers.model import MAX_DISTANCE_SHARE
from lesiontrack.readers.tables import FILES
from lesiontrack.statements import DISCLAIMER, VALIDATION
from lesiontrack.wording import counted

_WIDTH = 106

_HOW = """
Compared is what stands: corrections that a reader replaced or took back are not. A question is read by both
where both answered it; what one of them alone answered is counted and listed, and is in no statistic.
Agreement of readers says how far they see the same, not that they are right.

What was not said by itself: a reader who signed a row stood behind its status and that it is evaluable, and
one who called a whole visit not evaluable said it of its lesions. These answers count where the other reader
answered, or signed too; the columns from_signatures, implied_a and implied_b tell them apart. Without them
these two questions would have answers of one kind only.

Kappa depends on how frequent the answers are: where nearly all are alike it is low, whatever the agreement.
Read it beside the agreement, PABAK and crosstables.csv. It has no value where both gave one answer to all,
and no limits where the table has no spread.

Several subjects of a patient are alike, so patients are what limits are counted from: of kappa and ICC by
leaving out each patient in turn (jackknife, Student's t), of the raw agreement exact at the effective number
of subjects, of a bias from patients drawn with replacement (2,000 draws, fixed seed; too narrow with fewer
than 20 patients). With few patients they are wide, and with one there are none.

An ICC also rises with how different the lesions are in size: read the limits of agreement beside it. Areas
differ more where lesions are larger: the ratio of the areas is then the better comparison.

Outlines are compared where windows of both lie, in each connected part of a photo, class by class. Beyond a
window nothing was said, so that no area there counts for or against it: the areas are those within the
common part, and may be less than a lesion's.

Lesions that readers added have names of the readers' making. They are matched by place: points in one photo
that count as one. A name that both gave to different places is changed for one of them.

A merge writes what both said alike into the main store, by both names, with a note that names both
corrections; never twice. Reasons in other words stand side by side, places are taken midway, landmarks of
both are taken together. Outlines that overlap enough merge to the outline halfway between: a pixel is inside
where the mean of its signed distances to both outlines is 0 or more (shape-based averaging, Raya and Udupa
1990; Rohlfing and Maurer 2007). What both drew is inside, what neither drew is outside, and of the disputed
rim each gets half. Averaging is fit for outlines that differ at their rim, which is why others stay open. A
class on which they differ stays open though another one of that window agrees.

What stays open is for a third reader, in lesiontrack review without --blinded; --prefer NAME settles it for
one of the two where they differ. What only one of them read is never merged. Signatures are not merged: a
person signs what stands in the end. An answer in the main store that is later than both readers' is left
alone; an older one is replaced, but for grades, which stand by reader.
"""


def readme_text(comparison: Comparison, command: str) -> str:
    """`command`: how the merge went, one sentence."""
    one, other = comparison.first, comparison.second
    context = comparison.context
    limits = (
        "Limits of this comparison, own values and not from a publication: outlines count as one from a "
        f"Dice of {comparison.min_dice:g} on, places up to {context.max_distance_mm:g} mm apart; where a "
        f"photo has no scale, up to {MAX_DISTANCE_SHARE:.0%} of its longer side."
    )
    if not context.photos:
        limits += (
            " No results folder was given: nothing is in mm, lesions are taken by the names that readers "
            "gave, and two places count as one only where they are the same pixel."
        )
    lines = [
        "Two blinded readers compared",
        "",
        *_wrapped((f"Reader A: {one.name} ({counted(len(one.corrections.in_force), 'correction')})",)),
        *_wrapped((f"Reader B: {other.name} ({counted(len(other.corrections.in_force), 'correction')})",)),
        f"Made with lesiontrack {__version__}.",
        "",
        *_wrapped((f"{DISCLAIMER} {VALIDATION}", command, limits)),
        *_HOW.strip().splitlines(),
        "",
        *_names(comparison),
        *_failures(comparison),
        "Files (UTF-8, comma; empty is unknown, never 0)",
        "",
    ]
    for name, (what, columns) in FILES.items():
        lines += [f"{name}: {what}", ""]
        for column in columns:
            unit = f" [{column.unit}]" if column.unit else ""
            lines += textwrap.wrap(
                f"{column.name}{unit}: {column.meaning}",
                _WIDTH,
                initial_indent="  ",
                subsequent_indent="      ",
            )
        lines.append("")
    return "\n".join(lines)


def _names(comparison: Comparison) -> list[str]:
    if not comparison.renamed:
        return []
    told = [
        f"  {item.patient} {item.theirs} of {comparison.renamed_reader} is {item.here} here ({item.why})"
        for item in comparison.renamed
    ]
    return ["Lesions under another name than their reader gave", "", *told, ""]


def _failures(comparison: Comparison) -> list[str]:
    if not comparison.failures:
        return []
    told = [f"  {failure.file}: {failure.reason}" for failure in comparison.failures]
    return ["Files that could not be used", "", *told, ""]


def _wrapped(paragraphs: Iterable[str]) -> list[str]:
    lines: list[str] = []
    for paragraph in paragraphs:
        lines += [*textwrap.wrap(paragraph, _WIDTH), ""]
    return lines
