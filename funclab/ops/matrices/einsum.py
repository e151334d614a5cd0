"""Sums of products, written as a formula with a letter for each axis."""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from funclab.engine.kernels import threads
from funclab.errors import ArgumentError, ShapeError
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, known, show

Multiply = Callable[..., Any]
"""A function for matrix products: `threads.matmul`, or `np.matmul` for one thread."""


class Einsum(Op):
    """out = the sum of products that a formula describes: "ij,jk->ik" is the matrix product.

    Each axis has a letter. Axes with the same letter are matched, and the products are summed over
    every letter that is not after the arrow. "..." stands for all axes without a letter.

    Shapes: one tensor for each term of the formula -> out, with the axes after the arrow.
    Gradient: that of a term is the sum of products of g with the other terms: for "ij,jk->ik",
        gx = "ik,jk->ij" of g and y.
    Numerics: two terms at a time, each pair as a matrix product.
    """

    subscripts: str

    def shape(self, *shapes: Shape) -> Shape:
        terms, output = self.letters([len(shape) for shape in shapes])
        lengths: dict[str, int | None] = {}
        for term, shape in zip(terms, shapes, strict=True):
            for letter, length in zip(term, shape, strict=True):
                known = lengths.get(letter, 1)
                if None not in (known, length) and known != length and 1 not in (known, length):
                    raise ShapeError(
                        f"Einsum {self.subscripts!r} found the lengths {known} and {length} for "
                        f"{letter}. Received shapes {', '.join(map(show, shapes))}.",
                        why="axes of one letter go together, so they need one length.",
                        fix="give the axes that differ letters of their own, or reshape a tensor.",
                    )
                lengths[letter] = _stretched(known, length)
        return tuple(lengths[letter] for letter in output)

    def operations(self, *shapes: Shape) -> int:
        terms, _ = self.letters([len(shape) for shape in shapes])
        lengths = dict(zip("".join(terms), (n for shape in shapes for n in known(shape))))
        return 2 * math.prod(lengths.values()) * (len(terms) - 1)

    def letters(self, ranks: Sequence[int]) -> tuple[tuple[str, ...], str]:
        """The terms and the output, with letters in place of "..."."""
        return _letters(self.subscripts, tuple(ranks))

    def forward(self, *arrays: Array) -> None:
        *inputs, out = arrays
        terms, output = self.letters([array.ndim for array in inputs])
        contract(terms, inputs, output, out)

    def vjp(self, g: Array, *arrays: Any) -> None:
        count = (len(arrays) - 1) // 2
        inputs, slots = arrays[:count], arrays[count + 1 :]
        terms, output = self.letters([array.ndim for array in inputs])
        products = []
        for i, slot in enumerate(slots):
            if slot is not None:
                others = [output, *terms[:i], *terms[i + 1 :]]
                factors = [g, *inputs[:i], *inputs[i + 1 :]]
                products.append((others, factors, terms[i], slot))
        cost = _cost(terms, tuple(array.shape for array in inputs), output)
        threads.share_products(_gradient, products, len(products) * cost)


class Matrices(NamedTuple):
    """How to turn a factor into a stack of matrices: the axes to sum over, the order of the
    others, and the shape of the stack."""

    summed: tuple[int, ...]
    order: tuple[int, ...]
    shape: tuple[int, ...]

    def of(self, array: Array) -> Array:
        array = array.sum(self.summed) if self.summed else array
        return array.transpose(self.order).reshape(self.shape)


class Pair(NamedTuple):
    """Two factors combined into one by a matrix product, summed over letters no longer needed.

    It has the axes `letters`, with the lengths `shape`; as a stack of matrices it is `stack`. With
    `turned`, the second factor comes first.
    """

    turned: bool
    first: Matrices
    second: Matrices
    letters: str
    shape: tuple[int, ...]
    stack: tuple[int, ...]

    def product(self, x: Array, y: Array, room: Array | None, matmul: Multiply) -> Array:
        """The product, written to `room` if there is one."""
        x, y = (y, x) if self.turned else (x, y)
        a, b = self.first.of(x), self.second.of(y)
        made: Array = np.empty(self.shape, np.result_type(a, b)) if room is None else room
        matmul(a, b, made.reshape(self.stack, copy=False))
        return made


class Recipe(NamedTuple):
    """The steps that compute a formula for arrays of known shapes."""

    alone: list[tuple[str, tuple[int, ...]]]
    """For each factor, the formula for its diagonal if it has a letter twice, and its axes of
    length 1 that are broadcast to those of the others."""
    pairs: list[Pair]
    summed: tuple[int, ...]
    order: tuple[int, ...]
    """The axes of the last product to sum over, and the order of the others in the output."""
    beside: tuple[slice | None, ...]
    """An index that adds axes for the letters of the output that no factor has."""
    place: tuple[int, ...] | None
    """The order of the output's axes in which a single product can be written directly to it."""


def contract(
    terms: Sequence[str],
    arrays: Sequence[Array],
    output: str,
    out: Array,
    matmul: Multiply = threads.matmul,
) -> None:
    """Write the sum of products to `out`, whose axes have the letters of `output`."""
    recipe = _recipe(tuple(terms), tuple(array.shape for array in arrays), output)
    whole = [
        (np.einsum(diagonal, array) if diagonal else array).squeeze(stretched)
        for array, (diagonal, stretched) in zip(arrays, recipe.alone, strict=True)
    ]
    made, place = whole[0], recipe.place
    room = None if place is None or not out.flags.c_contiguous else out.transpose(place)
    for pair, other in zip(recipe.pairs, whole[1:], strict=True):
        made = pair.product(made, other, room, matmul)
    if room is None:
        made = made.sum(recipe.summed) if recipe.summed else made
        np.copyto(out, made.transpose(recipe.order)[recipe.beside])


@lru_cache(maxsize=1024)
def _letters(subscripts: str, ranks: tuple[int, ...]) -> tuple[tuple[str, ...], str]:
    inputs, _, output = subscripts.partition("->")
    free = [c for c in reversed(string.ascii_letters) if c not in subscripts]
    written = inputs.split(",")
    spare = [rank - len(term.replace("...", "")) for term, rank in zip(written, ranks)]
    fits = [left == 0 or (left > 0 and "..." in term) for term, left in zip(written, spare)]
    if len(written) != len(ranks) or not all(fits):
        raise ShapeError(
            f"Einsum {subscripts!r} does not fit {len(ranks)} tensors with "
            f"{', '.join(map(str, ranks))} axes.",
            why="each tensor has a term of the formula, and each of its axes a letter.",
            fix='write a term for each, or "..." for axes that have no letter.',
        )
    others = "".join(free[: max(spare)])
    pairs = zip(written, spare, strict=True)
    terms = tuple(term.replace("...", others[len(others) - left :]) for term, left in pairs)
    return terms, output.replace("...", others)


@lru_cache(maxsize=1024)
def _recipe(terms: tuple[str, ...], shapes: tuple[Shape, ...], output: str) -> Recipe:
    lengths = _lengths(terms, shapes)
    alone, factors = [], []
    for term, shape in zip(terms, shapes, strict=True):
        own = dict(zip(term, shape))  # each letter once
        stretched = tuple(i for i, c in enumerate(own) if own[c] == 1 != lengths[c])
        alone.append((f"{term}->{''.join(own)}" if len(own) < len(term) else "", stretched))
        factors.append("".join(c for i, c in enumerate(own) if i not in stretched))
    pairs, made = [], factors[0]
    for i, other in enumerate(factors[1:], 2):
        wanted = set(output).union(*factors[i:])
        pairs.append(_pair(made, other, output, wanted, lengths))
        made = pairs[-1].letters
    left = [c for c in made if c in output]
    return Recipe(
        alone,
        pairs,
        tuple(i for i, c in enumerate(made) if c not in output),
        tuple(left.index(c) for c in output if c in left),
        tuple(slice(None) if c in left else None for c in output),
        _place(pairs, output),
    )


def _place(pairs: list[Pair], output: str) -> tuple[int, ...] | None:
    """`Recipe.place`; None if BLAS cannot write there, or if axes would have to be merged."""
    if len(pairs) != 1 or {*pairs[0].letters} != {*output}:
        return None
    letters, shape, stack = pairs[0].letters, pairs[0].shape, pairs[0].stack
    apart = shape == stack and letters[-1] == output[-1]
    return tuple(map(output.index, letters)) if letters == output or apart else None


def _stretched(a: int | None, b: int | None) -> int | None:
    """The common length of matched axes: the one that is not 1; None if it is not known yet."""
    unknown = None if None in (a, b) else 1
    return next((length for length in (a, b) if length not in (None, 1)), unknown)


def _lengths(terms: Sequence[str], shapes: Sequence[Shape]) -> dict[str, int]:
    lengths: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        for letter, length in zip(term, known(shape), strict=True):
            if lengths.get(letter, 1) == 1:
                lengths[letter] = length
    return lengths


@lru_cache(maxsize=1024)
def _cost(terms: tuple[str, ...], shapes: tuple[Shape, ...], output: str) -> float:
    """The cost of the products, in operations of one large product."""
    lengths = _lengths(terms, shapes)
    stacked = set(output).intersection(*terms)
    matrices = math.prod(lengths[c] for c in stacked) if stacked else 0
    return 2 * math.prod(lengths.values()) * (len(terms) - 1) + threads.OF_A_STACK * matrices


def _pair(x: str, y: str, output: str, wanted: set[str], lengths: dict[str, int]) -> Pair:
    both = sorted((c for c in x if c in y), key=output.find)
    batch, inner = ([c for c in both if (c in wanted) == kept] for kept in (True, False))
    left, right = (sorted((set(f) - set(both)) & wanted, key=output.find) for f in (x, y))
    turned = bool(left and right and output.find(left[-1]) > output.find(right[-1]))
    if turned:
        x, y, left, right = y, x, right, left
    letters = "".join((*batch, *left, *right))
    first = _matrices(x, batch, left, inner, lengths)
    second = _matrices(y, batch, inner, right, lengths)
    shape = tuple(lengths[c] for c in letters)
    stack = (*shape[: len(batch)], first.shape[-2], second.shape[-1])
    return Pair(turned, first, second, letters, shape, stack)


def _matrices(
    factor: str, batch: list[str], rows: list[str], columns: list[str], lengths: dict[str, int]
) -> Matrices:
    """The letters of the rows are merged into one axis, and those of the columns into another."""
    letters = [*batch, *rows, *columns]
    left = [c for c in factor if c in letters]
    sizes = [math.prod(lengths[c] for c in axis) for axis in (rows, columns)]
    return Matrices(
        tuple(i for i, c in enumerate(factor) if c not in letters),
        tuple(left.index(c) for c in letters),
        (*(lengths[c] for c in batch), *sizes),
    )


def _gradient(
    terms: Sequence[str], arrays: Sequence[Array], term: str, slot: Array, matmul: Multiply
) -> None:
    """Write the gradient of a term: the product of the others, summed over letters it lacks."""
    letters, output, index = _reached(
        tuple(terms), tuple(array.shape for array in arrays), term, slot.shape
    )
    into: Array = slot
    if letters != term:  # only the diagonal was read
        slot.fill(0)
        into = np.einsum(f"{term}->{letters}", slot)
    if output == term:
        contract(terms, arrays, term, slot, matmul)
        return
    shape = [n for n, kept in zip(into.shape, index) if kept is not None]
    made = np.empty(shape, slot.dtype)
    contract(terms, arrays, output, made, matmul)
    np.copyto(into, made[index])


@lru_cache(maxsize=1024)
def _reached(
    terms: tuple[str, ...], shapes: tuple[Shape, ...], term: str, shape: Shape
) -> tuple[str, str, tuple[slice | None, ...]]:
    """The letters of a term, each once; those that the product of the others has with the same
    length; and the index that adds axes for the remaining letters to that product."""
    own = dict(zip(term, shape))
    lengths = _lengths(terms, shapes)
    kept = [lengths.get(c) == n for c, n in own.items()]
    output = "".join(c for c, there in zip(own, kept) if there)
    return "".join(own), output, tuple(slice(None) if there else None for there in kept)


def einsum(subscripts: str, *operands: Any) -> Any:
    """The sum of products that a formula describes, such as "bij,bjk->bik".

    Each axis has a letter; products are summed over the letters that are not after the arrow.
    Without an arrow, the letters that occur once stay, in alphabetical order. "..." stands for all
    axes without a letter.

    Raises: ArgumentError for an invalid formula; ShapeError if the tensors do not fit it.

    >>> import numpy as np
    >>> einsum("ij,ij->i", np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]))
    array([11.])
    """
    return Einsum(_canonical(subscripts))(*operands)


def _canonical(subscripts: Any) -> str:
    """A formula without spaces and with an arrow."""
    formula = "".join(subscripts.split()) if isinstance(subscripts, str) else ""
    inputs, arrow, output = formula.partition("->")
    if not arrow:
        once = (c for c in sorted(set(inputs)) if inputs.count(c) == 1 and c.isalpha())
        output = "..." * ("..." in inputs) + "".join(once)
    plain = inputs.replace("...", "") + output.replace("...", "")
    known = {*string.ascii_letters, ","}
    letters = output.replace("...", "")
    if (
        not formula
        or set(plain) - known
        or not set(output) <= set(inputs)
        or "," in output
        or len(set(letters)) < len(letters)
    ):
        raise ArgumentError(
            f"Invalid einsum formula: subscripts={subscripts!r}.",
            why="it has letters for the axes of each tensor, with commas between the tensors, an "
            "arrow, and those of these letters that stay, each once.",
            fix='write for example ops.einsum("ij,jk->ik", x, y).',
        )
    return f"{inputs}->{output}"
