"""The gradient of each call of a shared layer: that of a layer of its own in the same place."""

from __future__ import annotations

import numpy as np
import pytest

from funclab.layers import LSTM, Dense, Input
from funclab.models import Model
from funclab.optimizers import SGD
from funclab.utils import set_random_seed
from funclab.view.training.heat import Heat
from funclab.view.training.parts import meetings_of
from funclab.view.training.view import watch

RANDOM = np.random.RandomState(2)
X, Y = RANDOM.randn(24, 4).astype("float32"), RANDOM.randint(0, 3, 24)


def compiled(x, y) -> Model:
    model = Model(x, y)
    model.compile(SGD(0.0), "sparse_categorical_crossentropy")
    return model


def shared() -> Model:
    set_random_seed(7)
    x, layer = Input((4,), name="x"), Dense(4, "tanh", name="shared")
    return compiled(x, Dense(3, "softmax", name="out")(layer(layer(layer(x)))))


def apart(model: Model) -> Model:
    """The same with a layer for each call, all with the same weights."""
    x = h = Input((4,), name="x")
    for i in range(3):
        h = Dense(4, "tanh", name=f"call_{i}")(h)
    other = compiled(x, Dense(3, "softmax", name="out")(h))
    for i in range(3):
        own = model.get_layer("shared").get_weights()
        other.get_layer(f"call_{i}").set_weights(own)
    other.get_layer("out").set_weights(model.get_layer("out").get_weights())
    return other


def plan_of(model: Model):
    model.fit(X, Y, batch_size=24, verbose=0)
    return step_plan(model)


def step_plan(model: Model):
    [step] = [step for key, step in model.compiled_state.steps.kept.items() if key[0] == "train"]
    return step.plan


def test_each_call_has_the_gradient_of_a_layer_of_its_own_in_its_place():
    model = shared()
    plan, alone = plan_of(model), plan_of(apart(model))
    heat = Heat(model, model.trainable_weights)

    before = heat.calls.latest
    heat.look(plan)
    plan.run()
    measured = heat.calls.latest
    plan.run()

    grads = {
        w.path: plan_grad.ravel() for w, plan_grad in alone.grads.items() if hasattr(w, "path")
    }
    for i in range(3):
        parts = [grads[f"call_{i}/{name}"] for name in ("kernel", "bias")]
        wanted = np.sqrt(np.mean(np.concatenate(parts) ** 2))
        assert measured[f"shared[{i}]"] == pytest.approx(wanted, rel=1e-4)
    assert before == {} and heat.calls.latest is measured  # only the next batch is measured
    assert [*heat.shown()["shared[0]"]][1:] == [None, None]
    steps = [step for step in plan.steps if step.note.kind == "add_into"]
    assert all(step.call is np.add for step in steps)


def test_measuring_leaves_the_gradients_as_they_are():
    model = shared()
    plan = plan_of(model)
    plan.run()
    before = plan.flat_grads.copy()

    heat = Heat(model, model.trainable_weights)
    heat.look(plan)
    plan.run()

    assert np.array_equal(plan.flat_grads, before)


def test_layers_whose_calls_use_a_weight_several_times_or_once_have_no_parts():
    x = Input((5, 4), name="x")
    layer = LSTM(4, return_sequences=True, name="steps", unroll=True)
    model = compiled(x, Dense(3, "softmax", name="out")(layer(layer(x))[:, -1]))
    model.fit(RANDOM.randn(24, 5, 4), Y, batch_size=24, verbose=0)
    plan = step_plan(model)

    weights = {layer.name: layer.trainable_weights for layer in model.layers}
    found, _ = meetings_of(plan, {"out": weights["out"]})
    calls = {meeting.new for meeting in meetings_of(plan, weights)[0]}
    assert found == []
    assert calls <= {"steps[0]", "steps[1]"}


def test_the_measures_of_an_epoch_have_the_calls_of_a_shared_layer():
    model = shared()
    model.fit(X, Y, batch_size=4, epochs=2, verbose=0, live=True)

    last = watch(model).curves["heat"][-1]["layers"]

    assert {*last} == {"shared", "out", "shared[0]", "shared[1]", "shared[2]"}
    assert watch(model).facts["roomy"] == ["shared[0]", "shared[1]", "shared[2]", "out[0]"]
