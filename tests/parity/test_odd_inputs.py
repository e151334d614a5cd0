"""Odd inputs end as a real Keras 3 recorded, or as decided in odd/decisions.toml.

Every error is a FunclabError, unless it is the user's own, and says what odd_answers.txt says.
"""

import json
import math
import tomllib
from typing import Any

import pytest

import funclab
from funclab.errors import FunclabError
from tests.parity.odd_answers import told, written
from tests.parity.odd_inputs import FOLDER, RECORD, outcome, quiet, rows, space

KERAS: dict[str, Any] = json.loads(RECORD.read_text("utf-8"))
DECISIONS: list[dict[str, Any]] = tomllib.loads((FOLDER / "decisions.toml").read_text("utf-8"))[
    "decision"
]
DECIDED = {row: decision for decision in DECISIONS for row in decision["rows"]}
ANSWERS = written()
ROWS = list(rows())
AT_ONCE = 12


def parts() -> dict[str, list[str]]:
    """The rows, some at once, all of one table."""
    ends: dict[str, list[str]] = {}
    for row in ROWS:
        ends.setdefault(row.partition("(")[0], []).append(row)
    return {
        f"{table}-{i}": rows[i : i + AT_ONCE]
        for table, rows in sorted(ends.items())
        for i in range(0, len(rows), AT_ONCE)
    }


PARTS = parts()


def in_funclab(row: str) -> Any:
    funclab.utils.clear_session(free_memory=False)
    funclab.utils.set_random_seed(0)
    with quiet():
        return outcome(row, space(funclab))


def kind(result: Any) -> str:
    if "raises" not in result:
        return "accepts"
    return "raises" if isinstance(result["error"], FunclabError) else "raw"


def close(one: Any, other: Any) -> bool:
    """Whether two results are equal, numbers at 1e-5."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, float) and isinstance(other, float):
        both_nan = math.isnan(one) and math.isnan(other)
        return both_nan or math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-5)
    return one == other


def complaint(row: str) -> str:
    """What is wrong with the outcome of a row; "" when nothing is."""
    result, keras, decision = in_funclab(row), KERAS[row], DECIDED.get(row)
    own, words = kind(result), told(result)
    if words and words not in ANSWERS:
        return f"{row}: python -m tests.parity.odd_answers, for {words}"
    if decision is not None:
        wanted = decision["outcome"]
        same = "gives" in keras and own == "accepts" and close(result["gives"], keras["gives"])
        agree = same or ("raises" in keras and own == "raises")
        fits = own == "accepts" if wanted == "differs" else own == wanted
        return "" if fits and not agree else f"{row}: decided {wanted}, is {result}"
    if own == "raw" or (own == "raises") != ("raises" in keras):
        return f"{row}: {result}, but Keras {keras}"
    if own == "accepts" and not close(result["gives"], keras["gives"]):
        return f"{row}: {result}, but Keras {keras}"
    return ""


@pytest.mark.soak("odd inputs")
@pytest.mark.parametrize("part", PARTS)
def test_odd_inputs_end_as_in_keras_or_as_decided(part: str, trial: Any):
    for row in PARTS[part]:
        with trial(row):
            assert complaint(row) == ""


def test_every_row_is_recorded_and_every_decision_is_about_a_row():
    assert len(ROWS) >= 640
    assert len(set(ROWS)) == len(ROWS)
    assert set(ROWS) == set(KERAS)
    assert set(DECIDED) <= set(ROWS)
    assert len(DECIDED) == sum(len(decision["rows"]) for decision in DECISIONS)


def test_every_decision_has_a_reason():
    assert all(decision["reason"] for decision in DECISIONS)
