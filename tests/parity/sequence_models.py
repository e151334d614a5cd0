"""Cases with a time axis: Embedding, masks, LSTM and the guide's continuation built on them."""

from tests.parity.case import (
    KEPT_BY_TENSORFLOW,
    binary,
    case,
    classes,
    compiled,
    normal,
    one_hot,
    padded,
    tokens,
    variants,
)


@case(x=classes(9, 4), y=one_hot(3))
def embedding(keras):
    layers = keras.layers
    inputs = keras.Input((4,), dtype="int32")
    x = layers.Flatten()(layers.Embedding(9, 5)(inputs))
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    model.compile("adam", "categorical_crossentropy")
    return model


SEQUENCE = {"x": normal(5, 4), "y": normal(2)}
PADDED = {"x": padded(5, 4), "y": normal(2)}
WHOLE = {"x": normal(5, 4), "y": normal(5, 2)}
WHOLE_PADDED = {"x": padded(5, 4), "y": normal(5, 2)}
STATEFUL = {**SEQUENCE, **KEPT_BY_TENSORFLOW, "batch": 10}


@variants(
    lstm=({}, SEQUENCE),
    lstm_sequences=({"return_sequences": True}, WHOLE),
    lstm_backwards=({"go_backwards": True}, SEQUENCE),
    lstm_backwards_sequences=({"go_backwards": True, "return_sequences": True}, WHOLE),
    lstm_without_bias=({"use_bias": False}, SEQUENCE),
    lstm_dropout_of_nothing=({"dropout": 0.0, "recurrent_dropout": 0.0}, SEQUENCE),
    lstm_dropout_is_off_when_predicting=({"dropout": 0.5}, {**SEQUENCE, "steps": 0}),
    lstm_other_activations=(
        {"activation": "relu", "recurrent_activation": "hard_sigmoid"},
        SEQUENCE,
    ),
    lstm_regularized=({"kernel_regularizer": "l2", "recurrent_regularizer": "l1"}, SEQUENCE),
    lstm_unrolled=({"unroll": True}, SEQUENCE),
)
def lstm_case(keras, options):
    inputs = keras.Input((5, 4))
    x = keras.layers.LSTM(3, **options)(inputs)
    return compiled(keras, inputs, keras.layers.Dense(2)(x), "rmsprop", "mse")


@variants(
    masked_lstm=({}, PADDED),
    masked_lstm_sequences=({"return_sequences": True}, {**WHOLE_PADDED, **KEPT_BY_TENSORFLOW}),
    masked_lstm_backwards=({"go_backwards": True}, PADDED),
)
def masked_lstm_case(keras, options):
    layers = keras.layers
    inputs = keras.Input((5, 4))
    x = layers.LSTM(3, **options)(layers.Masking(0.0)(inputs))
    return compiled(keras, inputs, layers.Dense(2)(x), "rmsprop", "mse", metrics=["mae"])


@case(**STATEFUL)
def lstm_stateful(keras):
    inputs = keras.Input(batch_shape=(10, 5, 4))
    x = keras.layers.LSTM(3, stateful=True)(inputs)
    return compiled(keras, inputs, keras.layers.Dense(2)(x), "rmsprop", "mse")


@case(x=normal(5, 4), y=[normal(3), normal(3), normal(3)])
def lstm_states_as_outputs(keras):
    inputs = keras.Input((5, 4))
    output, hidden, cell = keras.layers.LSTM(3, return_state=True)(inputs)
    names = zip(("o", "h", "c"), (output, hidden, cell))
    outputs = [keras.layers.Dense(3, name=name)(tensor) for name, tensor in names]
    return compiled(keras, inputs, outputs, "rmsprop", "mse")


@case(x=[normal(5, 4), normal(6, 2)], y=normal(6, 2))
def encoder_hands_its_state_to_the_decoder(keras):
    layers = keras.layers
    source, target = keras.Input((5, 4)), keras.Input((6, 2))
    _, hidden, cell = layers.LSTM(3, return_state=True)(source)
    x = layers.LSTM(3, return_sequences=True)(target, initial_state=[hidden, cell])
    model = keras.Model([source, target], layers.TimeDistributed(layers.Dense(2))(x))
    model.compile("rmsprop", "mse")
    return model


@case(x=tokens(9, 5), y=binary(1))
def embedding_with_mask_into_lstm(keras):
    layers = keras.layers
    inputs = keras.Input((5,), dtype="int32")
    x = layers.LSTM(4)(layers.Embedding(9, 5, mask_zero=True)(inputs))
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


@case(x=tokens(9, 5), y=classes(4, 5), **KEPT_BY_TENSORFLOW)
def loss_over_unmasked_steps_only(keras):
    layers = keras.layers
    inputs = keras.Input((5,), dtype="int32")
    x = layers.Embedding(9, 5, mask_zero=True)(inputs)
    x = layers.LSTM(4, return_sequences=True)(layers.Dropout(0.0)(x))
    x = layers.TimeDistributed(layers.Dense(4, activation="softmax"))(x)
    model = keras.Model(inputs, x)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@case(x=[tokens(9, 5), tokens(9, 5)], y=normal(5, 2))
def masks_of_merged_branches(keras):
    layers = keras.layers
    first, second = (keras.Input((5,), dtype="int32") for _ in range(2))
    embed = layers.Embedding(9, 4, mask_zero=True)
    x = layers.add([embed(first), embed(second)])
    x = layers.LSTM(3, return_sequences=True)(x)
    return compiled(keras, [first, second], layers.Dense(2)(x), "rmsprop", "mse")


@case(x=[normal(5, 4), normal(5, 4)], y=binary(1))
def shared_lstm_of_two_tweets(keras):
    layers = keras.layers
    first, second = keras.Input((5, 4)), keras.Input((5, 4))
    shared = layers.LSTM(6)
    x = layers.concatenate([shared(first), shared(second)], axis=-1)
    model = keras.Model([first, second], layers.Dense(1, activation="sigmoid")(x))
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


HEADLINES = {"x": [classes(20, 6), normal(5)], "y": [binary(1), binary(1)]}
NAMED_HEADLINES = {
    "x": {"main_input": classes(20, 6), "aux_input": normal(5)},
    "y": {"main_output": binary(1), "aux_output": binary(1)},
}
LOSS = "binary_crossentropy"


@variants(
    headline_model_lists=({"loss": [LOSS, LOSS], "loss_weights": [1.0, 0.2]}, HEADLINES),
    headline_model_dicts=(
        {
            "loss": {"main_output": LOSS, "aux_output": LOSS},
            "loss_weights": {"main_output": 1.0, "aux_output": 0.2},
        },
        NAMED_HEADLINES,
    ),
)
def headline_model(keras, settings):
    layers = keras.layers
    headline = keras.Input((6,), dtype="int32", name="main_input")
    extra = keras.Input((5,), name="aux_input")
    x = layers.LSTM(5)(layers.Embedding(20, 8)(headline))
    aside = layers.Dense(1, activation="sigmoid", name="aux_output")(x)
    x = layers.concatenate([x, extra])
    for _ in range(3):
        x = layers.Dense(8, activation="relu")(x)
    main = layers.Dense(1, activation="sigmoid", name="main_output")(x)
    return compiled(keras, [headline, extra], [main, aside], "rmsprop", **settings)
