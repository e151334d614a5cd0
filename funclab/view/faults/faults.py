"""The part of the graph that is at fault: what an error draws under its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funclab.errors import TOO_MANY, FunclabError, GraphError, Instead, NeverCalledError, Pairs
from funclab.graph.explanations import crossing
from funclab.graph.graph import Graph, source_inputs
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.faults.diagram import FaultDiagram, beside
from funclab.view.faults.fixes import fixes_of
from funclab.view.faults.lines import instead_picture, pairs_picture
from funclab.view.scene import words
from funclab.view.scene.calls import Calls, Piece
from funclab.view.scene.choosing import MOST_CALLS
from funclab.view.scene.layout.place import place
from funclab.view.scene.scene import Box, Edge, End, Group, Scene
from funclab.view.scene.wiring import joined, plate_of
from funclab.view.shapes.failure import Failure, failed_step
from funclab.view.shapes.lengths import Measured, measured
from funclab.view.tables.nodes import node_table

INSIDE, GIVEN = "inside ", "given "


def picture_of_fault(error: FunclabError, look: str = "auto") -> Any:
    """What to draw for an error; None if it is not about a graph."""
    picture = _picture(error, look)
    if picture is not None:
        picture.look = look
    return picture


def _picture(error: FunclabError, look: str) -> Any:
    about: Any = error.graph
    facts = error.facts
    if isinstance(facts, Pairs):
        return pairs_picture(facts, error.fix, error.tensors)
    if isinstance(facts, Instead):
        return instead_picture(facts, error.fix)
    if isinstance(about, Operation):
        if error.tensors:
            return failed_call(about, list(error.tensors), error, look)
        called = about.inbound_nodes and not isinstance(error, NeverCalledError)
        return node_table(about) if called and words.graph_of(about) is None else None
    if isinstance(error, GraphError) and isinstance(about, tuple):
        graph, node = about
        if words.graph_of(facts) is not None:
            return inner_tensor(graph, node, facts, error.fix, look)
        return missing_input(graph, node, error.fix, look)
    if isinstance(about, list):
        return same_names([item for item in about if isinstance(item, Operation)], error.fix)
    return None


def calls_of(name: str, graph: Graph, look: str, prefix: str = "", at: Node | None = None) -> Scene:
    """The calls of a graph, in which the one at fault is in no closed block; on a projector without
    the tensors between them."""
    focus = f"{prefix}{at.key}" if at is not None else ""
    scene = Calls(Piece(name, graph), False, MOST_CALLS, prefix, focus).build()
    if look == "projector":
        scene.density, scene.edges, scene.plates = "two lines", list(joined(scene)), []
        for group in scene.groups:
            group.weights = ""
    return scene


def missing_input(graph: Graph, node: Node, fix: str, look: str) -> FaultDiagram:
    """The whole path to the outputs, with the input that was left out and its look-alikes."""
    needed = [tensor for output in graph.outputs for tensor in source_inputs(output)]
    inputs = [tensor for tensor in graph.inputs if tensor.node.is_input]
    whole = Graph(list(dict.fromkeys(needed)), graph.outputs)
    scene = calls_of(say("faults_way"), whole, look, "", node)
    missing = node.output_tensors[0]
    notes = {node.key: say("faults_not_an_input")}
    place(scene)
    keys = {box.key for box in scene.boxes}
    for i, tensor in enumerate(inputs):
        if tensor in needed:
            continue
        # In a graph of its own: it may have the name of the input that is missing.
        alone, key = Graph([tensor], [tensor]), tensor.node.key
        prefix = f"{GIVEN}{i} " if key in keys else ""
        unread = calls_of("", alone, look, prefix)
        plain(unread, alone, [])
        place(unread)
        beside(scene, unread)
        if tensor.shape == missing.shape:
            notes[f"{prefix}{key}"] = say("faults_given_instead")
    title = say("faults_missing", name=clean(node.operation.name))
    return FaultDiagram(scene, title, fix, notes)


def inner_tensor(graph: Graph, node: Node, outer: Any, fix: str, look: str) -> FaultDiagram:
    """What an inner tensor of a nested model is made from, and the graph in which it was used."""
    name, source = clean(outer.name), clean(node.operation.name)
    crossed = crossing(graph.outputs, outer.graph)
    sources = {source.node for tensor in crossed for source in source_inputs(tensor)}
    inside = Graph([tensor for tensor in outer.inputs if tensor.node in sources], crossed)
    inputs = [tensor for tensor in graph.inputs if tensor.node not in outer.graph.input_nodes]
    outputs = list(graph.outputs)
    for call in outer.inbound_nodes[1:]:
        if set(source_inputs(call.output_tensors[0])) <= set(inputs):
            outputs += call.output_tensors
    around = Graph(list(dict.fromkeys([*inputs, *crossed])), list(dict.fromkeys(outputs)))
    first = calls_of(name, inside, look, INSIDE, node)
    second = calls_of(say("faults_outside"), around, look)
    plain(first, inside, [])
    plain(second, around, graph.outputs)
    place(first)
    place(second)
    makers = [tensor.node for tensor in crossed]
    notes = {f"{INSIDE}{call.key}": "" for call in [node, *makers]}
    facts = {"name": name, "source": source}
    notes |= {call.key: say("faults_made_of", **facts) for call in makers}
    away = beside(first, second)
    headings = {say("faults_inside", **facts): 0j, say("faults_used_outside", **facts): away}
    title = say("faults_inner_tensor", **facts)
    return FaultDiagram(first, title, fix, notes, headings=headings)


def plain(scene: Scene, graph: Graph, outputs: Sequence[Tensor]) -> None:
    """Leave out shared layers, other nodes and numbers of outputs, which are not the point here;
    colour only Inputs, and outputs of the model that was to be made.
    """
    scene.groups = []
    roles = {tensor.node.key: "output" for tensor in outputs}
    roles |= {node.key: "input" for node in graph.nodes if node.is_input}
    for plate in scene.plates:
        plate.label, plate.output = "", plate.name in [clean(tensor.id) for tensor in outputs]
    for box in scene.boxes:
        box.group, box.note, box.role = None, "", roles.get(box.key.removeprefix(INSIDE), "plain")


def failed_call(
    layer: Operation, tensors: list[Tensor], error: FunclabError, look: str
) -> FaultDiagram:
    """The layers that made the tensors, and the call of `layer` that failed; on a projector in
    smaller boxes."""
    name = clean(layer.name)
    scene, key = Scene(name, "calls"), f"{layer.name}[?]"
    scene.density = "two lines" if look == "projector" else scene.density
    failure = failed_step(layer, tensors, error)
    gaps: dict[tuple[str, int], str] = {}
    spec = getattr(layer, "input_spec", None)
    takes_one = spec is not None and (not isinstance(spec, (list, tuple)) or len(spec) == 1)
    counted = error.facts == TOO_MANY or (takes_one and len(tensors) > 1)
    for i, tensor in enumerate(tensors):
        node = tensor.node
        plate = plate_of(tensor, clean(tensor.id), "")
        if node.key not in [box.key for box in scene.boxes]:
            role = "input" if node.is_input else "plain"
            detail = words.detail(node.operation)
            own_name = clean(node.operation.name)
            scene.boxes.append(Box(node.key, own_name, detail, role=role, node=node.index))
        if plate.key not in [other.key for other in scene.plates]:
            scene.plates.append(plate)
            scene.edges.append(Edge(End(node.key), End(plate.key), plate.name))
        scene.edges.append(Edge(End(plate.key), End(key, i, len(tensors)), plate.name))
        if counted and i:
            gaps[plate.key, i] = say("faults_too_many")
        elif not counted and (not failure.bad or i in dict(failure.bad)):
            wanted = failure.wanted
            gaps[plate.key, i] = wanted and say("faults_wanted", shape=wanted)
    scene.boxes.append(
        Box(key, name, words.detail(layer), inputs=len(tensors), outputs=0, title=error.what)
    )
    place(scene)
    lengths = [] if counted else measured(failure)
    key_of = "faults_takes_one" if counted else "faults_call"
    title = _unfit(name, failure, lengths) or say(key_of, name=name, n=len(tensors))
    fixes = [] if counted else fixes_of(layer, tensors, failure, error.fix)
    notes = {key: say("faults_no_node")}
    return FaultDiagram(scene, title, error.fix, notes, key, gaps, fixes=fixes, lengths=lengths)


def _unfit(name: str, failure: Failure, lengths: list[Measured]) -> str:
    """Which two lengths do not fit; "" if it is not about two lengths."""
    if not lengths:
        return ""
    a, b = (row.length for row in lengths)
    if failure.needed is None:
        return say("faults_join", name=name, a=a, b=b)
    return say("faults_needs", name=name, wanted=a, given=b)


def same_names(layers: list[Operation], fix: str) -> FaultDiagram:
    """The layers with the same name: several boxes, each in a colour of its own."""
    scene = Scene(say("faults_one_name"), "calls", "LR")
    name = clean(layers[0].name) if layers else ""
    notes = {}
    for i, layer in enumerate(layers):
        box = Box(f"{i}", clean(layer.name), words.detail(layer), group=i, outputs=0)
        box.title = say("faults_named_layer", i=i + 1, name=name, detail=box.detail)
        scene.boxes.append(box)
        scene.groups.append(Group(i, name, [box.key], 1))
        notes[box.key] = say("faults_other_layer" if i else "faults_has_name", name=name, i=i)
    place(scene)
    title = say("faults_same_name", n=len(layers), name=name)
    return FaultDiagram(scene, title, fix, notes)
