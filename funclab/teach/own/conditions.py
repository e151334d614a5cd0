"""What the file of a lesson says about a try, in words: `has`, `lacks`, `when` and `mark`.

Conditions are read, never evaluated as Python: what `FACTS` and `ABOUT` do not name is an error.
"""

from __future__ import annotations

import ast
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from funclab import activations, layers, ops
from funclab.errors import ArgumentError
from funclab.graph.node import Node
from funclab.models.model import Functional
from funclab.registry import near
from funclab.teach import course
from funclab.teach.attempt import Attempt, run
from funclab.teach.checking import base_names
from funclab.teach.graphs import (
    accuracy,
    calls_of,
    calls_within,
    joins,
    trained_copy,
    weighted_calls,
)
from funclab.teach.judging import known

COMPARED: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
READ = (
    *(ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.Compare),
    *(*COMPARED, ast.Tuple, ast.Constant, ast.Name, ast.Load, ast.Call),
)
"""The syntax of a condition."""
CHAIN = re.compile(r"(\w+(?: > \w+)*?)(?: (?:(twice)|(\d+) times))?")
MARK = re.compile(r"(?:(first|second|third|last)(?: (\w+))?|input (\w+))")
ORDER = {"first": 0, "second": 1, "third": 2, "last": -1}


class Facts:
    """What conditions may ask about a try whose answer is a model."""

    def __init__(self, item: course.Exercise, attempt: Attempt, model: Functional) -> None:
        self.item, self.attempt, self.model = item, attempt, model

    @cached_property
    def accuracy(self) -> float:
        """The accuracy of a copy that was trained as the exercise's `learns` says."""
        about = dict(self.item.learns)
        names = base_names(self.attempt.before or self.attempt.names)
        x, y, *test = (
            run(f"value = {about.pop(key)}", names, "value").answer
            for key in ("x", "y", "test_x", "test_y")
            if key in about
        )
        trained = trained_copy(self.model, x, y, **about)
        return accuracy(trained, *(test or (x, y)))

    def layer(self, name: str) -> Any:
        """What the lesson has made under a name."""
        return known(self.attempt, name)


def _shared(facts: Facts, kind: str) -> int:
    """How many times the layer of a class is called that is called most."""
    calls = [node for node in calls_within(facts.model) if _plain(kind) == words_of(node)[0]]
    return max(Counter(node.operation for node in calls).values(), default=0)


def _own_weights(facts: Facts, name: str) -> bool:
    """Whether a model has none of the weights of something that the lesson made."""
    theirs = {id(weight) for weight in facts.layer(name).weights}
    return all(id(weight) not in theirs for weight in facts.model.weights)


FACTS: dict[str, Callable[[Facts], Any]] = {
    "weights": lambda facts: facts.model.count_params(),
    "inputs": lambda facts: len(facts.model.inputs),
    "outputs": lambda facts: len(facts.model.outputs),
    "input": lambda facts: tuple(facts.model.inputs[0].shape),
    "output": lambda facts: tuple(facts.model.outputs[0].shape),
    "compiled": lambda facts: facts.model.compiled,
    "accuracy": lambda facts: facts.accuracy,
}
ABOUT: dict[str, Callable[[Facts, str], Any]] = {
    "shared": _shared,
    "frozen": lambda facts, name: not facts.layer(name).trainable_weights,
    "own_weights": _own_weights,
}
"""Facts about a class of layers, or about what the lesson has made."""


def check_condition(text: str, where: str) -> None:
    """Check that a condition can be read.

    Raises: ArgumentError for one that cannot.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        example = 'write for example "weights > 200 and not compiled"'
        raise unread(where, text, example) from error
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    apart: set[int] = set()
    for call in calls:
        argument = call.args[0] if len(call.args) == 1 and not call.keywords else None
        if not isinstance(argument, ast.Name):
            raise unread(where, text, f"{ast.unparse(call)} needs one name")
        function = ast.unparse(call.func)
        if function not in ABOUT:
            raise unread(where, text, f"{function}() is unknown{near(function, ABOUT)}")
        if function == "shared":
            check_words([argument.id], where, text)
        apart |= {id(call.func), id(argument)}
    for node in ast.walk(tree):
        if not isinstance(node, READ):
            raise unread(where, text, f"{type(node).__name__} is not read there")
        if isinstance(node, ast.Name) and id(node) not in apart and node.id not in FACTS:
            raise unread(where, text, f"{node.id} is unknown{near(node.id, [*FACTS, *ABOUT])}")


def holds(text: str, facts: Facts) -> bool:
    """Whether a condition, which was checked, is true of a try."""
    return bool(_value(ast.parse(text.strip(), mode="eval").body, facts))


def _value(node: Any, facts: Facts) -> Any:
    match node:
        case ast.BoolOp(op=ast.And()):
            return all(_value(part, facts) for part in node.values)
        case ast.BoolOp():
            return any(_value(part, facts) for part in node.values)
        case ast.UnaryOp():
            value = _value(node.operand, facts)
            return not value if isinstance(node.op, ast.Not) else -value
        case ast.Compare():
            sides = [_value(part, facts) for part in (node.left, *node.comparators)]
            pairs = zip(node.ops, sides, sides[1:])
            return all(COMPARED[type(sign)](a, b) for sign, a, b in pairs)
        case ast.Tuple():
            return tuple(_value(part, facts) for part in node.elts)
        case ast.Name():
            return FACTS[node.id](facts)
        case ast.Call():
            return ABOUT[ast.unparse(node.func)](facts, ast.unparse(node.args[0]))
    return node.value


# Calls of a kind --------------------------------------------------------------------------------


def words_of(node: Node) -> list[str]:
    """What a call does, in order: the name of its class or op, and then of its activation.

    >>> from funclab import Input, layers
    >>> words_of(layers.Dense(4, activation="relu")(Input((2,))).node)
    ['dense', 'relu']
    """
    operation: Any = node.operation
    last = getattr(getattr(operation, "activation", None), "__name__", "linear")
    kind = type(getattr(operation, "op", operation)).__name__
    return [_plain(kind), *([_plain(last)] if last != "linear" else [])]


def has(text: str, model: Functional) -> bool:
    """Whether a model has the calls that a text such as "Dense > Softmax" or "relu twice" asks for:
    one directly behind the other, where an activation of a layer is behind the layer."""
    match = CHAIN.fullmatch(text.strip())
    assert match is not None
    words = {node: words_of(node) for node in calls_within(model)}
    steps = {(node, i): word for node, each in words.items() for i, word in enumerate(each)}
    first, *others = map(_plain, match[1].split(" > "))
    ends = {step for step, word in steps.items() if word == first}
    for word in others:
        ends = {step for step in steps if steps[step] == word and ends & _before(*step, words)}
    return len(ends) >= (2 if match[2] else int(match[3] or 1))


def _before(node: Node, i: int, words: Mapping[Node, list[str]]) -> set[tuple[Node, int]]:
    """The steps directly before a step of a call."""
    if i:
        return {(node, i - 1)}
    return {(parent, len(words[parent]) - 1) for parent in node.parent_nodes if parent in words}


def check_has(text: str, where: str) -> None:
    """Check that a text for `has` can be read.

    Raises: ArgumentError for one that cannot.
    """
    match = CHAIN.fullmatch(text.strip())
    if match is None:
        raise unread(where, text, 'write for example "Softmax", "Dense > Softmax" or "relu twice"')
    check_words(match[1].split(" > "), where, text)


def check_mark(text: str, where: str) -> None:
    """Check that a text for `mark` can be read.

    Raises: ArgumentError for one that cannot.
    """
    match = MARK.fullmatch(text.strip())
    if match is None:
        raise unread(where, text, 'write for example "first Dense", "last" or "input left"')
    if match[2] and match[2] not in KINDS:
        check_words([match[2]], where, text)


def check_words(words: Iterable[str], where: str, text: str) -> None:
    every = {_plain(name): name for room in (layers, ops, activations) for name in dir(room)}
    for word in words:
        if _plain(word) not in every:
            told = near(word, [*layers.__all__, *KINDS])
            raise unread(where, text, f"{word} is not a layer or an op{told}")


KINDS: dict[str, Callable[[Functional], list[Any]]] = {"weights": weighted_calls, "join": joins}
"""What `mark` may name besides classes of layers and ops."""


def marked(text: str, facts: Facts) -> tuple[Node, int] | None:
    """The call that `mark` names, and how many of its kind there are; None if it is not there."""
    match = MARK.fullmatch(text.strip())
    assert match is not None
    if match[3]:
        return facts.layer(match[3]).node, len(facts.model.inputs)
    nodes = KINDS.get(match[2], calls_of)(facts.model)
    if match[2] and match[2] not in KINDS:
        nodes = [node for node in calls_within(facts.model) if _plain(match[2]) in words_of(node)]
    at = ORDER[match[1]]
    return (nodes[at], len(nodes)) if nodes and at < len(nodes) else None


def values_of(place: tuple[Node, int]) -> Mapping[str, Any]:
    """What fills the {names} in `says`: see `SLOTS`."""
    node, count = place
    operation: Any = node.operation
    weights = operation.count_params() if operation.is_layer else 0
    shape = tuple(node.output_tensors[0].shape)
    return dict(zip(SLOTS, (node, shape, weights, count)))


SLOTS = ("marked", "shape", "weights", "n")
"""The name of the call that `mark` names, the shape of its output, the numbers in the weights of
its layer, and how many calls of this kind there are."""


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def unread(where: str, text: str, why: str) -> ArgumentError:
    """The error for what cannot be read."""
    return ArgumentError(
        f"{where} has {text!r}, which cannot be read: {why}.",
        why="only what the guide names is read there; nothing of it is run as Python.",
        fix="compare it with the table of fields in the guide, notebooks/teaching.md.",
    )
