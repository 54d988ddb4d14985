"""Which skin site each photo shows: words of body sites, nicknames, and last of all the picture itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lesiontrack.intake.lookalikes import by_looks
from lesiontrack.intake.model import Decision, Found
from lesiontrack.intake.patients import Named
from lesiontrack.intake.sitewords import SiteText
from lesiontrack.intake.vocabulary import LESION_WORDS, fold

_SHORT = "site-"


def find_sites(
    photos: Sequence[Found], names: Sequence[Named], levels: Sequence[int | None], visits: Sequence[str]
) -> tuple[Decision, ...]:
    """Choose a site for each photo of ONE patient.

    `levels`: the folder that named the patient (-1: the file), `visits`: the visit's label, per photo. Words
    win; photos without any are sorted by what they look like, which is a guess always.
    """
    chosen: list[Decision | None] = [
        _from_words(name, level) for name, level in zip(names, levels, strict=True)
    ]
    nicknames = [
        "" if decision is not None else _nickname(name, level) or _lesion_word(name) or _short_name(name)
        for decision, name, level in zip(chosen, names, levels, strict=True)
    ]
    for index, nickname in enumerate(nicknames):
        if nickname:
            times = {visits[other] for other, same in enumerate(nicknames) if same == nickname}
            if not nickname.startswith(_SHORT) or len(times) > 1:
                chosen[index] = _nicknamed(nickname, len(times))
    _complete_sides(chosen)
    unnamed = [index for index, decision in enumerate(chosen) if decision is None]
    if unnamed:
        for index, decision in by_looks(photos, visits, chosen).items():
            chosen[index] = decision
    return tuple(decision for decision in chosen if decision is not None)


def _from_words(name: Named, level: int | None) -> Decision | None:
    inner_first = [("the file name", name.file.site)]
    for at in range(len(name.folders) - 1, -1, -1):
        inner_first.append((f"folder {name.folders[at].text!r}", name.folders[at].site))
    telling = [(where, site) for where, site in inner_first if site.slug]
    if not telling:
        return None
    where, site = telling[0]
    doubts = []
    for other_where, other in telling[1:]:
        site, joined = _joined(site, other)
        if joined:
            where = f"{where} and {other_where}"
        elif (
            other.parts and site.parts and other.slug != site.slug and not set(other.parts) & set(site.parts)
        ):
            doubts.append(f"{other_where} says {other.slug}")
    if site.both_sides:
        doubts.append("its name says left and right")
    if len(site.parts) > 1:
        doubts.append(f"its name holds several body sites: {', '.join(site.parts)}")
    if site.parts and not site.lacks_side:
        certainty = "sure"
    else:
        certainty = "likely"
        if site.lacks_side:
            doubts.append("no side is given")
    return Decision(site.slug, "guess" if len(doubts) > site.lacks_side else certainty, where, tuple(doubts))


def _joined(site: SiteText, outer: SiteText) -> tuple[SiteText, bool]:
    """ "left" in a file name and "calf" in its folder are one site."""
    joined = site
    if not site.parts and outer.parts:
        joined = replace(joined, parts=outer.parts, qualifiers=outer.qualifiers)
    if (
        not site.side
        and outer.side
        and not site.both_sides
        and (not outer.parts or not site.parts or outer.parts == site.parts)
    ):
        joined = replace(joined, side=outer.side)
    if not site.lesion and outer.lesion:
        joined = replace(joined, lesion=outer.lesion)
    return joined, joined != site


def _nickname(name: Named, level: int | None) -> str:
    """Words that are no body site: "big one", "Zitrone". Not those that named the patient."""
    person = {fold(word) for word in name.folders[level].words} if level is not None and level >= 0 else set()
    words = [word for word in name.file.words if fold(word) not in person] if level != -1 else []
    if not words:
        start = 0 if level is None else level + 1
        below = [reading.words for reading in name.folders[max(start, 0) :] if reading.words]
        words = list(below[-1]) if below and level is not None and level >= 0 else []
    return re.sub(r"[^a-z0-9]+", "-", "-".join(fold(word) for word in words)).strip("-")[:40]


def _lesion_word(name: Named) -> str:
    """ "mole" of mole.jpg: no place, but the same word at every visit."""
    if name.file.device is not None:
        return ""
    words = (fold(word) for word in re.findall(r"[^\W\d_]+", name.file.text))
    return next((word for word in words if word in LESION_WORDS), "")


def _short_name(name: Named) -> str:
    """ "a" of a.jpg, "2" of 2.jpg: what people number sites by."""
    match = re.fullmatch(r"([A-Za-z]|[A-Za-z]?\d{1,2})", name.file.text)
    return f"{_SHORT}{match[1].lower()}" if match else ""


def _nicknamed(nickname: str, visits: int) -> Decision:
    if visits > 1 and (nickname in LESION_WORDS or nickname.startswith(_SHORT)):
        doubt = f"{nickname.removeprefix(_SHORT)!r} alone names no place"
        return Decision(nickname, "guess", f"the same file name at {visits} visits", (doubt,))
    if visits > 1:
        return Decision(nickname, "likely", f"the same words at {visits} visits")
    doubt = "a name at this visit only"
    return Decision(nickname, "guess", "words in its name that are no body site", (doubt,))


def _complete_sides(chosen: list[Decision | None]) -> None:
    """ "calf" is "left-calf" where that is the patient's only calf, as a guess."""
    values = {decision.value for decision in chosen if decision is not None}
    for index, decision in enumerate(chosen):
        if decision is None or "no side is given" not in decision.doubts:
            continue
        sided = [
            f"{side}-{decision.value}" for side in ("left", "right") if f"{side}-{decision.value}" in values
        ]
        if len(sided) == 1:
            doubt = f"no side is given; {sided[0]} is this patient's only {decision.value} with a side"
            chosen[index] = Decision(sided[0], "guess", decision.why, (doubt,))
        elif sided:
            doubt = f"no side is given, and there are {' and '.join(sided)}"
            chosen[index] = replace(decision, certainty="guess", doubts=(doubt,))
