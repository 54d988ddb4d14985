"""Errors that a user can act on. Each also derives from the fitting builtin, so callers can catch either.

A message names the value, the rule it broke and, where there is one, the remedy.
"""


class LesiontrackError(Exception):
    """Root of all errors that lesiontrack raises on purpose."""


class StudyError(LesiontrackError, ValueError):
    """The study folder or one of its tables can't be what was meant; nothing was run."""


class PhotoError(LesiontrackError, ValueError):
    """One photograph can't be read; the batch goes on without it."""


class ProtocolError(LesiontrackError, ValueError):
    """A protocol file breaks its schema, or no protocol has the name given."""


class ModelError(LesiontrackError, ValueError):
    """A model file is not one of lesiontrack's, is damaged, or asks for what is not allowed."""


class ResultsError(LesiontrackError, OSError):
    """The results folder can't be used: not ours, not writable, or not complete."""


class MissingExtraError(LesiontrackError, ImportError):
    """An optional package is needed; the message names the extra that installs it."""
