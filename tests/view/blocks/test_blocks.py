"""Blocks of well-known models, and what holds for every graph."""

from collections import Counter

import pytest

from funclab.view.blocks.block import Block, call
from funclab.view.blocks.flow import Call, Flow
from funclab.view.blocks.rests import gathering
from funclab.view.blocks.words import Words
from tests.view.blocks.graphs import (
    NAMES,
    Grown,
    boxes,
    has_cycle,
    random_graph,
    renamed,
    stored,
    tree_of,
    units,
)

SIZES = 7, 12, 25, 40
BLOCKS = {
    "VGG16": (12, [1, 1, 1, 1, 1]),
    "ResNet50": (12, [3, 4, 6, 3]),
    "EfficientNetB0": (12, [1, 2, 2, 3, 3, 4, 1]),
    "InceptionV3": (9, [3, 1, 4, 1, 2]),
    "MobileNetV2": (12, [1, 2, 3, 4, 3, 3, 1]),
    "DenseNet121": (12, [6, 12, 24, 16]),
    "NASNetMobile": (12, [1, 1, 4, 1, 4, 1, 4]),
    "Xception": (10, [1, 1, 1, 8, 1]),
    "ConvNeXtTiny": (12, [3, 3, 9, 3]),
    "transformer": (7, [3, 3]),
    "unet": (12, [1] * 8),
    "resnet12": (8, [4, 4, 4]),
}
"""How often each block is repeated in a row, as the papers have it, in a cut of a size."""


@pytest.mark.parametrize("name", BLOCKS)
def test_blocks_are_those_of_the_paper(name):
    size, wanted = BLOCKS[name]

    cut = tree_of(stored(name)).cut(size)

    assert [_times(shown.block) for shown in cut if _is_large(shown.block)] == wanted


def _is_large(block: Block) -> bool:
    """Whether it is more than layers in a row between blocks."""
    if block.role == "rest":
        return False
    long = block.kind == "chain" and len(block.nodes) > 12
    return long or block.role in ("stage", "family", "block", "skip", "branches")


def _times(block: Block) -> int:
    if block.is_stage:
        return len(block.parts)
    return sum(len(part.parts) or 1 for part in block.parts) if block.is_run else 1


def test_experts_are_one_way_in_parallel_and_so_are_skips_that_all_read():
    for name, times in (("experts", 8), ("dense_skips", 7)):
        cut = tree_of(stored(name)).cut(9)

        assert (
            sum(len(shown.peers) == times or len(shown.block.parts) == times for shown in cut) == 2
        )


def test_towers_of_shared_layers_are_two_boxes_that_say_so():
    cut = tree_of(stored("siamese")).cut(7)

    assert [shown.block.role for shown in cut].count("shared") == 2


@pytest.mark.parametrize("name", NAMES)
def test_every_call_is_in_one_box_at_every_size(name):
    tree = tree_of(stored(name))

    for size in SIZES:
        cut = tree.cut(size)
        assert Counter(i for shown in cut for i in shown.nodes) == Counter(
            range(len(tree.flow.calls))
        )
        assert len(cut) <= max(size, len(tree.flow.ends) + 4)
        assert not has_cycle(tree, units(cut))


@pytest.mark.parametrize("name", NAMES)
def test_a_larger_cut_only_opens_boxes_of_a_smaller_one(name):
    tree = tree_of(stored(name))

    cuts = [boxes(tree.cut(size)) for size in range(6, 60)]

    for small, large in zip(cuts, cuts[1:], strict=False):
        assert all(any(box <= outer for outer in small) for box in large)


@pytest.mark.parametrize("name", NAMES)
def test_names_make_no_blocks(name):
    graph = stored(name)

    trees = tree_of(graph), tree_of(renamed(graph))

    for size in SIZES:
        assert boxes(trees[0].cut(size)) == boxes(trees[1].cut(size))


@pytest.mark.parametrize("seed", range(120))
def test_random_graphs_lose_no_call_and_have_no_cycle(seed):
    tree = tree_of(random_graph(seed) if seed % 2 else Grown(seed).graph)

    before = None
    for size in SIZES:
        cut = tree.cut(size)
        now = boxes(cut)
        assert Counter(i for box in now for i in box) == Counter(range(len(tree.flow.calls)))
        assert not has_cycle(tree, units(cut))
        assert before is None or all(any(box <= outer for outer in before) for box in now)
        assert len(cut) <= max(size, 2 * len(tree.flow.ends) + 1)  # what is between ends
        before = now


def test_a_layer_called_again_and_again_says_that_its_weights_exist_once():
    calls = [Call("x", "x", "InputLayer", [], (8,))]
    for i in range(10):
        calls.append(Call(f"same[{i}]", "same", "Dense", [calls[-1].key], (8,), {}, 72))
    tree = tree_of((calls, [calls[-1].key]))
    words = Words(tree)

    assert [words.detail(part) for part in tree.root.parts if part.is_run] == [
        "one set of weights: Dense"
    ]


TITLES = {
    "ResNet50": (12, "conv1 pool1 conv2 conv3 conv4 conv5"),
    "EfficientNetB0": (12, "stem block1a block2 block3 block4 block5 block6 block7a top"),
    "ConvNeXtTiny": (12, "stage_0 stage_1 stage_2 stage_3 head"),
    "Xception": (10, "block1 block1 block2 block3 block4 block5_…_block12 block13 block14"),
    "NASNetMobile": (
        7,
        "stem reduction_stem reduction_stem normal_…_reduction_reduce_…_normal head",
    ),
}


@pytest.mark.parametrize("name", TITLES)
def test_names_are_titles_where_they_agree(name):
    size, wanted = TITLES[name]
    tree = tree_of(stored(name))
    words = Words(tree)

    titles = [words.title(box.block) for box in tree.cut(size) if not box.block.is_call]

    assert [title.replace(" ", "_") for title in titles] == wanted.split()


def test_what_a_block_holds_is_said_in_the_usual_words():
    tree = tree_of(stored("transformer"))
    words = Words(tree)

    runs = [box.block for box in tree.cut(7) if box.block.is_run]

    assert [words.title(run) for run in runs] == ["encoder block", "decoder block"]
    assert words.detail(runs[0]) == "Attention + skip · LN · Dense ×2 + skip · LN"


@pytest.mark.parametrize("name", NAMES)
def test_a_row_of_blocks_has_no_numbered_name_that_calls_outside_it_begin_with(name):
    tree = tree_of(stored(name))
    words, calls = Words(tree), tree.flow.calls

    for size in SIZES:
        for shown in tree.cut(size):
            title = words.title(shown.block)
            outside = [calls[i].name for i in range(len(calls)) if i not in {*shown.block.nodes}]
            named = any(calls[i].name.startswith(f"{title}_") for i in shown.block.nodes)
            if shown.block.is_run and named and title[-1].isdigit():
                assert not [other for other in outside if other.startswith(f"{title}_")]


def test_part_of_a_stage_is_named_by_its_first_and_last_block():
    tree = tree_of(stored("ResNet50"))
    words = Words(tree)

    titles = {words.title(shown.block) for shown in tree.cut(25)}
    assert {"conv2_block2 … block3", "conv4_block2 … block6"} <= titles
    assert "conv2" in {words.title(shown.block) for shown in tree.cut(12)}


def test_neighbours_of_thousands_of_calls_are_put_together_in_order():
    kinds = "Dense", "ReLU", "Dropout", "Conv2D", "BatchNormalization"
    calls = [Call("0", "n0", "InputLayer", [], (8,))]
    for i in range(1, 1650):
        kind = kinds[(i * i + i // 7) % 5]
        calls.append(Call(str(i), f"n{i}", kind, [str(i - 1)], (8, 8, 8 + i // 200), {}, 5))
    flow = Flow(calls, ["1649"])
    parts = [call(flow, i) for i in range(len(calls))]

    groups = gathering(flow, parts, 9)

    nodes = [[i for block in group for i in block.nodes] for group in groups]
    assert [i for group in nodes for i in group] == [*range(len(calls))]
    assert nodes[0] == [0] and nodes[-1] == [1649]  # inputs and outputs stay alone
    sizes = [*map(len, nodes[1:-1])]
    assert len(groups) == 9 and min(sizes) > 100
    few, more = (gathering(flow, parts, n) for n in (5, 30))
    ends = [{group[-1].nodes[-1] for group in found} for found in (few, groups, more)]
    assert ends[0] < ends[1] < ends[2]
