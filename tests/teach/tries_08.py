"""Lesson 8: tries at its exercises."""

LESSON = """
from funclab import Sequential
from funclab.datasets import headlines
hours = Input((24, 1), name="hours")
words = Input((9,), dtype="int32", name="words")
hour = Input((5,), name="hour")
long = Input((24,), dtype="int32", name="long")
table = Embedding(len(headlines.WORDS), 16, mask_zero=True, name="table")
"""
CALLS = """
a = LSTM(8, return_sequences=True, name="a")(hours)
b = Dense(2, name="b")(a)
c = LSTM(5, name="c")(b)
d = Dense(1, name="d")(c)
"""
ROWS = 'rows = Embedding(len(headlines.WORDS), 16, mask_zero=True, name="rows")(words)\n'
BITTEN = 'Dense(12, activation="softmax", name="whom")'


def guess(a="(None, 24, 8)", b="(None, 24, 2)", c="(None, 5)"):
    """The four calls and an answer to them, in which some parts may be wrong."""
    return f"{CALLS}guess = [{a}, {b}, {c}, (None, 1)]"


def stack(lines, read):
    """A second LSTM that reads something, and the model around it."""
    return f"""
{lines}
second = LSTM(16, name="second")
model = Model(hours, Dense(1, name="next")(second({read})))
"""


def story(lines, read, source="long"):
    """A model of who was bitten, from what an LSTM reads."""
    return f"""
{lines}
model = Model({source}, {BITTEN}(LSTM(16, name="story")({read})))
"""


def popular(lines, read, activation="sigmoid", inputs="[words, hour]"):
    """A model of what is read by many, from what its last layer reads."""
    end = f'Dense(1, activation="{activation}", name="popular")({read})'
    return f"{ROWS}{lines}\nmodel = Model({inputs}, {end})"


RIGHT = {
    "8A": [
        guess(),
        CALLS
        + """
guess = {"a": [None, 24, 8], "b": [None, 24, 2], "c": [None, 5], "d": [None, 1]}
""",
        CALLS + 'guess = ["(None, 24, 8)", "(None, 24, 2)", "(None, 5)", "(None, 1)"]',
        'guess = "None, 24, 8", "None, 24, 2", "None, 5", "None, 1"',
    ],
    "8B": [
        stack("first = LSTM(16, return_sequences=True)(hours)", "first"),
        stack("", "layers.Bidirectional(LSTM(8, return_sequences=True))(hours)"),
        stack("", "layers.RNN(layers.LSTMCell(16), return_sequences=True)(hours)"),
        stack("both = Sequential([LSTM(8, return_sequences=True), Dense(4)])", "both(hours)"),
        "model = Sequential([hours, layers.GRU(8, return_sequences=True), LSTM(16), Dense(1)])",
        """
second = layers.RNN([layers.LSTMCell(16), layers.LSTMCell(16)], name="second")
model = Model(hours, Dense(1)(second(hours)))
""",
    ],
    "8C": [
        story("", "layers.ReLU()(table(long))"),
        story("seen = ops.relu(table(long))", "seen, mask=ops.not_equal(long, 0)"),
        story("", "table(long)"),
        f"""
rows = Dense(16, activation="relu")(table(long))
states = layers.Bidirectional(LSTM(8, return_sequences=True))(rows)
model = Model(long, {BITTEN}(layers.GlobalAveragePooling1D()(states)))
""",
        f"""
numbers = Input((24,), dtype="int32")
reader = Model(numbers, LSTM(16)(layers.Activation("relu")(table(numbers))), name="reader")
model = Model({{"long": long}}, {{"whom": {BITTEN}(reader(long))}})
""",
    ],
    "8D": [
        popular("both = concatenate([LSTM(16)(rows), hour])", 'Dense(16, activation="relu")(both)'),
        popular("", "LSTM(16)(concatenate([rows, layers.RepeatVector(9)(hour)]))"),
        f"""
{ROWS}
told = Dense(1, activation="sigmoid")(LSTM(16)(rows))
model = Model([hour, words], told * Dense(1, activation="sigmoid")(hour))
""",
        f"""
{ROWS}
head = Sequential([Dense(16, activation="relu"), Dense(1, activation="sigmoid")])
model = Model({{"words": words, "hour": hour}}, head(concatenate([layers.GRU(16)(rows), hour])))
""",
    ],
}

WRONG = {
    "8A": {
        "all_steps": guess(c="(None, 24, 5)"),
        "last_only": guess(a="(None, 8)"),
        "one_row": guess(b="(None, 2)"),
        "without_batch": guess(a="(24, 8)"),
        "hours_left_open": guess(a="(None, None, 8)"),
    },
    "8B": {
        "last_only": stack('first = LSTM(16, name="first")(hours)', "first"),
        "repeated": stack(
            'first = LSTM(16, name="first")(hours)',
            'layers.RepeatVector(24, name="again")(first)',
        ),
        "hour_by_hour": stack("", 'Dense(16, name="each")(hours)'),
        "read_directly": stack("first = LSTM(16, return_sequences=True)(hours)", "hours"),
        "one_answer_each": """
first, second = LSTM(16, return_sequences=True), LSTM(16, return_sequences=True)
model = Model(hours, Dense(1, name="next")(second(first(hours))))
""",
        "layer_given": stack("", 'LSTM(16, return_sequences=True, name="first")'),
        "other_input": stack(
            'mine = Input((24, 1), name="mine")',
            'LSTM(16, return_sequences=True, name="first")(mine)',
        ),
    },
    "8C": {
        "lost": story('pairs = layers.Conv1D(16, 2, name="pairs")(table(long))', "pairs"),
        "no_mask": story('bare = Embedding(34, 16, name="bare")(long)', "bare"),
        "any_length": story(
            'free = Input((None,), dtype="int32", name="free")',
            "ops.relu(table(free))",
            "free",
        ),
        "one_answer_each": story("", "table(long)").replace(
            'name="story"', 'return_sequences=True, name="story"'
        ),
        "no_order": f"""
mean = layers.GlobalAveragePooling1D(name="mean")(table(long))
model = Model(long, {BITTEN}(mean))
""",
    },
    "8D": {
        "input_missing": popular("", "LSTM(16)(rows)"),
        "cannot_add": popular(
            'both = layers.add([LSTM(16, name="read")(rows), hour])',
            "both",
        ),
        "no_order": popular(
            'mean = layers.GlobalAveragePooling1D(name="mean")(rows)',
            'Dense(16, activation="relu")(concatenate([mean, hour]))',
        ),
        "one_answer_each": popular(
            "states = LSTM(16, return_sequences=True)(rows)",
            "concatenate([states, layers.RepeatVector(9)(hour)])",
        ),
        "not_a_probability": popular(
            "both = concatenate([LSTM(16)(rows), hour])",
            "both",
            "softmax",
        ),
    },
}

MORE = {
    "8B": [
        ("hour_by_hour", stack("", 'layers.Conv1D(16, 3, padding="same")(hours)')),
        ("repeated", stack("state = LSTM(16)(hours)", "state[:, None]")),
    ],
    "8C": [
        (
            "lost",
            story(
                """
words_only = ops.cast(ops.expand_dims(ops.not_equal(long, 0), -1), "float32")
rows = ops.relu(table(long)) * words_only
""",
                "rows",
            ),
        ),
        ("lost", story("", "layers.Reshape((24, 16))(table(long))")),
    ],
    "8D": [
        (
            "input_missing",
            popular("both = concatenate([LSTM(16)(rows), hour])", "both", inputs="words"),
        ),
        (
            "not_a_probability",
            popular("both = concatenate([LSTM(16)(rows), hour])", "both", "relu"),
        ),
        (
            "not_a_probability",
            f"""
{ROWS}
head = Sequential([Dense(16, activation="relu"), Dense(1)])
model = Model([words, hour], head(concatenate([LSTM(16)(rows), hour])))
""",
        ),
    ],
}

REFUSED = {
    "8A": [
        guess(b="(None, 24, 3)"),
    ],
    "8B": [
        "model = Model(hours, Dense(1)(Flatten()(hours)))",
    ],
    "8C": [
        """
long = Input((24,), dtype="int32", name="long")
vectors = Embedding(len(headlines.WORDS), 16, mask_zero=True, name="vectors")(long)
positive = layers.Masking(0.0)(ops.relu(vectors))
story = LSTM(16, name="story")(positive)
model = Model(long, Dense(12, activation="softmax", name="whom")(story))
""",
        """
long = Input((24,), dtype="int32", name="long")
vectors = Embedding(len(headlines.WORDS), 16, mask_zero=True, name="vectors")(long)
positive = ops.relu(vectors)
story = LSTM(16, name="story")(positive, mask=ops.equal(long, 0))
model = Model(long, Dense(12, activation="softmax", name="whom")(story))
""",
        story("", "table(long)").replace("Dense(12,", "Dense(11,"),
        "model = Model(long, Dense(12)(ops.cast(long, 'float32')))",
    ],
    "8D": [
        """
hour = Input((5,), name="hour")
v = LSTM(16)(Embedding(10, 16)(words))
both = Dense(16, activation="relu")(concatenate([v, hour]))
model = Model([words, hour], Dense(1, activation="sigmoid")(both))
""",
        f"""
{ROWS}
both = concatenate([LSTM(4)(rows), hour])
ends = [Dense(1, activation="sigmoid")(both), Dense(1, activation="sigmoid")(both)]
model = Model([words, hour], ends)
""",
    ],
}
