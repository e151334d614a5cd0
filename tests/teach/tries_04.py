"""Lesson 4: tries at its exercises."""

LESSON = """
measures, island = Input((3,), name="measures"), Input((3,), name="island")
bird = concatenate([measures, island], name="bird")
body = Dense(16, activation="relu", name="body")(bird)
kind = Dense(3, activation="softmax", name="species")(body)
sex = Dense(1, activation="sigmoid", name="sex")(body)
kilos = Dense(1, name="mass")(body)
trio = Model([measures, island], [kind, sex, kilos], name="trio")
weather, weekday = Input((5,), name="weather"), Input((7,), name="weekday")
"""
TWO = """
species = Dense(3, activation="softmax", name="which")(body)
mass = Dense(1, name="heavy")(body)
two = Model([measures, island], [species, mass], name="two")
two.compile("adam", ["sparse_categorical_crossentropy", "mse"], metrics=[["accuracy"], ["mae"]])
"""
OUTPUTS = 'model = Model([measures, island], [sex, kilos, kind], name="reordered")'
FRESH = """
wide = Dense(16, activation="relu", name="wide")(concatenate([measures, home]))
outputs = [Dense(3, activation="softmax")(wide), Dense(1, activation="sigmoid")(wide)]
model = Model([measures, home], [*outputs, Dense(1)(wide)], name="again")
"""


def guess(*names):
    return f"{TWO}guess = {list(names)}"


def with_losses(sex="'binary_crossentropy'", mass="'mse'", species="'sparse_"):
    """Losses by name; that of species is for class numbers unless another is named."""
    species = f"{species}categorical_crossentropy'" if species == "'sparse_" else species
    losses = f'{{"sex": {sex}, "mass": {mass}, "species": {species}}}'
    return f'{OUTPUTS}\nmodel.compile("adam", loss={losses})'


def rides(outputs, inputs="[weather, weekday]"):
    return f"""
h = Dense(16, activation="relu", name="h")(concatenate([weather, weekday], name="day"))
{outputs}
model = Model({inputs}, riders, name="rides")
"""


RIGHT = {
    "4A": [
        guess("loss", "which_loss", "heavy_loss", "which_accuracy", "heavy_mae"),
        TWO + 'guess = {"heavy_mae", "heavy_loss", "which_accuracy", "which_loss", "loss"}',
        TWO + 'guess = "loss, which_loss, which_accuracy, heavy_loss, heavy_mae"',
        TWO
        + "run = two.fit([np.zeros((4, 3))] * 2, [np.zeros(4), np.zeros((4, 1))], verbose=0)\n"
        + "guess = run.history.keys()",
        TWO + 'guess = ["loss, which_loss, which_accuracy", "heavy_loss, heavy_mae"]',
        guess("loss ", "which_loss ", "which_accuracy ", "heavy_loss ", "heavy_mae"),
    ],
    "4B": [
        with_losses(),
        OUTPUTS
        + """
in_order = ["binary_crossentropy", "mae", "sparse_categorical_crossentropy"]
model.compile("sgd", loss=in_order)
""",
        """
from funclab import losses
model = Model([island, measures], {"s": sex, "m": kilos, "k": kind})
class_numbers = losses.SparseCategoricalCrossentropy()
by_key = {"s": losses.BinaryCrossentropy(), "m": losses.Huber(), "k": class_numbers}
model.compile("adam", loss=by_key)
""",
        with_losses(mass='"msle"'),
        with_losses(mass="lambda y, answers: (y - answers) ** 2"),
        """
from funclab import losses
class Off(losses.Loss):
    def call(self, y_true, y_pred):
        return ops.abs(y_true - y_pred)
def yes_or_no(y_true, y_pred):
    return losses.binary_crossentropy(y_true, y_pred)
def one_of_three(y_true, y_pred):
    return losses.sparse_categorical_crossentropy(y_true, y_pred)
"""
        + with_losses(sex="yes_or_no", mass="Off()", species="one_of_three"),
    ],
    "4C": [
        "model = Model([measures, island], [kind, sex, kilos])",
        "model = Model(trio.inputs, trio.outputs)",
        """
home = Input((3,), name="home")
model = Model([measures, home], trio([measures, home]))
""",
        """
size, home = Input((3,), name="size"), Input((3,), name="home")
model = Model([home, size], trio([size, home]))
""",
    ],
    "4D": [
        rides('riders = [Dense(1, name=name)(h) for name in ("casual", "registered")]'),
        """
of_weather = Dense(12, activation="relu")(weather)
of_weekday = Dense(12, activation="relu")(weekday)
day = Dense(12, activation="relu")(concatenate([of_weather, of_weekday]))
model = Model([weekday, weather], {"registered": Dense(1)(day), "casual": Dense(1)(day)})
""",
        """
day = concatenate([weekday, weather])
riders = [Dense(1, name="registered")(day), Dense(1, name="casual")(day)]
model = Model([weather, weekday], riders)
""",
    ],
}

WRONG = {
    "4A": {
        "python_variables": guess("loss", "species_loss", "mass_loss"),
        "metric_everywhere": guess(
            "loss", "which_loss", "heavy_loss", "which_accuracy", "heavy_accuracy", "heavy_mae"
        ),
        "total_missing": guess("which_loss", "heavy_loss", "which_accuracy", "heavy_mae"),
        "output_not_named": guess("loss", "which_loss", "heavy_loss", "accuracy", "mae"),
        "not_validated": guess("loss", "val_loss", "which_loss", "heavy_loss"),
    },
    "4B": {
        "python_variables": f"""
{OUTPUTS}
losses = {{"sex": "binary_crossentropy", "kilos": "mse"}}
model.compile("adam", loss={{**losses, "kind": "sparse_categorical_crossentropy"}})
""",
        "order_of_trio": f"""
{OUTPUTS}
model.compile("adam", loss=["sparse_categorical_crossentropy", "binary_crossentropy", "mse"])
""",
        "one_for_all": f'{OUTPUTS}\nmodel.compile("adam", loss="mse")',
        "rows_wanted": with_losses(species='"categorical_crossentropy"'),
        "no_loss": f"""
{OUTPUTS}
losses = {{"sex": "binary_crossentropy"}}
model.compile("adam", loss={{**losses, "species": "sparse_categorical_crossentropy"}})
""",
        "softmax_twice": "from funclab import losses\n"
        + with_losses(species="losses.SparseCategoricalCrossentropy(from_logits=True)"),
    },
    "4C": {
        "look_alike": """
home = Input((3,), name="home")
model = Model([home, measures], [kind, sex, kilos], name="again")
""",
        "left_out": 'model = Model(measures, [kind, sex, kilos], name="again")',
        "nobody_reads": """
home = Input((3,), name="home")
model = Model([measures, island, home], [kind, sex, kilos], name="again")
""",
        "new_layers": f'home = Input((3,), name="home")\n{FRESH}',
        "cloned": """
from funclab.models import clone_model
model = clone_model(trio)
""",
        "gave_numbers": "model = Model([measures, np.zeros((250, 3))], [kind, sex, kilos])",
    },
    "4D": {
        "one_output": rides('riders = Dense(2, name="both")(h)'),
        "input_unread": rides(
            'riders = [Dense(1, name="casual")(weather), Dense(1, name="registered")(h)]'
        ),
        "squashed": rides(
            'riders = [Dense(1, activation="sigmoid", name=n)(h) for n in ("casual", "registered")]'
        ),
        "other_names": rides(
            "casual, registered = Dense(1)(h), Dense(1)(h)\nriders = [casual, registered]"
        ),
        "one_layer_twice": rides(
            'ask = Dense(1)\nriders = {"casual": ask(h), "registered": ask(h)}'
        ),
        "added_up": """
day = layers.add([weather, weekday])
model = Model([weather, weekday], [Dense(1, name="casual")(day), Dense(1, name="registered")(day)])
""",
    },
}

MORE = {
    "4B": [
        (
            "no_loss",
            """
model = Model([measures, island], [sex, kilos], name="two")
model.compile("adam", loss=["binary_crossentropy", "mse"])
""",
        ),
    ],
    "4C": [
        (
            "look_alike",
            """
home = Input((3,), name="island")
model = Model([measures, home], [kind, sex, kilos], name="again")
""",
        ),
        (
            "new_layers",
            """
home = Input((4,), name="home")
model = Model([measures, home], [Dense(3)(home), Dense(1)(home), Dense(1)(measures)])
""",
        ),
    ],
    "4D": [
        (
            "input_unread",
            """
day = Input((12,), name="day")
model = Model(day, [Dense(1, name="casual")(day), Dense(1, name="registered")(day)])
""",
        ),
        (
            "input_unread",
            rides('riders = [Dense(1, name=n)(h) for n in ("casual", "registered")]', "weather"),
        ),
    ],
}

REFUSED = {
    "4A": [
        guess("Loss", "which_loss", "heavy_loss"),
        guess("loss", "loss_which", "loss_heavy"),
        guess("loss", "which_loss", "heavy_loss"),
    ],
    "4B": [
        """
model = Model([measures, island], [sex, kilos, kind], name="reordered")
model.compile("adam", loss=["binary_crossentropy", "mse", "sparse_crossentropy"])
""",
        """
model = Model([measures, island], [sex, kilos, kind], name="reordered")
model.compile("adam", loss=["binary_crossentropy", "mse", "accuracy"])
""",
        with_losses(sex='"mse"'),
        with_losses(mass='"cosine_similarity"'),
        with_losses(mass="lambda y, answers: answers - y"),
        'model = Model([measures, island], [sex, kilos, kind], name="reordered")',
    ],
    "4C": [
        """
home = Input((3,), name="home")
model = Model([measures, home], trio([home, measures]))
""",
        """
home = Input((3,), name="home")
model = Model([measures, home], trio([measures, home * 0]))
""",
        "model = Model([measures, island], body)",
    ],
    "4D": [
        rides('few = h * 0\nriders = [Dense(1, name=n)(few) for n in ("casual", "registered")]'),
        rides('riders = [Dense(2, name="casual")(h), Dense(2, name="registered")(h)]'),
    ],
}
