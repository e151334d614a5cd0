"""Examples of the views that keep the batch, or fold time into it."""

from __future__ import annotations

from tests.ops.examples import example, named, normal

example(named("ReshapeSamples", (-1,)), normal(2, 3))
example(named("ReshapeSamples", (3, -1, 1)), normal(6))
example(named("FoldTime"), normal(4, 2))
example(named("FoldTime"), normal(3))
example(named("UnfoldTime", 1), normal(2))
