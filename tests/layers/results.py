"""What every op, layer and optimizer computes, as named arrays.

`python -m tests.layers.results FILE.npz` writes them: with FUNCLAB_JIT=0 those of plain Python.
"""

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from funclab import Input, Model, config, layers, optimizers, utils
from funclab.graph import structure
from tests.layers.examples import EXAMPLES
from tests.ops.examples import BATCH
from tests.ops.examples import EXAMPLES as OPS
from tests.ops.runs import forward, gradients, has_gradient, random_like, several

Results = Iterator[tuple[str, Any]]


def of_ops() -> Results:
    """Of every example of an op the outputs, and the gradients."""
    for example in OPS:
        arrays = example.arrays(BATCH)
        _, out, _ = forward(example.op, arrays, np.zeros_like)
        yield f"{example}", several(out)
        if has_gradient(example):
            slots = gradients(example.op, arrays, random_like(out), np.zeros_like)
            yield f"gradient of {example}", [slot for slot in slots if slot is not None]


def of_layers() -> Results:
    """Of every example of a layer what it gives while training, with its first weights."""
    for example in EXAMPLES:
        utils.set_random_seed(1)
        data = example.arrays(dtype="float64")
        yield str(example), structure.flatten(example.call(example.layer(), data, training=True))


def of_optimizers() -> Results:
    """Of every optimizer the weights after three steps."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    for name in sorted(set(optimizers.__all__) - {"Optimizer"}):
        if not name[0].isupper():
            continue
        utils.set_random_seed(1)
        inputs = Input((3,))
        model = Model(inputs, layers.Dense(2)(inputs))
        settings = {"learning_rate": 0.1, "weight_decay": 0.1, "global_clipnorm": 0.5}
        model.compile(getattr(optimizers, name)(**settings), "mse")
        for _ in range(3):
            model.train_on_batch(x, y)
        yield name, model.get_weights()


def results() -> dict[str, np.ndarray[Any, Any]]:
    """All of them in float64, by name."""
    usual = config.floatx()
    config.set_floatx("float64")
    try:
        named = [pair for source in (of_ops, of_layers, of_optimizers) for pair in source()]
    finally:
        config.set_floatx(usual)
    return {
        f"{i}, {j} of {name}": np.asarray(array)
        for i, (name, arrays) in enumerate(named)
        for j, array in enumerate(arrays)
    }


if __name__ == "__main__":
    made = results()
    arrays = {f"array_{i}": array for i, array in enumerate(made.values())}
    np.savez(sys.argv[1], names=np.array(list(made)), **arrays)
