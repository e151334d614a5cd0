"""The tables of texts: views take their sentences from them, and show all that is in them."""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path

from funclab.view.draw.sentences import ROOMS, SLOT, texts
from tests.project.test_rooms import VIEW

TABLE = texts()
TABLES = {path.parent.name: path for path in ROOMS.glob("*/texts.json")}
PYTHON = sorted([*ROOMS.rglob("*.py"), *(ROOMS.parent / "teach").rglob("*.py")])
SCRIPTS = sorted(path for path in ROOMS.rglob("*.js") if path.parent.name in VIEW)
PREFIXES = "|".join(sorted({key.partition("_")[0] for key in TABLE if "_" in key}))
ASKED = re.compile(rf"""\bt\(["']([a-z0-9_]+)["']|["'`]((?:{PREFIXES})_[a-z0-9_]+)["'`]""")
QUOTED = re.compile(r"""["'`]([a-z][a-z0-9_]*)["'`]|\bTEXTS\.(\w+)|\b([a-z][a-z0-9_]*):""")
COMPUTED = re.compile(r"`([a-z0-9_]*(?:\$\{[^}`]*\}[a-z0-9_]*)+)`")
WORD = re.compile(r"[(“]?[A-Za-z'-]{2,}[.,:;!?)”]*")
CODE = re.compile(r"[<>=|;\\$@#]|\n|^import |^from \S+ import")
"""What is in a text that is not a sentence: markup, styles, code."""
DRAWING = ("text_line", "prose")
NOT_SHOWN = ("warn", "_log", "compile", "exec", "import_for", "split")
"""Their arguments are no part of a view; what is raised is the message of an error."""
NAMES = {
    "alike folded, lines", "folded, two lines", "folded, one line", "one line, shapes beside",
    "step too large", "of this name", "missing the name of the file", "fl still sheet",
    "KERNEL, TEXTS, checked, held, inKernel, pictureFrom", "cropped to fit", "padded to fit",
    "yes or no",
}  # fmt: skip
"""Ways to draw, conditions, words in errors, classes of styles, values of settings."""


@functools.cache
def parsed(path: Path) -> list[ast.AST]:
    """All parts of a Python file."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def relative(path: Path) -> str:
    return str(path.relative_to(ROOMS.parent))


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def in_errors(parts: list[ast.AST]) -> Iterator[ast.AST]:
    """What is raised, written to a log or run, with the variables that go into it; docstrings."""
    for node in parts:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.Raise) or (
            isinstance(node, ast.Call) and (name_of(node) in NOT_SHOWN or "Error" in name_of(node))
        ):
            yield from ast.walk(node)
        elif isinstance(node, ast.FunctionDef):
            raised = [part for raising in ast.walk(node) if isinstance(raising, ast.Raise)
                      for part in ast.walk(raising) if isinstance(part, ast.Name)]  # fmt: skip
            names = {part.id for part in raised}
            for part in ast.walk(node):
                if isinstance(part, ast.Assign) and names & {
                    ast.unparse(to) for to in part.targets
                }:
                    yield from ast.walk(part)


def strings(parts: list[ast.AST]) -> Iterator[tuple[ast.expr, str]]:
    """The strings that a module may show; `{}` stands for what is filled in."""
    hidden = {id(node) for node in in_errors(parts)}
    joined = [node for node in parts if isinstance(node, ast.JoinedStr)]
    hidden |= {id(part) for node in joined for part in node.values}
    for node in parts:
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and id(node) not in hidden:
            values = node.values if isinstance(node, ast.JoinedStr) else [node]
            pieces = [part.value if isinstance(part, ast.Constant) else "{}" for part in values]
            if all(isinstance(piece, str) for piece in pieces):
                yield node, "".join(map(str, pieces))


def is_sentence(text: str) -> bool:
    """Whether a string has three words, or two and a stop, and is neither code nor markup."""
    words = [word for word in text.split() if WORD.fullmatch(word)]
    least = 1 if re.match("[A-Z][a-z]+:", text) else 2 if re.search("[.:!?]$", text) else 3
    return len(words) >= least and text not in NAMES and not CODE.search(text)


def inline(path: Path) -> Iterator[str]:
    """The sentences that stand in the code of a file, each with the table that it belongs to."""
    calls = [node for node in parsed(path) if isinstance(node, ast.Call)]
    drawn = {id(part) for call in calls if name_of(call) in DRAWING for part in call.args[1:2]}
    table = f"view/{path.relative_to(ROOMS).parts[0]}/texts.json"
    for node, text in strings(parsed(path)):
        if is_sentence(text) or (id(node) in drawn and re.search("[A-Za-z]{2}", text)):
            where = f"{relative(path)}:{node.lineno}"
            yield f"{where}: put {text!r} into {table}, and write say(its key, **values)"


def test_no_sentence_of_a_view_stands_in_its_code():
    files = {*ROOMS.rglob("*.py")} - {*(ROOMS / "shapes").rglob("*.py")}
    files -= {ROOMS / "tables" / "summary.py"}  # it prints what Keras prints

    assert [sentence for path in files for sentence in inline(path)] == []


def literals(key: ast.expr) -> list[str]:
    """The keys among which an expression chooses, if they are written out."""
    if isinstance(key, ast.IfExp):
        return [*literals(key.body), *literals(key.orelse)]
    return [key.value] if isinstance(key, ast.Constant) and isinstance(key.value, str) else []


def asked_by(path: Path) -> set[str]:
    """The keys that a file surely asks for."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        return {key for found in ASKED.findall(text) for key in found if key}
    calls = [node for node in parsed(path) if isinstance(node, ast.Call)]
    calls = [call for call in calls if call.args and name_of(call) in ("say", "titles")]
    return {key for call in calls for key in literals(call.args[0])}


def computed_by(path: Path) -> Iterator[str]:
    """Regular expressions of the keys that a file computes, such as `f"trace_role_{role}"`."""
    text = path.read_text(encoding="utf-8")
    templates = [re.sub(r"\$\{[^}]*\}", "{}", key) for key in COMPUTED.findall(text)]
    if path.suffix == ".py":
        joined = [node for node in parsed(path) if isinstance(node, ast.JoinedStr)]
        templates = [
            "".join(str(part.value) if isinstance(part, ast.Constant) else "{}"
                    for part in node.values)
            for node in joined
        ]  # fmt: skip
    for template in templates:
        if re.fullmatch("[a-z0-9_]{4,}", template.replace("{}", "")):
            yield template.replace("{}", "([a-z0-9_]*)")


def test_every_text_of_the_tables_is_shown_somewhere():
    files = [*PYTHON, *SCRIPTS]
    quoted = {key for path in files for found in QUOTED.findall(path.read_text("utf-8"))
              for key in found if key}  # fmt: skip
    forms = {form for path in files for form in computed_by(path)}
    begun = tuple(key for key in quoted if len(key) > 4 and key.endswith("_"))

    def shown(key: str) -> bool:
        """Where no more than the room is written out, the rest has to be a word in the code."""
        parts = [(form.partition("_(")[0], match[1]) for form in forms
                 if (match := re.fullmatch(form, key))]  # fmt: skip
        return (
            key in quoted
            or key.startswith(begun)
            or any("_" in start or rest in quoted for start, rest in parts)
        )

    assert [key for key in TABLE if not shown(key)] == []


def test_every_text_that_is_asked_for_is_in_a_table():
    asked = {path: asked_by(path) - set(TABLE) for path in [*PYTHON, *SCRIPTS]}

    assert {relative(path): keys for path, keys in asked.items() if keys} == {}


def test_a_room_shows_texts_of_its_own_table_or_of_a_room_before_it():
    near: set[str] = set()
    far = {}

    for room in VIEW:
        near |= set(json.loads(TABLES[room].read_text("utf-8"))) if room in TABLES else set()
        files = [path for path in (*PYTHON, *SCRIPTS) if ROOMS / room in path.parents]
        far |= {relative(path): keys for path in files if (keys := asked_by(path) - near)}

    assert far == {}


def test_a_key_stands_in_one_table():
    tables = [json.loads(path.read_text("utf-8")) for path in TABLES.values()]

    assert set(TABLES) <= set(VIEW)
    assert sum(map(len, tables)) == len({key for table in tables for key in table}) == len(TABLE)


def test_all_braces_in_a_text_are_slots():
    assert [key for key, text in TABLE.items() if set("{}") & set(SLOT.sub("", text))] == []
