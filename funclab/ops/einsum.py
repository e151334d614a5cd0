"""Sums of products, written as a formula with a letter for each axis."""

from __future__ import annotations

import math
import string
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from funclab.errors import ArgumentError, ShapeError
from funclab.graph.op import Array, Op
from funclab.kernels import threads
from funclab.shape_math import Shape, known, show


class Factor(NamedTuple):
    """An array with a letter for each of its axes."""

    letters: str
    array: Array


class Einsum(Op):
    """out = the sum of products that a formula describes: "ij,jk->ik" is the matrix product.

    Each axis has a letter. Axes of one letter go together, and where a letter is not behind the
    arrow, the products are summed over it. "..." stands for all axes without a letter.

    Shapes: one tensor for each term of the formula -> out, with the axes behind the arrow.
    Gradient: that of a term is the sum of products of g with the other terms: for "ij,jk->ik",
        gx = "ik,jk->ij" of g and y.
    Numerics: products of two terms at a time, each as a product of matrices.
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
                lengths[letter] = max(known or 1, length or 1)
                if lengths[letter] == 1 and None in (known, length):
                    lengths[letter] = None
        return tuple(lengths[letter] for letter in output)

    def operations(self, *shapes: Shape) -> int:
        terms, _ = self.letters([len(shape) for shape in shapes])
        lengths = dict(zip("".join(terms), (n for shape in shapes for n in known(shape))))
        return 2 * math.prod(lengths.values()) * (len(terms) - 1)

    def letters(self, ranks: Sequence[int]) -> tuple[list[str], str]:
        """The terms and the output, with letters in place of "..."."""
        inputs, _, output = self.subscripts.partition("->")
        free = [c for c in reversed(string.ascii_letters) if c not in self.subscripts]
        written = inputs.split(",")
        spare = [rank - len(term.replace("...", "")) for term, rank in zip(written, ranks)]
        fits = [left == 0 or (left > 0 and "..." in term) for term, left in zip(written, spare)]
        if len(written) != len(ranks) or not all(fits):
            raise ShapeError(
                f"Einsum {self.subscripts!r} does not fit {len(ranks)} tensors with "
                f"{', '.join(map(str, ranks))} axes.",
                why="each tensor has a term of the formula, and each of its axes a letter.",
                fix='write a term for each, or "..." for axes that have no letter.',
            )
        others = "".join(free[: max(spare)])
        terms = [
            term.replace("...", others[len(others) - left :])
            for term, left in zip(written, spare, strict=True)
        ]
        return terms, output.replace("...", others)

    def forward(self, *arrays: Array) -> None:
        *inputs, out = arrays
        terms, output = self.letters([array.ndim for array in inputs])
        contract(list(map(Factor, terms, inputs)), output, out)

    def vjp(self, g: Array, *arrays: Any) -> None:
        count = (len(arrays) - 1) // 2
        inputs, slots = arrays[:count], arrays[count + 1 :]
        terms, output = self.letters([array.ndim for array in inputs])
        factors = list(map(Factor, terms, inputs))
        for i, slot in enumerate(slots):
            if slot is not None:
                others = [Factor(output, g), *factors[:i], *factors[i + 1 :]]
                _gradient(others, terms[i], slot)


def contract(factors: Sequence[Factor], output: str, out: Array) -> None:
    """Write the sum of products to `out`, whose axes have the letters of `output`."""
    lengths = _lengths(factors)
    wanted = [set(output).union(*(f.letters for f in factors[i:])) for i in range(len(factors) + 1)]
    whole = [_alone(factor, lengths) for factor in factors]
    kept = iter(wanted[2:])
    room = out if len(whole) == 2 and out.flags.c_contiguous else None
    made = reduce(lambda x, y: _product(x, y, output, next(kept), room), whole)
    if made.array is out:
        return
    made = _summed(made, set(output))
    order = [made.letters.index(letter) for letter in output if letter in made.letters]
    beside = tuple(None if letter not in made.letters else slice(None) for letter in output)
    np.copyto(out, made.array.transpose(order)[beside])


def _lengths(factors: Iterable[Factor]) -> dict[str, int]:
    lengths: dict[str, int] = {}
    for letters, array in factors:
        for letter, length in zip(letters, array.shape, strict=True):
            lengths[letter] = max(length, lengths.get(letter, 0))
    return lengths


def _alone(factor: Factor, lengths: dict[str, int]) -> Factor:
    """A factor with each letter once, and without axes that are stretched to the others."""
    letters = "".join(dict.fromkeys(factor.letters))
    array = factor.array
    if letters != factor.letters:
        array = np.einsum(f"{factor.letters}->{letters}", array)
    stretched = [i for i, c in enumerate(letters) if array.shape[i] == 1 != lengths[c]]
    kept = "".join(c for i, c in enumerate(letters) if i not in stretched)
    return Factor(kept, array.squeeze(tuple(stretched)))


def _summed(factor: Factor, wanted: Iterable[str]) -> Factor:
    """A factor summed over the letters that nobody wants."""
    gone = tuple(i for i, letter in enumerate(factor.letters) if letter not in wanted)
    kept = "".join(letter for letter in factor.letters if letter in wanted)
    return Factor(kept, factor.array.sum(gone) if gone else factor.array)


def _product(
    x: Factor, y: Factor, output: str, wanted: Iterable[str], room: Array | None
) -> Factor:
    """Two factors as one, summed over the letters that are not wanted: a product of matrices.

    It is made in `room`, if that has the same axes.
    """
    x, y = _summed(x, {*wanted, *y.letters}), _summed(y, {*wanted, *x.letters})
    both = sorted((c for c in x.letters if c in y.letters), key=output.find)
    batch, inner = ([c for c in both if (c in wanted) == kept] for kept in (True, False))
    left, right = (sorted({*f.letters} - {*both}, key=output.find) for f in (x, y))
    if left and right and output.find(left[-1]) > output.find(right[-1]):
        x, y, left, right = y, x, right, left
    a = _matrix(x, batch, left, inner)
    b = _matrix(y, batch, inner, right)
    lengths = _lengths([x, y])
    letters = "".join((*batch, *left, *right))
    shape = tuple(lengths[letter] for letter in letters)
    if room is None or letters != output or room.shape != shape:
        room = np.empty(shape, np.result_type(a, b))
    made = room.reshape(*shape[: len(batch)], a.shape[-2], b.shape[-1], copy=False)
    if batch:
        np.matmul(a, b, made)
    else:
        threads.matmul(a, b, made)
    return Factor(letters, room)


def _matrix(factor: Factor, batch: list[str], rows: list[str], columns: list[str]) -> Array:
    """A factor as matrices: the letters of the rows become one axis, and those of the columns."""
    letters = [*batch, *rows, *columns]
    moved = factor.array.transpose([factor.letters.index(letter) for letter in letters])
    first, middle = len(batch), len(batch) + len(rows)
    sizes = math.prod(moved.shape[first:middle]), math.prod(moved.shape[middle:])
    return moved.reshape(*moved.shape[:first], *sizes)


def _gradient(others: Sequence[Factor], term: str, slot: Array) -> None:
    """Write the gradient of one term: the others summed over all that is not in it."""
    lengths = _lengths(others)
    letters = "".join(dict.fromkeys(term))
    into: Array = slot
    if letters != term:  # only the diagonal was read
        slot.fill(0)
        into = np.einsum(f"{term}->{letters}", slot)
    shared = [c in lengths and lengths[c] == n for c, n in zip(letters, into.shape)]
    output = "".join(letter for letter, kept in zip(letters, shared) if kept)
    if output == term:
        contract(others, term, slot)
        return
    made = np.empty([lengths[letter] for letter in output], slot.dtype)
    contract(others, output, made)
    np.copyto(into, made[tuple(slice(None) if kept else None for kept in shared)])


def einsum(subscripts: str, *operands: Any) -> Any:
    """The sum of products that a formula describes, such as "bij,bjk->bik".

    Each axis has a letter; products are summed over the letters that are not behind the arrow.
    Without an arrow, the letters that occur once stay, in the order of the alphabet. "..." stands
    for all axes without a letter.

    Raises: ArgumentError for what is not a formula; ShapeError when the tensors do not fit it.

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
