"""Answers in words and numbers: predictions, and what the graph says instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.graph.node import Node


def answers_by_call(answer: Any, nodes: Sequence[Node]) -> list[tuple[Node, Any]] | None:
    """Predictions, each with the call that it is about, from a list or array in the order of the
    calls or a dict by the names of layers; None if there is not one for each call.

    >>> from funclab import layers
    >>> h = layers.Dense(3, name="h")(layers.Input((2,)))
    >>> [value for _, value in answers_by_call({"h": "(None, 3)"}, [h.node])]
    ['(None, 3)']
    """
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    if isinstance(answer, dict):
        answer = [answer.get(node.operation.name, answer) for node in nodes]
        if any(isinstance(one, dict) for one in answer):
            return None
    if not isinstance(answer, (list, tuple)) or len(answer) != len(nodes):
        return None
    return list(zip(nodes, answer))


def shape_and_weights(node: Node) -> tuple[Any, int]:
    """What a call returns, and how many weights its layer has.

    >>> from funclab import layers
    >>> shape_and_weights((layers.Dense(3)(layers.Input((2,)))).node)
    ((None, 3), 9)
    """
    layer: Any = node.operation
    shapes = [tensor.shape for tensor in node.output_tensors]
    return shapes[0] if len(shapes) == 1 else shapes, layer.count_params() if layer.is_layer else 0


def same_answer(given: Any, wanted: Any, tolerance: float = 0.005) -> bool:
    """Whether an answer is the expected one: (None, 8), [None, 8] and "(None, 8)" are the same.

    >>> same_answer("(None, 8)", (None, 8)), same_answer(0.2001, 0.2), same_answer(8, (8,))
    (True, True, False)
    """
    given, wanted = plain_answer(given), plain_answer(wanted)
    if isinstance(given, tuple) and isinstance(wanted, tuple):
        pairs = zip(given, wanted)
        return len(given) == len(wanted) and all(same_answer(a, b, tolerance) for a, b in pairs)
    numbers = [isinstance(one, (int, float)) for one in (given, wanted)]
    return abs(given - wanted) <= tolerance if all(numbers) else given == wanted


def plain_answer(value: Any) -> Any:
    """An answer as tuples, numbers, text and None.

    >>> plain_answer(["(None, 24, 8)", "None, 5", np.int64(40), "2,080"])
    ((None, 24, 8), (None, 5), 40, 2080)
    """
    if isinstance(value, str):
        return _read(value)
    if isinstance(value, np.ndarray):
        return value.item() if value.size == 1 else plain_answer(value.tolist())
    if isinstance(value, (list, tuple)):
        return tuple(plain_answer(item) for item in value)
    if isinstance(value, np.generic):
        return value.item()
    fraction = hasattr(value, "numerator") and not isinstance(value, int)
    return float(value) if fraction else value


def _read(text: str) -> Any:
    """The value of a text: a shape, a number, or the text itself."""
    words = text.strip().strip("()[]")
    if "(" in text or "[" in text or ("," in text and "None" in text):
        return tuple(_read(word) for word in words.split(",") if word.strip())
    if words == "None":
        return None
    try:
        number = float(words.replace(",", ""))
    except ValueError:
        return text.strip()
    return int(number) if number.is_integer() else number
