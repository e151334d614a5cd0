"""A layer's constructor and call arguments: their names, defaults and checks."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import numpy as np

from funclab.config import floatx as floatx
from funclab.config import set_floatx as set_floatx
from funclab.errors import (
    TOO_MANY,
    ArgumentError,
    Item,
    NotSupportedError,
    TensorTypeError,
    suggest,
)
from funclab.errors.words import listed, plural
from funclab.graph import explanations, structure
from funclab.graph.operation import Operation
from funclab.graph.shape_math import to_shape
from funclab.graph.tensor import Operators, Tensor
from funclab.layers.checks import checked
from funclab.registry.parameters import (
    MEANINGS,
    build_parameters,
    call_parameters,
    check_bound,
    check_kind,
    first_parameter,
    own_fields,
    parameters,
    signed,
    wrong_value,
)

KERAS_2_KEYWORDS = ("input_shape", "batch_input_shape", "input_dim", "input_length", "batch_size")

DTYPES = ("float32", "float64", "int8", "uint8", "int16", "int32", "int64", "bool")

EXAMPLES = {"units": "32", "filters": "16", "kernel_size": "3", "n": "10", "dims": "(2, 1)",
            "input_dim": "1000", "output_dim": "64", "target_shape": "(8, 8)", "rate": "0.5",
            "layer": "Dense(32)", "function": "lambda x: x * 2", "stddev": "0.1"}  # fmt: skip


NOT_SUPPORTED = (
    *("lora_rank", "lora_alpha", "quantization_config", "gptq_unpacked_column_size"),
    *("flash_attention", "ragged"),
)
WEIGHTS = {
    "kernel": "the kernel", "bias": "the bias", "recurrent": "the recurrent kernel",
    "depthwise": "the depthwise kernel", "pointwise": "the pointwise kernel",
    "embeddings": "the table", "alpha": "alpha", "beta": "beta", "gamma": "gamma",
    "moving_mean": "the moving mean", "moving_variance": "the moving variance",
}  # fmt: skip
ROLES = {
    "initializer": "how {} is initialized: the name of an initializer, or an object",
    "regularizer": "a penalty on {}, added to the loss: a name or an object",
    "constraint": "a rule that {} satisfies after every training step: a name or an object",
}
MEANINGS |= {
    f"{weight}_{role}": meaning.format(name)
    for weight, name in WEIGHTS.items()
    for role, meaning in ROLES.items()
}
MEANINGS |= {
    "units": "the number of outputs for each sample or step",
    "filters": "how many filters slide over the input: the channels of the output",
    "activation": "the activation of the output: a name, a function, or None for linear",
    "recurrent_activation": "the activation of the gates: a name or a function",
    "use_bias": "whether a bias is added",
    "unit_forget_bias": "whether the bias of the forget gate starts at 1",
    "reset_after": "whether the reset gate acts after the recurrent product",
    "autocast": "whether float inputs are cast to `dtype`",
    "Layer.kwargs": "input_shape, input_dim, batch_size ...: the input's shape, as in Keras 2",
    "activity_regularizer": "a penalty on the output, added to the loss: a name or an object",
    "kernel_size": "the size of the window: a whole number, or one for each axis",
    "strides": "how far the window moves: a whole number, or one for each axis",
    "dilation_rate": "the distance between the elements that a window sees",
    "depth_multiplier": "how many filters each channel has",
    "padding": '"valid" (windows inside the input only) or "same" (zeros around it)',
    "data_format": 'where channels are: "channels_last" or "channels_first"; None for the default',
    "mask_value": "the number that marks a step to skip",
    "weights": "arrays that the weights start from",
    "axes": "the axis to sum along, or one for each input",
    "normalize": "whether vectors are divided by their norm first, so that results are cosines",
    "Concatenate.axis": "the axis along which the inputs are joined end to end",
    "rate": "the fraction of elements to drop, in [0, 1)",
    "noise_shape": "the shape of the draw: 1 where elements share one draw, None for x's length",
    "dropout": "the fraction of input features to drop, in [0, 1)",
    "recurrent_dropout": "the fraction of the state to drop, in [0, 1)",
    "return_sequences": "whether the outputs of all steps are returned, not only the last",
    "return_state": "whether the last states follow the output",
    "go_backwards": "whether the sequence is read from its end",
    "stateful": "whether a batch continues from the final states of the previous batch",
    "unroll": "accepted for compatibility; needs a known length",
    "use_cudnn": "accepted for compatibility; it has no effect",
    "implementation": "accepted for compatibility; it has no effect",
    "zero_output_for_mask": "whether masked steps are 0, instead of repeating the previous step",
    "layer": "the inner layer",
    "cell": "the computation of one step: a cell, or a list of cells to be stacked",
    "cells": "the cells, from the one that reads the input to the last",
    "merge_mode": 'how the two outputs are joined: "concat", "sum", "mul", "ave", or None for both',
    "backward_layer": "the layer that reads backwards; None for a copy of `layer`",
    "power_iterations": "how many steps find the norm of the kernel",
    "use_scale": "whether scores are multiplied by a learned scale",
    "score_mode": '"dot" for products of query and key, "concat" for sums of tanh(query + key)',
    **dict.fromkeys(
        [f"{name}Attention.dropout" for name in ("", "Additive", "MultiHead", "GroupQuery")],
        "the fraction of attention weights to drop in training, in [0, 1)",
    ),
    "sparse": "accepted for compatibility; arrays are always dense",
    "optional": "whether the input may be omitted",
    **dict.fromkeys(NOT_SUPPORTED, "not supported: leave it out"),
    "groups": "into how many groups the channels are divided, each with its own filters",
    "output_padding": "how many positions are added to the shortest possible output; None "
    "for the usual length",
    "Conv1D.padding": '"valid" (windows inside the input only), "same" (zeros around it) or '
    '"causal" (zeros before it)',
    "target_shape": "the new shape of a sample; one length may be -1",
    "dims": "the new order of a sample's axes, counted from 1",
    "n": "how often the vector is repeated",
    "pool_size": "the size of the window: a whole number, or one for each axis",
    "Pooling.strides": "how far the window moves, as pool_size is written; None for pool_size",
    "output_size": "how many windows there are along each axis: a whole number, or one for each",
    "keepdims": "whether reduced axes are kept, with length 1",
    "function": "a function of a tensor, made of funclab.ops or Python's operators",
    "output_shape": "the shape of the output, as in Keras; it is inferred anyway",
    "Lambda.mask": "the mask of the output, or a function of (inputs, mask)",
    "arguments": "more keyword arguments for the function",
    "Layer.dtype": '"float32" or "float64", the dtype to compute in; None for floatx()',
    "trainable": "whether training changes the layer's weights",
    "kwargs": "other arguments of Layer, such as name, trainable and dtype",
    "epsilon": "a small number that keeps a division finite",
    "tie_weights": "whether it is reversed with the same table",
    "reverse_dtype": "the dtype in which it is reversed; None for that of the layer",
    "logit_soft_cap": "the size that reversed numbers approach, by tanh; None for any size",
}


def take_fields(cls: Any, base: Any) -> None:
    """Give a class that declares fields a constructor that accepts, checks and stores them.

    It accepts the class's own fields, or the own and inherited fields listed in `order`. Fields
    that `base` also accepts are passed to its constructor, as are other keywords.
    """
    if "__init__" in vars(cls):
        return
    positional, empty = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.empty
    own = {}
    for name, kind in own_fields(cls).items():
        default = vars(cls).get(name, empty)
        own[name] = inspect.Parameter(name, positional, default=default, annotation=kind)
        if name in vars(cls):
            delattr(cls, name)  # it would hide a property with that name, such as `weights`
    inherited: dict[str, Any] = {}
    for above in reversed(cls.__mro__[1:]):
        inherited |= vars(above).get("fields", {})
    cls.fields = inherited | own
    fields = {name: cls.fields[name] for name in vars(cls).get("order", own)}
    if not fields:
        return
    defaults = {name: field.default for name, field in fields.items()}
    more = inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD, annotation="Any")
    signature = inspect.Signature([inspect.Parameter("self", positional), *fields.values(), more])

    def __init__(self: Any, /, *args: Any, **kwargs: Any) -> None:
        by_place = dict(zip(fields, args))
        values = {**defaults, **by_place, **kwargs}
        missing = any(value is empty for value in values.values())
        if len(args) > len(fields) or by_place.keys() & kwargs.keys() or missing:
            check_bound(signature, type(self).__name__, (self, *args), kwargs)
        own = [name for name in fields if name not in parameters(base)]
        settings = {name: checked(name, values.pop(name), cls.__name__) for name in own}
        for name, value in settings.items():
            check_kind(type(self).__name__, name, value, fields[name].annotation)
        base.__init__(self, **values)
        vars(self).update(settings)
        self.prepare()

    cls.__init__ = signed(__init__, signature, f"{cls.__name__}.__init__")


@functools.cache
def usual_training(cls: Any) -> bool | None:
    """What a user's `call` has as the default of `training`, which counts outside of fit, evaluate
    and predict for the layer and for all inside; None without such a default."""
    parameter = inspect.signature(cls.call).parameters.get("training")
    default = parameter and parameter.default
    own = not cls.__module__.startswith("funclab.")
    return default if own and isinstance(default, bool) else None


def completed(cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    names = list(parameters(cls))
    arguments = {**dict(zip(names, args, strict=False)), **kwargs}
    return {**parameters(cls), **arguments}


def check_complete(cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Refuse `Dense()`: a funclab layer made without a required argument."""
    if not cls.__module__.startswith("funclab."):
        return
    arguments = {**dict(zip(parameters(cls), args, strict=False)), **kwargs}
    needed = [name for name, value in parameters(cls).items() if value is inspect.Parameter.empty]
    missing = [name for name in needed if name not in arguments]
    if not missing:
        return
    of_keras_1 = {name: suggest.KERAS_1.get(name, f"{name}s") for name in kwargs}  # input=, output=
    unknown = [name for name, now in of_keras_1.items() if now in missing]
    example = ", ".join(EXAMPLES.get(name, name) for name in needed)
    class_name = "Model" if "outputs" in needed else cls.__name__
    raise ArgumentError(
        f"{class_name}.__init__() missing "
        f"{plural(len(missing), 'required positional argument')}: {listed([*map(repr, missing)])}."
        + (f" Keyword argument not understood: {', '.join(unknown)}." * bool(unknown)),
        why=f"{class_name} cannot be made without {listed(missing)}"
        + (f"; it calls {unknown[0]} `{of_keras_1[unknown[0]]}`." if unknown else "."),
        fix="write Model(inputs=..., outputs=...), tensors or lists of tensors."
        if class_name == "Model"
        else f"write for example {class_name}({example}).",
    )


def check_call(layer: Any, args: tuple[Any, ...]) -> None:
    """Refuse `Dense(1)(a, b)`: more positional arguments than the layer's call takes."""
    if _takes(type(layer), inspect.Parameter.VAR_POSITIONAL):
        return
    names = call_parameters(type(layer))
    flags = [args[names[flag]] for flag in ("training", "mask") if names.get(flag, 99) < len(args)]
    misplaced = [x for x in flags if isinstance(x, Operators) and x.dtype != "bool"]
    if len(args) <= len(names) + 1 and not misplaced:
        return
    ids = [x.id if isinstance(x, Tensor) else type(x).__name__ for x in args]
    kind = type(layer).__name__
    several = len(getattr(layer, "inputs", None) or []) > 1
    several = several or any(hasattr(layer, what) for what in ("merge", "takes_a_list"))
    error = ArgumentError(
        f"{layer.name} was called with {len(args)} positional arguments: {', '.join(ids)}. "
        f"({kind}.call() takes 2 positional arguments but {len(args) + 1} were given: itself and "
        "its inputs.)",
        why=f"the inputs of {layer.name} are one argument of its call; several go in a list.",
        fix=f"write {layer.name}([a, b]), with square brackets."
        if several
        else f"join the tensors first, {layer.name}(concatenate([a, b])), or call {layer.name} on "
        "each of them: the two calls share its weights.",
        graph=layer,
        facts=TOO_MANY,
    )
    error.tensors = [x for x in args if isinstance(x, Tensor)]
    raise error


@functools.cache
def _takes(cls: Any, kind: Any) -> bool:
    """Whether the call of a class has a parameter of this kind."""
    taken = inspect.signature(cls.call).parameters.values()
    return any(parameter.kind is kind for parameter in taken)


def check_call_keywords(layer: Any, kwargs: dict[str, Any]) -> None:
    """Refuse `Dense(1)(x, foo=2)` and `LSTM(2)(x, mask="x")`: keywords that a call cannot use."""
    cls = type(layer)
    known = [*call_parameters(cls), "training", "mask"]
    unknown = [name for name in kwargs if name not in known]
    if unknown and not _takes(cls, inspect.Parameter.VAR_KEYWORD):
        raise ArgumentError(
            f"{cls.__name__}.call() of {layer.name} got an unexpected keyword argument "
            f"{unknown[0]!r}.",
            why=f"besides its inputs it takes {', '.join(known)}.",
            fix=_of_the_layer(cls, unknown[0]) or suggest.keyword(unknown[0], known),
            graph=layer,
        )
    for mask in structure.flatten(kwargs.get("mask")):
        if mask is not None and not hasattr(mask, "shape"):
            raise wrong_value(
                layer.name, "mask", mask, "an array of True and False", "x[:, :, 0] != 0"
            )


def _of_the_layer(cls: Any, name: str) -> str:
    """What to write for a keyword of a call that the layer itself takes."""
    own = name in inspect.signature(cls.__init__).parameters or name in parameters(cls)
    return f"give it to the layer: {cls.__name__}(..., {name}=...)(x)." if own else ""


def holds_tensors(arguments: Any) -> bool:
    """Whether there are tensors among these arguments of a call."""
    return any(isinstance(leaf, Operators) for leaf in structure.flatten(arguments))


def own_masks(cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Masks to fill in, by name, for a call such as `call(self, a, b, a_mask=None)`."""
    arguments = {**dict(zip((first_parameter(cls), *call_parameters(cls)), args)), **kwargs}
    tensors = {name: value for name, value in arguments.items() if holds_tensors(value)}
    wanted = {f"{name}_mask": value for name, value in tensors.items() if len(tensors) > 1}
    return {
        name: structure.map_structure(lambda leaf: getattr(leaf, "mask", None), value)
        for name, value in wanted.items()
        if name in call_parameters(cls) and arguments.get(name) is None
    }


def no_item(layer: Any, index: Any) -> ArgumentError:
    """The error of `layer[index]`."""
    inner = [held.name for held in getattr(layer, "layers", [])]
    meant = index if isinstance(index, str) and index in inner else ["", *inner][-1]
    return ArgumentError(
        f"'{type(layer).__name__}' object is not subscriptable: {layer.name}[{index!r}].",
        why=f"{layer.name} is a layer, not a list or an array.",
        fix=f"write {layer.name}.layers[0], or {layer.name}.get_layer({meant!r})."
        if inner
        else f"call it, {layer.name}(x), and take a part of the tensor: {layer.name}(x)[:, 0].",
        graph=layer,
    )


def no_length(layer: Any) -> ArgumentError:
    """The error of `len(layer)`."""
    is_model = hasattr(layer, "layers")
    return ArgumentError(
        f"object of type '{type(layer).__name__}' has no len(): {layer.name}.",
        why=f"{layer.name} is a {'model' if is_model else 'layer'}, not a list or an array.",
        fix=f"count its layers, len({layer.name}.layers), or its weights, "
        f"{layer.name}.count_params()."
        if is_model
        else f"count its weights, {layer.name}.count_params(), or read the length of an axis from "
        f"the shape of its output, {layer.name}(x).shape.",
        graph=layer,
    )


def not_a_tensor(layer: Any, leaf: Any) -> TensorTypeError:
    """The error for a call on something that cannot be an input."""
    kind = type(layer).__name__
    why = f"{'None' if leaf is None else f'a value of type {type(leaf).__name__}'} is not a tensor."
    fix = f"pass Input(shape=...) or the result of a layer call to {layer.name}."
    if isinstance(leaf, (int, float)):
        fix = "make an array of numbers first: numpy.array([...])."
    elif isinstance(leaf, Operation):
        why = f"{leaf.name} is a layer: a rule, without values of its own."
        fix = f"call {leaf.name} first and pass what it returns."
    return TensorTypeError(
        f"Layer {layer.name} was called with an input that isn't a symbolic tensor. "
        f"Received: {leaf!r}. Only input tensors may be passed as positional arguments"
        + ("; the input is not optional, but None was passed." if leaf is None else "."),
        why=why,
        fix=fix,
        graph=layer,
        facts=explanations.not_a_tensor(leaf, Item("place", layer.name, f"a call of {kind}")),
    )


def check_not_called(cls: type, args: tuple[Any, ...]) -> None:
    """Refuse `Dense(x)`: a tensor passed to the constructor. Users' own layers may take one."""
    first = args[0] if args else None
    tensors = first if isinstance(first, (list, tuple)) else [first]
    symbolic = any(isinstance(item, Tensor) for item in tensors)
    if not cls.__module__.startswith("funclab.layers.") or not symbolic:
        return
    needed = [name for name, value in parameters(cls).items() if value is inspect.Parameter.empty]
    merges = cls.__module__ == "funclab.layers.merge"
    called = "([a, b]): the list goes in the call." if merges else "(x)."
    raise ArgumentError(
        f"{cls.__name__} was made with a tensor as its argument. Received: {first!r}.",
        why="the first parentheses make the layer, and hold its settings; the second call it.",
        fix=f"write {cls.__name__}({', '.join(needed)}){called}",
    )


def declared_shape(kwargs: dict[str, Any]) -> Any:
    """The batch shape that Keras 2's keywords declare for a first layer, or None."""
    if kwargs.get("batch_input_shape") is not None:
        return to_shape(kwargs["batch_input_shape"], "batch_input_shape")
    if kwargs.get("input_shape") is not None:
        return (kwargs.get("batch_size"), *to_shape(kwargs["input_shape"], "input_shape"))
    if kwargs.get("input_dim") is not None:
        return (kwargs.get("batch_size"), *to_shape(kwargs["input_dim"], "input_dim"))
    return None


def build_arguments(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """The arguments for `build`: the shape of the first input, or of each input it has a name for.

    A layer with `call(self, query, value)` may write `build(self, query_shape, value_shape)`.
    """
    wanted = build_parameters(type(layer))
    names = [first_parameter(type(layer)), *call_parameters(type(layer))]
    arguments = {**dict(zip(names, args, strict=False)), **kwargs}
    own = type(layer).__module__.startswith("funclab.layers.") and not hasattr(layer, "layer")
    if own and isinstance(args[0], dict) and "build" in vars(type(layer)):
        raise wrong_value(layer.name, "input", list(args[0]), "one tensor, not a dict", "x")
    shapes = {f"{name}_shape": shape_of(value) for name, value in arguments.items()}
    if sum(name in shapes for name in wanted) > 1:
        return [shapes.get(name) for name in wanted]
    return [shape_of(args[0])] if wanted else []


def shape_of(tree: Any) -> Any:
    """The shape of a tensor, or of each tensor of a list or dict."""
    return structure.map_structure(lambda leaf: getattr(leaf, "shape", None), tree)


def dtype_name(dtype: Any) -> str | None:
    """The name of a dtype in which a layer can compute; None for None."""
    if isinstance(dtype, dict):  # a Keras 3 DTypePolicy
        dtype = dtype.get("config", {}).get("name")
    if dtype is None:
        return None
    name = getattr(dtype, "name", dtype) if not isinstance(dtype, type) else np.dtype(dtype).name
    if name in DTYPES:
        return name
    raise NotSupportedError(
        f"A layer cannot have dtype={dtype!r}.",
        why="the engine computes in float32 or float64; half precision saves no time on a CPU.",
        fix='use dtype="float32", or dtype="float64" for checks.',
    )


def checked_name(name: Any) -> str | None:
    if name is not None and (not isinstance(name, str) or "/" in name or not name):
        raise ArgumentError(
            f"Layer name {name!r} cannot be used: it must be a non-empty string without `/`.",
            why="names become the keys of files, histories and diagrams.",
            fix='use a plain name, such as name="encoder".',
        )
    return name
