"""Lesson 12: what is inside? Its ops and plans are funclab's own."""

from __future__ import annotations

import numpy as np

from tests.truth.claims import asks, gradients, says


@says("lesson 12", "What goes back is what came back, times the slope.")
@asks("12.1")
def a_square_sends_back_both_its_gradients(keras):
    number = keras.Input((1,))
    h = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")(number)
    model = keras.Model(number, h * h)
    [gradient] = gradients(
        keras,
        model,
        np.array([[3.0]]),
        loss=lambda _, answer: 10 * keras.ops.mean(answer),
    )
    of_gap = gradient / 3  # the kernel's gradient is that of `gap`, times the number 3

    return {
        "6: the slope of x² at 3": np.isclose(of_gap, 6),
        "30: 10 times the other factor": np.isclose(of_gap, 30),
        "60": np.isclose(of_gap, 60),
    }


def counting(runs):
    from funclab.graph.op import Op

    class Counting(Op):
        """x², which counts how often it runs."""

        def forward(self, x, out):
            runs.append("forward")
            np.multiply(x, x, out)

        def vjp(self, g, x, out, gx):
            runs.append("vjp")
            np.multiply(g, np.sign(x), gx)  # the slope of |x|, which is wrong

    return Counting()


def counted(keras, batches=40):
    runs: list[str] = []
    x = keras.Input((4,))
    op = counting(runs)
    model = keras.Model(x, keras.layers.Dense(1)(op(keras.layers.Dense(3)(x))))
    model.compile("adam", "mse")
    random = np.random.RandomState(0)
    data = random.randn(batches * 8, 4), random.rand(batches * 8, 1)
    losses = model.fit(*data, batch_size=8, epochs=5, verbose=0).history["loss"]
    return runs.count("forward") / 5, runs.count("vjp") / 5, losses, batches


@says(
    "lesson 12",
    "A layer's `call` only says which ops to use.",
    "An op has a `forward` and a `vjp`, which write into arrays.",
    on=("funclab",),
)
@asks("12.2", on=("funclab",))
def an_op_runs_once_for_each_batch(keras):
    forward, vjp, _, batches = counted(keras)

    assert vjp == forward
    return {
        "once, before the first batch, like the lines of a layer's `call`": forward <= 1,
        "400 times: once for each batch": forward == batches,
        "384,000 times: once for each number": forward > batches,
    }


@says(
    "lesson 12",
    "The plan is the list of these steps; it adds where gradients meet, and leaves out what nobody "
    "needs.",
    on=("funclab",),
)
@asks("12.3", on=("funclab",))
def a_plan_computes_no_gradient_of_the_pixels(keras):
    from funclab.engine.plan import Plan
    from funclab.graph.value import Value

    pixels = keras.Input((4,))
    enc = keras.layers.Dense(3, name="enc")
    model = keras.Model([pixels, other := keras.Input((4,))], enc(pixels) * enc(other))
    given = [Value((2, 4), name=name) for name in ("left", "right")]
    [answer] = model.graph.replay(given)
    plan = Plan(keras.ops.sum(answer))
    text = str(plan)

    of_kernel = "+= more_1" in text or "g_enc/kernel +=" in text
    assert of_kernel
    return {
        "that of the pixels": not any(value in plan.grads for value in given),
        "the second one for the kernel of `enc`: one is enough for a shared weight": not of_kernel,
        "none is left out: every op hands a gradient back to all that it read": all(
            value in plan.grads for value in given
        ),
    }


@says(
    "lesson 12",
    "That a model learns does not prove its gradient.",
    "A measured slope does.",
    on=("funclab",),
)
@asks("12.4", on=("funclab",))
def a_wrong_gradient_learns_and_a_measured_slope_tells(keras):
    from funclab.engine.gradcheck import check_gradient

    *_, losses, _ = counted(keras)
    learns = losses[-1] < 0.9 * losses[0]

    assert check_gradient(counting([]), np.array([3.0, -1.0, 0.5])) > 1e-3
    return {
        "it stops: `forward` and `vjp` do not agree": False,
        "it runs, but the twins go on guessing": not learns,
        "the twins learn as well as before": learns,
    }
