"""Response: lesion → visit → patient → cohort, by published rules."""

from lesiontrack.response.best import best_overall_response, first_response
from lesiontrack.response.overall import overall_response
from lesiontrack.response.target import target_response

__all__ = ["best_overall_response", "first_response", "overall_response", "target_response"]
