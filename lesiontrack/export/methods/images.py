"""What was done with the photographs, as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from lesiontrack.corrections.masks import READER
from lesiontrack.export.methods.references import References
from lesiontrack.export.source import Source
from lesiontrack.segmentation.by_colour import MODEL as BY_COLOUR
from lesiontrack.wording import counted

_SCALES = {
    "ruler": "by a printed millimetre ruler in the frame",
    "ruler_unit_assumed": "by a ruler whose equal ticks were taken as millimetres",
    "card": "by a colour card of known size",
    "aruco": "by a printed marker",
    "stated": "as stated by the study",
}
_RUNGS = {
    "skin_texture": "skin texture",
    "lesion_pattern": "the pattern of several lesions",
    "lesion_position": "lesion position and scale alone (identity only, rotation open)",
    "landmarks": "points placed by a person",
}
_COLOURS = {
    "card": "a colour card",
    "ruler_white": "the white of the ruler",
    "constancy": "an estimate of the light without a reference",
}


def cohort_sentences(source: Source) -> Iterator[str]:
    """Who and what was photographed, and with which software it was read."""
    software = source.provenance.get("software", {})
    version = software.get("lesiontrack")
    name = f"lesiontrack {version}" if version else "lesiontrack"
    photos, patients = source.tables.get("photos"), source.tables.get("patients")
    if photos is None:
        yield f"Results were made with {name}."
        return
    shown = photos["patient"].nunique()
    everyone = len(patients) if patients is not None else shown
    yield (
        f"Serial photographs of {counted(everyone, 'patient')} were evaluated with {name}: "
        f"{counted(len(photos), 'photograph')} of "
        f"{counted(len(photos[['patient', 'visit']].drop_duplicates()), 'visit')} and "
        f"{counted(len(photos[['patient', 'site']].drop_duplicates()), 'body site')}."
    )
    if everyone > shown:
        without = counted(everyone - shown, "patient")
        yield f"{without} had no photographs."
    failed = source.tables.get("failures")
    if failed is not None and len(failed):
        yield (
            f"{counted(len(failed), 'file or record', 'files or records')} could not be used and "
            f"{be(len(failed))} listed with the reason."
        )
    unclear = int((photos["quality"] == "not_evaluable").sum())
    if unclear:
        yield f"{counted(unclear, 'photograph')} {be(unclear)} not evaluable for quality."


def measurement_sentences(source: Source, cite: References) -> Iterator[str]:
    """Scale, outlines, registration and lesions."""
    photos = source.tables.get("photos")
    if photos is None or photos.empty:
        return
    yield from _scale(photos)
    yield from _outlines(source, photos)
    yield from _registration(photos)
    observations = source.tables.get("observations")
    if observations is not None and len(observations):
        lesions = len(observations[["patient", "lesion"]].drop_duplicates())
        usable = int(observations["evaluable"].fillna(False).sum())
        yield (
            f"{counted(lesions, 'lesion')} {be(lesions)} followed over "
            f"{counted(len(observations), 'lesion-visit')}, of which {usable} had a size that may be used; "
            "area and diameters include ulceration of the lesion."
        )
    yield from _redness(source, photos, cite)


def _scale(photos: pd.DataFrame) -> Iterator[str]:
    counts = photos["scale_method"].fillna("none").value_counts()
    found = [f"{words} in {counts[method]}" for method, words in _SCALES.items() if counts.get(method, 0)]
    without = int(counts.get("none", 0))
    if found:
        yield f"The scale was found {', '.join(found)} of {counted(len(photos), 'photograph')}." + (
            f" {counted(without, 'photograph')} without a scale gave no size in millimetres."
            if without
            else ""
        )
    else:
        yield "No photograph had a scale, so there is no size in millimetres."


def _outlines(source: Source, photos: pd.DataFrame) -> Iterator[str]:
    told = source.provenance.get("segmentation", {})
    named = photos["segmentation_model"].dropna()
    models = [model for model in named.str.removesuffix(READER).unique() if model]
    drawn = int(named.str.endswith(READER).sum())
    if not models:
        return
    for model in models:
        if model == BY_COLOUR:
            yield f"Outlines were drawn by colour and edges ({model}), not by a trained network."
            continue
        sha = str(told.get("sha256") or "") if told.get("id") == model else ""
        digest = f", sha256 {sha[:12]}" if sha else ""
        yield (
            "Outlines of skin, lesions, ulceration and obstructions were drawn by the network "
            f"{model}{digest}."
        )
    if drawn:
        yield f"In {counted(drawn, 'photograph')} a reader drew outlines anew, in part or as a whole."


def _registration(photos: pd.DataFrame) -> Iterator[str]:
    methods = (
        photos["registration_method"].where(photos["registered"].fillna(False).astype(bool)).value_counts()
    )
    rungs = [f"{words} in {methods[name]}" for name, words in _RUNGS.items() if methods.get(name, 0)]
    told = photos["registered"].notna()
    refused = int((told & ~photos["registered"].fillna(False).astype(bool)).sum())
    if rungs:
        yield f"Later visits of a site were joined to its reference photograph by {', '.join(rungs)}." + (
            f" {counted(refused, 'photograph')} could not be joined." if refused else ""
        )
    elif refused:
        yield f"{counted(refused, 'photograph')} could not be joined to the reference photograph of the site."


def _redness(source: Source, photos: pd.DataFrame, cite: References) -> Iterator[str]:
    observations = source.tables.get("observations")
    if observations is None or observations["field_delta_a"].notna().sum() == 0:
        return
    counts = photos["colour_method"].fillna("none").value_counts()
    how = [f"{words} in {counts[name]}" for name, words in _COLOURS.items() if counts.get(name, 0)]
    if how:
        yield f"Colours were corrected by {', '.join(how)} photographs."
    yield (
        f"Redness is the difference of CIELAB a* between skin and its reference {cite('cielab', 'delta_a')}."
    )
    if observations["ita_deg"].notna().any():
        yield f"The tone of the reference is given as individual typology angle {cite('ita')}."
    if observations["erythema_grade"].notna().any():
        yield (
            "It was mapped to an erythema grade of 0 to 4 by cut points of the protocol, which are "
            f"{_mark(source, 'grades.cut_1')} until calibrated against graders."
        )
    envelope = observations["envelope_id"].dropna().unique()
    if len(envelope) and (observations["inflammation"].isin(["below", "within", "above"])).any():
        yield (
            "Grades were compared with the protocol's expected course "
            f"({source.protocol.expected_course_words})."
        )


def _mark(source: Source, key: str) -> str:
    marks = {setting.key: setting.mark for setting in source.protocol.settings()}
    return {"study": "the study's own"}.get(marks.get(key, ""), marks.get(key, "provisional"))


def be(number: int) -> str:
    return "was" if number == 1 else "were"


def shares(row: Mapping[str, object], names: Mapping[str, str]) -> list[str]:
    """ "12 obscured" for each count of a row that is not 0."""
    return [f"{row[name]} {words}" for name, words in names.items() if row.get(name)]
