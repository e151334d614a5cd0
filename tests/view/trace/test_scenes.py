"""The ready-made scenes: what each of them shows is true."""

from __future__ import annotations

import numpy as np
import pytest

from funclab.errors import NameLookupError
from funclab.teach.scenes import SCENES, scene


def frames(view, kind, name=""):
    return [frame for _, frame in view.stills[view.find(kind, name)].pictures]


@pytest.mark.parametrize("name", list(SCENES))
def test_every_stop_of_a_tour_is_a_step(name):
    view = scene(name)

    assert 0 < len(view.tour) <= 8
    for stop in view.tour:
        assert 0 <= stop["state"]["step"] < len(view.stills) <= 30
        assert stop["text"]


@pytest.mark.parametrize("name", list(SCENES))
def test_a_scene_is_the_same_at_every_call(name):
    assert str(scene(name)) == str(scene(name))
    assert scene(name, step=2).line() == f'funclab.scene("{name}", step=2)'


def test_two_layers_of_their_own_get_1_and_2_and_the_shared_weight_gets_3():
    view = scene("shared_gradient")

    given = [
        float(frames(view, "vjp", f"own_{side}[0]")[-1].numbers.item())
        for side in ("right", "left")
    ]
    still = view.stills[view.find("add_into", "shared/kernel")]

    assert given == [1, 2]
    assert still.example == "1.0 + 2.0 = 3.0"
    assert [float(frame.numbers.item()) for _, frame in still.pictures] == [1, 2, 3]
    assert still.question["options"] == ["1.0", "1.5", "2.0", "3.0"]
    assert still.question["answer"] == "3.0"


def test_a_mask_stops_where_it_is_used_and_where_it_is_not_known():
    view = scene("mask")

    fates = {still.key: still.mask for still in view.stills}
    means, largest = (frames(view, "forward", name)[-1].numbers for name in ("average", "largest"))

    assert fates == {
        "words[0]": "", "embed[0]": "made", "each[0]": "on", "average[0]": "used",
        "largest[0]": "lost",
    }  # fmt: skip
    np.testing.assert_allclose(means.reshape(-1), [2, 1])
    np.testing.assert_allclose(largest.reshape(-1), [9, 9])
    assert frames(view, "forward", "each[0]")[-1].counted == (True, True, True, False, False)


def test_dropout_and_batch_normalization_act_differently_while_training():
    view = scene("training")

    drop_off, drop_on = frames(view, "compare", "drop[0]")
    norm_off, norm_on = frames(view, "compare", "norm[0]")

    assert drop_off.statistics["zeros"] == 0
    assert drop_on.statistics["zeros"] == 0.5
    assert norm_off.statistics["mean"] > 3.9
    assert norm_on.statistics["mean"] == 0


def test_a_frozen_layer_passes_gradients_on_and_stays():
    view = scene("frozen")

    through = view.stills[view.find("vjp", "base[0]")]
    held = view.stills[view.find("held")]

    assert [frame.name for role, frame in through.pictures if role == "hands"] == ["g_first[0:0]"]
    assert "Its own weights are frozen and get none." in through.words
    assert held.words == "Update: trainable=False holds base/kernel: no gradient, no change."
    moved = [still.marks[0] for still in view.stills if still.kind == "update"]
    assert moved == ["first", "head"]


def test_a_scene_that_does_not_exist_is_answered_with_those_that_do():
    with pytest.raises(NameLookupError, match="There is no scene 'sharing'") as caught:
        scene("sharing")

    assert "shared_gradient, mask, training, frozen" in str(caught.value)
