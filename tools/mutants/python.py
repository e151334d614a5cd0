"""Where a small fault can be put into a source file, and the source with that fault in it.

The faults are mutmut's: another operator, a number plus one, `None` for an argument or an assigned
value, an argument left out, True for False, and so on. mutmut's own runner is not used: it leaves
out decorated functions, which every kernel is, and it wraps the others in functions whose
signatures and sources funclab could not read any more.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider
from mutmut.mutation.mutators import mutation_operators

from tools.mutants.fault import Mutant, Place

# No test could notice a change here: annotations are not read when the code runs, decorators and
# imports have no faults of this kind, and what follows `assert` is for the type checker.
SKIPPED = (cst.Annotation, cst.Decorator, cst.Import, cst.ImportFrom, cst.Assert)
TYPES = {"Any", "Callable", "Mapping", "Sequence", "dict", "list", "tuple"}
"""What names of types stand for, such as `Place = tuple[int, int]`: annotations alone use them."""


class Module:
    """The nodes of a module, in order, with those left out that hold no fault worth trying."""

    def __init__(self, root: Path, path: str) -> None:
        self.path, self.source = path, (root / path).read_text()
        wrapper = MetadataWrapper(cst.parse_module(self.source))
        self.module = wrapper.module
        self.positions = wrapper.resolve(PositionProvider)
        self.parents = wrapper.resolve(ParentNodeProvider)
        self.nodes = list(self._below(self.module))

    def _below(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        if isinstance(node, SKIPPED) or self._is_type(node) or self._is_prose(node):
            return
        yield node
        for child in node.children:
            yield from self._below(child)

    def _is_type(self, node: cst.CSTNode) -> bool:
        """A line of a module that gives a type a name."""
        if not isinstance(node, cst.Assign) or self._statement(node) not in self.module.body:
            return False
        value = node.value.value if isinstance(node.value, cst.Subscript) else node.value
        return isinstance(value, cst.Name) and value.value in TYPES

    def _is_prose(self, node: cst.CSTNode) -> bool:
        """Docstrings and sentences: tests hold what an error is about, not its every word."""
        text = isinstance(node, cst.BaseString) and not isinstance(node, cst.FormattedString)
        return text and (
            isinstance(self.parents[node], cst.Expr)
            or (isinstance(node, cst.SimpleString) and " " in node.value.strip("\"'").strip())
        )

    def places(self) -> Iterator[Place]:
        for i, node in enumerate(self.nodes):
            for k, (kind, operator) in enumerate(mutation_operators):
                if isinstance(node, kind) and any(self._replacements(node, operator)):
                    yield self.path, i, k

    def mutant(self, place: Place, dice: random.Random) -> Mutant:
        """A fault at this place; where mutmut knows several, one by chance."""
        _, i, k = place
        node, operator = self.nodes[i], mutation_operators[k][1]
        new = dice.choice(list(self._replacements(node, operator)))
        text = self.module.deep_replace(node, new).code  # type: ignore[arg-type]
        position = self.positions[self._statement(node)]
        lines = range(position.start.line, position.end.line + 1)
        return Mutant(self.path, lines, self.source, text)

    def _statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """The simple statement that a node is in, if it is in one: coverage may know its first
        line only.
        """
        while node is not self.module and not isinstance(node, cst.SimpleStatementLine):
            if isinstance(node, cst.BaseCompoundStatement):
                return node
            node = self.parents[node]
        return node

    @staticmethod
    def _replacements(node: cst.CSTNode, operator: Callable[..., Any]) -> Iterator[Any]:
        # An exact copy is not a fault, and neither is 1e30 + 1, written as 1e+30.
        value = getattr(node, "evaluated_value", None)
        copies = (float, int) if isinstance(value, (float, int)) else ()
        return (
            new for new in operator(node)
            if not new.deep_equals(node)
            and not (isinstance(new, type(node)) and copies and new.evaluated_value == value)
        )  # fmt: skip
