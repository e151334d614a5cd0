"""Lengths that remember the arithmetic they came from.

The engine computes shapes with plain integers. Given `Length`s instead, its own shape rules say
what they do: each result knows the sum, product or quotient that made it, down to lengths of the
inputs and settings of the layer. Nothing here knows a layer: there is no second set of rules.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

UNKNOWN = "n"
"""How a length that is not yet known is written."""
STRENGTH = {"+": 1, "-": 1, "×": 2, "//": 2, "%": 2}
"""How tightly each sign binds; what is not in here needs no brackets."""
LONGEST = 40
"""How many characters of arithmetic are shown before its innermost parts become numbers."""


class Length(int):
    """A whole number, and how it was computed: `sign` joins its `parts`, if it has any.

    >>> ((Length(28) - Length(3)) // Length(2) + 1).equation
    '(28 - 3) // 2 + 1 = 13'
    """

    sign = ""
    parts: tuple[Length, ...] = ()
    plain = False
    """Whether it is only a number in the code: among the parts of others, but never a result."""
    name = ""
    """The setting whose value it is."""
    source: tuple[int, int] | None = None
    """The index of an input, and its axis, whose length it is."""
    batch = False
    unknown = False
    """Whether the number only stands for a length that is not known yet."""

    def __new__(cls, value: int, **facts: Any) -> Length:
        self = int.__new__(cls, value)
        vars(self).update(facts)
        return self

    def __reduce__(self) -> Any:
        return int, (int(self),)

    def __neg__(self) -> int:
        if self.sign == "neg":
            return self.parts[0]
        if not self.parts and self < 0:  # an end of a slice, as in x[:, :-1]
            return -int(self)
        if self.sign == "//" and self.parts[0].sign == "neg":  # -(-a // b) rounds a / b up
            above, below = self.parts[0].parts[0], self.parts[1]
            return above if below == 1 else _made(int.__neg__(self), "ceil", above, below)
        return _made(int.__neg__(self), "neg", self)

    @property
    def sources(self) -> tuple[tuple[int, int], ...]:
        """The inputs and axes whose lengths it was computed from, each once, in order."""
        own = [self.source] if self.source is not None else []
        inner = [place for part in self.parts for place in part.sources]
        return tuple(dict.fromkeys([*own, *inner]))

    @property
    def equation(self) -> str:
        """The arithmetic with its result; `n` stands for a length that is not known yet."""
        text = self.arithmetic()
        if self.unknown:
            return text if text == UNKNOWN else f"{text}, {UNKNOWN} not known yet"
        return f"{text} = {int(self)}" if self.parts else text

    def arithmetic(self) -> str:
        """How it was computed; what was computed first is only a number if that is too long."""
        texts = (self.text(depth) for depth in range(12, 0, -1))
        return next((text for text in texts if len(text) <= LONGEST), self.text(1))

    def text(self, depth: int) -> str:
        """The arithmetic of the last steps, as many as `depth`."""
        if not (self.parts and depth):
            return UNKNOWN if self.unknown else str(self)
        tight = {"ceil": 2, "neg": 3}.get(self.sign) or STRENGTH[self.sign]
        first, *rest = (part._within(depth - 1, tight + i) for i, part in enumerate(self.parts))
        if self.sign == "ceil":
            return f"ceil({first} / {rest[0]})"
        return f" {self.sign} ".join([first, *rest]) if rest else f"-{first}"

    def _within(self, depth: int, tight: int) -> str:
        """Its text as a part, in brackets if its own sign binds less tightly."""
        loose = self.parts and depth and STRENGTH.get(self.sign, 3) < tight
        return f"({self.text(depth)})" if loose else self.text(depth)


def _made(value: int, sign: str, *parts: Length) -> Length:
    return Length(value, sign=sign, parts=parts, unknown=any(part.unknown for part in parts))


def _simpler(sign: str, a: Length, b: Length) -> Length | None:
    """What `a sign b` is without this step of arithmetic, if it changes nothing or undoes another.

    A stride of 1 is shown all the same, as in `(28 - 3) // 1`.
    """
    nothing = {"+": 0, "-": 0, "×": 1, "//": 1}.get(sign)
    shown = sign == "//" or (sign == "×" and a.parts) or b.parts or b.source
    if b == nothing and (b.plain or not shown):
        return a
    if sign in "+×" and a == nothing and not (a.parts or a.source):
        return b
    if sign == "+" and a.sign == "-" and a.parts[1] == b and not b.parts:  # x - b + b
        return a.parts[0]
    if sign == "+" and a.sign == "×" and a.parts[1] is b:
        before = a.parts[0]
        if before.sign == "-" and before.parts[1] == 1:  # (x - 1) × b + b
            return _length(before.parts[0] * b)
    return _without_factor(a, b) if sign == "//" else _difference(a, b) if sign == "-" else None


def _without_factor(a: Length, b: Length) -> Length | None:
    """a // b where b is a product of the first, or of the last, factors of a."""
    factors = [a]
    while factors[0].sign == "×":
        factors[:1] = factors[0].parts
    for i in range(1, len(factors)):
        for gone, left in ((factors[:i], factors[i:]), (factors[i:], factors[:i])):
            if math.prod(gone) == b:
                return _length(math.prod(left))
    return None


def _difference(a: Length, b: Length) -> Length | None:
    """3 × n - 2 × n is n."""
    (x, i), (y, j) = _multiple(a), _multiple(b)
    return _length(x * (i - j)) if x is y and i > j else None


def _multiple(a: Length) -> tuple[Length, int]:
    """A length, and by which plain number it is multiplied in a."""
    x, y = a.parts if a.sign == "×" else (a, a)
    return (y, int(x)) if x.plain else (x, int(y)) if y.plain else (a, 1)


def _length(x: int) -> Length:
    return x if isinstance(x, Length) else Length(x, plain=True)


def _operator(sign: str, function: Callable[[int, int], int], turned: bool) -> Any:
    def join(self: Length, other: Any) -> Any:
        if not isinstance(other, int):
            return NotImplemented
        a, b = (_length(other), self) if turned else (self, _length(other))
        same = _simpler(sign, a, b)
        if same is None:
            return _made(function(int(a), int(b)), sign, a, b)
        return int(same) if same.plain else same

    return join


for _join, _name in {"+": "add", "-": "sub", "×": "mul", "//": "floordiv", "%": "mod"}.items():
    setattr(Length, f"__{_name}__", _operator(_join, getattr(operator, _name), False))
    setattr(Length, f"__r{_name}__", _operator(_join, getattr(operator, _name), True))
