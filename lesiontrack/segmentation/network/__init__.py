"""Segmentation by a small network: a checked ONNX file on ONNX Runtime."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from lesiontrack.errors import ModelError
from lesiontrack.segmentation.network.by_network import Network
from lesiontrack.segmentation.network.modelfile import ModelFile, check_model, read_model_file

__all__ = ["ModelFile", "Network", "check_model", "load_model", "read_model_file", "shipped_model"]

PACKAGE = "lesiontrack.models"


def load_model(path: Path | str | None = None) -> Network:
    """A segmenter from a model file; None is the one that is shipped with lesiontrack.

    Raises ModelError where the file can't be used, or where none is shipped; MissingExtraError without
    ONNX Runtime.
    """
    if path is not None:
        return Network(read_model_file(path))
    data = shipped_model()
    if data is None:
        raise ModelError("no model is shipped with this installation; give a model file, or 'colour'")
    return Network(check_model(data))


def shipped_model() -> bytes | None:
    """Bytes of the shipped model file; None where the installation has none.

    Raises ModelError where it has several: which one is meant can't be told.
    """
    try:
        folder = resources.files(PACKAGE)
    except ModuleNotFoundError:
        return None
    found = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".onnx")), key=lambda item: item.name
    )
    if len(found) > 1:
        names = ", ".join(item.name for item in found)
        raise ModelError(f"the installation ships several models ({names}); remove all but one")
    return found[0].read_bytes() if found else None
