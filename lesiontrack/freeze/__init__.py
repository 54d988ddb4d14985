"""Frozen data cuts of a finished results folder, and their check."""

from lesiontrack.freeze.manifest import CUT_MARKER, CheckedCut, Problem, check_cut

__all__ = ["CUT_MARKER", "CheckedCut", "Problem", "check_cut"]
