"""Synthetic visits with hand-made lesions: every status, and identities that hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.measurement import Lesion
from lesiontrack.photo import Photo
from lesiontrack.registration import PreparedPhoto, Registration, identity
from lesiontrack.segmentation import Layer, Segmentation
from lesiontrack.tracking import Removal, Seed, Sighting, SiteVisit, Track, track_site

SHAPE = (300, 400)


def blob(x: float, y: float, radius: float = 10.0, *, ulcer: bool = False, mm: float | None = None) -> Lesion:
    x0, y0 = int(x - radius) - 2, int(y - radius) - 2
    side = int(2 * radius) + 5
    rows, columns = np.mgrid[:side, :side]
    mask = np.hypot(columns + x0 - x, rows + y0 - y) <= radius
    return _lesion(mask, (x0, y0), ulcer=ulcer, mm=mm)


def _lesion(
    mask: np.ndarray, offset: tuple[int, int], *, ulcer: bool = False, mm: float | None = None
) -> Lesion:
    rows, columns = np.nonzero(mask)
    area = float(mask.sum())
    diameter = 2 * (area / np.pi) ** 0.5
    return Lesion(
        offset=offset,
        mask=mask,
        ulcer=mask if ulcer else np.zeros_like(mask),
        contour=np.zeros((0, 2)),
        centroid=(float(columns.mean() + offset[0]), float(rows.mean() + offset[1])),
        area_px=area,
        area_px_sd=1.0,
        longest_diameter_px=diameter,
        longest_diameter_px_sd=1.0,
        perpendicular_diameter_px=diameter,
        ulcer_area_px=area if ulcer else 0.0,
        ulcer_area_px_sd=0.0,
        longest_diameter_mm=mm,
    )


def joined(*blobs: Lesion) -> Lesion:
    mask = np.zeros(SHAPE, bool)
    for lesion in blobs:
        (x, y), (h, w) = lesion.offset, lesion.mask.shape
        mask[y : y + h, x : x + w] |= lesion.mask
    return _lesion(mask, (0, 0))


def prepared(
    lesions: Sequence[Lesion],
    *,
    covered: tuple[int, int, int, int] | None = None,
    ulcerated: tuple[int, int, int, int] | None = None,
    trace: tuple[int, int, int, int] | None = None,
) -> PreparedPhoto:
    """Skin everywhere; boxes are (x0, y0, x1, y1)."""
    layers = {"skin": Layer(0, 0, np.full(SHAPE, 255, np.uint8))}
    for name, box, value in (
        ("obstruction", covered, 255),
        ("ulcer", ulcerated, 255),
        ("lesion", trace, 100),
    ):
        if box is not None:
            layers[name] = Layer(box[0], box[1], np.full((box[3] - box[1], box[2] - box[0]), value, np.uint8))
    photo = Photo(np.zeros((*SHAPE, 3), np.uint8), "")
    return PreparedPhoto(photo, Segmentation(SHAPE, layers), None, tuple(lesions))


def moved_by(dx: float, dy: float, *, method: str = "skin_texture", accepted: bool = True) -> Registration:
    matrix = np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1]], float)
    return Registration(accepted, method, 0.9, matrix, SHAPE, SHAPE, 1.0, "because")


REFUSED = Registration(False, "none", 0.0, np.eye(3), SHAPE, SHAPE, None, "too little skin")


def site(*photos: PreparedPhoto, registrations: dict[int, Registration] | None = None) -> list[SiteVisit]:
    registrations = registrations or {}
    return [
        SiteVisit(f"v{i}", float(7 * i), photo, registrations.get(i, identity(SHAPE)))
        for i, photo in enumerate(photos)
    ]


def follow(
    *photos: PreparedPhoto, registrations: dict[int, Registration] | None = None, **hints: object
) -> tuple[Track, ...]:
    return track_site(site(*photos, registrations=registrations), photos[0], **hints)  # type: ignore[arg-type]


def statuses(track: Track) -> list[str]:
    return [sighting.status for sighting in track.sightings]


def at(track: Track, visit: str) -> Sighting:
    return next(sighting for sighting in track.sightings if sighting.visit == visit)


def test_growth_and_shrinkage_keep_the_identity() -> None:
    sizes = (10, 25, 4)
    tracks = follow(*(prepared([blob(100, 100, r), blob(300, 200, 12)]) for r in sizes))
    assert [statuses(track) for track in tracks] == [["present"] * 3] * 2
    one = next(track for track in tracks if track.reference_xy[0] < 200)
    assert [s.lesion.area_px for s in one.sightings] == [blob(100, 100, r).area_px for r in sizes]
    assert all(s.evaluable for s in one.sightings)


def test_first_track_is_the_largest() -> None:
    tracks = follow(prepared([blob(50, 50, 5), blob(200, 100, 20), blob(300, 200, 12)]))
    areas = [track.sightings[0].lesion.area_px for track in tracks]
    assert areas == sorted(areas, reverse=True)


def test_a_lesion_that_vanishes_is_not_visible_and_one_that_comes_back_reappears() -> None:
    (track,) = follow(prepared([blob(100, 100)]), prepared([]), prepared([blob(103, 99)]))
    assert statuses(track) == ["present", "not_visible", "reappeared"]
    gone = at(track, "v1")
    assert gone.evaluable
    assert gone.lesion is None
    assert gone.position == pytest.approx((100, 100))


def test_by_two_points_only_nothing_is_called_gone() -> None:
    two = replace(moved_by(0, 0, method="landmarks"), unchecked="registered by two points only")
    (track,) = follow(
        prepared([blob(100, 100)]), prepared([]), prepared([blob(103, 99)]), registrations={1: two}
    )
    assert statuses(track) == ["present", "", "present"]
    gone = at(track, "v1")
    assert (gone.evaluable, gone.reason) == (False, "registered by two points only")
    photos = (
        prepared([blob(100, 100)]),
        prepared([blob(100, 100), blob(300, 200)]),
        prepared([blob(100, 100)]),
    )
    _, other = follow(*photos, registrations={1: two})
    assert statuses(other) == ["new_candidate", ""], "its place is known by these points alone"
    assert "clear at v0; registered by two points only" in at(other, "v1").evidence
    assert at(other, "v2").reason == "its place is known from visit v1 alone, registered by two points only"
    checked = replace(two, unchecked="")
    (track,) = follow(prepared([blob(100, 100)]), prepared([]), registrations={1: checked})
    assert statuses(track) == ["present", "not_visible"]


def test_positions_are_in_the_visits_own_photo() -> None:
    tracks = follow(
        prepared([blob(100, 100), blob(200, 150)]),
        prepared([blob(130, 80)]),
        registrations={1: moved_by(-30, 20)},
    )
    seen = next(track for track in tracks if at(track, "v1").status == "present")
    assert seen.reference_xy == pytest.approx((100, 100))
    other = next(track for track in tracks if track is not seen)
    assert at(other, "v1").status == "not_visible"
    assert at(other, "v1").position == pytest.approx((230, 130))


def test_out_of_frame_is_not_gone() -> None:
    tracks = follow(
        prepared([blob(100, 100), blob(350, 150)]),
        prepared([blob(200, 100)]),
        registrations={1: moved_by(-100, 0)},
    )
    lost = next(track for track in tracks if track.reference_xy[0] > 300)
    assert statuses(lost) == ["present", "out_of_frame"]
    assert not at(lost, "v1").evaluable


def test_a_place_cut_by_the_frame_is_not_called_clear() -> None:
    (track,) = follow(prepared([blob(100, 100)]), prepared([]), registrations={1: moved_by(95, 0)})
    assert statuses(track) == ["present", ""]
    assert not at(track, "v1").evaluable
    assert "in the frame" in at(track, "v1").reason


@pytest.mark.parametrize("what", ["covered", "ulcerated"])
def test_hidden_or_ulcerated_is_obscured(what: str) -> None:
    photo = prepared([], **{what: (80, 80, 120, 120)})
    (track,) = follow(prepared([blob(100, 100)]), photo)
    assert statuses(track) == ["present", "obscured"]
    assert not at(track, "v1").evaluable
    assert "its place" in at(track, "v1").reason


def test_skin_loss_over_a_whole_lesion_is_obscured_but_a_wound_from_the_start_is_measured() -> None:
    (lesion,) = follow(prepared([blob(100, 100)]), prepared([blob(100, 100, ulcer=True)]))
    assert statuses(lesion) == ["present", "obscured"]
    assert not at(lesion, "v1").evaluable
    (wound,) = follow(prepared([blob(100, 100, ulcer=True)]), prepared([blob(100, 100, 8, ulcer=True)]))
    assert statuses(wound) == ["present", "present"]
    assert at(wound, "v1").evaluable


def test_a_faint_trace_is_not_called_gone() -> None:
    (track,) = follow(prepared([blob(100, 100)]), prepared([], trace=(85, 85, 115, 115)))
    assert at(track, "v1").status == ""
    assert not at(track, "v1").evaluable
    assert "trace" in at(track, "v1").reason


def test_a_new_lesion_is_a_candidate_with_its_evidence() -> None:
    tracks = follow(prepared([blob(100, 100)]), prepared([blob(100, 100), blob(300, 200, 6)]))
    assert statuses(tracks[0]) == ["present", "present"]
    assert statuses(tracks[1]) == ["new_candidate"]
    assert "clear at v0" in at(tracks[1], "v1").evidence


def test_a_new_lesion_where_nobody_looked_before_says_so() -> None:
    tracks = follow(
        prepared([blob(100, 100)]),
        prepared([blob(200, 100), blob(30, 200, 6)]),
        registrations={1: moved_by(-100, 0)},
    )
    new = tracks[1]
    assert statuses(new) == ["new_candidate"]
    assert "not in view and clear before" in at(new, "v1").evidence
    assert "outside the frame" in at(new, "v1").evidence


def test_before_the_reference_visit_nothing_is_new() -> None:
    first, second = prepared([blob(100, 100)]), prepared([blob(100, 100), blob(300, 200, 6)])
    tracks = track_site(site(first, second), second)
    assert statuses(tracks[1]) == ["present"]


def test_merging_keeps_the_largest_and_points_to_it() -> None:
    before = prepared([blob(100, 100, 12), blob(135, 100, 18)])
    both = joined(blob(100, 100, 14), blob(135, 100, 24))
    tracks = follow(before, prepared([both]), prepared([both]))
    large, small = tracks
    assert large.reference_xy[0] == pytest.approx(135)
    assert statuses(large) == ["present"] * 3
    assert statuses(small) == ["present", "merged", "merged"]
    assert at(small, "v1").merged_into == 0
    assert not at(small, "v1").evaluable


def test_a_merged_lesion_can_come_apart_again() -> None:
    both = joined(blob(100, 100, 14), blob(135, 100, 24))
    apart = [blob(100, 100, 12), blob(135, 100, 18)]
    tracks = follow(prepared(apart), prepared([both]), prepared(apart))
    assert len(tracks) == 2
    assert statuses(tracks[0]) == ["present", "present", "present"]
    assert statuses(tracks[1]) == ["present", "merged", "split"]
    assert at(tracks[1], "v2").lesion is apart[0]


def test_a_merged_lesion_is_not_called_gone_while_the_joint_region_shrinks() -> None:
    both = joined(blob(100, 100, 14), blob(135, 100, 24))
    tracks = follow(
        prepared([blob(100, 100, 12), blob(135, 100, 18)]), prepared([both]), prepared([blob(135, 100, 8)])
    )
    assert statuses(tracks[1]) == ["present", "merged", "merged"]


def test_splitting_starts_a_track_that_is_no_new_lesion() -> None:
    whole = joined(blob(100, 100, 20), blob(130, 100, 20))
    tracks = follow(prepared([whole]), prepared([blob(97, 100, 12), blob(135, 100, 8)]))
    assert statuses(tracks[0]) == ["present", "present"]
    assert statuses(tracks[1]) == ["split"]


def test_one_gone_and_another_new_beside_it_do_not_shift_identities() -> None:
    row = [blob(x, 100, 8) for x in (60, 90, 120, 150)]
    later = [blob(x, 100, 8) for x in (90, 120, 150, 180)]
    tracks = follow(prepared(row), prepared(later))
    kept = {round(track.reference_xy[0]): statuses(track) for track in tracks}
    assert kept == {
        60: ["present", "not_visible"],
        **{x: ["present", "present"] for x in (90, 120, 150)},
        180: ["new_candidate"],
    }


def test_a_visit_without_registration_loses_no_lesion_silently() -> None:
    tracks = follow(
        prepared([blob(100, 100), blob(300, 200)]),
        prepared([blob(100, 100), blob(300, 200), blob(200, 50)]),
        prepared([blob(100, 100), blob(300, 200)]),
        registrations={1: REFUSED},
    )
    assert len(tracks) == 2
    for track in tracks:
        sighting = at(track, "v1")
        assert (sighting.status, sighting.evaluable, sighting.lesion) == ("", False, None)
        assert "visit not registered: too little skin" in sighting.reason
        assert "3 lesions measured in this photo could not be assigned" in sighting.reason
        assert at(track, "v2").status == "present"


def test_the_only_lesion_of_a_site_keeps_its_identity_without_registration() -> None:
    (track,) = follow(prepared([blob(100, 100)]), prepared([blob(300, 50)]), registrations={1: REFUSED})
    assert statuses(track) == ["present", "present"]
    assert at(track, "v1").evaluable
    assert "not registered" in at(track, "v1").evidence


def test_the_only_lesion_is_not_believed_at_an_absurd_size() -> None:
    (track,) = follow(
        prepared([blob(100, 100, mm=2.0)]), prepared([blob(300, 50, mm=30.0)]), registrations={1: REFUSED}
    )
    assert statuses(track) == ["present", ""]


def test_a_visit_known_by_position_only_says_nothing_about_missing_lesions() -> None:
    tracks = follow(
        prepared([blob(100, 100, 14), blob(300, 200)]),
        prepared([blob(100, 100, 14)]),
        registrations={1: moved_by(0, 0, method="lesion_position")},
    )
    assert statuses(tracks[0]) == ["present", "present"]
    assert "rotation open" in at(tracks[0], "v1").evidence
    assert statuses(tracks[1]) == ["present", ""]
    assert not at(tracks[1], "v1").evaluable


def test_a_removal_by_name_and_one_that_names_no_lesion() -> None:
    photos = (prepared([blob(100, 100), blob(300, 200, 8)]), prepared([]))
    seeds = [Seed("A", "v0", 100, 100), Seed("B", "v0", 300, 200)]
    tracks = follow(*photos, seeds=seeds, removals=[Removal(7, "excision", "A")])
    assert {track.name: at(track, "v1").status for track in tracks} == {"A": "removed", "B": "not_visible"}
    tracks = follow(*photos, seeds=seeds, removals=[Removal(3, "excision", None)])
    for track in tracks:
        assert at(track, "v1").status == ""
        assert not at(track, "v1").evaluable
        assert "names no lesion" in at(track, "v1").reason


def test_a_later_removal_changes_nothing_yet() -> None:
    photos = (prepared([blob(100, 100)]), prepared([]), prepared([]))
    seeds = [Seed("A", "v0", 100, 100)]
    (track,) = follow(*photos, seeds=seeds, removals=[Removal(10, "excision", "A")])
    assert statuses(track) == ["present", "not_visible", "removed"]


def test_the_only_lesion_of_a_site_may_not_be_the_one_that_was_removed() -> None:
    photos = (prepared([blob(100, 100)]), prepared([]), prepared([blob(100, 100)]))
    (track,) = follow(*photos, removals=[Removal(3, "excision", None)])
    assert [s.status for s in track.sightings] == ["present", "", "present"]
    assert "names no lesion" in at(track, "v1").reason


def test_a_region_at_a_removed_lesions_place_is_left_to_a_reader() -> None:
    (track,) = follow(
        prepared([blob(100, 100)]),
        prepared([blob(100, 100, 6)]),
        seeds=[Seed("A", "v0", 100, 100)],
        removals=[Removal(3, "excision", "A")],
    )
    sighting = at(track, "v1")
    assert (sighting.status, sighting.evaluable) == ("removed", False)
    assert sighting.lesion is not None
    assert "reader" in sighting.reason


def test_seeds_name_tracks_and_add_what_segmentation_missed() -> None:
    photo = prepared([blob(100, 100)])
    seeds = [Seed("calf", None, 104, 98), Seed("missed", "v0", 300, 200)]
    tracks = follow(photo, prepared([blob(100, 100)]), seeds=seeds)
    assert [track.name for track in tracks] == ["calf", "missed"]
    missed = tracks[1]
    assert at(missed, "v0").status == "present"
    assert not at(missed, "v0").evaluable
    assert "not found by segmentation" in at(missed, "v0").reason
    assert at(missed, "v1").status == ""


def test_a_seed_outweighs_not_visible() -> None:
    seeds = [Seed("A", "v0", 100, 100), Seed("A", "v1", 101, 100)]
    (track,) = follow(prepared([blob(100, 100)]), prepared([]), seeds=seeds)
    assert statuses(track) == ["present", "present"]
    assert not at(track, "v1").evaluable


def test_seeds_carry_identities_into_a_photo_that_is_not_registered() -> None:
    seeds = [
        Seed("A", "v0", 100, 100),
        Seed("B", "v0", 300, 200),
        Seed("A", "v1", 300, 200),
        Seed("B", "v1", 100, 100),
    ]
    photo = prepared([blob(100, 100), blob(300, 200)])
    tracks = follow(photo, photo, seeds=seeds, registrations={1: REFUSED})
    where = {track.name: at(track, "v1").position for track in tracks}
    assert where == {"A": pytest.approx((300, 200)), "B": pytest.approx((100, 100))}


def test_two_names_in_one_region() -> None:
    both = joined(blob(100, 100, 14), blob(125, 100, 24))
    tracks = follow(prepared([both]), seeds=[Seed("A", "v0", 128, 100), Seed("B", "v0", 92, 100)])
    assert [track.name for track in tracks] == ["A", "B"]
    assert at(tracks[1], "v0").status == "merged"
    assert at(tracks[1], "v0").merged_into == 0


def test_sizes_that_are_lower_bounds_are_not_evaluable() -> None:
    cut = replace(blob(100, 100), touches_border=True)
    (track,) = follow(prepared([blob(100, 100)]), prepared([cut]))
    assert at(track, "v1").status == "present"
    assert not at(track, "v1").evaluable


def test_two_photos_of_one_visit_are_refused() -> None:
    visit = site(prepared([]))[0]
    with pytest.raises(ValueError, match="twice"):
        track_site([visit, visit], visit.prepared)


def test_no_visits_no_tracks() -> None:
    assert track_site([], prepared([])) == ()


def _sixty(rng: np.random.Generator) -> list[tuple[float, float, float]]:
    places = [(30 + 38 * column, 25 + 45 * row) for row in range(6) for column in range(10)]
    return [(x + rng.uniform(-5, 5), y + rng.uniform(-5, 5), rng.uniform(3, 8)) for x, y in places]


def test_sixty_lesions_in_one_view() -> None:
    rng = np.random.default_rng(3)
    spots = _sixty(rng)
    first = [blob(*spot) for spot in spots]
    turn = np.radians(12)
    matrix = np.array([[np.cos(turn), -np.sin(turn), 40], [np.sin(turn), np.cos(turn), -35], [0, 0, 1]])
    back = Registration(True, "skin_texture", 0.9, matrix, SHAPE, SHAPE, 1.5, "")
    later, truth = [], []
    for i, (x, y, r) in enumerate(spots):
        u, v = back.unmap_points(np.array([[x, y]]))[0] + rng.normal(0, 1.0, 2)
        if 12 < u < SHAPE[1] - 12 and 12 < v < SHAPE[0] - 12:
            later.append(blob(u, v, r * rng.uniform(0.7, 1.4)))
            truth.append(i)
    tracks = follow(prepared(first), prepared(later), registrations={1: back})
    assert len(tracks) == 60
    right = 0
    for lesion, i in zip(later, truth, strict=True):
        track = next(t for t in tracks if len(t.sightings) == 2 and t.sightings[1].lesion is lesion)
        right += track.sightings[0].lesion is first[i]
    assert right == len(truth) > 40


spot = st.tuples(st.integers(20, 380), st.integers(20, 280), st.integers(3, 12))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(spot, max_size=6, unique=True), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_order_within_a_visit_does_not_matter_and_no_lesion_is_used_twice(visits, random) -> None:  # type: ignore[no-untyped-def]
    lesions = [[blob(*s) for s in spots] for spots in visits]
    shuffled = [random.sample(row, len(row)) for row in lesions]

    def run(rows: list[list[Lesion]]) -> tuple[Track, ...]:
        return follow(*(prepared(row) for row in rows))

    def picture(tracks: tuple[Track, ...]) -> list[list[tuple[str, str, int | None]]]:
        return [
            [(s.visit, s.status, id(s.lesion) if s.lesion else None) for s in t.sightings] for t in tracks
        ]

    tracks = run(lesions)
    assert picture(tracks) == picture(run(shuffled))
    used = [id(s.lesion) for track in tracks for s in track.sightings if s.lesion is not None]
    assert len(used) == len(set(used)) == sum(len(row) for row in lesions)
    labels = [f"v{i}" for i in range(len(visits))]
    for track in tracks:
        seen = [s.visit for s in track.sightings]
        assert seen == labels[labels.index(seen[0]) :]
