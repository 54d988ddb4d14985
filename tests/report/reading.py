"""Pages read as a person reads them: their text, and the attributes of their elements."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from lesiontrack.report import write_report
from tests.report.made_results import Plan, make_results


class Reader(HTMLParser):
    """Text, and the attributes of every element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.hidden = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)

    @property
    def text(self) -> str:
        """As a person reads it, alternative texts and hints included."""
        spoken = [
            value
            for _, attributes in self.elements
            for name in ("alt", "aria-label", "title")
            if (value := attributes.get(name))
        ]
        spaced = re.sub(r"\s+", " ", " ".join([*self.words, *spoken]))
        return re.sub(r" (?=[:;,.)])", "", spaced)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def read(path: Path) -> Reader:
    return Reader(path.read_text("utf-8"))


def pages(root: Path) -> list[Path]:
    return sorted(root.rglob("*.html"))


def lesion(root: Path, name: str = "l01") -> Reader:
    return read(next((root / "lesions").glob(f"*{name}*.html")))


def patient(root: Path) -> Reader:
    return read(next((root / "patients").glob("*.html")))


def report(root: Path, plan: Plan) -> Path:
    make_results(root, plan)
    write_report(root)
    return root
