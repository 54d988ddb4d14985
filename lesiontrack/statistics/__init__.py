"""Statistics of response: intervals for rates and their differences, and Fisher's exact test."""

from lesiontrack.statistics.intervals import (
    DIFFERENCE_METHODS,
    PROPORTION_METHODS,
    difference_interval,
    fisher_exact,
    proportion_interval,
)

__all__ = [
    "DIFFERENCE_METHODS",
    "PROPORTION_METHODS",
    "difference_interval",
    "fisher_exact",
    "proportion_interval",
]
