"""Where variables are in a weights file: the layout of Keras 3.

A layer's own variables are at `<place>/vars/0`, `<place>/vars/1` ...; the layers inside it at
places named after the attributes that hold them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from funclab import registry
from funclab.errors import WeightsError, warn
from funclab.graph.locks import holding, locks_of, read
from funclab.graph.shape_math import Array, show
from funclab.graph.value import Variable
from funclab.layers.base import Layer
from funclab.layers.recurrent.layers import WithWeights
from funclab.models import Model, Sequential
from funclab.optimizers.adaptive import Nadam
from funclab.training.compiled import require

NOT_CHILDREN = {"constructor_arguments", "compiled_state", "history"}
"""Attributes that hold no layers of their own."""

NOT_WEIGHTS = {"optimizer", "metrics", "compile_metrics", "loss_tracker", "seed_generator"}
"""Parts of a file that are not weights, which some version of Keras also writes."""

IDF = "idf_weights"
"""The name of the weights of a vocabulary's tokens. No optimizer changes them."""

RANDOM = "random"
"""Where the states of random streams are. Keras saves none, and does not look there."""


def placed_variables(model: Model) -> dict[str, Variable]:
    """Every variable of a model (or layer) by its path in a weights file."""
    return {
        f"{prefix}{path}": variable
        for prefix, layer in placed_layers(model)
        for path, variable in _own_variables(layer)
    }


def placed_layers(model: Model) -> list[tuple[str, Any]]:
    """A model (or layer) and everything that it holds, each with its place in a file."""
    return list(_walk(model, "", set()))


def layers_without(model: Model, arrays: dict[str, Array]) -> list[Any]:
    """The layers of a model with weights for which there are no arrays, and all around them."""
    placed = placed_layers(model)
    lacking = [
        prefix
        for prefix, layer in placed
        if any(
            f"{prefix}{path}" not in arrays and not _is_random(path)
            for path, _ in _own_variables(layer)
        )
    ]
    return [layer for prefix, layer in placed if any(path.startswith(prefix) for path in lacking)]


def assets_of(model: Model) -> dict[str, str]:
    """The texts that the layers of a model keep besides their weights, by their path in a file."""
    return {
        f"assets/{prefix}{name}": text
        for prefix, layer in placed_layers(model)
        for name, text in getattr(layer, "get_assets", dict)().items()
    }


def _own_variables(layer: Any) -> Iterator[tuple[str, Variable]]:
    """The variables of a layer, without those of layers inside it, by their path."""
    inner = {id(variable) for held in layer.sublayers for variable in held.variables}
    inner -= {id(value) for value in vars(layer).values() if isinstance(value, Variable)}
    own = [variable for variable in layer.variables if id(variable) not in inner]
    cell = "cell/" if isinstance(layer, WithWeights) else ""  # in Keras, of a cell inside the layer
    streams = [variable for variable in own if variable.dtype == "uint64"]
    weights = [variable for variable in own if variable.dtype != "uint64"]
    for folder, variables in ((f"{cell}vars", weights), (RANDOM, streams)):
        yield from ((f"{folder}/{i}", variable) for i, variable in enumerate(variables))
    if (idf := getattr(layer, "idf", None)) is not None:
        yield f"vars/{IDF}", idf


def _walk(layer: Any, prefix: str, visited: set[int]) -> Iterator[tuple[str, Any]]:
    if id(layer) in visited:
        return
    visited.add(id(layer))
    yield prefix, layer
    for name, held in _children(layer):
        if isinstance(held, Layer):
            yield from _walk(held, f"{prefix}{name}/", visited)
        else:
            yield from _walk_container(held, f"{prefix}{name}/", visited)


def _children(layer: Any) -> Iterator[tuple[str, Any]]:
    """What a layer holds, in the order in which Keras visits it: private attributes last."""
    if hasattr(layer, "input_structure") or isinstance(layer, Sequential):
        yield "layers", layer.layers
    for name in sorted(vars(layer), key=lambda name: (name.startswith("_"), name)):
        if name not in NOT_CHILDREN and isinstance(vars(layer)[name], (Layer, list, tuple, dict)):
            yield name, vars(layer)[name]


def _walk_container(held: Any, prefix: str, visited: set[int]) -> Iterator[tuple[str, Any]]:
    """Layers in lists and dicts are named after their classes."""
    names: dict[str, int] = {}
    for item in held.values() if isinstance(held, dict) else held:
        if isinstance(item, (Layer, list, tuple, dict)):
            is_layer = isinstance(item, Layer)
            name = registry.prefix_of(type(item)) if is_layer else "container"
            count = names[name] = names.get(name, -1) + 1
            inner = f"{prefix}{name}_{count}/" if count else f"{prefix}{name}/"
            yield from (_walk if is_layer else _walk_container)(item, inner, visited)


def in_each_place(layer: Layer) -> list[Any]:
    """A layer's weights in the order of a `.h5` file: those of a layer that is in several places
    inside are in it several times, because Keras reads them so."""
    trainable = layer.trainable_weights
    once = [*trainable, *layer.non_trainable_weights]
    every = [variable for variable in _with_repeats(layer) if variable.dtype != "uint64"]
    if len(every) == len(once):
        return once
    ids = {id(variable) for variable in trainable}
    return sorted(every, key=lambda variable: id(variable) not in ids)


def _with_repeats(layer: Any) -> list[Any]:
    held = layer.sublayers
    if not held:
        return layer.variables
    inner = {id(variable) for part in held for variable in part.variables}
    own = [variable for variable in layer.variables if id(variable) not in inner]
    return own + [variable for part in held for variable in _with_repeats(part)]


def arrays_of(model: Model) -> dict[str, Array]:
    """The state of a model as it is saved: its variables and, once compiled, its optimizer's."""
    placed = placed_variables(model)
    compiled = bool(getattr(model, "compiled_state", None))
    if compiled:
        _slots(model)  # made before the locks are taken

    def copied() -> dict[str, Array]:
        arrays = {path: variable.numpy() for path, variable in placed.items()}
        states = _optimizer_state(model) if compiled else []
        return arrays | {f"optimizer/vars/{i}": array for i, array in enumerate(states)}

    return read(placed.values(), copied)


def restore_assets(model: Model, assets: dict[str, str], arrays: dict[str, Array]) -> None:
    """Restore the texts that `assets_of` gave in the layers of a model; `arrays` hold weights."""
    for prefix, layer in placed_layers(model):
        if hasattr(layer, "set_assets"):
            begin = f"assets/{prefix}"
            own = {path.removeprefix(begin): text for path, text in assets.items()}
            layer.set_assets(own, arrays.get(f"{prefix}vars/{IDF}"))


def restore(model: Model, arrays: dict[str, Array]) -> None:
    """Give a model the state that `arrays_of` described.

    Raises: WeightsError, before anything changes, when the two do not fit.
    """
    placed = placed_variables(model)
    stored = {path for path in arrays if path in placed or not NOT_WEIGHTS & set(path.split("/"))}
    missing = sorted(path for path in placed.keys() - stored if not _is_random(path))
    foreign = sorted(path for path in stored - placed.keys() if not _is_random(path))
    if missing or foreign:
        fault = f"The file has no {missing[0]}" if missing else f"The file has a {foreign[0]}"
        raise WeightsError(
            f"{fault}, but {model.name} has {'one' if missing else 'none'}. ({len(missing)} "
            f"weights of the model are not in the file, {len(foreign)} of the file not in the "
            "model.)",
            why="weights are found by the classes of the layers and their order in the model.",
            fix="build the model as it was when the weights were saved.",
        )
    used = [(variable, arrays[path]) for path, variable in placed.items() if path in stored]
    for variable, array in used:
        if array.shape != variable.shape:
            raise WeightsError(
                f"Layer weight shape {show(variable.shape)} not compatible with provided weight "
                f"shape {show(array.shape)}.",
                why=f"{variable.path} differs between the file and {model.name}.",
                fix="build the model as it was when the weights were saved.",
            )
    states = _stored_optimizer(model, arrays)
    trained = bool(states and getattr(model, "compiled_state", None))
    if trained:
        _slots(model)  # made before the locks are taken

    def restored() -> None:
        for variable, array in used:
            variable.assign(array)
        if trained:
            _restore_optimizer(model, states)

    holding(locks_of(placed.values()), restored)


def fitting(model: Model, arrays: dict[str, Array]) -> dict[str, Array]:
    """The arrays of a file for the layers that they fit, and the model's own for all others."""
    groups: dict[str, bool] = {}
    for path, variable in placed_variables(model).items():
        group = path.rpartition("/")[0]
        fits = path in arrays and arrays[path].shape == variable.shape
        groups[group] = groups.get(group, True) and (fits or _is_random(path))
    kept = {path: array for path, array in arrays.items() if groups.get(path.rpartition("/")[0])}
    unfit = [group.removesuffix("/vars") for group, fits in groups.items() if not fits]
    if not unfit:
        return arrays
    warn(
        f"{len(unfit)} layers of {model.name} could not be loaded, and keep their weights: "
        f"{', '.join(unfit)}. In the file they are missing, or their weights have other shapes."
    )
    return arrays_of(model) | kept


def _is_random(path: str) -> bool:
    """Whether the state of a random stream is there; such a state may be missing."""
    return path.split("/")[-2:-1] == [RANDOM]


def _stored_optimizer(model: Model, arrays: dict[str, Array]) -> list[Array]:
    """The states of the optimizer in a file, in order."""
    paths = [path for path in arrays if path.startswith("optimizer/vars/")]
    ordered = [f"optimizer/vars/{i}" for i in range(len(paths))]
    states = [arrays[path] for path in ordered if path in arrays]
    if len(states) < len(paths) or not all(np.isfinite(state).all() for state in states[:2]):
        raise WeightsError(
            f"The state of the optimizer in the file for {model.name} is not whole.",
            why="its arrays are numbered from 0, and the first counts the steps taken.",
            fix="save the model again, or load only its weights from a file of `save_weights`.",
        )
    return states


def _trained(model: Model) -> list[Variable]:
    return require(model).trained(model)


def slots_of(model: Model) -> list[tuple[Variable, str]]:
    """The optimizer's slots, by weight and name, in the order of Keras."""
    optimizer, variables = model.optimizer, _trained(model)
    return [
        (variable, slot)
        for group in optimizer.saved_slots()
        for variable in variables
        for slot in group
        if slot in optimizer.memory.initial and optimizer.uses(slot, variable)
    ]


def _slots(model: Model) -> list[Array]:
    optimizer, variables = model.optimizer, _trained(model)
    optimizer.prepare(variables)
    shared = [
        slot
        for memory in (optimizer.averages, optimizer.sums)
        for variable in (variables if memory.initial else ())
        for slot in memory.of(variable).values()
    ]
    own = [optimizer.memory.of(variable)[slot] for variable, slot in slots_of(model)]
    return [*shared, *own, *(state.array for state in optimizer.added)]


def _optimizer_state(model: Model) -> list[Array]:
    optimizer = model.optimizer
    states = [optimizer.steps_taken[0].astype("int32")]
    if optimizer.schedule is None:
        states.append(optimizer.current_rate[0].astype("float32"))
    states += [slot.copy() for slot in _slots(model)]
    if isinstance(optimizer, Nadam):
        states.append(np.asarray(optimizer.product, "float32"))
    return [np.asarray(state) for state in states]


def _restore_optimizer(model: Model, states: list[Array]) -> None:
    """Continue where the optimizer stopped; if it was a different one, warn and start anew."""
    optimizer, slots = model.optimizer, _slots(model)
    own = _optimizer_state(model)
    if [state.shape for state in states] != [state.shape for state in own]:
        if len(states) > 2:  # fewer: an optimizer that has not trained yet
            warn(
                f"The file has {len(states)} arrays of an optimizer, {optimizer.name} of "
                f"{model.name} has {len(own)}: it starts afresh. The weights are loaded."
            )
        return
    optimizer.steps_taken[0] = int(states[0])
    first = 1
    if optimizer.schedule is None:
        first = 2
        if np.float32(optimizer.current_rate[0]) != np.float32(states[1]):
            optimizer.current_rate[0] = float(str(np.float32(states[1])))
    for slot, state in zip(slots, states[first:]):
        slot[...] = state
    if isinstance(optimizer, Nadam):
        optimizer.product = float(states[-1])
