"""Names of Keras 1 and 2, after install_as_keras."""

import json
import subprocess
import sys

import pytest

from tests.keras2.spellings import CALLS, LINES, METHODS, REFUSALS


@pytest.fixture(scope="module")
def session():
    """The results of all old names in a session of their own."""
    command = [sys.executable, "-m", "tests.keras2.spellings"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


ROWS = [*CALLS, *LINES, *METHODS, *REFUSALS]


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[" ".join(row[:2]) for row in ROWS])
def test_an_old_spelling_does_what_the_new_one_does(session, number):
    assert session["outcomes"][number] == ""


def test_an_old_spelling_is_warned_of_once(session):
    says = session["warnings"]

    assert len(says) == len({*says})
    assert "Update your `Dropout` call to the Keras 2 API: `Dropout(rate=0.2)`" in says
    assert any("`Conv2D(8, (3, 5), padding='same'" in warning for warning in says)
    assert not any("lr" in warning.split("`")[3] for warning in says)
