"""What a view says, step by step: to a screen reader, and by marks in its picture.

A transcript begins with all that the view says at first. Then come steps: a line with the keys that
are pressed, how many lines are no longer said, and those that are new. The files in `transcripts/`
are facts about small models; whoever changes one reads it and counts.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.waiting import laid_out

NOTHING = "() => []"
FOLDER = Path(__file__).parent / "transcripts"
PAGES = Path(__file__).parents[2] / "build" / "pages"
# What is marked in the picture and in lists, and where keys go.
MARKS = """() => {
  const root = document.body, at = document.activeElement;
  const marked = (kind) => [...root.querySelectorAll(`.fl-${kind}`)].map((part) => {
    const { key, tensor, reader } = part.closest("[data-key],[data-tensor]")?.dataset ?? {};
    const words = kind === "tag" || kind === "mark" ? part.textContent : "";
    const name = key ?? (tensor ? `edge ${tensor}` : part.textContent.slice(0, 60));
    return [kind, name, words].join(" ").trim();
  });
  const label = at.getAttribute("aria-label") ?? at.textContent;
  return [...new Set(["ring", "lit", "here", "tag", "mark"].flatMap((kind) => marked(kind).sort())),
    `keys go to ${at.tagName.toLowerCase()} ${label.slice(0, 60)}`];
}"""
# What is seen, outside of pictures, of a part that is read out in other words.
SEEN = """() => {
  const words = (node) => node.nodeType === Node.TEXT_NODE ? node.data :
    node.localName === "svg" ? "" : [...node.childNodes].map(words).join(" ");
  const parts = [...document.querySelectorAll("[aria-label]")];
  return parts.filter((part) => part.checkVisibility() && !part.querySelector("[aria-label],input"))
    .map((part) => words(part).replace(/\\s+/g, " ").trim().slice(0, 100))
    .filter((text) => text.length > 2).map((text) => `seen ${text}`);
}"""
# What a part refers to for its name or description, and is not on the page.
LOST = """() => ["aria-describedby", "aria-labelledby", "aria-controls"].flatMap((kind) =>
  [...document.querySelectorAll(`[${kind}]`)]
    .flatMap((part) => part.getAttribute(kind).split(" ").filter(Boolean)))
  .filter((id) => !document.getElementById(id))"""
# What scripts have drawn: shapes and bars with their ink, place and size, and words made small.
# What Python has drawn has colours beside the classes of its inks; it is told by stills. What
# moves, and how large a frame is shown, depend on when one looks.
DRAWN = """() => {
  const parts = [...document.querySelectorAll(".fl svg *, .fl [style], .fl small")];
  const inked = "[font-family],[class][fill^='#'],[class][stroke^='#']";
  const others = `g,title,svg,.fl-kept,.fl-dot,.fl-shown,${inked}`;
  const shown = (part) =>
    part.checkVisibility() && !part.closest("button,defs") && !part.matches(others);
  const near = (digits) => Number(digits).toFixed(Number(digits) < 2 ? 2 : 0);
  return parts.filter(shown).map((part) => {
    const inks = [...part.attributes]
      .filter(({ name }) => !/^(aria-|data-|role|tabindex|id|title)/.test(name))
      .map(({ name, value }) => `${name}=${value.replace(/\\d+\\.\\d+/g, near)}`);
    const words = ["text", "small"].includes(part.localName) ? part.textContent : "";
    return ["drawn", part.localName, ...inks, words].join(" ").trim().slice(0, 300);
  });
}"""
# What no line above says: what controls take, which keys they have, what can have the focus, and
# the marks that a style shows. It stands at the end of a file.
TRAITS = """() => {
  const told = new RegExp("^(type|min|max|step|rows|wrap|name|title|tabindex|spellcheck"
    + "|autocomplete|aria-(keyshortcuts|current|live|value[a-z]+|roledescription))$");
  const marks = new Set(("aside asked asks back both came chosen current drop failed in-here"
    + " in-withheld judged now on open pale play-idle secret solved tasked unseen veiled way went"
    + " what wi-drawing wi-empty wi-lines wrapped").split(" ").map((name) => `fl-${name}`));
  const parts = [...document.querySelectorAll(".fl, .fl *")];
  return parts.filter((part) => part.checkVisibility()).flatMap((part) => {
    const drawn = part.closest("svg") && part.localName !== "svg";  // Python says who has a focus
    const ours = [...part.attributes].filter(({ name, value }) =>
      !drawn && told.test(name) && value !== "button");
    const traits = [...ours.map(({ name, value }) => `${name}=${value}`),
      ...[...part.classList].filter((name) => marks.has(name))];
    const { key, tensor } = part.closest("[data-key],[data-tensor]")?.dataset ?? {};
    const name = part.ariaLabel ?? key ?? tensor ?? part.textContent;
    return traits.length ? [[part.localName, ...traits, name.trim().slice(0, 30)].join(" ")] : [];
  });
}"""
# How many parts have each class, outside of pictures, words that are not read out, and by how many
# quarters of its height or width a part is scrolled.
CLASSES = """() => {
  const parts = [...document.querySelectorAll(".fl, .fl *")].filter((part) =>
    !part.closest("svg") && part.checkVisibility()), counts = {}, hidden = [];
  for (const part of parts) {
    for (const name of part.classList) counts[name] = (counts[name] ?? 0) + 1;
    const silent = part.ariaHidden === "true" && !part.firstElementChild && part.textContent.trim();
    if (silent) hidden.push(`silent ${part.textContent.trim().slice(0, 60)}`);
    const down = Math.round(4 * part.scrollTop / part.clientHeight);
    const aside = Math.round(4 * part.scrollLeft / part.clientWidth);
    if (down || aside) hidden.push(`scrolled ${part.className} ${down} ${aside}`);
  }
  const classes = Object.keys(counts).sort().map((name) => `${name} ${counts[name]}`);
  return [...classes, ...hidden];
}"""
# All parts with all that they have, but for names that are counted up and what moves.
PAGE = """() => {
  const near = (digits) => Math.round(Number(digits));
  const told = ({ name, value }) => !/^(id|for|aria-(controls|labelledby|describedby))$/.test(name)
    && !/^data:|#fl/.test(value);
  const parts = [...document.querySelectorAll(".fl, .fl *")];
  const moves = ".fl-dot,.fl-kept,.fl-shown";
  return parts.filter((part) => !part.matches(moves)).map((part) => [part.localName,
    ...[...part.attributes].filter(told).map(({ name, value }) =>
      `${name}=${value.replace(/\\d+\\.\\d+/g, near)}`).sort(),
    [...part.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
      .map(({ data }) => data).join("|"), part.value ?? ""].join(" ")).join("\\n");
}"""
# A row says its cells; how many words a box of the picture has depends on the room for it.
SAID_ABOVE = re.compile(r"(rowheader|cell|columnheader)\b|(list|listitem|rowgroup|table|row)$")
NAMED = re.compile(r"""'?((?:button|group|img) "(?:[^"\\]|\\.)*"(?: \[\w+\])?)""")


def said(page: Page, more: str = NOTHING) -> list[str]:
    """All that a view says now, line by line, and what a script adds."""
    laid_out(page)
    lines, inside = [], None  # the indent of the picture that the lines are in
    for line in page.locator("body").aria_snapshot().splitlines():
        told = line.strip(" -").rstrip(":").strip("'")
        indent = len(line) - len(line.lstrip())
        inside = None if inside is not None and indent <= inside else inside
        if inside is not None or told.startswith("img "):
            inside = indent if inside is None else inside
            lines += [found[1]] if (found := NAMED.match(told)) else []
        elif not SAID_ABOVE.match(told):
            lines.append(told[:300])
    assert page.evaluate(LOST) == []
    return [*lines, *page.evaluate(SEEN), *page.evaluate(MARKS), *page.evaluate(more)]


def transcript(page: Page, steps: list[str], faults: str = NOTHING, more: str = NOTHING) -> str:
    """What a view says, and what changes with each step: keys, or `click` and a selector; `faults`
    is a script that lists what is wrong on the page, after each step, and `more` one that lists
    what else is to be told, such as `DRAWN`."""
    before, traits = said(page, more), traits_of(page)
    lines, others = [*before], ["", "= traits", *traits]
    for step in steps:
        if step.startswith("click "):
            page.locator(step.removeprefix("click ")).first.click()
        else:
            for key in step.split():
                page.keyboard.press(" " if key == "Space" else key)
        now = said(page, more)
        assert page.evaluate(faults) == [], step
        lines += changed(before, now, step)
        others += changed(traits, changing := traits_of(page), step)
        before, traits = now, changing
    return "\n".join(lines + others) + "\n"


def traits_of(page: Page) -> list[str]:
    """What no line above says, and a digest of the whole page, which is kept for a comparison."""
    whole = page.evaluate(PAGE)
    digest = hashlib.sha256(whole.encode()).hexdigest()[:8]
    PAGES.mkdir(parents=True, exist_ok=True)
    (PAGES / f"{digest}.txt").write_text(whole, "utf-8")
    return [*page.evaluate(TRAITS), *page.evaluate(CLASSES), f"page {digest}"]


def changed(before: list[str], now: list[str], step: str) -> list[str]:
    """What a step has changed: how many lines are gone, and those that are new."""
    changes = [line for line in difflib.ndiff(before, now) if line[0] in "-+"]
    gone = sum(line[0] == "-" for line in changes)
    return ["", f"> {step}  ({gone} gone)", *(line for line in changes if line[0] == "+")]
