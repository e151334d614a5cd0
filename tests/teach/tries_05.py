"""Lesson 5: tries at its exercises."""

LESSON = """
left, right = Input((64,), name="left"), Input((64,), name="right")
enc = Dense(32, activation="relu", name="enc")
a = enc(left)
b = enc(right)
same = Dense(1, activation="sigmoid", name="same")((a - b) ** 2)
twins = Model([left, right], same, name="twins")
middle = Input((64,), name="middle")
first = Dense(32, activation="relu", name="first")
second = Dense(32, activation="relu", name="second")
gap = (first(left) - second(right)) ** 2
second.set_weights(first.get_weights())
"""
JUDGED = """
gaps = concatenate([(l - m) ** 2, (m - r) ** 2])
model = Model([left, middle, right], Dense(1, activation="sigmoid", name="out")(gaps))
"""

RIGHT = {
    "5A": [
        """
left, right = Input((64,)), Input((64,))
eye = Dense(32, activation="relu")
same = Dense(1, activation="sigmoid")((eye(left) - eye(right)) ** 2)
model = Model([left, right], same)
""",
        """
p, q = Input((64,)), Input((64,))
eye = Dense(16, activation="tanh", name="same")
gap = layers.Subtract()([eye(q), eye(p)])
same = Dense(1)(layers.Multiply()([gap, gap]))
model = Model([p, q], layers.Activation("sigmoid")(same))
""",
        """
p, q = Input((64,)), Input((64,))
one, two = Dense(32, activation="relu"), Dense(32, activation="relu")
gap = abs(two(one(p)) - two(one(q)))
model = Model([p, q], ops.sigmoid(Dense(1)(gap)))
""",
        """
both = layers.TimeDistributed(Dense(32, activation="relu"))(
    concatenate([layers.Reshape((1, 64))(side) for side in (left, right)], axis=1)
)
gap = abs(both[:, 0] - both[:, 1])
model = Model([left, right], Dense(1, activation="sigmoid")(gap))
""",
        """
u, v = Input((64,), name="u"), Input((64,), name="v")
eye = Dense(32, activation="relu")
alike = layers.Dot(axes=1, normalize=True)([eye(u), eye(v)])
model = Model({"u": u, "v": v}, Dense(1, activation="sigmoid")(alike))
""",
    ],
    "5B": [
        "half = Model(right, enc.get_output_at(1))",
        "half = Model(right, b)",
        "half = Model([right], enc.inbound_nodes[1].output_tensors)",
        """
node = next(node for node in enc.inbound_nodes if node.input_tensors[0] is right)
half = Model(inputs=right, outputs={"code": node.output_tensors[0]})
""",
    ],
    "5C": [
        """
gap = (first(left) - first(right)) ** 2
model = Model([left, right], Dense(1, activation="sigmoid")(gap))
""",
        """
image = Input((64,))
eye = Model(image, Dense(32, activation="relu")(image), name="eye")
gap = (eye(left) - eye(right)) ** 2
model = Model([left, right], Dense(1, activation="sigmoid")(gap))
""",
        """
both = layers.TimeDistributed(Dense(32, activation="relu"))(ops.stack([left, right], axis=1))
gap = (both[:, 0] - both[:, 1]) ** 2
model = Model([left, right], Dense(1, activation="sigmoid")(gap))
""",
        "p, q = Input((64,)), Input((64,))\nmodel = Model([p, q], twins([p, q]))",
        """
second = first
judge = Dense(1, activation="sigmoid", kernel_initializer="zeros")
model = Model([left, right], judge(abs(second(right) - first(left))))
""",
    ],
    "5D": [
        f"""
eye = Dense(32, activation="relu")
l, m, r = eye(left), eye(middle), eye(right)
{JUDGED}
index = 1
""",
        """
eye = Dense(32, activation="relu")
m, l, r = eye(middle), eye(left), eye(right)
far, near = [ops.sum((m - side) ** 2, axis=-1, keepdims=True) for side in (r, l)]
model = Model([left, middle, right], layers.Activation("sigmoid")(far - near))
index = 0
""",
        """
eye = Dense(32, activation="relu")
r, l, m = eye(right), eye(left), eye(middle)
both = concatenate([layers.multiply([m, l]), layers.multiply([m, r])])
model = Model([middle, left, right], Dense(1, activation="sigmoid")(both))
index = 2
""",
        """
eye = Dense(32, activation="relu")
l, m, r = eye(left), eye(middle), eye(right)
gaps = [ops.sum((m - side) ** 2, axis=-1, keepdims=True) for side in (l, r)]
chances = layers.Softmax()(-concatenate(gaps))
model = Model({"left": left, "middle": middle, "right": right}, chances[:, :1])
index = 1
""",
        """
eye = Dense(32, activation="relu")
l, m, r = eye(left), eye(middle), eye(right)
model = Model([right, middle, left], 1 - Dense(1, activation="sigmoid")(m * (l - r)))
index = 1
""",
    ],
}

WRONG = {
    "5A": {
        "two_layers": """
eye = Dense(32, activation="relu", name="eye")
other = Dense(32, activation="relu", name="other_eye")
same = Dense(1, activation="sigmoid", name="same")((eye(left) - other(right)) ** 2)
model = Model([left, right], same)
""",
        "input_missing": """
eye = Dense(32, activation="relu", name="eye")
same = Dense(1, activation="sigmoid", name="same")((eye(left) - eye(right)) ** 2)
model = Model(left, same)
""",
        "called_once": """
eye = Dense(32, activation="relu", name="eye")
a = eye(left)
same = Dense(1, activation="sigmoid", name="same")((a - a) ** 2)
model = Model([left, right], same)
""",
        "end_to_end": """
eye = Dense(32, activation="relu", name="eye")
both = concatenate([eye(left), eye(right)], name="both")
model = Model([left, right], Dense(1, activation="sigmoid", name="same")(both))
""",
        "same_input_twice": """
eye = Dense(32, activation="relu", name="eye")
same = Dense(1, activation="sigmoid", name="same")((eye(left) - eye(left)) ** 2)
model = Model([left, right], same)
""",
    },
    "5B": {
        "output_alone": "half = Model(right, enc.output)",
        "wrong_row": "half = Model(right, enc.get_output_at(0))",
        "called_again": "half = Model(right, enc(right))",
        "other_input": "half = Model(left, enc.get_output_at(1))",
        "other_weights": 'half = Model(right, Dense(32, activation="relu", name="mine")(right))',
    },
    "5C": {
        "copied_weights": """
one = Dense(32, activation="relu", name="one")
two = Dense(32, activation="relu", name="two")
gap = abs(one(left) - two(right))
two.set_weights(one.get_weights())
model = Model([left, right], Dense(1, activation="sigmoid", name="same")(gap))
""",
        "same_name": """
one = Dense(32, activation="relu", name="eye")
two = Dense(32, activation="relu", name="eye")
gap = (one(left) - two(right)) ** 2
model = Model([left, right], Dense(1, activation="sigmoid", name="same")(gap))
""",
        "cloned": """
from funclab.models import clone_model
image = Input((64,))
eye = Model(image, Dense(32, activation="relu")(image), name="eye")
gap = (eye(left) - clone_model(eye)(right)) ** 2
model = Model([left, right], Dense(1, activation="sigmoid", name="same")(gap))
""",
        "frozen": """
first.trainable = second.trainable = False
model = Model([left, right], Dense(1, activation="sigmoid", name="same")(gap))
""",
        "counted_both": """
one = Dense(32, activation="relu", name="one")
two = Dense(32, activation="relu", name="two")
gap = (one(left) - two(right)) ** 2
model = Model([left, right], Dense(1, activation="sigmoid", name="same")(gap))
""",
        "same_input_twice": """
gap = (first(left) - first(left)) ** 2
model = Model([left, right], Dense(1, activation="sigmoid", name="same")(gap))
""",
        "end_to_end": """
gap = first(left) - first(right)
model = Model([left, right], Dense(1, activation="sigmoid", name="same")(gap))
""",
    },
    "5D": {
        "several_encoders": f"""
eye, side = Dense(32, activation="relu", name="eye"), Dense(32, name="side")
l, m, r = side(left), eye(middle), side(right)
{JUDGED}
index = 0
""",
        "wrong_index": f"""
eye = Dense(32, activation="relu", name="eye")
m, l, r = eye(middle), eye(left), eye(right)
{JUDGED}
index = 1
""",
        "input_missing": f"""
eye = Dense(32, activation="relu", name="eye")
l, m, r = eye(left), eye(middle), eye(right)
{JUDGED.replace("[left, middle, right]", "[left, right]")}
index = 1
""",
        "end_to_end": """
eye = Dense(32, activation="relu", name="eye")
both = concatenate([eye(left), eye(middle), eye(right)], name="laid")
model = Model([left, middle, right], Dense(1, activation="sigmoid", name="out")(both))
index = 1
""",
        "not_a_probability": f"""
eye = Dense(32, activation="relu", name="eye")
l, m, r = eye(left), eye(middle), eye(right)
{JUDGED.replace("sigmoid", "softmax")}
index = 1
""",
        "no_index": f"""
eye = Dense(32, activation="relu", name="eye")
l, m, r = eye(left), eye(middle), eye(right)
{JUDGED}
""",
    },
}

MORE = {
    "5A": [
        (
            "end_to_end",
            """
eye = Dense(32, activation="relu", name="eye")
gap = eye(left) ** 2 - eye(right) ** 2
model = Model([left, right], Dense(1, activation="sigmoid", name="same")(gap))
""",
        ),
    ],
    "5B": [
        ("called_again", 'side = Input((64,), name="right")\nhalf = Model(side, enc(side))'),
        ("called_again", "half = Model(right, Model(right, b)(right))"),
        ("called_again", "half = Model(left, enc(left))"),
        ("other_input", "half = Model([right, left], b)"),
        ("wrong_row", "half = Model([left, right], [b, a])"),
    ],
    "5C": [
        (
            "end_to_end",
            """
both = concatenate([first(left), first(right)])
model = Model([left, right], Dense(1, activation="sigmoid", name="same")(both))
""",
        ),
    ],
    "5D": [
        (
            "end_to_end",
            """
eye = Dense(32, activation="relu", name="eye")
l, m, r = eye(left), eye(middle), eye(right)
far = ops.sum((l - m) ** 2 - (m - r) ** 2, axis=-1, keepdims=True)
model, index = Model([left, middle, right], ops.sigmoid(far)), 1
""",
        ),
        ("no_index", f"l, m, r = enc(left), enc(middle), enc(right)\n{JUDGED}\nindex = enc"),
    ],
}

REFUSED = {
    "5A": [
        """
eye = Dense(32, activation="relu", name="eye")
gap = (eye(left) - eye(right)) ** 2
model = Model([left, right], Dense(2, activation="softmax", name="two")(gap))
""",
    ],
    "5B": [
        "half = Model(right, right)",
        "half = Model(right, b * 2)",
        "half = Model(right, twins.output)",
        "half = Model(right, enc)",
    ],
    "5C": [
        """
first = Dense(32, activation="relu", name="first")
second = Dense(32, activation="relu", name="second")
gap = (first(left) - second(first(right))) ** 2
second.set_weights(first.get_weights())
model = Model([left, right], Dense(1, activation="sigmoid", name="same")(gap))
""",
        """
first = Dense(32, activation="relu", name="first")
second = Dense(32, activation="relu", name="second")
gap = (first(left) - first(left)) ** 2
second.set_weights(first.get_weights())
model = Model([left, right], Dense(1, activation="sigmoid", name="same")(gap))
""",
        """
gap = (first(left) - first(right)) ** 2
model = Model([left, right], Dense(2, activation="softmax", name="two")(gap))
""",
        """
first = Dense(32, activation="relu", name="first")
second = Dense(32, activation="relu", name="second")
gap = (second(first(left)) - first(right)) ** 2
model = Model([left, right], Dense(1, activation="sigmoid", name="same")(gap))
""",
    ],
    "5D": [
        """
eye = Dense(32, activation="relu", name="eye")
l, r = eye(left), eye(right)
model = Model([left, right], Dense(1, activation="sigmoid", name="out")((l - r) ** 2))
index = 1
""",
        """
middle = Input(shape=(64,), name="middle")
eye3 = Dense(32, activation="relu", name="eye3")
l, m, r = eye3(left), eye3(middle), eye3(right)
gaps = concatenate([(l - m) ** 2, (m - m) ** 2])
model = Model([left, middle, right], Dense(1, activation="sigmoid", name="is_left")(gaps))
index = 1
""",
    ],
}
