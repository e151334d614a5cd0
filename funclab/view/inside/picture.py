"""The still picture: the calls with what they make of the sample, and the chosen number."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import area, polyline
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import few, say, signed
from funclab.view.draw.text import clean, shorten, text_width
from funclab.view.inside.calls import CLASSES, IDS, IMAGE, MAPS, OTHER, ROWS, Shown
from funclab.view.inside.expected import expected, expects
from funclab.view.learned.maps import draw_map

if TYPE_CHECKING:
    from funclab.view.inside.facts import Inner

WIDTH, LEFT, NAMES = 766, 16, 190
TILES, TILE, GAP, BARS = 12, 36, 4, 64
PLACE, STEP = 112, 24
"""The room of a position with what is expected there, and the most of one with numbers."""
MOST, CELLS = 12, 18
"""How many calls a still picture has at most, and squares along a side of a map."""
HEIGHT, MOST_ROWS = 52, 4


@dataclass(repr=False)
class InsidePicture(Picture):
    """What the calls of a model make of one sample; `state` is that of the view."""

    inner: Inner
    state: dict[str, Any]
    line: str
    look: str

    @property
    def title(self) -> str:
        return clean(self.inner.look.model.name)

    @property
    def description(self) -> str:
        return self.inner.text(self.state)

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """The title, a row for each call, or the heads of attention; the number, the caption."""
        sample = self.state["sample"]
        canvas.text_line(complex(LEFT, 28), self.title, Font(15, bold=True))
        after = LEFT + text_width(self.title, 15, bold=True) + 12
        says = self.inner.says(sample)
        words = " · ".join(filter(None, [say("strip_sample", i=sample), says]))
        canvas.text_line(complex(after, 28), words, Font(12, "label"))
        canvas.path(polyline([40j, complex(WIDTH, 40)]), Paint("", "rule", 1))
        if not self.inner.store:
            bottom = canvas.prose(complex(LEFT, 64), [say("inside_withheld")], 700, Font(13))
            return WIDTH, bottom
        index = self.inner.index(self.state)
        looks = index in self.inner.attention and self.state["face"] != "calls"
        base = self._heads(canvas, index) if looks else self._calls(canvas, index)
        if not looks and self.state["face"] == "number":
            base = self._rows(canvas, index, base)
        caption = say("inside_caption_weights" if looks else "inside_caption_other")
        texts = [] if looks else self.description.split("\n")[len(self.inner.listed) + 2 :]
        if not self.inner.trained:
            texts.append(say("inside_untrained"))
        texts.append(f"{say('inside_not_shown')} {caption}")
        base = canvas.prose(complex(LEFT, base + 20), texts, WIDTH - 2 * LEFT, Font(12, "soft"), 16)
        canvas.text_line(complex(LEFT, base + 4), self.line, Font(12, mono=True))
        return max(WIDTH, 2 * LEFT + text_width(self.line, 12, mono=True)), base + 16

    def _rows(self, canvas: Canvas, index: int, base: float) -> float:
        """The rows of a sum with the largest parts: window, kernel, and the sum of the products."""
        sample = self.state["sample"]
        array = self.inner.values(index, sample)
        at, channel = (
            self.inner.at(self.state, array),
            self.inner.channel(self.state, array.shape[2]),
        )
        number = self.inner.number(index, sample, at, channel)
        if number is None or self.inner.calls[index].recipe.kind != "sum":
            return base
        rows = sorted(number.rows, key=lambda row: -abs(row.partial))[:MOST_ROWS]
        tops = [
            max(abs(row.values).max() for row in rows),
            max(np.abs(np.asarray(row.weights)).max() for row in rows),
        ]
        for row in sorted(rows, key=lambda row: row.channel):
            corner, side = complex(LEFT + 40, base + 12), min(16.0, 48 / max(row.values.shape))
            middle = corner.imag + row.values.shape[0] * side / 2 + 4
            label = say("inside_short_channel", k=row.channel)
            canvas.text_line(complex(LEFT, middle), label, Font(11, "label", mono=True))
            for part, top, sign in zip((row.values, row.weights), tops, "×="):
                draw_map(canvas, np.asarray(part), corner, side, float(top))
                corner += row.values.shape[1] * side + 12
                canvas.text_line(complex(corner.real, middle), sign, Font(13, "soft"))
                corner += 20
            text = signed(row.partial, 4)
            canvas.text_line(complex(corner.real, middle), text, Font(12, mono=True))
            base += row.values.shape[0] * side + 10
        left = len(number.rows) - len(rows)
        if left:
            part = number.total - sum(row.partial for row in rows)
            text = f"{say('inside_others', n=left)}: {signed(part, 4)}"
            canvas.text_line(complex(LEFT, base + 24), text, Font(12, "soft"))
            base += 20
        return base + 8

    def _calls(self, canvas: Canvas, chosen: int) -> float:
        top = 52.0
        calls = self.inner.listed
        start = max(0, min(chosen - MOST // 2, len(calls) - MOST))
        for i, call in enumerate(calls[start : start + MOST], start):
            self._box(canvas, call, i, top, i == chosen)
            top += HEIGHT + 8
        left = len(calls) - MOST
        if left > 0:
            canvas.text_line(complex(LEFT, top + 8), say("inside_more", n=left), Font(12, "label"))
            top += 16
        return top

    def _box(self, canvas: Canvas, call: Shown, index: int, top: float, here: bool) -> None:
        outputs = {*self.inner.look.recorded().outputs}
        is_input = call.node is not None and call.node.is_input
        role = "input" if is_input else "output" if call.value in outputs else "neutral"
        fill = {"input": "input-fill", "output": "output-fill", "neutral": "plain"}[role]
        box = area(complex(LEFT, top), WIDTH - 2 * LEFT, HEIGHT)
        canvas.open(f"{call.path}, {call.shape}", "box")
        edge = (
            Paint(fill, "ink", 2.5) if here else Paint(fill, role if role != "neutral" else "line")
        )
        canvas.rect(box, edge, 8)
        canvas.bar(box, role)
        name = shorten(call.name, 26)
        canvas.text_line(box.corner + complex(20, 22), name, Font(13, bold=True))
        canvas.text_line(box.corner + complex(20, 40), call.shape, Font(12, "soft", mono=True))
        canvas.shift(box.corner + complex(NAMES, 8))
        self._made(canvas, call, index, WIDTH - 2 * LEFT - NAMES - 12)
        canvas.close()
        canvas.close()

    def _made(self, canvas: Canvas, call: Shown, index: int, width: float) -> None:
        """What a call makes of the sample, within a width and the height of a tile."""
        sample = self.state["sample"]
        if call.kind == IDS:
            words = self.inner.words(sample, call.plane[2])
            text = shorten(" ".join(few(words, 24)), int(width / 7))
            canvas.text_line(22j, text, Font(12, mono=True))
            return
        if call.kind == OTHER:
            canvas.text_line(22j, say("inside_only_shape"), Font(12, "label"))
            return
        array = np.nan_to_num(self.inner.values(index, sample).astype("float64"))
        top = float(np.abs(array).max(initial=0))
        if call.kind in (IMAGE, MAPS):
            self._maps(canvas, call, index, array, top)
        elif expects(self.inner, index):
            self._expected(canvas, index, width)
        elif call.kind == ROWS:
            turned = array[0, :: max(1, ceil(2 * array.shape[1] / width))].T
            side = max(1.0, min(TILE / turned.shape[0], 12))
            step = min(width / turned.shape[1], max(side, STEP))
            draw_map(canvas, turned[: int(TILE / side) or 1], 0j, side, top, wide=step)
        else:
            self._bars(canvas, call, array.reshape(-1)[:BARS], width)

    def _expected(self, canvas: Canvas, index: int, width: float) -> None:
        """What stands at each position, and below it the likeliest class after it."""
        places = expected(self.inner, index, self.state["sample"])
        for i, place in enumerate(places[: int(width / PLACE)]):
            best = " ".join(place["likely"][0])
            for line, text in enumerate((f"{place['at']} →", best)):
                at = complex(i * PLACE, 14 + 16 * line)
                ink = "ink" if line else "label"
                canvas.text_line(at, shorten(text, 15), Font(11, ink, mono=True))

    def _maps(self, canvas: Canvas, call: Shown, index: int, array: Array, top: float) -> None:
        order = self.inner.counts[index].order or [*range(array.shape[2])]
        shown = sorted(order[: TILES if len(self.inner.listed) <= MOST else TILES // 2])
        step = max(1, int(np.ceil(max(array.shape[:2]) / CELLS)))
        side = TILE / max(array.shape[:2])
        for place, channel in enumerate(shown):
            corner = complex(place * (TILE + GAP), 0)
            part = array[::step, ::step, channel]
            draw_map(canvas, np.asarray(part), corner, side * step, top, grey=call.kind == IMAGE)
        if len(order) > len(shown):
            left = say("inside_more", n=array.shape[2] - len(shown))
            canvas.text_line(complex(len(shown) * (TILE + GAP) + 4, 22), left, Font(11, "label"))

    def _bars(self, canvas: Canvas, call: Shown, values: Array, width: float) -> None:
        names = self.inner.answered.names(call.value) if call.kind == CLASSES else []
        high = TILE - 14 if names and len(names) <= TILES else TILE
        least, most = min(0.0, float(values.min())), max(0.0, float(values.max()))
        scale, step = high / ((most - least) or 1), min(26.0, width / len(values))
        for i, value in enumerate(values.tolist()):
            tall = abs(value) * scale
            y = most * scale - (tall if value > 0 else 0)
            ink = "output" if call.kind == CLASSES else "neg" if value < 0 else "pos"
            canvas.rect(area(complex(i * step, y), step * 0.72, max(tall, 0.5)), Paint(ink))
            if high < TILE:
                middle = complex(i * step + step * 0.36, TILE)
                label = shorten(names[i], max(1, int(step / 7)))
                canvas.text_line(middle, label, Font(11, "soft", anchor="middle"))

    def _heads(self, canvas: Canvas, index: int) -> float:
        """The weights of at most two heads, a row for each position that looks."""
        sample = self.state["sample"]
        weights = self.inner.looks(index, sample)["weights"]
        heads, queries, keys = (min(n, m) for n, m in zip(weights.shape, (2, 24, 24)))
        head = self.state["head"]
        shown = [min(head, len(weights) - 1)] if head is not None else [*range(heads)]
        words = [shorten(word, 10) for word in self.inner.words(sample, weights.shape[1])[:queries]]
        others = [shorten(word, 10) for word in self.inner.words(sample, weights.shape[2])[:keys]]
        side, base = min(26.0, (WIDTH / len(shown) - 110) / keys), 0.0
        for place, number in enumerate(shown):
            corner = complex(LEFT + place * (WIDTH - LEFT) / len(shown), 60)
            canvas.text_line(corner, say("inside_head", head=number), Font(13, bold=True))
            grid = corner + complex(76, 12)
            draw_map(canvas, weights[number, :queries, :keys], grid, side, 1.0)
            for i, word in enumerate(words):
                at = grid + complex(-6, (i + 0.5) * side + 4)
                canvas.text_line(at, word, Font(11, "soft", mono=True, anchor="end"))
                for j in range(keys):
                    weight = float(weights[number, i, j])
                    if side >= 20 and weight >= 0.095:
                        middle = grid + complex((j + 0.5) * side, (i + 0.5) * side + 4)
                        text = f"{weight:.2f}".lstrip("0") if weight < 0.995 else "1"
                        ink = "on-colour" if weight > 0.56 else "ink"
                        canvas.text_line(middle, text, Font(11, ink, anchor="middle"))
            named = [f"{j} {word}" for j, word in enumerate(others)]
            legend, width = grid + complex(-60, queries * side + 18), WIDTH / len(shown) - 30
            bottom = canvas.prose(legend, [", ".join(named)], width, Font(11, "label"), 14)
            base = max(base, bottom)
        return self._table(canvas, index, base)

    def _table(self, canvas: Canvas, index: int, base: float) -> float:
        """For each word: the weight that it gets, its push, and the answer without it."""
        table = self.inner.table(index, self.state["sample"])
        if table is None:
            return base
        heads = [say("inside_head", head=head) for head in range(len(table.received[:2]))]
        titles = [say("inside_word"), *heads, say("inside_push", answer=table.answer)]
        rows = [[*titles, say("inside_without")]]
        for j, word in enumerate(table.words):
            received = [f"{head[j]:.2f}" for head in table.received[:2]]
            rows.append(
                [word, *received, f"{table.push[j]:.1f}".replace("-", "−"), table.answers[j]]
            )
        for i, row in enumerate(rows):
            for column, text in enumerate(row):
                at = complex(LEFT + (96 + 110 * column if column else 0), base + 16 + 16 * i)
                font = Font(12, "ink" if i else "label", anchor="end" if column else "")
                canvas.text_line(at, shorten(text, 18), font)
        return base + 16 * len(rows) + 8
