"""What slow motion asks, and the right answers, for models whose numbers were counted by hand."""

from __future__ import annotations

import re

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers


def twice_around(*, frozen: bool = True, rate: float = 0.1) -> Model:
    """A layer called before and after another one. All kernels are ones: of (1, 2) it makes 24.

    For a target of 3, the gradient 42 comes back to the output; to the second call's output 42 for
    each unit, to the first's 168; so the shared bias gets 210, and a row of the shared kernel 252
    from the second call (its input is 6) and 168 or 336 from the first (its input is 1 or 2).
    """
    x = Input((2,), name="x")
    shared = layers.Dense(2, name="twice", kernel_initializer="ones")
    middle = layers.Dense(2, name="still", kernel_initializer="ones", trainable=not frozen)
    y = shared(middle(shared(x)))
    model = Model(x, layers.Dense(1, name="out", kernel_initializer="ones")(y))
    model.compile(funclab.optimizers.SGD(rate), "mse")
    return model


def asked(model: Model, x=((1.0, 2.0),), y=((3.0,),)) -> dict[str, list[dict]]:
    """The questions by kind."""
    found: dict[str, list[dict]] = {}
    for step in funclab.trace(model, np.array(x), np.array(y), ask=True).facts["steps"]:
        if step.get("question"):
            kind = step["question"]["id"].partition(" ")[0]
            found.setdefault(kind, []).append(step["question"])
    return found


def test_gradients_of_a_shared_weight_add_up():
    for one, total in zip(asked(twice_around())["sum"], (210, None), strict=True):
        numbers = [
            float(n) for n in re.findall(r"gradients ([\d.]+) and ([\d.]+)", one["prompt"])[0]
        ]
        assert sorted(numbers) in ([42, 168], [168, 252], [252, 336])
        assert float(one["answer"]) == sum(numbers) == (total or sum(numbers))
        options = {float(option) for option in one["options"]}
        assert options == {sum(numbers), sum(numbers) / 2, *numbers}
        assert "its gradients add up" in one["explain"]


def test_the_largest_gradient_of_a_node_is_known():
    [one] = asked(twice_around())["larger"]

    # The output's kernel gets 42 times 12, its bias 42, and its input 42.
    assert one["answer"] == "out/kernel"
    assert "out/kernel: 504.0" in one["explain"] and "out/bias: 42.0" in one["explain"]


def test_frozen_weights_let_gradients_through_and_do_not_move():
    held, free = asked(twice_around()), asked(twice_around(frozen=False))

    [way], [moves] = held["frozen"], held["moves"]
    assert way["answer"] == "to its input, not to its weights"
    assert len(way["options"]) == 3
    assert moves["answer"] == "all but still/kernel and still/bias"
    assert {*moves["options"]} == {
        moves["answer"], "all of them", "none of them", "only still/kernel and still/bias",
    }  # fmt: skip
    assert "frozen" not in free and free["moves"][0]["answer"] == "all of them"


def test_a_frozen_layer_at_the_beginning_passes_nothing_on():
    x = Input((2,), name="x")
    still = layers.Dense(2, name="still", trainable=False)
    model = Model(x, layers.Dense(1, name="out")(layers.Dense(2, name="more")(still(x))))
    model.compile("sgd", "mse")

    questions = asked(model)

    assert "frozen" not in questions or questions["frozen"][0]["answer"] == "to neither"
    assert questions["moves"][0]["answer"] == "all but still/kernel and still/bias"


@pytest.mark.parametrize(("target", "way"), [(3.0, "down"), (99.0, "up")])
def test_a_weight_moves_against_its_gradient(target, way):
    [one] = asked(twice_around(), y=((target,),))["way"]

    sign = 2 * (24 - target)
    told = float(re.search(r"is ([−\d.]+)\.", one["prompt"])[1].replace("−", "-"))
    assert one["answer"] == way and told * sign > 0
    assert one["options"] == ["down", "it stays", "up"]


def test_without_a_gradient_a_weight_stays():
    questions = asked(twice_around(), y=((24.0,),))

    assert "moves" not in questions
    assert [one["answer"] for one in questions.get("way", [])] in ([], ["it stays"])


def test_the_node_next_to_the_loss_passes_gradients_back_first():
    x = Input((2,), name="x")
    y = x
    for name in ("first", "second", "third"):
        y = layers.Dense(2, name=name)(y)
    model = Model(x, layers.Dense(1, name="out")(y))
    model.compile("sgd", "mse")

    [one] = asked(model)["order"]

    assert one["answer"] == "out[0]"
    assert {*one["options"]} == {"out[0]", "third[0]", "first[0]"}


def words(end: layers.Layer) -> Model:
    numbers = Input((3,), dtype="int32", name="numbers")
    vectors = layers.Embedding(5, 2, mask_zero=True, name="table")(numbers)
    model = Model(numbers, layers.Dense(1, name="out")(end(vectors)))
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(
    ("layer", "fate"),
    [
        (layers.LSTM(2, name="end"), "it is used here, and ends"),
        (layers.LSTM(2, return_sequences=True, name="end"), "it is passed on"),
        (layers.Dense(2, name="end"), "it is passed on"),
        (layers.Reshape((6,), name="end"), "it is lost here, unused"),
    ],
)
@pytest.mark.filterwarnings("ignore:Layer 'end'")
def test_the_fate_of_a_mask_is_asked_of_each_node_that_receives_it(layer, fate):
    model = words(layer)
    target = np.zeros(model.output_shape[1:])[None]
    questions = asked(model, ((1, 2, 0),), target)["mask"]

    [one] = [one for one in questions if one["prompt"].startswith("end[0]")]
    assert one["answer"] == fate
    assert one["options"] == sorted(one["options"]) and len(one["options"]) == 3


def test_a_shape_is_asked_once_for_each_kind_of_layer_and_only_if_it_changes():
    questions = asked(words(layers.LSTM(4, name="end")), ((1, 2, 0),))["shape"]

    told = {one["prompt"].partition("[0]")[0]: one["answer"] for one in questions}
    assert told["table"] == "(batch 1, 3, 2)"
    assert len(told) == len(questions) <= 2
    for one in questions:
        assert one["answer"] in one["options"] and len(one["options"]) >= 3
        assert len({*one["options"]}) == len(one["options"])
    x = Input((4,), name="x")
    same = Model(x, layers.Dense(4, name="same")(x))
    same.compile("sgd", "mse")
    assert "shape" not in asked(same, ((1.0, 2, 3, 4),), ((0.0,) * 4,))
