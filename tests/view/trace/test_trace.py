"""Slow motion: one batch forward, backward and through the update, and a model left as it was."""

from __future__ import annotations

import numpy as np
import pytest

from funclab import Input, layers, utils
from funclab.errors import DataError, GraphError, NotCompiledError
from funclab.initializers import Constant
from funclab.layers import GRU, Dense
from funclab.models import Model, Sequential
from funclab.optimizers import SGD, Adam
from funclab.view.trace.view import trace

X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
Y = np.ones((8, 1), "float32")


def busy(compiled: bool = True) -> Model:
    """Everything that a training step changes: weights, slots, statistics, streams, metrics."""
    utils.set_random_seed(5)
    x = Input((4,), name="x")
    shared = Dense(4, activation="relu", name="shared")
    h = layers.BatchNormalization(name="norm")(shared(shared(x)))
    model = Model(x, Dense(1, name="out")(layers.Dropout(0.5, name="drop")(h)), name="busy")
    if compiled:
        model.compile(Adam(0.1), "mse", metrics=["mae"])
    return model


def everything(model: Model) -> list[np.ndarray]:
    """All that lasts in a compiled model."""
    return [
        *(variable.numpy() for variable in model.variables),
        *model.optimizer.get_weights(),
        *(np.asarray(metric.result()) for metric in model.metrics),
    ]


def kinds(view) -> list[str]:
    return [still.kind for still in view.stills]


def test_training_goes_on_as_if_there_had_been_no_trace():
    plain = busy().fit(X, Y, epochs=3, verbose=0)

    traced = busy()
    trace(traced, X, Y)
    history = traced.fit(X, Y, epochs=3, verbose=0)

    assert history.history == plain.history


@pytest.mark.parametrize("shape", [(7, 1), (8, 3)])
def test_a_trace_that_fails_leaves_the_model_as_it_was(shape):
    model = busy()
    model.fit(X, Y, verbose=0)
    before = everything(model)

    with pytest.raises(DataError):
        trace(model, X, np.ones(shape))

    for after, then in zip(everything(model), before, strict=True):
        np.testing.assert_array_equal(after, then)


def test_an_optimizer_that_is_given_is_left_as_it_was():
    optimizer = SGD(0.1, momentum=0.9)

    view = trace(busy(compiled=False), X, Y, loss="mse", optimizer=optimizer)

    assert "update" in kinds(view)
    assert int(optimizer.iterations) == 0
    assert len(optimizer.get_weights()) == 1


def test_the_steps_go_forward_then_back_then_through_the_update():
    view = trace(busy(), X, Y)

    assert kinds(view)[:7] == ["input", *["forward"] * 5, "loss"]
    assert kinds(view)[7:12] == ["seed", "loss_back", "vjp", "vjp", "vjp"]
    assert kinds(view)[12:16] == ["vjp", "vjp", "add_into", "add_into"]
    assert kinds(view)[16:] == [*["update"] * 6, "statistic", "statistic"]


def test_an_update_ends_where_a_training_step_ends():
    model = busy()
    view = trace(model, X, Y)
    shown = view.stills[view.find("update", "out/bias")].pictures[-1][1].numbers

    model.train_on_batch(X, Y)

    np.testing.assert_allclose(shown.reshape(-1), model.get_layer("out").bias.numpy())


def test_what_is_not_given_is_not_shown():
    forward, back = (trace(busy(compiled=False), X, *y, loss="mse") for y in ((), (Y,)))

    assert set(kinds(forward)) == {"input", "forward"}
    assert forward.stills[forward.find("forward", "drop[0]")].words == (
        "Forward: drop[0] passes norm[0:0] on unchanged."
    )
    assert kinds(back)[-1] == "add_into"


def test_targets_without_a_loss_and_a_model_without_a_graph_are_refused():
    with pytest.raises(NotCompiledError, match="needs to be compiled"):
        trace(busy(compiled=False), X, Y)
    with pytest.raises(GraphError, match="has no graph to draw yet"):
        trace(Sequential([Dense(2)]), X)


def test_gradients_meet_at_a_tensor_that_is_read_twice():
    x = Input((2,), name="x")
    h = Dense(2, name="h")(x)
    model = Model(x, layers.Add(name="sum")([layers.ReLU(name="a")(h), layers.ReLU(name="b")(h)]))

    view = trace(model, np.ones((1, 2)), np.ones((1, 2)), loss="mse")

    still = view.stills[view.find("add_into")]
    assert still.words.startswith("Backward: h[0:0] is read 2 times, so 2 gradients meet there")
    assert still.marks == ["tensor h[0:0]"]


def test_a_sum_names_where_both_gradients_come_from():
    x = Input((2,), name="x")
    shared = Dense(2, use_bias=False, name="shared")
    model = Model(x, shared(shared(shared(x))))

    view = trace(model, np.ones((1, 2)), np.ones((1, 2)), loss="mse")

    sums = [still for still in view.stills if still.kind == "add_into"]
    assert [[frame.name for _, frame in still.pictures] for still in sums] == [
        ["from shared[1]", "from shared[2]", "g_shared/kernel"],
        ["the sum so far", "from shared[0]", "g_shared/kernel"],
    ]


def test_the_terms_of_a_sum_stand_in_the_order_of_the_calls():
    x, double = Input((1,), name="x"), Dense(1, kernel_initializer=Constant(2.0), name="double")

    view = trace(Model(x, double(double(x))), np.ones((1, 1)), np.zeros((1, 1)), loss="mae")

    still = view.stills[view.find("add_into", "double/bias")]
    # The second call hands back 1, and the first what passed through a weight of 2.
    assert [frame.name for _, frame in still.pictures[:2]] == ["from double[0]", "from double[1]"]
    assert still.example == "2.0 + 1.0 = 3.0"


def test_the_many_sums_inside_one_recurrent_node_are_one_step():
    x = Input((7, 2), name="x")
    model = Model(x, GRU(3, activation="softplus", name="gru")(x))

    view = trace(model, np.ones((2, 7, 2)), np.ones((2, 3)), loss="mse")

    kernel = "gru/gru_cell/recurrent_kernel"
    sums = [still for still in view.stills if still.kind == "add_into" and kernel in still.words]
    assert len(sums) == 1
    assert sums[0].words.startswith(
        f"Backward: gru[0] uses {kernel} once in each of its 7 time steps"
    )
    (back,) = [s for s in view.stills if s.key == "gru[0]" and s.kind == "vjp"]
    assert "it is gradient" not in back.words
    handed = {frame.name: frame for role, frame in back.pictures if role == "hands"}
    np.testing.assert_array_equal(handed[f"g_{kernel}"].numbers, sums[0].pictures[-1][1].numbers)


def unit(name: str) -> Dense:
    """A layer of one weight, 1."""
    return Dense(1, use_bias=False, kernel_initializer="ones", name=name)


def test_losses_of_several_outputs_are_added_with_their_weights():
    x = Input((1,), name="x")
    model = Model(x, [unit("a")(x), unit("b")(x)])
    model.compile(SGD(0.1), "mae", loss_weights=[1.0, 0.5])

    view = trace(model, [[4.0]], [np.array([[1.0]]), np.array([[2.0]])])

    words = view.stills[view.find("loss")].words
    assert words.endswith("against the targets is 1 × 3.0 + 0.5 × 2.0 = 4.0.")


def test_three_calls_of_one_layer_are_added_one_after_another():
    x = Input((1,), name="x")
    shared = unit("shared")
    model = Model(x, shared(shared(shared(x))))

    view = trace(model, np.ones((1, 1)), np.zeros((1, 1)), loss="mae")

    examples = [still.example for still in view.stills if still.kind == "add_into"]
    assert examples == ["1.0 + 1.0 = 2.0", "2.0 + 1.0 = 3.0"]


def test_plain_descent_is_written_as_arithmetic():
    x = Input((1,), name="x")
    model = Model(x, unit("out")(x))
    model.compile(SGD(0.1), "mae")

    view = trace(model, [[3.0]], [[0.0]])

    assert view.stills[-1].words == (
        "Update: sgd moves out/kernel against its gradient, by learning rate × gradient: "
        "1.0 − 0.1 × 3.0 = 0.7."
    )


def test_a_number_that_is_none_is_counted_and_shown():
    model = busy(compiled=False)
    batch = X.copy()
    batch[0, 1], batch[2, 3] = np.nan, np.inf

    view = trace(model, batch)

    (frame,) = [frame for _, frame in view.stills[0].pictures]
    assert (frame.statistics["nan"], frame.statistics["infinite"]) == (1, 1)
    assert frame.odd and "nan" in frame.texts
    assert "2 of 32 numbers are not finite" in view.svg()


def test_steps_inside_a_nested_model_lie_in_its_box():
    x, h = Input((4,), name="x"), Input((4,), name="h")
    shared = Dense(4, name="shared")
    inner = Model(h, shared(shared(h)), name="inner")
    model = Model(x, Dense(1, name="last")(inner(inner(x))), name="outer")

    view = trace(model, X)

    keys = [still.key for still in view.stills]
    assert "inner[1]/shared[1]" in keys and "inner[2]/shared[1]" in keys
    for key in keys:
        assert f'data-key="{key}"' in view.pictures["graph"]


def test_softmax_and_its_loss_still_hand_a_gradient_to_the_last_layer():
    x = Input((4,), name="x")
    model = Model(x, Dense(3, activation="softmax", name="out")(x))
    model.compile("sgd", "sparse_categorical_crossentropy")

    view = trace(model, X, np.arange(8) % 3)

    roles = [role for role, _ in view.stills[view.find("vjp", "out[0]")].pictures]
    assert roles == ["arrives", "hands", "hands"]


def test_the_gradients_at_a_step_are_those_of_the_whole_plan():
    model = busy()
    view = trace(model, X, Y)
    sum_of_kernel = view.stills[view.find("add_into", "shared/kernel")]

    there, came, total = (frame.numbers for _, frame in sum_of_kernel.pictures)

    np.testing.assert_allclose(there + came, total, rtol=1e-5)
    assert np.abs(total).sum() > 0
