"""The functions of funclab.ops give the dtypes, the numbers and the gradients of Keras."""

import json
from typing import Any

import numpy as np
import pytest

from funclab import ops
from funclab.engine.plan import Plan
from funclab.graph import structure
from funclab.graph.value import Value, Variable
from tests.ops.keras_calls import AT_ONCE, RECORD, calls, inputs_of, is_float, run, weights

RECORDS = json.loads(RECORD.read_text())


def assert_close(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(np.ravel(ours), theirs, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("call", calls())
def test_a_call_gives_what_it_gives_in_keras(call: str):
    outputs = [np.asarray(x) for x in structure.flatten(run(call, ops, inputs_of(call)))]

    recorded = RECORDS[call]["outputs"]
    assert [[str(x.dtype), list(x.shape)] for x in outputs] == [entry[:2] for entry in recorded]
    for output, (_, _, numbers) in zip(outputs, recorded):
        assert_close(output, numbers)


@pytest.mark.parametrize("call", calls(at_once=False))
def test_a_call_on_the_tape_gives_the_numbers_and_the_gradients_of_keras(call: str):
    recorded, gradients = RECORDS[call]["outputs"], RECORDS[call].get("gradients", {})
    inputs = {name: Variable(x) for name, x in inputs_of(call).items()}

    outputs = structure.flatten(run(call, ops, inputs))

    outputs = [x if isinstance(x, Value) else Variable(np.asarray(x)) for x in outputs]
    assert [[x.dtype, list(x.shape)] for x in outputs] == [entry[:2] for entry in recorded]
    parts = [ops.sum(x * weights(x.shape)) for x in outputs if is_float(x)]
    wrt = tuple(inputs[name] for name in gradients)
    plan = Plan(sum(parts[1:], parts[0]) if parts else outputs, wrt=wrt)
    plan.run()
    for name, slopes in gradients.items():
        gradient = plan.grads.get(inputs[name], np.zeros(inputs[name].shape))
        assert_close(gradient, slopes)


def test_every_recorded_call_is_still_made():
    assert list(RECORDS) == calls(), "KERAS_BACKEND=jax python -m tests.ops.keras_calls"
    assert AT_ONCE in (RECORD.parent / "keras_calls.txt").read_text()
