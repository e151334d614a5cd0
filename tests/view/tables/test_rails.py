"""A graph as text: who follows the lines finds the calls that are connected, and no others."""

from __future__ import annotations

import random
import re

import pytest

from funclab import Input, Model, layers
from funclab.view.tables.rails import rails
from tests.view import models

UP = "┼┤├┴╯╰"


def followed(text):
    """The connections that the lines show, as pairs of calls."""
    held, pairs, joined = {}, set(), set()
    for line in text.splitlines():
        if "●" not in line:  # here columns meet; those that are not crossed only go on from above
            joined = {i for i, sign in enumerate(line) if sign in UP}
            held = {i: call for i, call in held.items() if line[i : i + 1].strip("─ ")}
            continue
        at, call = line.index("●"), re.search(r"[^●│ ]\S*", line)[0]
        pairs |= {(held[i], call) for i in joined or {at} & held.keys()}
        held = {i: held[i] for i in held if line[i] == "│"} | {at: call}
        joined = set()
    return pairs


def connected(graph):
    return {
        (parent.key, node.key)
        for node in graph.nodes
        if node not in graph.input_nodes
        for parent in graph.parents(node)
    }


def random_model(seed):
    """A model whose calls add up to three earlier tensors, with some outputs in between."""
    draw = random.Random(seed)
    tensors = [Input((2,), name=f"x{i}") for i in range(draw.randint(1, 3))]
    inputs, outputs = list(tensors), []
    for i in range(12):
        taken = draw.sample(tensors, min(len(tensors), draw.randint(1, 3)))
        layer = layers.Add(name=f"n{i}") if len(taken) > 1 else layers.ReLU(name=f"n{i}")
        tensors.append(layer(taken if len(taken) > 1 else taken[0]))
        outputs += [tensors[-1]] if draw.random() < 0.2 else []
    unread = [x for x in tensors[len(inputs) :] if not x.node.operation.outbound_nodes]
    return Model(inputs, list(dict.fromkeys([*outputs, *unread])))


@pytest.mark.parametrize("seed", range(20))
def test_the_lines_connect_what_the_graph_connects(seed):
    graph = random_model(seed).graph

    assert followed(rails(graph)) == connected(graph)


def test_a_residual_block_is_drawn_with_shapes_and_weights():
    x = Input((4,), name="x")
    y = layers.Add(name="add")([x, layers.Dense(4, name="dense")(x)])

    text = rails(Model(x, y).graph)

    assert text.splitlines() == [
        "●    x[0]      InputLayer  (None, 4)",
        "├─╮",
        "│ ●  dense[0]  Dense 4     (None, 4)  4×4 + 4 = 20",
        "├─╯",
        "●    add[0]    Add         (None, 4)",
    ]


def test_the_weights_of_a_shared_layer_are_told_once():
    assert rails(models.called_twice().graph).count("64×64 + 64 = 4,160") == 1
