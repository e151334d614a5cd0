"""Why a graph is not the one that was expected: what it reads, and which layers are shared."""

from __future__ import annotations

from funclab import Input, Model, layers
from funclab.layers import Dense
from funclab.teach import same_graph

ELSEWHERE = "All calls are there, but some read the results of others than expected."


def a_and_b() -> tuple:
    return Input((4,), name="a"), Input((4,), name="b")


def two_on_two(shared: bool) -> Model:
    """Two inputs, a Dense for each or one for both."""
    a, b = a_and_b()
    one = Dense(4, name="one")
    other = one if shared else Dense(4, name="other")
    return Model([a, b], layers.Concatenate(name="both")([one(a), other(b)]))


def test_layers_that_should_be_one_and_a_layer_that_should_be_two():
    apart = same_graph(two_on_two(False), two_on_two(True))
    together = same_graph(two_on_two(True), two_on_two(False))

    assert [reason for reason in apart.reasons if "weights" in reason] == [
        "one and other have weights of their own; expected one layer, called several times."
    ]
    assert [reason for reason in together.reasons if "weights" in reason] == [
        "one is called twice; expected layers with weights of their own."
    ]
    assert not apart and not together
    assert same_graph(two_on_two(True), two_on_two(True)).reasons == ()


def mixed(shared: str) -> Model:
    """Three calls, of which two share a layer."""
    x = Input((4,), name="x")
    first, second = Dense(4, name="first"), Dense(4, name="second")
    of = {letter: first if letter in shared else second for letter in "abc"}
    return Model(x, of["c"](of["b"](of["a"](x))))


def test_other_calls_that_share_are_told():
    grade = same_graph(mixed("ab"), mixed("ac"))

    assert grade.reasons == (ELSEWHERE,) and grade.score == 0.95
    assert same_graph(mixed("ac"), mixed("ac"))


def crossed(straight: bool) -> Model:
    a, b = a_and_b()
    h = Dense(4, activation="relu", name="h")(a)
    k = Dense(4, activation="tanh", name="k")(b)
    first, second = (h, k) if straight else (k, h)
    return Model([a, b], [Dense(2, name="left")(first), Dense(3, name="right")(second)])


def test_calls_that_read_another_tensor_are_told():
    grade = same_graph(crossed(False), crossed(True))

    assert grade.reasons == (ELSEWHERE,) and grade.score == 0.95
    assert same_graph(crossed(True), crossed(True)).score == 1


def test_a_setting_a_shape_and_a_layer_too_many_are_named():
    x = Input((6,), name="x")

    def chain(*made) -> Model:
        y = x
        for layer in made:
            y = layer(y)
        return Model(x, y)

    wanted = chain(Dense(4, activation="relu", name="h"), Dense(2, name="out"))
    units = same_graph(chain(Dense(5, activation="relu", name="h"), Dense(2, name="out")), wanted)
    more = same_graph(
        chain(Dense(4, activation="relu", name="h"), layers.Dropout(0.5, name="drop"),
              Dense(2, name="out")), wanted,
    )  # fmt: skip
    less = same_graph(chain(Dense(2, name="out")), wanted)

    assert "h has units=5; expected 4." in units.reasons
    assert "drop (Dropout) is not expected." in more.reasons
    assert "A call of Dense is missing." in less.reasons or "Dense" in str(less)
    assert units.score > less.score


def test_calls_in_another_order_are_told_with_what_they_read():
    def ordered(*made) -> Model:
        x = Input((6,), name="x")
        y = Dense(6, use_bias=False, name="h")(x)
        for layer in made:
            y = layer(y)
        return Model(x, y)

    def layers_of() -> list:
        return [layers.Dropout(0.5, name="drop"), layers.Activation("tanh", name="act")]

    drop, act = layers_of()
    grade = same_graph(ordered(drop, act), ordered(*layers_of()[::-1]))

    assert grade.reasons == (
        "drop reads h; expected another tensor there.",
        "act reads drop; expected another tensor there.",
    )
    assert 0 < grade.score < 1
