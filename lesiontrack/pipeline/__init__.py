"""The whole chain over a study: what `lesiontrack run` does, as a function."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from lesiontrack.corrections import Store
from lesiontrack.errors import StudyError
from lesiontrack.flags import find_flags
from lesiontrack.pipeline.accounts import name_failures, record_failures, site_failures
from lesiontrack.pipeline.answers import cohort_tables
from lesiontrack.pipeline.cohort import observe, photo_tables
from lesiontrack.pipeline.events import Called, called
from lesiontrack.pipeline.executor import one_thread, run_tasks
from lesiontrack.pipeline.identities import assign_ids, read_identities, write_identities
from lesiontrack.pipeline.provenance import provenance
from lesiontrack.pipeline.record import SiteRecord
from lesiontrack.pipeline.recorded import recorded_tables, told_of_lesions, visit_rows, with_ids
from lesiontrack.pipeline.rerun import rerun_options
from lesiontrack.pipeline.reviewed import joined_names, of_lesions, reviewed_tables, with_grades
from lesiontrack.pipeline.siteindex import write_site_index
from lesiontrack.pipeline.tasks import site_tasks
from lesiontrack.protocol import load_protocol
from lesiontrack.results import ResultsFolder, json_bytes
from lesiontrack.segmentation.choice import choose_model
from lesiontrack.study import Failure, Study, read_study
from lesiontrack.study.files import PHOTO_SUFFIXES
from lesiontrack.tables import TABLES, data_dictionary, frame

STAGES = ("segment", "register", "score", "flag", "report")


@dataclass(frozen=True, eq=False)
class Results:
    """What a run gave: the tables of DESIGN.md as DataFrames, and where they lie.

    `through` is the last stage that was run: tables of later stages are not there.
    """

    folder: Path
    tables: dict[str, pd.DataFrame]
    through: str

    @property
    def failures(self) -> pd.DataFrame:
        """Photos and sites that could not be evaluated: file, stage, reason."""
        return self.tables["failures"]

    @property
    def exit_code(self) -> int:
        """0: all evaluated; 1: finished, but some photos or sites failed."""
        return 1 if len(self.failures) else 0

    def summary(self) -> dict[str, str]:
        """A few lines for people: what was read, what could not be, and where to look."""
        photos = self.tables["photos"]
        lines = {
            "photos read": f"{len(photos)} of {len(photos) + self._failed_photos()}",
            "with a scale": f"{int(photos['px_per_mm'].notna().sum())}",
            "not evaluable": f"{int((photos['quality'] == 'not_evaluable').sum())}",
        }
        if "observations" in self.tables:
            seen = self.tables["observations"]
            lesions = seen[["patient", "lesion"]].drop_duplicates()
            lines["lesions"] = f"{len(lesions)} in {seen['patient'].nunique()} patients"
            lines["lesion-visits"] = f"{len(seen)}, evaluable {int(seen['evaluable'].sum())}"
        if "flags" in self.tables:
            lines["flags"] = str(len(self.tables["flags"]))
        lines["failures"] = str(len(self.failures))
        last = "index.html" if self.through == "report" else "tables"
        lines["look at"] = str(self.folder / last)
        return lines

    def _failed_photos(self) -> int:
        return sum(Path(file).suffix.lower() in PHOTO_SUFFIXES for file in self.failures["file"])


def run(
    study: Study | Path | str,
    results_dir: Path | str,
    *,
    protocol: str | None = None,
    model: Path | str | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    fresh: bool = False,
    through: str = "report",
    on_progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Results:
    """Run a study through the stages and write the results folder.

    Args:
        study: a study folder, or one that was read.
        results_dir: new, empty, or of an earlier run; finished sites in it are not measured again.
        protocol: id of a shipped protocol or a TOML file; default: the one that the study names.
        model: a model file, or "colour" for the method by colour and edges; default: the shipped network,
            or "colour" where none is shipped.
        jobs: worker processes; default one a core. 1 runs in this process.
        scheduler: address of a Dask scheduler instead.
        fresh: measure every site again. Lesion ids are kept all the same.
        through: last stage, one of STAGES.
        on_progress: called with (what, done, total).

    Raises:
        StudyError, ProtocolError, ModelError, ResultsError: nothing was measured.
    """
    if through not in STAGES:
        raise ValueError(f"through ({through!r}) must be one of {', '.join(STAGES)}")
    started = datetime.now(UTC)
    if not isinstance(study, Study):
        study = read_study(study)
    corrections = Store(study.root).read()
    rules = load_protocol(protocol or study.protocol, study.thresholds, folder=study.root)
    outlines = choose_model(model)
    results = ResultsFolder(results_dir)
    results.prepare(study.root)
    with results.locked():
        known = read_identities(results)
        results.remove(results.provenance.name)
        results.sweep()
        if fresh:
            results.discard(results.sites.relative_to(results.root))
        last = min(through, "score", key=STAGES.index)
        tasks = site_tasks(
            study, rules, results.root,
            through=last, model=outlines, corrections=corrections, known=known,
        )  # fmt: skip
        if not tasks:
            raise StudyError(
                f"{study.root}: no photo can be used; " + "; ".join(f.reason for f in study.failures[:3])
            )
        one_thread()
        done = 0

        def advance(*_: object) -> None:
            nonlocal done
            done += 1
            on_progress("sites", done, len(tasks))

        on_progress("sites", 0, len(tasks))
        outcomes = run_tasks(tasks, jobs=jobs or os.cpu_count() or 1, scheduler=scheduler, on_done=advance)
        records = [outcome for outcome in outcomes if isinstance(outcome, SiteRecord)]
        failures = [
            *study.failures,
            *corrections.failures,
            *(failure for record in records for failure in record.failures),
            *(
                failure
                for task, outcome in zip(tasks, outcomes, strict=True)
                if isinstance(outcome, Failure)
                for failure in site_failures(task, outcome)
            ),
        ]
        tables = photo_tables(study, rules, records)
        ids: dict[tuple[str, str, int], str] = {}
        names: Called = {}
        reached = STAGES.index(through)
        if reached >= STAGES.index("score"):
            days = {(p.code, v.label): v.study_day for p in study.patients for v in p.visits}
            ids, known = assign_ids(records, days, known)
            write_identities(results, known)
            failures += name_failures(study.lesions, records, ids)
            names = joined_names(study, corrections, called(records, ids))
            meant = of_lesions(corrections, records, ids, names)
            study = with_grades(study, meant.corrections)
            failures += record_failures(study, names)
            tables |= recorded_tables(study, rules, names)
            observed = observe(study, rules, records, ids, names, meant.corrections.in_force)
            tables |= reviewed_tables(study, rules, meant, tables["photos"], observed, records, ids, names)
        if reached >= STAGES.index("flag"):
            tables["flags"] = frame("flags", find_flags(tables["observations"], rules, study.doses))
        if reached >= STAGES.index("report"):
            tables |= cohort_tables(
                tables["observations"], tables["photos"], study.patients, rules,
                doses=with_ids(study.doses, names), events=with_ids(study.events, names),
                measurements=with_ids(study.measurements, names),
                told=told_of_lesions(study, names),
            )  # fmt: skip
        tables["failures"] = frame(
            "failures", [{**asdict(failure), "protocol_id": rules.protocol_id} for failure in failures]
        )
        for name in TABLES:
            if name in tables:
                results.write_table(name, tables[name])
            else:
                results.remove_table(name)
        results.write_table("data_dictionary", data_dictionary())
        results.write(results.protocol.name, rules.source)
        settings = {
            "title": study.title,
            "thresholds": dict(study.thresholds),
            "outlines": outlines.about,
            "doses": [asdict(dose) for dose in study.doses],
            "visits": visit_rows(study),
            "lesions": told_of_lesions(study, names),
        }
        results.write(results.settings.name, json_bytes(settings))
        results.write(
            results.rerun.name, json_bytes(rerun_options(results.root, study.root, protocol, model))
        )
        write_site_index(results, tasks, records, ids)
        named = Path(protocol).name if protocol else None
        options = {"protocol": named, "fresh": fresh, "through": through}
        facts = provenance(study, rules, tables, model=outlines, options=options, started=started)
        if through == "report":
            from lesiontrack.report import write_report

            write_report(results.root, jobs=jobs or os.cpu_count() or 1, facts=facts, on_progress=on_progress)
        else:
            results.remove_pages(keep=set())
        results.write(results.provenance.name, json_bytes(facts))
    return Results(results.root, tables, through)
