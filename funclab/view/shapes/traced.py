"""A call repeated on lengths that remember their arithmetic: see `length`.

A copy of what was called gets named lengths in place of the whole numbers among its settings, and
inputs whose lengths know which input and axis they are. Lengths that are not known yet get a number
that stands for them, so that the arithmetic can be followed there, too; where the engine does
something else with a known length, they stay unknown. What comes out counts only if it has the
shape that the real call has.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from funclab import initializers, registry
from funclab.graph import structure
from funclab.graph.op import Op
from funclab.graph.operation import is_box
from funclab.graph.shape_math import Shape
from funclab.graph.tape import Tape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Variable
from funclab.layers.weights import Weighted
from funclab.ops.base import shape_of
from funclab.ops.composed import Composed, value_of
from funclab.ops.indexing import GetItem
from funclab.view.scene import words
from funclab.view.shapes.length import Length

BATCH, OTHER = 60, 120
"""What stands for unknown lengths: many numbers divide them, and windows fit."""
UNNAMED = ("layer", "forward_layer", "backward_layer")
"""Attributes of wrappers: their layer's settings need no name before them."""
WHOLE, MOST = (int, type(None)), 100
"""What a shape may hold; and the longest list in which layers and settings are looked for."""
AS_THEY_ARE = ("inbound_nodes", "outbound_nodes", "constructor_arguments", "build_shapes", "born")


@dataclass(frozen=True)
class CallShapes:
    """One call: what was called, on what, and the shapes that came out."""

    layer: Any
    args: Any
    kwargs: dict[str, Any]
    leaves: Sequence[Any]
    """The inputs, in order."""
    outputs: list[Shape]
    batches: list[int | None]
    """Which axis of each input is the batch; None for an input without one."""

    @property
    def inputs(self) -> list[Shape]:
        return list(map(shape_of, self.leaves))


def traced(call: CallShapes) -> list[Shape]:
    """The shapes that come out, in lengths that know how they were computed. A length that was not
    computed from those that the call was given is plain; all are if it cannot be repeated."""
    if is_box(call.layer) or words.graph_of(call.layer) is not None:
        return call.outputs
    if not call.leaves:
        return list(map(_declared_by_input, call.outputs))
    is_op = isinstance(call.layer, Op)
    unknown = product((BATCH, None) if is_op else (None, BATCH), (OTHER, None))
    found = []
    for stand_ins in unknown:
        run = _Again(call, *stand_ins)
        made = _fitting(call, _unnoticed(run.shapes))
        if made is not None:
            found.append(_found(run, made))
            if not lost(found[-1]):
                return found[-1]
    declared = _fitting(call, _unnoticed(_Again(call, BATCH, OTHER).declared))
    found = [declared, *found] if declared else found
    return min(found, key=lambda shapes: len(lost(shapes)), default=call.outputs)


def _declared_by_input(shape: Shape) -> Shape:
    """What Input(shape=...) declares, behind the batch."""

    def length(axis: int, n: int | None) -> Length:
        stand, name = OTHER if n is None else n, f"shape[{axis - 1}]"
        return Length(stand, name=name, batch=axis == 0, unknown=n is None)

    return tuple(length(*pair) for pair in enumerate(shape))


def _fitting(call: CallShapes, made: list[Shape] | None) -> list[Shape] | None:
    """What was computed, if these are the shapes that the call really has."""
    if made is None:
        return None
    real = [tuple(None if getattr(n, "unknown", False) else n for n in shape) for shape in made]
    return made if real == call.outputs else None


def lost(shapes: list[Shape]) -> list[tuple[int, int]]:
    """The plain lengths, by output and axis; a batch that stays unknown is none of them."""
    return [
        (i, axis)
        for i, shape in enumerate(shapes)
        for axis, n in enumerate(shape)
        if not isinstance(n, Length) and (axis or n is not None)
    ]


def _found(run: _Again, made: list[Shape]) -> list[Shape]:
    """The lengths, and for those that were lost on the way (NumPy computed them, say) the input's
    or the setting that changes them: each that is equal is changed once."""
    shapes, plain = list(map(list, made)), lost(made)
    for length in run.given if plain else ():
        equal = [(i, axis) for i, axis in plain if made[i][axis] == length > 1]
        other = replace(run, changed=length.source or length.name)
        changed = (equal and _unnoticed(other.shapes)) or []  # not all can change alone
        for i, axis in equal:
            if changed[i : i + 1] and changed[i][axis : axis + 1] == (_other(length),):
                shapes[i][axis] = length
    return list(map(tuple, shapes))


def _unnoticed(function: Any) -> Any:
    """The result of a function; None if it fails, as a user's call may on a length that it never
    had. Nothing is printed, and what is made or drawn is not counted."""
    apart = initializers.using(np.random.default_rng(0))
    with registry.fresh_names(), apart, redirect_stdout(io.StringIO()), suppress(Exception):
        return function()


def _other(length: int) -> int:
    """Another length, which is no multiple of this one."""
    return 2 * length + 1


@dataclass
class _Again:
    """The same call on copies of layers and ops, with named lengths for the whole numbers among
    their settings, and with numbers that stand for unknown lengths.

    Layers make their weights again, of which no memory is allocated; weights that `build` does not
    make have lengths such as `kernel.shape[0]`.
    """

    call: CallShapes
    batch: int | None
    other: int | None
    """What stands for an unknown batch, and for another unknown length; None: it stays unknown."""
    changed: Any = None
    """The place of an input's length, or the name of a setting, that is another one."""

    def __post_init__(self) -> None:
        self.given: list[Length] = []
        """The lengths of the inputs, and the settings."""
        self.copies: dict[int, Any] = {}

    def shapes(self) -> list[Shape]:
        """What the engine computes."""
        call, shapes = self.call, self._inputs()
        thing: Any = self._copy(call.layer)
        if isinstance(thing, Op) and not isinstance(thing, Composed):
            made = thing.shape(*shapes)
            return [made] if thing.n_outputs == 1 else list(made)
        of_tensor = {id(leaf): shape for leaf, shape in zip(call.leaves, shapes)}

        def value(leaf: Any) -> Any:
            value = value_of(leaf)
            if isinstance(leaf, Tensor):
                value.shape = of_tensor[id(leaf)]
                if value.mask is not None:
                    value.mask.shape = value.shape[: len(value.mask.shape)]
            return value

        args, kwargs = structure.map_structure(value, (call.args, call.kwargs))
        with Tape():
            outputs = thing(*args, **kwargs)
        return [tuple(output.shape) for output in structure.flatten(outputs)]

    def declared(self) -> list[Shape] | None:
        """What a user's `compute_output_shape` says."""
        declare = type(self.call.layer).compute_output_shape
        if declare.__module__.startswith("funclab."):
            return None
        shapes = self._inputs()
        made = declare(self._copy(self.call.layer), shapes if shapes[1:] else shapes[0])
        several = any(isinstance(part, (list, tuple)) for part in made)
        return list(map(tuple, made)) if several else [tuple(made)]

    def _inputs(self) -> list[Shape]:
        """The shapes of the inputs, in lengths that know their places."""

        def length(index: int, axis: int, n: int | None) -> int | None:
            is_batch = self.call.batches[index] == axis
            stand = n if n is not None else self.batch if is_batch else self.other
            if stand is None:
                return None
            return self._length(stand, source=(index, axis), batch=is_batch, unknown=n is None)

        return [
            tuple(length(index, axis, n) for axis, n in enumerate(shape))
            for index, shape in enumerate(self.call.inputs)
        ]

    def _length(self, value: int, **facts: Any) -> Length:
        """A length that the call is given."""
        place = facts.get("source") or facts["name"]
        self.given.append(Length(_other(value) if place == self.changed else value, **facts))
        return self.given[-1]

    def _copy(self, thing: Any, path: str = "") -> Any:
        if words.graph_of(thing) is not None:
            return thing  # its nodes know its own layers
        if id(thing) not in self.copies:
            self.copies[id(thing)] = copy = object.__new__(type(thing))
            for name, value in sorted(vars(thing).items(), key=lambda item: item[0][:1] == "_"):
                named = path + _argument(thing, name, value)
                kept = name in AS_THEY_ARE
                vars(copy)[name] = value if kept else self._setting(value, named)
            if isinstance(thing, Weighted):
                vars(copy).update(inbound_nodes=[], outbound_nodes=[], built=False, _weights=[])
            if isinstance(thing, GetItem):  # which keeps its slices as text
                parts = self._setting(thing.parts(), "index")
                vars(copy)["parts"] = lambda: parts
        return self.copies[id(thing)]

    def _setting(self, value: Any, path: str) -> Any:
        if type(value) is int:
            return self._length(value, name=path)
        if type(value) in (tuple, list) and len(value) <= MOST:
            places = [f"{path}[{i}]" for i in range(len(value))]
            places = [path[:-2]] if path.endswith("[]") else places
            return type(value)(map(self._setting, value, places))
        if type(value) is dict:
            return {key: self._setting(v, f"{path}[{key!r}]") for key, v in value.items()}
        if isinstance(value, slice):
            ends = self._setting(value.start, "start"), self._setting(value.stop, "stop")
            return slice(*ends, value.step)
        if isinstance(value, Variable):
            return self._copy(value, f"{path}.")
        if isinstance(value, Weighted):
            last = path.rpartition(".")[2]
            return self._copy(value, path.removesuffix(last) if last in UNNAMED else f"{path}.")
        return value


def _argument(thing: Any, name: str, value: Any) -> str:
    """The name of a setting: the constructor's argument that it is, whatever the attribute's is."""
    given = getattr(thing, "constructor_arguments", {})
    if name in given or type(value) is not tuple or not all(type(n) in WHOLE for n in value):
        return name
    for argument, own in given.items():
        if type(own) in (int, tuple, list) and structure.flatten(own) == list(value):
            return f"{argument}[]" if type(own) is int else argument  # no index: it was one number
    return name
