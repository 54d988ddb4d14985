"""Scales that signs of skin are graded on by eye: their ids in clinician.csv, and the words of their grades.

The words are ours, after the sources named; a study checks them against the original before it uses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Sign:
    """`name`: in the column sign of clinician.csv. `grades`: words of grade 0, 1, 2, …"""

    name: str
    title: str
    grades: tuple[str, ...]


@dataclass(frozen=True)
class Scale:
    """`id`: in the column scale_id. `source`: where it comes from, and what to mind."""

    id: str
    title: str
    source: str
    signs: tuple[Sign, ...]

    def sign(self, name: str) -> Sign | None:
        return next((sign for sign in self.signs if sign.name == name), None)


_LOCAL_SKIN_RESPONSES = Scale(
    "lsr-0-4",
    "Local skin responses",
    "Six signs after Rosen et al. 2014 (doi 10.1007/s13555-014-0059-9); their sum is 0 to 24. What can only "
    "be felt can't be graded from a photo.",
    (
        Sign(
            "erythema",
            "Erythema",
            (
                "none",
                "slightly pink, less than half of the area",
                "pink or light red, more than half",
                "red, within the treated area",
                "red, reaching outside of it",
            ),
        ),
        Sign(
            "flaking_scaling",
            "Flaking or scaling",
            ("none", "isolated, at lesions", "less than half of the area", "more than half", "outside of it"),
        ),
        Sign(
            "crusting",
            "Crusting",
            ("none", "isolated crust", "less than half of the area", "more than half", "outside of it"),
        ),
        Sign(
            "swelling",
            "Swelling",
            (
                "none",
                "slight, at lesions",
                "palpable beyond lesions",
                "confluent, or visible",
                "marked, outside of the treated area",
            ),
        ),
        Sign(
            "vesicles_pustules",
            "Vesicles or pustules",
            (
                "none",
                "vesicles only",
                "transudate or pustules, less than half of the area",
                "more than half",
                "outside of it",
            ),
        ),
        Sign(
            "erosion_ulcer",
            "Erosion or ulcer",
            (
                "none",
                "erosion at lesions",
                "erosion beyond lesions",
                "erosion of more than half of the area",
                "black eschar, or ulceration",
            ),
        ),
    ),
)

_CLINICIAN_ERYTHEMA = Scale(
    "cea-0-4",
    "Clinician's erythema assessment",
    "After Tan et al. 2014 (J Am Acad Dermatol 71:760); validated for rosacea of the face, skin types "
    "I to III.",
    (
        Sign(
            "erythema",
            "Erythema",
            (
                "clear skin",
                "almost clear, slight redness",
                "mild, definite redness",
                "moderate, marked redness",
                "severe, fiery redness",
            ),
        ),
    ),
)

_FOUR_GRADES = Scale(
    "erythema-0-3",
    "Erythema in four grades",
    "Absent to intense, without further words.",
    (Sign("erythema", "Erythema", ("absent", "slight", "moderate", "intense")),),
)

SCALES: Mapping[str, Scale] = {
    scale.id: scale for scale in (_LOCAL_SKIN_RESPONSES, _CLINICIAN_ERYTHEMA, _FOUR_GRADES)
}
