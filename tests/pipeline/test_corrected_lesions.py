"""Readers' points and joined ids on sites: which lesion is which, run after run, and taken back."""

from __future__ import annotations

import shutil

import pytest

from lesiontrack.corrections import SameLesion

from .bench import BIG, SMALL, THIRD, VISITS, Bench

FIRST, SECOND, LAST = VISITS
OTHER = (40, 120, 12)


def test_two_ids_become_one_lesion_and_part_again(bench: Bench) -> None:
    before = bench.measure()
    said = bench.say(bench.same())
    outcome = bench.measure()
    assert outcome.sizes("L01") == [46, 21, 21]
    assert outcome.rows.keys() == {"L01", "L02"}
    assert outcome.called["PT1", "L03"] == "L01", "tables of the study may go on saying L03"
    assert bench.measure() == outcome
    bench.take_back(said)
    assert bench.measure() == before


def test_two_regions_of_one_photo_that_are_one_lesion_are_added(bench: Bench) -> None:
    """As RECIST 1.1 has it for a lesion that split: the longest diameters are added."""
    bench.put(LAST, THIRD, SMALL, OTHER)
    before = bench.measure()
    assert before.sizes("L03") == [21, 21]
    assert before.sizes("L04") == [25]
    said = bench.say(
        SameLesion(
            patient="PT1",
            site="calf",
            lesion="L04",
            same_as="L03",
            places=(bench.place(LAST, OTHER),),
            same_as_places=(bench.place(SECOND, THIRD), bench.place(LAST, THIRD)),
        )
    )
    outcome = bench.measure()
    assert outcome.rows.keys() == {"L01", "L02", "L03"}
    areas = {
        lesion: area
        for (patient, _, index), lesion in before.ids.items()
        if isinstance(area := before.records[0].tracks[index].sightings[-1].measures.get("area_px"), float)
    }
    joined = next(t for t in outcome.records[0].tracks if t.name == "L03").sightings[-1]
    assert joined.measures["area_px"] == areas["L03"] + areas["L04"]
    assert outcome.sizes("L03") == [21, pytest.approx(21 + 25, abs=1)]
    assert "several parts" in outcome.photo(f"PT1/{LAST}/calf.jpg")["notes"]
    bench.take_back(said)
    assert bench.measure() == before


def test_a_place_where_another_lesion_lies_now_takes_nothing(bench: Bench) -> None:
    """L01 was seen at a place that the region of L02 has grown over: that region stays L02's."""
    bench.put(LAST, (100, 75, 60))
    place = bench.place(LAST, BIG)
    bench.say(bench.same().model_copy(update={"same_as_places": (bench.place(FIRST, BIG), place)}))
    tracks = bench.measure().records[0].tracks
    (region,) = {t.name for t in tracks if t.sightings[-1].measures["status"] == "present"}
    assert region is None


def test_a_joined_id_is_given_to_no_other_lesion(bench: Bench) -> None:
    bench.say(bench.same())
    bench.put(LAST, THIRD, SMALL, OTHER)
    assert bench.measure().rows.keys() == {"L01", "L02", "L04"}
    anew = bench.measure("anew")
    assert anew.rows.keys() == {"L01", "L02", "L04"}, "numbered anew, around the joined id"
    assert anew.sizes("L01") == [46, 21, 21]


def test_names_in_lesions_csv_may_be_of_a_joined_lesion(bench: Bench) -> None:
    bench.write(
        "lesions.csv", f"patient,site,lesion,visit,x,y\nPT1,calf,L03,{SECOND},{THIRD[0]},{THIRD[1]}\n"
    )
    bench.write("events.csv", "patient,date,event,lesion\nPT1,2024-03-20,excision,L03\n")
    bench.say(bench.same())
    outcome = bench.measure()
    assert outcome.failures == []
    assert [status for _, status, _ in outcome.rows["L01"]] == ["present", "present", "removed"]


@pytest.mark.parametrize("results", ["results", "anew"])
def test_a_point_moves_an_identity(bench: Bench, results: str) -> None:
    """In the results where a reader saw the ids, and in new ones, where the point says which one L01 is."""
    before = bench.measure()
    seen = [] if results == "results" else [bench.place(FIRST, BIG)]
    said = bench.say(bench.point(SECOND, "L01", THIRD, seen))
    outcome = bench.measure(results)
    assert outcome.sizes("L01") == [46, 21, 21]
    assert outcome.rows.keys() == {"L01", "L02"}
    assert bench.measure(results) == outcome
    bench.take_back(said)
    assert bench.measure() == before


def test_a_point_on_an_overlooked_lesion_adds_it(bench: Bench) -> None:
    bench.say(bench.point(SECOND, "L07", (40, 30, 5)))
    outcome = bench.measure()
    assert outcome.rows["L07"][0] == (SECOND, "present", None)
    assert outcome.reasons["L07", SECOND] == "named by a reader, not found by segmentation"
    assert outcome.failures == []
    bench.put(LAST, THIRD, SMALL, OTHER)
    assert bench.measure().rows.keys() == {"L01", "L02", "L03", "L04", "L07"}


def test_a_point_on_a_photo_that_changed_says_nothing(bench: Bench) -> None:
    bench.say(bench.point(SECOND, "L01", THIRD))
    bench.path(SECOND).write_bytes(bench.path(SECOND).read_bytes() + b" ")
    assert bench.measure().rows["L01"][1] == (SECOND, "not_visible", 0)


def test_a_point_on_a_view_that_does_not_stand_for_the_visit_says_nothing(bench: Bench) -> None:
    shutil.copy(bench.path(SECOND), bench.path(SECOND, "calf_2"))
    with bench.path(SECOND, "calf_2").open("ab") as file:
        file.write(b" ")
    value = bench.point(SECOND, "L01", THIRD).model_copy(update={"photo_sha256": bench.sha(SECOND, "calf_2")})
    bench.say(value)
    assert bench.measure().rows["L01"][1] == (SECOND, "not_visible", 0)


def test_names_of_lesions_csv_go_together_with_points(bench: Bench) -> None:
    bench.write("lesions.csv", f"patient,site,lesion,x,y\nPT1,calf,shin,{BIG[0]},{BIG[1]}\n")
    assert bench.measure("named").sizes("shin") == [46, 0, 0]
    bench.say(bench.point(SECOND, "shin", THIRD))
    outcome = bench.measure("named")
    assert outcome.sizes("shin") == [46, 21, 21]
    assert outcome.failures == []


def test_an_id_may_be_joined_to_a_lesion_that_was_named_later(bench: Bench) -> None:
    """The id L01 stays, lesions.csv calls it shin since, and L03 is joined to it by its id."""
    bench.write("lesions.csv", f"patient,site,lesion,x,y\nPT1,calf,shin,{BIG[0]},{BIG[1]}\n")
    bench.say(bench.same())
    outcome = bench.measure()
    assert outcome.sizes("L01") == [46, 21, 21]
    assert outcome.called["PT1", "shin"] == "L01"
    (reason,) = outcome.failures
    assert "'shin' of PT1, calf: it has been L01 since an earlier run" in reason
