"""Pipelines whose elements are compared with those of tf.data, as it was recorded.

`python -m tests.project.pipelines` in an environment with TensorFlow writes `pipelines.json` anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

RECORD = Path(__file__).with_suffix(".json")
X = np.arange(12, dtype="float32").reshape(6, 2)
Y = np.arange(6, dtype="int32")
TEXTS = """
S((x, y)).batch(4)
S({"a": x, "b": y}).batch(4, drop_remainder=True)
S([1, 2, 3])
S([1.5, 2.5])
S(([1, 2], [3, 4]))
R(5)
R(2, 10, 3)
R(7).batch(3)
R(7).batch(3).unbatch()
R(5).map(lambda v: v * 2)
R(5).filter(lambda v: v > 2)
S((x, y)).map(lambda a, b: {"s": a + 1, "t": b})
S((x, y)).enumerate().take(2)
R(3).enumerate(5)
D.zip((R(3), R(3, 9)))
D.zip({"a": R(2), "b": (R(2), R(2))})
R(3).repeat(2)
R(3).repeat().take(7)
R(5).skip(3)
R(5).skip(-1)
R(5).take(-1)
R(5).take(9)
R(10).shard(3, 1)
R(3).concatenate(R(2))
R(7).window(3)
R(7).window(3, 1)
R(7).window(3, 1, 2, True)
R(7).window(2, 3)
R(7).window(3, drop_remainder=True)
R(7).window(3, shift=1, drop_remainder=True).flat_map(lambda w: w.batch(3))
S((x, y)).window(2).take(1)
R(6).prefetch(2)
R(6).cache()
D.from_tensors((x, y))
D.from_tensors(5)
R(3).flat_map(lambda v: D.from_tensors(v).repeat(2))
R(4).map(lambda v: (v, v + 1)).batch(2)
R(1, 5).map(lambda v: R(v)).flat_map(lambda d: d.batch(9)).padded_batch(2)
R(1, 5).map(lambda v: R(v)).flat_map(lambda d: d.batch(9)).padded_batch(3, (5,), N(-1))
R(1, 6).interleave(lambda v: D.from_tensors(v).repeat(6), 2, 4)
R(1, 4).interleave(lambda v: R(v), 3, 1)
R(1, 6).interleave(lambda v: R(v * 10, v * 10 + v), 2, 2)
D.from_generator(G, (np.int64, np.float32), ((), (2,)))
R(0).repeat()
R(3).repeat(0)
R(9).take_while(lambda v: v < 4)
S((x, y)).take_while(lambda a, b: b < 2)
R(1, 6).scan(np.int64(0), lambda total, v: (total + v, total * v))
S((x, y)).scan(0, lambda n, pair: (n + 1, (pair[1] * n, pair[0])))
S([3, 1, 3, 2, 1]).unique()
S(["b", "a", "b"]).unique().enumerate().map(lambda i, text: i)
R(7).batch(3).rebatch(2)
R(7).batch(2).rebatch(3, drop_remainder=True)
S((x, y)).batch(4).rebatch(5)
D.choose_from_datasets([R(3), R(10, 19)], R(2).repeat(9))
D.choose_from_datasets([R(3), R(10, 19)], R(2).repeat(9), stop_on_empty_dataset=False)
D.choose_from_datasets([R(3), R(10, 13)], R(2).repeat(2))
D.sample_from_datasets([R(3), R(10, 19)], weights=[0.0, 1.0])
D.sample_from_datasets([R(3), R(10, 19)], [1.0, 0.0], stop_on_empty_dataset=True)
R(9).apply(lambda d: d.batch(2)).repeat(2).skip(3)
"""


def generated() -> Any:
    """Pairs of a number and a list."""
    for i in range(3):
        yield i, [i, i / 2]


def shown(value: Any) -> Any:
    """Elements as dtypes and lists."""
    if isinstance(value, dict):
        return {key: shown(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return ["tuple", *map(shown, value)]
    if hasattr(value, "as_numpy_iterator"):
        return [shown(part) for part in value]
    if not isinstance(value, (np.ndarray, np.generic)) and hasattr(value, "__next__"):
        return list(map(shown, value))
    array = np.asarray(value)
    return [array.dtype.name, array.tolist()]


def form(spec: Any) -> Any:
    """What a dataset says of its elements, as dtypes and shapes."""
    if isinstance(spec, dict):
        return {key: form(part) for key, part in spec.items()}
    if isinstance(spec, tuple):
        return ["tuple", *map(form, spec)]
    if hasattr(spec, "element_spec"):
        return [form(spec.element_spec)]
    shape = spec.shape if getattr(spec.shape, "rank", 0) is not None else None
    return [getattr(spec.dtype, "name", spec.dtype), shape and list(shape)]


def results(dataset: Any) -> dict[str, Any]:
    """For each pipeline, its elements, how many it says there are, and their form."""
    names = {"D": dataset, "S": dataset.from_tensor_slices, "R": dataset.range}
    names |= {"x": X, "y": Y, "G": generated, "N": np.int64, "np": np}
    made = {text: eval(text, names) for text in TEXTS.split("\n") if text}
    return {
        text: [shown(one), int(np.asarray(one.cardinality())), form(one.element_spec)]
        for text, one in made.items()
    }


if __name__ == "__main__":
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow

    found = results(tensorflow.data.Dataset)
    lines = [f"{json.dumps(text)}: {json.dumps(result)}" for text, result in found.items()]
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
