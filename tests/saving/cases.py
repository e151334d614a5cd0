"""Small models that between them have every layer, optimizer and schedule that funclab has.

Each is written once and built with the real Keras or with funclab, as those of tests/parity are.
"""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case, classes, normal, padded, settle, tokens

CASES: dict[str, Case] = {}


def case(x: Any, y: Any) -> Any:
    def register(build: Any) -> Any:
        CASES[build.__name__] = Case(build, x, y)
        return build

    return register


@case(x=normal(4), y=normal(2))
def dense_layers(keras):
    layers = keras.layers
    x = keras.Input((4,), name="x")
    shared = layers.Dense(4, activation="tanh", kernel_regularizer="l2", bias_constraint="non_neg")
    y = shared(shared(x))
    y = layers.BatchNormalization()(layers.Dense(4, use_bias=False, trainable=False)(y))
    for layer in (
        layers.Activation("elu"), layers.ReLU(negative_slope=0.1), layers.LeakyReLU(0.2),
        layers.ELU(0.5), layers.PReLU(), layers.Softmax(), layers.Dropout(0.0),
        layers.GaussianDropout(0.0), layers.GaussianNoise(0.0), layers.Identity(),
        layers.ActivityRegularization(l2=0.01),
    ):  # fmt: skip
        y = layer(y)
    model = keras.Model(x, layers.Dense(2)(y), name="dense_layers")
    model.compile("adam", "mse", metrics=["mae", keras.metrics.MeanSquaredError()])
    return model


@case(x=[normal(3), normal(3)], y=normal(3))
def merges(keras):
    layers = keras.layers
    a, b = keras.Input((3,)), keras.Input((3,))
    a_, b_ = layers.Dense(3)(a), layers.Dense(3)(b)
    kinds = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
    parts = [getattr(layers, kind)()([a_, b_]) for kind in kinds]
    joined = layers.Concatenate()([*parts, layers.Dot(axes=1)([a_, b_])])
    model = keras.Model([a, b], layers.Dense(3)(joined))
    model.compile(keras.optimizers.Adamax(0.01), keras.losses.Huber())
    return model


@case(x=normal(8, 6, 2), y=normal(3))
def images(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 6, 2)),
            layers.Conv2D(3, 3, padding="same", activation="relu"),
            layers.ZeroPadding2D(1),
            layers.Cropping2D(1),
            layers.SpatialDropout2D(0.0),
            layers.MaxPooling2D(),
            layers.UpSampling2D(),
            layers.AveragePooling2D(2),
            layers.Permute((2, 1, 3)),
            layers.Reshape((-1, 3)),
            layers.SpatialDropout1D(0.0),
            layers.Conv1D(4, 2),
            layers.MaxPooling1D(),
            layers.AveragePooling1D(2),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )
    model.compile(keras.optimizers.Nadam(0.01), "mse")
    return model


@case(x=normal(6, 5, 2), y=normal(2))
def global_pools(keras):
    layers = keras.layers
    x = keras.Input((6, 5, 2))
    y = layers.Conv2D(2, 2)(x)
    flat = layers.TimeDistributed(layers.GlobalMaxPooling1D())(y)
    parts = [
        layers.GlobalAveragePooling2D()(y),
        layers.GlobalMaxPooling2D()(y),
        layers.GlobalAveragePooling1D()(flat),
        layers.GlobalMaxPooling1D()(layers.RepeatVector(3)(layers.Flatten()(flat))),
    ]
    model = keras.Model(x, layers.Dense(2)(layers.concatenate(parts)))
    model.compile(keras.optimizers.Adagrad(0.1), "mse")
    return model


@case(x=normal(5, 6, 2), y=normal(2))
def separable_and_transposed(keras):
    layers = keras.layers
    settings = {"depthwise_regularizer": "l2", "bias_initializer": "ones", "padding": "same"}
    model = keras.Sequential(
        [
            keras.Input((5, 6, 2)),
            layers.DepthwiseConv2D(2, depth_multiplier=2, activation="relu", **settings),
            layers.SeparableConv2D(3, 2, pointwise_constraint="max_norm", **settings),
            layers.Conv2DTranspose(2, 3, strides=2, output_padding=(1, 0)),
            layers.Reshape((12, -1)),
            layers.DepthwiseConv1D(2, strides=2),
            layers.SeparableConv1D(3, 2, depth_multiplier=2),
            layers.Conv1DTranspose(4, 3, strides=2, padding="same", kernel_regularizer="l2"),
            layers.Reshape((2, 5, 1, 4)),
            layers.Conv3DTranspose(2, (1, 2, 1), strides=(1, 1, 2), use_bias=False),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    model.compile("adam", "mse")
    return model


@case(x=normal(3, 4, 5, 2), y=normal(2))
def volumes(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((3, 4, 5, 2)),
            layers.ZeroPadding3D((1, 0, 2)),
            layers.Conv3D(3, 2, activation="relu"),
            layers.UpSampling3D((2, 1, 1)),
            layers.SpatialDropout3D(0.0),
            layers.MaxPooling3D((2, 1, 1)),
            layers.Cropping3D((1, 0, 0)),
            layers.AveragePooling3D((1, 2, 1)),
            layers.Reshape((-1, 3)),
            layers.ZeroPadding1D((2, 1)),
            layers.Cropping1D((1, 0)),
            layers.UpSampling1D(3),
            layers.Reshape((3, 6, 3, 3)),
        ]
    )
    x = model.outputs[0]
    parts = [layers.GlobalAveragePooling3D()(x), layers.GlobalMaxPooling3D()(x)]
    x = layers.AdaptiveAveragePooling3D((2, 3, 2))(layers.AdaptiveMaxPooling3D((2, 4, 3))(x))
    x = layers.AdaptiveAveragePooling2D(2)(
        layers.AdaptiveMaxPooling2D(3)(layers.Reshape((3, 4, 3))(x))
    )
    x = layers.AdaptiveAveragePooling1D(2)(
        layers.AdaptiveMaxPooling1D(3)(layers.Reshape((4, 3))(x))
    )
    parts.append(layers.Flatten()(x))
    model = keras.Model(model.inputs, layers.Dense(2)(layers.concatenate(parts)))
    model.compile("adam", "mse")
    return model


@case(x=tokens(7, 5), y=classes(3))
def masked_words(keras):
    layers = keras.layers
    x = keras.Input((5,), dtype="int32")
    y = layers.Embedding(7, 4, mask_zero=True)(x)
    y = layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode="sum")(y)
    y = layers.TimeDistributed(layers.Dense(4, activation="tanh"))(y)
    y = layers.Bidirectional(layers.GRU(2))(y)
    model = keras.Model(x, layers.Dense(3, activation="softmax")(y))
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@case(x=tokens(7, 5), y=classes(3))
def masked_words_by_name(keras):
    layers = keras.layers
    words = keras.Input((5,), dtype="int32")
    embed = layers.Embedding(7, 4, mask_zero=True)
    x = embed(words)
    _, *states = layers.LSTM(3, return_state=True)(x)
    x = layers.LSTM(3)(x, initial_state=states, mask=embed.compute_mask(words))
    model = keras.Model(words, layers.Dense(3, activation="softmax")(x))
    model.compile("rmsprop", "sparse_categorical_crossentropy")
    return model


@case(x=padded(5, 3), y=normal(2))
def masked_vectors(keras):
    layers = keras.layers
    x = keras.Input((5, 3))
    y = layers.Masking()(x)
    ends = [layers.SimpleRNN(2)(y), layers.GRU(2, reset_after=False)(y), layers.LSTM(2)(y)]
    model = keras.Model(x, layers.Dense(2)(layers.concatenate(ends)))
    model.compile(keras.optimizers.Adadelta(1.0), "mse")
    return model


@case(x=normal(5, 3), y=normal(2))
def cells(keras):
    layers = keras.layers
    x = keras.Input((5, 3))
    stack = [layers.LSTMCell(3, unit_forget_bias=False), layers.GRUCell(2, reset_after=False)]
    y = layers.RNN(stack, return_sequences=True)(x)
    y = layers.Bidirectional(layers.RNN(layers.GRUCell(2), return_sequences=True))(y)
    y = layers.RNN(layers.SimpleRNNCell(2, kernel_regularizer="l2"), go_backwards=True)(y)
    model = keras.Model(x, layers.Dense(2)(y))
    model.compile("rmsprop", "mse")
    return model


@case(x=normal(4), y=[normal(3), normal(3)])
def nested_models(keras):
    layers = keras.layers
    inner_input = keras.Input((4,))
    inner = keras.Model(inner_input, layers.Dense(4, activation="tanh")(inner_input), name="inner")
    stack = keras.Sequential([keras.Input((4,)), layers.Dense(3), inner_sized(keras)], name="stack")
    x = keras.Input((4,), name="x")
    first = inner(x)
    second = inner(first)
    model = keras.Model(x, [stack(second), stack(first)])
    model.compile("adam", ["mse", "mae"], loss_weights=[1.0, 0.5])
    return model


def inner_sized(keras: Any) -> Any:
    x = keras.Input((3,))
    return keras.Model(x, keras.layers.Dense(3)(x), name="innermost")


@case(x=normal(4), y=normal(4))
def a_nested_model_makes_the_output(keras):
    inner_input = keras.Input((4,))
    inner = keras.Model(inner_input, keras.layers.Dense(4, activation="tanh")(inner_input))
    x = keras.Input((4,))
    model = keras.Model(x, inner(inner(x)))
    model.compile("sgd", "mse")
    return model


@case(x=normal(5, 4), y=normal(4))
def operators(keras):
    ops = keras.ops
    x = keras.Input((5, 4))
    y = keras.layers.Dense(4)(x)
    last, rest = y[:, -1], y[:, 1:4, ::2]
    y = ops.sum(ops.exp(-ops.square(rest)), axis=(1, 2), keepdims=False)
    y = ops.expand_dims(y, -1) * last / (1.5 + last * last) - last**2
    y = ops.concatenate([ops.maximum(y, 0.1), ops.clip(y, -1, 1), ops.leaky_relu(y)], axis=1)
    y = ops.reshape(y, (-1, 3, 4))
    y = ops.mean(ops.stack([y, ops.tanh(y), ops.where(y > 0, y, 0.5)], axis=1), axis=[1, 2])
    model = keras.Model(x, ops.softmax(y) + ops.log(1.0 + ops.sigmoid(y)))
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
    return model


@case(x=tokens(9, 5), y=normal(2))
def attending(keras):
    layers = keras.layers
    words = keras.Input((5,), dtype="int32")
    x = layers.Embedding(9, 4, mask_zero=True)(words)
    y = layers.LayerNormalization(epsilon=1e-5)(x)
    y = layers.MultiHeadAttention(2, 3, use_gate=True, name="heads")(y, y, use_causal_mask=True)
    y = layers.GroupQueryAttention(3, 4, 2, use_bias=False)(y, x, key=x)
    y = layers.RMSNormalization()(layers.add([x, y]))
    y = layers.concatenate([layers.Attention(use_scale=True)([y, x]), y])
    y = layers.AdditiveAttention()([y, layers.UnitNormalization()(y)])
    y = layers.EinsumDense("...x,xhd->...hd", (2, 3), bias_axes="hd", activation="tanh")(y)
    y = layers.GroupNormalization(3)(layers.Flatten()(y))
    y = layers.AlphaDropout(0.0)(layers.SpectralNormalization(layers.Dense(3))(y))
    model = keras.Model(words, layers.Dense(2)(y))
    model.compile("sgd", "mse")
    return model


def with_optimizer(keras: Any, make: Any) -> Any:
    x = keras.Input((3,))
    y = keras.layers.Dense(3, activation="tanh")(x)
    model = keras.Model(x, keras.layers.Dense(2)(y))
    model.compile(make(keras.optimizers), "mse")
    return model


OPTIMIZERS = {
    "adamw": lambda o: o.AdamW(0.01, weight_decay=0.1, clipnorm=1.0),
    "amsgrad": lambda o: o.Adam(0.01, amsgrad=True),
    "rmsprop_full": lambda o: o.RMSprop(0.01, momentum=0.9, centered=True),
    "rmsprop_centered": lambda o: o.RMSprop(0.01, centered=True),
    "nesterov": lambda o: o.SGD(0.1, momentum=0.9, nesterov=True),
    "falling_rate": lambda o: o.Adam(o.schedules.ExponentialDecay(0.1, 2, 0.5)),
    "rate_in_steps": lambda o: o.SGD(o.schedules.PiecewiseConstantDecay([1, 3], [0.2, 0.1, 0.05])),
    "rate_of_cosine": lambda o: o.Nadam(o.schedules.CosineDecay(0.1, 10)),
    "rate_of_inverse_time": lambda o: o.Adagrad(o.schedules.InverseTimeDecay(0.5, 2, 0.5)),
}
for _name, _make in OPTIMIZERS.items():
    CASES[_name] = Case(settle(with_optimizer, _name, _make), normal(3), normal(2))
