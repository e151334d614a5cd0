"""Lesson 6: tries at its exercises."""

LESSON = """
from funclab import Sequential
from funclab.models import clone_model
image = Input((64,), name="image")
code = Dense(32, activation="relu", name="code")(image)
reader = Model(image, Dense(10, activation="softmax", name="digit")(code), name="reader")
page = Input((64,), name="page")
outer = Model(page, reader(page), name="outer")
eye = Model(image, code, name="eye")
left, right = Input((64,), name="left"), Input((64,), name="right")
gap = (eye(left) - eye(right)) ** 2
twins = Model([left, right], Dense(1, activation="sigmoid", name="same")(gap), name="twins")
postcode = Input((5, 64), name="postcode")
clone = clone_model(reader)
clone.set_weights(reader.get_weights())
"""
NAMESAKE = """
x = Dense(10, activation="softmax", name="digit")(Dense(32, name="code")(image))
namesake = Model(image, x, name="reader")
"""
TRUE = {"outer": True, "eye": True, "twins": True, "clone": False, "namesake": False}
SINGLE = """
h = Dense(32, activation="relu")(image)
single = Model(image, Dense(10, activation="softmax")(h), name="single")
"""
COMPILE = 'model.compile("adam", "sparse_categorical_crossentropy")'
HEAD = 'Dense(10, activation="softmax", name="ten")'


def predicting(**changed: bool) -> str:
    return f"{NAMESAKE}\nmoves = {TRUE | changed}"


RIGHT = {
    "6A": [
        predicting(),
        f"{NAMESAKE}\nmoves = [1, 1, 1, 0, 0]",
        f'{NAMESAKE}\nmoves = {{"eye", "twins", "outer"}}',
        f'{NAMESAKE}\nmoves = ["twins", "outer", "eye"]',
        f"{NAMESAKE}\nmoves = {TRUE | {'postcode': False}}",
        f"""{NAMESAKE}
own = {{id(weight) for weight in reader.weights}}
moves = [any(id(weight) in own for weight in model.weights)
         for model in (outer, eye, twins, clone, namesake)]
""",
    ],
    "6B": [
        f"{SINGLE}\nmodel = Model(postcode, layers.TimeDistributed(single)(postcode))",
        f"""{SINGLE}
slices = [single(postcode[:, place]) for place in range(5)]
model = Model(postcode, ops.stack(slices, axis=1))
""",
        """
h = Dense(16, activation="tanh")(postcode)
model = Model(postcode, layers.Softmax()(Dense(10)(h)))
""",
        """
pages = Input((5, 64), name="pages")
model = Model({"pages": pages}, {"digits": layers.TimeDistributed(outer)(pages)})
""",
    ],
    "6C": [
        "model = Model(page, eye(page))",
        'model = Model(page, reader.get_layer("code")(page))',
        "inside = Model(image, code)\nmodel = Model(inputs=[page], outputs=[inside(page)])",
        """
inside = Model(reader.input, [code, reader.output])
numbers, _ = inside(page)
model = Model({"page": page}, {"numbers": numbers})
""",
    ],
    "6D": [
        f"eye.trainable = False\nmodel = Model(page, {HEAD}(eye(page)))\n{COMPILE}",
        f"""
reader.get_layer("code").trainable = False
model = Model(image, layers.Softmax()(Dense(10)(code)))
{COMPILE}
""",
        f"""
h = Dense(16, activation="relu")(eye(page))
model = Model(page, {HEAD}(h))
{COMPILE}
eye.trainable = False
{COMPILE}
""",
        f"""
eye.trainable = False
head = Sequential([Dense(24, activation="tanh"), Dense(10), layers.Activation("softmax")])
model = Model(left, head(eye(left)))
{COMPILE}
""",
        f"model = Model(page, {HEAD}(ops.stop_gradient(eye(page))))\n{COMPILE}",
        f"model = Model(page, {HEAD}(eye(page)))\n{COMPILE}\neye.trainable = False",
    ],
}

WRONG = {
    "6A": {
        "outer_apart": predicting(outer=False),
        "eye_apart": predicting(eye=False),
        "twins_apart": predicting(twins=False),
        "clone_follows": predicting(clone=True),
        "namesake_follows": predicting(namesake=True),
    },
    "6B": {
        "other_input": f"{SINGLE}\nmodel = Model(image, layers.TimeDistributed(single)(postcode))",
        "inner_tensor": f"{SINGLE}\nmodel = Model(postcode, single.output)",
        "called_directly": f"{SINGLE}\nmodel = Model(postcode, single(postcode))",
        "several_readers": """
slices = [Dense(10, activation="softmax")(postcode[:, place]) for place in range(5)]
model = Model(postcode, ops.stack(slices, axis=1))
""",
        "all_at_once": """
h = Dense(50, name="all_pixels")(layers.Flatten()(postcode))
model = Model(postcode, layers.Softmax()(layers.Reshape((5, 10))(h)))
""",
        "mixed": f"""{SINGLE}
slices = [single(postcode[:, 4 - place]) for place in range(5)]
model = Model(postcode, ops.stack(slices, axis=1))
""",
        "one_answer": f"{SINGLE}\nmodel = Model(postcode, single(postcode[:, 0]))",
    },
    "6C": {
        "inner_tensor": "model = Model(page, code)",
        "layer_as_output": 'model = Model(page, reader.get_layer("code"))',
        "other_input": "model = Model(image, eye(page))",
        "whole_answer": "model = Model(page, reader(page))",
        "new_layer": 'model = Model(page, Dense(32, activation="relu", name="mine")(page))',
        "cloned": "model = Model(page, clone_model(eye)(page))",
    },
    "6D": {
        "frozen_late": f"""
model = Model(page, {HEAD}(eye(page)))
{COMPILE}
import numpy
model.train_on_batch(numpy.eye(64)[:8], numpy.arange(8))
eye.trainable = False
""",
        "all_held": f"""
model = Model(page, {HEAD}(eye(page)))
model.trainable = False
{COMPILE}
""",
        "eye_learns": f"model = Model(page, {HEAD}(eye(page)))\n{COMPILE}",
        "cloned": f"""
lent = clone_model(eye)
lent.trainable = False
model = Model(page, {HEAD}(lent(page)))
{COMPILE}
""",
        "new_layer": f"""
held = Dense(32, activation="relu", trainable=False, name="held")
model = Model(page, {HEAD}(held(page)))
{COMPILE}
""",
        "not_ten": f"""
eye.trainable = False
model = Model(page, layers.Softmax()({HEAD}(eye(page))))
{COMPILE}
""",
        "not_compiled": f"eye.trainable = False\nmodel = Model(page, {HEAD}(eye(page)))",
        "old_head": f"""
eye.trainable = False
model = Model(page, {HEAD}(reader(page)))
{COMPILE}
""",
    },
}

MORE = {
    "6B": [
        ("mixed", "model = Model(postcode, layers.Softmax(axis=1)(Dense(10)(postcode)))"),
        ("mixed", f"{SINGLE}\nmodel = Model(postcode, ops.stack([single(postcode[:, 0])] * 5, 1))"),
    ],
    "6C": [
        ("other_input", 'page_2 = Input((64,), name="page")\nmodel = Model(page_2, eye(page_2))'),
        ("other_input", "model = Model([page, image], code)"),
        ("other_input", "page = image\nmodel = Model(page, code)"),
        (
            "new_layer",
            """
mine = Dense(32, activation="relu", name="mine")
model = Model(page, mine(page))
mine.set_weights(eye.get_weights())
""",
        ),
        (
            "cloned",
            """
answer = reader(page)
model = Model(page, twins([page, page]))
""",
        ),
    ],
    "6D": [
        (
            "old_head",
            f"reader.trainable = False\nmodel = Model(page, {HEAD}(reader(page)))\n{COMPILE}",
        ),
        (
            "not_compiled",
            f"eye.trainable = False\nmodel = Model(page, {HEAD}(eye(page)))\nmodel.compile('adam')",
        ),
        (
            "not_ten",
            f"""
eye.trainable = False
head = Sequential([{HEAD}, layers.Softmax()])
model = Model(page, head(eye(page)))
{COMPILE}
""",
        ),
        (
            "eye_learns",
            f"x = eye(page)\nx.trainable = False\nmodel = Model(page, {HEAD}(x))\n{COMPILE}",
        ),
    ],
}

REFUSED = {
    "6A": [
        f"{NAMESAKE}\nmoves = np.array([1, 1, 1, 0])",
        f"{NAMESAKE}\nmoves = {{'outer': True}}",
        predicting(outer="maybe"),
        f"{NAMESAKE}\nmoves = 3",
    ],
    "6B": [
        """
h = Dense(9, activation="softmax", name="nine")(postcode)
model = Model(postcode, h)
""",
    ],
    "6C": [
        "model = Model(page, [eye(page), eye(page)])",
        "model = Model(page, reader.get_layer('code').get_output_at(1))",
    ],
    "6D": [
        f"""
model = Model(page, layers.Softmax()(page))
{COMPILE}
""",
    ],
}
