"""The arguments of `compile`, matched to a model's outputs by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from funclab.errors import ArgumentError, suggest
from funclab.graph import structure
from funclab.losses import Loss, as_loss
from funclab.models.names import Names, is_config


@dataclass
class Output:
    """One output of a model, with its loss and metrics."""

    name: str
    loss: Loss | None = None
    weight: float | None = None
    metrics: list[Any] = field(default_factory=list)
    weighted_metrics: list[Any] = field(default_factory=list)

    @property
    def loss_name(self) -> str:
        return self.loss.name if self.loss else "no loss"

    @property
    def needs_targets(self) -> bool:
        return bool(self.loss or self.metrics or self.weighted_metrics)


def outputs_of(
    names: Names, loss: Any, loss_weights: Any, metrics: Any, weighted_metrics: Any
) -> list[Output]:
    """Every output with its loss, weight and metrics.

    Raises: LossError, ArgumentError if a setting does not fit the outputs.
    """
    losses = map(as_loss, names.match(loss, "loss", _listed))
    weights = match_loss_weights(names, loss_weights)
    plain = match_metrics(names, metrics, "metrics")
    weighted = match_metrics(names, weighted_metrics, "weighted_metrics")
    return list(map(Output, names.names, losses, weights, plain, weighted))


def _listed(setting: Any, count: int) -> list[Any] | None:
    """The entries of a list; None for a single setting, which applies to all outputs."""
    if not isinstance(setting, (list, tuple)):
        return None
    return list(setting) if any(map(is_config, setting)) else structure.flatten(list(setting))


def match_loss_weights(names: Names, weights: Any) -> list[float | None]:
    """A loss weight (or None) for each output."""
    alone = weights is not None and not isinstance(weights, (dict, list, tuple))
    if alone and (len(names) > 1 or not suggest.is_number(weights)):
        raise ArgumentError(
            f"Could not interpret loss_weights argument: {weights!r} - expected a list of "
            "numbers or a dict.",
            why=f"{names.model.name} has {len(names)} output(s): {names.listed()}.",
            fix=f"pass loss_weights={[1.0] * len(names)}, or a dict with these names.",
        )
    matched = names.match(weights, "loss_weights", _listed)
    for name, weight in zip(names.names, matched):
        if weight is not None and not suggest.is_number(weight):
            raise ArgumentError(
                f"Could not interpret loss_weights argument: the weight of {name} is {weight!r}.",
                why="a loss weight multiplies the loss, so it is a number.",
                fix="for metrics write their name, metrics=[...]; compile's third argument is "
                "loss_weights."
                if hasattr(weight, "update_state") or str(weight).isidentifier()
                else "use a number such as 0.2.",
            )
    return [None if weight is None else float(weight) for weight in matched]


def match_metrics(names: Names, metrics: Any, argument: str) -> list[list[Any]]:
    """A list of metrics for each output.

    A flat list is for all outputs; with as many entries as outputs, it has one entry for each.
    """

    def split(setting: Any, count: int) -> list[Any] | None:
        entries = list(setting) if isinstance(setting, (list, tuple)) else None
        nested = any(isinstance(entry, (list, tuple)) for entry in entries or ())
        return entries if entries and count > 1 and (nested or len(entries) == count) else None

    alike = _along(names.tree, metrics) if names.nested else None
    entries = alike if alike is not None else names.match(metrics, argument, split)
    return [_metrics_in(entry) for entry in entries]


def _along(tree: Any, settings: Any) -> list[Any] | None:
    """The entries of `settings` in the places of a tree's leaves; None for another structure."""
    if not structure.is_container(tree):
        return [settings]
    if isinstance(tree, dict):
        fits = isinstance(settings, dict) and settings.keys() == tree.keys()
        pairs = [(tree[key], settings[key]) for key in tree] if fits else []
    else:
        fits = isinstance(settings, (list, tuple)) and len(settings) == len(tree)
        pairs = list(zip(tree, settings)) if fits else []
    branches = [branch for pair in pairs if (branch := _along(*pair)) is not None]
    whole = fits and len(branches) == len(pairs)
    return [part for branch in branches for part in branch] if whole else None


def _metrics_in(entry: Any) -> list[Any]:
    if isinstance(entry, (list, tuple)):
        return [metric for item in entry for metric in _metrics_in(item)]
    return [] if entry is None else [entry]
