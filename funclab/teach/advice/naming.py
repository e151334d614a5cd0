"""The words of verdicts: what they call the parts of a student's graph, and messages filled in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from funclab import registry
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.shape_math import show
from funclab.graph.tensor import Tensor
from funclab.teach import course
from funclab.teach.attempt import Attempt
from funclab.view.draw import sentences
from funclab.view.draw.sentences import SLOT, say
from funclab.view.draw.text import clean, shorten

LONGEST_NAME = 40
GIVEN = ("given", "number")
"""What students have answered: a fraction is repeated as it is, and not as a share."""


def told(value: Any) -> str:
    """How a message names something.

    >>> told((None, 24, 8)), told(2080), told(0.683), told(5.2), told("relu")
    ('(None, 24, 8)', '2,080', '68 %', '5.2', 'relu')
    """
    if isinstance(value, Node):
        value = value.operation
    if isinstance(value, Operation):
        return shorten(clean(value.name), LONGEST_NAME)
    if isinstance(value, Tensor):
        return shorten(clean(value.id), LONGEST_NAME)
    if isinstance(value, tuple):
        return shorten(show(value), LONGEST_NAME)
    if isinstance(value, float) and not 0 <= value <= 1:
        return f"{value:g}"
    if isinstance(value, float):
        return f"{value:.0%}".replace("%", " %")
    return f"{value:,}" if isinstance(value, int) else str(value)


def placed(value: Any, attempt: Attempt) -> str:
    """The same; what has an automatic name, which the student never wrote, gets the variable that
    holds it, or the line that called it.

    >>> from funclab.layers import Dense, Input
    >>> from funclab.teach.attempt import run
    >>> lines = "x = Input((4,), name='x')\\neye = Dense(3)\\ny = Dense(2)(eye(x))"
    >>> attempt = run(lines, {"Dense": Dense, "Input": Input}, "y")
    >>> [placed(node, attempt) for node in attempt.nodes if not node.is_input]  # doctest: +ELLIPSIS
    ['dense... (eye)', 'dense... (your line 3)']
    """
    name, node = told(value), getattr(value, "node", value)
    layer = node.operation if isinstance(node, Node) else node
    if not isinstance(layer, Operation) or not is_automatic(layer, attempt.source):
        return name
    variables = {**(attempt.before or {}), **attempt.new}
    holding = [key for key, one in variables.items() if one is layer and not key.startswith("_")]
    if holding:
        return say("lesson_held_by", name=name, variable=holding[-1])
    places = getattr(attempt.nodes, "places", {})
    calls = [node] if isinstance(node, Node) else layer.inbound_nodes
    lines = [places[call][0] for call in calls if call in places]
    return say("lesson_on_line", name=name, line=lines[0]) if lines else name


def is_automatic(layer: Operation, source: str) -> bool:
    """Whether a layer has a name such as dense_7, which was not given to it."""
    prefix = layer.op.name if isinstance(layer, OpOperation) else registry.prefix_of(type(layer))
    quoted = f'"{layer.name}"' in source or f"'{layer.name}'" in source
    return not quoted and bool(re.fullmatch(rf"{re.escape(prefix)}(_\d+)?", layer.name))


def filled(message: str, values: Mapping[str, Any], attempt: Attempt | None = None) -> str:
    """A message with names, shapes and numbers filled in, without sentences that lack a value.

    With an `attempt`, automatic names come with their place, if there is room for it.

    >>> filled("{model} ends at {tensor}. Wanted: a row. Look at {model}.", {"model": "what"})
    'Wanted: a row. Look at what.'
    """
    parts = re.split(r"(?<=[.?!]) ", message)
    complete = [x for x in parts if {slot[0] for slot in SLOT.findall(x)} <= values.keys()]
    message = " ".join(complete) or message
    words = {key: f"{value:g}" if key in GIVEN and isinstance(value, float) else
             unlike(message, value) for key, value in values.items()}  # fmt: skip
    plain = sentences.filled(message, defaultdict(lambda: "it", words))
    if attempt is None:
        return plain
    known = {key: placed(value, attempt) for key, value in values.items()}
    changed = {key: text for key, text in known.items() if text != told(values[key])}
    first = message
    for key, text in changed.items():  # where it is named first
        first = first.replace(f"{{{key}}}", text, 1)
    longer = sentences.filled(first, defaultdict(lambda: "it", words))
    return longer if len(longer.split()) <= course.LONGEST_MESSAGE else plain


def unlike(message: str, value: Any) -> str:
    """How a message names something; a share that would read like the one that is wanted, with a
    decimal.

    >>> unlike("{model} reads {share}. Wanted: 80 %.", 0.798)
    '79.8 %'
    """
    text = told(value)
    if isinstance(value, float) and text in message:
        return f"{value:.1%}".replace("%", " %")
    return text


def wanted_in(message: str) -> str:
    """The sentence of a message that says what is wanted, if it needs no value; else "".

    >>> wanted_in("{model} is small. Wanted: one answer a day, (None, 1). Look at {layer}.")
    'Wanted: one answer a day, (None, 1).'
    """
    sentences = re.split(r"(?<=[.?!]) ", message)
    return next((x for x in sentences if x.startswith("Wanted") and not SLOT.search(x)), "")


def shortened(text: str, most: int) -> str:
    """The sentences of a text that have room; of a first one that has not, what stands before a
    colon, or its first words, with dots.

    >>> shortened("One two. Three four.", 3), shortened("One: two three.", 2)
    ('One two.', 'One.')
    >>> shortened("One two three.", 2)
    'One …'
    """
    words = clean(text).split()
    if len(words) <= most:
        return " ".join(words)
    for mark in (r"[.?!]\)?$", "[:;]$"):
        ends = [i for i, word in enumerate(words[:most], 1) if re.search(mark, word)]
        if ends:
            beginning = " ".join(words[: ends[-1]])
            return re.sub("[:;]$", ".", beginning)
    return " ".join([*words[: most - 1], "…"])
