"""Questions as later lessons recall them, with other numbers."""

from __future__ import annotations

import numpy as np

from tests.truth.claims import asks, fails, gradients


@asks("1.2 again")
def weights_do_not_depend_on_the_number_of_examples(keras):
    x = keras.Input((30,))
    layer = keras.layers.Dense(10)
    keras.Model(x, layer(x)).predict(np.zeros((500, 30)), verbose=0)
    count = layer.count_params()

    return {
        "10": count == 10,
        "30 × 10 + 10 = 310": count == 310,
        "310 × 500": count == 310 * 500,
    }


@asks("1.5 again")
def a_layer_that_was_not_called_is_no_output(keras):
    error = fails(lambda: keras.Model(keras.Input((3,)), keras.layers.Dense(3, name="last")))

    return {
        "a model whose output is called last": not error,
        "a model that calls `last` on `measures`": not error,
        "an error": error,
    }


@asks("2.1 again")
def the_axis_of_examples_is_open(keras):
    rows = keras.Input((12, 5))
    model = keras.Model(rows, keras.layers.Dense(2)(rows))
    shapes = [model.predict(np.zeros((many, 12, 5)), verbose=0).shape for many in (1, 3)]

    return {
        "there is no example yet: 0": rows.shape[0] == 0,
        "a size that becomes a number when `Model` is called": model.inputs[0].shape[0] is not None,
        "that the number of examples is open": shapes == [(1, 12, 2), (3, 12, 2)],
        "that the length of an example was left out": None in rows.shape[1:],
    }


@asks("2.2 again")
def dense_makes_a_row_of_each_row(keras):
    songs = keras.Input((100, 12))
    layer = keras.layers.Dense(3)
    error = fails(lambda: layer(songs))
    shape = layer(songs).shape

    assert layer.count_params() == 12 * 3 + 3
    return {
        "`(None, 3)`": shape == (None, 3),
        "`(None, 100, 3)`": shape == (None, 100, 3),
        "none: songs have to be flattened first": error,
    }


@asks("2.3 again")
def the_last_axis_is_the_usual_one(keras):
    tensors = [keras.Input((7, 5)), keras.Input((7, 3))]
    error = fails(lambda: keras.layers.concatenate(tensors))
    shape = None if error else keras.layers.concatenate(tensors).shape

    return {
        "`(None, 7, 8)`": shape == (None, 7, 8),
        "`(None, 14, 5)`": shape == (None, 14, 5),
        "nothing: 5 and 3 do not fit": error,
    }


@asks("2.4 again")
def examples_are_reshaped_one_by_one(keras):
    x = keras.Input((12, 3))
    model = keras.Model(x, keras.layers.Reshape((4, 9))(x))
    given = np.arange(32 * 36.0).reshape(32, 12, 3)
    made = model.predict(given, verbose=0)

    assert np.array_equal(made[5].ravel(), given[5].ravel())
    return {
        "`(4, 9)`, with all examples in its 4 rows": made.shape == (4, 9),
        "`(32, 4, 9)`": made.shape == (32, 4, 9),
        "an error: it wants `Reshape((32, 4, 9))`": made.shape[0] != 32,
    }


@asks("3.1 again")
def the_first_loss_of_four_classes_is_about_the_logarithm_of_four(keras):
    keras.utils.set_random_seed(1)
    random = np.random.default_rng(0)
    flower = keras.Input((6,))
    model = keras.Model(flower, keras.layers.Dense(4, activation="softmax")(flower))
    model.compile("adam", "sparse_categorical_crossentropy")
    x, kinds = random.normal(0, 0.3, (400, 6)), np.arange(400) % 4
    loss = model.evaluate(x, kinds, verbose=0)

    near = {"at 0": 0.0, "near ln 4 = 1.4": np.log(4), "at 25 %": 0.25}
    return {option: abs(loss - value) < 0.3 for option, value in near.items()}


@asks("4.3 again")
def every_answer_meets_every_target(keras):
    answers, targets = np.array([[0], [4]]), np.array([0, 4])
    error = fails(lambda: answers - targets)
    mean = abs(answers - targets).mean()

    return {
        "0: both answers are right": mean == 0,
        "an error: (2, 1) and (2,) do not fit": error,
        "2": mean == 2,
    }


@asks("5.3 again")
def a_trial_is_a_call(keras):
    read = keras.layers.Dense(8)
    read(keras.Input((64,), name="draft"))
    page = keras.Input((64,), name="page")
    wanted = read(page)
    keras.Model(page, wanted)
    [index] = [i for i, node in enumerate(read._inbound_nodes) if node.output_tensors[0] is wanted]

    return {
        "node 0: a trial is in no model": index == 0,
        "node 1: the trial was a call, too": index == 1,
        "node 0 in this model, and another number in others": index == 0,
    }


@asks("5.4 again")
def gradients_of_three_calls_are_added(keras):
    x = keras.Input((3,))
    shared = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    parts = [shared(x[:, i : i + 1]) for i in range(3)]
    model = keras.Model(x, parts[0] + parts[1] + parts[2])
    [gradient] = gradients(keras, model, np.array([[2.0, 5.0, -1.0]]))

    return {
        "−1, that of the last call": np.isclose(gradient, -1),
        "2, their mean": np.isclose(gradient, 2),
        "6, their sum": np.isclose(gradient, 6),
    }


@asks("7.3 again")
def a_wider_window_fits_at_fewer_positions(keras):
    sheet = keras.Input((20, 20, 1))
    layer = keras.layers.Conv2D(4, 5)
    found = tuple(layer(sheet).shape[1:3]), layer.count_params()

    return {
        "16 × 16 positions, 104 weights": found == ((16, 16), 104),
        "20 × 20 positions, 104 weights": found == ((20, 20), 104),
        "16 × 16 positions, 26,624 weights": found == ((16, 16), 104 * 16 * 16),
        "20 × 20 positions, 1,604 weights": found == ((20, 20), 400 * 4 + 4),
    }


@asks("7.6 again")
def a_sum_needs_positions_that_fit(keras):
    wide = keras.Input((20, 20, 4))
    deep = keras.layers.Conv2D(8, 5)(wide)
    error = fails(lambda: keras.layers.add([wide, deep]))

    return {
        "it has 4 + 8 channels": not error,
        "it is `(None, 20, 20, 8)`, padded at the edges": not error,
        "an error": error,
    }
