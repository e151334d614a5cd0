"""A small radiance field: positions as waves, rays that are summed up, and a train_step."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

POS_ENCODE_DIMS, NUM_SAMPLES, SIZE, BATCH = 3, 4, 4, 2


def encode_position(x):
    positions = [x]
    for i in range(POS_ENCODE_DIMS):
        for fn in [tf.sin, tf.cos]:
            positions.append(fn(2.0**i * x))
    return tf.concat(positions, axis=-1)


def get_rays(height, width, focal, pose):
    i, j = tf.meshgrid(
        tf.range(width, dtype=tf.float32), tf.range(height, dtype=tf.float32), indexing="xy"
    )
    directions = tf.stack(
        [(i - width * 0.5) / focal, -(j - height * 0.5) / focal, -tf.ones_like(i)], axis=-1
    )
    camera_matrix = pose[:3, :3]
    ray_directions = tf.reduce_sum(directions[..., None, :] * camera_matrix, axis=-1)
    return tf.broadcast_to(pose[:3, -1], tf.shape(ray_directions)), ray_directions


def render_flat_rays(ray_origins, ray_directions, near, far, num_samples):
    t_vals = tf.linspace(near, far, num_samples)
    rays = ray_origins[..., None, :] + ray_directions[..., None, :] * t_vals[..., None]
    return encode_position(tf.reshape(rays, [-1, 3])), t_vals


def render_rgb_depth(model, rays_flat, t_vals, train=True):
    predictions = model(rays_flat) if train else model.predict(rays_flat, verbose=0)
    predictions = tf.reshape(predictions, shape=(BATCH, SIZE, SIZE, NUM_SAMPLES, 4))
    rgb = tf.sigmoid(predictions[..., :-1])
    sigma_a = tf.nn.relu(predictions[..., -1])
    delta = t_vals[..., 1:] - t_vals[..., :-1]
    delta = tf.concat([delta, tf.broadcast_to([1e10], shape=(1,))], axis=-1)
    alpha = 1.0 - tf.exp(-sigma_a * delta[None, None, None, :])
    transmittance = tf.math.cumprod(1.0 - alpha + 1e-10, axis=-1, exclusive=True)
    weights = alpha * transmittance
    rgb = tf.reduce_sum(weights[..., None] * rgb, axis=-2)
    return rgb, tf.reduce_sum(weights * t_vals[None, None, None, :], axis=-1)


inputs = keras.Input(shape=(3 * (1 + 2 * POS_ENCODE_DIMS),))
x = inputs
for i in range(3):
    x = layers.Dense(units=12, activation="relu")(x)
    if i == 1:
        x = layers.concatenate([x, inputs], axis=-1)
nerf_model = keras.Model(inputs=inputs, outputs=layers.Dense(units=4)(x))
origins, directions = get_rays(SIZE, SIZE, 4.0, tf.eye(4))
assert origins.shape == (SIZE, SIZE, 3) and float(directions[0, 0, 2]) == -1.0
rays_flat, t_vals = render_flat_rays(origins, directions, 2.0, 6.0, NUM_SAMPLES)
rays_flat = tf.concat([rays_flat] * BATCH, axis=0)
images = tf.constant(np.random.default_rng(0).random((BATCH, SIZE, SIZE, 3)).astype("float32"))
optimizer = keras.optimizers.Adam(0.02)
losses = []
for _ in range(25):
    with tf.GradientTape() as tape:
        rgb, depth = render_rgb_depth(nerf_model, rays_flat, t_vals)
        loss = tf.reduce_mean(tf.square(images - rgb))
    gradients = tape.gradient(loss, nerf_model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, nerf_model.trainable_variables))
    losses.append(float(loss))
assert losses[-1] < losses[0]
psnr = tf.image.psnr(images, rgb, max_val=1.0)
assert psnr.shape == (BATCH,) and depth.shape == (BATCH, SIZE, SIZE)
rgb, _ = render_rgb_depth(nerf_model, rays_flat, t_vals, train=False)
assert 0 <= float(tf.reduce_min(rgb)) and float(tf.reduce_max(rgb)) <= 1.001
