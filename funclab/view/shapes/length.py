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
    parts: tuple[int, ...] = ()
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
        if self.sign == "//" and _sign(self.parts[0]) == "neg":  # -(-a // b) rounds a / b up
            above, below = _parts(self.parts[0])[0], self.parts[1]
            return above if below == 1 else _made(int.__neg__(self), "ceil", above, below)
        return _made(int.__neg__(self), "neg", self)

    @property
    def sources(self) -> tuple[tuple[int, int], ...]:
        """The inputs and axes whose lengths it was computed from, each once, in order."""
        own = [self.source] if self.source is not None else []
        inner = [place for part in self.parts if isinstance(part, Length) for place in part.sources]
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
        first, *rest = (_operand(part, depth - 1, tight + i) for i, part in enumerate(self.parts))
        if self.sign == "ceil":
            return f"ceil({first} / {rest[0]})"
        return f" {self.sign} ".join([first, *rest]) if rest else f"-{first}"


def _operand(part: int, depth: int, tight: int) -> str:
    """A part as text, in brackets if its own sign binds less tightly."""
    if not isinstance(part, Length):
        return str(part)
    loose = part.parts and depth and STRENGTH.get(part.sign, 3) < tight
    return f"({part.text(depth)})" if loose else part.text(depth)


def _sign(x: int) -> str:
    return x.sign if isinstance(x, Length) else ""


def _parts(x: int) -> tuple[int, ...]:
    return x.parts if isinstance(x, Length) else ()


def _is_made(x: int) -> bool:
    """Whether it is more than a number in the code or a setting."""
    return isinstance(x, Length) and bool(x.parts or x.source)


def _made(value: int, sign: str, *parts: int) -> Length:
    known = [part for part in parts if isinstance(part, Length)]
    facts = {name: any(getattr(p, name) for p in known) for name in ("batch", "unknown")}
    return Length(value, sign=sign, parts=parts, **facts)


def _simpler(sign: str, a: int, b: int) -> int | None:
    """What `a sign b` is without this step of arithmetic, if it changes nothing or undoes another.

    A stride of 1 is shown all the same, as in `(28 - 3) // 1`.
    """
    nothing = {"+": 0, "-": 0, "×": 1, "//": 1}.get(sign)
    shown = sign == "//" or (sign == "×" and _parts(a))
    if b == nothing and (type(b) is int or not (shown or _is_made(b))):
        return a
    if sign in "+×" and a == nothing and not _is_made(a):
        return b
    if sign == "+" and _sign(a) == "-" and _parts(a)[1] == b and not _parts(b):  # x - b + b
        return _parts(a)[0]
    if sign == "+" and _sign(a) == "×" and _parts(a)[1] is b and isinstance(b, Length):
        before = _parts(a)[0]
        if _sign(before) == "-" and _parts(before)[1] == 1:  # (x - 1) × b + b
            return _parts(before)[0] * b
    return _without_factor(a, b) if sign == "//" else _difference(a, b) if sign == "-" else None


def _without_factor(a: int, b: int) -> int | None:
    """a // b where b is a product of the first, or of the last, factors of a."""
    factors, rest = [], a
    while _sign(rest) == "×":
        rest, last = _parts(rest)
        factors.insert(0, last)
    factors.insert(0, rest)
    for i in range(1, len(factors)):
        for gone, left in ((factors[:i], factors[i:]), (factors[i:], factors[:i])):
            if math.prod(gone) == b:
                return math.prod(left)
    return None


def _difference(a: int, b: int) -> int | None:
    """3 × n - 2 × n is n."""
    (x, i), (y, j) = _multiple(a), _multiple(b)
    return x * (i - j) if x is y and isinstance(x, Length) and i > j else None


def _multiple(a: int) -> tuple[int, int]:
    """A length, and by which plain number it is multiplied in a."""
    x, y = _parts(a) if _sign(a) == "×" else (a, 1)
    return (y, x) if type(x) is int else (x, y) if type(y) is int else (a, 1)


def _operator(sign: str, function: Callable[[int, int], int], turned: bool) -> Any:
    def join(self: Length, other: Any) -> Any:
        if not isinstance(other, int):
            return NotImplemented
        a, b = (other, self) if turned else (self, other)
        same = _simpler(sign, a, b)
        return _made(function(int(a), int(b)), sign, a, b) if same is None else same

    return join


for _join, _name in {"+": "add", "-": "sub", "×": "mul", "//": "floordiv", "%": "mod"}.items():
    setattr(Length, f"__{_name}__", _operator(_join, getattr(operator, _name), False))
    setattr(Length, f"__r{_name}__", _operator(_join, getattr(operator, _name), True))
