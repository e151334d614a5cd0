"""Lesson "layer": tries at its exercises."""

LESSON = """
from funclab.datasets import digits
(x_train, y_train), (x_test, y_test) = digits.load_data()
x_train, x_test = x_train.reshape(-1, 64) / 16, x_test.reshape(-1, 64) / 16
zeros, ones = x_train[y_train == 0], x_train[y_train == 1]
pixels = Input((64,), name="pixels")
judge = Model(pixels, Dense(1, name="unit")(pixels), name="judge")
x = np.array([[1.0, 2, 0], [-1, 0, 1], [0, 1, -1], [2, -1, 1]])
w, b = np.array([[-1.0, 0.4], [-0.9, -0.5], [2, 1]]), np.array([0.5, 1])
three = Input((3,), name="three")
pair = Dense(2, activation="relu", name="pair")
pair(three)
pair.set_weights([w, b])
point = Input((2,), name="point")
h = Dense(16, name="h")(point)
straight = Model(point, Dense(1, activation="sigmoid", name="inside")(h), name="straight")
"""
UNIT = """
unit = Dense(1, name="unit")
unit(pixels)
{}
unit.set_weights([np.reshape(w, (64, 1)), np.reshape(b, (1,))])
"""
HALFWAY = "b = -(zeros.mean(0) + ones.mean(0)) @ w / 2"


def by_hand(*lines):
    """A unit with the weights that some lines choose."""
    return UNIT.format("\n".join(lines))


def ends_in(last, *lines):
    """A model of the point that ends in a layer."""
    return "\n".join([*lines, f"model = Model(point, {last})"])


INSIDE = 'Dense(1, activation="sigmoid", name="inside")'
TWO = ('h = Dense(16, name="h")(point)', 'h = Dense(16, name="k")(h)')

RIGHT = {
    "layer.A": [
        "out = np.maximum(x @ w + b, 0)",
        'out = np.einsum("ni,iu->nu", x, w) + b\nout = out * (out > 0)',
        """
out = []
for row in x:
    sums = [sum(row * w[:, k]) + b[k] for k in range(2)]
    out.append([max(0, one) for one in sums])
""",
        "sums = x @ w\nsums = sums + b\nout = np.maximum(sums, 0)",
    ],
    "layer.B": [
        by_hand("w = zeros.mean(0) - ones.mean(0)", HALFWAY),
        """
unit = Dense(1)
unit(pixels)
w = np.zeros((8, 8))
w[2:6, 3:5] = -1
unit.set_weights([w.reshape(64, 1), np.array([3.0])])
""",
        by_hand(
            "w = np.where(zeros.mean(0) > ones.mean(0), 1, -1)",
            "b = -((zeros @ w).mean() + (ones @ w).mean()) / 2",
        ),
        by_hand("w = zeros[0] - ones.mean(0)", HALFWAY),
    ],
    "layer.C": [
        ends_in(f"{INSIDE}(h)", 'h = Dense(16, activation="tanh")(point)', "h = Dense(16)(h)"),
        ends_in(f"{INSIDE}(h)", "h = layers.ReLU()(Dense(16)(point))"),
        ends_in(f"{INSIDE}(point ** 2)"),
        ends_in(f"{INSIDE}(ops.relu(h))", *TWO),
    ],
    "layer.D": [
        ends_in(f'{INSIDE}(Dense(8, activation="tanh")(point))'),
        ends_in(f"{INSIDE}(layers.ReLU()(Dense(7)(point)))"),
        ends_in("ops.sigmoid(Dense(1)(ops.square(point)))"),
        ends_in(
            f"{INSIDE}(h)", "ways = np.array([[1, -1, 0, 0], [0, 0, 1, -1]])",
            'first = {"kernel_initializer": lambda shape, dtype: ways}',
            'h = Dense(4, activation="relu", **first)(point)',
        ),
        ends_in(
            f"{INSIDE}(h)", 'h = Dense(3, activation="relu")(point)',
            'h = Dense(4, activation="relu")(h)',
        ),
    ],
}  # fmt: skip

WRONG = {
    "layer.A": {
        "relu_first": "sums = np.maximum(x, 0) @ w\nsums = sums + b\nout = np.maximum(sums, 0)",
        "no_bias": "out = np.maximum(x @ w, 0)",
        "bias_late": "out = np.maximum(x @ w, 0) + b",
        "turned": "sums = w @ x\nsums = sums + b\nout = np.maximum(sums, 0)",
        "no_relu": "out = x @ w + b",
    },
    "layer.B": {
        "sign_turned": by_hand("w = ones.mean(0) - zeros.mean(0)", HALFWAY),
        "no_shift": by_hand("w, b = zeros.mean(0) - ones.mean(0), -20"),
        "learned": by_hand("w, b = judge.get_weights()"),
        "one_kind": by_hand("w, b = zeros.mean(0), 0"),
        "counts_ink": by_hand("w, b = np.ones(64), -20"),
        "wrong_shape": """
unit = Dense(1, name="unit")
unit(pixels)
unit.set_weights([zeros.mean(0) - ones.mean(0), 0.2])
""",
    },
    "layer.C": {
        "more_layers": ends_in(f'{INSIDE}(Dense(16, name="l")(h))', *TWO),
        "more_units": ends_in(
            f"{INSIDE}(h)", 'h = Dense(64, name="h")(point)', 'h = Dense(64, name="k")(h)'
        ),
        "only_at_the_end": ends_in(f"layers.ReLU(name='bend')({INSIDE}(h))", *TWO),
        "softmax_of_one": ends_in('Dense(1, activation="softmax", name="inside")(h)', *TWO),
        "not_a_probability": ends_in(
            'Dense(1, name="inside")(h)', 'h = Dense(16, activation="relu", name="h")(point)',
            'h = Dense(16, activation="relu", name="k")(h)',
        ),
        "linear": ends_in(
            f"{INSIDE}(h)", 'h = Dense(16, activation="linear", name="h")(point)',
            'h = Dense(16, activation="linear", name="k")(h)',
        ),
        "lost_input": 'other = Input((2,), name="other")\nmodel = Model(other, '
        f'{INSIDE}(Dense(16, activation="relu", name="h")(point)))',
    },
    "layer.D": {
        "too_many": ends_in(f'{INSIDE}(Dense(16, activation="relu", name="h")(point))'),
        "no_activation": ends_in(f'{INSIDE}(Dense(8, name="h")(point))'),
        "too_few": ends_in(f'{INSIDE}(Dense(2, activation="relu", name="h")(point))'),
        "no_bias": ends_in(
            'Dense(1, activation="sigmoid", use_bias=False, name="inside")(h)',
            'h = Dense(8, activation="relu", use_bias=False, name="h")(point)',
        ),
        "not_a_probability": ends_in(
            'Dense(1, name="inside")(Dense(8, activation="relu", name="h")(point))'
        ),
    },
}  # fmt: skip

MORE = {
    "layer.A": [
        ("relu_first", "out = np.maximum(x, 0) @ w + b"),
        ("no_bias", "out = x @ w"),
        ("turned", "out = np.maximum(w.T @ x.T + b[:, None], 0)"),
    ],
    "layer.B": [
        ("sign_turned", by_hand("w, b = np.zeros((8, 8)), -2", "w[3:5, 3:5] = 1")),
        ("no_shift", by_hand("w = np.zeros((8, 8))", "w[2:6, 3:5] = -1", "b = 0")),
        (
            "learned",
            """
unit = Dense(1, name="unit")
by_fit = Model(pixels, unit(pixels))
by_fit.compile("adam", "mse")
by_fit.fit(x_train[y_train < 2], np.where(y_train[y_train < 2] == 0, 1, -1), verbose=0, live=False)
""",
        ),
    ],
    "layer.C": [
        (
            "not_a_probability",
            ends_in(
                'Dense(1, activation="tanh", name="inside")(h)',
                'h = Dense(16, activation="relu")(point)',
                "h = Dense(16)(h)",
            ),
        ),
        ("linear", ends_in(f'{INSIDE}(layers.Activation("linear", name="same")(h))', *TWO)),
        ("linear", ends_in(f"{INSIDE}(h)", 'h = Dense(16, use_bias=False, name="h")(point)')),
        ("only_at_the_end", ends_in('Dense(1, activation="tanh", name="inside")(h)', *TWO)),
        ("lost_input", f'five = Input((5,), name="five")\nmodel = Model(five, {INSIDE}(five))'),
    ],
    "layer.D": [
        ("no_activation", ends_in(f"{INSIDE}(point)")),
        (
            "too_few",
            ends_in(f'{INSIDE}(Dense(5, activation="relu")(Dense(1, name="one")(point)))'),
        ),
        (
            "not_a_probability",
            ends_in('Dense(2, activation="softmax", name="two")(Dense(3)(point))'),
        ),
        (
            "not_a_probability",
            ends_in('Dense(2, activation="softmax", name="two")(Dense(8)(point))'),
        ),
        ("too_few", ends_in(f'{INSIDE}(Dense(4, activation="relu", name="four")(point))')),
    ],
}

REFUSED = {
    "layer.A": [
        "out = np.maximum(x @ w - b, 0)",
        "out = pair",
        "out = x",
        "out = np.maximum(x @ w + b, 0)[0]",
        "out = np.abs(x @ w + b)",
    ],
    "layer.B": [
        by_hand("w, b = np.zeros(64), 1"),
        """
unit = Dense(1, name="unit")
unit(pixels)
w, b = zeros.mean(0) - ones.mean(0), 0
""",
        "unit = Dense(1)",
        'unit = Dense(1, name="unit")\nunit(pixels)',
        by_hand("w, b = (zeros.mean(0) - ones.mean(0)) * np.nan, 0"),
        by_hand("w = zeros.mean(0) - ones.mean(0)", "b = np.nan"),
        """
unit = Dense(1, use_bias=False, name="unit")
unit(pixels)
unit.set_weights([np.reshape(zeros.mean(0) - ones.mean(0), (64, 1))])
""",
        "unit = zeros.mean(0)",
        by_hand("w, b = np.zeros((8, 8)), 1", "w[3:5, 3:5] = -1"),  # of one sign, and 88 % right
    ],
    "layer.C": [
        ends_in('Dense(10, activation="softmax")(h)', *TWO),
        ends_in("point"),
        ends_in(
            f"{INSIDE}(h)",
            'h = layers.Activation("relu", name="early")(point)',
            'h = Dense(16, name="h")(h)',
        ),
        ends_in(f'{INSIDE}(Dense(1, activation="relu", name="narrow")(point))'),
        """
h = Dense(16, activation=relu, name="h")(point)
h = Dense(16, name="k")(h)
model = Model(point, Dense(1, activation="sigmoid", name="inside")(h))
""",
        """
h = Dense(16, name="h")(point, activation="relu")
h = Dense(16, name="k")(h)
model = Model(point, Dense(1, activation="sigmoid", name="inside")(h))
""",
    ],
    "layer.D": [
        """
h = Dense(6, activation="relu")(three)
model = Model(three, Dense(1, activation="sigmoid")(h))
""",
        "model = 33",
        ends_in(f'{INSIDE}(Dense(5, activation="tanh")(point * 0))'),
    ],
}
