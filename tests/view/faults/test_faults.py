"""What an error draws under its text."""

import numpy as np
import pytest

from funclab import Input, Model, layers
from funclab.errors import FunclabError
from funclab.layers import LSTM, Dense
from funclab.view.faults.faults import picture_of_fault
from tests.misuse.desk import Desk
from tests.view.measures import overlapping_texts, stretches


@pytest.fixture(scope="module")
def desk():
    return Desk()


def fault_of(act, look="auto"):
    with pytest.raises(FunclabError) as caught:
        act()
    return picture_of_fault(caught.value, look)


def line_with(picture, name):
    """The cells of the line on which a name stands."""
    return next(line.cells for line in picture.lines if name in " ".join(line.cells))


def test_an_ambiguous_output_draws_the_nodes_of_the_layer():
    dense = Dense(2, name="twice")
    dense(Input((3,)))
    dense(Input((3,)))

    picture = fault_of(lambda: dense.output)

    assert "twice.get_output_at(1)" in picture.text


def width_of(picture):
    """How wide a picture is, as its file says."""
    return float(picture.svg.split('viewBox="0 0 ')[1].split()[0])


# The graph.
def test_a_missing_input_is_marked_beside_its_look_alike():
    left, right, other = (Input((3,), name=name) for name in ("left", "right", "other"))
    out = Dense(2)(layers.concatenate([left, right]))

    picture = fault_of(lambda: Model([left, other], out))

    assert picture.notes == {
        "right[0]": "not among the inputs",
        "other[0]": "given instead: same shape, another tensor",
    }
    assert "✗ not among the inputs" in picture.svg


def test_a_second_input_of_the_same_name_is_drawn_beside_the_one_that_is_missing():
    first = Input((3,), name="image")
    out = Dense(2)(first)

    picture = fault_of(lambda: Model(Input((3,), name="image"), out))

    names = [box.name for box in picture.scene.boxes]
    assert names.count("image") == len(picture.notes) == 2
    assert "another tensor" in picture.svg
    assert overlapping_texts(picture) == []


@pytest.mark.parametrize("look_alikes", [1, 2, 3])
def test_the_notes_on_look_alikes_of_a_missing_input_fit_beside_a_notebook_s_files(look_alikes):
    names = ("input_layer_5", "input_layer_1", "input_layer_2", "input_layer_3")
    missing, *others = (Input((64,), name=name) for name in names[: look_alikes + 1])
    out = Dense(3)(missing)

    picture = fault_of(lambda: Model(others, out))

    assert overlapping_texts(picture) == []
    assert width_of(picture) <= 800 + 260 * (look_alikes - 1)


def test_layers_of_one_name_are_not_called_shared():
    x = Input((3,))

    picture = fault_of(lambda: Model(x, Dense(3, name="one")(Dense(3, name="one")(x))))

    assert "shared" not in picture.text.partition("Fix:")[0]


def test_an_inner_tensor_is_drawn_inside_the_nested_model_and_outside_with_its_node(desk):
    picture = fault_of(lambda: Model(desk.left, [desk.read, desk.hidden]))

    boxes = {box.key: box.node for box in picture.scene.boxes}
    assert boxes["inside hidden[0]"] == boxes["hidden[0]"] == 0
    assert boxes["reader[1]"] == 1
    assert picture.notes["hidden[0]"] == "made of pixels"
    assert 'reader.get_layer("hidden").output)(left)' in picture.text


def test_a_nested_model_is_drawn_also_when_the_outputs_never_pass_its_call(desk):
    hidden = desk.reader.get_layer("hidden").output

    picture = fault_of(lambda: Model(desk.left, Dense(2, name="above")(hidden)))

    keys = [box.key for box in picture.scene.boxes]
    assert {"inside pixels[0]", "reader[1]", "above[0]"} <= {*keys}
    assert "inside above[0]" not in keys
    assert all("outputs[" not in plate.label for plate in picture.scene.plates)


def test_two_layers_of_one_name_are_drawn_as_two_in_two_colours():
    x = Input((3,))

    picture = fault_of(lambda: Model(x, Dense(2, name="q")(Dense(2, name="q")(x))))

    assert [box.name for box in picture.scene.boxes] == ["q", "q"]
    assert len({group.colour for group in picture.scene.groups}) == 2
    assert 'write name="q_1"' in picture.notes["1"]


def test_a_sequential_shows_the_layer_that_has_the_name_already(desk):
    picture = fault_of(lambda: desk.stack.add(Dense(3, name="first")))

    assert [box.detail for box in picture.scene.boxes] == ["Dense 2", "Dense 3"]


def test_a_tensor_made_of_an_input_that_a_nested_model_shares_is_named_by_its_node(desk):
    inner = Model(desk.left, desk.encoder(desk.left), name="inner")
    outer = Input((4,), name="outer")
    inner(outer)

    picture = fault_of(lambda: Model(outer, desk.encoder.get_output_at(0)))

    assert 'Model(inner.input, inner.get_layer("encoder").get_output_at(0))(outer)' in picture.fix
    assert picture.notes["encoder[0]"] == "made of left"


def test_on_a_projector_the_calls_alone_are_drawn(desk):
    near, far = (
        fault_of(lambda: Model(desk.left, [desk.read, desk.hidden]), look)
        for look in ("auto", "projector")
    )

    assert [box.key for box in far.scene.boxes] == [box.key for box in near.scene.boxes]
    assert near.scene.plates and not far.scene.plates


# Calls.
def test_a_failed_call_is_drawn_with_the_shapes_it_was_given():
    four, five = Dense(4, name="four")(Input((3,))), Dense(5, name="five")(Input((3,)))

    picture = fault_of(lambda: layers.Add(name="sum")([four, five]))

    assert {plate.shape for plate in picture.scene.plates} == {"(None, 4)", "(None, 5)"}
    assert picture.broken == "sum[?]"
    assert [key for key, _ in picture.gaps] == ["tensor four[0:0]", "tensor five[0:0]"]
    assert [upright for edge in picture.cut for upright, *_ in stretches(edge)[-1:]] == [
        True,
        False,
    ]
    assert picture.svg.count('class="s-fault"') >= 5


def test_shapes_of_many_axes_do_not_cover_each_other():
    image, small = Input((32, 32, 64), name="image"), Input((16, 16, 64), name="small")

    picture = fault_of(lambda: layers.Add(name="sum")([image, small]))

    assert overlapping_texts(picture) == []
    assert picture.svg.count(">(None, 32, 32, 64)<") == 1


def test_at_the_gap_stand_the_shape_given_and_the_shape_wanted(desk):
    picture = fault_of(lambda: desk.encoder(desk.long))

    assert ">(None, 7)<" in picture.svg
    assert ">wanted (None, …, 4)<" in picture.svg
    assert "encoder(Dense(4)(x))" in picture.svg


@pytest.mark.parametrize("as_list", [True, False])
def test_only_the_input_that_is_one_too_many_breaks_off(desk, as_list):
    tensors = [desk.left, desk.right]

    picture = fault_of(lambda: Dense(2, name="top")(*([tensors] if as_list else tensors)))

    assert picture.gaps == {("tensor right[0:0]", 1): "one too many"}
    assert [edge.source.key for edge in picture.cut] == ["tensor right[0:0]"]


def test_an_operator_between_shapes_that_do_not_fit_is_drawn(desk):
    picture = fault_of(lambda: desk.left + desk.long)

    assert [edge.tensor for edge in picture.cut] == ["left[0:0]", "long[0:0]"]


def test_a_stacked_lstm_is_told_to_return_sequences_under_its_picture(desk):
    first = LSTM(3, name="reads")(desk.steps)

    picture = fault_of(lambda: LSTM(2, name="sums_up")(first))

    assert [box.key for box in picture.scene.boxes] == ["reads[0]", "sums_up[?]"]
    assert "return_sequences=True" in picture.description


# Calls of models, data, targets and losses.
UNKNOWN = "no output of this name: is word meant?"


def misnamed(desk):
    desk.twins.fit(desk.pair, dict(zip(("same", "wrod"), desk.answers)), verbose=0)


def one_target(desk):
    desk.twins.fit(desk.pair, desk.answers[0], verbose=0)


def one_hot(desk):
    desk.twins.fit(desk.pair, [desk.answers[0], np.eye(3)[desk.answers[1]]], verbose=0)


def one_misfit(desk):
    desk.twins.predict([np.ones((6, 4)), np.ones((6, 3))], verbose=0)


@pytest.mark.parametrize(
    ("act", "name", "cells"),
    [
        (lambda d: d.twins(d.left), "left[0:0]", {"✓", "left[0:0] (None, 4)", "left (None, 4)"}),
        (lambda d: d.twins(d.left), "right", {"✗"}),
        (one_target, "same", {"✓", "same (None, 1)", "targets (6,)"}),
        (one_target, "word", {"✗"}),
        (one_hot, "same", {"✓", ""}),
        (one_hot, "word", {"✗", "targets (6, 3)", "one-hot rows, not class numbers"}),
        (misnamed, '"wrod"', {UNKNOWN}),
        (
            lambda d: d.reader.fit(np.ones((6, 7)), d.y, verbose=0),
            "pixels",
            {"data (6, 7)", "pixels (None, 4)", "another shape"},
        ),
        (one_misfit, "left", {"✓", "data", "left (None, 4)"}),
        (one_misfit, "right", {"✗", "data (6, 3)", "another shape"}),
        (
            lambda d: d.compile_twins(loss=["mse"] * 2 + ["mae"]),
            "mae",
            {"no output is left for it"},
        ),
        (lambda d: d.compile_twins(loss={"same": "mse", "zz": "mse"}), '"zz"', {UNKNOWN}),
        (lambda d: d.compile_twins(loss_weights={"same": 1.0, "zz": 2.0}), '"zz"', {UNKNOWN}),
        (lambda d: d.compile_twins(metrics={"same": "mse", "zz": "mse"}), '"zz"', {UNKNOWN}),
        (lambda d: d.unscored.fit(d.x, d.y, verbose=0), "guess", {"no loss"}),
    ],
)
def test_a_line_shows_what_goes_together_or_says_why_it_does_not(desk, act, name, cells):
    assert cells <= set(line_with(fault_of(lambda: act(desk)), name))


@pytest.mark.parametrize(
    ("act", "title"),
    [
        (one_target, "The output word of twins has no partner"),
        (misnamed, 'twins has no output "wrod"'),
        (lambda d: d.compile_twins(loss=["mse"] * 3), "twins has 2 outputs, and was given 3"),
    ],
)
def test_the_title_says_what_is_wrong(desk, act, title):
    assert fault_of(lambda: act(desk)).title == title


def test_a_key_that_names_no_output_is_put_right_by_the_fix(desk):
    assert fault_of(lambda: misnamed(desk)).fix == 'write "word" instead of "wrod".'


# Things that are not tensors.
def test_a_numpy_function_ends_the_edge_and_the_op_to_write_goes_on(desk):
    picture = fault_of(lambda: np.exp(desk.left))

    wrong, right = picture.lines
    assert wrong.cells == ("✗", "left[0:0] (None, 4)", "numpy.exp makes no node", "ends here")
    assert [item.kind for item in right.items] == ["tensor", "layer", "tensor"]
    assert right.items[1].name == "ops.exp"


@pytest.mark.parametrize("call", ["model", "layer", "sum"])
def test_a_layer_is_round_and_the_tensor_it_returns_is_square(desk, call):
    acts = {
        "model": lambda: Model(desk.left, desk.encoder),
        "layer": lambda: desk.spare(desk.encoder),
        "sum": lambda: desk.left + desk.encoder,
    }

    picture = fault_of(acts[call])

    wrong, right = picture.lines
    assert [item.kind for item in wrong.items] == ["layer", "place"]
    assert [item.kind for item in right.items] == ["layer", "tensor", "place"]
    assert right.items[1].name == "encoder(x)"


def test_an_array_and_a_number_are_told_from_tensors(desk):
    array = fault_of(lambda: Model(desk.x, desk.a))
    number = fault_of(lambda: desk.encoder(3))

    assert array.lines[0].cells[1] == "array (6, 4)"
    assert number.title == "A number is not a tensor"


@pytest.mark.parametrize(
    ("act", "note"),
    [
        (lambda desk: desk.reader.fit(desk.x, desk.y[:4], verbose=0), "6 ≠ 4"),
        (lambda desk: desk.reader.predict(desk.left, verbose=0), "no numbers"),
        (lambda desk: desk.spare.output, "no call"),
        (
            lambda desk: desk.sentence.fit(np.full((2, 3), 25), np.ones((2, 1)), verbose=0),
            "25 is not in [0, 10)",
        ),
    ],
)
def test_the_line_as_written_says_what_breaks_it(desk, act, note):
    assert fault_of(lambda: act(desk)).lines[0].note == note
