"""Views where only text can be shown: at Python's prompt, and in programs run in a terminal."""

from __future__ import annotations

import sys
from typing import Any

from funclab.view.draw.sentences import say


def at_prompt() -> bool:
    """Whether results are printed at the prompt of Python or of IPython, without Jupyter."""
    return hasattr(sys, "ps1") and not _in_notebook()


def printed(text: str, line: str) -> str:
    """A view in words and, in a terminal, how to save it as a page: with its `line` of Python."""
    seen = at_prompt() or (sys.stdout is not None and sys.stdout.isatty() and not _in_notebook())
    return f"{text}\n\n{say('view_as_page', line=line)}" if seen and line else text


def _in_notebook() -> bool:
    interactive: Any = sys.modules.get("IPython.core.getipython")
    marimo: Any = sys.modules.get("marimo")
    if marimo is not None and marimo.running_in_notebook():
        return True
    return hasattr(interactive and interactive.get_ipython(), "kernel")
