"""The playground from Python: its code is its model, its bursts are one training."""

from __future__ import annotations

import json
import random
from xml.etree import ElementTree

import numpy as np
import pytest

import funclab
from funclab.errors import ArgumentError, DataError
from funclab.view.draw.canvas import Canvas
from funclab.view.draw.theme import palette
from funclab.view.playground.network import LEAST, Network
from funclab.view.playground.view import race_question
from tests.view.training.live_runs import X, Y, fresh

SETTINGS = {
    "one branch": {"data": "xor", "layers": 1, "activation": "relu"},
    "shared": {"data": "spirals", "branches": 3, "shared": True, "merge": "add", "seed": 3},
    "separate": {"data": "moons", "branches": 2, "merge": "average", "optimizer": "rmsprop"},
    "regression": {"data": "plane", "optimizer": "sgd", "learning_rate": 0.1, "batch_size": 64},
}


def history_of(code, **given):
    """Run code as a cell would; its History."""
    space = dict(given)
    exec(code, space)
    return space["history"].history


def message(view, **settings):
    return {**{k: v for k, v in view.state.items() if k != "epochs"}, **settings}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_the_code_pasted_into_a_cell_gives_the_same_curve_bit_for_bit(settings):
    view = funclab.playground(**settings, epochs=6)

    history = history_of(view.code())

    assert history == view.losses and len(history["loss"]) == 6


def test_bursts_equal_one_training_whatever_else_draws_random_numbers():
    view = funclab.playground("circles", branches=2, epochs=0)
    view.svg()
    have, bursts = 0, 0
    while have < 30:
        reply = view.answer_to({"ask": "train", "settings": message(view), "until": have + 5})
        have, bursts = reply["epochs"], bursts + 1
        funclab.initializers.rng().random()

    assert bursts > 1
    view_at_once = funclab.playground("circles", branches=2, epochs=have)
    assert view.losses == view_at_once.losses
    assert np.array_equal(view.trial.surface(), view_at_once.trial.surface())


def test_a_burst_ends_when_its_time_is_over_and_after_a_whole_epoch():
    view = funclab.playground("spirals")

    view.trial.burst(until=5000, seconds=0.0)

    assert view.trial.epochs == 1
    assert len(view.losses["val_loss"]) == 1


def test_a_playground_leaves_the_random_numbers_and_names_of_a_notebook_alone():
    funclab.utils.set_random_seed(5)
    first = random.random(), funclab.initializers.rng().random()
    name = funclab.registry.auto_name("flip")
    funclab.utils.set_random_seed(5)

    funclab.playground(branches=2, epochs=2)

    again = random.random(), funclab.initializers.rng().random()
    assert again == first
    stem, _, count = name.rpartition("_")
    following = f"{stem}_{int(count) + 1}" if count.isdigit() else f"{name}_1"
    assert funclab.registry.auto_name("flip") == following


def test_sharing_takes_the_same_layers_to_every_branch():
    shared = funclab.playground(branches=3, shared=True, layers=1, units=4).model
    separate = funclab.playground(branches=3, shared=False, layers=1, units=4).model

    assert len(shared.get_layer("shared_1").inbound_nodes) == 3
    assert shared.count_params() == 3 * 4 + 13
    assert separate.count_params() == 3 * (3 * 4) + 13


def test_one_line_brings_the_view_back_as_it_was():
    view = funclab.playground("moons", branches=2, units=4, seed=7, epochs=3)

    again = eval(view.line(), {"funclab": funclab})

    assert view.line().startswith("funclab.playground(data='moons', branches=2")
    assert again.state == view.state
    assert again.losses == view.losses


def test_data_of_your_own_are_divided_and_their_code_says_so():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(60, 2))
    y = (x[:, 0] > 0).astype(int)
    view = funclab.playground((x, y), epochs=3)

    history = history_of(view.code(), x=x, y=y)

    assert history == view.losses
    assert "spots.divided(x, y, seed=0)" in view.code()
    assert view.line() == "funclab.playground(data=(x, y), epochs=3)"


def test_a_changed_setting_begins_anew_and_more_epochs_go_on():
    view = funclab.playground(epochs=4)
    before = view.losses["loss"]

    view.show(epochs=6)
    longer = view.losses["loss"]
    view.show(units=4)

    assert longer[:4] == before and len(longer) == 6
    assert view.losses["loss"] == [] and view.state["epochs"] == 0
    assert view.model.get_layer("a_1").units == 4


def test_a_recorded_run_has_what_is_shown_at_each_epoch_until_the_model_is_another():
    view = funclab.playground("xor", units=2)

    view.record([5, 0, 12])

    run = view.facts["run"]
    assert [kept["epochs"] for kept in run] == [0, 5, 12] and view.state["epochs"] == 12
    for kept in run:
        known = funclab.playground("xor", units=2, epochs=kept["epochs"])
        shown = {**known.pictures, **known.facts}
        assert kept == {name: shown[name] for name in kept}
    view.show(units=4)
    assert "run" not in view.facts
    with pytest.raises(ArgumentError, match="epochs=-1"):
        view.record([-1])


def test_a_race_trains_both_sides_to_the_same_epoch_and_asks_which_ends_lower():
    view = funclab.playground("xor", layers=1, units=8)
    sides = [message(view, units=1), message(view, units=16)]

    reply = view.answer_to({"ask": "race", "sides": sides, "until": 8, "first": True})
    while not reply["question"]:
        reply = view.answer_to({"ask": "race", "sides": sides, "until": 8})

    first, second = (
        funclab.playground("xor", layers=1, units=units, epochs=8).losses["val_loss"][-1]
        for units in (1, 16)
    )
    asked = reply["question"]
    assert asked["options"] == ["units = 1", "units = 16", "about equal"]
    assert asked["answer"] == asked["options"][0 if first < second else 1]
    assert f"{first:.3f} with 1, {second:.3f} with 16" in asked["explain"]
    assert view.losses["loss"] == []


def test_losses_that_hardly_differ_are_about_equal_and_one_that_is_lost_never_wins():
    sides = [{"shared": False}, {"shared": True}]

    near, lost = (race_question(sides, ends, 5) for ends in ([0.5, 0.51], [0.5, float("nan")]))

    assert near["answer"] == "about equal"
    assert lost["answer"] == "shared = no"
    assert "no number any more with yes" in lost["explain"]


@pytest.mark.parametrize(
    "settings",
    [
        {"data": "stars"},
        {"branches": 4},
        {"branches": True},
        {"units": 0},
        {"units": 2.5},
        {"learning_rate": float("nan")},
        {"noise": -1},
        {"seed": -1},
        {"merge": "multiply"},
        {"shared": 1},
        {"epochs": 10**9},
        {"speed": 3},
    ],
    ids=str,
)
def test_a_setting_it_does_not_have_is_refused_with_a_way_out(settings):
    with pytest.raises(ArgumentError) as error:
        funclab.playground(**settings)

    assert error.value.why and error.value.fix


@pytest.mark.parametrize(
    "data",
    [
        (np.zeros((10, 3)), np.zeros(10)),
        (np.zeros((10, 2)), np.zeros(9)),
        (np.zeros((3, 2)), np.zeros(3)),
        (np.full((10, 2), np.nan), np.zeros(10)),
        (np.zeros((10, 2)), ["a"] * 10),
        3,
    ],
    ids=["three features", "lengths", "few", "nan", "words", "a number"],
)
def test_data_that_have_no_place_on_the_plane_are_refused(data):
    with pytest.raises(DataError) as error:
        funclab.playground(data)

    assert error.value.fix


def test_a_message_with_settings_it_does_not_have_changes_nothing():
    view = funclab.playground(epochs=2)
    model = view.model

    reply = view.answer_to({"ask": "build", "settings": message(view, units=10**6)})

    assert reply["kind"] == "refused" and "units" in reply["text"]
    assert view.model is model and view.trial.epochs == 2


def test_a_model_that_blows_up_is_shown_and_told():
    x = np.random.default_rng(0).normal(size=(40, 2)) * 1e18
    view = funclab.playground((x, x[:, 0]), optimizer="sgd", learning_rate=10.0, epochs=3)

    svg = view.svg()

    assert not np.isfinite(view.losses["loss"][-1])
    assert "no number any more" in svg
    assert "no number any more" in view.facts["told"]


def test_the_still_picture_holds_all_that_the_live_view_shows():
    view = funclab.playground("moons", branches=2, epochs=5)

    root = ElementTree.fromstring(view.svg())

    words = " ".join(root.itertext())
    parts = ["Playground: moons", "test points right", "training", "test", "epoch 5", "merged"]
    parts += ["learning rate", "0.01", "hidden layers", "gaussians", "swapped", "b_2", "says 1"]
    for part in (*parts, view.line(), view.facts["legend"], view.facts["counts"]):
        assert part in words
    assert view._repr_mimebundle_()[0]["text/plain"] == "<Playground: Playground>"


def test_of_a_large_layer_some_neurons_are_drawn_and_the_rest_counted():
    few, many = (
        funclab.playground(units=units, layers=1).pictures["network"] for units in (10, 32)
    )

    assert few.count('label="a_1, neuron ') == 10 and "+ " not in few
    assert many.count('label="a_1, neuron ') == 8 and "+ 24" in many


@pytest.mark.parametrize("branches", [2, 3])
def test_a_shared_layer_is_drawn_in_the_row_of_every_branch_with_one_mark(branches):
    view = funclab.playground(branches=branches, shared=True, layers=1)

    root = ElementTree.fromstring(view.pictures["network"])

    words = [text.text for text in root.iter() if text.tag.endswith("text")]
    for i in range(branches):
        assert words.count(f"shared_1[{i}]") == 1
    marks = [part for part in root.iter() if part.get("class") == "f-group0" and part.get("d")]
    assert len(marks) == branches


@pytest.mark.parametrize("settings", [{"branches": 3, "layers": 4}, {"units": 128}, {"units": 1}])
@pytest.mark.parametrize("look", ["auto", "projector"])
def test_neurons_neither_overlap_nor_leave_the_picture(settings, look):
    view = funclab.playground(**settings, look=look)

    root = ElementTree.fromstring(view.pictures["network"])
    wide, high = map(float, root.get("viewBox").split()[2:])
    frames = [
        part for part in root.iter() if part.get("class") == "f- s-line" or part.get("rx") == "4"
    ]
    boxes = [tuple(float(one.get(k)) for k in ("x", "y", "width", "height")) for one in frames]

    assert boxes
    for x, y, width, height in boxes:
        assert min(x, y) >= 0 and x + width <= wide and y + height <= high
    for i, (x, y, width, height) in enumerate(boxes):
        for left, top, *_ in boxes[:i]:
            assert abs(left - x) >= width or abs(top - y) >= height


@pytest.mark.parametrize("branches", [1, 2, 3])
def test_in_a_low_room_fewer_neurons_are_drawn_and_none_too_small(branches):
    trial = funclab.playground(branches=branches, units=10).trial
    networks = [Network(trial, 800, 60 * branches + high) for high in range(0, 240, 8)]
    for network in networks:
        network.draw(Canvas(palette("light")))

    hidden = [[*network.columns.values()][1] for network in networks]  # after the inputs
    counts = [len(column.corners) for column in hidden]
    assert counts == sorted(counts) and counts[0] < 4 < counts[-1]
    assert all(column.side >= LEAST for column in hidden if len(column.corners) > 2)


def test_a_playground_and_a_training_in_the_background_do_not_share_random_numbers():
    def losses(busy):
        view, model = funclab.playground(batch_size=4), fresh()
        training = model.fit(X, Y, batch_size=2, epochs=60, background=True, live=False)
        view.train(20 * busy)
        return training.wait().history["loss"], view.losses["loss"]

    alone, _ = losses(busy=False)
    beside, first = losses(busy=True)
    _, second = losses(busy=True)

    assert beside == alone
    assert first == second


def test_a_burst_brings_the_pictures_and_the_words_that_it_changes():
    view = funclab.playground("moons")
    before = {**view.facts, **view.pictures}

    reply = view.answer_to({"ask": "train", "settings": message(view), "until": 1})

    assert "not trained yet" in before["told"] and "after 1 epoch the loss" in reply["told"]
    for name in ("surface", "curve", "network"):
        assert reply[name].startswith("<svg") and reply[name] != before[name]
    assert "drawn at the middle" in reply["told"] and "middle" not in before["told"]
    assert len(json.dumps(reply)) < 100_000


def test_a_brief_burst_leaves_the_network_as_it_was_drawn():
    view = funclab.playground("moons")
    request = {"ask": "train", "settings": message(view)}

    brief = view.answer_to({**request, "until": 1, "brief": True})
    whole = view.answer_to({**request, "until": 1})

    assert "network" not in brief and whole["network"].startswith("<svg")
    assert brief["surface"] == whole["surface"] and brief["epochs"] == whole["epochs"] == 1


@pytest.mark.parametrize("settings", [{}, {"branches": 3, "layers": 3, "units": 32}], ids=str)
def test_what_is_stored_is_small(settings):
    view = funclab.playground(**settings, epochs=5)

    data = view._repr_mimebundle_()

    assert len(json.dumps(data)) < 300_000
