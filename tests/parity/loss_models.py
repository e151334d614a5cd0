"""Cases about losses, metrics, sample weights and regularizers."""

from tests.parity.case import (
    KEPT_BY_TENSORFLOW,
    binary,
    case,
    classes,
    compiled,
    normal,
    one_hot,
    uniform,
    variants,
)

ONE_HOT = {"x": normal(6), "y": one_hot(4)}
CLASSES = {"x": normal(6), "y": classes(4)}
CLASS_COLUMN = {"x": normal(6), "y": classes(4, 1)}
BINARY = {"x": normal(6), "y": binary(4)}
VALUES = {"x": normal(6), "y": normal(4)}


def classifier(keras, activation, loss, **options):
    layers = keras.layers
    inputs = keras.Input((6,))
    x = layers.Dense(5, activation="tanh")(inputs)
    model = keras.Model(inputs, layers.Dense(4, activation=activation)(x))
    model.compile(keras.optimizers.SGD(0.1), loss, **options)
    return model


@variants(
    loss_mean_squared_error=((None, "mean_squared_error"), VALUES),
    loss_mean_absolute_error=((None, "mean_absolute_error"), VALUES),
    loss_binary_crossentropy=(("sigmoid", "binary_crossentropy"), BINARY),
    loss_categorical_crossentropy=(("softmax", "categorical_crossentropy"), ONE_HOT),
    loss_sparse_categorical_crossentropy=(("softmax", "sparse_categorical_crossentropy"), CLASSES),
    loss_sparse_with_a_column_of_classes=(
        ("softmax", "sparse_categorical_crossentropy"),
        CLASS_COLUMN,
    ),
    loss_of_probabilities_that_do_not_sum_to_one=(("sigmoid", "categorical_crossentropy"), ONE_HOT),
)
def loss_by_name(keras, settings):
    activation, loss = settings
    return classifier(keras, activation, loss)


@variants(
    loss_binary_from_logits=(("BinaryCrossentropy", {"from_logits": True}), BINARY),
    loss_categorical_from_logits=(("CategoricalCrossentropy", {"from_logits": True}), ONE_HOT),
    loss_sparse_from_logits=(("SparseCategoricalCrossentropy", {"from_logits": True}), CLASSES),
    loss_binary_smoothed=(
        ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.2}),
        BINARY,
    ),
    loss_categorical_smoothed=(
        ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}),
        ONE_HOT,
    ),
    loss_summed=(("MeanSquaredError", {"reduction": "sum"}), VALUES),
)
def loss_object(keras, settings):
    name, options = settings
    return classifier(keras, None, getattr(keras.losses, name)(**options))


FOCAL = {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5}


@variants(
    loss_binary_focal=(("sigmoid", "BinaryFocalCrossentropy", {}), BINARY),
    loss_binary_focal_balanced=(("sigmoid", "BinaryFocalCrossentropy", FOCAL), BINARY),
    loss_binary_focal_from_logits=(
        (None, "BinaryFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}),
        BINARY,
    ),
    loss_categorical_focal=(("softmax", "CategoricalFocalCrossentropy", {}), ONE_HOT),
    loss_categorical_focal_of_classes=(
        ("softmax", "CategoricalFocalCrossentropy", {"alpha": [0.1, 0.2, 0.3, 0.4]}),
        ONE_HOT,
    ),
    loss_categorical_focal_from_logits=(
        (
            None,
            "CategoricalFocalCrossentropy",
            {"from_logits": True, "gamma": 3.0, "label_smoothing": 0.2},
        ),
        ONE_HOT,
    ),
    loss_generalized=(("softmax", "CategoricalGeneralizedCrossEntropy", {}), CLASSES),
    loss_generalized_settings=(
        ("softmax", "CategoricalGeneralizedCrossEntropy", {"q": 0.8, "reduction": "sum"}),
        CLASSES,
    ),
    loss_dice=(("sigmoid", "Dice", {}), BINARY),
    loss_dice_of_rows=(("sigmoid", "Dice", {"axis": -1}), BINARY),
    loss_dice_of_columns=(("sigmoid", "Dice", {"axis": 0, "reduction": "sum"}), BINARY),
    loss_tversky=(("sigmoid", "Tversky", {}), BINARY),
    loss_tversky_settings=(("sigmoid", "Tversky", {"alpha": 0.3, "beta": 0.7}), BINARY),
    loss_tversky_of_rows=(("sigmoid", "Tversky", {"alpha": 0.9, "axis": -1}), BINARY),
)
def loss_of_outputs(keras, settings):
    activation, name, options = settings
    return classifier(keras, activation, getattr(keras.losses, name)(**options))


@variants(
    loss_circle=({"gamma": 4.0}, CLASSES),
    loss_circle_with_itself=({"gamma": 8.0, "margin": 0.25, "remove_diagonal": False}, CLASSES),
    loss_circle_summed=({"gamma": 2.0, "reduction": "sum"}, CLASSES),
)
def loss_of_vectors(keras, options):
    inputs = keras.Input((6,))
    x = keras.layers.Dense(4)(inputs)
    outputs = keras.layers.UnitNormalization()(x)
    return compiled(keras, inputs, outputs, "sgd", keras.losses.Circle(**options))


SPELLED = {"x": normal(7, 3), "y": classes(5, 3)}


@variants(
    loss_ctc=({}, SPELLED),
    loss_ctc_summed=({"reduction": "sum"}, SPELLED),
    loss_ctc_weighted=({}, {**SPELLED, "sample_weight": uniform(high=2.0)}),
)
def loss_of_sequences(keras, options):
    inputs = keras.Input((7, 3))
    outputs = keras.layers.Dense(5)(inputs)
    return compiled(keras, inputs, outputs, keras.optimizers.SGD(0.05), keras.losses.CTC(**options))


@case(**VALUES)
def loss_of_ones_own(keras):
    ops = keras.ops

    def fourth_power(target, output):
        return ops.mean(ops.square(ops.square(target - output)), axis=-1)

    return classifier(keras, "tanh", fourth_power, metrics=[fourth_power])


WEIGHTED = {**CLASSES, "sample_weight": uniform(high=2.0)}


@variants(
    sample_weight=({"metrics": ["accuracy"]}, WEIGHTED),
    sample_weight_in_metrics=({"weighted_metrics": ["accuracy"]}, WEIGHTED),
    class_weight=(
        {"weighted_metrics": ["accuracy"]},
        {**CLASSES, "class_weight": {0: 1.0, 1: 0.5, 2: 3.0, 3: 0.0}},
    ),
)
def weighted(keras, options):
    return classifier(keras, "softmax", "sparse_categorical_crossentropy", **options)


@case(x=normal(5), y=[normal(2), binary(1)], sample_weight=[uniform(high=2.0), uniform()])
def sample_weight_of_each_output(keras):
    layers = keras.layers
    inputs = keras.Input((5,))
    value = layers.Dense(2, name="value")(inputs)
    sign = layers.Dense(1, activation="sigmoid", name="sign")(inputs)
    model = keras.Model(inputs, [value, sign])
    model.compile("sgd", ["mse", "binary_crossentropy"], loss_weights=[0.3, 1.0])
    return model


@variants(
    accuracy_of_one_hot=(("softmax", "categorical_crossentropy", "accuracy"), ONE_HOT),
    accuracy_of_classes=(("softmax", "sparse_categorical_crossentropy", "accuracy"), CLASSES),
    accuracy_of_yes_and_no=(("sigmoid", "binary_crossentropy", "accuracy"), BINARY),
    accuracy_called_acc=(("softmax", "categorical_crossentropy", "acc"), ONE_HOT),
    accuracy_named_in_full=(
        ("softmax", "categorical_crossentropy", "categorical_accuracy"),
        ONE_HOT,
    ),
)
def accuracy(keras, settings):
    activation, loss, metric = settings
    return classifier(keras, activation, loss, metrics=[metric])


@case(**VALUES)
def metric_objects(keras):
    metrics = [keras.metrics.MeanSquaredError(), keras.metrics.MeanAbsoluteError(name="far")]
    return classifier(keras, None, "mse", metrics=metrics)


REGULARIZERS = {"l1": ("L1", (0.01,)), "l2": ("L2", (0.02,)), "l1_l2": ("L1L2", (0.01, 0.02))}


@variants(
    **{
        f"kernel_{name}": (("kernel_regularizer", made), VALUES)
        for name, made in REGULARIZERS.items()
    },
    bias_l2=(("bias_regularizer", ("L2", (0.1,))), VALUES),
    activity_l1=(("activity_regularizer", ("L1", (0.01,))), VALUES),
    activity_l2=(("activity_regularizer", ("L2", (0.01,))), VALUES),
)
def regularized(keras, settings):
    argument, (name, strengths) = settings
    regularizer = getattr(keras.regularizers, name)(*strengths)
    layers = keras.layers
    inputs = keras.Input((6,))
    x = layers.Dense(5, activation="tanh", **{argument: regularizer})(inputs)
    return compiled(keras, inputs, layers.Dense(4)(x), "sgd", "mse", metrics=["mse"])


@case(x=[normal(4), normal(4)], y=normal(2), **KEPT_BY_TENSORFLOW)
def shared_layer_with_regularizers(keras):
    layers = keras.layers
    first, second = keras.Input((4,)), keras.Input((4,))
    shared = layers.Dense(3, kernel_regularizer="l2", activity_regularizer="l1")
    x = layers.concatenate([shared(first), shared(second)])
    return compiled(keras, [first, second], layers.Dense(2)(x))


PARTS = (normal(2), binary(1), classes(3))
WEIGHTS = (uniform(high=2.0), uniform(), uniform(high=3.0))


def nested(first, second, third):
    return {"both": {"amount": first, "sign": second}, "kind": third}


def in_lists(first, second, third):
    return [first, [second, third]]


def lists_by_name(first, second, third):
    return {"both": [first, second], "kind": third}


def of(structure, weighted=False):
    """Targets, and weights, in the structure of the outputs."""
    weights = {"sample_weight": structure(*WEIGHTS)} if weighted else {}
    return {"x": normal(5), "y": structure(*PARTS), **weights}


@variants(
    outputs_in_dicts=(nested, of(nested)),
    outputs_in_dicts_weighted=(nested, of(nested, weighted=True)),
    outputs_in_lists=(in_lists, of(in_lists)),
    outputs_in_lists_weighted=(in_lists, of(in_lists, weighted=True)),
    outputs_in_lists_by_name=(lists_by_name, of(lists_by_name)),
    outputs_in_lists_by_name_weighted=(lists_by_name, of(lists_by_name, weighted=True)),
)
def outputs_in_a_structure(keras, structure):
    layers = keras.layers
    inputs = keras.Input((5,))
    x = layers.Dense(4, activation="tanh")(inputs)
    value = layers.Dense(2, name="value")(x)
    sign = layers.Dense(1, activation="sigmoid", name="sign")(x)
    kind = layers.Dense(3, activation="softmax", name="kind")(x)
    losses = ("mse", keras.losses.BinaryCrossentropy(), "sparse_categorical_crossentropy")
    return compiled(
        keras,
        inputs,
        structure(value, sign, kind),
        "sgd",
        structure(*losses),
        loss_weights=structure(0.5, 2.0, 1.0),
        metrics=structure(["mae", "mse"], ["accuracy"], ["accuracy"]),
        weighted_metrics=structure(["mae"], [], [keras.metrics.SparseCategoricalAccuracy("hits")]),
    )
