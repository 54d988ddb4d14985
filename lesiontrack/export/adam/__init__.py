"""ADaM as Dataset-JSON 1.1: ADSL, ADTR, ADRS, ADTTE.

The specification followed is pharmaverse/admiralonco (Apache-2.0, its vignettes and templates), restated;
where ours differs, docs/adam.md says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lesiontrack.export.adam.adrs import adrs_rows
from lesiontrack.export.adam.adsl import adsl_rows
from lesiontrack.export.adam.adtr import adtr_rows
from lesiontrack.export.adam.adtte import adtte_rows
from lesiontrack.export.adam.readme import README
from lesiontrack.export.adam.study import AdamStudy, Row
from lesiontrack.export.adam.variables import ADRS, ADTR, ADTTE, Variable, with_flags
from lesiontrack.export.datasetjson import DatasetColumn, dataset_json
from lesiontrack.export.source import Source

__all__ = ["files"]

_OWN = frozenset(variable.name for variable in with_flags([]))


def files(source: Source) -> dict[str, bytes]:
    """adsl.json, adtr.json, adrs.json, adtte.json and adam.txt, which says what their codes mean.

    A signed-only source gives the signed reading alone. Raises ValueError for a word or an analysis that has
    no ADaM term.
    """
    study = AdamStudy(source)
    subjects = adsl_rows(study)
    flags = sorted({name for row in subjects for name in row} - _OWN)
    made = {
        "ADSL": ("Subject-Level Analysis Dataset", with_flags(flags), subjects),
        "ADTR": ("Tumor Results Analysis Dataset", ADTR, adtr_rows(study)),
        "ADRS": ("Response Analysis Dataset", ADRS, adrs_rows(study)),
        "ADTTE": ("Time to Event Analysis Dataset", ADTTE, adtte_rows(study)),
    }
    created = source.created
    found = {
        f"{name.lower()}.json": dataset_json(
            name,
            label,
            [_column(one) for one in variables],
            _records(variables, rows),
            oid=study.id,
            created=created,
        )
        for name, (label, variables, rows) in made.items()
    }
    return {**found, "adam.txt": README.encode()}


def _column(variable: Variable) -> DatasetColumn:
    if variable.type == "date":
        return DatasetColumn(
            variable.name,
            variable.label,
            "date",
            key=variable.key,
            target_data_type="integer",
            display_format="E8601DA.",
        )
    return DatasetColumn(variable.name, variable.label, variable.type, key=variable.key)


def _records(variables: Sequence[Variable], rows: Sequence[Row]) -> list[Mapping[str, Any]]:
    """The rows without what derivations carry beside the variables."""
    names = [variable.name for variable in variables]
    return [{name: row[name] for name in names if row.get(name) is not None} for row in rows]
