"""Where a small fault can be put into a script of the views; and scripts that say what they run.

The faults are of the kinds that mutmut puts into Python: another operator, a number plus one, a
condition that is negated, an argument left out, two arguments swapped, a statement removed, another
text. The parser is tree-sitter's.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from tools.mutants.fault import Mutant, Place

ROOT = Path(__file__).parents[2]
PARSER = Parser(Language(tree_sitter_javascript.language()))
OPERATORS = dict(
    pair.split()
    for pair in (
        *("+ -", "- +", "* /", "/ *", "% /", "** *", "< <=", "<= <", "> >=", ">= >"),
        *("=== !==", "!== ===", "== !=", "!= ==", "&& ||", "|| &&", "?? ||"),
        *("+= -=", "-= +=", "*= /=", "/= *=", "++ --", "-- ++"),
    )
)
CONSTANTS = {"true": "false", "false": "true", "null": '""'}
SYMMETRIC = ("Math.max", "Math.min")
CONDITIONS = ("if_statement", "while_statement")
UNBRACED = ("if_statement", "else_clause", "for_statement", "for_in_statement", "while_statement")
"""What may contain a statement without braces."""

Edit = tuple[int, int, str]
"""The first byte, the one after the last, and what comes in their place."""


class Script:
    """The places of a script; see `python.Module`."""

    def __init__(self, root: Path, path: str) -> None:
        self.path, self.source = path, (root / path).read_text()
        self.bytes = self.source.encode()
        self.nodes = list(below(PARSER.parse(self.bytes).root_node))

    def places(self) -> Iterator[Place]:
        for i, node in enumerate(self.nodes):
            for k, (start, end, new) in enumerate(faults(node)):
                if self.bytes[start:end] != new.encode():
                    yield self.path, i, k

    def mutant(self, place: Place, dice: random.Random) -> Mutant:
        node = self.nodes[place[1]]
        start, end, new = list(faults(node))[place[2]]
        text = (self.bytes[:start] + new.encode() + self.bytes[end:]).decode()
        unit = node
        while unit.parent and unit.parent.type != "program" and not is_unit(unit):
            unit = unit.parent
        line = line_of(unit)
        return Mutant(self.path, range(line, line + 1), self.source, text)

    def telling(self) -> str:
        """The script, each of whose statements says that it runs: `globalThis.ran("path:line")`."""
        inserted: list[tuple[int, int, str]] = []
        for i, node in enumerate(self.nodes):
            if not is_unit(node):
                continue
            tell = f'globalThis.ran?.("{self.path}:{line_of(node)}")'
            start, end = (tell + ";", "")
            if node.type not in STATEMENTS:
                start, end = f"({tell},", ")"
            elif node.parent is not None and node.parent.type in UNBRACED:
                start, end = f"{{{tell};", "}"
            elif node.type == "export_statement":  # the bundler looks for those that begin a line
                start = f"{tell};\n"
            inserted.append((node.start_byte, i, start))
            inserted.append((node.end_byte, -i, end))  # what begins later ends first
        parts, last = [], 0
        for at, _, new in sorted(inserted):
            parts += [self.bytes[last:at], new.encode()]
            last = at
        return b"".join([*parts, self.bytes[last:]]).decode()


STATEMENTS = (
    *("expression_statement", "lexical_declaration", "return_statement", "if_statement"),
    *("for_statement", "for_in_statement", "while_statement", "try_statement", "throw_statement"),
    *("break_statement", "continue_statement", "switch_statement", "export_statement"),
)


def is_unit(node: Node) -> bool:
    """Whether this runs as a whole: a statement, or the expression that a function returns."""
    parent = node.parent
    if parent is None:
        return False
    if node.type in STATEMENTS:  # the first part of a `for` is none
        return parent.type in ("program", "statement_block", "switch_case") or (
            parent.type in UNBRACED and node != parent.child_by_field_name("initializer")
        )
    body = parent.child_by_field_name("body")
    return parent.type == "arrow_function" and node == body and node.type != "statement_block"


def line_of(node: Node) -> int:
    return node.start_point.row + 1


def below(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        if child.type != "import_statement":
            yield from below(child)


def scripts(tree: Path) -> list[Path]:
    """The scripts in a tree that are written by hand."""
    return [file for file in (tree / "funclab").rglob("*.js") if file.parent.name != "bundle"]


def bundle(tree: Path) -> bool:
    """Bundle the scripts of a tree, as its pages load them; returns whether they can be."""
    return run("bundle.sh", tree)


def passes(tree: Path) -> bool:
    """Whether the scripts of a tree compute what the tests in node expect."""
    return run("tests.sh", tree)


def run(name: str, tree: Path) -> bool:
    """Whether a script of `tools/scripts` succeeds with a tree, within a minute."""
    command = ["sh", str(ROOT / "tools" / "scripts" / name), str(tree)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def faults(node: Node) -> Iterator[Edit]:
    """The faults of a node."""
    whole = node.start_byte, node.end_byte
    operator = node.child_by_field_name("operator")
    parent = node.parent
    if operator is not None and (other := OPERATORS.get(words(operator))):
        yield operator.start_byte, operator.end_byte, other
    elif node.type == "unary_expression" and operator is not None and words(operator) == "!":
        yield *whole, words(node.child_by_field_name("argument"))
    elif node.type in CONSTANTS:
        yield *whole, CONSTANTS[node.type]
    elif node.type == "number" and not is_name(node):
        yield *whole, f"({words(node)} + 1)"
    elif node.type == "string_fragment" and words(node).strip() and not is_name(parent):
        yield *whole, f"XX{words(node)}XX"
    elif node.type in CONDITIONS:
        condition = node.child_by_field_name("condition")
        assert condition is not None
        yield condition.start_byte, condition.end_byte, f"(!{words(condition)})"
    elif node.type == "ternary_expression":
        yield swapped(*filter(None, map(node.child_by_field_name, ("consequence", "alternative"))))
    elif node.type == "arguments":
        given = [child for child in node.named_children if child.type != "comment"]
        if len(given) > 1:
            if words(parent).split("(")[0] not in SYMMETRIC:
                yield swapped(*given[:2])
            yield given[-2].end_byte, given[-1].end_byte, ""
        elif given:
            yield given[0].start_byte, given[0].end_byte, ""
    elif node.type == "expression_statement":
        yield *whole, ";"
    elif node.type == "return_statement" and words(node) not in ("return;", "return undefined;"):
        yield *whole, "return;"


def is_name(node: Node | None) -> bool:
    """Whether this is the key of a property."""
    pair = node and node.parent
    return bool(pair and pair.type == "pair" and node == pair.child_by_field_name("key"))


def swapped(a: Node, b: Node) -> Edit:
    """Two neighbours that change places."""
    assert a.parent is not None and a.parent.text is not None
    first = a.parent.start_byte
    between = a.parent.text[a.end_byte - first : b.start_byte - first].decode()
    return a.start_byte, b.end_byte, words(b) + between + words(a)


def words(node: Node | None) -> str:
    assert node is not None and node.text is not None
    return node.text.decode()
