"""What a correction says, in plain words for tables and pages."""

from __future__ import annotations

from lesiontrack.corrections.model import (
    Assignment,
    Evaluability,
    GoneJudgement,
    Grade,
    Landmarks,
    LesionName,
    LesionPoint,
    MaskEdit,
    NewLesionJudgement,
    RegistrationJudgement,
    SameLesion,
    Signature,
    Value,
    Withdrawal,
)

CLASSES = {"lesion": "lesion", "ulcer": "skin loss", "obstruction": "obstruction", "skin": "skin"}


def what_of(value: Value) -> str:
    """One phrase, without who said it; what people typed stands in “quotation marks”."""
    match value:
        case Assignment():
            if value.excluded:
                return "photo taken out of the study"
            view = f", view {value.view}" if value.view > 1 else ""
            modality = "" if value.modality == "clinical" else f", {value.modality.replace('_', ' ')}"
            return f"photo is of {value.patient}, visit {value.visit}, {value.site}{view}{modality}"
        case RegistrationJudgement():
            return "registration accepted" if value.accepted else "registration rejected"
        case Landmarks():
            return f"{len(value.pairs)} pairs of points shared with visit {value.reference_visit}"
        case MaskEdit():
            drawn = ", ".join(CLASSES[name] for name in sorted(value.masks))
            return f"{drawn} drawn in a window of {value.width} x {value.height} px"
        case LesionPoint():
            return f"{value.lesion} is at x = {value.x:.0f}, y = {value.y:.0f}"
        case SameLesion():
            return f"{value.lesion} is the same lesion as {value.same_as}"
        case LesionName():
            return f"called {quoted(value.name)}" if value.name.strip() else "name taken away"
        case NewLesionJudgement():
            return "new lesion" if value.new else "no new lesion: it was there before"
        case GoneJudgement():
            return "nothing is left of it" if value.gone else "it is still there"
        case Evaluability():
            what = "lesion" if value.lesion else "visit"
            if value.evaluable:
                return f"{what} evaluable after all"
            return f"{what} not evaluable: {quoted(value.reason)}"
        case Grade():
            return f"{quoted(value.sign)} graded {value.grade:g} on {quoted(value.scale_id)}"
        case Signature():
            return f"signed: {_signed(value)}"
        case Withdrawal():
            return "taken back"


def quoted(text: str) -> str:
    """In “quotation marks”, which the text itself then does not hold."""
    return f"“{' '.join(text.split()).translate({0x201C: 0x27, 0x201D: 0x27})}”"


def _signed(value: Signature) -> str:
    told = value.values
    status = str(told.get("status") or "no status").replace("_", " ")
    longest = told.get("longest_diameter_mm")
    if not told.get("evaluable"):
        return f"{status}, not evaluable"
    return (
        status
        if longest is None or status == "not visible"
        else f"{status}, longest diameter {longest:.4g} mm"
    )
