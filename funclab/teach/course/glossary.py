"""`glossary`: the terms of the course, each in a sentence or two, with the lessons about it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from html import escape

from funclab.errors import NameLookupError
from funclab.registry import near
from funclab.teach import course
from funclab.teach.catching_up import lesson_files

LEFT = 'style="text-align:left"'


@dataclass(frozen=True)
class Term:
    """A term: what it means, and the numbers or names of the lessons that explain it."""

    name: str
    text: str
    lessons: tuple[int | str, ...]

    @property
    def where(self) -> str:
        return f"lesson{'s' * (len(self.lessons) > 1)} {', '.join(map(str, self.lessons))}"

    def __str__(self) -> str:
        return f"{self.name}: {self.text} ({self.where})"


@dataclass(frozen=True)
class Glossary:
    """Some terms. A notebook shows a table with links to the lessons; `print` shows text."""

    terms: tuple[Term, ...]

    def __repr__(self) -> str:
        return "\n".join(map(str, self.terms))

    def _repr_html_(self) -> str:
        rows = "".join(_row(term) for term in self.terms)
        return f'<table class="funclab-glossary"><tbody>{rows}</tbody></table>'


def _row(term: Term) -> str:
    files = lesson_files()
    links = ", ".join(
        f'<a href="{escape(files[lesson].name)}">{lesson}</a>' if lesson in files else str(lesson)
        for lesson in term.lessons
    )
    cells = f"<td {LEFT}>{escape(term.text)}</td><td {LEFT}>{links}</td>"
    return f'<tr><th scope="row" {LEFT}>{escape(term.name)}</th>{cells}</tr>'


@functools.cache
def terms() -> dict[str, Term]:
    """All terms by name, in the order of the course."""
    rows = course.read(course.HERE / "glossary.toml")["term"]
    return {row["name"]: Term(row["name"], row["text"], tuple(row["lessons"])) for row in rows}


def glossary(term: str = "") -> Glossary:
    """What a term of the course means, and which lessons explain it; without a term, all of them.

    `term` (default ""): a term such as "bias"; large and small letters are the same.

    Raises: NameLookupError for a term that is not there.

    >>> glossary("bias")
    bias: A number that is added to a sum, whatever the input. (lesson 1)
    """
    known = {name.lower(): item for name, item in terms().items()}
    if not term:
        return Glossary(tuple(terms().values()))
    if str(term).lower() not in known:
        raise NameLookupError(
            f"The glossary has no term {str(term)!r}{near(str(term), terms())}.",
            why=f"its terms are {', '.join(terms())}.",
            fix='name one of them, such as glossary("bias").',
        )
    return Glossary((known[str(term).lower()],))
