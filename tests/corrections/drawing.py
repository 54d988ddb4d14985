"""Masks as a browser would send them, and corrections without a store."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np

from lesiontrack.arrays import AnyArray
from lesiontrack.corrections import Corrections, Entry, Value
from lesiontrack.corrections.model import Correction
from lesiontrack.corrections.store import with_states

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def png(values: AnyArray) -> str:
    """(H, W) bool, or (H, W[, 4]) uint8 → base64 of a PNG."""
    pixels = values.astype(np.uint8) * np.uint8(255) if values.dtype == np.bool_ else values
    _, encoded = cv2.imencode(".png", pixels)
    return base64.b64encode(encoded.tobytes()).decode()


def box(shape: tuple[int, int], x: int, y: int, width: int, height: int) -> AnyArray:
    """(H, W) bool with one filled rectangle."""
    mask = np.zeros(shape, bool)
    mask[y : y + height, x : x + width] = True
    return mask


def said(*values: Value, by: str = "Dr A") -> Corrections:
    """These values, a minute apart."""
    entries = [
        Entry(
            f"e{number}",
            Correction(by=by, at=START + timedelta(minutes=number), software="1", value=value),
        )
        for number, value in enumerate(values)
    ]
    return Corrections(tuple(with_states(entries)))
