"""Grades of several readers stand side by side."""

from __future__ import annotations

from pathlib import Path

from lesiontrack.corrections import Grade, Store


def test_each_readers_grade_stands_and_their_later_one_replaces_their_earlier_one(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def grade(value: float, by: str) -> None:
        store.add(
            Grade(
                patient="PT1", site="calf", visit="day007", sign="erythema", scale_id="cea-0-4", grade=value
            ),
            by=by,
        )

    grade(1, "A. Reader")
    grade(3, "B. Reader")
    grade(2, "A. Reader")
    entries = store.read().entries
    assert [(entry.correction.by, entry.state) for entry in entries] == [
        ("A. Reader", "replaced"),
        ("B. Reader", "in force"),
        ("A. Reader", "in force"),
    ]
