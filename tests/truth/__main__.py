"""What the course says, tried on a real Keras: `KERAS_BACKEND=jax python -m tests.truth [names]`.

`make interop` runs it with TensorFlow, JAX and PyTorch. Names select programs by a part of theirs;
`--quick` leaves out those that train models to the end.
"""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from importlib import import_module

from tests.truth.claims import LONG, backend, check, claims
from tests.truth.counts import counted


def main(names: list[str]) -> int:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")
    keras = import_module(os.environ.get("KERAS_MODULE", "keras"))
    here, failed = backend(keras), 0
    quick, names = "--quick" in names, [name for name in names if name != "--quick"]
    chosen = [
        claim
        for claim in claims()
        if here in claim.on and not (quick and claim.program in LONG)
        if not names or any(name in claim.name for name in names)
    ]
    for claim in chosen:
        try:
            check(claim, keras)
        except Exception:
            failed += 1
            print(f"{claim.name} does not hold:\n{traceback.format_exc(limit=-3)}", flush=True)
    print(f"Keras {keras.__version__} with {here}: {failed} of {len(chosen)} programs failed.")
    print(counted())
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
