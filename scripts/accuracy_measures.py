"""The lines of the benchmark's table, each with the rate at which nothing could be said."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from accuracy_photos import WRONG_SCALE
from accuracy_table import (
    COVERAGE,
    NOTHING,
    Measure,
    Scores,
    Sections,
    Value,
    agreement,
    rate,
    share,
    spread,
    values,
    words,
    yes,
)

Of = Callable[[Scores], Value]

CLASSES = ("skin", "lesion", "ulcer", "obstruction")
POOR_DICE = 0.5
ULCER_MM2 = 1.0  # less counts as no skin loss
RULES = ("ulcer", "inflammation", "lesion_growth", "new_lesion", "lesion_obscured")
KINDS = ("lesion", "patient, protocol_targets", "patient, all_lesion_area")


def _photos() -> tuple[Measure, ...]:
    return (
        Measure("not read", lambda s: share(~yes(s.photos, "read"))),
        Measure("not evaluable", lambda s: share(~yes(s.photos, "evaluable"), yes(s.photos, "read"))),
    )


def _scale() -> tuple[Measure, ...]:
    def wrong(s: Scores) -> Value:
        return share(values(s.photos, "scale_error").abs() > WRONG_SCALE, yes(s.photos, "scale_found"))

    def found(s: Scores, ruler: pd.Series) -> Value:
        """Of photos whose scale was not given."""
        return share(yes(s.photos, "scale_found"), ruler & values(s.photos, "scale_found").notna())

    return (
        Measure("found, ruler in frame", lambda s: found(s, yes(s.photos, "ruler"))),
        Measure(
            "error at the ruler, %: median, 95 %", lambda s: spread(100 * values(s.photos, "scale_error"))
        ),
        Measure("wrong by more than 5 %", wrong),
        Measure("given, no ruler in frame", lambda s: found(s, ~yes(s.photos, "ruler"))),
        Measure(
            "error at a photo's worst lesion, %: median, 95 %",
            lambda s: spread(100 * values(s.photos, "scale_at_lesions_error")),
        ),
    )


def _registration() -> tuple[Measure, ...]:
    def moved(s: Scores) -> pd.Series:
        return words(s.photos, "rung") != "reference"

    def off(s: Scores) -> Value:
        return share(yes(s.photos, "off"), yes(s.photos, "aligned"))

    def swapped(kind: str, how: str) -> Of:
        return lambda s: share(yes(s.swaps, how), words(s.swaps, "kind") == kind)

    return (
        Measure("skin aligned", lambda s: share(yes(s.photos, "aligned"), moved(s))),
        Measure(
            "identity only, orientation open",
            lambda s: share(words(s.photos, "rung") == "lesion_position", moved(s)),
        ),
        Measure("refused", lambda s: share(~yes(s.photos, "joined"), moved(s))),
        Measure("error on skin, mm: median, 95 %", lambda s: spread(values(s.photos, "registration_mm"), 2)),
        Measure("aligned, and off by more than 2 mm", off),
        Measure("another patient's photo: aligned", swapped("patient", "aligned")),
        Measure("another patient's photo: joined in any way", swapped("patient", "joined")),
        Measure("another site's photo: aligned", swapped("site", "aligned")),
        Measure("another site's photo: joined in any way", swapped("site", "joined")),
    )


def _masks() -> tuple[Measure, ...]:
    def dice(name: str) -> Of:
        def of(s: Scores) -> Value:
            known = values(s.photos, f"dice_{name}").dropna()
            if not len(known):
                return {"n": 0, "text": NOTHING}
            poor = int((known < POOR_DICE).sum())
            middle, mean = float(known.median()), float(known.mean())
            text = f"{middle:.2f}, {mean:.2f}; {poor}/{len(known)}"
            return {"n": len(known), "median": middle, "mean": mean, "poor": poor, "text": text}

        return of

    def marked(name: str) -> Of:
        column = f"marked_{name}"
        return lambda s: share(yes(s.photos, column), values(s.photos, column).notna())

    return (
        *(Measure(f"Dice, {name}: median, mean; below 0.5", dice(name)) for name in CLASSES),
        *(Measure(f"{name} marked where there is none", marked(name)) for name in CLASSES[1:]),
    )


def _sizes() -> tuple[Measure, ...]:
    def difference(s: Scores, name: str) -> pd.Series:
        return values(s.lesions, name) - values(s.lesions, f"true_{name}")

    def percent(s: Scores, name: str) -> pd.Series:
        true = values(s.lesions, f"true_{name}")
        return 100 * (values(s.lesions, name) / true.where(true > 0) - 1)

    def covered(s: Scores) -> Value:
        sd, off = values(s.lesions, f"{long}_sd"), difference(s, long)
        return share(off.abs() <= COVERAGE * sd, sd.notna() & off.notna())

    def ulcers(s: Scores) -> Value:
        return agreement(difference(s, "ulcer_area_mm2").where(values(s.lesions, "true_ulcer_area_mm2") > 0))

    def false_ulcers(s: Scores) -> Value:
        none = values(s.lesions, "true_ulcer_area_mm2") == 0
        return share(values(s.lesions, "ulcer_area_mm2") >= ULCER_MM2, none)

    long, area = "longest_diameter_mm", "area_mm2"
    return (
        Measure("lesions found", lambda s: share(yes(s.lesions, "matched"), yes(s.lesions, "there"))),
        Measure(
            "found and evaluable",
            lambda s: share(yes(s.lesions, "matched") & yes(s.lesions, "evaluable"), yes(s.lesions, "there")),
        ),
        Measure("longest diameter, mm: bias [limits]", lambda s: agreement(difference(s, long), 2)),
        Measure("longest diameter, %: median, 95 %", lambda s: spread(percent(s, long))),
        Measure("area, %: bias [limits]", lambda s: agreement(percent(s, area), 0)),
        Measure("area, %: median, 95 %", lambda s: spread(percent(s, area))),
        Measure("true diameter within 1.96 stated sd", covered),
        Measure("ulcer area, mm2: bias [limits]", ulcers),
        Measure("ulcer of 1 mm2 or more where there is none", false_ulcers),
    )


def _redness() -> tuple[Measure, ...]:
    def measured(s: Scores) -> Value:
        return share(yes(s.photos, "redness_found"), values(s.photos, "redness_true").notna())

    return (
        Measure("delta a* measured, after day 0", measured),
        Measure("delta a*: bias [limits]", lambda s: agreement(values(s.photos, "redness_error"))),
        Measure("delta a*: median, 95 %", lambda s: spread(values(s.photos, "redness_error"))),
    )


def _identity() -> tuple[Measure, ...]:
    def a_visit(table: str, name: str) -> Of:
        return lambda s: rate(float(values(getattr(s, table), name).sum()), len(s.photos))

    def called(word: str, where: str) -> Of:
        return lambda s: share(words(s.lesions, "claimed") == word, words(s.lesions, "status") == where)

    def gone_where_gone(s: Scores) -> Value:
        return share(yes(s.lesions, "called_gone"), words(s.lesions, "status") == "not_visible")

    return (
        Measure("identity switches, a patient-visit", a_visit("lesions", "switched")),
        Measure("outlines on no lesion, a patient-visit", a_visit("strays", "outlines")),
        Measure("outlines on naevi, a patient-visit", a_visit("strays", "naevi")),
        Measure("spurious new lesions, a patient-visit", a_visit("strays", "candidates")),
        Measure(
            "called gone though there",
            lambda s: share(yes(s.lesions, "called_gone"), yes(s.lesions, "exists")),
        ),
        Measure("called gone where gone", gone_where_gone),
        Measure("called obscured where covered or eroded", called("obscured", "obscured")),
        Measure("called merged where merged", called("merged", "merged")),
    )


def _flags() -> tuple[Measure, ...]:
    def rows(s: Scores, due: bool, rule: str) -> pd.DataFrame:
        return s.flags[(yes(s.flags, "due") == due) & words(s.flags, "rule").str.startswith(rule)]

    def raised(rule: str) -> Of:
        return lambda s: share(yes(rows(s, True, rule), "raised"))

    def false(rule: str) -> Of:
        return lambda s: rate(len(rows(s, False, rule)), len(s.photos))

    def delay(s: Scores) -> Value:
        days = values(s.flags, "delay").dropna()
        if not len(days):
            return {"n": 0, "text": NOTHING}
        mean, most = float(days.mean()), float(days.max())
        return {"n": len(days), "mean": mean, "longest": most, "text": f"{mean:.0f}, {most:.0f}"}

    return (
        Measure("raised, of those due", raised("")),
        *(Measure(f"- {rule}", raised(rule)) for rule in RULES),
        Measure("delay, days: mean, longest", delay),
        Measure("false, a patient-visit", false("")),
        *(Measure(f"- {rule}, false", false(rule)) for rule in RULES),
    )


def _responses() -> tuple[Measure, ...]:
    def rows(s: Scores, kind: str) -> pd.DataFrame:
        return s.responses[words(s.responses, "kind") == kind]

    def known(s: Scores, kind: str) -> pd.DataFrame:
        own = rows(s, kind)
        return own[words(own, "truth") != "NE"]

    def right(kind: str) -> Of:
        return lambda s: share(yes(known(s, kind), "right"))

    def silent(kind: str) -> Of:
        return lambda s: share(~yes(known(s, kind), "answered"))

    def false_complete(kind: str) -> Of:
        return lambda s: share(words(rows(s, kind), "said") == "CR", words(rows(s, kind), "truth") != "CR")

    measures = []
    for kind in (*KINDS, "inflammation"):
        measures += [
            Measure(f"{kind}: right", right(kind)),
            Measure(f"{kind}: not answered", silent(kind)),
        ]
        if kind in KINDS:
            measures.append(Measure(f"{kind}: false complete", false_complete(kind)))
    return tuple(measures)


SECTIONS: Sections = (
    ("Photos", _photos()),
    ("Scale", _scale()),
    ("Registration", _registration()),
    ("Masks", _masks()),
    ("Sizes", _sizes()),
    ("Erythema of the field", _redness()),
    ("Identity", _identity()),
    ("Flags", _flags()),
    ("Responses", _responses()),
)
