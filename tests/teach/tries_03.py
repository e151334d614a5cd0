"""Lesson 3: tries at its exercises."""

LESSON = """
from funclab import Input, Model, optimizers
from funclab.datasets import digits
from funclab.losses import SparseCategoricalCrossentropy

x = Input((1,), name="x")
one_weight = Model(x, Dense(1, use_bias=False, name="slope")(x), name="one_weight")
(x_train, y_train), (x_test, y_test) = digits.load_data()
x_train, x_test = x_train.reshape(-1, 64) / 16, x_test.reshape(-1, 64) / 16
pixels = Input((64,), name="pixels")
settings = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}

def new_reader(name, last="softmax", dropout=0):
    h = Dense(32, activation="relu", name="hidden")(pixels)
    h = Dropout(dropout, name="drop")(h) if dropout else h
    return Model(pixels, Dense(10, activation=last, name="digit")(h), name=name)

reader = new_reader("reader")
"""
BUILD = """
model = new_reader("model")
model.compile("adam", **settings)
"""
FIRST = "first = model.fit(x_train, y_train, epochs=2, verbose=0)\n"
SECOND = "second = model.fit(x_train, y_train, epochs=2, verbose=0)\n"
SCORE = "score = model.evaluate(x_test, y_test, verbose=0)\n"
RAW = "raw_train, raw_test = x_train * 16, x_test * 16\n"


def repaired(last, loss, *, wrap="", metrics='["accuracy"]', epochs=20):
    """The reader of 3C with another end, loss, metrics or number of epochs."""
    return f"""
h = Dense(32, activation="relu", name="hidden")(pixels)
h = {wrap}({last}(h))
model = Model(pixels, h, name="model")
model.compile("adam", {loss}, metrics={metrics})
history = model.fit(x_train, y_train, epochs={epochs}, verbose=0)
"""


def changed(
    *,
    data=RAW,
    model='model = new_reader("model")',
    optimizer="optimizers.SGD(0.1)",
    loss="**settings",
    epochs=20,
    score="raw_test, y_test",
):
    """The training run of 3D with something changed."""
    return f"""
{data}
{model}
model.compile({optimizer}, {loss})
model.fit(raw_train, y_train, epochs={epochs}, verbose=0)
score = model.evaluate({score}, verbose=0)
"""


LINEAR, SOFTMAX = 'Dense(10, name="digit")', 'Dense(10, activation="softmax", name="digit")'
LOGITS = "SparseCategoricalCrossentropy(from_logits=True)"
PLAIN = '"sparse_categorical_crossentropy"'
FROZEN = """
model = new_reader("model")
model.get_layer("hidden").trainable = False
"""
NORMALIZED = """
h = Dense(32, activation="relu")(layers.BatchNormalization()(pixels))
model = Model(pixels, Dense(10, activation="softmax")(h))
"""
ADAPTED = """
scaled = layers.Normalization()
scaled.adapt(raw_train)
h = Dense(32, activation="relu")(scaled(pixels))
model = Model(pixels, Dense(10, activation="softmax")(h))
"""

RIGHT = {
    "3A": [
        "guess = [18, 0.2, 5.76]",
        "guess = [18, 0.2, 5.8]",
        """
from fractions import Fraction
gradient = 2 * (2 * 3 - 3) * 3
guess = (gradient, Fraction(1, 5), (0.2 * 3 - 3) ** 2)
""",
        'guess = {"loss": "5.76", "weight": 2 - 0.1 * 18, "gradient": np.float32(18)}',
        "guess = np.array([18, 0.2, 5.76])",
        'guess = {"w": 0.2, "gradient": 18, "loss": 5.76}',
        "guess = dict(slope=np.array([[18.0]]), w=np.array([[0.2]]), after=np.array(5.76))",
    ],
    "3B": [
        BUILD + FIRST + SECOND + SCORE,
        BUILD
        + FIRST
        + """
held_out = (x_test, y_test)
second = model.fit(x_train, y_train, epochs=2, validation_data=held_out, verbose=0)
""",
        """
h = Dense(16, activation="tanh")(pixels)
model = Model(pixels, Dense(10, activation="softmax")(h))
model.compile("rmsprop", **settings)
"""
        + FIRST
        + 'model.compile("adam", **settings)\n'
        + SECOND
        + "loss, accuracy = model.evaluate(x_test, y_test, verbose=0)",
    ],
    "3C": [
        repaired(LINEAR, LOGITS),
        repaired(SOFTMAX, PLAIN),
        repaired(LINEAR, PLAIN, wrap="layers.Softmax()"),
        repaired(LINEAR, "SparseCategoricalCrossentropy()", wrap="ops.softmax"),
        "own = SparseCategoricalCrossentropy(from_logits=True)\n"
        + repaired(LINEAR, "lambda y, answers: own(y, answers)"),
        repaired(SOFTMAX, PLAIN).replace('"adam"', "optimizers.SGD(0.5)"),
    ],
    "3D": [
        changed(data="raw_train, raw_test = x_train, x_test"),
        changed(optimizer="optimizers.SGD(0.01)"),
        changed(model=NORMALIZED),
        changed(data=RAW + "raw_train, raw_test = raw_train / 8 - 1, raw_test / 8 - 1"),
        changed(optimizer="optimizers.SGD(0.01)") + "loss, score = score\n",
        changed(model=ADAPTED),
        changed(score="raw_test / 8 - 1, y_test").replace("raw_train, y", "raw_train / 8 - 1, y"),
        changed(optimizer="optimizers.SGD(0.01)", score="raw_test, y_test, return_dict=True"),
    ],
}

WRONG = {
    "3A": {
        "error_alone": "guess = [3, 1.7, 2.1]",
        "error_without_path": "guess = [6, 1.4, 1.44]",
        "without_rate": "guess = [18, -16, 2601]",
        "from_zero": "guess = [18, -1.8, 70.56]",
        "stayed": "guess = [18, 2, 9]",
        "loss_before": "guess = [18, 0.2, 9]",
    },
    "3B": {
        "built_anew": BUILD + FIRST + 'model = new_reader("anew")\n' + SECOND + SCORE,
        "not_compiled": 'model = new_reader("model")\n' + FIRST,
        "predict_for_fit": BUILD + FIRST + "second = model.predict(x_test, verbose=0)\n" + SCORE,
        "judged_on_training": BUILD
        + FIRST
        + SECOND
        + "score = model.evaluate(x_train, y_train, verbose=0)\n",
        "judged_too_early": BUILD + FIRST + SCORE + SECOND,
        "frozen": BUILD + FIRST + 'model.get_layer("hidden").trainable = False\n' + SECOND + SCORE,
    },
    "3C": {
        "softmax_twice": repaired('Dense(10, activation="softmax", name="last")', LOGITS),
        "softmax_nowhere": repaired(LINEAR, PLAIN),
        "more_epochs": repaired(SOFTMAX, LOGITS, epochs=25),
        "changed_metrics": repaired(
            SOFTMAX, LOGITS, metrics='["sparse_categorical_crossentropy", "accuracy"]'
        ),
        "shapes_differ": repaired(SOFTMAX, '"categorical_crossentropy"'),
    },
    "3D": {
        "more_epochs": changed(epochs=40),
        "other_rate": changed(optimizer="optimizers.SGD(0.0001)"),
        "fewer_epochs": changed(optimizer="optimizers.SGD(0.01)", epochs=1),
        "larger_rate": changed(optimizer="optimizers.SGD(1.6)"),
        "scaled_one_side": changed(data="raw_train, raw_test = x_train, x_test * 16"),
        "frozen": changed(model=FROZEN, optimizer="optimizers.SGD(0.001)"),
        "loss_misfit": changed(loss='"mse"'),
        "judged_on_training": changed(optimizer="optimizers.SGD(0.01)", score="raw_train, y_train"),
        "learned_unseen": changed(optimizer="optimizers.SGD(0.01)").replace(
            "fit(raw_train, y_train", "fit(raw_test, y_test"
        ),
    },
}

MORE = {
    "3C": [
        (
            "shapes_differ",
            'model = new_reader("model")\nmodel.compile("adam", "categorical_crossentropy")',
        ),
    ],
    "3D": [
        ("other_rate", changed(optimizer="optimizers.SGD(0.00001)")),  # chance on both sides
        ("other_rate", changed(optimizer="optimizers.SGD(0.09)")),  # too long, though not longer
    ],
    "3B": [
        ("not_compiled", BUILD + 'model = new_reader("anew")\n' + FIRST + SECOND + SCORE),
    ],
}

REFUSED = {
    "3A": ["guess = [-18, 3.8, 70.56]", "guess = [9, 1.1, 0.09]", "guess = [18, 0.2]"],
    "3C": [
        repaired('Dense(9, activation="softmax", name="digit")', PLAIN),
        repaired(SOFTMAX, "lambda y, answers: ops.mean(answers)"),
        'model = new_reader("model")',
        'model = new_reader("model")\nmodel.compile("adam")',
        repaired(SOFTMAX, PLAIN).replace('"adam"', "optimizers.SGD(1e-6)"),
        "own = SparseCategoricalCrossentropy(from_logits=True)\n"
        + repaired(SOFTMAX, "lambda y, answers: own(y, answers) * 0.1"),
        """
h = Dense(32, activation="relu", name="hidden")(pixels)
model = Model(pixels, Dense(10, activation="softmax", name="digit")(h), name="model")
model.compile(optimizers.Adam(10.0), SparseCategoricalCrossentropy(), metrics=["accuracy"])
history = model.fit(x_train, y_train, epochs=20, verbose=0)
""",
    ],
    "3D": [
        changed(optimizer="optimizers.SGD(0.01)") + "score = [0.1, 0.95]\n",
        changed(optimizer="optimizers.SGD(0.01)", score="raw_test[:9], y_test[:9]"),
        changed(optimizer="optimizers.SGD(0.01)") + "score = reader\n",
        changed().replace("raw_train, y_train", "raw_train, y_train / 16"),
        changed(optimizer="optimizers.SGD(0.01)").replace("model.fit(", "0 and model.fit("),
    ],
    "3B": [
        BUILD + FIRST + SCORE,
        BUILD + FIRST + SECOND,
        BUILD + FIRST + SECOND + "score = model.evaluate(x_test[:, :9], y_test)\n",
    ],
}
