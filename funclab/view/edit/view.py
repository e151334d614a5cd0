"""Edit: a model changed in its picture, by commands, keys, or its code."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, ClassVar

import traitlets

from funclab.config import without_collection
from funclab.errors import ArgumentError, FunclabError, TensorTypeError
from funclab.files import write_text
from funclab.models.late import shown
from funclab.view.code.text import Code
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.edit import menu
from funclab.view.edit.commands import COMMANDS, MERGES, Commands, kinds
from funclab.view.edit.draft import Draft
from funclab.view.edit.facts import code_of, facts_of, step_text
from funclab.view.edit.picture import EditPicture, drawn
from funclab.view.edit.repairs import fitting_merges
from funclab.view.edit.steps import OTHERS, State, Step, Steps, parts_of
from funclab.view.live.variables import written_model, written_result
from funclab.view.live.view import Growing
from funclab.view.scene import words
from funclab.view.scene.diagram import bare

MOST_STATES = 20
"""How many steps a page has pictures and facts of."""
FACES = ("calls", "layers")


class Edit(Growing):
    """A model being edited. `model` is the model of the present step, or the last whole one; `code`
    makes it; `steps` are the commands so far, as plain data. The given model is never changed.
    """

    room = "edit"
    hinted: ClassVar[bool] = False
    """Whether there are hints to ask for."""
    blank_state: ClassVar[dict[str, Any]] = {
        "position": 0, "selected": "", "face": "calls", "choice": "",
    }  # fmt: skip

    @without_collection()
    def __init__(
        self,
        model: Any = None,
        steps: Sequence[Step] = (),
        state: dict[str, Any] | None = None,
        goal: str = "",
        allow: Collection[str] | None = None,
        most: int | None = None,
        given: Any = None,
        **settings: Any,
    ) -> None:
        self._steps = Steps(model)
        self._given = model if given is None else given
        self.goal, self.most = goal, most
        self.allowed = None if allow is None else {*allow}
        for step in steps:
            self._steps.do(step)
        state = {"position": len(self._steps.steps), **(state or {})}
        self._steps.go(state["position"])
        named = say("edit_nothing") if model is None else say("edit_title", name=clean(model.name))
        self._making = True
        self._choices: dict[str, tuple[str, list[str], str]] = {}
        super().__init__(title=named, state=state, **settings)
        self._making = False
        self._tell()

    # From Python.
    @property
    def model(self) -> Any:
        """The model of the present step; if that is not whole, the last one that is."""
        return self._steps.state.model

    @property
    def code(self) -> Code:
        """The code of the present step."""
        lines, reason = code_of(self._steps.state)
        return Code("\n".join(line for line, _ in lines) or reason)

    @property
    def steps(self) -> list[Step]:
        """The steps up to the present one: `funclab.edit(model, steps=...)` makes them again."""
        return [list(step) for step in self._steps.steps[: self._steps.position]]

    @property
    def error(self) -> Exception | None:
        """Why there is no whole model at present; None if there is."""
        return self._steps.state.build.error

    def do(self, command: str, *args: Any, **settings: Any) -> Edit:
        """Make a step: `edit.do("connect", "strokes", "pool", how="Add")`.

        `command`: set, insert, replace, delete, duplicate, connect, disconnect, share, move,
        outputs, rename, input; start, for the given model; or code, with the whole code. `args` and
        `settings`: those of the command.

        Raises: FunclabError if the step has no meaning; then nothing has changed.
        """
        named = [
            name if isinstance(name, str) else getattr(name, "__name__", name) for name in args
        ]
        settings = {key: getattr(value, "__name__", value) for key, value in settings.items()}
        self._do([command, *named, *([settings] if settings else [])])
        return self

    def undo(self) -> Edit:
        """Go one step back."""
        return self.go(max(0, self._steps.position - 1))

    def redo(self) -> Edit:
        """Go one step on again."""
        return self.go(min(len(self._steps.steps), self._steps.position + 1))

    def go(self, position: int) -> Edit:
        """Go to a step; 0 is the start.

        Raises: ArgumentError if there is no such step.
        """
        self._steps.go(position)
        self.show(position=position)
        return self

    def _do(self, step: Step) -> State:
        """Make a step, and select what it made."""
        name, _, _ = parts_of(step)
        steps = self._steps
        if self.allowed is not None and name not in self.allowed:
            raise ArgumentError(
                say("edit_no_verb", verb=name),
                why=f"this exercise allows {', '.join(sorted(self.allowed))}.",
                fix="use one of these.",
            )
        if self.most is not None and steps.position >= self.most:
            raise ArgumentError(
                f"All {self.most} steps are made.",
                why="this exercise is to be solved in so few.",
                fix="undo (u) one of them, and try another way.",
            )
        before, state = steps.state.draft, steps.do(step)
        selected = _selected(self.state["selected"], before, state.draft)
        with self.hold_sync():
            self._making = True
            self.show(position=steps.position, selected=selected)
            self._making = False
            self._tell()
        return state

    def _read(self, text: str) -> bool:
        """Make one step of all code that is being typed; returns whether it changes the model."""
        steps, at = self._steps, self._steps.position
        try:
            if not steps.changes(["code", text]):
                return False
            steps.go(at - bool(at and steps.steps[at - 1][0] == "code"))
            if steps.changes(["code", text]):
                self._do(["code", text])
                return True
        except FunclabError:
            steps.go(at)
            raise
        self.show(position=steps.position)
        return False

    def _checked_state(self, state: dict[str, Any]) -> dict[str, Any]:
        state = super()._checked_state(state)
        position, face = state.get("position", 0), state.get("face", "calls")
        if type(position) is not int or not 0 <= position <= len(self._steps.steps):
            self._steps.go(position if type(position) is int else -1)  # raises, and says why
        words = [state.get(name, "") for name in ("selected", "choice")]
        if face not in FACES or not all(isinstance(word, str) for word in words):
            raise ArgumentError(
                f"face={face!r} is not known.",
                why=f"a face is one of {', '.join(FACES)}, and `selected` the key of a call.",
                fix='write face="calls".',
            )
        return state

    # To the page.
    @traitlets.observe("state", "look")
    def _follow(self, change: Any) -> None:
        if self._making:
            return
        if change["name"] == "state":
            self._steps.go(self.state["position"])
        self._tell()

    def _tell(self) -> None:
        """Send what the page shows of the present step, if it does not have it yet."""
        steps, facts = self._steps, dict(self.facts)
        texts = [self._start_text, *map(step_text, steps.steps)]
        kept = self._still_right(facts)
        here = str(steps.position)
        states = {key: value for key, value in facts.get("states", {}).items() if key in kept}
        if here not in states:
            states[here] = facts_of(steps) | {"verdict": clean(self.verdict())}
        states = dict(sorted(states.items(), key=lambda item: int(item[0])))
        others = [key for key in states if key not in ("0", here)]
        for key in others[: max(0, len(states) - MOST_STATES)]:
            del states[key]
        self.pictures = self._drawn(states, kept)
        self.facts = {
            "steps": texts, "made": [list(step) for step in steps.steps], "states": states,
            "allowed": sorted(self.allowed) if self.allowed is not None else None,
            "goal": self.goal, "most": self.most, "hinted": self.hinted,
            "written": written_result(self, "edit"), "choices": self._choices,
        }  # fmt: skip
        told = f"steps={steps.steps!r}" if steps.steps else ""
        self.call = f"{self._begun}{', '.join(filter(None, [self._subject, told]))}$)"
        self.blank = {**self.blank_state, "position": len(steps.steps)}
        self.status = {"serial": self.status.get("serial", 0) + 1}

    def verdict(self) -> str:
        """What is said of the present step; an exercise has more to say."""
        return ""

    _begun = "funclab.edit("

    @property
    def _subject(self) -> str:
        """The first argument of the call that makes this view."""
        return "" if self._given is None else written_model(self._given)

    @property
    def _start_text(self) -> str:
        if self._steps.given is None:
            return say("edit_start_empty")
        return say("edit_start", name=clean(self._steps.given.name))

    def _still_right(self, facts: dict[str, Any]) -> set[str]:
        """The positions of which the page has facts that are still right: up to the first step that
        is another one now."""
        made, now = facts.get("made", []), self._steps.steps
        alike = 0
        while alike < min(len(made), len(now)) and made[alike] == now[alike]:
            alike += 1
        return {str(position) for position in range(alike + 1)} if facts else set()

    def _drawn(self, states: dict[str, Any], kept: set[str]) -> dict[str, str]:
        """The pictures by position and face, and, of one in which the selected call is folded away,
        another in which it is not."""
        face, large = self.state["face"], " large" if self.look == "projector" else ""
        here = f"{self._steps.position} {face}{large}"
        pictures: dict[str, str] = {
            name: svg
            for name, svg in dict(self.pictures).items()
            if name.split(" ")[0] in states and name.split(" ")[0] in kept
        }
        selected, choice = self.state["selected"], self.state["choice"]
        folded = selected and f'data-key="{selected}"' not in pictures.get(here, "")
        if here not in pictures or folded or choice != self._choices[here][2]:
            graph = drawn(self._steps.state.build, face, self.look, selected, choice or None)
            pictures[here] = "" if graph is None else bare(graph)
            now, ways = ("", []) if graph is None else (graph.scene.choice, graph.scene.choices)
            self._choices[here] = (now, ways, choice)
        self._choices = {name: told for name, told in self._choices.items() if name in pictures}
        return pictures

    def picture(self) -> Picture:
        lines, _ = code_of(self._steps.state)
        texts = [self._start_text, *map(step_text, self._steps.steps)]
        at = self._steps.position
        title = f"{self.title} · {say('edit_at_step', n=at, text=texts[at])}"
        source = [line for line, _ in lines]
        look, face = theme.still(self.look), self.state["face"]
        return EditPicture(self._steps.state.build, title, source, look, face)

    @property
    def text(self) -> str:
        return self.picture().text

    def to_cell(self) -> None:
        """Put the code into a new cell below; in a terminal, into the next line."""
        from IPython.core.getipython import get_ipython

        shell: Any = get_ipython()
        if shell is None:
            raise ArgumentError(
                "There is no notebook here to put the code into.",
                why="a new cell is made by IPython, in a notebook or in its terminal.",
                fix='print(edit.code), or write edit.save("model.py").',
            )
        shell.set_next_input(str(self.code))

    def save(self, path: Any, dpi: int = 200) -> Path:
        """Write the code (.py), a page that can be stepped through (.html), or the picture; returns
        its path.

        `path`: the file. `dpi`: the dots per inch of a .png.

        Raises: ArgumentError for any other extension.
        """
        if Path(path).suffix.lower() != ".py":
            return super().save(path, dpi)
        write_text(Path(path), f"{self.code}\n")
        return Path(path)

    def complete(self) -> dict[str, Any]:
        """All steps that a page has room for, drawn and told."""
        at, quiet = self._steps.position, self._making
        self._making = True
        for position in range(max(0, len(self._steps.steps) - MOST_STATES + 1), at + 1):
            self._steps.go(position)
            self._tell()
        self._steps.go(at)
        self._tell()
        self._making = quiet
        return {"pictures": dict(self.pictures), "facts": dict(self.facts)}

    # From the page.
    def answer_to(self, content: dict[str, Any]) -> dict[str, Any] | None:
        ask = content.get("ask", "")
        if ask not in ("do", "code"):
            return super().answer_to(content)
        with self.lock:
            try:
                if ask == "do":
                    self._do(content.get("step"))  # type: ignore[arg-type]
                elif not self._read(str(content.get("text", ""))):
                    return {"kind": "same", "ask": ask}
            except FunclabError as error:
                fix = error.fix[:1].upper() + error.fix[1:]
                text = clean(say("edit_refused", what=error.what, fix=fix))
                return {"kind": "refused", "ask": ask, "text": text}
        return {"kind": "done", "ask": ask}

    def told(self, kind: str, key: Any) -> Any:
        """What a form needs: `key` is the position, and what the form is about."""
        position, _, about = str(key).partition(" ")
        if position != str(self._steps.position) or kind not in FORMS:
            return None
        try:
            return FORMS[kind](self, about)
        except FunclabError as error:
            return {"refused": error.what}

    def preview(self, step: Step) -> dict[str, str]:
        """What a step would make, without making it."""
        return menu.preview(self._steps, step)


def _menu(edit: Edit, key: str) -> list[dict[str, Any]]:
    build = edit._steps.state.build
    return menu.offered(build, Commands(build.draft).ref(key))


def _fields(edit: Edit, key: str) -> list[dict[str, Any]]:
    return menu.fields_of(Commands(edit._steps.state.draft).layer(key))


def _kind(edit: Edit, name: str) -> list[dict[str, Any]]:
    return menu.fields(kinds()[name]) if name in kinds() else []


def _merges(edit: Edit, pair: str) -> list[list[Any]]:
    """The merges for a source and a call, those that fit first."""
    source, _, call = pair.partition(" ")
    build = edit._steps.state.build
    commands = Commands(build.draft)
    fitting = fitting_merges(build, commands.ref(source), commands.find(call), MERGES)
    return sorted([[kind, kind in fitting] for kind in MERGES], key=lambda item: not item[1])


FORMS: dict[str, Callable[[Edit, str], Any]] = {
    "menu": _menu, "fields": _fields, "kind": _kind, "merges": _merges,
    "preview": lambda edit, step: edit.preview(json.loads(step)),
    "question": lambda edit, step: menu.question(edit._steps, json.loads(step)),
}  # fmt: skip
"""What the page may ask for, and the function that answers."""


def _selected(selected: str, before: Draft, after: Draft) -> str:
    """What is selected after a step: a call that it made, else the same call, else what it read."""
    new = [key for key in after.calls if key not in before.calls]
    keys, old = after.keys, {key: call for call, key in before.keys.items()}
    if new and len(new) < 3:
        return clean(keys[new[-1]])
    call = old.get(selected)
    if call is None:
        return ""
    while call is not None and call not in after.calls:
        call = next(iter(before.calls[call].sources), None) if call in before.calls else None
    return "" if call is None else clean(keys[call])


def edit(
    model: Any = None,
    *,
    steps: Sequence[Step] = (),
    goal: str = "",
    allow: Collection[str] | None = None,
    most: int | None = None,
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **state: Any,
) -> Edit:
    """Change a model in its picture: settings, layers, connections, sharing, names and ends.

    Every step can be undone; shapes, code and weights follow at once. A call that does not fit
    stays in the picture, with its error and repairs. The model itself is never changed: take
    `edit.model` at the end, or its code.

    `model`: a model with a graph; default None, to begin with nothing. `steps`: commands to begin
    with, as `Edit.steps` has them. `goal`: a sentence that says what to do. `allow`: the commands
    that may be used, such as ("connect", "disconnect"); default None, for all. `most`: how many
    steps there may be; default None, for any number. `state`: position, selected, face and choice
    (the words in the picture), as `Edit.line()` writes them. `look`, `ask` and `tour` are those of
    every view: see `funclab.view.live.view.View`.

    Raises: TensorTypeError for what is not a model with a graph; ArgumentError for a step that is
    refused, or an unknown setting.

    >>> from funclab import Input, Model, layers
    >>> x = Input((4,), name="x")
    >>> small = Model(x, layers.Dense(2, name="out")(x), name="small")
    >>> session = edit(small).do("set", "out", units=3)
    >>> session.model.output_shape, small.output_shape
    ((None, 3), (None, 2))
    """
    given, model = model, shown(model) if model is not None else None
    if model is not None and words.graph_of(model) is None:
        raise TensorTypeError(
            f"edit was given {model!r}, which has no graph.",
            why="only a model made of inputs and outputs, or a Sequential that knows its input, "
            "lists its calls.",
            fix="pass Model(inputs, outputs), or nothing to begin with an empty model.",
        )
    unknown = sorted({*(allow or ())} - {*COMMANDS, *OTHERS})
    if unknown:
        raise ArgumentError(
            f"allow: there is no command {unknown[0]!r}.",
            why=f"the commands are {', '.join(COMMANDS)}.",
            fix='write allow=("connect", "disconnect"), for example.',
        )
    views = {"look": look, "ask": ask, "tour": tour}
    return Edit(model, steps, state, goal, allow, most, given, **views)
