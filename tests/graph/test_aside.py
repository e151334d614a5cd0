"""Calls that are set aside: earlier layers have their calls again, and what was made goes on."""

import copy

import numpy as np
import pytest

from funclab import Input, Model, Sequential, explore, models, to_code
from funclab.graph.aside import set_aside
from funclab.layers import Dense

X = np.ones((4, 3), "float32")


def a_model_of(name="enc"):
    x = Input((3,), name=f"{name}_x")
    layer = Dense(2, name=name)
    return layer, Model(x, Dense(1, name="end")(layer(x)), name="before")


def test_a_layer_made_before_has_the_calls_that_it_had():
    layer, model = a_model_of()
    calls, readers = list(layer.inbound_nodes), list(layer.outbound_nodes)

    with set_aside() as nodes:
        y = layer(Input((3,)))
        Dense(1)(model.get_layer("enc").get_output_at(0))

    assert [node.operation.name for node in nodes] == ["input_layer", "enc", "dense"]
    assert (layer.inbound_nodes, layer.outbound_nodes) == (calls, readers)
    assert layer.output is layer.get_output_at(0)
    assert y.node.operation is layer and y.id == "enc[1:0]"


def test_a_layer_made_before_and_never_called_is_still_never_called():
    layer = Dense(2, name="idle")

    with set_aside():
        y = layer(Input((3,)))

    assert layer.inbound_nodes == [] and y.node.operation is layer


def test_a_layer_made_meanwhile_keeps_its_calls():
    x = Input((3,), name="x")

    with set_aside():
        layer = Dense(2, name="new")
        y = layer(x)

    assert layer.output is y and layer.input is x
    assert x.node.operation.outbound_nodes == []


def test_calls_are_set_aside_although_an_error_ends_them():
    layer, _ = a_model_of()

    with pytest.raises(ZeroDivisionError), set_aside():
        layer(Input((3,)))
        raise ZeroDivisionError

    assert len(layer.inbound_nodes) == 1


def test_a_call_made_later_gets_the_number_that_it_would_have_had():
    layer, _ = a_model_of()
    with set_aside():
        layer(Input((3,)))

    y = layer(Input((3,)))

    assert y.id == "enc[1:0]" and layer.get_output_at(1) is y


@pytest.fixture
def kept():
    """A model that was made of calls of a layer that are set aside; the layer; its first model."""
    layer, before = a_model_of()
    with set_aside():
        a, b = Input((3,), name="a"), Input((3,), name="b")
        model = Model([a, b], Dense(1, name="out")(layer(a) - layer(b)), name="kept")
    return model, layer, before


def test_a_model_of_such_calls_computes_and_trains_with_the_same_weights(kept):
    model, layer, before = kept
    hidden = X @ layer.get_weights()[0] - 2 * X @ layer.get_weights()[0]
    wanted = hidden @ model.get_layer("out").get_weights()[0]

    np.testing.assert_allclose(model.predict([X, 2 * X], verbose=0), wanted, rtol=1e-5)
    first = layer.get_weights()[0]
    model.compile("sgd", "mse")
    model.fit([X, 2 * X], np.ones((4, 1)), verbose=0)
    assert not np.array_equal(first, layer.get_weights()[0])
    assert before.get_layer("enc") is model.get_layer("enc") is layer


def test_a_model_of_such_calls_is_drawn_and_listed_with_them(kept):
    model, _, _ = kept

    view, by_layer = explore(model), explore(model, face="layers")

    assert view.facts["layers"]["enc"]["nodes"] == ["enc[1]", "enc[2]"]
    assert len(by_layer.svg().split("enc[")) > 2
    assert "enc[1]" in view.svg() and "enc[2]" in view.svg()
    lines = []
    model.summary(print_fn=lines.append)
    assert "enc" in "\n".join(lines) and "(None, 2)" in "\n".join(lines)
    assert "enc(a)" in to_code(model)


def test_a_model_of_such_calls_is_saved_copied_cloned_and_read_back(kept, tmp_path):
    model, _, _ = kept
    wanted = model.predict([X, 2 * X], verbose=0)
    model.save(tmp_path / "kept.keras")

    read, copied = models.load_model(tmp_path / "kept.keras"), copy.deepcopy(model)
    cloned = models.clone_model(model)
    cloned.set_weights(model.get_weights())
    again = models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())

    for other in (read, copied, cloned, again):
        np.testing.assert_array_equal(other.predict([X, 2 * X], verbose=0), wanted)
        assert other.count_params() == model.count_params() == 11


def test_in_a_graph_with_two_calls_of_one_number_each_has_its_own(kept):
    model, layer, _ = kept
    c = Input((3,), name="c")
    later = layer(c)

    both = Model([*model.inputs, c], [*model.outputs, later], name="both")

    assert later.id == "enc[1:0]"
    assert sorted(n.key for n in both.graph.nodes if n.operation is layer) == [
        "enc[1]", "enc[2]", "enc[3]",
    ]  # fmt: skip
    a, b = both.predict([X, 2 * X, 3 * X], verbose=0)
    np.testing.assert_allclose(b, layer(3 * X), rtol=1e-5)
    np.testing.assert_allclose(a, model.predict([X, 2 * X], verbose=0), rtol=1e-5)
    assert set(explore(both).facts["layers"]["enc"]["nodes"]) == {"enc[1]", "enc[2]", "enc[3]"}


def test_the_last_layer_of_a_stack_of_such_calls_is_taken_away_as_of_any_other():
    lesson = [Dense(3, name="first"), Dense(1, name="last")]
    with set_aside():
        stack = Sequential([Input((2,)), *lesson])

    stack.pop()

    assert stack.layers == lesson[:1] and stack.output_shape == (None, 3)
    assert lesson[0].inbound_nodes == lesson[0].outbound_nodes == []


def test_a_copy_of_a_layer_is_younger_than_the_layer():
    layer, _ = a_model_of()

    with set_aside():
        copied = copy.copy(layer)
        y = copied(Input((3,)))

    assert copied.output is y
