"""lesiontrack: measures serial photographs of skin lesions. Research software, not a medical device.

The names below are the public interface; each is imported on first use, so that `import lesiontrack`
and `lesiontrack --help` stay fast.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

CLASSES = ("skin", "lesion", "erythema", "ulcer", "depigmentation", "obstruction")

_HOME = {
    "Photo": "photo",
    "read_photo": "photo",
    "Scale": "scale",
    "find_scale": "scale",
    "ColourCorrection": "colour",
    "find_colour": "colour",
    "Erythema": "colour",
    "erythema": "colour",
    "Segmentation": "segmentation",
    "segment": "segmentation",
    "Registration": "registration",
    "PreparedPhoto": "registration",
    "register": "registration",
    "Lesion": "measurement",
    "find_lesions": "measurement",
    "Study": "study",
    "read_study": "study",
    "Protocol": "protocol",
    "load_protocol": "protocol",
    "Results": "pipeline",
    "run": "pipeline",
}
_SUBMODULES = ("response", "statistics", "phantom", "export", "report")

__all__ = ["CLASSES", "__version__", *_HOME, *_SUBMODULES]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    if name in _SUBMODULES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
