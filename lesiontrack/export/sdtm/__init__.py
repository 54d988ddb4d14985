"""SDTM as Dataset-JSON 1.1: DM, TU, TR, RS, EX, PR, CM with SUPP-- and RELREC, after SDTMIG 3.4.

What is written of which of our columns, and what is never written, stands in docs/sdtm.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lesiontrack.export.datasetjson import dataset_json
from lesiontrack.export.sdtm.lesions import find_lesions, tu_rows
from lesiontrack.export.sdtm.readme import readme_text
from lesiontrack.export.sdtm.records import numbered, related, supplements
from lesiontrack.export.sdtm.responses import response_rows, sum_rows
from lesiontrack.export.sdtm.results import lesion_rows, outside_rows
from lesiontrack.export.sdtm.study import Row, SdtmStudy
from lesiontrack.export.sdtm.subjects import cm_rows, dm_rows, ex_rows, pr_rows
from lesiontrack.export.sdtm.terms import check_terms
from lesiontrack.export.sdtm.variables import DOMAINS, RELREC, Dataset, supplemental
from lesiontrack.export.source import Source

__all__ = ["files"]


def files(source: Source) -> dict[str, bytes]:
    """File name → content: a Dataset-JSON document for each dataset that has rows, and sdtm_readme.txt.

    A signed-only source gives the lesions and responses that a reader has signed; what the study recorded is
    whole. Raises ValueError, before anything is written, for a word that has no controlled term.
    """
    study = SdtmStudy(source)
    lesions = find_lesions(study)
    found = {
        "DM": dm_rows(study),
        "TU": tu_rows(study, lesions),
        "TR": [*lesion_rows(study, lesions), *sum_rows(study), *outside_rows(study, lesions)],
        "RS": response_rows(study),
        "EX": ex_rows(study, lesions),
        "PR": pr_rows(study, lesions),
        "CM": cm_rows(study),
    }
    datasets = _datasets(study, found)
    made = {f"{one.name.lower()}.json": _document(source, study, one, rows) for one, rows in datasets}
    return {**made, "sdtm_readme.txt": readme_text(study, [one.name for one, _ in datasets]).encode()}


def _datasets(study: SdtmStudy, found: Mapping[str, Sequence[Row]]) -> list[tuple[Dataset, list[Row]]]:
    """Those with rows, in the order of the domains, each with its SUPP-- behind it, RELREC last."""
    datasets: list[tuple[Dataset, list[Row]]] = []
    for domain in DOMAINS:
        rows = numbered(study, domain.name, found[domain.name])
        check_terms(domain.name, rows, domain.codelists)
        supplement = supplements(study, domain.name, rows)
        own = [{name: value for name, value in row.items() if name != "more"} for row in rows]
        datasets += [(domain, own), (supplemental(domain.name), supplement)]
    by_name = {one.name: rows for one, rows in datasets}
    datasets.append((RELREC, related(study, by_name)))
    return [(one, rows) for one, rows in datasets if rows]


def _document(source: Source, study: SdtmStudy, one: Dataset, rows: Sequence[Row]) -> bytes:
    return dataset_json(one.name, one.label, one.columns, rows, oid=study.id, created=source.created)
