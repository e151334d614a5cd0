"""The page on which a program is checked: what is written, with an example and its answer."""

from __future__ import annotations

import tempfile
from pathlib import Path

from funclab.keras2.will_it_run import will_it_run

WRITTEN = Path(__file__).parent / "pages" / "runs.md"
PROGRAM = """\
import tensorflow as tf
from tensorflow.keras import layers, models

model = models.Sequential()
model.add(layers.Conv2D(32, (3, 3), activation="relu", input_shape=(28, 28, 1)))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="softmax"))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
session = tf.Session()
session.run(tf.global_variables_initializer())
"""


def page() -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "old.py")
        path.write_text(PROGRAM, encoding="utf-8")
        answer = str(will_it_run(path))
    text = WRITTEN.read_text(encoding="utf-8")
    for mark, block in (
        ("program", f"```python\n{PROGRAM}```"),
        ("answer", f"```text\n{answer}\n```"),
    ):
        assert text.count(f"<!-- {mark} -->") == 1, f"{WRITTEN.name} has <!-- {mark} --> once"
        text = text.replace(f"<!-- {mark} -->", block)
    return text
