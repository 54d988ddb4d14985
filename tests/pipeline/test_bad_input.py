"""What clinics' folders hold: each oddity gives a message or one row in failures.csv; the rest is done."""

from __future__ import annotations

import json
import os
from collections import Counter
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from lesiontrack.cli import main
from lesiontrack.pipeline import Results, run
from lesiontrack.spreadsheet import read_csv
from lesiontrack.study import read_study
from lesiontrack.study.files import PHOTO_SUFFIXES
from tests.icc_profiles import DISPLAY_P3, rgb_profile

from .plain import GOOD, SIZE, SPOTS, encoded, permissions_hold, picture, plain_study, put

PDF = b"%PDF-1.7\n"
SCRIPT = "Jörg Müller <script>alert(1)<"
LONG = "x" * 240
FLAT = {"black": (0, 0, 0), "white": (255, 255, 255)}

# file → a word of its reason
FAILURES = {
    "PT001/2024-03-18/arm.jpg": "cut off",
    "PT001/2024-03-18/hand.jpg": "0 bytes",
    "PT003/day000/calf.jpg": "same day",
    "PT003/holiday/calf.jpg": "not a date",
    "PT004/2024-03-04/caf\ufffd.jpg": "UTF-8",
    "PT\ufffd/2024-03-04/calf.jpg": "UTF-8",
    "PT006/2024-03-04/folder.jpg": "a folder",
    "PT006/2024-03-04/loop.jpg": "leads to nothing",
    "PT006/2024-03-04/up": "link to a folder",
    "around": "link to a folder",
    "PT007/2024-03-04/calf.jpg": "not a photo",
    "PT007/2024-03-18/calf.jpg": "cut off",
    "PT009/2024-03-04/report.pdf": "PDF",
    "PT009/2024-03-04/scan.jpg": "PDF",
    "PT010/calf.jpg": "patient's folder",
    "stray.jpg": "study folder",
}


def messy_study(root: Path) -> None:
    upright = Image.fromarray(picture())
    put(root, "PT001/2024-03-04/calf.jpg")
    put(root, "PT001/2024-03-18/calf.jpg", encoded(picture(seed=2), "JPEG"))
    put(root, "PT001/2024-03-18/arm.jpg", GOOD[: len(GOOD) // 2])
    put(root, "PT001/2024-03-18/hand.jpg", b"")
    deep = picture()[:, :, ::-1].astype(np.uint16) * 257
    put(root, "PT002/2024-03-04/deep.png", cv2.imencode(".png", deep)[1].tobytes())
    put(root, "PT002/2024-03-04/cmyk.jpg", encoded(upright.convert("CMYK"), "JPEG"))
    put(root, "PT002/2024-03-04/grey.jpg", encoded(upright.convert("L"), "JPEG"))
    put(root, "PT002/2024-03-04/small.png", encoded(upright.resize((10, 10)), "PNG"))
    for name, colour in FLAT.items():
        put(root, f"PT002/2024-03-04/{name}.png", encoded(Image.new("RGB", SIZE, colour), "PNG"))
    for site in ("grey", "small", *FLAT):
        put(root, f"PT002/2024-03-18/{site}.jpg")
    put(root, "PT003/2024-03-04/calf.jpg")
    put(root, "PT003/day000/calf.jpg")
    put(root, "PT003/holiday/calf.jpg")
    put(root, f"{SCRIPT}/2024-03-04/=1+1.jpg")
    put(root, "=HYPERLINK(1)/2024-03-04/calf.jpg")
    put(root, b"PT004/2024-03-04/caf\xe9.jpg")
    put(root, "PT004/2024-03-04/calf\x1b[31m.jpg")
    put(root, b"PT\xff/2024-03-04/calf.jpg")
    put(root, f"{LONG}/2024-03-04/{LONG}.jpg")
    (root / "PT006/2024-03-04/folder.jpg").mkdir(parents=True)
    put(root, "PT006/2024-03-04/calf.jpg")
    (root / "PT006/2024-03-04/loop.jpg").symlink_to("loop.jpg")
    (root / "PT006/2024-03-04/up").symlink_to("..")
    (root / "around").symlink_to(".")
    put(root, "PT007/2024-03-04/calf.jpg", b"hello")
    put(root, "PT007/2024-03-18/calf.jpg", GOOD[:-2])
    put(root, "PT009/2024-03-04/report.pdf", PDF)
    put(root, "PT009/2024-03-04/scan.jpg", PDF)
    put(root, "PT010/calf.jpg")
    put(root, "stray.jpg")
    (root / "study.toml").write_text(
        'title = "<script>alert(2)</script>"\nprotocol = "response-only"\n'
        "[treatment_start]\nPT001 = 2024-03-04\nPT003 = 2024-03-04\n"
    )
    named = f"PT001,calf,<script>alert(3)</script>,{SPOTS[0][0]},{SPOTS[0][1]}"
    (root / "lesions.csv").write_text(f"patient,site,lesion,x,y\n{named}\n")
    (root / "doses.csv").write_text(
        "patient,agent,start,lesion,amount,unit\n"
        "PT001,<script>alert(4)</script>,2024-03-04,<script>alert(3)</script>,1,<script>alert(5)</script>\n"
        'PT001,"=1+1\n]]>&amp;",day014,,,\n'
    )


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("messy") / "study"
    messy_study(root)
    return root


@pytest.fixture(scope="module")
def done(messy: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    return run(messy, tmp_path_factory.mktemp("messy-results") / "out", jobs=1)


def test_each_oddity_has_one_row_with_its_reason(done: Results) -> None:
    assert done.exit_code == 1
    failures = done.failures.set_index("file")["reason"]
    assert Counter(done.failures["file"]) == Counter([*FAILURES])
    for file, word in FAILURES.items():
        assert word in failures[file], file
    assert not done.failures["reason"].str.contains("defect").any()


def test_the_rest_of_the_study_is_done(done: Results) -> None:
    photos = done.tables["photos"].set_index("photo")
    seen = done.tables["observations"]
    assert len(photos) == 18
    # Pictures that need converting give the same lesions as the plain photo does.
    sizes = seen.set_index(["patient", "site", "visit"]).sort_values("longest_diameter_px")
    truth = sizes.loc[("PT003", "calf", "2024-03-04"), "longest_diameter_px"].to_numpy(float)
    assert len(truth) == 2
    for patient, site in (("PT002", "deep"), ("PT002", "cmyk"), (SCRIPT, "=1+1"), (LONG, LONG)):
        found = sizes.loc[(patient, site, "2024-03-04"), "longest_diameter_px"].to_numpy(float)
        np.testing.assert_allclose(found, truth, rtol=0.06)
    assert "16-bit" in photos.loc["PT002/2024-03-04/deep.png", "notes"]
    assert "CMYK" in photos.loc["PT002/2024-03-04/cmyk.jpg", "notes"]
    assert "grey" in photos.loc["PT002/2024-03-04/grey.jpg", "notes"]


def test_a_photo_without_content_is_not_evaluable_and_has_no_lesion(done: Results) -> None:
    photos = done.tables["photos"].set_index("photo")["quality"]
    seen = done.tables["observations"].query("patient == 'PT002' and visit == '2024-03-04'")
    for name in ("small", *FLAT):
        assert photos[f"PT002/2024-03-04/{name}.png"] == "not_evaluable"
        assert name not in set(seen["site"])


def test_a_patient_whose_every_photo_fails_counts_in_the_denominator(done: Results) -> None:
    assert "PT007" not in set(done.tables["observations"]["patient"])
    patients = {"PT001", "PT002", "PT003", "PT004", "PT006", "PT007", "PT009", "PT010"}
    patients |= {SCRIPT, LONG, "=HYPERLINK(1)"}
    assert set(done.tables["best_responses"]["patient"]) == patients
    assert set(done.tables["rates"]["denominator"]) == {len(patients)}


def test_tables_hold_odd_names_unharmed_and_no_formula(done: Results) -> None:
    tables = done.folder / "tables"
    expected = {"=HYPERLINK(1)", SCRIPT, LONG}
    parquet = pd.read_parquet(tables / "photos.parquet")
    assert expected <= set(parquet["patient"]) == set(read_csv(tables / "photos.csv")["patient"])
    raw = (tables / "photos.csv").read_text("utf-8-sig")
    assert "\n=" not in raw
    assert ",=" not in raw
    assert "\n'=HYPERLINK(1)," in raw
    failures = pd.read_parquet(tables / "failures.parquet")
    assert set(failures["file"]) == set(read_csv(tables / "failures.csv")["file"]) == set(FAILURES)


def test_pages_escape_odd_names(done: Results) -> None:
    pages = [done.folder / "index.html", *done.folder.glob("*/*.html")]
    assert len(pages) > 20
    for page in pages:
        text = page.read_text("utf-8")
        assert "<script>alert" not in text, page
    assert any("&lt;script&gt;alert(1)&lt;" in page.read_text("utf-8") for page in pages)


def test_json_files_are_utf_8(done: Results) -> None:
    for path in done.folder.rglob("*.json"):
        json.loads(path.read_bytes().decode("utf-8"))


def test_every_photo_is_in_photos_or_in_failures(done: Results, messy: Path) -> None:
    files = photo_files(messy)
    assert sorted([*done.tables["photos"]["photo"], *photo_rows(done.failures)]) == sorted(files)
    assert done.summary()["photos read"] == f"{len(done.tables['photos'])} of {len(files)}"


def photo_files(root: Path) -> list[str]:
    """Names of all that is called a photo, as tables have them; links to folders are not followed."""
    return [
        os.fsencode(os.path.relpath(os.path.join(folder, name), root)).decode("utf-8", "replace")
        for folder, folders, names in os.walk(root)
        for name in [*names, *(name for name in folders if name.endswith(PHOTO_SUFFIXES))]
        if name.lower().endswith(PHOTO_SUFFIXES) and not name.startswith(("_", "."))
    ]


def photo_rows(failures: pd.DataFrame) -> list[str]:
    return [file for file in failures["file"] if file.lower().endswith(PHOTO_SUFFIXES)]


NAMES = st.sampled_from(
    [
        "PT1",
        "PT2",
        "PT3 ",
        "2024-01-01",
        "2024-02-30",
        "day000",
        "day7",
        "week01",
        "calf",
        "calf_2",
        "ä",
        "=1",
    ]
)
FILES = st.sampled_from(["calf.jpg", "calf.png", "calf_2.JPG", "calf_02.jpg", "Calf.jpg", "arm.tif", "x.pdf"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.sets(
        st.builds(lambda folders, file: "/".join([*folders, file]), st.lists(NAMES, max_size=4), FILES),
        min_size=1,
        max_size=12,
    )
)
def test_reading_any_tree_loses_no_photo(tmp_path_factory: pytest.TempPathFactory, files: set[str]) -> None:
    root = tmp_path_factory.mktemp("tree")
    put(root, "PT0/2024-01-01/calf.jpg", b"")
    for file in files:
        put(root, file, b"")
    study = read_study(root)
    listed = [photo.relative for patient in study.patients for photo in patient.photos]
    failed = [failure.file for failure in study.failures if failure.file.lower().endswith(PHOTO_SUFFIXES)]
    assert sorted([*listed, *failed]) == sorted(photo_files(root))


def test_a_rotated_display_p3_photo_is_measured_as_its_upright_twin(tmp_path: Path) -> None:
    spots = ((60, 80, 24), (150, 50, 14))
    pixels = picture(spots)
    exif = Image.Exif()
    exif[0x0112] = 6  # the stored picture must be turned clockwise
    stored = np.ascontiguousarray(np.rot90(_as_display_p3(pixels)))
    profile = rgb_profile(DISPLAY_P3, name="Display P3")
    put(tmp_path, "study/PT1/2024-03-04/twin.png", encoded(pixels, "PNG"))
    put(tmp_path, "study/PT1/2024-03-04/phone.png", encoded(stored, "PNG", exif=exif, icc_profile=profile))
    # By colour: a flat ellipse has an edge to find, and a network never learned what a drawing's outline is.
    outcome = run(
        tmp_path / "study", tmp_path / "out",
        jobs=1, through="score", protocol="response-only", model="colour",
    )  # fmt: skip
    assert outcome.exit_code == 0
    seen = outcome.tables["observations"].sort_values(["site", "longest_diameter_px"])
    twin, phone = (seen.query(f"site == '{site}'") for site in ("twin", "phone"))
    assert len(twin) == len(phone) == 2
    for column in ("area_px", "longest_diameter_px"):
        np.testing.assert_allclose(phone[column].astype(float), twin[column].astype(float), rtol=0.03)
    photos = outcome.tables["photos"].set_index("site")
    assert photos.loc["phone", ["width", "height"]].tolist() == list(SIZE)
    outlines = {}
    for path in outcome.folder.glob("sites/*/*/*/site.json"):
        record = json.loads(path.read_text("utf-8"))
        (overview,) = (photo["overview"] for photo in record["photos"])
        assert (overview["width"], overview["height"]) == SIZE
        outlines[record["site"]] = sorted(
            np.mean(outline, axis=0).tolist() for outline in overview["outlines"]["lesion"]
        )
    np.testing.assert_allclose(outlines["phone"], outlines["twin"], atol=1.5)
    np.testing.assert_allclose(outlines["twin"], [spot[:2] for spot in spots], atol=3)


def _as_display_p3(pixels: np.ndarray) -> np.ndarray:
    """The same colours written in Display P3, by Pillow's own colour engine."""
    from PIL import ImageCms

    to = ImageCms.ImageCmsProfile(BytesIO(rgb_profile(DISPLAY_P3, name="Display P3")))
    converted = ImageCms.profileToProfile(Image.fromarray(pixels), ImageCms.createProfile("sRGB"), to)
    assert converted is not None
    result = np.asarray(converted)
    assert np.abs(result.astype(int) - pixels).max() > 5, "the profile must matter"
    return result


def test_a_photo_that_disappears_in_mid_run_is_a_failure_and_is_tried_again(tmp_path: Path) -> None:
    study = plain_study(tmp_path / "study", 2, 1)
    listed = [path.relative_to(study) for path in sorted(study.rglob("*.jpg"))]
    rows = "".join(f"{path.as_posix()},{path.parts[0]},{path.parts[1]},calf\n" for path in listed)
    (study / "photos.csv").write_text(f"path,patient,visit,site\n{rows}")
    gone = study / listed[0]

    def remove(stage: str, done: int, total: int) -> None:
        if stage == "sites" and done == 0:
            gone.unlink()

    outcome = run(study, tmp_path / "out", jobs=1, through="score", on_progress=remove)
    assert outcome.failures["file"].tolist() == [listed[0].as_posix()]
    assert "can't be opened" in outcome.failures["reason"][0]
    assert len(outcome.tables["photos"]) == 2
    put(study, listed[0].as_posix())
    assert run(study, tmp_path / "out", jobs=1, through="score").exit_code == 0


def test_a_photo_that_changes_in_mid_run_is_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = plain_study(tmp_path / "study", 1)
    photo = study / "PT001" / "2024-03-04" / "calf.jpg"
    first, second = photo.read_bytes(), encoded(picture(((70, 75, 30),)), "JPEG")
    with monkeypatch.context() as patch:
        patch.setattr("lesiontrack.pipeline.site.file_digest", _digest_then_change(photo, second))
        during = run(study, tmp_path / "out", jobs=1, through="segment").tables["photos"]["sha256"][0]
    photo.write_bytes(first)
    after = run(study, tmp_path / "out", jobs=1, through="segment").tables["photos"]["sha256"][0]
    assert during != after


def _digest_then_change(photo: Path, content: bytes):
    from lesiontrack.pipeline.site import file_digest

    def digest(path: Path) -> str:
        found = file_digest(path)
        photo.write_bytes(content)
        return found

    return digest


def test_an_unreadable_photo_is_a_failure(tmp_path: Path) -> None:
    if not permissions_hold(tmp_path):
        pytest.skip("root may read everything")
    study = plain_study(tmp_path / "study", 2)
    photo = study / "PT001" / "2024-03-04" / "calf.jpg"
    photo.chmod(0)
    outcome = run(study, tmp_path / "out", jobs=1, through="score")
    assert outcome.failures["file"].tolist() == ["PT001/2024-03-04/calf.jpg"]
    assert "Permission denied" in outcome.failures["reason"][0]
    photo.chmod(0o644)
    assert run(study, tmp_path / "out", jobs=1, through="score").exit_code == 0


def test_a_study_whose_folder_name_is_not_text(tmp_path: Path) -> None:
    study = plain_study(Path(os.fsdecode(os.fsencode(tmp_path) + b"/st\xfcdy")), 1)
    outcome = run(study, tmp_path / "out", jobs=1)
    assert outcome.exit_code == 0
    assert "st\ufffddy" in (tmp_path / "out" / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("protcol = 'response-only'", ("'protcol'", "did you mean 'protocol'?")),
        ("[treatment_starts]\nPT001 = 2024-03-04", ("'treatment_starts'", "'treatment_start'")),
        ("[thresholds]\n'rules.ulcer_growth.min_mm' = 3", ("rules.ulcer_growth.min_mm", "did you mean")),
        ("protocol = 'respons-only'", ("respons-only", "response-only")),
        ("[treatment_start]\nPT01 = 2024-03-04", ("'PT01'", "'PT001'")),
        ("title = ", ("study.toml", "TOML")),
    ],
)
def test_a_wrong_key_names_itself_and_the_nearest(tmp_path: Path, toml: str, words: tuple[str, ...]) -> None:
    put(tmp_path, "study/PT001/2024-03-04/calf.jpg", b"")
    (tmp_path / "study" / "study.toml").write_text(toml)
    outcome = CliRunner().invoke(main, ["run", str(tmp_path / "study"), "-o", str(tmp_path / "out"), "-q"])
    assert outcome.exit_code == 2, outcome.output
    assert "Traceback" not in outcome.output
    for word in words:
        assert word in outcome.output
    assert not (tmp_path / "out").exists()


def test_folders_without_a_photo_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    put(tmp_path, "scans/PT1/2024-01-01/report.pdf", PDF)
    for folder, word in (("empty", "is empty"), ("scans", "PDFs are not photos")):
        arguments = ["run", str(tmp_path / folder), "-o", str(tmp_path / "out")]
        outcome = CliRunner().invoke(main, arguments)
        assert outcome.exit_code == 2, outcome.output
        assert word in outcome.output
        assert not (tmp_path / "out").exists()


def test_failures_on_the_terminal_can_not_steer_it(tmp_path: Path) -> None:
    put(tmp_path, "study/PT1/2024-03-04/calf.jpg", b"")
    put(tmp_path, "study/PT1/2024-03-04/arm\x1b[31m.jpg", b"")
    out = tmp_path / "[/red] out"
    outcome = CliRunner().invoke(main, ["segment", str(tmp_path / "study"), "-o", str(out), "--jobs", "1"])
    assert outcome.exit_code == 1, outcome.output
    assert "\x1b[31m" not in outcome.output
    assert "arm\\x1b[31m.jpg" in outcome.output
    assert "0 bytes" in outcome.output
