"""What every op promises, checked on an example of each: no op escapes."""

from typing import Any

import numpy as np
import pytest

from funclab import registry
from funclab.engine.gradcheck import check_gradient
from funclab.graph import shape_math
from funclab.graph.op import Op
from tests.ops.examples import BATCH, EXAMPLES, Example
from tests.ops.formulas import WRITTEN, formula
from tests.ops.runs import forward, gradients, has_gradient, random_like, several

OPS = sorted(
    {
        op
        for op in registry.registered("op").values()
        if op.__module__.startswith("funclab.") and op.forward is not Op.forward
    },
    key=lambda op: op.__name__,
)


each_op = pytest.mark.parametrize("op", OPS, ids=lambda op: op.__name__)
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=str)
each_differentiable = pytest.mark.parametrize(
    "example", [example for example in EXAMPLES if has_gradient(example)], ids=str
)


def garbage(array: Any) -> Any:
    """An array like this one, full of what must not survive."""
    filler = np.nan if array.dtype.kind == "f" else 77
    return np.full_like(array, filler)


def expected_shape(small: tuple[int, ...], large: tuple[int, ...]) -> shape_math.Shape:
    """What the two shapes have in common; None where they depend on the batch."""
    return tuple(i if i == j else None for i, j in zip(small, large, strict=True))


@each_op
def test_every_op_has_an_example(op: type[Op]):
    assert any(type(example.op) is op for example in EXAMPLES), (
        f"add an example of {op.__name__} to a file tests/ops/examples*.py"
    )


@each_op
def test_every_op_says_what_it_does(op: type[Op]):
    text = op.__doc__ or ""

    assert "Shapes: " in text
    assert ("Gradient: " in text) == op.differentiable


@each_op
def test_the_settings_of_an_op_make_an_equal_op(op: type[Op]):
    made = next((example.op for example in EXAMPLES if type(example.op) is op), None)

    assert made is not None, f"add an example of {op.__name__} to a file tests/ops/examples*.py"
    assert type(made)(**vars(made)) == made
    assert hash(made) == hash(type(made)(**vars(made)))


@each_differentiable
def test_the_gradient_is_the_slope(example: Example):
    arrays = example.arrays(BATCH)

    assert check_gradient(example.op, *arrays) <= 1e-6


@each_example
def test_the_symbolic_shape_is_the_real_shape(example: Example):
    small, large = example.arrays(BATCH), example.arrays(BATCH + 2)
    symbolic = [expected_shape(a.shape, b.shape) for a, b in zip(small, large, strict=True)]

    given = several(example.op.shape(*symbolic)) if example.op.n_outputs > 1 else [
        example.op.shape(*symbolic)
    ]  # fmt: skip

    real = zip(several(example.op(*small)), several(example.op(*large)), strict=True)
    assert list(given) == [expected_shape(a.shape, b.shape) for a, b in real]


@each_example
def test_float32_comes_close_to_float64(example: Example):
    double = example.arrays(BATCH)
    single = [a.astype("float32") if a.dtype == "float64" else a.copy() for a in double]

    exact, rounded = several(example.op(*double)), several(example.op(*single))

    for a, b in zip(exact, rounded, strict=True):
        assert b.dtype == ("float32" if a.dtype == "float64" else a.dtype)
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)


@pytest.mark.covering
@each_example
def test_forward_writes_every_element_of_its_outputs(example: Example):
    arrays = example.arrays(BATCH)

    _, clean, _ = forward(example.op, arrays, np.zeros_like)
    _, dirty, _ = forward(example.op, arrays, garbage)

    for a, b in zip(several(clean), several(dirty), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.covering
@each_differentiable
def test_vjp_overwrites_every_slot(example: Example):
    arrays = example.arrays(BATCH)
    g = random_like(example.op(*[array.copy() for array in arrays]))

    clean = gradients(example.op, arrays, g, np.zeros_like)
    dirty = gradients(example.op, arrays, g, garbage)

    for a, b in zip(clean, dirty, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.covering
@each_differentiable
def test_a_slot_that_nobody_needs_changes_nothing(example: Example):
    arrays = example.arrays(BATCH)
    g = random_like(example.op(*[array.copy() for array in arrays]))
    every = gradients(example.op, arrays, g, np.zeros_like)

    for wanted, gradient in enumerate(every):
        if gradient is None:
            continue
        inputs, out, work = forward(example.op, arrays, np.zeros_like)
        slots = [garbage(a) if i == wanted and a is not None else None for i, a in enumerate(every)]
        example.op.vjp(*example.op.bind(g, *inputs, out, *work, *slots))

        np.testing.assert_array_equal(slots[wanted], gradient)


@pytest.mark.covering
@each_example
def test_an_op_leaves_its_inputs_alone(example: Example):
    arrays = example.arrays(BATCH)

    inputs, _, _ = forward(example.op, arrays, np.zeros_like)

    for index, (before, after) in enumerate(zip(arrays, inputs, strict=True)):
        if index not in example.op.mutates:
            np.testing.assert_array_equal(before, after)


def test_the_formulas_are_those_that_were_read_through():
    formulas = [formula(op) for op in OPS]

    assert formulas == WRITTEN.read_text("utf-8").splitlines(), "python -m tests.ops.formulas"
