from __future__ import annotations

from datetime import date

import pytest

from lesiontrack.errors import StudyError
from lesiontrack.study.config import DEFAULT_PROTOCOL, read_config

from .conftest import MakeStudy


def test_defaults_without_a_file(make_study: MakeStudy) -> None:
    config = read_config(make_study())
    assert (config.title, config.protocol) == ("study", DEFAULT_PROTOCOL)
    assert not config.thresholds
    assert not config.treatment_start


def test_everything(make_study: MakeStudy) -> None:
    text = """\ufefftitle = "IL-2 series"
protocol = "response-only"
[thresholds]
"flags.ulcer_new_mm2" = 20
flags.ulcer_large_mm = 15.5
[treatment_start]
PT001 = 2024-03-04
0039 = "2024-04-01"
"Jörg Müller" = 2024-05-06
"""
    config = read_config(make_study(study_toml=text))
    assert config.title == "IL-2 series"
    assert config.protocol == "response-only"
    assert config.thresholds == {"flags.ulcer_new_mm2": 20.0, "flags.ulcer_large_mm": 15.5}
    assert config.treatment_start == {
        "PT001": date(2024, 3, 4),
        "0039": date(2024, 4, 1),
        "Jörg Müller": date(2024, 5, 6),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('titel = "x"', r"unknown key 'titel'; did you mean 'title'\?"),
        ("[tresholds]\na = 1", r"unknown key 'tresholds'; did you mean 'thresholds'\?"),
        ("zzz = 1", "the right ones are title, protocol, thresholds, treatment_start"),
        ("title = 3", "title = 3 must be a text in quotes"),
        ('protocol = ""', "protocol is empty"),
        ('protocol = "mine.toml"', "'mine.toml' is not a file"),
        ("treatment_start = 2024-03-04", r"must be a table: a line \[treatment_start\]"),
        ("[treatment_start]\nPT.1 = 2024-03-04", 'needs quotes: "PT.1" = 2024-03-04'),
        ("[treatment_start]\nPT1 = 2024-03-04T10:00:00", "not a date such as"),
        ('[treatment_start]\nPT1 = "4.3.2024"', "not a date such as"),
        ('[treatment_start]\nPT1 = 2024-03-04\ntitle = "x"', "'title' is 'x'.*every line below"),
        ("[thresholds]\na.b = true", "thresholds.a.b = True must be a number"),
        ('[thresholds]\na = "10"', "thresholds.a = '10' must be a number"),
        ("[thresholds]\na = nan", "must be a number"),
        ("title = ", "not valid TOML: Invalid value"),
        ("[treatment_start]\nPT1 = 2024-02-30", "not valid TOML"),
    ],
)
def test_refusals_name_key_and_remedy(make_study: MakeStudy, text: str, message: str) -> None:
    with pytest.raises(StudyError, match=rf"^study\.toml.*{message}"):
        read_config(make_study(study_toml=text))


def test_not_utf8(make_study: MakeStudy) -> None:
    with pytest.raises(StudyError, match="not UTF-8"):
        read_config(make_study(study_toml='title = "Müller"'.encode("latin-1")))


def test_protocol_file_keeps_its_path_relative_to_the_study(make_study: MakeStudy) -> None:
    root = make_study(study_toml='protocol = "site.toml"', site_toml="")
    assert read_config(root).protocol == "site.toml"
