"""ADRS: response, one record a visit (OVR) and one a subject of each derived parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lesiontrack.export.adam import parameters as derive
from lesiontrack.export.adam.adtr import numbered
from lesiontrack.export.adam.assessments import parameter, signed_word, visit_records
from lesiontrack.export.adam.parameters import Found, Rules
from lesiontrack.export.adam.study import AdamStudy, Row
from lesiontrack.export.adam.terms import ANALYSES, AVAL, BASES, CONFIRMATIONS, CRITERIA, VISITS
from lesiontrack.export.adam.values import on_day
from lesiontrack.export.cdisc import Subject, in_cdisc_days
from lesiontrack.response.assessments import Assessment
from lesiontrack.response.words import as_recist, settled


def adrs_rows(study: AdamStudy) -> list[Row]:
    """Rows of ADRS. Every enrolled subject has every derived parameter of the analyses that were made.

    BOR and CBOR are those of our table best_responses; the others but DEATH and MDIS are derived from OVR. On
    the signed basis RSP and CRSP hold where the best response does, as rates and time_to_event count them.
    """
    best = {
        (row["patient"], row["analysis"], row["visits"], row["confirmation"]): row
        for row in study.rows("best_responses")
    }
    named = {key[1] for key in best}
    named |= {row["analysis"] for rows in study.visit_responses.values() for row in rows}
    analyses = [*(name for name in ANALYSES if name in named), *sorted(named - set(ANALYSES))]
    rules = Rules(
        study.days("response.confirm_days"),
        study.days("response.min_sd_days"),
        study.days("response.max_ne"),
        bool(study.protocol.threshold("response.accept_sd")),
    )
    rows: list[Row] = []
    for one in study.subjects:
        records: list[Row] = []
        for analysis in analyses:
            for basis in study.bases:
                visits = visit_records(study, one, analysis, basis, first=len(records) + 1)
                records += visits
                for which in VISITS:
                    rest = {name: best.get((one.code, analysis, which, name)) for name in CONFIRMATIONS}
                    series = _Series(one, analysis, basis, which, visits, rest)
                    records += [*series.derived(rules), *series.best()]
        rows += numbered(study, one, [*records, _death(one), *_measurable(study, one)])
    return rows


class _Series:
    """The responses of one subject that count in one target set, reading and choice of visits.

    `rest`: confirmation → row of best_responses.
    """

    def __init__(
        self,
        one: Subject,
        analysis: str,
        basis: str,
        which: str,
        visits: Sequence[Row],
        rest: Mapping[str, Row | None],
    ) -> None:
        flag = "ANL01FL" if which == "all_visits" else "ANL02FL"
        self.one, self.analysis, self.basis, self.which, self.rest = one, analysis, basis, which, rest
        self.read = {record["_day"]: record for record in visits if record.get(flag)}
        self.counted = self._settled("AVALC")

    def _settled(self, column: str) -> list[Assessment]:
        words = settled([record[column] for record in self.read.values()])
        return [
            Assessment(record["_sequence"], day, word)
            for (day, record), word in zip(self.read.items(), words, strict=True)
        ]

    def derived(self, rules: Rules) -> list[Row]:
        """PD, RSP, CB, CRSP, CCB, and LSTA where anything was assessed."""
        response, confirmed = (self._response(rules, name) for name in ("unconfirmed", "confirmed"))
        records = [
            self._yes_no("PD", derive.progression(self.counted)),
            self._yes_no("RSP", response),
            self._yes_no("CB", derive.benefit(self.counted, rules, response)),
            self._yes_no("CRSP", confirmed),
            self._yes_no("CCB", derive.benefit(self.counted, rules, confirmed)),
        ]
        last = derive.last_assessment(self.counted)
        if last is not None:
            word = self.read[last.day]["AVALC"]
            records.append(self._record("LSTA", last, word, AVAL[word]))
        return records

    def _response(self, rules: Rules, confirmation: str) -> Found:
        """The first response. On the signed basis only where the best response counts there, as in rates."""
        if self.basis == "signed" and as_recist(self._best_word(confirmation)) not in ("CR", "PR"):
            return None
        automatic = self._settled("_automatic")
        return derive.response(automatic, rules, confirmed=confirmation == "confirmed")

    def _best_word(self, confirmation: str) -> str:
        row = self.rest[confirmation]
        if row is None:
            return "MISSING"
        return (
            row["response"] if self.basis != "signed" else signed_word(row["response"], bool(row["signed"]))
        )

    def best(self) -> list[Row]:
        """BOR, BCP, CBOR, CBCP from best_responses."""
        records = []
        for name, code, responded in (("unconfirmed", "BOR", "BCP"), ("confirmed", "CBOR", "CBCP")):
            row = self.rest[name]
            if row is None:
                continue
            word, day = self._best_word(name), row["study_day"]
            found = next((one for one in self.counted if one.day == day), None)
            if found is None and day is not None:
                found = Assessment(0, day, as_recist(word))
            note = None if row["note"] is None else in_cdisc_days(row["note"])
            records.append(self._record(code, found, word, AVAL[word]) | {"REVNOTE": note})
            records.append(self._yes_no(responded, found if as_recist(word) in ("CR", "PR") else None))
        return records

    def _yes_no(self, code: str, found: Found) -> Row:
        return self._record(code, found, "N" if found is None else "Y", int(found is not None))

    def _record(self, code: str, found: Found, word: str, value: int) -> Row:
        record = {
            **parameter(code, self.analysis, self.basis, self.which),
            "AVAL": value,
            "AVALC": word,
            "ANL01FL": "Y",
        }
        if found is None:
            return record
        if not found.row:
            return record | on_day(self.one, found.day)
        record |= on_day(self.one, found.day, self.read[found.day]["VISLABEL"])
        return record | {"SRCDOM": "ADRS", "SRCVAR": "AVALC", "SRCSEQ": found.row}


def _death(one: Subject) -> Row:
    died = one.recorded["death_day"]
    return {
        "PARAM": "Death",
        "PARAMCD": "DEATH",
        "PARCAT1": "REFERENCE EVENT",
        "PARCAT6": "DEATH",
        **({} if died is None else on_day(one, died)),
        "AVAL": int(died is not None),
        "AVALC": "N" if died is None else "Y",
        "ANL01FL": "Y",
        **({} if died is None else {"SRCDOM": "ADSL", "SRCVAR": "DTHDT"}),
    }


def _measurable(study: AdamStudy, one: Subject) -> list[Row]:
    """MDIS: whether there was a target lesion at the baseline; N for a subject without photographs.

    Of what a reader has signed alone, nothing signed is no "no".
    """
    lesions = study.lesion_responses.get(one.code, [])
    if study.source.signed_only and not lesions:
        return []
    measurable = any(row["role"] == "target" for row in lesions)
    return [
        {
            "PARAM": "Measurable Disease at Baseline; cutaneous, photo-visible",
            "PARAMCD": "MDIS",
            "PARCAT1": "TUMOR RESPONSE",
            "PARCAT2": BASES[study.bases[0]][1],
            "PARCAT3": CRITERIA,
            "PARCAT6": "MDIS",
            "AVAL": int(measurable),
            "AVALC": "Y" if measurable else "N",
            "ANL01FL": "Y",
            **({"SRCDOM": "ADTR", "SRCVAR": "PARCAT1"} if measurable else {}),
        }
    ]
