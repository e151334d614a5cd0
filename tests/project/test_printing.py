"""What funclab prints can be printed everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PRINTS = Path(__file__).with_name("prints.py")


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_everything_that_funclab_prints_can_be_printed_where_characters_are_missing(encoding):
    environment = {name: x for name, x in os.environ.items() if name != "PYTHONUTF8"}
    environment |= {"PYTHONIOENCODING": encoding, "MPLBACKEND": "agg"}

    ran = subprocess.run([sys.executable, PRINTS], env=environment, capture_output=True)

    assert ran.returncode == 0, ran.stderr.decode(errors="replace")[-2000:]
    printed = ran.stdout.decode(encoding)
    assert printed.rstrip().endswith("all was printed")
    assert "->" in printed and "?" * 3 not in printed
