"""Lesion ids: by first visit, then size; append-only whatever is added later; names of lesions.csv."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.cli import main
from lesiontrack.pipeline import Results, run
from lesiontrack.pipeline.identities import Known, assign_ids
from lesiontrack.pipeline.record import SightingRecord, SiteRecord, TrackRecord

from .plain import encoded, picture, put

BIG, SMALL, THIRD = (60, 80, 22), (145, 55, 14), (120, 120, 10)
FIRST = "PT1/2024-03-04/calf.jpg"


def photo(*spots: tuple[int, int, int], seed: int = 1) -> bytes:
    return encoded(picture(spots, seed=seed), "JPEG", quality=95)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """study/ and results/ of one visit with two lesions."""
    folder = tmp_path_factory.mktemp("first")
    put(folder, f"study/{FIRST}", photo(BIG, SMALL))
    (folder / "study" / "study.toml").write_text(
        'protocol = "response-only"\n[treatment_start]\nPT1 = 2024-03-04\n'
    )
    run(folder / "study", folder / "results", jobs=1, through="score")
    return folder


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first, tmp_path / "copy"))


def again(folder: Path) -> Results:
    return run(folder / "study", folder / "results", jobs=1, through="score")


def ids(outcome: Results, visit: str = "2024-03-04", site: str = "calf") -> dict[str, str]:
    """size → id at a visit; the sizes of the three lesions are far apart."""
    seen = outcome.tables["observations"].query("visit == @visit and site == @site")
    seen = seen[(seen["longest_diameter_px"] > 0).fillna(False)]
    diameters = seen["longest_diameter_px"].astype(float)
    sizes = pd.cut(diameters, [0, 24, 34, 99], labels=["third", "small", "big"])
    return dict(zip(sizes, seen["lesion"], strict=True))


def test_by_size_within_the_first_visit(folder: Path) -> None:
    assert ids(again(folder)) == {"big": "L01", "small": "L02"}


def test_a_later_visit_a_new_lesion_and_a_new_site_keep_all_ids(folder: Path) -> None:
    put(folder, "study/PT1/2024-03-18/calf.jpg", photo((60, 80, 8), SMALL, THIRD))
    put(folder, "study/PT1/2024-03-04/arm.jpg", photo((90, 70, 30), seed=5))
    outcome = again(folder)
    seen = outcome.tables["observations"]
    assert ids(outcome) == {"big": "L01", "small": "L02"}
    # The arm's lesion was there at the first visit, but ids that were given stay: it comes after them.
    assert set(seen.query("site == 'arm'")["lesion"]) == {"L03"}
    assert set(seen["lesion"]) == {"L01", "L02", "L03", "L04"}


def test_an_earlier_visit_keeps_all_ids(folder: Path) -> None:
    put(folder, "study/PT1/2024-02-05/calf.jpg", photo((60, 80, 8), SMALL, THIRD))
    outcome = again(folder)
    assert ids(outcome) == {"big": "L01", "small": "L02"}
    earlier = outcome.tables["observations"].query("visit == '2024-02-05'")
    assert "L03" in set(earlier["lesion"]), "what only the earlier visit shows has the next number"


def test_a_first_photo_that_is_gone_keeps_the_ids_of_the_others(folder: Path) -> None:
    put(folder, "study/PT1/2024-03-18/calf.jpg", photo(BIG, SMALL))
    assert ids(again(folder), "2024-03-18") == {"big": "L01", "small": "L02"}
    (folder / "study" / FIRST).unlink()
    assert ids(again(folder), "2024-03-18") == {"big": "L01", "small": "L02"}


def test_named_lesions_have_their_name_from_the_start(folder: Path) -> None:
    shutil.rmtree(folder / "results")
    lesions = f"patient,site,lesion,x,y\nPT1,calf,shin,{SMALL[0]},{SMALL[1]}\n"
    (folder / "study" / "lesions.csv").write_text(lesions)
    outcome = again(folder)
    assert outcome.exit_code == 0
    assert ids(outcome) == {"big": "L01", "small": "shin"}
    put(folder, "study/PT1/2024-02-05/calf.jpg", photo(BIG, SMALL, THIRD))
    later = again(folder)
    assert ids(later) | ids(later, "2024-02-05") == {"big": "L01", "small": "shin", "third": "L02"}


def test_a_name_that_comes_later_does_not_rename_and_says_so(folder: Path) -> None:
    lesions = (
        "patient,site,lesion,x,y\n"
        f"PT1,calf,shin,{SMALL[0]},{SMALL[1]}\n"
        f"PT1,calf,L01,{BIG[0]},{BIG[1]}\n"
        "PT1,calf,far,900,900\n"
    )
    (folder / "study" / "lesions.csv").write_text(lesions)
    outcome = again(folder)
    assert ids(outcome) == {"big": "L01", "small": "L02"}
    assert outcome.exit_code == 1
    assert outcome.failures["file"].tolist() == ["lesions.csv"] * 2
    outside, renamed = outcome.failures["reason"]
    assert "'far'" in outside
    assert "outside" in outside
    assert "'shin'" in renamed
    assert "L02" in renamed
    assert "never renamed" in renamed


@pytest.mark.parametrize("content", ["", "[", '{"a": 1}', '[{"patient": "PT1"}]', "[1]", "\udcff"])
def test_damaged_identities_are_an_error_with_a_remedy(folder: Path, content: str) -> None:
    path = folder / "results" / "identities.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    outcome = CliRunner().invoke(
        main, ["score", str(folder / "study"), "-o", str(folder / "results"), "--jobs", "1"]
    )
    assert outcome.exit_code == 2, outcome.output
    assert "identities.json" in outcome.output
    assert "restore it, or give a new results folder" in outcome.output.replace("\n", " ")
    assert "Traceback" not in outcome.output
    assert path.read_bytes() == content.encode("utf-8", "surrogateescape"), "not overwritten"
    assert (folder / "results" / "provenance.json").exists(), "the results before are still whole"


# Of each photo of a site, the lesions that it shows.
SHOWN = st.lists(st.sets(st.integers(0, 5), min_size=1), min_size=1, max_size=6)


def record_of(shown: list[set[int]], photos: list[int]) -> tuple[SiteRecord, list[int]]:
    """The record of a run on these photos, and which lesion each track is."""
    lesions = sorted({lesion for photo in photos for lesion in shown[photo]})
    tracks = tuple(
        TrackRecord(None, tuple(sighting(photo, lesion) for photo in photos if lesion in shown[photo]))
        for lesion in lesions
    )
    return SiteRecord("key", "PT1", "calf", None, (), tracks, ()), lesions


def sighting(photo: int, lesion: int) -> SightingRecord:
    place = (50.0 * lesion, 9.0)
    return SightingRecord(
        f"v{photo}", f"{photo}.jpg", f"sha{photo}", {"area_px": 100.0 - lesion}, place, radius_px=8.0
    )


@given(shown=SHOWN, data=st.data())
def test_ids_never_change_and_never_repeat(shown: list[set[int]], data: st.DataObject) -> None:
    """Photos come in any order; a lesion keeps its id as long as some photo of it is seen again."""
    days = {("PT1", f"v{photo}"): photo for photo in range(len(shown))}
    known: tuple[Known, ...] = ()
    given_ids: dict[int, str] = {}
    photos: list[int] = []
    for arrived in data.draw(st.permutations(range(len(shown)))):
        photos = sorted([*photos, arrived])
        record, lesions = record_of(shown, photos)
        found, known = assign_ids([record], days, known)
        now = {lesion: found["PT1", "calf", index] for index, lesion in enumerate(lesions)}
        assert len(set(now.values())) == len(now)
        for lesion, name in given_ids.items():
            assert now[lesion] == name
        given_ids |= now
    assert sorted(given_ids.values()) == [f"L{number:02d}" for number in range(1, len(given_ids) + 1)]
    assert len(known) == len(given_ids)


def test_an_event_names_a_lesion_by_the_id_of_an_earlier_run(folder: Path) -> None:
    put(folder, "study/PT1/2024-03-18/calf.jpg", photo(BIG))
    events = "patient,date,event,lesion\nPT1,2024-03-10,excision,L02\nPT1,2024-03-10,excision,L7\n"
    (folder / "study" / "events.csv").write_text(events)
    outcome = again(folder)
    later = outcome.tables["observations"].query("visit == '2024-03-18'").set_index("lesion")
    assert later["status"].to_dict() == {"L01": "present", "L02": "removed"}
    assert later["area_px"].isna().to_dict() == {"L01": False, "L02": True}
    assert outcome.exit_code == 1
    (reason,) = outcome.failures["reason"]
    assert "'L7' of PT1" in reason
    assert "L01, L02" in reason
