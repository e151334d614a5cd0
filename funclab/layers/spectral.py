"""A layer around another layer, which limits the norm of that layer's kernel."""

from __future__ import annotations

import math
from typing import Any

from funclab import initializers, ops
from funclab.errors import ArgumentError
from funclab.layers.spec import InputSpec
from funclab.layers.wrappers import Wrapper


class SpectralNormalization(Wrapper):
    """A layer whose kernel is divided, in training, by its spectral norm: the largest factor by
    which it can stretch a vector.

    The norm is found by `power_iterations` steps, starting from the last training step's vector.
    Predictions use the kernel as it is.
    Shapes: those of the inner layer.
    Weights: those of the inner layer, and vector_u (1, the last length of its kernel), which is not
        trainable.
    Raises: ArgumentError for a layer without a kernel or embeddings, or power_iterations below 1.
    Source: Miyato et al., "Spectral normalization for generative adversarial networks", ICLR 2018,
        algorithm 1.

    >>> from funclab import Input, layers
    >>> SpectralNormalization(layers.Dense(2))(Input((3,))).shape
    (None, 2)
    """

    layer: Any
    power_iterations: int = 1

    @property
    def uses_training(self) -> bool:
        return True

    def build(self, input_shape: Any) -> None:
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})
        if not self.layer.built:
            self.layer.build(input_shape)
        names = [name for name in ("kernel", "embeddings") if hasattr(self.layer, name)]
        if not names:
            raise ArgumentError(
                f"{type(self.layer).__name__} object has no attribute 'kernel' nor 'embeddings': "
                f"{self.layer.name} in {self.name}.",
                why="the kernel is what is divided by its norm.",
                fix=f"use {self.layer.name} without SpectralNormalization.",
                graph=self,
            )
        self.kernel = getattr(self.layer, names[0])
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, self.kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
        )
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training:
            return self.layer(inputs)
        held = vars(self.layer)
        name = next(name for name, value in held.items() if value is self.kernel)
        held[name] = self._normalized()
        try:
            return self.layer(inputs)
        finally:
            held[name] = self.kernel

    def _normalized(self) -> Any:
        """The kernel divided by its norm; the vector is stored for the next step."""
        kernel = self.kernel
        rows = ops.reshape(kernel, (math.prod(kernel.shape[:-1]), kernel.shape[-1]))
        u = v = self.vector_u
        for _ in range(self.power_iterations):
            v = ops.normalize(ops.matmul(u, ops.transpose(rows)), axis=None)
            u = ops.normalize(ops.matmul(v, rows), axis=None)
        u, v = ops.stop_gradient(u), ops.stop_gradient(v)
        norm = ops.matmul(ops.matmul(v, rows), ops.transpose(u))
        empty = ops.logical_not(ops.any(ops.not_equal(kernel, 0.0)))
        ops.assign(self.vector_u, ops.where(empty, self.vector_u, u))
        return ops.divide(kernel, ops.where(empty, 1.0, ops.reshape(norm, ())))
