"""Cells: layers that compute one step of a sequence, and stacks of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from funclab import ops
from funclab.errors import ArgumentError, warn
from funclab.graph import structure
from funclab.graph.tape import current_tape
from funclab.graph.value import Value
from funclab.layers.base import Layer
from funclab.layers.recurrent.steps import (
    BEGINNINGS, DROPOUTS, GATED, PENALTIES, RULES, GRUStep, LSTMStep, SimpleStep, Step, loop, zeros,
)  # fmt: skip


class Cell(Step, abstract=True):
    """A built-in cell as a layer: `cell(x, states)` returns the output and the new states."""

    told: ClassVar = {"Raises": "ArgumentError for settings out of range"}

    @property
    def state_size(self) -> Any:
        """The width of the state, or of each state if there are several."""
        count = self.fused_op.state_count
        return self.units if count == 1 else [self.units] * count

    @property
    def output_size(self) -> int:
        return self.units

    def build(self, input_shape: Any) -> None:
        self.make_weights(input_shape[-1])
        self.built = True

    def call(self, inputs: Any, states: Any = None, training: bool = False) -> Any:
        states = beginning(self, inputs) if states is None else states
        several = isinstance(states, (list, tuple))
        new = self.one_step(inputs, list(states) if several else [states], training)
        return new[0], new if several else new[0]

    def share(self, layer: Any) -> None:
        """Use the weights of a layer instead of its own."""
        self.kernel, self.recurrent_kernel = layer.kernel, layer.recurrent_kernel
        self.bias, self.stream, self.built = layer.bias, layer.stream, True


class SimpleRNNCell(Cell, SimpleStep):
    """One step of a SimpleRNN: h = activation(x kernel + h recurrent + bias).

    Shapes: x (batch, features), h (batch, units) -> (h, [h]), both (batch, units).
    Weights: kernel (features, units), recurrent_kernel (units, units), bias (units,).
    Source: Elman, "Finding structure in time", Cognitive Science 1990.

    >>> from funclab.layers import RNN
    >>> RNN(SimpleRNNCell(8))(Input((5, 3))).shape
    (None, 8)
    """

    order = ("units", "activation", "use_bias", *BEGINNINGS, *PENALTIES, *RULES, *DROPOUTS, "seed")


class GRUCell(Cell, GRUStep):
    """One step of a GRU: h = z h + (1 - z) v.

    Shapes: x (batch, features), h (batch, units) -> (h, [h]), both (batch, units).
    Weights: kernel (features, 3 units), recurrent_kernel (units, 3 units), bias (2, 3 units), or
        (3 units,) without reset_after; in the order z, r, v.
    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", EMNLP 2014.

    >>> output, [state] = GRUCell(8)(np.ones((2, 3)), [np.zeros((2, 8))])
    >>> output.shape
    (2, 8)
    """

    order = (*GATED, *BEGINNINGS, *PENALTIES, *RULES, *DROPOUTS, "reset_after", "seed")


class LSTMCell(Cell, LSTMStep):
    """One step of an LSTM: c = f c + i v, and h = o activation(c).

    Shapes: x (batch, features), h and c (batch, units) -> (h, [h, c]), each (batch, units).
    Weights: kernel (features, 4 units), recurrent_kernel (units, 4 units), bias (4 units,); the
        gates are in the order input, forget, cell, output.
    Source: Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 1997.

    >>> output, [h, c] = LSTMCell(8)(np.ones((2, 3)), [np.zeros((2, 8)), np.zeros((2, 8))])
    >>> c.shape
    (2, 8)
    """

    order = (*GATED, *BEGINNINGS, "unit_forget_bias", *PENALTIES, *RULES, *DROPOUTS, "seed")


class StackedRNNCells(Layer):
    """A stack of cells, used as one cell: each reads the output of the one below it.

    Shapes: x (batch, features), the states of each cell -> the output of the last cell, and the new
        states of each.
    Weights: those of the cells, from the first to the last.
    Raises: ArgumentError for an object that is not a cell.

    >>> from funclab.layers import RNN
    >>> RNN(StackedRNNCells([LSTMCell(16), LSTMCell(8)]))(Input((5, 3))).shape
    (None, 8)
    """

    hands_training_on = True
    cells: Any

    def prepare(self) -> None:
        for cell in self.cells if isinstance(self.cells, (list, tuple)) else [self.cells]:
            check_cell(cell, "All cells")
        self.cells = list(self.cells)

    def build(self, input_shape: Any) -> None:
        for cell in self.cells:
            build_within(self, cell, input_shape)
            input_shape = (input_shape[0], output_size(cell))
        self.built = True

    @property
    def state_size(self) -> list[Any]:
        """The width of the states of each cell."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> int:
        return output_size(self.cells[-1])

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """The first states of each cell."""
        states = (first_states(cell, batch_size, self.dtype) for cell in self.cells)
        return [
            made if isinstance(cell.state_size, (list, tuple)) else made[0]
            for cell, made in zip(self.cells, states, strict=True)
        ]

    def call(self, inputs: Any, states: Any = None, training: bool = False) -> Any:
        new = []
        states = beginning(self, inputs) if states is None else states
        for cell, before in zip(self.cells, states, strict=True):
            inputs, after = cell(inputs, before if isinstance(before, list) else [before])
            after = structure.flatten(after)
            new.append(after if isinstance(before, (list, tuple)) else after[0])
        return inputs, new


def check_cell(cell: Any, what: str = "Argument `cell`") -> None:
    """Raise an ArgumentError for an object that cannot be used as a cell."""
    if callable(cell) and hasattr(cell, "call") and isinstance(
        getattr(cell, "state_size", None), (int, list, tuple)
    ) and not isinstance(cell, type):  # fmt: skip
        return
    lacks = "state_size" if hasattr(cell, "call") else "call"
    raise ArgumentError(
        f"{what} should have a `call` method and a `state_size` attribute (single integer or list "
        f"of integers, one integer per RNN state). Received: cell={cell!r}, without `{lacks}`.",
        why="it is called at every step, cell(x, states), and must say how wide its states are.",
        fix="write for example RNN(LSTMCell(32)), or give your cell `self.state_size = 32`.",
    )


def output_size(cell: Any) -> int:
    """The width of a cell's output: its `output_size`, or else that of its first state."""
    size = getattr(cell, "output_size", None)
    return structure.flatten(cell.state_size)[0] if size is None else size


def build_within(outer: Layer, cell: Any, input_shape: Any) -> None:
    """Build a cell as part of `outer`, so that its weights are named after both."""
    if not isinstance(cell, Layer) or cell.built:
        return
    tape = current_tape()
    scope = tape.scope
    with tape:
        tape.scope = (*scope, outer.name)
        try:
            cell.build(input_shape)
        finally:
            tape.scope = scope
    cell.built = True


def first_states(cell: Any, batch: int | None, dtype: str) -> list[Any]:
    """The initial states of a cell: its own, or zeros."""
    own = getattr(cell, "get_initial_state", None)
    if own is None:
        states = structure.map_structure(lambda size: zeros((size,), batch, dtype), cell.state_size)
    elif batch is None and not isinstance(cell, (Cell, StackedRNNCells)):
        states = structure.map_structure(
            lambda state: Value((None, *state.shape[1:]), dtype), own(batch_size=1)
        )
    else:
        states = own(batch_size=batch)
    return structure.as_list(states)


def beginning(layer: Any, x: Any) -> list[Any]:
    """The initial states of a cell or a recurrent layer, for the batch size of x."""
    states = layer.get_initial_state(x.shape[0])
    for state in structure.flatten(states):
        if isinstance(state, Value) and starts_with_zeros(layer):
            state.zeros_like = x
    return states


def warn_of_states(layer: Any) -> None:
    """Warn, once, that a mask does not reach a layer that is called with initial states."""
    if not vars(layer).get("_has_warned"):
        vars(layer)["_has_warned"] = True
        warn(
            f"Layer '{layer.name}' (of type {type(layer).__name__}) reads masked steps like any "
            "other here: with `initial_state`, a mask has to be passed by name, as in Keras 3. "
            f"Write {layer.name}(x, initial_state=states, mask=embedding.compute_mask(ids))."
        )


def starts_with_zeros(cell: Any) -> bool:
    """Whether the initial states are zeros, not defined by the cell."""
    if isinstance(cell, StackedRNNCells):
        return all(map(starts_with_zeros, cell.cells))
    if not isinstance(cell, Step) and hasattr(cell, "cell"):
        return starts_with_zeros(cell.cell)
    return isinstance(cell, Step) or not hasattr(cell, "get_initial_state")


def over(
    cell: Any, x: Any, states: Sequence[Any], mask: Any, training: bool, **flags: bool
) -> tuple[Any, ...]:
    """A cell at all steps of a sequence: the outputs, then the last states, in one flat list.

    `flags`: return_sequences and go_backwards. In a stack, each cell reads the whole sequence
    before the next one does: the results are the same, and the runs are longer.
    """
    if isinstance(cell, Step):
        return cell.all_steps(x, structure.flatten(states), mask, training, **flags)
    if isinstance(cell, StackedRNNCells):
        return _over_stack(cell, x, states, mask, training, **flags)

    def step(x: Any, flat: list[Any]) -> tuple[Any, list[Any]]:
        return _called(cell, x, structure.pack(list(states), flat))

    return loop(x, structure.flatten(states), mask, step, **flags)


def _called(cell: Any, x: Any, states: list[Any]) -> tuple[Any, list[Any]]:
    made = cell(x, states)
    several = isinstance(made, (list, tuple)) and len(made) == 2
    new = structure.flatten(made[1]) if several else []
    if len(new) != len(structure.flatten(states)):
        raise ArgumentError(
            f"The cell {getattr(cell, 'name', cell)!r} returned {made!r} from its call; a cell "
            f"returns its output and a list of {len(states)} new states.",
            why="the next step begins with the states that this one returns.",
            fix="end `call` with: return output, [new_state].",
        )
    return made[0], new


def _over_stack(
    stack: StackedRNNCells, x: Any, states: Sequence[Any], mask: Any, training: bool, **flags: bool
) -> tuple[Any, ...]:
    last: list[Any] = []
    for i, (cell, before) in enumerate(zip(stack.cells, states, strict=True)):
        wanted = flags if i == len(stack.cells) - 1 else {**flags, "return_sequences": True}
        x, *after = over(cell, x, structure.as_list(before), mask, training, **wanted)
        last += after
        if flags["go_backwards"]:  # from here on, the steps are in the order of computation
            flags = {**flags, "go_backwards": False}
            mask = None if mask is None else ops.flip(mask, axis=1)
    return x, *last
