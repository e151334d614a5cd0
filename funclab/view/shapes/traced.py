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
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from funclab import initializers, registry
from funclab.graph import structure
from funclab.graph.op import Op
from funclab.graph.shape_math import Shape, known
from funclab.graph.tape import Tape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value, Variable
from funclab.layers.weights import Weighted
from funclab.ops.base import shape_of
from funclab.ops.composed import Composed
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
    if not call.leaves:
        return list(map(_declared_by_input, call.outputs))
    is_op = isinstance(call.layer, Op)
    unknown = product((BATCH, None) if is_op else (None, BATCH), (OTHER, None))
    found = []
    for anew, stand_ins in product((True, False)[is_op:], unknown):
        run = _Again(call, *stand_ins, anew)
        made = _fitting(call, _unnoticed(run.shapes))
        if made is not None:
            found.append(_found(run, made))
            if not lost(found[-1]):
                return found[-1]
    declared = _fitting(call, _unnoticed(_declared, call))
    return min(
        [declared, *found] if declared else found,
        key=lambda shapes: len(lost(shapes)),
        default=call.outputs,
    )


def _fitting(call: CallShapes, made: list[Shape] | None) -> list[Shape] | None:
    """What was computed, if these are the shapes that the call really has."""
    real = [tuple(map(_known, shape)) for shape in made or ()]
    return made if real == call.outputs else None


def _known(length: int | None) -> int | None:
    return None if getattr(length, "unknown", False) else length


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
    for length in run.given() if plain else ():
        equal = [(i, axis) for i, axis in plain if made[i][axis] == length > 1]
        place = length.source or length.name
        changed = (equal and _unnoticed(run.shapes, place)) or []  # not all can change alone
        for i, axis in equal:
            if changed[i : i + 1] and changed[i][axis : axis + 1] == (_other(length),):
                shapes[i][axis] = length
    return list(map(tuple, shapes))


def _unnoticed(function: Any, *arguments: Any) -> Any:
    """The result of a function; None if it fails, as a user's call may on a length that it never
    had. Nothing is printed, and what is made or drawn is not counted."""
    apart = initializers.using(np.random.default_rng(0))
    with registry.fresh_names(), apart, redirect_stdout(io.StringIO()), suppress(Exception):
        return function(*arguments)


def _other(length: int) -> int:
    """Another length, which is no multiple of this one."""
    return 2 * length + 1


class _Again:
    """The same call, on numbers that stand for unknown lengths."""

    def __init__(self, call: CallShapes, batch: int | None, other: int | None, anew: bool) -> None:
        self.call, self.batch, self.other, self.anew = call, batch, other, anew

    def given(self) -> list[Length]:
        """The lengths that it is given: those of the inputs, and the settings."""
        copies = _Copies(self.anew)
        copies.of(self.call.layer)
        lengths = [n for shape in self.inputs(None) for n in shape if isinstance(n, Length)]
        return [*lengths, *copies.named]

    def inputs(self, changed: Any) -> list[Shape]:
        """The shapes of the inputs, in lengths that know their places."""

        def length(index: int, axis: int, n: int | None) -> int | None:
            is_batch = self.call.batches[index] == axis
            stand = n if n is not None else self.batch if is_batch else self.other
            if stand is None:
                return None
            facts = {"source": (index, axis), "batch": is_batch, "unknown": n is None}
            return Length(_other(stand) if (index, axis) == changed else stand, **facts)

        return [
            tuple(length(index, axis, n) for axis, n in enumerate(shape))
            for index, shape in enumerate(self.call.inputs)
        ]

    def shapes(self, changed: Any = None) -> list[Shape]:
        """What the engine computes; `changed` is the place, or the name, of a length to change."""
        call, shapes = self.call, self.inputs(changed)
        thing: Any = _Copies(self.anew, changed).of(call.layer)
        if isinstance(thing, Op) and not isinstance(thing, Composed):
            made = thing.shape(*shapes)
            return [made] if thing.n_outputs == 1 else list(made)
        of_tensor = {id(leaf): shape for leaf, shape in zip(call.leaves, shapes)}

        def value(leaf: Any) -> Any:
            if not isinstance(leaf, Tensor):
                return leaf
            value = Value(of_tensor[id(leaf)], leaf.dtype, leaf.name)
            if leaf.mask is not None:
                value.mask = Value(value.shape[: len(leaf.mask.shape)], leaf.mask.dtype)
            return value

        args, kwargs = structure.map_structure(value, (call.args, call.kwargs))
        with Tape():
            outputs = (thing.call if isinstance(thing, Composed) else thing)(*args, **kwargs)
        return [tuple(output.shape) for output in structure.flatten(outputs)]


def _declared_by_input(shape: Shape) -> Shape:
    """What Input(shape=...) declares."""
    first = tuple(n if n is None else Length(n, batch=True) for n in shape[:1])
    rest = (n if n is None else Length(n, name=f"shape[{i}]") for i, n in enumerate(shape[1:]))
    return *first, *rest


def _declared(call: CallShapes) -> list[Shape] | None:
    """What a user's `compute_output_shape` says."""
    declare = type(call.layer).compute_output_shape
    if declare.__module__.startswith("funclab."):
        return None
    shapes = _Again(call, BATCH, OTHER, False).inputs(None)
    made = declare(_Copies(False).of(call.layer), shapes if shapes[1:] else shapes[0])
    several = any(isinstance(part, (list, tuple)) for part in made)
    return list(map(tuple, made)) if several else [tuple(made)]


class _Copies:
    """Copies of layers and ops, with named lengths for the whole numbers among their settings.

    With `anew`, layers make their weights again, of which no memory is allocated; without, the
    weights have lengths such as `kernel.shape[0]`.
    """

    def __init__(self, anew: bool, changed: Any = None) -> None:
        self.anew, self.changed = anew, changed
        self.made: dict[int, Any] = {}
        self.named: list[Length] = []

    def of(self, thing: Any, path: str = "") -> Any:
        if words.graph_of(thing) is not None:
            return thing  # its nodes know its own layers
        if id(thing) not in self.made:
            self.made[id(thing)] = copy = object.__new__(type(thing))
            builds = isinstance(thing, Weighted) and self.anew
            for name, value in sorted(vars(thing).items(), key=lambda item: item[0][:1] == "_"):
                kept = name in AS_THEY_ARE or (builds and isinstance(value, Variable))
                named = path + _argument(thing, name, value)
                vars(copy)[name] = value if kept else self._setting(value, named)
            if isinstance(thing, Weighted):
                vars(copy).update(inbound_nodes=[], outbound_nodes=[])
            if isinstance(thing, GetItem):  # which keeps its slices as text
                parts = tuple(map(self._part, thing.parts()))
                vars(copy)["parts"] = lambda: parts
            if builds:
                vars(copy).update(built=False, _weights=[])
        return self.made[id(thing)]

    def _setting(self, value: Any, path: str) -> Any:
        if type(value) is int:
            self.named.append(Length(_other(value) if path == self.changed else value, name=path))
            return self.named[-1]
        if type(value) in (tuple, list) and len(value) <= MOST:
            places = [f"{path}[{i}]" for i in range(len(value))]
            places = [path[:-2]] if path.endswith("[]") else places
            return type(value)(map(self._setting, value, places))
        if type(value) is dict:
            return {key: self._setting(v, f"{path}[{key!r}]") for key, v in value.items()}
        if isinstance(value, Variable):
            return self._weight(value, path)
        if isinstance(value, Weighted):
            last = path.rpartition(".")[2]
            return self.of(value, path.removesuffix(last) if last in UNNAMED else f"{path}.")
        return value

    def _part(self, part: Any) -> Any:
        if not isinstance(part, slice):
            return part
        ends = self._setting(part.start, "start"), self._setting(part.stop, "stop")
        return slice(*ends, part.step)

    def _weight(self, weight: Variable, path: str) -> Variable:
        if id(weight) not in self.made:
            self.made[id(weight)] = copy = object.__new__(type(weight))
            lengths = enumerate(known(weight.shape))
            shape = tuple(Length(n, name=f"{path}.shape[{i}]") for i, n in lengths)
            vars(copy).update({**vars(weight), "shape": shape})
        return self.made[id(weight)]


def _argument(thing: Any, name: str, value: Any) -> str:
    """The name of a setting: the constructor's argument that it is, whatever the attribute's is."""
    given = getattr(thing, "constructor_arguments", {})
    if name in given or type(value) is not tuple or not all(type(n) in WHOLE for n in value):
        return name
    for argument, own in given.items():
        if type(own) in (tuple, list) and tuple(own) == value:
            return argument
        if type(own) is int and (own,) == value:
            return f"{argument}[]"  # no index: it was one number
    return name
