"""The LSTM layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import activations, constraints, initializers, ops, regularizers
from funclab.layers.checks import fraction, one_of, positive, stream
from funclab.layers.recurrent import Recurrent
from funclab.layers.spec import InputSpec
from funclab.ops.recurrent import ACTIVATIONS
from funclab.shape_math import Array


class LSTM(Recurrent):
    """Long short-term memory: a state that gates let in, keep and let out, step by step.

    Shapes: x (batch, time, features) -> out (batch, units), or (batch, time, units) with
        return_sequences; with return_state, [out, h, c], the last two (batch, units).
    Weights: kernel (features, 4 units), recurrent_kernel (units, 4 units), bias (4 units,); the
        gates stand in the order input, forget, cell, output.
    Raises: ArgumentError for settings out of range; ShapeError for inputs without a time axis, or
        a stateful layer without a batch size.
    Source: Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 1997; Gers et
        al., "Learning to forget", 2000, for the forget gate; Gal and Ghahramani, "A theoretically
        grounded application of dropout in recurrent neural networks", NIPS 2016, for dropout that
        is the same at all steps (here also for all gates).
    """

    state_count = 2

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: Any = "auto",
        implementation: int = 2,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        flags = (return_sequences, return_state, go_backwards, stateful, unroll)
        kwargs["activity_regularizer"] = activity_regularizer
        super().__init__(*flags, zero_output_for_mask, **kwargs)
        self.units = positive("units", units)
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias, self.unit_forget_bias = use_bias, unit_forget_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = fraction("dropout", dropout)
        self.recurrent_dropout = fraction("recurrent_dropout", recurrent_dropout)
        self.use_cudnn = one_of("use_cudnn", use_cudnn, ("auto", True, False))
        self.implementation = one_of("implementation", implementation, (0, 1, 2))
        self.seed = seed
        self.stream = stream(seed)

    def build(self, input_shape: Any) -> None:
        features, width = input_shape[-1], 4 * self.units
        self.kernel = self.named_weight("kernel", (features, width), name="lstm_cell/kernel")
        self.recurrent_kernel = self.named_weight(
            "recurrent", (self.units, width), name="lstm_cell/recurrent_kernel"
        )
        self.bias = None
        if self.use_bias:
            first = self._first_bias if self.unit_forget_bias else self.bias_initializer
            settings = {"initializer": first, "name": "lstm_cell/bias"}
            self.bias = self.named_weight("bias", (width,), **settings)
        self.make_states(input_shape[0])
        self.input_spec = InputSpec(ndim=3, axes={-1: features})
        self.built = True

    def _first_bias(self, shape: Any, dtype: str = "float32") -> Array:
        """The forget gates begin open, with a bias of 1: what is remembered stays at first.

        Source: Jozefowicz et al., "An empirical exploration of recurrent network architectures",
        ICML 2015, section 2.2.
        """
        n = self.units
        rest = (
            self.bias_initializer((n,), dtype=dtype),
            self.bias_initializer((2 * n,), dtype=dtype),
        )
        return np.concatenate([rest[0], np.ones(n, dtype), rest[1]])

    def scan(self, x: Any, states: list[Any], mask: Any, training: bool) -> tuple[Any, ...]:
        x = self.dropped_inputs(x, training)
        dropped = self.state_dropout(x.shape[0], training)
        bias = ops.zeros((4 * self.units,), self.dtype) if self.bias is None else self.bias
        names: Any = _fused_name(self.activation), _fused_name(self.recurrent_activation)
        if None not in names:
            inputs = (x, *states, self.kernel, self.recurrent_kernel, bias, mask, dropped)
            settings = (*names, self.return_sequences, self.go_backwards)
            everything: Any = (*inputs, *settings)
            return ops.lstm(*everything)

        def step(z: Any, states: list[Any]) -> list[Any]:
            h, c = states
            seen = h if dropped is None else ops.multiply(h, dropped)
            return self._step(ops.add(z, ops.matmul(seen, self.recurrent_kernel)), c)

        return self.loop(ops.add(ops.matmul(x, self.kernel), bias), states, mask, step)

    def _step(self, z: Any, c: Any) -> list[Any]:
        gate = self.recurrent_activation
        i, f, value, o = ops.split(z, 4, axis=1)
        c = ops.add(ops.multiply(gate(f), c), ops.multiply(gate(i), self.activation(value)))
        return [ops.multiply(gate(o), self.activation(c)), c]


def _fused_name(activation: Any) -> str | None:
    """The name by which the fused op knows an activation."""
    name = getattr(activation, "__name__", "")
    known = name in ACTIVATIONS and getattr(activations, name) is activation
    return name if known else None
