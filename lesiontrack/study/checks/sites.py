"""Site names: whether the visits of one skin site really carry one name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations

from lesiontrack.study.checks.problem import Problem, error, some, warning
from lesiontrack.study.model import Patient, Study
from lesiontrack.study.names import edit_distance

_CAMERA = re.compile(
    r"(img|dsc[nf]?|pxl|mvimg|pict?|p|photo|image|foto|bild|scan|cimg|sam|gopr|screenshot|whatsapp image)"
    r"?[\s_-]*[0-9][0-9\s_.,()-]*(wa[0-9]+|at [0-9. ]+|edited|copy|kopie)?\s*(\([0-9]+\))?",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W_]+")
_INIT = "`lesiontrack init` proposes sites from such photos and writes photos.csv"


def site_problems(study: Study) -> Iterator[Problem]:
    renamed = []
    for patient in study.patients:
        visits = _visits_by_site(patient)
        problem = _new_names_every_visit(patient, visits)
        if problem:
            renamed.append(problem)
        else:
            yield from _alike(patient, visits)
            yield from _lost_views(patient, visits)
    yield from renamed
    yield from _one_visit_sites(study)


def looks_like_camera_name(site: str) -> bool:
    """IMG_1234, DSC01234, 20240304_101010, WhatsApp Image…: names that a device gave, not a person."""
    return _CAMERA.fullmatch(site) is not None


def alike(a: str, b: str) -> str | None:
    """How two site names are suspiciously near, in words; None where they are plainly different.

    Names that differ in a number or a single letter ("lesion-a", "toe2") are different on purpose.
    """
    if a.casefold() == b.casefold():
        return "differ in upper and lower case only"
    words_a, words_b = _WORDS.findall(a.casefold()), _WORDS.findall(b.casefold())
    if "".join(words_a) == "".join(words_b):
        return "differ in blanks, '-' and '_' only"
    if len(words_a) != len(words_b):
        return None
    pairs = [(x, y) for x, y in zip(words_a, words_b, strict=True) if x != y]
    if len(pairs) == 1 and _is_typo(*pairs[0]):
        return "differ as a typing error would"
    return None


def _is_typo(a: str, b: str) -> bool:
    if any(char.isdigit() for char in a + b) or min(len(a), len(b)) < 4:
        return False
    shorter, longer = sorted((a, b), key=len)
    if a[:-1] == b[:-1] or (longer[:-1] == shorter and not longer.endswith("s")):  # "mole", "moleA", "moleB"
        return False
    return edit_distance(a, b) <= (2 if min(len(a), len(b)) >= 8 else 1)


def _visits_by_site(patient: Patient) -> dict[str, tuple[str, ...]]:
    sites: dict[str, dict[str, None]] = {}
    for photo in patient.photos:
        sites.setdefault(photo.site, {})[photo.visit] = None
    return {site: tuple(visits) for site, visits in sites.items()}


def _new_names_every_visit(patient: Patient, sites: Mapping[str, tuple[str, ...]]) -> Problem | None:
    if len({photo.visit for photo in patient.photos}) < 2 or any(
        len(visits) > 1 for visits in sites.values()
    ):
        return None
    camera = sum(looks_like_camera_name(site) for site in sites) * 2 > len(sites)
    advice = _INIT if camera else "name the photos of one site alike at every visit"
    return error(
        patient.code,
        f"no site is there at two visits: the names change every time ({some(list(sites))}), so nothing can "
        f"be followed; {advice}",
    )


def _alike(patient: Patient, sites: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    for a, b in combinations(sites, 2):
        how = alike(a, b)
        if how is None:
            continue
        together = set(sites[a]) & set(sites[b])
        where = f"{patient.code}, sites {a!r} and {b!r}"
        times = f"{a!r} at {some(list(sites[a]))}; {b!r} at {some(list(sites[b]))}"
        if not together or a.casefold() == b.casefold():
            yield error(where, f"{how}, and would be followed as two sites ({times}); give one name to both")
        else:
            yield warning(
                where, f"{how}, but are both there at {some(sorted(together))}; are they two sites?"
            )


def _lost_views(patient: Patient, sites: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    for site, visits in sites.items():
        base, _, number = site.rpartition("_")
        if base in sites and number.isdecimal():
            yield warning(
                f"{patient.code}, site {site!r}",
                f"is a site of its own at {some(list(visits))}, because {base!r} has no photo there; name it "
                f"{base!r} if it shows that site",
            )


def _one_visit_sites(study: Study) -> Iterator[Problem]:
    counts = {
        (patient.code, site): len(visits)
        for patient in study.patients
        for site, visits in _visits_by_site(patient).items()
    }
    single = [site for site, count in counts.items() if count == 1]
    if 2 * len(single) <= len(counts):
        return
    camera = sum(looks_like_camera_name(site) for _, site in single) * 2 > len(single)
    advice = f"; {_INIT}" if camera else "; photos of one site need one file name at every visit"
    yield error(
        some([f"{code}/{site}" for code, site in single]),
        f"{len(single)} of {len(counts)} sites have a photo at one visit only, so they can't be followed"
        + advice,
    )
