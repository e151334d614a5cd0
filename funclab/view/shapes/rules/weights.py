"""How many numbers a layer learns, as arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from funclab import shape_math
from funclab.view.scene import words
from funclab.view.shapes.rules.numbers import times

NOTHING = "0: nothing to learn"


@dataclass(frozen=True)
class Parameters:
    """How many numbers a layer holds, as arithmetic; "" if none."""

    expression: str
    total: int
    frozen: int = 0
    """How many of these numbers no gradient changes."""

    @property
    def text(self) -> str:
        """
        >>> Parameters("3 × 4", 12).text
        '3 × 4 = 12'
        """
        if not self.expression:
            return NOTHING
        total = f"{self.total:,}"
        text = total if self.expression == str(self.total) else f"{self.expression} = {total}"
        if self.frozen:
            some = "none" if self.frozen == self.total else f"all but {self.frozen:,}"
            text += f" ({some} of them trained)"
        return text


def parameters(layer: Any) -> Parameters:
    """The weights of a layer as sums of products, with their total.

    Weights that several layers share count once, as everywhere.

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
    return Parameters(_gates(layer) or _equal(terms) or " + ".join(terms), total, frozen)


def _of_model(model: Any, total: int, frozen: int) -> Parameters:
    """One term for each layer inside that has weights; those they share stand in the first."""
    counted: set[int] = set()
    terms = []
    for layer in model.layers:
        new = [weight for weight in words.weights_of(layer) if id(weight) not in counted]
        counted.update(id(weight) for weight in new)
        if new:
            terms.append(str(words.count(new)))
    return Parameters(" + ".join(terms), total, frozen)


def _equal(terms: list[str]) -> str:
    """`4 × 64` for four weights of the same one length."""
    return f"{len(terms)} × {terms[0]}" if len(set(terms)) == 1 and len(terms) > 2 else ""


def _gates(layer: Any) -> str:
    """The weights of a recurrent layer, gate by gate: 4 × ((256 + 64) × 64 + 64)."""
    both = [getattr(layer, f"{way}_layer", None) for way in ("forward", "backward")]
    if None not in both:
        first, second = map(_gates, both)
        return f"2 × ({first})" if first == second and first else ""
    lengths = [shape_math.known(weight.shape) for weight in words.weights_of(layer)]
    units = getattr(layer, "units", 0)
    if not hasattr(layer, "return_sequences") or len(lengths) not in (2, 3):
        return ""
    features, width = lengths[0]
    bias = {(): "", ((width,),): f" + {units}", ((2, width),): f" + 2 × {units}"}
    if width % units or lengths[1] != (units, width) or tuple(lengths[2:]) not in bias:
        return ""
    each = f"(({features} + {units}) × {units}{bias[tuple(lengths[2:])]})"
    gates = width // units
    return f"{gates} × {each}" if gates > 1 else each[1:-1]
