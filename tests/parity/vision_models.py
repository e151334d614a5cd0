"""Cases on images: convolution, pooling, batch normalization, and the guide's vision models."""

from tests.parity.case import binary, case, classes, compiled, normal, one_hot, variants

IMAGE = {"x": normal(7, 6, 4), "y": normal(2)}
FILLED = {"fill_mode": "constant", "fill_value": 0.5}
CHANNELS_FIRST = {"x": normal(4, 7, 6), "y": normal(2)}


def on_images(keras, layer, shape):
    """A model that ends in two numbers, around one layer that makes images."""
    layers = keras.layers
    inputs = keras.Input(shape)
    x = layers.Flatten()(layer(inputs))
    return compiled(keras, inputs, layers.Dense(2)(x))


@variants(
    conv2d_valid=({"kernel_size": 3, "activation": "relu"}, IMAGE),
    conv2d_same=({"kernel_size": (3, 3), "padding": "same"}, IMAGE),
    conv2d_even_kernel_same=({"kernel_size": (2, 4), "padding": "same"}, IMAGE),
    conv2d_strides=({"kernel_size": 3, "strides": 2}, IMAGE),
    conv2d_strides_same=({"kernel_size": 3, "strides": (2, 3), "padding": "same"}, IMAGE),
    conv2d_dilated=({"kernel_size": 3, "dilation_rate": 2}, IMAGE),
    conv2d_dilated_same=({"kernel_size": (3, 2), "dilation_rate": 2, "padding": "same"}, IMAGE),
    conv2d_groups=({"kernel_size": 3, "groups": 2}, IMAGE),
    conv2d_one_by_one=({"kernel_size": 1, "activation": "tanh"}, IMAGE),
    conv2d_without_bias=({"kernel_size": 2, "use_bias": False}, IMAGE),
    conv2d_regularized=({"kernel_size": 2, "kernel_regularizer": "l2"}, IMAGE),
    conv2d_channels_first=(
        {"kernel_size": 3, "padding": "same", "data_format": "channels_first"},
        CHANNELS_FIRST,
    ),
)
def conv2d(keras, options):
    first = options.get("data_format") == "channels_first"
    shape = (4, 7, 6) if first else (7, 6, 4)
    return on_images(keras, keras.layers.Conv2D(6, **options), shape)


@variants(
    max_pooling=(("MaxPooling2D", {}), IMAGE),
    max_pooling_same=(("MaxPooling2D", {"padding": "same"}), IMAGE),
    max_pooling_overlapping=(("MaxPooling2D", {"pool_size": 3, "strides": 1}), IMAGE),
    max_pooling_overlapping_same=(
        ("MaxPooling2D", {"pool_size": (3, 2), "strides": 1, "padding": "same"}),
        IMAGE,
    ),
    max_pooling_channels_first=(
        ("MaxPooling2D", {"data_format": "channels_first"}),
        CHANNELS_FIRST,
    ),
    average_pooling=(("AveragePooling2D", {"pool_size": 2}), IMAGE),
    average_pooling_same=(("AveragePooling2D", {"pool_size": 2, "padding": "same"}), IMAGE),
    average_pooling_overlapping=(
        ("AveragePooling2D", {"pool_size": (3, 2), "strides": (1, 2), "padding": "same"}),
        IMAGE,
    ),
    average_pooling_channels_first=(
        ("AveragePooling2D", {"pool_size": 2, "data_format": "channels_first"}),
        CHANNELS_FIRST,
    ),
    global_average_pooling=(("GlobalAveragePooling2D", {}), IMAGE),
    global_average_pooling_keeping_axes=(("GlobalAveragePooling2D", {"keepdims": True}), IMAGE),
)
def pooling(keras, settings):
    name, options = settings
    first = options.get("data_format") == "channels_first"
    layers = keras.layers
    inputs = keras.Input((4, 7, 6) if first else (7, 6, 4))
    mixed = layers.Conv2D(4, 1, data_format=options.get("data_format"))(inputs)
    x = layers.Flatten()(getattr(layers, name)(**options)(mixed))
    return compiled(keras, inputs, layers.Dense(2)(x))


ROWS = {"x": normal(5), "y": normal(2)}


@variants(
    batch_normalization=({}, ROWS),
    batch_normalization_momentum=({"momentum": 0.8, "epsilon": 1e-2}, ROWS),
    batch_normalization_plain=({"center": False, "scale": False}, ROWS),
    batch_normalization_frozen=({"trainable": False}, ROWS),
    batch_renormalization=({"renorm": True, "renorm_momentum": 0.8}, ROWS),
    batch_renormalization_plain=({"renorm": True, "center": False, "scale": False}, ROWS),
    batch_renormalization_clipped=(
        {
            "renorm": True,
            "momentum": 0.5,
            "renorm_clipping": {"rmin": 0.8, "rmax": 1.5, "dmax": 0.3},
        },
        ROWS,
    ),
)
def batch_normalization(keras, options):
    layers = keras.layers
    inputs = keras.Input((5,))
    x = layers.Dense(4, use_bias=False)(inputs)
    x = layers.Activation("relu")(layers.BatchNormalization(**options)(x))
    return compiled(keras, inputs, layers.Dense(2)(x))


@case(x=normal(6, 6, 2), y=one_hot(3))
def batch_normalization_of_images(keras):
    layers = keras.layers
    inputs = keras.Input((6, 6, 2))
    x = layers.Conv2D(3, 3, use_bias=False)(inputs)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    model.compile("sgd", "categorical_crossentropy")
    return model


@case(x=normal(3, 5, 4), y=normal(2))
def batch_normalization_of_another_axis(keras):
    return on_images(keras, keras.layers.BatchNormalization(axis=1), (3, 5, 4))


@case(x=normal(6, 6, 3), y=one_hot(4))
def inception_block(keras):
    layers = keras.layers
    inputs = keras.Input((6, 6, 3))
    options = {"padding": "same", "activation": "relu"}
    towers = [
        layers.Conv2D(4, 3, **options)(layers.Conv2D(4, 1, **options)(inputs)),
        layers.Conv2D(4, 5, **options)(layers.Conv2D(4, 1, **options)(inputs)),
        layers.Conv2D(4, 1, **options)(
            layers.MaxPooling2D((3, 3), strides=(1, 1), padding="same")(inputs)
        ),
    ]
    x = layers.GlobalAveragePooling2D()(layers.concatenate(towers, axis=-1))
    model = keras.Model(inputs, layers.Dense(4, activation="softmax")(x))
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    return model


@case(x=normal(6, 6, 3), y=classes(4))
def residual_blocks(keras):
    layers = keras.layers
    inputs = keras.Input((6, 6, 3))
    x = layers.Conv2D(3, 3, padding="same")(inputs)
    x = layers.add([x, inputs])
    y = layers.Conv2D(3, 3, padding="same", use_bias=False)(x)
    y = layers.Activation("relu")(layers.BatchNormalization()(y))
    x = layers.AveragePooling2D(2)(layers.add([x, y]))
    x = layers.Flatten()(x)
    model = keras.Model(inputs, layers.Dense(4, activation="softmax")(x))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@case(x=[normal(9, 9, 1), normal(9, 9, 1)], y=binary(1))
def shared_vision_model(keras):
    layers = keras.layers
    digit = keras.Input((9, 9, 1))
    x = layers.Conv2D(4, (3, 3))(digit)
    x = layers.Conv2D(4, (3, 3))(x)
    x = layers.MaxPooling2D((2, 2))(x)
    vision = keras.Model(digit, layers.Flatten()(x))
    first, second = keras.Input((9, 9, 1)), keras.Input((9, 9, 1))
    x = layers.concatenate([vision(first), vision(second)])
    model = keras.Model([first, second], layers.Dense(1, activation="sigmoid")(x))
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


@case(x=[normal(8, 8, 3), classes(12, 4)], y=one_hot(5))
def question_about_an_image(keras):
    layers = keras.layers
    vision = keras.Sequential()
    vision.add(layers.Conv2D(4, (3, 3), activation="relu", padding="same"))
    vision.add(layers.Conv2D(4, (3, 3), activation="relu"))
    vision.add(layers.MaxPooling2D((2, 2)))
    vision.add(layers.Flatten())
    image = keras.Input((8, 8, 3))
    question = keras.Input((4,), dtype="int32")
    asked = layers.LSTM(6)(layers.Embedding(12, 5)(question))
    x = layers.concatenate([asked, vision(image)])
    model = keras.Model([image, question], layers.Dense(5, activation="softmax")(x))
    model.compile("sgd", "categorical_crossentropy")
    return model


@case(x=[normal(3, 6, 6, 2), classes(12, 4)], y=one_hot(5))
def question_about_a_video(keras):
    layers = keras.layers
    frame = keras.Input((6, 6, 2))
    x = layers.MaxPooling2D()(layers.Conv2D(3, 3, activation="relu")(frame))
    vision = keras.Model(frame, layers.Flatten()(x))
    words = keras.Input((4,), dtype="int32")
    asked = layers.LSTM(4)(layers.Embedding(12, 5)(words))
    encoder = keras.Model(words, asked)
    video, question = keras.Input((3, 6, 6, 2)), keras.Input((4,), dtype="int32")
    seen = layers.LSTM(6)(layers.TimeDistributed(vision)(video))
    x = layers.concatenate([seen, encoder(question)])
    model = keras.Model([video, question], layers.Dense(5, activation="softmax")(x))
    model.compile("sgd", "categorical_crossentropy")
    return model


@variants(
    random_rotation_by_an_angle=(("RandomRotation", {"factor": (0.1, 0.1)}), IMAGE),
    random_rotation_with_zeros=(
        ("RandomRotation", {"factor": (-0.3, -0.3), "fill_mode": "constant"}),
        IMAGE,
    ),
    random_translation_by_a_part=(
        ("RandomTranslation", {"height_factor": (0.2, 0.2), "width_factor": (-0.4, -0.4)}),
        IMAGE,
    ),
    random_zoom_in=(("RandomZoom", {"height_factor": (-0.3, -0.3)}), IMAGE),
    random_zoom_of_both_sides=(
        (
            "RandomZoom",
            {"height_factor": (0.4, 0.4), "width_factor": (-0.2, -0.2), "fill_mode": "wrap"},
        ),
        IMAGE,
    ),
    random_brightness_by_a_part=(
        ("RandomBrightness", {"factor": (0.2, 0.2), "value_range": (-1, 1)}),
        IMAGE,
    ),
    random_contrast_by_a_factor=(
        ("RandomContrast", {"factor": (0, 0), "value_range": (-1, 1)}),
        IMAGE,
    ),
    random_rotation_of_nearest_pixels=(
        ("RandomRotation", {"factor": (0.1, 0.1), "interpolation": "nearest"} | FILLED),
        IMAGE,
    ),
    random_translation_of_nearest_pixels=(
        (
            "RandomTranslation",
            {"height_factor": (0.3, 0.3), "width_factor": (0.1, 0.1), "interpolation": "nearest"}
            | FILLED,
        ),
        IMAGE,
    ),
    random_translation_channels_first=(
        (
            "RandomTranslation",
            {
                "height_factor": (-0.2, -0.2),
                "width_factor": (0.3, 0.3),
                "data_format": "channels_first",
            },
        ),
        IMAGE,
    ),
    random_zoom_of_nearest_pixels=(
        ("RandomZoom", {"height_factor": (0.3, 0.3), "interpolation": "nearest"} | FILLED),
        IMAGE,
    ),
    random_brightness_of_a_photo=(("RandomBrightness", {"factor": (-0.1, -0.1)}), IMAGE),
    random_brightness_by_nothing=(("RandomBrightness", {"factor": 0}), IMAGE),
    random_contrast_of_a_photo=(("RandomContrast", {"factor": (0, 0)}), IMAGE),
    random_contrast_by_nothing=(("RandomContrast", {"factor": 0, "value_range": (0, 1)}), IMAGE),
    random_crop_of_all=(("RandomCrop", {"height": 7, "width": 6}), IMAGE),
    random_crop_of_all_with_a_seed=(("RandomCrop", {"height": 7, "width": 6, "seed": 5}), IMAGE),
    random_crop_of_all_channels_first=(
        ("RandomCrop", {"height": 6, "width": 4, "data_format": "channels_first"}),
        IMAGE,
    ),
)
def one_change(keras, chosen):
    """A layer that changes images at random, with one number to choose from."""
    kind, options = chosen
    return on_images(keras, getattr(keras.layers, kind)(**options), (7, 6, 4))
