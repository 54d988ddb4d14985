"""Two blinded readers of a study: how far they agree, and one store out of two."""

from __future__ import annotations

from lesiontrack.readers.comparison import Comparison, compare_readers
from lesiontrack.readers.merge import merge, orphans, plan
from lesiontrack.readers.model import MAX_DISTANCE_MM, MIN_DICE, Pair, Said, Subject
from lesiontrack.readers.stores import Reader
from lesiontrack.readers.summary import summary
from lesiontrack.readers.write import write_comparison

__all__ = [
    "MAX_DISTANCE_MM",
    "MIN_DICE",
    "Comparison",
    "Pair",
    "Reader",
    "Said",
    "Subject",
    "compare_readers",
    "merge",
    "orphans",
    "plan",
    "summary",
    "write_comparison",
]
