"""Models and weights in `.h5` files: the format of Keras 2, which Keras 3 writes too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from funclab import ops, registry
from funclab.errors import ConfigError, WeightsError, warn
from funclab.graph.shape_math import Array
from funclab.graph.structure import as_list
from funclab.graph.tensor import OPERATORS
from funclab.layers.weights import unique
from funclab.models.config import ELLIPSIS, FILLED_IN, MASK, SLICE, TENSOR, check_depth, from_config
from funclab.models.model import Model
from funclab.optimizers.adaptive import Nadam
from funclab.registry import sharing
from funclab.registry.parameters import parameters
from funclab.saving.compiling import compile_from_config, shortest
from funclab.saving.state import in_each_place, placed_variables, restore, slots_of
from funclab.saving.trusted import Texts, read_hdf5, refused

CONFIGS = ("model_config", "training_config", "keras_version")
NAMES = ("layer_names", "weight_names")
MODEL, OPTIMIZER = "model_weights", "optimizer_weights"
OPS = "keras.src.ops"
CONSTANT = "_CONSTANT_VALUE"

TF_OPS = {
    **{name: name for name in (
        "add", "subtract", "multiply", "divide", "maximum", "minimum", "negative", "abs", "sqrt",
        "rsqrt", "square", "exp", "log", "log1p", "sin", "cos", "tanh", "sigmoid", "sign", "floor",
        "ceil", "relu", "relu6", "elu", "selu", "silu", "gelu", "leaky_relu", "softmax",
        "log_softmax", "softplus", "softsign", "stack", "reshape", "expand_dims", "squeeze",
        "transpose", "tile", "cast", "matmul", "greater", "greater_equal", "less", "less_equal",
        "one_hot", "equal", "not_equal", "logical_and", "logical_or", "logical_not",
    )},
    "truediv": "divide", "pow": "power", "floormod": "mod", "floordiv": "floor_divide",
    "swish": "silu", "concat": "concatenate", "clip_by_value": "clip", "reduce_mean": "mean",
    "reduce_sum": "sum", "reduce_max": "max", "reduce_min": "min", "reduce_prod": "prod",
}  # fmt: skip
"""Functions of TensorFlow that a graph of Keras 2 may hold, by their last name."""

RECURRENT = ("Bidirectional", "GRU", "LSTM", "RNN", "SimpleRNN")
TF_SETTINGS = {
    "y": "x2",
    "b": "x2",
    "perm": "axes",
    "multiples": "repeats",
    "shape": "newshape",
    "clip_value_min": "x_min",
    "clip_value_max": "x_max",
    "depth": "num_classes",
}
TF_DEFAULTS = {"gelu": {"approximate": False}}

SLOTS = {
    "m": "momentum",
    **dict.fromkeys(("v", "rms"), "velocity"),
    "vhat": "highest_velocity",
    "u": "largest",
    "r": "rows",
    "c": "columns",
    **dict.fromkeys(("mg", "average_gradient"), "average"),
    **dict.fromkeys(("accumulated_grad", "accum_grad"), "squared_gradient"),
    **dict.fromkeys(("accumulated_delta_var", "accum_var"), "squared_step"),
}
"""What Keras 2's optimizers call the slots of their state; other names are the same here."""


def load_h5(path: Any, custom_objects: Any, compile: bool) -> Any:
    """The model in a `.h5` file."""
    arrays, texts = read_hdf5(path, (*CONFIGS, *NAMES))
    _, training, version = ("".join(texts["", name]) for name in CONFIGS)
    is_old = version < "3"
    model = from_config(described(path, texts), custom_objects)
    state = weights_for(model, arrays, texts)
    if compile and training:
        compile_from_config(model, _settings(_read(training), is_old, model), custom_objects)
        names = texts.get((OPTIMIZER, "weight_names"), [])
        stored = [(name, arrays[f"{OPTIMIZER}/{name}"]) for name in names]
        values = [array for _, array in stored]
        if is_old:
            layers = texts[MODEL, "layer_names"]
            values = _optimizer_state(model, layers, stored) if stored else []
        state |= {f"optimizer/vars/{i}": value for i, value in enumerate(values)}
    restore(model, state)
    return model


def described(path: Any, texts: Texts) -> dict[str, Any]:
    """The config of the model in a `.h5` file with these texts, with the names of Keras 3."""
    config, _, version = ("".join(texts["", name]) for name in CONFIGS)
    if not config:
        raise refused(path, "it holds weights without a model; `load_weights` reads them")
    return _translated(_read(config), version < "3")


def weights_for(
    model: Model, arrays: dict[str, Any], texts: Texts, by_name: bool = False
) -> dict[str, Any]:
    """The arrays of the file by the paths that the model's weights have in a file of Keras 3.

    Layers are matched by name or, if the file's model has other names, by order. With `by_name`,
    layers that are only in the file or only in the model are left out.
    Raises: WeightsError when the layers do not fit.
    """
    root = MODEL if (MODEL, "layer_names") in texts else ""
    stored: dict[str, list[Array]] = {}
    for name in texts[root, "layer_names"]:
        group = f"{root}/{name}".lstrip("/")
        weights = [arrays[f"{group}/{weight}"] for weight in texts[group, "weight_names"]]
        stored |= {name: weights} if weights else {}
    layers = {layer.name: in_each_place(layer) for layer in model.layers if layer.weights}
    if by_name:
        stored = {name: weights for name, weights in stored.items() if name in layers}
        layers = {name: layers[name] for name in stored}
    if len(stored) != len(layers):
        raise WeightsError(
            f"The file has weights for {len(stored)} layers, {model.name} has {len(layers)} layers "
            "with weights.",
            why=f"the file has {', '.join(stored)}; the model {', '.join(layers)}.",
            fix="build the model as it was when the weights were saved.",
        )
    if stored.keys() != layers.keys():
        stored = dict(zip(layers, stored.values()))
    paths: dict[int, list[str]] = {}  # a weight shared by a wrapper and its layer has two
    for path, variable in placed_variables(model).items():
        paths.setdefault(id(variable), []).append(path)
    state = {}
    for name, variables in layers.items():
        if len(variables) > len(stored[name]):  # a file in which each weight is once
            variables = unique(variables)
        if len(variables) != len(stored[name]):
            raise WeightsError(
                f"The file has {len(stored[name])} weights for the layer {name}, which has "
                f"{len(variables)}.",
                why=f"{name} has the weights {', '.join(v.path for v in variables)}.",
                fix="build the model as it was when the weights were saved.",
            )
        pairs = zip(variables, stored[name])
        state |= {path: array for v, array in pairs for path in paths[id(v)]}
    return state


def _optimizer_state(model: Model, layers: list[str], stored: list[Any]) -> list[Array]:
    """The state of Keras 2's optimizer, in the order of Keras 3; empty if it does not match."""
    optimizer, slots = model.optimizer, slots_of(model)
    held: dict[str, list[Array]] = {}
    for name, array in stored[1:]:
        parts = name.removesuffix(":0").split("/")
        slot = next((part for part in (parts[1], parts[-1]) if part in SLOTS), "")
        slot = SLOTS.get(slot) or (parts[1] if parts[1] in optimizer.memory.initial else parts[-1])
        if slot == "velocity" and "largest" in optimizer.memory.initial:
            slot = "largest"
        held.setdefault(slot, []).append(array)
    known = {layer.name: layer.trainable_weights for layer in model.layers}
    variables = [variable for name in layers for variable in known.get(name, [])]
    order = [id(variable) for variable in variables]
    none = np.zeros((), "float32")
    for slot in {"rows", "columns"} & held.keys():  # Adafactor keeps none for a vector
        kept = iter(held[slot])
        held[slot] = [next(kept, none) if len(v.shape) > 1 else none for v in variables]
    if any(len(held.get(slot, [])) != len(order) for _, slot in slots):
        warn(f"The state of {optimizer.name} in the file is of another kind: it starts afresh.")
        return []
    steps = int(stored[0][1])
    values = [np.asarray(steps)]
    if optimizer.schedule is None:
        values.append(np.asarray(optimizer.learning_rate, "float32"))
    values += [held[slot][order.index(id(variable))] for variable, slot in slots]
    if isinstance(optimizer, Nadam):
        values.append(optimizer.product_after(steps))
    return values


def _read(text: str) -> Any:
    """JSON, with numbers as the shortest decimals that are equal in float32."""
    config = json.loads(text, parse_float=lambda number: shortest(float(number)))
    return check_depth(config)


# From the names of Keras 2 to those of Keras 3. What has names of Keras 3 stays as it is.
def _translated(value: Any, is_old: bool) -> Any:
    """A config with every description of an object translated, from the innermost outwards."""
    if isinstance(value, list):
        return [_translated(item, is_old) for item in value]
    if not isinstance(value, dict):
        return value
    value = {
        key: _changed(key, item) if is_old else item
        for key, item in ((key, _translated(item, is_old)) for key, item in value.items())
        if not (is_old and key == sharing.KEY)
    }
    return _object(value) if _is_object(value) else value


def _changed(key: str, value: Any) -> Any:
    """A setting whose meaning has changed in Keras 3."""
    is_bent = key.endswith("activation") and value == "hard_sigmoid"
    return keras_2_hard_sigmoid.__name__ if is_bent else value


def keras_2_hard_sigmoid(x: Any) -> Any:
    """The hard sigmoid of Keras 2: x / 5 + 0.5, limited to the range from 0 to 1."""
    return ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0)


registry.register("activation", keras_2_hard_sigmoid)


OUTSIDE_KERAS = {inside: name for name, inside in registry.INSIDE_KERAS.items()}


def _object(entry: dict[str, Any]) -> dict[str, Any]:
    name, config = entry["class_name"].rpartition(">")[2], entry["config"]
    if name in OUTSIDE_KERAS:
        name = OUTSIDE_KERAS[name]
    if isinstance(config, list):  # a Sequential from an early version
        config = {"layers": config}
    if not isinstance(config, dict):
        return entry
    config = {**config}
    shape = config.pop("batch_input_shape", None)
    if name == "InputLayer" and shape is not None:
        config["batch_shape"] = shape
    elif shape is not None:
        entry = {**entry, "batch_input_shape": shape}
    if name in registry.registered("initializer") and "name" not in config:
        entry = {**entry, "module": registry.KERAS_MODULES["initializer"]}
        config.pop("dtype", None)
    if name.startswith("SpatialDropout"):  # which Keras 2 writes, though it has no effect
        config.pop("noise_shape", None)
    if name.startswith(("Depthwise", "Separable")) or name.endswith("Transpose"):
        config = _without_inherited(name, config)
    if name == "LeakyReLU" and "alpha" in config:
        config["negative_slope"] = config.pop("alpha")
    if name == "Lambda" and not isinstance(config.get("function"), dict):
        config = _lambda(config)
    if name in ("TFOpLambda", "SlicingOpLambda"):
        return _tensorflow_op(entry)
    if "layers" in config and "input_layers" in config:
        name = "Functional" if name == "Model" else name
        config = _functional(config)
    elif "layers" in config:
        config, entry = _sequential(config, entry)
    is_op = "inbound_nodes" in entry and not {"dtype", "trainable", "layers"} & config.keys()
    if is_op and registry.to_snake_case(name) in OPERATORS:
        entry = {**entry, "module": OPS}
    return {**entry, "class_name": name, "config": config}


def _without_inherited(name: str, config: dict[str, Any]) -> dict[str, Any]:
    """The config without the settings that Keras 2 writes because such a layer is also a Conv."""
    known = parameters(registry.registered("layer").get(name, object))
    return {
        key: value
        for key, value in config.items()
        if key in known or not key.startswith(("groups", "kernel_"))
    }


def _sequential(config: dict[str, Any], entry: dict[str, Any]) -> tuple[Any, Any]:
    """A Sequential, whose input shape may be stored with the first layer, or with the model."""
    first = config["layers"][0] if config["layers"] else {}
    if "batch_input_shape" in first:
        start = {
            "batch_shape": first["batch_input_shape"],
            "name": f"{first['config']['name']}_input",
        }
        start["dtype"] = "int32" if first["class_name"] == "Embedding" else None
        config["layers"] = [{"class_name": "InputLayer", "config": start}, *config["layers"]]
    elif config.get("build_input_shape"):
        entry = {**entry, "build_config": {"input_shape": config["build_input_shape"]}}
    return config, entry


def _lambda(config: dict[str, Any]) -> dict[str, Any]:
    """A function of the user, by its name; one that was saved as bytecode is refused."""
    if config.get("function_type") != "function":
        raise ConfigError(
            f"The Lambda layer {config.get('name')} was saved as code of another Python.",
            why="such code runs in the version of Python that wrote it, and in no other.",
            fix="build the model in Python, and give it the weights with load_weights(path).",
        )
    function = {"class_name": "function", "config": config["function"]}
    kept = ("name", "trainable", "dtype", "arguments")
    return {**{key: config[key] for key in kept if key in config}, "function": function}


def _tensorflow_op(entry: dict[str, Any]) -> dict[str, Any]:
    """A function of TensorFlow in a graph, as the op that does the same."""
    config = entry["config"]
    last = config["function"].rpartition(".")[2]
    if last != "getitem" and last not in TF_OPS:
        raise ConfigError(
            f"The op {config['name']} is tf.{config['function']}, which funclab cannot read.",
            why="only some functions of TensorFlow have an op here that does the same.",
            fix="build the model without it, and give it the weights with load_weights(path).",
        )
    name = "GetItem" if last == "getitem" else TF_OPS[last]
    settings = {"name": config["name"], **TF_DEFAULTS.get(name, {})}
    return {**entry, "module": OPS, "class_name": name, "config": settings}


def _functional(config: dict[str, Any]) -> dict[str, Any]:
    """A graph: calls as in Keras 3, and calls of each layer counted from 0."""
    calls = {entry["name"]: entry["inbound_nodes"] for entry in config["layers"]}
    if any(isinstance(call, dict) and "args" in call for each in calls.values() for call in each):
        return config
    highest: dict[str, int] = {}
    for name, number, *_ in _references([*calls.values(), config["output_layers"]]):
        highest[name] = max(number, highest.get(name, 0))
    # Call 0 of a nested model is its own; all calls lead to an output, so the last is known.
    first = {name: highest.get(name, 0) + 1 - max(len(each), 1) for name, each in calls.items()}

    def tensor(reference: list[Any]) -> Any:
        name, number, index = reference[:3]
        if name == CONSTANT:
            return index
        history = [name, number - first[name], index]
        return {"class_name": TENSOR, "config": {"keras_history": history}}

    def output(reference: list[Any]) -> list[Any]:
        name, number, index = reference
        return [name, number - first[name] + (name in nested), index]

    nested = {
        entry["name"]
        for entry in config["layers"]
        if "layers" in entry["config"] and entry["class_name"] != "Sequential"
    }
    layers = [
        {**entry, "inbound_nodes": [_call(entry, call, tensor) for call in entry["inbound_nodes"]]}
        for entry in config["layers"]
    ]
    ends = {"input_layers": list, "output_layers": output}
    return {
        **config,
        "layers": layers,
        **{end: _alone(_map(function, config[end])) for end, function in ends.items()},
    }


def _call(entry: dict[str, Any], call: Any, tensor: Callable[[Any], Any]) -> dict[str, Any]:
    """One call: in Keras 2, its keyword arguments follow every tensor."""
    settings = next((leaf[3] for leaf in _references(call) if len(leaf) > 3), {})
    settings = _map(tensor, settings)
    kwargs = {key: value for key, value in settings.items() if value is not None}
    args = [_alone(_map(tensor, call))]
    if entry.get("module") == OPS:
        spec = kwargs.pop("slice_spec", None)
        if spec is not None:
            args.append([*map(_part, as_list(spec))])
        kwargs = {TF_SETTINGS.get(key, key): kwargs[key] for key in kwargs if key != "name"}
    if entry["class_name"] in RECURRENT and isinstance(args[0], list):
        args, states = args[0][:1], args[0][1:]  # in Keras 2, states follow the sequences
        kwargs |= {"initial_state": states, "mask": {"class_name": MASK, "config": args[0]}}
    passed = [name for name in FILLED_IN if name in kwargs]
    return {"args": args, "kwargs": kwargs, "passed": passed}


def _part(part: Any) -> Any:
    """One part of a key between square brackets."""
    if isinstance(part, dict) and "class_name" in part:
        return {"class_name": ELLIPSIS, "config": {}}
    return {"class_name": SLICE, "config": part} if isinstance(part, dict) else part


def _is_reference(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and isinstance(value[1], int)
    )


def _references(value: Any) -> Iterator[list[Any]]:
    """References in a config to the output of a call, or to a constant in its place."""
    if _is_reference(value):
        yield value
        value = value[3:]
    if isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _references(item)


def _map(function: Callable[[Any], Any], value: Any, wanted: Any = _is_reference) -> Any:
    """A config in which the function replaces each reference, or other part that is `wanted`."""
    if wanted(value):
        return function(value)
    if isinstance(value, dict):
        return {key: _map(function, item, wanted) for key, item in value.items()}
    return [_map(function, item, wanted) for item in value] if isinstance(value, list) else value


def _alone(value: Any) -> Any:
    """The only item of a list that holds one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


# The settings of compile.
def _settings(training: dict[str, Any], is_old: bool, model: Model) -> dict[str, Any]:
    """The arguments of `compile`."""
    if not is_old:
        kept = ("loss", "loss_weights", "metrics", "weighted_metrics")
        return {"optimizer": training["optimizer_config"], **{key: training[key] for key in kept}}

    def loss(entry: dict[str, Any]) -> Any:
        config = {key: value for key, value in entry["config"].items() if key != "fn"}
        if config.get("reduction") == "auto":
            config["reduction"] = "sum_over_batch_size"
        wraps = entry["class_name"] == "LossFunctionWrapper"
        return entry["config"]["fn"] if wraps else {**entry, "config": config}

    def metric(entry: dict[str, Any]) -> Any:
        config = {**entry["config"]}
        for output in model.output_names:  # Keras 2 puts the name of the output first
            config["name"] = config.get("name", "").removeprefix(f"{output}_")
        if "fn" in config:
            if config["name"] in {*registry.registered("metric"), "acc", "accuracy"}:
                return config["name"]
            return config["fn"]
        if config.get("curve") == "PR_GAIN":
            config["curve"] = "PRGAIN"
        return {**entry, "config": config}

    kept = {"loss": loss, "metrics": metric, "weighted_metrics": metric}
    settings = {name: _map(kept[name], training.get(name), _is_object) for name in kept}
    settings["loss_weights"] = training.get("loss_weights")
    return {**settings, "optimizer": _optimizer(training["optimizer_config"])}


def _is_object(value: Any) -> bool:
    """Whether it describes an object."""
    return isinstance(value, dict) and {"class_name", "config"} <= value.keys()


def _optimizer(entry: dict[str, Any]) -> dict[str, Any]:
    name, config = entry["class_name"].rpartition(">")[2], {**entry["config"]}
    for setting in ("is_legacy_optimizer", "ema_overwrite_frequency", "schedule_decay"):
        config.pop(setting, None)
    if "lr" in config:
        config["learning_rate"] = config.pop("lr")
    decay = config.pop("decay", 0)
    if decay and name != "Nadam":  # its decay means something else, which Keras 3 lacks, too
        rate = {"initial_learning_rate": config["learning_rate"], "decay_steps": 1}
        rate["decay_rate"] = decay
        config["learning_rate"] = {"class_name": "InverseTimeDecay", "config": rate}
    return {"class_name": name, "config": config}
