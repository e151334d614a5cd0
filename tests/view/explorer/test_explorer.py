"""The explorer's Python side: which picture shows a state, what is open, and how much is kept."""

from __future__ import annotations

import json

import pytest

import funclab
from funclab import Input, Model
from funclab.errors import ArgumentError
from funclab.layers import Concatenate, Dense, TimeDistributed
from funclab.view import diagram
from funclab.view.explorer.gallery import MOST_PICTURES
from tests.view import models


def picture(view):
    """The picture drawn last: that of the present state."""
    return list(view.pictures.values())[-1]


def holds(view, key):
    return f'data-key="{key}"' in picture(view)


def boxes(view):
    return picture(view).count('class="box')


def three_inside():
    """A model in a model in a model."""
    x = Input((4,), name="x")
    inner = Model(x, Dense(4, name="deep")(x), name="inner")
    y = Input((4,), name="y")
    middle = Model(y, inner(y), name="middle")
    z = Input((4,), name="z")
    return Model(z, Dense(2, name="head")(middle(z)), name="outer")


def test_frames_open_one_by_one():
    view = funclab.explore(models.siamese(), open=["encoder[2]"])

    assert holds(view, "encoder[2]/digit[0]")
    assert not holds(view, "encoder[1]/digit[0]")


def test_the_name_of_a_model_opens_all_its_calls():
    view = funclab.explore(models.siamese(), open=["encoder"])

    assert holds(view, "encoder[1]/digit[0]")
    assert holds(view, "encoder[2]/digit[0]")


def test_a_frame_opens_in_both_faces():
    view = funclab.explore(models.siamese(), open=["encoder[2]"])

    view.show(face="layers")

    assert holds(view, "encoder/digit")


def test_a_wrapper_opens_in_the_layers_face_too():
    view = funclab.explore(models.wrapped(), face="layers", open=["each_step"])

    assert holds(view, "each_step/dense")
    assert not holds(view, "bidirectional/lstm")


def test_what_is_open_is_a_line_to_paste():
    view = funclab.explore(models.siamese(), open=["encoder[2]"])

    assert view.line() == "funclab.explore(siamese, open=['encoder[2]'])"


def test_selecting_opens_what_hides_the_selected():
    view = funclab.explore(three_inside())

    view.selected = "middle[1]/inner[1]/deep[0]"

    assert view.state["open"] == ["middle[1]", "middle[1]/inner[1]"]
    assert holds(view, "middle[1]/inner[1]/deep[0]")


def test_a_state_that_leaves_the_selected_closed_shows_it_all_the_same():
    view = funclab.explore(three_inside())

    view.state = {**view.state, "selected": "middle[1]/inner[1]/deep[0]"}

    assert holds(view, "middle[1]/inner[1]/deep[0]")


@pytest.mark.parametrize("look", ["light", "projector"])
@pytest.mark.parametrize("face", ["calls", "layers"])
def test_what_is_selected_in_a_long_model_is_in_the_picture(face, look):
    view = funclab.explore(models.chain(2000), face=face, look=look)

    view.selected = list(view.facts["nodes"])[1000]

    key = view.selected if face == "calls" else view.selected.removesuffix("[0]")
    assert holds(view, key)


def test_a_tensor_in_the_fold_is_shown_with_its_maker():
    view = funclab.explore(models.chain(2000))
    node = list(view.facts["nodes"])[1000]

    view.selected = view.facts["nodes"][node]["outputs"][0]

    assert holds(view, node)


@pytest.mark.parametrize("build", [models.siamese, three_inside, lambda: models.chain(300)])
def test_a_projector_never_shows_more_than_twelve_boxes(build):
    view = funclab.explore(build(), look="projector", open=True)

    assert boxes(view) <= 12
    view.selected = list(view.facts["nodes"])[-2]
    assert boxes(view) <= 12


def test_a_large_model_opened_on_a_projector_keeps_what_is_selected():
    x = Input((4,), name="x")
    y = x
    for i in range(20):
        y = Dense(4, name=f"layer_{i}")(y)
    inner = Model(x, y, name="inner")
    ends = [Input((4,), name=name) for name in "abcdef"]
    view = funclab.explore(
        Model(ends, Concatenate()([inner(one) for one in ends])), look="projector", open=True
    )

    view.selected = "inner[3]/layer_9[0]"

    assert holds(view, "inner[3]/layer_9[0]")
    assert boxes(view) <= 12


def test_few_pictures_are_kept():
    view = funclab.explore(models.chain(2000))

    for node in list(view.facts["nodes"])[100:1900:40]:
        view.selected = node

    assert len(view.pictures) <= MOST_PICTURES


def test_going_back_to_a_picture_draws_nothing_new():
    view = funclab.explore(models.siamese())
    before = view.pictures

    view.selected = "same[0]"

    assert view.pictures is before


def test_a_page_without_a_kernel_holds_every_way_to_open_a_few_frames():
    view = funclab.explore(models.siamese())

    view.complete()

    calls = [name for name in view.pictures if name.startswith("calls|")]
    assert sorted(calls) == ["calls|*|", "calls|encoder[1]|", "calls|encoder[2]|", "calls||"]


def test_a_page_without_a_kernel_holds_all_of_a_folded_model():
    view = funclab.explore(models.chain(300))

    view.complete()

    drawn = " ".join(view.pictures.values())
    assert all(f'data-key="{key}"' in drawn for key in view.facts["nodes"])


@pytest.mark.parametrize("name", ["selected", "open"])
def test_a_key_that_does_not_exist_is_refused_with_one_that_does(name):
    given = {"selected": "encodr[1]"} if name == "selected" else {"open": ["encodr[1]"]}

    with pytest.raises(ArgumentError, match="encodr") as caught:
        funclab.explore(models.siamese(), **given)

    assert "encoder[1]" in caught.value.fix


@pytest.mark.parametrize("tour", [["dense"], "dense", [{"state": {}}], 3])
def test_a_tour_that_is_no_list_of_stops_is_refused_with_one_that_is(tour):
    with pytest.raises(ArgumentError, match="each with a text and a state"):
        models.called_twice().explore(tour=tour)


def test_a_wrong_selection_from_python_changes_nothing():
    view = funclab.explore(models.siamese(), selected="same[0]")

    with pytest.raises(ArgumentError):
        view.selected = "nothing"

    assert view.selected == view.state["selected"] == "same[0]"


def test_a_tensor_knows_its_maker_and_all_its_readers():
    view = funclab.explore(models.residual())

    made = view.facts["tensors"]["dense_1[0:0]"]

    assert (made["node"], made["ports"]) == ("dense_1[0]", [["add[0]", 1, 2]])


def test_the_layer_in_a_wrapper_can_be_selected():
    x = Input((5, 4))
    view = funclab.explore(Model(x, TimeDistributed(Dense(3, name="step"), name="each")(x)))

    view.selected = "each[0]/step"

    assert holds(view, "each[0]/step")
    assert "each applies it" in view.facts["layers"]["each[0]/step"]["special"]


def test_the_arithmetic_of_a_node_ends_in_the_name_of_its_tensor():
    view = funclab.explore(models.perceptron())

    answer = view.answer_to({"ask": "tape", "key": "dense[0]"})

    assert answer["value"][-1]["text"].startswith("dense[0:0] (None, 64) = ")


def test_weights_inside_a_model_called_twice_are_told_once():
    x = Input((4,), name="x")
    shared = Dense(4, name="shared")
    twice = Model(x, shared(shared(x)), name="twice")
    a, b = Input((4,), name="a"), Input((4,), name="b")
    scene = diagram(Model([a, b], Concatenate()([twice(a), twice(b)])), expand_nested=True).scene

    first, second = (box.inside.groups[0] for box in scene.boxes if box.inside)

    assert first.caption[0] == "used by 4 calls, 2 of them here;"
    assert second.caption == ["the same weights as in twice[1]:", "4 calls use them in all"]
    assert first.mark == second.mark != scene.groups[0].mark
    assert scene.description.count("shared is shared: called 4 times") == 1


def test_weights_shared_with_a_model_inside_are_counted_with_it():
    x = Input((4,), name="x")
    shared = Dense(4, name="shared")
    inner = Model(x, shared(x), name="inner")
    y = Input((4,), name="y")
    scene = diagram(Model(y, shared(inner(y)))).scene

    (group,) = scene.groups
    assert (group.name, group.size, group.total) == ("shared", 1, 2)
    assert scene.boxes[-1].note == "node 0: inside inner"


def test_the_picture_says_where_node_0_of_a_model_is():
    scene = diagram(models.siamese()).scene

    notes = {box.note for box in scene.boxes if box.name == "encoder"}
    assert notes == {"node 0: made with the model itself"}
    assert scene.description.count("Not in this picture: node 0: made with the model itself.") == 1


def test_calls_elsewhere_are_counted_in_a_note():
    scene = diagram(models.called_elsewhere()).scene

    assert scene.boxes[1].note == "nodes 0 to 4: outside this model"


def test_the_state_of_an_explorer_is_plain_data():
    view = funclab.explore(models.siamese(), selected="encoder[1]/digit[0]")

    assert json.loads(json.dumps(view.state)) == view.state
