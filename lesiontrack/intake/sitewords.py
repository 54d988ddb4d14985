"""The body site that a name gives, as one slug for every spelling and language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lesiontrack.intake.vocabulary import (
    INJECTION,
    LESION_WORDS,
    MODALITIES,
    OVERVIEWS,
    PAIRED,
    QUALIFIERS,
    SHORT_SIDES,
    SIDES,
    SITES,
    WHOLE,
    fold,
)

_WORD = re.compile(r"[^\W\d_]+")
_NUMBERED = re.compile(r"(?<![^\W_])(?P<word>[^\W\d_]+)[\s_.#-]*(?P<n>\d{1,2}|[a-kmnopqs-z])(?![^\W_])", re.I)
_BACK_OF = re.compile(r"(?<![^\W_])back[\s_-]+of[\s_-]+(?:the[\s_-]+)?", re.I)
_BIG_TOE = re.compile(r"(?<![^\W_])(?:big|gro(?:ß|ss)er?)[\s_-]+(?:toe|zeh)(?![^\W_])", re.I)


@dataclass(frozen=True)
class SiteText:
    """Body site words of one name.

    Attributes:
        parts: body site slugs, most exact ones only, in the name's order.
        side: "left", "right" or "".
        qualifiers: "upper", "medial", … in the name's order.
        lesion: number or letter of "lesion 2", "L2", "lesion A", or "".
        both_sides: the name holds left and right.
        modality, injection, overview: of the photo, not of the site.
    """

    parts: tuple[str, ...] = ()
    side: str = ""
    qualifiers: tuple[str, ...] = ()
    lesion: str = ""
    both_sides: bool = False
    modality: str = ""
    injection: str = ""
    overview: bool = False

    @property
    def slug(self) -> str:
        """left-calf, right-upper-back, left-leg-lesion-2; "" where the name has no word of a site."""
        place = [*self.qualifiers, *self.parts] if self.parts else []
        lesion = ["lesion", self.lesion] if self.lesion else []
        words = [self.side, *place, *lesion]
        return "-".join(word for word in words if word)

    @property
    def lacks_side(self) -> bool:
        return bool(self.parts) and not self.side and any(part in PAIRED for part in self.parts)


def find_site(text: str) -> tuple[SiteText, str]:
    """The site in a name, and the name with its words blanked. Never raises."""
    injection = INJECTION.search(text)
    when = ""
    if injection:
        when = "before" if fold(injection["when"]) in ("before", "pre", "vor") else "after"
        text = _blank(text, injection)
    text = _BIG_TOE.sub("hallux", text)
    posterior = _BACK_OF.search(text)
    if posterior:
        text = text[: posterior.start()] + "posterior " + text[posterior.end() :]
    lesion = ""
    for match in _NUMBERED.finditer(text):
        number = match["n"].lower()
        if fold(match["word"]) in LESION_WORDS or (match["word"] == "L" and number.isdigit()):
            lesion = number.lstrip("0") or "0"
            text = _blank(text, match)
            break
    words = [(match, fold(match[0])) for match in _WORD.finditer(text)]
    parts = _most_exact([SITES[word] for _, word in words if word in SITES])
    sides = {SIDES[word] for _, word in words if word in SIDES}
    if parts and not sides:
        sides = {SHORT_SIDES[word] for _, word in words if word in SHORT_SIDES}
    used = [match for match, word in words if word in SITES or word in SIDES]
    modality = next((MODALITIES[word] for _, word in words if word in MODALITIES), "")
    overview = any(word in OVERVIEWS for _, word in words)
    used += [match for match, word in words if word in MODALITIES or word in OVERVIEWS]
    qualifiers: tuple[str, ...] = ()
    if parts:
        qualifiers = tuple(dict.fromkeys(QUALIFIERS[word] for _, word in words if word in QUALIFIERS))
        used += [match for match, word in words if word in QUALIFIERS or word in SHORT_SIDES]
    for match in used:
        text = _blank(text, match)
    side = next(iter(sides)) if len(sides) == 1 else ""
    if "dorsal" in qualifiers or "posterior" in qualifiers:
        parts, qualifiers = _backs(parts, qualifiers)
    if len(parts) == 1 and qualifiers[:1] in (("upper",), ("lower",)) and parts[0] in ("arm", "leg"):
        exact = {
            "upper-arm": "upper-arm",
            "lower-arm": "forearm",
            "upper-leg": "thigh",
            "lower-leg": "lower-leg",
        }
        parts, qualifiers = (exact[f"{qualifiers[0]}-{parts[0]}"],), qualifiers[1:]
    return SiteText(parts, side, qualifiers, lesion, len(sides) > 1, modality, when, overview), text


def _backs(parts: tuple[str, ...], qualifiers: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The back of a hand or foot has one slug, however it was written."""
    if not set(parts) & {"hand", "foot"}:
        return parts, qualifiers
    renamed = tuple(f"dorsal-{part}" if part in ("hand", "foot") else part for part in parts)
    return renamed, tuple(word for word in qualifiers if word not in ("dorsal", "posterior"))


def _most_exact(parts: list[str]) -> tuple[str, ...]:
    kept = dict.fromkeys(parts)
    return tuple(part for part in kept if not WHOLE.get(part, set()) & kept.keys())


def _blank(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + " " * len(match[0]) + text[match.end() :]
