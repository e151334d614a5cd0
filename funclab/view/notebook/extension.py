"""`%load_ext funclab`: models, layers, tensors and plans show themselves; errors are short."""

from __future__ import annotations

import sys
import textwrap
import traceback
from types import TracebackType
from typing import Any

from funclab.callbacks.base import History
from funclab.engine.plan import Plan
from funclab.errors import FunclabError
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.training import fitting
from funclab.view.draw import theme
from funclab.view.faults.faults import picture_of_fault
from funclab.view.notebook import runs
from funclab.view.notebook.at_import import SHOWN, SVG
from funclab.view.scene import words
from funclab.view.scene.diagram import diagram, tensor_view
from funclab.view.tables.nodes import node_table

PLAIN = "text/plain"
BOLD, PLAIN_TEXT = "\x1b[1m", "\x1b[0m"
NOT_OWN = {"funclab", "IPython", "numpy", *sys.stdlib_module_names}
"""Modules whose lines of a traceback are not the user's own."""
WIDTH = 80
"""The most letters in a line of an error's text, which then fits on a projector too."""


def load_ipython_extension(shell: Any) -> None:
    """Turn on the rich display of models, layers, tensors, plans and errors."""
    formatters = shell.display_formatter.formatters
    for cls in SHOWN:
        formatters[SVG].for_type(cls, picture_of)
    if hasattr(shell, "kernel"):  # a terminal has no place for a live view
        for cls in SHOWN:
            shell.display_formatter.mimebundle_formatter.for_type(cls, live_view)
        fitting.live_by_default = True
    formatters[PLAIN].for_type(Plan, lambda plan, printer, cycle: printer.text(str(plan)))
    from funclab.view.notebook.magics import FunclabMagics, complete_word, with_a_body

    if with_a_body not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(with_a_body)
    shell.register_magics(FunclabMagics)
    shell.set_hook("complete_command", complete_word, str_key="%funclab")
    shell.set_custom_exc((FunclabError,), show_error)
    runs.watch(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Turn it off again: everything is plain text, and errors show their whole traceback."""
    formatters = shell.display_formatter.formatters
    for cls in SHOWN:
        formatters[SVG].pop(cls, None)
        shell.display_formatter.mimebundle_formatter.pop(cls, None)
    formatters[PLAIN].pop(Plan, None)
    from funclab.view.notebook.magics import with_a_body

    if with_a_body in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(with_a_body)
    fitting.live_by_default = False
    shell.set_custom_exc((), None)
    runs.ignore(shell)


def load_in_marimo() -> None:
    """The same in marimo, which has no extensions to load, and asks each object how to show it."""
    Operation._mime_ = Tensor._mime_ = in_marimo  # type: ignore[attr-defined]
    History._mime_ = in_marimo  # type: ignore[attr-defined]
    fitting.live_by_default = True


def in_marimo(subject: Any) -> tuple[str, str]:
    """The explorer of a model, layer or tensor, or the curves of a training run, as marimo wants
    the display of a cell's value: a MIME type, and the text."""
    from funclab.view.training.view import watch

    view = watch(subject.model) if isinstance(subject, History) else explored(subject)
    marimo = sys.modules["marimo"]
    return (PLAIN, repr(subject)) if view is None else marimo.as_html(view)._mime_()  # type: ignore[attr-defined]


def explored(subject: Any) -> Any:
    """The explorer of a model, layer or tensor; None for what has no graph."""
    from funclab.view.explorer.view import explore

    try:
        return explore(subject)
    except FunclabError:
        return None


def live_view(subject: Any, **_: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The explorer of a model, layer or tensor, for front ends that show live views.

    The static picture and the plain text beside it come from the other formatters.
    """
    view = explored(subject)
    if view is None:
        return None
    data, metadata = view._repr_mimebundle_()
    return {kind: value for kind, value in data.items() if kind not in (SVG, PLAIN)}, metadata


def picture_of(subject: Operation | Tensor) -> str | None:
    """A model's graph, the nodes of any other layer, or the path to a tensor. If there is none, the
    plain text remains: a display must not fail if the call itself did not."""
    look = theme.still()
    try:
        if isinstance(subject, Tensor):
            return tensor_view(subject, look=look).svg
        if words.graph_of(subject) is not None:
            return diagram(subject, look=look).svg
        return node_table(subject, look=look).svg
    except FunclabError:
        return None


def show_error(
    shell: Any,
    kind: type[BaseException],
    error: FunclabError,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    """Print an error as what, why and fix under the user's own line; draw the nodes at fault.

    The notebook gets its name and its text as for any other error.
    """
    lines = _folded("", kind.__name__, error.what)
    own = _own_line(trace)
    lines += ["", own] if own else []
    lines += ["", *_folded("  ", "Why", error.why), *_folded("  ", "Fix", error.fix)]
    shell._showtraceback(kind, error, lines)
    _draw_fault(error)
    return lines


def _folded(indent: str, title: str, text: str) -> list[str]:
    """A text of an error wrapped between words; notebooks break longer lines within words."""
    rest = indent and " " * len(f"{indent}{title}: ")
    wrapper = textwrap.TextWrapper(
        WIDTH, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    paragraphs = f"{indent}{title}: {text}".splitlines()
    lines = [line for paragraph in paragraphs for line in wrapper.wrap(paragraph) or [""]]
    lines[0] = lines[0].replace(f"{title}:", f"{BOLD}{title}:{PLAIN_TEXT}", 1)
    return lines


def _own_line(trace: TracebackType | None) -> str:
    """The last line of the user's own code on the way to the error."""
    frames = [
        (frame, number)
        for frame, number in traceback.walk_tb(trace)
        if str(frame.f_globals.get("__name__", "")).split(".")[0] not in NOT_OWN
    ]
    if not frames:
        return ""
    frame, number = frames[-1]
    summary = traceback.StackSummary.extract(iter([(frame, number)]), lookup_lines=True)[0]
    # A magic's error quotes its line itself; the call that IPython makes of it is not the user's.
    own = summary.line and not summary.line.startswith("get_ipython().run_")
    return f"{number:>5} → {summary.line}" if own else ""


def _draw_fault(error: FunclabError) -> None:
    """Draw the part of the graph that an error is about; if that fails, its text must remain."""
    from IPython.display import display

    if error.drawn:
        return
    try:
        picture = picture_of_fault(error, theme.chosen())
        if picture is not None:
            display(picture)
    except Exception:
        return
