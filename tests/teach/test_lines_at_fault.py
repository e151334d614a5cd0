"""The student's line that a verdict speaks of, and what it says of single entries and numbers."""

from __future__ import annotations

from typing import Any

import pytest

from funclab.teach.checking import check_lines
from tests.teach import tries_know, tries_layer
from tests.teach.tries import tries


def names_before(exercise: str) -> dict[str, Any]:
    """The variables of the lesson before an exercise."""
    return next(one for one in tries() if one.exercise == exercise).names


@pytest.mark.parametrize(
    ("exercise", "lines", "part"),
    [
        ("know.A", tries_know.believed(hours=True), "True"),
        ("know.D", tries_know.reader(f"h = {tries_know.H}", "Dropout(0.5)(h)"), "Dropout(0.5)(h)"),
        (
            "layer.C",
            tries_layer.ends_in(f"{tries_layer.INSIDE}(h)", "h = Dense(16)(point)", "ops.relu(h)"),
            "ops.relu(h)",
        ),
        ("layer.B", tries_layer.by_hand("w, b = zeros.mean(0), 0"), "w, b = zeros.mean(0), 0"),
        ("layer.B", tries_layer.by_hand("w = zeros.mean(0) - ones.mean(0)", "b = -20"), "-20"),
        ("layer.B", tries_layer.by_hand("w = ones.mean(0)", "b = -20"), "ones.mean(0)"),
    ],
)
def test_the_line_of_a_mistake_is_the_one_that_is_spoken_of(exercise, lines, part):
    names = names_before(exercise)

    before, at_fault, _ = check_lines(exercise, lines, names).verdict.cut

    assert (at_fault or before) == part


def test_what_is_still_open_in_an_answer_is_named():
    names = names_before("know.A")
    lines = tries_know.believed().replace("'chosen': False", "'chosen': ...")

    verdict = check_lines("know.A", lines, names).verdict

    assert (verdict.kind, verdict.says) == ("untried", "Still to fill in: “chosen”.")


def test_a_share_that_was_given_in_percent_is_translated():
    names = names_before("know.D")
    lines = tries_know.reader(f"h = Dropout(5)({tries_know.H})")

    assert "rate=0.05 for 5 %" in check_lines("know.D", lines, names).verdict.says
