"""Cases of settings that few models use: a line of Keras for each, all of a family in one model.

A line may use the layers of Keras, `ops`, the input (`given`), and `x` and `y`, which are two Dense
layers of it, so that a gradient flows through what the line calls.
"""

from tests.parity.case import KEPT_BY_TENSORFLOW, classes, compiled, normal, padded, variants

KERNEL = "kernel_regularizer='l2', kernel_constraint=MaxNorm(0.5)"
BIAS = "bias_regularizer='l1', bias_constraint='non_neg'"
REST = f"{BIAS}, activity_regularizer='l2'"
LIMITS = f"{KERNEL}, {REST}"
APART = f"depthwise_regularizer='l2', depthwise_constraint=MaxNorm(0.5), {REST}"
MIXED = f"pointwise_regularizer='l1', pointwise_constraint='unit_norm', {APART}"
AFFINE = (
    "beta_regularizer='l1', gamma_regularizer='l2', beta_constraint='non_neg', "
    "gamma_constraint=MaxNorm(0.3)"
)
CELL = f"{KERNEL}, recurrent_regularizer='l1', recurrent_constraint='unit_norm', {BIAS}"
LOOP = f"{CELL}, activity_regularizer='l2'"
STATES = "return_sequences=True, return_state=True"
FORMS = ("([x, y])", "([y, x, y])", "([x, y[:, :1]])")
DROPPED = "dropout=0.3, recurrent_dropout=0.2"
GROUPS = "3, 4, 2"
FIRST = "data_format='channels_first'"
IMAGE, VOLUME = "(Reshape((3, 4, 2))(x))", "(Reshape((2, 3, 2, 2))(x))"
MOVIES = ("(Reshape((2, 3, 4))(x))", "(Reshape((2, 3, 2, 2))(x))", "(Reshape((2, 2, 3, 1, 2))(x))")

LINES = {
    "activations": [
        *("ReLU(1.0)(x)", "ReLU(threshold=0.3)(x)", "ReLU(0.5, negative_slope=0.1)(x)"),
        *("LeakyReLU()(x)", "LeakyReLU(0.1)(x)", "LeakyReLU(negative_slope=0.5)(x)"),
        *("ELU()(x)", "ELU(0.3)(x)", "ELU(alpha=2.0)(x)"),
        *("Softmax()(x)", "Softmax(axis=1)(x)", "Softmax(axis=(1, 2))(x)"),
        *("PReLU()(x)", "PReLU(shared_axes=[1])(x)"),
        "PReLU(shared_axes=[1, 2])(x)",
        "PReLU(alpha_regularizer='l2', alpha_constraint=MaxNorm(0.2))(x)",
        *("ActivityRegularization(l1=0.1)(x)", "ActivityRegularization(l2=0.1)(x)"),
        "ActivityRegularization(0.1, 0.2)(x)",
    ],
    "forms": [
        *(f"{name}(){form}" for name in ("Add", "Multiply", "Average") for form in FORMS),
        *(
            f"{name}(){form}"
            for name in ("Maximum", "Minimum", "Concatenate")
            for form in FORMS[:2]
        ),
        *("Maximum()([x, y[:, :1]])", "Minimum()([x, y[:, :1]])", "Concatenate(1)([x, y[:, :1]])"),
        *("Subtract()([x, y])", "Subtract()([x[:, :1], y])", "Subtract()([x, y[:, :, :1]])"),
        *("Identity()(x)", "Identity()(x[:, 0])", "Identity()([x[:, 0], y])"),
        *("Flatten()(x[:, 0])", f"Flatten(){IMAGE}", f"Flatten({FIRST}){IMAGE}"),
        *("RepeatVector(2)(x[:, 0])", "RepeatVector(1)(x[:, 1])", "RepeatVector(n=3)(x[:, 2])"),
        *(f"{name}([x, y])" for name in ("add", "multiply", "average", "maximum", "minimum")),
        *("subtract([x, y])", "concatenate([x, y], 1)", "dot([x, y], 2, normalize=True)"),
        *("Dot(axes=2)([x, y])", "Dot(axes=(1, 1), normalize=True)([x, y])"),
        *("Lambda(ops.square)(x)", "Lambda(ops.add, arguments={'x2': 0.5})(x)"),
    ],
    "windows": [
        *(f"MaxPooling1D({options})(x)" for options in ("", "3, 2, 'same'", f"2, 1, {FIRST}")),
        *(f"AveragePooling1D({options})(x)" for options in ("2", "3, 2, 'same'", f"2, 1, {FIRST}")),
        *(
            f"Global{kind}Pooling{options}"
            for kind in ("Max", "Average")
            for options in ("1D()(x)", "1D(keepdims=True)(x)", f"1D({FIRST})(x)")
        ),
        f"GlobalAveragePooling2D({FIRST}){IMAGE}",
        *(f"GlobalMaxPooling2D({options}){IMAGE}" for options in ("", "keepdims=True", FIRST)),
        *(f"Cropping2D({options}){IMAGE}" for options in ("((0, 1), (1, 2))", "(1, 0)")),
        f"Cropping2D(((1, 0), (1, 0)), {FIRST}){IMAGE}",
        *(f"ZeroPadding2D({options}){IMAGE}" for options in ("", "((0, 2), (1, 0))")),
        f"ZeroPadding2D((2, 1), {FIRST}){IMAGE}",
        f"Resizing(2, 6, pad_to_aspect_ratio=True, fill_value=0.5){IMAGE}",
        f"Resizing(2, 4, 'nearest', {FIRST}){IMAGE}",
        f"CenterCrop(2, 1, {FIRST}){IMAGE}",
    ],
    "convolutions": [
        f"Conv1D(2, 3, padding='causal', dilation_rate=2, {LIMITS})(x)",
        "Conv1D(4, 2, 2, 'same', groups=2, use_bias=False)(x)",
        f"Conv1D(2, 2, {FIRST}, activation='relu')(x)",
        f"Conv2D(2, 2, {LIMITS}){IMAGE}",
        f"Conv3D(2, (1, 2, 2), {LIMITS}){VOLUME}",
        f"Conv1DTranspose(3, 2, {LIMITS})(x)",
        f"Conv2DTranspose(3, 2, {LIMITS}){IMAGE}",
        f"Conv3DTranspose(3, 1, {LIMITS}){VOLUME}",
        f"DepthwiseConv1D(2, {APART})(x)",
        f"DepthwiseConv2D(2, {APART}){IMAGE}",
        f"SeparableConv1D(3, 2, {MIXED})(x)",
        f"SeparableConv2D(3, 2, {MIXED}){IMAGE}",
    ],
    "products": [
        f"Dense(2, {LIMITS})(x)",
        f"EinsumDense('abc,cd->abd', (6, 2), bias_axes='d', {LIMITS})(x)",
        f"LayerNormalization(center=False, {AFFINE})(x)",
        f"LayerNormalization({AFFINE})(x)",
        f"GroupNormalization(2, epsilon=0.1, {AFFINE})(x)",
        f"GroupNormalization(2, scale=False, {AFFINE})(x)",
        f"BatchNormalization({AFFINE})(x)",
        "Attention(use_scale=True)([x, y])",
        "AdditiveAttention(use_scale=True)([x, y, x])",
        f"MultiHeadAttention(1, 2, {LIMITS})(x, y)",
        "GroupQueryAttention(2, 2, 1, use_bias=False, sliding_window=2)(x, y)",
        f"GroupQueryAttention({GROUPS}, {LIMITS})(x, y)",
    ],
    "cells": [
        f"RNN(SimpleRNNCell(2, {CELL}), {STATES})(x)",
        "RNN(GRUCell(2, 'relu', 'hard_sigmoid', use_bias=False), unroll=True)(x)",
        f"RNN(GRUCell(3, {CELL}), return_state=True)(x)",
        f"RNN(LSTMCell(2, recurrent_activation='hard_sigmoid', {CELL}), {STATES})(x)",
        "RNN(LSTMCell(4, use_bias=False), unroll=True)(x)",
        "RNN(StackedRNNCells([GRUCell(2), SimpleRNNCell(3)]), unroll=True, return_state=True)(x)",
        f"SimpleRNN(2, {CELL}, {STATES})(x)",
        "SimpleRNN(3, unroll=True)(x)",
        f"GRU(2, 'tanh', 'hard_sigmoid', reset_after=False, {LOOP}, {STATES})(x)",
        "GRU(2, unroll=True)(x)",
        f"LSTM(2, unit_forget_bias=False, {LOOP}, {STATES})(x)",
    ],
    "maps": [
        line
        for rank, movie in enumerate(MOVIES, 1)
        for line in (
            f"ConvLSTM{rank}D(1, 1, activation='relu', {LOOP}, {STATES}){movie}",
            f"ConvLSTM{rank}D(2, 1, use_bias=False, unroll=True, go_backwards=True){movie}",
            f"ConvLSTM{rank}D(1, 2, 2, 'same', recurrent_activation='hard_sigmoid'){movie}",
            f"ConvLSTM{rank}D(1, 1, dilation_rate=2, unit_forget_bias=False, {FIRST}){movie}",
        )
    ],
    "masked": [
        "LSTM(2, return_sequences=True, zero_output_for_mask=True)(x)",
        "GRU(2, return_sequences=True, zero_output_for_mask=True)(x)",
        "GRU(2, unroll=True)(x)",
        "RNN(GRUCell(2), return_sequences=True, zero_output_for_mask=True)(x)",
        "SimpleRNN(2, unroll=True, go_backwards=True)(x)",
        "GRU(2)(Masking(-1.0)(given - 1.0))",
        "LSTM(2)(Masking(mask_value=2.0)(given + 2.0))",
        *("BatchNormalization()(x)", "GlobalAveragePooling1D()(x)"),
        "TimeDistributed(Dense(2))(x)",
        "Bidirectional(GRU(2), 'mul')(x)",
    ],
}
RESTING = [
    *(f"Dropout({options})(x)" for options in ("0.5", "0.2", "0.3, noise_shape=(None, 1, 4)")),
    *(f"AlphaDropout({options})(x)" for options in ("0.5", "0.2", "0.3, noise_shape=(None, 1, 4)")),
    *(f"SpatialDropout1D({rate})(x)" for rate in (0.2, 0.3, 0.4)),
    *(
        f"SpatialDropout{kind}"
        for rank, shape in (("2D", IMAGE), ("3D", VOLUME))
        for kind in (f"{rank}(0.2){shape}", f"{rank}(0.3){shape}", f"{rank}(0.4, {FIRST}){shape}")
    ),
    *(f"Gaussian{kind}({rate})(x)" for kind in ("Dropout", "Noise") for rate in (0.2, 0.3, 0.4)),
    *(f"{kind}(2, {DROPPED})(x)" for kind in ("LSTM", "GRU", "SimpleRNN")),
    *(f"RNN({kind}Cell(2, {DROPPED}))(x)" for kind in ("LSTM", "GRU", "SimpleRNN")),
    *(f"ConvLSTM{rank}D(1, 1, {DROPPED}){movie}" for rank, movie in enumerate(MOVIES, 1)),
    *("Attention(dropout=0.3)([x, y])", "AdditiveAttention(dropout=0.3)([x, y])"),
    "MultiHeadAttention(1, 2, dropout=0.3)(x, y)",
    f"GroupQueryAttention({GROUPS}, dropout=0.3)(x, y)",
]
TABLES = [
    "Embedding(6, 2, embeddings_regularizer='l2', embeddings_constraint=MaxNorm(0.5))(given)",
    "Embedding(6, 2, activity_regularizer='l2')(given)",
    "CategoryEncoding(9, 'count')(given)",
]
REMEMBERED = [
    "SimpleRNN(2, stateful=True)(x)",
    "GRU(2, stateful=True)(x)",
    "RNN(LSTMCell(2), stateful=True)(x)",
    *(f"ConvLSTM{rank}D(1, 1, stateful=True){movie}" for rank, movie in enumerate(MOVIES, 1)),
]
ROWS = {"x": normal(6, 4), "y": normal(2)}


def of_lines(lines, dtype="float32", masked=False, batch=None):
    return lines, dtype, masked, batch


@variants(
    **{
        f"settings_of_{name}": (of_lines(lines, masked=name == "masked"), ROWS)
        for name, lines in LINES.items()
        if name != "masked"
    },
    settings_of_masked=(
        of_lines(LINES["masked"], masked=True),
        {"x": padded(6, 4), "y": normal(2)},
    ),
    settings_of_tables=(of_lines(TABLES, "int32"), {"x": classes(6, 6), "y": normal(2)}),
    settings_when_resting=(of_lines(RESTING), {**ROWS, "steps": 0}),
    settings_of_remembered=(
        of_lines(REMEMBERED, batch=10),
        {**ROWS, **KEPT_BY_TENSORFLOW, "batch": 10},
    ),
)
def settings_of(keras, setting):
    lines, dtype, masked, batch = setting
    layers = keras.layers
    given = keras.Input(batch_shape=(batch, 6, 4)[: 3 if dtype == "float32" else 2], dtype=dtype)
    scope = {**vars(layers), "MaxNorm": keras.constraints.MaxNorm, "ops": keras.ops}
    scope["given"] = given
    if dtype == "float32":
        read = layers.Masking()(given) if masked else given
        scope |= {"x": layers.Dense(4)(read), "y": layers.Dense(4)(read)}
    ends = []
    for line in lines:
        made = eval(line, scope)
        ends += made if isinstance(made, (list, tuple)) else [made]
    joined = layers.concatenate([layers.Dense(1)(layers.Flatten()(end)) for end in ends])
    slow = keras.optimizers.SGD(0.001)  # so that training converges, and rounding stays small
    return compiled(keras, given, layers.Dense(2)(joined), slow, "mse")
