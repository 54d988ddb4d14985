"""The model card: what a network learned from, how good it is, and what it is not for (Markdown)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING

from lesiontrack import __version__
from lesiontrack.segmentation.network import ModelFile
from lesiontrack.training.assumptions import CLOSE_UPS, TOLD, WOUNDS
from lesiontrack.training.contents import Contents
from lesiontrack.training.evaluation import NOMINAL, Evaluation, Figures
from lesiontrack.training.split import LEFT_OUT, PARTS, Split

if TYPE_CHECKING:
    from lesiontrack.training.model import TrainedModel

RENDERED = "phantom"
TO_DO = "TO BE FILLED IN BY HAND"
_WORST = 5  # photos named for each set and class


@dataclass(frozen=True)
class Making:
    """What the card tells of the call that made the model.

    Attributes:
        split_origin: how the split came about, a sentence.
        split_sha256: of the split's file.
        device: "cpu" or "cuda".
        made_on: day of writing.
        start: id of the model that it was fine-tuned from; None for random weights.
        favoured: sets drawn more often in a fine-tuning.
        gaps: what parts of the split lack, sentences.
        changes: of a fine-tuning, figures on the test part before and after, a line each.
        keep: share of the first model's weights in this one.
    """

    split_origin: str
    split_sha256: str
    device: str
    made_on: date
    start: str | None = None
    favoured: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    keep: float = 0.0


def model_card(
    model: ModelFile,
    trained: TrainedModel,
    contents: Sequence[Contents],
    split: Split,
    evaluation: Evaluation | None,
    making: Making,
) -> str:
    """Markdown. `evaluation` is of the split's test part; None where that part is empty."""
    return "\n\n".join(
        (
            f"# Model card: {model.id}",
            f"> **Research software. Not a medical device. {_sentence(model.not_validated)}**",
            _what(model),
            _use(),
            _data(contents),
            _split(split, making),
            _figures(evaluation),
            *_changes(making),
            _calibration(trained, evaluation),
            _failures(evaluation),
            _training(trained, making),
        )
    ) + "\n"  # fmt: skip


def _what(model: ModelFile) -> str:
    rows = [
        ("id", model.id),
        ("SHA-256 of the file", f"`{model.sha256}`"),
        ("marks", f"{', '.join(model.classes)}: an independent probability each, so that areas may overlap"),
        (
            "input",
            "sRGB photographs; searched at a long side of "
            f"{' and '.join(map(str, model.search_px))} px, what is found is looked at again "
            f"in crops of {model.crop_px} px",
        ),
        ("trained on", model.trained_on),
        ("licence", model.licence),
        ("used by", "`lesiontrack run STUDY -o RESULTS --model FILE`"),
    ]
    return _table(("", ""), rows)


def _use() -> str:
    return """## Intended use

Outlines in photographs of skin for research, made to be looked at: every result page shows them. They measure
and compare.

Not for diagnosis, screening or decisions about a treatment, and not in place of an examination. Not for kinds
of photographs that the data below don't hold, before `lesiontrack evaluate` has shown on photographs outlined
at the site itself how good it is there."""


def _data(contents: Sequence[Contents]) -> str:
    rows = [
        (
            one.name,
            one.source,
            one.licence,
            f"{one.photos}" + (f" ({one.shared} of them in a set above)" if one.shared else ""),
            ", ".join(f"{name} {count} ({one.present[name]})" for name, count in one.labelled.items()),
            *(str(one.parts.get(part, 0)) for part in PARTS),
            f"`{one.sha256[:16]}`",
        )
        for one in contents
    ]
    head = ("set", "source", "licence", "photos", "labelled for (showing it)", *PARTS, "SHA-256")
    lines = [
        "## Data",
        _table(head, rows),
        "The SHA-256 (first 16 digits) is over all files and labels of a set. No photograph is part of the "
        "model file. A set without a stated licence may not allow the model to be passed on: ask its owner.",
    ]
    notes = [f"- {one.name}: {note}" for one in contents for note in one.notes]
    if any(one.shared for one in contents):
        notes.append("- A photograph of several sets stands once, in the first of them, with all its labels.")
    if any(one.kind.startswith(CLOSE_UPS) or one.kind in WOUNDS for one in contents):
        notes.append(f"- Assumed while training, not in figures: {TOLD}")
    if any(one.kind == RENDERED for one in contents):
        notes.append("- Figures on rendered photographs tell recovery of their truth, not validity.")
    return "\n\n".join([*lines, *(["\n".join(notes)] if notes else [])])


def _split(split: Split, making: Making) -> str:
    rows = []
    for part in PARTS:
        ids = [name for name, there in split.parts.items() if there == part]
        rows.append((part, str(len(ids)), str(len({split.groups.get(name, name) for name in ids}))))
    left_out = sum(1 for name in split.groups if name not in split.parts)
    if left_out:
        rows.append((LEFT_OUT or "left out", str(left_out), ""))
    lines = [
        "## Split",
        making.split_origin,
        _table(("part", "photos", "groups"), rows),
        f"The split's file has the SHA-256 `{making.split_sha256}`. Weights come from the train part, "
        "temperatures from the validation part, figures from the test part.",
    ]
    if making.gaps:
        lines.append("\n".join(f"- {gap}" for gap in making.gaps))
    return "\n\n".join(lines)


def _figures(evaluation: Evaluation | None) -> str:
    title = "## Figures on the test part"
    if evaluation is None:
        return f"{title}\n\nNone: no photo is in the test part. How good this model is, is not known."
    head = (
        "set", "class", "skin tone", "photos", "Dice, pooled pixels (95 %)", "Jaccard, mean (95 %)",
        "Jaccard, median", "Dice, mean", "failed", "nothing marked", "marked where there is none", "ECE",
        "ECE, p > 0.05",
    )  # fmt: skip
    every = evaluation.figures()
    lines = [
        title,
        _table(head, [_row(figures) for figures in every]),
        "Dice of pooled pixels is that of all photos' pixels taken together; means and medians are of photos "
        "that show the class. *Failed*: Jaccard < 0.65. *Nothing marked*: of the photos that show the class. "
        "*Marked where there is none*: of the photos that don't. *ECE*: expected calibration error over all "
        "labelled pixels, and over those with a probability of 0.05 and more. Intervals: groups of photos "
        "drawn anew, where there are enough.",
        NOMINAL,
        "\n".join(_of_set(evaluation, name) for name in evaluation.datasets),
    ]
    return "\n\n".join(lines)


def _changes(making: Making) -> list[str]:
    if not making.changes:
        return []
    lines = "\n".join(f"- {_cell(line)}" for line in making.changes)
    return [f"## Before and after\n\n{making.start}, and this model, on the same test photos:\n\n{lines}"]


def _of_set(evaluation: Evaluation, dataset: str) -> str:
    pixels, share = evaluation.hidden(dataset)
    line = f"- {dataset}: {evaluation.seconds(dataset):.2f} s of processor time a photo"
    if pixels:
        line += f"; {share:.2%} of the obstruction's pixels marked as lesion or ulcer"
    return line


def _row(figures: Figures) -> tuple[str, ...]:
    return (
        figures.dataset,
        figures.name,
        figures.tone.replace("_", " ") or "all",
        str(figures.photos),
        _interval(figures.pooled_dice, figures.pooled_dice_interval),
        _interval(figures.mean_jaccard, figures.mean_jaccard_interval),
        _number(figures.median_jaccard),
        _number(figures.mean_dice),
        _share(figures.failed, figures.photos),
        _share(figures.refused, figures.photos),
        f"{figures.empty_marked} of {figures.empty}" if figures.empty else "",
        _number(figures.calibration_error, 4),
        _number(figures.noticed_calibration_error),
    )


def _calibration(trained: TrainedModel, evaluation: Evaluation | None) -> str:
    temperatures = ", ".join(f"{name} {value:.2f}" for name, value in trained.temperatures.items())
    lines = [
        "## Calibration",
        "Temperatures, fitted on the validation part (1 leaves a probability as it is): "
        f"{temperatures or 'none, as too few photos are in it'}.",
    ]
    if evaluation is not None:
        ranges = [f"{low / 10:.1f}–{(low + 1) / 10:.1f}" for low in range(10)]
        rows = []
        curves = evaluation.as_dict()["reliability"]
        assert isinstance(curves, list)
        for curve in curves:
            shares = {min(int(row["predicted"] * 10), 9): row["true"] for row in curve["rows"]}
            cells = (f"{shares[low]:.2f}" if low in shares else "" for low in range(10))
            rows.append((curve["dataset"], curve["name"], *cells))
        lines.append("On the test part: share of pixels that are of the class, by probability.")
        lines.append(_table(("set", "class", *ranges), rows))
    return "\n\n".join(lines)


def _failures(evaluation: Evaluation | None) -> str:
    lines = [
        "## Known failures",
        f"> **{TO_DO}.** Look at the worst photographs and write here what goes wrong: on what, how often, "
        "how it shows. A card without this section filled in is not finished.",
    ]
    rows = []
    if evaluation is not None:
        for dataset in evaluation.datasets:
            for name in ("skin", "lesion", "ulcer", "obstruction"):
                scored = sorted(
                    (mask.jaccard, photo.sample)
                    for photo in evaluation.photos
                    if photo.dataset == dataset and (mask := photo.mask(name)) is not None and mask.truth
                )
                worst = ", ".join(f"{sample} {jaccard:.2f}" for jaccard, sample in scored[:_WORST])
                if worst:
                    rows.append((dataset, name, worst))
    if rows:
        lines.append("Where to look first, lowest Jaccard of the test part:")
        lines.append(_table(("set", "class", "photos"), rows))
    return "\n\n".join(lines)


def _training(trained: TrainedModel, making: Making) -> str:
    schedule = trained.schedule
    start = f"fine-tuned from {making.start}" if making.start else "random weights"
    if making.start and making.keep:
        start += f", whose weights have a share of {making.keep:g} in these"
    if making.favoured:
        start += f"; half of the examples are drawn from {', '.join(making.favoured)}"
    rows = [
        ("made", f"{making.made_on.isoformat()}, lesiontrack {__version__}, on {making.device}"),
        ("start", start),
        ("steps, batch", f"{schedule.steps} of {schedule.batch} crops"),
        ("rate, seed", f"{schedule.rate:g}, {schedule.seed}"),
        ("size", f"{trained.parameters:,} parameters; {trained.giga_operations:.2f} GFLOP a crop"),
        ("time", f"{trained.seconds / 60:.0f} minutes"),
    ]
    return f"## How it was trained\n\n{_table(('', ''), rows)}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    """On one line, and nothing that ends the cell or starts HTML: names of files are not ours."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return plain.replace("|", "\\|").replace("<", "&lt;")


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _number(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}" if isfinite(value) else ""


def _interval(value: float, interval: tuple[float, float]) -> str:
    if not isfinite(interval[0]):
        return _number(value)
    return f"{value:.3f} ({interval[0]:.2f}–{interval[1]:.2f})"


def _share(count: int, of: int) -> str:
    return f"{count} ({count / of:.0%})" if of else ""
