"""Landscapes: every loss is that of `evaluate`, planes are those that they are said to be."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, optimizers
from funclab.callbacks import WeightPath
from funclab.errors import ArgumentError, NotCompiledError, TensorTypeError
from funclab.view.landscape.losses import Losses, line_between, plane_of_run, random_plane

RNG = np.random.RandomState(0)
X = RNG.rand(60, 3).astype("float32")
Y = (X.sum(axis=1, keepdims=True) > 1.5).astype("float32")


def classifier() -> Model:
    x = Input((3,), name="x")
    y = layers.Dense(4, activation="tanh", name="hidden")(x)
    model = Model(x, layers.Dense(1, activation="sigmoid", name="kind")(y), name="classifier")
    model.compile(optimizers.SGD(0.5), "binary_crossentropy", metrics=["accuracy"])
    return model


def line() -> Model:
    x = Input((1,), name="x")
    model = Model(x, layers.Dense(1, name="line")(x))
    model.compile(optimizers.SGD(0.2), "mse")
    return model


def trained(model: Model, x=X, y=Y, epochs: int = 12, **settings):
    path = WeightPath(**settings)
    return model.fit(x, y, epochs=epochs, verbose=0, live=False, callbacks=[path])


def with_weights(model: Model, weights) -> Model:
    """A copy of a model with other trained weights."""
    other, begin = copy.deepcopy(model), 0
    for variable in other.trainable_weights:
        size = int(np.prod(variable.shape))
        variable.assign(np.reshape(weights[begin : begin + size], variable.shape))
        begin += size
    return other


def loss_of(model: Model, x=X, y=Y) -> float:
    return model.evaluate(x, y, batch_size=len(x), verbose=0, return_dict=True)["loss"]


def test_a_path_has_the_weights_before_training_and_after_each_epoch():
    model = classifier()
    before = np.concatenate([weight.numpy().ravel() for weight in model.trainable_weights])
    history = trained(model, epochs=5, every=2)
    after = np.concatenate([weight.numpy().ravel() for weight in model.trainable_weights])

    assert history.path.epochs == [0, 2, 4]
    assert np.array_equal(history.path.weights[0], before)
    assert not np.array_equal(history.path.weights[2], after)
    history = trained(model, epochs=5)
    assert history.path.epochs == [0, 1, 2, 3, 4, 5]
    assert np.array_equal(history.path.weights[0], after)


def test_a_path_that_would_be_too_large_keeps_every_second_epoch(monkeypatch):
    monkeypatch.setattr("funclab.callbacks.path.MOST_BYTES", 6 * 21 * 4)
    history = trained(classifier(), epochs=9)

    assert history.path.epochs == [0, 2, 4, 6, 8]


def test_losses_along_a_path_are_those_of_a_model_with_its_weights():
    model = classifier()
    history = trained(model)
    path = np.array(history.path.weights)
    kept = [weight.numpy() for weight in model.weights]
    plane = plane_of_run(Losses(model, X, Y), path)

    expected = [loss_of(with_weights(model, weights)) for weights in path]
    assert np.allclose(plane.real, expected, atol=1e-6)
    shadows = [plane.centre + place @ plane.directions for place in plane.places]
    expected = [loss_of(with_weights(model, weights)) for weights in shadows]
    assert np.allclose(plane.shadow, expected, atol=1e-6)
    i, j = 3, 8
    place = plane.centre + plane.a[i] * plane.directions[0] + plane.b[j] * plane.directions[1]
    assert np.isclose(plane.losses[j, i], loss_of(with_weights(model, place)), atol=1e-6)
    assert all(map(np.array_equal, kept, [weight.numpy() for weight in model.weights]))


def test_a_plane_has_the_two_directions_along_which_the_run_moved_most():
    model = classifier()
    path = np.array(trained(model).path.weights, "float64")
    plane = plane_of_run(Losses(model, X, Y), path)

    away = path - path[-1]
    sizes, axes = np.linalg.eigh(away.T @ away)
    for k in (0, 1):
        assert np.isclose(abs(plane.directions[k] @ axes[:, -1 - k]), 1)
    assert np.allclose(plane.share, sizes[[-1, -2]] / sizes.sum())
    assert np.allclose(plane.places[-1], 0)


@pytest.mark.parametrize(("seconds", "steps"), [(0.0, 9), (1e9, 25)])
def test_a_slow_loss_has_the_coarsest_grid_and_a_quick_one_the_finest(monkeypatch, seconds, steps):
    x = Input((3,))
    model = Model(x, layers.Dense(1)(x))
    model.compile("sgd", "mse")
    monkeypatch.setattr(funclab.view.landscape.losses, "MOST_SECONDS", seconds)

    assert Losses(model, X, Y).steps() == steps


def test_a_random_plane_has_directions_as_long_as_each_filter():
    x = Input((6, 6, 2), name="x")
    y = layers.GlobalAveragePooling2D()(layers.Conv2D(3, 3, name="parts")(x))
    model = Model(x, layers.Dense(1, name="out")(y))
    model.compile("sgd", "mse")
    losses = Losses(model, RNG.rand(4, 6, 6, 2), RNG.rand(4, 1))
    plane = random_plane(losses)

    kernel = model.get_layer("parts").kernel.numpy()
    size = kernel.size
    for direction in plane.directions:
        part = direction[:size].reshape(kernel.shape)
        for k in range(3):
            assert np.isclose(np.square(part[..., k]).sum(), np.square(kernel[..., k]).sum())
        assert not direction[size : size + 3].any()  # the bias stays
    middle = len(plane.a) // 2
    assert np.isclose(plane.losses[middle, middle], losses.at(losses.weights))


def test_two_weights_are_shown_as_they_are():
    x = np.array([[0.0], [1.0], [2.0]])
    model = line()
    view = funclab.landscape(trained(model, x, 3 * x + 1), x, 3 * x + 1)
    plane = view.planes["weights"]

    a, b = np.meshgrid(plane.a, plane.b)
    expected = np.mean([(a * t + b - 3 * t - 1) ** 2 for t in (0, 1, 2)], axis=0)
    assert np.allclose(plane.losses, expected, rtol=1e-4, atol=1e-5)
    end = [
        model.get_layer("line").kernel.numpy().item(),
        model.get_layer("line").bias.numpy().item(),
    ]
    assert np.allclose(plane.places[-1], end)
    u, v, down_u, down_v = plane.slopes()[10]
    errors = [u * t + v - 3 * t - 1 for t in (0, 1, 2)]
    slope = [-2 * np.mean([e * t for e, t in zip(errors, (0, 1, 2))]), -2 * np.mean(errors)]
    assert np.allclose([down_u, down_v], slope, rtol=0.02, atol=0.02)  # of a grid of 25 by 25
    assert view.faces == ["weights"]
    assert view.picture().axes == ("line/kernel", "line/bias")


def test_a_line_leads_from_one_model_to_the_other():
    first, second = classifier(), classifier()
    trained(first), trained(second)
    along, losses = line_between(Losses(first, X, Y), Losses(second, X, Y))

    assert along[5] == 0 and np.isclose(along[25], 1)
    assert np.isclose(losses[5], loss_of(first), atol=1e-6)
    assert np.isclose(losses[25], loss_of(second), atol=1e-6)
    half = [(a.numpy() + b.numpy()) / 2 for a, b in zip(first.weights, second.weights)]
    middle = with_weights(first, np.concatenate([weight.ravel() for weight in half]))
    assert np.isclose(losses[15], loss_of(middle), atol=1e-6)
    view = funclab.landscape(between=(first, second), x=X, y=Y)
    ends = (f"{loss_of(first):.3f}", f"{loss_of(second):.3f}")
    assert view.picture().ends == ends and np.isclose(view.picture().hill, max(losses[5:26]))


def test_a_caption_warns_where_heights_on_the_plane_are_not_those_of_the_path():
    model = classifier()
    model.compile(optimizers.SGD(8.0, momentum=0.9), "binary_crossentropy")
    wild = funclab.landscape(trained(model, epochs=30), X, Y)
    calm = funclab.landscape(trained(classifier(), epochs=3), X, Y)

    plane = wild.planes["run"]
    off = max(abs(a - b) for a, b in zip(plane.real, plane.shadow))
    assert f"off by up to {off:.3f}: do not read heights" in " ".join(wild.facts["run"]["words"])
    assert "off by at most" in " ".join(calm.facts["run"]["words"])
    assert "19 other directions" in calm.facts["run"]["words"][0]


def test_what_cannot_be_drawn_is_said():
    model = classifier()
    history = model.fit(X, Y, epochs=2, verbose=0, live=False)
    with pytest.raises(ArgumentError, match="did not keep the way"):
        history.landscape(X, Y)
    with pytest.raises(ArgumentError, match="either a history or"):
        funclab.landscape()
    with pytest.raises(TensorTypeError, match="was given a dict"):
        funclab.landscape({}, X, Y)
    with pytest.raises(ArgumentError, match="same shapes"):
        funclab.landscape(between=(model, line()), x=X, y=Y)
    other = Model(model.input, model.output)
    with pytest.raises(NotCompiledError, match="has no loss"):
        funclab.landscape(between=(other, other), x=X, y=Y)
    history = trained(model, epochs=2)
    model.get_layer("hidden").trainable = False
    with pytest.raises(ArgumentError, match="path has 21 weights, and the model trains 5"):
        history.landscape(X, Y)


def test_only_the_first_500_samples_are_used_and_it_is_said():
    x = np.repeat(X, 10, axis=0)
    y = np.repeat(Y, 10, axis=0)
    model = classifier()
    view = trained(model, x, y, epochs=2).landscape(x, y)

    assert view.losses.count == 500 and view.facts["data"] == "the first 500 of 600 samples"
    assert np.isclose(view.planes["run"].real[-1], loss_of(model, x[:500], y[:500]), atol=1e-6)


def test_the_plane_of_random_directions_is_drawn_when_it_is_first_looked_at():
    view = trained(classifier(), epochs=3).landscape(X, Y)
    assert view.facts["faces"] == view.faces == ["run", "random"] and "random" not in view.planes

    drawn = view.told("plane", "random small")

    assert drawn == view.pictures["random small"] and "random" in view.pictures
    plane, told = view.planes["random"], view.facts["random"]
    n, parts = len(view.losses.weights), 3 * 4 + 4 + 4 * 1 + 1
    assert (n == parts and f"{n} weights" in " ".join(told["words"])) or str(n) in told["words"][0]
    assert told["steps"] == len(plane.a) == len(plane.losses)
    assert float(told["ends"][0]) == pytest.approx(plane.losses.min(), rel=0.01)
    assert float(told["ends"][1]) == pytest.approx(plane.losses.max(), rel=0.01)
    assert view.told("plane", "run") is None and view.told("point", "random") is None
    assert view.complete() == {"facts": view.facts, "pictures": view.pictures}
    with pytest.raises(ArgumentError, match="one of 'run', 'random'"):
        view.show(face="line")


def test_a_page_without_a_kernel_has_the_random_plane():
    view = trained(classifier(), epochs=2).landscape(X, Y)

    held = view.complete()

    assert {"run", "random"} <= {*held["pictures"]} and held["facts"]["random"]["steps"]


def test_a_run_along_a_line_has_a_second_direction_at_a_right_angle():
    model = classifier()
    losses = Losses(model, X, Y)
    step = RNG.rand(len(losses.weights)) + 0.1
    path = losses.weights + np.outer([3, 2, 1, 0], step)

    plane = plane_of_run(losses, path)

    assert np.allclose(plane.directions @ plane.directions.T, np.eye(2), atol=1e-6)
    assert np.allclose(np.abs(plane.directions[0]), step / np.linalg.norm(step), atol=1e-6)
    assert np.allclose(plane.share, [1, 0], atol=1e-6)
    assert np.allclose(plane.real, plane.shadow, atol=1e-6)


def test_lists_of_numbers_are_data():
    model = classifier()

    losses = Losses(model, X.tolist(), Y.tolist())

    assert losses.count == 60
    assert losses.at(losses.weights) == pytest.approx(loss_of(model), abs=1e-6)
