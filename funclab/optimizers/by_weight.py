"""Optimizers whose step depends on a whole weight array: on its norm, its rows or its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.engine.kernels import optimizers as kernels
from funclab.engine.memory import runs
from funclab.graph.shape_math import Array
from funclab.optimizers.adaptive import Moments
from funclab.optimizers.base import Optimizer, Update
from funclab.optimizers.slots import Stretch, Weight


class Lamb(Moments, first_step=0.9):
    """Adam, with the step of each weight array rescaled to the array's own norm, times lr.

    Source: You et al., "Large Batch Optimization for Deep Learning", ICLR 2020, algorithm 2.
    """

    n_rates = 1

    def update_step(self, gradient: Array, variable: Weight, learning_rate: Any) -> None:
        t, w = int(self.iterations) + 1, variable.array
        m, v = self.memory.of(variable.variable).values()
        m += (gradient - m) * (1 - self.beta_1)
        v += (np.square(gradient) - v) * (1 - self.beta_2)
        root = np.sqrt(v / (1 - self.beta_2**t)) + self.epsilon
        step = m / (1 - self.beta_1**t) / root
        own, wanted = np.linalg.norm(w), np.linalg.norm(step)
        ratio = own / wanted if own > 0 and wanted > 0 else 1.0
        w -= ratio * learning_rate * step


class Adafactor(Optimizer, first_step=0.9):
    """Steps divided by the root of average squares, which are kept per row and column of a matrix.

    The step is `learning_rate` (at most 1 / sqrt(t), with `relative_step`) times the size of the
    weights, and is clipped to `clip_threshold`.
    Source: Shazeer & Stern, "Adafactor", ICML 2018, algorithms 4 and 5.
    """

    slots = {"rows": 0.0, "columns": 0.0, "velocity": 0.0}  # noqa: RUF012
    beta_2_decay: float = -0.8
    epsilon_1: float = 1e-30
    epsilon_2: float = 1e-3
    clip_threshold: float = 1.0
    relative_step: bool = True

    def slot_shape(self, name: str, shape: Any) -> Any:
        if name == "velocity":
            return shape
        if len(shape) < 2:
            return ()
        return shape[:-1] if name == "rows" else (*shape[:-2], shape[-1])

    def update_step(self, gradient: Array, variable: Weight, learning_rate: Any) -> None:
        t, w = int(self.iterations) + 1, variable.array
        r, c, v = self.memory.of(variable.variable).values()
        rate = min(learning_rate, t**-0.5)
        if self.schedule is None and self.relative_step:
            learning_rate = rate
        keep = 1 - t**self.beta_2_decay
        squares = np.square(gradient) + w.dtype.type(self.epsilon_1)
        if w.ndim >= 2:
            r[...] = keep * r + (1 - keep) * squares.mean(-1)
            c[...] = keep * c + (1 - keep) * squares.mean(-2)
            v[...] = (r / r.mean(-1, keepdims=True))[..., None] * c[..., None, :]
        else:
            v[...] = keep * v + (1 - keep) * squares
        step = gradient / np.sqrt(v)
        step /= max(1.0, _size(step) / self.clip_threshold)
        w -= max(self.epsilon_2, _size(w)) * rate * step


def _size(x: Array) -> Any:
    """The root mean square."""
    return np.sqrt(np.mean(np.square(x)))


class Muon(Optimizer):
    """Momentum whose step for a matrix is made orthogonal; other weights are trained by AdamW.

    AdamW trains arrays that do not have two axes, embeddings, and weights whose paths match one of
    the patterns `exclude_layers`.
    Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024.

    >>> import numpy as np
    >>> from funclab.graph.value import Variable
    >>> weight = Variable(np.eye(2, dtype="float32"))
    >>> Muon(0.1).apply([np.ones((2, 2), "float32")], [weight])
    >>> weight.numpy().round(4)
    array([[ 0.9898, -0.0098],
           [-0.0098,  0.9898]], dtype=float32)
    """

    slots = {"momentum": 0.0, "velocity": 0.0}  # noqa: RUF012
    adam_beta_1: float = 0.9
    adam_beta_2: float = 0.999
    adam_weight_decay: float | None = 0.004
    epsilon: float = 1e-7
    weight_decay: float | None = 0.004
    exclude_layers: Sequence[str] | None = None
    exclude_embeddings: bool = True
    muon_a: float = 3.4445
    muon_b: float = -4.775
    muon_c: float = 2.0315
    adam_lr_ratio: float = 1
    momentum: float = 0.95
    ns_steps: int = 5
    nesterov: bool = True
    rms_rate: float | None = 0.2
    order = ("adam_beta_1", "adam_beta_2", "adam_weight_decay", "epsilon", "weight_decay")

    def check(self) -> None:
        self.exclude_layers = self.exclude_layers or []

    def uses(self, slot: str, variable: Any) -> bool:
        return slot == "momentum" or self.by_adam(variable)

    def by_adam(self, variable: Any) -> bool:
        """Whether a weight is trained by AdamW."""
        if len(variable.shape) != 2:
            return True
        if self.exclude_embeddings and "embedding" in variable.path.lower():
            return True
        return any(re.search(pattern, variable.path) for pattern in self.exclude_layers or ())

    def update_step(self, gradient: Array, variable: Weight, learning_rate: Any) -> None:
        m, v = self.memory.of(variable.variable).values()
        if self.by_adam(variable):
            t = int(self.iterations) + 1
            m += (gradient - m) * (1 - self.adam_beta_1)
            v += (np.square(gradient) - v) * (1 - self.adam_beta_2)
            unbiased = (1 - self.adam_beta_2**t) ** 0.5 / (1 - self.adam_beta_1**t)
            step = m / (np.sqrt(v) + self.epsilon) * (unbiased * self.adam_lr_ratio)
        else:
            m *= self.momentum
            m += gradient
            step = self.orthogonal(gradient + self.momentum * m if self.nesterov else m)
            if self.rms_rate is not None:
                step *= max(step.shape) ** 0.5 * self.rms_rate
        variable.array[...] -= learning_rate * step

    def orthogonal(self, x: Array) -> Array:
        """The nearest matrix with orthogonal rows or columns, by Newton-Schulz iteration."""
        upright = x.shape[0] > x.shape[1]
        x = x.T if upright else x
        x = x / (np.linalg.norm(x) + 1e-7)
        for _ in range(self.ns_steps):
            square = x @ x.T
            x = self.muon_a * x + (self.muon_b * square + self.muon_c * square @ square) @ x
        return x.T if upright else x

    def _decay(self, variables: Sequence[Any], parts: Sequence[Stretch]) -> list[Update]:
        shares = [
            self.adam_weight_decay if self.by_adam(v) else self.weight_decay for v in variables
        ]
        return [
            Update(kernels.decay, (runs([v])[0].weights, self.rates, share), f"{v.path}: decay")
            for v, share in zip(variables, shares)
            if share and self._decays(v)
        ]
