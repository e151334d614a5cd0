"""Data for a model's inputs: in the order of the inputs, with the rank and dtype of each input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from funclab import ops
from funclab.errors import DataError, FunclabError, Pair, Pairs, ShapeError, TensorTypeError, warn
from funclab.files.stored import as_stored, is_stored
from funclab.graph import explanations, structure
from funclab.graph.shape_math import Array, Shape, same, show
from funclab.graph.strings import STRING, as_texts, name_of
from funclab.graph.tensor import Operators
from funclab.graph.value import Value
from funclab.models import advice
from funclab.models.names import arrays_in, names_of_inputs

if TYPE_CHECKING:
    from funclab.models.model import Functional

MISSING = (
    "Missing data for input \"{name}\". The input '{name}' is not optional, but None was passed."
)


def match_inputs(model: Functional, data: Any) -> list[Any]:
    """The parts of `data` (arrays, values or tensors), in the order of `model.inputs`.

    `data` is an array, a list, a tuple, or a dict by input name (or by the keys of a model built
    on a dict). The part for an optional input may be None.
    Raises: DataError if an input is missing.
    """
    names = names_of_inputs(model)
    parts = names.match(data, "x", arrays_in)
    if isinstance(names.tree, dict) and isinstance(data, (list, tuple)):
        warn(
            f"The structure of `inputs` doesn't match the expected structure of {model.name}. "
            f"Expected a dict with the keys {list(names.tree)}; received a "
            f"{type(data).__name__}, read in that order."
        )
    needed = [not optional for optional in model.optional_inputs]
    names.require(parts, needed, "x", MISSING)
    return parts


def match_arrays(model: Functional, data: Any) -> list[Array | None]:
    """The arrays of `data`, in the order of `model.inputs`, with the rank and dtype of each.

    Raises: DataError if an input is missing; ShapeError if an array does not fit.
    """
    ready = ready_arrays(model, data)
    if ready is not None:
        return [*ready]
    parts = match_inputs(model, data)
    try:
        return [
            None if part is None else fit_array(model, i, _array_for(model, i, part))
            for i, part in enumerate(parts)
        ]
    except ShapeError as error:
        fits = [[_suits(part, tensor) for part in parts] for tensor in model.inputs]
        order = advice.order_of(fits)
        if order:
            error.fix = advice.for_swapped("x", model.input_names, order, isinstance(data, dict))
        raise


def ready_arrays(model: Functional, data: Any) -> list[Array] | None:
    """The arrays of `data`, if they fit the inputs as they are; None if anything needs matching,
    conversion or an error."""
    parts = data if isinstance(data, (list, tuple)) else [data]
    tensors = model.inputs
    if tensors is None or len(parts) != len(tensors) or isinstance(model.input_structure, dict):
        return None
    for part, tensor in zip(parts, tensors):
        fits = (
            type(part) is np.ndarray
            and part.ndim == len(tensor.shape)
            and part.shape[1:] == tensor.shape[1:]
            and name_of(part.dtype) == tensor.dtype
            and len(part) == len(parts[0])
            and part.size
        )
        if not fits:
            return None
    return list(parts)


def _array_for(model: Functional, i: int, part: Any) -> Array:
    """The data for one input as an array; an array of text, if the input takes text."""
    name = model.input_names[i]
    if is_stored(part):
        return part
    return as_texts(part, name) if model.inputs[i].dtype == STRING else as_array(part, name)


def _suits(part: Any, tensor: Any) -> bool:
    """Whether data could be those of an input."""
    try:
        array = as_array(part)
    except FunclabError:
        return False
    return fit_rank(array, (None, *tensor.shape[1:]), np.reshape) is not None


def as_array(data: Any, name: str = "this place") -> Array:
    """An array from the user's data: lists, scalars, data frames; float64 only if it was float64.

    `name` is the destination of the data, for an error.
    Raises: DataError for lists of unequal lengths, and for data that are not numbers.
    """
    if isinstance(data, Operators) and not hasattr(data, "array"):
        raise explanations.data(data, name)
    if callable(data):
        raise _not_data(data, name)
    dense = getattr(data, "toarray", None)  # a sparse matrix of SciPy
    if dense is not None:
        data = dense()
    try:
        array = data if isinstance(data, np.ndarray) else np.asarray(data)
    except ValueError:
        raise _ragged(data, name) from None
    if array.dtype.kind == "O":
        raise _ragged(data, name) if array.ndim else _not_data(data, name)
    return array


def _not_data(data: Any, name: str) -> DataError:
    called = getattr(data, "__name__", getattr(data, "name", "it"))
    is_layer = hasattr(data, "inbound_nodes")
    return DataError(
        f"The data for {name} are {data!r}, of type {type(data).__name__}, not an array.",
        why="a layer is a rule, without values of its own."
        if is_layer
        else "this is something to call, which may return the data.",
        fix=f"pass an array of numbers; {called}.get_weights() are those that {called} holds."
        if is_layer
        else f"call it and pass what it returns: {called if called.isidentifier() else 'f'}().",
    )


def _ragged(data: Any, name: str) -> DataError:
    columns = [key for key in getattr(data, "columns", ()) if np.asarray(data[key]).dtype == "O"]
    if columns:  # of a data frame
        return DataError(
            f"The data for {name} cannot form an array of numbers: these columns of the "
            f"frame hold text or other objects: {', '.join(map(str, columns))}.",
            why="a layer computes on arrays of numbers.",
            fix=f"leave them out, x.drop(columns={columns}), or give each an input of its own: "
            'Input((1,), dtype="string") with a StringLookup turns words into numbers.',
        )
    lengths = {len(sample) if hasattr(sample, "__len__") else 0 for sample in data}
    return DataError(
        f"The data for {name} cannot form an array: its rows have unequal lengths or hold "
        f"things that are not numbers. Found lengths: {sorted(lengths)}.",
        why="a layer computes on arrays of numbers, in which all rows are equally long.",
        fix=_repair(data, lengths),
    )


def _repair(data: Any, lengths: set[int]) -> str:
    """What to do about data that NumPy stores as objects."""
    if hasattr(data, "astype") and len(lengths) == 1:
        try:
            holes = np.isnan(data.astype("float64")).any()
        except (TypeError, ValueError):
            holes = True
        if holes:
            return "turn words and None into numbers, then write .astype('float32')."
        return "write .astype('float32'): these are numbers, but kept as Python objects."
    return "pad short rows to one length, and turn words into numbers."


def fit_array(model: Functional, i: int, array: Array) -> Array:
    """One input's array, with an axis of length 1 added or removed if the rank requires it."""
    tensor, name = model.inputs[i], model.input_names[i]
    anyhow = (None, *tensor.shape[1:])  # the data are cut into batches later
    if array.dtype.kind not in "biuf" and tensor.dtype != STRING:
        raise DataError(
            f"The data for {name} are not numbers: dtype {array.dtype}, such as "
            f"{array.reshape(-1)[:3].tolist()}.",
            why=f"{model.name} calculates with {name}.",
            fix=advice.for_kind("x", array),
            graph=model,
            facts=_facts(model, name, array.shape, f"dtype {array.dtype}"),
        )
    if 0 in array.shape[1:]:
        raise DataError(
            f"The data for {name} hold no numbers: their shape is {show(array.shape)}.",
            why="an axis of length 0, such as a sequence without steps, gives nothing to compute "
            "with.",
            fix="leave out the samples that are empty, or pad them to length 1 or more.",
            graph=model,
            facts=_facts(model, name, array.shape, "empty"),
        )
    repaired = fit_rank(array, anyhow, lambda array, shape: array.reshape(shape))
    if repaired is None:
        path = structure.paths(model.input_structure)[i] or "0"
        raise misfit(model, name, path, tensor.shape, array.shape)
    if is_stored(array) and repaired is array:
        return as_stored(array, tensor.dtype)
    if repaired.dtype.kind == "f" and not tensor.dtype.startswith("float"):
        check_ids_finite(name, repaired, model)
    if tensor.dtype == STRING:
        return repaired
    return repaired.astype(tensor.dtype, copy=False)


def check_ids_finite(name: str, array: Array, reader: Any) -> None:
    """Refuse NaN and infinity where integers, such as ids, are expected."""
    if not np.isfinite(array).all():
        raise DataError(
            f"The input {name} holds nan or inf where ids are expected.",
            why=f"{reader.name} reads whole numbers: an Embedding looks up the row of each id.",
            fix="replace missing ids before, for example np.nan_to_num(ids, nan=0).",
            graph=reader,
        )


def fit_rank(array: Any, wanted: Shape, reshape: Callable[[Any, Any], Any]) -> Any:
    """`array` with the rank of `wanted`, if only a last axis of length 1 differs; None if not."""
    shape = tuple(array.shape)
    if same(shape, wanted):
        return array
    if len(shape) == len(wanted) + 1 and shape[-1] == 1 and same(shape[:-1], wanted):
        return reshape(array, _with_hole(shape[:-1]))
    if len(shape) + 1 == len(wanted) and wanted[-1] in (1, None) and same(shape, wanted[:-1]):
        return reshape(array, (*_with_hole(shape), 1))
    return None


def _with_hole(shape: Sequence[int | None]) -> tuple[int, ...]:
    return tuple(-1 if length is None else length for length in shape)


def misfit(
    model: Functional, name: str, path: str, declared: Shape, actual: Sequence[Any]
) -> ShapeError:
    return ShapeError(
        f'Input "{name}" (path \'{path}\') of layer "{model.name}" is incompatible with the layer: '
        f"expected shape={show(declared)}, found shape={show(actual)}.",
        why=f"{name} was declared with shape {show(declared)}, where the first axis is the batch.",
        fix=advice.for_data(declared, tuple(actual), _reader(model, name)),
        graph=model,
        facts=_facts(model, name, actual, "another shape"),
    )


def _reader(model: Functional, name: str) -> str:
    """How many axes the layer that reads an input requires: "any", "several" or "exactly" these."""
    tensor = model.inputs[model.input_names.index(name)]
    readers = [node.operation for node in model.graph.consumers(tensor)]
    ranks = [getattr(getattr(reader, "input_spec", None), "ndim", None) for reader in readers]
    kinds = {type(reader).__name__ for reader in readers}
    if tensor.ndim in ranks or "TimeDistributed" in kinds:
        return "exactly"
    return "any" if kinds <= {"Dense"} else "several"


def _facts(model: Functional, name: str, shape: Sequence[Any], note: str) -> Pairs:
    """For the picture of an error: the inputs as far as they were read; the last does not fit."""
    i = model.input_names.index(name)
    items = dict.fromkeys(range(i), Pair(given="data"))
    items[i] = Pair(given="data", given_shape=show(shape), note=note)
    facts = names_of_inputs(model).pairs(items)
    return replace(facts, rows=facts.rows[: i + 1])


def fit_value(model: Functional, i: int, value: Any) -> Value:
    """One input's value on the tape, with the declared rank and dtype."""
    tensor, name = model.inputs[i], model.input_names[i]
    repaired = fit_rank(value, tensor.shape, lambda tensor, shape: ops.reshape(tensor, shape))
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
    if STRING in (repaired.dtype, tensor.dtype):
        raise TensorTypeError(
            f"The input {name} of {model.name} takes dtype {tensor.dtype}, but was given "
            f"{repaired.dtype}.",
            why="text and numbers cannot be turned into each other.",
            fix="put a StringLookup or TextVectorization layer in between."
            if repaired.dtype == STRING
            else "pass an array of text.",
            graph=model,
        )
    cast = ops.cast(repaired, tensor.dtype)
    cast.mask = value.mask
    return cast
