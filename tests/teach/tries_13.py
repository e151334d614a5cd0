"""Lesson 13: tries at its exercises."""

LESSON = """
paper = Input((12, 12, 1), name="paper")
digit = Dense(10, activation="softmax", name="digit")
x = Conv2D(8, 3, activation="relu", name="look")(paper)
x = Conv2D(16, 3, activation="relu", name="again")(x)
windows = Model(paper, digit(GlobalMaxPooling2D(name="anywhere")(x)), name="windows")
"""
CALLS = """
a = Conv2D(4, 3, name="a")(paper)
b = layers.MaxPooling2D(2, name="b")(a)
c = Conv2D(8, 3, name="c")(b)
d = Dense(10, name="d")(c)
"""


def guess(a=3600, b=0, c=2592, d=720):
    """The calls of 13A and an answer, in which some parts may be wrong."""
    return f"{CALLS}guess = [{a}, {b}, {c}, {d}]"


def count(returned):
    return f"""
def count(rows, columns, channels, filters, window):
    return {returned}
"""


POSITIONS = "(rows - window + 1) * (columns - window + 1)"
WEIGHTS = "window**2 * channels * filters"


def reader(*lines, end='Dense(10, activation="softmax", name="digit")', start="paper"):
    """The reader of 13C, with other calls between the sheet and its end."""
    body = "\n".join(f"x = {line}(x)" for line in lines)
    return f"x = {start}\n{body}\nmodel = Model({start}, {end}(x))"


LOOK = 'Conv2D(8, 3, activation="relu", name="look")'
AGAIN = 'Conv2D(16, 3, activation="relu", name="again")'
POOL = "MaxPooling2D(2, name='half')"
ANYWHERE = "GlobalMaxPooling2D(name='anywhere')"


def many(read, *lines, end="Dense(1)"):
    """A model of 13D: what it reads, and what is called on that."""
    body = "\n".join(f"x = {line}(x)" for line in lines)
    return f"start = x = {read}\n{body}\nmodel = Model(start, {end}(x))"


WORDS = 'Input((20,), dtype="int32", name="words")'
TABLE = "Embedding(10000, 16, name='rows')"

RIGHT = {
    "13A": [
        guess(),
        CALLS + 'guess = ("3,600", "0", "2,592", "720")',
        """
layers_of = [Conv2D(4, 3), layers.MaxPooling2D(2), Conv2D(8, 3), Dense(10)]
x, guess = paper, []
for layer in layers_of:
    x = layer(x)
    weights = layer.kernel.numpy().size if layer.weights else 0
    guess.append(x.shape[1] * x.shape[2] * weights)
""",
    ],
    "13B": [
        count(f"{POSITIONS} * {WEIGHTS}"),
        count(
            f"sum({WEIGHTS} for i in range(rows - window + 1) for j in range(columns - window + 1))"
        ),
        """
def count(rows, columns, channels, filters, window):
    layer = Conv2D(filters, window, use_bias=False)
    made = layer(Input((rows, columns, channels)))
    return made.shape[1] * made.shape[2] * layer.count_params()
""",
    ],
    "13C": [
        reader(LOOK, POOL, AGAIN, ANYWHERE),
        reader('Conv2D(8, 3, strides=2, activation="relu")', AGAIN, ANYWHERE),
        reader(LOOK, POOL, "Flatten()"),
    ],
    "13D": [
        many(WORDS, TABLE, "GlobalAveragePooling1D()"),
        many('Input((3,), dtype="int32")', "Embedding(20000, 8)", "Flatten()", end="Dense(10)"),
        """
a, b = Input((1,), dtype="int32"), Input((1,), dtype="int32")
one, two = Embedding(5000, 16)(a), Embedding(5000, 16)(b)
model = Model([a, b], Dot(axes=2)([one, two]))
""",
    ],
}

WRONG = {
    "13A": {
        "weights": guess(a=40),
        "edges_kept": guess(c=7200),
        "one_channel": guess(c=648),
        "without_weights": guess(b=100),
        "whole_batch": guess(d=32 * 720),
        "biases": guess(a=4000),
    },
    "13B": {
        "weights": count(WEIGHTS),
        "edges_kept": count(f"rows * columns * {WEIGHTS}"),
        "one_short": count(f"(rows - window) * (columns - window) * {WEIGHTS}"),
        "one_channel": count(f"{POSITIONS} * window**2 * filters"),
        "window_flat": count(f"{POSITIONS} * window * channels * filters"),
        "biases": count(f"{POSITIONS} * ({WEIGHTS} + filters)"),
        "rows_only": count(f"(rows - window + 1) ** 2 * {WEIGHTS}"),
    },
    "13C": {
        "pooled_late": reader(LOOK, AGAIN, POOL, ANYWHERE),
        "fewer_weights": reader(LOOK, 'Conv2D(16, 2, activation="relu")', ANYWHERE),
        "no_window": reader("Flatten()", 'Dense(32, activation="relu")'),
        "misreads": reader('Conv2D(2, 3, activation="relu", name="look")', ANYWHERE),
        "no_softmax": reader(LOOK, POOL, AGAIN, ANYWHERE, end="Dense(10)"),
        "other_sheet": "page = Input((8, 8, 1), name='page')\n"
        + reader(LOOK, POOL, "Flatten()", start="page"),
    },
    "13D": {
        "dense": many("Input((144,))", "Dense(1024, activation='relu')"),
        "few_weights": many(WORDS, "Embedding(1000, 16)", "GlobalAveragePooling1D()"),
        "window": many("Input((12, 12, 64))", "Conv2D(256, 3)", "GlobalMaxPooling2D()"),
        "one_hot": many(
            'Input((1,), dtype="int32")',
            "layers.CategoryEncoding(10000, output_mode='one_hot')",
            "Dense(16)",
        ),
        "flattened": many(WORDS, TABLE, "Flatten()", end="Dense(10)"),
        "per_step": many(WORDS, TABLE, "LSTM(16)"),
    },
}

REFUSED = {
    "13A": [
        guess(c=5),
        guess(a="'many'"),
    ],
    "13B": [
        count("1 / 0"),
        count("None"),
        count("'many'"),
        count("7"),
    ],
    "13C": [
        reader('Conv2D(16, 3, activation="relu")', 'Conv2D(16, 3, activation="relu")', ANYWHERE),
        reader(LOOK, POOL, AGAIN),
    ],
}

MORE = {
    "13D": [
        (
            "dense",
            many(
                "Input((40000,))",
                "layers.BatchNormalization()",
                "layers.Reshape((40000, 1))",
                "GlobalAveragePooling1D()",
            ),
        ),
        (
            "flattened",
            """
ids = Input((500,), dtype="int32")
x = layers.GlobalAveragePooling1D()(layers.Embedding(10000, 16)(ids))
model = Model(ids, Dense(200)(x))
""",
        ),
    ],
    "13C": [
        (
            "misreads",
            """
x = MaxPooling2D(6)(paper)
x = Conv2D(8, 2, activation="relu", name="look")(x)
x = GlobalMaxPooling2D(name="anywhere")(x)
model = Model(paper, Dense(10, activation="softmax", name="digit")(x), name="frugal")
""",
        ),
    ],
    "13A": [
        ("weights", guess(d=80)),
    ],
}
