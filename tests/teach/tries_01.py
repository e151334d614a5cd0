"""Lesson 1: tries at its exercises."""

LESSON = """
pixels = Input((64,), name="pixels")
h1 = Dense(32, activation="relu", name="hidden_1")(pixels)
h2 = Dense(32, activation="relu", name="hidden_2")(h1)
digit = Dense(10, activation="softmax", name="digit")(h2)
reader = Model(pixels, digit, name="reader")
images = np.ones((3, 64), "float32")
"""
BEFORE = {
    "1E": """
from funclab import optimizers, utils
from funclab.datasets import digits
(x_train, y_train), (x_test, y_test) = digits.load_data()
x_train, x_test = x_train.reshape(-1, 64) / 16, x_test.reshape(-1, 64) / 16
utils.set_random_seed(7)
hidden = Dense(32, activation="relu", name="hidden_1")(pixels)
reader = Model(pixels, Dense(10, activation="softmax", name="digit")(hidden), name="reader")
reader.compile(optimizers.Adam(0.01), "sparse_categorical_crossentropy")
reader.fit(x_train[:640], y_train[:640], epochs=5, verbose=0)
"""
}
FOUND = """
def losses(x, y):
    return -np.log(reader.predict(x, verbose=0)[np.arange(len(y)), y])
chances, order = reader.predict(x_test, verbose=0), np.argsort(-losses(x_test, y_test))
def answer(number):
    return [number, y_test[number], chances[number].argmax()]
wrong = [i for i in order if answer(i)[1] != answer(i)[2]]
"""


def found(line):
    """A line that says what was found, after lines that compute the losses."""
    return f"{FOUND}{line}\n"


RIGHT = {
    "1A": [
        """
pixels = Input(shape=(64,), name="pixels")
first, second = Dense(32, activation="relu"), Dense(32, activation="relu")
last = Dense(10, activation="softmax")
model = Model(pixels, last(second(first(pixels))))
""",
        """
p = Input((64,))
a = Dense(32, activation="relu")(p)
a = Dense(32, activation="relu")(a)
model = Model(p, Dense(10, activation="softmax")(a))
""",
        """
pixels = Input((64,))
h = Dense(16, activation="tanh", name="second")(pixels)
h = Dense(32, activation="relu", name="first")(h)
h = Dense(10)(h)
model = Model(pixels, layers.Softmax()(h))
""",
    ],
    "1B": [
        "eye = Model(pixels, h2)",
        'eye = Model(pixels, reader.get_layer("hidden_2").output)',
        "eye = Model(reader.input, reader.layers[2].get_output_at(0))",
        """
own = Input((64,), name="own")
eye = Model(own, Model(reader.inputs, h2, name="inner")(own))
""",
    ],
    "1C": [
        """
rule = Dense(10, activation="softmax", name="rule")
model = Model(pixels, rule(h1))
""",
        'model = Model(pixels, Dense(10, activation="softmax")(pixels))',
        """
rule = Dense(10, name="rule")
model = Model(pixels, layers.Activation("softmax")(rule(pixels)))
""",
        """
raised = ops.exp(Dense(10, name="rule")(pixels))
model = Model(pixels, raised / ops.sum(raised, axis=-1, keepdims=True))
""",
        """
from funclab import Sequential
two = Sequential([Dense(10), layers.Softmax()], name="two")
model = Model(pixels, two(pixels))
""",
    ],
    "1D": [
        """
h = Dense(24, activation="relu")(pixels)
model = Model(pixels, Dense(10, activation="softmax")(concatenate([h, pixels])))
""",
        """
h = Dense(24, activation="relu")(pixels)
total = Dense(10)(h) + Dense(10)(pixels)
model = Model(pixels, layers.Softmax()(total))
""",
        """
h = Dense(16, activation="relu")(pixels)
p = Dense(16)(pixels)
model = Model(pixels, Dense(10, activation="softmax")(concatenate([h, p])))
""",
        """
joined = pixels
for units in (8, 8):
    joined = concatenate([joined, Dense(units, activation="relu")(joined)])
model = Model(pixels, Dense(10, activation="softmax")(joined))
""",
        """
h = Dense(64, activation="relu")(Dense(10)(pixels))
model = Model(pixels, ops.softmax(Dense(10)(ops.maximum(h, pixels))))
""",
    ],
    "1E": [
        found("guess = answer(order[0])"),
        found("guess = tuple(answer(wrong[0]))"),
        found("guess = '[{}, {}, {}]'.format(*answer(order[0]))"),
        """
both = zip(reader.predict(x_test, verbose=0), y_test)
chance, number = min((chances[truth], i) for i, (chances, truth) in enumerate(both))
guess = np.array([number, y_test[number], reader.predict(x_test[[number]], verbose=0).argmax()])
""",
    ],
}

WRONG = {
    "1A": {
        "ends_in_a_layer": """
pixels = Input(shape=(64,), name="pixels")
first = Dense(32, activation="relu", name="first")
model = Model(pixels, first)
""",
        "left_the_graph": """
pixels = Input(shape=(64,), name="pixels")
h = Dense(32, name="first")(pixels)
h = np.maximum(h, 0)
model = Model(pixels, Dense(10)(h))
""",
        "other_input": """
pixels = Input(shape=(64,), name="pixels")
h = Dense(32, name="first")(pixels)
digit = Dense(10, activation="softmax")(h)
model = Model(Input(shape=(64,), name="image"), digit)
""",
        "result_lost": """
pixels = Input(shape=(64,), name="pixels")
h = Dense(32, activation="relu", name="first")(pixels)
h = Dense(32, activation="relu", name="second")(pixels)
digit = Dense(10, activation="softmax", name="digit")(h)
model = Model(pixels, digit)
""",
        "side_by_side": """
pixels = Input(shape=(64,), name="pixels")
a = Dense(32, activation="relu", name="first")(pixels)
b = Dense(32, activation="relu", name="second")(pixels)
digit = Dense(10, activation="softmax", name="digit")(a + b)
model = Model(pixels, digit)
""",
    },
    "1B": {
        "gave_a_layer": 'eye = Model(pixels, reader.get_layer("hidden_2"))',
        "new_layer": 'eye = Model(pixels, Dense(32, activation="relu", name="mine")(h1))',
        "fresh_input": 'eye = Model(Input((64,), name="photo"), h2)',
        "gave_numbers": "eye = Model(pixels, reader.predict(images, verbose=0))",
        "last_call": "eye = Model(pixels, reader.output)",
    },
    "1C": {
        "gave_a_layer": 'rule = Dense(10, name="mine")\nmodel = Model(pixels, rule)',
        "never_called": 'rule = Dense(10, name="rule")\nmodel = Model(pixels, rule.output)',
        "gave_numbers": 'rule = Dense(10, name="rule")\nmodel = Model(pixels, rule(images))',
        "result_unused": """
rule = Dense(10, activation="softmax", name="rule")
rule(pixels)
model = Model(pixels, h1)
""",
        "softmax_twice": """
rule = Dense(10, activation="softmax", name="rule")
model = Model(pixels, layers.Softmax(name="again")(rule(pixels)))
""",
    },
    "1D": {
        "cannot_add": """
h = Dense(24, activation="relu", name="h")(pixels)
model = Model(pixels, Dense(10, activation="softmax")(layers.add([h, pixels])))
""",
        "second_input": """
h = Dense(24, activation="relu", name="h")(pixels)
again = Input((64,), name="again")
both = concatenate([h, again])
model = Model([pixels, again], Dense(10, activation="softmax")(both))
""",
        "too_many_weights": """
h = Dense(64, activation="relu", name="h")(pixels)
model = Model(pixels, Dense(10, activation="softmax")(concatenate([h, pixels])))
""",
        "joined_outside": """
h = Dense(24, activation="relu", name="h")(pixels)
both = np.concatenate([h, pixels], axis=-1)
model = Model(pixels, Dense(10, activation="softmax")(both))
""",
        "join_unused": """
h = Dense(24, activation="relu", name="h")(pixels)
both = concatenate([h, pixels])
model = Model(pixels, Dense(10, activation="softmax")(h))
""",
        "not_probabilities": """
h = Dense(24, activation="relu", name="h")(pixels)
model = Model(pixels, Dense(10)(concatenate([h, pixels])))
""",
        "other_start": """
h = Dense(24, activation="relu")(pixels)
both = concatenate([h, pixels])
model = Model(both, Dense(10, activation="softmax")(both))
""",
        "reads_badly": """
h = Dense(1, activation="relu", name="h")(pixels)
narrow = Dense(1, name="narrow")(concatenate([h, pixels]))
model = Model(pixels, Dense(10, activation="softmax")(narrow))
""",
    },
    "1E": {
        "right_answer": found("guess = answer(order[-1])"),
        "smaller_loss": found("guess = answer(wrong[2])"),
        "answer_for_truth": found("number, a, b = answer(order[0])\nguess = [number, b, a]"),
        "of_training": found("guess = [losses(x_train, y_train).argmax(), 5, 9]"),
        "counted_from_one": found("guess = [order[0] + 1, *answer(order[0])[1:]]"),
    },
}

MORE = {
    "1B": [
        (
            "new_layer",
            "from funclab.models import clone_model\neye = clone_model(Model(pixels, h2))",
        ),
        ("fresh_input", "eye = Model(h1, h2)"),
        ("fresh_input", 'eye = Model([pixels, Input((64,), name="second")], h2)'),
        ("last_call", "eye = Model(pixels, reader(pixels))"),
        (
            "fresh_input",
            """
from funclab.models import clone_model
eye = Model(pixels, clone_model(reader).layers[2].output)
""",
        ),
    ],
    "1C": [
        (
            "gave_numbers",
            'rule = Dense(10, name="rule")\nrule(pixels)\nmodel = Model(pixels, rule(images))',
        ),
    ],
    "1D": [
        (
            "join_unused",
            """
h = Dense(24, activation="relu")(pixels)
short = concatenate([h, pixels])
model = Model(pixels, Dense(10, activation="softmax")(h))
""",
        ),
        (
            "not_probabilities",
            """
h = Dense(10, activation="relu")(pixels)
model = Model(pixels, Activation("softmax")(concatenate([h, pixels])))
""",
        ),
    ],
}

REFUSED = {
    "1B": [
        'eye = Model(pixels, reader.get_layer("hidden_2")(pixels))',
        "eye = Model(pixels, h1)",
        "eye = Model(pixels, [h2, digit])",
    ],
    "1C": [
        """
rule = Dense(10, activation="softmax", name="rule")
model = Model(pixels, rule(pixels)).compile("adam")
""",
        """
rule = Dense(10, activation="softmax", name="rule")
model = Model(rule(pixels), pixels)
""",
        """
rule = Dense(10, name="rule")
model = Model(pixels, rule(pixels))
""",
        "model = Model(pixels, ops.softmax(Dense(10)(pixels), axis=0))",
        'model = Model(pixels, Dense(10)(layers.Softmax(name="before")(pixels)))',
        'model = Model(pixels, Dense(10, activation="sigmoid")(pixels))',
        "model = Model(pixels, [digit, h1])",
        'from funclab import Sequential\nmodel = Sequential([Dense(10, activation="softmax")])',
    ],
    "1D": [
        """
twice = concatenate([pixels, pixels])
model = Model(pixels, Dense(10, activation="softmax")(twice))
""",
        """
a = Dense(16, activation="relu")(pixels)
b = Dense(16, activation="relu")(a)
model = Model(pixels, Dense(10, activation="softmax")(concatenate([a, b])))
""",
        """
a = Dense(16, activation="relu")(pixels)
b = Dense(16, activation="relu")(concatenate([a, pixels]))
model = Model(pixels, Dense(10, activation="softmax")(b))
""",
        """
a = Dense(16, activation="relu")(pixels)
b = Dense(16, activation="tanh")(pixels)
model = Model(pixels, Dense(10, activation="softmax")(concatenate([a, b])))
""",
        """
h = Dense(24, activation="relu")(pixels)
model = Model(pixels, Dense(10, activation="softmax")(concatenate(h, pixels)))
""",
    ],
    "1E": [
        "guess = None",
        found("guess = [order[0], 11, 12]"),
        found("guess = [1000, 1, 7]"),
        found("guess = [5.2, 1, 7]"),
        found("guess = [*answer(wrong[0])[1:], wrong[0]]"),
        found("guess = [order[0], y_test[order[0]]]"),
    ],
}
