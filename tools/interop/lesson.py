"""What a real Keras prints in the cells of the lessons that are for it, `%%keras`.

    python -m tools.interop.lesson            compares it with what is recorded
    python -m tools.interop.lesson --write    records it anew

It also checks with the real Keras what exercise 14A assumes. `make interop` runs it.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from importlib import import_module
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from funclab.teach import catching_up, course
from funclab.teach.exercises.lesson_14 import GONE
from funclab.teach.in_keras import run

RECORD = course.HERE / "in_keras.toml"
MAGIC = "%%keras\n"
FOUR = "--xla_force_host_platform_device_count=4"


def cells_of(number: int) -> list[tuple[str, str]]:
    """The cells for Keras in a lesson: their lines, and what these print."""
    shell = InteractiveShell.instance()
    found = []
    for cell in catching_up.cells_of(number):
        source = "".join(cell["source"])
        lines = source.removeprefix(MAGIC)
        if cell["cell_type"] != "code":
            continue
        if lines != source:
            found.append((lines, run(lines, shell.user_ns)))
        elif "install_as_keras()" in lines:  # that is refused where a real Keras is imported
            break
        else:
            with capture_output():
                shell.run_cell(lines).raise_error()
    return found


def rules_hold(keras: Any) -> None:
    """That layers of a real Keras lack what the exercise says, and what their `output` is."""
    layer = keras.layers.Dense(2)
    first, second = (layer(keras.Input((3,))) for _ in range(2))
    kept = [name for name in GONE if hasattr(layer, name)]
    assert not kept, f"Keras {keras.__version__} has {kept}"
    assert layer.output is first and layer.output is not second


def written(version: str, cells: list[tuple[str, str]]) -> str:
    today = f"{date.today():%d %B %Y}".lstrip("0")
    head = [
        "# What a real Keras printed in the cells `%%keras` of the lessons. Written by",
        "# `python -m tools.interop.lesson --write`.",
        f'version = "{version}"',
        'backend = "JAX"',
        f'date = "{today}"',
    ]
    tables = [
        f"[[cell]]\nlines = '''\n{lines.strip()}\n'''\nprinted = '''\n{printed}\n'''"
        for lines, printed in cells
    ]
    return "\n".join(head) + "\n\n" + "\n\n".join(tables) + "\n"


def main() -> int:
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {FOUR}"
    os.environ.setdefault("KERAS_BACKEND", "jax")
    keras = import_module("keras")
    rules_hold(keras)
    cells = cells_of(14)
    if "--write" in sys.argv:
        RECORD.write_text(written(keras.__version__, cells), encoding="utf-8")
        return 0
    recorded = {
        cell["lines"].strip(): cell["printed"].strip() for cell in course.read(RECORD)["cell"]
    }
    differ = [
        (lines, printed) for lines, printed in cells if recorded.get(lines.strip()) != printed
    ]
    for lines, printed in differ:
        print(f"Keras {keras.__version__} prints something else:\n{lines}\n{printed}\n")
    print(f"{len(cells) - len(differ)} of {len(cells)} cells for Keras print what is recorded")
    return bool(differ)


if __name__ == "__main__":
    sys.exit(main())
