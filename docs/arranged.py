"""Exercises of lines to put in order, judged on a page without Python.

What a program of given lines does is told by which line each of them reads its variables from. Of
an exercise there are some hundred such programs, though its lines have a million orders: each is
judged here as a notebook would, and the page finds the verdict by the program's key.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from funclab.teach import arrange, course
from funclab.teach.attempt import assigned, run
from funclab.teach.catching_up import SHOWN_ONLY, quietly, without_magics
from funclab.teach.checking import base_names, check_order
from funclab.teach.rollback import no_trace

MOST = 1000
"""The most programs that a page holds; an exercise with more needs Python."""
CHANGING = {"add", "compile", "fit", "load_weights", "set_weights"}
"""Methods that change what they are called on, as if their line assigned it."""
JUDGED = ("verdict", "heading", "says", "told", "undone", "already", "line", "cut", "tried")
Flow = list[dict[str, list[str]]]


def flow_of(lines: Sequence[str]) -> Flow:
    """Which variables each line reads and makes; those that no line makes are always there."""
    trees = [list(ast.walk(ast.parse(line))) for line in lines]
    made = set[str]().union(*(names(tree, ast.Store) for tree in trees))
    return [
        {
            "reads": sorted(names(tree, ast.Load) & made),
            "makes": sorted(names(tree, ast.Store) | changed(tree) & made),
        }
        for tree in trees
    ]


def names(tree: list[ast.AST], context: type) -> set[str]:
    return {n.id for n in tree if isinstance(n, ast.Name) and isinstance(n.ctx, context)}


def changed(tree: list[ast.AST]) -> set[str]:
    calls = [node.func for node in tree if isinstance(node, ast.Call)]
    methods = [f for f in calls if isinstance(f, ast.Attribute) and f.attr in CHANGING]
    return {method.value.id for method in methods if isinstance(method.value, ast.Name)}


def steps(order: Sequence[int], flow: Flow) -> Iterator[str]:
    """Each line with the lines that it reads from, up to one that reads what is not there."""
    made: dict[str, int] = {}
    for number in order:
        if any(name not in made for name in flow[number]["reads"]):
            yield f"{number}!"
            return
        yield ":".join([f"{number}", *(f"{made[name]}" for name in flow[number]["reads"])])
        made |= dict.fromkeys(flow[number]["makes"], number)


def key_of(order: Sequence[int], flow: Flow, stops: Collection[str] = ()) -> str:
    """The key of the program that lines are in an order: its steps in any order, up to the one that
    stops it. `stops`: the keys of programs that an error stopped in their last line."""
    done: list[str] = []
    for step in steps(order, flow):
        key = " ".join([*done, f"{step.removesuffix('!')}!"])
        if key in stops or step.endswith("!"):
            return key
        done = sorted([*done, step])
    return " ".join(done)


def programs(
    flow: Flow, stops: set[str], stopped: Callable[[list[int]], bool]
) -> Iterator[tuple[str, list[int]]]:
    """The key of each program once, with an order of its lines. `stops` takes the keys of those
    that are `stopped`: no line runs after them."""
    told, known, orders = set[str](), set[Any](), [list[int]()]
    for order in orders:  # which grows
        key = key_of(order, flow, stops)
        # What may follow depends on which line made a variable, too.
        makers = {made: number for number in order for made in flow[number]["makes"]}
        state = (key, *sorted(makers.items()))
        if key in told and (key.endswith("!") or state in known):
            continue
        if not key.endswith("!") and stopped(order):
            *before, last = steps(order, flow)
            key = " ".join([*sorted(before), f"{last}!"])
            stops.add(key)
        if not key.endswith("!"):
            known.add(state)
            orders += [[*order, number] for number in range(len(flow)) if number not in order]
        if key not in told:
            told.add(key)
            yield key, order


def judged(name: str, variables: Mapping[str, Any]) -> dict[str, Any] | None:
    """The facts of an exercise with a verdict on every program; None for one with too many.

    `variables`: those of the lesson, before the exercise.
    """
    item = course.exercise(name)
    flow, stops = flow_of(item.lines), set[str]()
    if len([*islice(programs(flow, set(), lambda order: False), MOST + 1)]) > MOST:
        return None
    view = arrange(name)
    view.check = partial(check_order, item, names=variables)
    verdicts, told = dict[str, int](), list[dict[str, Any]]()
    for key, order in programs(flow, stops, partial(stopped, item, variables)):
        view.judge(order)
        facts: Any = view.facts
        one = {**{part: facts[part] for part in JUDGED}, "pictures": view.pictures}
        told += [] if one in told else [one]
        verdicts[key] = told.index(one)
    found = {"flow": flow, "stops": sorted(stops), "verdicts": verdicts, "told": told}
    return {"programs": found, "solution": {name: {"code": item.solution_code}}}


def stopped(item: course.Exercise, variables: Mapping[str, Any], order: Sequence[int]) -> bool:
    """Whether an error stops lines in an order."""
    there = base_names(variables)
    for made in assigned("\n".join(item.lines)):
        there.pop(made, None)
    with no_trace(there):
        source = "\n".join(item.lines[number] for number in order)
        return run(source, there, item.wants).error is not None


def variables_before(cells: Sequence[Any], name: str) -> dict[str, Any]:
    """The variables that a lesson has when it comes to an exercise."""
    variables: dict[str, Any] = {}
    with quietly():
        for cell in cells:
            source = without_magics(cell.source)
            if f'arrange("{name}")' in source:
                break
            if cell.cell_type == "code" and not SHOWN_ONLY & {*cell.metadata.get("tags", [])}:
                exec(compile(source, f"<before {name}>", "exec"), variables)
    return variables
