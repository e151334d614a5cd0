"""Deep Q-learning on a corridor: the target network, masks by one_hot, and a loop with a tape."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
num_actions, gamma, epsilon = 2, 0.9, 1.0


def create_q_model():
    return keras.Sequential(
        [
            layers.Lambda(lambda x: x * 2.0, output_shape=[4], input_shape=(4,)),
            layers.Dense(16, activation="relu"),
            layers.Dense(num_actions, activation="linear"),
        ]
    )


model, model_target = create_q_model(), create_q_model()
optimizer = keras.optimizers.Adam(learning_rate=0.01, clipnorm=1.0)
loss_function = keras.losses.Huber()
states, actions, rewards, nexts, dones = [], [], [], [], []
frames = 0
for episode in range(25):
    place = 0
    for _ in range(12):
        frames += 1
        state = np.eye(4)[place]
        if rng.random() < epsilon:
            action = int(rng.integers(num_actions))
        else:
            action = int(
                tf.argmax(
                    model(tf.expand_dims(tf.convert_to_tensor(state), 0), training=False)[0]
                ).numpy()
            )
        epsilon = max(0.1, epsilon - 0.01)
        place = min(3, place + 1) if action else max(0, place - 1)
        done = place == 3
        for rows, value in zip(
            (states, actions, rewards, nexts, dones),
            (state, action, float(done), np.eye(4)[place], float(done)),
        ):
            rows.append(value)
        if frames % 2 == 0 and len(dones) > 16:
            indices = rng.choice(len(dones), size=16)
            state_sample = np.array([states[i] for i in indices])
            future = model_target.predict(np.array([nexts[i] for i in indices]), verbose=0)
            reward = tf.convert_to_tensor([rewards[i] for i in indices])
            done_sample = tf.convert_to_tensor([dones[i] for i in indices])
            updated = reward + gamma * tf.reduce_max(future, axis=1) * (1 - done_sample)
            masks = tf.one_hot([actions[i] for i in indices], num_actions)
            with tf.GradientTape() as tape:
                q_values = model(state_sample)
                q_action = tf.reduce_sum(tf.multiply(q_values, masks), axis=1)
                loss = loss_function(updated, q_action)
            grads = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(grads, model.trainable_variables))
        if frames % 20 == 0:
            model_target.set_weights(model.get_weights())
        if done:
            break
assert np.isfinite(float(loss)) and model.predict(np.eye(4), verbose=0).shape == (4, 2)
