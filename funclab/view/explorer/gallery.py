"""The pictures of an explorer: drawn on request, and a few of them kept."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from funclab.errors import FunclabError
from funclab.graph.operation import Operation
from funclab.view.code.source import call_lines
from funclab.view.draw import theme
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean, shorten
from funclab.view.scene.calls import Sharing
from funclab.view.scene.choosing import Chooser, Fit
from funclab.view.scene.diagram import Diagram, bare, chooser
from funclab.view.scene.gutter import longest_line
from funclab.view.scene.scene import Scene
from funclab.view.scene.sizes import density_of

MOST_PICTURES, MOST_CHARACTERS = 8, 2_000_000
"""How many pictures a view keeps, and how many characters of SVG."""
MOST_ON_A_PAGE = 6_000_000
"""How many characters of SVG a page without a kernel holds."""
MOST_FRAMES = 40
"""A page holds all frames closed, all open, each of up to this many open by itself, and the way to
as many calls in blocks."""
BESIDE, BELOW = 328, 104
"""The room of a panel beside or below a picture."""
WIDE, NARROW = 860, 660
"""The width from which a panel may stand beside the picture; in less than `NARROW` it covers it."""
EDGES, NARROW_EDGES = 32, 8
"""The room around a picture, on both sides together, and around one in a view that is not wide."""
NOTEBOOK, ON_A_WALL = (1094.0, 474.0), (668.0, 296.0)
"""The room for picture and panel in a notebook, and on a projector before it is enlarged."""
LEAST_CODE, WITH_CODE = 20, 730
"""The fewest characters of a line of code that say something, and how wide a picture may become
with code: in a notebook, there is room for the panel beside it."""
LOOKS = ("auto", "projector")
SHRINKS = ' style="max-width:100%;height:auto"'
"""What still pictures have: those of the explorer scroll instead."""

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
        self.room: Room | None = None
        self.pictures: dict[str, dict[str, Any]] = {}
        self.shown: dict[str, set[str]] = {}
        self.scenes: dict[str, Scene] = {}
        """The newest scene of each way, by its name; the one that was drawn last is at the end."""
        self.sharing: Sharing | None = None
        """What pictures of one face share while the model does not change."""
        self.plain: dict[Way, tuple[str, Fit, list[str]]] = {}
        """How each way is drawn before a block is opened: the place of the panel, the layout, and
        the boxes with which columns begin."""
        self.places = {key: i for i, key in enumerate(self.nodes)}

    def resize(self, room: Room | None) -> None:
        """Draw for a new room from now on, or for the usual one."""
        self.room = room
        self.pictures, self.shown, self.plain, self.scenes = {}, {}, {}, {}

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
        if is_block(key):
            return key
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
            plain = not target or is_block(target)  # a block may be in no picture of this size
            if target in self.shown[known] or (plain and known == name):
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
        name = self.name(way)
        side, drawn = self._placed(way, target, self.sharing or Sharing(self.model))
        scene = drawn.scene
        self._write_code(scene, self._rooms(way)[side][0], way)
        picture = {"side": side, "choice": scene.choice, "choices": scene.choices}
        svg = slim(bare(drawn)).replace(SHRINKS, "", 1)
        picture |= {"told": self._told(scene), "svg": svg}
        if blocks := self._blocks(scene):
            picture["blocks"] = blocks
        full = f"{name}@{target}" if scene.moved else name
        self.pictures[full], self.shown[full] = picture, shown_in(scene)
        self.scenes.pop(name, None)
        self.scenes[name] = scene
        return self.shown[full]

    def _write_code(self, scene: Scene, width: float, way: Way) -> None:
        """The line of code of each call at the left of its box, if the boxes are in one column and
        there is room."""
        scene.code = {}
        most = longest_line(scene, min(width, WITH_CODE))
        if way.large or most < LEAST_CODE or not isinstance(self.model, Operation):
            return
        try:
            lines = call_lines(self.model)
        except FunclabError:  # a model that has no source has no gutter
            return
        if {box.key for box in scene.boxes} <= {*lines}:
            scene.code = {box.key: shorten(lines[box.key], most) for box in scene.boxes}

    def _rooms(self, way: Way) -> dict[str, Room]:
        """The room of a picture for each place of the panel, in units of the picture."""
        room = self.room or (ON_A_WALL if way.large else NOTEBOOK)
        wide = room[0] >= WIDE
        width, height = (size - (EDGES if wide else NARROW_EDGES) for size in room)
        rooms = {"over": (width, height)}
        if wide:
            rooms["beside"] = width - BESIDE, height
        if room[0] >= NARROW:
            rooms["below"] = width, height - BELOW
        return rooms

    def _placed(self, way: Way, target: str, sharing: Sharing) -> tuple[str, Diagram]:
        """The place of the panel, and the picture: the two are decided together, to show the most
        text; the panel covers the picture only if nothing else fits, or if there are blocks on a
        wall and that opens more of them."""
        before = way._replace(unfolded=())
        if before not in self.plain or not (way.unfolded or target):
            ways = self._chooser(before, "", sharing)
            side, fit = self._fitted(ways, before)
            drawn = ways.draw(fit)
            self.plain[before] = side, fit, drawn.heads
            if not (way.unfolded or target):
                return side, Diagram(drawn, LOOKS[way.large])
        side, fit, heads = self.plain[before]
        ways = self._chooser(way, target, sharing)
        scene = ways.scene(fit.choice.most)
        # When a block opens, all other boxes stay; what is below is pushed down.
        scene.kept = heads if way.unfolded or scene.moved else []
        return side, Diagram(ways.draw(fit), LOOKS[way.large])

    def _fitted(self, ways: Chooser, way: Way) -> tuple[str, Fit]:
        """The place of the panel, and the layout."""
        rooms = self._rooms(way)
        fits: dict[str, Fit] = {}
        for side, room in sorted(rooms.items(), key=lambda room: room[0] == "over"):
            best = min(fits.values(), key=ways.rank, default=None)
            blocks = way.large and all(fit.choice.most for fit in fits.values())
            if side == "over" and fits and not blocks:
                break
            fit = ways.fitting(room, way.choice, best)
            fits |= {side: fit} if fit else {}
        fits = fits or {side: ways.fit(room, way.choice) for side, room in rooms.items()}
        blocks = way.large and all(fits[side].choice.most for side in fits if side != "over")

        def worth(side: str) -> tuple[Any, ...]:
            fit, over = fits[side], side == "over"
            excess = max(0, fit.width - fit.room[0]) + max(0, fit.height - fit.room[1])
            return excess * (not fit.fits), over and not blocks, ways.rank(fit), over

        side = min(fits, key=worth)
        return side, fits[side]

    def _chooser(self, way: Way, target: str, sharing: Sharing) -> Chooser:
        keys = set(self.keys(way))
        return chooser(
            self.model, way.face, keys, self.direction, focus=target, unfolded=way.unfolded,
            sharing=sharing,
        )  # fmt: skip

    def _blocks(self, scene: Scene) -> dict[str, dict[str, Any]]:
        """The blocks in a picture by key: what a panel says of them, and the calls in them, by
        their places among all. Of those that are open without a frame, only the calls."""
        blocks: dict[str, dict[str, Any]] = {}
        for part in scene.walk():
            for key, members in part.around.items():
                blocks[clean(key)] = {"members": self._at(members)}
            for box in (box for box in part.boxes if box.gathers):
                blocks[clean(box.key)] = {
                    **box.block,
                    "title": box.heading,
                    "members": self._at(box.members),
                    "starts": [clean(key) for key in box.starts],
                }
        return blocks

    def _at(self, keys: list[str]) -> list[int]:
        return [self.places[clean(key)] for key in keys if clean(key) in self.places]

    def _told(self, scene: Scene) -> str:
        """How many nodes are drawn one by one, and how many are in blocks."""
        if scene.face != "calls":
            return ""
        boxes = scene.every_box
        drawn = {*self.top} & {clean(box.key) for box in boxes}
        n, held = len(self.top), len(self.top) - len(drawn)
        blocks = sum(box.gathers for box in boxes)
        some = say("drawn_some", n=len(drawn), held=held, blocks=blocks)
        sentence = say("drawn_of", n=n, words=some if held else say("drawn_all"))
        return sentence + say("drawn_changes") if density_of(scene).rows else sentence

    def still(self, state: State, look: str) -> Diagram:
        """The static picture of a state."""
        way = self.way(state, False)
        target = self.target(way.face, state["selected"])
        scene = self.scenes.get(self.name(way))
        if scene is None or (target and target not in shown_in(scene)):
            side, drawn = self._placed(way, target, Sharing(self.model))
            scene = drawn.scene
            self._write_code(scene, self._rooms(way)[side][0], way)
        return Diagram(scene, look)  # the same as in the view

    def draw_all(self, state: State, large: bool) -> None:
        """Draw what a page without a kernel may show, as far as there is room."""
        frames = list(self.frames)
        alone = [
            tuple(outer for outer in frames if f"{frame}/".startswith(f"{outer}/"))
            for frame in frames[:MOST_FRAMES]
        ]
        for face in ("calls", "layers"):
            self.sharing = Sharing(self.model)
            plain = Way(face, (), (), None, large)
            for opened in [(), *alone, tuple(frames)]:
                self._draw_once(plain._replace(opened=opened))
            self._draw_once(self.way({**state, "face": face}, large))
            first = self.pictures[self.name(plain)]
            for block in [key for key in self.shown[self.name(plain)] if is_block(key)]:
                self._draw_once(plain._replace(unfolded=(block,)))
            for choice in first["choices"]:
                self._draw_once(plain._replace(choice=choice))
            self._draw_held(plain, f"{face}|")
        self.sharing = None

    def _draw_once(self, way: Way) -> None:
        if self.name(way) not in self.pictures and self._characters() < MOST_ON_A_PAGE:
            self._add(way, self.target(way.face, way.opened[0]) if way.opened else "")

    def _draw_held(self, way: Way, names: str) -> None:
        """Pictures that together show every call that is in a closed block in those whose names
        begin with `names`."""
        drawn = [keys for name, keys in self.shown.items() if name.startswith(names)]
        shown, left = set().union(*drawn), MOST_FRAMES
        for target in dict.fromkeys(self.target(way.face, key) for key in self.top):
            if target not in shown and left and self._characters() < MOST_ON_A_PAGE:
                shown |= self._add(way, target)
                left -= 1


def is_block(key: str) -> bool:
    """Whether a key is that of a block; once these were only repeats."""
    return re.search(r"(^|/)(block|repeat) .* to ", key) is not None


def shown_in(scene: Scene) -> set[str]:
    """The keys of all boxes in a picture, as on the page."""
    return {clean(box.key) for box in scene.every_box}


def slim(markup: str) -> str:
    """A picture without what its page already has: colours and fonts are in the style sheet, titles
    are labels, and the table says the same as the description.
    """
    markup = re.sub(r"<(title|desc)>[^<]*</\1>", "", markup)
    markup = re.sub(r' (?:fill|stroke)="#[0-9a-f]{6}"| data-(?:source|target)="[^"]*"', "", markup)
    markup = markup.replace(' role="graphics-symbol"', "").replace(' font-size="11"', "")
    markup = markup.replace(f' font-family="{theme.MONO}"', ' data-mono=""')
    return markup.replace(f' font-family="{theme.SANS}"', "")
