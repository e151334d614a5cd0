"""The concept test: both forms of its items."""

from __future__ import annotations

import warnings

import numpy as np

from tests.truth.about_lesson_03 import NO_TENSORFLOW
from tests.truth.claims import asks, fails, gradients, images, reader, same

SPARSE = "sparse_categorical_crossentropy"


def only(right, others, is_so):
    """The judgement of options of which one is so, and the others claim the opposite."""
    return {right: is_so, **dict.fromkeys(others, not is_so)}


@asks("A.1")
def a_tensor_may_be_an_output(keras):
    p, h = keras.Input((3,)), keras.layers.Dense(7)
    t = h(p)
    layer = not fails(lambda: keras.Model(p, h))

    return {
        "`t`": not fails(lambda: keras.Model(p, t)),
        "`h`": layer,
        "either of the two: `h` stands for what it returned": layer,
        "`h.predict(p)`, because an output is numbers": not fails(
            lambda: keras.Model(p, h.predict(p))
        ),
    }


@asks("B.1")
def a_tensor_may_be_an_output_of_an_lstm(keras):
    q, k = keras.Input((5, 3)), keras.layers.LSTM(4)
    s = k(q)
    layer = not fails(lambda: keras.Model(q, k))
    array = np.ones((1, 4), "float32")

    return {
        "`s`": not fails(lambda: keras.Model(q, s)),
        "`k`": layer,
        "either of the two: `k` stands for what it returned": layer,
        "the array that `k` computed for `q`": not fails(lambda: keras.Model(q, array)),
    }


def reads(keras, shape, data):
    """Whether a model that starts at an Input of this shape takes the data."""

    def attempt():
        x = keras.Input(shape)
        rows = keras.layers.Dense(1)(keras.layers.Flatten()(x))
        keras.Model(x, rows).predict(data, verbose=0)

    return not fails(attempt)


@asks("A.2")
def the_shape_of_an_input_is_that_of_a_photo(keras):
    photos = np.zeros((5, 32, 32, 3), "float32")
    return {
        "`Input((32, 32, 3))`": reads(keras, (32, 32, 3), photos),
        "`Input((500, 32, 32, 3))`": reads(keras, (500, 32, 32, 3), photos),
        "`Input((500, 3072))`": reads(keras, (500, 3072), photos),
    }


@asks("B.2")
def the_shape_of_an_input_is_that_of_a_recording(keras):
    recordings = np.zeros((5, 90, 6), "float32")
    return {
        "`Input((90, 6))`": reads(keras, (90, 6), recordings),
        "`Input((200, 90, 6))`": reads(keras, (200, 90, 6), recordings),
        "`Input((200, 540))`": reads(keras, (200, 540), recordings),
    }


def open_model(keras, units):
    x = keras.Input((4,))
    return keras.Model(x, keras.layers.Dense(units)(x))


@asks("A.3")
def none_leaves_the_number_of_examples_open(keras):
    model = open_model(keras, 12)
    sizes = [len(model.predict(np.zeros((count, 4)), verbose=0)) for count in (1, 7)]

    return {
        "the number of examples is left open": sizes == [1, 7],
        "the size is still missing: `Model` will fill it in": model.output.shape[0] is not None,
        "there are no examples in it yet, so it is 0": model.output.shape[0] == 0,
    }


@asks("B.3")
def as_many_rows_come_out_as_go_in(keras):
    model = open_model(keras, 3)
    model.compile("sgd", "mse")
    sizes = [len(model.predict(np.zeros((count, 4)), verbose=0)) for count in (1, 7)]

    return {
        "as many rows come out as examples go in": sizes == [1, 7],
        "the size is still missing: `compile` will fill in the batch size": model.output.shape[0]
        is not None,
        "nothing has been computed yet, so it is 0": model.output.shape[0] == 0,
    }


def dense(keras, units, shape):
    layer = keras.layers.Dense(units)
    return layer(keras.Input(shape)).shape, layer.count_params()


@asks("A.4")
def dense_of_five_units(keras):
    made = dense(keras, 5, (6, 3))
    return {
        "(None, 6, 5) and 20": made == ((None, 6, 5), 20),
        "(None, 5) and 95": made == ((None, 5), 95),
        "(None, 6, 5) and 120": made == ((None, 6, 5), 120),
        "(6, 5) and 20": made == ((6, 5), 20),
    }


@asks("B.4")
def dense_of_four_units(keras):
    made = dense(keras, 4, (9, 2))
    return {
        "(None, 9, 4) and 12": made == ((None, 9, 4), 12),
        "(None, 4) and 76": made == ((None, 4), 76),
        "(None, 9, 4) and 108": made == ((None, 9, 4), 108),
        "(9, 4) and 12": made == ((9, 4), 12),
    }


def joined(keras, *lengths):
    a, b = (keras.Input((length,)) for length in lengths)
    together = keras.layers.concatenate([a, b]).shape
    added = None
    if not fails(lambda: keras.layers.add([a, b])):
        added = keras.layers.add([a, b]).shape
    return together, added


@asks("A.5")
def concatenate_adds_lengths_and_add_is_an_error(keras):
    together, added = joined(keras, 10, 4)
    return {
        "`concatenate` gives (None, 14), and `add` raises an error": together == (None, 14)
        and added is None,
        "both give (None, 14)": together == added,
        "both raise an error: the shapes must be equal": together is None,
        "both flatten `a` and `b` first, then give (None, 14)": together == added,
    }


@asks("B.5")
def concatenate_adds_lengths_and_add_keeps_them(keras):
    made = joined(keras, 8, 8)
    return {
        "(None, 16) and (None, 8)": made == ((None, 16), (None, 8)),
        "(None, 16) both times": made == ((None, 16), (None, 16)),
        "(None, 8) both times": made == ((None, 8), (None, 8)),
        "one flat tensor of 16 numbers both times": made == ((16,), (16,)),
    }


@asks("A.6")
def numpy_of_a_tensor_is_an_error(keras):
    return only(
        "an error: `x` holds no numbers for NumPy to use",
        [
            'the same as `Activation("tanh")`',
            "it works, but `summary` does not list it",
            "`np.tanh` becomes a layer, because any function called on a tensor is one",
        ],
        fails(lambda: np.tanh(keras.Input((3,)))),
    )


@asks("B.6")
def numpy_of_two_tensors_is_an_error(keras):
    x, y = keras.Input((3,)), keras.Input((3,))
    return only(
        "an error: `x` and `y` hold no numbers for NumPy to use",
        [
            "the same as `layers.concatenate([x, y])`",
            "it works, but training does not reach the layers before it",
            "`x` becomes a layer with two inputs",
        ],
        fails(lambda: np.concatenate([x, y])),
    )


@asks("A.7")
def every_input_on_the_path_is_needed(keras):
    left, right = keras.Input((1,)), keras.Input((1,))
    out = keras.layers.add([left, right])
    return only(
        "an error: the path to `out` needs `right` as well",
        [
            "`right` is filled with zeros",
            "the model ignores the branch of `right`",
            "it works, because `out` contains `right`",
        ],
        fails(lambda: keras.Model(left, out)),
    )


@asks("B.7")
def an_input_of_the_same_shape_is_another(keras):
    text, hour = keras.Input((1,), name="text"), keras.Input((1,), name="hour")
    score = keras.layers.add([text, hour])
    return only(
        "an error: `score` needs `hour` itself",
        [
            "it works: the new Input has the same shape",
            "it works, and the new Input is not used",
            "it works, because `score` contains `hour`",
        ],
        fails(lambda: keras.Model([text, keras.Input((1,))], score)),
    )


def weights_of_calls(keras, units, size, calls):
    layer = keras.layers.Dense(units)
    inputs = [keras.Input((size,)) for _ in range(calls)]
    model = keras.Model(inputs, [layer(x) for x in inputs])
    changed = keras.Model(inputs, keras.layers.add([layer(x) for x in inputs]))
    grads = gradients(keras, changed, [np.ones((1, size))] * calls)
    return model.count_params(), np.isclose(grads[1], calls / units).all()


@asks("A.8")
def three_calls_have_one_set_of_weights(keras):
    count, all_calls_count = weights_of_calls(keras, 8, 2, 3)
    return {
        "24: one layer, one set of weights": count == 24,
        "72, in three layers with equal arguments": count == 72,
        "72, because each call costs 24": count == 72,
        "24, because only the last call counts": count == 24 and not all_calls_count,
    }


@asks("B.8")
def four_calls_have_one_set_of_weights(keras):
    count, all_calls_count = weights_of_calls(keras, 5, 3, 4)
    return {
        "20: one layer, one set of weights": count == 20,
        "80, in four layers with equal arguments": count == 80,
        "80, because each call costs 20": count == 80,
        "20, because only the last call counts": count == 20 and not all_calls_count,
    }


def called(keras, count):
    layer, x = keras.layers.Dense(2), keras.Input((3,))
    made = [layer(x) for _ in range(count)]
    return layer, x, made


@asks("A.9", on=("funclab",))
def an_index_counts_all_of_three_calls(keras):
    f, x, made = called(keras, 3)
    keras.Model(x, made[1:])
    found = f.get_output_at(1)
    return {
        "what the second call returned": found is made[1],
        "the second result that a model uses: that of the third call": found is made[2],
        "what the first call returned": found is made[0],
        "the same as `f.get_output_at(0)`: a layer has one output": found is f.get_output_at(0),
    }


@asks("B.9", on=("funclab",))
def an_index_counts_all_of_four_calls(keras):
    g, x, made = called(keras, 4)
    keras.Model(x, made[2:])
    error = fails(lambda: g.get_output_at(2))
    found = g.get_output_at(2)
    return {
        "what the third call returned": found is made[2],
        "an error: only two of the results are used, and this would be a third": error,
        "what the second call returned": found is made[1],
        "the same as `g.get_output_at(0)`: a layer has one output": found is g.get_output_at(0),
    }


def gradient_of_calls(keras, sent):
    """The gradient of a shared weight whose calls send these back."""
    x = keras.Input((len(sent),))
    shared = keras.layers.Dense(1, use_bias=False)
    parts = [shared(x[:, i : i + 1]) for i in range(len(sent))]
    [gradient] = gradients(keras, keras.Model(x, keras.layers.add(parts)), np.array([sent]))
    return gradient.item()


@asks("A.10")
def two_gradients_are_added(keras):
    gradient = gradient_of_calls(keras, [4.0, -1.0])
    return {text: np.isclose(gradient, float(text)) for text in ("3", "-1", "1.5")}


@asks("B.10")
def three_gradients_are_added(keras):
    gradient = gradient_of_calls(keras, [2.0, 2.0, 5.0])
    return {text: np.isclose(gradient, float(text)) for text in ("9", "5", "3")}


def accepts(model, name):
    """Whether the loss of an output may be given under this name."""

    def attempt():
        model.compile("sgd", {name: "mse"})
        model.fit(np.ones((2, 3)), np.ones((2, model.output.shape[-1])), verbose=0)

    return not fails(attempt)


@asks("A.11")
def a_loss_goes_by_the_name_of_the_layer(keras):
    x = keras.Input((3,), name="x")
    price = keras.layers.Dense(1, name="out")(x)
    model = keras.Model(x, price)
    return {
        '"out"': accepts(model, "out"),
        '"price"': accepts(model, "price"),
        '"x"': accepts(model, "x"),
        "any name: it is the only Dense with one unit": accepts(model, "any"),
    }


@asks("B.11")
def a_loss_goes_by_the_name_of_the_layer_whatever_the_variable(keras):
    p = keras.Input((3,))
    mood = keras.layers.Dense(3, name="face")(p)
    smile = mood
    model = keras.Model(p, smile)
    return {
        '"face"': accepts(model, "face"),
        '"smile"': accepts(model, "smile"),
        '"mood"': accepts(model, "mood"),
        "any name: it is the only layer with three units": accepts(model, "any"),
    }


@asks("A.12")
def two_layers_cannot_have_one_name(keras):
    x, Dense = keras.Input((3,)), keras.layers.Dense
    return only(
        "an error: a model cannot hold two layers of the same name",
        [
            "they share their weights",
            "they are one layer, called twice",
            "nothing: the Python variables tell them apart",
        ],
        fails(lambda: keras.Model(x, Dense(3, name="eye")(Dense(3, name="eye")(x)))),
    )


@asks("B.12")
def layers_of_two_kinds_cannot_have_one_name(keras):
    x, layers = keras.Input((5, 3)), keras.layers
    return only(
        "an error: a model cannot hold two layers of the same name",
        [
            "they share their weights as far as the shapes fit",
            "they are one layer that does both",
            "nothing: the Python variables tell them apart",
        ],
        fails(lambda: keras.Model(x, layers.Dense(3, name="core")(layers.LSTM(3, name="core")(x)))),
    )


def shared_models(keras):
    """Two models, the second of which uses the layer of the first; and that layer."""
    p, f, g = keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)
    m, n = keras.Model(p, f(p)), keras.Model(p, g(f(p)))
    for model in (m, n):
        model.compile("sgd", "mse")
    return m, n, f


def trained(model):
    model.fit(np.eye(3), np.ones((3, model.output.shape[-1])), verbose=0)
    return [np.array(array) for array in model.get_weights()]


@asks("A.13")
def a_layer_stays_trained_in_another_model(keras):
    m, n, f = shared_models(keras)
    kept = same(trained(m), n.get_weights()[:2])
    before = m.get_weights()
    n.compile("sgd", "mse")
    redrawn = not same(before, f.get_weights())
    trained(n)
    separate = same(before, m.get_weights())

    return {
        "trained: it is the same layer": kept and not redrawn and not separate,
        "fresh: each model has its own weights": not kept,
        "trained, but as a copy that learns separately from now on": separate,
        "trained, until `n.compile` draws new weights": redrawn,
    }


@asks("B.13")
def a_layer_that_one_model_trains_is_used_by_the_other(keras):
    m, n, f = shared_models(keras)
    before = m.get_weights()
    trained(n)
    follows = same(m.get_weights(), f.get_weights()) and not same(before, m.get_weights())
    after = m.get_weights()
    m.compile("sgd", "mse")

    return {
        "the `f` that `n` has trained": follows,
        "its own `f`, as before": not follows,
        "the copy of `f` that was made when `m` was built": not follows,
        "an `f` with new weights, once `m` is compiled again": not same(after, m.get_weights()),
    }


def inner(keras, name):
    x = keras.Input((3,))
    hidden = keras.layers.Dense(4, name=name)(x)
    return keras.Model(x, keras.layers.Dense(2)(hidden))


@asks("A.14")
def an_inner_tensor_needs_the_inner_input(keras):
    eye, photo = inner(keras, "h"), keras.Input((3,))
    eye(photo)
    return only(
        "an error: the output of `h` depends on the Input inside `eye`, not on `photo`",
        [
            "you get what `h` makes of `photo`",
            "it works: `photo` has the same shape as the Input of `eye`",
            "it works: you get the `h` of the copy that the call has made",
        ],
        fails(lambda: keras.Model(photo, eye.get_layer("h").output)),
    )


@asks("B.14")
def what_reads_an_inner_tensor_needs_the_inner_input(keras):
    body, text = inner(keras, "mid"), keras.Input((3,))
    body(text)
    read = keras.layers.Dense(2)(body.get_layer("mid").output)
    return only(
        "an error: the output of `mid` depends on the Input inside `body`, not on `text`",
        [
            "`Dense(2)` reads what `mid` makes of `text`",
            "it works: `text` takes the place of an Input of the same shape",
            "it works: the call has made a copy of `mid` outside",
        ],
        fails(lambda: keras.Model(text, read)),
    )


@asks("A.15")
def a_second_fit_begins_where_the_first_ended(keras):
    keras.utils.set_random_seed(1)
    model, (x, y, *_) = reader(keras), images()
    model.compile("adam", SPARSE)
    losses = model.fit(x, y, epochs=5, verbose=0).history["loss"]
    again = model.fit(x, y, epochs=1, verbose=0).history["loss"][0]
    model.compile("adam", SPARSE)
    compiled = model.fit(x, y, epochs=1, verbose=0).history["loss"][0]

    return {
        "about where it ended": again < losses[-1] < losses[0],
        "where it began the first time": np.isclose(again, losses[0], rtol=0.2),
        "where it ended, but only if `compile` is not called in between": compiled > losses[-1],
    }


@asks("B.15")
def compile_keeps_the_weights(keras):
    model, (x, y, *_) = reader(keras), images()
    model.compile("adam", SPARSE)
    model.fit(x[:64], y[:64], verbose=0)
    before = model.get_weights()
    model.compile(keras.optimizers.Adam(1e-12), SPARSE)
    kept = same(before, model.get_weights())
    model.fit(x[:64], y[:64], verbose=0)
    goes_on = all(map(np.allclose, before, model.get_weights()))

    return {
        "those that the first run ended with": kept and goes_on,
        "new random weights, because of `compile`": not kept,
        "new random weights, because `fit` always starts from scratch": not goes_on,
    }


@asks("A.16")
def the_loss_of_an_epoch_is_a_mean_while_the_weights_change(keras):
    keras.utils.set_random_seed(1)
    model, (x, y, *_) = reader(keras), images()
    model.compile("adam", SPARSE)
    of_epoch = model.fit(x, y, verbose=0).history["loss"][0]
    before = model.get_weights()
    after = model.evaluate(x, y, verbose=0)

    return {
        "0.80 is a mean over the epoch, taken while the weights were getting better": after
        < of_epoch,
        "one of the two is wrong: both use the same data and the same weights": np.isclose(
            after, of_epoch
        ),
        "`evaluate` has trained the model a little further": not same(before, model.get_weights()),
    }


@asks("B.16")
def dropout_lowers_the_training_accuracy(keras):
    keras.utils.set_random_seed(1)
    x, y, *_ = images()
    pixels, layers = keras.Input((64,)), keras.layers
    hidden = layers.Dropout(0.5)(layers.Dense(32, activation="relu")(pixels))
    model = keras.Model(pixels, layers.Dense(10, activation="softmax")(hidden))
    model.compile("adam", SPARSE, metrics=["accuracy"])
    model.fit(x, y, epochs=3, verbose=0)
    before = model.get_weights()
    # With a rate of almost 0, the weights stay: only dropout tells the two accuracies apart.
    model.compile(keras.optimizers.SGD(1e-12), SPARSE, metrics=["accuracy"])
    logs = model.fit(x, y, validation_data=(x, y), verbose=0).history

    return {
        "the 70 % was measured during the epoch, with dropout on": logs["accuracy"][0]
        < logs["val_accuracy"][0] - 0.03,
        "validation trains the model on the validation data": not all(
            map(np.allclose, before, model.get_weights())
        ),
    }


@asks("A.17")
def numpy_compares_five_with_five(keras):
    size = (np.zeros(5) - np.zeros((5, 1))).size
    return {
        "every target with every answer: 25 numbers": size == 25,
        "each target with its own answer: 5 numbers": size == 5,
        "nothing: it raises an error": fails(lambda: np.zeros(5) - np.zeros((5, 1))),
        "one batch with the other: 1 number": size == 1,
    }


@asks("B.17")
def numpy_makes_a_table_of_three_and_three(keras):
    shape = (np.zeros(3) - np.zeros((3, 1))).shape
    return {
        "(3, 3)": shape == (3, 3),
        "(3,)": shape == (3,),
        "none: it raises an error": fails(lambda: np.zeros(3) - np.zeros((3, 1))),
        "(1,), because 3 is the batch": shape == (1,),
    }


def moves(model, layer):
    before = layer.get_weights()
    others = model.get_weights()
    trained(model)
    return not same(before, layer.get_weights()), not same(others, model.get_weights())


@asks("A.18")
def a_layer_frozen_before_compile_is_held(keras):
    _, model, eye = shared_models(keras)
    trained(model)
    eye.trainable = False
    model.compile("sgd", "mse")
    of_eye, any_moved = moves(model, eye)
    other = keras.Model(model.input, keras.layers.Dense(1)(eye(model.input)))
    other.compile("sgd", "mse")
    of_other, _ = moves(other, eye)

    return {
        "those of the other layers": any_moved and not of_eye and not of_other,
        "all: `eye` has to be frozen before the model is built": of_eye,
        "those of the other layers; but other models that use `eye` can still train it, even if "
        "they are compiled later": of_other,
        "all: `fit` trains a copy of `eye`": of_eye,
    }


@asks("B.18")
def freezing_counts_in_every_model(keras):
    m, n, f = shared_models(keras)
    p = m.input
    m = keras.Model(p, keras.layers.Dense(1)(f(p)))
    f.trainable = False
    for model in (m, n):
        model.compile("sgd", "mse")
    in_m, in_n = moves(m, f)[0], moves(n, f)[0]

    return {
        "neither": not in_m and not in_n,
        "`n`: freezing counts in `m` only, where it was set": in_n and not in_m,
        "both: it has to be set before the model is built": in_m and in_n,
        "each trains its own `f`, so freezing has to be set twice": in_m or in_n,
    }


def padded(keras, layer, steps, words):
    """The shape of what a layer returns, and whether it skips the zeros at the end."""
    x = keras.Input((None, 2))
    made = layer(x)
    model = keras.Model(x, made)
    data = np.zeros((1, steps, 2), "float32")
    data[:, :words] = 1
    both = [model.predict(part, verbose=0) for part in (data, data[:, :words])]
    return layer(keras.Input((steps, 2))).shape, np.allclose(*both, atol=1e-5)


@asks("A.19")
def an_lstm_counts_padding(keras):
    shape, skips = padded(keras, keras.layers.LSTM(16), 20, 12)
    return {
        "(None, 16): the state after all 20 steps, zeros included": shape == (None, 16)
        and not skips,
        "(None, 20, 16): a state for each step": shape == (None, 20, 16),
        "(None, 16): the state after 12 steps, because zeros are skipped": skips,
        "(None, 12, 16): a state for each step that is not zero": shape == (None, 12, 16),
    }


@asks("B.19")
def a_gru_counts_padding(keras):
    shape, skips = padded(keras, keras.layers.GRU(6), 9, 5)
    return {
        "(None, 6): the state after all 9 steps, zeros included": shape == (None, 6) and not skips,
        "(None, 9, 6): a state for each step": shape == (None, 9, 6),
        "(None, 6): the state after 5 steps, because zeros are skipped": skips,
        "(None, 5, 6): a state for each step that is not zero": shape == (None, 5, 6),
    }


@asks("A.20")
def accuracy_tells_nothing_of_a_mass(keras):
    x = keras.Input((1,))
    model = keras.Model(x, keras.layers.Activation("linear")(x))
    model.compile("sgd", "mse", metrics=["accuracy"])
    masses = np.array([[2.5], [3.5], [4.2]])
    loss, accuracy = model.evaluate(masses, masses, verbose=0)
    before = model.get_weights()
    model.predict(masses, verbose=0)

    return {
        "nothing about the model: accuracy compares classes, and a mass is not a class": loss == 0
        and accuracy == 0,
        "the model has learned nothing": loss > 0,
        "its weights change only when `predict` is called": not same(before, model.get_weights()),
    }


@asks("B.20", on=NO_TENSORFLOW)
def softmax_twice_keeps_the_loss_high(keras):
    x, layers = keras.Input((3,)), keras.layers
    model = keras.Model(x, layers.Activation("softmax")(x))
    once = keras.Model(x, layers.Activation("linear")(x))
    data, kinds = 50 * np.eye(3), np.arange(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for one in (model, once):
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            one.compile("sgd", loss, metrics=["accuracy"])
    (twice, right), (low, _) = (one.evaluate(data, kinds, verbose=0) for one in (model, once))

    return {
        "no error, but a loss that stays high even when many answers are right": right == 1
        and twice > 0.5,
        "an error": False,
        "the same as without either: the two cancel out": np.isclose(twice, low, atol=0.1),
    }
