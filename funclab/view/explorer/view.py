"""The explorer: a model's graph to click, search and walk through with keys."""

from __future__ import annotations

import base64
import zlib
from typing import Any, ClassVar

import traitlets

from funclab.config import without_collection
from funclab.errors import ArgumentError, TensorTypeError, suggest
from funclab.graph.graph import Graph, source_inputs
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.models import Model
from funclab.models.late import shown
from funclab.models.meaning import names_of_weight
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import clean
from funclab.view.explorer.beside import Values
from funclab.view.explorer.facts import facts_of, more_of, questions_of, tape_of
from funclab.view.explorer.gallery import Gallery, is_block, slim
from funclab.view.live.variables import written_model, written_tensor
from funclab.view.live.view import View
from funclab.view.scene import words
from funclab.view.scene.calls import Piece
from funclab.view.scene.diagram import Behind, bare
from funclab.view.tables.rails import rails

__all__ = ["Explorer", "explore"]


class Explorer(View):
    """A live graph of a model. `selected` is the key of a node `dense[1]`, a layer `dense` or a
    tensor `dense[1:0]`, and may be set and observed from Python. The frames around it are opened.
    """

    room = "explorer"
    blank_state: ClassVar[dict[str, Any]] = {
        "face": "calls", "selected": "", "open": False, "unfolded": [], "choice": "", "at": "",
        "level": 0, "op": 0, "weight": "", "more": False, "table": False,
    }  # fmt: skip

    selected = traitlets.Unicode()
    space = traitlets.List().tag(sync=True)
    """Width and height, in pixels, of the room for picture and panel, once a browser knows it."""

    @words.unchanged()
    def __init__(
        self,
        model: Any,
        direction: str | None = None,
        state: dict[str, Any] | None = None,
        given: Any = None,
        **settings: Any,
    ) -> None:
        self.model, self.direction = model, direction
        self.given = model if given is None else given
        self.subject = f"{_kind(model)} {clean(model.name)}"
        facts, self.objects = facts_of(model)
        self.known = {*facts["nodes"], *facts["layers"], *facts["tensors"]}
        self.gallery = Gallery(model, facts, direction)
        self.asked: tuple[tuple[str, str], ...] = ()
        self.editor: Any = None
        """The model being edited, if that was asked for."""
        super().__init__(
            title=self.subject,
            call=f"funclab.explore({_written(self.given)}$)",
            facts=facts,
            state=self._revealing(state or {}),
            **settings,
        )
        self._ask()
        self._draw()

    @traitlets.observe("state")
    def _follow_state(self, change: Any) -> None:
        self.selected = change["new"].get("selected", "")

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> str:
        return self._known_key("selected", proposal["value"])

    @traitlets.observe("selected")
    def _follow_selected(self, change: Any) -> None:
        if change["new"] != self.state.get("selected"):
            self.show(selected=change["new"])

    def show(self, **state: Any) -> None:
        super().show(**self._revealing(state))

    def _revealing(self, state: dict[str, Any]) -> dict[str, Any]:
        """The state with the frames around the selection open, unless it sets `open` itself."""
        if not state.get("selected") or "open" in state:
            return state
        now = self.state.get("open", False)
        return {**state, "open": self.gallery.revealing(now, clean(state["selected"]))}

    def _checked_state(self, state: dict[str, Any]) -> dict[str, Any]:
        checked = dict(super()._checked_state(state))
        for name in ("selected", "at"):
            if name in checked:
                checked[name] = self._known_key(name, checked[name])
        if not isinstance(checked.get("open", False), bool):
            checked["open"] = [self._known_key("open", key) for key in checked["open"]]
        return checked

    def _known_key(self, name: str, key: str) -> str:
        key = clean(key)
        if key and key not in self.known and not is_block(key):
            close = suggest.similar(key, self.known) or sorted(self.known)[:3]
            raise ArgumentError(
                f"{name}: there is no {key!r} in {self.subject}.",
                why="a key is that of a layer, a node or a tensor, as the picture writes it.",
                fix=f"choose one, such as {' or '.join(map(repr, close))}.",
            )
        return key

    @traitlets.observe("state", "look", "space")
    def _follow(self, change: Any) -> None:
        if not self.pictures:
            return
        if change["name"] == "space" and change["new"]:
            width, height = change["new"]
            self.gallery.resize((float(width), float(height)))
        self._draw()

    def _draw(self) -> None:
        """Make sure that the browser has the picture of the current state."""
        if self.gallery.draw(self.state, self.look == "projector"):
            self.pictures = dict(self.gallery.pictures)

    @traitlets.observe("ask")
    def _follow_ask(self, _: Any) -> None:
        if self.facts:
            self._ask()

    def _ask(self) -> None:
        """In ask mode, add a question for each call, and the answers from earlier runs of the
        cell."""
        facts: dict[str, Any] = self.facts  # type: ignore[assignment]
        if not self.ask or "questions" in facts:
            return
        questions = questions_of(self.model, facts)
        self.facts = {**facts, "questions": questions}
        self.asked = tuple((item["id"], item["answer"]) for item in questions.values())
        self.answers = [*ANSWERS.get(self.asked, []), *self.answers]

    @traitlets.observe("answers")
    def _keep_answers(self, change: Any) -> None:
        if change["new"]:
            ANSWERS[self.asked] = list(change["new"])

    @property
    def text(self) -> str:
        """The graph as lines of text."""
        graph = words.graph_of(self.model)
        assert graph is not None
        return f"{self.title}: {words.counted(graph.nodes)}\n\n{rails(graph)}"

    def link(self, page: str) -> str:
        """An address that holds the model's structure after its `#`, without weights; browsers keep
        that part to themselves.

        Args:
            page: the address of the page *Drop a model* of a copy of funclab's site.

        Raises:
            TensorTypeError: if what is shown is no funclab model.
            ArgumentError: if the structure takes more than 8 kB.
        """
        if not isinstance(self.model, Model):
            raise TensorTypeError(
                f"{self.subject} has no link.",
                why="a link holds the config of a model, and only funclab's models have one here.",
                fix="explore a model; funclab.from_keras(model) makes one of a Keras model.",
            )
        packed = base64.urlsafe_b64encode(zlib.compress(self.model.to_json().encode(), 9))
        if len(packed) > LONGEST_LINK:
            raise ArgumentError(
                f"The structure of {self.subject} takes {len(packed):,} bytes; "
                f"a link holds {LONGEST_LINK:,}.",
                why="mail programs and chats cut longer addresses.",
                fix='save the model with model.save("model.keras"), and drop the file on the page.',
            )
        return f"{page}#m={packed.decode().rstrip('=')}"

    def picture(self) -> Picture:
        return self.gallery.still(self.state, theme.still(self.look))

    def answer_to(self, content: dict[str, Any]) -> dict[str, Any] | None:
        if content.get("ask") != "edit":
            return super().answer_to(content)
        selected = self.state["selected"]
        if not isinstance(self.model, Model):
            return {"kind": "edit", "id": "", "line": ""}
        call = selected if selected in self.facts["nodes"] and "/" not in selected else ""
        self.editor = self.model.edit(selected=call, look=self.look)
        line = f"funclab.edit({_written(self.given)})"
        return {"kind": "edit", "id": self.editor.model_id, "line": line}

    def told(self, kind: str, key: Any) -> Any:
        if kind == "values":
            return self._values(str(key))
        known = self.objects.get(str(key))
        return MESSAGES[kind](known) if kind in MESSAGES and known is not None else None

    def _values(self, key: str) -> dict[str, str] | None:
        """The picture of a weight, requested as "dense kernel", and its summary."""
        layer, _, name = key.rpartition(" ")
        owner = self.objects.get(layer)
        weights = words.weights_of(owner)
        weight = dict(zip(words.weight_names(weights), weights)).get(name)
        if weight is None:
            return None
        calls = [one for one in self.objects.values() if isinstance(one, Node)]
        names = names_of_weight([node for node in calls if node.operation is owner], weight)
        drawn = Values(name, weight.numpy(), self.look, names)
        return {"svg": slim(bare(drawn)), "told": drawn.description}

    def complete(self) -> dict[str, Any]:
        room = self.gallery.room
        large = self.look == "projector"
        self.gallery.resize(None if large else PAGE)
        self.gallery.draw_all(self.state, large)
        pictures = dict(self.gallery.pictures)
        self.gallery.resize(room)
        facts: dict[str, Any] = self.facts  # type: ignore[assignment]
        tape = {key: tape_of(self.objects[key]) for key in facts["nodes"]}
        more = {key: more_of(self.objects[key]) for key in facts["layers"]}
        return {"pictures": pictures, "facts": {**facts, "tape": tape, "more": more}}


LONGEST_LINK = 8_000
"""The bytes of a model in an address."""
PAGE = 1240.0, 534.0
"""The room between header and foot on a page in a window of 1280 by 720."""
MESSAGES = {"tape": tape_of, "more": more_of}
"""What the browser may ask for, and the function that answers."""
ANSWERS: dict[tuple[tuple[str, str], ...], list[dict[str, Any]]] = {}
"""The answers given, by a model's questions with their solutions, kept when a cell runs again."""


class CallsOf(Piece):
    """The graph of all calls of one layer, in the form of a model."""

    def __init__(self, layer: Operation) -> None:
        outputs = [tensor for node in layer.inbound_nodes for tensor in node.output_tensors]
        inputs = [source for tensor in outputs for source in source_inputs(tensor)]
        super().__init__(layer.name, Graph(list(dict.fromkeys(inputs)), outputs))


@without_collection()
def explore(
    model: Any,
    *,
    face: str | None = None,
    selected: str | None = None,
    open: Any = None,
    direction: str | None = None,
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **state: Any,
) -> Explorer:
    """The live picture of a model; of a layer, with all its calls; or of the path to a tensor.

    `model`: a model, a layer that was called, or what a layer call returned. `face`: "calls" or
    "layers". `selected`: the key of a node, layer or tensor, such as "dense[1]". `open`: the keys
    of the models and wrappers that are open, such as ["encoder[1]"], or True for all. `direction`:
    "TB" for downwards or "LR" for to the right; unless given, whichever fits better. `state`: the
    rest of what `Explorer.line()` writes. `look`, `ask` and `tour` are those of every view: see
    `funclab.view.live.view.View`.

    Raises: NeverCalledError for a layer without calls; TensorTypeError for anything else;
    ArgumentError for an unknown setting.
    """
    settings = {"face": face, "selected": selected, "open": open}
    state |= {name: value for name, value in settings.items() if value is not None}
    given, model = model, shown(model)
    subject = model
    if isinstance(model, Tensor):
        subject = Behind(model)
        state = {"selected": model.id, **state}
    elif not isinstance(model, Operation):
        raise TensorTypeError(
            f"explore was given {model!r}, which has no graph.",
            why="models, layers and tensors have one: calls of layers make it.",
            fix="pass a model, a layer that was called, or what a layer call returned.",
        )
    elif words.graph_of(model) is None:
        model.get_output_at(0)  # if there is no call, raises the error that explains it
        subject = CallsOf(model)
        state = {"face": "layers", "selected": model.name, **state}
    views = {"look": look, "ask": ask, "tour": tour}
    return Explorer(subject, direction, state, given, **views)


def _kind(subject: Any) -> str:
    if isinstance(subject, Behind):
        return "Tensor"
    return "Layer" if isinstance(subject, CallsOf) else "Model"


def _written(subject: Any) -> str:
    """How a learner would write the object being explored."""
    return (written_tensor if isinstance(subject, Tensor) else written_model)(subject)
