"""Lesson 2: tries at its exercises."""

LESSON = """
hours = Input((24, 1), name="hours")
day = Input((24, 4), name="day")
week = Input((7,), name="week")
each = Dense(8, activation="relu", name="each")(day)
model = Model(day, Dense(1, activation="sigmoid", name="working")(each))
"""
CALLS = """
a = Dense(8, name="a")(day)
b = Dense(2, name="b")(day)
c = concatenate([a, b], name="c")
d = Flatten(name="d")(c)
e = Dense(1, name="e")(d)
"""
ANSWER = 'Dense(1, activation="sigmoid", name="working")'


def guess(a="(None, 24, 8)", b="10", c="(None, 24, 10)", a_weights="40"):
    """The five calls and an answer to them, in which some parts may be wrong."""
    shapes = (
        f"[{a}, {a_weights}], [(None, 24, 2), {b}], [{c}, 0], [(None, 240), 0], [(None, 1), 241]"
    )
    return f"{CALLS}guess = [{shapes}]"


def made_of(hours):
    """A model of whole days, from what becomes of the hours."""
    return f"{hours}\nmodel = Model(day, {ANSWER}(h))"


RIGHT = {
    "2A": [
        guess(),
        CALLS
        + """
guess = {"a": ((None, 24, 8), 40), "b": ((None, 24, 2), 10), "c": ((None, 24, 10), 0)}
guess |= {"d": ((None, 240), 0), "e": ((None, 1), 241)}
""",
        CALLS
        + """
shapes = ["(None, 24, 8)", "(None, 24, 2)", "(None, 24, 10)", "(None, 240)", "(None, 1)"]
guess = list(zip(shapes, ["40", "10", "0", "0", "241"]))
""",
    ],
    "2B": [
        "full = concatenate([day, RepeatVector(24)(week)])",
        """
w = Reshape((1, 7))(week)
full = layers.Concatenate(axis=2)([day, ops.repeat(w, 24, axis=1)])
""",
        """
w = ops.zeros((24, 7)) + Reshape((1, 7))(week)
full = ops.concatenate([day, w], axis=-1)
""",
        "full = concatenate([day, Reshape((24, 7))(concatenate([week] * 24))])",
        "full = Model([day, week], concatenate([day, ops.stack([week] * 24, axis=1)]))",
    ],
    "2C": [
        made_of("h = Dense(8)(Flatten()(day))"),
        made_of('h = Flatten()(Dense(8, activation="relu")(day))'),
        made_of("h = Reshape((96,))(day)"),
        made_of("h = Flatten()(Dense(1)(layers.Permute((2, 1))(each)))"),
        made_of("h = layers.GRU(3)(each)"),
    ],
    "2D": [
        """
h = Dense(7, activation="relu")(Flatten()(hours))
model = Model(hours, Dense(1, activation="sigmoid")(h))
""",
        """
h = layers.Conv1D(16, 5, activation="relu")(hours)
h = layers.GlobalMaxPooling1D()(h)
model = Model(hours, Dense(1, activation="sigmoid")(h))
""",
        'model = Model(hours, Dense(1, activation="sigmoid")(Flatten()(hours)))',
    ],
}

WRONG = {
    "2A": {
        "without_batch": guess(a="(24, 8)"),
        "one_row_a_day": guess(a="(None, 8)"),
        "added_axes": guess(c="(None, 48, 10)"),
        "counted_per_hour": guess(b="240"),
        "fixed_open_size": guess(c="(365, 24, 10)"),
    },
    "2B": {
        "one_axis_more": "full = concatenate([day, week])",
        "batch_is_24": "full = concatenate([day, ops.repeat(week, 24, axis=0)])",
        "weights_for_copies": """
w = Reshape((24, 7))(Dense(168, name="copies")(week))
full = concatenate([day, w])
""",
        "fixed_batch": """
week = Input((7,), batch_size=1, name="week")
full = concatenate([day, RepeatVector(24)(week)])
""",
        "input_left_out": "full = concatenate([day, day, day[:, :, :3]])",
    },
    "2C": {
        "still_per_hour": made_of('h = Dense(16, activation="relu", name="more")(each)'),
        "one_hour_alone": made_of("h = each[:, 8]"),
        "averaged_hours": made_of("h = GlobalAveragePooling1D()(each)"),
        "folded_batch": made_of("h = ops.reshape(each, (-1, 8))"),
        "no_fixed_hours": made_of("""
day = Input((None, 4), name="day")
h = Flatten()(Dense(8)(day))
"""),
        "softmax_of_one": 'model = Model(day, Dense(1, activation="softmax")(Flatten()(each)))',
    },
    "2D": {
        "one_hour_at_a_time": """
h = GlobalAveragePooling1D()(Dense(16, activation="relu", name="each")(hours))
model = Model(hours, Dense(1, activation="sigmoid")(h))
""",
        "too_many_weights": """
h = Dense(16, activation="relu")(Flatten()(hours))
model = Model(hours, Dense(1, activation="sigmoid")(h))
""",
        "only_the_mean": """
h = Dense(8, activation="relu")(GlobalAveragePooling1D(name="mean")(hours))
model = Model(hours, Dense(1, activation="sigmoid")(h))
""",
        "softmax_of_one": 'model = Model(hours, Dense(1, activation="softmax")(Flatten()(hours)))',
        "other_input": 'model = Model(day, Dense(1, activation="sigmoid")(Flatten()(day)))',
        "shapes_differ": 'model = Model(hours, Dense(1, activation="sigmoid")(hours))',
    },
}

REFUSED = {
    "2A": [
        guess(b="None"),
        guess(a="'no shape'"),
        guess(b="8"),
        guess(c="[None, 24, 8]"),
        f"{CALLS}guess = 40, 10, 0, 0, 241",
    ],
    "2B": [
        "full = add([day, layers.RepeatVector(24)(week)])",
        "full = concatenate([day, week[:, None]])",
        "full = concatenate([day, layers.RepeatVector(7)(week)])",
        "full = concatenate([day, RepeatVector(12)(week)])",
        "full = concatenate([ops.ones((24, 24, 4)) + ops.sum(day), RepeatVector(24)(week)])",
        "full = concatenate([RepeatVector(24)(week), day])",
        "full = layers.Concatenate()",
        "full = concatenate([day, Reshape((24, 7))(ops.repeat(week, 24, axis=1))])",
    ],
    "2C": [
        """
each = Dense(8, activation="relu", name="each")(day)
h = Flatten()(each)
model = Model(day, Dense(2, activation="sigmoid", name="working")(h))
""",
        made_of("h = Flatten()(each[:, :12])"),
        made_of("h = layers.GRU(3)(each[:, :12])"),
        made_of("h = Reshape((1, 192))(each)"),
        """
h = Flatten()(each)
model = Model(day, [Dense(1)(h), Dense(1)(h)])
""",
    ],
    "2D": [
        'model = Model(hours, Dense(1, activation="sigmoid")(hours[:, 12]))',
        'model = Model(hours, Dense(1, activation="sigmoid", trainable=False)(Flatten()(hours)))',
        "from funclab import Sequential\nmodel = Sequential([Flatten(), Dense(1)])",
    ],
}

MORE = {
    "2B": [
        (
            "batch_is_24",
            "full = concatenate([ops.reshape(day, (24, 24, 4)), RepeatVector(24)(week)])",
        ),
    ],
}
