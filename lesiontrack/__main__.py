"""`python -m lesiontrack`: the command line."""

from lesiontrack.cli import main

main(prog_name="lesiontrack")
