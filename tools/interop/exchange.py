"""Exchanges files with a real Keras: parity models both ways, and says what does not agree.

`make interop` sets up an environment with Keras and JAX and runs this there. By hand:

    KERAS_BACKEND=jax python -m tools.interop.exchange                models that have every class
    KERAS_BACKEND=jax python -m tools.interop.exchange --all          every model, in some hours
    KERAS_BACKEND=jax python -m tools.interop.exchange guide_mlp      only this one
    KERAS_BACKEND=jax python -m tools.interop.exchange --ways live    the ways with this title

Without `--all` these are the models of tests/saving and of `graph_models`, those that some way
refuses, and as few others as it takes to have every layer, optimizer, schedule, loss and metric.

For each model and each direction: one library builds it, takes two training steps and saves it to
a `.keras` file; the other loads the file. Both must predict the same numbers, take three further
training steps, and have the same weights then. The same weights must come out of a `.weights.h5`
file. `to_keras` and `from_keras` must give models that predict the same.

Keras 2 and Keras 3 write each model to a `.h5` file, which funclab loads. From its `.onnx` file,
onnxruntime computes what the model predicts. Copies made by pickle, cloudpickle and joblib, in this
process and in another, predict and train like the model.
"""

from __future__ import annotations

import argparse
import copy
import pickle
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import funclab
from funclab.errors import FunclabError
from tests.parity import graph_models
from tests.parity.case import BATCH, SAMPLES, Case
from tests.parity.models import CASES as PARITY
from tests.parity.optimizer_models import heavy_class
from tests.parity.record import TOLERANCE
from tests.parity.recurrent_models import plain_cell_class
from tests.saving.cases import CASES as SAVING
from tests.saving.record import predict as predict_all
from tests.saving.record import started, train
from tools.interop.catalogue import CASES as CATALOGUE
from tools.interop.catalogue import classes_without, cover

CASES = {**PARITY, **SAVING, **CATALOGUE}

REFUSED = {"lambda_with_ops"}
"""Models that cannot be exchanged, which must be refused: their functions use global modules."""

NOT_IN_ONNX = {"lstm_stateful"}
"""State that changes from batch to batch is refused."""

TRAINED_OTHERWISE_IN_KERAS_2 = {
    # There, the moving variance of images is the sample variance: n / (n - 1) times the batch's.
    *("batch_normalization_of_another_axis", "batch_normalization_of_images", "residual_blocks"),
    # Its Nadam multiplies the product of all u once for each weight.
    *("images", "nadam", "rate_of_cosine"),
    "loss_of_probabilities_that_do_not_sum_to_one",
}
"""Models whose training steps differ in Keras 3 and funclab; they must predict the same."""

OTHER_IN_KERAS_2 = {"masks_of_merged_branches"}
"""There, a merged mask combines the inputs' masks with "and"; in Keras 3, with "or"."""


def own(library: Any) -> dict[str, Any]:
    """The functions and classes of their own that the cases use."""
    ops = library.ops
    return {
        "fourth_power": lambda y, z: ops.mean(ops.square(ops.square(y - z)), axis=-1),
        "PlainCell": plain_cell_class(library),
        "Heavy": heavy_class(library),
    }


def forget(model: Any) -> None:
    """Reset stateful layers: files do not hold their states."""
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            layer.reset_state()


def predict(model: Any, case: Case) -> list[np.ndarray]:
    """Predictions; of stateful models those of the first batch.

    Keras' `predict` on JAX starts every batch from the state before the first one. It stores states
    only at its end, and then those of the first batch.
    """
    predictions = predict_all(model, case)
    stateful = any(getattr(layer, "stateful", False) for layer in model.layers)
    return [array[: case.batch] for array in predictions] if stateful else predictions


def same(what: str, these: list[np.ndarray], those: list[np.ndarray]) -> None:
    assert len(these) == len(those), f"{what}: {len(these)} arrays against {len(those)}"
    for i, (a, b) in enumerate(zip(these, those, strict=True)):
        np.testing.assert_allclose(
            a, b, rtol=TOLERANCE, atol=TOLERANCE, err_msg=f"{what}, array {i}"
        )


def same_predictions(what: str, model: Any, other: Any, case: Case) -> None:
    forget(model)
    forget(other)
    same(what, predict(other, case), predict(model, case))


def through_files(case: Case, folder: Path, writer: Any, reader: Any) -> None:
    model = started(case, writer)
    forget(model)
    model.save(folder / "m.keras")
    loaded = reader.models.load_model(folder / "m.keras", own(reader), safe_mode=False)
    same_predictions("predictions of the loaded model", model, loaded, case)
    if case.steps and case.backend == "jax":
        train(model, case, 2, 3)
        train(loaded, case, 2, 3)
        same("weights after three more steps", loaded.get_weights(), model.get_weights())
        same_predictions("predictions after them", model, loaded, case)
    model.save_weights(folder / "m.weights.h5")
    other = reader.models.model_from_json(model.to_json(), own(reader))
    other.load_weights(folder / "m.weights.h5")
    same_predictions("predictions with the loaded weights", model, other, case)


def live(case: Case, folder: Path, writer: Any, reader: Any) -> None:
    model = started(case, writer)
    forget(model)
    moved_by = funclab.from_keras if reader is funclab else funclab.to_keras
    moved = moved_by(model, own(reader))
    same_predictions("predictions of the moved model", model, moved, case)
    if writer is not funclab:
        same_pictures(model, moved)


def same_pictures(model: Any, moved: Any) -> None:
    """The views take the model of Keras itself."""
    assert funclab.plot_model(model).svg == funclab.plot_model(moved).svg
    assert str(funclab.shapes(model)) == str(funclab.shapes(moved))
    assert funclab.explore(model).facts["nodes"] == funclab.explore(moved).facts["nodes"]
    assert not funclab.diff(model, moved).entries


def through_onnx(case: Case, folder: Path) -> None:
    """What onnxruntime computes from the file is what the model predicts."""
    import onnxruntime

    model = case.build(funclab)
    model.set_weights(case.initial_weights([w.shape for w in model.get_weights()]))
    model.export(folder / "m.onnx")
    session = onnxruntime.InferenceSession(folder / "m.onnx", providers=["CPUExecutionProvider"])
    arrays = by_input(model, case.data["x"])
    size = model.inputs[0].shape[0] or len(arrays[0])
    ends = zip(session.get_inputs(), model.inputs, arrays, strict=True)
    feed = {
        end.name: array[:size].reshape([size, *tensor.shape[1:]]).astype(tensor.dtype)
        for end, tensor, array in ends
    }
    expected = [array[:size] for array in predict_all(model, case)]
    same("outputs of onnxruntime", session.run(None, feed), expected)


def by_input(model: Any, x: Any) -> list[np.ndarray]:
    """The data for each input of a model, in order."""
    if not isinstance(x, dict):
        return list(x) if isinstance(x, list) else [x]
    known = model.input_structure
    keys = known if isinstance(known, dict) else model.input_names
    return [x[key] for key in keys]


class NotWritten(Exception):
    """This version of Keras cannot build, train or save a model."""


def from_h5(case: Case, folder: Path, library: Any) -> None:
    """A `.h5` file of Keras 2 or 3: the loaded model predicts the same, and trains on."""
    is_old = library.__name__ == "tf_keras"
    try:
        model = started(case, library)
        forget(model)
        model.save(folder / "m.h5")
    except Exception as error:
        raise NotWritten from error
    loaded = funclab.models.load_model(folder / "m.h5", own(funclab))
    if not (is_old and case.name in OTHER_IN_KERAS_2):
        same_predictions("predictions of the loaded model", model, loaded, case)
    otherwise = TRAINED_OTHERWISE_IN_KERAS_2 | OTHER_IN_KERAS_2
    if case.steps and case.backend == "jax" and not (is_old and case.name in otherwise):
        train(model, case, 2, 3)
        train(loaded, case, 2, 3)
        same("weights after three more steps", loaded.get_weights(), model.get_weights())


def through_pickle(case: Case, folder: Path) -> None:
    """Copies by the three packages."""
    import cloudpickle
    import joblib

    model = started(case, funclab)
    copies = {
        "cloudpickle": pickle.loads(cloudpickle.dumps(model)),
        "another process": joblib.Parallel(2)([joblib.delayed(copy.copy)(model)])[0],
    }
    if case.name != "lambda_with_ops":  # plain pickle cannot handle functions defined in functions
        joblib.dump(model, folder / "m.joblib")
        copies["joblib"] = joblib.load(folder / "m.joblib")
    steps = min(1, case.steps)
    train(model, case, 2, steps)
    for way, twin in copies.items():
        train(twin, case, 2, steps)
        same_predictions(f"predictions of the copy by {way}", model, twin, case)


def attempt(
    case: Case, libraries: Any, way: Callable[[Case, Path], None], refused: Any
) -> str | None:
    """What went wrong, in a line; "" if all is well, None if Keras cannot write the model."""
    for library in libraries:
        library.clear_session()
    try:
        with tempfile.TemporaryDirectory() as folder:
            way(case, Path(folder))
    except NotWritten:
        return None
    except FunclabError as error:
        return "" if case.name in refused else f"{type(error).__name__}: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "was not refused" if case.name in refused else ""


def ways() -> Iterator[tuple[str, Callable[[Case, Path], None], set[str]]]:
    """Each way with its title, and the models that it must refuse."""
    import keras
    import tf_keras

    for title, way in (("files", through_files), ("live", live)):
        pair = keras, funclab
        yield f"{title}, Keras to funclab", partial(way, writer=pair[0], reader=pair[1]), REFUSED
        yield f"{title}, funclab to Keras", partial(way, writer=pair[1], reader=pair[0]), REFUSED
    for library in (tf_keras, keras):
        title = f".h5 files of Keras {library.__version__}"
        yield title, partial(from_h5, library=library), {"lambda_with_ops"}
    yield "ONNX", through_onnx, NOT_IN_ONNX
    yield "pickle, cloudpickle, joblib", through_pickle, set()


def layer_classes(names: Iterable[str]) -> set[str]:
    """The classes of the layers in some models."""
    models = [CASES[name].build(funclab) for name in names]
    waiting = [layer for model in models for layer in model.layers]
    classes = set()
    while waiting:
        layer = waiting.pop()
        classes.add(type(layer).__name__)
        waiting += layer.sublayers
    return classes


def small_set(texts: dict[str, str]) -> list[str]:
    """The models that are tried unless others are asked for."""
    refused = REFUSED | NOT_IN_ONNX
    about_graphs = {n for n, c in CASES.items() if c.build.__module__ == graph_models.__name__}
    first = [name for name in CASES if name in {*SAVING, *about_graphs, *refused}]
    return cover(texts, first)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.interop.exchange")
    parser.add_argument("names", nargs="*", help="the models; by default some that have each class")
    parser.add_argument("--all", action="store_true", help="every model")
    parser.add_argument("--ways", default="", help="a part of the titles of the ways to try")
    options = parser.parse_args()

    import keras
    import tf_keras

    warnings.simplefilter("ignore")
    libraries = [funclab.utils, keras.backend, tf_keras.backend]
    for case in CASES.values():
        if case.batch == BATCH:  # which leaves a rest: JAX would compile each step for two shapes
            case.batch = SAMPLES // 2
    written = {name: case for name, case in CASES.items() if name not in REFUSED}
    texts = {name: case.build(funclab).to_json() for name, case in written.items()}
    names = options.names or (list(CASES) if options.all else small_set(texts))
    failed = 0
    for title, way, refused in ways():
        if options.ways not in title:
            continue
        messages = {n: attempt(CASES[n], libraries, way, refused) for n in names}
        chosen = [name for name, message in messages.items() if message is not None]
        wrong = {name: message for name, message in messages.items() if message}
        for name, message in wrong.items():
            short = message if options.names else " ".join(message.split())[:300]
            print(f"  {name}: {short}")
        classes = len(layer_classes(chosen))
        print(
            f"{title}: {len(chosen) - len(wrong)} of {len(chosen)} models with {classes} classes "
            f"of layers agree ({len(refused & set(chosen))} of them are refused, as they must be)",
            flush=True,
        )
        failed += len(wrong)
    tried = [texts[name] for name in names if name in texts]
    if not options.names and (left := classes_without(tried)):
        print(f"No model has {', '.join(sorted(left))}.")
        failed += 1
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
