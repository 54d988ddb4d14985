"""What readers said and signed: as changes by themselves, and as causes of others."""

from __future__ import annotations

from collections.abc import Iterable

from lesiontrack.diff import causes as of
from lesiontrack.diff.causes import Cause
from lesiontrack.diff.compare import RowChange
from lesiontrack.diff.facts import Facts
from lesiontrack.diff.upstream import Upstream

CORRECTION, SIGNATURE, VOID = "a reader's correction", "a reader's signature", "signature void"
SIGNED_COLUMNS = frozenset({"review_status", "signed_by", "signed_at", "signature_note"})
_OWN_COLUMNS = frozenset({"corrections", "lesion_name"})
_NO_CAUSE = ("signature", "withdrawal", "grade", "lesion_name")


def grades(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    by_reader = row.get("source") == "review"
    file = "graded by a reader" if by_reader else "clinician.csv"
    return of.cut(facts, row) or [of.plain(f"recorded in the study: {file}")]


def reviews(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    """A correction or signature that came, was taken back or lost its effect."""
    if cut := of.cut(facts, row):
        return cut
    return [Cause(_root(row), f"{_root(row)}: {_words(row)}")]


def _root(row: RowChange) -> str:
    if row.get("kind") != "signature":
        return CORRECTION
    return VOID if row.get("state") == "void" else SIGNATURE


def _words(row: RowChange) -> str:
    what = f"{row.get('what')} ({row.get('by')})"
    if row.kind == "added":
        return what
    if row.kind == "removed":
        return f"{what}, whose file is not there any more"
    return f"{what}, {row.get('state')}" + (f": {row.get('why')}" if row.get("why") else "")


def corrections(
    row: RowChange, up: Upstream, photos: Iterable[str | None], patient: str | None, site: str | None
) -> tuple[list[Cause], list[Cause]]:
    """Corrections that reach a row of photos, acquisition or observations: its own, and others of its site.

    `photos`: those that the row's values come from, of this `patient` and `site`.
    """
    names = {photo for photo in photos if photo}
    mine = [r for r in up.rows("reviews", patient=patient) if _acts(r)] if patient else []
    assigned = [r for name in sorted(names) for r in up.keyed("reviews", ("photo",), (name,)) if _acts(r)]
    visit, lesion = row.get("visit"), row.get("lesion")
    own = [r for r in mine if _is_of(r, names, site, visit, lesion)]
    own = list(dict.fromkeys([*assigned, *own]))
    others = [r for r in mine if r not in own and r.get("site") in (None, site)]
    return _causes(CORRECTION, own), _causes(f"{CORRECTION} elsewhere in the site", others)


def _is_of(row: RowChange, photos: set[str], site: str | None, visit: object, lesion: object) -> bool:
    if row.get("photo"):
        return row.get("photo") in photos and row.get("lesion") in (None, lesion)
    there, when, what = row.get("site"), row.get("visit"), row.get("lesion")
    return there in (None, site) and when in (None, visit) and (what == lesion if what else when is not None)


def _acts(row: RowChange) -> bool:
    """Whether it acts in one of the two and not in the other."""
    states = [side.get("state") == "in force" if side else False for side in (row.old, row.new)]
    return states[0] != states[1] and row.get("kind") not in _NO_CAUSE


def _causes(root: str, rows: list[RowChange]) -> list[Cause]:
    if not rows:
        return []
    return [Cause(root, f"{root}: {of.listed(list(dict.fromkeys(_words(r) for r in rows)))}")]


def own_columns(row: RowChange, column: str, up: Upstream) -> list[Cause] | None:
    """Causes of the columns of observations that hold nothing but readers' words; None for another column."""
    if column in _OWN_COLUMNS:
        old, new = (str(side.get(column) or "") if side else "" for side in (row.old, row.new))
        before, after = old.split("; "), new.split("; ")
        came = [part for part in after if part and part not in before]
        went = [part for part in before if part and part not in after]
        parts = [*came, *(f"taken back: {part}" for part in went)]
        return [Cause(CORRECTION, f"{CORRECTION}: {of.listed(parts)}")]
    return _signature(row) if column in SIGNED_COLUMNS else None


def _signature(row: RowChange) -> list[Cause]:
    old, new = row.old or {}, row.new or {}
    status = new.get("review_status")
    if status == "void":
        told = str(new.get("signature_note") or "").removeprefix("changed since it was signed: ")
        return [Cause(VOID, f"{VOID}: {told}")]
    if status == "signed":
        return [Cause(SIGNATURE, f"signed by {new.get('signed_by') or 'a reader'}")]
    if new.get("signature_note"):
        return [Cause(SIGNATURE, str(new["signature_note"]))]
    if old.get("review_status") in ("signed", "void") or old.get("signature_note"):
        return [
            Cause(SIGNATURE, f"the signature of {old.get('signed_by') or 'a reader'} is not there any more")
        ]
    return [Cause(CORRECTION, f"{CORRECTION}: {new.get('corrections') or 'taken back'}")]
