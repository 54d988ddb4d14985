"""Statistics of response: intervals of rates, survival, lesions clustered in patients, agreement."""

from lesiontrack.statistics.agreement import BlandAltman, bland_altman
from lesiontrack.statistics.clustered import (
    ClusterRate,
    cluster_bootstrap,
    cluster_rate,
    intracluster_correlation,
)
from lesiontrack.statistics.icc import Icc, intraclass_correlation
from lesiontrack.statistics.intervals import (
    DIFFERENCE_METHODS,
    PROPORTION_METHODS,
    chi_squared_p,
    difference_interval,
    fisher_exact,
    proportion_interval,
)
from lesiontrack.statistics.kappa import Kappa, cohen_kappa
from lesiontrack.statistics.survival import KaplanMeier, LogRank, kaplan_meier, logrank

__all__ = [
    "DIFFERENCE_METHODS",
    "PROPORTION_METHODS",
    "BlandAltman",
    "ClusterRate",
    "Icc",
    "KaplanMeier",
    "Kappa",
    "LogRank",
    "bland_altman",
    "chi_squared_p",
    "cluster_bootstrap",
    "cluster_rate",
    "cohen_kappa",
    "difference_interval",
    "fisher_exact",
    "intraclass_correlation",
    "intracluster_correlation",
    "kaplan_meier",
    "logrank",
    "proportion_interval",
]
