"""Response rates drawn anew under the measurement error of each lesion's size."""

from lesiontrack.analysis.redraw.stage import with_redraws

__all__ = ["with_redraws"]
