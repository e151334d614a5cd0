"""An actor and a critic in one model, trained after every episode with one tape."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

gamma, eps = 0.95, np.finfo(np.float32).eps.item()
inputs = layers.Input(shape=(3,))
common = layers.Dense(16, activation="relu")(inputs)
action = layers.Dense(2, activation="softmax")(common)
critic = layers.Dense(1)(common)
model = keras.Model(inputs=inputs, outputs=[action, critic])
optimizer = keras.optimizers.Adam(learning_rate=0.03)
huber_loss = keras.losses.Huber()
rng = np.random.default_rng(3)
running = []
for episode in range(40):
    state = rng.normal(size=3)
    action_probs_history, critic_value_history, rewards_history = [], [], []
    with tf.GradientTape() as tape:
        for timestep in range(5):
            batch = tf.convert_to_tensor(state)
            batch = tf.expand_dims(batch, 0)
            action_probs, critic_value = model(batch)
            critic_value_history.append(critic_value[0, 0])
            p = np.squeeze(action_probs)
            chosen = rng.choice(2, p=p / p.sum())
            action_probs_history.append(tf.math.log(action_probs[0, chosen]))
            rewards_history.append(1.0 if chosen == int(state[0] > 0) else 0.0)
            state = rng.normal(size=3)
        returns, discounted = [], 0
        for r in rewards_history[::-1]:
            discounted = r + gamma * discounted
            returns.insert(0, discounted)
        returns = (np.array(returns) - np.mean(returns)) / (np.std(returns) + eps)
        actor_losses, critic_losses = [], []
        for log_prob, value, ret in zip(
            action_probs_history, critic_value_history, returns.tolist()
        ):
            actor_losses.append(-log_prob * (ret - value))
            critic_losses.append(huber_loss(tf.expand_dims(value, 0), tf.expand_dims(ret, 0)))
        loss_value = sum(actor_losses) + sum(critic_losses)
    grads = tape.gradient(loss_value, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    running.append(sum(rewards_history))
assert np.isfinite(float(loss_value)) and all(g is not None for g in grads)
