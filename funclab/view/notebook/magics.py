"""Commands of the notebook: `%funclab`, `%nodes LAYER`, `%%shapes`, `%%fails`, `%%check`
and `%%keras`."""

from __future__ import annotations

import inspect
import re
import traceback
from dataclasses import replace
from typing import Any

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from IPython.display import display

from funclab import registry
from funclab.errors import ArgumentError, FunclabError, NameLookupError
from funclab.graph.node import Node, observed
from funclab.graph.operation import Operation
from funclab.view.draw import theme
from funclab.view.draw.sentences import say
from funclab.view.lesson.failed import FailedView
from funclab.view.notebook.entry_points import CHECK, KERAS, WAYS, Way
from funclab.view.shapes.failure import failed_step
from funclab.view.shapes.steps import walk
from funclab.view.shapes.view import ShapeWalk

SWITCHES = {"look": "projector", "ask": "on"}
HELP = [
    ("model", say("help_model")),
    ("layer, tensor", say("help_objects")),
    ("%nodes layer", say("help_nodes")),
    ("%%shapes", say("help_cell_shapes")),
    ("%%fails", say("help_cell_fails")),
    ("%%check 1B", say("help_cell_check")),
    ("%%keras", say("help_cell_keras")),
    *((f"%funclab {word} {way.example}", say(f"help_{word}")) for word, way in WAYS.items()),
    *((f"%funclab {word} {example}", say(f"help_{word}")) for word, example in SWITCHES.items()),
]
OWN_CELLS = {example.split()[0] for example, _ in HELP if example.startswith("%%")}
CELL = "<this cell>"
WORDS = [*WAYS, *SWITCHES]
LONG_NAMES = {way.function: word for word, way in WAYS.items()}
"""`%funclab to_code model` is `%funclab code model`."""


@magics_class
class FunclabMagics(Magics):
    """What `%load_ext funclab` adds."""

    shell: Any

    @no_var_expand  # IPython must not expand the braces of a dict among the arguments
    @line_magic
    def funclab(self, line: str) -> None:
        """Any view: `%funclab explore model`. Alone, the list of all views.

        What follows the word are the arguments of the call: `%funclab diff a, b`.
        """
        word, rest = _parts(line)
        if not word:
            print(help_text())
        elif word in SWITCHES:
            self._switch(word, rest)
        elif word in WAYS:
            self._show_view(f"%funclab {word}", WAYS[word], rest)
        else:
            raise self._unknown(word)

    @no_var_expand
    @line_magic
    def nodes(self, line: str) -> None:
        """The nodes of the named layer (or the path to a tensor, or the graph of a model)."""
        self._show_view("%nodes", replace(WAYS["explore"], example="dense"), line.strip())

    @cell_magic
    def shapes(self, line: str, cell: str) -> None:
        """Run the cell, then walk through the calls it made; a failing call ends the walk."""
        with observed() as nodes:
            try:
                self.shell.ex(cell)
            except FunclabError as error:
                if isinstance(error.graph, Operation):
                    self._show(nodes, failed_step(error.graph, list(error.tensors), error))
                    error.drawn = True
                raise
        self._show(nodes, None)

    @cell_magic
    def fails(self, line: str, cell: str) -> None:
        """Run a cell that is meant to fail: show its error as usual, and let the notebook continue.

        A cell that does not fail says so.
        """
        try:
            exec(compile(self.shell.transform_cell(cell), CELL, "exec"), self.shell.user_ns)
        except (Exception, SystemExit) as error:
            number = next((f.lineno for f in reversed(traceback.extract_tb(error.__traceback__))
                           if f.filename == CELL), 0)  # fmt: skip
            lines = cell.splitlines()
            at_fault = lines[number - 1] if number and number <= len(lines) else ""
            display(FailedView(error, at_fault))
        else:
            print(say("cell_did_not_fail"))

    @cell_magic
    def check(self, line: str, cell: str) -> None:
        """Run a cell as the answer to an exercise, and give the verdict: `%%check 1B`."""
        lines = self.shell.transform_cell(cell)
        display(CHECK.load()(line.strip().strip("\"'"), lines, self.shell.user_ns))

    @cell_magic
    def keras(self, line: str, cell: str) -> None:
        """Run a cell written for a real Keras, if there is one, and show what it prints."""
        display(KERAS.load()(self.shell.transform_cell(cell), self.shell.user_ns))

    @staticmethod
    def _show(nodes: list[Node], failure: Any) -> None:
        display(ShapeWalk(walk(say("this_cell"), nodes, failure=failure)))

    def _show_view(self, command: str, way: Way, text: str) -> None:
        """Call the function of a view with the arguments after its word, and show its result."""
        args, settings = self._arguments(command, way, text)
        function = way.load()
        signature = inspect.signature(function)
        misfit = _misfit(way, signature, args, settings)
        if misfit:
            raise ArgumentError(
                f"`{f'{command} {text}'.strip()}` does not fit: {misfit}.",
                why=f"what follows are the arguments of funclab.{way.function}: "
                f"{', '.join(signature.parameters)}.",
                fix=f"write for example `{command} {way.example}`.",
            )
        result = function(*args, **settings)
        if way.function == "export_html":
            print(say("file_written", path=signature.bind(*args, **settings).arguments["path"]))
        elif isinstance(result, str):
            print(result)
        else:
            display(result)

    def _arguments(self, command: str, way: Way, text: str) -> tuple[tuple, dict[str, Any]]:
        """The arguments in `text`, evaluated among the user's own variables."""
        names = {"__arguments": lambda *args, **settings: (args, settings)}
        try:
            code = compile(f"__arguments({text}\n)", f"<{command}>", "eval")
            return eval(code, self.shell.user_ns | names)
        except FunclabError:
            raise
        except NameError as error:
            raise NameLookupError(
                f"`{command} {text}`: {error}.",
                why="the names after the view's word are those of the notebook"
                f"{registry.near(error.name or '', own_names(self.shell))}.",
                fix=f"run the cell that makes {error.name} first, or correct the name; "
                f'a text needs quotes: "{error.name}".',
            ) from None
        except Exception as error:
            message = error.msg if isinstance(error, SyntaxError) else error
            raise ArgumentError(
                f"`{command} {text}` cannot be read: {type(error).__name__}: {message}.",
                why="what follows the view's word is evaluated as the arguments of a call.",
                fix=f"write for example `{command} {way.example}`.",
            ) from error

    @staticmethod
    def _switch(word: str, value: str) -> None:
        if word == "look":
            theme.set_look(value)
        elif value in ("on", "off"):
            theme.set_ask(value == "on")
        else:
            raise ArgumentError(
                f"%funclab ask does not know {value!r}.",
                why="views ask before they show, or they do not.",
                fix="write `%funclab ask on` or `%funclab ask off`.",
            )

    def _unknown(self, word: str) -> FunclabError:
        """The error for a word that names no view; after a model's name, it suggests `explore`."""
        name = word.strip("(),")
        known = name in own_names(self.shell)
        fix = "write one of these; %funclab alone lists them with an example each."
        return NameLookupError(
            f"%funclab does not know {word!r}{registry.near(word, {*WORDS, *LONG_NAMES})}.",
            why=f"after %funclab comes one of {', '.join(WORDS)}.",
            fix=f"write `%funclab explore {name}`." if known else fix,
        )


def with_a_body(lines: list[str]) -> list[str]:
    """A cell that contains only one of these magics, with an empty line added: IPython would refuse
    it with its own error, but the magic itself has a better one."""
    first, *rest = lines or [""]
    word = first.partition(" ")[0].strip()
    return [f"{first.rstrip()}\n", "\n"] if word in OWN_CELLS and not rest else lines


def help_text() -> str:
    """All commands, each with an example."""
    width = max(len(example) for example, _ in HELP)
    return "\n".join(f"{example:<{width}}   {says}" for example, says in HELP)


def complete_word(shell: Any, event: Any) -> list[str]:
    """The words that may follow %funclab, and after such a word the notebook's variables."""
    if len(event.line.split(" ")) <= 2:
        return WORDS
    return own_names(shell)


def own_names(shell: Any) -> list[str]:
    """The names of the notebook's own variables."""
    return [name for name in shell.user_ns if not name.startswith("_")]


def _parts(line: str) -> tuple[str, str]:
    """The word of a view, and its arguments; these may be in brackets as in Python."""
    call = re.fullmatch(r"(\w+)\((.*)\)", line.strip(), re.DOTALL)
    word, rest = call.groups() if call else (*line.split(None, 1), "", "")[:2]
    return LONG_NAMES.get(word, word), rest.strip()


def _misfit(way: Way, signature: inspect.Signature, args: tuple, settings: dict) -> str:
    """What is wrong with the arguments of a call; empty if they fit."""
    try:
        bound = signature.bind(*args, **settings).arguments
    except TypeError as error:
        return str(error)
    lacking = way.function == "export_html" and bound.get("path") is None
    return "missing the name of the file" if lacking else ""
