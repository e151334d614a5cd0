"""The Keras guide, run cell by cell in a fresh interpreter in which keras means funclab."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guide.cells import CELLS

AMBIGUOUS = 19
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def outcomes() -> dict[int, str]:
    command = [sys.executable, "-m", "tests.guide.cells"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    return {int(cell): text for cell, text in json.loads(run.stdout.splitlines()[-1]).items()}


@pytest.mark.parametrize("cell", [number for number in CELLS if number != AMBIGUOUS])
def test_the_cells_of_the_guide_run_as_they_stand(outcomes, cell):
    assert outcomes[cell] == ""


def test_asking_a_layer_with_two_nodes_for_its_output_says_what_the_guide_shows(outcomes):
    kind, _, message = outcomes[AMBIGUOUS].partition(": ")

    assert kind == "AttributeError"
    assert message.startswith("Layer dense_")
    assert message.split(maxsplit=2)[2].startswith(
        'has multiple inbound nodes, hence the notion of "layer output" is ill-defined. '
        "Use `get_output_at(node_index)` instead."
    )
