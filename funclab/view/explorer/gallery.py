"""The pictures of an explorer: drawn on request, and a few of them kept."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from funclab.view.draw import theme
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.explorer.beside import STRIP, Strip
from funclab.view.scene import words
from funclab.view.scene.calls import Sharing
from funclab.view.scene.choosing import LINES, Chooser
from funclab.view.scene.diagram import MOST_CALLS, WINDOW, Diagram, bare, chooser
from funclab.view.scene.scene import Scene
from funclab.view.scene.sizes import density_of

MOST_PICTURES, MOST_CHARACTERS = 8, 2_000_000
"""How many pictures a view keeps, and how many characters of SVG."""
MOST_ON_A_PAGE = 6_000_000
"""How many characters of SVG a page without a kernel holds."""
MOST_FRAMES = 40
"""A page holds all frames closed, all open, and each of up to this many open by itself."""
BESIDE, BELOW, NARROW = 328, 120, 700
"""The room of a panel beside or below a picture; in less width than `NARROW` it covers it."""
EDGES, EDGES_ON_A_WALL = 32, 0
"""The room around a picture, on both sides together."""
ON_A_WALL = 548, 204
"""The same for a projector."""
OVERVIEW, LOOKS = "overview", ("auto", "projector")
LINE, COLUMN, EDGES = 24, 200, 50
"""The least room that a call takes below the strip of all calls, and the margin at the edges."""
FEWEST = 3
"""The fewest calls below the strip; a model as small as this is shown whole, even scrolling."""

State = dict[str, Any]
Room = tuple[float, float]


class Way(NamedTuple):
    """What a picture depends on, apart from its room and the selection."""

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
        inner = tuple(f"{frame}/" for frame in self.frames)
        self.top = [key for key in self.nodes if not key.startswith(inner)]
        self.makers = {key: maker for maker, node in self.nodes.items() for key in node["outputs"]}
        self.room = (1094.0, 472.0)
        self.pictures: dict[str, dict[str, Any]] = {}
        self.shown: dict[str, set[str]] = {}
        self.details: dict[Way, int] = {}
        """How many calls are below the strip, for each way that does not fit as a whole."""
        self.choices: dict[Way, list[str]] = {}
        self.scenes: dict[str, Scene] = {}
        """The newest scene of each way that was drawn, by its name."""
        self.last: tuple[str, Scene | None] = ("", None)

    def resize(self, room: Room) -> None:
        """Draw for a new room from now on."""
        self.room = room
        self.pictures, self.shown, self.details, self.scenes = {}, {}, {}, {}

    def opened(self, wanted: Any) -> list[str]:
        """The open frames, in order, by their keys in the calls face."""
        if isinstance(wanted, bool):
            return list(self.frames) if wanted else []
        return [
            key
            for key, path in self.frames.items()
            if {key, re.sub(r"\[\d+\]$", "", key), path} & {*wanted}
        ]

    def revealing(self, wanted: Any, key: str) -> Any:
        """The frames that must be open for a key to be visible."""
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
        """The key of the box that stands for what is selected; empty if nothing is."""
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
        """Draw the picture of a state, unless one that shows its selection is already there."""
        way = self.way(state, large)
        name, target = self.name(way), self.target(way.face, state["selected"] or state["at"])
        for known in [key for key in self.pictures if f"{key}@".startswith(f"{name}@")]:
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
        sharing, placed = Sharing(self.model), None
        if way.choice != OVERVIEW and (way.choice or way not in self.details):
            placed = self._placed(way, target, sharing)
        if placed is None:
            side, drawn, room = self._detail(fitted, target, sharing)
            picture = {"choice": OVERVIEW, **self._window(drawn, target, room[0])}
        else:
            side, drawn = placed
            picture = {"choice": drawn.scene.choice}
        if fitted not in self.choices:
            self.choices[fitted] = self._chooser(fitted, target, sharing).names
        choices = [*self.choices[fitted], *[OVERVIEW] * (fitted in self.details)]
        told, svg = self._told(drawn.scene), slim(bare(drawn))
        picture |= {"side": side, "choices": choices, "told": told, "svg": svg}
        full = f"{name}@{target}" if drawn.scene.moved else name
        self.pictures[full], self.shown[full] = picture, shown_in(drawn.scene)
        self.scenes[name] = drawn.scene
        self.last = (name, drawn.scene)
        return self.shown[full]

    def _rooms(self, way: Way) -> dict[str, Room]:
        """The room of a picture for each place of the panel, in units of the picture."""
        scale = theme.PROJECTOR if way.large else 1
        edges = EDGES_ON_A_WALL if way.large else EDGES
        width, height = (size - edges for size in self.room)
        beside, below = ON_A_WALL if way.large else (BESIDE, BELOW)
        rooms = {"over": (width, height)}
        if self.room[0] >= NARROW:
            rooms |= {"beside": (width - beside, height), "below": (width, height - below)}
        return {side: (w / scale, h / scale) for side, (w, h) in rooms.items()}

    def _placed(self, way: Way, target: str, sharing: Sharing) -> tuple[str, Diagram] | None:
        """The place of the panel, and the picture: the two are decided together, to show the most
        text; the panel covers the picture only if nothing else fits. None if nothing fits, unless
        the picture is asked for or the model is very small.
        """
        ways = self._chooser(way, target, sharing)
        self.choices[way._replace(choice=None)] = ways.names
        rooms = self._rooms(way).items()
        fits = {side: fit for side, room in rooms if (fit := ways.fitting(room, way.choice))}
        if not fits and (way.choice or len(self.nodes) <= FEWEST):
            fits = {side: ways.fit(room, way.choice) for side, room in rooms}
        if not fits:
            return None

        def worth(side: str) -> tuple[Any, ...]:
            fit = fits[side]
            return side == "over", ways.rank(fit), max(0, fit.width - fit.room[0])

        side = min(fits, key=worth)
        return side, Diagram(ways.draw(fits[side]), LOOKS[way.large])

    def _detail(self, way: Way, target: str, sharing: Sharing) -> tuple[str, Diagram, Room]:
        """As many calls as fit below the strip, around the selection."""
        rooms = {side: (w, h - STRIP) for side, (w, h) in self._rooms(way).items()}
        if len(rooms) > 1:  # something is selected nearly always
            del rooms["over"]
        spaces = {
            side: int(w // COLUMN) * int((h - EDGES) // LINE) for side, (w, h) in rooms.items()
        }
        side = max(spaces, key=spaces.__getitem__)
        most = self.details.get(way, max(spaces[side], FEWEST))
        ways = self._chooser(way, target, sharing, most)
        fit = ways.fit(rooms[side], LINES.name)
        while not fit.fits and most > FEWEST:
            less = min(max(rooms[side][1] / fit.height, 0.5), 0.8)  # frames may all go at once
            most = max(FEWEST, int(most * less))
            fewer = self._chooser(way, target, sharing, most)
            if shown_in(fewer.scene(LINES.fold)) != shown_in(ways.scene(LINES.fold)):
                ways, fit = fewer, fewer.fit(rooms[side], LINES.name)
        self.details[way] = most
        apart = [key for key in way.opened if not self._holds(key, target)]
        if apart and not fit.fits:
            opened = tuple(key for key in way.opened if key != apart[-1])
            return self._detail(way._replace(opened=opened), target, sharing)
        return side, Diagram(ways.draw(fit), LOOKS[way.large]), rooms[side]

    def _chooser(self, way: Way, target: str, sharing: Sharing, most: int | None = None) -> Chooser:
        keys = set(self.keys(way))
        few = most or MOST_CALLS
        chosen = chooser(
            self.model, way.face, keys, self.direction, few, target, way.unfolded, sharing=sharing
        )
        if most:  # nothing else is folded in a part of a model
            chosen.choices = [LINES]
        return chosen

    def _holds(self, frame: str, target: str) -> bool:
        """Whether a box is a frame or is in it, in either face."""
        return f"{target}/".startswith((f"{frame}/", f"{self.frames[frame]}/"))

    def _window(self, picture: Diagram, target: str, width: float) -> dict[str, Any]:
        """The strip of all calls, and which of them are shown below it."""
        graph = words.graph_of(self.model)
        assert graph is not None
        boxes = picture.scene.every_box
        drawn = {box.key for box in boxes if box.role != "fold"}
        drawn |= {key for box in boxes if box.role == "repeat" for key in box.members}
        keys = [self.target(picture.scene.face, clean(node.key)) for node in graph.nodes]
        at = keys.index(target) if target in keys else 0
        first = last = at
        while first and keys[first - 1] in drawn:
            first -= 1
        while last + 1 < len(keys) and keys[last + 1] in drawn:
            last += 1
        strip = Strip(graph.nodes, width, picture.look)
        return {"strip": slim(bare(strip)), "window": [first, last + 1, len(keys)]}

    def _told(self, scene: Scene) -> str:
        """How many nodes are drawn, and how many are in repeats, in groups, or left out. A repeat
        whose inside is not drawn stands for one of its nodes."""
        if scene.face != "calls":
            return ""
        boxes = scene.every_box
        hidden = set(self.top) - {box.key for box in boxes}
        hidden -= {box.members[0] for box in boxes if box.role == "repeat" and box.inside is None}
        drawn, told = len(self.top) - len(hidden), []
        for role in ("fold", "repeat", "names"):
            holders = [box for box in boxes if box.role == role and hidden & {*box.members}]
            held = hidden & {key for box in holders for key in box.members}
            told += [say(f"drawn_{role}", n=len(held), holders=len(holders))] if held else []
            hidden -= held
        some = [say("drawn_these", n=drawn), *reversed(told)]
        words = ", ".join(some) if told else say("drawn_all")
        sentence = say("drawn_of", n=len(self.top), words=words)
        return sentence + say("drawn_changes") if density_of(scene).rows else sentence

    def still(self, state: State, look: str) -> Diagram:
        """The static picture of a state."""
        way = self.way(state, False)
        target = self.target(way.face, state["selected"])
        scene, sharing = self.scenes.get(self.name(way)), Sharing(self.model)
        if scene is None and (placed := self._placed(way, target, sharing)):
            scene = placed[1].scene
        if scene is not None and (not target or target in shown_in(scene)):
            return Diagram(scene, look)  # the same as in the view
        ways = self._chooser(way, target, sharing)
        return Diagram(ways.draw(ways.fit(WINDOW, way.choice)), look)

    def draw_all(self, state: State, large: bool) -> None:
        """Draw what a page without a kernel may show, as far as there is room."""
        frames = list(self.frames)
        alone = [
            tuple(outer for outer in frames if f"{frame}/".startswith(f"{outer}/"))
            for frame in frames[:MOST_FRAMES]
        ]
        for face in ("calls", "layers"):
            plain = Way(face, (), (), None, large)
            for opened in [(), *alone, tuple(frames)]:
                self._draw_once(plain._replace(opened=opened))
            self._draw_once(self.way({**state, "face": face}, large))
            first = self.pictures[self.name(plain)]
            if face == "calls" and "strip" in first:  # what [ and ] page through comes first
                self._draw_folded(plain, self.name(plain))
            for choice in first["choices"]:
                self._draw_once(plain._replace(choice=choice))
            for repeat in [key for key in self.shown[self.name(plain)] if is_repeat(key)]:
                self._draw_once(plain._replace(unfolded=(repeat,)))
            self._draw_folded(plain, f"{face}|")

    def _draw_once(self, way: Way) -> None:
        if self.name(way) not in self.pictures and self._characters() < MOST_ON_A_PAGE:
            self._add(way, self.target(way.face, way.opened[0]) if way.opened else "")

    def _draw_folded(self, way: Way, names: str) -> None:
        """Pictures that together show everything that is folded away in those whose names begin
        with `names`."""
        drawn = [keys for name, keys in self.shown.items() if name.startswith(names)]
        shown = set().union(*drawn)
        for target in dict.fromkeys(self.target(way.face, key) for key in self.top):
            if target not in shown and self._characters() < MOST_ON_A_PAGE:
                shown |= self._add(way, target)


def is_repeat(key: str) -> bool:
    """Whether a key is that of a box that draws a repetition once."""
    return re.search(r"(^|/)repeat .* to ", key) is not None


def shown_in(scene: Scene) -> set[str]:
    """The keys of all boxes in a picture, and of calls drawn as ticks, as on the page."""
    boxes = scene.every_box
    ticks = [key for box in boxes if box.inside is None for key in box.starts]
    return {clean(key) for key in [*(box.key for box in boxes), *ticks]}


def slim(markup: str) -> str:
    """A picture without what its page already has: colours and fonts are in the style sheet, titles
    are labels, and the table says the same as the description.
    """
    markup = re.sub(r"<(title|desc)>[^<]*</\1>", "", markup)
    markup = re.sub(r' (?:fill|stroke)="#[0-9a-f]{6}"| data-(?:source|target)="[^"]*"', "", markup)
    markup = markup.replace(' role="graphics-symbol"', "").replace(' font-size="11"', "")
    markup = markup.replace(f' font-family="{theme.MONO}"', ' data-mono=""')
    return markup.replace(f' font-family="{theme.SANS}"', "")
