"""Models whose inputs lie in the middle of a larger graph."""

from __future__ import annotations

import numpy as np

from funclab import Input, Model, layers


def test_an_input_stays_what_was_fed_when_its_layer_is_needed_for_another_output():
    x = Input((4, 2))
    sequence, state, _ = layers.LSTM(3, return_state=True)(x)
    model = Model([x, state], [sequence * 1.0, state * 2.0])

    _, doubled = model([np.ones((1, 4, 2), "float32"), np.full((1, 3), 7, "float32")])

    np.testing.assert_array_equal(doubled, [[14, 14, 14]])
