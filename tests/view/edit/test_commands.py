"""Each command: what it makes of shapes, calls, weights and code; and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, registry, regularizers, utils
from funclab.errors import FunclabError
from funclab.view.edit.menu import fields_of
from funclab.view.edit.repairs import repairs
from funclab.view.edit.steps import Rest, State, Steps
from tests.view import gallery, models


def reader() -> Model:
    """Digits, read by two convolutions: the example of the guide to editing."""
    x = Input((8, 8, 1), name="image")
    y = layers.Conv2D(8, 3, padding="same", activation="relu", name="strokes")(x)
    y = layers.Conv2D(12, 3, padding="same", activation="relu", name="parts")(y)
    y = layers.Flatten(name="flat")(layers.MaxPooling2D(name="pool")(y))
    y = layers.Dense(16, activation="relu", name="body")(y)
    return Model(x, layers.Dense(10, activation="softmax", name="digit")(y), name="reader")


@pytest.fixture
def steps():
    return Steps(reader())


def reads(steps, key):
    """What a call reads, by the keys of the picture."""
    draft = steps.state.draft
    number = next(call for call, name in draft.keys.items() if name == key)
    return [draft.keys[source] for source in draft.calls[number].sources]


def shape(steps, key):
    draft = steps.state.draft
    return steps.state.build.shape(next(c for c, name in draft.keys.items() if name == key))


def weights(model, name):
    return [w.numpy() for w in model.get_layer(name).weights]


def assert_equal(ours, theirs):
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_set_changes_shapes_and_keeps_the_weights_that_still_fit(steps):
    before = steps.given

    state = steps.do(["set", "body", {"units": 24}])

    assert shape(steps, "body[0]") == (None, 24)
    assert state.new == ["body kernel", "body bias", "digit kernel"]
    assert_equal(weights(state.model, "strokes"), weights(before, "strokes"))
    assert before.get_layer("body").units == 16


def test_insert_stands_between_a_call_and_its_readers_or_before_one_or_as_a_branch(steps):
    steps.do(["insert", "parts", "Dropout", {"rate": 0.25}])
    assert (reads(steps, "dropout[0]"), reads(steps, "pool[0]")) == (["parts[0]"], ["dropout[0]"])

    steps.do(["insert", "strokes", "Flatten", {"before": []}])
    assert reads(steps, "parts[0]") == ["strokes[0]"]
    assert steps.state.build.forgotten  # nothing reads the branch
    assert "flatten" not in [layer.name for layer in steps.state.model.layers]


def test_delete_lets_the_readers_read_what_it_read(steps):
    steps.do(["delete", "pool"])

    assert reads(steps, "flat[0]") == ["parts[0]"]
    assert steps.state.new == ["body kernel"]


def test_connect_puts_a_merge_before_a_call_or_adds_to_one(steps):
    steps.do(["connect", "strokes", "pool", {"how": "Concatenate"}])
    steps.do(["connect", "image", "concatenate"])

    assert reads(steps, "concatenate[0]") == ["parts[0]", "strokes[0]", "image[0]"]
    assert shape(steps, "concatenate[0]") == (None, 8, 8, 21)


def test_forms_offer_settings_that_are_as_usual_too(steps):
    steps.do(["connect", "strokes", "pool", {"how": "Concatenate"}])
    offered = {
        layer.name: {row["name"]: row for row in fields_of(layer)}
        for layer in steps.state.draft.layers.values()
    }

    assert offered["concatenate"]["axis"]["own"]
    assert offered["body"]["activity_regularizer"]["value"] is None
    for name in ("body", "strokes", "pool", "flat", "concatenate"):
        config = steps.given.get_layer(name).get_config() if name != "concatenate" else {"axis": -1}
        assert config.keys() - {"name", "trainable", "dtype", "data_format"} <= offered[name].keys()

    steps.do(["set", "body", {"activity_regularizer": "l2"}])
    body = steps.state.model.get_layer("body")
    assert isinstance(body.activity_regularizer, regularizers.L2) and not steps.state.new


def test_cutting_a_merge_of_two_takes_the_merge_away(steps):
    steps.do(["connect", "strokes", "pool", {"how": "Concatenate"}])
    steps.do(["disconnect", "strokes", "concatenate"])

    assert reads(steps, "pool[0]") == ["parts[0]"]
    assert_equal(steps.state.model.get_weights()[:4], steps.given.get_weights()[:4])


def test_duplicate_makes_new_weights_and_share_the_same(steps):
    steps.do(["duplicate", "digit"])
    assert steps.state.model.count_params() == steps.given.count_params() + 10 * 10 + 10

    steps.do(["duplicate", "digit_1"])
    steps.do(["share", "digit_2", "digit_1"])

    assert len(steps.state.model.get_layer("digit_1").inbound_nodes) == 2
    assert steps.state.model.count_params() == steps.given.count_params() + 10 * 10 + 10


def test_move_keeps_the_layer_and_its_weights():
    x = Input((4,), name="x")
    y = layers.Dense(4, name="b")(layers.Dense(4, name="a")(x))
    steps = Steps(Model(x, layers.Dense(4, name="c")(y)))

    state = steps.do(["move", "a", "b"])

    assert reads(steps, "a[0]") == ["b[0]"] and reads(steps, "c[0]") == ["a[0]"]
    assert not state.new


def test_rename_keeps_all_weights(steps):
    state = steps.do(["rename", "parts", "corners"])

    assert not state.new and len(state.kept) == 8
    assert state.model.get_layer("corners").filters == 12


def test_outputs_and_a_new_input(steps):
    steps.do(["outputs", "body", "digit"])
    assert [tuple(y.shape) for y in steps.state.model.outputs] == [(None, 16), (None, 10)]

    state = steps.do(["input", [5], {"name": "more"}])
    assert not state.is_whole and "more[0] is read by no call" in str(state.build.error)
    assert state.whole == 1  # the model is still that of the step before

    steps.do(["connect", "more", "digit", {"how": "Concatenate"}])
    assert [x.name for x in steps.state.model.inputs] == ["image", "more"]


def test_replace_changes_the_layer_of_a_call(steps):
    steps.do(["replace", "flat", "GlobalAveragePooling2D"])

    assert shape(steps, "global_average_pooling2d[0]") == (None, 12)
    assert steps.state.new == ["body kernel"]


def test_a_call_that_fails_stays_and_what_follows_has_no_shape(steps):
    state = steps.do(["connect", "strokes", "pool", {"how": "Add"}])

    keys = state.draft.keys
    assert [keys[key] for key in state.build.errors] == ["add[0]"]
    unknown = [keys[key] for key in state.build.unknown]
    assert unknown == ["pool[0]", "flat[0]", "body[0]", "digit[0]"]
    assert state.model is steps.given


def test_repairs_say_what_each_keeps(steps):
    steps.do(["connect", "strokes", "pool", {"how": "Add"}])

    offered = {str(repair.step[:1] + repair.step[2:]): repair for repair in repairs(steps)}

    costs = sorted((repair.kept, repair.weights, repair.more) for repair in offered.values())
    # 12 filters for `strokes`: kernel 3·3·1·12 and bias 12, and the kernel of `parts` 3·3·12·12.
    wider = 4 * 3 * 3 + 4 + 4 * 3 * 3 * 12
    # Conv2D(12, 1) on the skip: a kernel of 8·12 and a bias of 12; Concatenate: 4·4·8 rows of 16.
    assert costs == [(5, 8, wider), (7, 8, 4 * 4 * 8 * 16), (8, 8, 8 * 12 + 12)]
    for repair in offered.values():
        steps.go(1)
        assert steps.do(repair.step).is_whole


BROKEN = {
    "unequal widths": [["insert", "body", "Dense", {"units": 8}],
                       ["connect", "body", "digit", {"how": "Add"}]],
    "unequal filters": [["connect", "strokes", "pool", {"how": "Multiply"}]],
    "smaller by padding": [["set", "parts", {"padding": "valid"}],
                           ["connect", "strokes", "pool", {"how": "Concatenate"}]],
    "half the size": [["insert", "pool", "Conv2D", {"filters": 12, "kernel_size": 1}],
                      ["connect", "parts", "conv2d", {"how": "Average"}]],
    "twice the size": [["connect", "pool", "pool", {"how": "Add"}]],
    "one axis too few": [["insert", "flat", "Conv1D", {"filters": 4, "kernel_size": 3}]],
    "an LSTM after an image": [["insert", "parts", "LSTM", {"units": 4}]],
    "a window larger than its input": [["insert", "pool", "Conv2D",
                                        {"filters": 4, "kernel_size": 7}]],
    "pooling too much": [["insert", "pool", "MaxPooling2D", {"pool_size": 8}]],
    "flat and image": [["connect", "flat", "pool", {"how": "Concatenate"}],
                       ["connect", "image", "digit", {"how": "Concatenate"}]],
    "shared on another width": [["duplicate", "body"], ["share", "body_1", "body"]],
    "shared convolution": [["share", "parts", "strokes"]],
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_repair_is_offered_for_what_is_broken(name, steps):
    for step in BROKEN[name]:
        try:
            steps.do(step)
        except FunclabError:
            assert name in ("twice the size", "flat and image")  # these would be cycles
            return

    assert steps.state.build.errors
    assert repairs(steps)


REFUSED = [
    (["connect", "body", "strokes"], "cycle"),
    (["connect", "image", "strokes"], "already"),
    (["connect", "strokes", "image"], "is an Input"),
    (["connect", "strokes", "pool", {"how": "Dense"}], "units"),
    (["delete", "image"], "is an Input that is read"),
    (["duplicate", "image"], "is an Input"),
    (["share", "image", "body"], "is an Input"),
    (["share", "body", "body"], "does so already"),
    (["move", "body", "body"], "itself"),
    (["disconnect", "image", "strokes"], "needs image"),
    (["disconnect", "image", "body"], "does not read"),
    (["rename", "body", "digit"], "already"),
    (["rename", "body", ""], "cannot be the name"),
    (["rename", "body", "a/b"], "cannot be the name"),
    (["outputs"], "at least one output"),
    (["set", "body", {"units": -1}], "units"),
    (["set", "body", {"unit": 3}], "unit"),
    (["set", "body", {"kernel_initializer": {"class_name": "Zeros"}}], "cannot be set here"),
    (["set", "body", {"name": "x"}], "cannot be set here"),
    (["insert", "body", "Lambda", {"function": "x"}], "cannot be added here"),
    (["insert", "body", "Add"], "joins several"),
    (["insert", "nothing", "Dense", {"units": 1}], "no call"),
    (["insert", "body"], "missing"),
    (["paint", "body"], "is not a step"),
    ("delete", "is not a step"),
]


@pytest.mark.parametrize(("step", "words"), REFUSED, ids=str)
def test_what_has_no_meaning_is_refused_and_changes_nothing(step, words, steps):
    before = steps.state

    with pytest.raises(FunclabError) as error:
        steps.do(step)

    assert words in str(error.value)
    assert error.value.why and error.value.fix
    assert steps.state is before and not steps.steps


def test_more_than_200_calls_are_refused():
    x = y = Input((4,), name="x")
    for _ in range(199):
        y = layers.Activation("relu")(y)
    steps = Steps(Model(x, y))

    with pytest.raises(FunclabError, match="at most 200 calls"):
        steps.do(["duplicate", "activation_3"])


def test_undo_goes_back_to_the_same_model_and_redo_to_the_same_weights(steps):
    steps.do(["set", "body", {"units": 24}])
    changed = steps.state.model

    assert steps.go(0).model is steps.given
    assert steps.go(1).model is changed
    steps.go(0)
    steps.do(["delete", "pool"])
    assert steps.steps == [["delete", "pool"]]


def test_steps_far_back_are_kept_without_their_models_and_come_back_with_their_weights(steps):
    steps.given.compile("adam", "sparse_categorical_crossentropy")
    x = np.random.default_rng(0).random((5, 8, 8, 1), "float32")
    predicted = [steps.given.predict(x, verbose=0)]
    for i in range(60):
        broken = i % 7 == 5
        command = ["connect", "strokes", "pool", {"how": "Add"}] if broken else ["start"]
        state = steps.do(command if broken or i % 7 == 6 else ["set", "body", {"units": 8 + i}])
        if state.is_whole and i % 7 != 6:
            weight = state.model.get_layer("body").weights[0]
            weight.assign(weight.numpy() + i)  # as if it had been trained
        predicted.append(state.model.predict(x, verbose=0))

    assert sum(isinstance(state, State) for state in steps.states) <= 21
    kept = {id(value) for state in steps.states if isinstance(state, Rest)
            for (_, i), value in state.values.items()}  # fmt: skip
    assert len(kept) < 5 * 40  # of 8 arrays each: those of the convolutions are there once
    for position in (60, 3, 41, 6, 0, 20, *range(60, -1, -1)):
        state = steps.go(position)
        np.testing.assert_array_equal(state.model.predict(x, verbose=0), predicted[position])
        assert state.model.compiled
    assert sum(isinstance(state, State) for state in steps.states) <= 21


def test_start_is_a_step_like_others(steps):
    steps.do(["delete", "pool"])
    state = steps.do(["start"])

    assert steps.position == 2 and not state.new
    assert_equal(state.model.get_weights(), steps.given.get_weights())
    assert state.model is not steps.given


def test_a_compiled_model_stays_compiled(steps):
    steps.given.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])

    state = steps.do(["set", "body", {"units": 24}])

    x, y = np.zeros((4, 8, 8, 1), "float32"), np.zeros(4, "int32")
    assert state.model.fit(x, y, verbose=0).history["loss"]
    assert not steps.given.optimizer.iterations.numpy()


def test_no_step_is_made_while_the_model_is_being_trained(steps):
    steps.given.compile("adam", "sparse_categorical_crossentropy")
    x, y = np.zeros((64, 8, 8, 1), "float32"), np.zeros(64, "int32")
    history = steps.given.fit(x, y, epochs=10**6, batch_size=1, verbose=0, background=True)
    try:
        with pytest.raises(FunclabError, match="is being trained"):
            steps.do(["delete", "pool"])
    finally:
        history.stop()
        history.wait()

    assert steps.do(["delete", "pool"]).is_whole


def test_the_skip_of_a_u_net_is_cut_and_put_back():
    whole = gallery.unet()
    steps = Steps(whole)
    steps.do(["disconnect", "down1_b", "concatenate_2"])
    assert not funclab.teach.same_graph(steps.state.model, whole)

    steps.do(["connect", "down1_b", "up1_a", {"how": "Concatenate"}])

    assert funclab.teach.same_graph(steps.state.model, whole)


def test_one_output_of_several_is_read_by_its_number():
    x = Input((3, 4), name="x")
    states = layers.LSTM(5, return_state=True, name="lstm")(x)
    steps = Steps(Model(x, states[0]))

    steps.do(["insert", "lstm[0:1]", "Dense", {"units": 2, "before": []}])
    steps.do(["outputs", "lstm[0]", "dense"])

    assert [tuple(y.shape) for y in steps.state.model.outputs] == [(None, 5), (None, 2)]


def test_models_inside_are_one_call_each():
    steps = Steps(models.shared_inside())
    steps.do(["insert", "twice[1]", "Dense", {"units": 3}])

    assert reads(steps, "dense[0]") == ["twice[1]"]
    with pytest.raises(FunclabError, match="no settings to change here"):
        steps.do(["set", "twice[1]", {"units": 3}])


def test_editing_leaves_the_random_numbers_and_the_names_of_the_session_as_they_are():
    def made_after(run):
        utils.set_random_seed(7)
        registry.reset_names()
        run(reader())
        layer = layers.Dense(3)
        layer.build((None, 4))
        return layer.name, layer.get_weights()[0].tolist()

    def edited(model):
        session = funclab.edit(model).do("insert", "body", "Dense", units=16)
        session.do("duplicate", "dense").undo().redo().do("set", "dense", activation="relu")

    assert made_after(edited) == made_after(lambda model: None)
