"""The profile shows which layer and which step costs what, and changes nothing."""

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, ops
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError, FunclabError, NotCompiledError
from funclab.graph.value import Variable
from funclab.view.profile.picture import MOST, Bars

X, Y = np.random.default_rng(0).random((50, 6)).astype("float32"), np.ones((50, 2), "float32")


def a_model(depth=1):
    x = y = Input((6,), name="pixels")
    for i in range(depth):
        y = layers.Dense(6, activation="relu", name=f"hidden{i}")(y)
    y = layers.Dropout(0.5, name="drop")(y)
    model = Model(x, layers.Dense(2, name="head")(y), name="small")
    model.compile("adam", "mse", metrics=["mae"])
    return model


def names(view, by="layers"):
    return [bar.name for bar in view.bars.bars[by]]


def test_layers_come_in_the_order_of_the_data_then_loss_and_update():
    view = funclab.profile(a_model(), X, Y)

    assert names(view) == ["hidden0", "drop", "head", "loss and metrics", "update"]
    assert "forward" in view.bars.bars["layers"][0].detail
    assert "backward" in view.bars.bars["layers"][0].detail


def test_without_targets_only_the_forward_computation_is_timed():
    view = funclab.profile(a_model(), X)

    assert {step.kind for step in view.profile.steps} == {"forward"}
    assert names(view) == ["hidden0", "head"]
    assert names(funclab.profile(a_model(), X, training=True)) == ["hidden0", "drop", "head"]


def test_shares_are_parts_of_the_whole():
    view = funclab.profile(a_model(), X, Y)

    for bars in view.bars.bars.values():
        assert sum(bar.share for bar in bars) == pytest.approx(1)
        assert sum(bar.seconds for bar in bars) == pytest.approx(view.profile.seconds)


def test_nothing_in_the_model_changes():
    model = a_model()
    model.fit(X, Y, verbose=0)
    before = [*model.get_weights(), *model.optimizer.variables]
    before = [np.array(each) for each in before]
    logs = {name: float(metric.result()) for name, metric in zip("ab", model.metrics)}

    model.profile(X, Y)

    for old, new in zip(before, [*model.get_weights(), *model.optimizer.variables]):
        np.testing.assert_array_equal(old, np.array(new))
    assert {name: float(metric.result()) for name, metric in zip("ab", model.metrics)} == logs


def test_the_batch_has_as_many_samples_as_it_is_told():
    view = funclab.profile(a_model(), X, Y, batch_size=7)

    assert view.bars.batch == 7
    assert "7 samples" in view.facts["about"][0]
    assert view.profile.steps[0].operations == 2 * 7 * 6 * 6
    assert view.line() == "funclab.profile(small, X, Y, batch_size=7)"


def test_the_plain_text_is_constant_and_print_shows_every_step():
    view = funclab.profile(a_model(), X, Y)

    assert repr(view) == "<ProfileView: Where the time of small goes>"
    assert len(str(view).splitlines()) == len(view.profile.steps) + 3


def test_a_plan_has_a_profile_too(recorded):
    x = Variable(np.ones((3, 3)), name="x")

    view = funclab.profile(Plan(ops.sum(x @ x)))

    assert view.line() == "funclab.profile(plan)"
    assert view.title == "Where the time of plan goes"
    assert "matmul" in str(view)


def test_long_models_show_the_longest_bars_and_the_rest_as_one():
    view = funclab.profile(a_model(MOST + 10), X, Y)

    shown = view.bars.bars["layers"]
    assert len(shown) == MOST + 1
    assert shown[-1].name == "14 more"
    assert max(len(bar.steps) for bar in shown[:-1]) > 1


def test_the_picture_and_its_table_show_what_is_chosen():
    view = funclab.profile(a_model(), X, Y, by="steps")
    picture = view.picture()

    assert isinstance(picture, Bars)
    assert picture.by == "steps"
    assert len(picture.grid[1]) == len(view.profile.steps)
    assert "1. hidden0, forward" in picture.svg
    view.show(by="layers")
    assert "1. hidden0" not in view.picture().svg


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"by": "names"}, ArgumentError, '"layers" or "steps"'),
        ({"batch_size": 0}, FunclabError, "positive integer"),
        ({"colour": 1}, ArgumentError, "no setting 'colour'"),
    ],
)
def test_settings_that_do_not_exist_are_refused(settings, error, words):
    with pytest.raises(error, match=words):
        funclab.profile(a_model(), X, Y, **settings)


def test_targets_need_a_loss():
    x = Input((6,))
    model = Model(x, layers.Dense(2)(x))

    with pytest.raises(NotCompiledError):
        funclab.profile(model, X, Y)
    assert names(funclab.profile(model, X, Y, loss="mse"))[-1] == "update"
