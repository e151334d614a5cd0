"""Lengths that remember the arithmetic they came from, and the axes made from them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from typing import Any

from funclab.graph import shape_math
from funclab.graph.shape_math import Shape
from funclab.view.scene import words

SUM, PRODUCT, ATOM = 1, 2, 3
UNKNOWN = "n"
"""How a length that is not yet known is written."""
NOTHING = "0: nothing to learn"


def _joined(sign: str, strength: int, function: Any) -> Callable[[Number, Any], Number]:
    """An operator between two lengths, which writes its sign between their texts."""

    def join(self: Number, other: Any) -> Number:
        right = other if isinstance(other, Number) else Number(other)
        known = self.value is not None and right.value is not None
        text = f"{self.within(strength)} {sign} {right.within(strength + 1)}"
        return Number(function(self.value, right.value) if known else None, text, strength)

    return join


class Number:
    """A length and its arithmetic as text, computed together so that they cannot disagree.

    >>> (Number(28) - 3) // 1 + 1
    (28 - 3) // 1 + 1 = 26
    """

    def __init__(self, value: int | None, text: str = "", strength: int = ATOM) -> None:
        self.value = value
        self.text = text or (UNKNOWN if value is None else str(value))
        self.strength = strength

    def within(self, strength: int) -> str:
        """The text as an operand of an operator that binds more tightly: in brackets if needed."""
        return f"({self.text})" if self.strength < strength else self.text

    __add__ = _joined("+", SUM, operator.add)
    __sub__ = _joined("-", SUM, operator.sub)
    __mul__ = _joined("×", PRODUCT, operator.mul)
    __floordiv__ = _joined("//", PRODUCT, operator.floordiv)

    @property
    def equation(self) -> str:
        """The arithmetic with its result; `n` stands for an unknown length."""
        if self.value is None:
            return self.text if self.text == UNKNOWN else f"{self.text}, {UNKNOWN} not known yet"
        plain = self.strength == ATOM and self.text.isdigit()
        return self.text if plain else f"{self.text} = {self.value}"

    def __repr__(self) -> str:
        return self.equation


def ceil(a: Number, b: int) -> Number:
    """a / b, rounded up."""
    value = None if a.value is None else -(-a.value // b)
    return Number(value, f"ceil({a.within(PRODUCT)} / {b})")


def product(lengths: Iterable[int | None]) -> Number:
    """The lengths multiplied; 1 for none."""
    factors = list(lengths)
    known = [length for length in factors if length is not None]
    value = math.prod(known) if len(known) == len(factors) else None
    return Number(value, times(map(show, factors)) or "1", PRODUCT if factors[1:] else ATOM)


def total(lengths: Iterable[int | None]) -> Number:
    """The lengths added."""
    return reduce(operator.add, map(Number, lengths))


@dataclass(frozen=True)
class Axis:
    """One axis of an output, and where its length comes from."""

    text: str
    length: int | None
    batch: bool = False
    source: tuple[int, int] | None = None
    """The index of the input, and of its axis, from which this axis is taken unchanged."""
    number: int = 0

    @property
    def label(self) -> str:
        """ "batch" for the batch axis, which has no number; for any other axis, its number."""
        return "batch" if self.batch else str(self.number)


Axes = list[Axis]
Derivation = tuple[str, list[Axes]]
"""What a rule says about a call: a sentence, and the axes of each output."""


def axes_text(axes: Iterable[Axis]) -> str:
    """`batch: any number of samples; 1: units = 64`"""
    return "; ".join(f"{axis.label}: {axis.text}" for axis in axes)


def computed(number: Number) -> Axis:
    return Axis(number.equation, number.value)


def setting(name: str, value: int | None) -> Axis:
    """An axis whose length is an argument of the layer: `units = 64`."""
    return Axis(f"{name} = {show(value)}", value)


def single(why: str) -> Axis:
    """An axis of length 1."""
    return Axis(f"1, {why}", 1)


def batch(length: int | None) -> Axis:
    return Axis(f"{'any number of' if length is None else length} samples", length, batch=True)


@dataclass(frozen=True)
class CallShapes:
    """The shapes of one call: what is called, and the shapes that go in and come out."""

    layer: Any
    inputs: list[Shape]
    outputs: list[Shape]
    batches: list[int | None] = field(default_factory=list)
    """Which axis of each input is the batch; None for an input without one."""

    @property
    def x(self) -> Shape:
        """The shape of the first input."""
        return self.inputs[0]

    def number(self, axis: int) -> Number:
        return Number(self.x[axis])

    def is_batch(self, axis: int, index: int = 0) -> bool:
        return index < len(self.batches) and self.batches[index] == axis

    def same(self, axis: int, index: int = 0) -> Axis:
        """An axis taken unchanged from the input of this index."""
        shape = self.inputs[index]
        axis %= len(shape)
        if self.is_batch(axis, index):
            return replace(batch(shape[axis]), source=(index, axis))
        several = sum(map(bool, self.inputs)) > 1  # scalars, which have no axes, do not count
        of = f"axis {axis} of input {index}" if several else f"input axis {axis}"
        return Axis(f"same as {of}", shape[axis], source=(index, axis))

    def all_same(self, index: int = 0) -> Axes:
        return [self.same(axis, index) for axis in range(len(self.inputs[index]))]

    def changed(self, lengths: Mapping[int, Number]) -> Axes:
        """The axes of the first input, some of them with a new length."""
        axes = self.all_same()
        return [computed(lengths[i]) if i in lengths else axis for i, axis in enumerate(axes)]

    def reduced(self, gone: Sequence[int], kept: bool) -> Axes:
        """The axes of the first input without some, or with 1 in their place if `kept`."""
        return [
            single(f"left of axis {i}") if i in gone else axis
            for i, axis in enumerate(self.all_same())
            if kept or i not in gone
        ]


Function = Callable[[CallShapes], Derivation]

LAYERS: dict[str, Function] = {}
OPS: dict[str, Function] = {}


def for_layers(*names: str) -> Callable[[Function], Function]:
    """Register the rule of these layer classes, and of subclasses that keep their `call`."""
    return partial(_register, LAYERS, names)


def for_ops(*names: str) -> Callable[[Function], Function]:
    """Register the rule of these op classes, and of their subclasses."""
    return partial(_register, OPS, names)


def _register(table: dict[str, Function], names: Sequence[str], function: Function) -> Function:
    table.update(dict.fromkeys(names, function))
    return function


def kept(sentence: str, index: int, call: CallShapes) -> Derivation:
    """A rule that keeps the shape of one input."""
    return sentence, [call.all_same(index)]


def alike(sentence: str, call: CallShapes) -> Derivation:
    """A rule without arithmetic: each axis is traced to an input axis of the same length, if
    possible the one in the same place."""
    incoming = [(i, axis) for i, shape in enumerate(call.inputs) for axis in range(len(shape))]

    def taken(place: int, length: int | None) -> Axis:
        equal = [(i, axis) for i, axis in incoming if call.inputs[i][axis] == length]
        index, axis = min(equal, key=lambda pair: pair[1] != place, default=(0, None))
        return Axis(show(length), length) if axis is None else call.same(axis, index)

    return sentence, [[taken(*pair) for pair in enumerate(shape)] for shape in call.outputs]


def times(lengths: Iterable[Any]) -> str:
    """Sizes joined by a multiplication sign: 3 × 3."""
    return " × ".join(map(str, lengths))


def show(length: int | None) -> str:
    return UNKNOWN if length is None else str(length)


@dataclass(frozen=True)
class Parameters:
    """How many numbers a layer holds, as arithmetic; "" if none."""

    expression: str
    total: int
    frozen: int = 0
    """How many of these numbers are not trained."""

    @property
    def text(self) -> str:
        """
        >>> Parameters("3 × 4", 12).text
        '3 × 4 = 12'
        """
        if not self.expression:
            return NOTHING
        total = f"{self.total:,}"
        plain = self.expression in (str(self.total), total)
        text = total if plain else f"{self.expression} = {total}"
        if self.frozen:
            some = "none" if self.frozen == self.total else f"all but {self.frozen:,}"
            text += f" ({some} of them trained)"
        return text


def parameters(layer: Any) -> Parameters:
    """The weights of a layer as sums of products, with their total.

    Weights that several layers share count once.

    >>> from funclab.layers import Dense
    >>> dense = Dense(10)
    >>> dense.build((None, 64))
    >>> parameters(dense).text
    '64 × 10 + 10 = 650'
    """
    weights = words.weights_of(layer)
    frozen = words.count(getattr(layer, "non_trainable_weights", []))
    total = words.count(weights)
    inner = words.inner_layer(layer)
    if words.graph_of(layer) is not None:
        return _of_model(layer, total, frozen)
    if inner is not None and words.count(inner.weights) == total:
        return Parameters(parameters(inner).expression, total, frozen)
    terms = [times(weight.shape) or "1" for weight in weights]
    same = len(set(terms)) == 1 and len(terms) > 2  # `4 × 64` for four weights of one length
    plain = f"{len(terms)} × {terms[0]}" if same else " + ".join(terms)
    return Parameters(_gates(layer) or plain, total, frozen)


def _of_model(model: Any, total: int, frozen: int) -> Parameters:
    """One term for each inner layer that has weights; shared weights count in the first of them."""
    counted: set[int] = set()
    terms = []
    for layer in model.layers:
        new = [weight for weight in words.weights_of(layer) if id(weight) not in counted]
        counted.update(id(weight) for weight in new)
        if new:
            terms.append(f"{words.count(new):,}")
    return Parameters(" + ".join(terms), total, frozen)


def _gates(layer: Any) -> str:
    """The weights of a recurrent layer, gate by gate: 4 × ((256 + 64) × 64 + 64)."""
    both = [getattr(layer, f"{way}_layer", None) for way in ("forward", "backward")]
    if None not in both:
        first, second = map(_gates, both)
        return f"2 × ({first})" if first == second and first else ""
    layer = vars(layer).get("cell", layer)
    lengths = [shape_math.known(weight.shape) for weight in words.weights_of(layer)]
    units = getattr(layer, "units", 0)
    matrices = len(lengths) in (2, 3) and len(lengths[0]) == 2
    if not (units and hasattr(layer, "state_size") and matrices):
        return ""
    features, width = lengths[0]
    bias = {(): "", ((width,),): f" + {units}", ((2, width),): f" + 2 × {units}"}
    if width % units or lengths[1] != (units, width) or tuple(lengths[2:]) not in bias:
        return ""
    each = f"(({features} + {units}) × {units}{bias[tuple(lengths[2:])]})"
    gates = width // units
    return f"{gates} × {each}" if gates > 1 else each[1:-1]
