"""How a model was compiled, as plain data; and from that data again."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import registry
from funclab.models.model import Model
from funclab.registry import user_classes
from funclab.training.compiled import is_accuracy


def get_compile_config(model: Model) -> dict[str, Any] | None:
    """The arguments of `compile` as plain data; None for a model that is not compiled."""
    compiled = model.compiled_state
    if compiled is None:
        return None
    settings = {
        "optimizer": compiled.optimizer,
        "loss": compiled.loss,
        "loss_weights": compiled.loss_weights,
        "metrics": compiled.plain_metrics,
        "weighted_metrics": compiled.weighted_metrics,
    }
    written = {name: registry.to_config(value) for name, value in settings.items()}
    return {**written, "run_eagerly": False, "steps_per_execution": 1, "jit_compile": "auto"}


def compile_from_config(model: Model, config: dict[str, Any], custom_objects: Any = None) -> None:
    """Compile a model as `get_compile_config` described; see `compile` for what it raises."""
    kinds = {"optimizer": "optimizer", "loss": "loss"}
    kinds |= dict.fromkeys(("metrics", "weighted_metrics"), "metric")
    known, settings = user_classes.known(custom_objects), dict(config)
    for name in kinds.keys() & config.keys():
        settings[name] = _revived(kinds[name], config[name], known)
    optimizer = settings["optimizer"]
    if optimizer.schedule is None:  # Keras writes 0.1 as its float32 value, 0.10000000149
        optimizer.learning_rate = shortest(float(optimizer.learning_rate))
    model.compile(**settings)


def _revived(kind: str, tree: Any, custom: dict[str, Any]) -> Any:
    """Losses, metrics or an optimizer from their configs, in lists and dicts as they were."""
    if isinstance(tree, list):
        return [_revived(kind, item, custom) for item in tree]
    if isinstance(tree, dict) and {"class_name", "config"} <= tree.keys():
        return registry.get(kind, tree, custom)
    if isinstance(tree, dict):
        return {key: _revived(kind, item, custom) for key, item in tree.items()}
    if isinstance(tree, str) and not is_accuracy(tree):
        names = {**registry.registered("loss"), **registry.registered(kind), **custom}
        if tree not in names:
            # As Keras 3 writes a function; files of Keras 2 have its name alone.
            return registry.get(kind, {"class_name": "function", "config": tree})
        return custom.get(tree, tree)
    return tree


def shortest(number: float) -> float:
    """The number, or the shortest decimal number that is equal to it in float32."""
    return float(str(np.float32(number))) if np.float32(number) == number else number
