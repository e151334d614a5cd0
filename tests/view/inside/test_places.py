"""Places that `inside` is asked to show: those of a call, or an error."""

from __future__ import annotations

import pytest

import funclab
from funclab import Model
from funclab.errors import ArgumentError
from tests.view.inside.test_inside import images, small


@pytest.mark.parametrize(
    ("call", "at", "why"),
    [
        ("digit[0]", [0, 3], "digit[0] returns a vector, whose numbers are its channels."),
        ("digit[0]", [1, 0], "digit[0] returns a vector"),
        ("strokes[0]", [6, 0], "it has the rows 0 to 5 and the columns 0 to 5."),
        ("", [0, 6], "it has the rows 0 to 5 and the columns 0 to 5."),
        ("strokes[0]", [0], "a row and a column, from 0, or None"),
    ],
)
def test_a_place_that_a_call_does_not_have_is_refused_and_not_left_out(call, at, why):
    model, (x, _) = small(), images()
    whole = funclab.inside(model, x, call="strokes[0]", at=[5, 5])
    [made] = Model(model.inputs, model.get_layer("strokes").output).predict(x[:1], verbose=0)

    assert made.shape[:2] == (6, 6) and whole.state["at"] == [5, 5]
    with pytest.raises(ArgumentError) as refused:
        funclab.inside(model, x, call=call, at=at)
    assert why in str(refused.value) and "at=at" not in str(refused.value)
    with pytest.raises(ArgumentError):
        whole.show(**({"call": call} if call else {}), at=at)
