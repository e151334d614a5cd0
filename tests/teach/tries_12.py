"""Lesson 12: tries at its exercises."""

LESSON = """
from funclab.graph.op import Op

left, right = Input((64,), name="left"), Input((64,), name="right")
enc = Dense(32, activation="relu", name="enc")
gap = enc(left) - enc(right)
twins = Model([left, right], Dense(1, activation="sigmoid", name="same")(gap * gap), name="twins")
"""
OPS = """
x, y = Input((1,), name="x"), Input((1,), name="y")
a = x + y
b = x - y
c = x * y
d = ops.maximum(x, y)
"""
SAME = 'Dense(1, activation="sigmoid", name="same")'
CUBED = "np.multiply(x * x, x, out)"
SQUARED = "np.square(x - y, out)"
OF_X = "np.multiply(g, 2 * (x - y), gx)"
NEARNESS = "np.divide(1, 1 + x * x, out)"


def guess(a=10, b=-10, c=30, d=0):
    """The ops of 12A and an answer, in which some parts may be wrong."""
    return f"{OPS}guess = [{a}, {b}, {c}, {d}]"


def method(head, lines):
    return "\n".join([f"    def {head}:", *(f"        {line}" for line in lines)])


def op(name, forward, *vjp, inputs="x", slots="gx"):
    """A class of an op; without lines for its `vjp` it has none."""
    body = [f"class {name}(Op):", method(f"forward(self, {inputs}, out)", [forward])]
    if vjp:
        body.append(method(f"vjp(self, g, {inputs}, out, {slots})", vjp))
    return "\n".join(body)


def cube(*vjp):
    return f"{op('Cube', CUBED, *vjp)}\nmodel = Model(gap, Cube()(gap))"


def two(*vjp, forward=SQUARED):
    made = op("Gap", forward, *vjp, inputs="x, y", slots="gx, gy")
    return f"{made}\nmodel = Model([left, right], {SAME}(Gap()(enc(left), enc(right))))"


def near(*vjp, forward=NEARNESS):
    made = op("Near", forward, *vjp)
    return f"{made}\nmodel = Model([left, right], {SAME}(Near()(gap)))"


RIGHT = {
    "12A": [
        """
x, y = Input((1,), name="x"), Input((1,), name="y")
a = x + y
b = x - y
c = x * y
d = ops.maximum(x, y)
guess = np.array([10.0, -10.0, 30.0, 0.0])
""",
        guess(),
        OPS + 'guess = ("10", "-10", "30", "0")',
        """
x, y = Input((1,)), Input((1,))
ops.add(x, y), ops.subtract(x, y), ops.multiply(y, x), ops.maximum(x, y)
def rise(f):
    return f(3, -1) - f(3, -2)
tried = [lambda x, y: x + y, lambda x, y: x - y, lambda x, y: x * y, max]
guess = [10 * rise(f) for f in tried]
""",
    ],
    "12B": [
        cube("np.multiply(g, 3 * x * x, gx)"),
        cube("slope = 3 * x**2", "np.copyto(gx, slope * g)"),
        cube("gx[...] = g * 3 * out / x"),
    ],
    "12C": [
        two(OF_X, "np.negative(gx, gy)"),
        two(OF_X, "np.multiply(g, 2 * (y - x), gy)"),
        two("gap = 2 * (x - y)", "gx[:] = g * gap", "gy[:] = -g * gap"),
    ],
    "12D": [
        near("np.multiply(g, -2 * x * out * out, gx)"),
        near("np.copyto(gx, -2 * g * x / (1 + x * x) ** 2)"),
        near(
            "np.multiply(out, out, gx)",
            "gx *= x",
            "gx *= -2 * g",
            forward="np.square(x, out); out += 1; np.reciprocal(out, out)",
        ),
    ],
}

WRONG = {
    "12A": {
        "slope_only": guess(c=3),
        "sign_lost": guess(b=10),
        "own_factor": guess(c=-20),
        "not_chosen": guess(d=10),
        "halved": guess(a=5),
        "forward": guess(c=-6),
    },
    "12B": {
        "not_written": cube("gx = g * 3 * x * x"),
        "added": cube("gx += g * 3 * x * x"),
        "slope_only": cube("np.multiply(3 * x, x, gx)"),
        "value": cube("np.multiply(g, out, gx)"),
        "factor": cube("np.multiply(g, x * x, gx)"),
    },
    "12C": {
        "same_sign": two("np.multiply(g, 2 * (x - y), gy)", "np.copyto(gx, gy)"),
        "both_turned": two("np.multiply(g, 2 * (y - x), gx)", "np.negative(gx, gy)"),
        "not_written": two(OF_X, "gy = -gx"),
        "forward_changed": two(OF_X, "np.copyto(gy, gx)", forward="np.square(x + y, out)"),
        "no_way_back": two(OF_X, "gy.fill(0)"),
        "slope_only": two(OF_X, "np.negative(2 * (x - y), gy)"),
    },
    "12D": {
        "no_op": near("np.multiply(g, -2 * x * out * out, gx)").replace("(Op)", ""),
        "no_vjp": near(),
        "forward_empty": near("np.multiply(g, -2 * x, gx)", forward="return 1 / (1 + x * x)"),
        "not_written": near("return g * -2 * x * out * out"),
        "added": near("gx += g * -2 * x * out * out"),
        "uphill": near("np.multiply(g, 2 * x * out * out, gx)"),
        "slope_only": near("np.multiply(-2 * x, out * out, gx)"),
        "not_squared": near("np.multiply(g, -2 * x * out, gx)"),
    },
}

MORE = {
    "12A": [("forward", guess(1, 5, -6, 3))],
    "12B": [("factor", cube("np.multiply(g, -3 * x * x, gx)"))],
    "12C": [("not_written", two("gx = g * 2 * (x - y)", "np.multiply(g, 2 * (y - x), gy)"))],
}

REFUSED = {
    "12B": [
        """
class Cube(Op):
    def forward(self, x, out):
        np.multiply(x * x, x, out)
        np.copyto(x, out)

    def vjp(self, g, x, out, gx):
        np.multiply(g, 3 * x ** 2, gx)

model = Model(gap, Cube()(gap), name="cubed")
""",
        """
class Cube(Op):
    def forward(self, x, out):
        np.multiply(x * x, x, out)

    def vjp(self, g, x, out, gx):
        np.multiply(g, 3 * x ** 2, out)

model = Model(gap, Cube()(gap), name="cubed")
""",
        """
class Cube(Op):
    def forward(self, x, out):
        np.multiply(x * x, x, out)

    def vjp(self, g, x, out, gx):
        np.multiply(g, 3 * x ** 2, x)

model = Model(gap, Cube()(gap), name="cubed")
""",
        cube("np.multiply(g, 3 * x * x, gx)").replace("x * x, x, out", "x, x, out"),
        op("Cube", "pass", inputs="x, y", slots="gx, gy")
        + "\nmodel = Model([left, right], Cube()(left, right))",
        "class Cube(Op):\n    pass\n\nmodel = Model(gap, Cube()(gap))",
        cube("gx[0] = g * 3 * x * x"),
        cube("np.multiply(3, out, gx)"),
        "model = twins",
    ],
    "12D": [
        """
class Near(Op):
    def forward(self, x, out):
        np.divide(1, 1 + x * x, out)

    def vjp(self, g, x, out, gx):
        np.multiply(g, -2 * x * out ** 2, gx)

model = Model([left, right], Dense(1, activation="sigmoid", name="same")(Near()(left)))
""",
        near("np.multiply(g, -2 * x * out * out, gx)", forward="np.multiply(x, x, out)"),
        near("gx[0] = g[0] * -2 * x[0] * out[0] * out[0]"),
    ],
    "12C": [
        """
class Gap(Op):
    def forward(self, x, y, out):
        np.square(x - y, out)

    def vjp(self, g, x, y, out, gx, gy):
        np.multiply(g, 2 * (x - y), gx)
        np.negative(gx, gy)

same = Dense(1, activation="sigmoid", name="same")(Gap()(enc(left), enc(left)))
model = Model([left, right], same, name="mended")
""",
    ],
}
