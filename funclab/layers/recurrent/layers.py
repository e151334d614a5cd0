"""Recurrent layers, which read a sequence step by step and keep a state."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from funclab.registry.parameters import parameters
from funclab import ops
from funclab.errors import ArgumentError, ShapeError
from funclab.graph import shape_math, structure
from funclab.graph.shape_math import show
from funclab.graph.value import Variable
from funclab.layers.base import Layer
from funclab.layers.recurrent.cells import (
    Cell, StackedRNNCells, beginning, build_within, check_cell, first_states, output_size, over,
    warn_of_states,
)  # fmt: skip
from funclab.layers.recurrent.steps import Step
from funclab.layers.spec import InputSpec


class States:
    """What a stateful layer remembers between batches. It is not part of the layer's weights."""

    def __init__(self, variables: list[Variable]) -> None:
        self.variables = variables


class RNN(Layer):
    """A cell applied at every step of a sequence: it reads one input and its previous states.

    Shapes: x (batch, time, ...) -> out (batch, output_size), or (batch, time, output_size) with
        return_sequences; with return_state, [out, *states], each state (batch, its size).
    Weights: those of the cell.
    Raises: ArgumentError for an object that is not a cell; ShapeError for inputs without a time
        axis, or a stateful layer without a batch size.

    A cell is a layer with `call(self, inputs, states)`, which returns the output and a list of new
    states, and with `state_size`: a number, or a list with one for each state. It may also have
    `output_size` and `get_initial_state(self, batch_size)`. A list of cells is stacked.

    >>> RNN(layers.LSTMCell(8), return_sequences=True)(Input((5, 3))).shape
    (None, 5, 8)
    """

    supports_masking = hands_training_on = True
    state_axis = -1
    """The axis of a state whose length is given by `state_size`."""
    input_spec = InputSpec(min_ndim=3)
    cell: Any
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    zero_output_for_mask: bool = False

    def prepare(self) -> None:
        if isinstance(self.cell, (list, tuple)):
            self.cell = StackedRNNCells(self.cell)
        check_cell(self.cell)
        self._kept: States | None = None

    def build(self, input_shape: Any) -> None:
        build_within(self, self.cell, (input_shape[0], *input_shape[2:]))
        self.make_states(input_shape[0])
        self.built = True

    @property
    def state_size(self) -> list[Any]:
        """The width of each state; for a stacked cell, a list of lists."""
        return structure.as_list(self.cell.state_size)

    @property
    def state_widths(self) -> list[int]:
        """The width of each state, in one flat list."""
        return structure.flatten(self.state_size)

    @property
    def output_size(self) -> int:
        return output_size(self.cell)

    @property
    def mixes_samples(self) -> bool:
        """Whether a batch depends on the previous batch."""
        return self.stateful

    def scan(self, x: Any, states: list[Any], mask: Any, training: bool) -> tuple[Any, ...]:
        """The outputs (all, or the last without return_sequences), then the final states."""
        flags = {name: getattr(self, name) for name in ("return_sequences", "go_backwards")}
        return over(self.cell, x, states, mask, training, **flags)

    def __call__(self, sequences: Any, initial_state: Any = None, **kwargs: Any) -> Any:
        """`initial_state` is a list of tensors; Keras 2's [sequences, *states] is accepted too."""
        if isinstance(sequences, (list, tuple)) and initial_state is None:
            sequences, *initial_state = sequences
        if initial_state is not None and not isinstance(initial_state, (list, tuple)):
            initial_state = [initial_state]
        if initial_state is None:
            return super().__call__(sequences, **kwargs)
        return super().__call__(sequences, initial_state=list(initial_state), **kwargs)

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        self._check(sequences, initial_state)
        self._check_steps(sequences, mask)
        if initial_state is not None and mask is None and sequences.mask is not None:
            warn_of_states(self)
        if not sequences.dtype.startswith("float"):
            sequences = ops.cast(sequences, self.dtype)
        batch = sequences.shape[0]
        states = initial_state
        if states is None:
            states = self._remembered(batch) or beginning(self, sequences)
        outputs, *last = self.scan(sequences, list(states), mask, training)
        if self._kept:
            for variable, value in zip(self._kept.variables, last, strict=True):
                ops.assign(variable, value)
        if mask is not None and self.zero_output_for_mask:
            outputs = self._without_masked(outputs, mask)
        states = structure.pack(self.state_size, last)
        return [outputs, *states] if self.return_state else outputs

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        whole = mask if self.return_sequences else None
        return [whole, *[None] * len(self.state_widths)] if self.return_state else whole

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """The initial states of a sequence: the cell's own, or zeros (batch, size)."""
        return first_states(self.cell, batch_size, self.dtype)

    # State between batches.
    @property
    def states(self) -> list[Any] | None:
        """The states that a stateful layer remembers from the last batch."""
        return structure.pack(self.state_size, self._kept.variables) if self._kept else None

    def reset_states(self, states: Any = None) -> None:
        """Forget the last batch, or start from the arrays `states`."""
        variables = self._kept.variables if self._kept else []
        values = [0 * v.array for v in variables] if states is None else structure.flatten(states)
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)

    def reset_state(self) -> None:
        """Forget the last batch."""
        self.reset_states()

    def make_states(self, batch: int | None) -> None:
        """Make the variables in which a stateful layer remembers its states."""
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
        states = map(np.asarray, structure.flatten(self.get_initial_state(batch)))
        settings = {"dtype": self.dtype, "trainable": False, "name": "rnn_state"}
        self._kept = States([Variable(state, **settings) for state in states])

    def _remembered(self, batch: int | None) -> list[Any] | None:
        known = self._kept.variables if self._kept else []
        if known and batch not in (None, known[0].shape[0]):
            raise ShapeError(
                "If an RNN is stateful, the batch size of the input sequences must be the same as "
                f"the batch size of the initial state. Expected batch size: {known[0].shape[0]}. "
                f"Received batch size: {batch}.",
                why=f"{self.name} goes on from the states of the batch before.",
                fix="give batches of that size, also the last one: leave surplus samples out.",
                graph=self,
            )
        return self.states

    def _check(self, sequences: Any, initial_state: Any) -> None:
        if self.unroll and sequences.shape[1] is None:
            raise ShapeError(
                f"Cannot unroll a RNN if the time dimension is undefined: {self.name} got inputs "
                f"of shape {show(sequences.shape)}.",
                why="unrolling repeats the step as often as there are steps.",
                fix="give the length in Input(shape=(time, features)), or leave `unroll` out.",
                graph=self,
            )
        states, widths = structure.flatten(initial_state or ()), self.state_widths
        pairs = zip(states, widths)
        at = self.state_axis
        wrong = [(s, n) for s, n in pairs if hasattr(s, "shape") and s.shape[at] not in (n, None)]
        if wrong and len(states) == len(widths):
            state, units = wrong[0]
            raise ShapeError(
                f"An `initial_state` was passed to {self.name} that is not compatible with its "
                f"state size: it has shape {show(state.shape)}, and {self.name} has {units} units.",
                why="a state has a number for each unit.",
                fix="give both layers the same number of units: "
                f"{type(self).__name__}({state.shape[at]}).",
                graph=self,
            )
        if initial_state is not None and len(states) != len(widths):
            raise ArgumentError(
                f"Layer {self.name} expects {len(widths)} states, but received {len(states)} in "
                "`initial_state`.",
                why=f"a {type(self).__name__} remembers {len(widths)} tensor(s), with "
                f"{', '.join(map(str, widths))} units.",
                fix="pass the states that another such layer gave with return_state=True: an LSTM "
                "gives two, a GRU or SimpleRNN one.",
                graph=self,
            )

    def _check_steps(self, sequences: Any, mask: Any) -> None:
        if sequences.shape[1] == 0:
            raise ShapeError(
                f"{self.name} got sequences without steps: shape {show(sequences.shape)}.",
                why="it gives what it has read at the last step.",
                fix="leave empty sequences out, or pad them.",
                graph=self,
            )
        if mask is not None and not shape_math.same(mask.shape, sequences.shape[:2]):
            raise ShapeError(
                f"The mask for {self.name} has shape {show(mask.shape)}, its input "
                f"{show(sequences.shape)}.",
                why="a mask of a sequence says of each step whether it counts.",
                fix=f"pass a mask of shape {show(sequences.shape[:2])}.",
                graph=self,
            )

    def _without_masked(self, outputs: Any, mask: Any) -> Any:
        if not self.return_sequences:
            mask = mask[:, 0] if self.go_backwards else mask[:, -1]
        elif self.go_backwards:
            mask = ops.flip(mask, axis=1)
        mask = ops.expand_dims(mask, tuple(range(mask.ndim, outputs.ndim)))
        return ops.where(mask, outputs, 0.0)


class WithWeights(RNN, Step, abstract=True):
    """A recurrent layer that owns the weights of its cell."""

    activity_regularizer: Any = None

    def prepare(self) -> None:
        Step.prepare(self)
        self._kept = None

    @property
    def weights_within(self) -> str:
        return f"{self.cell_name}/"

    @property
    def state_size(self) -> list[int]:
        return [self.units] * self.fused_op.state_count

    @property
    def output_size(self) -> int:
        return self.units

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        return Step.get_initial_state(self, batch_size)

    def scan(self, x: Any, states: list[Any], mask: Any, training: bool) -> tuple[Any, ...]:
        flags = {name: getattr(self, name) for name in ("return_sequences", "go_backwards")}
        return self.all_steps(x, states, mask, training, **flags)


class BuiltIn(WithWeights, abstract=True):
    """A recurrent layer on vectors, whose cell is a layer too."""

    told: ClassVar = {"Raises": "ArgumentError for settings out of range; ShapeError for inputs "
                      "without a time axis, or a stateful layer without a batch size"}  # fmt: skip
    input_spec = InputSpec(ndim=3)
    cell_class: ClassVar[type[Cell]]
    use_cudnn: Any = "auto"
    implementation: int = 2

    def build(self, input_shape: Any) -> None:
        self.make_weights(input_shape[-1])
        self.make_states(input_shape[0])
        self.input_spec = InputSpec(ndim=3, axes={-1: input_shape[-1]})
        self.built = True

    @property
    def cell(self) -> Cell:
        """A cell with the same weights, which computes one step of the layer."""
        names = parameters(self.cell_class)
        settings = {name: getattr(self, name) for name in names}
        cell = self.cell_class(**settings, name=self.cell_name, dtype=self.dtype)
        if self.built:
            cell.share(self)
        return cell
