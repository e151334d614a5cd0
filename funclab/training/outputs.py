"""Losses, weights and metrics, in any form a user writes them, laid out over a model's outputs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from funclab import structure
from funclab.errors import ArgumentError, LossError, Pair, Pairs
from funclab.losses import Loss, as_loss
from funclab.shapes import show


@dataclass
class Output:
    """One output of a model, and how it is judged."""

    name: str
    loss: Loss | None = None
    weight: float | None = None
    metrics: list[Any] = field(default_factory=list)
    weighted_metrics: list[Any] = field(default_factory=list)

    @property
    def judged(self) -> bool:
        """Whether it needs targets."""
        return bool(self.loss or self.metrics or self.weighted_metrics)


class Names:
    """The names by which a model's outputs may be called: layer names, and the keys of a dict."""

    def __init__(self, model_name: str, names: Sequence[str], tree: Any) -> None:
        self.model_name, self.names, self.tree = model_name, list(names), tree
        paths = structure.paths(tree) if structure.is_container(tree) else []
        self.index = {name: i for i, name in enumerate(self.names)}
        for i, path in enumerate(paths):
            if not path.isdigit():
                self.index.setdefault(path, i)

    def __len__(self) -> int:
        return len(self.names)

    def listed(self) -> str:
        return ", ".join(self.names)

    def spread(self, given: dict[str, Any]) -> list[Any]:
        """The entries of a dict in the order of the outputs; None where there is none."""
        found: list[Any] = [None] * len(self)
        for key, value in given.items():
            found[self.index[key]] = value
        return found

    def unknown(self, given: Iterable[Any]) -> list[Any]:
        return [key for key in given if key not in self.index]

    def meant(self, key: Any, given: Iterable[Any]) -> str:
        """The output that a wrong key probably means: one that looks like it, or the one left."""
        left = [name for i, name in enumerate(self.names) if i not in map(self.index.get, given)]
        found = difflib.get_close_matches(str(key), left, n=1, cutoff=0.5)
        return found[0] if found else left[0] if len(left) == 1 else ""

    # For the pictures of errors.
    def pairs(self, found: dict[int, Pair], extra: Sequence[Pair] = ()) -> Pairs:
        """The outputs beside what is `found` of some by number, and what has no partner."""
        leaves = structure.flatten(self.tree)
        shapes = [show((None, *one.shape[1:])) if hasattr(one, "shape") else "" for one in leaves]
        rows = [
            found.get(i, Pair())._replace(name=name, shape="".join(shapes[i : i + 1]))
            for i, name in enumerate(self.names)
        ]
        return Pairs(self.model_name, "output", [*rows, *extra])

    def in_order(self, items: Sequence[Pair], needed: Sequence[int] | None = None) -> Pairs:
        """The outputs beside the items of a list; those in `needed` (all) lack a partner."""
        found = dict(enumerate(items[: len(self)]))
        for i in range(len(items), len(self)) if needed is None else needed:
            found.setdefault(i, Pair(note="nothing was given"))
        extra = [one._replace(note="no output is left for it") for one in items[len(self) :]]
        return self.pairs(found, extra)

    def by_key(self, given: dict[Any, Pair], needed: Iterable[int] = ()) -> Pairs:
        """The outputs beside the entries of a dict."""
        found = {self.index[key]: one for key, one in given.items() if key in self.index}
        extra = []
        for key in self.unknown(given):
            meant = self.meant(key, given)
            hint = f": is {meant} meant?" if meant else ""
            extra.append(given[key]._replace(note=f"no output of this name{hint}"))
        for i in needed:
            found.setdefault(i, Pair(note="nothing was given"))
        return self.pairs(found, extra)


def outputs_of(
    names: Names, loss: Any, loss_weights: Any, metrics: Any, weighted_metrics: Any
) -> list[Output]:
    """Every output with its loss, weight and metrics.

    Raises: LossError, ArgumentError when a setting does not fit the outputs.
    """
    losses = map(as_loss, spread_losses(names, loss))
    weights = spread_weights(names, loss_weights)
    plain = spread_metrics(names, metrics, "metrics")
    weighted = spread_metrics(names, weighted_metrics, "weighted_metrics")
    return list(map(Output, names.names, losses, weights, plain, weighted))


def is_config(given: Any) -> bool:
    return isinstance(given, dict) and "class_name" in given


def spread_losses(names: Names, loss: Any) -> list[Any]:
    """A loss (or None) for each output."""
    if isinstance(loss, dict) and not is_config(loss):
        loss = _by_path(loss, names)
        unknown = names.unknown(loss)
        if unknown:
            raise LossError(
                f'Unknown entry in loss dictionary: "{unknown[0]}". Only expected the following '
                f"keys: {names.names}. (Expected keys {names.names} in loss dict, but found "
                f"loss.keys()={list(loss)}.)",
                why=f"the outputs of {names.model_name} are {names.listed()}.",
                fix=_nearest(unknown[0], names, loss),
                facts=names.by_key({key: _label(one, key) for key, one in loss.items()}),
            )
        return names.spread(loss)
    if isinstance(loss, (list, tuple)):
        losses = structure.flatten(list(loss)) if not any(map(is_config, loss)) else list(loss)
        if len(losses) != len(names):
            raise LossError(
                "When passing a list as loss, it should have one entry per model outputs. "
                f"The model has {len(names)} outputs, but you passed loss={list(loss)}. (An entry "
                "in the `loss` argument, can't be found in either the model's output or targets.)",
                why=f"the outputs of {names.model_name} are {names.listed()}.",
                fix="give one loss for each, None for an output without a loss; or a single loss, "
                "without a list, for all of them.",
                facts=names.in_order([_label(one) for one in losses]),
            )
        return losses
    return [loss] * len(names)


def spread_weights(names: Names, weights: Any) -> list[float | None]:
    """A loss weight (or None) for each output."""
    if weights is None:
        return [None] * len(names)
    if isinstance(weights, dict):
        unknown = names.unknown(_by_path(weights, names))
        if unknown:
            raise LossError(
                f'Unknown entry in loss_weights dictionary: "{unknown[0]}". Only expected the '
                f"following keys: {names.names}.",
                why=f"the outputs of {names.model_name} are {names.listed()}.",
                fix=_nearest(unknown[0], names, weights),
                facts=names.by_key({key: _label(one, key) for key, one in weights.items()}),
            )
        found = names.spread(_by_path(weights, names))
    elif isinstance(weights, (list, tuple)):
        found = structure.flatten(list(weights))
        if len(found) != len(names):
            raise LossError(
                "When passing a list as loss_weights, it should have one entry per model outputs. "
                f"The model has {len(names)} outputs, but you passed "
                f"loss_weights={list(weights)}. (`loss_weights` must match the number of losses.)",
                why=f"the outputs of {names.model_name} are {names.listed()}.",
                fix=f"give {len(names)} numbers, in that order.",
                facts=names.in_order([_label(one) for one in found]),
            )
    else:
        found = [weights]
        if len(names) > 1 or not _is_number(weights):
            raise ArgumentError(
                f"Could not interpret loss_weights argument: {weights!r} - expected a list of "
                "numbers or a dict.",
                why=f"{names.model_name} has {len(names)} output(s): {names.listed()}.",
                fix=f"pass loss_weights={[1.0] * len(names)}, or a dict with these names.",
            )
    return [_checked_weight(one, name) for one, name in zip(found, names.names)]


def _checked_weight(weight: Any, name: str) -> float | None:
    if weight is None:
        return None
    if not _is_number(weight):
        raise ArgumentError(
            f"Could not interpret loss_weights argument: the weight of {name} is {weight!r}.",
            why="a loss weight multiplies the loss, so it is a number.",
            fix="use a number such as 0.2.",
        )
    return float(weight)


def spread_metrics(names: Names, metrics: Any, argument: str) -> list[list[Any]]:
    """A list of metrics for each output.

    A flat list is for all outputs; with as many entries as outputs, one entry for each.
    """
    if metrics is None:
        return [[] for _ in names.names]
    if isinstance(metrics, dict) and not is_config(metrics):
        metrics = _by_path(metrics, names)
        unknown = names.unknown(metrics)
        if unknown:
            given = {key: _label(one, key) for key, one in metrics.items()}
            reason = f'"{unknown[0]}" is not one of them'
            raise _invalid(names, metrics, argument, reason, names.by_key(given))
        return [_as_list(one) for one in names.spread(metrics)]
    if not isinstance(metrics, (list, tuple)):
        return [[metrics] for _ in names.names]
    entries = list(metrics)
    if len(names) == 1:
        return [structure.flatten([one for one in entries if one is not None])]
    if len(entries) == len(names):
        return [_as_list(one) for one in entries]
    if any(isinstance(one, (list, tuple)) for one in entries):
        facts = names.in_order([_label(one) for one in entries])
        raise _invalid(names, metrics, argument, f"the list has {len(entries)} entries", facts)
    return [list(entries) for _ in names.names]


def _as_list(entry: Any) -> list[Any]:
    if entry is None:
        return []
    return list(entry) if isinstance(entry, (list, tuple)) else [entry]


def _label(given: Any, key: str = "") -> Pair:
    """A loss, weight or metric in a picture, with the key it was given under."""
    name = given if isinstance(given, str) else getattr(given, "__name__", "")
    name = name or getattr(given, "name", "") or str(given)
    return Pair(given=f'"{key}"' if key else str(name), given_shape=str(name) if key else "")


def _invalid(names: Names, given: Any, argument: str, reason: str, facts: Pairs) -> LossError:
    return LossError(
        f"Invalid `{argument}`. `{argument}` should be a list or a dict matching the outputs of "
        f"the model, {names.names}. Received: {argument}={given}",
        why=f"the outputs of {names.model_name} are {names.listed()}; {reason}.",
        fix="use these names as keys, or give a list with one entry for each output.",
        facts=facts,
    )


def _by_path(given: dict[str, Any], names: Names) -> dict[str, Any]:
    """A nested dict shaped like the outputs, with its paths as keys."""
    nested = any(isinstance(value, dict) and not is_config(value) for value in given.values())
    if not nested or not structure.is_container(names.tree):
        return given
    if not structure.same_structure(given, names.tree):
        return given
    return dict(zip(structure.paths(given), structure.flatten(given)))


def _nearest(key: Any, names: Names, given: Iterable[Any]) -> str:
    free = [name for name in names.names if name != key]
    meant = names.meant(key, given)
    if meant:
        return f'write "{meant}" instead, the name of the layer that makes the output.'
    return f'use one of the names {", ".join(free)}, or give the layer name="{key}".'


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float)) or (hasattr(x, "item") and getattr(x, "size", 0) == 1)
