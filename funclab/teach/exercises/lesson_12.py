"""Lesson 12: what is inside?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from funclab import ops
from funclab.engine.gradcheck import check_gradient
from funclab.engine.plan import Plan
from funclab.graph.node import Node
from funclab.graph.op import Op
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array
from funclab.graph.tape import Tape
from funclab.graph.value import Variable
from funclab.teach.attempt import Attempt
from funclab.teach.graphs import calls_of, source_inputs
from funclab.teach.judging import Mistake, judge, known, lights, stopped, unforeseen
from funclab.teach.advice.naming import told
from funclab.teach.predicting import judge_predictions

X, Y, G = 3.0, -2.0, 10.0
"""In 12A, the two inputs of each op, and the gradient that comes back to it."""
XS = np.array([[-1.5, 0.5, 3.0], [0.25, -1.0, 2.0]])
YS = np.array([[1.0, -2.0, -1.0], [0.5, 2.0, 0.5]])
GS = np.array([[10.0, -3.0, 2.0], [4.0, 7.0, 5.0]])
"""The same in the other exercises: each op is tried on a batch of two, and messages show the last
numbers. There g differs from x, so that an op that confuses the two is noticed."""
TRUSTED = 1e-6
"""How far a gradient may be from finite differences, relative to it."""
LEFT_OVER = 7.0
"""What is in a slot before an op writes to it."""


class Ran(NamedTuple):
    """What an op wrote, forward into `out`, and backward into its slots."""

    out: Array
    slots: list[Array]

    @property
    def untouched(self) -> bool:
        return any((slot == LEFT_OVER).all() for slot in self.slots)


# 12A
def slots_of(node: Node) -> tuple[float, float]:
    """The gradients that an op writes for x and for y."""
    operation: Any = node.operation
    inputs = node.arguments.tensors
    x, y = sorted(inputs, key=lambda tensor: tensor.node.time)
    values = {x: Variable(X, dtype="float64"), y: Variable(Y, dtype="float64")}
    with Tape():
        plan = Plan(ops.multiply(operation.op(*(values[tensor] for tensor in inputs)), G))
    plan.run()
    return float(plan.grads[values[x]]), float(plan.grads[values[y]])


def not_that_gradient(node: Node, given: Any) -> Mistake:
    """What is wrong with the answer for an op."""
    operation: Any = node.operation
    for_x, wanted = slots_of(node)
    names = {"Subtract": "sign_lost", "Multiply": "own_factor", "Maximum": "not_chosen"}
    at, values = {node: f"g = {G:g}"}, {"layer": node, "given": given}
    if given == for_x != wanted:
        return Mistake(names.get(type(operation.op).__name__, ""), at, **values)
    if wanted and given == wanted / G:
        return Mistake("slope_only", at, **values)
    if wanted and given == wanted / 2:
        return Mistake("halved", at, **values)
    return Mistake("forward" if given == output_of(node) else "", at, **values)


def all_forward(pairs: list[tuple[Node, Any]]) -> Mistake | None:
    """The mistake of an answer with the output of each op: for x + y, this is its slope, too."""
    if any(given != output_of(node) for node, given in pairs):
        return None
    node, given = pairs[0]
    return Mistake("forward", {node: f"g = {G:g}"}, layer=node, given=given)


def output_of(node: Node) -> float:
    """What an op makes of x and y."""
    operation: Any = node.operation
    return float(operation.op(np.float64(X), np.float64(Y)))


judge_predictions("12A", lambda node: slots_of(node)[-1], not_that_gradient, in_all=all_forward)


# 12B
@judge("12B")
def back_through_a_cube(attempt: Attempt) -> Mistake | None:
    """x cubed forward; three times x squared times g backward."""
    node, ran, mistake = run_own_op(attempt, XS)
    if ran is None:
        return mistake
    [slot], wanted, at = ran.slots, 3 * GS * XS**2, {node: "its vjp"}
    wrote, g = last(slot), last(GS)
    found = f"For x = 2 and g = {g}, {node_name(node)} writes {wrote}"
    values = {"layer": node, "wrote": wrote, "g": g, "found": found}
    if not np.allclose(ran.out, XS**3):
        return unforeseen(at, **{**values, "found": f"{node_name(node)} no longer returns x³"})
    if agrees(node, ran, [wanted], XS):
        return None
    if ran.untouched:
        return Mistake("not_written", at, **values)
    if np.allclose(slot, wanted + LEFT_OVER):
        return Mistake("added", at, **values)
    if np.allclose(slot * GS, wanted):
        return Mistake("slope_only", at, **values)
    if np.allclose(slot, GS * XS**3):
        return Mistake("value", at, **values)
    ratios = slot / wanted
    return Mistake("factor" if np.allclose(ratios, ratios.flat[0]) else "", at, **values)


# 12C
@judge("12C")
def both_slots_of_a_gap(attempt: Attempt) -> Mistake | None:
    """The square of x - y forward; backward, two gradients that differ in their sign."""
    node, ran, mistake = run_own_op(attempt, XS, YS)
    if ran is None:
        return mistake
    (gx, gy), wanted, at = ran.slots, 2 * GS * (XS - YS), {node: "its vjp"}
    for_x, for_y = last(gx), last(gy)
    writes = f"writes {for_x} for x and {for_y} for y"
    found = f"Where x is 2, y 0.5 and g 5, the `vjp` of {node_name(node)} {writes}"
    values = {"layer": node, "gx": for_x, "gy": for_y, "found": found}
    values["slot"] = "gx" if (gx == LEFT_OVER).all() else "gy"
    if not np.allclose(ran.out, (XS - YS) ** 2):
        return Mistake("forward_changed", at, out=last(ran.out), **values)
    if agrees(node, ran, [wanted, -wanted], XS, YS):
        return one_image(node)
    if ran.untouched:
        return Mistake("not_written", at, **values)
    if np.allclose(gx, gy):
        return Mistake("same_sign", at, **values)
    if np.allclose(gx, -wanted) and np.allclose(gy, wanted):
        return Mistake("both_turned", at, **values)
    if not (gx.any() and gy.any()):
        return Mistake("no_way_back", at, **values)
    return Mistake("slope_only" if np.allclose(gy * GS, -wanted) else "", at, **values)


# 12D
@judge("12D")
def nearness_and_its_slope(attempt: Attempt) -> Mistake | None:
    """1 / (1 + x²) forward, by an op of the student's own, and its slope backward."""
    classes = [made for made in attempt.new.values() if isinstance(made, type)]
    if attempt.model is None and classes and not issubclass(classes[0], Op):
        return Mistake("no_op", {the_op(attempt)[0]: "no op reads it"}, own=classes[0].__name__)
    node, ran, mistake = run_own_op(attempt, XS)
    if ran is None:
        return mistake
    [slot], at, wanted_out = ran.slots, {node: "its vjp"}, 1 / (1 + XS**2)
    wanted = -2 * GS * XS * wanted_out**2
    out, wrote = last(ran.out), last(slot)
    found = f"For x = 2, {node_name(node)} returns {out}; for g = 5 it writes {wrote}"
    values = {"layer": node, "out": out, "wrote": wrote, "found": found}
    if not ran.out.any():
        return Mistake("forward_empty", {node: "its forward"}, **values)
    if not np.allclose(ran.out, wanted_out):
        return unforeseen({node: "its forward"}, **values)
    if agrees(node, ran, [wanted], XS):
        return one_image(node)
    if ran.untouched:
        return Mistake("not_written", at, **values)
    if np.allclose(slot, wanted + LEFT_OVER):
        return Mistake("added", at, **values)
    if np.allclose(slot, -wanted):
        return Mistake("uphill", at, **values)
    if np.allclose(slot * GS, wanted):
        return Mistake("slope_only", at, **values)
    return Mistake("not_squared" if np.allclose(slot * wanted_out, wanted) else "", at, **values)


# Shared by several exercises.
def run_own_op(attempt: Attempt, *arrays: Array) -> tuple[Any, Ran | None, Mistake]:
    """The call of the student's own op, and what the op writes; or what is wrong before that."""
    if attempt.model is None:
        return None, None, unforeseen()
    node = own_call(attempt.model)
    if node is None:
        end = attempt.model.outputs[0].node
        found = "No call in `model` is of an op that you wrote"
        return end, None, unforeseen({end: "no op of your own"}, found=found)
    operation: Any = node.operation
    op: Op = operation.op
    values = {"layer": node}
    reads = len(node.arguments.tensors)
    if type(op).forward is Op.forward or reads != len(arrays):
        found = f"{node_name(node)} reads {reads}, not {len(arrays)}"
        if reads == len(arrays):
            found = f"{node_name(node)} has no `forward` yet"
        return node, None, unforeseen({node: "its forward"}, found=found, **values)
    if type(op).vjp is Op.vjp or not op.differentiable:
        return node, None, Mistake("no_vjp", {node: "no way back"}, found=NO_VJP, **values)
    method = "forward"
    mine = [array.copy() for array in arrays]  # an op may overwrite what it should only read
    try:
        out = np.zeros(op.shape(*(array.shape for array in mine)))
        work = op.scratch([array.shape for array in mine], "float64")
        op.forward(*op.bind(*mine, out, *work))
        if not same(mine, arrays):
            return node, None, overwritten(node, method, "what it reads")
        method = "vjp"
        slots, made = [np.full_like(array, LEFT_OVER) for array in mine], out.copy()
        g = GS.copy()
        op.vjp(*op.bind(g, *mine, out, *work, *slots))
    except Exception as error:  # a student's method can do anything
        found = stopped(f"`{method}`", error)
        return node, None, unforeseen({node: f"its {method}"}, found=found, **values)
    read = {"what it reads": (mine, arrays), "`g`": ([g], [GS]), "`out`": ([out], [made])}
    for name, (now, before) in read.items():
        if not same(now, before):
            return node, None, overwritten(node, method, name)
    return node, Ran(made, slots), unforeseen()


def same(some: Sequence[Array], others: Sequence[Array]) -> bool:
    return all(map(np.array_equal, some, others))


def overwritten(node: Node, method: str, name: str) -> Mistake:
    """The mistake of a method that changes what it should only read."""
    found = f"The `{method}` of {node_name(node)} overwrites {name}"
    return unforeseen({node: f"its {method}"}, layer=node, found=found)


def one_image(node: Node) -> Mistake | None:
    """The mistake of an op in twins to which only one of the images leads."""
    images = source_inputs(node.output_tensors[0])
    if len(images) > 1:
        return None
    found = f"{node_name(node)} reads {told(images[0].node)} alone, so nothing is compared"
    return unforeseen({node: "one image alone"}, layer=node, found=found)


def agrees(node: Node, ran: Ran, wanted: list[Array], *arrays: Array) -> bool:
    """Whether an op writes the expected gradients, and finite differences confirm them."""
    operation: Any = node.operation
    right = all(np.allclose(slot, gradient) for slot, gradient in zip(ran.slots, wanted))
    return right and check_gradient(operation.op, *arrays) < TRUSTED


NO_VJP = "There is no `vjp` yet"


def own_call(model: Any) -> Node | None:
    """The first call in a model of an op that is not from funclab."""
    for node in calls_of(model):
        op = getattr(node.operation, "op", None)
        if op is not None and not type(op).__module__.startswith("funclab."):
            return node
    return None


def last(array: Array) -> str:
    """The last number of an array, as a message shows it."""
    return f"{array.flat[-1]:.3g}"


def node_name(node: Node) -> str:
    return node.operation.name


def the_op(attempt: Attempt) -> list[Node | Operation]:
    """The call of the student's own op; before there is one, the end of the lesson's twins."""
    model = attempt.model or known(attempt, "twins")
    return [own_call(model) or model.outputs[0].node.arguments.tensors[0].node]


lights("12B", "12C", "12D")(the_op)
