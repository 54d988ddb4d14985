"""How likely a skin texture map is right, from what supports it.

A logistic function of two figures that do not come from the same evidence: how far the windows of
`verify.check` agree beyond chance, and how many features agreed before any were looked for.

Fitted by penalised maximum likelihood (ridge 0.01 on the slopes) on FUSeg foot ulcer photos with the
masks of lesiontrack.segment: 379 pairs, 68 of them right, from pairs labelled by eye and from pairs that
no chain of labels connects (`scripts/benchmark_registration.py --fit` repeats it). Right means: median
error of the hand-placed landmarks that are not on a wound within 2 % of the frame. Pairs without
landmarks count as right from a window score of 5 on, as wrong below 1.5, and are left out between, which
flatters the fit. Held out by connected component (5 folds): Brier 0.011; at 0.5 accepted 64 of 68 right
and 1 of 311 wrong ones. The classes hardly overlap, so the slope is set by the ridge, not by the data:
read 0.2 to 0.8 as "doubtful", not as a frequency.
"""

from __future__ import annotations

import math

INTERCEPT = -6.89
SLOPE_SURPRISE = 2.12
SLOPE_FOUND = 1.32
OPERATING_POINT = 0.5  # accepted from here; impostors refused before right pairs accepted


def texture_confidence(surprise: float, found: int) -> float:
    """`surprise`: Check.surprise; `found`: Estimate.found → 0..1."""
    u = INTERCEPT + SLOPE_SURPRISE * math.log1p(max(surprise, 0.0)) + SLOPE_FOUND * math.log1p(found)
    return 1 / (1 + math.exp(-u))
