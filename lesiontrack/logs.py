"""How log lines look, in the command and in its workers; the library itself stays silent until asked."""

FORMAT = "%(levelname)s %(name)s: %(message)s"
