"""The questions of ask mode: what shape a call makes, which the picture hides until then."""

from __future__ import annotations

from typing import Any

from funclab.shape_math import show
from funclab.view.draw.text import clean
from funclab.view.live.said import say
from funclab.view.scene import words
from funclab.view.scene.insides import parts
from funclab.view.shapes.questions import wrong_shapes
from funclab.view.shapes.rules.rule import rule

Question = dict[str, Any]


def questions_of(model: Any, facts: dict[str, Any]) -> dict[str, Question]:
    """A question for each call with one output, by the key of its node; inputs have none.

    The id of a question tells what is called on what, by number: a cell that runs again makes the
    same model under other names.
    """
    numbers = {key: i for kind in ("layers", "tensors") for i, key in enumerate(facts[kind])}
    questions: dict[str, Question] = {}
    for part in parts(words.graph_of(model)):
        for node in part.graph.nodes:
            brings = node.is_input or node in part.graph.input_nodes or not node.input_shapes
            if brings or len(node.output_shapes) != 1:
                continue
            key, inputs = part.key(node.key), [tuple(shape) for shape in node.input_shapes]
            right, fact = tuple(node.output_shapes[0]), facts["nodes"][key]
            detail, given = words.detail(node.operation), ", ".join(map(show, inputs))
            ends = [numbers[name] for name in (fact["layer"], *fact["outputs"], *fact["inputs"])]
            questions[key] = {
                "id": f"shape {detail} {given} {ends}",
                "prompt": say("ask_shape_of", key=key, detail=detail, given=given),
                "options": sorted({show(shape) for shape in [right, *wrong_shapes(inputs, right)]}),
                "answer": show(right),
                "explain": clean(rule(node).words),
            }
    return questions
