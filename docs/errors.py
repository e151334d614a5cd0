"""The index of errors: the line, funclab's message, the picture it draws, and the fix."""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from docs.stored import raw
from docs.thumbs import named_once
from funclab import registry
from funclab.errors import FunclabError
from funclab.view.faults.faults import picture_of_fault
from tests.misuse.answers import CHANGING, LINES
from tests.misuse.desk import Desk

MARKUP = re.compile(r"[\\*_\[\]<>#|{}$]")
INTRODUCTION = """\
# Errors

What people write by mistake, and what funclab answers: each error says what happened, why, and what
to type instead. In a notebook many also draw the piece of graph at fault. The layers and models in
these examples are those of one desk: `twins` reads `left` and `right` with the shared layer
`encoder` and says `same` and `word`; `reader` reads four `pixels`.

Search for the words of your error with the search at the top, or look for what you wrote:
"""


@dataclass
class Answer:
    """One line that fails, and its error."""

    wrote: str
    error: FunclabError
    svg: str


def pages() -> dict[str, str]:
    """One page for each class of errors, and the table of all lines."""
    classes = defaultdict(list)
    for answer in answers():
        classes[type(answer.error).__name__].append(answer)
    texts = {f"{name}.md": page(name, listed) for name, listed in sorted(classes.items())}
    rows = ["| what was written | error |", "|---|---|"]
    for name, listed in sorted(classes.items()):
        rows += [f"| [{a.wrote}]({name}.md#{anchor(a)}) | {name} |" for a in listed]
    order = "\n".join(sorted(classes))
    toc = f"```{{toctree}}\n:hidden:\n{order}\n```\n"
    return {"index.md": "\n".join([INTRODUCTION, *rows, "", toc]), **texts}


def answers() -> list[Answer]:
    """Every line of tests/misuse that ends in an error."""
    found = []
    for title, line in LINES.items():
        with registry.fresh_names(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                line(Desk())
            except FunclabError as error:
                picture = picture_of_fault(error)
                svg = named_once(picture.svg) if picture is not None else ""
                found.append(Answer(title.replace("-", " "), error, svg))
    return found


def page(name: str, listed: list[Answer]) -> str:
    """All lines that end in one class of errors."""
    kind: Any = type(listed[0].error)
    builtins = [base.__name__ for base in kind.__mro__ if base.__module__ == "builtins"][:-3]
    said = " ".join((kind.__doc__ or "").split())
    also = f"It is also a {', '.join(f'`{base}`' for base in builtins)}." if builtins else ""
    return "\n".join([f"# {name}\n\n{plain(said)} {also}\n", *map(section, listed)])


def section(answer: Answer) -> str:
    error = answer.error
    told = [
        f"({anchor(answer)})=\n## {plain(answer.wrote)}\n",
        f"```text\n{CHANGING.sub('...', type(error).__name__ + ': ' + error.what)}\n```\n",
        f"**Why:** {plain(CHANGING.sub('...', error.why))}\n",
        f"**Fix:** {plain(CHANGING.sub('...', error.fix))}\n",
    ]
    return "\n".join([*told, raw(answer.svg) if answer.svg else "", ""])


def anchor(answer: Answer) -> str:
    return re.sub(r"\W+", "-", answer.wrote.lower()).strip("-")


def plain(text: str) -> str:
    """Text in which nothing is markup, except code in backticks."""
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(p if p.startswith("`") else MARKUP.sub(r"\\\g<0>", p) for p in parts)
