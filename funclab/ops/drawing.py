"""Random ops computed by NumPy's generators: each draw makes a new generator from the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from funclab.errors import ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, show
from funclab.ops.base import made
from funclab.ops.random import Draw


def generator(state: Array) -> np.random.Generator:
    """A generator seeded from the state, which then advances."""
    made = np.random.default_rng(state.tolist())
    state[1] += np.uint64(1)
    return made


class DrawFrom(Draw, abstract=True):
    """Random numbers whose distribution depends on tensors; no gradient flows to them."""

    draw: ClassVar[Callable[..., Array]]

    def shape(self, *shapes: Shape) -> Shape:
        shape_math.broadcast(self.dims, *shapes[:-1])
        return self.dims

    def forward(self, *arrays: Array) -> None:
        *inputs, state, out = arrays
        out[...] = self.draw(generator(state), out.shape, *inputs)


def _row(name: str, draw: Callable[..., Array], says: str, *inputs: str) -> Any:
    """An op that draws numbers with a function of a generator, the shape, and the inputs."""
    shapes = f"{' and '.join(inputs)} (broadcast to dims), state (2,) -> out (dims)"
    return made(name, DrawFrom, says, shapes, draw=draw, mutates=(len(inputs),))


RandomGamma = _row(
    "RandomGamma", lambda rng, dims, alpha: rng.standard_gamma(alpha, dims),
    "Numbers of the gamma distribution of shape alpha and scale 1", "alpha",
)  # fmt: skip
RandomBeta = _row(
    "RandomBeta", lambda rng, dims, alpha, beta: rng.beta(alpha, beta, dims),
    "Numbers of the beta distribution, between 0 and 1", "alpha", "beta",
)  # fmt: skip
RandomBinomial = _row(
    "RandomBinomial", lambda rng, dims, counts, p: rng.binomial(counts.astype(int), p, dims),
    "How many of `counts` trials succeed, with given probabilities", "counts", "probabilities",
)  # fmt: skip


class RandomCategories(Op):
    """Classes drawn for each sample, with the softmax of its logits as probabilities.

    Shapes: logits (n, classes), state (2,) -> out (n, num_samples), of integers.
    Source: the Gumbel-max trick, as in Maddison et al., "A* sampling", NIPS 2014.
    """

    differentiable = False
    num_samples: int
    kind: str = "int32"
    mutates: ClassVar[tuple[int, ...]] = (1,)

    def shape(self, logits: Shape, state: Shape) -> Shape:
        if len(logits) != 2:
            raise ShapeError(
                f"categorical needs logits of shape (n, classes). Received: {show(logits)}.",
                why="it draws for each sample among its classes.",
                fix="reshape the logits to two axes.",
            )
        return logits[0], self.num_samples

    def dtype(self, logits: str, state: str) -> str:
        return self.kind

    def forward(self, logits: Array, state: Array, out: Array) -> None:
        noise = generator(state).gumbel(size=(*out.shape, logits.shape[1]))
        out[...] = (logits[:, None] + noise).argmax(-1)


class Permutation(Op):
    """out = the indices along one axis of x, in random order.

    Shapes: x (any), state (2,) -> out (length of the axis,), of integers.
    """

    makes = "int32"
    differentiable = False
    axis: int = 0
    mutates: ClassVar[tuple[int, ...]] = (1,)

    def shape(self, x: Shape, state: Shape) -> Shape:
        return (x[shape_math.axis_index(self.axis, len(x))],)

    def forward(self, x: Array, state: Array, out: Array) -> None:
        out[...] = generator(state).permutation(len(out))
