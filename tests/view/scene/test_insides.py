"""What is inside a layer of a user's own class: the calls that its `call` makes."""

from __future__ import annotations

import re

import pytest

from funclab import Input, ops
from funclab.layers import Dense, Dropout, Embedding, Layer, MultiHeadAttention
from funclab.models import Model
from funclab.view import diagram
from funclab.view.explorer.facts import facts_of, tape_of
from tests.view.measures import overlapping_texts


class Block(Layer):
    """A residual block: a shared layer, a weight of its own, and operators."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.dense, self.drop = Dense(8, activation="relu"), Dropout(0.5)

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), name="scale")

    def call(self, x, training=None):
        print("called with", x.shape)
        y = self.dense(self.dense(x))
        return x + self.drop(y, training=training) * self.scale / 2.0


class Own(Model):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.block = Block()

    def call(self, inputs):
        return self.block(inputs[0]) - inputs[1]


def model_of(layer, *inputs):
    inputs = inputs or (Input((8,)),)
    return Model(list(inputs), layer(*inputs) if len(inputs) == 1 else layer(list(inputs)))


def frame_of(model, key):
    scene = diagram(model, expand_nested=[key]).scene
    return next(box for box in scene.boxes if box.key == key).inside


def test_a_layer_of_ones_own_opens_to_what_its_call_does():
    layer = Block(name="block")

    inside = frame_of(model_of(layer), "block[0]")

    lines = {box.key.removeprefix("block[0]/"): box.brief for box in inside.boxes}
    first = layer.dense.name
    assert lines == {
        "x[0]": "Argument",
        f"{first}[0]": "8 · relu",
        f"{first}[1]": "8 · relu",
        f"{layer.drop.name}[0]": "0.5",
        "multiply[0]": "× scale",
        "divide[0]": "÷ 2.0",
        "add[0]": "",
    }
    arriving = [edge.tensor for edge in inside.edges if edge.target.key == "block[0]/add[0]"]
    assert arriving == ["x[0:0]", "divide[0:0]"]


def test_looking_inside_makes_no_nodes_and_prints_nothing(capsys):
    layer = Block()
    model = model_of(layer)
    capsys.readouterr()

    frame_of(model, f"{layer.name}[0]")

    assert (len(layer.inbound_nodes), layer.dense.inbound_nodes) == (1, [])
    assert capsys.readouterr().out == ""


def test_the_node_beside_a_name_that_stands_alone_covers_nothing_of_it():
    assert overlapping_texts(diagram(model_of(Block(name="block")))) == []


def test_a_closed_layer_of_ones_own_says_that_it_opens():
    scene = diagram(model_of(Block())).scene

    assert [box.opens for box in scene.boxes] == [False, True]


def test_a_model_of_ones_own_opens_and_the_layers_in_it_are_closed_boxes():
    model = Own(name="own")

    inside = frame_of(model_of(model, Input((8,)), Input((8,))), "own[0]")

    assert [box.role for box in inside.boxes] == ["input", "input", "plain", "output"]
    assert [(box.name, box.brief) for box in inside.boxes][2:] == [
        (model.block.name, ""),
        ("subtract", "0 − 1"),
    ]


def test_the_panel_knows_every_call_inside():
    layer = Block(name="block")
    model = model_of(layer)

    facts, objects = facts_of(model)

    key = f"block[0]/{layer.dense.name}[1]"
    made_by_the_first = [f"block[0]/{layer.dense.name}[0:0]"]
    assert facts["nodes"][key]["inputs"] == made_by_the_first
    assert facts["frames"] == {"block[0]": "block"}
    assert [call["op"] for call in tape_of(objects[key])] == ["matmul", "bias_activation"]


def test_attention_in_heads_opens_to_its_dense_layers_and_the_masks_that_it_reads():
    words = Input((5,), dtype="int32")
    x = Embedding(9, 4, mask_zero=True)(words)
    heads = MultiHeadAttention(2, 3, name="heads")
    model = Model(words, heads(x, x, use_causal_mask=True))

    inside = frame_of(model, "heads[0]")

    lines = {box.key.removeprefix("heads[0]/"): box.brief for box in inside.boxes}
    named = [f"{name}[0]" for name in ("query", "key", "value", "attention_output")]
    formulas = [*["...x,xhd->...hd"] * 3, "...hd,hdx->...x"]
    assert [lines[name] for name in named] == [f"EinsumDense · {text}" for text in formulas]
    assert [key for key, brief in lines.items() if brief == "Argument"] == ["query_1[0]", "mask[0]"]
    assert {"position_mask[0]", "softmax_1[0]"} <= lines.keys()
    assert next(box for box in diagram(model).scene.boxes if box.key == "heads[0]").brief == (
        "MultiHeadAttention · 2 heads · key 3 · causal"
    )


class Placed(Layer):
    """Adds what is computed from weights alone: a bent weight, and embeddings of positions."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.places = Embedding(4, 5, name="places")

    def build(self, input_shape):
        self.weight = self.add_weight(shape=(5,), name="weight")

    def call(self, x):
        return x + self.places(ops.arange(4)) * ops.relu(self.weight)


def test_what_a_call_computes_from_weights_alone_comes_in_beside_its_arguments():
    x = Input((4, 5))

    inside = frame_of(model_of(Placed(name="placed"), x), "placed[0]")

    keys = {box.key.removeprefix("placed[0]/") for box in inside.boxes}
    assert keys == {"x[0]", "places[0]", "relu[0]", "multiply[0]", "add[0]"}


class Counting(Layer):
    def call(self, x):
        return x + ops.zeros((ops.shape(x)[0], 5))


def test_a_call_that_needs_the_size_of_the_batch_stays_closed():
    layer = Counting(name="counting")

    model = model_of(layer, Input((5,)))

    assert [box.key for box in diagram(model, expand_nested=True).scene.boxes][-1] == "counting[0]"


RECT = re.compile(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"')


@pytest.mark.parametrize("choice", ["two lines", "one line", "lines"])
def test_no_port_of_an_open_frame_covers_the_number_of_its_node(choice):
    image, page = Input((64,), name="image"), Input((64,), name="page")
    blur = Model(image, Dense(64, name="blur")(image), name="glasses")
    reader = Model(image, Dense(10, name="digit")(Dense(32, name="code")(image)), name="reader")
    model = Model(page, reader(blur(blur(page))), name="stranger")

    svg = diagram(model, expand_nested=True, choice=choice).svg

    rects = [tuple(map(float, numbers)) for numbers in RECT.findall(svg)]
    pills = [rect for rect in rects if rect[3] in (14, 18) and rect[2] > 50]
    ports = [rect for rect in rects if rect[2] == rect[3] == 14]
    assert len(pills) >= 3
    assert len(ports) == 6
    assert [(pill, port) for pill in pills for port in ports if meet(pill, port)] == []


def meet(one, other):
    """Whether two rectangles, each with its corner and its size, lie on each other."""
    sides = ((0, 2), (1, 3))
    return all(one[a] < other[a] + other[b] and other[a] < one[a] + one[b] for a, b in sides)
