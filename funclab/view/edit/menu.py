"""What the forms offer: layers to add, with their arguments explained, and what they would make."""

from __future__ import annotations

import ast
import inspect
import warnings
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

from funclab import config, registry
from funclab.errors import FunclabError
from funclab.graph import structure
from funclab.graph.shape_math import Shape, show
from funclab.graph.tape import Tape
from funclab.graph.value import Value
from funclab.layers.arguments import EXAMPLES, KERAS_2_KEYWORDS
from funclab.registry.parameters import meaning, parameters
from funclab.view.draw.shape_question import shape_question
from funclab.view.draw.text import clean
from funclab.view.edit.building import Build
from funclab.view.edit.commands import MERGES, NOT_SET, TO_THEMSELVES, Commands, kinds
from funclab.view.edit.draft import Layer, Ref
from funclab.view.edit.steps import Steps, parts_of
from funclab.view.scene import words
from funclab.view.shapes.rule import rule

CHOICES = {
    "padding": ["valid", "same"],
    "dtype": ["float32", "float64", "int32", "int64", "bool"],
    "data_format": ["channels_last", "channels_first"],
    "interpolation": ["nearest", "bilinear"],
}
SIZES = ("units", "filters", "output_dim", "key_dim")
"""Settings with a slider, in powers of two."""
OFTEN = ("activation", "padding", "pool_size", "rate", "size", "axis")
"""Settings that are in sight though they are as usual."""
REMOVED = {*NOT_SET, *KERAS_2_KEYWORDS, "trainable", "dtype", "autocast", "seed", "data_format"}
USUAL = {
    2: ("Dense", "Dropout", "Activation", "BatchNormalization", "LayerNormalization", "Reshape"),
    3: ("LSTM", "Conv1D", "GlobalAveragePooling1D", "MultiHeadAttention", "Dense", "GRU",
        "LayerNormalization", "Dropout", "Flatten"),
    4: ("Conv2D", "MaxPooling2D", "GlobalAveragePooling2D", "Flatten", "UpSampling2D",
        "BatchNormalization", "Dropout", "Activation"),
}  # fmt: skip
"""The layers that come first in the menu, by how many axes the tensor has."""
FIRST = {"activation": "relu", "target_shape": (-1, 1)}
"""Values to begin with that fit any tensor; for other arguments, `EXAMPLES` has one."""
OBJECTS = ("_initializer", "_regularizer", "_constraint")


def needed(kind: type) -> dict[str, Any]:
    """Values for the arguments of a layer that have no default, but layers: no form makes them."""
    every = parameters(kind).items()
    empty = [name for name, value in every if value is inspect.Parameter.empty]
    texts = {name: EXAMPLES.get(name, "2") for name in empty}
    plain = [name for name, text in texts.items() if not text.endswith(")") or text[0] == "("]
    return {name: FIRST.get(name, ast.literal_eval(texts[name])) for name in plain}


@cache
def _told(kind: type) -> str:
    """The first sentence of a layer's docstring."""
    return (inspect.getdoc(kind) or "").partition("\n\n")[0].replace("\n", " ")


def offered(build: Build, ref: Ref) -> list[dict[str, Any]]:
    """The layers that may be added after a tensor, each with its shape: those that fit it first,
    and of these, what is usual for as many axes."""
    tensor = build.tensors[ref]
    known, whole = build.shape(ref.call) is not None, "int" in tensor.dtype
    like = _Like(tensor.shape, tensor.dtype, tensor.mask is not None and tensor.mask.shape)
    settings = tuple(config.settings().values())
    usual = ("Embedding",) if whole else USUAL.get(len(tensor.shape), ())
    rows = []
    for name, kind in kinds().items():
        if name in MERGES or name == "Dot":
            continue
        shape = _shape(kind, like, settings) if known else ""
        rows.append({"kind": name, "told": _told(kind), "shape": shape, "fits": bool(shape)})
    order = {name: i for i, name in enumerate(usual)}
    order = {"Embedding": len(kinds()), **order}  # it reads whole numbers
    return sorted(rows, key=lambda row: (not row["fits"], order.get(row["kind"], len(usual))))


class _Like(NamedTuple):
    """What a layer makes of a tensor depends on: its shape, dtype, and the shape of its mask."""

    shape: Shape
    dtype: str
    mask: Shape | Literal[False]


# To run a hundred layers on shapes takes a quarter of a second, as often as a menu opens.
@lru_cache(maxsize=10_000)
def _shape(kind: Any, like: _Like, settings: tuple[Any, ...]) -> str:
    """What a layer with example arguments would make of a tensor like this, with these settings;
    "" if it does not fit."""
    form = TO_THEMSELVES.get(kind.__name__, 0)
    try:
        with warnings.catch_warnings(), Tape():
            warnings.simplefilter("ignore")
            value = Value(like.shape, like.dtype, "x")
            if like.mask is not False:
                value.mask = Value(like.mask, "bool", "mask")
            args = ((value,), ([value, value],), (value, value))[form]
            made = kind(**needed(kind))(*args)
    except (FunclabError, TypeError, ValueError):
        return ""
    return show(structure.flatten(made)[0].shape)


def fields(kind: type, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The arguments of a layer that a form changes, those without a default first, each with its
    value, its meaning, and what may be chosen."""
    examples = needed(kind)
    owners = tuple(cls.__name__ for cls in kind.__mro__)
    rows = []
    for name, default in parameters(kind).items():
        # A regularizer that is not set is not in a config.
        is_set = values is None or name in values or name.endswith(OBJECTS)
        if name in REMOVED or name.endswith("layer") or not is_set:
            continue
        value = examples.get(name, default) if values is None else values.get(name, default)
        if isinstance(value, dict) and name.endswith(("activation", *OBJECTS)):
            value = _named(value)
        if not _is_plain(value):
            continue
        rows.append({
            "name": name, "value": value, "told": meaning(owners, name), "needed": name in examples,
            "choices": _choices(name), "slider": name in SIZES and isinstance(value, int),
            "own": name in examples or name in OFTEN
            or (values is not None and not _same(value, default)),
        })  # fmt: skip
    return sorted(rows, key=lambda row: (not row["needed"], not row["own"], _last(row["name"])))


def _last(name: str) -> bool:
    return name.endswith(OBJECTS)


def _named(value: dict[str, Any]) -> Any:
    """The name of an initializer, regularizer or constraint, for a form."""
    return registry.to_snake_case(str(value.get("class_name", ""))) or None


def _is_plain(value: Any) -> bool:
    leaves = structure.flatten(value) if isinstance(value, (list, tuple)) else [value]
    return all(leaf is None or isinstance(leaf, (str, int, float)) for leaf in leaves)


def _same(value: Any, default: Any) -> bool:
    return value == default or (isinstance(value, list) and {*value} == {default})


def _choices(name: str) -> list[str]:
    if name.endswith("activation"):
        names = {item.__name__ for item in registry.registered("activation").values()}
        return sorted(name for name in names if not name.startswith("keras_"))
    kind = next((kind[1:] for kind in OBJECTS if name.endswith(kind)), "")
    if kind:
        classes = (cls for cls in registry.registered(kind).values() if isinstance(cls, type))
        return sorted({registry.to_snake_case(cls.__name__) for cls in classes})
    return CHOICES.get(name, [])


def fields_of(layer: Layer) -> list[dict[str, Any]]:
    """The arguments of a layer as they are set."""
    if layer.is_input:
        shape, dtype = layer.config["batch_shape"][1:], layer.config.get("dtype") or "float32"
        return [
            {"name": "shape", "value": list(shape), "told": meaning(("Input",), "shape"),
             "needed": True, "choices": [], "slider": False, "own": True},
            {"name": "dtype", "value": dtype, "told": meaning(("Input",), "dtype"), "needed": False,
             "choices": CHOICES["dtype"], "slider": False, "own": True},
        ]  # fmt: skip
    return [] if layer.op is not None else fields(layer.kind, layer.config)


def preview(steps: Steps, step: Any) -> dict[str, str]:
    """What a step would make: a shape, or the sentence of its error."""
    try:
        state = steps.tried(step)
    except FunclabError as error:
        return {"what": error.what}
    build = state.build
    new = [key for key in build.draft.calls if key not in steps.state.draft.calls]
    for key in new:
        if key in build.errors:
            error: Any = build.errors[key]
            return {"what": getattr(error, "what", str(error))}
    known = [build.shape(key) for key in new]
    return {"shape": show(known[0])} if known and known[0] is not None else {}


def question(steps: Steps, step: Any) -> dict[str, Any]:
    """Which shape will the call return that a step makes, or whose layer it sets? Empty if the step
    is refused, or the call does not fit: then the picture answers."""
    try:
        _, args, _ = parts_of(step)
        build = steps.tried(step).build
        new = [key for key in build.draft.calls if key not in steps.state.draft.calls]
        call = new[-1] if new else Commands(build.draft).find(args[0])
    except (FunclabError, IndexError):
        return {}
    shape = build.shape(call)
    if shape is None or build.nodes[call].is_input:
        return {}
    node = build.nodes[call]
    key = clean(node.key)
    told = f"{key} ({clean(words.detail(node.operation))})"
    inputs = [tuple(given) for given in node.input_shapes]
    why = clean(rule(node).words)
    return shape_question(f"edit {step} {inputs}", told, inputs, tuple(shape), why)
