"""Turned and swapped files, mixed light, what lesions leave behind, and lesions that part again."""

import csv
import io
import json
from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageOps

from lesiontrack.cli.phantom import phantom
from lesiontrack.errors import StudyError
from lesiontrack.phantom import (
    MASK_BITS,
    CameraSpec,
    LesionSpec,
    PatientSpec,
    SiteSeries,
    SiteSpec,
    StudySpec,
    VisitSpec,
    harder,
    random_study,
    render_study,
    render_visit,
    statuses,
)
from lesiontrack.phantom.files import saved, upright, with_exif
from lesiontrack.photo import read_photo

CAMERA = CameraSpec(width=240, height=180, px_per_mm=4.0, noise=0.002)
SITE = SiteSpec("left-calf", extent_mm=(70.0, 60.0), naevi=0, freckles_per_cm2=0, hairs_per_cm2=0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_file_comes_upright_through_pillow(orientation):
    gradient = np.zeros((40, 60, 3), np.uint8)
    gradient[..., 0] = np.arange(60) * 4
    gradient[..., 1] = np.arange(40)[:, None] * 6
    stored = saved(gradient, orientation)
    np.testing.assert_array_equal(upright(stored, orientation), gradient)
    buffer = io.BytesIO()
    Image.fromarray(stored).save(buffer, "JPEG", quality=95)
    with Image.open(io.BytesIO(with_exif(buffer.getvalue(), date(2024, 3, 4), orientation))) as image:
        shown = np.asarray(ImageOps.exif_transpose(image)).astype(int)
    assert np.abs(shown - gradient).max() < 12


def test_the_photo_that_the_package_loads_is_the_upright_one(tmp_path):
    visit = VisitSpec(0, CAMERA, exif_orientation=6)
    site = replace(SITE, lesions=(LesionSpec("A", (-12.0, -8.0), (9.0, 7.0)),))
    render_study(
        StudySpec((PatientSpec("PT001", date(2024, 3, 4), (SiteSeries(site, (visit,)),)),)), tmp_path / "s"
    )
    path = tmp_path / "s/PT001/2024-03-04/left-calf.jpg"
    with Image.open(path) as image:
        assert image.size == (180, 240)
    photo = read_photo(path)
    assert photo.pixels.shape == (180, 240, 3)
    bits = cv2.imread(str(tmp_path / "s/_truth/PT001/2024-03-04/left-calf.png"), cv2.IMREAD_UNCHANGED)
    lesion = (bits & MASK_BITS["lesion"]) > 0
    assert photo.pixels[lesion].mean() < photo.pixels[~lesion].mean() - 25


def two_patients(swapped):
    dark = replace(SITE, skin="dark")
    return StudySpec(
        tuple(
            PatientSpec(code, date(2024, 3, 4), (SiteSeries(site, (VisitSpec(0, CAMERA),)),))
            for code, site in (("PT001", SITE), ("PT002", dark))
        ),
        swapped=swapped,
    )


def test_swapped_photos_lie_in_each_others_place_and_the_truth_says_whose_they_are(tmp_path):
    pair = ("PT001/2024-03-04/left-calf", "PT002/2024-03-04/left-calf")
    render_study(two_patients(()), tmp_path / "right")
    render_study(two_patients((pair,)), tmp_path / "wrong")
    for one, other in (pair, pair[::-1]):
        assert (tmp_path / f"wrong/{one}.jpg").read_bytes() == (tmp_path / f"right/{other}.jpg").read_bytes()
        document = json.loads((tmp_path / f"wrong/_truth/{one}.json").read_text())
        assert document["patient"] == other[:5]
        assert document["photo"] == f"{one}.jpg"
    rows = list(csv.DictReader((tmp_path / "wrong/_truth/lesions.csv").open()))
    assert all(row["photo"].startswith("PT001") == (row["patient"] == "PT002") for row in rows)


def test_swapping_a_photo_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(StudyError, match="is none of the study"):
        render_study(two_patients((("PT001/2024-03-04/left-calf", "PT009/x/y"),)), tmp_path / "s")


def test_a_second_light_colours_the_side_away_from_the_first():
    def warmth(**light):
        camera = replace(CAMERA, light_deg=180.0, **light)
        pixels = render_visit(SITE, VisitSpec(0, camera), seed=1).pixels.astype(float)
        ratio = pixels[..., 0] / (pixels[..., 2] + 1)
        return ratio[:, :60].mean() / ratio[:, -60:].mean()

    assert warmth() == pytest.approx(1, abs=0.05)
    assert warmth(second_light=(0.75, 1.0, 1.25)) > 1.1


@pytest.mark.parametrize("kind", ["depigmented", "scar"])
def test_a_lesion_leaves_pale_skin_where_it_was(kind):
    lesion = LesionSpec("A", (0.0, 0.0), (14.0, 12.0), size=((0, 1.0), (28, 0.0)), aftermath=kind)
    site = replace(SITE, skin="brown", lesions=(lesion,))
    before, after = (render_visit(site, VisitSpec(day, CAMERA), seed=1) for day in (0, 35))
    place = before.masks["lesion"]
    inside, outside = after.pixels[place].mean(), after.pixels[~place].mean()
    assert inside > outside + 12
    assert not after.masks["lesion"].any()
    assert not after.delta_a.any()
    plain = replace(site, lesions=(replace(lesion, aftermath=""),))
    whole = render_visit(plain, VisitSpec(35, CAMERA), seed=1)
    assert whole.pixels[place].mean() == pytest.approx(whole.pixels[~place].mean(), abs=6)


def test_a_lesion_that_parts_again_is_split():
    swelling = ((0, 1.0), (14, 2.2), (28, 1.0))
    site = replace(
        SITE,
        lesions=(
            LesionSpec("A", (-5.0, 0.0), (8.0, 7.0), size=swelling),
            LesionSpec("B", (5.0, 0.0), (6.0, 6.0), size=swelling, merges_into="A"),
        ),
    )
    photos = [render_visit(site, VisitSpec(day, CAMERA), seed=1).lesions for day in (0, 14, 28)]
    told = [{lesion.name: lesion.status for lesion in lesions}["B"] for lesions in statuses(photos)]
    assert told == ["present", "merged", "split"]


def test_a_hard_study_keeps_days_and_lesions_and_repeats():
    easy = random_study(patients=4, visits=3, seed=5)
    hard = harder(easy)
    assert hard == harder(easy)
    for before, after in zip(easy.patients, hard.patients, strict=True):
        for one, other in zip(before.sites, after.sites, strict=True):
            assert [visit.day for visit in one.visits] == [visit.day for visit in other.visits]
            assert [lesion.position_mm for lesion in one.site.lesions] == [
                lesion.position_mm for lesion in other.site.lesions
            ]
    series = [series for patient in hard.patients for series in patient.sites]
    visits = [visit for one in series for visit in one.visits]
    assert any(one.site.limb_radius_mm for one in series)
    assert any(visit.cards for visit in visits)
    assert any(visit.marks for visit in visits)
    assert any(visit.exif_orientation != 1 for visit in visits)
    assert len(hard.swapped) == 1


def test_a_hard_study_renders_from_the_command_line(tmp_path):
    arguments = ["-o", str(tmp_path / "s"), "--hard", "--visits", "1", "--width", "400", "-q"]
    result = CliRunner().invoke(phantom, arguments)
    assert result.exit_code == 0, result.output
    document = json.loads((tmp_path / "s/_truth/study.json").read_text())
    assert len(document["spec"]["swapped"]) == 1


def test_impossible_values_are_refused():
    with pytest.raises(ValueError, match="EXIF orientation 9"):
        VisitSpec(0, exif_orientation=9)
    with pytest.raises(ValueError, match="aftermath 'gold'"):
        LesionSpec("A", (0, 0), (5, 5), aftermath="gold")
