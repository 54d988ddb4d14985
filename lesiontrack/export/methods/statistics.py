"""The statistics behind the tables, as sentences: each only where its column holds a value."""

from __future__ import annotations

from collections.abc import Iterator

from lesiontrack.export.methods.references import References
from lesiontrack.export.source import Source

_ENDPOINTS = {
    "TTR": "time to response",
    "DOR": "duration of response",
    "SD_DURATION": "duration of stable disease",
    "PFS": "progression-free survival",
    "OS": "overall survival",
}


def statistics_sentences(source: Source, cite: References) -> Iterator[str]:
    yield from _rates(source, cite)
    yield from _times(source, cite)
    yield from _lesions(source, cite)
    yield from _agreement(source, cite)


def _has(source: Source, table: str, column: str) -> bool:
    return table in source.tables and bool(source.tables[table][column].notna().any())


def _rates(source: Source, cite: References) -> Iterator[str]:
    if _has(source, "rates", "lower"):
        limits = f"95 % Clopper-Pearson limits {cite('clopper')}"
        if _has(source, "rates", "wilson_lower"):
            limits += f" and Wilson limits {cite('wilson')}"
        yield (
            "Response rates count every enrolled patient, those without photographs included, with "
            f"{limits}; bounds tell what they would be, were none or all of the patients who "
            "could not be evaluated responders."
        )
        rates = source.tables["rates"]
        if (rates["endpoint"] == "DRR").any():
            value = source.protocol.threshold
            yield (
                f"A durable response lasts {value('response.durable_days'):g} days or more and begins "
                f"within {value('response.durable_begins_within_days'):g} days of the treatment start "
                f"{cite('durable')}."
            )
    if _has(source, "rates", "redrawn_median"):
        draws = int(source.tables["rates"]["redraws"].max())
        yield (
            f"Rates were also drawn anew {draws} times with every size varied within its standard deviation."
        )
    if _has(source, "rate_differences", "lower"):
        fisher = ", and Fisher's exact test" if _has(source, "rate_differences", "fisher_p") else ""
        yield (
            "Differences between arms are given with Newcombe's hybrid-score limits, with and without "
            f"continuity correction {cite('newcombe')}{fisher}, not corrected for several tests."
        )


def _times(source: Source, cite: References) -> Iterator[str]:
    if not _has(source, "survival_curves", "survival"):
        return
    curves = source.tables["survival_curves"]
    names = [name for word, name in _ENDPOINTS.items() if (curves["endpoint"] == word).any()]
    told = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
    limits = " with log-log limits" if _has(source, "survival_curves", "lower") else ""
    yield (
        f"{told[0].upper()}{told[1:]} were estimated after Kaplan and Meier {cite('kaplan')}{limits}; "
        "progression is photo-visible cutaneous progression, and censoring follows the FDA's example "
        f"rules {cite('fda')}."
    )
    if _has(source, "survival", "logrank_p"):
        yield f"Arms were compared by the log-rank test {cite('mantel')}."


def _lesions(source: Source, cite: References) -> Iterator[str]:
    if not _has(source, "lesion_rates", "rate"):
        return
    text = "Rates by lesion stand beside those by patient, since lesions of a patient are not independent"
    if _has(source, "lesion_rates", "lower"):
        text += f": limits are at the effective number of lesions {cite('donner')}"
    if _has(source, "lesion_rates", "bootstrap_lower"):
        draws = source.protocol.threshold("response.bootstrap_draws")
        text += f", and by a bootstrap of {draws:g} draws of patients {cite('efron')}"
    yield f"{text}."


def _agreement(source: Source, cite: References) -> Iterator[str]:
    if not _has(source, "agreement", "bias"):
        return
    methods = ", ".join(source.tables["agreement"].dropna(subset=["bias"])["method"].unique())
    limits = " and limits of agreement" if _has(source, "agreement", "loa_lower") else ""
    yield (
        f"Sizes from photographs were compared with {methods} by bias{limits} after Bland and Altman "
        f"{cite('bland')}."
    )
