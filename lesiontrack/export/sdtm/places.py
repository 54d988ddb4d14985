"""TULOC and TULAT from the name of a skin site."""

from __future__ import annotations

from collections.abc import Mapping

from lesiontrack.intake.sitewords import find_site


def _places() -> Mapping[str, str]:
    text = """
    SKIN OF THE LOWER LIMB: leg lower-leg calf shin popliteal-fossa ankle
    SKIN OF THE THIGH: thigh
    SKIN OF THE KNEE: knee
    SKIN OF THE FOOT: foot dorsal-foot heel toe hallux
    SKIN OF THE SOLE: sole
    SKIN OF THE UPPER LIMB: arm upper-arm wrist
    SKIN OF THE FOREARM: forearm
    SKIN OF THE ELBOW: elbow
    SKIN OF THE HAND: hand dorsal-hand
    SKIN OF THE PALM: palm
    SKIN OF THE FINGER: finger thumb
    SKIN OF THE AXILLA: axilla
    SKIN OF THE BACK: back scapula lower-back sacrum
    SKIN OF THE BUTTOCK: buttock
    SKIN OF THE CHEST: chest breast sternum
    SKIN OF THE TRUNK: trunk abdomen flank
    SKIN OF THE INGUINAL REGION: groin
    SKIN OF THE NECK: neck nape
    SKIN OF THE HEAD: head
    SCALP: scalp vertex
    SKIN OF THE FACE: face forehead temple cheek nose jaw
    SKIN OF THE CHIN: chin
    SKIN OF THE EAR: ear
    SKIN AROUND THE EYE: eyelid
    """
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        term, parts = line.split(":")
        found |= dict.fromkeys(parts.split(), term)
    return found


PLACES = _places()
"""Body site of `lesiontrack.intake` → term of codelist C74456. What has no near term is left out: shoulder,
hip, lip, genital skin."""


def skin_place(site: str | None) -> tuple[str | None, str | None]:
    """(TULOC, TULAT) of a site name: SKIN where no single place can be told, (None, None) without a name."""
    if not site:
        return None, None
    told, _ = find_site(site)
    terms = {PLACES.get(part, "SKIN") for part in told.parts}
    return next(iter(terms)) if len(terms) == 1 else "SKIN", told.side.upper() or None
