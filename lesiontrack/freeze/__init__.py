"""Frozen data cuts of a finished results folder, and their check."""

from lesiontrack.freeze.manifest import CheckedCut, Problem, check_cut
from lesiontrack.freeze.until import Until
from lesiontrack.freeze.write import freeze
from lesiontrack.results import CUT_MARKER

__all__ = ["CUT_MARKER", "CheckedCut", "Problem", "Until", "check_cut", "freeze"]
