"""Where a convolution looked: the gradient of a class with respect to the last maps."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

model = keras.Sequential(
    [
        keras.Input((12, 12, 1)),
        keras.layers.Conv2D(4, 3, activation="relu", name="first"),
        keras.layers.Conv2D(6, 3, activation="relu", name="last_conv"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(3, name="scores"),
    ]
)


def make_gradcam_heatmap(img_array, model, last_conv_layer_name, pred_index=None):
    grad_model = keras.models.Model(
        model.inputs, [model.get_layer(last_conv_layer_name).output, model.output]
    )
    with tf.GradientTape() as tape:
        last_conv_layer_output, preds = grad_model(img_array)
        if pred_index is None:
            pred_index = tf.argmax(preds[0])
        class_channel = preds[:, pred_index]
    grads = tape.gradient(class_channel, last_conv_layer_output)
    pooled_grads = tf.reduce_mean(grads, axis=(0, 1, 2))
    last_conv_layer_output = last_conv_layer_output[0]
    heatmap = last_conv_layer_output @ pooled_grads[..., tf.newaxis]
    heatmap = tf.squeeze(heatmap)
    heatmap = tf.maximum(heatmap, 0) / tf.math.reduce_max(heatmap)
    return heatmap.numpy(), pooled_grads.numpy()


image = np.random.default_rng(0).random((1, 12, 12, 1)).astype("float32")
heatmap, weights = make_gradcam_heatmap(image, model, "last_conv", pred_index=1)
kernel = model.get_layer("scores").get_weights()[0]
assert heatmap.shape == (8, 8) and np.nanmax(heatmap) <= 1.0001
assert np.allclose(weights, kernel[:, 1] / 64, atol=1e-6)  # each of 64 places has the same share
