"""Recurrent layers of fewer gates than the LSTM: GRU, and SimpleRNN without any."""

from __future__ import annotations

from typing import Any

from funclab import activations, constraints, initializers, ops, regularizers
from funclab.layers.checks import fraction, one_of, positive, stream
from funclab.layers.recurrent import Recurrent
from funclab.layers.spec import InputSpec

ROOMS = {
    "initializer": initializers,
    "regularizer": regularizers,
    "constraint": constraints,
}


class OneState(Recurrent, abstract=True):
    """A recurrent layer whose output is all it remembers."""

    gates = 1
    cell_name = ""
    activation: Any
    use_bias: bool
    reset_after = False

    def keep(
        self, units: Any, dropout: Any, recurrent_dropout: Any, seed: Any, **settings: Any
    ) -> None:
        """Check the settings that GRU and SimpleRNN share, and keep them under their names."""
        self.units = positive("units", units)
        self.dropout = fraction("dropout", dropout)
        self.recurrent_dropout = fraction("recurrent_dropout", recurrent_dropout)
        self.seed = seed
        self.stream = stream(seed)
        for name, identifier in settings.items():
            setattr(self, name, ROOMS[name.rpartition("_")[2]].get(identifier))

    def build(self, input_shape: Any) -> None:
        cell = f"{self.cell_name}/"
        features, width = input_shape[-1], self.gates * self.units
        self.kernel = self.named_weight("kernel", (features, width), name=f"{cell}kernel")
        name = f"{cell}recurrent_kernel"
        self.recurrent_kernel = self.named_weight("recurrent", (self.units, width), name=name)
        self.bias = None
        if self.use_bias:
            shape = (2, width) if self.reset_after else (width,)
            self.bias = self.named_weight("bias", shape, name=f"{cell}bias")
        self.make_states(input_shape[0])
        self.input_spec = InputSpec(ndim=3, axes={-1: features})
        self.built = True

    def scan(self, x: Any, states: list[Any], mask: Any, training: bool) -> tuple[Any, ...]:
        x = ops.matmul(self.dropped_inputs(x, training), self.kernel)
        dropped = self.state_dropout(x.shape[0], training)
        if self.bias is not None:
            x = ops.add(x, self.bias[0] if self.reset_after else self.bias)

        parts = self.parts()

        def step(z: Any, states: list[Any]) -> list[Any]:
            seen = states[0] if dropped is None else ops.multiply(states[0], dropped)
            return [self.step(z, states[0], seen, *parts)]

        return self.loop(x, states, mask, step)

    def parts(self) -> tuple[Any, ...]:
        """What every step needs of the weights, cut out once."""
        return (self.recurrent_kernel,)

    def step(self, z: Any, h: Any, seen: Any, *parts: Any) -> Any:
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
    """

    cell_name = "simple_rnn_cell"

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        flags: Any = (return_sequences, return_state, go_backwards, stateful, unroll)
        super().__init__(*flags, activity_regularizer=activity_regularizer, **kwargs)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.keep(
            units,
            dropout,
            recurrent_dropout,
            seed,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
        )

    def step(self, z: Any, h: Any, seen: Any, *parts: Any) -> Any:
        return self.activation(ops.add(z, ops.matmul(seen, parts[0])))


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
    """

    gates = 3
    cell_name = "gru_cell"

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
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
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        implementation: int = 2,
        **kwargs: Any,
    ) -> None:
        flags: Any = (return_sequences, return_state, go_backwards, stateful, unroll)
        super().__init__(*flags, activity_regularizer=activity_regularizer, **kwargs)
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias, self.reset_after = use_bias, reset_after
        self.use_cudnn = one_of("use_cudnn", use_cudnn, ("auto", True, False))
        self.implementation = one_of("implementation", implementation, (0, 1, 2))
        self.keep(
            units,
            dropout,
            recurrent_dropout,
            seed,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
        )

    def parts(self) -> tuple[Any, ...]:
        if self.reset_after:
            return self.recurrent_kernel, None if self.bias is None else self.bias[1]
        n = 2 * self.units
        return self.recurrent_kernel[:, :n], self.recurrent_kernel[:, n:]

    def step(self, z: Any, h: Any, seen: Any, *parts: Any) -> Any:
        n = 2 * self.units
        if self.reset_after:
            recurrent, bias = parts
            inner = ops.matmul(seen, recurrent)
            inner = inner if bias is None else ops.add(inner, bias)
            keep, reset = self._gates(ops.add(z[:, :n], inner[:, :n]))
            pulled = ops.multiply(reset, inner[:, n:])
        else:
            to_gates, to_value = parts
            keep, reset = self._gates(ops.add(z[:, :n], ops.matmul(seen, to_gates)))
            pulled = ops.matmul(ops.multiply(reset, seen), to_value)
        value = self.activation(ops.add(z[:, n:], pulled))
        return ops.add(ops.multiply(keep, h), ops.multiply(1 - keep, value))

    def _gates(self, z: Any) -> list[Any]:
        return ops.split(self.recurrent_activation(z), 2, axis=1)
