"""Records what a real Keras 3 does with every parity case.

To record again, from the root of the project, with a Python that has keras and jax, or tensorflow:

    KERAS_BACKEND=jax python -m tests.parity.record              every case that names jax
    KERAS_BACKEND=tensorflow python -m tests.parity.record       those that name tensorflow
    KERAS_BACKEND=jax python -m tests.parity.record guide_mlp    only this one
    KERAS_BACKEND=jax python -m tests.parity.record --noise      how far to trust the records

With `--noise` nothing is written: each case runs again in float64, and its largest distance to the
record is printed, in units of the tolerance. A case whose numbers depend on rounding (a gradient
that is zero but for noise, scaled up by Adam) cannot be reproduced to 1e-5; this finds it.
Each record names the versions it was made with.
"""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from tests.parity.case import Case
from tests.parity.models import CASES
from tests.parity.run import observe

RECORDS = Path(__file__).parent / "records"
TOLERANCE = 1e-5


def load(name: str) -> dict[str, np.ndarray]:
    with np.load(RECORDS / f"{name}.npz") as record:
        return dict(record)


def record(case: Case, keras: Any) -> None:
    keras.backend.clear_session()  # automatic names start from the beginning
    seen = observe(case, keras)
    seen["versions"] = np.array([versions(name) for name in ("keras", case.backend, "numpy")])
    np.savez_compressed(RECORDS / f"{case.name}.npz", **seen)


def versions(module: str) -> str:
    return f"{module} {import_module(module).__version__}"


def noise(case: Case, keras: Any) -> tuple[float, str]:
    """The largest distance between the record and a float64 run, and where it is."""
    keras.backend.clear_session()
    seen = observe(case, keras)
    recorded = load(case.name)
    return max((distance(seen[key], recorded[key]), key) for key in seen)


def distance(exact: np.ndarray, kept: np.ndarray) -> float:
    """How many tolerances apart two arrays are; above one the test would fail."""
    if kept.dtype.kind not in "fiu":
        return 0.0
    apart = np.abs(exact - kept) / (TOLERANCE + TOLERANCE * np.abs(kept))
    return float(np.max(apart, initial=0.0))


def main(arguments: list[str]) -> None:
    exact = "--noise" in arguments
    if exact:
        os.environ["JAX_ENABLE_X64"] = "1"
    import keras

    if exact:
        keras.config.set_floatx("float64")
    backend = keras.backend.backend()
    named = [name for name in arguments if not name.startswith("-")]
    chosen = [name for name in named or CASES if CASES[name].backend == backend]
    for name in chosen:
        if exact:
            worst, where = noise(CASES[name], keras)
            print(f"{worst:8.3f}  {name}: {where}", flush=True)
        else:
            record(CASES[name], keras)
            print(name, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
