"""The command line: `funclab lab`, `funclab warm`, `funclab doctor`; also `python -m funclab`.

A file for each command. Nothing heavy is imported until a command asks for it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from funclab import __version__
from funclab.cli import doctor, lab, warm


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="funclab", description="See the Keras functional API.")
    parser.add_argument("--version", action="version", version=f"funclab {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    lab_parser = commands.add_parser("lab", help="open JupyterLab on the first lesson")
    lab_parser.add_argument("--port", type=int, default=8888, help="the first port to try")
    commands.add_parser("warm", help="compile the numeric loops now, so that no lesson waits")
    commands.add_parser("doctor", help="check this installation, with a cure for what is missing")
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.command == "lab":
        return lab.lab(chosen.port, rest)
    if rest:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    return warm.warm() if chosen.command == "warm" else doctor.doctor()
