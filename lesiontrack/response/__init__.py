"""Response: lesion → visit → patient → cohort, by published rules.

`target_response`, `overall_response`, `best_overall_response` and `first_response` are the rules by
themselves; `respond` applies them to a study's observations.
"""

from lesiontrack.response.best import best_overall_response, first_response
from lesiontrack.response.overall import overall_response
from lesiontrack.response.stage import respond
from lesiontrack.response.target import target_response

__all__ = ["best_overall_response", "first_response", "overall_response", "respond", "target_response"]
