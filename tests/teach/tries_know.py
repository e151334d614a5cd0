"""Lesson "know": tries at its exercises."""

LESSON = """
from random import Random
from funclab import callbacks, regularizers
from funclab.datasets import digits
(x, y), (x_test, y_test) = digits.load_data()
x, x_test = x.reshape(-1, 64) / 16, x_test.reshape(-1, 64) / 16
order = Random(0).sample(range(len(x)), len(x))
train, held, labels = order[:300], order[300:500], y[order[:300]].astype(int)
labels[:60] = (labels[:60] + 1 + np.arange(60) % 9) % 10
pixels = Input((64,), name="pixels")
h = Dense(128, activation="relu", name="h")(pixels)
h = Dense(128, activation="relu", name="k")(h)
plain = Model(pixels, Dense(10, activation="softmax", name="digit")(h), name="plain")
day = np.repeat(np.arange(731), 24)
hours = Input((54,), name="hours")
riders = Dense(1, name="riders")(Dense(32, activation="relu", name="busy")(hours))
forecast = Model(hours, riders, name="forecast")
"""


def believed(**changed):
    """A dict of what can be trusted, right but for some."""
    honest = {"repeated": 0, "scaled": 1, "hours": 0, "shuffled": 1, "chosen": 0} | changed
    return f"honest = { {name: bool(value) for name, value in honest.items()} }"


def rows(earlier, later):
    return f"earlier = {earlier}\nlater = {later}\nrows = earlier, later"


def reader(*lines, last='Dense(10, activation="softmax", name="digit")(h)'):
    return "\n".join([*lines, f"model = Model(pixels, {last})"])


def stop(arguments):
    return f"stop = callbacks.EarlyStopping({arguments})"


WIDE = 'Dense(128, activation="relu", name="{}"{})({})'
H, K = WIDE.format("h", "", "pixels"), WIDE.format("k", "", "h")
DECAY = ", kernel_regularizer=regularizers.L2({})"

RIGHT = {
    "know.A": [
        believed(),
        "honest = [False, True, False, True, False]",
        'honest = {"scaled", "shuffled"}',
        'honest = ["scaled", "shuffled"]',
        "honest = dict(repeated=0, scaled=1, hours=0, shuffled=1, chosen=0)",
    ],
    "know.B": [
        "rows = np.arange(548 * 24), np.arange(548 * 24, 731 * 24)",
        'order = np.argsort(day, kind="stable")\nrows = order[:-183 * 24], order[-183 * 24:]',
        rows(
            "[i for i, d in enumerate(day) if d < 731 - 183]",
            "sorted(set(range(len(day))) - set(earlier))",
        ),
        "rows = day < 548, day > 547",
        "rows = slice(548 * 24), slice(548 * 24, None)",
        rows("np.arange(548 * 24)", "np.arange(-183 * 24, 0)"),
        'rows = {"earlier": np.where(day < 548), "later": range(548 * 24, 731 * 24)}',
    ],
    "know.C": [
        stop("patience=8, restore_best_weights=True"),
        stop('"val_accuracy", mode="max", patience=10, restore_best_weights=True'),
        stop('"val_loss", min_delta=0.001, patience=3, restore_best_weights=True'),
    ],
    "know.D": [
        reader(
            f"h = {WIDE.format('h', DECAY.format(0.01), 'pixels')}",
            f"h = {WIDE.format('k', DECAY.format(0.01), 'h')}",
        ),
        reader(f"h = Dropout(0.5)({H})"),
        reader(f"h = Dropout(0.4)({H})", f"h = Dropout(0.4)({K})"),
        reader(
            "h = layers.GaussianNoise(0.5)(pixels)",
            'h = Dropout(0.4)(Dense(128, activation="relu")(h))',
        ),
        reader(last='Dense(10, activation="softmax", name="digit")(pixels)'),
        """
def priced(units, name, activation="relu"):
    return Dense(units, activation=activation, kernel_regularizer=regularizers.L2(0.01), name=name)
h = priced(128, "k")(priced(128, "h")(pixels))
model = Model(pixels, priced(10, "digit", "softmax")(h))
""",
    ],
}
WRONG = {
    "know.A": {
        "repeated": believed(repeated=True),
        "scaled": believed(scaled=False),
        "hours": believed(hours=True),
        "shuffled": believed(shuffled=False),
        "chosen": believed(chosen=True),
    },
    "know.B": {
        "at_random": "order = Random(0).sample(range(len(day)), len(day))\n"
        "rows = order[:548 * 24], order[548 * 24:]",
        "days_mixed": "days = Random(0).sample(range(731), 548)\nchosen = np.isin(day, days)\n"
        "rows = np.flatnonzero(chosen), np.flatnonzero(~chosen)",
        "overlap": rows("np.flatnonzero(day <= 548)", "np.flatnonzero(day >= 548)"),
        "turned": rows("np.flatnonzero(day >= 548)", "np.flatnonzero(day < 548)"),
        "days_not_hours": rows("np.arange(548)", "np.arange(548, 731)"),
        "days_themselves": rows("day[day < 548]", "day[day >= 548]"),
        "left_out": rows("np.flatnonzero(day < 548)", "np.flatnonzero(day > 548)"),
    },
    "know.C": {
        "watches_training": stop('"loss", patience=5, restore_best_weights=True'),
        "keeps_last": stop('"val_loss", patience=5'),
        "mode_turned": stop('"val_loss", mode="max", patience=5, restore_best_weights=True'),
        "too_hasty": stop('"val_accuracy", min_delta=0.05, restore_best_weights=True'),
        "no_such_number": stop('"validation_loss", patience=5, restore_best_weights=True'),
    },
    "know.D": {
        "as_given": reader(f"h = {H}", f"h = {WIDE.format('l', '', 'h')}", f"h = {K}"),
        "training_fixed": reader(
            f"h = Dropout(0.5)({H}, training=False)", f"h = Dropout(0.5)({K}, training=False)"
        ),
        "too_strong": reader(f'h = Dropout(0.97, name="most")({H})', f"h = Dropout(0.97)({K})"),
        "behind_softmax": reader(
            f"h = {H}",
            f"h = {K}",
            last='Dropout(0.5, name="late")(Dense(10, activation="softmax", name="digit")(h))',
        ),
        "too_weak": reader(f'h = Dropout(0.05, name="little")({H})', f"h = {K}"),
        "too_narrow": reader('h = Dense(4, activation="relu", name="narrow")(pixels)'),
        "not_ten": reader(f"h = Dropout(0.5)({H})", last='Dense(1, name="digit")(h)'),
    },
}
MORE = {
    "know.A": [("repeated", "honest = [True, True, False, True, False]")],
    "know.B": [
        ("days_themselves", "rows = day[:548], day[548:]"),
        ("days_themselves", "rows = day[:-183], day[-183:]"),
        ("days_not_hours", "rows = np.arange(len(day) - 183), np.arange(len(day))[-183:]"),
        ("overlap", "rows = np.arange(len(day)), np.arange(548 * 24, len(day))"),
        ("left_out", "rows = np.arange(548 * 24), np.arange(600 * 24, len(day))"),
    ],
    "know.C": [
        ("watches_training", stop('"accuracy", mode="max", patience=5')),
        ("no_such_number", stop('"val_acc", patience=5')),
        ("too_hasty", stop('"val_loss", 5')),
    ],
    "know.D": [
        (
            "training_fixed",
            reader(
                f"h = Dropout(0.5)({H}, training=True)", f"h = Dropout(0.5)({K}, training=True)"
            ),
        ),
        (
            "too_weak",
            reader(
                *(
                    line.replace(")(", ', kernel_constraint="max_norm")(', 1)
                    for line in (f"h = {H}", f"h = {K}")
                )
            ),
        ),
        (
            "too_strong",
            reader(f'h = Dropout(0.9, name="most")({H})', f"h = Dropout(0.9)({K})"),
        ),
        ("too_weak", reader(f"h = {WIDE.format('h', DECAY.format(0.0001), 'pixels')}", f"h = {K}")),
        ("not_ten", reader(f"h = Dropout(0.5)({H})", last='Dense(10, name="digit")(h)')),
        ("as_given", reader(f"h = {WIDE.replace('128', '512').format('h', '', 'pixels')}")),
    ],
}
REFUSED = {
    "know.A": [
        "honest = True",
        'honest = {"scaled": True}',
        "honest = [0.5] * 5",
        believed(hours=0).replace("True", "'yes'"),
    ],
    "know.B": [
        rows("np.flatnonzero(day < 500)", "np.flatnonzero(day >= 500)"),
        "rows = 548, 183",
        rows("np.arange(548 * 24)", "np.arange(548 * 24, 20000)"),
        "earlier, later = 548, 183\nrows = earlier, later",
        'rows = "earlier", "later"',
        """
earlier, later = list(range(548 * 24)), list(range(548 * 24, 731 * 24))
rows = earlier + later
""",
    ],
    "know.C": ["stop = 14", stop('"val_loss", patience=200, restore_best_weights=True')],
    "know.D": [
        "model = 3",
        reader(*(line.replace("128", "16") for line in (f"h = {H}", f"h = {K}"))),
        "image = Input((8, 8))\n"
        'model = Model(image, Dense(10, activation="softmax")(layers.Flatten()(image)))',
        """
h = Dense(128, activation="relu", bias_regularizer=regularizers.L2(0.01), name="h")(pixels)
h = Dense(128, activation="relu", bias_regularizer=regularizers.L2(0.01), name="k")(h)
model = Model(pixels, Dense(10, activation="softmax", name="digit")(h))
""",
    ],
}
