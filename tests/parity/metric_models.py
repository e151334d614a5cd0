"""Cases about metrics: each model has a metric at several settings, under names of their own."""

from tests.parity.case import binary, classes, compiled, normal, one_hot, uniform, variants

CLASSES = {"x": normal(6), "y": classes(4)}
ONE_HOT = {"x": normal(6), "y": one_hot(4)}
LABELS = {"x": normal(6), "y": binary(4)}
YES = {"x": normal(6), "y": binary(1)}
AMOUNTS = {"x": normal(6), "y": normal(4)}
WEIGHTED = {"sample_weight": uniform(high=2.0)}


def judged(keras, units, activation, loss, settings, *weighted):
    """A small model with the metric of that name at each of the settings."""
    name, arguments = settings
    made = [getattr(keras.metrics, name)(**each, name=f"m{i}") for i, each in enumerate(arguments)]
    inputs = keras.Input((6,))
    outputs = keras.layers.Dense(units, activation=activation)(inputs)
    metrics = {"weighted_metrics" if weighted else "metrics": made}
    return compiled(keras, inputs, outputs, keras.optimizers.SGD(0.1), loss, **metrics)


FEW = {"num_thresholds": 5}


@variants(
    metric_auc=(
        (
            "AUC",
            [
                {"curve": "PR"},
                {"curve": "PRGAIN", "num_thresholds": 20},
                {**FEW, "summation_method": "minoring"},
                {**FEW, "summation_method": "majoring", "curve": "PR"},
                {"thresholds": [0.7, 0.4, 0.55]},
            ],
        ),
        LABELS,
    ),
    metric_auc_of_labels=(
        (
            "AUC",
            [
                {"multi_label": True},
                {"multi_label": True, "num_labels": 4, "label_weights": [0.1, 1.0, 2.0, 0.5]},
                {"label_weights": [0.1, 1.0, 2.0, 0.5], "curve": "PR"},
            ],
        ),
        LABELS,
    ),
    metric_precision=(
        ("Precision", [{"top_k": 2}, {"class_id": 1}, {"thresholds": [0.3, 0.6], "class_id": 0}]),
        LABELS,
    ),
    metric_recall=(
        ("Recall", [{"top_k": 1}, {"top_k": 2, "class_id": 3}, {"thresholds": [0.0, 0.5, 1.0]}]),
        LABELS,
    ),
    metric_precision_at_recall=(
        ("PrecisionAtRecall", [{"recall": 0.5}, {"recall": 0.9, **FEW}, {"recall": 0.5, **FEW}]),
        LABELS,
    ),
    metric_recall_at_precision=(
        ("RecallAtPrecision", [{"precision": 0.5}, {"precision": 0.3, "class_id": 1}]),
        LABELS,
    ),
    metric_sensitivity_at_specificity=(
        ("SensitivityAtSpecificity", [{"specificity": 0.5}, {"specificity": 0.8, **FEW}]),
        LABELS,
    ),
    metric_specificity_at_sensitivity=(
        ("SpecificityAtSensitivity", [{"sensitivity": 0.5}, {"sensitivity": 0.9, "class_id": 2}]),
        LABELS,
    ),
    metric_f1_score=(
        ("F1Score", [{"average": "macro"}, {"average": "micro", "threshold": 0.4}, {}]),
        LABELS,
    ),
    metric_fbeta_score=(
        ("FBetaScore", [{"beta": 0.5, "average": "weighted"}, {"beta": 2.0, "threshold": 0.5}]),
        LABELS,
    ),
)
def metric_of_labels(keras, settings):
    return judged(keras, 4, "sigmoid", "binary_crossentropy", settings)


@variants(
    metric_auc_weighted=(("AUC", [{}, {"curve": "PR", **FEW}]), {**LABELS, **WEIGHTED}),
    metric_f1_score_weighted=(("F1Score", [{"average": "macro"}]), {**LABELS, **WEIGHTED}),
)
def metric_of_labels_weighted(keras, settings):
    return judged(keras, 4, "sigmoid", "binary_crossentropy", settings, "weighted")


@variants(
    metric_binary_iou=(
        ("BinaryIoU", [{}, {"threshold": 0.3}, {"target_class_ids": [1], "threshold": 0.6}]),
        YES,
    ),
)
def metric_of_yes_and_no(keras, settings):
    return judged(keras, 1, "sigmoid", "binary_crossentropy", settings)


@variants(
    metric_iou=(
        (
            "IoU",
            [
                {"num_classes": 4, "target_class_ids": [0, 2], "sparse_y_pred": False},
                {
                    "num_classes": 4,
                    "target_class_ids": [1],
                    "sparse_y_pred": False,
                    "ignore_class": 3,
                },
                {
                    "num_classes": 3,
                    "target_class_ids": [0],
                    "sparse_y_pred": False,
                    "dtype": "float32",
                },
            ],
        ),
        CLASSES,
    ),
    metric_mean_iou=(
        (
            "MeanIoU",
            [
                {"num_classes": 4, "sparse_y_pred": False},
                {"num_classes": 4, "sparse_y_pred": False, "ignore_class": 0},
            ],
        ),
        CLASSES,
    ),
    metric_sparse_top_k=(("SparseTopKCategoricalAccuracy", [{"k": 1}, {"k": 2}]), CLASSES),
    metric_sparse_crossentropy=(
        ("SparseCategoricalCrossentropy", [{"ignore_class": 2}, {"from_logits": True}]),
        CLASSES,
    ),
)
def metric_of_classes(keras, settings):
    return judged(keras, 4, "softmax", "sparse_categorical_crossentropy", settings)


@variants(
    metric_sparse_crossentropy_weighted=(
        ("SparseCategoricalCrossentropy", [{"ignore_class": 2}, {}]),
        {**CLASSES, **WEIGHTED},
    ),
)
def metric_of_classes_weighted(keras, settings):
    loss = "sparse_categorical_crossentropy"
    return judged(keras, 4, "softmax", loss, settings, "weighted")


@variants(
    metric_one_hot_iou=(
        (
            "OneHotIoU",
            [
                {"num_classes": 4, "target_class_ids": [0, 2]},
                {"num_classes": 4, "target_class_ids": [3], "ignore_class": 1},
            ],
        ),
        ONE_HOT,
    ),
    metric_one_hot_mean_iou=(
        ("OneHotMeanIoU", [{"num_classes": 4}, {"num_classes": 4, "ignore_class": 2}]),
        ONE_HOT,
    ),
)
def metric_of_one_hot(keras, settings):
    return judged(keras, 4, "softmax", "categorical_crossentropy", settings)


@variants(
    metric_r2_score=(
        (
            "R2Score",
            [
                {},
                {"class_aggregation": "variance_weighted_average"},
                {"class_aggregation": None},
            ],
        ),
        AMOUNTS,
    ),
    metric_pearson=(("PearsonCorrelation", [{}, {"axis": 0}, {"axis": 1}]), AMOUNTS),
    metric_concordance=(("ConcordanceCorrelation", [{}, {"axis": 0}, {"axis": 1}]), AMOUNTS),
)
def metric_of_amounts(keras, settings):
    return judged(keras, 4, None, "mse", settings)
