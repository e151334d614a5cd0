"""The graph of a model in a file: no code of the file runs, and weights are read when they are
looked at."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NoReturn

from funclab.errors import WeightsError
from funclab.files import as_path
from funclab.graph.operation import is_box
from funclab.graph.shape_math import Shape
from funclab.models.config import TENSOR
from funclab.registry import sharing
from funclab.saving.files import CONFIG, WEIGHTS, entry_of, is_hdf5, no_model
from funclab.saving.legacy import CONFIGS, MODEL, NAMES, described, weights_for
from funclab.saving.onnx_graph import sketch_of_onnx
from funclab.saving.opaque import Facts, OpaqueLayer, Outputs, Unknown, Weight
from funclab.saving.sketch import NUMBER, Sketch, one_box
from funclab.saving.state import placed_layers, placed_variables
from funclab.saving.trusted import Member, Texts, read_archive, read_dataset, read_hdf5, reading

Weights = dict[str, Weight]
"""The weights in a file, by their path in it."""
MOST = 100
"""How many outputs of a call are looked for, whatever a file says."""
WHY = "Its class is not one of Keras, and a file says how it was set, but not what it does."


def sketch_of_file(filepath: Any) -> Any:
    """The graph of a model in a `.keras`, `.h5`, `.onnx` or `.json` file, as a model of funclab.

    Raises: ConfigError for any other file; MissingPackageError for a package that a format needs.
    """
    path = as_path(filepath)
    if not path.is_file():
        raise no_model(filepath)
    with reading(path):
        if zipfile.is_zipfile(path):
            entry = entry_of(read_archive(path, [CONFIG]).get(CONFIG, b"{}"), path)
            weights, _ = _outlines(Member(path, WEIGHTS), ())
            model = _graph(entry, weights)
            for prefix, box in _boxes(model):
                box.take([weights[name] for name in weights if name.startswith(f"{prefix}vars/")])
            return _linked(model, weights)
        if path.suffix == ".json":  # what `to_json` wrote: there are no weights
            model = _graph(entry_of(path.read_bytes(), path), {})
            for _, box in _boxes(model):
                box.take([])
            return _linked(model, {})
        if path.suffix == ".onnx":
            return sketch_of_onnx(path)
        if not is_hdf5(path):
            raise no_model(filepath)
        weights, texts = _outlines(path, (*CONFIGS, *NAMES))
        model = _graph(described(path, texts), weights)
        for _, box in _boxes(model):
            group = f"{MODEL}/{box.name}"
            names = texts.get((group, "weight_names"), [])
            box.take([weights[f"{group}/{name}"] for name in names])
        try:
            return _linked(model, weights_for(model, weights, texts))
        except WeightsError:
            return _linked(model, {})


def _outlines(source: Any, names: Sequence[str]) -> tuple[Weights, Texts]:
    """The weights of an HDF5 file, none of them read; and its texts."""

    def outline(dataset: Any) -> Weight:
        path = dataset.name.lstrip("/")
        name = path.rpartition("/")[2].removesuffix(":0")
        label = f"weight_{name}" if name.isdigit() else name
        read = partial(read_dataset, source, path)
        return Weight(label, dataset.shape, str(dataset.dtype), read)

    return read_hdf5(source, names, outline)


def _graph(entry: dict[str, Any], weights: Weights) -> Any:
    """The model that is described, without its weights; one box if it is a class of its own."""
    entry = {key: value for key, value in entry.items() if key != "compile_config"}
    config = entry["config"]
    if "layers" in config:
        facts: dict[int, Facts] = {}
        _number(entry, facts, [])
        return Sketch(facts).read(entry, safe_mode=True)
    shape = (entry.get("build_config") or {}).get("input_shape") or ()
    plain = all(length is None or isinstance(length, int) for length in shape)
    inputs: Outputs = [((None, *shape[1:]) if plain else (None,), "float32")]
    entry["config"] = {**config, "name": config.get("name") or entry["class_name"].lower()}
    box = Facts(weights=list(weights.values()), boxed=WHY)
    whole, known = one_box(entry, inputs, box)
    return Sketch(known).read(whole, safe_mode=True)


def _number(entry: dict[str, Any], facts: dict[int, Facts], calls: Any) -> None:
    """Number a layer, and those in it if it is a model; note what is known of their calls."""
    entry[NUMBER] = len(facts)
    facts[entry[NUMBER]] = Facts(list(calls))
    config = entry["config"]
    if isinstance(config, dict) and "layers" in config:
        made = _made(config["layers"])
        for layer in config["layers"]:
            _number(layer, facts, _calls(layer, made))


def _made(layers: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[int, tuple[Shape, str]]]:
    """The outputs of calls that other calls take: shapes and dtypes by their index, for the name of
    a layer and the number of its call."""
    made: dict[tuple[Any, ...], dict[int, tuple[Shape, str]]] = {}
    for config in (config for layer in layers for config in _tensors(layer.get("inbound_nodes"))):
        if "shape" in config:
            name, number, index = config["keras_history"]
            outputs = made.setdefault((name, number), {})
            outputs[int(index)] = tuple(config["shape"]), str(config["dtype"])
    return made


def _tensors(call: Any) -> list[dict[str, Any]]:
    return [part["config"] for part in sharing.walk(call) if part.get("class_name") == TENSOR]


def _calls(layer: dict[str, Any], made: Any) -> Iterator[tuple[list[Shape], Outputs]]:
    """The calls of a layer as far as they are known."""
    for number, call in enumerate(layer.get("inbound_nodes", ())):
        outputs = made.get((layer.get("name"), number))
        if outputs:
            taken = [tuple(config["shape"]) for config in _tensors(call) if "shape" in config]
            unknown = Unknown(), "float32"
            yield taken, [outputs.get(i, unknown) for i in range(min(max(outputs), MOST) + 1)]


def _boxes(model: Any) -> Iterator[tuple[str, OpaqueLayer]]:
    """The boxes of layers that do not have their weights yet, each with its place in the file."""
    for prefix, layer in placed_layers(model):
        if isinstance(layer, OpaqueLayer) and layer.facts.weights is None:
            yield prefix, layer


def _linked(model: Any, weights: Weights) -> Any:
    """The model, with variables that read the weights in the file."""
    boxed = {id(v) for _, layer in placed_layers(model) if is_box(layer) for v in layer.variables}
    for path, variable in placed_variables(model).items():
        if id(variable) in boxed or variable.dtype == "uint64":
            continue
        weight = weights.get(path)
        fits = weight is not None and weight.shape == variable.shape
        variable.initializer = weight.initializer if weight and fits else partial(_missing, path)
    return model


def _missing(path: str, *_: Any, **__: Any) -> NoReturn:
    raise WeightsError(
        f"The file has no weight of this shape at {path}.",
        why="weights are found by the classes of the layers and their order in the model.",
        fix="look at another weight, or save the model again.",
    )
