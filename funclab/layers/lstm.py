"""The recurrent layers: LSTM, GRU, and SimpleRNN without any gates."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import activations, ops
from funclab.graph.value import Variable
from funclab.layers.recurrent import Recurrent
from funclab.ops.recurrent import ACTIVATIONS
from funclab.shape_math import Array

# Arguments that stand together in the constructors, in Keras' order.
GATED = ("units", "activation", "recurrent_activation", "use_bias")
ROLES = (
    "kernel_initializer",
    "recurrent_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "recurrent_regularizer",
    "bias_regularizer",
    "activity_regularizer",
    "kernel_constraint",
    "recurrent_constraint",
    "bias_constraint",
)
DROPOUTS = ("dropout", "recurrent_dropout")
FLAGS = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")
WITHOUT_EFFECT = ("use_cudnn", "implementation")


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

    >>> from funclab import Input
    >>> LSTM(32)(Input((10, 4))).shape
    (None, 32)
    >>> LSTM(32, return_sequences=True)(Input((10, 4))).shape
    (None, 10, 32)
    """

    state_count = 2
    gates = 4
    cell_name = "lstm_cell"
    unit_forget_bias: bool = True
    zero_output_for_mask: bool = False
    order = (
        *GATED,
        *ROLES[:3],
        "unit_forget_bias",
        *ROLES[3:],
        *DROPOUTS,
        "seed",
        *FLAGS,
        *WITHOUT_EFFECT,
        "zero_output_for_mask",
    )

    def _cell_weight(self, name: str, shape: tuple[int, ...], **settings: Any) -> Variable:
        if name == "bias" and self.unit_forget_bias:
            settings["initializer"] = self._first_bias
        return super()._cell_weight(name, shape, **settings)

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
            h = h if dropped is None else ops.multiply(h, dropped)
            return self._step(ops.add(z, ops.matmul(h, self.recurrent_kernel)), c)

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


class OneState(Recurrent, abstract=True):
    """A recurrent layer whose output is all it remembers."""

    def scan(self, x: Any, states: list[Any], mask: Any, training: bool) -> tuple[Any, ...]:
        x = ops.matmul(self.dropped_inputs(x, training), self.kernel)
        dropped = self.state_dropout(x.shape[0], training)
        if self.bias is not None:
            x = ops.add(x, self.input_bias)
        parts = self.parts()

        def step(z: Any, states: list[Any]) -> list[Any]:
            h = states[0] if dropped is None else ops.multiply(states[0], dropped)
            return [self.step(z, states[0], h, *parts)]

        return self.loop(x, states, mask, step)

    @property
    def input_bias(self) -> Any:
        """The bias that is added to the inputs."""
        return self.bias

    def parts(self) -> tuple[Any, ...]:
        """What every step needs of the weights, cut out once."""
        return (self.recurrent_kernel,)

    def step(self, z: Any, h: Any, thinned: Any, *parts: Any) -> Any:
        """The next state, from what the inputs give, the state, and what dropout leaves of it."""
        raise NotImplementedError


class SimpleRNN(OneState):
    """Each output is made of the input and the output before: activation(x kernel + h recurrent).

    Shapes: x (batch, time, features) -> out (batch, units), or (batch, time, units) with
        return_sequences; with return_state, [out, h].
    Weights: kernel (features, units), recurrent_kernel (units, units), bias (units,).
    Raises: ArgumentError for settings out of range; ShapeError for inputs without a time axis, or
        a stateful layer without a batch size.
    Source: Elman, "Finding structure in time", Cognitive Science 1990.

    >>> from funclab import Input
    >>> SimpleRNN(32)(Input((10, 4))).shape
    (None, 32)
    """

    cell_name = "simple_rnn_cell"
    order = ("units", "activation", "use_bias", *ROLES, *DROPOUTS, *FLAGS, "seed")

    def step(self, z: Any, h: Any, thinned: Any, *parts: Any) -> Any:
        return self.activation(ops.add(z, ops.matmul(thinned, parts[0])))


class GRU(OneState):
    """A gated recurrent unit: one gate mixes old state and new value, one resets the state before.

    z and r are the gates, through `recurrent_activation`; the new value v comes from the input and
    the state times r; h = z h + (1 - z) v. With `reset_after` (the default), r multiplies what the
    recurrent kernel made of the state, and that product has a bias of its own.
    Shapes: x (batch, time, features) -> out (batch, units), or (batch, time, units) with
        return_sequences; with return_state, [out, h].
    Weights: kernel (features, 3 units), recurrent_kernel (units, 3 units), bias (2, 3 units), or
        (3 units,) without reset_after; in the order z, r, v.
    Raises: ArgumentError for settings out of range; ShapeError for inputs without a time axis, or
        a stateful layer without a batch size.
    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", EMNLP 2014.

    >>> from funclab import Input
    >>> GRU(32)(Input((10, 4))).shape
    (None, 32)
    """

    gates = 3
    cell_name = "gru_cell"
    reset_after: bool = True
    order = (*GATED, *ROLES, *DROPOUTS, "seed", *FLAGS, "reset_after", *WITHOUT_EFFECT)

    @property
    def bias_shape(self) -> tuple[int, ...]:
        width = self.gates * self.units
        return (2, width) if self.reset_after else (width,)

    @property
    def input_bias(self) -> Any:
        return self.bias[0] if self.bias is not None and self.reset_after else self.bias

    def parts(self) -> tuple[Any, ...]:
        if self.reset_after:
            return self.recurrent_kernel, None if self.bias is None else self.bias[1]
        n = 2 * self.units
        return self.recurrent_kernel[:, :n], self.recurrent_kernel[:, n:]

    def step(self, z: Any, h: Any, thinned: Any, *parts: Any) -> Any:
        n = 2 * self.units
        if self.reset_after:
            recurrent, bias = parts
            inner = ops.matmul(thinned, recurrent)
            inner = inner if bias is None else ops.add(inner, bias)
            keep, reset = self._gates(ops.add(z[:, :n], inner[:, :n]))
            pulled = ops.multiply(reset, inner[:, n:])
        else:
            to_gates, to_value = parts
            keep, reset = self._gates(ops.add(z[:, :n], ops.matmul(thinned, to_gates)))
            pulled = ops.matmul(ops.multiply(reset, thinned), to_value)
        value = self.activation(ops.add(z[:, n:], pulled))
        return ops.add(ops.multiply(keep, h), ops.multiply(1 - keep, value))

    def _gates(self, z: Any) -> list[Any]:
        return ops.split(self.recurrent_activation(z), 2, axis=1)
