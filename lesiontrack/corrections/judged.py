"""What readers judged of a lesion, put into the measures of its visits: new, gone, not evaluable, named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lesiontrack.corrections.model import (
    Evaluability,
    GoneJudgement,
    LesionName,
    NewLesionJudgement,
    Plain,
)
from lesiontrack.corrections.store import Entry
from lesiontrack.corrections.words import quoted, what_of
from lesiontrack.tables.sizes import OF_NOTHING, without_sizes

SEEN = ("present", "obscured", "new_candidate", "reappeared", "merged", "split")
_MEASURED = ("present", "new_candidate", "reappeared", "split")
_OF_THE_FIELD = ("field_delta_a", "field_delta_a_sd")

Called = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Look:
    """A lesion at one visit, after what events.csv says.

    Attributes:
        measures: columns of observations.
        doubt: an event that may have taken this lesion or another one, in words; else empty.
        said: what readers said of it, in words with their names.
    """

    visit: str
    measures: Mapping[str, Plain]
    doubt: str = ""
    said: tuple[str, ...] = ()

    @property
    def status(self) -> Plain:
        return self.measures.get("status")

    @property
    def removed(self) -> bool:
        return self.status == "removed"


@dataclass(frozen=True)
class Judgements:
    """What holds of one lesion, of all that readers said.

    Attributes:
        new: whether it is a new lesion.
        gone: visit → whether nothing is left of it.
        own, of_site: visit → whether it, or its whole site, is evaluable; its own comes first.
        name: what people call it; None where nobody named it.
    """

    new: Entry | None = None
    gone: Mapping[str, Entry] = field(default_factory=dict)
    own: Mapping[str, Entry] = field(default_factory=dict)
    of_site: Mapping[str, Entry] = field(default_factory=dict)
    name: str | None = None
    named: Entry | None = None

    @property
    def entries(self) -> tuple[Entry, ...]:
        single = tuple(entry for entry in (self.new, self.named) if entry)
        return (*single, *self.gone.values(), *self.own.values(), *self.of_site.values())


def judgements_of(
    in_force: Iterable[Entry], patient: str, site: str, lesion: str, names: Called
) -> Judgements:
    """Those about this lesion. `names`: (patient, word) → lesion id."""
    new = named = None
    gone: dict[str, Entry] = {}
    own: dict[str, Entry] = {}
    of_site: dict[str, Entry] = {}
    for entry in in_force:
        value = entry.value
        match value:
            case NewLesionJudgement() | GoneJudgement() | LesionName() | Evaluability():
                if value.patient != patient:
                    continue
            case _:
                continue
        about = names.get((patient, value.lesion or ""), value.lesion)
        match value:
            case NewLesionJudgement() if about == lesion:
                new = entry
            case LesionName() if about == lesion:
                named = entry
            case GoneJudgement() if about == lesion:
                gone[value.visit] = entry
            case Evaluability() if value.site == site and about == lesion:
                own[value.visit] = entry
            case Evaluability() if value.site == site and value.lesion is None:
                of_site[value.visit] = entry
    name = named.value.name.strip() if named and isinstance(named.value, LesionName) else ""
    return Judgements(new, gone, own, of_site, name or None, named)


def judged(
    looks: Sequence[Look], judgements: Judgements, *, first_visit: str
) -> tuple[list[Look], dict[str, str]]:
    """The looks as readers judged them, and for each judgement why it has no effect, empty where it has one.

    A reader's word stands over what was read automatically, but not over an event: a lesion that was taken
    away stays removed, and one that an event may have taken is not called gone, as its size 0 would count as
    a response.

    Args:
        looks: of one lesion, in time order.
        first_visit: the first with a photo of the site; what is there then can't be called new.
    """
    there = list(looks)
    effects: dict[str, str] = {}
    for entry in (judgements.named, judgements.new):
        if entry is not None:
            effects[entry.id] = "" if entry is judgements.named else _new(there, entry, first_visit)
    for visit, entry in judgements.gone.items():
        effects[entry.id] = _at(there, visit, entry, _gone)
    for visit, entry in judgements.of_site.items():
        if visit not in judgements.own:
            effects[entry.id] = _at(there, visit, entry, _evaluable)
    for visit, entry in judgements.own.items():
        effects[entry.id] = _at(there, visit, entry, _evaluable)
    return there, effects


def is_unjudged(looks: Sequence[Look], judgements: Judgements, role: str | None) -> bool:
    """Whether the lesion may be new, and neither a reader nor lesions.csv has said.

    That is a candidate, and one that is seen first after a visit at which nothing was there. `looks` as they
    were before they were judged.
    """
    if judgements.new is not None or role == "new":
        return False
    first = _first_seen(looks)
    if first is None:
        return False
    candidate = any(look.status == "new_candidate" for look in looks)
    return candidate or any(_empty(look) for look in looks[:first])


def _new(looks: list[Look], entry: Entry, first_visit: str) -> str:
    value = entry.value
    assert isinstance(value, NewLesionJudgement)
    first = _first_seen(looks)
    if first is None:
        return "it was not seen at any visit"
    if not value.new:
        return _overlooked(looks, entry, first)
    at = next((i for i, look in enumerate(looks) if look.status in _MEASURED), None)
    if at is None:
        return "it was never seen well enough"
    if looks[first].visit == first_visit:
        return "it is there at the site's first visit"
    looks[at] = _said(looks[at], entry, "new lesion", status="new_candidate")
    return ""


def _overlooked(looks: list[Look], entry: Entry, first: int) -> str:
    """Nothing is known of its size before it was seen, and that it was not there is wrong."""
    changed = [i for i, look in enumerate(looks) if look.status == "new_candidate"]
    unseen = [i for i in range(first) if _empty(looks[i])]
    for i in changed:
        looks[i] = _said(looks[i], entry, "was there before", status="present")
    for i in unseen:
        bare = replace(looks[i], measures=without_sizes(looks[i].measures))
        looks[i] = _said(bare, entry, "was there, and overlooked", status=None, evaluable=False)
    if not changed and not unseen:
        return "it was no candidate for a new lesion"
    return ""


def _gone(look: Look, entry: Entry) -> tuple[Look, str]:
    value = entry.value
    assert isinstance(value, GoneJudgement)
    if look.removed:
        return look, f"it was taken away: {look.measures.get('reason') or 'an event says so'}"
    if value.gone and look.doubt:
        return look, f"{look.doubt}; name the lesion in events.csv first"
    if value.gone:
        bare = replace(look, measures={**without_sizes(look.measures), **dict.fromkeys(OF_NOTHING, 0.0)})
        return _said(bare, entry, "nothing is left of it", status="not_visible", evaluable=True), ""
    if look.status in SEEN:
        return _said(look, entry, "it is still there"), ""
    bare = replace(look, measures=without_sizes(look.measures))
    return _said(bare, entry, "it is still there", status="present", evaluable=False), ""


def _evaluable(look: Look, entry: Entry) -> tuple[Look, str]:
    value = entry.value
    assert isinstance(value, Evaluability)
    if value.evaluable:
        return look, ""
    if look.removed:
        return look, "it was taken away"
    reason = f"not evaluable by a reader: {quoted(value.reason)}"
    kept = {name: v for name, v in without_sizes(look.measures).items() if name not in _OF_THE_FIELD}
    told = _automatic(look)
    changed: dict[str, Plain] = {
        "evaluable": False,
        "reason": f"{reason}; {told}" if told else reason,
        "inflammation_note": reason,
    }
    said = (*look.said, f"{entry.correction.by}: {what_of(value)}")
    return replace(look, measures=kept | changed, said=said), ""


def _said(look: Look, entry: Entry, text: str, **changed: Plain) -> Look:
    """The look with a reader's word; what was read automatically stays in the reason."""
    read = _automatic(look) if "status" in changed and changed["status"] != look.status else ""
    kept = read or str(look.measures.get("reason") or "")
    reason = f"a reader: {text}" + (f"; {kept}" if kept else "")
    said = (*look.said, f"{entry.correction.by}: {text}")
    return replace(look, measures={**look.measures, **changed, "reason": reason}, said=said)


def _automatic(look: Look) -> str:
    status = str(look.status or "").replace("_", " ")
    parts = [part for part in (status, str(look.measures.get("reason") or "")) if part]
    return f"read before: {', '.join(parts)}" if parts else ""


def _at(looks: list[Look], visit: str, entry: Entry, judge: Callable[[Look, Entry], tuple[Look, str]]) -> str:
    for i, look in enumerate(looks):
        if look.visit == visit:
            looks[i], why = judge(look, entry)
            return why
    return f"there is no row of it at visit {visit}"


def _first_seen(looks: Sequence[Look]) -> int | None:
    return next((i for i, look in enumerate(looks) if look.status in SEEN), None)


def _empty(look: Look) -> bool:
    return look.status == "not_visible" and bool(look.measures.get("evaluable"))
