"""Settings and shapes for the tests of shape rules, beyond the examples of each layer: lengths that
are not known, and combinations of strides, padding and dilation."""

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
GRIDS = [(28, 28, 17), (11, 14, 13)]
ROWS = [(784,), (20, 30), (None, 4), (3, 2, 7), ()]
RECURRENT = [
    {"units": 5, "return_sequences": sequences, "return_state": state}
    for sequences in (False, True)
    for state in (False, True)
]
PAIRS = [((4,), (4,)), ((20, 3), (20, 3)), ((1, 4), (3, 1)), ((3,), (5, 3)), ((None, 2), (7, 2))]
PAIRS_OF_STEPS = [((5, 4), (7, 4)), ((None, 4), (7, 4)), ((5, 4), (7, 3), (7, 4))]
MAPS = [
    {"filters": 8, "kernel_size": 3, "return_sequences": bool(i % 2), "return_state": i > 1, **more}
    for i, more in enumerate(
        ({}, {"padding": "same"}, {"strides": 2}, {"dilation_rate": 2, "padding": "same"})
    )
]
STEPPING = [
    {"cell": cell, "return_state": state, "return_sequences": not state}
    for cell in (
        layers.GRUCell(3),
        layers.StackedRNNCells([layers.LSTMCell(3), layers.GRUCell(2)]),
    )
    for state in (False, True)
]
BOTH_WAYS = [
    {"layer": layers.LSTM(3, **settings), "merge_mode": mode}
    for mode in ("concat", "sum", "mul", "ave", None)
    for settings in ({}, {"return_sequences": True}, {"return_state": True})
]
TARGETS = [{"target_shape": target} for target in [(4, 6), (-1, 8), (2, -1, 3), (24,), -1]]
CODES = [(7,), (None,), (3, 4), (1,)]

TEXT = {"StringLookup", "TextVectorization"}
"""Layers that take text."""


def modes(*names: str, **settings: Any) -> list[dict[str, Any]]:
    return [{"output_mode": name, **settings} for name in names]


def added(settings: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    return [{**more, **own} for own in settings]


Shapes = list[Any]
CASES: dict[str, tuple[list[dict[str, Any]], Shapes]] = {
    **{
        f"{kind}Pooling{rank}D": (settings, shapes)
        for rank, shapes in ((1, SEQUENCES), (2, IMAGES), (3, VOLUMES))
        for kinds, settings in (
            (("Average", "Max"), POOLS),
            (("GlobalAverage", "GlobalMax"), GLOBAL),
            (("AdaptiveAverage", "AdaptiveMax"), [{"output_size": 5}]),
        )
        for kind in kinds
    },
    **dict.fromkeys(
        ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"), ([{}], PAIRS)
    ),
    **dict.fromkeys(("GRU", "LSTM", "SimpleRNN"), (RECURRENT, SEQUENCES)),
    **dict.fromkeys(("Attention", "AdditiveAttention"), ([{}], PAIRS_OF_STEPS)),
    "MultiHeadAttention": (
        [
            {"num_heads": 2, "key_dim": 6},
            {"num_heads": 3, "key_dim": 2, "value_dim": 5, "output_shape": (2, 8)},
        ],
        [*PAIRS_OF_STEPS, ((5, 3, 4), (5, 3, 4))],
    ),
    "GroupQueryAttention": (
        [{"head_dim": 6, "num_query_heads": 4, "num_key_value_heads": 2, "use_gate": True}],
        PAIRS_OF_STEPS,
    ),
    "Bidirectional": (BOTH_WAYS, [(20, 6)]),
    "RNN": (STEPPING, SEQUENCES),
    "ConvLSTM1D": (MAPS, [(4, 11, 6), (None, 9, 6)]),
    "ConvLSTM2D": ([*MAPS, {**MAPS[2], "data_format": "channels_first"}], [(4, 11, 9, 6)]),
    "ConvLSTM3D": (MAPS[:2], [(None, 5, 6, 7, 2)]),
    "Concatenate": (
        [{}, {"axis": 1}],
        [((64,), (64,)), ((3, 5), (3, 5)), ((None, 2), (None, 2)), ((4,), (4,), (4,))],
    ),
    "Conv1D": (added(CONVOLUTIONS[::2] + CAUSAL, filters=8, kernel_size=3), SEQUENCES),
    "Conv2D": (added(CONVOLUTIONS, filters=32, kernel_size=(3, 2)), GRIDS),
    "Conv3D": (added(CONVOLUTIONS, filters=5, kernel_size=(1, 3, 2)), VOLUMES[:1]),
    "Conv1DTranspose": (added(TRANSPOSED, filters=8, kernel_size=3), SEQUENCES),
    "Conv2DTranspose": (added(TRANSPOSED, filters=32, kernel_size=(3, 2)), GRIDS),
    "Conv3DTranspose": (added(TRANSPOSED, filters=5, kernel_size=(1, 3, 2)), VOLUMES[:1]),
    "DepthwiseConv1D": (added(CONVOLUTIONS[::2], kernel_size=3), SEQUENCES),
    "DepthwiseConv2D": (added(CONVOLUTIONS, kernel_size=(3, 2), depth_multiplier=2), GRIDS),
    "SeparableConv1D": (added(CONVOLUTIONS[::2], filters=8, kernel_size=3), SEQUENCES),
    "SeparableConv2D": (added(CONVOLUTIONS, filters=32, kernel_size=(3, 2)), GRIDS),
    "Cropping1D": ([{"cropping": (1, 2)}, {}], SEQUENCES),
    "ZeroPadding1D": ([{"padding": (2, 0)}, {"padding": 1}], SEQUENCES),
    "ZeroPadding2D": ([{"padding": ((1, 2), (0, 3))}, {"padding": 1}], IMAGES),
    "ZeroPadding3D": ([{}, {"padding": (1, 0, 2)}], VOLUMES),
    "UpSampling1D": ([{}], SEQUENCES),
    "UpSampling2D": ([{"size": (2, 3)}, {"interpolation": "bilinear"}], IMAGES),
    "UpSampling3D": ([{"size": (2, 1, 3)}], VOLUMES),
    "Resizing": ([{"height": 4, "width": 5}], [(6, 7, 3), (None, None, 1)]),
    "CenterCrop": ([{"height": 4, "width": 5}], [(6, 7, 3), (3, 3, 1)]),
    "Dense": ([{"units": 64}, {"units": 1, "use_bias": False}], ROWS[:4]),
    "Dot": ([{"axes": 1}], [((4,), (4,)), ((3, 2), (3, 5))]),
    "Embedding": ([{"input_dim": 100, "output_dim": 16}], CODES),
    "Flatten": ([{}], ROWS[::2] + ROWS[3:]),
    "GroupNormalization": ([{"groups": 2}], [(6,), (None, 4)]),
    "Permute": ([{"dims": (2, 1)}], [(4, 7), (None, 3)]),
    "Reshape": (TARGETS, [(24,), (2, 12), (4, 3, 2)]),
    "TimeDistributed": (
        [{"layer": layers.Flatten()}, {"layer": layers.Activation("relu")}],
        [(20, 30), (None, 4, 2), (5, 4, 3, 2)],
    ),
    "CategoryEncoding": (modes("one_hot", "multi_hot", "count", num_tokens=7), [*CODES, ()]),
    "Discretization": (modes("int", "count", bin_boundaries=[0.0, 1.0]), CODES),
    "HashedCrossing": ([{"num_bins": 3}], [((), ()), ((1,), (1,))]),
    "Hashing": (modes("int", "one_hot", "count", num_bins=3), CODES),
    "IntegerLookup": (modes("int", "multi_hot", vocabulary=[4, 7]), CODES),
    "StringLookup": (modes("int", "one_hot", "count", vocabulary=["a", "b"]), CODES),
    "TextVectorization": (
        [
            {"vocabulary": ["a", "b"]},
            {"vocabulary": ["a", "b"], "output_sequence_length": 3},
            {"vocabulary": ["a", "b"], "output_mode": "count"},
        ],
        [(1,), ()],
    ),
}
"""For each layer by name: with which settings it is made, and the shapes of one sample."""
