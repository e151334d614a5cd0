"""What the caption of a lesson's view speaks of is in sight as soon as the view opens.

Each lesson's stored views are put on one page, as high as a notebook makes them; no cell is run.
"""

from __future__ import annotations

import ast
import base64
import json
import re
import zlib
from typing import Any

import pytest

from funclab.teach.catching_up import lesson_files
from funclab.view.draw.picture import document
from funclab.view.live.assets import script, style
from tests.browser.waiting import laid_out
from tests.lessons.lesson import Lesson

MIME = "application/vnd.funclab.view+json"
LESSONS = [Lesson(path) for path in lesson_files().values()]
WINDOWS = {(1280, 720): (1096, 616), (1440, 900): (1256, 796)}
"""Windows of JupyterLab, and the part of them that shows a notebook."""
ELSEWHERE = {
    "02 Figure 7": {"Flatten"},  # it is not there
    "06 Figure 9": {"compile"},  # its order in time
    "08 Figure 4": {"24"},  # the data
    "09 Figure 2": {"placed", "fit(x, x)"},  # another name of what is there; the folded line
    "10 Figure 10": {"12"},  # the number of the model
    "14 Figure 1": {"scrap"},  # it is not there
}
"""What captions name that is not in their view, with the reason."""
# The words that can be seen in a view: not those that are scrolled away or only for screen readers.
SEEN = """root => {
  const inside = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1
    && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
  const clips = (one) => {
    const { overflowX, overflowY } = getComputedStyle(one);
    return !(one instanceof SVGElement) && (overflowX !== "visible" || overflowY !== "visible");
  };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), words = [];
  while (walker.nextNode()) {
    const { parentElement: one, data } = walker.currentNode, range = document.createRange();
    if (!data.trim() || !one.checkVisibility({ visibilityProperty: true })) continue;
    range.selectNodeContents(walker.currentNode);
    const at = range.getBoundingClientRect();
    let seen = at.width > 2 && inside(at, root.getBoundingClientRect());
    for (let up = one; seen && up !== root; up = up.parentElement)
      if (clips(up) && !inside(at, up.getBoundingClientRect())) seen = false;
    if (seen) words.push(data);
  }
  return words.join(" ");
}"""


def views(lesson: Lesson) -> list[tuple[str, dict[str, Any], str]]:
    """The views of a lesson with a caption: the room of each, its traits, and the caption."""
    found = []
    for cell, after in zip(lesson.cells, lesson.cells[1:], strict=False):
        caption = re.match(r"\*(Figure \d+\. .*?)\*(\s|$)", after.source)
        for output in cell.get("outputs", []):
            if caption and MIME in output.get("data", {}):
                held = zlib.decompress(base64.b64decode(output.metadata[MIME]["held"]))
                traits = json.loads(held) | {"cover": ""}
                traits["state"] |= opened_with(cell.source, traits)
                found.append((output.data[MIME]["view"], traits, caption[1]))
    return found


def opened_with(source: str, traits: dict[str, Any]) -> dict[str, Any]:
    """The state that a cell asks for; its stored output may be older than the cell."""
    if source.startswith("%%shapes"):
        reads = [any(row[1] != "–" for row in step["table"]) for step in traits["facts"]["steps"]]
        return {"step": reads.index(True)}
    if source.startswith("%%"):
        return {}
    calls = [one for one in ast.walk(ast.parse(source).body[-1]) if isinstance(one, ast.Call)]
    given = {word.arg: word.value for call in calls for word in call.keywords}
    wanted = {name: value for name, value in given.items() if name in traits["state"]}
    return {name: value.value for name, value in wanted.items() if isinstance(value, ast.Constant)}


def claims(caption: str) -> list[str]:
    """Names and numbers in a caption, as a view writes them."""
    text = re.sub(r"^Figure \d+\. ", "", caption)
    names = re.findall(r"`([^`]+)`", text)
    plain = re.sub(r"`[^`]+`", "", text)
    return names + re.findall(r"\d[\d,]*\d|\d+ × \d+", plain)


def in_text(claim: str, seen: str) -> bool:
    """Whether a claim is there; two lengths may stand in a shape."""
    ways = {claim, claim.replace(" × ", "×"), claim.replace(" × ", ", ")}
    return any(way in seen for way in ways)


def page_of(lesson: Lesson) -> str:
    """A page with all of them, in a part that scrolls as a notebook does."""
    parts, scripts = [], []
    for i, (room, traits, _) in enumerate(views(lesson)):
        parts.append(f'<div id="view{i}" style="margin-bottom:40px"></div>')
        data = json.dumps(traits, ensure_ascii=True).replace("<", "\\u003c")
        scripts.append(
            f'<script type="module">{script(room)}\nconst el = document.getElementById("view{i}");'
            f"view.default.render({{ model: live.held({data}), el }});</script>"
        )
    body = f'<div class="jp-WindowedPanel-outer" style="overflow:auto">{"".join(parts)}</div>'
    return document(str(lesson), "body{margin:0}" + style(), body + "".join(scripts))


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_a_view_opens_on_what_its_caption_speaks_of(lesson, browser, tmp_path):
    path, missing = tmp_path / "lesson.html", []
    path.write_text(page_of(lesson), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())

    for window, (width, height) in WINDOWS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.add_style_tag(content=f".jp-WindowedPanel-outer{{height:{height}px}}")
        page.evaluate("() => dispatchEvent(new Event('resize'))")
        laid_out(page)
        for i, (_, _, caption) in enumerate(views(lesson)):
            view = page.locator(f"#view{i} .fl").first
            box = view.bounding_box()
            assert box["height"] <= min(560, height - 52)
            seen = re.sub(r"\s+", " ", view.evaluate(SEEN)).replace(" × ", "×")
            told = ELSEWHERE.get(f"{lesson.path.name[:2]} {caption.split('.')[0]}", set())
            lost = [
                claim for claim in claims(caption) if claim not in told and not in_text(claim, seen)
            ]
            missing += [(window, caption, lost)] if lost else []

    page.close()
    assert missing == []
