"""Model files that are installed with lesiontrack; see README.md beside this file."""
