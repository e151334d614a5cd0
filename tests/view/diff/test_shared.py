"""Layers that are in both of two compared models, told apart from layers that are only equal."""

from __future__ import annotations

import json
import re
import subprocess

from funclab import Input, Model, layers
from funclab.view.diff.picture import boxes_of, half, halves
from funclab.view.diff.view import diff
from tests.view import gallery
from tests.view.measures import overlapping_texts


def autoencoder() -> tuple[Model, Model]:
    """A model, and a model over its first layers."""
    x = Input((8,), name="x")
    hidden = layers.Dense(4, name="hidden")(x)
    whole = Model(x, layers.Dense(8, name="out")(hidden), name="autoencoder")
    return whole, Model(x, hidden, name="encoder")


def nested(core: layers.Dense, units: int = 3) -> Model:
    """A layer in a model in a wrapper."""
    frame = Input((4,), name="frame")
    inner = Model(frame, layers.Dense(units, name="in")(core(frame)), name="inner")
    video = Input((6, 4), name="video")
    return Model(video, layers.TimeDistributed(inner, name="each")(video), name="outer")


def tags(svg: str) -> list[str]:
    return re.findall(r">(= [A-Z]\d*)<", svg)


def test_a_layer_in_both_models_has_the_same_mark_on_both_sides():
    difference = diff(*autoencoder())

    assert [(layer.kind, layer.left, layer.right) for layer in difference.shared] == [
        ("= A", ["x[0]"], ["x[0]"]),
        ("= B", ["hidden[0]"], ["hidden[0]"]),
    ]
    for side in ("left", "right"):
        assert tags(half(difference, side).svg) == ["= A", "= B"]
    assert tags(difference.svg) == ["= A", "= B", "= A", "= B"]
    assert tags(difference.view().pictures["both"]) == tags(difference.svg)


def test_equal_layers_beside_shared_ones_are_told_apart():
    x = Input((4,), name="x")
    base = layers.Dense(4, name="base")
    left, right = (Model(x, layers.Dense(2, name="head")(base(x))) for _ in range(2))

    difference = diff(left, right)

    assert [layer.kind for layer in difference.shared] == ["= A", "= B"]
    assert [layer.right for layer in difference.shared] == [["x[0]"], ["base[1]"]]
    assert difference.notes[-1] == (
        "Layers without such a mark have weights of their own in each model."
    )


def test_a_shared_layer_inside_a_wrapper_is_found_and_its_frames_are_open():
    core = layers.Dense(4, name="core")
    difference = diff(nested(core), nested(core, units=5))

    (shared,), (entry,) = difference.shared, difference
    assert entry.sentence == "inside “each”: “in”: units 3 → 5 (10 more numbers)"
    assert shared.left == ["each[0]/inner/core[0]"]
    assert "(inside each[0]/inner): its 20 numbers exist once" in shared.sentence
    for side in ("left", "right"):
        drawn = half(difference, side).scene
        assert {*getattr(shared, side), *getattr(entry, side)} <= {*boxes_of(drawn)}


def test_a_model_that_is_a_layer_of_the_other_is_marked_as_a_whole():
    encoder = autoencoder()[1]
    a, b = Input((8,), name="a"), Input((8,), name="b")
    pair = Model([a, b], layers.concatenate([encoder(a), encoder(b)]), name="pair")

    difference = diff(encoder, pair)

    (shared,) = difference.shared
    assert (shared.left, shared.right) == ([], ["encoder[1]", "encoder[2]"])
    assert "“encoder” is the same layer in both models (left: the whole model)" in shared.sentence
    assert difference.view().facts["left"] == "encoder = A"
    assert tags(difference.svg) == ["= A", "= A"]


def chain(count: int, at: int = -1) -> Model:
    x = y = Input((4,), name="x")
    for i in range(count):
        y = layers.Dense(4, name=f"dense_{i}")(y)
        y = layers.Dropout(0.5, name="drop")(y) if i == at else y
    return Model(x, y)


def test_of_many_shared_layers_a_few_are_told_and_the_rest_is_counted():
    model = chain(40)
    head = layers.Dense(2, name="head")(model.output)

    difference = diff(model, Model(model.input, head))

    assert len(difference.shared) == 41
    assert len(difference.notes) == 7
    assert difference.notes[-1] == (
        "= G to O1: 35 more layers in both models: their 700 numbers exist once."
    )


def test_text_table_and_data_carry_the_marks_too():
    difference = diff(*autoencoder())

    assert "= B: “hidden” is the same layer in both models" in difference.text
    assert '<th scope="row">= B</th><td>hidden[0]</td><td>hidden[0]</td>' in difference.table
    assert json.loads(json.dumps(difference.to_dict()))["shared"][1]["kind"] == "= B"
    assert difference.table.count("hidden” is the same layer") == 1


def test_the_sign_of_a_shared_layer_is_no_mark_of_a_layer():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    encoder = layers.Dense(4, name="encoder")
    shared = Model([a, b], layers.add([encoder(a), encoder(b)]))
    apart = Model([a, b], layers.add([layers.Dense(4)(a), layers.Dense(4)(b)]))

    svg = diff(shared, apart).svg

    assert ">left: “encoder” is called on both inputs" in svg
    assert "◆" not in svg


def test_a_difference_that_is_folded_away_is_brought_into_the_picture():
    difference = diff(chain(200), chain(200, at=100))

    left, right = (boxes_of(half(difference, side).scene) for side in ("left", "right"))
    assert "drop[0]" in right
    assert "dense_101[0]" in left


def residual(odd: int = -1) -> Model:
    x = y = Input((8,), name="x")
    for i in range(12):
        inner = layers.Dense(8, "tanh" if i == odd else "relu", name=f"wide_{i}")(y)
        y = layers.add([y, layers.Dense(8, name=f"back_{i}")(inner)], name=f"sum_{i}")
    return Model(x, y)


def test_marks_lie_over_no_name_however_dense_the_graphs_are():
    difference = diff(gallery.built("resnet"), gallery.built("unet"))

    graphs = halves(difference)

    for graph in graphs:
        assert any(box.marks for box in graph.scene.every_box)
        assert overlapping_texts(graph) == []


def test_both_graphs_are_drawn_with_as_many_words():
    left, right = halves(diff(chain(3), chain(9)))

    assert left.scene.choice == right.scene.choice


def test_a_difference_inside_a_folded_repetition_is_marked_where_it_is_drawn():
    view = diff(residual(), residual(odd=7)).view()

    (entry,) = view.facts["entries"]
    for side, picture in zip(("left", "right"), view.pictures["both"].split("data-side=")[1:]):
        assert entry[side]
        assert all(f'data-key="{key}"' in picture for key in entry[side])


def test_long_sentences_are_broken_into_lines():
    separate, x = chain(5), Input((4,), name="x")
    step = layers.Dense(4, name="step")

    svg = diff(separate, Model(x, step(step(step(step(step(x))))), name="looped")).svg

    assert "are 5 layers with weights of their own" in re.sub("<[^>]*>", " ", svg)
    assert float(re.findall(r'viewBox="0 0 (\d+)', svg)[0]) <= 800


def test_a_difference_is_saved_as_a_picture_a_page_or_text(tmp_path):
    difference = diff(*autoencoder())

    assert "= B" in difference.save(tmp_path / "d.svg").read_text()
    assert "<table" in difference.save(tmp_path / "d.html").read_text()
    assert difference.save(tmp_path / "d.txt").read_text() == f"{difference.text}\n"
    assert difference.save(tmp_path / "d.png").read_bytes().startswith(b"\x89PNG")


def test_a_difference_is_written_as_dot_and_mermaid_with_its_numbers_and_tags(tmp_path):
    difference = diff(*autoencoder())

    dot = difference.save(tmp_path / "d.dot").read_text()
    mermaid = difference.save(tmp_path / "d.mmd").read_text()

    svg = subprocess.run(["dot", "-Tsvg"], input=dot, capture_output=True, text=True, check=True)
    assert all(f">{side}<" in svg.stdout for side in ("left: autoencoder", "right: encoder"))
    for text in (dot, mermaid):
        assert text.count("hidden") >= 4 and text.count("Dense 8 · difference 1") == 1
    assert mermaid.startswith("flowchart TB") and "subgraph side1" in mermaid


def test_the_still_picture_has_the_look_of_the_view():
    assert "@media" not in diff(*autoencoder()).view(look="print").svg()
