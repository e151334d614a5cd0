"""A model as a class, with three inputs in a dict and two outputs, in a functional model as well."""

import keras
import numpy as np
from keras import layers


class CustomerTicketModel(keras.Model):
    def __init__(self, num_departments):
        super().__init__()
        self.concat_layer = layers.Concatenate()
        self.mixing_layer = layers.Dense(16, activation="relu")
        self.priority_scorer = layers.Dense(1, activation="sigmoid")
        self.department_classifier = layers.Dense(num_departments, activation="softmax")

    def call(self, inputs):
        title, text_body, tags = inputs["title"], inputs["text_body"], inputs["tags"]
        features = self.concat_layer([title, text_body, tags])
        features = self.mixing_layer(features)
        return self.priority_scorer(features), self.department_classifier(features)


rng = np.random.default_rng(0)
num_samples = 64
data = {
    "title": rng.integers(0, 2, (num_samples, 10)).astype("float32"),
    "text_body": rng.integers(0, 2, (num_samples, 10)).astype("float32"),
    "tags": rng.integers(0, 2, (num_samples, 5)).astype("float32"),
}
priority = data["tags"][:, :1] * 0.8 + 0.1
department = np.eye(4)[rng.integers(0, 4, num_samples)]
model = CustomerTicketModel(num_departments=4)
found_priority, found_department = model(data)
assert found_priority.shape == (64, 1) and found_department.shape == (64, 4)
model.compile(
    optimizer="rmsprop",
    loss=["mean_squared_error", "categorical_crossentropy"],
    metrics=[["mean_absolute_error"], ["accuracy"]],
)
history = model.fit(data, [priority, department], epochs=4, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
results = model.evaluate(data, [priority, department], verbose=0)
assert len(results) in (3, 5)
first, second = model.predict(data, verbose=0)
assert first.shape == (64, 1) and np.allclose(second.sum(1), 1, atol=1e-5)


class Classifier(keras.Model):
    def __init__(self, num_classes=2):
        super().__init__()
        units, activation = (1, "sigmoid") if num_classes == 2 else (num_classes, "softmax")
        self.dense = layers.Dense(units, activation=activation)

    def call(self, inputs):
        return self.dense(inputs)


inputs = keras.Input(shape=(3,))
features = layers.Dense(16, activation="relu")(inputs)
mixed = keras.Model(inputs=inputs, outputs=Classifier(num_classes=10)(features))
assert mixed.output_shape == (None, 10) and mixed.count_params() == 64 + 170
