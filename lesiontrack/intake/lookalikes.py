"""Sites of photos that no word names, from what the pictures look like: always a guess."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from lesiontrack.intake.looks import MIN_AGREEING, SAME_PLANE, Look, agreeing, look_at, same_picture
from lesiontrack.intake.model import Decision, Found
from lesiontrack.study.names import NaturalKey, natural_key

MOST_COMPARED = 150  # photos of one patient; 10 ms a pair
_NEIGHBOURS = 3  # visits back that a photo is compared with: skin changes, and time goes


def by_looks(
    photos: Sequence[Found], visits: Sequence[str], chosen: Sequence[Decision | None]
) -> dict[int, Decision]:
    """Decisions for the photos of one patient whose `chosen` is None.

    Photos whose details agree are one site: a named one where one of them is named, else site-1, site-2, …
    What agrees with nothing is the patient's one site where no visit has more than one such group of photos,
    and a site of its own otherwise: a series that mixes two sites is worse than one that has a gap.
    """
    unnamed = [index for index, decision in enumerate(chosen) if decision is None]
    groups = _groups(photos, visits, chosen, unnamed)
    decided: dict[int, Decision] = {}
    loose: list[list[int]] = []
    taken = {decision.value for decision in chosen if decision is not None}
    numbered: list[list[int]] = []
    for members, named in groups:
        if named:
            doubt = "the picture agrees with photos of this site; check it"
            for index in members:
                decided[index] = Decision(named, "guess", "picture similarity", (doubt,))
        elif len({visits[index] for index in members}) > 1:
            numbered.append(members)
        else:
            loose.append(members)
    if not taken and _one_a_visit(numbered + loose, visits):
        visits_seen = len(set(visits))
        why = f"one motif at each of {visits_seen} visits" if visits_seen > 1 else "the only motif"
        doubt = "no name tells the site; taken for one site, as there is one motif a visit"
        for members in numbered + loose:
            for index in members:
                decided[index] = Decision("site-1", "guess", why, (doubt,))
        return decided
    number = 0

    def first(members: list[int]) -> tuple[NaturalKey, int]:
        return min((natural_key(visits[index]), index) for index in members)

    for members in sorted(numbered, key=first) + sorted(loose, key=first):
        number = next(n for n in range(number + 1, number + len(taken) + 2) if f"site-{n}" not in taken)
        across = members in numbered
        why = "picture similarity across visits" if across else "looks like no other photo of this patient"
        doubt = (
            "no name tells the site" if across else "no name tells the site, and nothing to compare it with"
        )
        for index in members:
            decided[index] = Decision(f"site-{number}", "guess", why, (f"{doubt}; check it",))
    return decided


def _groups(
    photos: Sequence[Found], visits: Sequence[str], chosen: Sequence[Decision | None], unnamed: list[int]
) -> list[tuple[list[int], str]]:
    """(photos that agree, the name of the named photo they agree with best or "")."""
    parent = {index: index for index in unnamed}

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    order = {label: at for at, label in enumerate(sorted(set(visits), key=natural_key))}
    looks: dict[int, Look] = {}
    votes: dict[int, dict[str, int]] = {}
    compared = len(photos) <= MOST_COMPARED
    for a, b in combinations(range(len(photos)), 2):
        if a not in parent and b not in parent:
            continue
        if same_picture(photos[a], photos[b]) >= SAME_PLANE:
            strength = 10 * MIN_AGREEING
        elif compared and abs(order[visits[a]] - order[visits[b]]) <= _NEIGHBOURS:
            for index in (a, b):
                if index not in looks:
                    looks[index] = look_at(photos[index])
            strength = agreeing(looks[a], looks[b])
        else:
            continue
        if strength < MIN_AGREEING:
            continue
        if a in parent and b in parent:
            parent[root(b)] = root(a)
        else:
            mine, other = (a, b) if a in parent else (b, a)
            decision = chosen[other]
            if decision is not None:
                tally = votes.setdefault(mine, {})
                tally[decision.value] = tally.get(decision.value, 0) + strength
    members: dict[int, list[int]] = {}
    for index in unnamed:
        members.setdefault(root(index), []).append(index)
    groups = []
    for indices in members.values():
        total: dict[str, int] = {}
        for index in indices:
            for site, strength in votes.get(index, {}).items():
                total[site] = total.get(site, 0) + strength
        groups.append((indices, max(total, key=lambda site: total[site]) if total else ""))
    return groups


def _one_a_visit(groups: list[list[int]], visits: Sequence[str]) -> bool:
    seen = [visit for members in groups for visit in {visits[index] for index in members}]
    return len(seen) == len(set(seen))
