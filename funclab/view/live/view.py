"""The base of every live view: an anywidget with one state, undo, questions and tours.

Everything that a view shows is sent to the browser as plain data; the browser does the rest, so
most of a view works without a kernel too (`export_html`). Each view is a short Python class and
`view.js` beside it, an object as `types.d.ts` describes it.
"""

from __future__ import annotations

import base64
import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import traitlets

from funclab.config import without_collection
from funclab.errors import ArgumentError, suggest
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture, write
from funclab.view.draw.pixels import pictures
from funclab.view.live import places, terminal
from funclab.view.live.assets import module, style
from funclab.view.live.cover import take_cover
from funclab.view.live.page import page_of
from funclab.view.live.widget import Widget

FROM_PAGE = {"state", "stop", "answers", "space"}
"""The traits that a page changes; only Python changes the others."""
MIME = "application/vnd.funclab.view+json"
"""What the JupyterLab extension shows: the name of the folder as data, the view as metadata."""


class View(Widget):
    """A live picture with a state that Python and browser share.

    `state` is a plain dict; `line()` is the Python that brings it back. `ask` hides the next value
    behind a question and records the answer in `answers`. `tour` is a list of up to eight stops,
    visited with PageUp and PageDown, such as [{"text": "The second call.", "state":
    {"selected": "dense[1]"}}]. `look` is "auto", "light", "dark", "print" or "projector".
    """

    room: ClassVar[str]
    """The folder of `funclab.view` that holds its JavaScript."""
    blank_state: ClassVar[dict[str, Any]] = {}
    coverable: ClassVar[bool] = True
    """Whether an unanswered question before it covers it."""

    title = traitlets.Unicode().tag(sync=True)
    call = traitlets.Unicode().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    home = traitlets.Dict().tag(sync=True)
    blank = traitlets.Dict().tag(sync=True)
    facts = traitlets.Dict().tag(sync=True)
    pictures = traitlets.Dict().tag(sync=True)
    look = traitlets.Unicode("auto").tag(sync=True)
    ask = traitlets.Bool(False).tag(sync=True)
    answers = traitlets.List().tag(sync=True)
    tour = traitlets.List().tag(sync=True)
    stop = traitlets.Int(-1).tag(sync=True)
    own_id = traitlets.Unicode().tag(sync=True)
    cover = traitlets.Unicode().tag(sync=True)
    """The question that has to be answered before the view can be seen."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "room" in vars(cls):  # not in the classes that anywidget derives from it
            cls._esm, cls._css = module(cls.room), style(cls.room, beside=True)
        super().__init_subclass__(**kwargs)

    def __init__(
        self,
        *,
        look: str | None = None,
        ask: bool | None = None,
        tour: Any = (),
        state: dict[str, Any] | None = None,
        usual: dict[str, Any] | None = None,
        **traits: Any,
    ) -> None:
        self.displays, own_id = 0, uuid4().hex
        self.lock = threading.RLock()
        """Held while traits change together: both a training thread and the page change them."""
        blank = {
            **self.blank_state,
            **(usual or {}),
        }  # `usual`: where that depends on what is shown
        whole = {**blank, **self._checked_state(state or {})}
        super().__init__(
            look=theme.chosen(look),
            ask=theme.ask() if ask is None else ask,
            tour=_checked_tour(tour),
            state=whole,
            home=dict(whole),
            blank=blank,
            own_id=own_id,
            model_id=own_id,
            **traits,
        )
        self.on_msg(self._on_message)

    def _checked_state(self, state: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(state) - set(self.blank_state))
        if unknown:
            raise ArgumentError(
                f"{type(self).__name__} has no setting {unknown[0]!r}.",
                why=f"its settings are {', '.join(self.blank_state)}.",
                fix=f"write {close[0]}=, if that is what you mean."
                if (close := suggest.similar(unknown[0], self.blank_state))
                else "leave it out.",
            )
        return state

    def show(self, **state: Any) -> None:
        """Change the state from Python, as a click or key press would."""
        with self.hold_sync():
            self.state = {**self.state, **self._checked_state(state)}

    @contextmanager
    def hold_sync(self) -> Iterator[None]:
        """Send the changes made meanwhile as one message, and make other threads wait."""
        with self.lock, super().hold_sync():
            yield

    def line(self) -> str:
        """One line of Python that makes this view in its current state; "" if there is none."""
        if not self.call:
            return ""
        settings = "".join(
            f", {key}={value!r}"
            for key, value in self.state.items()
            if value != self.blank.get(key)
        )
        bare = "($" in self.call
        return self.call.replace("$", settings.removeprefix(", ") if bare else settings)

    def picture(self) -> Picture:
        """The static picture of the current state."""
        raise NotImplementedError

    def svg(self) -> str:
        """The static picture as SVG."""
        return self.picture().svg

    def save(self, path: Any, dpi: int = 200) -> Path:
        """Write a page with what needs no kernel, or the static picture; returns its path.

        `path`: .html for the page; .svg, .png, .pdf and the other extensions of the picture. `dpi`:
        the dots per inch of a .png.

        Raises: ArgumentError for any other extension.
        """
        if Path(path).suffix.lower() != ".html":
            return self.picture().save(path, dpi)
        return write(path, {".html": lambda: page_of([self])})

    def complete(self) -> dict[str, Any]:
        """The traits with all that the page could request from Python: it then needs no kernel."""
        return {}

    def alone(self) -> dict[str, Any]:
        """All traits of a view on a page without a kernel."""
        return {name: getattr(self, name) for name in self.page_traits()} | self.complete()

    def page_traits(self) -> list[str]:
        """The names of the traits that the browser knows."""
        own = ("_", "layout", "tabbable", "tooltip", "comm", "keys", "own_id", "control")
        return [name for name in self.trait_names(sync=True) if not name.startswith(own)]

    def told(self, kind: str, key: Any) -> Any:
        """Data of some kind, by a key, that the browser requests when it shows it; None if none."""
        return None

    def answer_to(self, content: dict[str, Any]) -> dict[str, Any] | None:
        """The reply to a message from the browser; None for no reply."""
        kind, key = content.get("ask", ""), content.get("key")
        value = self.told(kind, key)
        return None if value is None else {"kind": kind, "key": key, "value": value}

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a page sends: all of it or, if any of it is invalid, nothing."""
        names = FROM_PAGE & {*sync_data} & {*self.keys} if isinstance(sync_data, dict) else set()
        with self.lock:
            before = {name: getattr(self, name) for name in names}
            try:
                data = {name: sync_data[name] for name in names}
                if "state" in data:
                    data["state"] = {**self.state, **data["state"]}
                    self._checked_state({name: data["state"][name] for name in self.blank_state})
                super().set_state(data)
            except Exception as error:
                self._log("was sent what it cannot be", error)
                for name, value in before.items():
                    setattr(self, name, value)
                self.send_state(list(before))

    def _on_message(self, _: Any, content: dict[str, Any], buffers: Any) -> None:
        try:
            # The last output that showed it was cleared, and it was not displayed again meanwhile.
            if content.get("ask") == "close" and content.get("displays") == self.displays:
                return self.close()
            reply = self.answer_to(content)
            if reply is not None:
                self.send({**reply, "to": content.get("ask")})
        except Exception as error:  # a page can send anything
            self._log("cannot answer its page", error)

    def _log(self, problem: str, error: Exception) -> None:
        self.log.warning("%s %s: %.200r", type(self).__name__, problem, error)

    @property
    def text(self) -> str:
        """The view in words; empty for one that has none."""
        return ""

    def __str__(self) -> str:
        return terminal.printed(self.text, self.line()) if self.text else repr(self)

    def __repr__(self) -> str:
        if self.text and terminal.at_prompt():
            return str(self)
        return f"<{type(self).__name__}: {self.title}>"

    @without_collection()
    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        self.open()  # it may have been closed with the output that it was in
        self.displays += 1
        places.note(self)
        if self.coverable:
            take_cover(self)
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        paper = theme.palette(theme.still(self.look))["paper"]
        data |= {MIME: {"view": self.room}, "text/plain": repr(self)} | pictures(self.svg(), paper)
        return data, {**metadata, MIME: self._stored()}

    def _stored(self) -> dict[str, Any]:
        """What an output has of the view, beside its pictures."""
        return {"held": self._held(), "displays": self.displays, "cover": self.cover}

    def _held(self) -> str:
        """What a notebook keeps of the view, compressed: all that the browser knows of it.

        It is metadata: training times differ from run to run, and strict nbval compares data.
        """
        return compressed({name: getattr(self, name) for name in self.page_traits()})

    def close(self) -> None:
        super().close()
        vars(self).pop("_repr_mimebundle_", None)  # it may be displayed again


class Growing(View):
    """A view that has more to show the longer it is open."""

    status = traitlets.Dict().tag(sync=True)
    """Its `serial` says how often something was added since the view was made."""

    def _stored(self) -> dict[str, Any]:
        # Before a save, the page adds what is newer than this.
        return {**super()._stored(), "serial": self.status.get("serial", 0)}


def compressed(traits: dict[str, Any]) -> str:
    """Traits as a notebook keeps them."""
    return base64.b64encode(zlib.compress(json.dumps(traits).encode())).decode()


def _checked_tour(tour: Any) -> list[dict[str, Any]]:
    stops = list(tour) if isinstance(tour, (list, tuple)) else [tour]
    right = [isinstance(stop, dict) and {"text"} <= {*stop} <= {"state", "text"} for stop in stops]
    if not all(right) or len(stops) > 8:
        raise ArgumentError(
            f"A tour has up to eight stops, each with a text and a state; received {tour!r}.",
            why="a class follows a short walk, and each stop says why it is there.",
            fix='write tour=[{"text": "Look here.", "state": {"selected": "dense[1]"}}, ...].',
        )
    return [{"state": {}, **stop} for stop in stops]
