"""Where attention looks: the weights of a softmax whose result is multiplied with values, as the
model computes them; and what is asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from funclab.engine.plan import calls_behind
from funclab.graph.shape_math import Array
from funclab.graph.value import Call, Constant, Value, Variable
from funclab.view.inside.answered import Answered
from funclab.view.inside.reading import constant
from funclab.view.learned.answers import CLASSES
from funclab.view.learned.look import Look

POSITIONS = 64
"""Up to how many positions all weights are stored and all words are tried; beyond, none are."""
PRODUCTS = ("MatMul", "Einsum")
THROUGH = ("Transpose", "Dropout", "Reshape", "Repeat", "Where", "Cast")


@dataclass
class Attention:
    """The attention of one call: `path` is that of the call in which the softmax is.

    All arrays are (heads, queries, ...); a single head has an axis, too.
    """

    path: str
    weights: Value
    scores: Value
    query: tuple[Value, str] | None = None
    key: tuple[Value, str] | None = None
    """What is multiplied into the scores, each with its axes: h heads, q and k positions, d the
    numbers of a vector; and b the batch."""

    @property
    def values(self) -> list[Value]:
        pair = [part[0] for part in (self.query, self.key) if part]
        return [self.weights, self.scores, *pair]

    def arrays(self, made: Sequence[Array]) -> dict[str, Array]:
        """Weights and scores (heads, queries, keys), query and key (heads, positions, numbers), of
        one sample, from its `values`."""
        weights, scores, *pair = made
        named = {"weights": _headed(weights[0]), "scores": _headed(scores[0])}
        for name, part, array in zip(("query", "key"), (self.query, self.key), pair):
            assert part is not None
            axes = part[1]
            order = [axes.index(axis) for axis in "bhqkd" if axis in axes]
            moved = array.transpose(order)[0]
            named[name] = moved if "h" in axes else moved[None]
        return named


def _headed(array: Array) -> Array:
    return array if array.ndim == 3 else array[None]


def attentions(look: Look) -> list[Attention]:
    """The attention in a model's calls, in the order in which they run."""
    recorded = look.recorded()
    calls = calls_behind([value for value in recorded.outputs if value.origin is not None])
    readers: dict[Value, list[Call]] = {}
    for call in calls:
        for value in call.inputs:
            readers.setdefault(value, []).append(call)
    found = []
    for call in calls:
        out = call.outputs[0]
        if type(call.op).__name__ == "Softmax" and out.ndim in (3, 4) and _is_used(out, readers):
            scores = call.inputs[0]
            path = "/".join(call.place)
            found.append(Attention(path, out, scores, *_pair(scores)))
    return found


def _is_used(weights: Value, readers: dict[Value, list[Call]]) -> bool:
    """Whether weights are multiplied with what was computed from the data."""
    for call in readers.get(weights, []):
        kind = type(call.op).__name__
        if kind in PRODUCTS and all(constant(value) is None for value in call.inputs):
            return True
        if kind in THROUGH and _is_used(call.outputs[0], readers):
            return True
    return False


def _pair(scores: Value) -> tuple[tuple[Value, str], tuple[Value, str]] | tuple[None, None]:
    """The query and the key that scores are products of, perhaps scaled and masked after that."""
    while (call := scores.origin) is not None and type(call.op).__name__ not in PRODUCTS:
        inner = [v for v in call.inputs if not isinstance(v, (Constant, Variable))]
        inner = [v for v in inner if v.shape == scores.shape and v.dtype.startswith("float")]
        if not inner:
            return None, None
        scores = inner[0]
    if call is None or len(call.inputs) != 2:
        return None, None
    (a, b), heads = call.inputs, "h" if scores.ndim == 4 else ""
    if type(call.op).__name__ == "MatMul":
        return (a, f"b{heads}qd"), (b, f"b{heads}dk")
    reads, _, makes = call.op.subscripts.partition("->")  # type: ignore[attr-defined]
    axes = dict(zip(makes, f"b{heads}qk"))
    first, second = ("".join(axes.get(letter, "d") for letter in part) for part in reads.split(","))
    fits = sorted(first) == sorted(f"b{heads}qd") and sorted(second) == sorted(f"b{heads}kd")
    return ((a, first), (b, second)) if fits else (None, None)


@dataclass
class Words:
    """The whole numbers that one attention looks at: of which input, read by which Embeddings."""

    number: int
    length: int
    places: list[str]


def words_of(look: Look, length: int) -> Words | None:
    """The input of this many whole numbers, if there is exactly one."""
    found = [
        i
        for i, tensor in enumerate(look.model.inputs)
        if "int" in tensor.dtype and len(tensor.shape) == 2 and tensor.shape[1] == length
    ]
    if len(found) != 1:
        return None
    places = [place for place in look.sources() if isinstance(place, str)]
    fits = [p for p in places if look.values([p], look.rows([0]))[0].shape[1:2] == (length,)]
    return Words(found[0], length, fits)


def pushes(look: Look, indices: Sequence[int], words: Words, answered: Answered) -> Array:
    """For each sample and position: the gradient of the answer's score times the word's vector."""
    arrays, answers, output = look.rows(list(indices)), answered.first, answered.output
    assert answers is not None
    given = answers.values[list(indices)]
    best = given.argmax(axis=1) if answers.kind == CLASSES else 0
    chosen = look.chosen(best, output, len(arrays[words.number]))
    slopes = look.gradients(words.places, chosen, output, arrays)
    vectors = look.values(words.places, arrays)
    return np.sum([(s * v).sum(-1) for s, v in zip(slopes, vectors)], axis=0)


def without(look: Look, index: int, words: Words) -> list[Array]:
    """The model's outputs for a sample in which one word after the other is set to 0."""
    ids = look.arrays[words.number]
    assert ids is not None
    arrays = look.rows([index] * words.length)
    changed = np.array(arrays[words.number])
    changed[np.arange(words.length), np.arange(words.length)] = 0
    arrays[words.number] = changed
    return look.outputs(arrays)
