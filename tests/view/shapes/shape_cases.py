"""For every registered layer: settings and shapes on which its shape rule is held to the truth."""

from __future__ import annotations

from typing import Any

from funclab import layers

CONVOLUTIONS = [
    {"strides": strides, "padding": padding, "dilation_rate": dilation, "data_format": form}
    for strides, padding, dilation in [
        (1, "valid", 1),
        (2, "valid", 1),
        (3, "same", 1),
        (1, "same", 1),
        (1, "valid", 2),
        (1, "same", 3),
    ]
    for form in ("channels_last", "channels_first")
]
CAUSAL = [{"strides": s, "padding": "causal", "dilation_rate": d} for s, d in [(1, 2), (2, 1)]]
POOLS = [
    {"pool_size": size, "strides": strides, "padding": padding}
    for size, strides in [(2, None), (3, 1), (3, 2), (2, 3)]
    for padding in ("valid", "same")
]
GLOBAL = [
    {"keepdims": k, "data_format": f} for k in (True, False) for f in (None, "channels_first")
]
IMAGES = [(28, 28, 6), (9, 14, 6), (None, 11, 6), (6, 13, 17)]
SEQUENCES = [(20, 6), (7, 6), (None, 6)]
ANY = [(5,), (None, 3), (4, 6, 2)]
ROWS = [(784,), (20, 30), (None, 4), (3, 2, 7)]
RECURRENT = [
    {"units": 5, "return_sequences": s, "return_state": r}
    for s in (False, True)
    for r in (False, True)
]
PAIRS = [((4,), (4,)), ((20, 3), (20, 3)), ((1, 4), (3, 1)), ((3,), (5, 3)), ((None, 2), (7, 2))]
PAIRS_OF_STEPS = [((5, 4), (7, 4)), ((None, 4), (7, 4)), ((5, 4), (7, 3), (7, 4))]


def lstm(**settings: Any) -> Any:
    return layers.LSTM(3, **settings)


# For each layer: how it is made, with which settings, and the shapes (of one sample) it is given.
CASES: dict[str, tuple[Any, list[dict[str, Any]], list[Any]]] = {
    "Activation": (layers.Activation, [{"activation": "relu"}], ANY),
    "ActivityRegularization": (layers.ActivityRegularization, [{"l2": 0.1}], ANY),
    "Add": (layers.Add, [{}], PAIRS),
    "AdditiveAttention": (layers.AdditiveAttention, [{}, {"use_scale": False}], PAIRS_OF_STEPS),
    "Attention": (layers.Attention, [{}, {"score_mode": "concat"}], PAIRS_OF_STEPS),
    "Average": (layers.Average, [{}], PAIRS),
    "AveragePooling1D": (layers.AveragePooling1D, POOLS, SEQUENCES),
    "AveragePooling2D": (layers.AveragePooling2D, POOLS, IMAGES),
    "BatchNormalization": (layers.BatchNormalization, [{}, {"axis": 1}], [(5,), (4, 6, 2)]),
    "Bidirectional": (
        layers.Bidirectional,
        [
            {"layer": lstm(**settings), "merge_mode": mode}
            for mode in ("concat", "sum", "mul", "ave", None)
            for settings in ({}, {"return_sequences": True}, {"return_state": True})
        ],
        [(20, 6)],
    ),
    "Concatenate": (
        layers.Concatenate,
        [{}, {"axis": 1}],
        [((64,), (64,)), ((3, 5), (3, 5)), ((None, 2), (None, 2)), ((4,), (4,), (4,))],
    ),
    "Conv1D": (
        layers.Conv1D,
        [{"filters": 8, "kernel_size": 3, **one} for one in CONVOLUTIONS[::2] + CAUSAL],
        SEQUENCES,
    ),
    "Conv2D": (
        layers.Conv2D,
        [{"filters": 32, "kernel_size": (3, 2), **one} for one in CONVOLUTIONS],
        [(28, 28, 17), (11, 14, 13)],
    ),
    "Cropping2D": (
        layers.Cropping2D,
        [{"cropping": ((1, 2), (0, 3))}, {"cropping": 2}],
        IMAGES[:2],
    ),
    "Dense": (layers.Dense, [{"units": 64}, {"units": 1, "use_bias": False}], ROWS),
    "Dot": (layers.Dot, [{"axes": 1}], [((4,), (4,)), ((3, 2), (3, 5))]),
    "CategoryEncoding": (
        layers.CategoryEncoding,
        [{"num_tokens": 7, "output_mode": mode} for mode in ("one_hot", "multi_hot", "count")],
        [(7,), (None,), (3, 4), (1,), ()],
    ),
    "Discretization": (
        layers.Discretization,
        [{"bin_boundaries": [0.0, 1.0], "output_mode": mode} for mode in ("int", "count")],
        [(7,), (None,), (3, 4)],
    ),
    "Dropout": (layers.Dropout, [{"rate": 0.5}], ANY),
    "ELU": (layers.ELU, [{}], ANY),
    "EinsumDense": (
        layers.EinsumDense,
        [
            {"equation": "abc,cde->abde", "output_shape": (None, 3, 2), "bias_axes": "de"},
            {"equation": "...c,cd->...d", "output_shape": 8},
            {"equation": "ab...,bc->ac...", "output_shape": 8},
        ],
        [(5, 4), (7, 3)],
    ),
    "Embedding": (
        layers.Embedding,
        [{"input_dim": 100, "output_dim": 16}],
        [(7,), (None,), (3, 4)],
    ),
    "Flatten": (layers.Flatten, [{}], [(4, 4, 8), (784,), (3, 5), ()]),
    "GaussianDropout": (layers.GaussianDropout, [{"rate": 0.5}], ANY),
    "GaussianNoise": (layers.GaussianNoise, [{"stddev": 0.5}], ANY),
    "GlobalAveragePooling1D": (layers.GlobalAveragePooling1D, GLOBAL, SEQUENCES),
    "GlobalAveragePooling2D": (layers.GlobalAveragePooling2D, GLOBAL, IMAGES),
    "GlobalMaxPooling1D": (layers.GlobalMaxPooling1D, GLOBAL, SEQUENCES),
    "GlobalMaxPooling2D": (layers.GlobalMaxPooling2D, GLOBAL, IMAGES),
    "GroupNormalization": (layers.GroupNormalization, [{"groups": 2}], [(6,), (None, 4)]),
    "GroupQueryAttention": (
        layers.GroupQueryAttention,
        [{"head_dim": 6, "num_query_heads": 4, "num_key_value_heads": 2, "use_gate": True}],
        PAIRS_OF_STEPS,
    ),
    "Identity": (layers.Identity, [{}], ANY),
    "LSTM": (layers.LSTM, RECURRENT, SEQUENCES),
    "GRU": (layers.GRU, RECURRENT, SEQUENCES),
    "SimpleRNN": (layers.SimpleRNN, RECURRENT, SEQUENCES),
    "LayerNormalization": (layers.LayerNormalization, [{}, {"axis": -2}], [(6, 2), (4, 6, 2)]),
    "LeakyReLU": (layers.LeakyReLU, [{}], ANY),
    "Masking": (layers.Masking, [{}], [(20, 6)]),
    "MaxPooling1D": (layers.MaxPooling1D, POOLS, SEQUENCES),
    "MaxPooling2D": (layers.MaxPooling2D, POOLS, IMAGES),
    "Maximum": (layers.Maximum, [{}], PAIRS),
    "Minimum": (layers.Minimum, [{}], PAIRS),
    "MultiHeadAttention": (
        layers.MultiHeadAttention,
        [
            {"num_heads": 2, "key_dim": 6},
            {"num_heads": 3, "key_dim": 2, "value_dim": 5, "output_shape": (2, 8)},
        ],
        [*PAIRS_OF_STEPS, ((5, 3, 4), (5, 3, 4))],
    ),
    "Multiply": (layers.Multiply, [{}], PAIRS),
    "PReLU": (layers.PReLU, [{}], [(5,), (4, 6, 2)]),
    "Permute": (layers.Permute, [{"dims": (2, 1)}], [(4, 7), (None, 3)]),
    "RMSNormalization": (layers.RMSNormalization, [{}, {"axis": [-2, -1]}], [(6, 2), (4, 6, 2)]),
    "ReLU": (layers.ReLU, [{}], ANY),
    "RepeatVector": (layers.RepeatVector, [{"n": 9}], [(5,)]),
    "Reshape": (
        layers.Reshape,
        [{"target_shape": one} for one in [(4, 6), (-1, 8), (2, -1, 3), (24,), -1]],
        [(24,), (2, 12), (4, 3, 2)],
    ),
    "Softmax": (layers.Softmax, [{}], ANY),
    "SpatialDropout1D": (layers.SpatialDropout1D, [{"rate": 0.5}], SEQUENCES),
    "SpatialDropout2D": (layers.SpatialDropout2D, [{"rate": 0.5}], IMAGES),
    "Subtract": (layers.Subtract, [{}], PAIRS),
    "TimeDistributed": (
        layers.TimeDistributed,
        [{"layer": layers.Flatten()}, {"layer": layers.Activation("relu")}],
        [(20, 30), (None, 4, 2), (5, 4, 3, 2)],
    ),
    "UnitNormalization": (layers.UnitNormalization, [{}], ANY),
    "UpSampling2D": (layers.UpSampling2D, [{"size": (2, 3)}], IMAGES),
    "Normalization": (layers.Normalization, [{}, {"axis": None}], [(5,), (4, 6, 2)]),
    "Rescaling": (layers.Rescaling, [{"scale": 0.5}], ANY),
    "ZeroPadding2D": (
        layers.ZeroPadding2D,
        [{"padding": ((1, 2), (0, 3))}, {"padding": 1}],
        IMAGES,
    ),
}
