"""The graph of a model without its weights: what cannot be made is a box, see `opaque`.

Keras models in memory and files are described by the same config, that of Keras 3. Each layer and
op in it has a number, under which a sketch keeps what else is known.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from funclab import registry
from funclab.errors import ConfigError, FunclabError, NameLookupError
from funclab.graph import shape_math, structure
from funclab.graph.operation import Operation
from funclab.graph.shape_math import show
from funclab.graph.tensor import Tensor
from funclab.layers import functions
from funclab.layers.base import Layer
from funclab.models.config import SKETCH, TENSOR, from_config, is_op
from funclab.registry import sharing
from funclab.registry.within import within
from funclab.saving.opaque import Facts, Outputs, Unknown, box_of
from funclab.saving.state import in_each_place

NUMBER = "sketch_number"
"""The key of the number of a layer or op in a config."""


MOST_TRIALS = 100
"""How often a graph is read: each time, one more layer has become a box."""


class _Again(Exception):
    """Something has to become a box: the graph is read again."""


class Sketch:
    """Reads a config in which layers and ops have numbers.

    facts: what is known of each, by its number.
    """

    def __init__(self, facts: dict[int, Facts]) -> None:
        self.facts = facts
        self.numbers: dict[Any, int] = {}
        """The layers, and the ops or what calls them, that were made."""

    def read(self, entry: dict[str, Any], safe_mode: bool) -> Any:
        """The model that is described.

        Raises: FunclabError for what is not the description of a model.
        """
        self.whole = entry
        for _ in range(MOST_TRIALS):
            self.numbers.clear()
            with suppress(_Again), within(SKETCH, self):
                with registry.fresh_names(), sharing.apart(), functions.safe_mode(safe_mode):
                    model = from_config(entry)
                self._link()
                return model
        raise ConfigError(
            f"More than {MOST_TRIALS} layers do not make what their model says.",
            why="such a model is of no use, even as a picture.",
            fix="save it again, or pass another one.",
        )

    def make(self, entry: dict[str, Any], make: Callable[[], Any]) -> Any:
        """What `make` returns; or a box, if the layer or op that is described cannot be made."""
        number = entry.get(NUMBER)
        if number is None:  # a layer inside a wrapper: then the wrapper is a box
            return make()
        facts = self.facts[number]
        if not facts.boxed:
            try:
                operation = make()
            except _Again:
                raise
            except Exception as error:  # whatever a layer cannot be made for, it becomes a box
                self._blame(error)
                if entry is self.whole:
                    raise
                facts.boxed = _reason(error)
            else:
                self.numbers[operation] = number
                return operation
        name, config = entry["config"]["name"], entry["config"]
        return box_of(entry["class_name"], name, config, facts, not is_op(entry))

    def call(self, operation: Any, args: Any, kwargs: Any) -> Any:
        """What a call returns. If it fails, or the shapes are not those that are known, the layer
        or op becomes a box."""
        number = self.numbers.get(operation)
        if number is None:
            return operation(*args, **kwargs)
        facts = self.facts[number]
        try:
            outputs = operation(*args, **kwargs)
        except Exception as error:  # the same for its calls
            self._blame(error)
            self._refuse(facts, _reason(error))
        taken = [x.shape for x in structure.flatten([args, kwargs]) if isinstance(x, Tensor)]
        made = [x.shape for x in structure.flatten(outputs)]
        known = facts.outputs(taken)
        fits = (isinstance(there, Unknown) or shape_math.same(own, there)
                for own, (there, _) in zip(made, known))  # fmt: skip
        if not all(fits):  # in files, the last outputs may be missing
            there = ", ".join(show(shape) for shape, _ in known)
            here = ", ".join(map(show, made))
            self._refuse(facts, f"It makes {there}; what funclab has by this name makes {here}.")
        return outputs

    def _blame(self, error: Exception) -> None:
        """If an error is about another layer, which was made before, that becomes a box."""
        culprit = getattr(error, "graph", None)
        if isinstance(culprit, Operation) and culprit in self.numbers:
            self._refuse(self.facts[self.numbers[culprit]], _reason(error))

    def _refuse(self, facts: Facts, reason: str) -> NoReturn:
        facts.boxed = reason
        raise _Again

    def _link(self) -> None:
        """Have the variables of all layers read the weights that they stand for."""
        for operation, number in self.numbers.items():
            facts = self.facts[number]
            if not facts.weights or not isinstance(operation, Layer):
                continue
            several = operation.sublayers  # else its weights are in order
            variables = in_each_place(operation) if several else operation.weights
            if [v.shape for v in variables] != [weight.shape for weight in facts.weights]:
                self._refuse(facts, "Its weights are not those of funclab's layer of that name.")
            for variable, weight in zip(variables, facts.weights):
                variable.initializer = weight.initializer


def one_box(
    entry: dict[str, Any], inputs: Outputs, facts: Facts
) -> tuple[dict[str, Any], dict[int, Facts]]:
    """The description of a model that consists of one box, and what is known of its parts.

    entry: the description of what the box stands for. inputs: the shapes and dtypes it takes.
    """
    name = entry["config"]["name"]
    layers: list[dict[str, Any]] = []
    known = {0: facts}
    for number, (shape, dtype) in enumerate(inputs, 1):
        own = f"{name}_input_{number}" if len(inputs) > 1 else f"{name}_input"
        config = {"batch_shape": list(shape), "dtype": dtype, "name": own}
        start = {"class_name": "InputLayer", "module": "keras.layers", "config": config}
        layers.append({**start, "name": own, "inbound_nodes": [], NUMBER: number})
        known[number] = Facts()
    tensors = [
        {"class_name": TENSOR, "config": {"keras_history": [start["name"], 0, 0]}}
        for start in layers
    ]
    taken = tensors if len(tensors) > 1 else tensors[0]
    box = {**entry, "name": name, "inbound_nodes": [{"args": [taken], "kwargs": {}}], NUMBER: 0}
    config = {
        "name": f"{name}_as_a_box",
        "layers": [*layers, box],
        "input_layers": [[start["name"], 0, 0] for start in layers],
        "output_layers": [[name, 0, i] for i in range(len(facts.outputs([])))],
    }
    return {"class_name": "Functional", "config": config}, known


def _reason(error: Exception) -> str:
    """Why something cannot be made, as a sentence."""
    if isinstance(error, NameLookupError):
        return "funclab does not have this class."
    what = error.what if isinstance(error, FunclabError) else f"{type(error).__name__}: {error}"
    return what if what.endswith(".") else f"{what}."
