"""Cases of recurrent layers other than LSTM, of cells, and of states passed between layers."""

from tests.parity.case import case, classes, compiled, normal, tokens, variants
from tests.parity.sequence_models import PADDED, SEQUENCE, WHOLE, WHOLE_PADDED

RECURRENT = {
    "plain": {},
    "sequences": {"return_sequences": True},
    "backwards": {"go_backwards": True, "return_sequences": True},
    "softplus": {"activation": "softplus", "use_bias": False},
}
SETTINGS = {
    **{f"gru_{name}": ("GRU", options) for name, options in RECURRENT.items()},
    "gru_reset_before": ("GRU", {"reset_after": False, "return_sequences": True}),
    "gru_regularized": ("GRU", {"kernel_regularizer": "l2", "recurrent_regularizer": "l1"}),
    **{f"simple_rnn_{name}": ("SimpleRNN", options) for name, options in RECURRENT.items()},
}


def of_sequences(options):
    return WHOLE if options.get("return_sequences") else SEQUENCE


@variants(**{name: (setting, of_sequences(setting[1])) for name, setting in SETTINGS.items()})
def recurrent_case(keras, setting):
    kind, options = setting
    inputs = keras.Input((5, 4))
    x = getattr(keras.layers, kind)(3, **options)(inputs)
    return compiled(keras, inputs, keras.layers.Dense(2)(x), "rmsprop", "mse")


@variants(
    masked_gru=("GRU", PADDED),
    masked_simple_rnn=("SimpleRNN", PADDED),
)
def masked_recurrent_case(keras, kind):
    inputs = keras.Input((5, 4))
    x = getattr(keras.layers, kind)(3, go_backwards=True)(keras.layers.Masking(0.0)(inputs))
    return compiled(keras, inputs, keras.layers.Dense(2)(x), "rmsprop", "mse")


def plain_cell_class(keras):
    """A cell of a user's own, as in the documentation of Keras."""
    ops = keras.ops

    class PlainCell(keras.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = self.state_size = units

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
            self.recurrent = self.add_weight(shape=(self.units, self.units), name="recurrent")

        def call(self, inputs, states):
            output = ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.recurrent)
            return output, [output]

    return PlainCell


def plain_cell(keras):
    return plain_cell_class(keras)(3)


CELLS = {
    "lstm_cell": lambda keras: keras.layers.LSTMCell(3, unit_forget_bias=False),
    "lstm_cell_softplus": lambda keras: keras.layers.LSTMCell(3, activation="softplus"),
    "gru_cell": lambda keras: keras.layers.GRUCell(3),
    "gru_cell_reset_before": lambda keras: keras.layers.GRUCell(3, reset_after=False),
    "simple_rnn_cell": lambda keras: keras.layers.SimpleRNNCell(3, activation="relu"),
    "simple_rnn_cell_without_bias": lambda keras: keras.layers.SimpleRNNCell(3, use_bias=False),
    "stacked_cells": lambda keras: [keras.layers.LSTMCell(3), keras.layers.GRUCell(2)],
    "cell_of_ones_own": plain_cell,
}
WAYS = [{}, {"go_backwards": True, "return_sequences": True}, {"return_sequences": True}]


@variants(
    **{
        name: ((make, WAYS[i % 3]), WHOLE_PADDED if i % 3 else PADDED)
        for i, (name, make) in enumerate(CELLS.items())
    }
)
def cell_case(keras, setting):
    make, options = setting
    inputs = keras.Input((5, 4))
    x = keras.layers.RNN(make(keras), **options)(keras.layers.Masking(0.0)(inputs))
    return compiled(keras, inputs, keras.layers.Dense(2)(x), "rmsprop", "mse")


@case(**WHOLE)
def cell_of_ones_own_on_a_gru_cell(keras):
    inputs = keras.Input((5, 4))
    cells = [keras.layers.GRUCell(2), plain_cell(keras)]
    x = keras.layers.RNN(cells, return_sequences=True)(inputs)
    return compiled(keras, inputs, keras.layers.Dense(2)(x), "rmsprop", "mse")


@case(x=[tokens(9, 5), tokens(9, 6)], y=classes(9, 6))
def sequence_to_sequence(keras):
    """The decoder begins with all states of a two-way encoder, and reads what it should say."""
    layers = keras.layers
    source, target = (keras.Input((None,), dtype="int32") for _ in range(2))
    embed = layers.Embedding(9, 4, mask_zero=True)
    reader = layers.Bidirectional(layers.LSTM(3, return_state=True))
    _, h, c, h_back, c_back = reader(embed(source))
    states = [layers.concatenate([h, h_back]), layers.concatenate([c, c_back])]
    decoder = layers.LSTM(6, return_sequences=True, return_state=True)
    said, *_ = decoder(embed(target), initial_state=states)
    said = layers.GRU(5, return_sequences=True)(said, initial_state=layers.Dense(5)(states[0]))
    model = keras.Model([source, target], layers.Dense(9, activation="softmax")(said))
    model.compile("rmsprop", "sparse_categorical_crossentropy")
    return model


BOTH = {
    "bidirectional_sum": lambda layers: layers.Bidirectional(
        layers.LSTM(3, return_sequences=True), merge_mode="sum"
    ),
    "bidirectional_product_of_cells": lambda layers: layers.Bidirectional(
        layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], return_sequences=True),
        merge_mode="mul",
    ),
    "bidirectional_average_of_two_kinds": lambda layers: layers.Bidirectional(
        layers.GRU(3, return_sequences=True),
        merge_mode="ave",
        backward_layer=layers.SimpleRNN(3, return_sequences=True, go_backwards=True),
    ),
}


@variants(**{name: (make, WHOLE_PADDED) for name, make in BOTH.items()})
def bidirectional_case(keras, make):
    inputs = keras.Input((5, 4))
    x = make(keras.layers)(keras.layers.Masking(0.0)(inputs))
    return compiled(keras, inputs, keras.layers.Dense(2)(x), "rmsprop", "mse")


@case(**WHOLE_PADDED)
def bidirectional_side_by_side_with_states(keras):
    layers = keras.layers
    inputs = keras.Input((5, 4))
    x = layers.Masking(0.0)(inputs)
    one = layers.GRU(3, return_sequences=True, return_state=True)
    there, back, *states = layers.Bidirectional(one, merge_mode=None)(x)
    again = layers.Bidirectional(layers.GRU(3, return_sequences=True))
    x = layers.concatenate([there, back, again(inputs, initial_state=states)])
    return compiled(keras, inputs, layers.Dense(2)(x), "rmsprop", "mse")


@case(x=tokens(9, 5), y=classes(3))
def sentences_of_sequences(keras):
    """A mask with two axes of time: layers inside read the inner one, a layer after it the rest."""
    layers = keras.layers
    words = keras.Input((5,), dtype="int32")
    x = layers.Embedding(9, 4, mask_zero=True)(keras.ops.stack([words, words * 0, words], axis=1))
    x = layers.TimeDistributed(layers.LSTM(3, return_sequences=True))(x)
    x = layers.GRU(3)(layers.TimeDistributed(layers.GRU(4))(x))
    model = keras.Model(words, layers.Dense(3, activation="softmax")(x))
    model.compile("rmsprop", "sparse_categorical_crossentropy")
    return model


@case(x=tokens(9, 5), y=classes(3))
def time_distributed_reader(keras):
    layers = keras.layers
    words = keras.Input((5,), dtype="int32")
    read = layers.Bidirectional(layers.GRU(3))(layers.Embedding(9, 4, mask_zero=True)(words))
    reader = keras.Model(words, read)
    sentences = keras.Input((5,), dtype="int32")
    x = layers.TimeDistributed(reader)(keras.ops.stack([sentences, sentences], axis=1))
    model = keras.Model(sentences, layers.Dense(3, activation="softmax")(layers.LSTM(3)(x)))
    model.compile("rmsprop", "sparse_categorical_crossentropy")
    return model


@case(x=tokens(9, 5), y=classes(9, 5))
def decoder_with_a_mask_by_name(keras):
    layers = keras.layers
    words = keras.Input((5,), dtype="int32")
    embed = layers.Embedding(9, 4, mask_zero=True)
    x = embed(words)
    _, *states = layers.LSTM(3, return_state=True)(x)
    decoder = layers.LSTM(3, return_sequences=True)
    x = decoder(x, initial_state=states, mask=embed.compute_mask(words))
    model = keras.Model(words, layers.Dense(9, activation="softmax")(x))
    model.compile("rmsprop", "sparse_categorical_crossentropy")
    return model


MAPS = {
    "conv_lstm1d": (1, {}),
    "conv_lstm1d_strides": (1, {"strides": 2, "padding": "same", "go_backwards": True}),
    "conv_lstm1d_regularized": (1, {"kernel_regularizer": "l2", "use_bias": False}),
    "conv_lstm2d": (2, {"padding": "same"}),
    "conv_lstm2d_dilated": (2, {"dilation_rate": 2, "recurrent_activation": "hard_sigmoid"}),
    "conv_lstm2d_channels_first": (2, {"data_format": "channels_first"}),
    "conv_lstm3d": (3, {}),
    "conv_lstm3d_same": (3, {"padding": "same", "activation": "relu"}),
    "conv_lstm3d_strides": (3, {"strides": (1, 2, 1), "unit_forget_bias": False}),
}


@variants(
    **{
        name: (setting, {"x": normal(3, *(4,) * setting[0], 2), "y": normal(2), "steps": 2})
        for name, setting in MAPS.items()
    }
)
def conv_lstm_case(keras, setting):
    rank, options = setting
    layers = keras.layers
    inputs = keras.Input((3, *(4,) * rank, 2))
    x = inputs
    if options.get("data_format") == "channels_first":
        x = layers.Permute((1, rank + 2, *range(2, rank + 2)))(x)
    x = getattr(layers, f"ConvLSTM{rank}D")(2, 2, **options)(x)
    return compiled(keras, inputs, layers.Dense(2)(layers.Flatten()(x)), "rmsprop", "mse")
