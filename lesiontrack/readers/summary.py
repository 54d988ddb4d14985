"""The short table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lesiontrack.readers.agreement import agreement_rows
from lesiontrack.readers.comparison import Comparison
from lesiontrack.readers.rows import open_count
from lesiontrack.readers.sizes import size_rows
from lesiontrack.wording import counted

Row = dict[str, Any]


def summary(comparison: Comparison) -> list[str]:
    """Lines: who was compared, agreement by question, sizes, and what stays open."""
    lines = [
        f"{letter} = {reader.name}: {counted(len(reader.corrections.in_force), 'correction')}"
        for letter, reader in (("A", comparison.first), ("B", comparison.second))
    ]
    rows = agreement_rows(comparison.pairs)
    if not rows:
        return [*lines, "Neither of them has said anything yet."]
    head = ("", "both", "only A", "only B", "agree", "agreement (95 %)", "kappa (95 %)", "PABAK")
    lines += ["", *_aligned([head, *(_cells(row) for row in rows)])]
    grades = [row for row in rows if row.get("kappa_quadratic") is not None]
    if grades:
        lines += ["", "Kappa of grades: quadratic weights; agreement is exact."]
    sizes = size_rows(comparison.pairs)
    if sizes:
        lines += ["", *_aligned([_SIZE_HEAD, *(_size(row) for row in sizes)])]
    differ, alone = open_count(comparison)
    lines += ["", f"Open for a third reader: {counted(differ, 'disagreement')}, {alone} read by one only."]
    return lines


_SIZE_HEAD = ("", "compared", "patients", "A - B (limits of agreement)", "ICC(2,1) (95 %)", "median (range)")


def _cells(row: Row) -> tuple[str, ...]:
    name = f"grade: {row['sign']} ({row['scale_id']})" if row["sign"] else row["question"]
    kappa = "kappa_quadratic" if row.get("kappa_quadratic") is not None else "kappa"
    return (
        name, str(row["both"]), str(row["only_a"]), str(row["only_b"]), str(row["agree"]),
        _with_limits(row, "agreement", 100, " %"), _with_limits(row, kappa), _number(row.get("pabak")),
    )  # fmt: skip


def _size(row: Row) -> tuple[str, ...]:
    unit = {"mm2": " mm²", "mm": " mm"}.get(row["unit"] or "", "")
    bias = ""
    if row.get("bias") is not None:
        limits = (
            "" if row.get("loa_lower") is None else (f" ({row['loa_lower']:.2f} to {row['loa_upper']:.2f})")
        )
        bias = f"{row['bias']:.2f}{unit}{limits}"
    spread = ""
    if row.get("median") is not None:
        spread = f"{row['median']:.2f}{unit} ({row['lowest']:.2f} to {row['highest']:.2f})"
    icc = _with_limits(row, "icc_2_1")
    return row["quantity"], str(row["compared"]), str(row["patients"]), bias, icc, spread


def _with_limits(row: Row, name: str, times: float = 1, unit: str = "") -> str:
    value, lower, upper = (row.get(key) for key in (name, f"{name}_lower", f"{name}_upper"))
    if value is None:
        return "-"
    digits = 0 if times == 100 else 2
    limits = (
        ""
        if lower is None or upper is None
        else f" ({times * lower:.{digits}f} to {times * upper:.{digits}f})"
    )
    return f"{times * value:.{digits}f}{unit}{limits}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
