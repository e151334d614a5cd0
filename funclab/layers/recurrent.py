"""Layers that read a sequence step by step and remember."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from funclab import ops
from funclab.errors import ArgumentError, ShapeError
from funclab.graph.value import Value, Variable
from funclab.layers.base import Layer
from funclab.layers.checks import stream
from funclab.layers.spec import InputSpec
from funclab.shape_math import show

Step = Callable[[Any, list[Any]], list[Any]]


class States:
    """What a stateful layer remembers between batches: no weights, so kept out of their lists."""

    def __init__(self, variables: list[Variable]) -> None:
        self.variables = variables


class Recurrent(Layer, abstract=True):
    """A layer on sequences. Subclasses write `build`, `state_count` and `scan`."""

    supports_masking = True
    input_spec = InputSpec(ndim=3)
    state_count = 1
    gates = 1
    cell_name = ""
    zero_output_for_mask = False
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
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    seed: int | None = None
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    use_cudnn: Any = "auto"
    implementation: int = 2

    def prepare(self) -> None:
        self.stream = stream(self.seed)
        self._kept: States | None = None

    def build(self, input_shape: Any) -> None:
        features, width = input_shape[-1], self.gates * self.units
        self.kernel = self._cell_weight("kernel", (features, width))
        self.recurrent_kernel = self._cell_weight("recurrent_kernel", (self.units, width))
        self.bias = self._cell_weight("bias", self.bias_shape) if self.use_bias else None
        self.make_states(input_shape[0])
        self.input_spec = InputSpec(ndim=3, axes={-1: features})
        self.built = True

    @property
    def bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    def _cell_weight(self, name: str, shape: tuple[int, ...], **settings: Any) -> Variable:
        role = name.partition("_")[0]
        return self.named_weight(role, shape, name=f"{self.cell_name}/{name}", **settings)

    @property
    def mixes_samples(self) -> bool:
        """Whether a batch depends on the batch before it."""
        return self.stateful

    def scan(self, x: Any, states: list[Any], mask: Any, training: bool) -> tuple[Any, ...]:
        """The outputs (all, or the last without return_sequences), then the states at the end."""
        raise NotImplementedError

    def loop(self, x: Any, states: list[Any], mask: Any, step: Step) -> tuple[Any, ...]:
        """Step after step with ops: `step` gets x at one time and the states, and makes new states.

        Shapes: x (batch, time, ...); the first state is the output.
        """
        batch, time, _ = x.shape
        if time is None:  # only while shapes are inferred
            sequence, *last = (Value((batch, self.units), self.dtype) for _ in (None, *states))
            if self.return_sequences:
                sequence = Value((batch, None, self.units), self.dtype)
            return (sequence, *last)
        outputs, output = [], self._zeros(x)[0]
        for t in reversed(range(time)) if self.go_backwards else range(time):
            new = step(x[:, t], states)
            if mask is None:
                output, states = new[0], new
            else:
                here = mask[:, t : t + 1]
                output = ops.where(here, new[0], output)
                states = [ops.where(here, *pair) for pair in zip(new, states, strict=True)]
            outputs.append(output)
        return (ops.stack(outputs, axis=1) if self.return_sequences else output, *states)

    def dropped_inputs(self, x: Any, training: bool) -> Any:
        """x with features dropped, the same at every step."""
        if not (training and self.dropout):
            return x
        return ops.dropout(x, self.dropout, (None, 1, None), state=self.stream)

    def state_dropout(self, batch: int | None, training: bool) -> Any:
        """What the state is multiplied with on its way into a step; None without dropout."""
        if not (training and self.recurrent_dropout):
            return None
        ones = np.ones((batch or 1, self.units), self.dtype)
        return ops.dropout(ones, self.recurrent_dropout, state=self.stream)

    @property
    def uses_training(self) -> bool:  # type: ignore[override]
        return bool(self.dropout or self.recurrent_dropout)

    def __call__(self, sequences: Any, initial_state: Any = None, **kwargs: Any) -> Any:
        """`initial_state` is a list of tensors; [sequences, *states] as in Keras 2 will do too."""
        if isinstance(sequences, (list, tuple)) and initial_state is None:
            sequences, *initial_state = sequences
        if initial_state is not None and not isinstance(initial_state, (list, tuple)):
            initial_state = [initial_state]
        if not initial_state:
            return super().__call__(sequences, **kwargs)
        return super().__call__(sequences, initial_state=list(initial_state), **kwargs)

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        self._check(sequences, initial_state)
        batch = sequences.shape[0]
        states = initial_state
        if states is None:
            states = self._remembered(batch) or self._zeros(sequences)
        outputs, *last = self.scan(sequences, list(states), mask, training)
        if self.stateful:
            for variable, value in zip(self.states or [], last, strict=True):
                ops.assign(variable, value)
        if mask is not None and self.zero_output_for_mask:
            outputs = self._without_masked(outputs, mask)
        return [outputs, *last] if self.return_state else outputs

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        whole = mask if self.return_sequences else None
        return [whole, *[None] * self.state_count] if self.return_state else whole

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """States of zeros, (batch, units) each."""
        shape = (batch_size, self.units)
        # The batch is unknown only while shapes are inferred, and then no numbers are needed.
        zeros = Value(shape, self.dtype) if batch_size is None else ops.zeros(shape, self.dtype)
        return [zeros for _ in range(self.state_count)]

    def _zeros(self, sequences: Any) -> list[Any]:
        """The first states for these sequences."""
        states = self.get_initial_state(sequences.shape[0])
        for state in states:
            if isinstance(state, Value):
                state.zeros_like = sequences
        return states

    # State between batches.
    @property
    def states(self) -> list[Variable] | None:
        """What is remembered from the last batch, by a stateful layer."""
        return self._kept.variables if self._kept else None

    def reset_states(self, states: Any = None) -> None:
        """Forget the last batch, or begin from the arrays `states`."""
        for i, variable in enumerate(self.states or []):
            variable.assign(0 * variable.array if states is None else states[i])

    def reset_state(self) -> None:
        """Forget the last batch."""
        self.reset_states()

    def make_states(self, batch: int | None) -> None:
        """Room for what a stateful layer remembers."""
        if not self.stateful:
            return
        if batch is None:
            raise ShapeError(
                f"If an RNN is stateful, it needs to know its batch size: when using "
                f"`stateful=True` in {self.name}, the batch size must be static.",
                why="it remembers one state for each sample of the batch.",
                fix="declare the batch: Input(batch_shape=(32, 10, 8)) or batch_size=32.",
                graph=self,
            )
        shape, several = (batch, self.units), range(self.state_count)
        settings = {"shape": shape, "dtype": self.dtype, "trainable": False, "name": "rnn_state"}
        self._kept = States([Variable(**settings) for _ in several])

    def _remembered(self, batch: int | None) -> list[Variable] | None:
        known = self.states
        if known and batch not in (None, known[0].shape[0]):
            raise ShapeError(
                "If an RNN is stateful, the batch size of the input sequences must be the same as "
                f"the batch size of the initial state. Expected batch size: {known[0].shape[0]}. "
                f"Received batch size: {batch}.",
                why=f"{self.name} goes on from the states of the batch before.",
                fix="give batches of that size, also the last one: leave surplus samples out.",
                graph=self,
            )
        return known

    def _check(self, sequences: Any, initial_state: Any) -> None:
        if self.unroll and sequences.shape[1] is None:
            raise ShapeError(
                f"Cannot unroll a RNN if the time dimension is undefined: {self.name} got inputs "
                f"of shape {show(sequences.shape)}.",
                why="unrolling repeats the step as often as there are steps.",
                fix="give the length in Input(shape=(time, features)), or leave `unroll` out.",
                graph=self,
            )
        wrong = [s for s in initial_state or () if s.shape[-1] not in (self.units, None)]
        if wrong and len(initial_state or ()) == self.state_count:
            raise ShapeError(
                f"An `initial_state` was passed to {self.name} that is not compatible with its "
                f"state size: it has shape {show(wrong[0].shape)}, and {self.name} has "
                f"{self.units} units.",
                why="a state has a number for each unit.",
                fix=f"give both layers as many units: {type(self).__name__}({wrong[0].shape[-1]}).",
                graph=self,
            )
        if initial_state is not None and len(initial_state) != self.state_count:
            raise ArgumentError(
                f"Layer {self.name} expects {self.state_count} states, but received "
                f"{len(initial_state)} in `initial_state`.",
                why=f"a {type(self).__name__} remembers {self.state_count} tensor(s) of shape "
                f"(batch, {self.units}).",
                fix="pass the states that another such layer gave with return_state=True: an LSTM "
                "gives two, a GRU or SimpleRNN one.",
                graph=self,
            )

    def _without_masked(self, outputs: Any, mask: Any) -> Any:
        if not self.return_sequences:
            mask = mask[:, 0] if self.go_backwards else mask[:, -1]
        elif self.go_backwards:
            mask = ops.flip(mask, axis=1)
        return ops.where(ops.expand_dims(mask, -1), outputs, 0.0)
