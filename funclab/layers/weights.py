"""A layer's weights: its own, and those of the layers inside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from operator import attrgetter
from typing import Any

import numpy as np

from funclab import constraints, initializers, regularizers
from funclab.errors import ArgumentError, NotBuiltError, WeightsError
from funclab.errors.missing_names import NotHere
from funclab.graph import shape_math, structure
from funclab.graph.locks import holding, locks_of, read
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array, show
from funclab.graph.tape import current_tape, eager_tape, is_recording
from funclab.graph.value import Variable, now
from funclab.layers.arguments import dtype_name

KERAS_3_ORDER = (
    "shape", "initializer", "dtype", "trainable", "autocast", "regularizer", "constraint",
    "aggregation", "layout", "name",
)  # fmt: skip
KERAS_2_ORDER = (
    "name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint",
)  # fmt: skip

SETTINGS = {str, int, float, bool, type(None)}
NOT_HELD = {
    *("constructor_arguments", "build_shapes", "inbound_nodes", "outbound_nodes", "_kept_calls")
}
"""The types and the names of attributes that never contain layers or weights."""


class Weighted(Operation):
    """An operation that owns variables, and may contain other operations that do."""

    dtype: str
    built: bool
    _trainable: bool = True

    def add_weight(self, *args: Any, **settings: Any) -> Variable:
        """Make a weight of this layer: a Variable, allocated when first used.

        Arguments in Keras 3's order: shape, initializer, dtype, trainable, autocast, regularizer,
        constraint, aggregation, layout, name; or in Keras 2's, which begins with the name: name,
        shape, dtype, initializer, regularizer, trainable, constraint.
        Shapes: `shape` of the weight itself, without a batch axis; () unless given.
        Raises: ArgumentError if a length of `shape` is not known.
        """
        order = KERAS_2_ORDER if args and isinstance(args[0], str) else KERAS_3_ORDER
        arguments = {**dict(zip(order, args, strict=False)), **settings}
        unknown = [name for name in arguments if name not in KERAS_3_ORDER]
        if unknown:
            raise ArgumentError(
                f"add_weight of layer {self.name} got unknown arguments: {', '.join(unknown)}.",
                why=f"it takes {', '.join(KERAS_3_ORDER)}.",
                fix="correct the spelling.",
            )
        variable = self._new_variable(arguments)
        self._own_weights.append(variable)
        return variable

    add_variable = add_weight  # Keras' other name of it
    quantize = NotHere(
        "the engine computes in float32 or float64; a processor gains nothing by fewer bits.",
        "leave the line out; Keras can quantize a model that is saved here.",
    )
    enable_lora = NotHere(
        "a kernel is one array here, without a product of two small ones beside it.",
        "freeze the layer, layer.trainable = False, and add the output of two small Dense layers.",
    )

    def _new_variable(self, arguments: dict[str, Any]) -> Variable:
        name, initializer = arguments.get("name") or "variable", arguments.get("initializer")
        shape = shape_math.to_shape(arguments.get("shape", ()))
        if None in shape:
            raise ArgumentError(
                f"The weight {name} of layer {self.name} needs a whole shape, not {show(shape)}.",
                why="the memory of a weight cannot depend on the data.",
                fix=f"give the axes that {self.name} reads a known length in Input(shape=...).",
                graph=self,
            )
        dtype = dtype_name(arguments.get("dtype")) or self.dtype
        default = "glorot_uniform" if dtype.startswith("float") else "zeros"
        variable = Variable(
            shape=shape,
            initializer=initializers.get(default if initializer is None else initializer),
            dtype=dtype,
            trainable=bool(arguments.get("trainable", True)),
            name=str(name).rpartition("/")[2],
            regularizer=regularizers.get(arguments.get("regularizer")),
            constraint=constraints.get(arguments.get("constraint")),
        )
        variable.path = "/".join((*current_tape().scope, self.name, str(name)))
        return variable

    def named_weight(self, role: str, shape: Any, **settings: Any) -> Variable:
        """A weight with this layer's initializer, regularizer and constraint for that role.

        With the role "kernel", these are its `kernel_initializer` and so on.
        """
        if self.built:
            raise WeightsError(
                f"{self.name} is built already; its weights are {[v.path for v in self.weights]}.",
                why="a second `build` would put new weights in place of those in use.",
                fix="make a new layer for inputs of another shape.",
            )
        kinds = ("initializer", "regularizer", "constraint")
        own = {kind: getattr(self, f"{role}_{kind}", None) for kind in kinds}
        return self.add_weight(**{"shape": shape, "name": role, **own, **settings})

    @property
    def _own_weights(self) -> list[Variable]:
        return self.__dict__.setdefault("_weights", [])

    @property
    def sublayers(self) -> list[Weighted]:
        """The inner layers: all that are held, except a model that this layer is part of."""
        return self._sublayers_in(self._leaves(Weighted))

    def _sublayers_in(self, leaves: list[Any]) -> list[Weighted]:
        """The inner layers, if these are the objects in its attributes."""
        inside = attrgetter("held")
        return [
            layer
            for layer in self._layers_among(leaves)
            if not (hasattr(layer, "compiled_state") and self in layers_within(layer, inside))
        ]

    @property
    def held(self) -> list[Weighted]:
        """The layers in attributes, and in lists and dicts there, in order."""
        return self._layers_among(self._leaves(Weighted))

    def _layers_among(self, leaves: list[Any]) -> list[Weighted]:
        layers = (leaf for leaf in leaves if isinstance(leaf, Weighted) and leaf is not self)
        return list(dict.fromkeys(layers))

    def _leaves(self, kinds: type | tuple[type, ...]) -> list[Any]:
        """The objects of some kinds in its attributes, and in lists and dicts there; without its
        calls, its arguments and its settings."""
        found: list[Any] = []
        for name, value in vars(self).copy().items():  # another thread may add some
            if type(value) in SETTINGS or name in NOT_HELD:
                continue
            if isinstance(value, (list, tuple, dict)):
                if isinstance(value, dict) or not SETTINGS.issuperset(map(type, value)):
                    found += [x for x in structure.flatten(value) if isinstance(x, kinds)]
            elif isinstance(value, kinds):
                found.append(value)
        return found

    @property
    def variables(self) -> list[Variable]:
        """All persistent values: weights, and state such as random streams."""
        own, layers = self._own_variables()
        return unique([*own, *_each(layers, "variables")])

    def _own_variables(self) -> tuple[list[Variable], list[Weighted]]:
        """Those in its own attributes, the trainable ones first, the random streams last; and the
        inner layers, which the same search finds."""
        leaves = self._leaves((Variable, Weighted))
        own = [*self._own_weights, *(leaf for leaf in leaves if isinstance(leaf, Variable))]
        own.sort(key=lambda v: (not v.trainable, _is_stream(v)))
        return own, self._sublayers_in(leaves)

    @property
    def weights(self) -> list[Variable]:
        """Every weight once, in the order they were made; a shared layer's weights count once."""
        return [variable for variable in self.variables if not _is_stream(variable)]

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        if not self.trainable:
            return []
        every, layers = self._own_variables()
        own = [v for v in every if v.trainable and not _is_stream(v)]
        if own and layers:
            inner = {id(v) for v in _each(layers, "weights")}
            own = [v for v in own if id(v) not in inner]
        return unique([*own, *_each(layers, "trainable_weights")])

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training does not change."""
        trainable = {id(variable) for variable in self.trainable_weights}
        return [variable for variable in self.weights if id(variable) not in trainable]

    @property
    def trainable_variables(self) -> list[Variable]:
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        trainable = {id(variable) for variable in self.trainable_weights}
        return [variable for variable in self.variables if id(variable) not in trainable]

    @property
    def trainable(self) -> bool:
        """Whether training may change this layer's weights; takes effect at `compile`."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for layer in self.sublayers:
            layer.trainable = value

    def get_weights(self) -> list[Array]:
        """Copies of all weights, in the order of `weights`."""
        weights = self.weights
        return read(weights, lambda: [variable.numpy() for variable in weights])

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replace all weights; nothing changes if one of them does not fit.

        Raises: WeightsError for a wrong number or shape.
        """
        mine = self.weights
        if not isinstance(weights, (list, tuple, np.ndarray)):
            raise WeightsError(
                f"`set_weights` of {self.name} takes a list of arrays. Received: {weights!r}.",
                why=f"{self.name} has {len(mine)} weights, each an array.",
                fix="pass what `get_weights()` of a layer of the same kind returned.",
            )
        if len(weights) != len(mine):
            raise WeightsError(
                f'You called `set_weights(weights)` on layer "{self.name}" with a weight list of '
                f"length {len(weights)}, but the layer was expecting {len(mine)} weights.",
                why=f"{self.name} has the weights {', '.join(v.path for v in mine) or 'none'}.",
                fix="pass one array for each, in this order; `get_weights()` shows them."
                if mine
                else f"call it first, y = {self.name}(x): that makes its weights.",
            )
        arrays = [np.asarray(weight) for weight in weights]
        for variable, array in zip(mine, arrays, strict=True):
            if variable.shape != array.shape:
                raise WeightsError(
                    f"Layer weight shape {show(variable.shape)} not compatible with provided "
                    f"weight shape {show(array.shape)}.",
                    why=f"{variable.path} was built with that shape.",
                    fix=f"pass an array of shape {show(variable.shape)} for {variable.path}.",
                )
        holding(locks_of(mine), lambda: [v.assign(array) for v, array in zip(mine, arrays)])

    def count_params(self) -> int:
        """The number of elements in all weights, each weight counted once."""
        if not self.built:
            raise NotBuiltError(
                f"You tried to call `count_params` on layer {self.name}, but the layer isn't "
                "built.",
                why="a layer makes its weights at its first call, when it sees the input's shape.",
                fix=f"call it on a tensor first, or build it: {self.name}.build(input_shape).",
            )
        return sum(shape_math.size(variable.shape) or 0 for variable in self.weights)

    def remember(self) -> Memory:
        """The present state of this layer and those inside it, to undo a call that fails."""
        inner = [sublayer for sublayer in self.sublayers if not sublayer.built]
        return Memory(self, [layer.remember() for layer in inner])

    @property
    def losses(self) -> list[Any]:
        """The losses that layers added with `add_loss`, or by an activity regularizer, in the last
        call on data, then the penalties on trainable weights, as numbers. In a model's
        `compute_loss` and in its own training step, as values."""
        tape, recording = current_tape(), is_recording()
        weights = [v for v in self.trainable_weights if v.regularizer is not None]
        penalties = [v.regularizer(v if recording else v.array) for v in weights]  # type: ignore[misc]
        if recording and eager_tape() is None:
            return [*(() if tape.scope else tape.losses), *penalties]
        return [*self.noted_losses(), *penalties]

    def note_losses(self, losses: list[Any]) -> None:
        """Keep what a call on data has added to the loss."""
        if losses or "_call_losses" in vars(self):
            vars(self).setdefault("_call_losses", [])[:] = now(), losses

    def noted_losses(self, since: int = -1) -> list[Any]:
        """Those of the last call, or else of later calls of the layers inside."""
        time, losses = vars(self).get("_call_losses", (-1, []))
        own = losses if time > since else []
        inner = [part for x in self.sublayers for part in x.noted_losses(max(time, since))]
        return [*own, *inner]

    @property
    def metrics(self) -> list[Any]:
        """The metrics in attributes of this layer and of those inside it."""
        return held_metrics(self)


@contextmanager
def building() -> Iterator[None]:
    """Within the block, a layer makes its weights, which is not part of its call."""
    tape = current_tape()
    outer, tape.building = tape.building, True
    try:
        yield
    finally:
        tape.building = outer


class Memory:
    """The attributes of a layer at one moment, with the contents of its lists."""

    def __init__(self, layer: Weighted, inner: list[Memory]) -> None:
        self.layer, self.inner = layer, inner
        self.attributes = dict(vars(layer))
        self.lists = [
            (value, list(value)) for value in vars(layer).values() if isinstance(value, list)
        ]

    def restore(self) -> None:
        vars(self.layer).clear()
        vars(self.layer).update(self.attributes)
        for value, content in self.lists:
            value[:] = content
        for memory in self.inner:
            memory.restore()


def held_metrics(layer: Weighted, own: bool = True) -> list[Any]:
    """The metrics in attributes of a layer, and of those inside it. As in Keras, attributes of a
    model that is used as a layer do not count; those of its layers do."""
    leaves = layer._leaves(object)
    metrics = [leaf for leaf in leaves if own and _is_metric(type(leaf))]
    for inner in layer._sublayers_in(leaves):
        metrics += held_metrics(inner, own=not hasattr(inner, "compiled_state"))
    return unique(metrics)


@cache
def _is_metric(kind: type) -> bool:
    return hasattr(kind, "update_state") and hasattr(kind, "result")


def layers_within(
    layer: Any, inside: Callable[[Any], Iterable[Any]] = attrgetter("sublayers")
) -> dict[Any, None]:
    """A layer and all layers inside it, at any depth: each once, and before those inside it.

    `inside` gives the layers directly inside a layer.
    """
    return structure.reachable([layer], lambda outer: reversed([*inside(outer)]))


def unique(items: Iterable[Any]) -> list[Any]:
    """Each item once, by identity, in order of first occurrence."""
    return list({id(item): item for item in items}.values())


def _each(layers: Iterable[Any], attribute: str) -> list[Variable]:
    return [variable for layer in layers for variable in getattr(layer, attribute)]


def _is_stream(variable: Variable) -> bool:
    return variable.dtype == "uint64"
