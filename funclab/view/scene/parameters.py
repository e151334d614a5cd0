"""How many numbers a layer holds, as arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from funclab.graph import shape_math
from funclab.view.draw.sentences import say
from funclab.view.scene import words


@dataclass(frozen=True)
class Parameters:
    """How many numbers a layer holds, as arithmetic; "" if none."""

    expression: str
    total: int
    frozen: int
    """How many of these numbers are not trained."""

    @property
    def text(self) -> str:
        """
        >>> Parameters("3 × 4", 12, frozen=False).text
        '3 × 4 = 12'
        """
        if not self.expression:
            return say("scene_no_parameters")
        total = f"{self.total:,}"
        plain = self.expression in (str(self.total), total)
        text = total if plain else f"{self.expression} = {total}"
        if self.frozen:
            key = "scene_none_trained" if self.frozen == self.total else "scene_some_trained"
            return say(key, sum=text, n=f"{self.frozen:,}")
        return text


def times(lengths: Iterable[Any]) -> str:
    """Sizes joined by a multiplication sign: 3 × 3."""
    return " × ".join(map(str, lengths))


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
    total = words.count(weights)
    frozen = total - words.count(words.trained_of(layer))
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
