"""The contact sheet: one self-contained page to check a proposal by."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import cv2
import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

import lesiontrack
from lesiontrack.intake.model import CERTAINTIES, DUPLICATE, NOT_A_PHOTO, Assignment, Left, Proposal
from lesiontrack.photo import encode_jpeg

_THUMB_SIDE = 220


@dataclass(frozen=True)
class _Visit:
    label: str
    assignments: tuple[Assignment, ...]


@dataclass(frozen=True)
class _Site:
    name: str
    visits: tuple[_Visit, ...]


@dataclass(frozen=True)
class _Patient:
    code: str
    original: str
    kept: bool
    sites: tuple[_Site, ...]
    photos: int
    guesses: int


def contact_sheet(proposal: Proposal, *, copied: bool) -> str:
    """The page as HTML. Every text of the user's is escaped; pictures are inside, nothing is fetched.

    `copied`: the study is a folder of coded copies, so that its paths hold no names.
    """
    pages = Environment(
        loader=PackageLoader("lesiontrack.intake"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["thumb"] = _thumb
    open_files = [file for file in proposal.left if file.kind not in (DUPLICATE, NOT_A_PHOTO)]
    certainties = {name: sum(a.certainty == name for a in proposal.assignments) for name in CERTAINTIES}
    return pages.get_template("contact-sheet.html").render(
        proposal=proposal,
        patients=_patients(proposal),
        open_files=open_files,
        duplicates=_of(proposal.left, DUPLICATE),
        others=_of(proposal.left, NOT_A_PHOTO),
        certainties=certainties,
        copied=copied,
        named=any(not row.kept for row in proposal.key),
        version=lesiontrack.__version__,
    )


def _of(left: Sequence[Left], kind: str) -> list[Left]:
    return [file for file in left if file.kind == kind]


def _patients(proposal: Proposal) -> list[_Patient]:
    originals = {row.code: row for row in proposal.key}
    patients = []
    for code, found in groupby(proposal.assignments, key=lambda a: a.patient.value):
        mine = tuple(found)
        sites = tuple(
            _Site(
                site,
                tuple(
                    _Visit(visit, tuple(same)) for visit, same in groupby(here, key=lambda a: a.visit.value)
                ),
            )
            for site, here in groupby(mine, key=lambda a: a.site.value)
        )
        row = originals[code]
        guesses = sum(a.certainty == "guess" for a in mine)
        patients.append(_Patient(code, row.original, row.kept, sites, len(mine), guesses))
    return patients


def _thumb(preview: bytes) -> str:
    """A preview JPEG as a data URI of at most 220 px."""
    pixels = np.asarray(cv2.imdecode(np.frombuffer(preview, np.uint8), cv2.IMREAD_COLOR_RGB), np.uint8)
    factor = min(1.0, _THUMB_SIDE / max(pixels.shape[:2]))
    size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return "data:image/jpeg;base64," + base64.b64encode(encode_jpeg(small, quality=72)).decode()
