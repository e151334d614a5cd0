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
from tests.parity.case import Case
from tests.parity.models import CASES as PARITY
from tests.parity.record import TOLERANCE
from tests.saving.cases import CASES as SAVING
from tests.saving.record import predict, started, train

CASES = {**PARITY, **SAVING}

OWN = {"fourth_power": lambda target, output: ((target - output) ** 4).mean(axis=-1)}
"""The functions of their own that the cases use."""


def forget(*models: Any) -> None:
    """Begin the sequences of stateful layers anew: files do not hold what these remember."""
    for layer in [layer for model in models for layer in model.layers]:
        if getattr(layer, "stateful", False):
            layer.reset_state()


def same(what: str, these: list[np.ndarray], those: list[np.ndarray]) -> None:
    assert len(these) == len(those), f"{what}: {len(these)} arrays against {len(those)}"
    for i, (a, b) in enumerate(zip(these, those, strict=True)):
        np.testing.assert_allclose(
            a, b, rtol=TOLERANCE, atol=TOLERANCE, err_msg=f"{what}, array {i}"
        )


def through_files(case: Case, writer: Any, reader: Any, folder: Path) -> None:
    model = started(case, writer)
    model.save(folder / "m.keras")
    loaded = reader.models.load_model(folder / "m.keras", OWN, safe_mode=False)
    forget(model, loaded)
    same("predictions of the loaded model", predict(loaded, case), predict(model, case))
    if case.steps and case.backend == "jax":
        train(model, case, 2, 3)
        train(loaded, case, 2, 3)
        same("weights after three more steps", loaded.get_weights(), model.get_weights())
        same("predictions after them", predict(loaded, case), predict(model, case))
    model.save_weights(folder / "m.weights.h5")
    other = reader.models.model_from_json(model.to_json(), OWN)
    other.load_weights(folder / "m.weights.h5")
    same("predictions with the loaded weights", predict(other, case), predict(model, case))


def live(case: Case, writer: Any, reader: Any, folder: Path) -> None:
    model = started(case, writer)
    moved_by = funclab.from_keras if reader is funclab else funclab.to_keras
    moved = moved_by(model, OWN)
    same("predictions of the moved model", predict(moved, case), predict(model, case))


def attempt(case: Case, keras: Any, way: Callable[..., None], forward: bool) -> str:
    """What went wrong, in a line; nothing if all is well."""
    writer, reader = (keras, funclab) if forward else (funclab, keras)
    keras.backend.clear_session()
    funclab.utils.clear_session()
    try:
        with tempfile.TemporaryDirectory() as folder:
            way(case, writer, reader, Path(folder))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


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
