"""The classes behind keras.ops, with the arguments of their constructors.

To record again, with a Python that has keras and jax:

    KERAS_BACKEND=jax python -m tests.saving.record_ops
"""

import importlib
import inspect
import json
from pathlib import Path

RECORD = Path(__file__).with_name("keras_ops.json")
ROOMS = ("numpy", "nn", "core", "math", "linalg", "image")

if __name__ == "__main__":
    found = {}
    for room in ROOMS:
        module = importlib.import_module(f"keras.src.ops.{room}")
        classes = inspect.getmembers(module, inspect.isclass)
        own = {name: cls for name, cls in classes if cls.__module__ == module.__name__}
        found[module.__name__] = {
            name: list(inspect.signature(cls).parameters) for name, cls in own.items()
        }
    RECORD.write_text(json.dumps(found, indent=0) + "\n", "utf-8")
