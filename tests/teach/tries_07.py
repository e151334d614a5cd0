"""Lesson 7: tries at its exercises."""

LESSON = """
paper = Input((12, 12, 1), name="paper")
h = Conv2D(8, 3, activation="relu", name="look")(paper)
h = Conv2D(16, 3, activation="relu", name="again")(h)
anywhere = GlobalMaxPooling2D(name="anywhere")
digit = Dense(10, activation="softmax", name="digit")
windows = Model(paper, digit(anywhere(h)), name="windows")
"""
BEFORE = {
    "7G": """
from funclab import optimizers, utils
from funclab.datasets import digits
(x_train, y_train), (x_test, y_test) = digits.load_data()

def sheet(images, right=0, down=0):
    papers = np.zeros((len(images), 12, 12, 1), "float32")
    papers[:, 2 + down : 10 + down, 2 + right : 10 + right, 0] = images / 16
    return papers

utils.set_random_seed(2)
hidden = Dense(32, activation="relu", name="hidden")(Flatten(name="flat")(paper))
reader = Model(paper, Dense(10, activation="softmax", name="digit")(hidden), name="reader")
reader.compile(optimizers.Adam(0.01), "sparse_categorical_crossentropy")
reader.fit(sheet(x_train[:640]), y_train[:640], batch_size=64, epochs=6, verbose=0)
"""
}
CALLS = """
a = Conv2D(4, 3, name="a")(paper)
b = layers.MaxPooling2D(2, name="b")(a)
c = Conv2D(6, 3, name="c")(b)
d = Dense(5, name="d")(c)
e = GlobalMaxPooling2D(name="e")(d)
"""


def guess(
    a="(None, 10, 10, 4)",
    a_weights="40",
    b="(None, 5, 5, 4)",
    c_weights="222",
    d="(None, 3, 3, 5)",
    d_weights="35",
    e="(None, 5)",
):
    """The five calls and an answer to them, in which some parts may be wrong."""
    last = f"[{d}, {d_weights}], [{e}, 0]"
    c = f"[(None, 3, 3, 6), {c_weights}]"
    return f"{CALLS}guess = [[{a}, {a_weights}], [{b}, 0], {c}, {last}]"


def added(more, h='Conv2D(8, 3, padding="same", activation="relu", name="first")(paper)'):
    """A residual block: what is on the shortcut, and what is added to it."""
    return f"h = {h}\nmore = {more}\nmodel = Model(paper, add([h, more]))"


def reader(lines, answer='Dense(10, activation="softmax", name="digit")'):
    """A reader, from the lines that make h."""
    return f"{lines}\nmodel = Model(paper, {answer}(h))"


def found(line):
    """A line that says what was found, after lines that compute the losses."""
    return f"""
def order(right):
    chances = reader.predict(sheet(x_test, right=right), verbose=0)
    return chances[np.arange(len(y_test)), y_test].argsort(), chances.argmax(-1)
losses, said = order(2)
wrong = [i for i in losses if said[i] != y_test[i]]
first = losses[0]
{line}
"""


RIGHT = {
    "7A": [
        guess(),
        CALLS
        + """
guess = {"a": ((None, 10, 10, 4), 40), "b": ((None, 5, 5, 4), 0), "c": ((None, 3, 3, 6), 222)}
guess |= {"d": ((None, 3, 3, 5), 35), "e": ((None, 5), 0)}
""",
        CALLS
        + """
shapes = "(None, 10, 10, 4)", "(None, 5, 5, 4)", "(None, 3, 3, 6)", "(None, 3, 3, 5)", "(None, 5)"
guess = list(zip(shapes, ["40", "0", "222", "35", "0"]))
""",
        """
guess = [[(None, 10, 10, 4), 3 * 3 * 4 + 4], [(None, 5, 5, 4), 0], [(None, 3, 3, 6), 9 * 24 + 6]]
guess += [[(None, 3, 3, 5), 6 * 5 + 5], [(None, 5), 0]]
""",
    ],
    "7B": [
        'what = Model(paper, windows.get_layer("anywhere").output)',
        "what = Model(windows.inputs, digit.get_input_at(0))",
        "what = Model(paper, ops.max(h, axis=(1, 2)))",
        "rows = Model(paper, h)\nwhat = Model(paper, {'what': anywhere(rows(paper))})",
        "what = Model(paper, layers.GlobalMaxPooling1D()(layers.Reshape((64, 16))(h)))",
    ],
    "7C": [
        added('Conv2D(8, 3, padding="same", activation="relu")(h)'),
        added('Conv2D(16, 5, padding="same")(h)', h='Conv2D(16, 3, padding="same")(paper)'),
        """
h = Conv2D(8, 3, padding="same", activation="relu")(paper)
more = Conv2D(16, 3, activation="relu")(layers.ZeroPadding2D(1)(h))
model = Model(paper, Conv2D(16, 1)(h) + more)
""",
        added("""concatenate([
    Conv2D(4, 3, padding="same", activation="relu")(h), Conv2D(4, 5, padding="same")(h)])"""),
        """
inner = Input((12, 12, 8))
block = Model(inner, inner + Conv2D(8, 3, padding="same")(inner), name="block")
model = Model(paper, block(Conv2D(8, 3, padding="same", activation="relu")(paper)))
""",
        """
h = Conv2D(8, 3, padding="same", activation="relu")(paper)
model = Model(paper, add([h, layers.Conv2DTranspose(8, 3)(Conv2D(16, 3)(h))]))
""",
    ],
    "7D": [
        reader("""
h = Conv2D(8, 3, padding="same", activation="relu")(paper)
h = Conv2D(16, 3, padding="same", activation="relu")(h)
h = GlobalMaxPooling2D()(h)
"""),
        reader("""
near = Conv2D(6, 3, padding="same", activation="relu")(paper)
wide = Conv2D(6, 5, padding="same", activation="relu")(paper)
h = Conv2D(10, 3, padding="same", activation="relu")(concatenate([near, wide]))
h = ops.max(h, axis=(1, 2))
"""),
        reader(
            """
h = Conv2D(8, 3, padding="same", activation="relu")(paper)
h = add([h, Conv2D(8, 3, padding="same", activation="relu")(h)])
h = Conv2D(8, 3, padding="same", activation="relu")(h)
h = Dense(10)(GlobalMaxPooling2D()(h))
""",
            "layers.Softmax()",
        ),
    ],
    "7G": [
        found("guess = [first, -2, 0]"),
        found('guess = {"number": wrong[0], "right": "-2", "down": 0}'),
        found("""
def read(down):
    return reader.predict(sheet(x_test[[first]], down=down), verbose=0).argmax() == y_test[first]
guess = (first, -2, next(down for down in (1, -1, 2, -2, 0) if read(down)))
"""),
    ],
}

WRONG = {
    "7A": {
        "edges_kept": guess(a="(None, 12, 12, 4)"),
        "counted_per_position": guess(a_weights="4000"),
        "one_channel_read": guess(c_weights="60"),
        "dense_flattened": guess(d="(None, 5)"),
        "no_bias": guess(c_weights="216"),
        "blocks_overlap": guess(b="(None, 9, 9, 4)"),
        "one_for_all_channels": guess(e="(None, 1)"),
        "without_batch": guess(a="(10, 10, 4)"),
    },
    "7B": {
        "still_has_positions": 'what = Model(paper, windows.get_layer("again").output)',
        "hidden_in_a_list": 'what = Model(paper, Flatten(name="list")(h))',
        "too_late": "what = Model(paper, windows.output)",
        "gave_a_layer": 'what = Model(paper, windows.get_layer("anywhere"))',
        "new_weights": """
own = Conv2D(16, 3, activation="relu", name="own")(paper)
what = Model(paper, GlobalMaxPooling2D()(own))
""",
        "other_input": """
sheet = Input((12, 12, 1), name="sheet")
what = Model(sheet, windows.get_layer("anywhere").output)
""",
    },
    "7C": {
        "sizes_differ": added('Conv2D(8, 3, activation="relu", name="more")(h)'),
        "channels_differ": added('Conv2D(16, 3, padding="same", name="more")(h)'),
        "one_channel_for_all": added('Conv2D(1, 3, padding="same", name="more")(h)'),
        "end_to_end": """
h = Conv2D(8, 3, padding="same", name="first")(paper)
more = Conv2D(16, 3, padding="same", name="more")(h)
model = Model(paper, concatenate([h, more], name="both"))
""",
        "positions_lost": """
h = Conv2D(8, 3, padding="same", name="first")(paper)
more = Conv2D(8, 3, name="more")(h)
tops = [GlobalMaxPooling2D(name="top_h")(h), GlobalMaxPooling2D(name="top_more")(more)]
model = Model(paper, add(tops, name="sum"))
""",
        "same_tensor": added("h"),
        "side_by_side": added('Conv2D(8, 3, padding="same", name="more")(paper)'),
        "not_a_sum": added('Conv2D(8, 3, padding="same")(h)').replace("add(", "layers.multiply("),
        "no_convolution": added("ops.relu(h)"),
    },
    "7D": {
        "reads_a_list": reader("""
h = Dense(9, activation="relu", name="hidden")(Flatten()(paper))
"""),
        "positions_in_a_list": reader("""
h = Conv2D(4, 3, activation="relu", name="look")(paper)
h = Flatten()(MaxPooling2D(2)(h))
"""),
        "windows_lost": "model = windows",
        "one_answer_a_position": reader('h = Conv2D(8, 3, activation="relu", name="look")(paper)'),
        "too_many_weights": reader("""
h = Conv2D(16, 3, activation="relu", name="look")(paper)
h = Conv2D(32, 3, activation="relu", name="again")(h)
h = GlobalMaxPooling2D()(h)
"""),
        "not_probabilities": reader(
            """
h = Conv2D(8, 3, padding="same", activation="relu")(paper)
h = GlobalMaxPooling2D()(h)
""",
            'Dense(10, name="digit")',
        ),
        "other_input": """
paper = Input((144,), name="row")
h = layers.Reshape((12, 12, 1))(paper)
h = GlobalMaxPooling2D()(Conv2D(8, 3, padding="same", activation="relu")(h))
model = Model(paper, Dense(10, activation="softmax")(h))
""",
    },
    "7G": {
        "in_the_middle": found("guess = [order(0)[0][0], -2, 0]"),
        "right_answer": found("guess = [losses[-1], -2, 0]"),
        "smaller_loss": found("guess = [wrong[1], -2, 0]"),
        "other_way": found("guess = [first, 2, 0]"),
        "still_misread": found("guess = [first, 0, 0]"),
        "off_the_sheet": found("guess = [first, 5, 0]"),
    },
}

MORE = {
    "7A": [
        ("counted_per_position", guess(d_weights="275")),
        ("no_bias", guess(a_weights="37")),
        ("edges_kept", guess(a="(None, 12, 12, 4)").replace(CALLS, "")),
    ],
    "7B": [
        (
            "other_input",
            'sheet = Input((12, 12, 1), name="sheet")\nwhat = Model(sheet, windows(sheet))',
        ),
        ("too_late", "what = windows"),
    ],
    "7C": [
        (
            "positions_lost",
            """
h = Conv2D(8, 3, padding="same")(paper)
more = GlobalMaxPooling2D(name="top")(Conv2D(8, 3, padding="same")(h))
model = Model(paper, add([h, more]))
""",
        ),
        (
            "not_a_sum",
            added('Conv2D(8, 3, padding="same")(h)').replace("add([h, more])", "h - more"),
        ),
        ("no_convolution", added('Dense(8, activation="relu")(h)')),
        (
            "side_by_side",
            """
more = Conv2D(1, 3, padding="same")(Conv2D(8, 3, padding="same")(paper))
model = Model(paper, paper + more)
""",
        ),
        ("sizes_differ", added('Conv2D(8, 3, strides=2, padding="same", name="more")(h)')),
    ],
    "7D": [
        (
            "not_probabilities",
            """
x = layers.ZeroPadding2D(4)(paper)
x = Conv2D(8, 3, activation="relu")(x)
model = Model(paper, GlobalMaxPooling2D()(x))
""",
        ),
        (
            "reads_a_list",
            """
sheet = Input((12, 12, 1), name="sheet")
body = Model(sheet, Dense(9, activation="relu")(Flatten()(sheet)), name="body")
model = Model(paper, Dense(10, activation="softmax")(body(paper)))
""",
        ),
        (
            "not_probabilities",
            """
sheet = Input((12, 12, 1), name="sheet")
tops = GlobalMaxPooling2D()(Conv2D(8, 3, padding="same")(sheet))
body = Model(sheet, Dense(10, activation="softmax")(tops), name="body")
model = Model(paper, layers.Softmax()(body(paper)))
""",
        ),
    ],
}

REFUSED = {
    "7A": [
        guess(a="(None, 10, 10, 4), 40], [1", a_weights="2"),
        guess(a="'ten'"),
        guess(e="(None, 6)"),
    ],
    "7B": [
        "what = Model(paper, [anywhere(h), anywhere(h)])",
        "what = Model(paper, ops.mean(h, axis=(1, 2)))",
        "what = Model(paper, ops.max(h))",
    ],
    "7C": [
        "model = Model(paper, Conv2D(8, 3)(paper))",
        added('Conv2D(8, 3, padding="same")(h)', h="Conv2D(8, 3)(paper)"),
    ],
    "7D": [
        reader("""
h = Conv2D(2, 3, padding="same", activation="relu", name="look")(paper)
h = GlobalMaxPooling2D()(h)
"""),
        """
x = Conv2D(8, 3, activation="relu")(paper[:, 2:10, 2:10])
x = Conv2D(12, 3, activation="relu")(x)
model = Model(paper, Dense(10, activation="softmax")(GlobalMaxPooling2D()(x)))
""",
    ],
    "7G": [
        found("guess = [first, 'left', 2]"),
        found("guess = [500, -2, 0]"),
        found("guess = first"),
    ],
}
