"""Overall response at one time point (RECIST 1.1, tables 1 and 2)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lesiontrack.response.words import NON_TARGET_WORDS, TARGET_WORDS, require_word


def overall_response(target: str | None, non_target: str | None, new_lesion: bool) -> str:
    """CR, PR, SD, PD, NE or NON-CR/NON-PD from the parts.

    Args:
        target: CR, PR, SD, PD or NE; None where there were no target lesions at baseline (NaN, as pandas
            keeps None in a column of words, is taken for it).
        non_target: CR, NON-CR/NON-PD, PD or NE (not all evaluated); None where there were none at baseline.
        new_lesion: whether there is an unequivocal new lesion.

    A new lesion, PD of the targets or unequivocal PD of the non-targets is PD. Complete response of the
    targets needs that of the non-targets; where those persist or were not all evaluated it counts as PR. PR,
    SD and NE of the targets stand. Without target lesions the non-target word stands; with neither and no
    new lesion there is nothing to respond: NE.

    Raises ValueError for another word, naming the nearest.
    """
    target, non_target = _told(target), _told(non_target)
    if target is not None:
        target = require_word(target, TARGET_WORDS, "target response")
    if non_target is not None:
        non_target = require_word(non_target, NON_TARGET_WORDS, "non-target response")
    if not isinstance(new_lesion, bool | np.bool_):
        raise ValueError(f"new_lesion {new_lesion!r} must be True or False: whether it is unequivocal")
    if new_lesion or "PD" in (target, non_target):
        return "PD"
    if target is None:
        return non_target or "NE"
    if target == "CR":
        return "CR" if non_target in (None, "CR") else "PR"
    return target


def _told(word: str | None) -> str | None:
    return None if word is None or pd.isna(word) is True else word
