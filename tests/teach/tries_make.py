"""Lesson make: tries at its exercises."""

LESSON = """
from funclab.datasets import headlines
image = Input((64,), name="image")
p, T = np.array([0.6, 0.3, 0.1]), 2
logs = Input((3,), name="logs")
heat = Model(logs, {f"at_{t}": layers.Softmax(name=f"at_{t}")(logs / t) for t in (1, 2, 4)})
words = headlines.load_data(40)[0].words
START = len(headlines.WORDS)
seen = Input((None,), dtype="int32", name="seen")
states = LSTM(48, return_sequences=True)(Embedding(START + 1, 16, name="vectors")(seen))
blank = Model(seen, Dense(START, activation="softmax", name="next")(states), name="blank")
"""
PARTS = """
image = Input((64,), name="image")
code = Dense(8, name="code")(Dense(64, activation="relu")(image))
encoder = Model(image, code)
numbers = Input((8,), name="numbers")
copy = Dense(64, activation="sigmoid")(Dense(64, activation="relu")(numbers))
decoder = Model(numbers, copy)
"""


def copier(before, code="Dense(8)(x)", after='Dense(64, activation="relu")(x)', end="sigmoid"):
    """An autoencoder: layers before the code, the code, layers after it, the last activation."""
    return f"""
x = {before}
x = {code}
x = {after}
model = Model(image, Dense(64, activation="{end}")(x))
"""


BENT = 'Dense(64, activation="relu")(image)'

RIGHT = {
    "make.A": [
        PARTS + "model = Model(image, decoder(encoder(image)))",
        """
image = Input((64,))
code = Dense(8)(Dense(64, activation="relu")(image))
model = Model(image, Dense(64, activation="sigmoid")(Dense(64, activation="relu")(code)))
""",
        """
image, numbers = Input((64,)), Input((8,))
unfold = Dense(64, activation="relu")(numbers)
decoder = Model(numbers, Dense(64, activation="sigmoid")(unfold))
encoder = Model(image, Dense(8)(Dense(64, activation="relu")(image)))
model = Model(image, decoder(encoder.output))
""",
        """
image = Input((64,))
x = image
for units, bend in ((64, "relu"), (8, None), (64, "relu"), (64, "sigmoid")):
    x = Dense(units, activation=bend)(x)
model = Model(image, x)
""",
    ],
    "make.B": [
        "q = p ** (1 / T)\nq = q / q.sum()",
        "q = np.exp(np.log(p) / T)\nq = q / q.sum()",
        "z = np.log(p) / T\nq = np.exp(z - z.max()) / np.exp(z - z.max()).sum()",
        "q = np.array([v ** (1 / T) for v in p])\nq /= q.sum()",
        "q = layers.Softmax()(np.log([p]) / T)",
        "p = p ** (1 / T)\nq = p\nq = q / q.sum()",
        "p **= 1 / T\nq = p\nq = q / q.sum()",
        "q = p\nq **= 1 / T\nq /= q.sum()",
    ],
    "make.C": [
        """
x = np.concatenate([np.full((len(words), 1), START), words[:, :-1]], axis=1)
y = words
pair = x, y
""",
        "x = np.roll(words, 1, axis=1)\nx[:, 0] = START\npair = x, words",
        """
longer = np.concatenate([np.full((len(words), 1), START), words, 0 * words], axis=1)
pair = longer[:, :-1], longer[:, 1:]
""",
        "x = np.full_like(words, START)\nx[:, 1:] = words[:, :-1]\npair = x, words",
        "before = words.copy()\nwords[:, 0], words[:, 1:] = START, before[:, :-1]\n"
        "pair = words, before",
        """
full = np.pad(words, ((0, 0), (1, 0)), constant_values=START)
pair = full[:, :-1], full[:, 1:]
""",
    ],
    "make.D": [
        copier(BENT),
        copier('Dense(128, activation="relu")(image)'),
        copier(BENT, "Dense(7)(x)"),
        copier('Dense(48, activation="relu")(image)', after='Dense(48, activation="relu")(x)'),
        """
numbers = Input((8,))
unfold = Dense(96, activation="tanh")(numbers)
decoder = Model(numbers, Dense(64, activation="sigmoid")(unfold))
model = Model(image, decoder(Dense(8)(Dense(96, activation="tanh")(image))))
""",
    ],
}

WRONG = {
    "make.A": {
        "cut_in_two": PARTS + "model = Model(image, copy)",
        "decoder_alone": PARTS + "model = Model(numbers, copy)",
        "encoder_alone": PARTS + "model = Model(image, encoder(image))",
        "wrong_way_round": PARTS + "model = Model(numbers, encoder(decoder(numbers)))",
        "squeezed_numbers": PARTS + "model = Model(numbers, decoder(encoder(numbers)))",
        "gave_a_layer": PARTS + "model = Model(image, decoder)",
    },
    "make.B": {
        "turned": "q = p ** T\nq = q / q.sum()",
        "not_one": "q = p ** (1 / T)",
        "divided": "q = p / T\nq = q / q.sum()",
        "logarithms": "q = np.log(p) / T\nq = q / q.sum()",
        "softmax_of_p": "q = np.exp(p / T)\nq = q / q.sum()",
        "no_temperature": "q = p ** 1\nq = q / q.sum()",
        "only_the_best": "q = (p == p.max()).astype(float)\nq = q / q.sum()",
    },
    "make.C": {
        "same": "x = words[:]\ny = words\npair = x, y",
        "backwards": """
x = words
y = np.concatenate([np.full((len(words), 1), START), words[:, :-1]], axis=1)
pair = x, y
""",
        "no_start": "pair = words[:, :-1], words[:, 1:]",
        "round": "pair = np.roll(words, 1, axis=1), words",
        "other_headline": "x = np.roll(words, 1, axis=0)\nx[0] = START\npair = x, words",
        "two_ahead": "x = np.roll(words, 2, axis=1)\nx[:, :2] = START\npair = x, words",
    },
    "make.D": {
        "too_wide": copier(BENT, "Dense(16)(x)"),
        "way_round": copier(BENT, "layers.concatenate([Dense(8)(x), x])"),
        "straight": copier("Dense(64)(image)", after="Dense(64)(x)"),
        "bends_once": copier(BENT, after="Dense(64)(x)"),
        "cut_code": copier(BENT, 'Dense(8, activation="relu")(x)'),
        "shares_of_one": copier(BENT, end="softmax"),
    },
}

MORE = {
    "make.B": [
        (
            "no_temperature",
            """
T = 2
q = p ** 0.5
q = q / q.sum()
""",
        ),
        (
            "divided",
            """
q = p ** 1 / T
q = q / q.sum()
""",
        ),
        ("divided", "q = (p**T) ** (1 / T)\nq = q / q.sum()"),
    ],
    "make.C": [
        ("round", "pair = np.pad(words, ((0, 0), (1, 0)))[:, :-1], words"),
        ("backwards", "pair = words[:, 1:], words[:, :-1]"),
        ("no_start", "pair = words, np.roll(words, -1, axis=1)"),
    ],
}

REFUSED = {
    "make.C": [
        """
x = np.concatenate([np.full((len(words), 1), START), words[:, :4]], axis=1)
y = words[:, :5]
pair = x, y
""",
        "x = [START] + words\ny = words\npair = x, y",
        "x = [START, words[:, :-1]]\ny = words\npair = x, y",
        """
x = words[:, :-1]
y = words[:, -1]
pair = x, y
""",
        """
x = words
y = words[:, 1:]
pair = x, y
""",
        """
x = np.concatenate([np.full((len(words), 1), "START"), words[:, :-1]], axis=1)
y = words
pair = x, y
""",
        """
x = np.pad(words[:1], ((0, 0), (1, 0)), constant_values=START)[:, :-1]
y = words[:1]
pair = x, y
""",
    ],
    "make.D": [
        """
few = image[:, 24:32]
model = Model(image, Dense(64, activation="sigmoid")(Dense(64, activation="relu")(few)))
""",
        """
numbers = Input((8,), name="numbers")
model = Model(numbers, Dense(64, activation="sigmoid")(Dense(64, activation="relu")(numbers)))
""",
        """
h = Dense(64, activation="relu")(image)
model = Model(image, Dense(8)(h))
""",
    ],
    "make.B": [
        """
q = p ** (1 // T)
q = q / q.sum()
""",
        "q = p[:2] ** (1 / T)",
        "q = np.array([p[0] ** (1 / T), p[1] ** (1 / T), p[2] ** 1 / T])\nq = q / q.sum()",
        """
with_heat = heat.predict(np.log([p]), verbose=0)
q = with_heat[f"at_{T}"][0]
""",
        "q = p**-T\nq = q / q.sum()",
        "q = p**0.5 if T == 2 else p\nq = q / q.sum()",
    ],
}
