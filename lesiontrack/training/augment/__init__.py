"""Random changes to a training photo that a real one could have had: place, light, camera, things on skin.

Each is a `torchvision.transforms.v2` transform on `tv_tensors`: it draws its parameters first
(`make_params`), then applies them to the picture and the labels together.
"""

from lesiontrack.training.augment.objects import Hair, PenRing, RulerStrip
from lesiontrack.training.augment.optics import Cast, Defocus, Jpeg, Light, Noise
from lesiontrack.training.augment.recipe import training_transforms
from lesiontrack.training.augment.window import Window

__all__ = [
    "Cast",
    "Defocus",
    "Hair",
    "Jpeg",
    "Light",
    "Noise",
    "PenRing",
    "RulerStrip",
    "Window",
    "training_transforms",
]
