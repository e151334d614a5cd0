"""Random ops that NumPy's generators compute: each draw begins one of its own from the state."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from funclab import shape_math
from funclab.errors import ShapeError
from funclab.graph.op import Array, Op
from funclab.shape_math import Shape, show


def generator(state: Array) -> np.random.Generator:
    """A generator that begins at the state, which moves on."""
    made = np.random.default_rng(state.tolist())
    state[1] += np.uint64(1)
    return made


class DrawFrom(Op, abstract=True):
    """Random numbers whose distribution depends on tensors; no gradient flows to these."""

    differentiable = False
    dims: Shape = ()
    kind: str = "float32"
    mutates: ClassVar[tuple[int, ...]] = (1,)

    def shape(self, *shapes: Shape) -> Shape:
        shape_math.broadcast(self.dims, *shapes[:-1])
        return self.dims

    def dtype(self, *dtypes: str) -> str:
        return self.kind

    def draw(self, rng: np.random.Generator, *arrays: Array) -> Any:
        raise NotImplementedError

    def forward(self, *arrays: Array) -> None:
        *inputs, state, out = arrays
        out[...] = self.draw(generator(state), *inputs)


class RandomGamma(DrawFrom):
    """Numbers of the gamma distribution of shape alpha and scale 1.

    Shapes: alpha (broadcast to dims), state (2,) -> out (dims).
    """

    def draw(self, rng: np.random.Generator, alpha: Array) -> Array:  # type: ignore[override]
        return rng.standard_gamma(alpha, self.dims)  # type: ignore[arg-type]


class RandomBeta(DrawFrom):
    """Numbers of the beta distribution, between 0 and 1.

    Shapes: alpha and beta (broadcast to dims), state (2,) -> out (dims).
    """

    mutates = (2,)

    def draw(self, rng: np.random.Generator, alpha: Array, beta: Array) -> Array:  # type: ignore[override]
        return rng.beta(alpha, beta, self.dims)  # type: ignore[arg-type]


class RandomBinomial(DrawFrom):
    """How many of `counts` trials succeed, each with a probability.

    Shapes: counts and probabilities (broadcast to dims), state (2,) -> out (dims).
    """

    mutates = (2,)

    def draw(self, rng: np.random.Generator, counts: Array, probabilities: Array) -> Array:  # type: ignore[override]
        return rng.binomial(counts.astype(int), probabilities, self.dims)  # type: ignore[arg-type]


class RandomCategories(Op):
    """Classes drawn for each sample, as likely as the softmax of its logits.

    Shapes: logits (n, classes), state (2,) -> out (n, num_samples), of integers.
    Source: Gumbel's largest of many, as in Maddison et al., "A* sampling", NIPS 2014.
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
