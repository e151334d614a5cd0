"""The formula of an EinsumDense layer: letters for the axes of input, kernel and output."""

from __future__ import annotations

import re
import string

from funclab.errors import ArgumentError, ShapeError
from funclab.graph.shape_math import Shape, show

FORMS = (
    "([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)",
    "_([a-zA-Z]+),([a-zA-Z]+)->_([a-zA-Z]+)",
    "([a-zA-Z]{2,})_,([a-zA-Z]+)->([a-zA-Z]+)_",
)
"""The three kinds of formulas; "_" stands for "..."."""


class Formula:
    """What "abc,cd->abd" says about the shapes of a layer and its weights."""

    def __init__(self, equation: str) -> None:
        self.equation = equation
        plain = str(equation).replace("...", "_")
        fits = [re.fullmatch(form, plain) for form in FORMS]
        match = next(filter(None, fits), None)
        if match is None:
            raise ArgumentError(
                f"Invalid einsum equation {equation!r}. Equations must be in the form "
                "[X],[Y]->[Z], ...[X],[Y]->...[Z], or [X]...,[Y]->[Z]....",
                why="it has a letter for each axis of the input, the kernel and the output.",
                fix='write for example EinsumDense("abc,cd->abd", output_shape=(None, 64)).',
            )
        self.terms = match.groups()
        self.before, self.after = plain.startswith("_"), plain.endswith("_")
        x, kernel, output = self.terms
        self._check(kernel, x + output, "Weight dimension", "did not have a match in either input")
        self._check(output, x + kernel, "Dimension", "was specified in the output but not in input")

    def _check(self, term: str, known: str, subject: str, why: str) -> None:
        for letter in term:
            if letter not in known:
                raise ArgumentError(
                    f"{subject} '{letter}' {why} or {'output' if subject[0] == 'W' else 'weight'}: "
                    f"{self.equation!r}.",
                    why="each axis of the kernel and of the output has a length that is known from "
                    "elsewhere.",
                    fix="use the letters of the input, or of the kernel and the output.",
                )

    def letters(self, rank: int) -> tuple[str, str, str]:
        """The terms for an input with this many axes, with letters in place of "..."."""
        x, kernel, output = self.terms
        free = [c for c in reversed(string.ascii_letters) if c not in self.equation]
        others = "".join(free[: max(0, rank - len(x))])
        if rank < len(x) or (others and not (self.before or self.after)):
            raise ShapeError(
                f"The equation {self.equation!r} does not fit an input with {rank} axes.",
                why=f"{x!r} names {len(x)} of them.",
                fix='write a letter for each axis, the batch too, or "..." for some of them.',
            )
        if self.before:
            return others + x, kernel, others + output
        return x + others, kernel, output + others

    def lengths(self, shape: Shape, output_shape: Shape) -> dict[str, int | None]:
        """The length of each letter, from the shape of the input and the layer's output_shape."""
        x, _, output = self.letters(len(shape))
        lengths = dict(zip(x, shape, strict=True))
        added = set(x) - set(self.terms[0])
        named = [letter for letter in output[1:] if letter not in added]
        if len(named) != len(output_shape):
            raise ShapeError(
                f"output_shape={show(output_shape)} does not fit the equation {self.equation!r}.",
                why=f"besides the batch, the axes of the output with a letter are: "
                f"{', '.join(named) or 'none'}.",
                fix="give one length for each of these; None for those that the input has.",
            )
        for letter, length in zip(named, output_shape, strict=True):
            if letter in x and length not in (None, lengths[letter]):
                raise ShapeError(
                    f"Input shape and output shape do not match at shared dimension '{letter}'. "
                    f"Input shape is {lengths[letter]}, and output shape is {length}.",
                    why=f"in {self.equation!r} that axis goes from the input to the output.",
                    fix="write None there in output_shape, or the length that the input has.",
                )
            lengths.setdefault(letter, length)
        return lengths

    def first_of(self, axes: str, output: str) -> int:
        """The position in the output of the first axis that has a bias."""
        for letter in axes:
            if letter not in self.terms[2]:
                raise ArgumentError(
                    f"Bias dimension '{letter}' was requested, but is not part of the output spec "
                    f"'{self.terms[2]}'.",
                    why="a bias is added along axes of the output.",
                    fix=f"choose among the letters {self.terms[2]!r} in bias_axes.",
                )
        return min(map(output.index, axes))
