"""The parts of the page of a class. All text passes through `words` or `code`, which escape it;
there are no scripts, so that nothing in a file of a student can run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from funclab.view.draw.canvas import shown
from funclab.view.draw.picture import document
from funclab.view.draw.text import clean
from funclab.view.live.assets import style
from funclab.view.live.page import PAGE

Html = str
"""Markup, in which all text is escaped already."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser allows the page: styles, and nothing else."""
RIGHT, WRONG = "✓", "✕"


def words(text: str) -> Html:
    """A text; what stands between backticks is code.

    >>> words("`Dense` <b>")
    '<code>Dense</code> &lt;b&gt;'
    """
    return re.sub("`([^`]+)`", "<code>\\1</code>", shown(text))


def code(lines: str) -> Html:
    """A program, as text.

    >>> code("a < b\\nc")
    '<pre tabindex="0">a &lt; b\\nc</pre>'
    """
    text = "\n".join(escape(clean(line.rstrip().expandtabs(4))) for line in lines.split("\n"))
    return f'<pre tabindex="0">{text}</pre>'


def element(tag: str, *inner: Html, kind: str = "") -> Html:
    """An element with a class or without."""
    named = f' class="{kind}"' if kind else ""
    return f"<{tag}{named}>{''.join(inner)}</{tag}>"


def paragraph(text: str, kind: str = "") -> Html:
    return element("p", words(text), kind=kind) if text else ""


def heading(level: int, text: str, after: str = "") -> Html:
    """A heading, and less loudly what stands behind it."""
    small = f" <small>{words(after)}</small>" if after else ""
    return f"<h{level}>{words(text)}{small}</h{level}>"


def items(texts: Iterable[str]) -> Html:
    """A list of sentences."""
    return element("ul", *(element("li", words(text)) for text in texts))


def card(*inner: Html, strong: bool = False) -> Html:
    """A framed part; `strong` for the one to begin with."""
    return element("article", *inner, kind="fl-first" if strong else "")


def bars(*lengths: tuple[str, float]) -> Html:
    """Bars that begin at the same place, each with a kind and its length, a share of the width.
    What they say is said by the text beside them."""
    drawn = "".join(
        f'<i class="fl-{kind}" style="width:{100 * min(1.0, length):.4g}%"></i>'
        for kind, length in lengths
        if length > 0
    )
    return f'<div class="fl-bars" aria-hidden="true">{drawn}</div>'


def row(text: Html, drawn: Html, *told: str, kind: str = "") -> Html:
    """A line of text, with bars and what they say under it."""
    said = (element("span", words(one)) for one in told)
    return element("div", text, drawn, *said, kind=f"fl-row fl-row-{len(told)} {kind}".strip())


def side_by_side(*inner: Html) -> Html:
    """Cards or rows in as many columns as there is room for."""
    return element("div", *inner, kind="fl-cards")


def folded(title: str, inner: Html) -> Html:
    """A part that opens by click, or by Enter."""
    return element("details", element("summary", words(title)), inner)


def tiles(rows: Iterable[tuple[str, str, str]]) -> Html:
    """Numbers to see first: what each is, its value, and what follows it."""
    inner = [
        element(
            "div",
            element("dt", words(name)),
            element("dd", element("strong", words(value)), element("small", words(after))),
        )
        for name, value, after in rows
    ]
    return element("dl", *inner, kind="fl-tiles")


def grid(caption: str, titles: Sequence[str], rows: Iterable[Sequence[tuple[str, str]]]) -> Html:
    """A table whose first column is a heading; each cell has a text and a kind, or "" for none."""
    heads = "".join(f'<th scope="col">{words(title)}</th>' for title in titles)
    body = ""
    for (first, _), *cells in rows:
        others = "".join(element("td", shown(text), kind=kind) for text, kind in cells)
        body += f'<tr><th scope="row">{shown(first)}</th>{others}</tr>'
    return (
        f'<div class="fl-wide" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table class="fl-grid"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def section(title: str, note: str, body: Html, panel: Html = "", foot: str = "") -> Html:
    """A part of the page in the frame of a view: a header, the stage, a panel beside it, a foot."""
    header = f'<h2 class="fl-title">{words(title)}</h2><small>{words(note)}</small>'
    beside = element("div", panel, kind="fl-aside") if panel else ""
    return element(
        "section",
        element("div", header, kind="fl-header"),
        element("div", element("div", body, kind="fl-main-part"), beside, kind="fl-parts"),
        element("div", paragraph(foot), kind="fl-foot") if foot else "",
        kind="fl",
    )


def within(look: str, parts: Iterable[Html]) -> Html:
    """The parts in the colours and at the size of a look."""
    plain, known = '<section class="fl">', f'<section class="fl funclab" data-look="{look}">'
    return f'<div class="fl-classroom">{"".join(parts).replace(plain, known)}</div>'


def output(look: str, parts: Iterable[Html], name: str) -> Html:
    """The parts as the output of a cell, which scrolls."""
    sheet = style("live", "classroom")
    return (
        f'<style>{sheet}</style><div class="fl-held" tabindex="0" role="region" '
        f'aria-label="{escape(clean(name))}">{within(look, parts)}</div>'
    )


def page(look: str, parts: Iterable[Html], title: str) -> str:
    """The parts as a page that opens from disk, and on which nothing can run."""
    sheet = PAGE + style("live", "classroom")
    told = f"<h1>{words(title)}</h1>{within(look, parts)}"
    return document(clean(title), sheet, told, policy=POLICY)
