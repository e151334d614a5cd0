"""The names of a model's inputs and outputs, and what users give for them: data, targets, weights,
losses and metrics.

Each of them may be a dict by name, a list in order, or a single part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from funclab.errors import DataError, FunclabError, LossError, Pair, Pairs, suggest, warn
from funclab.graph import structure
from funclab.graph.shape_math import show
from funclab.graph.tensor import Operators, Tensor
from funclab.graph.value import Value

if TYPE_CHECKING:
    from funclab.models.model import Functional, Model

# For each argument: its error, the message about an unknown key, and the message about a list of
# the wrong length.
KEY = 'Unknown entry in {argument} dictionary: "{key}". Only expected the following keys: {names}.'
LENGTH = (
    "When passing a list as {argument}, it should have one entry per model outputs. The model has "
    "{n} outputs, but you passed {count}: {argument}={given}."
)
INVALID = (
    "Invalid `{argument}`. `{argument}` should be a list or a dict matching the outputs of the "
    "model, {names}. Received: {argument}={given}"
)
WORDS: dict[str, tuple[type[FunclabError], str, str]] = {
    "x": (
        DataError,
        "The structure of `inputs` doesn't match the expected structure of {model}. Expected the "
        'keys {names}; the key "{key}" is not used.',
        'Layer "{model}" expects {n} input(s), but it received {count} input tensors. (Layer '
        "{model} expects {n} inputs, but it received {count} input tensors.)",
    ),
    "y": (
        DataError,
        'The targets have the key "{key}", but {model} has no such output. Expected keys: {names}.',
        "{model} has {n} outputs, but the targets are {count} arrays. Expected to see {n} "
        "array(s). (y_true and y_pred have different structures.)",
    ),
    "sample_weight": (
        DataError,
        KEY,
        "sample_weight is a list of {count} arrays, but {model} has {n} outputs.",
    ),
    "loss": (
        LossError,
        f"{KEY} (Expected keys {{names}} in loss dict, but found loss.keys()={{keys}}.)",
        f"{LENGTH} (An entry in the `loss` argument, can't be found in either the model's output "
        "or targets.)",
    ),
    "loss_weights": (LossError, KEY, f"{LENGTH} (`loss_weights` must match the number of losses.)"),
    "metrics": (LossError, INVALID, INVALID),
    "weighted_metrics": (LossError, INVALID, INVALID),
}


class Names:
    """The inputs or outputs of a model (its `side`), and the keys by which they can be given.

    A key is a layer's name, or the path of a leaf in the structure the model was built on.
    """

    def __init__(self, side: str, model: Model, names: Sequence[str], tree: Any) -> None:
        self.side, self.model, self.names, self.tree = side, model, list(names), tree
        self.index = {name: i for i, name in enumerate(self.names)}
        paths = structure.paths(tree) if structure.is_container(tree) else []
        for i, path in enumerate(paths):
            if not path.isdigit():
                self.index.setdefault(path, i)
        own = isinstance(tree, dict) and len(tree) == len(self.names)
        self.keys = list(tree) if own else self.names

    @property
    def nested(self) -> bool:
        """Whether the structure contains further lists or dicts."""
        branches = self.tree.values() if isinstance(self.tree, dict) else self.tree
        return structure.is_container(self.tree) and any(map(structure.is_container, branches))

    @property
    def loss_names(self) -> list[str]:
        """The names of the losses in logs: in a nested structure, the paths of the outputs, with
        names instead of numbers in lists."""
        if not self.nested:
            return self.names
        parts = [path.split(".") for path in structure.paths(self.tree)]
        return [
            "/".join([*path[:-1], name if path[-1].isdigit() else path[-1]])
            for path, name in zip(parts, self.names)
        ]

    def __len__(self) -> int:
        return len(self.names)

    def listed(self) -> str:
        return ", ".join(self.names)

    def match(self, value: Any, argument: str, split: Callable[[Any, int], Any]) -> list[Any]:
        """The parts of `value`, one for each name; None where there is none.

        `split` turns a value that is not a dict into parts, or returns None if it is for all names.
        Raises: the error of `argument` for an unknown key or a list of the wrong length.
        """
        if isinstance(value, dict) and not is_config(value):
            self._refuse_tensors(value, argument)
            if structure.same_structure(value, self.tree):
                value = dict(zip(structure.paths(value), structure.flatten(value)))
            matched: list[Any] = [None] * len(self)
            for key, part in value.items():
                if key not in self.index:
                    self._unknown(key, value, argument)
                else:
                    matched[self.index[key]] = part
            return matched
        parts = split(value, len(self))
        if parts is None:
            return [value] * len(self)
        if len(parts) != len(self):
            words = WORDS[argument]
            raise words[0](
                self._say(words[2], argument, value, count=len(parts)),
                why=f"the {self.side}s of {self.model.name} are {self.listed()}; "
                + _length_of(value, parts),
                fix=f"write numpy.array({argument}): one array, with a row for each sample."
                if self._are_samples(parts, argument)
                else f"give a list with one part for each, [{self.listed()}], or a dict with these "
                "names as keys.",
                graph=self.model if argument == "x" else None,
                facts=self.in_order([pictured(part, argument) for part in parts]),
            )
        return parts

    def _are_samples(self, parts: Sequence[Any], argument: str) -> bool:
        """Whether a list for the only input or output is a list of samples, all of one shape."""
        ends = self.model.inputs if argument == "x" else self.model.outputs
        if argument not in ("x", "y") or len(self) != 1 or not ends or not parts:
            return False
        shapes = {getattr(part, "shape", None) for part in parts}
        return shapes == {np.shape(parts[0])} and np.ndim(parts[0]) == len(ends[0].shape) - 1

    def _gives_back(self) -> bool:
        """Whether the model has one input and one output of the same shape, as an autoencoder."""
        ends = [*(self.model.inputs or []), *(self.model.outputs or [])]
        return len(ends) == 2 and ends[0].shape == ends[1].shape

    def require(
        self, parts: Sequence[Any], needed: Sequence[bool], argument: str, phrase: str
    ) -> None:
        """Raise a DataError unless each required name has its part."""
        for name, part, is_needed in zip(self.names, parts, needed):
            if part is None and is_needed:
                keys = [key for key, wanted in zip(self.keys, needed) if wanted]
                key = self.keys[self.names.index(name)]
                facts = {
                    i: pictured(other, argument) if other is not None else Pair(note="no data")
                    for i, other in enumerate(parts)
                    if needed[i] or other is not None
                }
                raise DataError(
                    f'No data provided for "{key}". Need data for each key in: {keys}. '
                    f"({phrase.format(name=name)})",
                    why=f"{self.model.name} needs data for each of its {self.side}s: "
                    f"{', '.join(keys)}.",
                    fix=f'pass an array for it, in order, or in a dict under the key "{key}".'
                    if argument == "x"
                    else "write fit(x, x), if the model is to give back what it is given."
                    if self._gives_back()
                    else f'pass targets for it, or compile with loss={{"{key}": None}}.',
                    graph=self.model if argument == "x" else None,
                    facts=self.pairs(facts),
                )

    def _unknown(self, key: Any, value: dict[Any, Any], argument: str) -> None:
        error, words, _ = WORDS[argument]
        says = self._say(words, argument, value, key=key)
        if argument == "x":
            warn(says)
            return
        meant = self.meant(key, value)
        raise error(
            says,
            why=f'the {self.side}s of {self.model.name} are {self.listed()}; "{key}" is not one '
            "of them.",
            fix=f'write "{meant}" instead of "{key}".'
            if meant
            else f'use one of the names {self.listed()}, or give the layer name="{key}".',
            facts=self.by_key(
                {name: pictured(part, argument, name) for name, part in value.items()}
            ),
        )

    def _refuse_tensors(self, value: dict[Any, Any], argument: str) -> None:
        """Refuse keys that are tensors, where the names of outputs are keys."""
        error, words, _ = WORDS[argument]
        given = {getattr(key, "id", key): part for key, part in value.items()}
        for key in value:
            if isinstance(key, Tensor):
                name, named = key.node.operation.name, [str(x) for x in self.names]
                fix = f'write "{name}", in quotes, as the key.'
                raise error(
                    self._say(words, argument, given, key=key.id),
                    why=f"the keys are texts, the names of the {self.side}s.",
                    fix=fix if name in named else f"use one of the names {self.listed()}.",
                )

    def _say(self, words: str, argument: str, value: Any, **more: Any) -> str:
        return words.format(
            argument=argument, given=value, model=self.model.name, n=len(self), names=self.keys,
            keys=list(value) if isinstance(value, dict) else (), **more,
        )  # fmt: skip

    def meant(self, key: Any, used: Iterable[Any]) -> str:
        """The name that a wrong key probably means: a similar one, or the only unused one."""
        taken = {self.index.get(used_key) for used_key in used}
        free = [name for i, name in enumerate(self.names) if i not in taken]
        close = suggest.similar(str(key), free)
        return close[0] if close else free[0] if len(free) == 1 else ""

    # For the pictures of errors.
    def pairs(self, by_index: dict[int, Pair], extra: Sequence[Pair] = ()) -> Pairs:
        """Each name with the part given for it, by number, and the parts that match no name."""
        leaves = structure.flatten(self.tree)
        shapes = [
            show((None, *leaf.shape[1:])) if hasattr(leaf, "shape") else "" for leaf in leaves
        ]
        rows = [
            by_index.get(i, Pair())._replace(name=name, shape="".join(shapes[i : i + 1]))
            for i, name in enumerate(self.names)
        ]
        return Pairs(self.model.name, self.side, [*rows, *extra])

    def in_order(self, items: Sequence[Pair]) -> Pairs:
        """The names with the items of a list."""
        by_index = {i: Pair(note="nothing was given") for i in range(len(self))}
        by_index |= dict(enumerate(items[: len(self)]))
        note = f"no {self.side} is left for it"
        return self.pairs(by_index, [item._replace(note=note) for item in items[len(self) :]])

    def by_key(self, items: dict[Any, Pair]) -> Pairs:
        """The names with the entries of a dict."""
        by_index = {self.index[key]: item for key, item in items.items() if key in self.index}
        extra = []
        for key in items.keys() - self.index.keys():
            meant = self.meant(key, items)
            hint = f": is {meant} meant?" if meant else ""
            extra.append(items[key]._replace(note=f"no {self.side} of this name{hint}"))
        return self.pairs(by_index, extra)


def names_of_inputs(model: Functional) -> Names:
    return Names("input", model, model.input_names, model.input_structure)


def names_of_outputs(model: Model) -> Names:
    return Names("output", model, model.output_names, model.output_structure)


def arrays_in(data: Any, count: int) -> list[Any]:
    """The arrays in a list of arrays; a list of numbers is one array."""
    if isinstance(data, (list, tuple)):
        leaves = structure.flatten(data)
        if all(leaf is None or isinstance(leaf, Operators) or np.ndim(leaf) > 0 for leaf in leaves):
            return leaves
        if len(data) == count > 1:
            return list(data)
    return [data]


def pictured(part: Any, argument: str, key: str = "") -> Pair:
    """A part in the picture of an error, with the key by which it was given."""
    if argument in ("x", "y"):
        word = "targets" if argument == "y" else "tensor" if isinstance(part, Value) else "array"
        return Pair(given=f'"{key}"' if key else word, given_shape=shape_text(part))
    name = part if isinstance(part, str) else getattr(part, "__name__", "")
    name = str(name or getattr(part, "name", "") or part)
    return Pair(given=f'"{key}"' if key else name, given_shape=name if key else "")


def shape_text(data: Any) -> str:
    """The shape of data, if they have one."""
    try:
        return "" if data is None else show(getattr(data, "shape", None) or np.shape(data))
    except ValueError:  # rows of unequal lengths
        return ""


def _length_of(value: Any, parts: Sequence[Any]) -> str:
    """How many entries were given, as the end of a sentence."""
    if not isinstance(value, (list, tuple, dict)):
        return "one array was given."
    return f"the list has {len(parts)} {'entry' if len(parts) == 1 else 'entries'}."


def is_config(value: Any) -> bool:
    return isinstance(value, dict) and "class_name" in value
