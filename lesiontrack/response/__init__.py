"""Response: lesion → visit → patient → cohort, by published rules.

`target_response`, `overall_response`, `read_irecist`, `best_overall_response`, `best_immune_response`,
`first_response`, `clinical_benefit` and `durable_response` are the rules by themselves; `respond` applies
them to a study's observations.
"""

from lesiontrack.response.benefit import clinical_benefit
from lesiontrack.response.best import best_overall_response, first_response
from lesiontrack.response.durable import durable_response
from lesiontrack.response.irecist import read_irecist
from lesiontrack.response.irecistbest import best_immune_response
from lesiontrack.response.overall import overall_response
from lesiontrack.response.stage import respond
from lesiontrack.response.target import target_response

__all__ = [
    "best_immune_response",
    "best_overall_response",
    "clinical_benefit",
    "durable_response",
    "first_response",
    "overall_response",
    "read_irecist",
    "respond",
    "target_response",
]
