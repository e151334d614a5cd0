"""The pictures of an explorer: drawn when they are asked for, a few kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from funclab.view.draw import theme
from funclab.view.draw.text import clean, plural
from funclab.view.explorer.strip import HEIGHT, Strip
from funclab.view.live.said import say
from funclab.view.scene import words
from funclab.view.scene.compact import bare
from funclab.view.scene.diagram import MOST_CALLS, Diagram, diagram
from funclab.view.scene.scene import Scene

MOST_PICTURES, MOST_CHARACTERS = 8, 2_000_000
"""How much a view keeps for going back and forth."""
MOST_ON_A_PAGE = 6_000_000
"""How much a page without a kernel holds."""
FEW_FRAMES, MOST_FRAMES = 4, 40
"""A page holds all ways to open a few frames, and each of more by itself."""
BESIDE, BELOW, NARROW = 360, 120, 700
"""The room of a panel beside a picture or below it; in less width than `NARROW` it lies over it."""
ON_A_WALL = 548, 204
"""The same for a projector."""
OVERVIEW = "overview"
LINE, COLUMN = 24, 260
"""The least room that a call takes below the strip of all calls."""
FEW_WORDS = {"calls": "lines", "layers": "one line"}
FEWEST, SMALL = 6, 16
"""The fewest calls below the strip; of so small a model, all are shown, with a scrollbar."""
ENDLESS = 4000
SCROLLED = 624
"""A picture as high as this is shown whole, if need be with a scrollbar, before a part of it is."""
FEW = 40
"""Only so many calls can say more in the room beside a panel."""

State = dict[str, Any]
Room = tuple[float, float]


class Way(NamedTuple):
    """What decides a picture, beside its room and what is selected in it."""

    face: str
    opened: tuple[str, ...]
    unfolded: tuple[str, ...]
    choice: str | None
    large: bool


class Gallery:
    """Pictures by name. The script of the view makes the same names from a state."""

    def __init__(self, model: Any, facts: dict[str, Any], direction: str | None) -> None:
        self.model, self.direction = model, direction
        self.layers, self.nodes = facts["layers"], facts["nodes"]
        self.frames = facts["frames"]
        self.makers = {key: maker for maker, node in self.nodes.items() for key in node["outputs"]}
        self.room = (1095.0, 744.0)
        self.pictures: dict[str, dict[str, Any]] = {}
        self.shown: dict[str, set[str]] = {}
        self.details: dict[Way, int] = {}
        """How many calls stand below the strip, for each way that does not fit as a whole."""
        self.last: tuple[str, Scene | None] = ("", None)

    def resize(self, room: Room) -> None:
        """Draw for another room from now on."""
        self.room = room
        self.pictures, self.shown, self.details = {}, {}, {}

    def opened(self, wanted: Any) -> list[str]:
        """The frames that are open, in order, by their keys among calls."""
        if isinstance(wanted, bool):
            return list(self.frames) if wanted else []
        return [
            key
            for key, path in self.frames.items()
            if key in wanted or layer_key(key) in wanted or path in wanted
        ]

    def revealing(self, wanted: Any, key: str) -> Any:
        """What is to be open so that a key can be seen."""
        opened = self.opened(wanted)
        around = [frame for frame in self.frames if key.startswith(f"{frame}/")]
        if set(around) <= set(opened):
            return wanted
        return [frame for frame in self.frames if frame in opened or frame in around]

    def way(self, state: State, large: bool) -> Way:
        opened = self.opened(self.revealing(state["open"], state["selected"]))
        unfolded = tuple(state["unfolded"])
        return Way(state["face"], tuple(opened), unfolded, state["choice"] or None, large)

    def target(self, face: str, key: str) -> str:
        """The key of the box that stands for what is selected; nothing for nothing."""
        key = self.makers.get(key, key)
        if face == "layers":
            layer = self.nodes[key]["layer"] if key in self.nodes else key
            return self.layers[layer].get("box", layer) if layer in self.layers else ""
        return next(iter(self.layers[key]["nodes"]), key) if key in self.layers else key

    def keys(self, way: Way) -> list[str]:
        """The boxes of a face that are open."""
        if way.face == "calls":
            return list(way.opened)
        return list(dict.fromkeys(self.frames[key] for key in way.opened))

    def name(self, way: Way) -> str:
        every = way.opened and len(way.opened) == len(self.frames)
        keys = "*" if every else " ".join(self.keys(way))
        size = "large" if way.large else ""
        return "|".join([way.face, keys, " ".join(way.unfolded), way.choice or "", size])

    def draw(self, state: State, large: bool) -> bool:
        """Draw the picture of a state, unless there is one that shows what is selected in it."""
        way = self.way(state, large)
        name, target = self.name(way), self.target(way.face, state["selected"] or state["at"])
        for known in [one for one in self.pictures if one == name or one.startswith(f"{name}@")]:
            if target in self.shown[known] or (not target and known == name):
                self.pictures[known] = self.pictures.pop(known)  # it was the last one used
                return False
        self._add(way, target)
        while len(self.pictures) > MOST_PICTURES or (
            len(self.pictures) > 2 and self._characters() > MOST_CHARACTERS
        ):
            self.pictures.pop(next(iter(self.pictures)))
        return True

    def _characters(self) -> int:
        return sum(len(picture["svg"]) for picture in self.pictures.values())

    def _add(self, way: Way, target: str) -> set[str]:
        """Draw and keep a picture; returns the keys in it."""
        name, fitted = self.name(way), way._replace(choice=None)
        side, drawn = "below", None
        if way.choice != OVERVIEW and (way.choice or way not in self.details):
            side, drawn = self._placed(way, target)
        whole = bool(way.choice) or len(self.nodes) <= SMALL
        if drawn is None or not (whole or self._fits_somehow(drawn, way)):
            side, drawn = "below", self._detail(fitted, target)
            picture = {"choice": OVERVIEW, **self._window(drawn, target)}
        else:
            picture = {"choice": drawn.scene.choice}
        choices = [*drawn.scene.choices, *[OVERVIEW] * (fitted in self.details)]
        told, svg = self._told(drawn.scene), slim(bare(drawn))
        picture |= {"side": side, "choices": choices, "told": told, "svg": svg}
        full = f"{name}@{target}" if drawn.scene.moved else name
        self.pictures[full], self.shown[full] = picture, shown_in(drawn.scene)
        self.last = (name, drawn.scene)
        return self.shown[full]

    def _rooms(self, way: Way) -> tuple[Room, Room]:
        """The room of a picture above its panel, and of one beside it."""
        width, height = self.room
        if width < NARROW:
            return self.room, self.room
        beside, below = ON_A_WALL if way.large else (BESIDE, BELOW)
        return (width, height - below), (width - beside, height)

    def _placed(self, way: Way, target: str) -> tuple[str, Diagram]:
        """Where the panel stands, and the picture: the two are decided together."""
        above, beside = self._rooms(way)
        few, scrolled = len(self.nodes) <= FEW, (above[0], max(above[1], SCROLLED))
        wide = self._diagram(way, target, above if few or way.large else scrolled)
        if above == beside:
            return "over", wide
        choices = list(wide.scene.choices)
        if not way.choice and wide.scene.choice != choices[0] and few:
            narrow = self._diagram(way, target, beside)
            more = choices.index(narrow.scene.choice) - choices.index(wide.scene.choice)
            if self._fits(narrow, beside) and (more < 0 or not self._fits(wide, above)):
                return "beside", narrow
        if few and not way.large and not self._fits(wide, above):
            wide = self._diagram(way, target, scrolled)
        if len(self.nodes) <= SMALL and not way.choice and not self._fits_somehow(wide, way):
            lines = way._replace(choice=FEW_WORDS[way.face])
            return "beside", self._diagram(lines, target, (beside[0], ENDLESS))
        slender = self._fits(wide, (beside[0], scrolled[1]))
        return "beside" if slender else "below", wide

    def _fits_somehow(self, drawn: Diagram, way: Way) -> bool:
        """Whether a picture fits above or beside its panel, or nearly does."""
        (width, height), beside = self._rooms(way)
        lower = (width, height if way.large else max(height, SCROLLED))
        return self._fits(drawn, lower) or self._fits(drawn, beside)

    @staticmethod
    def _fits(drawn: Diagram, room: Room) -> bool:
        scale = theme.PROJECTOR if drawn.look == "projector" else 1
        width, height = drawn.scene.width * scale, drawn.scene.height * scale
        return width <= room[0] + 1 and height <= room[1] + 1

    def _detail(self, way: Way, target: str) -> Diagram:
        """As many calls as there is room for below the strip, around what is selected."""
        width, height = self._rooms(way)[0]
        scale = theme.PROJECTOR if way.large else 1
        room = (width, height - HEIGHT * scale)
        space = int((room[0] // (COLUMN * scale)) * (room[1] // (LINE * scale)))
        most = self.details.get(way, max(space, FEWEST))
        drawn = self._diagram(way, target, room, most)
        while most > FEWEST and not self._fits(drawn, room):
            share = room[1] / scale / max(1, drawn.scene.height)
            most = max(FEWEST, int(most * min(share, 0.8)))
            drawn = self._diagram(way, target, room, most)
        while way not in self.details and most < space:
            larger = self._diagram(way, target, room, most + 3)
            if not self._fits(larger, room):
                break
            most, drawn = most + 3, larger
        self.details[way] = most
        apart = [key for key in way.opened if not self._holds(key, target)]
        if apart and not self._fits(drawn, room):
            opened = tuple(key for key in way.opened if key != apart[-1])
            return self._detail(way._replace(opened=opened), target)
        return drawn

    def _holds(self, frame: str, target: str) -> bool:
        """Whether a box is in a frame, in either face."""
        return target.startswith((f"{frame}/", f"{self.frames[frame]}/"))

    def _window(self, picture: Diagram, target: str) -> dict[str, Any]:
        """The strip of all calls, and which of them stand below it."""
        graph = words.graph_of(self.model)
        assert graph is not None
        boxes = [box for part in picture.scene.walk() for box in part.boxes]
        drawn = {box.key for box in boxes if box.role != "fold"}
        drawn |= {key for box in boxes if box.role == "repeat" for key in box.members}
        keys = [self.target(picture.scene.face, clean(node.key)) for node in graph.nodes]
        at = keys.index(target) if target in keys else 0
        first = last = at
        while first and keys[first - 1] in drawn:
            first -= 1
        while last + 1 < len(keys) and keys[last + 1] in drawn:
            last += 1
        scale = theme.PROJECTOR if picture.look == "projector" else 1
        strip = Strip(graph.nodes, self.room[0] / scale, picture.look)
        return {"strip": slim(bare(strip)), "window": [first, last + 1, len(keys)]}

    def _told(self, scene: Scene) -> str:
        """How many calls are drawn, and how many are left out or in repeats."""
        if scene.face != "calls":
            return ""
        boxes = [box for part in scene.walk() for box in part.boxes]
        repeats = sum(box.role == "repeat" for box in boxes)
        top = {key for key in self.nodes if not any(key.startswith(f"{f}/") for f in self.frames)}
        drawn = len(top & {box.key for box in boxes})
        drawn += sum(box.role == "repeat" and box.inside is None for box in boxes)
        numbers = {"calls": len(top), "drawn": drawn, "hidden": len(top) - drawn}
        key = "drawn_repeats" if repeats else "drawn_some" if numbers["hidden"] else "drawn_all"
        return say(key, **numbers, repeats=plural(repeats, "repeat"))

    def _diagram(
        self, way: Way, target: str, room: Room | None, most: int | None = None, look: str = ""
    ) -> Diagram:
        return diagram(
            self.model,
            way.face,
            set(self.keys(way)),
            self.direction,
            look=look or ("projector" if way.large else "auto"),
            focus=target,
            room=room,
            choice=FEW_WORDS[way.face] if most else way.choice,
            unfolded=way.unfolded,
            most_calls=most or MOST_CALLS,
        )

    def still(self, state: State, look: str) -> Diagram:
        """The static picture of a state."""
        way = self.way(state, False)
        target = self.target(way.face, state["selected"])
        name, scene = self.last
        if (
            scene is not None
            and name == self.name(way)
            and (not target or target in shown_in(scene))
        ):
            return Diagram(scene, look)  # as it stands in the view already
        return self._diagram(way, target, None, look=look)

    def draw_all(self, state: State, large: bool) -> None:
        """Draw what a page without a kernel may show, as far as there is room."""
        for face in ("calls", "layers"):
            plain = Way(face, (), (), None, large)
            for opened in self._ways_to_open():
                self._draw_once(plain._replace(opened=tuple(opened)))
            self._draw_once(self.way({**state, "face": face}, large))
            if face == "calls":  # what the keys [ and ] walk through, before all else
                self._draw_folded(plain, self.name(plain))
            first = self.pictures[self.name(plain)]
            for choice in first["choices"]:
                self._draw_once(plain._replace(choice=choice))
            for repeat in [key for key in self.shown[self.name(plain)] if is_repeat(key)]:
                self._draw_once(plain._replace(unfolded=(repeat,)))
            self._draw_folded(plain, f"{face}|")

    def _draw_once(self, way: Way) -> None:
        if self.name(way) not in self.pictures and self._characters() < MOST_ON_A_PAGE:
            self._add(way, "")

    def _draw_folded(self, way: Way, names: str) -> None:
        """Pictures in which together everything can be seen that is folded away in those whose
        names begin with `names`."""
        top = [key for key in self.nodes if not any(key.startswith(f"{f}/") for f in self.frames)]
        drawn = [keys for name, keys in self.shown.items() if name.startswith(names)]
        shown = set().union(*drawn)
        for target in dict.fromkeys(self.target(way.face, key) for key in top):
            if target not in shown and self._characters() < MOST_ON_A_PAGE:
                shown |= self._add(way, target)

    def _ways_to_open(self) -> Iterator[list[str]]:
        frames = list(self.frames)
        yield []
        yield frames
        if len(frames) <= FEW_FRAMES:
            for chosen in product((False, True), repeat=len(frames)):
                way = [key for key, taken in zip(frames, chosen, strict=True) if taken]
                if way == self._with_outer(way):
                    yield way
        else:
            yield from (self._with_outer([key]) for key in frames[:MOST_FRAMES])

    def _with_outer(self, keys: list[str]) -> list[str]:
        return [
            frame
            for frame in self.frames
            if any(key == frame or key.startswith(f"{frame}/") for key in keys)
        ]


def layer_key(key: str) -> str:
    """A node's key without its index: that of its layer."""
    return re.sub(r"\[\d+\]$", "", key)


def is_repeat(key: str) -> bool:
    """Whether a key is that of a box that draws a repetition once."""
    return re.search(r"(^|/)repeat .* to ", key) is not None


def shown_in(scene: Scene) -> set[str]:
    """The keys of all boxes in a picture, and of calls that are ticks, as the page has them."""
    boxes = [box for part in scene.walk() for box in part.boxes]
    ticks = [key for box in boxes if box.inside is None for key in box.starts]
    return {clean(key) for key in [*(box.key for box in boxes), *ticks]}


def slim(markup: str) -> str:
    """A picture without what its page says already: colours and fonts have classes or rules of
    the style sheet, titles are labels, and the table tells what the description does.
    """
    markup = re.sub(r"<(title|desc)>[^<]*</\1>", "", markup)
    markup = re.sub(r' (?:fill|stroke)="#[0-9a-f]{6}"| data-(?:source|target)="[^"]*"', "", markup)
    markup = markup.replace(' role="graphics-symbol"', "").replace(' font-size="11"', "")
    markup = markup.replace(f' font-family="{theme.MONO}"', ' data-mono=""')
    return markup.replace(f' font-family="{theme.SANS}"', "")
