"""Texts are read and written as UTF-8 on every machine, whatever its settings are."""

from __future__ import annotations

import ast

from tests.project.source import ROOT

PLAIN = {"threads.py"}
"""What reads a system's own files, in ASCII."""
FILES = sorted(file for file in (ROOT / "funclab").rglob("*.py") if file.name not in PLAIN)


def texts(tree):
    """The calls that read or write a file as text, of a path or by `open`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        by_path = isinstance(node.func, ast.Attribute) and node.func.attr == "read_text"
        opened = isinstance(node.func, ast.Name) and node.func.id == "open"
        modes = [arg.value for arg in node.args[1:] if isinstance(arg, ast.Constant)]
        if by_path or (opened and not any("b" in str(mode) for mode in modes)):
            yield node


def test_every_text_file_has_its_encoding():
    bare = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in FILES
        for node in texts(ast.parse(file.read_text(encoding="utf-8")))
        if "utf-8" not in [getattr(one, "value", "") for one in encodings(node)]
    ]

    assert bare == []


def encodings(node):
    """What a call may give as its encoding."""
    return [*node.args, *(word.value for word in node.keywords if word.arg == "encoding")]
