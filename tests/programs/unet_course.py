"""Segmentation with skip connections in the style of a course: blocks that return two tensors."""

import numpy as np
import tensorflow as tf
from tensorflow.keras.callbacks import CSVLogger, ModelCheckpoint, ReduceLROnPlateau
from tensorflow.keras.layers import (
    Conv2D,
    Conv2DTranspose,
    Dropout,
    Input,
    MaxPooling2D,
    concatenate,
)


def conv_block(inputs=None, n_filters=8, dropout_prob=0, max_pooling=True):
    conv = Conv2D(n_filters, 3, activation="relu", padding="same", kernel_initializer="he_normal")(
        inputs
    )
    conv = Conv2D(n_filters, 3, activation="relu", padding="same", kernel_initializer="he_normal")(
        conv
    )
    if dropout_prob > 0:
        conv = Dropout(dropout_prob)(conv)
    next_layer = MaxPooling2D(2, 2)(conv) if max_pooling else conv
    return next_layer, conv


def upsampling_block(expansive_input, contractive_input, n_filters=8):
    up = Conv2DTranspose(n_filters, 3, strides=(2, 2), padding="same")(expansive_input)
    merge = concatenate([up, contractive_input], axis=3)
    conv = Conv2D(n_filters, 3, activation="relu", padding="same", kernel_initializer="he_normal")(
        merge
    )
    return Conv2D(n_filters, 3, activation="relu", padding="same", kernel_initializer="he_normal")(
        conv
    )


def unet_model(input_size=(16, 16, 3), n_filters=4, n_classes=3):
    inputs = Input(input_size)
    cblock1 = conv_block(inputs, n_filters)
    cblock2 = conv_block(cblock1[0], n_filters * 2)
    cblock3 = conv_block(cblock2[0], n_filters * 4, dropout_prob=0.3, max_pooling=False)
    ublock6 = upsampling_block(cblock3[0], cblock2[1], n_filters * 2)
    ublock7 = upsampling_block(ublock6, cblock1[1], n_filters)
    conv9 = Conv2D(n_filters, 3, activation="relu", padding="same", kernel_initializer="he_normal")(
        ublock7
    )
    conv10 = Conv2D(n_classes, 1, padding="same")(conv9)
    return tf.keras.Model(inputs=inputs, outputs=conv10)


rng = np.random.default_rng(2)
images = rng.random((24, 16, 16, 3)).astype("float32")
masks = (images.sum(-1, keepdims=True) > 1.5).astype("uint8") + (images[..., :1] > 0.9).astype(
    "uint8"
)


def preprocess(image, mask):
    input_image = tf.image.resize(image, (16, 16), method="nearest")
    input_mask = tf.image.resize(mask, (16, 16), method="nearest")
    return input_image, input_mask


dataset = tf.data.Dataset.from_tensor_slices((images, masks)).map(preprocess)
train_dataset = dataset.cache().shuffle(100).batch(8)
unet = unet_model()
unet.compile(
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
callbacks = [
    ModelCheckpoint("unet-{epoch:02d}.weights.h5", save_weights_only=True, monitor="loss"),
    ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1),
    CSVLogger("log.csv", separator=";"),
]
model_history = unet.fit(train_dataset, epochs=3, callbacks=callbacks, verbose=0)
with open("log.csv") as file:
    head = file.readline().strip().split(";")
assert head[:3] == ["epoch", "accuracy", "learning_rate"] and "loss" in head, head


def create_mask(pred_mask):
    pred_mask = tf.argmax(pred_mask, axis=-1)
    pred_mask = pred_mask[..., tf.newaxis]
    return pred_mask[0]


for image, mask in train_dataset.take(1):
    pred_mask = unet.predict(image, verbose=0)
    assert create_mask(pred_mask).shape == (16, 16, 1)
assert model_history.history["loss"][-1] < model_history.history["loss"][0]
unet.load_weights("unet-03.weights.h5")
iou = tf.keras.metrics.MeanIoU(num_classes=3, sparse_y_true=True, sparse_y_pred=False)
iou.update_state(masks[..., 0], unet.predict(images, verbose=0))
assert 0 <= iou.result().numpy() <= 1
