"""Runs the programs on a real Keras, which is what says that they are right.

`KERAS_BACKEND=tensorflow .venv/interop/bin/python -m tests.programs.on_keras` runs them on Keras 3;
with `2`, on Keras 2 (tf_keras), which programs of its time need; with names, these only.
`on_keras.json` has the versions on which each has run; none, if it has not been tried.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.util
import io
import json
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
RECORD = Path(__file__).with_suffix(".json")
OTHERS = ("__init__", "on_keras", "test_programs")
PROGRAMS = [path for path in sorted(FOLDER.glob("*.py")) if path.stem not in OTHERS]


class Keras2(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Makes `keras` and `tensorflow.keras` the modules of tf_keras."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name.removeprefix("tensorflow.").split(".")[0] != "keras":
            return None
        return importlib.util.spec_from_loader(name, self, is_package=True)

    def create_module(self, spec: Any) -> Any:
        return importlib.import_module(f"tf_{spec.name.removeprefix('tensorflow.')}")

    def exec_module(self, module: Any) -> None:
        pass


def run(path: Path, keras: Any) -> str:
    """Runs a program; the error, or "" if all that it claims holds."""
    keras.utils.set_random_seed(1)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            code = compile(path.read_text("utf-8"), path.name, "exec")
            exec(code, {"__name__": "__main__"})
    except Exception:
        return traceback.format_exc()
    return ""


def main(names: list[str]) -> None:
    old = names[:1] == ["2"]
    if old:
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
    keras = importlib.import_module("tf_keras" if old else "keras")
    if old:
        sys.meta_path.insert(0, Keras2())
    version = keras.__version__
    for path in PROGRAMS:
        if names[old:] and path.stem not in names[old:]:
            continue
        os.chdir(tempfile.mkdtemp())
        error = run(path, keras)
        print(path.stem, error or "runs", flush=True)
        record = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
        versions = {*record.get(path.stem, []), version} - ({version} if error else set())
        record[path.stem] = sorted(versions)
        RECORD.write_text(json.dumps(dict(sorted(record.items())), indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
