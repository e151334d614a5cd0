"""Lesson 14: tries at its exercises."""

LESSON = """
from funclab import models
from funclab.layers import Dense, Subtract, multiply

left, right, scrap = (Input((64,), name=name) for name in ("left", "right", "scrap"))
eye = Dense(32, activation="relu", name="eye")
eye(scrap)
a, b = eye(left), eye(right)
gap = Subtract(name="gap")([a, b])
same = Dense(1, activation="sigmoid", name="same")(gap**2)
twins = Model([left, right], same, name="twins")
"""
LINES = """
line_1 = lambda: Model(left, eye.get_output_at(1))
line_2 = lambda: Model(right, b)
line_3 = lambda: Model(scrap, eye.output)
line_4 = lambda: Model(left, eye.output)
line_5 = lambda: Model(left, np.tanh(a))
line_6 = lambda: Model(left, ops.tanh(a))
"""
TRUE = {1: False, 2: True, 3: True, 4: False, 5: False, 6: True}


def guess(wrong):
    """The lines of 14A, and answers of which one is wrong."""
    return f"{LINES}guess = { {**TRUE, wrong: not TRUE[wrong]} }"


def half(output):
    """The function of 14B with something in place of the dots."""
    return f"""
def half(model):
    eye, gap = model.get_layer("eye"), model.get_layer("gap")
    return Model(model.inputs[1], {output})
"""


def again(weights, eyes="one, one"):
    """The lines of the twins once more, and some weights."""
    return f"""
one, two = (Dense(32, activation="relu", name=name) for name in ("one", "two"))
first, second = {eyes}
gap = first(left) - second(right)
model = Model([left, right], Dense(1, activation="sigmoid", name="last")(gap * gap))
{weights}
"""


def product(both, end='1, activation="sigmoid", name="same"', inputs="[left, right]"):
    return f"""
code = Dense(16, activation="relu", name="code")
other = Dense(16, activation="relu", name="other")
both = {both}
model = Model({inputs}, Dense({end})(both))
"""


JSON = "model = models.model_from_json(twins.to_json())\n"

RIGHT = {
    "14A": [
        f"{LINES}guess = {TRUE}",
        f"{LINES}guess = [False, True, True, False, False, True]",
        LINES + 'guess = {1: "no", 2: "yes", 3: "yes", 4: "no", 5: "no", 6: "yes"}',
        LINES + 'guess = {"1": False, "2": "True", "3": 1, "4": 0, "5": False, "6": True}',
    ],
    "14B": [
        half("gap.input[1]"),
        half("eye(model.inputs[1])"),
        half("eye._inbound_nodes[-1].output_tensors[0]"),
    ],
    "14C": [
        f"{JSON}model.set_weights(twins.get_weights())",
        """
import pathlib, tempfile
with tempfile.TemporaryDirectory() as folder:
    twins.save(pathlib.Path(folder, "twins.keras"))
    model = models.load_model(pathlib.Path(folder, "twins.keras"))
""",
        again("model.set_weights(twins.get_weights())"),
    ],
    "14D": [
        product("code(left) * code(right)"),
        product("multiply([code(left), code(right)])"),
        """
image = Input((64,))
encoder = Model(image, Dense(16, activation="relu")(image))
both = ops.multiply(encoder(left), encoder(right))
model = Model([left, right], Dense(1, activation="sigmoid")(both))
""",
    ],
}

MORE = {
    "14D": [("numpy", product("np.multiply(code(left), code(right))"))],
    "14C": [
        (
            "fresh_weights",
            """
model = models.clone_model(twins)
model.set_weights([w * 0.5 for w in twins.get_weights()])
""",
        ),
    ],
    "14B": [
        (
            "other_graph",
            """
def half(model):
    return Model(right, eye(right))
""",
        ),
        ("other_graph", half("gap.input[1]").replace("Model(model.inputs[1]", "Model(right")),
    ],
}
REFUSED = {
    "14B": [
        half("eye(model.inputs[1]) * 2"),
        half("gap.inptu[1]"),
        "def half(model): pass",
        half("gap.input[1]").replace("Model(model.inputs[1]", "Model(model.inputs[0]"),
        """
def half(model):
    eye, gap = model.get_layer("eye"), model.get_layer("gap")
    return eye(model.inputs[1])
""",
        """
def half(model):
    eye, gap = model.get_layer("eye"), model.get_layer("gap")
    return Model(model.input, gap.input[1])
""",
        """
def half(model):
    eye, gap = model.get_layer("eye"), model.get_layer("gap")
    return Model(model.inputs[0], eye(model.inputs[0]))
""",
    ],
    "14A": [
        f"{LINES}guess = [True] * 5",
        f"{LINES}guess = {{1: None, 2: True, 3: True, 4: False, 5: False, 6: True}}",
        LINES.replace("ops.tanh(a)", "no_such_thing") + f"guess = {TRUE}",
    ],
    "14C": [
        "model = Model(left, left)",
    ],
    "14D": [
        """
code = Dense(16, activation="relu", name="code")
both = merge([code(left), code(right)], mode="mul")
same = Dense(1, activation="sigmoid", name="same")(both)
model = Model([left, right], same)
""",
        """
code = Dense(32, activation="relu", name="code")
both = code(left) * code(right)
same = Dense(1, activation="sigmoid", name="same")(both)
model = Model([left, right], same)
""",
        """
code = Dense(16, name="code")
both = code(left) * code(right)
same = Dense(1, activation="sigmoid", name="same")(both)
model = Model([left, right], same)
""",
        product("code(left) * code(left)", inputs="left"),
        product("code(left) @ code(right)"),
        product("code(left) * code(right)", '2, activation="softmax"'),
        product("code(left) * code(right)").replace("Dense(16, a", "Dense(8, a"),
        """
code = Dense(16, activation="relu", name="code")
both = code(left) * code(left)
same = Dense(1, activation="sigmoid", name="same")(both)
model = Model(inputs=left, outputs=same)
""",
    ],
}
WRONG = {
    "14A": {
        "index_stays": guess(1),
        "output_is_refused": guess(3),
        "output_of_any_call": guess(4),
        "numpy_leaves_no_trace": guess(5),
        "ops_are_calls": guess(6),
        "tensor_is_enough": guess(2),
    },
    "14B": {
        "gone": half("eye.get_output_at(1)"),
        "first_call": half("eye.output"),
        "other_graph": half("b"),
        "other_image": half("gap.input[0]"),
        "new_layer": half('Dense(32, activation="relu", name="eye")(model.inputs[1])'),
        "needs_both": half("gap.output"),
        "gave_a_layer": half("eye"),
    },
    "14C": {
        "fresh_weights": "model = models.clone_model(twins)",
        "shared_layers": "model = Model(twins.inputs, twins.outputs)",
        "called_twins": "model = Model([left, right], twins([left, right]))",
        "two_eyes": again(
            "eye_weights = twins.get_layer('eye').get_weights()\n"
            "model.set_weights(eye_weights * 2 + twins.get_layer('same').get_weights())",
            "one, two",
        ),
        "only_a_part": f"{JSON}model.get_layer('eye').set_weights(eye.get_weights())",
    },
    "14D": {
        "laid_end_to_end": product("ops.concatenate([code(left), code(right)])"),
        "added": product("code(left) + code(right)"),
        "two_layers": product("code(left) * other(right)"),
        "input_left_out": product("code(left) * code(right)", inputs="left"),
        "numpy": product("np.prod([code(left), code(right)], axis=0)"),
        "softmax_of_one": product("code(left) * code(right)", '1, activation="softmax"'),
    },
}
