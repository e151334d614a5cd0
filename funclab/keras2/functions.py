"""The parts of `keras.backend` that compute: K.function, gradients, and the learning phase."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from funclab import ops
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError, GraphError, ShapeError
from funclab.graph.graph import Graph, source_inputs
from funclab.graph.locks import making
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, same, show
from funclab.graph.structure import as_list
from funclab.graph.tape import Tape, current_tape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value, Variable
from funclab.layers.base import Layer
from funclab.layers.input import Input
from funclab.layers.merge import to_rank
from funclab.models.ends import stand_ins

_phase: list[Tensor] = []


def learning_phase() -> Any:
    """Whether the model is being trained: 1 or 0 in a layer's `call`; elsewhere a tensor, which
    may be an input of K.function."""
    if current_tape().scope:
        return int(bool(current_tape().training))
    if not _phase:
        _phase.append(Input(batch_shape=(), dtype="int32", name="keras_learning_phase"))
    return _phase[0]


class InTrainPhase(Layer, abstract=True):
    """The first of two inputs in training, else the second."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        return inputs[0] if training else inputs[1]


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """x in training, else alt; a function without arguments is called."""
    x, alt = (part() if callable(part) else part for part in (x, alt))
    tape = current_tape()
    if training is None and isinstance(x, Tensor) and isinstance(alt, Tensor):
        return InTrainPhase()([x, alt])
    return x if (tape.training if training is None else training) else alt


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """alt in training, else x."""
    return in_train_phase(alt, x, training)


class Function:
    """A function from arrays to a list of arrays: K.function.

    Shapes: as those of `inputs`, with any number of samples.
    Raises: GraphError when an output needs more than these inputs; ArgumentError for a wrong number
        of arrays, ShapeError for arrays of wrong shapes.
    """

    def __init__(self, inputs: Sequence[Any], outputs: Any, updates: Sequence[Any] = ()) -> None:
        self.inputs, self.outputs = as_list(inputs), as_list(outputs)
        self.single = not isinstance(outputs, (list, tuple))
        self.fed = [x for x in self.inputs if x not in _phase]
        changes = [ops.assign(*pair) if isinstance(pair, tuple) else pair for pair in updates or ()]
        self.wanted = [*self.outputs, *changes]
        tensors = [x for x in self.wanted if isinstance(x, Tensor)]
        self.graph = Graph(self.fed, tensors, stand_ins(self.fed)) if tensors else None
        self.plans: dict[Any, tuple[list[Value], list[Value], Plan]] = {}

    def __call__(self, inputs: Sequence[Any] = ()) -> Any:
        arrays, training = self.split(inputs)
        shapes = tuple(array.shape for array in arrays)
        with making:
            if (shapes, training) not in self.plans:
                self.plans[shapes, training] = self.plan(shapes, training)
        fed, wanted, plan = self.plans[shapes, training]

        def fill() -> None:
            for value, array in zip(fed, arrays):
                np.copyto(plan.array(value), array, casting="unsafe")

        results = plan.results(wanted, fill)[: len(self.outputs)]
        return results[0] if self.single else results

    def split(self, inputs: Sequence[Any]) -> tuple[list[Array], bool]:
        """The arrays for the graph's inputs, and whether the phase is training."""
        if len(inputs) != len(self.inputs) or hasattr(inputs, "dtype"):
            raise ArgumentError(
                f"The function takes a list of {len(self.inputs)} arrays. "
                f"Received: {type(inputs).__name__} of length {len(inputs)}.",
                why="it was made with that many inputs: "
                f"{', '.join(tensor.id for tensor in self.inputs)}.",
                fix="write f([x]), with square brackets, also for a single input.",
            )
        pairs = list(zip(self.inputs, inputs))
        arrays = [np.asarray(array) for tensor, array in pairs if tensor not in _phase]
        for tensor, array in zip(self.fed, arrays):
            if not same(tensor.shape, array.shape):
                raise ShapeError(
                    f"The function's input {tensor.id} has shape {show(tensor.shape)}, but was "
                    f"given an array of shape {show(array.shape)}.",
                    why="an array has as many axes as the tensor that it is for.",
                    fix="add the batch axis, x[None], or take away what is too much.",
                )
        return arrays, any(bool(array) for tensor, array in pairs if tensor in _phase)

    def plan(self, shapes: Any, training: bool) -> tuple[list[Value], list[Value], Plan]:
        """The values to feed, the values wanted, and the plan from the former to the latter."""
        fed = [Value(shape, tensor.dtype) for shape, tensor in zip(shapes, self.fed)]
        with Tape(training=training):
            made = iter(self.graph.replay(fed) if self.graph else ())
            wanted = [next(made) if isinstance(x, Tensor) else as_value(x) for x in self.wanted]
        return fed, wanted, Plan(wanted, wrt=())


def function(
    inputs: Any, outputs: Any, updates: Sequence[Any] = (), name: str | None = None
) -> Function:
    """A function that computes tensors from arrays: `K.function([model.input], [layer.output])`.

    If K.learning_phase() is among the inputs, 1 in its place means training. `updates` are made at
    each call: results of K.update, or pairs (variable, value).
    """
    return Function(inputs, outputs, updates)


def as_value(x: Any) -> Value:
    return x if isinstance(x, Value) and not isinstance(x, Variable) else ops.copy(x)


def value_of(x: Any) -> Any:
    """The numbers of a variable, of a value computed from variables, or of an array.

    Raises: GraphError for a tensor of a graph, which has no numbers.
    """
    if isinstance(x, Tensor):
        raise GraphError(
            f"The tensor {x.id} has no numbers to evaluate: You must feed a value for placeholder "
            "tensor.",
            why="it is computed from an Input, and there is no data yet.",
            fix="write K.function([model.input], [tensor])([data]), or model.predict(data).",
        )
    if not isinstance(x, Value) or isinstance(x, Variable):
        return x.numpy() if hasattr(x, "numpy") else x
    return Plan(x, wrt=()).results([x], lambda: None)[0][()]


class Derivative:
    """The gradient of a loss with respect to tensors and variables, by a plan of its own."""

    def __init__(self, loss: Any, wrt: Sequence[Any]) -> None:
        self.loss, self.wrt = loss, list(wrt)
        tensors = [x for x in (loss, *wrt) if isinstance(x, Tensor)]
        self.sources = source_inputs(*tensors)
        self.graph = Graph(self.sources, tensors) if tensors else None
        self.plans: dict[Any, tuple[list[Value], Plan, list[Value]]] = {}

    def values(self, shapes: Sequence[Shape]) -> tuple[list[Value], Value, list[Value]]:
        """Placeholders of these shapes, the loss on the tape, and what it is differentiated by."""
        fed = [Value(shape, x.dtype) for shape, x in zip(shapes, self.sources)]
        with Tape():
            made = iter(self.graph.replay(fed) if self.graph else ())
            loss, *wrt = [
                next(made) if isinstance(x, Tensor) else x for x in (self.loss, *self.wrt)
            ]
        return fed, loss, wrt

    def __call__(self, arrays: Sequence[Array], outs: Sequence[Array]) -> None:
        shapes = tuple(array.shape for array in arrays)
        with making:
            if shapes not in self.plans:
                fed, loss, wrt = self.values(shapes)
                self.plans[shapes] = fed, Plan(loss, wrt=wrt), wrt
        fed, plan, wrt = self.plans[shapes]
        for value, array in zip(fed, arrays):
            np.copyto(plan.array(value), array)
        plan.run()
        for out, value in zip(outs, wrt):
            np.copyto(out, plan.grads[value])


class Slope(Op, abstract=True):
    """out = the gradients that a Derivative computes, for the arrays of its sources.

    Shapes: the sources of the loss, and variables -> the shapes of what it is differentiated by.
    """

    differentiable = False
    derivative: Any = None
    n_outputs: int = 1  # type: ignore[misc]

    def shape(self, *shapes: Shape) -> Any:
        wrt = self.derivative.values(shapes)[2]
        shapes = tuple(value.shape for value in wrt)
        return shapes if self.n_outputs > 1 else shapes[0]

    def dtype(self, *dtypes: str) -> Any:
        dtypes = tuple(x.dtype for x in self.derivative.wrt)
        return dtypes if self.n_outputs > 1 else dtypes[0]

    def forward(self, *arrays: Any) -> None:
        *inputs, out = arrays
        sources = inputs[: len(self.derivative.sources)]
        self.derivative(sources, out if self.n_outputs > 1 else [out])


def gradients(loss: Any, variables: Any) -> list[Any]:
    """The gradient of a loss (or of the sum of its numbers) with respect to each of `variables`:
    inputs, outputs of layers, or weights. Layers behave as in inference; there are no gradients of
    the gradient."""
    derivative = Derivative(loss, as_list(variables))
    held = [x for x in derivative.wrt if not isinstance(x, Tensor)]
    made = Slope(derivative=derivative, n_outputs=len(derivative.wrt))(*derivative.sources, *held)
    return as_list(made)


def rnn(
    step_function: Callable[[Any, list[Any]], tuple[Any, list[Any]]],
    inputs: Any,
    initial_states: Sequence[Any],
    go_backwards: bool = False,
    mask: Any = None,
    constants: Sequence[Any] | None = None,
    unroll: bool = False,
    input_length: int | None = None,
) -> tuple[Any, Any, list[Any]]:
    """The last output, all outputs, and the last states of a function applied to each step.

    `step_function(x, states)` returns (output, new states); `constants` follow the states. A masked
    step repeats the output, and keeps the states, of the step before.

    Shapes: inputs (batch, time, ...) -> (batch, ...), (batch, time, ...), the states.
    Raises: ShapeError when the number of steps is not known.
    """
    length = inputs.shape[1] or input_length
    if length is None:
        raise ShapeError(
            f"K.rnn needs to know how many steps there are. inputs: {show(inputs.shape)}.",
            why="each step is computed by calls of its own.",
            fix="give the length in Input(shape=(steps, features)).",
        )
    states, more, outputs = list(initial_states), list(constants or ()), []
    for i in reversed(range(length)) if go_backwards else range(length):
        output, new = step_function(inputs[:, i], [*states, *more])
        if mask is not None:
            counts = mask[:, i]
            before = outputs[-1] if outputs else ops.zeros_like(output)
            output = kept(counts, output, before)
            new = [kept(counts, *pair) for pair in zip(new, states)]
        outputs.append(output)
        states = list(new)
    return outputs[-1], ops.stack(outputs, axis=1), states


def kept(counts: Any, new: Any, old: Any) -> Any:
    """The new value where a step counts, else the old one."""
    counts = to_rank(counts, len(getattr(new, "shape", ())))
    return ops.where(ops.cast(counts, "bool"), new, old)
