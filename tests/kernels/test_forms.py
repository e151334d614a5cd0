"""The NumPy form of each loop computes what the loop computes."""

import copy
import sys
from collections import defaultdict
from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np
import pytest

from funclab.engine.kernels import data, elementwise, optimizers, scores, softmax
from funclab.engine.kernels.jit import FORMS, at_once
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
    """Run every op forward and back, and the loops of optimizers."""
    for example in EXAMPLES:
        arrays = example.arrays(BATCH)
        _, out, _ = forward(example.op, arrays, np.zeros_like)
        if has_gradient(example):
            gradients(example.op, arrays, random_like(out), np.zeros_like)
    for name in ("error_function", "error_function_rest", "error_function_inverse"):
        getattr(elementwise, name)(np.linspace(-1, 1, 9), np.empty(9))
    rng = np.random.default_rng(0)
    data.convert_rows(rng.random((9, 2)), np.array([3, 0, 3]), np.empty((3, 2), "float32"))
    softmax.single_softmax(20 * rng.random((9, 5), "float32"), np.empty((9, 5), "float32"))
    for module, name in LOOPS:
        if module == optimizers.__name__:
            kernel = getattr(optimizers, name)
            kernel(
                *(
                    NUMBERS.get(key, rng.random(9))
                    for key in signature(LOOPS[module, name]).parameters
                )
            )


NUMBERS = {
    "rates": np.array([0.1, 0.2, 0.3, 0.4, 0.5]),
    **dict.fromkeys(("beta_1", "rho", "momentum", "share"), 0.9),
    "beta_2": 0.99,
    "epsilon": 1e-3,
    "limit": 0.1,
    "centered": 1.0,
    "power": -0.5,
    "l1": 0.01,
    "l2": 0.02,
    "shrinkage": 0.03,
    "beta": 0.04,
    "threshold": 0.5,
}
"""What the loops of optimizers take besides arrays, by name."""


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
        run_examples()  # compiles: loops that other loops call are put back into their modules
        for module in {sys.modules[name] for name, _ in ALL}:
            patch.setattr(module, "span", range, raising=False)  # with FUNCLAB_JIT=0, NumPy's
        for name, loop in ALL.items():
            plain = watched(name, loop) if name in LOOPS else loop
            patch.setattr(sys.modules[name[0]], name[1], plain)
        run_examples()
    return agreed


def alike(form: Any, plain: Any) -> bool:
    if isinstance(plain, float):
        return np.isclose(form, plain, 1e-9, 1e-9, equal_nan=True)
    if isinstance(plain, np.ndarray):
        digits = 1e-6 if plain.dtype == np.float32 else 1e-9
        return np.allclose(form, plain, digits, digits, equal_nan=True)
    return plain is None or isinstance(plain, tuple) or form == plain


@pytest.mark.parametrize("name", LOOPS, ids=lambda name: f"{name[0].split('.')[-1]}.{name[1]}")
def test_a_form_agrees_with_its_loop(name: Name, compared: dict[Name, list[bool]]):
    assert compared[name], "no example comes to this loop"
    assert all(compared[name])


FLAT = {
    loop.__name__: module
    for module in (elementwise, optimizers, scores)
    for loop in ALL.values()
    if loop.__module__ == module.__name__ and "span" in loop.__code__.co_names
}


@pytest.mark.parametrize("name", FLAT)
def test_a_loop_over_a_span_computes_the_same_with_all_elements_at_once(name: str, monkeypatch):
    module = FLAT[name]
    loop, rng = ALL[module.__name__, name], np.random.default_rng(0)
    given = [NUMBERS.get(key, rng.random(9)) for key in signature(loop).parameters]
    one_by_one, together = copy.deepcopy((given, given))
    monkeypatch.setattr(module, "span", range)
    loop(*one_by_one)
    monkeypatch.setattr(module, "span", at_once)

    loop(*together)

    assert all(map(alike, together, one_by_one))
