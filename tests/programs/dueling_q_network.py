"""A dueling network, its double, and Q values that are looked up by one_hot."""

from collections import deque

import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
n_outputs = 3


def create():
    input_states = keras.layers.Input(shape=[4])
    hidden1 = keras.layers.Dense(16, activation="elu")(input_states)
    hidden2 = keras.layers.Dense(16, activation="elu")(hidden1)
    state_values = keras.layers.Dense(1)(hidden2)
    raw_advantages = keras.layers.Dense(n_outputs)(hidden2)
    advantages = raw_advantages - keras.layers.Lambda(
        lambda a: tf.reduce_max(a, axis=1, keepdims=True), output_shape=(1,)
    )(raw_advantages)
    Q_values = state_values + advantages
    return keras.Model(inputs=[input_states], outputs=[Q_values])


model = create()
target = create()
target.set_weights(model.get_weights())
replay_memory = deque(maxlen=200)
for _ in range(200):
    state = rng.normal(size=4)
    action = rng.integers(n_outputs)
    replay_memory.append(
        (state, action, float(state[action]), rng.normal(size=4), rng.random() < 0.3)
    )
optimizer = keras.optimizers.Adam(learning_rate=1e-2)
loss_fn = keras.losses.MeanSquaredError()
discount_rate = 0.5


def training_step(batch_size):
    batch = [replay_memory[index] for index in rng.integers(len(replay_memory), size=batch_size)]
    states, actions, rewards, next_states, dones = (
        np.array([experience[field] for experience in batch]) for field in range(5)
    )
    next_Q_values = model.predict(next_states, verbose=0)
    best_next_actions = np.argmax(next_Q_values, axis=1)
    next_mask = tf.one_hot(best_next_actions, n_outputs).numpy()
    next_best = (target.predict(next_states, verbose=0) * next_mask).sum(axis=1)
    target_Q_values = rewards + (1 - dones) * discount_rate * next_best
    target_Q_values = target_Q_values.reshape(-1, 1)
    mask = tf.one_hot(actions, n_outputs)
    with tf.GradientTape() as tape:
        all_Q_values = model(states)
        Q_values = tf.reduce_sum(all_Q_values * mask, axis=1, keepdims=True)
        loss = tf.reduce_mean(loss_fn(target_Q_values, Q_values))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return float(loss)


losses = []
for step in range(60):
    losses.append(training_step(32))
    if step % 20 == 0:
        target.set_weights(model.get_weights())
assert np.mean(losses[-10:]) < np.mean(losses[:10])
states = np.eye(4)[:3] * 2
assert (model.predict(states, verbose=0).argmax(1) == np.arange(3)).mean() > 0.6
