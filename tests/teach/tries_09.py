"""Lesson 9: tries at its exercises."""

LESSON = """
from funclab.datasets import headlines
words = Input((9,), dtype="int32", name="words")
number = ops.cumsum(ops.ones_like(words), axis=1)
vectors = Embedding(len(headlines.WORDS), 16, name="vectors")(words)
placed = Add(name="placed")([vectors, Embedding(10, 16, name="places")(number)])
query, key, value = (Dense(16, name=name)(placed) for name in ("query", "key", "value"))
scores = Dot(axes=(2, 2), name="scores")([query, key])
weights = Softmax(name="weights")(scores)
average = GlobalAveragePooling1D(name="average")(vectors)
model = Model(words, Dense(12, activation="softmax", name="whom")(average))
"""
BEFORE = {
    "9E": """
from funclab import optimizers, utils
utils.set_random_seed(0)
new = [Dense(16, name=name)(placed) for name in ("query", "key", "value")]
weights = Softmax(name="weights")(Dot(axes=(2, 2))(new[:2]))
looked = GlobalAveragePooling1D()(Dot(axes=(2, 1))([weights, new[2]]))
reader = Model(words, Dense(12, activation="softmax", name="answer")(looked), name="reader")
reader.compile(optimizers.Adam(0.02), "sparse_categorical_crossentropy")
told = headlines.load_data(500)[0].words
whom = np.array([headlines.ACTORS.index(headlines.story(row)[2]) for row in told])
attention = reader.fit(told, whom, batch_size=50, epochs=8, verbose=0)
bites = headlines.ids(["this morning man bites dog", "dog bites man"])
"""
}
TWO = """
question = Input((4, 16), name="question")
headline = Input((9, 16), name="headline")
"""
WHOM = 'Dense(12, activation="softmax", name="whom")'


def looks(lines, weights="weights", inputs="[question, headline]"):
    """A question that looks at a headline."""
    return f"""{TWO}
query = Dense(8, name="query")(question)
key = Dense(8, name="key")(headline)
scores = Dot(axes=(2, 2), name="scores")([query, key])
{lines}
model = Model({inputs}, {weights})
"""


def mixed(axes, read="weights"):
    """Values mixed by a Dot over some axes."""
    return f"""
mixed = Dot(axes={axes}, name="mixed")([{read}, value])
model = Model(words, mixed)
"""


def repaired(mask="mask=seen[:, None, :]", mean="mask=seen", end="average"):
    """The model of 9C, with something in the parentheses of two calls."""
    return f"""
seen = ops.not_equal(words, 0)
weights = Softmax(name="looks")(scores, {mask})
mixed = Dot(axes=(2, 1), name="mixed")([weights, value])
average = GlobalAveragePooling1D(name="average")(mixed, {mean})
model = Model(words, {WHOM}({end}))
"""


def heads(lines, joined, end=WHOM):
    """Two looks at the same rows, or what is taken for that, and an answer."""
    return f"""
def weights_of(rows, layers_of_head):
    query, key = (layer(rows) for layer in layers_of_head[:2])
    return Softmax()(Dot(axes=(2, 2))([query, key]))
def head(rows, layers_of_head):
    return Dot(axes=(2, 1))([weights_of(rows, layers_of_head), layers_of_head[2](rows)])
def new(units=8):
    return [Dense(units) for _ in range(3)]
{lines}
model = Model(words, {end}(GlobalAveragePooling1D(name="mean")({joined})))
"""


def found(line):
    """A line that says what was found, after lines that leave out one word after the other."""
    return f"""
def says(row):
    return headlines.ACTORS[int(attention.model.predict(row[None], verbose=0).argmax())]
def without(row, word):
    return says(np.where(row == headlines.WORDS.index(word), 0, row))
look = Model(attention.model.inputs, attention.model.get_layer("weights").output)
tops = look.predict(bites, verbose=0).sum(1).argmax(-1)
words = [headlines.WORDS[row[top]] for row, top in zip(bites, tops)]
three = [[word, without(row, word), without(row, "bites")] for row, word in zip(bites, words)]
{line}
"""


RIGHT = {
    "9A": [
        looks('weights = Softmax(name="weights")(scores)'),
        looks(
            "weights = ops.softmax(query @ ops.transpose(key, (0, 2, 1)))",
            inputs="[headline, question]",
        ),
        looks("both = layers.Attention()([query, key], return_attention_scores=True)", "both[1]"),
    ],
    "9B": [
        mixed((2, 1)),
        "model = Model(words, weights @ value)",
        'model = Model(words, ops.einsum("bij,bjk->bik", weights, value))',
    ],
    "9C": [
        repaired(),
        f"""
low = 1e9 * ops.cast(ops.equal(words, 0), "float32")
weights = ops.softmax(scores - low[:, None, :])
model = Model(words, {WHOM}((weights @ value)[:, 0]))
""",
        f"""
seen = ops.not_equal(words, 0)
mixed = layers.MultiHeadAttention(2, 8)(placed, placed, attention_mask=seen[:, None, :])
rows = Add()([placed, mixed])
model = Model(words, {WHOM}(GlobalAveragePooling1D()(rows, mask=seen)))
""",
    ],
    "9D": [
        f"""
seen = ops.not_equal(words, 0)
looked = layers.MultiHeadAttention(2, 8)(placed, placed, attention_mask=seen[:, None, :])
rows = layers.LayerNormalization()(Add()([placed, looked]))
each = Dense(16)(Dense(32, activation="relu")(rows))
rows = layers.LayerNormalization()(Add()([rows, each]))
model = Model(words, {WHOM}(GlobalAveragePooling1D()(rows, mask=seen)))
""",
        heads("a, b = head(placed, new()), head(placed, new())", "concatenate([a, b])"),
        heads(
            "rows = Add()([placed, layers.MultiHeadAttention(2, 8)(placed, placed)])",
            "layers.LayerNormalization()(rows)",
        ),
        heads(
            """
first = layers.Attention()([layer(placed) for layer in new(16)])
second = layers.Attention()([layer(placed) for layer in new(16)])
""",
            "first + second",
        ),
    ],
    "9E": [
        found("looked = three"),
        found('looked = {"man bites dog": three[0], "dog bites man": tuple(three[1])}'),
        found("looked = np.array(three)"),
    ],
}

WRONG = {
    "9A": {
        "looks_at_itself": looks(
            """
key = Dense(8, name="other_key")(question)
weights = Softmax(name="weights")(Dot(axes=(2, 2))([query, key]))
"""
        ),
        "turned": looks('weights = Softmax(name="weights")(Dot(axes=(2, 2))([key, query]))'),
        "numpy": looks("weights = np.exp(scores) / np.exp(scores).sum(2, keepdims=True)"),
        "no_softmax": looks("", "scores"),
        "columns": looks('weights = Softmax(axis=1, name="weights")(scores)'),
        "input_missing": looks('weights = Softmax(name="weights")(scores)', inputs="question"),
    },
    "9B": {
        "columns": mixed((1, 1)),
        "lengths_differ": mixed((2, 2)),
        "batch_counted": mixed((1, 0)),
        "numpy": "model = Model(words, np.einsum('bij,bjk->bik', weights, value))",
        "no_softmax": mixed((2, 1), "scores"),
        "one_row": 'model = Model(words, GlobalAveragePooling1D(name="mean")(weights @ value))',
    },
    "9C": {
        "padding_in_weights": repaired(""),
        "padding_in_average": repaired(mean=""),
        "after_softmax": repaired("").replace(
            "mixed =", 'weights = weights * ops.cast(seen, "float32")[:, None, :]\nmixed ='
        ),
        "rows_masked": repaired("mask=seen[:, :, None]"),
        "one_answer_each": repaired(end="mixed"),
        "mask_of_the_mean": repaired(mean="mask=seen[:, None, :]"),
        "no_order": f"""
seen = ops.not_equal(words, 0)
model = Model(words, {WHOM}(GlobalAveragePooling1D()(vectors, mask=seen)))
""",
    },
    "9D": {
        "other_rows": """
def head(rows, n):
    q, k, v = (Dense(16, name=f"{name}_{n}")(rows) for name in ("q", "k", "v"))
    w = Softmax(name=f"w_{n}")(Dot(axes=(2, 2), name=f"s_{n}")([q, k]))
    return Dot(axes=(2, 1), name=f"m_{n}")([w, v])
both = layers.concatenate([head(placed, 1), head(vectors, 2)])
model = Model(words, Dense(12, activation="softmax")(GlobalAveragePooling1D()(both)))
""",
        "same_head": heads(
            "same = new()\na, b = head(placed, same), head(placed, same)", "concatenate([a, b])"
        ),
        "in_a_row": heads("rows = head(head(placed, new(16)), new())", "rows"),
        "no_order": heads(
            "a, b = head(vectors, new()), head(vectors, new())", "concatenate([a, b])"
        ),
        "cannot_join": heads(
            "a, b = head(placed, new(8)), head(placed, new(4))", "layers.add([a, b])"
        ),
        "one_name": heads(
            """
def named():
    return [Dense(8, name=name) for name in ("query", "key", "value")]
a, b = head(placed, named()), head(placed, named())
""",
            "a + b",
        ),
        "one_answer_each": f"""
rows = layers.MultiHeadAttention(2, 8)(placed, placed)
model = Model(words, {WHOM}(rows))
""",
        "not_probabilities": heads(
            "rows = layers.MultiHeadAttention(2, 8)(placed, placed)",
            "rows",
            'Dense(12, name="whom")',
        ),
    },
    "9E": {
        "not_looked_at": found('looked = [["man", *three[0][1:]], three[1]]'),
        "answer_stays": found("looked = [[three[0][0], says(bites[0]), three[0][2]], three[1]]"),
        "guessed": found('looked = [three[0], [three[1][0], "nobody", three[1][2]]]'),
        "needs_the_verb": found('looked = [three[0], [*three[1][:2], "nobody"]]'),
        "one_headline": found("looked = three[0]"),
        "headlines_turned": found("looked = three[::-1]"),
    },
}

REFUSED = {
    "9A": [
        looks('weights = Softmax(name="weights")(Dense(7)(scores))'),
    ],
    "9B": [
        "model = Model(words, Dense(3)(weights @ value))",
        "model = Model(words, weights @ value * 2)",
        mixed("3"),
    ],
    "9C": [
        repaired(end="average").replace("Dense(12", "Dense(11"),
    ],
    "9D": [
        """
both = Dense(16)(placed)
model = Model(words, Dense(12, activation="softmax")(GlobalAveragePooling1D()(both)))
""",
        heads("a = head(placed, new(2))", "a"),
        "looked = layers.MultiHeadAttention(2, 8)(placed, placed)\n"
        'model = Model(placed, Dense(12, activation="softmax")(GlobalAveragePooling1D()(looked)))',
        heads("a = Dot(axes=(1, 2))([placed, placed])", "a"),
    ],
    "9E": [
        found('looked = [["cow", *three[0][1:]], three[1]]'),
        found("looked = [three[0], three[1][:1]]"),
    ],
}
