"""What a user gives as a model's inputs, put in the order of the model's inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from funclab import explain, structure
from funclab.errors import DataError, Pair, Pairs, ShapeError, warn
from funclab.graph.tensor import Operators
from funclab.graph.value import Value
from funclab.shapes import Shape, same, show, size

Array = np.ndarray[Any, Any]


def match_inputs(model: Any, data: Any) -> list[Array]:
    """The arrays of `data`, in the order of `model.inputs`, with the rank and dtype of each.

    `data` is an array, a list, a tuple, or a dict by input name (or by the keys of a model built
    on a dict).
    Raises: DataError when an input is missing; ShapeError when an array does not fit.
    """
    found: list[Any] = []
    for i, one in enumerate(order_inputs(model, data)):
        if one is not None:
            found.append(fit_array(model, i, as_array(one, model.input_names[i])))
        elif model.optional_inputs[i]:
            found.append(None)
        else:
            raise _absent(model, model.input_names[i])
    return found


def _absent(model: Any, name: str) -> DataError:
    return DataError(
        f"The input '{name}' is not optional, but None was passed.",
        why=f"{model.name} computes its outputs from {', '.join(model.input_names)}.",
        fix=f"pass an array for {name}, or declare it with Input(..., optional=True).",
        graph=model,
        facts=pairs_of(model, {name: Pair(given="None", note="nothing was given")}),
    )


def as_array(data: Any, name: str = "this place") -> Array:
    """An array of what a user gives: lists, scalars, frames; float64 only when it was that.

    `name` is for the error: where the data would go.
    Raises: DataError for lists of unequal lengths, and for what is no number.
    """
    if isinstance(data, Operators) and not hasattr(data, "array"):
        raise explain.data(data, name)
    try:
        array = data if isinstance(data, np.ndarray) else np.asarray(data)
    except ValueError:
        raise _ragged(data, name) from None
    if array.dtype.kind == "O":
        raise _ragged(data, name)
    return array


def _ragged(data: Any, name: str) -> DataError:
    lengths = {len(one) if hasattr(one, "__len__") else 0 for one in data}
    return DataError(
        f"The data for {name} make no array: its rows have unequal lengths or hold things that are "
        f"no numbers. Found lengths: {sorted(lengths)}.",
        why="a layer computes on arrays of numbers, in which all rows are equally long.",
        fix="fill short rows up to one length, and turn words into numbers.",
    )


def order_inputs(model: Any, data: Any) -> list[Any]:
    """The parts of `data` (arrays, values or tensors), one for each input of the model."""
    names, wanted = model.input_names, model.input_structure
    if isinstance(data, dict):
        return _by_name(model, data)
    leaves = _leaves(data, len(names))
    if isinstance(wanted, dict) and structure.is_container(data):
        warn(
            f"The structure of `inputs` doesn't match the expected structure of {model.name}. "
            f"Expected a dict with the keys {list(wanted)}; received a "
            f"{type(data).__name__}, read in that order.",
        )
    if len(leaves) != len(names):
        raise DataError(
            f'Layer "{model.name}" expects {len(names)} input(s), but it received {len(leaves)} '
            f"input tensors. (Layer {model.name} expects {len(names)} inputs, but it received "
            f"{len(leaves)} input tensors.)",
            why=f"its inputs are {', '.join(names)}.",
            fix=f"pass a list with one part for each, [{', '.join(names)}], or a dict with these "
            "names as keys.",
            graph=model,
            facts=in_order(model, leaves),
        )
    return leaves


def _leaves(data: Any, count: int) -> list[Any]:
    """A list of numbers is one array; a list of arrays is one array for each input."""
    if isinstance(data, (list, tuple)):
        leaves = structure.flatten(data)
        if all(hasattr(leaf, "shape") for leaf in leaves) or (len(data) == count > 1):
            return leaves if all(hasattr(leaf, "shape") for leaf in leaves) else list(data)
    return [data]


def _by_name(model: Any, data: dict[str, Any]) -> list[Any]:
    names = model.input_names
    keys = list(model.input_structure) if isinstance(model.input_structure, dict) else names
    nested = any(structure.is_container(value) for value in data.values())
    if nested and structure.same_structure(data, model.input_structure):
        return structure.flatten({key: data[key] for key in keys})
    if not set(keys) <= data.keys() and set(names) <= data.keys():
        if isinstance(model.input_structure, dict):
            keys = names if len(names) != len(keys) else keys
        else:
            keys = names
    optional = dict(zip(keys, model.optional_inputs, strict=False))
    missing = [key for key in keys if key not in data and not optional.get(key)]
    if missing:
        raise DataError(
            f'No data provided for "{missing[0]}". Need data for each key in: {keys}. '
            f'(Missing data for input "{missing[0]}".)',
            why=f"{model.name} has the inputs {', '.join(keys)}; the data has the keys "
            f"{', '.join(map(str, data)) or 'none'}.",
            fix=f'add the key "{missing[0]}", spelled as the input\'s name.',
            graph=model,
            facts=by_key(model, keys, data),
        )
    extra = [key for key in data if key not in keys]
    if extra:
        warn(
            f"The structure of `inputs` doesn't match the expected structure of {model.name}. "
            f"Expected the keys {keys}; the keys {extra} are not used.",
        )
    return [data.get(key) for key in keys]


def fit_array(model: Any, i: int, array: Array) -> Array:
    """One input's array, with an axis of length 1 added or taken away where the rank needs it."""
    tensor, name = model.inputs[i], model.input_names[i]
    anyhow = (None, *tensor.shape[1:])  # the data are cut into batches later
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"The data for {name} are not numbers: dtype {array.dtype}, such as "
            f"{array.reshape(-1)[:3].tolist()}.",
            why=f"{model.name} calculates with {name}.",
            fix="turn words into numbers, for example into class numbers or ids.",
            graph=model,
            facts=pairs_of(
                model, {name: Pair("", "", "data", show(array.shape), f"dtype {array.dtype}")}
            ),
        )
    repaired = fit_rank(array, anyhow, lambda one, shape: one.reshape(shape))
    if repaired is None:
        path = structure.paths(model.input_structure)[i] or "0"
        raise misfit(model, name, path, tensor.shape, array.shape)
    return repaired.astype(tensor.dtype, copy=False)


def fit_rank(one: Any, wanted: Shape, reshape: Callable[[Any, Any], Any]) -> Any:
    """`one` with the rank of `wanted`, if only a last axis of length 1 differs; None if not."""
    shape = tuple(one.shape)
    if same(shape, wanted):
        return one
    if len(shape) == len(wanted) + 1 and shape[-1] == 1 and same(shape[:-1], wanted):
        return reshape(one, _with_hole(shape[:-1]))
    if len(shape) + 1 == len(wanted) and wanted[-1] in (1, None) and same(shape, wanted[:-1]):
        return reshape(one, (*_with_hole(shape), 1))
    return None


def _with_hole(shape: Sequence[int | None]) -> tuple[int, ...]:
    return tuple(-1 if length is None else length for length in shape)


def misfit(model: Any, name: str, path: str, wanted: Shape, given: Sequence[Any]) -> ShapeError:
    batch = "" if len(given) == len(wanted) else _batch_hint(wanted, given)
    return ShapeError(
        f'Input "{name}" (path \'{path}\') of layer "{model.name}" is incompatible with the layer: '
        f"expected shape={show(wanted)}, found shape={show(given)}.",
        why=f"{name} was declared with shape {show(wanted)}, where the first axis is the batch."
        + batch,
        fix=_repair(wanted, given),
        graph=model,
        facts=pairs_of(model, {name: Pair("", "", "data", show(given), "another shape")}),
    )


def _repair(wanted: Shape, given: Sequence[Any]) -> str:
    """What to do about data of the wrong shape."""
    if tuple(given) == tuple(wanted[1:]):
        return "for one sample write x[None], which puts a batch axis of length 1 before it."
    sample = given[1:] or (1,)  # plain numbers, one for each sample
    return f"reshape the data to {show(wanted)}, or declare Input(shape={show(sample)})."


def pairs_of(model: Any, found: dict[str, Pair], extra: Sequence[Pair] = ()) -> Pairs:
    """A model's inputs for a picture, beside what is `found` of some by name."""
    names, tensors = model.input_names, model.inputs
    rows = [
        found.get(name, Pair())._replace(name=name, shape=show(tensor.shape))
        for name, tensor in zip(names, tensors)
    ]
    return Pairs(model.name, "input", [*rows, *extra])


def in_order(model: Any, leaves: Sequence[Any]) -> Pairs:
    """A model's inputs beside what was given, number by number."""
    items = [Pair("", "", _kind(leaf), shape_text(leaf)) for leaf in leaves]
    count = len(model.input_names)
    found = dict(zip(model.input_names, items))
    for name in model.input_names[len(leaves) :]:
        found[name] = Pair(note="nothing was given")
    extra = [one._replace(note="no input is left for it") for one in items[count:]]
    return pairs_of(model, found, extra)


def by_key(model: Any, keys: Sequence[str], data: dict[str, Any]) -> Pairs:
    """A model's inputs beside the parts of a dict."""
    parts = {key: Pair("", "", f'"{key}"', shape_text(value)) for key, value in data.items()}
    found = {
        name: parts.pop(key, Pair(note=f'no key "{key}"'))
        for name, key in zip(model.input_names, keys)
    }
    left = [name for name, one in found.items() if one.note]
    hint = f": is {left[0]} meant?" if len(left) == 1 else ""
    extra = [one._replace(note=f"no input of this name{hint}") for one in parts.values()]
    return pairs_of(model, found, extra)


def shape_text(data: Any) -> str:
    """The shape of what was given, where it has one."""
    try:
        return "" if data is None else show(getattr(data, "shape", None) or np.shape(data))
    except ValueError:  # rows of unequal lengths
        return ""


def _kind(leaf: Any) -> str:
    return "tensor" if isinstance(leaf, Value) else "array"


def _batch_hint(wanted: Shape, given: Sequence[Any]) -> str:
    if tuple(given) == tuple(wanted[1:]):
        return " The array looks like one sample: it needs a batch axis, x[None]."
    if size(tuple(given)[1:]) == size(wanted[1:]):
        return " The number of elements per sample is right; only the axes differ."
    return ""


def fit_value(model: Any, i: int, value: Any) -> Value:
    """One input's value on the tape, with the rank and dtype the model declared."""
    from funclab import ops

    tensor, name = model.inputs[i], model.input_names[i]
    repaired = fit_rank(value, tensor.shape, lambda one, shape: ops.reshape(one, shape))
    if repaired is None:
        path = structure.paths(model.input_structure)[i] or "0"
        error = misfit(model, name, path, tensor.shape, value.shape)
        error.fix = (
            f"bring it to {show(tensor.shape)} first, for example with a Dense or Reshape layer; "
            f"or make {model.name} for it, with Input(shape={show(value.shape[1:])})."
        )
        raise error
    if repaired.dtype == tensor.dtype:
        return repaired
    cast = ops.cast(repaired, tensor.dtype)
    cast.mask = value.mask
    return cast
