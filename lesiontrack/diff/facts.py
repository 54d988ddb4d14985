"""What two results are made from, as far as it differs: photos, model, protocol, software, study records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lesiontrack.diff.side import Side
from lesiontrack.diff.thresholds import ProtocolFact, protocol_facts


@dataclass(frozen=True)
class PhotoFact:
    """A photo that is not the same in both. `what`: replaced, added, removed, or unusable in A or in B."""

    photo: str
    patient: str
    site: str
    visit: str
    what: str


@dataclass(frozen=True, eq=False)
class Facts:
    """Possible causes of changed values.

    Attributes:
        photos: path → what is different about it.
        model: "id (sha256) -> id (sha256)", or empty.
        protocol: its values that differ, those of the study's own thresholds included.
        software: "package old -> new", lesiontrack first.
        options: "name old -> new".
        lesions: patients with another role or organ in lesions.csv, or another lesion named there.
        others: anything else that differs, in words; shown, and no cause of values by itself.
    """

    a: Side
    b: Side
    photos: Mapping[str, PhotoFact] = field(default_factory=dict)
    model: str = ""
    protocol: tuple[ProtocolFact, ...] = ()
    software: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    lesions: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()

    def site_photos(self, patient: str | None, site: str | None) -> list[PhotoFact]:
        """Photos of a site that differ; of the whole patient, where `site` is None."""
        return [
            fact
            for fact in self.photos.values()
            if fact.patient == patient and (site is None or fact.site == site)
        ]

    def settings(self, *sections: str) -> list[ProtocolFact]:
        """Protocol values that differ in these sections."""
        return [fact for fact in self.protocol if fact.section in sections]


def find_facts(a: Side, b: Side) -> Facts:
    """Compare everything that results are made from, as far as the two folders tell."""
    protocol, others = protocol_facts(a, b)
    for side, other, name in ((a, b, "A"), (b, a, "B")):
        if side.cut and side.cut != other.cut:
            others.append(f"{name} is a data cut: {cut_words(side.cut)}")
        others += [f"{name}: {file} was altered after it was frozen" for file in side.altered]
    if a.settings.get("title") != b.settings.get("title"):
        others.append(f"study title {a.settings.get('title')!r} -> {b.settings.get('title')!r}")
    return Facts(
        a, b,
        photos=_photos(a, b),
        model=_model(a, b),
        protocol=protocol,
        software=tuple(_differing(a.provenance.get("software"), b.provenance.get("software"), "lesiontrack")),
        options=tuple(_differing(a.provenance.get("options"), b.provenance.get("options"))),
        lesions=_lesions(a, b),
        others=tuple(others),
    )  # fmt: skip


def cut_words(cut: Mapping[str, Any]) -> str:
    """ "until 2024-06-01", "until day 28"."""
    return f"until {cut['date']}" if cut.get("date") else f"until day {cut.get('day')}"


def _photos(a: Side, b: Side) -> dict[str, PhotoFact]:
    old = {str(row["photo"]): row for row in a.tables.get("photos", ())}
    new = {str(row["photo"]): row for row in b.tables.get("photos", ())}
    failed = {
        name: {str(row["file"]) for row in side.tables.get("failures", ())}
        for name, side in (("A", a), ("B", b))
    }
    facts = {}
    for photo in sorted({*old, *new}):
        row = new.get(photo) or old[photo]
        if photo not in old:
            what = "unusable in A" if photo in failed["A"] else "added"
        elif photo not in new:
            what = "unusable in B" if photo in failed["B"] else "removed"
        elif old[photo].get("sha256") != new[photo].get("sha256"):
            what = "replaced"
        else:
            continue
        patient, site, visit = (str(row.get(name) or "") for name in ("patient", "site", "visit"))
        if _after_cut(a if photo not in old else b, row) and what != "replaced":
            continue
        facts[photo] = PhotoFact(photo, patient, site, visit, what)
    return facts


def _after_cut(side: Side, row: Mapping[str, Any]) -> bool:
    """A photo that a cut leaves out is no cause of anything: the cut is."""
    if side.cut is None:
        return False
    last, day = side.cut_day(str(row.get("patient"))), row.get("study_day")
    return last is None or (isinstance(day, int) and day > last)


def _model(a: Side, b: Side) -> str:
    old, new = (_model_name(side) for side in (a, b))
    return f"{old} -> {new}" if old != new else ""


def _model_name(side: Side) -> str:
    told = side.provenance.get("segmentation") or {}
    digest = told.get("sha256")
    return f"{told.get('id') or 'unknown'}" + (f" ({str(digest)[:8]})" if digest else "")


def _differing(old: Any, new: Any, first: str = "") -> Iterable[str]:
    old, new = old or {}, new or {}
    for name in sorted({*old, *new}, key=lambda name: (name != first, name)):
        if old.get(name) != new.get(name):
            yield f"{name} {_word(old.get(name))} -> {_word(new.get(name))}"


def _word(value: Any) -> str:
    return "(none)" if value is None else str(value)


def _lesions(a: Side, b: Side) -> frozenset[str]:
    """Patients whose lesions.csv tells something else; folders of earlier versions don't keep it."""
    if "lesions" not in a.settings or "lesions" not in b.settings:
        return frozenset()
    old, new = ({tuple(sorted(row.items(), key=str)) for row in s.settings["lesions"]} for s in (a, b))
    return frozenset(str(dict(row).get("patient")) for row in old ^ new)
