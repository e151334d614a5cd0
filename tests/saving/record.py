"""Records what a real Keras 3 writes for the models of cases.py, in tests/saving/keras/.

To record again, from the root of the project, with a Python that has keras and jax:

    KERAS_BACKEND=jax python -m tests.saving.record

For each model: `<name>.keras`, saved after two training steps, and `<name>.npz` with what the model
predicts then, its weights after three further steps, and what it predicts after them.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from tests.parity.case import Case, cut, flat
from tests.saving.cases import CASES

FOLDER = Path(__file__).parent / "keras"


def started(case: Case, library: Any) -> Any:
    """The model of a case, after two training steps."""
    model = case.build(library)
    model.set_weights(case.initial_weights([w.shape for w in model.get_weights()]))
    train(model, case, 0, min(2, case.steps))
    return model


def train(model: Any, case: Case, first: int, steps: int) -> None:
    batches = case.batches()
    for step in range(first, first + steps):
        rows = batches[step % len(batches)]
        batch = {key: cut(value, rows) for key, value in case.data.items()}
        if case.class_weight:
            batch["class_weight"] = case.class_weight
        model.train_on_batch(**batch)


def predict(model: Any, case: Case) -> list[np.ndarray]:
    return flat(model.predict(case.data["x"], batch_size=case.batch, verbose=0))


def observe(model: Any, case: Case) -> dict[str, np.ndarray]:
    """What a model predicts, and what becomes of it in three further training steps."""
    seen = {f"before {i}": array for i, array in enumerate(predict(model, case))}
    train(model, case, 2, 3)
    seen |= {f"weights {i}": array for i, array in enumerate(model.get_weights())}
    return seen | {f"after {i}": array for i, array in enumerate(predict(model, case))}


def pack(path: Path) -> None:
    """Compress the members of an archive; Keras stores them as they are."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def main(names: list[str]) -> None:
    import keras

    FOLDER.mkdir(exist_ok=True)
    for name in names or CASES:
        keras.backend.clear_session()
        model = started(CASES[name], keras)
        model.save(FOLDER / f"{name}.keras")
        pack(FOLDER / f"{name}.keras")
        np.savez_compressed(FOLDER / f"{name}.npz", **observe(model, CASES[name]))
        print(name, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
