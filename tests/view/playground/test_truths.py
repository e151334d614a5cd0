"""What the playground says and draws is so: each fact against a computation of its own."""

from __future__ import annotations

import re
from math import ceil
from xml.etree import ElementTree

import numpy as np
import pytest

import funclab
from funclab.errors import ArgumentError
from funclab.view.playground.bands import ANSWER, NEURON
from funclab.view.playground.network import STEPS
from funclab.view.playground.picture import SIDE, loss_text
from funclab.view.playground.trial import FINE, GRID, SETTINGS
from tests.view.draw.paths import chains

POINTS = np.random.default_rng(1).uniform(-1, 1, (200, 2)).astype("float32")
SIDES = {
    "above": (POINTS[:, 1] > 0, lambda x, y: y < SIDE / 2),
    "below": (POINTS[:, 1] < 0, lambda x, y: y > SIDE / 2),
    "at the right": (POINTS[:, 0] > 0, lambda x, y: x > SIDE / 2),
    "at the left": (POINTS[:, 0] < 0, lambda x, y: x < SIDE / 2),
}
MODELS = {
    "tanh": {},
    "shared": {"branches": 2, "shared": True, "merge": "add"},
    "relu": {"activation": "relu", "branches": 3, "layers": 1},
    "sigmoid": {"activation": "sigmoid", "layers": 1},
    "linear": {"activation": "linear", "units": 4, "layers": 3},
}


def learned(crosses):
    """A playground that has learned where the crosses are."""
    data = POINTS, crosses.astype("float32")
    return funclab.playground(data, learning_rate=0.1, epochs=15)


def parts(markup, kind):
    """The parts of a picture whose class has this word."""
    root = ElementTree.fromstring(markup)
    return [part for part in root.iter() if kind in part.get("class", "").split()]


def paths(markup, kind):
    """The data of the paths of a colour in a picture."""
    return [part.get("d", "") for part in parts(markup, kind) if part.tag.endswith("path")]


def within(rings, points):
    """Whether each point lies within some rings, of which holes are within others."""
    inside = np.zeros(len(points), bool)
    x, y = points.T
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            crosses = (y1 > y) != (y2 > y)
            inside ^= crosses & (x < x1 + (x2 - x1) * (y - y1) / ((y2 - y1) or 1))
    return inside


def on_plane(trial, places, side=SIDE):
    """The points of the plane at some places of a picture."""
    part = places / side
    return np.stack([part[:, 0], 1 - part[:, 1]], axis=1) * (trial.high - trial.low) + trial.low


def answers(view, points):
    return view.model.predict(points.astype("float32"), verbose=0)[:, 0].astype(float)


@pytest.mark.parametrize(("crosses", "there"), SIDES.values(), ids=SIDES)
def test_the_side_of_the_crosses_is_orange_where_the_crosses_are(crosses, there):
    view = learned(crosses)
    places = np.random.default_rng(0).uniform(0, SIDE, (1000, 2))

    orange, blue = (
        places[within(chains(paths(view.pictures["surface"], f"f-{name}")[0]), places)]
        for name in ("pos", "neg")
    )
    drawn = np.array(
        [chain.mean(axis=0) for chain in chains(paths(view.pictures["points"], "s-pos")[0])]
    )

    assert len(orange) + len(blue) > 980 and len(drawn) > 40
    assert np.mean([there(x, y) for x, y in orange]) > 0.85
    assert np.mean([there(x, y) for x, y in blue]) < 0.15
    assert np.mean([there(x, y) for x, y in drawn]) > 0.95


@pytest.mark.parametrize("settings", MODELS.values(), ids=MODELS)
def test_the_undecided_line_lies_where_the_model_says_a_half(settings):
    view = funclab.playground("moons", **settings, epochs=40)

    (data,) = paths(view.pictures["surface"], "s-ink")
    lines = chains(data)

    assert lines
    for line in lines:
        said = answers(view, on_plane(view.trial, line))
        ahead = np.random.default_rng(0).uniform(-2, 2, (len(line), 2))
        beside = [answers(view, on_plane(view.trial, line + way * ahead)) for way in (-1, 1)]
        assert np.all(np.abs(said - 0.5) < 0.03 + np.abs(beside[0] - beside[1]))


@pytest.mark.parametrize("data", ["spirals", "circles", "xor"])
def test_the_undecided_line_has_no_steps(data):
    view = funclab.playground(data, learning_rate=0.03, epochs=60)

    for line in chains(paths(view.pictures["surface"], "s-ink")[0]):
        steps = np.diff(line, axis=0)
        lengths = np.hypot(*steps.T)
        turns = np.sum(steps[1:] * steps[:-1], axis=1) / np.maximum(
            lengths[1:] * lengths[:-1], 1e-9
        )
        long = np.minimum(lengths[1:], lengths[:-1]) > 4
        assert not np.any(long & (np.abs(turns) < 0.1))


@pytest.mark.parametrize("data", ["moons", "plane"])
def test_a_band_holds_what_is_as_far_from_the_middle_as_it_says(data):
    view = funclab.playground(data, epochs=40)
    places = np.random.default_rng(0).uniform(2, SIDE - 2, (1500, 2))
    said = answers(view, on_plane(view.trial, places))
    far = 2 * said - 1 if data == "moons" else said / np.abs(view.trial.trained[1]).max()

    for name, sign in (("neg", -1), ("pos", 1)):
        drawn = paths(view.pictures["surface"], f"f-{name}")
        reached = [part for part in ANSWER[0] if (sign * view.trial.surface()).max() > 0]
        for band, part in zip(drawn, reached, strict=False):
            inside = within(chains(band), places)
            near = np.abs(sign * far - part) < 0.05
            assert np.array_equal(inside[~near], (sign * far > part)[~near])


@pytest.mark.parametrize("settings", MODELS.values(), ids=MODELS)
def test_a_neuron_shows_what_its_call_makes_of_every_point(settings):
    view = funclab.playground("moons", **settings, epochs=10)
    trial, model = view.trial, view.model
    grid = [np.linspace(trial.low[i], trial.high[i], GRID) for i in (0, 1)]
    points = np.stack(np.meshgrid(grid[0], grid[1][::-1]), axis=-1).reshape(-1, 2)
    activation = trial.settings["activation"]
    act = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "linear": lambda z: z,
           "relu": lambda z: np.maximum(z, 0)}[activation]  # fmt: skip

    calls = {layer.name: layer for layer in model.layers}
    sums = trial.neurons()
    for k, names in enumerate(trial.branches):
        name = names[-1] if names[-1] in calls else f"shared_{len(names) - 1}"
        made = funclab.Model(model.inputs, calls[name].get_output_at(k if "shared" in name else 0))
        values = made.predict(points.astype("float32"), verbose=0)
        drawn = act(sums[names[-1]]).reshape(len(sums[names[-1]]), -1).T
        assert np.allclose(drawn, values, atol=1e-4)


@pytest.mark.parametrize("data", ["moons", "plane"])
def test_in_print_what_is_above_the_middle_is_hatched_and_colours_are_fainter(data):
    view, screen = (funclab.playground(data, epochs=20, look=look) for look in ("print", "auto"))
    places = np.random.default_rng(0).uniform(2, SIDE - 2, (500, 2))
    middle = 0 if data == "plane" else 0.5

    hatching, _ = paths(view.pictures["surface"], "s-ink")
    strokes = np.array(chains(hatching))
    middles = strokes.mean(axis=1)
    above = answers(view, on_plane(view.trial, places)) > middle
    nearest = np.abs(places[:, None] - middles).max(axis=2).min(axis=1)

    assert strokes.min() >= 0 and strokes.max() <= SIDE
    assert np.mean(answers(view, on_plane(view.trial, middles)) > middle) > 0.99
    assert np.mean(nearest[above] < SIDE / 20) > 0.97 and np.median(nearest[~above]) > SIDE / 10
    assert len({tuple(one) for one in middles}) == len(middles)
    assert all(b[0] > a[0] and b[1] < a[1] for a, b in strokes)  # no stroke joins two
    steps = np.abs(middles[:, None] - middles).max(axis=2) + SIDE * np.eye(len(middles))
    assert steps.min() > np.ptp(strokes[:, :, 0], axis=1).max() - 0.2

    def opacities(one, name):
        return [float(part.get("opacity", 1)) for part in parts(one.pictures[name], "f-pos")]

    for name in ("surface", "reading"):
        printed, shown = opacities(view, name), opacities(screen, name)
        assert shown and np.allclose(printed[-5:], 0.4 * np.array(shown[-5:]), atol=0.01)


def test_the_bands_of_a_neuron_are_those_of_its_value():
    view = funclab.playground("moons", layers=1, epochs=20)
    (column,) = [one for one in frames(view) if one[0] == "a_1, neuron 0"]
    _, corner, side = column
    places = corner + np.random.default_rng(0).uniform(1, side - 1, (600, 2))
    hidden = funclab.Model(view.model.inputs, view.model.get_layer("a_1").output)
    values = hidden.predict(
        on_plane(view.trial, places - corner, side).astype("float32"), verbose=0
    )

    for name, sign in (("neg", -1), ("pos", 1)):
        bands = paths(view.pictures["network"], f"f-{name}")[3:]  # after those of the inputs
        for band, part in zip(bands, NEURON[0], strict=True):
            inside = within(chains(band), places)
            near = np.abs(sign * values[:, 0] - part) < 0.06
            assert np.array_equal(inside[~near], (sign * values[:, 0] > part)[~near])


def frames(view):
    """The neurons of a network: each with its name, its corner, and its side."""
    root = ElementTree.fromstring(view.pictures["network"])
    found = []
    for part in root.iter():
        label = part.get("aria-label", "").partition(":")[0]
        for frame in part if part.get("role") == "graphics-symbol" else ():
            if frame.get("rx") == "4":
                corner = np.array([float(frame.get("x")), float(frame.get("y"))])
                found.append((label, corner, float(frame.get("width"))))
    return found


@pytest.mark.parametrize("settings", MODELS.values(), ids=MODELS)
def test_the_width_of_a_line_is_the_size_of_its_weight_and_its_dashes_are_its_sign(settings):
    view = funclab.playground("moons", **{**settings, "branches": 1}, epochs=5)
    depth = view.trial.settings["layers"]
    places = {name: corner + side / 2 for name, corner, side in frames(view)}
    half = frames(view)[0][2] / 2

    lines = {}
    for kind in ("s-pos", "s-neg"):
        for part in parts(view.pictures["network"], kind):
            for start, *_, end in re.findall(LINE, part.get("d")):
                assert bool(part.get("stroke-dasharray")) == (kind == "s-neg")
                lines[start, end] = float(part.get("stroke-width")), kind == "s-neg"

    for i in range(2, depth + 1):
        kernel = view.model.get_layer(f"a_{i}").get_weights()[0]
        drawn = np.zeros((*kernel.shape, 2))
        for j, k in np.ndindex(*kernel.shape):
            begin, end = places[f"a_{i - 1}, neuron {j}"], places[f"a_{i}, neuron {k}"]
            ends = np.add(begin, [half, 0]), np.subtract(end, [half, 0])
            near = [at for at in lines if close(at[0], ends[0]) and close(at[1], ends[1])]
            drawn[j, k] = lines[near[0]] if near else (0, kernel[j, k] < 0)
        assert np.array_equal(drawn[..., 1], kernel < 0)
        size = np.abs(kernel) / np.abs(kernel).max()
        assert np.allclose(drawn[..., 0], 0.5 + 3 * np.ceil(STEPS * size) / STEPS, atol=0.06)


LINE = r"M(-?[\d.]+,-?[\d.]+)C(\S+) (\S+) (-?[\d.]+,-?[\d.]+?)(?=M|$)"


def close(text, place):
    return np.allclose([float(number) for number in text.split(",")], place, atol=0.6)


@pytest.mark.parametrize("settings", MODELS.values(), ids=MODELS)
def test_the_words_of_a_neuron_are_its_weights_and_its_bias(settings):
    view = funclab.playground("moons", **settings, epochs=5)

    words = re.findall('role="graphics-symbol" aria-label="([^"]*)"', view.pictures["network"])

    last = view.trial.settings["layers"]
    name = f"shared_{last}[0]" if settings.get("shared") else f"a_{last}"
    kernel, bias = view.model.get_layer(name.removesuffix("[0]")).get_weights()
    weights = ", ".join(f"{weight:.2f}" for weight in kernel[:8, 1]).replace("-", "−")
    told = f"{name}, neuron 1: weights {weights}; bias {bias[1]:.2f}.".replace("-", "−")
    assert told in words
    assert sum(one.startswith("answer: weights") for one in words) == 1


@pytest.mark.parametrize("data", ["moons", "spirals"])
def test_the_numbers_of_the_header_are_counted_right(data):
    view = funclab.playground(data, epochs=12)
    x, y = view.trial.tested

    right = int(np.sum((answers(view, x) > 0.5) == (y == 1)))

    assert view.facts["epochs"] == 12
    weights = sum(np.size(array) for array in view.model.get_weights())
    assert (
        view.facts["counts"]
        == f"epochs · {weights} weights · {right} of {len(y)} test points right"
    )


def test_a_sum_of_the_answer_is_that_of_the_model_at_its_point():
    view = learned(POINTS[:, 0] + 0.5 * POINTS[:, 1] > 0.2)
    low, high = view.trial.low, view.trial.high
    surface = view.trial.surface()

    for row, column in [(0, 0), (0, FINE - 1), (FINE - 1, 0), (10, 30), (25, 7)]:
        across = low[0] + column / (FINE - 1) * (high[0] - low[0])
        up = high[1] - row / (FINE - 1) * (high[1] - low[1])
        answer = answers(view, np.array([[across, up]]))[0]

        assert 1 / (1 + np.exp(-surface[row, column])) == pytest.approx(answer, abs=1e-4)


@pytest.mark.parametrize("data", ["moons", "plane"])
def test_the_losses_are_those_of_the_model_computed_apart(data):
    view = funclab.playground(data, epochs=4)
    x, y = view.trial.tested
    answers = view.model.predict(x, verbose=0)[:, 0].astype(float)

    apart = np.mean((answers - y) ** 2)
    if data == "moons":
        apart = -np.mean(np.where(y > 0.5, np.log(answers), np.log(1 - answers)))

    assert view.losses["val_loss"][-1] == pytest.approx(apart, rel=1e-4)
    ends = f"{view.losses['loss'][-1]:.3f} in training and {apart:.3f} in the test"
    assert f"after 4 epochs the loss is {ends}" in view.facts["told"]
    assert f"Loss after 4 epochs: {view.losses['loss'][-1]:.3f}" in view.pictures["curve"]


@pytest.mark.parametrize("batch_size", [7, 16])
def test_a_request_to_train_to_an_epoch_trains_to_it_and_no_further(batch_size):
    view = funclab.playground("xor", batch_size=batch_size)
    settings = {name: value for name, value in view.state.items() if name != "epochs"}
    steps = ceil(len(view.trial.trained[0]) / batch_size)

    for epoch in range(1, 4):
        reply = view.answer_to({"ask": "train", "settings": settings, "until": epoch})

        assert reply["epochs"] == len(view.losses["loss"]) == epoch
        assert int(view.model.optimizer.iterations) == epoch * steps
        assert f"after {epoch} epoch" in reply["told"]


def seen(view):
    """What a setting says, as it is found in the model and the data."""
    model, layers = view.model, view.model.layers
    hidden = [layer for layer in layers if re.match(r"([abc]|shared)_\d$", layer.name)]
    calls = sum(len(layer.inbound_nodes) for layer in hidden)
    merged = [layer for layer in layers if layer.name == "merged"]
    branches = len(model.get_layer("merged").input) if merged else 1
    view.answer_to({"ask": "train", "settings": view.state, "until": 1})
    return {
        "data and noise": view.trial.trained[0].tobytes(),
        "branches": branches,
        "shared": len(hidden) < calls,
        "merge": type(merged[0]).__name__.lower() if merged else None,
        "layers": calls // branches,
        "units": {layer.units for layer in hidden},
        "activation": {layer.activation.__name__ for layer in hidden},
        "optimizer": type(model.optimizer).__name__.lower(),
        "learning_rate": round(float(model.optimizer.learning_rate), 6),
        "batch_size": ceil(len(view.trial.trained[0]) / int(model.optimizer.iterations)),
    }


CHANGES = {
    "branches": 3, "shared": True, "merge": "add", "layers": 1, "units": 4, "activation": "relu",
    "optimizer": "sgd", "learning_rate": 0.1, "batch_size": 32,
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_control_changes_what_it_says_and_nothing_else(name):
    begin = {"data": "circles", "branches": 2}
    value, before = CHANGES[name], seen(funclab.playground(**begin))

    view = funclab.playground(**begin)
    view.show(**{name: value})
    after = seen(view)

    assert {key for key in before if before[key] != after[key]} == {name}
    assert after[name] in (value, {value}) or (name == "batch_size" and 16 < after[name] <= 32)


@pytest.mark.parametrize("change", [{"data": "xor"}, {"noise": 0.3}, {"seed": 3}], ids=str)
def test_controls_of_the_data_change_the_data_and_leave_the_model(change):
    view = funclab.playground("circles")
    before = seen(view)

    view.show(**change)
    after = seen(view)

    assert {key for key in before if before[key] != after[key]} == {"data and noise"}


@pytest.mark.parametrize("settings", [{}, {"branches": 3, "shared": True}, {"branches": 2}])
def test_the_number_of_weights_is_that_of_the_arrays(settings):
    view = funclab.playground(**settings)

    count = sum(np.size(array) for array in view.model.get_weights())
    assert f" · {count} weights · " in view.facts["counts"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "spirals, one branch, hidden layers: 2, units in each: 8; not trained yet."),
        (
            {"data": "xor", "branches": 2, "shared": True, "layers": 1, "units": 4},
            "xor, 2 branches with shared layers, hidden layers in each: 1, units in each: 4; "
            "not trained yet.",
        ),
        (
            {"branches": 3},
            "spirals, 3 branches with separate layers, hidden layers in each: 2, units in each: 8; "
            "not trained yet.",
        ),
    ],
)
def test_the_caption_says_what_the_model_is(settings, told):
    view = funclab.playground(**settings)

    assert view.picture().description == told


def test_a_loss_is_told_with_three_places_or_two_figures_or_in_words():
    told = [loss_text(loss) for loss in (0.12345, 0.001, 0.00099, float("nan"), float("inf"))]

    assert told == ["0.123", "0.001", "0.00099", "no number any more", "no number any more"]


def test_controls_offer_values_in_their_order_and_within_their_limits():
    for name, (usual, choices, limits) in SETTINGS.items():
        assert len({*choices}) == len(choices), name
        assert usual in choices or name in ("data", "epochs"), name
        if limits is not None:
            assert [*choices] == sorted(choices) and limits[0] <= usual <= limits[1], name
            assert all(limits[0] <= choice <= limits[1] for choice in choices), name
    with pytest.raises(ArgumentError, match="spirals"):
        funclab.playground("spirls")
