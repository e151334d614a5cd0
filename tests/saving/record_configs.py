"""The config of every class with each of its arguments changed, as Keras writes it.

To record again, with a Python that has keras and jax:

    KERAS_BACKEND=jax python -m tests.saving.record_configs
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from tests.project.keras_signatures import RECORD as SIGNATURES

RECORD = Path(__file__).with_name("configs.json")
ROOMS = (
    *("layers", "optimizers", "optimizers.schedules", "initializers", "regularizers"),
    *("constraints", "losses", "metrics"),
)
LEFT_OUT = {
    *("Layer", "Wrapper", "Optimizer", "LearningRateSchedule", "Initializer", "Regularizer"),
    *("Constraint", "Loss", "Metric", "InputSpec", "Input", "InputLayer", "MeanMetricWrapper"),
    *("JaxLayer", "FlaxLayer", "TFSMLayer", "TorchModuleWrapper", "LossScaleOptimizer"),
    *("Lambda", "MultiOptimizer", "OptimizerMap", "TorchModuleWrapper"),
}
"""Classes without a config of their own, and those that need another framework."""

ARGUMENTS: dict[str, dict[str, dict[str, str]]] = json.loads(SIGNATURES.read_text("utf-8"))

Settings = dict[str, Any]

NEEDED: Settings = {
    "units": 3,
    "filters": 32,
    "kernel_size": 2,
    "pool_size": 2,
    "output_size": 2,
    "rate": 0.25,
    "stddev": 0.5,
    "height": 4,
    "width": 5,
    "num_bins": 3,
    "input_dim": 7,
    "output_dim": 3,
    "head_dim": 4,
    "num_query_heads": 32,
    "num_key_value_heads": 2,
    "num_heads": 2,
    "key_dim": 3,
    "equation": "ab,bc->ac",
    "output_shape": 3,
    "axes": 1,
    "dims": (2, 1),
    "n": 3,
    "target_shape": (2, -1),
    "scale": 2.0,
    "activation": "relu",
    "num_classes": 4,
    "initial_learning_rate": 0.1,
    "decay_steps": 10,
    "decay_rate": 0.5,
    "first_decay_steps": 9,
    "boundaries": [2, 4],
    "values": [0.3, 0.2, 0.1],
    "target_class_ids": [0, 1],
    "recall": 0.5,
    "precision": 0.5,
    "specificity": 0.5,
    "sensitivity": 0.5,
    "factor": 0.5,
    "learning_rate": 0.1,
    "height_factor": 0.5,
    "width_factor": 0.5,
    "max_number": 3,
}
"""Values for arguments without a default."""
CHANGED: Settings = {
    "dtype": "float64",
    "data_format": "channels_first",
    "seed": 7,
    "padding": "same",
    "reduction": "sum",
    "strides": 2,
    "axis": 1,
    "weight_decay": 0.02,
    "clipnorm": 1.5,
    "clipvalue": 0.5,
    "global_clipnorm": 2.5,
    "ema_overwrite_frequency": 5,
    "units": 6,
    "gradient_accumulation_steps": 3,
    "loss_scale_factor": 8.0,
    "thresholds": [0.25, 0.75],
    "sparse": True,
    "output_mode": "one_hot",
    "interpolation": "nearest",
    "class_id": 1,
    "recurrent_activation": "relu",
    "ignore_class": 2,
    "threshold": 0.25,
    "top_k": 2,
    "mode": "fan_avg",
    "l1": 0.5,
    "output_padding": 1,
    "cropping": 2,
    "size": 3,
    "salt": 3,
    "max_tokens": 9,
    "vocabulary": ["a", "b"],
    "mean": 0.5,
    "variance": 2.0,
    "max_value": 6.0,
    "noise_shape": (None, 1),
    "mask_value": 2.0,
    "mask_token": "m",
    "oov_token": "o",
    "score_mode": "concat",
    "merge_mode": "sum",
    "num_tokens": 5,
    "bin_boundaries": [0.5, 1.5],
    "bias_axes": "c",
    "batch_size": 4,
    "value_dim": 2,
    "attention_axes": (1,),
    "kernel_size": 3,
    "shared_axes": [1],
    "warmup_target": 0.5,
    "distribution": "uniform",
    "average": "micro",
    "curve": "PR",
    "summation_method": "minoring",
    "num_labels": 3,
    "label_weights": [1.0, 2.0],
    "class_aggregation": "variance_weighted_average",
    "sliding_window": 3,
    "name": "own",
    "standardize": "lower",
    "split": "character",
    "ngrams": 2,
    "output_sequence_length": 5,
    "renorm_clipping": {"rmax": 2.0},
    "fill_mode": "nearest",
    "vocabulary_dtype": "int32",
    "oov_method": "farmhash",
    "encoding": "latin-1",
    "exclude_layers": ["a"],
    "alpha": 0.75,
    "value_range": (0, 1),
    "fill_value": 0.5,
    "groups": 2,
    "curves": "PR",
    "rho": 0.75,
    "idf_weights": [0.5, 0.25],
    "depthwise_size": 2,
    "negative_slope": 0.25,
    "minval": -0.25,
    "learning_rate_power": -0.25,
    "min_value": 0.5,
    "target_class_ids": [1],
    "margin": 0.3,
    "input_axes": (0,),
    "output_axes": (1,),
    "beta_2_decay": -0.5,
    "equation": "ab,cb->ac",
    "rate": 0.5,
    "sensitivity": 0.75,
    "specificity": 0.75,
    "recall": 0.75,
    "precision": 0.75,
    "stddev": 0.75,
    "rows": "columns",
    "num_query_heads": 2,
    "num_key_value_heads": 4,
    "factor": 0.75,
    "height_factor": 0.25,
    "width_factor": 0.25,
    "dims": (1, 2),
    "target_shape": (4,),
    "boundaries": [3, 5],
    "values": [3.0, 2.0, 1.0],
}
"""Other values than the defaults, where these are not numbers or True and False."""
SPECIAL: dict[tuple[str, str], Any] = {
    **{(f"layers.ZeroPadding{rank}D", "padding"): 2 for rank in (1, 2, 3)},
    ("regularizers.OrthogonalRegularizer", "mode"): "columns",
    ("layers.RandomPosterization", "factor"): 4,
    ("losses.Huber", "delta"): 2.0,
    ("losses.CosineSimilarity", "axis"): 0,
}


def classes(library: str) -> Iterator[tuple[str, Any]]:
    """The classes that have configs, with their names in the library."""
    seen = set()
    for room in ROOMS:
        module = importlib.import_module(f"{library}.{room}")
        for name in sorted(dir(module)):
            cls = getattr(module, name)
            if name in LEFT_OUT or name.startswith("_") or not inspect.isclass(cls):
                continue
            if hasattr(cls, "get_config") and cls.__name__ not in seen:
                seen.add(cls.__name__)
                yield f"{room}.{name}", cls


def needed(library: str, name: str, arguments: dict[str, str]) -> Settings:
    """What a class is made with at least."""
    layers = importlib.import_module(f"{library}.layers")
    own: Settings = {
        "layers.Bidirectional": {"layer": lambda: layers.SimpleRNN(2, name="inner")},
        "layers.RNN": {"cell": lambda: layers.GRUCell(2, name="inner")},
        "layers.StackedRNNCells": {"cells": lambda: [layers.GRUCell(2, name="inner")]},
        "layers.Pipeline": {"layers": lambda: [layers.Dense(2, name="inner")]},
        "layers.Discretization": {"num_bins": 3},
        "layers.CategoryEncoding": {"num_tokens": 4},
        "layers.IntegerLookup": {"vocabulary": [4, 5]},
        "layers.GroupNormalization": {"groups": 2},
        "layers.RandomPosterization": {"factor": 3},
        "layers.Resizing": {},
    }.get(name, {})
    settings = {
        argument: NEEDED.get(argument)
        for argument, default in arguments.items()
        if default == "" and argument not in own
    }
    if "layer" in settings:
        settings["layer"] = lambda: layers.Dense(2, name="inner")
    return {**settings, **own}


def other(name: str, argument: str, default: str) -> Any:
    """Another value than the default of an argument."""
    ends = {"initializer": "ones", "regularizer": "l2", "constraint": "unit_norm"}
    kind = argument.rpartition("_")[2]
    if kind in ends or argument == "activation":
        return ends.get(kind, "tanh")
    if default in ("True", "False"):
        return default == "False"
    if (name, argument) in SPECIAL:
        return SPECIAL[name, argument]
    if argument in CHANGED:
        return CHANGED[argument]
    with suppress(ValueError):
        return float(default) / 2 + 0.25 if {".", "e"} & {*default[:-1]} else int(default) + 2
    return 3


def made(cls: Any, settings: Settings) -> Any:
    """The config of an instance, as plain data; the name of the error where there is none."""
    settings = {name: value() if callable(value) else value for name, value in settings.items()}
    try:
        text = json.dumps(cls(**settings).get_config(), default=plain)
        return json.loads(text, object_hook=named_dtype)
    except Exception as error:
        return type(error).__name__


def plain(thing: Any) -> Any:
    if hasattr(thing, "get_config"):
        return {type(thing).__name__: thing.get_config()}
    return np.asarray(thing).tolist() if hasattr(thing, "__array__") else str(thing)


def named_dtype(entry: dict[str, Any]) -> Any:
    """A dtype that Keras writes as a policy, by its name alone."""
    return entry["config"]["name"] if entry.get("class_name") == "DTypePolicy" else entry


def changes(one: Any, other: Any) -> Any:
    """What another config has instead."""
    if isinstance(one, str) or isinstance(other, str):
        return other
    keys = one.keys() | other.keys()
    changed = {key: other.get(key) for key in sorted(keys) if one.get(key) != other.get(key)}
    return {key: value for key, value in changed.items() if key != "name" or value == "own"}


def observed(library: str, name: str, cls: Any) -> tuple[Any, dict[str, Any]]:
    """The config that a class begins with, and what each argument changes in it."""
    room, _, own = name.rpartition(".")
    arguments = ARGUMENTS[room].get(own, {})
    start = needed(library, name, arguments)
    config = made(cls, start)
    return config, {
        argument: changes(config, made(cls, {**start, argument: other(name, argument, default)}))
        for argument, default in arguments.items()
        if argument not in ("layer", "cell", "cells", "layers", "backward_layer")
    }


def main() -> None:
    seen = {name: observed("keras", name, cls) for name, cls in classes("keras")}
    lines = (
        f"{json.dumps(name)}: {json.dumps(entry)}"
        for name, entry in seen.items()
        if entry[0] != "ImportError"  # it needs TensorFlow
    )
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


if __name__ == "__main__":
    os.environ.setdefault("KERAS_BACKEND", "jax")
    main()
