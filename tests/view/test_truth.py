"""What views say of a model, against an independent computation: arrays, graphs walked by hand, and
arithmetic that is read back from the text."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

import funclab
from funclab import Input, Model
from funclab.graph import structure
from funclab.layers import Dense
from funclab.view.draw.chart import log_ticks
from funclab.view.draw.frame_drawing import svg_of
from funclab.view.draw.frames import frame_of
from funclab.view.draw.text import clean
from funclab.view.scene.diagram import diagram
from funclab.view.scene.words import arithmetic
from tests.layers.examples import EXAMPLES, Example
from tests.view import models
from tests.view.measures import inside, texts
from tests.view.random_models import Builder

SEEDS = range(8)
MORE = r"\(([\d,]+) (more|fewer) number"
UNITS = {"B": 1, "KB": 1024, "MB": 1024**2}


@cache
def random_model(seed: int) -> Model:
    return Builder(seed).build()


def distinct(weights) -> list:
    return [*{id(weight): weight for weight in weights}.values()]


def size(weights) -> int:
    return sum(weight.numpy().size for weight in distinct(weights))


def is_input(node) -> bool:
    return type(node.operation).__name__ == "InputLayer"


def read(text: str) -> float:
    """A number as a view writes it: with commas and a real minus sign."""
    return float(text.replace(",", "").replace("−", "-"))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_summary_adds_up_the_arrays_of_a_model(seed):
    model, lines = random_model(seed), list[str]()
    model.summary(print_fn=lines.append)
    weights = {
        "Total": model.weights,
        "Trainable": model.trainable_weights,
        "Non-trainable": model.non_trainable_weights,
    }

    sums = [re.match(r" ([\w-]+) params: ([\d,]+) \(([\d.]+) (\w+)\)", line) for line in lines[-3:]]

    for found in filter(None, sums):
        arrays = [weight.numpy() for weight in distinct(weights.pop(found[1]))]
        assert read(found[2]) == sum(array.size for array in arrays)
        memory = sum(array.nbytes for array in arrays)
        assert float(found[3]) * UNITS[found[4]] == pytest.approx(memory, rel=0.01)
    assert weights == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_data_frame_has_the_numbers_of_each_layer(seed):
    model = random_model(seed)
    frame = model.summary(as_frame=True)

    for _, row in frame.iterrows():
        layer = next((one for one in model.layers if clean(one.name) == row["layer"]), None)
        if layer is not None and layer.weights:
            assert row["params"] == size(layer.weights)
    assert list(frame["layer"]) == [clean(operation.name) for operation in model.graph.operations]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_explorer_tells_the_graph_as_it_is(seed):
    model = random_model(seed)
    facts = funclab.explore(model).facts
    graph = model.graph

    assert read(facts["summary"]["weights"]) == size(model.weights)
    told = {key: fact for key, fact in facts["nodes"].items() if "/" not in key}
    assert list(told) == [clean(node.key) for node in graph.nodes]
    for node, fact in zip(graph.nodes, told.values()):
        reads = [] if is_input(node) else node.input_tensors  # Keras lets an input read itself
        assert fact.get("inputs", []) == [clean(x.id) for x in reads]
        assert fact["outputs"] == [clean(x.id) for x in node.output_tensors]
        assert fact["index"] == node.operation.inbound_nodes.index(node)
        assert fact["layer"] == clean(node.operation.name)
    for layer in graph.operations:
        own = facts["layers"][clean(layer.name)]
        assert own["nodes"] == [clean(n.key) for n in graph.nodes if n.operation is layer]
        elsewhere = [n for n in layer.inbound_nodes if n not in graph.nodes]
        assert len(own.get("elsewhere", [])) == len(elsewhere)


@pytest.mark.parametrize("seed", SEEDS)
def test_shapes_in_a_table_of_calls_are_those_of_the_arrays(seed):
    model = random_model(seed)
    rng = np.random.default_rng(seed)
    graph = model.graph
    arrays = [
        rng.integers(1, 9, (2, *x.shape[1:])) if x.dtype == "int32"
        else rng.random((2, *x.shape[1:]), "float32")
        for x in graph.inputs
    ]  # fmt: skip
    # One tensor after another, with all the model's inputs.
    tensors = [x for node in graph.nodes for x in node.output_tensors]
    made = structure.flatten(Model(graph.inputs, tensors).predict(arrays, verbose=0))
    shapes = {clean(x.id): array.shape for x, array in zip(tensors, made, strict=True)}

    facts = funclab.explore(model).facts["tensors"]
    table = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", str(model.plot().table))

    for key, shape in shapes.items():
        told = facts[key]["shape"].strip("()").rstrip(",").split(", ")
        assert [text for text in told[1:] if text] == [str(n) for n in shape[1:]]
    assert len(table) == len(graph.nodes)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_picture_counts_inputs_calls_layers_and_ops(seed):
    model = random_model(seed)
    graph = model.graph
    inputs = [node for node in graph.nodes if is_input(node)]
    rest = [node for node in graph.nodes if node not in inputs]
    calls = [node.operation for node in rest if type(node.operation).__name__ != "OpOperation"]

    said = model.plot().title

    numbers = {word.rstrip("s"): int(n) for n, word in re.findall(r"(\d+) (\w+)", said)}
    assert numbers.get("input", 0) == len(inputs)
    assert numbers.get("call", 0) == len(calls)
    assert numbers.get("layer", 0) == len({*calls})
    assert numbers.get("op", 0) == len(rest) - len(calls)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_arithmetic_of_weights_gives_the_number_of_their_numbers(example: Example):
    inputs, layer = example.tensors(), example.layer()
    example.call(layer, inputs)

    said = arithmetic(layer)

    if "=" in said:
        terms, total = said.replace(",", "").split(" = ")
        products = [np.prod([int(n) for n in term.split("×")]) for term in terms.split(" + ")]
        assert sum(products) == int(total) == size(layer.weights)
    elif numbers := re.search(r"([\d,]+) number", said):
        assert read(numbers[1]) == size(layer.weights)
        if arrays := re.search(r"([\d,]+) array", said):
            assert read(arrays[1]) == len(distinct(layer.weights))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_difference_counts_the_numbers_that_one_model_has_more(seed):
    left, right = random_model(seed), random_model(seed + 1)
    difference = funclab.diff(left, right)

    title = difference.view().title

    counts = [read(n) for n in re.findall(r"\(([\d,]+) parameters?\)", title)]
    assert counts == [size(model.weights) for model in (left, right)]
    told = [one.sentence for one in difference.entries if re.search(MORE, one.sentence)]
    outer = [sentence for sentence in told if not sentence.startswith("inside")]
    # What a model inside says once more of its own layers was said of the whole model.
    inner = [one for one in told if one not in outer and named(one) not in map(named, outer)]
    changes = [re.search(MORE, sentence) for sentence in outer + inner]
    signed = [read(one[1]) * (1 if one[2] == "more" else -1) for one in changes]
    assert sum(signed) == counts[1] - counts[0]


def named(sentence: str) -> str:
    return sentence.split("”")[0].partition("“")[2]


def two_layers():
    """A model, a batch, and all that a step of training computes, in NumPy."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(5, 3)).astype("float32"), rng.normal(size=(5, 2)).astype("float32")
    inputs = Input((3,), name="x")
    hidden = Dense(4, activation="relu", name="hidden")(inputs)
    model = Model(inputs, Dense(2, name="out")(hidden), name="two")
    weights = [rng.normal(size=weight.shape).astype("float32") for weight in model.weights]
    model.set_weights(weights)
    model.compile(funclab.optimizers.SGD(0.25), "mse")
    kernel, bias, last, end = weights
    made = np.maximum(x @ kernel + bias, 0)
    out = made @ last + end
    g_out = 2 * (out - y) / out.size
    g_made = g_out @ last.T
    g_inside = g_made * (made > 0)
    gradients = {
        "hidden/kernel": x.T @ g_inside,
        "hidden/bias": g_inside.sum(0),
        "out/kernel": made.T @ g_out,
        "out/bias": g_out.sum(0),
    }
    named = dict(zip(gradients, weights, strict=True))
    arrays = {"x[0:0]": x, "hidden[0:0]": made, "out[0:0]": out, "y": y}
    arrays |= {"loss": np.mean((out - y) ** 2), "g_loss": np.array(1.0)}
    arrays |= {"g_out[0:0]": g_out, "g_hidden[0:0]": g_made} | named
    arrays |= {f"g_{name}": g for name, g in gradients.items()}
    after = {name: named[name] - 0.25 * g for name, g in gradients.items()}
    return model, x, y, arrays, after


def test_slow_motion_tells_of_each_array_what_numpy_computes():
    model, x, y, arrays, after = two_layers()
    view = funclab.trace(model, x, y)
    frames = view.complete()["facts"]["frames"]
    seen = set()

    for step in view.facts["steps"]:
        for picture in step["pictures"]:
            frame = frames[str(picture["frame"])]
            name = frame["name"]
            array = np.asarray((after if picture["role"] == "after" else arrays)[name])
            mean, spread, zeros, least, greatest, odd = frame["cells"]
            wanted = [array.mean(), array.std(), array.min(), array.max()]
            got = [read(text) for text in (mean, spread, least, greatest)]
            np.testing.assert_allclose(got, wanted, rtol=0.01, atol=0.006)
            assert zeros == f"{100 * np.mean(array == 0):.0f} %" and odd == "0"
            batched = name.removeprefix("g_") in ("x[0:0]", "hidden[0:0]", "out[0:0]", "y")
            assert frame["shape"] == str(array.shape).replace("(", "(batch " if batched else "(")
            seen.add((name, picture["role"] == "after"))

    assert {name for name, _ in seen} == {*arrays}
    assert {name for name, updated in seen if updated} == {*after}


def test_the_arithmetic_of_an_update_holds_for_the_arrays_that_are_shown():
    model, x, y, arrays, after = two_layers()

    steps = [one for one in funclab.trace(model, x, y).facts["steps"] if one["phase"] == "update"]

    assert len(steps) == len(after)
    for step, name in zip(steps, after, strict=True):
        said = re.search(r"(\S+) − (\S+) × (\S+) [=≈] (\S+[^.])", step["words"])
        before, rate, gradient, result = (read(text.strip("()")) for text in said.groups())
        assert name in step["words"] and rate == 0.25
        i = int(np.argmin(np.abs(arrays[name] - before)))
        np.testing.assert_allclose(arrays[f"g_{name}"].flat[i], gradient, rtol=0.01, atol=0.006)
        np.testing.assert_allclose(after[name].flat[i], result, rtol=0.01, atol=0.006)


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (0, 2), (-3, 0), (-1, 4)])
@pytest.mark.parametrize("size", [3, 30])
def test_bars_are_as_long_as_their_numbers_and_on_their_side_of_zero(low, high, size):
    numbers = np.random.default_rng(size).uniform(low, high, size).astype("float32")

    svg = svg_of(frame_of("x", numbers))

    bars = [
        (float(x), float(y), float(length), kind)
        for data, kind in re.findall(r'<path d="([^"]*)" class="s-(group0|input)"', svg)
        for x, y, length in re.findall(r"M([\d.-]+),([\d.-]+)h([\d.-]+)", data)
    ]
    bars.sort(key=lambda bar: bar[1])
    assert len(bars) == size
    assert len({x for x, *_ in bars}) == 1  # all begin at zero
    assert all((kind == "group0") == (number > 0) for (*_, kind), number in zip(bars, numbers))
    lengths = np.array([length for _, _, length, _ in bars])
    longest = np.abs(numbers).argmax()
    np.testing.assert_allclose(lengths, numbers * (lengths[longest] / numbers[longest]), atol=0.11)
    steps = np.diff([y for _, y, *_ in bars])
    np.testing.assert_allclose(steps, steps.mean(), atol=0.11)


@pytest.mark.parametrize("shape", [(2, 3), (9, 12)])
def test_the_fields_of_a_matrix_are_as_strong_as_its_numbers(shape):
    numbers = np.random.default_rng(7).normal(size=shape).astype("float32")

    svg = svg_of(frame_of("x", numbers))
    frame = re.search(r'<rect[^>]*width="([\d.]+)" height="([\d.]+)"', svg)

    width, height = map(float, frame.groups())
    wide, high = width / shape[1], height / shape[0]
    read_back = np.zeros(shape)
    paths = re.findall(r'<path d="([^"]*)" class="s-(group0|input)"([^>]*)/>', svg)
    for data, kind, rest in paths:
        strength = float((re.search(r'opacity="([\d.]+)"', rest) or [0, 1])[1])
        for x, y, length in re.findall(r"M(\d+),([\d.]+)h(\d+)", data):
            row, column = int(float(y) // high), round(float(x) / wide)
            count = round(float(length) / wide)
            read_back[row, column : column + count] = strength * (1 if kind == "group0" else -1)
    np.testing.assert_allclose(
        read_back / np.abs(read_back).max(), numbers / np.abs(numbers).max(), atol=0.07
    )


@pytest.mark.parametrize("build", models.FLAT)
@pytest.mark.parametrize("choice", ["full", None])
def test_the_words_of_a_tensor_stand_within_its_plate(build, choice):
    picture = diagram(build(), **({"choice": choice} if choice else {}))

    for plate in picture.scene.plates:
        for text in texts(picture):
            middle = complex(text.area.x + text.area.width / 2, text.area.y + text.area.height / 2)
            if inside(middle, plate):
                assert plate.x - 0.1 <= text.area.x, text.words
                assert text.area.right <= plate.right + 0.1, text.words


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (1, 30_000, [1, 10, 100, 1000, 10_000]),
        (1, 9000, [1, 3, 10, 30, 100, 300, 1000, 3000]),
        (1, 17, [1, 3, 10]),
        (1, 14, [1, 1.5, 2, 3, 5, 7, 10]),
        (0.02, 3, [0.03, 0.1, 0.3, 1, 3]),
    ],
)
def test_a_logarithmic_axis_has_powers_of_ten_and_others_where_there_is_room(low, high, wanted):
    assert log_ticks(low, high) == wanted
