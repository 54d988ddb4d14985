"""Pixels per millimetre of a photograph, and how sure that is."""

from lesiontrack.scale.find import explain_scale, find_scale
from lesiontrack.scale.model import Scale

__all__ = ["Scale", "explain_scale", "find_scale"]
