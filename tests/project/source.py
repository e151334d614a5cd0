"""The project's own source as the project tests see it: files, imports, functions, code lines."""

import ast
import io
import subprocess
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from funclab.config import without_collection

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "funclab"

# From Python 3.12 on an f-string is many tokens; it counts as the one string it was before.
STRING_STARTS = {"FSTRING_START", "TSTRING_START"}
STRING_ENDS = {"FSTRING_END", "TSTRING_END"}
LAYOUT = {"ENCODING", "NEWLINE", "NL", "INDENT", "DEDENT", "COMMENT", "ENDMARKER"}


def tracked() -> list[str]:
    """The files of the project, by their paths in it; of an unpacked source distribution, all."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
        return listed.stdout.splitlines()
    made = {"__pycache__", "build", "node_modules", ".venv", ".bench", ".pytest_cache"}
    paths = [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()]
    return [path.as_posix() for path in paths if not made & {*path.parts}]


Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        # CPython 3.11 fails if a finalizer, which collection may call, parses something meanwhile.
        with without_collection():
            return ast.parse(self.text)

    @property
    def functions(self) -> Iterator[Function]:
        return (node for node in statements(self.tree) if isinstance(node, Function))

    @cached_property
    def docstrings(self) -> dict[int, ast.Constant]:
        """The docstrings by their first line."""
        owners = (ast.Module, ast.ClassDef, *Function.__args__)
        nodes = (self.tree, *statements(self.tree))
        bodies = [node.body for node in nodes if isinstance(node, owners)]
        return {
            node.value.lineno: node.value
            for node in (body[0] for body in bodies if body)
            if isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        }

    @cached_property
    def tokens(self) -> list[tuple[int, int]]:
        """First and last line of every token that is code, not layout, comment or docstring."""
        found: list[tuple[int, int]] = []
        starts: list[int] = []
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            kind = tokenize.tok_name[token.type]
            if kind in STRING_STARTS:
                starts.append(token.start[0])
            elif kind in STRING_ENDS:
                first = starts.pop()
                if not starts:
                    found.append((first, token.end[0]))
            elif not starts and kind not in LAYOUT and not self._is_docstring(token):
                found.append((token.start[0], token.end[0]))
        return found

    def _is_docstring(self, token: tokenize.TokenInfo) -> bool:
        return token.type == tokenize.STRING and token.start[0] in self.docstrings

    @property
    def code_lines(self) -> set[int]:
        return {line for first, last in self.tokens for line in range(first, last + 1)}


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements inside: a tenth of what there is."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield child
            yield from statements(child)


@cache
def sources(folder: Path = PACKAGE) -> list[Source]:
    return [Source(path) for path in sorted(folder.rglob("*.py"))]


def called_name(call: ast.Call) -> str:
    """`f` of f(...) and of module.f(...)."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
