"""Models as graphs, and as layers of other graphs."""

import inspect
import json
import warnings

import numpy as np
import pytest

from funclab import Input, Model, Sequential, layers, models, ops, utils
from funclab.errors import ArgumentError, NameLookupError
from funclab.layers import Dense


def perceptron(name=None):
    x = Input((6,), name=None)
    return Model(x, Dense(3, activation="softmax")(Dense(4, activation="relu")(x)), name=name)


def rows(*shape):
    return np.random.RandomState(0).normal(size=shape).astype("float32")


def test_a_model_has_a_node_of_its_own_and_its_first_call_is_node_one():
    model = perceptron()
    own_output = model.output

    y = model(Input((6,)))

    assert model.get_output_at(0) is own_output
    assert model.get_output_at(1) is y
    assert model.output is own_output
    assert y.id == f"{model.name}[1:0]"


def test_calling_a_model_adds_no_nodes_to_the_layers_inside():
    model = perceptron()
    inner = model.layers[1]

    model(Input((6,)))
    model(Input((6,)))

    assert len(inner.inbound_nodes) == 1
    assert len(model.inbound_nodes) == 3


def test_a_nested_model_shares_its_weights():
    encoder = perceptron("encoder")
    a, b = Input((6,)), Input((6,))

    model = Model([a, b], layers.concatenate([encoder(a), encoder(b)]))

    assert len(model.weights) == 4
    assert model.count_params() == encoder.count_params()


@pytest.mark.parametrize("name", ["input", "output"])
def test_one_tensor_under_the_name_of_keras_1_is_not_enough_for_a_model(name):
    with pytest.raises(ArgumentError, match="missing 2 .*: 'inputs' and 'outputs'"):
        Model(**{name: Input((3,))})


def test_names_and_class_names_are_those_of_keras():
    model = perceptron()

    assert model.name == "functional"
    assert type(model).__name__ == "Functional"
    assert [layer.name for layer in model.layers] == ["input_layer", "dense_1", "dense"]


def test_layers_come_in_the_order_of_keras_where_joined_masks_lengthen_a_branch():
    x = layers.Masking()(Input((3, 2)))
    first, second = layers.Dense(2, name="first"), layers.Dense(2, name="second")
    averaged = layers.Average()([x, second(x)])
    joined = layers.Concatenate()([x, first(x)])

    model = Model(x, [layers.LSTM(1)(averaged), layers.LSTM(1)(joined)])

    # In Keras, the mask of a Concatenate takes four operations, and that of an Average one.
    names = [layer.name for layer in model.layers]
    assert names.index("first") < names.index("second")


def test_a_mask_beside_first_states_does_not_lengthen_a_branch():
    x, state = Input((4, 3), name="x"), Input((2,), name="state")
    masked = layers.Masking(name="masked")(x)
    inner = Dense(2, name="inner")(Dense(2, name="outer")(state))

    with pytest.warns(UserWarning, match="a mask has to be passed by name"):
        steps = layers.SimpleRNN(2, name="steps")(masked, initial_state=inner)
    model = Model([x, state], steps)

    names = [layer.name for layer in model.layers]  # those of Keras
    assert names == ["state", "x", "outer", "masked", "inner", "steps"]


def test_a_graph_may_begin_in_the_middle_of_another():
    x = Input((6,))
    hidden = Dense(4, activation="tanh", name="hidden")(x)
    out = Dense(2, name="out")(hidden)
    whole, head, body = Model(x, out), Model(hidden, out), Model(x, hidden)
    data = rows(3, 6)

    parts = head(body(data))

    np.testing.assert_allclose(parts, whole(data), rtol=1e-6)
    assert [layer.name for layer in head.layers][1:] == ["out"]
    assert x._keras_history.operation.name not in head.input_names


@pytest.mark.parametrize(
    "tree",
    [
        lambda a, b: [a, b],
        lambda a, b: (a, b),
        lambda a, b: {"z": a, "y": b},
        lambda a, b: {"inner": [a, {"deep": b}]},
        lambda a, b: [[a]],
    ],
)
def test_inputs_and_outputs_keep_the_form_the_user_gave_them(tree):
    a, b = Input((2,), name="a"), Input((2,), name="b")
    out_a, out_b = a * 2.0, b * 3.0
    model = Model([a, b], tree(out_a, out_b))
    data = [rows(4, 2), rows(4, 2) + 1]
    copy = models.model_from_json(model.to_json())

    results = [model(data), copy(data)]

    expected = tree(data[0] * 2, data[1] * 3)
    for result in results:
        assert json.dumps(result, default=np.ndarray.tolist) == json.dumps(
            expected, default=np.ndarray.tolist
        )


def test_dict_inputs_are_matched_by_key_and_not_by_order():
    a, b = Input((2,), name="first"), Input((3,), name="second")
    model = Model({"x": a, "y": b}, layers.concatenate([a, b]))
    left, right = rows(2, 2), rows(2, 3)

    out = model({"y": right, "x": left})

    np.testing.assert_array_equal(out, np.concatenate([left, right], 1))


def test_an_input_returned_as_output_and_one_tensor_as_two_outputs_are_legal():
    x = Input((2,))
    y = Dense(3)(x)

    out = Model(x, [x, y, y])(rows(4, 2))

    np.testing.assert_array_equal(out[0], rows(4, 2))
    np.testing.assert_array_equal(out[1], out[2])


def test_layers_used_at_several_depths_are_rebuilt_from_a_config():
    x = Input((3,))
    a, b = Dense(3, name="a"), Dense(3, name="b")
    model = Model(x, a(b(a(b(x)))))
    copy = models.model_from_json(model.to_json())
    copy.set_weights(model.get_weights())

    np.testing.assert_allclose(copy(rows(2, 3)), model(rows(2, 3)), rtol=1e-6)
    assert len(copy.weights) == 4


def test_operators_and_slices_survive_a_config():
    x, y = Input((4,)), Input((4,))
    model = Model([x, y], (x * 2.0 + y)[:, 1:3])

    copy = models.model_from_json(model.to_json())

    data = [rows(2, 4), rows(2, 4)]
    np.testing.assert_array_equal(copy(data), model(data))
    assert len(model.layers) == 2
    assert len(model.operations) > 2


def test_a_clone_has_weights_of_its_own():
    model = perceptron()

    clone = models.clone_model(model)

    assert clone.count_params() == model.count_params()
    assert not {id(w) for w in clone.weights} & {id(w) for w in model.weights}


@pytest.mark.parametrize("kind", ["graph", "stack"])
def test_a_clone_is_compiled_as_the_model_is_with_a_fresh_optimizer(kind):
    model = perceptron() if kind == "graph" else models.Sequential([Input((4,)), Dense(3)])
    model.compile("adam", lambda t, y: ops.mean(ops.square(t - y)), metrics=["mae"])
    width = model.output_shape[-1]
    model.train_on_batch(rows(2, *model.input_shape[1:]), rows(2, width))

    clone = models.clone_model(model)

    assert (int(model.optimizer.iterations), int(clone.optimizer.iterations)) == (1, 0)
    clone.train_on_batch(rows(2, *model.input_shape[1:]), rows(2, width))
    assert (int(model.optimizer.iterations), int(clone.optimizer.iterations)) == (1, 1)
    assert clone.metrics_names == model.metrics_names


def test_get_layer_finds_by_name_or_index_and_says_what_there_is():
    model = perceptron()

    assert model.get_layer("dense") is model.get_layer(index=2)
    with pytest.raises(ValueError, match="No such layer: conv"):
        model.get_layer("conv")
    with pytest.raises(ValueError, match="Was asked to retrieve layer at index 5 but model only"):
        model.get_layer(index=5)
    with pytest.raises(NameLookupError, match="Provide either a layer name or layer index"):
        model.get_layer()


def test_layers_is_a_reserved_attribute():
    with pytest.raises(AttributeError, match="`Model.layers` attribute is reserved"):
        perceptron().layers = []


def test_the_states_of_a_layer_are_outputs_without_a_warning(recwarn):
    x = Input((3, 2))

    model = Model(x, layers.LSTM(4, return_state=True, name="reads")(x))

    assert model.output_names == ["reads", "reads_1", "reads_2"]
    assert not recwarn.list


def test_freezing_a_model_freezes_what_is_inside():
    encoder = perceptron()
    x = Input((6,))
    model = Model(x, Dense(1)(encoder(x)))

    encoder.trainable = False

    assert len(model.trainable_weights) == 2
    assert len(model.non_trainable_weights) == 4
    assert encoder.trainable_weights == []


def test_source_inputs_are_found_in_order():
    a, b = Input((2,)), Input((2,))
    out = Dense(3)(layers.concatenate([b, a]))

    assert utils.get_source_inputs(out) == [a, b]


def test_a_model_of_a_sequential_is_cut_and_called_on_another_input():
    stack = Sequential([Input((3,)), Dense(4), Dense(2)])

    again = Model(stack.input, stack.output)(Input((3,)))

    assert again.shape == (None, 2)


def test_an_explicit_mask_travels_through_a_model():
    steps, last = Input((3, 2)), layers.LSTM(2)
    model = Model(steps, last(steps))
    data = rows(1, 3, 2)

    masked = model(data, mask=np.array([[True, False, False]]))

    np.testing.assert_allclose(masked, last(data[:, :1]), rtol=1e-5)


@pytest.mark.parametrize(
    ("method", "argument"),
    [
        ("compile", "weighted_metrics"), ("fit", "validation_split"), ("fit_async", "epochs"),
        ("evaluate", "steps"), ("predict", "batch_size"), ("summary", "line_length"),
        ("plot", "expand_nested"), ("explore", "face"), ("trace", "optimizer"),
        ("save", "filepath"),
        ("shapes", "step"), ("watch", "measure"), ("to_code", "names"), ("fit_generator", "epochs"),
    ],
)  # fmt: skip
def test_the_methods_of_a_model_show_their_arguments(method, argument):
    arguments = inspect.signature(getattr(perceptron(), method)).parameters

    assert argument in arguments
    assert not {"args", "kwargs", "settings"} & arguments.keys()


def test_a_model_lists_its_layers_and_nodes_as_in_keras_2():
    a, b = Input((4,), name="a"), Input((4,), name="b", optional=True)
    shared = Dense(3, name="shared")
    left, right = shared(a), shared(b)
    model = Model([a, b], [layers.Add(name="sum")([left, right]), left], name="pair")
    named = {layer.name: layer for layer in model.layers}

    assert model.input_names == ["a", "b"]
    assert model.output_names == ["sum", "shared"]
    assert model.input_layers == [named["a"], named["b"]]
    assert model.output_layers == [named["sum"], shared]
    assert model.optional_inputs == [False, True]
    assert model.input_shape == [(None, 4), (None, 4)]
    assert model.output_shape == [(None, 3), (None, 3)]
    assert model.container_nodes == {"a_ib-0", "b_ib-0", "shared_ib-0", "shared_ib-1", "sum_ib-0"}
    by_depth = {depth: {x.name for x in some} for depth, some in model.layers_by_depth.items()}
    assert by_depth == {2: {"a", "b"}, 1: {"shared"}, 0: {"sum"}}
    keys = {depth: {node.key for node in some} for depth, some in model.nodes_by_depth.items()}
    assert keys == {2: {"a[0]", "b[0]"}, 1: {"shared[0]", "shared[1]"}, 0: {"sum[0]"}}
    assert repr(model) == "<Functional pair: 4 layers, output [(None, 3), (None, 3)]>"


def test_a_clone_may_have_other_layers_and_other_inputs():
    x = Input((6,))
    model = Model(x, Dense(3, name="b")(ops.square(Dense(4, name="a")(x))), name="model")
    wide = Input((6,), batch_size=2, name="wide")

    clone = models.clone_model(
        model,
        input_tensors=wide,
        clone_function=lambda layer: Dense(layer.units * 2, name=f"{layer.name}_wide"),
    )

    assert clone.output_shape == (2, 6)
    assert [layer.name for layer in clone.layers if layer.weights] == ["a_wide", "b_wide"]
    assert clone.count_params() == 6 * 8 + 8 + 8 * 6 + 6
    assert model.count_params() == 6 * 4 + 4 + 4 * 3 + 3


def test_a_clone_of_a_stack_is_a_stack():
    stack = Sequential([Input((6,)), Dense(4, name="a"), Dense(3, name="b")], name="stack")

    clone = models.clone_model(stack)

    assert isinstance(clone, Sequential)
    assert (clone.name, clone.output_shape) == ("stack", (None, 3))
    assert [layer.name for layer in clone.layers] == ["a", "b"]
    assert all(a is not b for a, b in zip(clone.layers, stack.layers, strict=True))


def test_a_mask_that_a_tensor_carries_is_used_inside_a_nested_model():
    words = np.array([[3, 1, 0, 0], [2, 4, 1, 0]], "int32")
    ids, vectors = Input((4,), dtype="int32"), Input((4, 2))
    embedding, reader = layers.Embedding(5, 2, mask_zero=True), layers.LSTM(3)
    inner = Model(vectors, reader(vectors))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the model's output has no mask
        nested = Model(ids, inner(embedding(ids)))
    plain = Model(ids, reader(embedding(ids)))

    np.testing.assert_allclose(nested(words), plain(words), rtol=1e-5)
    assert not np.allclose(nested(words), inner(np.asarray(embedding(words))))


def test_the_only_output_of_a_list_comes_alone_where_there_are_numbers():
    x = Input((3,))
    model = Model([x], [Dense(2)(x)])
    data = np.ones((4, 3))

    assert [array.shape for array in (model.predict(data, verbose=0), model([data]))] == [
        (4, 2)
    ] * 2
    assert model.input_shape == (None, 3)
    assert model.output_shape == (None, 2)
    assert isinstance(model(Input((3,))), list)


def test_a_clone_is_called_by_a_function_of_ones_own_and_models_inside_are_seen_too():
    x, y = Input((3,)), Input((3,))
    inner = Model(x, layers.Dense(2, name="deep")(x), name="inner")
    model = Model(y, layers.Dense(1, name="last")(inner(y)))
    called, copied = [], []

    def call(layer, *args, **kwargs):
        called.append(layer.name)
        return layer(*args, **kwargs)

    def copy(layer):
        copied.append(layer.name)
        return type(layer).from_config(layer.get_config())

    clone = models.clone_model(model, None, copy, call, recursive=True)

    assert sorted(called) == ["deep", "inner", "last"]
    assert copied == ["deep", "last"]
    assert clone.count_params() == model.count_params()
