"""Lesson 14: what changes in Keras?"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from tests.truth.claims import KERAS, asks, backend, fails, gradients, same, says


def twins(keras):
    """The lesson's twins, whose eye was first called on `scrap`."""
    layers = keras.layers
    left, right, scrap = (keras.Input((64,), name=name) for name in ("left", "right", "scrap"))
    eye = layers.Dense(32, activation="relu", name="eye")
    eye(scrap)
    a, b = eye(left), eye(right)
    gap = layers.Subtract(name="gap")([a, b])
    same_digit = layers.Dense(1, activation="sigmoid", name="same")(gap**2)
    return keras.Model([left, right], same_digit, name="twins"), eye, b


def pair(count=4):
    random = np.random.RandomState(0)
    return [random.rand(count, 64).astype("float32") for _ in range(2)]


def from_a_file(keras, model):
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "twins.keras")
        model.save(path)
        return keras.models.load_model(path)


@says("lesson 14", "The lines that build a model are the same in Keras 3.")
@asks("14.1")
def the_code_of_a_model_runs_in_keras(keras):
    import funclab
    from funclab import to_code

    here, *_ = twins(funclab)
    lines = to_code(here).replace("funclab", keras.__name__).splitlines()
    names: dict = {}
    exec("\n".join(lines), names)
    there = names["model"]
    there.set_weights(here.get_weights())
    equal = np.allclose(
        here.predict(pair(), verbose=0), there.predict(pair(), verbose=0), atol=1e-5
    )

    return {
        "none": equal,
        "one: the power is not a layer": not equal,
        "two: each call of `eye` needs its index": not equal,
    }


@says(
    "lesson 14",
    "Indices are gone, and `output` is that of the first call: keep your tensors.",
    "| the output of a layer called once | `gap.output` | `gap.output` |",
    on=KERAS,
)
@says("14.2", "Keras 3 does not ask.", on=KERAS)
@says("14A", "Keras 3 has no indices, and `output` is what the first call made.", on=KERAS)
@says("14B", "In Keras 3, {layer} has no `{method}`.", on=KERAS)
@says(
    "14B",
    "In Keras 3, `{layer}.output` is what the first call of {layer} made, from {first}.",
    on=KERAS,
)
@asks("14.2", on=KERAS)
def output_is_that_of_the_first_call(keras):
    layer = keras.layers.Dense(32)
    once = layer(keras.Input((64,)))
    assert layer.output is once and not hasattr(layer, "get_output_at")
    made = [once, *(layer(keras.Input((64,))) for _ in range(2))]
    error = fails(lambda: layer.output)

    return {
        "an error that asks which call you mean": error,
        "what the first call made": layer.output is made[0],
        "what the last call made": layer.output is made[2],
        "a list of three tensors": isinstance(layer.output, list),
    }


@says(
    "14A",
    "If a layer `f` is called on `p` first and then on `q`, `Model(p, f.output)` runs in Keras 3, "
    "and `Model(q, f.output)` does not.",
    on=KERAS,
)
def a_model_of_an_output_starts_at_the_input_of_the_first_call(keras):
    p, q, f = keras.Input((2,)), keras.Input((2,)), keras.layers.Dense(3)
    f(p), f(q)

    assert not fails(lambda: keras.Model(p, f.output)) and fails(lambda: keras.Model(q, f.output))


@says(
    "14A",
    "The path of a model has to lead back to its own Input, in Keras as here.",
)
def a_path_leads_back_to_the_models_own_input(keras):
    p, q, f = keras.Input((2,)), keras.Input((2,)), keras.layers.Dense(3)

    assert fails(lambda: keras.Model(q, f(p)))


@says("14.2", "That was so in Keras 2, and it is so here.", on=("funclab",))
@says("lesson 14", "In Keras 2, as here, calls have numbers.", on=("funclab",))
def calls_have_numbers_here(keras):
    _, eye, b = twins(keras)

    assert eye.get_output_at(2) is b and len(eye.inbound_nodes) == 3
    assert fails(lambda: eye.output)


@says("14.3", "So an index means something in a session, but not in a file.")
@asks("14.3")
def a_file_holds_the_calls_of_the_model_alone(keras):
    model, *_ = twins(keras)
    back = from_a_file(keras, model)
    nodes = back.get_layer("eye")._inbound_nodes
    right = back.inputs[1]
    [index] = [i for i, node in enumerate(nodes) if node.input_tensors[0] is right]

    return {
        "index 2, as before": index == 2,
        "index 1": index == 1,
        "index 0: a layer from a file has no calls yet": index == 0,
    }


@says(
    "lesson 14",
    "A file carries a model with its weights; what comes back from it shares none with the model "
    "that was saved.",
)
@asks("14.4")
def what_comes_back_from_a_file_shares_nothing(keras):
    model, *_ = twins(keras)
    model.compile("adam", "binary_crossentropy")
    back = from_a_file(keras, model)
    before = model.get_weights()
    assert same(before, back.get_weights())
    back.fit(pair(), np.ones((4, 1)), verbose=0)
    moved = not same(before, model.get_weights())

    assert not same(before, back.get_weights())
    return {
        "they move, too: it is the same model": moved,
        "nothing": not moved,
        "they were moved into the file, so `twins` has none left": not model.weights,
    }


@says(
    "lesson 14",
    "A `.keras` file holds the layers, their calls and weights, what `compile` was given, and what "
    "the optimizer remembers.",
)
def a_file_holds_what_the_optimizer_remembers(keras):
    model, *_ = twins(keras)
    model.compile("adam", "binary_crossentropy")
    model.fit(pair(), np.ones((4, 1)), verbose=0)
    back = from_a_file(keras, model)

    assert type(back.optimizer).__name__ == "Adam" and int(back.optimizer.iterations) == 1
    for one in (model, back):
        one.train_on_batch(pair(), np.ones((4, 1)))
    pairs = zip(model.get_weights(), back.get_weights(), strict=True)
    assert all(np.allclose(*arrays, atol=1e-6) for arrays in pairs)


@says(
    "lesson 14",
    'funclab and Keras write such files and read each other\'s: `twins.save("twins.keras")`, then '
    '`models.load_model("twins.keras")`.',
    "`keras.models.load_model` opens such a file.",
    on=KERAS,
)
def files_are_read_in_both_directions(keras):
    import funclab

    for one, other in ((funclab, keras), (keras, funclab)):
        model, *_ = twins(one)
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "twins.keras")
            model.save(path)
            back = other.models.load_model(path)
        answers = [each.predict(pair(), verbose=0) for each in (model, back)]
        assert np.allclose(*answers, atol=1e-5)


@asks("14.5")
def the_gradient_of_a_batch_is_the_mean_of_its_quarters(keras):
    def of(part):
        x, y = np.random.RandomState(0).rand(32, 3), np.random.RandomState(1).rand(32, 1)
        given = keras.Input((3,))
        layer = keras.layers.Dense(1, kernel_initializer="ones")
        model = keras.Model(given, layer(given))
        return gradients(keras, model, x[part], y[part], "mse")[0]

    whole = of(slice(None))
    quarters = [of(slice(i, i + 8)) for i in range(0, 32, 8)]

    return {
        "the gradient of the device that is ready last": np.allclose(quarters[-1], whole),
        "the mean of the four": np.allclose(np.mean(quarters, 0), whole, atol=1e-5),
    }


@says("14.6", "In Keras 3 the third number is `strides`.")
@asks("14.6")
def the_third_number_of_a_convolution_is_its_stride(keras):
    layer = keras.layers.Convolution2D(8, 3, 3)
    image = keras.Input((8, 8, 1))
    error = fails(lambda: layer(image))
    shape = layer(image).shape

    assert layer.count_params() == 80
    return {
        "the same": shape == (None, 6, 6, 8),
        "an error: the line is too old": error,
        "windows of 3 × 3 that move by 3": shape == (None, 2, 2, 8),
    }


@says(
    "lesson 14",
    "| that of the call on `right` | `eye.get_output_at(2)` | a variable that you keep: "
    "`b = eye(right)` |",
    "| the same, if nobody kept it | `eye.get_output_at(2)` | the layer that reads it: "
    "`gap.input[1]` |",
    "| `output` after several calls | an error | the output of the first call |",
    "| the list of calls | `eye.inbound_nodes` | `eye._inbound_nodes`, which may change |",
)
def the_table_of_what_is_gone(keras):
    model, eye, b = twins(keras)
    gap, here = model.get_layer("gap"), backend(keras) == "funclab"

    assert gap.input[1] is b and len(eye._inbound_nodes) == 3
    assert hasattr(eye, "inbound_nodes") == hasattr(eye, "get_output_at") == here
    assert fails(lambda: eye.output) == here
    if here:
        assert eye.get_output_at(2) is b


@says("lesson 14", "And you can always call `eye(right)` again: another call costs no weights.")
def another_call_costs_no_weights(keras):
    model, eye, _ = twins(keras)
    before = model.count_params()
    eye(model.inputs[1])

    assert model.count_params() == before and len(eye.weights) == 2


@says(
    "lesson 14",
    "| `get_output_at`, `fit_generator`, `Adam(lr=)`, `K.mean` | Keras 2, until 2023 | these are "
    "gone; most other lines run |",
    "| `output_dim=`, `nb_epoch=`, `merge(..., mode=)`, `Model(input=, output=)` | Keras 1, until "
    "2017 | has to be rewritten |",
    "Where old names are gone, an error tells you.",
    on=KERAS,
)
@says(
    "lesson 14", "Old programs need new names, and their unnamed numbers a second look.", on=KERAS
)
def old_names_are_errors_in_keras_3(keras):
    x = keras.Input((2,))

    assert not hasattr(keras.Model, "fit_generator") and not hasattr(keras.backend, "mean")
    assert not hasattr(keras.layers, "merge")
    for old in (
        lambda: keras.optimizers.Adam(lr=0.1),
        lambda: keras.layers.Dense(output_dim=2),
        lambda: keras.Model(input=x, output=x),
        lambda: keras.Model(x, x).fit(np.ones((2, 2)), nb_epoch=1),
    ):
        assert fails(old)


@says(
    "lesson 14",
    "| `tf.keras`, `from tensorflow.keras import ...` | Keras inside TensorFlow | from TensorFlow "
    "2.16 on, this *is* Keras 3 |",
    on=("tensorflow",),
)
def keras_in_tensorflow_is_keras_3(keras):
    import tensorflow

    assert tensorflow.keras.__version__ == keras.__version__
    assert tensorflow.keras.layers.Dense is keras.layers.Dense
