"""What an error draws under its text."""

import pytest

from funclab import Input, Model, layers
from funclab.errors import FunclabError
from funclab.layers import Dense
from funclab.view.faults import picture_of_fault


def fault_of(act):
    with pytest.raises(FunclabError) as caught:
        act()
    return picture_of_fault(caught.value)


def test_an_ambiguous_output_draws_the_nodes_of_the_layer():
    dense = Dense(2, name="twice")
    dense(Input((3,)))
    dense(Input((3,)))

    picture = fault_of(lambda: dense.output)

    assert "twice.get_output_at(1)" in picture.text


def test_a_missing_input_is_marked_beside_its_look_alike():
    left, right, other = (Input((3,), name=name) for name in ("left", "right", "other"))
    out = Dense(2)(layers.concatenate([left, right]))

    picture = fault_of(lambda: Model([left, other], out))

    assert picture.notes == {
        "right[0]": "not among the inputs",
        "other[0]": "given instead: same shape, another tensor",
    }
    assert "✗ not among the inputs" in picture.svg


def test_a_failed_call_is_drawn_with_the_shapes_it_was_given():
    four, five = Dense(4, name="four")(Input((3,))), Dense(5, name="five")(Input((3,)))

    picture = fault_of(lambda: layers.Add(name="sum")([four, five]))

    assert {plate.shape for plate in picture.scene.plates} == {"(None, 4)", "(None, 5)"}
    assert list(picture.notes) == ["sum[?]"]
    assert picture.svg.count('class="s-fault"') >= 5


def test_two_layers_of_one_name_are_drawn_as_two():
    x = Input((3,))

    picture = fault_of(lambda: Model(x, Dense(2, name="q")(Dense(2, name="q")(x))))

    assert [box.name for box in picture.scene.boxes] == ["q", "q"]


def test_an_error_about_no_graph_draws_nothing():
    assert fault_of(lambda: Dense(3, wrong=1)) is None


def test_a_hostile_name_is_only_a_name():
    dense = Dense(2, name="<script>alert(1)<")
    dense(Input((3,)))

    picture = fault_of(lambda: dense(Input((9,))))

    assert "<script>" not in picture.svg
