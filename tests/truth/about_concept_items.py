"""The concept test: items 1 to 10, in both forms."""

from __future__ import annotations

import numpy as np

from tests.truth.claims import asks, fails, gradients


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
