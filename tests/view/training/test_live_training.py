"""The live view of a training, from Python's side: what it remembers, and what it shows."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import funclab
from funclab.callbacks import LambdaCallback
from funclab.errors import ArgumentError, GraphError, TensorTypeError
from funclab.layers import Dense, Input
from funclab.models import Model
from funclab.utils import set_random_seed
from funclab.view.training.control import slow_motion
from funclab.view.training.curves import charts_of
from funclab.view.training.heat import Heat
from funclab.view.training.record import MOST_DOTS, MOST_EPOCHS, Record, summary
from funclab.view.training.view import TrainingView, watch
from tests.view.training.live_runs import X, Y, fresh, history_of, watched


def test_a_watched_training_gives_the_same_numbers_to_the_last_bit():
    plain, watched = fresh(), fresh()
    expected = plain.fit(X, Y, epochs=4, validation_split=0.25, verbose=0)
    set_random_seed(5)
    watched.set_weights(fresh().get_weights())

    history = watched.fit(X, Y, epochs=4, validation_split=0.25, live=True)

    assert history.history == expected.history


def test_the_view_remembers_every_epoch_with_validation_and_the_training_data_evaluated_again():
    model = fresh()

    history = model.fit(
        X, Y, epochs=3, validation_split=0.25, evaluate_each_epoch=True, live=True, run="first"
    )
    run = watch(model).runs[-1]

    assert run["label"] == "first"
    assert run["epochs"] == [1, 2, 3]
    assert list(run["values"]) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    np.testing.assert_allclose(run["values"]["val_loss"], history.history["val_loss"], rtol=1e-4)
    np.testing.assert_allclose(run["now"]["loss"], history.now["loss"], rtol=1e-4)


def test_a_metric_with_a_number_for_each_class_does_not_end_the_view():
    model = fresh()
    model.compile("sgd", "categorical_crossentropy", metrics=[funclab.metrics.F1Score()])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = model.fit(X, np.eye(3)[Y], epochs=2, live=True)

    assert history.history["f1_score"][-1].shape == (3,)
    assert watch(model).runs[-1]["epochs"] == [1, 2]


def test_the_training_data_evaluated_again_are_what_evaluate_says():
    model = fresh()

    history = model.fit(X, Y, epochs=2, evaluate_each_epoch=True, verbose=0)

    loss, accuracy = model.evaluate(X, Y, verbose=0)
    assert history.now["loss"][-1] == loss
    assert history.now["accuracy"][-1] == accuracy


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: fresh().fit(iter([(X, Y)]), evaluate_each_epoch=True), "evaluate_each_epoch"),
        (lambda: fresh().fit(X, Y, live="please"), "live"),
        (lambda: fresh().fit(X, Y, live={"look": "neon"}), "look"),
        (lambda: watch(Dense(3)), "not a model"),
    ],
)
def test_what_cannot_be_watched_or_evaluated_again_is_refused(act, words):
    with pytest.raises((ArgumentError, TensorTypeError), match=words):
        act()


def test_a_dot_is_the_loss_of_a_single_batch():
    model = fresh()

    history = model.fit(X, Y, batch_size=96, epochs=1, live=True)

    [dot] = watch(model).runs[-1]["dots"]
    assert dot["x"] == 1
    assert dot["values"]["loss"] == pytest.approx(history.history["loss"][0], rel=1e-4)


def test_a_short_training_has_a_dot_for_every_batch_where_it_belongs():
    model = fresh()

    model.fit(X, Y, batch_size=24, epochs=2, live=True)

    dots = watch(model).runs[-1]["dots"]
    assert [dot["x"] for dot in dots] == [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]


def test_dots_of_a_longer_training_are_spread_over_all_of_it():
    model = fresh()

    model.fit(X, Y, batch_size=4, epochs=60, live=True)

    epochs = [dot["x"] for dot in watch(model).runs[-1]["dots"]]
    assert MOST_DOTS / 2 <= len(epochs) <= MOST_DOTS
    np.testing.assert_allclose(np.diff([0, *epochs]), epochs[0], atol=1e-3)


def test_in_an_epoch_under_way_batches_stand_where_they_are_and_not_at_its_end():
    known, unknown = (Record("long", funclab.callbacks.History(), steps) for steps in (10, None))
    for record in (known, unknown):
        record.add_dot(0, 1, {"loss": 2.0})
        record.add_dot(0, 2, {"loss": 1.0})

    assert [dot["x"] for dot in known.data()["dots"]] == [0.1, 0.2]
    assert unknown.data()["dots"] == []


def test_validation_that_comes_less_often_stands_at_the_epochs_it_was_measured():
    model = fresh()

    history = model.fit(X, Y, epochs=7, validation_split=0.25, validation_freq=3, live=True)
    run = watch(model).runs[-1]

    first, second = history.history["val_loss"]
    values = run["values"]["val_loss"]
    assert [values[i] for i in (0, 1, 3, 4, 6)] == [None] * 5
    assert [values[2], values[5]] == pytest.approx([first, second], rel=1e-4)


def test_rare_validation_is_not_lost_when_a_long_training_is_thinned():
    history = history_of([1.0] * 5000, [epoch % 777 == 776 for epoch in range(5000)])

    values = summary(history, "long")["values"]["val_loss"]

    assert sum(value is not None for value in values) == 6


def test_earlier_runs_stay_beside_the_present_one():
    model = fresh()
    model.fit(X, Y, live=True, run="small")
    model.fit(X, Y, epochs=2, live=True)

    labels = [run["label"] for run in watch(model).runs]

    assert labels == ["small", "run 2"]
    assert watch(model).svg().count("run 2") > 0
    assert watch(fresh()).runs == []


def test_what_is_remembered_of_a_long_training_and_what_its_page_keeps_stay_bounded():
    history, view = funclab.callbacks.History(), watch(fresh())
    record = Record("long", history, 2)
    for epoch in range(5000):
        history.on_epoch_end(epoch, {"loss": 1 / (epoch + 1), "val_loss": 1 / (epoch + 2)})
        for batch in (1, 2):
            if not record.count_batch():
                record.add_dot(epoch, batch, {"loss": 1.0})
        record.end_epoch(epoch, 2, {f"layer{i}": [(0.5, "0.123")] * 3 for i in range(30)})
    data = record.data()
    view.facts = {**view.facts, "charts": charts_of(["loss"], [])}

    view.show_runs([data], {"phase": "over"})

    assert len(data["dots"]) <= MOST_DOTS
    assert len(data["epochs"]) <= MOST_EPOCHS + 1
    assert data["epochs"][-1] == 5000
    assert data["dots"][-1]["x"] > 4900
    assert len(view.curves["heat"]) <= 67
    assert len(str(view.curves)) < 300_000


def test_a_number_that_is_none_leaves_a_gap():
    lost = summary(history_of([1.0, float("nan"), float("inf")]), "lost")

    assert lost["values"]["loss"] == [1.0, None, None]


# Layers.
def test_the_gradient_of_a_layer_is_the_root_mean_square_of_its_numbers():
    model = fresh()
    model.fit(X, Y, batch_size=96, live=True)
    heat = Heat(model, model.trainable_weights)

    plan = look(heat, model)

    layer = model.get_layer("hidden")
    numbers = np.concatenate([plan.grads[w].ravel() for w in layer.trainable_weights])
    expected = np.sqrt(np.mean(numbers**2))
    assert heat.latest["hidden"]["gradient"] == pytest.approx(expected, rel=1e-5)


def test_a_gradient_that_is_not_a_number_is_shown_as_nan_and_the_first_layer_is_named():
    model = fresh()
    kernel, bias = model.get_layer("kind").get_weights()
    model.get_layer("kind").set_weights([kernel * np.nan, bias])

    with pytest.warns(UserWarning, match="The loss of kinds is nan"):
        model.fit(X, Y, batch_size=48, epochs=2, live=True)
    view = watch(model)

    measures = view.curves["heat"][-1]["layers"]
    assert measures["hidden"][0] == (1.0, "nan")
    assert view.status["nan_layer"] == "kind"
    assert "first appeared in the output of kind: batch 1 of epoch 1." in view.status["nan"]


def test_nan_in_the_data_is_not_blamed_on_a_layer():
    model, x = fresh(), X.copy()
    x[50, 2] = np.nan

    with pytest.warns(UserWarning, match="hold nan"):
        model.fit(x, Y, batch_size=48, shuffle=False, live=True)

    assert watch(model).status["nan_layer"] == ""
    assert watch(model).status["nan"] == "The data hold nan or infinity: batch 2 of epoch 1."


def test_units_that_are_never_active_are_counted_as_dead():
    model = fresh()
    kernel, bias = model.get_layer("hidden").get_weights()
    bias[:2] = -1000
    model.get_layer("hidden").set_weights([kernel, bias])
    model.fit(X, Y, batch_size=96, live=True)
    heat = Heat(model, model.trainable_weights)

    look(heat, model)

    active = (X @ kernel + bias > 0).any(axis=0)
    assert heat.latest["hidden"]["dead"] == pytest.approx(1 - active.mean())
    assert "dead" not in heat.latest["kind"]


def test_the_change_of_a_layer_is_a_fraction_of_the_length_of_its_weights():
    model = fresh()
    model.fit(X, Y, batch_size=96, live=True)
    heat = Heat(model, model.trainable_weights)
    weights = model.get_layer("kind").get_weights()
    heat.begin()

    model.get_layer("kind").set_weights([1.5 * array for array in weights])
    heat.end(look(heat, model))

    assert heat.latest["kind"]["change"] == pytest.approx(0.5)
    assert heat.latest["hidden"]["change"] == 0


def look(heat, model):
    """Look at the last batch of a model that was trained; returns the plan."""
    [step] = [step for key, step in model.compiled_state.steps.kept.items() if key[0] == "train"]
    heat.look(step.plan)
    return step.plan


class Own(Model):
    """A model without a graph."""

    def __init__(self):
        super().__init__(name="own")
        self.kind = Dense(3, activation="softmax", name="kind")

    def call(self, inputs):
        return self.kind(inputs)


def test_a_model_without_a_graph_is_shown_too_but_not_in_slow_motion():
    model = Own()
    model.compile("sgd", "sparse_categorical_crossentropy")

    feed = watched(model)

    assert [run["epochs"] for run in watch(model).runs] == [[1]]
    with pytest.raises(GraphError, match="no graph"):
        slow_motion(model, feed.step)


def test_a_live_training_prints_nothing(capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fresh().fit(X, Y, live=True)

    assert capsys.readouterr().out == ""


def test_charts_come_one_for_each_loss_and_metric_of_each_output():
    inputs = Input((4,), name="features")
    outputs = [Dense(1, name="size")(inputs), Dense(3, activation="softmax", name="kind")(inputs)]
    model = Model(inputs, outputs, name="two")
    model.compile(
        "sgd",
        ["mse", "sparse_categorical_crossentropy"],
        metrics={"kind": ["accuracy"]},
    )

    model.fit(X, [X[:, :1], Y], validation_split=0.25, live=True)

    charts = watch(model).facts["charts"]
    assert [(chart["title"], chart["output"], chart["upward"]) for chart in charts] == [
        ("loss", "", False),
        ("loss", "size", False),
        ("loss", "kind", False),
        ("accuracy", "kind", True),
    ]


def test_a_state_is_one_line_of_python():
    model = fresh()
    model.fit(X, Y, live=True)

    line = watch(model, measure="dead", selected="hidden", graph=False).line()

    assert line == "funclab.watch(kinds, measure='dead', selected='hidden', graph=False)"
    again = eval(line, {"funclab": funclab, "kinds": model})
    assert isinstance(again, TrainingView)
    assert again.line() == line


def test_the_time_left_is_unknown_at_first_and_nothing_at_the_end():
    model, seen = fresh(), []
    look = LambdaCallback(on_train_begin=lambda logs: seen.append(watch(model)))

    first = LambdaCallback(on_epoch_begin=lambda epoch, logs: seen.append(seen[0].status["left"]))
    model.fit(X, Y, epochs=2, callbacks=[look, first], live=True)

    assert seen[1] is None
    assert seen[0].status["left"] == 0
