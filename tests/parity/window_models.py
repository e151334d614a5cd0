"""Cases on layers that slide a window, pad, crop or enlarge: each model has several settings of one
layer side by side.
"""

from tests.parity.case import compiled, normal, variants

SEQUENCE, IMAGE, VOLUME = (9, 4), (5, 6, 4), (4, 5, 6, 4)
FIRST = {"data_format": "channels_first"}
SAME = {"padding": "same"}
UP = {"size": (2, 3)}

# For each layer: the shape of a sample, and the settings of each branch.
VOLUMES = {
    "Conv3D": [
        {"filters": 2, "kernel_size": 2, "activation": "relu"},
        {"filters": 4, "kernel_size": (1, 3, 2), "strides": (2, 1, 3), "groups": 2, **SAME},
        {"filters": 2, "kernel_size": 2, "dilation_rate": (1, 2, 1), "use_bias": False},
        {"filters": 8, "kernel_size": (3, 1, 2), "groups": 4, "strides": 2, **SAME},
        {"filters": 2, "kernel_size": 3, **FIRST},
    ],
    "MaxPooling3D": [
        {},
        {"pool_size": (1, 3, 2), "strides": (1, 2, 3), **SAME},
        {"pool_size": 3, "strides": 1, **SAME, **FIRST},
    ],
    "AveragePooling3D": [
        {"pool_size": 2},
        {"pool_size": (3, 3, 2), "strides": (1, 2, 3), **SAME},
        {"pool_size": 3, "strides": 1, **SAME, **FIRST},
    ],
    "GlobalMaxPooling3D": [{}, {"keepdims": True}, FIRST],
    "GlobalAveragePooling3D": [{}, {"keepdims": True}, FIRST],
    "ZeroPadding3D": [{}, {"padding": (1, 0, 2)}, {"padding": ((0, 1), (2, 0), (0, 0)), **FIRST}],
    "Cropping3D": [{}, {"cropping": (1, 0, 2)}, {"cropping": ((0, 1), (2, 0), (0, 0)), **FIRST}],
    "UpSampling3D": [{}, {"size": (1, 3, 2)}, {"size": (2, 1, 1), **FIRST}],
}
SEQUENCES = {
    "ZeroPadding1D": [{}, {"padding": (2, 1)}, {"padding": 3, **FIRST}],
    "Cropping1D": [{}, {"cropping": 3}, {"cropping": (0, 4)}],
    "UpSampling1D": [{}, {"size": 3}, {"size": 1}],
}
IMAGES = {
    "UpSampling2D": [
        {"interpolation": "nearest", **FIRST},
        {"interpolation": "bilinear"},
        {"interpolation": "bilinear", **UP, **FIRST},
        {"interpolation": "bicubic", **UP},
        {"interpolation": "lanczos3", **UP},
        {"interpolation": "lanczos5", "size": 4},
    ],
}
TRANSPOSED = [
    {"filters": 2, "kernel_size": 3, "strides": 2, "activation": "relu"},
    {"filters": 2, "kernel_size": 3, "strides": 2, **SAME},
    {"filters": 2, "kernel_size": 2, "strides": 3},
    {"filters": 2, "kernel_size": 2, "strides": 3, "output_padding": 1, **SAME},
    {"filters": 2, "kernel_size": 2, "strides": 3, "output_padding": 2, "use_bias": False},
    {"filters": 2, "kernel_size": 2, "dilation_rate": 2, **FIRST},
    {"filters": 2, "kernel_size": 3, "dilation_rate": 2, **SAME},
]
APART = [
    {"kernel_size": 2, "activation": "relu"},
    {"kernel_size": 3, "strides": 2, "depth_multiplier": 2, **SAME},
    {"kernel_size": 2, "dilation_rate": 2, "use_bias": False, **SAME},
    {"kernel_size": 3, "depth_multiplier": 2, **FIRST},
]
MIXED = [{"filters": 2, **options} for options in APART]
for kind in ("Average", "Max"):
    for table, size in ((SEQUENCES, (4,)), (IMAGES, (2, 4)), (VOLUMES, (1, 4, 5))):
        table[f"Adaptive{kind}Pooling{len(size)}D"] = [
            {"output_size": size},
            {"output_size": 3},
            {"output_size": size[::-1], **FIRST},
        ]
SEQUENCES |= {"Conv1DTranspose": TRANSPOSED, "DepthwiseConv1D": APART, "SeparableConv1D": MIXED}
IMAGES |= {"Conv2DTranspose": TRANSPOSED, "DepthwiseConv2D": APART, "SeparableConv2D": MIXED}
VOLUMES |= {"Conv3DTranspose": TRANSPOSED}
SHAPES = ((SEQUENCE, SEQUENCES), (IMAGE, IMAGES), (VOLUME, VOLUMES))


@variants(
    **{
        f"{name}_side_by_side": ((name, branches, shape), {"x": normal(*shape), "y": normal(2)})
        for shape, table in SHAPES
        for name, branches in table.items()
    }
)
def side_by_side(keras, setting):
    name, branches, shape = setting
    layers = keras.layers
    inputs = keras.Input(shape)
    x = layers.Dense(4)(inputs)  # so that a gradient flows through the layer
    made = [getattr(layers, name)(**options)(x) for options in branches]
    joined = layers.concatenate([layers.Dense(2)(layers.Flatten()(y)) for y in made])
    slow = keras.optimizers.SGD(0.001)  # so that training converges, and rounding stays small
    return compiled(keras, inputs, layers.Dense(2)(joined), slow, "mse")
