"""How good a segmenter is on labelled photographs: by data set, class and skin tone. Needs no torch."""

from __future__ import annotations

from lesiontrack.training.evaluation.figures import FAILURE, Figures, figures_of
from lesiontrack.training.evaluation.photos import Evaluated, Evaluation, evaluate
from lesiontrack.training.evaluation.scores import MaskScore, PhotoScore, Reliability, score_photo
from lesiontrack.training.evaluation.tone import NOMINAL, TONES, tone_named, typology_angle

__all__ = [
    "FAILURE",
    "NOMINAL",
    "TONES",
    "Evaluated",
    "Evaluation",
    "Figures",
    "MaskScore",
    "PhotoScore",
    "Reliability",
    "evaluate",
    "figures_of",
    "score_photo",
    "tone_named",
    "typology_angle",
]
