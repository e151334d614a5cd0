"""Cases about single layers: Dense and its activations, merging, reshaping, Lambda."""

from tests.parity.case import case, compiled, normal, variants

DENSE = {"x": normal(5), "y": normal(4)}
ACTIVATIONS = [
    *("linear", "relu", "sigmoid", "tanh", "softmax", "elu", "selu", "softplus", "softsign"),
    *("exponential", "gelu", "silu", "hard_sigmoid", "leaky_relu", "relu6"),
]


@variants(**{f"dense_{name}": (name, DENSE) for name in ACTIVATIONS})
def dense(keras, activation):
    inputs = keras.Input((5,))
    x = keras.layers.Dense(4, activation=activation)(inputs)
    return compiled(keras, inputs, x, "sgd", "mse", metrics=["mae"])


@case(x=normal(3, 5), y=normal(3, 2))
def dense_on_sequences_without_bias(keras):
    inputs = keras.Input((3, 5))
    x = keras.layers.Dense(4, use_bias=False, activation="relu")(inputs)
    return compiled(keras, inputs, keras.layers.Dense(2)(x), "adam", "mse")


@case(x=normal(4, 5), y=normal(4, 3))
def time_distributed_dense(keras):
    inputs = keras.Input((4, 5))
    x = keras.layers.TimeDistributed(keras.layers.Dense(3, activation="tanh"))(inputs)
    return compiled(keras, inputs, x, "rmsprop", "mse")


@case(x=normal(4, 5), y=normal(2))
def time_distributed_model(keras):
    layers = keras.layers
    step_input = keras.Input((5,))
    x = layers.Dense(6, activation="relu")(step_input)
    step = keras.Model(step_input, layers.Dense(3)(x))
    inputs = keras.Input((4, 5))
    x = layers.Flatten()(layers.TimeDistributed(step)(inputs))
    return compiled(keras, inputs, layers.Dense(2)(x), "rmsprop", "mse")


PAIR = {"x": [normal(5), normal(5)], "y": normal(2)}
MERGES = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"]


@variants(**{f"merge_{name.lower()}": (name, PAIR) for name in MERGES})
def merge(keras, name):
    layers = keras.layers
    first, second = keras.Input((5,)), keras.Input((5,))
    branches = [layers.Dense(3)(first), layers.Dense(3, activation="tanh")(second)]
    merged = getattr(layers, name)()(branches)
    return compiled(keras, [first, second], layers.Dense(2)(merged))


@case(x=[normal(4), normal(4), normal(4)], y=normal(3))
def lower_case_merges_of_three(keras):
    layers = keras.layers
    inputs = [keras.Input((4,)) for _ in range(3)]
    x, y, z = (layers.Dense(3)(tensor) for tensor in inputs)
    merged = [
        layers.add([x, y, z]),
        layers.multiply([x, y, z]),
        layers.average([x, y, z]),
        layers.maximum([x, y, z]),
        layers.minimum([x, y, z]),
        layers.subtract([x, z]),
    ]
    x = layers.concatenate(merged, axis=1)
    return compiled(keras, inputs, layers.Dense(3)(x))


@case(x=[normal(1, 4), normal(3, 1)], y=normal(3, 4))
def merges_broadcast(keras):
    layers = keras.layers
    row, column = keras.Input((1, 4)), keras.Input((3, 1))
    x = layers.add([layers.Dense(4)(row), layers.Dense(1)(column)])
    return compiled(keras, [row, column], layers.multiply([x, row]))


@case(x=[normal(2, 3), normal(2, 3)], y=normal(4, 3))
def concatenate_along_the_first_axis(keras):
    layers = keras.layers
    first, second = keras.Input((2, 3)), keras.Input((2, 3))
    x = layers.Concatenate(axis=1)([layers.Dense(3)(first), second])
    return compiled(keras, [first, second], layers.Dense(3)(x))


VECTORS = {"x": [normal(6), normal(6)], "y": normal(1)}
MATRICES = {"x": [normal(6), normal(6)], "y": normal(2, 2)}


@variants(
    dot_of_vectors=(((6,), {"axes": 1}), VECTORS),
    dot_normalized=(((6,), {"axes": -1, "normalize": True}), VECTORS),
    dot_of_matrices=(((3, 2), {"axes": 1}), MATRICES),
    dot_with_two_axes=(((3, 2), {"axes": (1, 1)}), MATRICES),
)
def dot(keras, settings):
    shape, options = settings
    layers = keras.layers
    first, second = keras.Input((6,)), keras.Input((6,))
    x = layers.Reshape(shape)(layers.Dense(6)(first))
    y = layers.Reshape(shape)(layers.Dense(6)(second))
    return compiled(keras, [first, second], layers.Dot(**options)([x, y]))


DROPPED = {"x": normal(6), "y": normal(2)}


@variants(
    dropout_of_nothing=(0.0, DROPPED), dropout_is_off_when_predicting=(0.5, {**DROPPED, "steps": 0})
)
def dropout(keras, rate):
    layers = keras.layers
    inputs = keras.Input((6,))
    x = layers.Dropout(rate)(layers.Dense(5, activation="relu")(inputs))
    return compiled(keras, inputs, layers.Dense(2)(x), "adam", "mse")


@case(x=normal(2, 6), y=normal(3, 8))
def reshape_permute_flatten_repeat(keras):
    layers = keras.layers
    inputs = keras.Input((2, 6))
    x = layers.Reshape((2, 3, 2))(inputs)
    x = layers.Permute((2, 3, 1))(x)
    x = layers.Dense(4, activation="tanh")(x)
    x = layers.Flatten()(x)
    x = layers.Reshape((-1, 4))(x)
    x = layers.Dense(2)(layers.Permute((2, 1))(x))
    x = layers.Flatten()(x)
    return compiled(keras, inputs, layers.RepeatVector(3)(x))


@case(x=normal(5), y=normal(3))
def lambda_with_ops(keras):
    layers, ops = keras.layers, keras.ops
    inputs = keras.Input((5,))
    x = layers.Dense(4)(inputs)
    x = layers.Lambda(lambda x: ops.square(x) + 1.0)(x)
    x = layers.Lambda(lambda x: ops.log(x) * ops.sqrt(x), output_shape=(4,))(x)
    return compiled(keras, inputs, layers.Dense(3)(x))


@case(x=normal(5), y=normal(3))
def activation_layers(keras):
    layers = keras.layers
    inputs = keras.Input((5,))
    x = layers.Activation("relu")(layers.Dense(4)(inputs))
    x = layers.Activation(keras.activations.softplus)(layers.Dense(4)(x))
    x = layers.Activation("softmax")(layers.Dense(3)(x))
    return compiled(keras, inputs, x)


@case(x=normal(2, 8), y=normal(2, 3), batch=10)
def fixed_batch_size(keras):
    inputs = keras.Input(batch_shape=(10, 2, 8))
    return compiled(keras, inputs, keras.layers.Dense(3, activation="relu")(inputs), "adam", "mse")
