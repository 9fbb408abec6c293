"""``python -m multitag``: the command line."""

from multitag.cli.main import run

run()
