"""REINFORCE: gradients of many steps are kept, weighted by what came after, and applied at once."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

keras.utils.set_random_seed(3)
rng = np.random.default_rng(0)


class Corridor:
    def reset(self):
        self.place = 2
        return np.eye(5, dtype="float32")[self.place]

    def step(self, action):
        self.place += 1 if action == 0 else -1
        done = self.place in (0, 4)
        reward = 1.0 if self.place == 4 else -1.0 if self.place == 0 else -0.05
        return np.eye(5, dtype="float32")[self.place], reward, done


def play_one_step(env, obs, model, loss_fn):
    with tf.GradientTape() as tape:
        left_proba = model(obs[np.newaxis])
        action = tf.random.uniform([1, 1]) > left_proba
        y_target = tf.constant([[1.0]]) - tf.cast(action, tf.float32)
        loss = tf.reduce_mean(loss_fn(y_target, left_proba))
    grads = tape.gradient(loss, model.trainable_variables)
    obs, reward, done = env.step(int(action[0, 0].numpy()))
    return obs, reward, done, grads


def discount_rewards(rewards, discount_rate):
    discounted = np.array(rewards)
    for step in range(len(rewards) - 2, -1, -1):
        discounted[step] += discounted[step + 1] * discount_rate
    return discounted


def discount_and_normalize_rewards(all_rewards, discount_rate):
    all_discounted = [discount_rewards(rewards, discount_rate) for rewards in all_rewards]
    flat_rewards = np.concatenate(all_discounted)
    return [(d - flat_rewards.mean()) / (flat_rewards.std() + 1e-9) for d in all_discounted]


assert np.allclose(discount_rewards([10, 0, -50], 0.8), [-22, -40, -50])
model = keras.models.Sequential(
    [
        keras.layers.Input((5,)),
        keras.layers.Dense(5, activation="elu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
optimizer = keras.optimizers.Adam(learning_rate=0.1)
loss_fn = keras.losses.binary_crossentropy
env = Corridor()
mean_rewards = []
for _ in range(8):
    all_rewards, all_grads = [], []
    for _ in range(6):
        current_rewards, current_grads = [], []
        obs = env.reset()
        for _ in range(8):
            obs, reward, done, grads = play_one_step(env, obs, model, loss_fn)
            current_rewards.append(reward)
            current_grads.append(grads)
            if done:
                break
        all_rewards.append(current_rewards)
        all_grads.append(current_grads)
    mean_rewards.append(np.mean([sum(rewards) for rewards in all_rewards]))
    all_final_rewards = discount_and_normalize_rewards(all_rewards, 0.95)
    all_mean_grads = []
    for var_index in range(len(model.trainable_variables)):
        mean_grads = tf.reduce_mean(
            [
                final_reward * all_grads[episode_index][step][var_index]
                for episode_index, final_rewards in enumerate(all_final_rewards)
                for step, final_reward in enumerate(final_rewards)
            ],
            axis=0,
        )
        all_mean_grads.append(mean_grads)
    optimizer.apply_gradients(zip(all_mean_grads, model.trainable_variables))
left = float(model(np.eye(5, dtype="float32")[2:3])[0, 0])
assert left > 0.5 and np.mean(mean_rewards[-2:]) > mean_rewards[0]
