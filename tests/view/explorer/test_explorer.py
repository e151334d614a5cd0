"""The explorer's Python side: which picture shows a state, what is open, and how much is kept."""

from __future__ import annotations

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, ops
from funclab.errors import ArgumentError
from funclab.layers import LSTM, Activation, Concatenate, Dense, Dropout, TimeDistributed
from funclab.view import diagram
from funclab.view.explorer.beside import Values
from funclab.view.explorer.gallery import MOST_PICTURES, is_block
from tests.view import gallery, models


def picture(view):
    """The picture drawn last: that of the present state."""
    return list(view.pictures.values())[-1]["svg"]


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


@pytest.mark.parametrize(
    ("build", "settings", "shown", "hidden"),
    [
        (models.siamese, {"open": ["encoder[2]"]}, "encoder[2]/digit[0]", "encoder[1]/digit[0]"),
        (models.siamese, {"open": ["encoder"]}, "encoder[1]/digit[0]", "none"),
        (models.siamese, {"open": ["encoder[2]"], "face": "layers"}, "encoder/digit", "none"),
        (models.wrapped, {"open": ["each_step"], "face": "layers"}, "each_step/dense",
         "bidirectional/lstm"),
    ],
)  # fmt: skip
def test_frames_open_one_by_one_or_by_the_name_of_their_layer(build, settings, shown, hidden):
    view = funclab.explore(build(), **settings)

    assert holds(view, shown)
    assert not holds(view, hidden)


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
@pytest.mark.parametrize("end", ["", ":0]"])
def test_what_is_selected_in_a_long_model_is_in_the_picture(face, look, end):
    view = funclab.explore(models.chain(500), face=face, look=look)
    node = list(view.facts["nodes"])[250]

    view.selected = f"{node[:-1]}{end}" if end else node

    key = node if face == "calls" else node.removesuffix("[0]")
    assert holds(view, key) or f'data-start="{key}"' in picture(view)


@pytest.mark.parametrize("build", [models.siamese, three_inside, lambda: models.chain(300)])
def test_a_projector_never_shows_more_than_twelve_boxes_of_a_model(build):
    view = funclab.explore(build(), look="projector", open=True)

    for selected in ("", list(view.facts["nodes"])[-2]):
        view.selected = selected
        assert max(len(part.boxes) for part in scene_of(view).walk()) <= 12


def test_a_large_model_opened_on_a_projector_keeps_what_is_selected():
    x = Input((4,), name="x")
    y = x
    for i in range(20):
        y = Dense(4, name=f"layer_{i}")(y)
    inner = Model(x, y, name="inner")
    ends = [Input((4,), name=name) for name in "abcdef"]
    view = funclab.explore(
        Model(ends, Concatenate()([inner(end) for end in ends])), look="projector", open=True
    )

    view.selected = "inner[3]/layer_9[0]"

    assert holds(view, "inner[3]/layer_9[0]")
    assert max(len(part.boxes) for part in scene_of(view).walk()) <= 22


def test_few_pictures_are_kept():
    view, drawn = funclab.explore(models.chain(250)), set()
    for node in list(view.facts["nodes"])[50:200:10]:
        view.selected = node
        drawn |= {*view.pictures}

    assert len(view.pictures) <= MOST_PICTURES < len(drawn)


def test_going_back_to_a_picture_draws_nothing_new():
    view = funclab.explore(models.siamese())
    before = view.pictures

    view.selected = "same[0]"

    assert view.pictures is before


def test_a_page_without_a_kernel_holds_each_frame_open_by_itself_and_all():
    pictures = funclab.explore(models.siamese()).complete()["pictures"]

    calls = [name for name in pictures if name.startswith("calls|")]
    closed = sorted(name for name in calls if name.endswith("|||"))
    assert closed == ["calls|*|||", "calls|encoder[1]|||", "calls|encoder[2]|||", "calls||||"]


def test_a_page_without_a_kernel_holds_all_of_a_folded_model():
    view = funclab.explore(models.chain(300))

    pictures = view.complete()["pictures"]

    drawn = " ".join(picture["svg"] for picture in pictures.values())
    assert all(f'="{key}"' in drawn for key in view.facts["nodes"])


@pytest.mark.parametrize("name", ["selected", "open"])
def test_a_key_that_does_not_exist_is_refused_with_one_that_does(name):
    state = {"selected": "encodr[1]"} if name == "selected" else {"open": ["encodr[1]"]}

    with pytest.raises(ArgumentError, match="encodr") as caught:
        funclab.explore(models.siamese(), **state)

    assert "in Model siamese" in caught.value.what
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

    nodes = view.facts["nodes"]

    assert nodes["dense_1[0]"]["outputs"] == ["dense_1[0:0]"]
    assert nodes["add[0]"]["inputs"][1] == "dense_1[0:0]"


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


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (layers.Dropout(0.5, name="dropout"), ["in training: dropout[0:0] (None, 4) = dropout("]),
        (layers.Identity(), []),
    ],
)
def test_what_acts_in_training_only_has_the_arithmetic_of_training(layer, text):
    x = Input((4,))
    view = Model(x, layer(x)).explore()

    tape = view.answer_to({"ask": "tape", "key": f"{layer.name}[0]"})["value"]

    assert [line["text"][: len(own)] for line, own in zip(tape, text, strict=True)] == text


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


@pytest.mark.parametrize(("name", "side"), [("mlp", "beside"), ("unet", "below")])
def test_the_panel_stands_where_the_picture_leaves_room(name, side):
    view = gallery.built(name).explore()

    view.space = [1094, 620]

    assert last(view)["side"] == side


@pytest.mark.parametrize("room", [[1095, 624], [500, 700], [1500, 900]])
def test_a_picture_keeps_to_the_room_that_the_browser_has(room):
    view = gallery.built("chain_60").explore()

    view.space = room

    scene = scene_of(view)
    assert scene.width <= room[0]
    assert scene.height <= room[1]


def test_keys_walk_the_ways_to_draw_and_the_line_names_the_chosen_one():
    view = gallery.built("mlp").explore()
    choices = last(view)["choices"]

    view.show(choice=choices[2])

    assert last(view)["choice"] == choices[2]
    assert f"choice={choices[2]!r}" in view.line()


def test_a_block_is_told_in_numbers_and_opens_in_place():
    view = gallery.built("resnet").explore()
    blocks = [key for key in view.gallery.shown[list(view.pictures)[-1]] if is_block(key)]

    told = last(view)["told"]
    drawn = len(view.gallery.shown[list(view.pictures)[-1]]) - len(blocks)
    assert told == f"92 nodes, {drawn} drawn one by one, {92 - drawn} in {len(blocks)} blocks"
    key = next(box.key for box in scene_of(view).boxes if box.role == "block" and box.starts)
    view.show(unfolded=[key])
    assert key in [box.key for box in scene_of(view).boxes if box.inside]
    view.show(unfolded=[f"-{key}"])
    assert key not in [box.key for box in scene_of(view).boxes if box.inside]


def test_a_model_with_nothing_that_repeats_is_seen_whole_in_blocks():
    view = scattered(150).explore()
    view.space = [1095, 500]

    assert last(view)["choice"].endswith(" boxes")
    members = [key for box in scene_of(view).boxes for key in box.members or [box.key]]
    assert sorted(members) == sorted(view.facts["nodes"])
    view.selected = list(view.facts["nodes"])[75]
    assert holds(view, view.selected)


@pytest.mark.parametrize("name", gallery.MODELS)
@pytest.mark.parametrize(("look", "room"), [("light", [1095, 564]), ("projector", [668, 296])])
def test_no_model_needs_a_scrollbar(name, look, room):
    view = gallery.built(name).explore(look=look)

    view.space = room

    scene, side = scene_of(view), last(view)["side"]
    assert scene.width <= room[0] + 1 - 328 * (side == "beside")
    over = 64 * (name == "vqa" and look == "projector")  # four inputs, and little to gather
    assert scene.height <= room[1] + over + 2 - 104 * (side == "below")


@pytest.mark.parametrize("name", gallery.MODELS)
def test_on_a_wall_every_model_is_seen_whole(name):
    view = gallery.built(name).explore(look="projector")

    view.space = [759, 306]

    scene = scene_of(view)
    assert scene.width <= 760
    assert scene.height <= 308 + 32 * (name == "vqa")
    members = [key for box in scene.boxes for key in box.members or [box.key]]
    assert sorted(members) == sorted(view.gallery.top)


def scattered(length):
    """A long model with nothing that repeats: Thue's word of three letters without a square."""
    x = y = Input((4,))
    for i in range(length):
        kind = (i + 1).bit_count() % 2 - i.bit_count() % 2
        y = (Dense(4), Dropout(0.1), Activation("relu"))[kind](y)
    return Model(x, Dense(1)(y), name="scattered")


def scene_of(view):
    return [*view.gallery.scenes.values()][-1]


def last(view):
    return list(view.pictures.values())[-1]


def test_settings_that_are_not_the_default_are_told_and_all_on_demand():
    view = gallery.built("inception").explore()

    told = dict(view.facts["layers"]["max_pooling2d"]["settings"])
    every = dict(view.answer_to({"ask": "more", "key": "max_pooling2d"})["value"]["settings"])

    assert told == {"pool_size": "(3, 3)", "strides": "(1, 1)", "padding": "same"}
    assert every["data_format"] == "channels_last"


@pytest.mark.parametrize(
    ("layer", "dtype", "settings", "weights"),
    [
        (layers.MultiHeadAttention(1, 2), "", "1 2", "query/kernel query/bias"),
        (layers.RNN([layers.LSTMCell(2, name="first"), layers.GRUCell(3)]), "", "stacked_rnn_cells",
         "first/kernel"),
        (layers.RNN(layers.LSTMCell(2)), "", "lstm_cell", "kernel recurrent_kernel bias"),
        (layers.Bidirectional(LSTM(2, name="way")), "", "lstm", "forward_way/kernel"),
        (layers.Lambda(ops.square), "", "square", ""),
        (layers.StringLookup(vocabulary=list("abcdefghijkl"), mask_token=""), "string",
         "'' ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', … 12 in all)", ""),
        (layers.TextVectorization(split=None, vocabulary=["a"]), "string", "None ('a',)", ""),
        (layers.ZeroPadding1D((1, 2)), "", "(1, 2)", ""),
        (layers.Flatten(), "", "", ""),
    ],
)  # fmt: skip
def test_settings_and_weights_are_told_as_one_would_write_them(layer, dtype, settings, weights):
    x = Input((5, 4), dtype=dtype or None)
    several = isinstance(layer, layers.MultiHeadAttention)
    view = Model(x, layer(x, x) if several else layer(x)).explore()

    told = view.facts["layers"][layer.name]
    names = [name for name, _ in told.get("arrays", [])]
    tape = view.answer_to({"ask": "tape", "key": f"{layer.name}[0]"})["value"]

    assert " ".join(value for _, value in told.get("settings", [])) == settings
    assert " ".join(names).startswith(weights)
    assert all(view.answer_to({"ask": "values", "key": f"{layer.name} {name}"}) for name in names)
    texts = [line["text"] for line in tape]
    assert all(text.count("(") == text.count(")") and "<" not in text for text in texts)
    assert "NotImplementedError" not in "".join(line["source"] for line in tape)


def test_the_numbers_of_a_weight_are_drawn_when_they_are_asked_for():
    view = gallery.built("mlp").explore()
    kernel = view.model.layers[1].weights[0]
    kernel.assign(np.arange(784 * 64, dtype=np.float32).reshape(784, 64) - 25_000)

    values = view.answer_to({"ask": "values", "key": "dense kernel"})["value"]

    assert values["told"].startswith("From -2.5e+04 to 2.52e+04, mean 87.5")
    assert "<svg" in values["svg"]
    assert view.answer_to({"ask": "values", "key": "dense nothing"}) is None


@pytest.mark.parametrize("values", [np.full((3, 2), np.nan), np.zeros((0, 4)), np.float32(2)])
def test_numbers_that_are_odd_are_drawn_too(values):
    drawn = Values("odd", np.asarray(values), "light")

    assert drawn.svg.startswith("<svg")
    assert drawn.description


def test_a_question_of_ask_mode_has_one_right_answer_and_says_why():
    view = gallery.built("mlp").explore(ask=True)

    question = view.facts["questions"]["dense_2[0]"]

    assert question["options"].count(question["answer"]) == 1
    assert question["answer"] == "(None, 10)"
    assert len(set(question["options"])) == len(question["options"]) >= 3
    assert "10" in question["explain"] or "units" in question["explain"]


def test_a_model_built_again_keeps_its_answers_and_another_of_its_name_has_none():
    def asked(units):
        x = Input((8,))
        model = Model(x, Dense(units)(Dense(4)(x)), name="perceptron")
        return model.explore(ask=True)

    first = asked(3)
    first.answers = [{"id": list(first.facts["questions"].values())[0]["id"], "given": "(None, 4)"}]

    again, other = asked(3), asked(5)

    assert again.model.layers[-1].name != first.model.layers[-1].name
    assert again.answers == first.answers
    assert other.answers == []
