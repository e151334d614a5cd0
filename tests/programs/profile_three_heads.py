"""One text, three answers of different kinds, each with a loss and a weight of its own."""

import keras
import numpy as np
from keras import layers

vocabulary_size, num_income_groups = 50, 4
posts_input = keras.Input(shape=(None,), dtype="int32", name="posts")
x = layers.Embedding(vocabulary_size, 8)(posts_input)
x = layers.Conv1D(8, 3, activation="relu")(x)
x = layers.MaxPooling1D(2)(x)
x = layers.Conv1D(8, 3, activation="relu", padding="same")(x)
x = layers.GlobalMaxPooling1D()(x)
x = layers.Dense(16, activation="relu")(x)
age_prediction = layers.Dense(1, name="age")(x)
income_prediction = layers.Dense(num_income_groups, activation="softmax", name="income")(x)
gender_prediction = layers.Dense(1, activation="sigmoid", name="gender")(x)
model = keras.Model(posts_input, [age_prediction, income_prediction, gender_prediction])
rng = np.random.default_rng(0)
posts = rng.integers(1, vocabulary_size, (48, 12))
age = posts.mean(1) / 25
income = np.eye(num_income_groups)[posts.max(1) % num_income_groups]
gender = (posts[:, 0] > 25).astype("float32")
losses = ["mse", "categorical_crossentropy", "binary_crossentropy"]
model.compile(optimizer="rmsprop", loss=losses, loss_weights=[0.25, 1.0, 10.0])
history = model.fit(posts, [age, income, gender], epochs=6, batch_size=16, verbose=0)
assert {"loss", "age_loss", "income_loss", "gender_loss"} <= set(history.history)
assert history.history["loss"][-1] < history.history["loss"][0]
names = ["age", "income", "gender"]
model.compile(
    optimizer="rmsprop",
    loss=dict(zip(names, losses)),
    loss_weights={"age": 0.25, "income": 1.0, "gender": 10.0},
    metrics={"income": "accuracy", "gender": ["accuracy", keras.metrics.AUC(name="auc")]},
)
model.fit(posts, {"age": age, "income": income, "gender": gender}, epochs=2, verbose=0)
logs = model.evaluate(
    posts,
    {"age": age, "income": income, "gender": gender},
    batch_size=16,
    verbose=0,
    return_dict=True,
)
total = 0.25 * logs["age_loss"] + logs["income_loss"] + 10 * logs["gender_loss"]
assert abs(total - logs["loss"]) < 1e-3
assert {"income_accuracy", "gender_accuracy", "gender_auc"} <= set(logs)
