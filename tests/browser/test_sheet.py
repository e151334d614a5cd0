"""What holds of every view: its room is used, words and lines are seen on what is behind them, keys
have rings, colours have signs beside them, and its page can be printed."""

from __future__ import annotations

import re

import numpy as np
import pytest

from funclab.view.draw import theme
from tests.browser import sheet
from tests.browser.picture import luminance
from tests.browser.waiting import laid_out

EMPTY = {"1096": 12, "800": 20, "projector": 15}
"""The largest empty rectangle, in percent of a view."""
SIZES, WEIGHTS = 7, {"400", "600"}
LEGENDS = 44  # two lines under a picture, and a gap
"""How far a legend may be from the picture that it explains."""
MARKS = [
    *("line", "rim", "neutral", "focus", "ink", "soft", "label", "input", "output", "fault"),
    *("pos", "neg", *(f"group{i}" for i in range(5))),
]
"""Colours of lines and marks that mean something."""
QUIET = {"paper", "rule", "sunken", "plain"}
"""Colours of hairlines and grounds, which are never the only sign of anything."""

# What is told apart, in which view, by which sign; and where the one is, and the other.
PAIRS = [
    ("chosen, or of the same layer", "selection", "dash",
     ".fl-ring:not(.fl-lit)", ".fl-ring.fl-lit"),
    ("shared, or not", "selection", "shape",
     ".box[data-key='shared[0]']", ".box[data-key='out[0]']"),
    ("curve of training, or of validation", "training", "dash",
     ".fl-chart path.s-ink:not(.f-ink)", ".fl-chart path.s-group1[stroke-width='2']"),
    ("point of training, or of validation", "training", "shape",
     ".fl-chart path.f-ink", ".fl-chart path.s-group1.f-paper"),
    ("forward, or backward", "trace", "dash",
     ".edge.fl-went .s-line", ".edge.fl-came .s-line"),
    ("weight above zero, or below", "playground", "dash",
     "path.s-pos[opacity]", "path.s-neg[opacity]"),
    ("point of class 1, or 0", "playground", "shape",
     ".fl-play-points .s-pos", ".fl-play-points .f-neg"),
    ("right answer, or wrong", "answer", "word",
     "li:nth-child(2) .fl-button", "li:nth-child(1) .fl-button"),
    ("answer given, or another", "answer", "edge",
     ".fl-options [aria-pressed=true]", ".fl-options [aria-pressed=false]"),
    ("wrong sample in a strip, or right", "whatif", "word",
     ".fl-strip-wrong", ".fl-strip-item:not(.fl-strip-wrong)"),
    ("wrong sample in a plane, or right", "embedding", "shape",
     "circle.s-fault", "text.f-output"),
    ("calls that differ, or not", "diff", "dash",
     ".tie[data-mark] path", ".tie:not([data-mark]) path"),
    ("call that failed, or not", "error", "dash",
     ".s-fault[stroke-dasharray='6 4']", ".box .s-input"),
    ("length that is missing, or there", "error", "dash",
     ".s-fault[stroke-dasharray='4 3']", "rect.f-fault"),
    ("step to come, or told", "shapes", "word",
     ".fl-todo code", "li:not(.fl-todo) code"),
    ("first epoch, or last", "landscape", "shape",
     "circle.f-group0", "circle.f-paper[r='5']"),
    ("what can be done, or not", "lines", "edge",
     "button:not(:disabled)", "button:disabled"),
    ("face that is shown, or another", "mistakes", "edge",
     ".fl-seg [aria-pressed=true]", ".fl-seg [aria-pressed=false]"),
]  # fmt: skip
# The signs of a part beside its colour. What is as light as a tint is not filled: in grey, it is
# hardly told from paper.
SIGN = """([view, what]) => {
  const one = document.querySelector(`#view${view} .fl`).querySelector(what);
  const tags = "path,rect,circle,line,polygon,text", style = getComputedStyle(one);
  const shapes = [...(one.matches(tags) ? [one] : []), ...one.querySelectorAll(tags)];
  const light = (colour) => (colour.match(/[\\d.]+/g) ?? [255, 255, 255]).slice(0, 3)
    .reduce((all, part, i) => all + [0.21, 0.72, 0.07][i] * (part / 255) ** 2.2, 0);
  const filled = (shape) => light(getComputedStyle(shape).fill) > 0.6 ? "o" : "f";
  return {
    dash: getComputedStyle(shapes[0] ?? one).strokeDasharray,
    shape: shapes.map((shape) => shape.tagName + filled(shape)
      + (shape.getAttribute("d") ?? "").replace(/[^A-Za-z]/g, "").slice(0, 12)).join(),
    word: (one.dataset.sign ?? "") + one.textContent.replace(/[\\d.,\\s()]|None/g, ""),
    edge: [style.boxShadow === "none", style.borderTopWidth, /, 0\\)/.test(style.borderTopColor),
      style.fontWeight, style.textDecorationLine].join(),
  };
}"""
UNPRINTED = {"what can be done, or not", "face that is shown, or another", "step to come, or told"}
"""States of controls, and of a list of steps to choose from."""
# The pieces of the line where the answer is undecided, as [dx, dy].
LINE = """view => [...document.querySelectorAll(`#view${view} .fl-stage svg path.s-ink[fill=none]`)]
  .map((path) => path.getAttribute("d"))"""
# Words of the pictures on the page, and of a still picture: each with its place and its colour.
WORDS = """([view, svg]) => {
  const root = document.querySelector(`#view${view} .fl`), holder = document.createElement("div");
  holder.innerHTML = svg;
  document.body.append(holder);
  const of = (svg) => [...svg.querySelectorAll("text")]
    .filter((one) => one.checkVisibility())
    .map((one) => [one.textContent, one.getBoundingClientRect(), getComputedStyle(one).fill])
    .map(([text, { left, top }, colour]) => [text, left, top, colour]);
  const live = [...root.querySelectorAll(".fl-stage svg")].filter((one) => one.checkVisibility());
  const found = [of(holder.querySelector("svg")), live.map(of)];
  holder.remove();
  return found;
}"""
SPREAD = ("explorer", "selection", "table")
"""Views whose stage is one picture, which is as high as there is room: lines are farther apart."""
STAGED = (*SPREAD, "diff", "embedding", "landscape", "verdict", "edit", "error")
"""Views whose stage is one picture; others are composed of several, beside each other where there
is room, and of words; their still pictures have these one under the other."""
# What is cut off in print, what can still be pressed, and words over words.
PRINTED = """() => [...document.querySelectorAll("section[id^=view]")].map((section) => {
  const root = section.querySelector(".fl"), all = [...root.querySelectorAll("*")];
  const seen = all.filter((one) => !(one instanceof SVGElement) && one.checkVisibility());
  const controls = seen.filter((one) => one.matches("input,select,kbd,summary,.fl-bar,.fl-keys"));
  const cut = seen.filter((one) => getComputedStyle(one).overflow !== "visible"
    && getComputedStyle(one).clipPath === "none" && one.offsetWidth > 2
    && (one.scrollHeight > one.clientHeight + 2 || one.scrollWidth > one.clientWidth + 2));
  const names = (list) => list.map((one) => one.outerHTML.slice(0, 90));
  const { backgroundColor: paper, breakInside: breaks } = getComputedStyle(root);
  return { controls: names(controls), cut: names(cut), paper, breaks };
})"""


@pytest.fixture(scope="module")
def pages():
    """The views with each look, and their page."""
    views = {look: sheet.made(look) for look in ("auto", "projector")}
    return {look: (found, sheet.page_of([*found.values()])) for look, found in views.items()}


@pytest.fixture(scope="module")
def page(browser, pages):
    page = sheet.opened(browser, pages["auto"][1], sheet.WINDOWS["1096"][0])
    yield page
    page.close()


@pytest.fixture(scope="module")
def seen(browser, pages, page):
    """All views in each window and in a dark theme; and their stops of Tab, which scroll parts."""
    width, look = sheet.WINDOWS["projector"]
    found = {"1096": sheet.sights(page, bare=True)}
    # Opened only now: a page behind another one takes its heights late.
    wall = sheet.opened(browser, pages[look][1], width)
    found["projector"] = sheet.sights(wall, bare=True)
    page.emulate_media(color_scheme="dark")
    found["dark"] = sheet.sights(page, bare=True)
    page.emulate_media(color_scheme="light")
    resize(page, "800")
    found["800"] = sheet.sights(page, bare=True)
    stops = {"projector": sheet.stops(wall), "800": sheet.stops(page)}
    resize(page, "1096")
    wall.close()
    return {**found, "stops": stops | {"1096": sheet.stops(page)}}


def resize(page, window):
    page.set_viewport_size({"width": sheet.WINDOWS[window][0], "height": 720})
    laid_out(page)


def each(seen, wrong, windows=("1096", "800", "projector")):
    """What is wrong with each view in each of these windows; nothing, if nothing is."""
    found = {
        (name, window): wrong(seen[window][name]) for window in windows for name in sheet.VIEWS
    }
    return {place: what for place, what in found.items() if what}


def on_paper(page, scheme="light"):
    page.emulate_media(media="print", color_scheme=scheme)
    page.set_viewport_size({"width": 718, "height": 1000})


def test_no_large_part_of_a_view_is_empty(seen):
    shares = {
        (name, window): seen[window][name].empty for window in sheet.WINDOWS for name in sheet.VIEWS
    }

    assert {place: share for place, share in shares.items() if share > EMPTY[place[1]]} == {}


@pytest.mark.parametrize("window", sheet.WINDOWS)
def test_nor_is_one_in_states_with_more_or_less_to_show(window, browser):
    width, look = sheet.WINDOWS[window]
    views = sheet.made(look, sheet.STATES)
    page = sheet.opened(browser, sheet.page_of([*views.values()]), width, len(views))

    shares = {name: view.empty for name, view in sheet.sights(page, names=views).items()}
    page.close()

    assert {name: share for name, share in shares.items() if share > EMPTY[window]} == {}


@pytest.mark.parametrize("window", ["1096", "dark", "projector", "800"])
def test_words_have_a_contrast_of_at_least_4_5_to_the_pixels_behind_them(seen, window):
    faint = each(seen, lambda view: view.faint, [window])

    marks = faint.pop(("embedding", window), [])  # samples, each a digit, that lie on each other
    assert [(text, ratio) for text, ratio in marks if not text.isdigit() or ratio < 3] == []
    assert faint == {}


def test_a_word_in_the_colour_of_what_is_behind_it_is_not_left_out():
    white = np.full((20, 60, 3), 255, np.uint8)
    word = {
        "text": "gone",
        "places": [[4, 4, 40, 16]],
        "opacity": 1,
        "colour": "rgb(255, 255, 255)",
    }

    view = sheet.Sight({"words": [word]}, white, white, white)

    assert view.faint == [("gone", 1.0)]


@pytest.mark.parametrize("look", ["light", "dark"])
def test_lines_and_marks_have_a_contrast_of_at_least_3(seen, look):
    colours = theme.palette(look)
    shades = {name: shade(colour) for name, colour in colours.items()}
    named = {tuple(np.round(sheet.colour_of(rgb(one))[0], 3)) for one in colours.values()}

    low = [
        (name, ground)
        for name in MARKS
        for ground in ("paper", "sunken")
        if ratio(shades[name], shades[ground]) < 3
    ]
    assert low == []
    assert {*MARKS, *QUIET} | {n for n in colours if n.endswith("-fill")} == {*colours} - {
        "on-colour"
    }
    assert (
        each(seen, lambda view: unnamed(view, named), ["1096" if look == "light" else "dark"]) == {}
    )


def unnamed(view, named):
    """Colours of lines that are neither the theme's nor a shade of grey, which images have."""
    found = [(text, *sheet.colour_of(text)) for text in view.measures["lines"]]
    return [
        text
        for text, colour, alpha in found
        if alpha and len({*colour}) > 1 and tuple(np.round(colour, 3)) not in named
    ]


def rgb(colour):
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


def shade(colour):
    return float(luminance(sheet.colour_of(rgb(colour))[0]))


def ratio(one, other):
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def test_a_view_has_at_most_seven_sizes_and_two_weights_and_nothing_in_italics(seen):
    def wrong(view):
        words = view.measures["words"]
        sizes, weights = ({word[name] for word in words} for name in ("size", "weight"))
        slanted = [word["text"] for word in words if word["slant"] != "normal"]
        return slanted or (len(sizes) > SIZES and sorted(sizes)) or sorted(weights - WEIGHTS)

    assert each(seen, wrong) == {}


def test_a_control_with_a_key_says_which(seen):
    def wrong(view):
        return [
            (name, told)
            for name, told, has_key in view.measures["controls"]
            if told == "" or (has_key and not told)
        ]

    assert each(seen, wrong) == {}


def test_distances_between_parts_are_multiples_of_four(seen):
    def wrong(view):
        return [gap for gap in view.measures["gaps"] if min(gap[2] % 4, -gap[2] % 4) > 0.01]

    assert each(seen, wrong) == {}


def test_legends_are_near_what_they_explain(seen):
    def wrong(view):
        return [legend for legend in view.measures["legends"] if legend[1] > LEGENDS]

    assert each(seen, wrong) == {}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0])
def test_states_are_told_apart_without_colour(page, pair):
    _, view, sign, one, other = pair
    place = [*sheet.VIEWS].index(view)

    found, another = (page.evaluate(SIGN, [place, part]) for part in (one, other))

    assert found[sign] != another[sign]


def test_states_are_told_apart_in_print_without_colour(page):
    on_paper(page)
    grey = page.add_style_tag(content="html{filter:grayscale(1)}")
    laid_out(page)
    image, same, unprinted = sheet.pixels_of(page), [], []

    for name, view, sign, one, other in PAIRS:
        place = [*sheet.VIEWS].index(view)
        signs = [page.evaluate(SIGN, [place, part])[sign] for part in (one, other)]
        boxes = [page.evaluate(sheet.PLACE, [place, part]) for part in (one, other)]
        if None in boxes:
            unprinted.append(name)
            continue
        same += [name] * (signs[0] == signs[1])
    grey.evaluate("one => one.remove()")
    page.emulate_media(media="screen")
    resize(page, "1096")

    assert int(np.ptp(image, axis=-1).max()) <= 2
    assert (same, {*unprinted} - UNPRINTED) == ([], set())


def test_every_stop_of_tab_has_a_ring(seen):
    found = seen["stops"]

    assert all(count > 0 for stops in found.values() for count, _ in stops.values())
    lost = {(window, name): one[1] for window in found for name, one in found[window].items()}
    assert {place: parts for place, parts in lost.items() if parts} == {}


def test_rings_of_focus_selection_and_the_same_layer_can_be_told_apart(page):
    view = page.locator(f"#view{[*sheet.VIEWS].index('selection')} .fl")
    page.keyboard.press("Tab")
    view.locator(".fl-stage").focus()

    focus = view.locator(".fl-stage").evaluate("one => getComputedStyle(one).outlineColor")
    rings = view.locator(".fl-ring").evaluate_all(
        "rings => rings.map(getComputedStyle).map((one) => [one.stroke, one.strokeDasharray])"
    )

    assert focus == rgb(theme.LIGHT["focus"])
    assert sorted(dash != "none" for _, dash in rings) == [False, True, True]
    assert {colour for colour, _ in rings} == {rgb(theme.LIGHT["ink"])}


def test_the_undecided_line_has_no_stairs(page):
    lines = page.evaluate(LINE, [*sheet.VIEWS].index("playground"))

    pieces = [pieces_of(part) for line in lines for part in line.split("M") if part]
    assert sum(map(len, pieces)) > 100
    stairs = [
        (a, b)
        for line in pieces
        for a, b in zip(line, line[1:], strict=False)
        if min(np.hypot(*a), np.hypot(*b)) > 4 and abs(np.dot(a, b)) < 1e-6
    ]
    assert stairs == []


def pieces_of(line):
    """The pieces of a path such as "10,20l3,4 5,6", as dx and dy."""
    return [
        (float(x), float(y))
        for part in re.findall(r"l([^a-zA-Z]*)", line)
        for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", part)
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_still_picture_has_the_words_of_the_stage_where_the_stage_has_them(page, pages, scheme):
    page.emulate_media(color_scheme=scheme)
    views = pages["auto"][0]

    moved = {}
    for name in STAGED:
        still, live = page.evaluate(WORDS, [[*sheet.VIEWS].index(name), views[name].svg()])
        moved[name] = apart(still, max(live, key=len), name in SPREAD)
    page.emulate_media(color_scheme="light")

    assert {name: words for name, words in moved.items() if words} == {}


def apart(still, live, is_spread):
    """Words of the stage that are not in the still picture, or not in the same colour, or not moved
    as all others are; in a picture that is spread out, lines have only the same order."""
    if is_spread:
        still, live = in_lines(still), in_lines(live)
    known = {}
    for text, x, y, colour in still:
        known.setdefault((text, colour), []).append((x, y))
    moves = [
        [(x - a, y - b) for a, b in known.get((text, colour), [])] for text, x, y, colour in live
    ]
    rounded = [(round(x), round(y)) for word in moves for x, y in word]
    far = max({*rounded}, key=rounded.count, default=(0, 0))
    return [
        word[0]
        for word, ways in zip(live, moves, strict=True)
        if not any(abs(x - far[0]) < 2 and abs(y - far[1]) < 2 for x, y in ways)
    ]


def in_lines(words):
    """Words with the number of their line in place of its height, ten for each, and without colour:
    the line of code of what is chosen has another."""
    lines = sorted({round(y) for _, _, y, _ in words})
    return [(text, x, 10 * lines.index(round(y)), "") for text, x, y, _ in words]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_printed_view_is_on_white_paper_whole_and_without_controls(page, scheme):
    on_paper(page, scheme)

    printed = dict(zip(sheet.VIEWS, page.evaluate(PRINTED), strict=True))
    words = dict(zip(sheet.VIEWS, page.evaluate(sheet.MEASURES), strict=True))
    page.emulate_media(media="screen", color_scheme="light")
    resize(page, "1096")

    assert {view["paper"] for view in printed.values()} == {"rgb(255, 255, 255)"}
    assert {view["breaks"] for view in printed.values()} == {"avoid"}
    for what in ("controls", "cut"):
        assert {name: view[what] for name, view in printed.items() if view[what]} == {}
    assert {name: view["beyond"] for name, view in words.items() if view["beyond"]} == {}
    assert {name: over for name, view in words.items() if (over := overlapping(view))} == {}


def overlapping(view):
    """Words that stand on other words, of those that are not part of a picture."""
    places = [
        (word["text"], *place)
        for word in view["words"]
        if not word["drawn"]
        for place in word["places"]
    ]
    return [
        (one[0], other[0])
        for i, one in enumerate(places)
        for other in places[:i]
        if min(one[3], other[3]) - max(one[1], other[1]) > 2
        and min(one[4], other[4]) - max(one[2], other[2]) > 4
    ]
