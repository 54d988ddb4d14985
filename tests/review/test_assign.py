"""The page of photos and what it asks the server for."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

from lesiontrack.corrections import Store
from lesiontrack.review import ReviewState, create_app
from tests.review.conftest import PORT, RUN, TOKEN, client_of
from tests.review.photofolders import HOSTILE, Folder, copied, folder, jpeg
from tests.review.pictured import FIRST, Pictured


def client_for(state: ReviewState) -> FlaskClient:
    app = create_app(state, token=TOKEN, port=PORT)
    app.testing = True
    return client_of(app)


def listed(client: FlaskClient) -> dict[str, dict[str, Any]]:
    return {photo["photo"]: photo for photo in client.get("/api/photos").json["photos"]}


def send(client: FlaskClient, photo: dict[str, Any], /, *, run: str = "", **changes: Any) -> Any:
    """As the page does: digest, then assignment."""
    answer = client.get(f"/api/photo-digest/{photo['token']}")
    place = {name: photo[name] for name in ("patient", "visit", "site", "view", "modality")}
    value = {"kind": "assignment", "photo": photo["photo"], **place, **answer.json, **changes}
    return client.post("/api/corrections", json={"value": value, "run": run})


@pytest.fixture
def mixed(tmp_path: Path) -> Folder:
    names = ("PT1/2024-03-04/calf.jpg", "PT1/2024-03-11/calf.jpg", "IMG_1.jpg", "PT1/4 March/arm.jpg")
    made = folder(tmp_path / "study", names)
    made.assign("PT1/2024-03-11/calf.jpg", "-", "-", "-", excluded=True)
    return made


def test_photos_without_a_place_come_first(mixed: Folder) -> None:
    answer = client_for(mixed.state()).get("/api/photos").json
    assert [(photo["photo"], photo["state"]) for photo in answer["photos"]] == [
        ("IMG_1.jpg", "unplaced"),
        ("PT1/4 March/arm.jpg", "unplaced"),
        ("PT1/2024-03-04/calf.jpg", "read"),
        ("PT1/2024-03-11/calf.jpg", "excluded"),
    ]
    first, second, third, last = answer["photos"]
    assert first["why"] == "lies in the study folder itself"
    assert "'4 March' is not a date" in second["why"]
    assert (third["patient"], third["visit"], third["study_day"], third["view"]) == (
        "PT1",
        "2024-03-04",
        0,
        1,
    )
    assert (last["by"], len(last["corrections"])) == ("Dr Other", 1)
    assert (answer["patients"], answer["visits"], answer["sites"]) == (
        ["PT1"],
        {"PT1": ["2024-03-04"]},
        {"PT1": ["calf"]},
    )


def test_an_assignment_places_a_photo_and_can_be_taken_back(mixed: Folder) -> None:
    client = client_for(mixed.state())
    photo = listed(client)["IMG_1.jpg"]
    assert send(client, photo, patient="PT1", visit="2024-03-18", site="calf", view=1).status_code == 201
    now = listed(client)["IMG_1.jpg"]
    assert (now["state"], now["study_day"], now["by"]) == ("read", 14, "Dr Test")
    text = client.get("/photos").text
    assert "will act when the study is run" in text
    assert "Apply now" not in text
    client.post("/api/withdraw", json={"id": now["corrections"][0]})
    assert listed(client)["IMG_1.jpg"]["state"] == "unplaced"


def test_two_claims_of_a_view_are_shown_with_both_names(mixed: Folder) -> None:
    mixed.assign("IMG_1.jpg", "PT1", "2024-03-04", "calf")
    photo = listed(client_for(mixed.state()))["IMG_1.jpg"]
    assert (photo["state"], photo["patient"], photo["site"]) == ("unplaced", "PT1", "calf")
    assert "PT1/2024-03-04/calf.jpg is view 1" in photo["why"]


def test_a_folder_that_is_no_study_yet(tmp_path: Path) -> None:
    made = folder(tmp_path / "card", ("IMG_1.jpg", "IMG_2.jpg"))
    client = client_for(made.state())
    assert client.get("/photos").status_code == 200
    answer = client.get("/api/photos").json
    assert "holds no photo that can be used" in answer["problem"]
    for number, photo in enumerate(answer["photos"]):
        send(client, photo, patient="PT1", visit=f"day{number:03d}", site="calf", view=1)
    answer = client.get("/api/photos").json
    assert (answer["problem"], {photo["state"] for photo in answer["photos"]}) == ("", {"read"})


def test_photos_that_photos_csv_leaves_out_are_offered(tmp_path: Path) -> None:
    made = folder(tmp_path / "study", ("a.jpg", "b.jpg", "_MG_1.jpg", "_init/c.jpg", "results/d.jpg"))
    (made.root / "photos.csv").write_text(
        "path,patient,visit,site\na.jpg,P,day000,calf\ngone.jpg,P,day007,calf\n"
    )
    (made.root / "results/lesiontrack-results.json").write_text("{}")
    photos = listed(client_for(made.state()))
    assert {name: photo["state"] for name, photo in photos.items()} == {
        "a.jpg": "read", "b.jpg": "unplaced", "_MG_1.jpg": "unplaced", "gone.jpg": "unplaced",
    }  # fmt: skip
    assert photos["b.jpg"]["why"] == "photos.csv does not list it"
    assert "no such file" in photos["gone.jpg"]["why"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"patient": "a/b"}, "path separator"),
        ({"visit": "4 March"}, "is not a date"),
        ({"photo": "../../etc/passwd"}, "no path below the study folder"),
        ({"photo_sha256": "0" * 64}, "content has changed"),
    ],
)
def test_what_can_not_act_is_refused_at_once(mixed: Folder, changes: dict[str, str], reason: str) -> None:
    client = client_for(mixed.state())
    place = {"patient": "PT1", "visit": "day000", "site": "calf", "view": 1}
    answer = send(client, listed(client)["IMG_1.jpg"], **{**place, **changes})
    assert answer.status_code == 400
    assert reason in answer.json["error"]
    assert len(mixed.assignments()) == 1


def test_pictures_are_small_upright_and_without_metadata(tmp_path: Path) -> None:
    made = folder(tmp_path / "s", ("P/day000/a.jpg",))
    (made.root / "P/day000/a.jpg").write_bytes(jpeg((1600, 1200), turned=True, taken="2024:03:18 10:11:12"))
    client = client_for(made.state())
    token = listed(client)["P/day000/a.jpg"]["token"]
    for query, longest in (("", 320), ("?side=1280", 1280)):
        answer = client.get(f"/api/thumb/{token}{query}")
        picture = Image.open(BytesIO(answer.data))
        assert (picture.format, max(picture.size), dict(picture.getexif())) == ("JPEG", longest, {})
        assert b"Name of a patient" not in answer.data
        upper, lower = np.array_split(np.asarray(picture, float), 2)
        assert upper.mean() < 30 < 120 < lower.mean()
    assert client.get(f"/api/photo-dates?of={token}&of={token}").json == {token: "2024-03-18"}


def test_dates_of_clocks_that_were_not_set_are_not_shown(tmp_path: Path) -> None:
    made = folder(tmp_path / "s", ("P/day000/a.jpg",))
    (made.root / "P/day000/a.jpg").write_bytes(jpeg(taken="2000:01:01 00:00:10"))
    client = client_for(made.state())
    token = listed(client)["P/day000/a.jpg"]["token"]
    assert client.get(f"/api/photo-dates?of={token}").json == {}


def test_a_token_is_good_for_one_content_only(mixed: Folder) -> None:
    client = client_for(mixed.state())
    token = listed(client)["IMG_1.jpg"]["token"]
    digest = hashlib.sha256((mixed.root / "IMG_1.jpg").read_bytes()).hexdigest()
    assert client.get(f"/api/photo-digest/{token}").json == {"photo_sha256": digest}
    (mixed.root / "IMG_1.jpg").write_bytes(jpeg((50, 50)))
    for path in ("thumb", "photo-digest"):
        assert client.get(f"/api/{path}/{token}").status_code == 409
    assert client.get("/api/thumb/IMG_1.jpg").status_code == 404
    assert client.get(f"/api/thumb/{token}?side=99999").status_code == 400


def test_nothing_outside_the_study_is_shown(tmp_path: Path) -> None:
    made = folder(tmp_path / "s", ("P/day000/a.jpg",))
    (tmp_path / "secret.jpg").write_bytes(jpeg())
    (made.root / "P/day000/b.jpg").symlink_to(tmp_path / "secret.jpg")
    client = client_for(made.state())
    photo = listed(client)["P/day000/b.jpg"]
    assert "leads out of the study folder" in photo["why"]
    for path in ("thumb", "photo-digest"):
        assert client.get(f"/api/{path}/{photo['token']}").status_code == 404


def test_a_photo_that_can_not_be_decoded_has_no_picture(tmp_path: Path) -> None:
    made = folder(tmp_path / "s", ("P/day000/a.jpg",))
    (made.root / "P/day000/a.jpg").write_bytes(b"\xff\xd8 not more")
    client = client_for(made.state())
    assert client.get(f"/api/thumb/{listed(client)['P/day000/a.jpg']['token']}").status_code == 204


def test_a_name_is_never_markup(tmp_path: Path) -> None:
    made = folder(tmp_path / "s", (f"P/day000/{HOSTILE}",))
    client = client_for(made.state())
    assert "onerror" not in client.get("/photos").text
    assert client.get("/api/photos").mimetype == "application/json"


def test_what_is_otherwise_than_in_the_last_run(pictured_once: Pictured, tmp_path: Path) -> None:
    one = copied(pictured_once, tmp_path)
    made = Folder(one.study, results=one.results.root)
    client = client_for(one.state())
    photo = f"PT001/{FIRST}/left-calf.jpg"
    assert {shown["changed"] for shown in listed(client).values()} == {""}
    assert send(client, listed(client)[photo], run=RUN, site="arm", view=2).status_code == 201
    assert listed(client)[photo]["changed"] == "in the last run: site left-calf, view 1"
    made.assign(photo, "-", "-", "-", excluded=True)
    assert listed(client)[photo]["changed"] == "was in the last run"
    answer = send(client, listed(client)[photo], run="yesterday", site="arm")
    assert answer.status_code == 409


def test_a_blinded_reader_sees_photos_but_no_form(mixed: Folder) -> None:
    client = client_for(ReviewState(mixed.root, reader="B", blinded=True))
    assert 'id="edit"' not in client.get("/photos").text
    photo = listed(client)["IMG_1.jpg"]
    assert send(client, photo, patient="P", visit="day000", site="calf", view=1).status_code == 400
    assert len(listed(client)) == 4
    assert Store(mixed.root, blinded_reader="B").read().entries == ()
