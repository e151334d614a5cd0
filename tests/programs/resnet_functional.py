"""Residual blocks written as functions of tensors."""

import keras
import numpy as np
from keras import layers, regularizers


def res_block(x, filters, stride=1):
    shortcut = x
    x = layers.Conv2D(
        filters,
        3,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        kernel_regularizer=regularizers.l2(1e-4),
    )(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    if stride != 1 or shortcut.shape[-1] != filters:
        shortcut = layers.Conv2D(filters, 1, strides=stride, padding="same")(shortcut)
    return layers.Activation("relu")(layers.add([x, shortcut]))


inputs = keras.Input((16, 16, 3))
x = layers.Conv2D(8, 3, padding="same")(inputs)
for filters, stride in [(8, 1), (16, 2), (16, 1)]:
    x = res_block(x, filters, stride)
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(4, activation="softmax")(x), name="toy_resnet")
model.compile(
    keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "sparse_categorical_crossentropy",
    metrics=["acc"],
)
images = np.random.default_rng(0).random((24, 16, 16, 3))
history = model.fit(images, np.arange(24) % 4, epochs=3, batch_size=8, verbose=0)
assert "acc" in history.history
assert sum(isinstance(layer, layers.Add) for layer in model.layers) == 3
assert len(model.losses) == 3
lines = []
model.summary(print_fn=lambda line, **kwargs: lines.append(line))
assert any("Total params" in line for line in lines)
