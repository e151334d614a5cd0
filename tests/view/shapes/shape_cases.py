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
TRANSPOSED = [
    {"strides": strides, "padding": padding, "output_padding": more, "dilation_rate": dilation}
    for strides, more, dilation in [
        (1, None, 1),
        (2, None, 1),
        (4, None, 1),
        (2, 1, 1),
        (3, 0, 1),
        (1, None, 2),
        (1, 0, 3),
    ]
    for padding in ("valid", "same")
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
VOLUMES = [(9, 14, 11, 6), (None, 8, 7, 6)]
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


def cells() -> Any:
    return [layers.LSTMCell(3), layers.GRUCell(2)]


MAPS = [
    {"filters": 8, "kernel_size": 3, "return_sequences": bool(i % 2), "return_state": i > 1, **one}
    for i, one in enumerate(
        ({}, {"padding": "same"}, {"strides": 2}, {"dilation_rate": 2, "padding": "same"})
    )
]
STEPPING = [
    {"cell": cell, "return_state": state, "return_sequences": not state}
    for cell in (layers.GRUCell(3), layers.StackedRNNCells(cells()))
    for state in (False, True)
]


TEXT = {"StringLookup", "TextVectorization"}
"""Layers that take text."""

# For each layer: how it is made, with which settings, and the shapes (of one sample) it is given.
CASES: dict[str, tuple[Any, list[dict[str, Any]], list[Any]]] = {
    "Activation": (layers.Activation, [{"activation": "relu"}], ANY),
    "ActivityRegularization": (layers.ActivityRegularization, [{"l2": 0.1}], ANY),
    **{
        f"Adaptive{kind}Pooling{rank}D": (
            getattr(layers, f"Adaptive{kind}Pooling{rank}D"),
            [
                {"output_size": 5},
                {"output_size": (4, 2, 3)[:rank], "data_format": "channels_first"},
            ],
            shapes,
        )
        for kind in ("Average", "Max")
        for rank, shapes in ((1, SEQUENCES), (2, IMAGES), (3, VOLUMES))
    },
    "Add": (layers.Add, [{}], PAIRS),
    "AdditiveAttention": (layers.AdditiveAttention, [{}, {"use_scale": False}], PAIRS_OF_STEPS),
    "AlphaDropout": (layers.AlphaDropout, [{"rate": 0.5}], ANY),
    "Attention": (layers.Attention, [{}, {"score_mode": "concat"}], PAIRS_OF_STEPS),
    "Average": (layers.Average, [{}], PAIRS),
    "AveragePooling1D": (layers.AveragePooling1D, POOLS, SEQUENCES),
    "AveragePooling2D": (layers.AveragePooling2D, POOLS, IMAGES),
    "AveragePooling3D": (layers.AveragePooling3D, POOLS, VOLUMES),
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
    "Conv3D": (
        layers.Conv3D,
        [{"filters": 5, "kernel_size": (1, 3, 2), **one} for one in CONVOLUTIONS],
        [(9, 14, 11, 8)],
    ),
    "Conv1DTranspose": (
        layers.Conv1DTranspose,
        [{"filters": 8, "kernel_size": 3, **one} for one in TRANSPOSED],
        SEQUENCES,
    ),
    "Conv2DTranspose": (
        layers.Conv2DTranspose,
        [{"filters": 32, "kernel_size": (3, 2), **one} for one in TRANSPOSED]
        + [{"filters": 5, "kernel_size": 2, "data_format": "channels_first"}],
        [(28, 28, 17), (11, 14, 13)],
    ),
    "Conv3DTranspose": (
        layers.Conv3DTranspose,
        [{"filters": 5, "kernel_size": (1, 3, 2), **one} for one in TRANSPOSED],
        [(9, 14, 11, 8)],
    ),
    "DepthwiseConv1D": (
        layers.DepthwiseConv1D,
        [{"kernel_size": 3, **one} for one in CONVOLUTIONS[::2]],
        SEQUENCES,
    ),
    "DepthwiseConv2D": (
        layers.DepthwiseConv2D,
        [{"kernel_size": (3, 2), "depth_multiplier": 2, **one} for one in CONVOLUTIONS],
        [(28, 28, 17), (11, 14, 13)],
    ),
    "SeparableConv1D": (
        layers.SeparableConv1D,
        [{"filters": 8, "kernel_size": 3, **one} for one in CONVOLUTIONS[::2]],
        SEQUENCES,
    ),
    "SeparableConv2D": (
        layers.SeparableConv2D,
        [{"filters": 32, "kernel_size": (3, 2), **one} for one in CONVOLUTIONS],
        [(28, 28, 17), (11, 14, 13)],
    ),
    "Cropping1D": (layers.Cropping1D, [{"cropping": (1, 2)}, {}], SEQUENCES),
    "Cropping3D": (layers.Cropping3D, [{}, {"cropping": (1, 0, 2)}], VOLUMES),
    "Cropping2D": (
        layers.Cropping2D,
        [{"cropping": ((1, 2), (0, 3))}, {"cropping": 2}],
        IMAGES[:2],
    ),
    "Dense": (layers.Dense, [{"units": 64}, {"units": 1, "use_bias": False}], ROWS),
    "Dot": (layers.Dot, [{"axes": 1}], [((4,), (4,)), ((3, 2), (3, 5))]),
    "CenterCrop": (layers.CenterCrop, [{"height": 4, "width": 5}], [(6, 7, 3), (3, 3, 1)]),
    "Resizing": (layers.Resizing, [{"height": 4, "width": 5}], [(6, 7, 3), (None, None, 1)]),
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
    "HashedCrossing": (layers.HashedCrossing, [{"num_bins": 3}], [((), ()), ((1,), (1,))]),
    "Hashing": (
        layers.Hashing,
        [{"num_bins": 3, "output_mode": mode} for mode in ("int", "one_hot", "count")],
        [(7,), (None,), (1,)],
    ),
    "IntegerLookup": (
        layers.IntegerLookup,
        [{"vocabulary": [4, 7], "output_mode": mode} for mode in ("int", "multi_hot")],
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
    "GlobalAveragePooling3D": (layers.GlobalAveragePooling3D, GLOBAL, VOLUMES),
    "GlobalMaxPooling3D": (layers.GlobalMaxPooling3D, GLOBAL, VOLUMES),
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
    "ConvLSTM1D": (layers.ConvLSTM1D, MAPS, [(4, 11, 6), (None, 9, 6)]),
    "ConvLSTM2D": (
        layers.ConvLSTM2D,
        [*MAPS, {**MAPS[2], "data_format": "channels_first"}],
        [(4, 11, 9, 6)],
    ),
    "ConvLSTM3D": (layers.ConvLSTM3D, MAPS[:2], [(None, 5, 6, 7, 2)]),
    "RNN": (layers.RNN, STEPPING, SEQUENCES),
    "GRUCell": (layers.GRUCell, [{"units": 5}], [(6,)]),
    "LSTMCell": (layers.LSTMCell, [{"units": 5}], [(6,)]),
    "SimpleRNNCell": (layers.SimpleRNNCell, [{"units": 5}], [(6,)]),
    "StackedRNNCells": (layers.StackedRNNCells, [{"cells": cells()}], [(6,)]),
    "GRU": (layers.GRU, RECURRENT, SEQUENCES),
    "SimpleRNN": (layers.SimpleRNN, RECURRENT, SEQUENCES),
    "LayerNormalization": (layers.LayerNormalization, [{}, {"axis": -2}], [(6, 2), (4, 6, 2)]),
    "LeakyReLU": (layers.LeakyReLU, [{}], ANY),
    "Masking": (layers.Masking, [{}], [(20, 6)]),
    "MaxPooling1D": (layers.MaxPooling1D, POOLS, SEQUENCES),
    "MaxPooling2D": (layers.MaxPooling2D, POOLS, IMAGES),
    "MaxPooling3D": (layers.MaxPooling3D, POOLS, VOLUMES),
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
    "SpatialDropout3D": (layers.SpatialDropout3D, [{"rate": 0.5}], VOLUMES),
    "SpectralNormalization": (
        layers.SpectralNormalization,
        [{"layer": layers.Dense(4)}],
        [(5,)],
    ),
    "Subtract": (layers.Subtract, [{}], PAIRS),
    "TimeDistributed": (
        layers.TimeDistributed,
        [{"layer": layers.Flatten()}, {"layer": layers.Activation("relu")}],
        [(20, 30), (None, 4, 2), (5, 4, 3, 2)],
    ),
    "UpSampling1D": (layers.UpSampling1D, [{}], SEQUENCES),
    "UpSampling2D": (
        layers.UpSampling2D,
        [{"size": (2, 3)}, {"interpolation": "bilinear"}],
        IMAGES,
    ),
    "UpSampling3D": (layers.UpSampling3D, [{"size": (2, 1, 3)}], VOLUMES),
    "ZeroPadding1D": (layers.ZeroPadding1D, [{"padding": (2, 0)}, {"padding": 1}], SEQUENCES),
    "ZeroPadding3D": (layers.ZeroPadding3D, [{}, {"padding": (1, 0, 2)}], VOLUMES),
    "UnitNormalization": (layers.UnitNormalization, [{}], ANY),
    "Normalization": (layers.Normalization, [{}, {"axis": None}], [(5,), (4, 6, 2)]),
    "Rescaling": (layers.Rescaling, [{"scale": 0.5}], ANY),
    "StringLookup": (
        layers.StringLookup,
        [{"vocabulary": ["a", "b"], "output_mode": mode} for mode in ("int", "one_hot", "count")],
        [(7,), (None,), (1,)],
    ),
    "TextVectorization": (
        layers.TextVectorization,
        [
            {"vocabulary": ["a", "b"]},
            {"vocabulary": ["a", "b"], "output_sequence_length": 3},
            {"vocabulary": ["a", "b"], "output_mode": "count"},
        ],
        [(1,), ()],
    ),
    "ZeroPadding2D": (
        layers.ZeroPadding2D,
        [{"padding": ((1, 2), (0, 3))}, {"padding": 1}],
        IMAGES,
    ),
}
