"""Lesson "layer": what does one layer compute?"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from tests.truth.claims import asks, images, measured, says


def unit(keras, inputs, units=1, activation=None, weights=()):
    """A model of a single layer with given weights."""
    start = keras.Input((inputs,))
    layer = keras.layers.Dense(units, activation=activation)
    model = keras.Model(start, layer(start))
    if weights:
        layer.set_weights([np.asarray(one, "float32") for one in weights])
    return model


def by_means(x, y, some, other):
    """The weights and the bias that the mean images of two digits give."""
    first, second = (x[y == kind].mean(0) for kind in (some, other))
    weights = first - second
    return weights[:, None], [-(first + second) @ weights / 2]


@asks("layer.1")
def one_unit_holds_a_weight_for_each_pixel_and_a_bias(keras):
    model, ours = unit(keras, 100), unit(keras, 64)
    model.predict(np.zeros((7, 100)), verbose=0)
    count = model.count_params()

    assert ours.count_params() == 64 + 1
    return {
        "100: one for each pixel": count == 100,
        "101": count == 101,
        "100 for each image that it reads": count == 100 * 7,
    }


@says("lesson layer", "Its weights say what speaks for the answer and what against.")
@asks("layer.2")
def ink_under_a_weight_below_zero_lowers_the_sum(keras):
    x, y, _, _ = images()
    model = unit(keras, 64, weights=by_means(x, y, 0, 1))
    kernel = model.get_weights()[0].reshape(8, 8)
    zero, one = x[y == 0][:1].copy(), x[y == 1][:1].copy()
    middle = int(kernel.argmin())
    zero[:, middle], one[:, middle] = 0, 0
    inked = [np.array(image) for image in (zero, one)]
    for image in inked:
        image[:, middle] = 1
    before, after = (np.ravel([model.predict(one, verbose=0) for one in both])
                     for both in ((zero, one), inked))  # fmt: skip

    assert kernel[3:5, 3:5].max() < 0 < kernel.max()
    return {
        "nothing: a weight below zero is not used": np.allclose(before, after),
        "it lowers the sum: ink there speaks against a zero": bool((after < before).all()),
        "nothing, unless the ink there is the sign of a one": np.isclose(before[0], after[0]),
    }


@says("lesson layer", "A unit multiplies, adds up, shifts, and may bend.")
@asks("layer.3")
def a_sum_of_two_products_and_a_bias(keras):
    model = unit(keras, 2, weights=([[3], [-1]], [0.5]))
    [[total]] = model.predict(np.array([[1.0, 2.0]]), verbose=0)

    return {"5.5": total == 5.5, "1": total == 1, "1.5": total == 1.5}


@asks("layer.4")
def relu_drops_what_is_below_zero(keras):
    weights = [[-1, 0.4], [-0.9, -0.5], [2, 1]], [0.5, 1]
    given, sums = (
        unit(keras, 3, 2, kind, weights).predict(np.array([[1.0, 2, 0]]), verbose=0)[0]
        for kind in ("relu", None)
    )

    assert np.allclose(sums, [-2.3, 0.4], atol=1e-5)
    return {
        "0 and 0.4": np.allclose(given, [0, 0.4], atol=1e-5),
        "2.3 and 0.4": np.allclose(given, [2.3, 0.4], atol=1e-5),
        "0 and 1": np.allclose(given, [0, 1], atol=1e-5),
    }


@says(
    "lesson layer",
    "The same one line, for all 45 pairs of digits: 97 % on average, 83 % for the hardest pair.",
    "87 % of ten digits, and nothing was trained.",
)
def mean_images_are_weights_that_read_unseen_digits(keras):
    x, y, x_test, y_test = images()
    shares = {}
    for some, other in combinations(range(10), 2):
        weights, [bias] = by_means(x, y, some, other)
        pair = np.isin(y_test, (some, other))
        said = (x_test[pair] @ weights)[:, 0] + bias > 0
        shares[some, other] = (said == (y_test[pair] == some)).mean()
    zero_or_one = unit(keras, 64, weights=by_means(x, y, 0, 1))
    pair = y_test < 2
    said = zero_or_one.predict(x_test[pair], verbose=0)[:, 0] > 0
    means = np.array([x[y == digit].mean(0) for digit in range(10)])
    ten = unit(keras, 64, 10, weights=(means.T, -(means**2).sum(1) / 2))
    read = ten.predict(x_test, verbose=0).argmax(1) == y_test

    assert np.isclose((said == (y_test[pair] == 0)).mean(), shares[0, 1])
    assert 0.975 < shares[0, 1] < 0.985
    assert 0.965 < np.mean([*shares.values()]) < 0.975
    assert 0.825 < min(shares.values()) < 0.835
    assert 0.865 < read.mean() < 0.875


@measured
@says("lesson layer", "The bias moves the point at which the answer flips.")
@asks("layer.5")
def without_a_bias_every_bird_gets_the_same_answer(keras):
    from funclab.datasets import penguins

    ends: dict[bool, list[float]] = {True: [], False: []}
    for draw in range(5):
        (x, y), (x_test, y_test) = penguins.load_data(draw)
        length, new = x["measures"][:, 2:3] / 100, x_test["measures"][:, 2:3] / 100
        gentoo, truth = y["species"] == 2, y_test["species"] == 2
        for bias, shares in ends.items():
            keras.utils.set_random_seed(draw)
            start = keras.Input((1,))
            layer = keras.layers.Dense(1, activation="sigmoid", use_bias=bias)
            model = keras.Model(start, layer(start))
            model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy")
            model.fit(length, gentoo.astype("float32"), epochs=300, verbose=0)
            said = model.predict(new, verbose=0)[:, 0] > 0.5
            shares.append(float((said == truth).mean()))
            assert bias or said.all() or not said.any()
    held, moved = np.mean(ends[False]), np.mean(ends[True])

    assert min(ends[True]) > 0.94 and max(ends[False]) < 0.7
    return {
        "97 %, as with a bias: one number of two cannot matter much": held > 0.9,
        "about 66 %, no better than always “no”": 0.62 < held < 0.7 and moved > 0.95,
        "about 34 %, worse than guessing": held < 0.4,
    }


@says("lesson layer", "Layers without an activation between them equal one layer.")
def two_layers_without_an_activation_are_one(keras):
    start = keras.Input((2,))
    two = keras.Model(start, keras.layers.Dense(1)(keras.layers.Dense(32)(start)))
    kernel, bias, last, last_bias = (np.asarray(one) for one in two.get_weights())
    one = unit(keras, 2, weights=(kernel @ last, bias @ last + last_bias))
    x = np.random.default_rng(0).normal(size=(500, 2)).astype("float32")

    assert np.allclose(two.predict(x, verbose=0), one.predict(x, verbose=0), atol=1e-5)


@measured
@asks("layer.6")
def only_a_bend_closes_a_border(keras):
    from funclab.datasets import spots

    ends: dict[str, list[float]] = {"three": [], "relu": []}
    for seed in range(5):
        (x, y), (x_test, y_test) = spots.load_data("circles", seed=seed)
        for name, (depth, activation) in {"three": (3, None), "relu": (1, "relu")}.items():
            keras.utils.set_random_seed(seed)
            start = h = keras.Input((2,))
            for _ in range(depth):
                h = keras.layers.Dense(16, activation=activation)(h)
            model = keras.Model(start, keras.layers.Dense(1, activation="sigmoid")(h))
            model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
            model.fit(x, y.astype("float32"), batch_size=16, epochs=100, verbose=0)
            said = model.predict(x_test, verbose=0)[:, 0] > 0.5
            ends[name].append(float((said == (y_test > 0.5)).mean()))
    three, relu = (np.mean(ends[name]) for name in ("three", "relu"))

    assert min(ends["relu"]) > 0.97 and max(ends["three"]) < 0.62
    return {
        "the one with three: more layers can do more": three > 0.9 > relu,
        "the one with relu": relu > 0.97 and three < 0.6,
        "both: they have enough weights": three > 0.9 and relu > 0.9,
    }
