"""New names for what a study's own files called things, gathered from all its tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from lesiontrack.export.pseudonyms.codes import Codes
from lesiontrack.export.pseudonyms.texts import Wording, whole_words
from lesiontrack.export.pseudonyms.words import (
    AGENTS,
    DATE,
    EVENT_WORDS,
    KNOWN,
    SITE_WORDS,
    all_known,
)
from lesiontrack.intake.sitewords import find_site
from lesiontrack.study.schema import TABLES as STUDY_FILES

OTHER_EVENT = "other_event"
_LESION = re.compile(r"L\d{2,}")
_RELATIVE = re.compile(r"(?:day|week)-?\d{1,4}", re.IGNORECASE)
_SUFFIX = re.compile(r"\.[a-z]{1,5}")
_YES_NO = frozenset({"yes", "no", "true", "false", "0", "1", "y", "n"})


class Names:
    """Old → new names of one study. `tables` are those that the names are gathered from."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], codes: Codes) -> None:
        self.codes = codes
        self.patients = codes.patients(_distinct(tables, "patient"))
        self.readers = {name: self.reader(name) for name in _readers(tables)}
        self._people = whole_words((*self.patients, *self.readers), re.IGNORECASE)
        self.days = _days(tables)
        self.sites = {text: self.site(text) for text in _distinct(tables, "site")}
        self.photos = self._photos(tables.get("photos", pd.DataFrame()))
        self.agents = {agent: self._agent(agent, named) for agent, named in _agents(tables)}
        self.arms = {text: self.label(text) for text in _distinct(tables, "arm")}
        self.text = Wording(self._common(tables), self._own(tables))

    def visit(self, patient: str, label: str) -> str | None:
        """A label that is no date stays; None where the day of a date isn't known."""
        if _RELATIVE.fullmatch(label):
            return label
        day = self.days.get((patient, label))
        return None if day is None else f"day{'-' if day < 0 else ''}{abs(day):03d}"

    def site(self, text: str) -> str:
        if all_known(text, SITE_WORDS):
            return text
        place = find_site(text)[0].slug or "site"
        return f"{place}-{self.codes.code('site', text, 6).lower()}"

    def lesion(self, text: str) -> str:
        new = (one if _LESION.fullmatch(one) else self._lesion(one) for one in text.split(", "))
        return ", ".join(new)

    def _lesion(self, name: str) -> str:
        return f"X{self.codes.code('lesion', name, 8)}"

    def agent(self, text: str) -> str:
        return self.agents.get(text) or self._agent(text, False)

    def _agent(self, text: str, named_by_protocol: bool) -> str:
        if named_by_protocol or all_known(text, AGENTS):
            return text
        return f"agent-{self.codes.code('agent', text, 6).lower()}"

    def event(self, text: str) -> str:
        return text if all_known(text.replace("_", " "), EVENT_WORDS) else OTHER_EVENT

    def known(self, text: str) -> str | None:
        return text if all_known(text.replace("_", " "), KNOWN) else None

    def reader(self, text: str) -> str:
        return f"R{self.codes.code('reader', text)}"

    def label(self, text: str, kind: str = "arm") -> str:
        """An arm, sign or scale as it is, unless it holds a date, a patient's code or a reader's name."""
        if DATE.search(text) or (self._people is not None and self._people.search(text)):
            return f"{kind}-{self.codes.code(kind, text, 6).lower()}"
        return text

    def flags_only(self, text: str) -> str | None:
        """Of the study's own columns those whose cell is yes or no, under names without code or date."""
        try:
            cells = json.loads(text)
        except ValueError:
            return None
        kept = {
            key: value
            for key, value in cells.items()
            if str(value).strip().casefold() in _YES_NO and self.label(key) == key
        }
        return json.dumps(kept, ensure_ascii=False, sort_keys=True) if kept else None

    def file(self, path: str) -> str:
        """A photo by its new path; a table of the study as it is; else each part of the path by its rule."""
        if path in self.photos:
            return self.photos[path]
        if path in STUDY_FILES or path == "study.toml":
            return path
        parts = path.split("/")
        owner = parts[0] if parts[0] in self.patients else ""
        return "/".join(self._part(part, owner) for part in parts)

    def _part(self, part: str, owner: str) -> str:
        if part in self.patients:
            return self.patients[part]
        if (owner, part) in self.days:
            return self.visit(owner, part) or "visit"
        if part in self.sites:
            return self.sites[part]
        if all_known(PurePosixPath(part).stem, SITE_WORDS):
            return part
        suffix = PurePosixPath(part).suffix.lower()
        return f"file-{self.codes.code('file', part, 8).lower()}{suffix if _SUFFIX.fullmatch(suffix) else ''}"

    def _photos(self, photos: pd.DataFrame) -> dict[str, str]:
        new: dict[str, str] = {}
        for row in photos.to_dict("records"):
            path, suffix = str(row["photo"]), PurePosixPath(str(row["photo"])).suffix.lower()
            view = "" if pd.isna(row["view"]) or row["view"] == 1 else f"_{row['view']}"
            visit = self.visit(row["patient"], row["visit"]) or "visit"
            name = f"{self.patients[row['patient']]}/{visit}/{self.site(row['site'])}{view}"
            if f"{name}{suffix}" in new.values():
                name += f"-{self.codes.code('photo', path, 6).lower()}"
            new[path] = f"{name}{suffix}"
        return new

    def _common(self, tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
        found = {**self.readers, **self.patients, **self.sites, **self.arms, **self.agents}
        found |= {text: self.event(text) for text in _distinct(tables, "event", only=("events",))}
        return {old: new for old, new in found.items() if old != new}

    def _own(self, tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, str]]:
        """By patient; under "" for texts of no patient, which may name any photo, lesion or other file."""
        own: dict[str, dict[str, str]] = {patient: {} for patient in ("", *self.patients)}
        for (patient, label), _ in self.days.items():
            new = self.visit(patient, label)
            if new is not None and new != label:
                own[patient][label] = new
        for table in tables.values():
            if {"patient", "lesion"} <= set(table):
                pairs = table[["patient", "lesion"]].dropna().drop_duplicates()
                for patient, lesion in pairs.itertuples(index=False):
                    if self.lesion(lesion) != lesion:
                        own[patient][lesion] = own[""][lesion] = self.lesion(lesion)
        photos = tables.get("photos", pd.DataFrame())
        for row in photos.to_dict("records"):
            own[row["patient"]] |= self._of_path(row["photo"])
            own[""] |= self._of_path(row["photo"])
        for path in _distinct(tables, "file", only=("failures",)):
            own[""] |= self._of_path(path)
        return own

    def _of_path(self, path: str) -> dict[str, str]:
        """What a text about a file may call it: the path, its parts and their stems."""
        found = {path: self.file(path)}
        for part in path.split("/"):
            stem = PurePosixPath(part).stem
            told = part in self.patients or len(stem) < 3 or stem.isdigit() or DATE.fullmatch(stem)
            if not told and part not in STUDY_FILES and not all_known(stem, SITE_WORDS):
                found |= {stem: self._part(part, "").split(".")[0], part: self._part(part, "")}
        return found


def _agents(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, bool]]:
    """(agent, whether the protocol names it) of the doses."""
    doses = tables.get("doses", pd.DataFrame(columns=["agent", "kind"]))
    pairs = doses[["agent", "kind"]].drop_duplicates()
    return [(str(agent), bool(pd.notna(kind))) for agent, kind in pairs.itertuples(index=False)]


def _readers(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    columns = {"observations": "signed_by", "reviews": "by", "grades": "rater"}
    found = (_distinct(tables, column, only=(name,)) for name, column in columns.items())
    return list(dict.fromkeys(name for names in found for name in names))


def _days(tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str], int]:
    days: dict[tuple[str, str], int] = {}
    for table in tables.values():
        if {"patient", "visit", "study_day"} <= set(table):
            told = table[["patient", "visit", "study_day"]].dropna().drop_duplicates()
            for patient, visit, day in told.itertuples(index=False):
                days.setdefault((patient, visit), int(day))
    return days


def _distinct(tables: Mapping[str, pd.DataFrame], column: str, only: Iterable[str] = ()) -> list[Any]:
    wanted = tuple(only) or tuple(tables)
    found = (tables[name][column].dropna() for name in wanted if name in tables and column in tables[name])
    return list(dict.fromkeys(value for values in found for value in values if isinstance(value, str)))
