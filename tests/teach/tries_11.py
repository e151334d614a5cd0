"""Lesson 11: tries at its exercises."""

LESSON = """
from funclab import optimizers

class WeightedMean(layers.Layer):
    def build(self, input_shape):
        self.scores = self.add_weight(shape=input_shape[1:], initializer="zeros", name="scores")

    def call(self, rows):
        return ops.sum(ops.softmax(self.scores, axis=0) * rows, axis=1)

hours = Input((24, 1), name="hours")
mean = WeightedMean(name="mean")
forecast = Model(hours, layers.Dense(1, name="next")(mean(hours)), name="forecast")
"""
CALLS = """
a = layers.Dense(2, name="a")(hours)
wide = WeightedMean(name="wide")
b = wide(a)
c = wide(a)
d = WeightedMean(name="d")(hours)
"""


def guess(a=4, b=48, c=0, d=24):
    """The calls of 11A and an answer, in which some parts may be wrong."""
    return f"{CALLS}guess = [{a}, {b}, {c}, {d}]"


def trend(build, head="build(self, input_shape)"):
    """The layer of 11B with some lines in `build`, or in another method."""
    return f"""
class Trend(layers.Layer):
    def {head}:
        {build}

    def call(self, rows):
        last, before = rows[:, -1], rows[:, -2]
        return last + self.share * (last - before)

model = Model(hours, Trend(name="trend")(hours), name="by_trend")
"""


def fading(call, weight='self.add_weight(shape=(1,), initializer="ones", name="fade")'):
    """The layer of 11C with other lines in `call`, or another weight."""
    return f"""
class Fading(layers.Layer):
    def build(self, input_shape):
        self.fade = {weight}

    def call(self, rows):
        ago = np.arange(24.0)[::-1, None]
        {call}

model = Model(hours, layers.Dense(1, name="next")(Fading(name="fading")(hours)), name="faded")
"""


def mean(shares, total="ops.sum(shares)"):
    return f"shares = {shares}; return ops.sum(rows * (shares / {total}), axis=1)"


def charge(returned):
    return f"""
def charge(y, answer):
    return {returned}
"""


def step(*lines):
    """An optimizer of 11E with some lines in `update_step`."""
    body = "\n        ".join(lines)
    return f"""
class Careful(optimizers.Optimizer):
    def update_step(self, gradient, variable, learning_rate):
        {body}

step = Careful(0.01)
"""


OPS = mean("ops.exp(-self.fade * ago)")
CLIPPED = "ops.clip(learning_rate * gradient, -0.05, 0.05)"

RIGHT = {
    "11A": [
        guess(),
        CALLS + 'guess = ("4", "48", "0", "24")',
        """
first, wide, last = layers.Dense(2), WeightedMean(), WeightedMean()
a = first(hours)
b, c, d = wide(a), wide(a), last(hours)
counts = [layer.count_params() for layer in (first, wide, last)]
guess = [*counts[:2], 0, counts[2]]
""",
    ],
    "11B": [
        trend('self.share = self.add_weight(shape=(1,), initializer="zeros", name="share")'),
        trend('self.share = self.add_weight(shape=(), initializer="zeros")'),
        trend(
            'super().__init__(**settings); self.share = self.add_weight((1,), "zeros")',
            "__init__(self, **settings)",
        ),
    ],
    "11C": [
        fading(OPS),
        fading("return ops.sum(rows * ops.softmax(-self.fade * ago, axis=0), axis=1)"),
        fading(mean("ops.power(ops.exp(-self.fade), ago)")),
    ],
    "11D": [
        charge("ops.where(y > answer, 4 * (y - answer), answer - y)"),
        charge("ops.maximum(0.8 * (y - answer), 0.2 * (answer - y))"),
        charge("ops.mean(4 * ops.relu(y - answer) + ops.relu(answer - y))"),
    ],
    "11E": [
        step(f"variable.assign_sub({CLIPPED})"),
        step(
            "length = ops.minimum(ops.abs(learning_rate * gradient), 0.05)",
            "variable.assign(variable - ops.sign(gradient) * length)",
        ),
        step("variable.assign_add(-np.clip(learning_rate * gradient, -0.05, 0.05))"),
    ],
}

WRONG = {
    "11A": {
        "built_again": guess(c=48),
        "not_yet": guess(b=0),
        "rows_only": guess(b=24),
        "same_class": guess(d=48),
        "flattened": guess(a=50),
    },
    "11B": {
        "made_in_call": """
class Trend(layers.Layer):
    def build(self, input_shape):
        self.built = True

    def call(self, rows):
        self.share = self.add_weight(shape=(1,), initializer="zeros", name="share")
        last, before = rows[:, -1], rows[:, -2]
        return last + self.share * (last - before)

model = Model(hours, Trend(name="trend")(hours), name="by_trend")
""",
        "not_a_weight": trend("self.share = np.zeros(1)"),
        "not_kept": trend('self.add_weight(shape=(1,), initializer="zeros", name="share")'),
        "fixed": trend('self.share = self.add_weight((1,), "zeros", trainable=False)'),
        "per_hour": trend('self.share = self.add_weight(shape=(24, 1), initializer="zeros")'),
        "open_shape": trend('self.share = self.add_weight(shape=input_shape, initializer="zeros")'),
        "random_start": trend('self.share = self.add_weight(shape=(1,), name="share")'),
    },
    "11C": {
        "still_numpy": fading(mean("ops.exp(-self.fade.numpy() * ago)", "shares.sum()")),
        "numpy_op": fading(mean("np.exp(-self.fade * ago)")),
        "no_weight": fading(OPS, "np.ones(1)"),
        "frozen": fading(OPS, 'self.add_weight((1,), "ones", trainable=False)'),
        "per_hour": fading(OPS, 'self.add_weight((24, 1), "ones")'),
    },
    "11D": {
        "free": charge("ops.where(y > answer, 4 * (y - answer), 0 * y)"),
        "numpy": charge("np.where(y > answer, 4 * (y - answer), answer - y)"),
        "counts": charge('ops.cast(y > answer, "float32")'),
        "every_pair": charge("ops.relu(y - answer[:, 0]) * 4 + ops.relu(answer[:, 0] - y)"),
        "wrong_side": charge("ops.where(y > answer, y - answer, 4 * (answer - y))"),
        "below_zero": charge("ops.where(y > answer, 4 * (y - answer), y - answer)"),
    },
    "11E": {
        "not_assigned": step(f"variable = variable - {CLIPPED}"),
        "no_limit": step("variable.assign_sub(learning_rate * gradient)"),
        "one_side": step("variable.assign_sub(ops.minimum(learning_rate * gradient, 0.05))"),
        "limited_before": step(
            "variable.assign_sub(learning_rate * ops.clip(gradient, -0.05, 0.05))"
        ),
        "always_full": step("variable.assign_sub(0.05 * ops.sign(gradient))"),
        "replaced": step(f"variable.assign(-{CLIPPED})"),
    },
}

MORE = {
    "11C": [("numpy_op", fading(mean("ops.exp(-self.fade * ago)", "shares.sum()")))],
    "11D": [
        ("numpy", charge("4 * (y - answer) if y > answer else answer - y")),
        (
            "counts",
            """
def charge(y, answer):
    return ops.zeros_like(y)
""",
        ),
    ],
    "11E": [("limited_before", step("variable.assign_sub(learning_rate * ops.sign(gradient))"))],
    "11B": [
        (
            "random_start",
            """
class Trend(layers.Layer):
    def build(self, input_shape):
        from funclab import initializers
        self.share = self.add_weight(shape=(), initializer=initializers.Constant(0.5))

    def call(self, rows):
        last, before = rows[:, -1], rows[:, -2]
        return last + self.share * (last - before)

model = Model(hours, Trend(name="trend")(hours), name="by_trend")
""",
        ),
        (
            "random_start",
            """
class Trend(layers.Layer):
    def build(self, input_shape):
        self.share = self.add_weight(shape=(1,), initializer="ones", name="share")

    def call(self, rows):
        last, before = rows[:, -1], rows[:, -2]
        return last + self.share * (last - before)

model = Model(hours, Trend(name="trend")(hours), name="by_trend")
""",
        ),
        (
            "per_hour",
            """
class Trend(layers.Layer):
    def build(self, input_shape):
        self.share = layers.Dense(1)

    def call(self, rows):
        last, before = rows[:, -1], rows[:, -2]
        return last + self.share(last - before)

model = Model(hours, Trend(name="trend")(hours), name="by_trend")
""",
        ),
    ],
}

REFUSED = {
    "11C": [
        fading(mean("ops.exp(-2 * self.fade * ago)")),
        fading(mean("ops.exp(-self.fade * ago)", "ops.sum(shares, axis=1)")),
    ],
    "11D": [
        """
def charge(y, answer):
    return ops.where(y > answer, 4, answer - y)
""",
        charge("ops.where(y > answer, 3 * (y - answer), answer - y)"),
        charge("y.no_such_thing"),
        charge("1 / 0"),
        "charge = 4",
        charge("None"),
    ],
    "11E": [
        step("raise ValueError('not yet')"),
        step("variable.assign_sub(learning_rate * gradient * 2)"),
        step("variable.assign_sub(ops.clip(learning_rate * gradient, -0.04, 0.05))"),
        "step = optimizers.SGD(0.01, clipvalue=5)",
        step(f"variable.assign_sub({CLIPPED})").replace("(0.01)", ""),
        step(f"variable.assign_sub({CLIPPED})").replace("(0.01)", "(0.1)"),
    ],
    "11B": [
        trend("self.share = layers.Dense(1)"),
        trend('self.share = self.add_weight((1,), "zeros")').replace("(last - before)", "before"),
        """
class Trend(layers.Layer):
    def build(self, input_shape):
        self.share = nn.Parameter(0.0)

    def call(self, rows):
        last, before = rows[:, -1], rows[:, -2]
        return last + self.share * (last - before)

model = Model(hours, Trend(name="trend")(hours), name="by_trend")
""",
    ],
}
