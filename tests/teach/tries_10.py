"""Lesson 10: tries at its exercises."""

LESSON = """
from funclab import optimizers
from funclab.datasets import digits

(x_train, y_train), (x_test, y_test) = digits.load_data()
image = Input((8, 8), name="image")
flat = Flatten(name="flat")(image)
enc = Dense(32, activation="relu", name="enc")
code = enc(flat)
digit = Dense(10, activation="softmax", name="digit")(code)
reader = Model(image, digit, name="reader")
page = Input((8, 8), name="page")
left, right = Input((64,), name="left"), Input((64,), name="right")


def learn(model, targets=lambda y: y, loss="sparse_categorical_crossentropy"):
    model.compile(optimizers.Adam(0.01), loss, metrics=["accuracy"])
    return model.fit(x_train, targets(y_train), epochs=1, verbose=0)
"""
PROGRAMS = """
eye = lambda x: Dense(32, activation="relu")(x)
model_5 = lambda: Conv2D(8, 3, name="look")(image)
model_6 = lambda: Model(image, Dense(10, name="dense")(Dense(32, name="dense")(flat)))
model_7 = lambda: learn(Model(image, digit), loss="categorical_crossentropy")
model_8 = lambda: Model([left, right], (eye(left) - eye(right)) ** 2)
"""


def guess(**changed):
    """The four programs and an answer to them, in which some moments may be wrong."""
    moments = {"a": "call", "b": "Model", "c": "fit", "d": "never"} | changed
    return f"{PROGRAMS}guess = {dict(zip(range(5, 9), moments.values()))}"


SHEETS = """
sheet = Input((8, 8), name="sheet")
wide = Flatten(name="wide")
half = Dense(16, name="half")(wide(sheet))
sheet = Input((8, 8), name="sheet")
"""


def half(inputs, output="half"):
    return f"{SHEETS}model = Model({inputs}, {output})"


def twins(gap="(eye(left) - eye(right)) ** 2", last="sigmoid", inputs="[left, right]", more=""):
    return f"""
eye = Dense(32, activation="relu", name="eye")
{more}
gap = {gap}
model = Model({inputs}, Dense(1, activation="{last}", name="same")(gap))
"""


APART = "(eye(left) - other(right)) ** 2"
OTHER = 'other = Dense(32, activation="relu", name="other")'
SAME = 'other = Dense(32, activation="relu", name="eye")'
EAR = 'ear, nose = Input((5,), name="ear"), Input((5,), name="nose")\n'

RIGHT = {
    "10A": [
        guess(),
        f'{PROGRAMS}guess = ["call", "model", "fit", "never"]',
        PROGRAMS
        + """
model_7 = lambda: learn(Dense(10, name="last")(Dense(3, name="two")(image)[:, :9].missing))
model_7 = lambda: Model(image, Dense(10)(page))
guess = {"5": "Call", "6": "Model", "7": "Model", "8": "Never"}
""",
    ],
    "10B": [
        half("wide.input"),
        half("wide.get_input_at(0)"),
        """
sheet = Input((8, 8), name="sheet")
wide = Flatten(name="wide")
half = Dense(16, name="half")(wide(sheet))
model = Model(sheet, half)
""",
    ],
    "10C": [
        twins(),
        twins(
            gap="ops.square(ops.subtract(eye(left), eye(right)))",
            inputs="{'left': left, 'right': right}",
        ),
        """
x = Input((64,), name="x")
eye = Model(x, Dense(32, activation="relu")(x), name="eye")
gap = (eye(right) - eye(left)) ** 2
model = Model([left, right], Dense(1, activation="sigmoid")(gap))
""",
    ],
    "10D": [
        f'{EAR}Model(ear, Dense(3, name="scent")(nose))',
        "model = Model(page, code)",
        """
a, b = Input((4,), name="a"), Input((6,), name="b")
both = concatenate([a, b])
b = Input((6,), name="b")
model = Model([a, b], both)
""",
    ],
}

WRONG = {
    "10A": {
        "axes_not_counted": guess(a="fit"),
        "name_at_a_call": guess(b="call"),
        "names_do_not_matter": guess(b="never"),
        "targets_before_fit": guess(c="compile"),
        "targets_fit": guess(c="never"),
        "sharing_is_not_checked": guess(d="Model"),
    },
    "10B": {
        "fresh_input": half("sheet"),
        "starts_midway": half("wide.output"),
        "gave_a_layer": half("wide"),
        "new_layer": half("sheet", 'Dense(16, name="again")(wide(sheet))'),
        "no_such_call": half("wide.get_input_at(1)"),
        "both_inputs": half("[sheet, wide.input]"),
    },
    "10C": {
        "left_the_graph": twins(gap="np.square(eye(left) - eye(right))"),
        "input_left_out": twins(inputs="left"),
        "one_name": twins(
            "(eye(left) - other(right)) ** 2", more=OTHER.replace('"other"', '"eye"')
        ),
        "renamed": twins(APART, more=OTHER),
        "always_one": twins(last="softmax"),
        "no_probability": twins(last="linear"),
        "end_to_end": twins('concatenate([eye(left), eye(right)], name="both")'),
        "only_adds_up": twins("eye(left) - eye(right)"),
        "takes_sizes": twins("abs(eye(left) - eye(right))"),
    },
    "10D": {
        "no_error": f'{EAR}model = Model(nose, Dense(3, name="scent")(nose))',
        "too_few": f'{EAR}model = Model(ear, concatenate([ear, nose], name="both"))',
        "other_shape": """
ear, nose = Input((7,), name="ear"), Input((5,), name="nose")
Model(ear, Dense(3, name="scent")(nose))
""",
        "not_an_input": f"""
{EAR}
wide = Dense(5, name="wide")(ear)
Model(wide, Dense(3, name="scent")(nose))
""",
        "stopped_at_a_call": f'{EAR}layers.add([Dense(3)(ear), Dense(4)(nose)], name="both")',
        "one_name": f'{EAR}Model(ear, Dense(3, name="x")(Dense(3, name="x")(ear)))',
        "gave_a_layer": f'{EAR}Model(ear, Dense(3, name="scent"))',
        "left_the_graph": f"{EAR}np.exp(Dense(3)(ear))",
    },
}

REFUSED = {
    "10C": [
        twins().replace("Dense(1,", "Dense(2,"),
        twins("(eye(left) - eye(left)) ** 2"),
        twins("(eye(left) - eye(right)) * 0"),
    ],
    "10A": [
        guess(a="later"),
    ],
    "10B": [
        half("wide.input", "wide.output"),
        half("images"),
        """
sheet = Input((8, 8), name="sheet")
wide = Flatten(name="wide")
half = Dense(16, name="half")(wide(sheet))
sheet = Input((8, 8), name="sheet")
model = Model(half.input, half)
""",
    ],
    "10D": [
        "1 / 0",
        "Model(ear)",
        "Model(image, digit)",
        'raise ValueError("Graph disconnected")',
    ],
}

MORE = {
    "10A": [
        ("sharing_is_not_checked", guess(d="fit")),
        ("targets_before_fit", guess(c="Model")),
    ],
    "10B": [
        ("starts_midway", half("wide(sheet)")),
    ],
}
