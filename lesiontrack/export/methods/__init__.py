"""methods.txt: how the results were made, from what was run, as text for a paper.

A sentence is there only where its table holds what it speaks of.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from lesiontrack.export.methods.criteria import protocol_sentences, refusal_sentences, response_sentences
from lesiontrack.export.methods.images import cohort_sentences, measurement_sentences
from lesiontrack.export.methods.references import References
from lesiontrack.export.methods.statistics import statistics_sentences
from lesiontrack.export.source import Source
from lesiontrack.statements import DISCLAIMER

NOT_VALIDATED = (
    "The methods were not validated on this population: values are automatic measurements for research."
)
_CHECK = "Check the references against the originals before printing."
_WIDTH = 106


def methods_text(source: Source) -> str:
    """Paragraphs on photographs, protocol, responses and statistics, the limits, versions and references."""
    cite = References()
    paragraphs = [
        _paragraph((*cohort_sentences(source), *measurement_sentences(source, cite))),
        _paragraph((*protocol_sentences(source), *response_sentences(source, cite))),
        _paragraph(statistics_sentences(source, cite)),
        _paragraph((*refusal_sentences(source), NOT_VALIDATED, *_versions(source))),
        DISCLAIMER,
    ]
    text = "\n\n".join(_wrapped(paragraph) for paragraph in paragraphs if paragraph)
    if cite.cited:
        listed = "\n".join(_wrapped(line) for line in cite.listed().splitlines())
        text += f"\n\nReferences. {_CHECK}\n{listed}"
    return f"{text}\n"


def _versions(source: Source) -> Iterable[str]:
    software = source.provenance.get("software", {})
    others = [f"{name} {version}" for name, version in software.items() if name != "lesiontrack"]
    if others:
        yield f"Versions: {', '.join(others)}."


def _paragraph(sentences: Iterable[str]) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_on_hyphens=False, break_long_words=False)
