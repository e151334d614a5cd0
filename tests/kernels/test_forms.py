"""The NumPy form of each loop computes what the loop computes."""

import copy
import sys
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from funclab import Input, Sequential, registry
from funclab.kernels import elementwise
from funclab.kernels.jit import FORMS
from funclab.layers import Dense
from funclab.optimizers import SGD, Adam, RMSprop
from tests.ops.examples import BATCH, EXAMPLES
from tests.ops.test_contract import forward, gradients, has_gradient, random_like

Name = tuple[str, str]

ALL = {
    (loop.__module__, loop.__name__): loop
    for loop in FORMS
    if loop.__module__.startswith("funclab.")
}
LOOPS = {name: loop for name, loop in ALL.items() if FORMS[loop] is not loop}


def run_examples() -> None:
    """Run every op forward and back, and every optimizer."""
    for example in EXAMPLES:
        arrays = example.arrays(BATCH)
        _, out, _ = forward(example.op, arrays, np.zeros_like)
        if has_gradient(example):
            gradients(example.op, arrays, random_like(out), np.zeros_like)
    for name in ("error_function", "error_function_rest", "error_function_inverse"):
        getattr(elementwise, name)(np.linspace(-1, 1, 9), np.empty(9))
    x, y = np.random.default_rng(0).standard_normal((2, BATCH, 3))
    for optimizer in (
        *("sgd", "rmsprop", "adam", "adamax", "nadam", "adagrad", "adadelta", "ftrl", "lion"),
        SGD(0.1, momentum=0.9),
        SGD(0.1, momentum=0.9, nesterov=True, clipnorm=0.1),
        RMSprop(centered=True, momentum=0.5),
        Adam(amsgrad=True, weight_decay=0.1, use_ema=True, global_clipnorm=0.1),
    ):
        model = Sequential([Input((3,)), Dense(3)])
        model.compile(optimizer, "mse")
        model.fit(x, y, epochs=2, verbose=0)


@pytest.fixture(scope="module")
def compared() -> dict[Name, list[bool]]:
    """For each loop, whether its form agreed, call by call."""
    agreed = defaultdict(list)

    def watched(name: Name, loop: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            expected = copy.deepcopy(arguments)
            returned = loop(*expected)
            result = FORMS[loop](*arguments)
            pairs = [*zip(arguments, expected, strict=True), (result, returned)]
            agreed[name].append(all(alike(form, plain) for form, plain in pairs))
            return returned

        return call

    with pytest.MonkeyPatch.context() as patch, np.errstate(all="ignore"):
        for name, loop in ALL.items():
            plain = watched(name, loop) if name in LOOPS else loop
            patch.setattr(sys.modules[name[0]], name[1], plain)
        for optimizer in set(registry.registered("optimizer").values()):
            if kernel := vars(optimizer).get("kernel"):
                watching = getattr(sys.modules[kernel.__module__], kernel.__name__)
                patch.setattr(optimizer, "kernel", staticmethod(watching))
        run_examples()
    return agreed


def alike(form: Any, plain: Any) -> bool:
    if isinstance(plain, np.ndarray):
        digits = 1e-6 if plain.dtype == np.float32 else 1e-9
        return np.allclose(form, plain, digits, digits, equal_nan=True)
    return plain is None or isinstance(plain, tuple) or form == plain


@pytest.mark.parametrize("name", LOOPS, ids=lambda name: f"{name[0].split('.')[-1]}.{name[1]}")
def test_a_form_agrees_with_its_loop(name: Name, compared: dict[Name, list[bool]]):
    assert compared[name], "no example comes to this loop"
    assert all(compared[name])
