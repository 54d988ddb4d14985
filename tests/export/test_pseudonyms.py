"""Pseudonymised exports: a rule for every column, and no trace of the study's own names in any byte."""

from __future__ import annotations

import io
import stat
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from lesiontrack.export import FORMATS, ExportError, export, maker
from lesiontrack.export.figures import figures
from lesiontrack.export.figures.captions import captions_text
from lesiontrack.export.figures.model import Drawn
from lesiontrack.export.figures.style import house_style
from lesiontrack.export.methods import methods_text
from lesiontrack.export.pseudonyms import RULES, check_clean, open_key, open_to_others, pseudonymised
from lesiontrack.export.pseudonyms.codes import Codes
from lesiontrack.export.pseudonyms.names import Names
from lesiontrack.export.pseudonyms.rules import SETTINGS
from lesiontrack.export.pseudonyms.texts import REMOVED, Wording
from lesiontrack.export.pseudonyms.words import DATE
from lesiontrack.export.source import Source
from lesiontrack.tables import TABLES, frame
from tests.export.cohort import made_source, rows_of, write_results

KEY = b"0123456789abcdef"
READER, OTHER = "Grabowski, Olga", "QX"


@pytest.fixture(scope="module")
def source() -> Source:
    return with_secrets(made_source(3, seed=7, prefix="Maierhofer-"))


def with_secrets(source: Source) -> Source:
    """The made-up cohort with what a careless study folder may hold."""
    tables = dict(source.tables)
    patient, other = tables["patients"]["patient"][:2]
    tables["patients"] = tables["patients"].assign(
        further='{"itt": "yes", "born": "1947-02-03", "dr": "Schmidt", "Maierhofer-001": "no"}'
    )
    photo = tables["photos"]["photo"][0]
    visit = tables["photos"]["visit"][0]
    doses = rows_of(tables["doses"])
    doses[0] |= {"agent": "Serum Prof Grabowski", "kind": None, "frequency": "see letter of 4 March 2024"}
    doses[1] |= {"frequency": "twice weekly", "unit": "10^6 IU", "occlusion": "Telfa, Nurse Olga"}
    tables["doses"] = frame("doses", doses)
    events = [{"patient": patient, "study_day": 9, "event": "seen by Dr Grabowski"}]
    tables["events"] = frame("events", [*events, {**events[0], "event": "shave biopsy"}])
    outside = f"lesion 'Olga' of {other}, left-calf: lies outside {photo}"
    dated = f"taken on 04.03.2024, as {visit} of {patient}; see C:\\Users\\Grabowski"
    failures = [
        {
            "file": f"{patient}/{visit}/IMG Grabowski 12.heic",
            "stage": "photo",
            "reason": "IMG Grabowski 12 is cut",
        },
        {"file": "lesions.csv", "stage": "lesion names", "reason": outside},
        {"file": photo, "stage": "site", "reason": dated},
    ]
    tables["failures"] = frame("failures", failures)
    for name in ("observations", "lesion_responses", "visit_responses"):
        told = tables[name].copy()
        for column in {"lesion", "targets", "site"} & set(told):
            told[column] = told[column].str.replace("L01", "Grabowski mole").str.replace("upper-", "Olgas-")
        tables[name] = told
    seen = tables["observations"]
    place = {name: seen[name][0] for name in ("patient", "site", "visit", "study_day", "lesion")}
    grade = {**place, "sign": "erythema", "scale_id": f"as {patient}", "grade": 2.0, "rater": READER}
    tables["grades"] = frame("grades", [{**grade, "source": "review"}])
    tables["reviews"] = frame("reviews", reviews(place, photo))
    seen = seen.assign(
        lesion_name="Olgas mole",
        corrections=f"{READER}: visit not evaluable: “Olga moved on {visit}”; {OTHER}: lesion placed",
        signed_by=READER,
        signed_at="2026-03-04T09:30:00Z",
        signature_note=f"the signature of {READER} has no effect: lesion of {patient}",
    )
    reason = "last seen at " + seen["visit"] + ", " + seen["photo"] + ": Grabowski mole of " + seen["patient"]
    tables["observations"] = seen.assign(reason=reason)
    settings_ = {
        **source.settings,
        "title": "Trial of Prof Grabowski",
        "doses": [{"patient": patient, "agent": "IL-2"}],
    }
    settings_["visits"] = [{"patient": patient, "visit": visit, "study_day": -3, "nurse": "Olga"}]
    told = {
        **source.provenance,
        "study": {"title": "Trial of Prof Grabowski"},
        "options": {"protocol": "Olga.toml"},
    }
    return replace(source, tables=tables, settings=settings_, provenance=told)


def reviews(place: dict[str, object], photo: str) -> list[dict[str, object]]:
    """By two readers: one by full name, one by initials, which can't be told from other words."""
    row = {**place, "photo": photo, "at": "2026-03-04T09:30:00Z", "state": "in force", "by": READER}
    return [
        {**row, "id": "20260304T093000000000Z-lesion_name-0123456789abcdef", "kind": "lesion_name",
         "what": "called “Olgas mole”", "note": "as Schmidt says"},
        {**row, "id": "20260304T093100000000Z-gone-0123456789abcdef", "kind": "gone", "by": OTHER,
         "what": "nothing is left of it", "state": "replaced", "why": f"a later one by {READER} holds"},
        {**row, "id": "20260304T093200000000Z-assignment-0123456789abcdef", "kind": "assignment",
         "what": f"photo is of {place['patient']}, visit {place['visit']}, {place['site']}"},
    ]  # fmt: skip


def secrets_of(source: Source) -> set[str]:
    """Everything of the study that must not be seen: codes, dates, paths and free text."""
    found = {
        "Grabowski",
        "Olga",
        "Schmidt",
        "1947-02",
        "4 March 2024",
        "04.03.2024",
        "Canon of Dr Who",
        "Maierhofer",
        "2026-03-04",
        "20260304T",
        f"{OTHER}:",
    }
    for table in source.tables.values():
        for column in ("patient", "visit", "photo", "zero_date", "treatment_start", "enrolled", "death_date"):
            if column in table:
                found |= set(table[column].dropna())
    return {text for text in found if not text.startswith("day")}


def test_every_column_has_a_rule_and_every_rule_a_column() -> None:
    assert set(RULES) == set(TABLES)
    for name, columns in TABLES.items():
        assert {column.name for column in columns} == set(RULES[name]), name


def test_text_of_the_study_is_never_kept_as_it_is() -> None:
    for name in (
        "patient",
        "visit",
        "photo",
        "site",
        "lesion",
        "notes",
        "reason",
        "evidence",
        "device",
        "further",
    ):
        for table, rules in RULES.items():
            assert rules.get(name) != "keep", (table, name)


@pytest.fixture(scope="module")
def clean(source: Source) -> Source:
    return pseudonymised(source, KEY)


@pytest.mark.parametrize("format", [format for format in FORMATS if format != "figures"])
def test_no_trace_in_any_byte(source: Source, clean: Source, format: str) -> None:
    secrets = secrets_of(source)
    for name, content in {**maker(format)(clean), "methods.txt": methods_text(clean).encode()}.items():
        if name.startswith("data_dictionary"):
            continue
        text = content.decode("utf-8", "replace")
        if name.endswith(".parquet"):
            text += pd.read_parquet(io.BytesIO(content)).to_csv(index=False)
        for secret in secrets:
            assert secret not in text, (name, secret)


def test_no_trace_in_what_is_told_of_the_run(source: Source, clean: Source) -> None:
    for told in (str(clean.provenance), str(clean.settings), captions_of(clean)):
        for secret in secrets_of(source):
            assert secret not in told, secret


def captions_of(source: Source) -> str:
    """Captions, and the texts in the pictures, without writing the pictures."""
    with house_style():
        drawn = list(figures(source))
        texts = [t.get_text() for one in drawn if isinstance(one, Drawn) for t in one.figure.findobj(Text)]
    return captions_text(source, drawn) + "\n".join(texts)


def test_what_analyses_need_stays(source: Source, clean: Source) -> None:
    for name, table in source.tables.items():
        new = clean.tables[name]
        assert len(new) == len(table)
        for column in table.select_dtypes("number"):
            assert sorted(new[column].dropna()) == sorted(table[column].dropna()), (name, column)
    old_visits = source.tables["photos"][["patient", "visit"]].drop_duplicates()
    new = clean.tables["photos"]
    assert len(new[["patient", "visit"]].drop_duplicates()) == len(old_visits)
    for row in new.itertuples(index=False):
        assert row.visit == f"day{'-' if row.study_day < 0 else ''}{abs(row.study_day):03d}"
        assert row.photo == f"{row.patient}/{row.visit}/{row.site}.jpg"
    targets = clean.tables["visit_responses"]["targets"]
    assert targets.eq("").sum() == source.tables["visit_responses"]["targets"].eq("").sum()
    assert set(clean.tables["patients"]["further"]) == {'{"itt": "yes"}'}
    doses = clean.tables["doses"]
    assert "twice weekly" in set(doses["frequency"])
    assert "10^6 IU" in set(doses["unit"])
    assert set(clean.tables["events"]["event"]) == {"other_event", "shave biopsy"}


def test_readers_are_told_apart_by_codes(source: Source, clean: Source) -> None:
    reviews = clean.tables["reviews"]
    assert reviews["by"].str.fullmatch("R[A-Z2-7]{10}").all()
    assert reviews["by"].nunique() == 2
    by = dict(zip(reviews["kind"], reviews["by"], strict=True))
    why = dict(zip(reviews["kind"], reviews["why"], strict=True))
    assert why["gone"] == f"a later one by {by['assignment']} holds"
    assert (
        set(clean.tables["grades"]["rater"])
        == set(clean.tables["observations"]["signed_by"])
        == {by["assignment"]}
    )
    assert reviews["id"].str.fullmatch("[0-9a-f]{64}").all()
    assert reviews[["note", "at"]].isna().all(axis=None)
    assert clean.tables["grades"]["sign"].tolist() == ["erythema"]
    assert clean.tables["grades"]["scale_id"][0].startswith("scale_id-")


def test_rows_are_in_the_order_of_the_new_codes(clean: Source) -> None:
    codes = clean.tables["patients"]["patient"].tolist()
    assert codes == sorted(codes)


def test_same_key_same_codes(source: Source, clean: Source) -> None:
    first, again = clean, pseudonymised(source, KEY)
    other = pseudonymised(source, KEY + b"x")
    assert first.tables["patients"]["patient"].tolist() == again.tables["patients"]["patient"].tolist()
    assert not set(first.tables["patients"]["patient"]) & set(other.tables["patients"]["patient"])
    assert not set(first.tables["photos"]["sha256"]) & set(source.tables["photos"]["sha256"])


_CODES = st.text("abcdefghXYZ0123456789-_ äß", min_size=4, max_size=14).map(str.strip)
_DAYS = st.dates(min_value=pd.Timestamp("1990-01-01").date(), max_value=pd.Timestamp("2030-01-01").date())


@settings(max_examples=30, deadline=None)
@given(
    code=_CODES.filter(lambda code: len(code) > 3 and any(c.isdigit() for c in code) and not code.isdigit()),
    name=st.text("klmnopqKLMNOP \"'.", min_size=5, max_size=16).map(str.strip).filter(lambda n: len(n) > 4),
    day=_DAYS,
)
def test_own_texts_lose_every_name(code: str, name: str, day) -> None:  # type: ignore[no-untyped-def]
    visit, path = day.isoformat(), f"{code}/{day.isoformat()}/{name}.jpg"
    photo = {"patient": code, "visit": visit, "study_day": 5, "site": name, "photo": path, "view": 1}
    seen = {**{k: photo[k] for k in ("patient", "visit", "study_day", "site", "photo")}, "lesion": name}
    tables = {"photos": frame("photos", [photo]), "observations": frame("observations", [seen])}
    names = Names(tables, Codes(KEY))
    for text in (
        f"site {code}/{name}: too dark", f"by way of visit {visit}", f"{path} is cut off",
        f"{name} on {day:%d.%m.%Y}",
        f"lesion {name!r} of {code}, day 5", f"taken {day:%Y%m%d}", f"merged with {name} at {visit}; 12.5 mm",
    ):  # fmt: skip
        for patient in (code, ""):
            told = names.text(text, patient)
            assert code not in told.replace(names.patients[code], ""), told
            assert visit not in told
            assert f"{day:%Y%m%d}" not in told
            assert name not in told.replace(names.sites[name], ""), told
    assert "12.5 mm" in names.text("merged; 12.5 mm", code)


def test_a_name_that_can_t_be_told_from_a_number_removes_the_text() -> None:
    wording = Wording({"12": "PX"}, {})
    assert wording("skin loss 12 mm2") == REMOVED
    assert wording("skin loss 12.5 mm2, 120 px/mm") == "skin loss 12.5 mm2, 120 px/mm"


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-04",
        "4.3.2024",
        "04/03/24",
        "20240304",
        "4 March 2024",
        "March 4, 2024",
        "2024-03",
        "2024.3.4",
    ],
)
def test_dates_are_told(text: str) -> None:
    assert DATE.search(f"seen {text}, again")


@pytest.mark.parametrize(
    "text", ["5.70203067071733", "281 of 293", "rms 0.00 px", "day 14-28", "1.5 to 3", "12345678"]
)
def test_numbers_are_no_dates(text: str) -> None:
    assert not DATE.search(text)


def test_settings_have_rules_for_what_the_pipeline_keeps() -> None:
    assert set(SETTINGS) == {"doses", "visits", "lesions"}


def test_key_is_made_private_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = open_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not open_to_others(path)
    assert open_key(path) == made
    assert open_key(None) != open_key(None)


def test_keys_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "short").write_text("secret\n")
    with pytest.raises(ExportError, match="has 6 bytes; it needs 16"):
        open_key(tmp_path / "short")
    with pytest.raises(ExportError, match="keep the key elsewhere"):
        open_key(tmp_path / "out" / "key", apart_from=[tmp_path / "out"])
    with pytest.raises(ExportError, match="can't be made"):
        open_key(tmp_path / "nowhere" / "key")


def test_last_look_stops_a_format_that_leaks(source: Source) -> None:
    visit = source.tables["photos"]["visit"][0]
    with pytest.raises(ExportError, match="a date of the study; nothing was written"):
        check_clean(source, {"ae.json": f'"{visit}"'.encode()})
    with pytest.raises(ExportError, match=r"readme.txt would hold a patient's code"):
        check_clean(source, {"readme.txt": b"from Maierhofer-001."})
    check_clean(source, {"ae.json": f'"created": "{visit}T10:00:00"'.encode()})


def test_export_with_a_key_gives_the_same_codes_and_not_the_key(source: Source, tmp_path: Path) -> None:
    results = write_results(source, tmp_path / "results")
    for name in ("a", "b"):
        export(results, format="csv", out=tmp_path / name, pseudonymise=True, key=tmp_path / "key")
    key = (tmp_path / "key").read_bytes().strip()
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
        assert key not in path.read_bytes()
    assert "Pseudonymised" in (tmp_path / "a" / "README.txt").read_text("utf-8")
