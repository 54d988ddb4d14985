"""Response rates drawn anew under the measurement error of each lesion's size."""

from lesiontrack.analysis.redraw.stage import REDRAWN_ANALYSES, with_redraws

__all__ = ["REDRAWN_ANALYSES", "with_redraws"]
