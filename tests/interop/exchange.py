"""Exchanges files with a real Keras 3: every parity model both ways, and says what does not agree.

`make interop` sets up an environment with Keras and JAX and runs this there. By hand:

    KERAS_BACKEND=jax python -m tests.interop.exchange                every model
    KERAS_BACKEND=jax python -m tests.interop.exchange guide_mlp      only this one

For each model and each direction: one library builds it, takes two training steps and saves it to
a `.keras` file; the other loads the file. Both must predict the same numbers, take three further
training steps, and have the same weights then. The same weights must come out of a `.weights.h5`
file. `to_keras` and `from_keras` must give models that predict the same.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import funclab
from funclab.errors import FunclabError
from tests.parity.case import Case
from tests.parity.models import CASES as PARITY
from tests.parity.record import TOLERANCE
from tests.saving.cases import CASES as SAVING
from tests.saving.record import predict as predict_all
from tests.saving.record import started, train

CASES = {**PARITY, **SAVING}

REFUSED = {"lambda_with_ops"}
"""Models that neither way can go, which must be said: functions that use modules around them."""


def own(library: Any) -> dict[str, Any]:
    """The functions of their own that the cases use."""
    ops = library.ops
    return {"fourth_power": lambda y, z: ops.mean(ops.square(ops.square(y - z)), axis=-1)}


def forget(model: Any) -> None:
    """Begin the sequences of stateful layers anew: files do not hold what these remember."""
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            layer.reset_state()


def predict(model: Any, case: Case) -> list[np.ndarray]:
    """Predictions; of the first batch only, if Keras on JAX would lose the state after it."""
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


def through_files(case: Case, writer: Any, reader: Any, folder: Path) -> None:
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


def live(case: Case, writer: Any, reader: Any, folder: Path) -> None:
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


def attempt(case: Case, keras: Any, way: Callable[..., None], forward: bool) -> str:
    """What went wrong, in a line; nothing if all is well."""
    writer, reader = (keras, funclab) if forward else (funclab, keras)
    keras.backend.clear_session()
    funclab.utils.clear_session()
    try:
        with tempfile.TemporaryDirectory() as folder:
            way(case, writer, reader, Path(folder))
    except FunclabError as error:
        return "" if case.name in REFUSED else f"{type(error).__name__}: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "was not refused" if case.name in REFUSED else ""


def main(names: list[str]) -> int:
    import keras

    warnings.simplefilter("ignore")
    chosen = names or list(CASES)
    failed = 0
    for title, way, forward in (
        ("files, Keras to funclab", through_files, True),
        ("files, funclab to Keras", through_files, False),
        ("live, from_keras", live, True),
        ("live, to_keras", live, False),
    ):
        wrong = {name: attempt(CASES[name], keras, way, forward) for name in chosen}
        wrong = {name: message for name, message in wrong.items() if message}
        for name, message in wrong.items():
            print(
                f"  {name}: {message}" if names else f"  {name}: {' '.join(message.split())[:300]}"
            )
        print(f"{title}: {len(chosen) - len(wrong)} of {len(chosen)} agree", flush=True)
        failed += len(wrong)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
