"""Running the source of a model, and comparing what it makes with the model."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import registry
from funclab.graph import structure
from funclab.view.code.source import to_code


def run(code: str, **own: Any) -> Any:
    """The model that the source makes, in a session of its own."""
    registry.reset_names()
    space: dict[str, Any] = dict(own)
    exec(compile(code, "to_code", "exec"), space)
    return space["model"]


def assert_rebuilt(model: Any, cut: bool = False, **own: Any) -> Any:
    """The source has short lines and makes a model with the same config, and the same source.

    A model `cut` out of a larger graph has a graph of its own when it is made again.
    """
    code = to_code(model)
    again = run(code, **own)

    assert again.get_config() == model.get_config()
    assert type(again).__name__ == type(model).__name__
    assert max(map(len, code.splitlines())) <= 100
    assert cut or to_code(again) == code
    return again


def assert_same_numbers(model: Any, again: Any, x: Any) -> None:
    """With the same weights, both give the same outputs."""
    again.set_weights(model.get_weights())
    before, after = (structure.flatten(made(x)) for made in (model, again))

    assert len(before) == len(after) > 0
    for a, b in zip(before, after):
        np.testing.assert_array_equal(a, b)
