"""The computation of built-in recurrent layers and cells: one step, and all steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from funclab import activations, ops
from funclab.graph.shape_math import Array
from funclab.graph.value import Value, Variable
from funclab.layers.base import Layer
from funclab.layers.checks import stream
from funclab.ops.nn import recurrent

# Arguments that are next to each other in the constructors, in Keras' order.
GATED = ("units", "activation", "recurrent_activation", "use_bias")
BEGINNINGS = ("kernel_initializer", "recurrent_initializer", "bias_initializer")
PENALTIES = ("kernel_regularizer", "recurrent_regularizer", "bias_regularizer")
RULES = ("kernel_constraint", "recurrent_constraint", "bias_constraint")
DROPOUTS = ("dropout", "recurrent_dropout")


# One step: from z (the input times the kernel, plus its bias) and the states to the new states,
# the first of which is the output. `thinned` is the first state after dropout.
def simple_step(z: Any, states: list[Any], thinned: Any, weights: Any, squash: Any) -> list[Any]:
    return [squash(ops.add(z, ops.matmul(thinned, weights[0])))]


def gru_step(
    z: Any, states: list[Any], thinned: Any, weights: Any, squash: Any, gate: Any
) -> list[Any]:
    """With a second bias, the reset gate acts after the recurrent product; else before it."""
    recurrent, bias = weights
    n = 2 * (recurrent.shape[1] // 3)
    if bias is None:
        inner = ops.matmul(thinned, recurrent[:, :n])
    else:
        inner = ops.add(ops.matmul(thinned, recurrent), bias)
    keep, reset = ops.split(gate(ops.add(z[:, :n], inner[:, :n])), 2, axis=1)
    if bias is None:
        pulled = ops.matmul(ops.multiply(reset, thinned), recurrent[:, n:])
    else:
        pulled = ops.multiply(reset, inner[:, n:])
    value = squash(ops.add(z[:, n:], pulled))
    return [ops.add(ops.multiply(keep, states[0]), ops.multiply(1 - keep, value))]


def lstm_step(
    z: Any, states: list[Any], thinned: Any, weights: Any, squash: Any, gate: Any
) -> list[Any]:
    return lstm_gates(ops.add(z, ops.matmul(thinned, weights[0])), states[1], 1, squash, gate)


def lstm_gates(z: Any, c: Any, axis: int, squash: Any, gate: Any) -> list[Any]:
    """The new h and c, from the inputs of the gates, which are concatenated along `axis`."""
    i, f, value, o = ops.split(z, 4, axis=axis)
    c = ops.add(ops.multiply(gate(f), c), ops.multiply(gate(i), squash(value)))
    return [ops.multiply(gate(o), squash(c)), c]


RULES_OF_STEPS = {"SimpleRNN": simple_step, "GRU": gru_step, "LSTM": lstm_step}
"""By the names of the ops that compute all steps at once."""


class Step(Layer, abstract=True):
    """The weights of a built-in cell, and its computation: one step, or all steps."""

    fused_op = recurrent.SimpleRNN
    rule: ClassVar[Callable[..., list[Any]]]
    cell_name = ""
    units: int
    activation: Any = "tanh"
    recurrent_activation: Any = "sigmoid"
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    seed: int | None = None

    def prepare(self) -> None:
        self.stream = stream(self.seed)

    @property
    def weights_within(self) -> str:
        """Where in the layer the weights are: in its cell, as in Keras."""
        return ""

    def make_weights(self, features: int) -> None:
        width = self.fused_op.gates * self.units
        self.kernel = self.cell_weight("kernel", (features, width))
        self.recurrent_kernel = self.cell_weight("recurrent_kernel", (self.units, width))
        self.bias = self.cell_weight("bias", self.bias_shape) if self.use_bias else None

    def cell_weight(self, name: str, shape: tuple[int, ...], **settings: Any) -> Variable:
        path = f"{self.weights_within}{name}"
        return self.named_weight(name.partition("_")[0], shape, name=path, **settings)

    @property
    def bias_shape(self) -> tuple[int, ...]:
        return (self.fused_op.gates * self.units,)

    @property
    def uses_training(self) -> bool:
        return bool(self.dropout or self.recurrent_dropout)

    def one_step(self, x: Any, states: list[Any], training: bool) -> list[Any]:
        """The new states, the first of which is the output."""
        z, weights = self.prepared(self._dropped_inputs(x, training, (None,)))
        return self.follow(z, states, weights, self._state_dropout(x.shape[0], training))

    def all_steps(
        self, x: Any, states: list[Any], mask: Any, training: bool, **flags: bool
    ) -> tuple[Any, ...]:
        """The outputs, then the last states. `flags`: return_sequences and go_backwards.

        If the fused op supports the activations, it computes all steps at once.
        """
        x = self._dropped_inputs(x, training, (None, 1))
        dropped = self._state_dropout(x.shape[0], training)
        settings = self.fused_settings()
        if None not in settings.values():
            inputs = (x, *states, self.kernel, self.recurrent_kernel, self._whole_bias())
            return recurrent.recurrence(self.fused_op, inputs, mask, dropped, **settings, **flags)
        z, weights = self.prepared(x)

        def step(z: Any, states: list[Any]) -> tuple[Any, list[Any]]:
            new = self.follow(z, states, weights, dropped)
            return new[0], new

        return loop(z, states, mask, step, **flags)

    def fused_settings(self) -> dict[str, Any]:
        """The settings of the fused op; None for an activation that it does not support."""
        names = ("activation", "recurrent_activation")
        return {name: _fused_name(getattr(self, name)) for name in names if hasattr(self, name)}

    def biases(self, bias: Any) -> tuple[Any, Any]:
        """The bias of the inputs, and that of the recurrent product (None if there is none)."""
        return bias, None

    def _whole_bias(self) -> Any:
        return ops.zeros(self.bias_shape, self.dtype) if self.bias is None else self.bias

    def prepared(self, x: Any) -> tuple[Any, tuple[Any, Any]]:
        """What a step needs: the product of the inputs, and the recurrent weights."""
        first, second = self.biases(self._whole_bias())
        return ops.add(ops.matmul(x, self.kernel), first), (self.recurrent_kernel, second)

    def follow(self, z: Any, states: list[Any], weights: Any, dropped: Any) -> list[Any]:
        thinned = states[0] if dropped is None else ops.multiply(states[0], dropped)
        return type(self).rule(z, states, thinned, weights, *self.functions)

    @property
    def functions(self) -> list[Any]:
        """The activation, and that of the gates if there are any."""
        names = ("activation", "recurrent_activation")
        return [getattr(self, name) for name in names if hasattr(self, name)]

    @property
    def state_shape(self) -> tuple[int, ...]:
        """The shape of one sample's state."""
        return (self.units,)

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """States of zeros, (batch, units) each."""
        shape, count = self.state_shape, self.fused_op.state_count
        return [zeros(shape, batch_size, self.dtype) for _ in range(count)]

    def _dropped_inputs(self, x: Any, training: bool, lead: tuple[int | None, ...]) -> Any:
        """x with features dropped, the same at every step: `lead` are the axes before them."""
        if not (training and self.dropout):
            return x
        shape = (*lead, *[None] * (x.ndim - len(lead)))
        return ops.dropout(x, self.dropout, shape, state=self.stream)

    def _state_dropout(self, batch: int | None, training: bool) -> Any:
        """The numbers by which the state is multiplied before a step; None without dropout."""
        if not (training and self.recurrent_dropout):
            return None
        ones = np.ones((batch or 1, *self.state_shape), self.dtype)
        return ops.dropout(ones, self.recurrent_dropout, state=self.stream)


class SimpleStep(Step, abstract=True):
    """activation(x kernel + h recurrent + bias)."""

    rule = staticmethod(simple_step)
    cell_name = "simple_rnn_cell"


class GRUStep(Step, abstract=True):
    """Gates that mix old state and new value, and reset the old state."""

    fused_op = recurrent.GRU
    rule = staticmethod(gru_step)
    cell_name = "gru_cell"
    reset_after: bool = True

    @property
    def bias_shape(self) -> tuple[int, ...]:
        width = self.fused_op.gates * self.units
        return (2, width) if self.reset_after else (width,)

    def biases(self, bias: Any) -> tuple[Any, Any]:
        return (bias[0], bias[1]) if self.reset_after else (bias, None)

    def fused_settings(self) -> dict[str, Any]:
        return {**super().fused_settings(), "reset_after": self.reset_after}


class LSTMStep(Step, abstract=True):
    """Gates that write values to a cell state, keep them, and read them."""

    fused_op = recurrent.LSTM
    rule = staticmethod(lstm_step)
    cell_name = "lstm_cell"
    unit_forget_bias: bool = True

    def cell_weight(self, name: str, shape: tuple[int, ...], **settings: Any) -> Variable:
        if name == "bias" and self.unit_forget_bias:
            settings["initializer"] = self._first_bias
        return super().cell_weight(name, shape, **settings)

    def _first_bias(self, shape: Any, dtype: str = "float32") -> Array:
        """The forget gates start open, with a bias of 1, so that at first the state is kept.

        Source: Jozefowicz et al., "An empirical exploration of recurrent network architectures",
        ICML 2015, section 2.2.
        """
        n = self.units
        first = self.bias_initializer((n,), dtype=dtype)
        rest = self.bias_initializer((2 * n,), dtype=dtype)
        return np.concatenate([first, np.ones(n, dtype), rest])


def _fused_name(activation: Any) -> str | None:
    """The name by which the fused op knows an activation."""
    name = getattr(activation, "__name__", "")
    known = name in recurrent.ACTIVATIONS and getattr(activations, name) is activation
    return name if known else None


def zeros(shape: tuple[int, ...], batch: int | None, dtype: str) -> Any:
    """A state of zeros."""
    # The batch is unknown only while shapes are inferred, and then no numbers are needed.
    return Value((None, *shape), dtype) if batch is None else ops.zeros((batch, *shape), dtype)


def loop(
    x: Any,
    states: list[Any],
    mask: Any,
    step: Callable[[Any, list[Any]], tuple[Any, list[Any]]],
    return_sequences: bool,
    go_backwards: bool,
) -> tuple[Any, ...]:
    """A loop of ops over the steps: `step` maps x at one time and the states to output and states.

    Shapes: x (batch, time, ...).
    """
    time = x.shape[1]
    if time is None:  # only while shapes are inferred
        output, last = step(x[:, 0], states)
        length = (None,) if return_sequences else ()
        outputs = Value((output.shape[0], *length, *output.shape[1:]), output.dtype)
        return outputs, *(Value(state.shape, state.dtype) for state in last)
    outputs, output = [], None
    for t in reversed(range(time)) if go_backwards else range(time):
        new, after = step(x[:, t], states)
        if mask is not None:
            output = ops.zeros_like(new) if output is None else output
            new = _where(mask[:, t], new, output)
            after = [_where(mask[:, t], *pair) for pair in zip(after, states, strict=True)]
        output, states = new, after
        outputs.append(output)
    return ops.stack(outputs, axis=1) if return_sequences else output, *states


def _where(mask: Any, new: Any, old: Any) -> Any:
    return ops.where(ops.expand_dims(mask, tuple(range(1, new.ndim))), new, old)
