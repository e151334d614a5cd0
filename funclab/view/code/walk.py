"""What a model is made of, for writing it down: its kind, the graphs inside, and frozen parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from funclab import structure
from funclab.graph.operation import Operation
from funclab.view.code.text import quote
from funclab.view.scene import words


def is_stack(model: Any) -> bool:
    """A Sequential, or a subclass that is made like one."""
    return _made_here(model) and any(cls.__name__ == "Sequential" for cls in type(model).__mro__)


def is_functional(model: Any) -> bool:
    """A model made as Model(inputs, outputs), not by a constructor of its own."""
    return words.graph_of(model) is not None and _made_here(model) and not is_stack(model)


def is_model(layer: Any) -> bool:
    return is_functional(layer) or is_stack(layer)


def _made_here(model: Any) -> bool:
    return type(model).__init__.__module__.startswith("funclab.")


def models_inside(model: Any) -> list[Any]:
    """The functional models in a model, however deep, and itself if it is one; each once."""
    layers: dict[int, Any] = {}
    waiting = [model]
    while waiting:
        layer = waiting.pop()
        if id(layer) not in layers:
            layers[id(layer)] = layer
            waiting += _written_with(layer)
    return [layer for layer in layers.values() if is_functional(layer)]


def _written_with(layer: Any) -> list[Any]:
    """The layers that writing a layer down writes too."""
    if is_functional(layer):
        return list(layer.graph.operations)
    if is_stack(layer):
        return list(layer.layers)
    held = structure.flatten(list(getattr(layer, "constructor_arguments", {}).values()))
    return [leaf for leaf in held if isinstance(leaf, Operation)]


def thawed(model: Any, path: str) -> Iterator[str]:
    """The lines that make parts trainable again which `trainable=False` has frozen with the rest.

    Setting `trainable` reaches all layers inside, so outer layers come first.
    """
    if not model.trainable:
        yield from _differences(model, path, False)


def _differences(layer: Any, path: str, state: bool) -> Iterator[str]:
    for i, inner in enumerate(getattr(layer, "sublayers", [])):
        place = f"{path}.{_place(layer, inner, i)}"
        if inner.trainable != state:
            yield f"{place}.trainable = {inner.trainable}"
        yield from _differences(inner, place, inner.trainable)


def _place(layer: Any, inner: Any, index: int) -> str:
    if is_model(layer):
        return f"get_layer({quote(inner.name)})"
    names = [name for name, value in vars(layer).items() if value is inner]
    return names[0] if names else f"sublayers[{index}]"
