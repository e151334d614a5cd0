"""The picture of a model, as an object that notebooks show and that can be saved to files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from functools import partial
from itertools import compress
from typing import Any

from funclab.errors import ArgumentError, GraphError, TensorTypeError, import_for
from funclab.graph.graph import Graph, source_inputs
from funclab.graph.tensor import Tensor
from funclab.models.late import shown
from funclab.view.draw import theme
from funclab.view.draw.canvas import Canvas
from funclab.view.draw.canvas import shown as escaped
from funclab.view.draw.picture import Picture, Written, html_grid, text_grid
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.scene import graph_text, words
from funclab.view.scene.calls import Calls, Expanded, Piece, Sharing
from funclab.view.scene.choosing import MOST_CALLS, Chooser
from funclab.view.scene.drawing import draw_scene
from funclab.view.scene.gutter import draw_gutter, gutter_width
from funclab.view.scene.insides import parts
from funclab.view.scene.layers import Layers
from funclab.view.scene.layout.place import place
from funclab.view.scene.scene import Scene
from funclab.view.scene.sizes import density_of
from funclab.view.scene.wiring import joined

FACES = ("calls", "layers")
DIRECTIONS = ("TB", "LR")
WINDOW, PAPER = (1095, 744), (643, 900)
"""The room in a notebook's window of 1280 by 900, and on a page."""
MOST_BOXES = 60
"""The most boxes of a picture with blocks."""
FEW = 6
"""A model of this many calls has no blocks."""
LOW = 560
"""The height up to which gaps grow."""
PROJECTOR_CALLS = 11
"""How many boxes can be read from the last row of a classroom."""


class Graphs(Picture):
    """A picture of one or more graphs, which `graph_text` writes for other programs."""

    def graph_text(self, dialect: graph_text.Dialect) -> str:
        raise NotImplementedError

    def to_dot(self) -> str:
        """The graph in DOT, the language of Graphviz."""
        return self.graph_text(graph_text.DOT)

    def to_mermaid(self) -> str:
        """The graph as a Mermaid flowchart, which GitHub and JupyterLab draw in Markdown."""
        return self.graph_text(graph_text.MERMAID)

    def texts(self) -> dict[str, Written]:
        dot = dict.fromkeys((".gv", ".dot"), self.to_dot)
        return {**super().texts(), **dot, ".mmd": self.to_mermaid}


class Diagram(Graphs):
    """The picture of a model. Notebooks show its `svg`; `print` shows its `text`.

    `scene` is the whole picture as data, `table` the same as an HTML table for screen readers.
    """

    def __init__(self, scene: Scene, look: str = "auto") -> None:
        self.scene, self.look = scene, look

    @property
    def text(self) -> str:
        """The same as a table of plain text."""
        table = text_grid(graph_text.TITLES, list(graph_text.call_lines(self.scene)))
        shared = list(graph_text.group_lines(self.scene))
        return "\n".join([self.scene.title, "", *table, *([""] if shared else []), *shared])

    @property
    def table(self) -> str:
        """The same as an HTML table."""
        lines = list(graph_text.call_lines(self.scene))
        notes = [f"<p>{escaped(line)}</p>" for line in graph_text.group_lines(self.scene)]
        return html_grid(self.scene.title, graph_text.TITLES, lines) + "".join(notes)

    def graph_text(self, dialect: graph_text.Dialect) -> str:
        return graph_text.written(self.scene, dialect)

    def to_graphviz(self) -> Any:
        """The graph as a `graphviz.Source`, which Graphviz lays out and draws in its own way."""
        graphviz = import_for("to_graphviz()", "graphviz")
        return graphviz.Source(self.to_dot())

    def texts(self) -> dict[str, Written]:
        data = partial(json.dumps, ensure_ascii=False, indent=1)
        return {**super().texts(), ".json": lambda: f"{data(self.scene.to_dict())}\n"}

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Draw on a canvas; returns the size needed."""
        left = gutter_width(self.scene)
        if left:
            draw_gutter(canvas, self.scene)
            canvas.shift(complex(left))
        draw_scene(canvas, self.scene)
        if left:
            canvas.close()
        return left + self.scene.width, self.scene.height

    @property
    def title(self) -> str:
        return self.scene.title

    @property
    def description(self) -> str:
        """The picture in sentences, with the meaning of bars and of missing shapes."""
        density = density_of(self.scene)
        bars = [] if density.full else [say("scene_bars")]
        changes = [say("scene_changes")] * density.rows
        return " ".join([self.scene.description, *bars, *changes])


def diagram(
    model: Any,
    face: str = "calls",
    expand_nested: Expanded = False,
    direction: str | None = None,
    look: str | None = None,
    most_calls: int = MOST_CALLS,
    focus: str = "",
    room: tuple[float, float] | None = None,
    choice: int | str | None = None,
    unfolded: Collection[str] = (),
    show_shapes: bool = True,
    show_dtype: bool = False,
) -> Diagram:
    """The picture of a model.

    `face`: "calls" has a box for each call, as the model runs; "layers" one for each layer, with
    the calls of a layer that has several as numbered rows. `expand_nested` opens nested models and
    wrappers: all, or those with the given keys, such as "encoder[1]" for a call and "encoder" for a
    layer. `direction` is "TB" (top to bottom) or "LR" (left to right); unless given, whichever is
    lower, and for layers "LR" where that fits. `look` is "light", "dark", "print", "projector"
    (large), or "auto" to follow the reader's theme; unless given, what `%funclab look` chose. Of a
    model of more than `most_calls` calls, or where there is no room for all, some are in blocks,
    boxes that say what they hold; `focus`, the key of a call or layer, is not. `room` is the width
    and height to fit into, in pixels; unless given, those of a notebook's window. `choice` is the
    name or number of one of `Diagram.scene.choices`, the ways to draw the model, from the most
    words to the fewest; unless given, the first that fits the room. `unfolded` are the keys of
    blocks that are open at any size, or closed, with a minus before the key. `show_shapes` and
    `show_dtype` say what is written at a tensor. No weight is allocated.

    Raises: ArgumentError for other choices; GraphError for a model without a graph.
    """
    look, model = theme.chosen(look), shown(model)
    ways = chooser(
        model, face, expand_nested, direction, most_calls, focus, unfolded, show_shapes, show_dtype
    )
    scale = theme.PROJECTOR if look == "projector" else 1
    width, height = room or (PAPER if look == "print" else WINDOW)
    return Diagram(ways.draw(ways.fit((width / scale, height / scale), choice)), look)


def chooser(
    model: Any,
    face: str = "calls",
    expand_nested: Expanded = False,
    direction: str | None = None,
    most_calls: int = MOST_CALLS,
    focus: str = "",
    unfolded: Collection[str] = (),
    show_shapes: bool = True,
    show_dtype: bool = False,
    sharing: Sharing | None = None,
) -> Chooser:
    """The ways to draw a model, to choose from. The arguments are those of `diagram`; choosers of
    one model and face may have the same `sharing`, until the model changes."""
    _check("face", face, FACES)
    _check("direction", direction or "TB", DIRECTIONS)
    graph = words.graph_of(model)
    if graph is None:
        raise _no_graph(model)
    shared, layers = sharing or Sharing(model), face == "layers"
    title = say("scene_model", name=clean(model.name), counted=words.counted(graph.nodes))

    def picture(most: int) -> Calls:
        kind = Layers if layers else Calls
        return kind(model, expand_nested, most, "", focus, shared, unfolded)

    def build(most: int) -> Scene:
        scene = picture(most).build()
        _write_at_tensors(scene, (show_shapes, show_dtype))
        scene.title, scene.description = title, graph_text.description(scene)
        return scene

    inner = [part.graph for part in parts(graph)] if expand_nested else [graph]
    calls, boxes = max(len(part.nodes) for part in inner), dict[int, int]()
    if calls > FEW:
        blocks, most = shared.blocks(graph), min(most_calls, MOST_BOXES)
        boxes = blocks.sizes(most)
        if calls > len(graph.nodes):  # those of the models inside
            steps = {step: step for step in blocks.tree.steps(most) if step < calls}
            boxes = dict(sorted((boxes | steps).items(), reverse=True))
    length = None if layers else lambda most: picture(most).length()
    return Chooser(build, calls, boxes, direction, layers, most_calls, length)


def _write_at_tensors(scene: Scene, wanted: tuple[bool, bool]) -> None:
    """Write shapes and dtypes at tensors, or only what is wanted of them."""
    for plate in (plate for part in scene.walk() for plate in part.plates):
        plate.shape = " ".join(compress((plate.shape, plate.dtype), wanted))


def _check(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ArgumentError(
            f"{name}={value!r} is not known.",
            why=f"`{name}` is one of {', '.join(known)}.",
            fix=f'leave it out, or write {name}="{known[-1]}".',
        )


def _no_graph(model: Any) -> GraphError:
    name = getattr(model, "name", repr(model))
    return GraphError(
        f"{name} has no graph to draw yet.",
        why="only calls on tensors make a graph; a Sequential has one when it knows the shape of "
        "its input, a layer or a subclassed model has none of its own.",
        fix=f"call it on Input(shape=...) and draw Model(inputs, outputs); for a Sequential, "
        f"{name}.build(input_shape) is enough.",
        graph=model,
    )


def plot_model(
    model: Any,
    to_file: Any = None,
    show_shapes: bool = True,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str | None = None,
    expand_nested: Expanded = False,
    dpi: int = 200,
    show_layer_activations: bool = True,
    show_trainable: bool = True,
    *,
    face: str = "calls",
    direction: str | None = None,
    look: str | None = None,
    most_calls: int = MOST_CALLS,
    focus: str = "",
    room: tuple[float, float] | None = None,
    choice: int | str | None = None,
    splines: str = "ortho",
) -> Diagram:
    """The picture of a model, with the arguments of Keras' `plot_model` and those of `diagram`.

    `to_file` (path or None): a file to write as well, of a kind that `Picture.save` knows.
    `show_shapes` (default True): the shapes of the tensors.
    `show_dtype` (default False): their dtypes.
    `rankdir` ("TB", "LR" or None): the direction of the flow, as `direction`.
    `expand_nested` (default False): whether nested models and wrappers are open, or which.
    `dpi` (default 200): the dots per inch of a .png.
    `show_layer_names`, `show_layer_activations`, `show_trainable`, `splines`: accepted but without
    effect, as names, activations and frozen weights are always in the picture.
    `face`, `direction`, `look`, `most_calls`, `focus`, `room`, `choice`: see `diagram`.

    Raises: as `diagram`; ArgumentError for any other kind of file.
    """
    picture = diagram(
        model, face, expand_nested, rankdir or direction, look, most_calls, focus, room,
        choice, (), show_shapes, show_dtype,
    )  # fmt: skip
    if to_file is not None:
        picture.save(to_file, dpi)
    return picture


class Behind(Piece):
    """The part of a graph behind one tensor, in the form of a model."""

    def __init__(self, tensor: Tensor) -> None:
        super().__init__(tensor.id, Graph(source_inputs(tensor), [tensor]))
        self.tensor = tensor


def tensor_view(tensor: Any, direction: str = "TB", look: str = "auto") -> Diagram:
    """The picture of the calls that a tensor depends on, starting at the inputs.

    Raises: TensorTypeError for what is not a symbolic tensor.
    """
    if not isinstance(tensor, Tensor) or not hasattr(tensor, "node"):
        raise TensorTypeError(
            f"tensor_view was given {tensor!r}, which is not a symbolic tensor.",
            why="only tensors made by Input and by layer calls remember where they come from.",
            fix="pass what Input(...) or a layer call returned.",
        )
    behind = Behind(tensor)
    drawn = diagram(behind, direction=direction, look=look)
    counted = words.counted(behind.graph.nodes)
    drawn.scene.title = say("scene_behind", name=clean(tensor.id), counted=counted)
    return drawn


def slim(model: Any, room: tuple[float, float], **settings: Any) -> Diagram:
    """A picture of a model from top to bottom for a narrow room; shared layers are tied together,
    but their weights are not drawn. `settings` are further ones of `chooser`."""
    ways = chooser(model, direction="TB", **settings)
    build = ways.build

    def without_weights(most: int) -> Scene:
        scene = build(most)
        for part in scene.walk():
            for group in part.groups:
                group.weights = ""
        return scene

    ways.build = without_weights
    return Diagram(ways.draw(ways.fit(room)))


def compact(
    model: Any,
    capsules: bool = True,
    prepare: Callable[[Scene], None] | None = None,
    most: int = PROJECTOR_CALLS,
    density: str = "full",
) -> Diagram:
    """A small picture of a model; of one with more than `most` calls, some are in blocks.

    Without `capsules`, shared layers are tied together, but their weights are not drawn. `prepare`
    may change the scene before its parts get their sizes and places.
    """
    scene = Calls(model, False, most).build()
    scene.density = density
    scene.title = clean(model.name)
    scene.description = graph_text.description(scene)
    scene.edges, scene.plates = list(joined(scene)), []
    for group in scene.groups:
        group.weights *= capsules
    if prepare is not None:
        prepare(scene)
    place(scene, room=LOW)
    return Diagram(scene)


def bare(picture: Any) -> str:
    """The SVG of a picture without its style sheet, which a live view has on its page already."""
    return re.sub(r"<style>.*?</style>", "", picture.svg, flags=re.DOTALL)
