"""Which changes, how often. Rendered photos bring their own rings, rulers and hair."""

from __future__ import annotations

from collections.abc import Sequence

from torchvision.transforms import v2

from lesiontrack.training.augment.objects import Hair, PenRing, RulerStrip
from lesiontrack.training.augment.optics import Cast, Defocus, Jpeg, Light, Noise
from lesiontrack.training.augment.window import CLOSE_UP_MARGIN, MARGIN, Window


def training_transforms(
    side: int, *, centre: Sequence[float] | None = None, extent: float | None = None, close_up: bool = False
) -> v2.Transform:
    """Transforms of one example to a `side` px crop about `centre`; `close_up` draws objects more often.

    Close-ups are sets such as dermoscopy in which such objects never occur: without them a network would
    call a pen ring a lesion.
    """
    often = 3.0 if close_up else 1.0
    return v2.Compose(
        [
            Window(side, centre=centre, extent=extent, margin=CLOSE_UP_MARGIN if close_up else MARGIN),
            v2.RandomApply([Hair()], p=0.08 * often),
            v2.RandomApply([PenRing()], p=0.13 * often),
            v2.RandomApply([RulerStrip()], p=0.06 * often),
            v2.RandomApply([Light()], p=0.8),
            v2.RandomApply([Cast()], p=0.8),
            v2.RandomApply([Defocus()], p=0.2),
            v2.RandomApply([Noise()], p=0.25),
            v2.RandomApply([Jpeg()], p=0.2),
        ]
    )
