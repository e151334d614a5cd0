"""Cases about how layers are connected: several inputs and outputs, sharing, nesting."""

from tests.parity.case import binary, case, compiled, normal, one_hot, variants


@case(x=normal(784), y=one_hot(10))
def guide_mlp(keras):
    layers = keras.layers
    inputs = keras.Input((784,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64, activation="relu")(x)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    return model


@case(x=normal(12), y=one_hot(3))
def sequential_mlp(keras):
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((12,)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(3)]
    )
    model.add(layers.Activation("softmax"))
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    return model


TWO = {"x": [normal(6), normal(4)], "y": [binary(1), normal(2)]}
TWO_NAMED = {
    "x": {"first": normal(6), "second": normal(4)},
    "y": {"main": binary(1), "aside": normal(2)},
}
NAMED_LOSS = {"main": "binary_crossentropy", "aside": "mse"}
LISTED_LOSS = ["binary_crossentropy", "mse"]


@variants(
    two_in_two_out_lists=({"loss": LISTED_LOSS, "loss_weights": [1.0, 0.2]}, TWO),
    two_in_two_out_dicts=(
        {"loss": NAMED_LOSS, "loss_weights": {"main": 1.0, "aside": 0.2}},
        TWO_NAMED,
    ),
    two_in_two_out_metric_lists=(
        {"loss": LISTED_LOSS, "metrics": [["accuracy"], ["mae", "mse"]]},
        TWO,
    ),
    two_in_two_out_metric_dict=({"loss": NAMED_LOSS, "metrics": {"aside": ["mae"]}}, TWO_NAMED),
    one_loss_for_two_outputs=({"loss": "mse"}, TWO),
    second_output_without_loss=({"loss": ["binary_crossentropy", None]}, TWO),
)
def two_in_two_out(keras, settings):
    layers = keras.layers
    first = keras.Input((6,), name="first")
    second = keras.Input((4,), name="second")
    x = layers.Dense(5, activation="tanh")(first)
    aside = layers.Dense(2, name="aside")(x)
    x = layers.concatenate([x, second])
    x = layers.Dense(5, activation="relu")(x)
    main = layers.Dense(1, activation="sigmoid", name="main")(x)
    return compiled(keras, [first, second], [main, aside], "rmsprop", **settings)


@case(x={"a": normal(3), "b": normal(3)}, y={"sum": normal(2), "product": normal(3)})
def dicts_in_and_out(keras):
    layers = keras.layers
    inputs = {"b": keras.Input((3,), name="b"), "a": keras.Input((3,), name="a")}
    total = layers.Dense(2, name="sum")(layers.add([inputs["a"], inputs["b"]]))
    product = layers.Dense(3, name="product")(layers.multiply([inputs["a"], inputs["b"]]))
    # In alphabetical order: Keras sorts dicts, and with them the weights; funclab keeps the order.
    model = keras.Model(inputs, {"product": product, "sum": total})
    model.compile("sgd", {"sum": "mse", "product": "mae"})
    return model


@case(x=[normal(6), normal(6)], y=binary(1))
def shared_dense(keras):
    layers = keras.layers
    first, second = keras.Input((6,)), keras.Input((6,))
    shared = layers.Dense(4, activation="tanh")
    x = layers.concatenate([shared(first), shared(second)], axis=-1)
    model = keras.Model([first, second], layers.Dense(1, activation="sigmoid")(x))
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


@case(x=normal(5), y=normal(5))
def a_of_b_of_a_of_b(keras):
    inputs = keras.Input((5,))
    a = keras.layers.Dense(5, activation="tanh", name="a")
    b = keras.layers.Dense(5, activation="sigmoid", name="b")
    return compiled(keras, inputs, a(b(a(b(inputs)))), "adam", "mse")


@case(x=normal(4), y=normal(4))
def a_layer_fed_its_own_output(keras):
    inputs = keras.Input((4,))
    step = keras.layers.Dense(4, activation="tanh")
    x = step(step(step(inputs)))
    return compiled(keras, inputs, keras.layers.add([x, inputs]), keras.optimizers.SGD(0.1), "mse")


@case(x=[normal(5), normal(5)], y=normal(1))
def nested_model_called_twice(keras):
    layers = keras.layers
    inner_input = keras.Input((5,))
    x = layers.Dense(4, activation="relu")(inner_input)
    inner = keras.Model(inner_input, layers.Dense(3)(x))
    first, second = keras.Input((5,)), keras.Input((5,))
    distance = layers.subtract([inner(first), inner(second)])
    model = keras.Model([first, second], layers.Dense(1)(distance))
    model.compile(keras.optimizers.Adam(0.01), "mse")
    return model


@case(x=normal(6), y=[normal(2), normal(2)])
def nested_model_with_two_outputs(keras):
    layers = keras.layers
    inner_input = keras.Input((6,))
    inner = keras.Model(
        inner_input, [layers.Dense(3, activation="tanh")(inner_input), layers.Dense(3)(inner_input)]
    )
    inputs = keras.Input((6,))
    first, second = inner(inputs)
    outputs = [layers.Dense(2, name="left")(first), layers.Dense(2, name="right")(second)]
    return compiled(keras, inputs, outputs)


@case(x=normal(6), y=normal(1))
def nested_sequential(keras):
    layers = keras.layers
    body = keras.Sequential([layers.Dense(4, activation="elu"), layers.Dense(3)])
    inputs = keras.Input((6,))
    return compiled(keras, inputs, layers.Dense(1)(body(inputs)))


@case(x=normal(4), y=normal(2))
def model_cut_out_of_a_model(keras):
    layers = keras.layers
    inputs = keras.Input((6,))
    middle = layers.Dense(4, activation="tanh")(inputs)
    last = layers.Dense(2)(layers.Dense(3, activation="relu")(middle))
    keras.Model(inputs, last)
    return compiled(keras, middle, last)


@case(x=normal(5), y=normal(2))
def frozen_layer(keras):
    inputs = keras.Input((5,))
    frozen = keras.layers.Dense(4, activation="tanh", trainable=False)
    return compiled(keras, inputs, keras.layers.Dense(2)(frozen(inputs)), "adam", "mse")


@case(x=normal(4), y=normal(3))
def operators_on_tensors(keras):
    layers = keras.layers
    inputs = keras.Input((4,))
    x, y = layers.Dense(3)(inputs), layers.Dense(3)(inputs)
    return compiled(keras, inputs, x * 2 + y / (1.5 + x * x) - y**2 + (-x))


@case(x=normal(5, 4), y=normal(2))
def slices_of_tensors(keras):
    layers = keras.layers
    inputs = keras.Input((5, 4))
    last, rest = inputs[:, -1], inputs[:, 1:4, ::2]
    x = layers.concatenate([last, layers.Flatten()(rest)])
    return compiled(keras, inputs, layers.Dense(2)(x)[:, ::-1])


@case(x=normal(5), y=normal(1))
def ops_on_tensors(keras):
    ops = keras.ops
    inputs = keras.Input((5,))
    x = keras.layers.Dense(4)(inputs)
    x = ops.concatenate([ops.tanh(x), ops.exp(-ops.square(x)), ops.maximum(x, 0.1)], axis=1)
    x = ops.sum(x, axis=-1, keepdims=True) + ops.mean(x, axis=-1, keepdims=True)
    return compiled(keras, inputs, x)
