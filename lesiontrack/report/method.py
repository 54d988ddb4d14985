"""How a lesion was measured: outlines, the thresholds that act on its page, and the software."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lesiontrack.protocol import Protocol, Setting
from lesiontrack.protocol.schema import RULE_THRESHOLDS

RESPONSE = ("pr_fall_pct", "pd_rise_pct", "pd_rise_mm", "min_target_mm")
QUALITY = ("min_px_per_mm", "min_field_fraction")


@dataclass(frozen=True)
class Method:
    """What stands under "How it was measured", the same on all pages of a cohort.

    Attributes:
        model: id of what outlined; empty where results of another version don't say.
        model_sha256: of the model file; empty for a method without one.
        thresholds: of the protocol, those that decide something on a lesion's page.
        software: (name, version), lesiontrack first.
        finished: when the run ended, ISO 8601; empty where it isn't known.
    """

    model: str
    model_sha256: str
    thresholds: tuple[Setting, ...]
    software: tuple[tuple[str, str], ...]
    finished: str

    @property
    def provisional(self) -> int:
        return sum(setting.mark == "provisional" for setting in self.thresholds)


def method_of(protocol: Protocol, facts: Mapping[str, Any]) -> Method:
    """`facts` is what provenance.json holds; parts of it may be missing."""
    outlines = facts.get("segmentation") or {}
    versions = facts.get("software") or {}
    ordered = sorted(versions.items(), key=lambda item: (item[0] != "lesiontrack", item[0]))
    return Method(
        model=str(outlines.get("id") or ""),
        model_sha256=str(outlines.get("sha256") or ""),
        thresholds=tuple(setting for setting in protocol.settings() if _matters(setting.key, protocol)),
        software=tuple((str(name), str(version)) for name, version in ordered),
        finished=str(facts.get("finished") or ""),
    )


def _matters(key: str, protocol: Protocol) -> bool:
    group, _, name = key.rpartition(".")
    if group == "flags":
        rules = (rule for rule, keys in RULE_THRESHOLDS.items() if name in keys)
        return any(protocol.rule(rule) is not None for rule in rules)
    return (
        key in ("treated_margin_mm", "assessment.quiet_days")
        or group == "grades"
        or (group == "response" and name in RESPONSE)
        or (group == "quality" and name in QUALITY)
    )
