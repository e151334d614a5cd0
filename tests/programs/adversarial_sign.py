"""A picture is changed a little, along the sign of the gradient, so that the answer changes."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
y = np.arange(80) % 2
x = (rng.random((80, 6, 6, 1)) * 0.4 + 0.3 * y.reshape(-1, 1, 1, 1)).astype("float32")
model = keras.Sequential(
    [
        keras.layers.Input((6, 6, 1)),
        keras.layers.Conv2D(4, 3, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(2, activation="softmax"),
    ]
)
model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=15, verbose=0)
loss_object = tf.keras.losses.CategoricalCrossentropy()


def create_adversarial_pattern(input_image, input_label):
    with tf.GradientTape() as tape:
        tape.watch(input_image)
        prediction = model(input_image)
        loss = loss_object(input_label, prediction)
    gradient = tape.gradient(loss, input_image)
    return tf.sign(gradient)


image = tf.convert_to_tensor(x[:1])
label = tf.one_hot(y[0], 2)
label = tf.reshape(label, (1, 2))
perturbations = create_adversarial_pattern(image, label)
assert set(np.unique(perturbations.numpy())) <= {-1.0, 0.0, 1.0}
sure = []
for eps in [0, 0.1, 0.3]:
    adv_x = image + eps * perturbations
    adv_x = tf.clip_by_value(adv_x, 0, 1)
    sure.append(float(model.predict(adv_x, verbose=0)[0, 0]))
assert sure[0] > sure[1] > sure[2]
saliency = tf.math.reduce_max(tf.math.abs(perturbations), axis=-1)[0]
assert saliency.shape == (6, 6)
